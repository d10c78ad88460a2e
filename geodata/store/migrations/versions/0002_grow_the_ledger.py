"""Grow the ledger."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Grow the ledger."""
    op.create_table(
        "column_memory",
        sa.Column("headers_digest", sa.Text(), nullable=False),
        sa.Column("district_code", sa.Text(), nullable=False),
        sa.Column("columns", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("datum", sa.Text(), nullable=True),
        sa.Column("used_by", sa.Text(), nullable=False),
        sa.Column(
            "used_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False
        ),
        sa.ForeignKeyConstraint(
            ["district_code"], ["division.code"], name=op.f("fk_column_memory_district_code")
        ),
        sa.PrimaryKeyConstraint("headers_digest", "district_code", name=op.f("pk_column_memory")),
    )
    op.create_table(
        "ledger_import",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("district_code", sa.Text(), nullable=False),
        sa.Column("town_code", sa.Text(), nullable=True),
        sa.Column("neighbourhood_code", sa.Text(), nullable=True),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("file_name", sa.Text(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("size_bytes", sa.BigInteger(), nullable=False),
        sa.Column("effective_on", sa.Date(), nullable=False),
        sa.Column("progress_share", sa.Float(), server_default="0", nullable=False),
        sa.Column(
            "options", postgresql.JSONB(astext_type=sa.Text()), server_default="{}", nullable=False
        ),
        sa.Column(
            "report", postgresql.JSONB(astext_type=sa.Text()), server_default="{}", nullable=False
        ),
        sa.Column("created_by", sa.Text(), nullable=False),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column("applied_by", sa.Text(), nullable=True),
        sa.Column("applied_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("undone_by", sa.Text(), nullable=True),
        sa.Column("undone_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "kind IN ('ledger', 'listing', 'vector')", name=op.f("ck_ledger_import_kind")
        ),
        sa.CheckConstraint(
            "state IN ('received', 'staged', 'applied', 'undone', 'refused')",
            name=op.f("ck_ledger_import_state"),
        ),
        sa.ForeignKeyConstraint(
            ["district_code"], ["division.code"], name=op.f("fk_ledger_import_district_code")
        ),
        sa.ForeignKeyConstraint(
            ["neighbourhood_code"],
            ["division.code"],
            name=op.f("fk_ledger_import_neighbourhood_code"),
        ),
        sa.ForeignKeyConstraint(
            ["town_code"], ["division.code"], name=op.f("fk_ledger_import_town_code")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ledger_import")),
    )
    op.create_index(
        op.f("ix_ledger_import_district_code_id"),
        "ledger_import",
        ["district_code", "id"],
        unique=False,
    )
    op.create_table(
        "site_contact",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("site_id", sa.BigInteger(), nullable=False),
        sa.Column("slot", sa.Text(), nullable=False),
        sa.Column("is_not_established", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("organisation", sa.Text(), nullable=True),
        sa.Column("person", sa.Text(), nullable=True),
        sa.Column("phone", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "slot IN ('party_organisation', 'neighbourhood_committee', 'owners_committee', 'service_company')",
            name=op.f("ck_site_contact_slot"),
        ),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name=op.f("fk_site_contact_site_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_site_contact")),
    )
    op.create_index("uq_site_contact_slot", "site_contact", ["site_id", "slot"], unique=True)
    op.create_table(
        "site_evidence",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("site_id", sa.BigInteger(), nullable=False),
        sa.Column("about", sa.Text(), nullable=False),
        sa.Column("file_name", sa.Text(), nullable=False),
        sa.Column("media_type", sa.Text(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("size_bytes", sa.BigInteger(), nullable=False),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("added_by", sa.Text(), nullable=False),
        sa.Column(
            "added_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False
        ),
        sa.Column("withdrawn_on", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name=op.f("fk_site_evidence_site_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_site_evidence")),
    )
    op.create_index(
        op.f("ix_site_evidence_site_id_id"), "site_evidence", ["site_id", "id"], unique=False
    )
    op.create_table(
        "site_milestone",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("site_id", sa.BigInteger(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("done_on", sa.Date(), nullable=True),
        sa.CheckConstraint("length(title) BETWEEN 1 AND 200", name=op.f("ck_site_milestone_title")),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name=op.f("fk_site_milestone_site_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_site_milestone")),
    )
    op.create_index(
        op.f("ix_site_milestone_site_id_due_on"),
        "site_milestone",
        ["site_id", "due_on"],
        unique=False,
    )
    op.create_table(
        "site_separation",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("site_id", sa.BigInteger(), nullable=False),
        sa.Column("item", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("lead", sa.Text(), nullable=True),
        sa.Column("signed_on", sa.Date(), nullable=True),
        sa.Column("done_on", sa.Date(), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "item IN ('water', 'power', 'heat', 'property')", name=op.f("ck_site_separation_item")
        ),
        sa.CheckConstraint(
            "state IN ('not_started', 'signed', 'moving', 'done')",
            name=op.f("ck_site_separation_state"),
        ),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name=op.f("fk_site_separation_site_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_site_separation")),
    )
    op.create_index("uq_site_separation_item", "site_separation", ["site_id", "item"], unique=True)
    op.create_table(
        "site_utility",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("site_id", sa.BigInteger(), nullable=False),
        sa.Column("utility", sa.Text(), nullable=False),
        sa.Column("exists", sa.Boolean(), nullable=True),
        sa.Column("is_transferred", sa.Boolean(), nullable=True),
        sa.Column("is_maintained", sa.Boolean(), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "utility IN ('water', 'power', 'gas', 'heat', 'telecom', 'cable_tv', 'broadband')",
            name=op.f("ck_site_utility_utility"),
        ),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name=op.f("fk_site_utility_site_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_site_utility")),
    )
    op.create_index("uq_site_utility_utility", "site_utility", ["site_id", "utility"], unique=True)
    op.create_table(
        "staged_row",
        sa.Column("import_id", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("sheet", sa.Text(), nullable=True),
        sa.Column("row", sa.Integer(), nullable=True),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("site_id", sa.BigInteger(), nullable=True),
        sa.Column("site_version", sa.Integer(), nullable=True),
        sa.Column("draft", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column(
            "changes", postgresql.JSONB(astext_type=sa.Text()), server_default="{}", nullable=False
        ),
        sa.Column(
            "candidates",
            postgresql.JSONB(astext_type=sa.Text()),
            server_default="[]",
            nullable=False,
        ),
        sa.Column("choice", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "outcome IN ('new', 'changed', 'unchanged', 'doubtful', 'missing', 'error')",
            name=op.f("ck_staged_row_outcome"),
        ),
        sa.ForeignKeyConstraint(
            ["import_id"],
            ["ledger_import.id"],
            name=op.f("fk_staged_row_import_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("import_id", "number", name=op.f("pk_staged_row")),
    )
    op.create_index(
        op.f("ix_staged_row_import_id_outcome_number"),
        "staged_row",
        ["import_id", "outcome", "number"],
        unique=False,
    )
    op.add_column("site", sa.Column("is_ready_for_star", sa.Boolean(), nullable=True))
    op.add_column("site", sa.Column("readiness_reason", sa.Text(), nullable=True))
    op.add_column("site", sa.Column("has_cleaning", sa.Boolean(), nullable=True))
    op.add_column("site", sa.Column("has_security", sa.Boolean(), nullable=True))
    op.add_column("site", sa.Column("has_order", sa.Boolean(), nullable=True))
    op.add_column(
        "site", sa.Column("collection_share", sa.Numeric(precision=5, scale=4), nullable=True)
    )
    op.add_column("site", sa.Column("responsible", sa.Text(), nullable=True))
    op.add_column("site", sa.Column("grid_members", sa.Integer(), nullable=True))
    op.add_column(
        "site", sa.Column("geom_accuracy_m", sa.Numeric(precision=8, scale=2), nullable=True)
    )
    op.add_column("site", sa.Column("geom_note", sa.Text(), nullable=True))
    op.add_column("site_version", sa.Column("import_id", sa.BigInteger(), nullable=True))
    op.create_index(
        op.f("ix_site_version_effective_on"), "site_version", ["effective_on"], unique=False
    )
    op.create_index(
        op.f("ix_site_version_import_id"),
        "site_version",
        ["import_id"],
        unique=False,
        postgresql_where=sa.text("import_id IS NOT NULL"),
    )
    # Delisted on its first day: it was never in the ledger, an import was undone.
    op.drop_constraint(op.f("ck_site_delisted_on"), "site", type_="check")
    op.create_check_constraint(op.f("ck_site_delisted_on"), "site", "delisted_on >= listed_on")
    op.create_check_constraint(
        op.f("ck_site_collection_share"), "site", "collection_share BETWEEN 0 AND 1"
    )
