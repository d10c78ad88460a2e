"""Find buildings that the ledger misses, and keep what is decided about gaps."""

from __future__ import annotations

import geoalchemy2
import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0005"
down_revision = "0004"

_CLASSES = (
    "'in_site', 'missing', 'non_residential', 'too_small', 'under_construction', 'demolished',"
    " 'duplicate', 'unusable'"
)


def _shape(srid: int) -> geoalchemy2.Geometry:
    return geoalchemy2.Geometry("MULTIPOLYGON", srid=srid, spatial_index=False)


def _place() -> list[sa.Column[str]]:
    return [
        sa.Column("district_code", sa.Text(), nullable=False),
        sa.Column("town_code", sa.Text(), nullable=True),
        sa.Column("neighbourhood_code", sa.Text(), nullable=True),
    ]


def _row_id() -> sa.Column[int]:
    return sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False)


_PLACE = ("district_code", "town_code", "neighbourhood_code")


def _placed(table: str, names: tuple[str, ...] = _PLACE) -> list[sa.ForeignKeyConstraint]:
    return [
        sa.ForeignKeyConstraint([name], ["division.code"], name=op.f(f"fk_{table}_{name}"))
        for name in names
    ]


def upgrade() -> None:
    """Find buildings that the ledger misses."""
    _candidates()
    _decisions()
    _tallies()
    _footprints()


