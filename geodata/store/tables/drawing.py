"""What tiles are drawn from: sites as they look today, and where something has changed."""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import BigInteger, Boolean, CheckConstraint, ForeignKey, Index, Integer, text
from sqlalchemy.orm import Mapped, mapped_column

from geodata.layers import ChangeGroup
from geodata.store.tables.base import TILE_SRID, Base, CreatedAt, RowId, geometry, one_of


class DrawnSite(Base):
    """A site as maps of the day show it; written by the database's own functions only.

    Outlines run clockwise in web mercator, as vector tiles want them; `outline_far` is thinned
    for views from farther away. A site that is nowhere has no row.
    """

    __tablename__ = "drawn_site"

    site_id: Mapped[int] = mapped_column(
        BigInteger, ForeignKey("site.id"), primary_key=True, autoincrement=False
    )
    district_code: Mapped[str]
    town_code: Mapped[str]
    neighbourhood_code: Mapped[str | None]
    is_standalone: Mapped[bool] = mapped_column(Boolean)
    name: Mapped[str]
    category: Mapped[str | None]
    management_types: Mapped[str | None]
    inspection_status: Mapped[str]
    covered: Mapped[bool] = mapped_column(Boolean)
    market_covered: Mapped[bool] = mapped_column(Boolean)
    verified: Mapped[bool] = mapped_column(Boolean)
    uncovered_since: Mapped[date | None]
    households: Mapped[int | None] = mapped_column(Integer)
    centre: Mapped[Any] = geometry("POINT", is_optional=False, srid=TILE_SRID)
    outline: Mapped[Any] = geometry("MULTIPOLYGON", srid=TILE_SRID)
    outline_far: Mapped[Any] = geometry("MULTIPOLYGON", srid=TILE_SRID)
    place: Mapped[Any] = geometry("GEOMETRY", is_optional=False, srid=TILE_SRID)

    __table_args__ = (Index(None, "place", postgresql_using="gist"),)


class DrawnDay(Base):
    """The one day that `DrawnSite` tells of."""

    __tablename__ = "drawn_day"

    is_only: Mapped[bool] = mapped_column(Boolean, primary_key=True, server_default="true")
    day: Mapped[date]

    __table_args__ = (CheckConstraint("is_only", name="is_only"),)


class DrawnPastSite(Base):
    """A site as maps of another day show it: that day, then what `DrawnSite` holds, in its order.

    Only `day` and `site_id` are told where the site was nowhere on that day.
    """

    __tablename__ = "drawn_past_site"

    day: Mapped[date] = mapped_column(primary_key=True)
    site_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    district_code: Mapped[str | None]
    town_code: Mapped[str | None]
    neighbourhood_code: Mapped[str | None]
    is_standalone: Mapped[bool | None] = mapped_column(Boolean)
    name: Mapped[str | None]
    category: Mapped[str | None]
    management_types: Mapped[str | None]
    inspection_status: Mapped[str | None]
    covered: Mapped[bool | None] = mapped_column(Boolean)
    market_covered: Mapped[bool | None] = mapped_column(Boolean)
    verified: Mapped[bool | None] = mapped_column(Boolean)
    uncovered_since: Mapped[date | None]
    households: Mapped[int | None] = mapped_column(Integer)
    centre: Mapped[Any] = geometry("POINT", srid=TILE_SRID)
    outline: Mapped[Any] = geometry("MULTIPOLYGON", srid=TILE_SRID)
    outline_far: Mapped[Any] = geometry("MULTIPOLYGON", srid=TILE_SRID)
    place: Mapped[Any] = geometry("GEOMETRY", srid=TILE_SRID)

    __table_args__ = (Index(None, "place", postgresql_using="gist"),)


class DrawnPastDay(Base):
    """A day that `DrawnPastSite` tells of, or will once it `is_whole`."""

    __tablename__ = "drawn_past_day"

    id: Mapped[RowId]
    day: Mapped[date] = mapped_column(unique=True)
    is_whole: Mapped[bool] = mapped_column(Boolean, server_default="false")


class SiteToDraw(Base):
    """A site that the running transaction has touched; emptied before it commits."""

    __tablename__ = "site_to_draw"

    transaction_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    site_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)


class DrawnChange(Base):
    """Something drawn has changed in a block of the map: a tile at zoom 14, or everywhere.

    Only added to: the number of rows of a block tells how often it changed, and two
    transactions never wait for each other. Each tells of its rows when it commits.
    """

    __tablename__ = "drawn_change"

    id: Mapped[RowId]
    changed_at: Mapped[CreatedAt]
    change_group: Mapped[str]
    x: Mapped[int | None] = mapped_column(Integer)
    y: Mapped[int | None] = mapped_column(Integer)
    district_code: Mapped[str]
    town_code: Mapped[str | None]

    __table_args__ = (
        one_of("change_group", ChangeGroup),
        CheckConstraint("(x IS NULL) = (y IS NULL)", name="block"),
        Index(None, "change_group", "x", "y"),
    )


class FootprintCount(Base):
    """How many footprints lie in a cell of the grid (a tile at zoom 17), for views from afar."""

    __tablename__ = "footprint_count"

    id: Mapped[RowId]
    x: Mapped[int] = mapped_column(Integer)
    y: Mapped[int] = mapped_column(Integer)
    district_code: Mapped[str]
    town_code: Mapped[str | None]
    neighbourhood_code: Mapped[str | None]
    count: Mapped[int] = mapped_column(Integer)

    __table_args__ = (
        Index(
            "uq_footprint_count_cell",
            "x",
            "y",
            "district_code",
            text("coalesce(town_code, '')"),
            text("coalesce(neighbourhood_code, '')"),
            unique=True,
        ),
    )
