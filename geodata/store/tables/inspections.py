"""Inspections and the findings they leave (S28-S31)."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, Boolean, CheckConstraint, Float, ForeignKey, Index, Integer
from sqlalchemy.orm import Mapped, mapped_column

from geodata.domain.finding_steps import FindingEvent
from geodata.domain.inspection import FindingStatus, InspectionKind, InspectionResult
from geodata.store.tables.base import Base, CreatedAt, RowId, geometry, one_of


class Inspection(Base):
    """Somebody went there on a day and saw something.

    `client_id` is made where it was recorded, so that sending it twice changes nothing.
    """

    __tablename__ = "inspection"

    id: Mapped[RowId]
    client_id: Mapped[UUID | None] = mapped_column(unique=True)
    site_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("site.id"))
    inspected_on: Mapped[date]
    kind: Mapped[str]
    result: Mapped[str]
    confirms_cover: Mapped[bool] = mapped_column(Boolean)
    note: Mapped[str | None]
    inspector: Mapped[str | None]
    seen_at: Mapped[datetime | None]
    position: Mapped[Any] = geometry("POINT")
    off_site_m: Mapped[float | None] = mapped_column(Float)
    off_site_reason: Mapped[str | None]
    checklist: Mapped[dict[str, Any] | None]
    scores: Mapped[dict[str, Any] | None]
    row_version: Mapped[int] = mapped_column(Integer, server_default="1")
    created_at: Mapped[CreatedAt]

    __table_args__ = (
        one_of("kind", InspectionKind),
        one_of("result", InspectionResult),
        Index(None, "site_id", "inspected_on"),
    )


class Finding(Base):
    """A problem and the days on which its rectification moved; its status follows from them."""

    __tablename__ = "finding"

    id: Mapped[RowId]
    client_id: Mapped[UUID | None] = mapped_column(unique=True)
    site_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("site.id"))
    inspection_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("inspection.id"))
    clause: Mapped[str]
    description: Mapped[str]
    responsible: Mapped[str | None]
    opened_on: Mapped[date]
    due_on: Mapped[date]
    started_on: Mapped[date | None]
    handed_in_on: Mapped[date | None]
    rejected_on: Mapped[date | None]
    closed_on: Mapped[date | None]
    row_version: Mapped[int] = mapped_column(Integer, server_default="1")

    __table_args__ = (
        CheckConstraint("due_on >= opened_on", name="due_on"),
        CheckConstraint("closed_on >= opened_on", name="closed_on"),
        Index(None, "site_id", "opened_on"),
        Index(None, "inspection_id"),
    )


class FindingStep(Base):
    """What happened to a finding: one line a step, never changed."""

    __tablename__ = "finding_step"

    id: Mapped[RowId]
    finding_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("finding.id"))
    event: Mapped[str]
    before: Mapped[str]
    after: Mapped[str]
    taken_on: Mapped[date]
    due_on: Mapped[date]
    note: Mapped[str | None]
    taken_by: Mapped[str]
    taken_at: Mapped[CreatedAt]

    __table_args__ = (
        one_of("event", FindingEvent),
        one_of("before", FindingStatus),
        one_of("after", FindingStatus),
        Index(None, "finding_id"),
    )


class Photo(Base):
    """A picture of what was seen, or of what was put right; its own metadata was taken out."""

    __tablename__ = "photo"

    id: Mapped[RowId]
    client_id: Mapped[UUID] = mapped_column(unique=True)
    inspection_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("inspection.id"))
    finding_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("finding.id"))
    digest: Mapped[str]
    media_type: Mapped[str]
    size_bytes: Mapped[int] = mapped_column(Integer)
    taken_at: Mapped[datetime | None]
    position: Mapped[Any] = geometry("POINT")
    caption: Mapped[str | None]
    created_by: Mapped[str]
    created_at: Mapped[CreatedAt]

    __table_args__ = (Index(None, "inspection_id"), Index(None, "finding_id"))
