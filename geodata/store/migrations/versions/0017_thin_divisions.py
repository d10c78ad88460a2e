"""Keep the outlines of divisions thinned for views from afar."""

from __future__ import annotations

import geoalchemy2
import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"


def upgrade() -> None:
    """PostgreSQL works them out for the divisions that are there."""
    for name, metres in (("drawn_middle", 19), ("drawn_far", 152)):
        thinned = f"st_simplifypreservetopology(st_transform(geom, 3857), {metres})"
        op.add_column(
            "division",
            sa.Column(
                name,
                geoalchemy2.Geometry("MULTIPOLYGON", srid=3857, spatial_index=False),
                sa.Computed(f"st_forcepolygoncw(st_multi({thinned}))", persisted=True),
            ),
        )
