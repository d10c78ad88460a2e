"""Buildings that the ledger misses, and what was decided about gaps."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Float,
    ForeignKey,
    Index,
    Integer,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from geodata.domain.footprint import FootprintClass
from geodata.domain.gap import GapDecision, GapKind
from geodata.store.tables.base import Base, CreatedAt, RowId, drawn_copy, geometry, one_of


class GapCandidate(Base):
    """Missing footprints that stand together: a community, or a building by itself.

    Written by the database's own functions only; an id lasts while most of its houses do.
    """

    __tablename__ = "gap_candidate"

    id: Mapped[RowId]
    district_code: Mapped[str] = mapped_column(ForeignKey("division.code"))
    town_code: Mapped[str | None] = mapped_column(ForeignKey("division.code"))
    neighbourhood_code: Mapped[str | None] = mapped_column(ForeignKey("division.code"))
    footprints: Mapped[int] = mapped_column(Integer)
    area_m2: Mapped[float] = mapped_column(Float)
    floor_area_m2: Mapped[float] = mapped_column(Float)
    name: Mapped[str | None]
    first_found_on: Mapped[date]
    geom: Mapped[Any] = geometry("MULTIPOLYGON", is_optional=False)
    geom_3857: Mapped[Any] = drawn_copy("MULTIPOLYGON", is_clockwise=True)

    __table_args__ = (
        Index(None, "district_code", "town_code", "neighbourhood_code"),
        Index(None, "geom", postgresql_using="gist"),
        Index(None, "geom_3857", postgresql_using="gist"),
    )


class DecidedGap(Base):
    """What a person decided about a gap, on which grounds; withdrawn, never deleted.

    `site_id` is the site decided about, `target_site_id` the one that was made, that took it in,
    or that it repeats; `target_version` is that one's version after the decision.
    """

    __tablename__ = "decided_gap"

    id: Mapped[RowId]
    district_code: Mapped[str] = mapped_column(ForeignKey("division.code"))
    town_code: Mapped[str | None] = mapped_column(ForeignKey("division.code"))
    neighbourhood_code: Mapped[str | None] = mapped_column(ForeignKey("division.code"))
    kind: Mapped[str]
    decision: Mapped[str]
    site_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("site.id"))
    target_site_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("site.id"))
    target_version: Mapped[int | None] = mapped_column(Integer)
    note: Mapped[str | None]
    file_name: Mapped[str | None]
    media_type: Mapped[str | None]
    digest: Mapped[str | None]
    decided_by: Mapped[str]
    decided_at: Mapped[CreatedAt]
    withdrawn_by: Mapped[str | None]
    withdrawn_at: Mapped[datetime | None]

    __table_args__ = (
        one_of("kind", GapKind),
        one_of("decision", GapDecision),
        CheckConstraint("(withdrawn_by IS NULL) = (withdrawn_at IS NULL)", name="withdrawn"),
        Index(None, "district_code", "town_code", "neighbourhood_code"),
        Index(None, "site_id", postgresql_where=text("site_id IS NOT NULL")),
    )


class DecidedFootprint(Base):
    """An outline that a decision was taken about, by which it is known again."""

    __tablename__ = "decided_footprint"

    id: Mapped[RowId]
    decided_gap_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("decided_gap.id"))
    geom: Mapped[Any] = geometry("MULTIPOLYGON", is_optional=False)

    __table_args__ = (Index(None, "decided_gap_id"), Index(None, "geom", postgresql_using="gist"))


class FootprintTally(Base):
    """How many footprints of a class a site, or what lies in none, has in a town."""

    __tablename__ = "footprint_tally"

    id: Mapped[RowId]
    district_code: Mapped[str]
    town_code: Mapped[str | None]
    neighbourhood_code: Mapped[str | None]
    gap_class: Mapped[str]
    site_id: Mapped[int | None] = mapped_column(BigInteger)
    footprints: Mapped[int] = mapped_column(Integer)
    area_m2: Mapped[float] = mapped_column(Float)

    __table_args__ = (
        one_of("gap_class", FootprintClass),
        Index(
            "uq_footprint_tally_key",
            "district_code",
            text("coalesce(town_code, '')"),
            text("coalesce(neighbourhood_code, '')"),
            "gap_class",
            text("coalesce(site_id, 0)"),
            unique=True,
        ),
    )


class FootprintToClass(Base):
    """Footprints that the running transaction has touched; emptied before it commits."""

    __tablename__ = "footprint_to_class"

    id: Mapped[RowId]
    transaction_id: Mapped[int] = mapped_column(BigInteger)
    footprints: Mapped[list[int]] = mapped_column(ARRAY(BigInteger))

    __table_args__ = (Index(None, "transaction_id"),)


class GapRun(Base):
    """A run that classes all footprints of a district, or a town, and how far it has come."""

    __tablename__ = "gap_run"

    id: Mapped[RowId]
    district_code: Mapped[str] = mapped_column(ForeignKey("division.code"))
    town_code: Mapped[str | None] = mapped_column(ForeignKey("division.code"))
    last_footprint_id: Mapped[int] = mapped_column(BigInteger, server_default="0")
    started_at: Mapped[CreatedAt]
    finished_at: Mapped[datetime | None]
