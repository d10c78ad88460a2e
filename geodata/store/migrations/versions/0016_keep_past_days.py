"""Keep sites as maps of a few other days than today show them."""

from __future__ import annotations

import geoalchemy2
import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"


def _shape(kind: str) -> geoalchemy2.Geometry:
    return geoalchemy2.Geometry(kind, srid=3857, spatial_index=False)


def upgrade() -> None:
    """No day is kept yet; each is drawn when somebody looks at it."""
    op.create_table(
        "drawn_past_site",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("site_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("district_code", sa.Text()),
        sa.Column("town_code", sa.Text()),
        sa.Column("neighbourhood_code", sa.Text()),
        sa.Column("is_standalone", sa.Boolean()),
        sa.Column("name", sa.Text()),
        sa.Column("category", sa.Text()),
        sa.Column("management_types", sa.Text()),
        sa.Column("inspection_status", sa.Text()),
        sa.Column("covered", sa.Boolean()),
        sa.Column("market_covered", sa.Boolean()),
        sa.Column("verified", sa.Boolean()),
        sa.Column("uncovered_since", sa.Date()),
        sa.Column("households", sa.Integer()),
        sa.Column("centre", _shape("POINT")),
        sa.Column("outline", _shape("MULTIPOLYGON")),
        sa.Column("outline_far", _shape("MULTIPOLYGON")),
        sa.Column("place", _shape("GEOMETRY")),
        sa.PrimaryKeyConstraint("day", "site_id", name=op.f("pk_drawn_past_site")),
    )
    op.create_index(
        op.f("ix_drawn_past_site_place"), "drawn_past_site", ["place"], postgresql_using="gist"
    )
    op.create_table(
        "drawn_past_day",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("is_whole", sa.Boolean(), server_default="false", nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_drawn_past_day")),
        sa.UniqueConstraint("day", name=op.f("uq_drawn_past_day_day")),
    )
