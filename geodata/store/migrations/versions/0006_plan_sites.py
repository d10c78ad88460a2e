"""Plans for unmanaged sites, from the draft to the day they are in force."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"

_COUNTS = ("owner", "participating", "agreeing")


def upgrade() -> None:
    """Plan sites."""
    counts = [
        column
        for one in _COUNTS
        for column in (
            sa.Column(f"{one}_heads", sa.Integer(), nullable=True),
            sa.Column(f"{one}_area_m2", sa.Numeric(14, 2), nullable=True),
        )
    ]
    op.create_table(
        "site_plan",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("site_id", sa.BigInteger(), nullable=False),
        sa.Column("plan_state", sa.Text(), nullable=False),
        sa.Column("measures", sa.Text(), nullable=False),
        sa.Column("management_type", sa.Text(), nullable=False),
        sa.Column("company", sa.Text(), nullable=True),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("publicised_from", sa.Date(), nullable=True),
        sa.Column("publicised_until", sa.Date(), nullable=True),
        sa.Column("notice_evidence_id", sa.BigInteger(), nullable=True),
        sa.Column("voted_on", sa.Date(), nullable=True),
        *counts,
        sa.Column("decided_on", sa.Date(), nullable=True),
        sa.Column("in_force_on", sa.Date(), nullable=True),
        sa.Column("is_fallback", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("organiser", sa.Text(), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("created_by", sa.Text(), nullable=False),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column("closed_on", sa.Date(), nullable=True),
        sa.CheckConstraint(
            "plan_state IN ('draft', 'publicised', 'voted', 'adopted', 'rejected', 'in_force')",
            name=op.f("ck_site_plan_plan_state"),
        ),
        sa.CheckConstraint(
            "management_type IN ('professional', 'simple', 'unit_run', 'owner_run',"
            " 'neighbourhood_run', 'none')",
            name=op.f("ck_site_plan_management_type"),
        ),
        sa.CheckConstraint(
            "length(measures) BETWEEN 1 AND 2000", name=op.f("ck_site_plan_measures")
        ),
        sa.CheckConstraint(
            "publicised_until >= publicised_from", name=op.f("ck_site_plan_publicised_until")
        ),
        sa.CheckConstraint(
            "plan_state IN ('draft') OR is_fallback OR (publicised_from IS NOT NULL"
            " AND publicised_until IS NOT NULL AND notice_evidence_id IS NOT NULL)",
            name=op.f("ck_site_plan_publicised"),
        ),
        sa.CheckConstraint(
            "plan_state IN ('draft', 'publicised') OR is_fallback OR (voted_on IS NOT NULL"
            " AND agreeing_heads <= participating_heads AND participating_heads <= owner_heads"
            " AND agreeing_area_m2 <= participating_area_m2"
            " AND participating_area_m2 <= owner_area_m2)",
            name=op.f("ck_site_plan_voted"),
        ),
        sa.CheckConstraint(
            "plan_state <> 'in_force' OR in_force_on IS NOT NULL",
            name=op.f("ck_site_plan_in_force"),
        ),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name=op.f("fk_site_plan_site_id")),
        sa.ForeignKeyConstraint(
            ["notice_evidence_id"],
            ["site_evidence.id"],
            name=op.f("fk_site_plan_notice_evidence_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_site_plan")),
    )
    op.create_index(op.f("ix_site_plan_site_id"), "site_plan", ["site_id"])
    op.create_index(
        "uq_site_plan_current",
        "site_plan",
        ["site_id"],
        unique=True,
        postgresql_where=sa.text("closed_on IS NULL"),
    )
