"""What callers send when they change a site."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Final

from pydantic import BaseModel, ConfigDict, Field

from geodata.domain.category import Category
from geodata.domain.governance import ContactSlot
from geodata.domain.ledger_rules import FIELDS
from geodata.domain.management import ManagementType
from geodata.domain.site import ServiceStar
from geodata.domain.utility import SeparationItem, SeparationState, Utility
from geodata.store.entries import Entry

_SENT: Final = 2000
"""No field is longer when it is sent; the rules of the ledger say how long it may be."""

Text = Annotated[str | None, Field(max_length=_SENT)]
Short = Annotated[str | None, Field(max_length=200)]
_SETS_HANDOVER: Final = "Let 是/否 of the form follow from what is told of the utilities"
_PLACE: Final = ("town", "neighbourhood")


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", allow_inf_nan=False)


class ContactIn(_Strict):
    """One of 四位一体; a masked phone leaves the stored one."""

    is_not_established: bool = False
    organisation: Short = None
    person: Short = None
    phone: Short = None


class UtilityIn(_Strict):
    """One utility's handover; ``null`` is 未填报."""

    exists: bool | None = None
    is_transferred: bool | None = None
    is_maintained: bool | None = None
    note: Short = None


class UtilityPut(UtilityIn):
    """The same by itself."""

    sets_handover: bool = Field(default=False, description=_SETS_HANDOVER)


class SeparationIn(_Strict):
    """One of 三供一业."""

    state: SeparationState = SeparationState.NOT_STARTED
    lead: Short = None
    signed_on: date | None = None
    done_on: date | None = None
    note: Short = None


class SiteIn(_Strict):
    """Fields of a site; one that is not sent stays as it is, ``null`` empties it."""

    town: str | None = None
    neighbourhood: str | None = None
    name: Text = None
    address: Text = None
    category: Category | None = None
    built_year: int | None = None
    floor_area_m2: float | None = None
    buildings: int | None = None
    households: int | None = None
    occupied_households: int | None = None
    service_star: ServiceStar | None = None
    company: Text = None
    developer: Text = None
    project_manager: Text = None
    phone: Text = None
    fee_min_yuan: float | None = None
    fee_max_yuan: float | None = None
    subsidised: bool | None = None
    owners_committee: bool | None = None
    maintenance_fund: bool | None = None
    utility_handover: bool | None = None
    note: Text = None
    is_ready_for_star: bool | None = None
    readiness_reason: Text = None
    has_cleaning: bool | None = None
    has_security: bool | None = None
    has_order: bool | None = None
    collection_share: float | None = None
    responsible: Text = None
    grid_members: int | None = None
    ticked_types: list[ManagementType] | None = Field(
        None, description="Types in force from `effective_on`; those left out end the day before"
    )
    effective_on: date | None = Field(None, description="Today by default")
    reason: Short = None


class SiteChange(SiteIn):
    """A change of one site, with what hangs on it."""

    contacts: dict[ContactSlot, ContactIn] = {}
    utilities: dict[Utility, UtilityIn] = {}
    separation: dict[SeparationItem, SeparationIn] = {}
    sets_handover: bool = Field(default=False, description=_SETS_HANDOVER)
    seen: dict[str, Any] = Field(
        {}, description="What the caller saw before, by field: told back when the save is stale"
    )


class SiteSeen(_Strict):
    """A site of a bulk edit and the version seen."""

    id: int
    version: int


class BulkChange(_Strict):
    """One set of fields for many sites."""

    sites: list[SiteSeen] = Field(max_length=5000)
    values: SiteIn


def entry_of(sent: SiteIn) -> Entry:
    """Return what is sent as the store takes it."""
    said = sent.model_dump(mode="python", exclude_unset=True)
    ticked = said.get("ticked_types")
    slots = {
        group: {key.value: slot_values(one) for key, one in getattr(sent, group).items()}
        for group in ("contacts", "utilities", "separation")
        if said.get(group)
    }
    return Entry(
        values={name: said[name] for name in FIELDS if name in said},
        place={name: said[name] or None for name in _PLACE if name in said},
        ticked_types=None if ticked is None else frozenset(ticked),
        slots=slots,
        sets_handover=said.get("sets_handover", False),
        effective_on=said.get("effective_on"),
        reason=(said.get("reason") or "").strip() or None,
        seen=said.get("seen", {}),
    )


def slot_values(sent: BaseModel) -> dict[str, Any]:
    """Return a slot's columns as they are sent; an empty text is none."""
    told = sent.model_dump(mode="python", exclude_unset=True, exclude={"sets_handover"})
    return {name: None if value == "" else value for name, value in told.items()}