def _candidates() -> None:
    op.create_table(
        "gap_candidate",
        _row_id(),
        *_place(),
        sa.Column("footprints", sa.Integer(), nullable=False),
        sa.Column("area_m2", sa.Float(), nullable=False),
        sa.Column("floor_area_m2", sa.Float(), nullable=False),
        sa.Column("name", sa.Text(), nullable=True),
        sa.Column("first_found_on", sa.Date(), nullable=False),
        sa.Column("geom", _shape(4490), nullable=False),
        sa.Column(
            "geom_3857",
            _shape(3857),
            sa.Computed("st_forcepolygoncw(st_transform(geom, 3857))", persisted=True),
            nullable=True,
        ),
        *_placed("gap_candidate"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_gap_candidate")),
    )
    op.create_index(
        op.f("ix_gap_candidate_district_code_town_code_neighbourhood_code"),
        "gap_candidate",
        ["district_code", "town_code", "neighbourhood_code"],
    )
    for name in ("geom", "geom_3857"):
        op.create_index(
            op.f(f"ix_gap_candidate_{name}"), "gap_candidate", [name], postgresql_using="gist"
        )


def _decisions() -> None:
    op.create_table(
        "decided_gap",
        _row_id(),
        *_place(),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("decision", sa.Text(), nullable=False),
        sa.Column("site_id", sa.BigInteger(), nullable=True),
        sa.Column("target_site_id", sa.BigInteger(), nullable=True),
        sa.Column("target_version", sa.Integer(), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("file_name", sa.Text(), nullable=True),
        sa.Column("media_type", sa.Text(), nullable=True),
        sa.Column("digest", sa.Text(), nullable=True),
        sa.Column("decided_by", sa.Text(), nullable=False),
        sa.Column(
            "decided_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column("withdrawn_by", sa.Text(), nullable=True),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "decision IN ('new_standalone', 'new_community', 'merge', 'non_residential',"
            " 'demolished', 'under_construction', 'duplicate', 'distinct')",
            name=op.f("ck_decided_gap_decision"),
        ),
        sa.CheckConstraint(
            "kind IN ('unmanaged', 'missing', 'about_to_lapse', 'below_policy',"
            " 'basic_services', 'outside_boundary', 'double')",
            name=op.f("ck_decided_gap_kind"),
        ),
        sa.CheckConstraint(
            "(withdrawn_by IS NULL) = (withdrawn_at IS NULL)",
            name=op.f("ck_decided_gap_withdrawn"),
        ),
        *_placed("decided_gap"),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name=op.f("fk_decided_gap_site_id")),
        sa.ForeignKeyConstraint(
            ["target_site_id"], ["site.id"], name=op.f("fk_decided_gap_target_site_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_decided_gap")),
    )
    op.create_index(
        op.f("ix_decided_gap_district_code_town_code_neighbourhood_code"),
        "decided_gap",
        ["district_code", "town_code", "neighbourhood_code"],
    )
    op.create_index(
        op.f("ix_decided_gap_site_id"),
        "decided_gap",
        ["site_id"],
        postgresql_where=sa.text("site_id IS NOT NULL"),
    )
    op.create_table(
        "decided_footprint",
        _row_id(),
        sa.Column("decided_gap_id", sa.BigInteger(), nullable=False),
        sa.Column("geom", _shape(4490), nullable=False),
        sa.ForeignKeyConstraint(
            ["decided_gap_id"],
            ["decided_gap.id"],
            name=op.f("fk_decided_footprint_decided_gap_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_decided_footprint")),
    )
    op.create_index(
        op.f("ix_decided_footprint_decided_gap_id"), "decided_footprint", ["decided_gap_id"]
    )
    op.create_index(
        op.f("ix_decided_footprint_geom"), "decided_footprint", ["geom"], postgresql_using="gist"
    )


def _tallies() -> None:
    op.create_table(
        "footprint_tally",
        _row_id(),
        *_place(),
        sa.Column("gap_class", sa.Text(), nullable=False),
        sa.Column("site_id", sa.BigInteger(), nullable=True),
        sa.Column("footprints", sa.Integer(), nullable=False),
        sa.Column("area_m2", sa.Float(), nullable=False),
        sa.CheckConstraint(f"gap_class IN ({_CLASSES})", name=op.f("ck_footprint_tally_gap_class")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_footprint_tally")),
    )
    op.create_index(
        "uq_footprint_tally_key",
        "footprint_tally",
        [
            "district_code",
            sa.literal_column("coalesce(town_code, '')"),
            sa.literal_column("coalesce(neighbourhood_code, '')"),
            "gap_class",
            sa.literal_column("coalesce(site_id, 0)"),
        ],
        unique=True,
    )
    op.create_table(
        "footprint_to_class",
        _row_id(),
        sa.Column("transaction_id", sa.BigInteger(), nullable=False),
        sa.Column("footprints", postgresql.ARRAY(sa.BigInteger()), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_footprint_to_class")),
    )
    op.create_index(
        op.f("ix_footprint_to_class_transaction_id"), "footprint_to_class", ["transaction_id"]
    )
    op.create_table(
        "gap_run",
        _row_id(),
        sa.Column("district_code", sa.Text(), nullable=False),
        sa.Column("town_code", sa.Text(), nullable=True),
        sa.Column("last_footprint_id", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column(
            "started_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        *_placed("gap_run", ("district_code", "town_code")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_gap_run")),
    )


def _footprints() -> None:
    op.add_column("footprint", sa.Column("site_share", sa.Float(), nullable=True))
    op.add_column("footprint", sa.Column("gap_class", sa.Text(), nullable=True))
    op.add_column("footprint", sa.Column("gap_reason", sa.Text(), nullable=True))
    op.add_column("footprint", sa.Column("candidate_id", sa.BigInteger(), nullable=True))
    op.create_check_constraint(
        op.f("ck_footprint_gap_class"), "footprint", f"gap_class IN ({_CLASSES})"
    )
    op.create_check_constraint(
        op.f("ck_footprint_gap_reason"),
        "footprint",
        "gap_reason IN ('share', 'point', 'decision', 'use', 'use_unknown', 'area', 'floors',"
        " 'outline')",
    )
    op.create_index(
        op.f("ix_footprint_candidate_id"),
        "footprint",
        ["candidate_id"],
        postgresql_where=sa.text("candidate_id IS NOT NULL"),
    )
    op.create_index(
        "ix_footprint_missing",
        "footprint",
        ["geom_3857"],
        postgresql_using="gist",
        postgresql_where=sa.text("gap_class = 'missing'"),
    )
    op.create_foreign_key(
        op.f("fk_footprint_candidate_id"),
        "footprint",
        "gap_candidate",
        ["candidate_id"],
        ["id"],
        ondelete="SET NULL",
    )
