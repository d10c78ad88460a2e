"""Inspections and the findings they leave (S28-S31)."""

from __future__ import annotations

from datetime import date

from sqlalchemy import BigInteger, Boolean, CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from geodata.domain.inspection import InspectionKind, InspectionResult
from geodata.store.tables.base import Base, RowId, one_of


class Inspection(Base):
    """Somebody went there on a day and saw something."""

    __tablename__ = "inspection"

    id: Mapped[RowId]
    site_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("site.id"))
    inspected_on: Mapped[date]
    kind: Mapped[str]
    result: Mapped[str]
    confirms_cover: Mapped[bool] = mapped_column(Boolean)
    note: Mapped[str | None]

    __table_args__ = (
        one_of("kind", InspectionKind),
        one_of("result", InspectionResult),
        Index(None, "site_id", "inspected_on"),
    )


class Finding(Base):
    """A problem and the days on which its rectification moved; its status follows from them."""

    __tablename__ = "finding"

    id: Mapped[RowId]
    site_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("site.id"))
    inspection_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("inspection.id"))
    clause: Mapped[str]
    description: Mapped[str]
    opened_on: Mapped[date]
    due_on: Mapped[date]
    started_on: Mapped[date | None]
    handed_in_on: Mapped[date | None]
    closed_on: Mapped[date | None]

    __table_args__ = (
        CheckConstraint("due_on >= opened_on", name="due_on"),
        CheckConstraint("closed_on >= opened_on", name="closed_on"),
        Index(None, "site_id", "opened_on"),
    )
