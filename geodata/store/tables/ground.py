"""What surveys and maps say about the ground: footprints, roads, landuse."""

from __future__ import annotations

from typing import Any

from sqlalchemy import BigInteger, Boolean, Computed, Float, ForeignKey, Index, Integer, text
from sqlalchemy.orm import Mapped, mapped_column

from geodata.domain.footprint import ClassReason, FootprintClass
from geodata.store.tables.base import Base, RowId, drawn_copy, geometry, one_of


class Footprint(Base):
    """A building's outline, with what it is to the ledger (`geodata.domain.footprint`).

    `site_id` to `candidate_id` are written by the database's own functions only.
    """

    __tablename__ = "footprint"

    id: Mapped[RowId]
    district_code: Mapped[str] = mapped_column(ForeignKey("division.code"))
    town_code: Mapped[str | None] = mapped_column(ForeignKey("division.code"))
    neighbourhood_code: Mapped[str | None] = mapped_column(ForeignKey("division.code"))
    source_id: Mapped[str]
    use: Mapped[str | None]
    name: Mapped[str | None]
    floors: Mapped[int | None] = mapped_column(Integer)
    height_m: Mapped[float | None] = mapped_column(Float)
    site_id: Mapped[int | None] = mapped_column(
        BigInteger, ForeignKey("site.id", ondelete="SET NULL")
    )
    site_share: Mapped[float | None] = mapped_column(Float)
    gap_class: Mapped[str | None]
    gap_reason: Mapped[str | None]
    candidate_id: Mapped[int | None] = mapped_column(
        BigInteger, ForeignKey("gap_candidate.id", ondelete="SET NULL")
    )
    geom: Mapped[Any] = geometry("MULTIPOLYGON", is_optional=False)
    geom_3857: Mapped[Any] = drawn_copy("MULTIPOLYGON", is_clockwise=True)
    area_m2: Mapped[float | None] = mapped_column(
        Float, Computed("st_area(st_transform(geom, 4326)::geography)", persisted=True)
    )

    __table_args__ = (
        Index("uq_footprint_source_id", "district_code", "source_id", unique=True),
        Index(None, "geom", postgresql_using="gist"),
        Index(None, "geom_3857", postgresql_using="gist"),
        Index(None, "site_id", postgresql_where=text("site_id IS NOT NULL")),
        Index(None, "candidate_id", postgresql_where=text("candidate_id IS NOT NULL")),
        Index(
            "ix_footprint_missing",
            "geom_3857",
            postgresql_using="gist",
            postgresql_where=text("gap_class = 'missing'"),
        ),
        one_of("gap_class", FootprintClass),
        one_of("gap_reason", ClassReason),
    )


class Road(Base):
    """A piece of road: drawn today, travelled by routes later."""

    __tablename__ = "road"

    id: Mapped[RowId]
    district_code: Mapped[str] = mapped_column(ForeignKey("division.code"))
    source_id: Mapped[str]
    highway: Mapped[str]
    name: Mapped[str | None]
    is_oneway: Mapped[bool] = mapped_column(Boolean, server_default="false")
    access: Mapped[str | None]
    geom: Mapped[Any] = geometry("LINESTRING", is_optional=False)
    geom_3857: Mapped[Any] = drawn_copy("LINESTRING")

    __table_args__ = (
        Index("uq_road_source_id", "district_code", "source_id", unique=True),
        Index(None, "geom", postgresql_using="gist"),
        Index(None, "geom_3857", postgresql_using="gist"),
    )


class Landuse(Base):
    """An area to draw or to propose a boundary from: residential, water, green."""

    __tablename__ = "landuse"

    id: Mapped[RowId]
    district_code: Mapped[str] = mapped_column(ForeignKey("division.code"))
    source_id: Mapped[str]
    kind: Mapped[str]
    name: Mapped[str | None]
    geom: Mapped[Any] = geometry("MULTIPOLYGON", is_optional=False)
    geom_3857: Mapped[Any] = drawn_copy("MULTIPOLYGON")

    __table_args__ = (
        Index("uq_landuse_source_id", "district_code", "source_id", unique=True),
        Index(None, "geom", postgresql_using="gist"),
        Index(None, "geom_3857", postgresql_using="gist"),
    )
