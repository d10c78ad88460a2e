"""Check what a person enters about a site: values, rules of the form, names, place."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from geodata.domain.access import Scope
from geodata.domain.category import Category
from geodata.domain.division import DivisionKind
from geodata.domain.errors import DomainError, Severity
from geodata.domain.ledger_rules import (
    DECIMALS,
    TEXTS,
    Breach,
    breaches,
    is_phone,
    tidied,
    value_faults,
)
from geodata.domain.management import ManagementType
from geodata.domain.period import today
from geodata.domain.personal import is_masked
from geodata.domain.site import ServiceStar
from geodata.domain.vocabulary import squeeze
from geodata.store.tables import Division, Site

Slots = Mapping[str, Mapping[str, Mapping[str, Any]]]
"""Rows of `geodata.store.hanging.KEYED`, by group and slot."""


@dataclass(frozen=True, slots=True)
class EnteredRow:
    """A site as the rules look at it, with what is entered in its place."""

    category: Category | None
    ticked_types: frozenset[ManagementType]
    service_star: ServiceStar | None
    subsidised: bool | None
    buildings: int | None
    households: int | None
    occupied_households: int | None
    fee_min_yuan: float | None
    fee_max_yuan: float | None
    company: str | None


RULED: Final = tuple(name for name in EnteredRow.__slots__ if name != "ticked_types")


def tidied_values(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return the values as the store holds them; a masked phone says nothing."""
    found: dict[str, Any] = {}
    for name, value in values.items():
        if name == "phone" and is_masked(value):
            continue
        if name in TEXTS:
            found[name] = tidied(value)
        elif name in DECIMALS and value is not None:
            found[name] = Decimal(str(round(value, DECIMALS[name])))
        else:
            found[name] = value
    return found


def row_of(values: Mapping[str, Any], ticked: frozenset[ManagementType]) -> EnteredRow:
    """Return the row that the rules look at, from the columns of `RULED` and the ticks."""
    category, star = values["category"], values["service_star"]
    read = {
        "category": None if category is None else Category(category),
        "service_star": None if star is None else ServiceStar(star),
        "ticked_types": ticked,
    }
    return EnteredRow(**{name: values[name] for name in RULED} | read)


def checked(
    session: Session,
    site: Site | None,
    values: Mapping[str, Any],
    row: EnteredRow,
    slots: Slots,
    touched: set[str],
) -> list[Breach]:
    """Return the warnings; a rule counts only where the entry touches what it looks at.

    Args:
        session: A writing session.
        site: As it stands, ``None`` for a new one.
        values: Columns that are entered.
        row: With them in place.
        slots: What is entered of contacts, utilities and separation.
        touched: Names of the fields entered.

    Raises:
        DomainError: ``site.invalid`` with every fault.
    """
    found = [*value_faults(values, this_year=today().year), *_of_slots(slots)]
    found += [one for one in breaches(row) if touched & {*one.looks_at}]
    found += _namesakes(session, site, values)
    errors = [one for one in found if one.severity is Severity.ERROR]
    if errors:
        faults = [
            {"field": one.field, "code": one.code, "facts": dict(one.facts)} for one in errors
        ]
        raise DomainError("site.invalid", count=len(errors), faults=faults)
    return found


def _of_slots(groups: Slots) -> Iterator[Breach]:
    for group, slots in groups.items():
        for key, slot in slots.items():
            name, phone = f"{group}.{key}", slot.get("phone")
            if phone and not is_masked(phone) and not is_phone(phone):
                yield Breach(Severity.ERROR, "entry.phone", name)
            told = [slot.get(one) for one in ("organisation", "person")]
            if slot.get("is_not_established") and any(told):
                yield Breach(Severity.ERROR, "entry.not_established", name)


def _namesakes(session: Session, site: Site | None, values: Mapping[str, Any]) -> Iterator[Breach]:
    """Yield the breach of a name that another site of the neighbourhood has."""
    if not {"name", "town_code", "neighbourhood_code"} & values.keys():
        return
    now = {
        name: values[name] if name in values else getattr(site, name)
        for name in ("name", "town_code", "neighbourhood_code")
    }
    if now["name"] is None or (site and all(getattr(site, one) == now[one] for one in now)):
        return
    home = now["neighbourhood_code"] or now["town_code"]
    # Two people may not claim one name at once: the second waits here for the first.
    session.execute(
        select(Division.code).where(Division.code == home).with_for_update(key_share=True)
    )
    others = select(Site.id, Site.name).where(
        Site.town_code == now["town_code"],
        Site.neighbourhood_code.is_not_distinct_from(now["neighbourhood_code"]),
        Site.delisted_on.is_(None),
        Site.id != (site.id if site is not None else 0),
    )
    same = squeeze(now["name"])
    if any(squeeze(name) == same for _, name in session.execute(others)):
        yield Breach(Severity.ERROR, "entry.name_taken", "name", now["name"])


def placed(
    session: Session,
    scope: Scope,
    district: str | None,
    site: Site | None,
    wished: Mapping[str, str | None],
) -> dict[str, Any]:
    """Return the columns of a place in scope; within the district of a site that is there.

    Raises:
        DomainError: ``division.not_found``.
    """
    if site is not None and not wished:
        return {}
    town = wished.get("town", site.town_code if site else None)
    neighbourhood = wished.get("neighbourhood")
    if site is not None and "neighbourhood" not in wished and town == site.town_code:
        neighbourhood = site.neighbourhood_code
    found = _division(session, DivisionKind.TOWN, town, None)
    if neighbourhood is not None:
        _division(session, DivisionKind.NEIGHBOURHOOD, neighbourhood, found.code)
    is_elsewhere = district is not None and found.district_code != district
    if is_elsewhere or not scope.holds(found.district_code, found.code, neighbourhood):
        raise DomainError("division.not_found", division=neighbourhood or found.code)
    columns = {"town_code": found.code, "neighbourhood_code": neighbourhood}
    return columns if site is not None else {"district_code": found.district_code, **columns}


def _division(
    session: Session, kind: DivisionKind, code: str | None, parent: str | None
) -> Division:
    found = session.get(Division, code) if code is not None else None
    is_child = found is not None and (parent is None or found.parent_code == parent)
    if found is None or found.kind != kind or not is_child:
        raise DomainError("division.not_found", division=code)
    return found
