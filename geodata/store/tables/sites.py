"""Sites, the management in force at them, and every version they have had."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    Numeric,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from geodata.domain.category import Category
from geodata.domain.management import ManagementType
from geodata.domain.site import ServiceStar
from geodata.store.sealing import Sealed, SealedJson
from geodata.store.tables.base import (
    Base,
    CreatedAt,
    RowId,
    drawn_copy,
    geometry,
    one_of,
)


class Site(Base):
    """One row of the ledger as it stands now; ``NULL`` is 未填报."""

    __tablename__ = "site"

    id: Mapped[RowId]
    external_id: Mapped[str | None]
    district_code: Mapped[str] = mapped_column(ForeignKey("division.code"))
    town_code: Mapped[str]
    neighbourhood_code: Mapped[str | None]
    name: Mapped[str]
    address: Mapped[str | None]
    category: Mapped[str | None]
    built_year: Mapped[int | None] = mapped_column(Integer)
    floor_area_m2: Mapped[Decimal | None] = mapped_column(Numeric(14, 2))
    buildings: Mapped[int | None] = mapped_column(Integer)
    households: Mapped[int | None] = mapped_column(Integer)
    occupied_households: Mapped[int | None] = mapped_column(Integer)
    service_star: Mapped[str | None]
    company: Mapped[str | None]
    developer: Mapped[str | None]
    project_manager: Mapped[str | None]
    phone: Mapped[str | None] = mapped_column(Sealed)
    fee_min_yuan: Mapped[Decimal | None] = mapped_column(Numeric(8, 2))
    fee_max_yuan: Mapped[Decimal | None] = mapped_column(Numeric(8, 2))
    subsidised: Mapped[bool | None] = mapped_column(Boolean)
    owners_committee: Mapped[bool | None] = mapped_column(Boolean)
    maintenance_fund: Mapped[bool | None] = mapped_column(Boolean)
    utility_handover: Mapped[bool | None] = mapped_column(Boolean)
    note: Mapped[str | None]
    is_ready_for_star: Mapped[bool | None] = mapped_column(Boolean)
    readiness_reason: Mapped[str | None]
    has_cleaning: Mapped[bool | None] = mapped_column(Boolean)
    has_security: Mapped[bool | None] = mapped_column(Boolean)
    has_order: Mapped[bool | None] = mapped_column(Boolean)
    collection_share: Mapped[Decimal | None] = mapped_column(Numeric(5, 4))
    responsible: Mapped[str | None]
    grid_members: Mapped[int | None] = mapped_column(Integer)
    source_row: Mapped[dict[str, Any]] = mapped_column(SealedJson, server_default="{}")
    listed_on: Mapped[date]
    delisted_on: Mapped[date | None]
    row_version: Mapped[int] = mapped_column(Integer, server_default="1")
    geom: Mapped[Any] = geometry("MULTIPOLYGON")
    point: Mapped[Any] = geometry("POINT")
    geom_source: Mapped[str | None]
    geom_accuracy_m: Mapped[Decimal | None] = mapped_column(Numeric(8, 2))
    geom_note: Mapped[str | None]
    geom_3857: Mapped[Any] = drawn_copy("MULTIPOLYGON")

    __table_args__ = (
        one_of("category", Category),
        one_of("service_star", ServiceStar),
        CheckConstraint("length(name) BETWEEN 1 AND 200", name="name"),
        CheckConstraint("buildings >= 0 AND households >= 0", name="counts"),
        CheckConstraint("floor_area_m2 >= 0", name="floor_area_m2"),
        # Delisted on its first day: it was never in the ledger, an import was undone.
        CheckConstraint("delisted_on >= listed_on", name="delisted_on"),
        CheckConstraint("collection_share BETWEEN 0 AND 1", name="collection_share"),
        CheckConstraint("geom IS NULL OR NOT st_isempty(geom)", name="geom"),
        ForeignKeyConstraint(
            ["town_code", "district_code"], ["division.code", "division.parent_code"]
        ),
        ForeignKeyConstraint(
            ["neighbourhood_code", "town_code"], ["division.code", "division.parent_code"]
        ),
        Index(
            "uq_site_external_id",
            "district_code",
            "external_id",
            unique=True,
            postgresql_where=text("external_id IS NOT NULL"),
        ),
        Index(None, "district_code", "town_code", "neighbourhood_code"),
        Index(None, "geom", postgresql_using="gist"),
        Index(None, "point", postgresql_using="gist"),
        Index(None, "geom_3857", postgresql_using="gist"),
    )


class ManagementArrangement(Base):
    """One management type in force at a site for a while: a lapse is a fact, not an edit.

    尚未实施 has a row too: that a site was declared unmanaged is something else than silence.
    ``contract_until`` is what the contract says; only ``ends_on`` ends anything.
    """

    __tablename__ = "management_arrangement"

    id: Mapped[RowId]
    site_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("site.id"))
    management_type: Mapped[str]
    is_backstop: Mapped[bool] = mapped_column(Boolean, server_default="false")
    is_emergency: Mapped[bool] = mapped_column(Boolean, server_default="false")
    company: Mapped[str | None]
    starts_on: Mapped[date]
    ends_on: Mapped[date | None]
    contract_until: Mapped[date | None]

    __table_args__ = (
        one_of("management_type", ManagementType),
        CheckConstraint("ends_on >= starts_on", name="ends_on"),
        CheckConstraint("contract_until >= starts_on", name="contract_until"),
        Index(None, "site_id", "starts_on"),
        Index(
            "uq_management_arrangement_in_force",
            "site_id",
            "management_type",
            unique=True,
            postgresql_where=text("ends_on IS NULL"),
        ),
    )


class SiteVersion(Base):
    """One change of a site or of what hangs on it: who, when, old, new, why (S23).

    Written by triggers only, so that no path into the tables can forget it.
    """

    __tablename__ = "site_version"

    id: Mapped[RowId]
    site_id: Mapped[int] = mapped_column(BigInteger)
    subject: Mapped[str]
    row_id: Mapped[int] = mapped_column(BigInteger)
    old: Mapped[dict[str, Any] | None]
    new: Mapped[dict[str, Any] | None]
    changed_by: Mapped[str]
    reason: Mapped[str]
    effective_on: Mapped[date]
    recorded_at: Mapped[CreatedAt]
    import_id: Mapped[int | None] = mapped_column(BigInteger)

    __table_args__ = (
        Index(None, "site_id", "effective_on", "id"),
        Index(None, "import_id", postgresql_where=text("import_id IS NOT NULL")),
        Index(None, "effective_on"),
        Index(None, "subject", "effective_on"),
    )


class FormerPlace(Base):
    """A division that a site was in before it was given to another; written by a trigger only."""

    __tablename__ = "former_place"

    site_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("site.id"), primary_key=True)
    division_code: Mapped[str] = mapped_column(primary_key=True)

    __table_args__ = (Index(None, "division_code"),)
