"""Plans of visits, their stops, and batches of sites that are to be inspected."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import BigInteger, Boolean, CheckConstraint, ForeignKey, Index, Integer
from sqlalchemy.orm import Mapped, mapped_column

from geodata.domain.due import VisitReason
from geodata.domain.inspection import InspectionKind
from geodata.domain.visiting import StopState, VisitPlanStatus
from geodata.store.tables.base import Base, CreatedAt, RowId, one_of


class VisitPlan(Base):
    """Who visits what, when: asked for, made by a job, changed during the day.

    Attributes:
        asked: What was wished, as `POST /api/visit-plans` takes it.
        progress: How far the search is: ``share`` 0-1, the best plan so far.
        found: Routes, what was left out and why, bounds; empty until the first plan is there.
    """

    __tablename__ = "visit_plan"

    id: Mapped[RowId]
    district_code: Mapped[str] = mapped_column(ForeignKey("division.code"))
    town_code: Mapped[str | None] = mapped_column(ForeignKey("division.code"))
    neighbourhood_code: Mapped[str | None] = mapped_column(ForeignKey("division.code"))
    first_on: Mapped[date]
    last_on: Mapped[date]
    status: Mapped[str]
    seed: Mapped[int] = mapped_column(Integer)
    asked: Mapped[dict[str, Any]]
    progress: Mapped[dict[str, Any] | None]
    found: Mapped[dict[str, Any] | None]
    is_stopping: Mapped[bool] = mapped_column(Boolean, server_default="false")
    row_version: Mapped[int] = mapped_column(Integer, server_default="1")
    created_by: Mapped[str]
    created_at: Mapped[CreatedAt]

    __table_args__ = (
        one_of("status", VisitPlanStatus),
        CheckConstraint("last_on >= first_on", name="last_on"),
        Index(None, "district_code", "first_on"),
    )


class PlannedStop(Base):
    """One visit of a plan: who, when, in which order, and what became of it."""

    __tablename__ = "planned_stop"

    id: Mapped[RowId]
    plan_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("visit_plan.id"))
    site_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("site.id"))
    inspector: Mapped[str]
    visits_on: Mapped[date]
    position: Mapped[int] = mapped_column(Integer)
    arrives_s: Mapped[int] = mapped_column(Integer)
    begins_s: Mapped[int] = mapped_column(Integer)
    ends_s: Mapped[int] = mapped_column(Integer)
    travel_s: Mapped[int] = mapped_column(Integer)
    distance_m: Mapped[int] = mapped_column(Integer)
    reason: Mapped[str]
    days: Mapped[int | None] = mapped_column(Integer)
    state: Mapped[str]
    state_at: Mapped[datetime | None]
    note: Mapped[str | None]
    inspection_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("inspection.id"))

    __table_args__ = (
        one_of("state", StopState),
        one_of("reason", VisitReason),
        Index("uq_planned_stop_site", "plan_id", "site_id", unique=True),
        Index(None, "inspector", "visits_on"),
        Index(None, "site_id"),
    )


class InspectionBatch(Base):
    """Sites to be inspected together: all of a town, or a sample that a stored seed drew."""

    __tablename__ = "inspection_batch"

    id: Mapped[RowId]
    district_code: Mapped[str] = mapped_column(ForeignKey("division.code"))
    town_code: Mapped[str | None] = mapped_column(ForeignKey("division.code"))
    neighbourhood_code: Mapped[str | None] = mapped_column(ForeignKey("division.code"))
    kind: Mapped[str]
    seed: Mapped[str | None]
    drawn_on: Mapped[date]
    until_on: Mapped[date | None]
    override_reason: Mapped[str | None]
    created_by: Mapped[str]
    created_at: Mapped[CreatedAt]

    __table_args__ = (one_of("kind", InspectionKind), Index(None, "district_code", "drawn_on"))


class BatchSite(Base):
    """A site of a batch; `is_drawn` is false for what the strata hold and the draw left."""

    __tablename__ = "batch_site"

    batch_id: Mapped[int] = mapped_column(
        BigInteger, ForeignKey("inspection_batch.id"), primary_key=True
    )
    site_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("site.id"), primary_key=True)
    stratum: Mapped[str]
    is_drawn: Mapped[bool] = mapped_column(Boolean)

    __table_args__ = (Index(None, "site_id"),)


class SelfCheck(Base):
    """A town signs that it has checked its own sites (S28); the district inspects after that."""

    __tablename__ = "self_check"

    id: Mapped[RowId]
    district_code: Mapped[str] = mapped_column(ForeignKey("division.code"))
    town_code: Mapped[str] = mapped_column(ForeignKey("division.code"))
    year: Mapped[int] = mapped_column(Integer)
    signed_on: Mapped[date]
    signed_by: Mapped[str]
    note: Mapped[str | None]
    created_at: Mapped[CreatedAt]

    __table_args__ = (Index("uq_self_check_town", "town_code", "year", unique=True),)
