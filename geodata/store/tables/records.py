"""What hangs on a site beside the form: contacts, utilities, separation, roadmap, evidence."""

from __future__ import annotations

from datetime import date

from sqlalchemy import BigInteger, Boolean, CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from geodata.domain.governance import ContactSlot
from geodata.domain.utility import SeparationItem, SeparationState, Utility
from geodata.store.sealing import Sealed
from geodata.store.tables.base import Base, CreatedAt, RowId, one_of


class SiteContact(Base):
    """One of the four of 四位一体 at a site (S06)."""

    __tablename__ = "site_contact"

    id: Mapped[RowId]
    site_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("site.id"))
    slot: Mapped[str]
    is_not_established: Mapped[bool] = mapped_column(Boolean, server_default="false")
    organisation: Mapped[str | None]
    person: Mapped[str | None]
    phone: Mapped[str | None] = mapped_column(Sealed)

    __table_args__ = (
        one_of("slot", ContactSlot),
        Index("uq_site_contact_slot", "site_id", "slot", unique=True),
    )


class SiteUtility(Base):
    """One utility's handover at a site (S46)."""

    __tablename__ = "site_utility"

    id: Mapped[RowId]
    site_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("site.id"))
    utility: Mapped[str]
    exists: Mapped[bool | None] = mapped_column(Boolean)
    is_transferred: Mapped[bool | None] = mapped_column(Boolean)
    is_maintained: Mapped[bool | None] = mapped_column(Boolean)
    note: Mapped[str | None]

    __table_args__ = (
        one_of("utility", Utility),
        Index("uq_site_utility_utility", "site_id", "utility", unique=True),
    )


class SiteSeparation(Base):
    """One of 三供一业 at a site: how far its handover has moved (S16)."""

    __tablename__ = "site_separation"

    id: Mapped[RowId]
    site_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("site.id"))
    item: Mapped[str]
    state: Mapped[str]
    lead: Mapped[str | None]
    signed_on: Mapped[date | None]
    done_on: Mapped[date | None]
    note: Mapped[str | None]

    __table_args__ = (
        one_of("item", SeparationItem),
        one_of("state", SeparationState),
        Index("uq_site_separation_item", "site_id", "item", unique=True),
    )


class SiteMilestone(Base):
    """A dated step of a site's roadmap to professional management (S18)."""

    __tablename__ = "site_milestone"

    id: Mapped[RowId]
    site_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("site.id"))
    title: Mapped[str]
    due_on: Mapped[date]
    done_on: Mapped[date | None]

    __table_args__ = (
        CheckConstraint("length(title) BETWEEN 1 AND 200", name="title"),
        Index(None, "site_id", "due_on"),
    )


class SiteEvidence(Base):
    """A file that proves a fact of a site; its content lies in the file store under its digest."""

    __tablename__ = "site_evidence"

    id: Mapped[RowId]
    site_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("site.id"))
    about: Mapped[str]
    file_name: Mapped[str]
    media_type: Mapped[str]
    digest: Mapped[str]
    size_bytes: Mapped[int] = mapped_column(BigInteger)
    note: Mapped[str | None]
    added_by: Mapped[str]
    added_at: Mapped[CreatedAt]
    withdrawn_on: Mapped[date | None]

    __table_args__ = (Index(None, "site_id", "id"),)
