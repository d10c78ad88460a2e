"""What all tables share: names of constraints, and columns that recur."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any

from geoalchemy2 import Geometry
from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Computed,
    DateTime,
    Identity,
    MetaData,
    Text,
    func,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

SRID = 4490
"""CGCS2000 in degrees, the system of record; 3857 copies are for drawing only."""

TILE_SRID = 3857


class Base(DeclarativeBase):
    """Gives every constraint a name that errors can be told by."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map = {  # noqa: RUF012 - SQLAlchemy reads a plain class attribute
        str: Text,
        datetime: DateTime(timezone=True),
        dict[str, Any]: JSONB,
    }


RowId = Annotated[int, mapped_column(BigInteger, Identity(), primary_key=True)]
CreatedAt = Annotated[datetime, mapped_column(server_default=func.now())]


def one_of(column: str, enum: type[StrEnum]) -> CheckConstraint:
    """Return the check that a text column holds a member of an enumeration."""
    allowed = ", ".join(f"'{member.value}'" for member in enum)
    return CheckConstraint(f"{column} IN ({allowed})", name=column)


def geometry(kind: str, *, is_optional: bool = True, srid: int = SRID) -> Mapped[Any]:
    """Return a geometry column; indexes are declared with their table."""
    return mapped_column(
        Geometry(kind, srid=srid, spatial_index=False), nullable=is_optional, deferred=True
    )


def drawn_copy(
    kind: str, *, is_clockwise: bool = False, thinned_m: int | None = None
) -> Mapped[Any]:
    """Return the stored web-mercator copy that PostgreSQL itself keeps equal to ``geom``.

    Clockwise rings can go into a vector tile as they are. One that is thinned is so by some metres
    at the equator, for views from afar.
    """
    copy = f"st_transform(geom, {TILE_SRID})"
    if thinned_m is not None:
        copy = f"st_multi(st_simplifypreservetopology({copy}, {thinned_m}))"
    return mapped_column(
        Geometry(kind, srid=TILE_SRID, spatial_index=False),
        Computed(f"st_forcepolygoncw({copy})" if is_clockwise else copy, persisted=True),
        nullable=True,
        deferred=True,
    )
