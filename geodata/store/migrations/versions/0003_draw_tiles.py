"""Draw tiles: sites as maps show them, where something changed, ground in web mercator."""

from __future__ import annotations

import geoalchemy2
import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def _shape(kind: str) -> geoalchemy2.Geometry:
    return geoalchemy2.Geometry(kind, srid=3857, spatial_index=False)


def upgrade() -> None:
    """Draw tiles."""
    op.create_table(
        "drawn_site",
        sa.Column("site_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("district_code", sa.Text(), nullable=False),
        sa.Column("town_code", sa.Text(), nullable=False),
        sa.Column("neighbourhood_code", sa.Text(), nullable=True),
        sa.Column("is_standalone", sa.Boolean(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("category", sa.Text(), nullable=True),
        sa.Column("management_types", sa.Text(), nullable=True),
        sa.Column("inspection_status", sa.Text(), nullable=False),
        sa.Column("covered", sa.Boolean(), nullable=False),
        sa.Column("market_covered", sa.Boolean(), nullable=False),
        sa.Column("verified", sa.Boolean(), nullable=False),
        sa.Column("uncovered_since", sa.Date(), nullable=True),
        sa.Column("households", sa.Integer(), nullable=True),
        sa.Column("centre", _shape("POINT"), nullable=False),
        sa.Column("outline", _shape("MULTIPOLYGON"), nullable=True),
        sa.Column("outline_far", _shape("MULTIPOLYGON"), nullable=True),
        sa.Column("place", _shape("GEOMETRY"), nullable=False),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name=op.f("fk_drawn_site_site_id")),
        sa.PrimaryKeyConstraint("site_id", name=op.f("pk_drawn_site")),
    )
    op.create_index(op.f("ix_drawn_site_place"), "drawn_site", ["place"], postgresql_using="gist")
    op.create_table(
        "drawn_day",
        sa.Column("is_only", sa.Boolean(), server_default="true", nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.CheckConstraint("is_only", name=op.f("ck_drawn_day_is_only")),
        sa.PrimaryKeyConstraint("is_only", name=op.f("pk_drawn_day")),
    )
    op.create_table(
        "site_to_draw",
        sa.Column("transaction_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("site_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("transaction_id", "site_id", name=op.f("pk_site_to_draw")),
    )
    op.create_table(
        "drawn_change",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column(
            "changed_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column("change_group", sa.Text(), nullable=False),
        sa.Column("x", sa.Integer(), nullable=True),
        sa.Column("y", sa.Integer(), nullable=True),
        sa.Column("district_code", sa.Text(), nullable=False),
        sa.Column("town_code", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "change_group IN ('sites', 'footprints', 'ground')",
            name=op.f("ck_drawn_change_change_group"),
        ),
        sa.CheckConstraint("(x IS NULL) = (y IS NULL)", name=op.f("ck_drawn_change_block")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_drawn_change")),
    )
    op.create_index(
        op.f("ix_drawn_change_change_group_x_y"), "drawn_change", ["change_group", "x", "y"]
    )
    op.create_table(
        "footprint_count",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("x", sa.Integer(), nullable=False),
        sa.Column("y", sa.Integer(), nullable=False),
        sa.Column("district_code", sa.Text(), nullable=False),
        sa.Column("town_code", sa.Text(), nullable=True),
        sa.Column("neighbourhood_code", sa.Text(), nullable=True),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_footprint_count")),
    )
    op.create_index(
        "uq_footprint_count_cell",
        "footprint_count",
        [
            "x",
            "y",
            "district_code",
            sa.literal_column("coalesce(town_code, '')"),
            sa.literal_column("coalesce(neighbourhood_code, '')"),
        ],
        unique=True,
    )
    op.drop_column("footprint", "geom_3857")
    copy = "st_transform(geom, 3857)"
    for table, kind, copied in (
        ("footprint", "MULTIPOLYGON", f"st_forcepolygoncw({copy})"),
        ("road", "LINESTRING", copy),
        ("landuse", "MULTIPOLYGON", copy),
    ):
        column = sa.Column(
            "geom_3857", _shape(kind), sa.Computed(copied, persisted=True), nullable=True
        )
        op.add_column(table, column)
        op.create_index(
            op.f(f"ix_{table}_geom_3857"), table, ["geom_3857"], postgresql_using="gist"
        )
    # What was imported before there were triggers that count.
    op.execute(
        "INSERT INTO footprint_count (x, y, district_code, town_code, neighbourhood_code, count)"
        " SELECT floor((ST_XMin(geom_3857) + 20037508.342789244) / 305.748113140705)::integer,"
        " floor((20037508.342789244 - ST_YMax(geom_3857)) / 305.748113140705)::integer,"
        " district_code, town_code, neighbourhood_code, count(*)"
        " FROM footprint GROUP BY 1, 2, 3, 4, 5"
    )
