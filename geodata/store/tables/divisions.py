"""Divisions: district, towns, neighbourhoods (S01)."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Boolean, CheckConstraint, ForeignKey, Index, Integer, Text, UniqueConstraint
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from geodata.domain.division import DivisionKind
from geodata.store.tables.base import Base, drawn_copy, geometry, one_of


class Division(Base):
    """One unit, with its official code, order and, where known, boundary."""

    __tablename__ = "division"

    code: Mapped[str] = mapped_column(primary_key=True)
    kind: Mapped[str]
    name: Mapped[str]
    aliases: Mapped[list[str]] = mapped_column(ARRAY(Text), server_default="{}")
    parent_code: Mapped[str | None] = mapped_column(ForeignKey("division.code"))
    district_code: Mapped[str] = mapped_column(ForeignKey("division.code"))
    sort_order: Mapped[int] = mapped_column(Integer)
    is_reporting_unit: Mapped[bool] = mapped_column(Boolean, server_default="true")
    is_sample: Mapped[bool] = mapped_column(Boolean, server_default="false")
    geom: Mapped[Any] = geometry("MULTIPOLYGON")
    geom_3857: Mapped[Any] = drawn_copy("MULTIPOLYGON")
    drawn_middle: Mapped[Any] = drawn_copy("MULTIPOLYGON", is_clockwise=True, thinned_m=19)
    drawn_far: Mapped[Any] = drawn_copy("MULTIPOLYGON", is_clockwise=True, thinned_m=152)

    __table_args__ = (
        one_of("kind", DivisionKind),
        CheckConstraint("(kind = 'district') = (parent_code IS NULL)", name="parent"),
        CheckConstraint("(kind = 'district') = (code = district_code)", name="district"),
        # The pair is what sites refer to, so that a site's town can only be its
        # neighbourhood's town.
        UniqueConstraint("code", "parent_code"),
        UniqueConstraint("parent_code", "name"),
        Index(None, "geom", postgresql_using="gist"),
        Index(None, "district_code", "kind", "sort_order"),
    )
