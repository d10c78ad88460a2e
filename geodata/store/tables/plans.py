"""Plans for unmanaged sites (S24-S27)."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    ForeignKey,
    Index,
    Integer,
    Numeric,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from geodata.domain.management import ManagementType
from geodata.domain.site_plan import PlanState
from geodata.store.tables.base import Base, CreatedAt, RowId, one_of


class SitePlan(Base):
    """What is to be done at a site, how far it is, and how its owners voted.

    A site has one current plan at most (``closed_on`` is empty); versions are written by trigger.
    """

    __tablename__ = "site_plan"

    id: Mapped[RowId]
    site_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("site.id"))
    plan_state: Mapped[str]
    measures: Mapped[str]
    management_type: Mapped[str]
    company: Mapped[str | None]
    due_on: Mapped[date | None]
    publicised_from: Mapped[date | None]
    publicised_until: Mapped[date | None]
    notice_evidence_id: Mapped[int | None] = mapped_column(
        BigInteger, ForeignKey("site_evidence.id")
    )
    voted_on: Mapped[date | None]
    owner_heads: Mapped[int | None] = mapped_column(Integer)
    owner_area_m2: Mapped[Decimal | None] = mapped_column(Numeric(14, 2))
    participating_heads: Mapped[int | None] = mapped_column(Integer)
    participating_area_m2: Mapped[Decimal | None] = mapped_column(Numeric(14, 2))
    agreeing_heads: Mapped[int | None] = mapped_column(Integer)
    agreeing_area_m2: Mapped[Decimal | None] = mapped_column(Numeric(14, 2))
    decided_on: Mapped[date | None]
    in_force_on: Mapped[date | None]
    is_fallback: Mapped[bool] = mapped_column(Boolean, server_default="false")
    organiser: Mapped[str | None]
    note: Mapped[str | None]
    created_by: Mapped[str]
    created_at: Mapped[CreatedAt]
    closed_on: Mapped[date | None]

    __table_args__ = (
        one_of("plan_state", PlanState),
        one_of("management_type", ManagementType),
        CheckConstraint("length(measures) BETWEEN 1 AND 2000", name="measures"),
        CheckConstraint("publicised_until >= publicised_from", name="publicised_until"),
        CheckConstraint(
            "plan_state IN ('draft') OR is_fallback OR (publicised_from IS NOT NULL"
            " AND publicised_until IS NOT NULL AND notice_evidence_id IS NOT NULL)",
            name="publicised",
        ),
        CheckConstraint(
            "plan_state IN ('draft', 'publicised') OR is_fallback OR (voted_on IS NOT NULL"
            " AND agreeing_heads <= participating_heads AND participating_heads <= owner_heads"
            " AND agreeing_area_m2 <= participating_area_m2"
            " AND participating_area_m2 <= owner_area_m2)",
            name="voted",
        ),
        CheckConstraint("plan_state <> 'in_force' OR in_force_on IS NOT NULL", name="in_force"),
        Index(
            "uq_site_plan_current",
            "site_id",
            unique=True,
            postgresql_where=text("closed_on IS NULL"),
        ),
        Index(None, "site_id"),
    )
