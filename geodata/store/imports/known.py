"""The sites that are already there, and how a row is recognised among them."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from decimal import Decimal
from typing import Any, Final

from sqlalchemy import Row, func, or_, select
from sqlalchemy.orm import Session

from geodata.domain.errors import DomainError
from geodata.domain.personal import is_masked
from geodata.domain.site import SiteDraft, are_apart
from geodata.domain.vocabulary import squeeze
from geodata.store.imports.places import DivisionBook
from geodata.store.tables import Site

_TEXTS: Final = [
    "external_id",
    "name",
    "address",
    "service_star",
    "company",
    "developer",
    "project_manager",
    "phone",
    "note",
    "category",
]
_COUNTS: Final = ["built_year", "buildings", "households", "occupied_households"]
_MONEY_AND_AREA: Final = ["floor_area_m2", "fee_min_yuan", "fee_max_yuan"]
_SWITCHES: Final = ["subsidised", "owners_committee", "maintenance_fund", "utility_handover"]
_FIELDS: Final = (*_TEXTS, *_COUNTS, *_MONEY_AND_AREA, *_SWITCHES)

_SAME_SITE_M: Final = 2000.0
"""A namesake without address that lies further away is another site; a datum shifts less."""

_POINT_DECIMALS: Final = 3

Key = tuple[str, str]


def field_values(draft: SiteDraft, book: DivisionBook, district: str) -> dict[str, Any]:
    """Return a draft as column values, its town and neighbourhood found in the book.

    Raises:
        DomainError: ``place.town_unknown`` or ``place.neighbourhood_unknown``.
    """
    town = book.town(draft.town)
    values: dict[str, Any] = {
        "district_code": district,
        "town_code": town,
        "neighbourhood_code": book.neighbourhood(town, draft.neighbourhood),
    }
    for name in _FIELDS:
        value = getattr(draft, name)
        values[name] = _cents(value) if name in _MONEY_AND_AREA and value is not None else value
    return values


def differences(
    before: Any,  # noqa: ANN401 - a row of `KnownSites`
    values: Mapping[str, Any],
    *,
    stated: Collection[str],
) -> dict[str, Any]:
    """Return the columns in which a row of `KnownSites` differs from new values.

    Args:
        before: The row.
        values: As `field_values` returns them.
        stated: Fields that ``None`` empties; see `MergeMode`.
    """
    # A site keeps the code it is known by, whatever a file leaves out.
    emptied = {*stated} - {"external_id"}
    return {
        name: value
        for name, value in values.items()
        if value != getattr(before, name)
        and not (name == "phone" and is_masked(value))
        and (value is not None or name.removesuffix("_code") in emptied)
    }


class KnownSites:
    """The listed sites of a district, each to be taken once by the rows of one file.

    A site that left the ledger is there by its code only: under it, it may come back.
    """

    def __init__(self, session: Session, district: str) -> None:
        """Read them."""
        columns = [getattr(Site, name) for name in _FIELDS]
        rows = session.execute(
            select(
                Site.id,
                Site.district_code,
                Site.town_code,
                Site.neighbourhood_code,
                Site.source_row,
                Site.row_version,
                Site.delisted_on,
                func.st_x(Site.point).label("longitude"),
                func.st_y(Site.point).label("latitude"),
                *columns,
            ).where(
                Site.district_code == district,
                or_(Site.delisted_on.is_(None), Site.external_id.is_not(None)),
            )
        ).all()
        self.by_site: dict[int, Row[Any]] = {row.id: row for row in rows}
        self._by_code: dict[str, Row[Any]] = {}
        self._by_name: dict[Key, list[Row[Any]]] = {}
        self._taken: dict[Any, int] = {}
        for row in rows:
            if row.external_id is not None:
                self._by_code[row.external_id] = row
            if row.delisted_on is None:
                self._by_name.setdefault(_key(dict(row._mapping)), []).append(row)  # noqa: SLF001

    @property
    def unseen(self) -> list[Row[Any]]:
        """The listed sites that no row of the file meant."""
        rows = self.by_site.values()
        return [row for row in rows if row.delisted_on is None and row.id not in self._taken]

    def find(self, values: Mapping[str, Any], draft: SiteDraft) -> Row[Any] | None:
        """Return the site that has a row's code, or its name and place."""
        external_id = values["external_id"]
        if external_id is not None and external_id in self._by_code:
            return self._by_code[external_id]
        namesakes = [
            row
            for row in self._by_name.get(_key(values), [])
            if external_id is None or row.external_id is None
        ]
        if len(namesakes) > 1 or not _may_be_same(namesakes, values["address"]):
            address = _squeezed(values["address"])
            namesakes = [row for row in namesakes if _squeezed(row.address) == address]
        if not values["address"]:
            namesakes = [row for row in namesakes if not _is_apart(row, draft)]
            namesakes.sort(key=lambda row: _squared_degrees(row, draft))
            return namesakes[0] if namesakes else None
        return namesakes[0] if len(namesakes) == 1 else None

    def notice(self, site: Row[Any]) -> None:
        """Note that a site stands in the file, where its row cannot be taken."""
        self._taken.setdefault(site.id, 0)

    def take(self, site: Row[Any] | None, values: Mapping[str, Any], draft: SiteDraft) -> None:
        """Keep a site, or for ``None`` the place of a new one, for a row of the file.

        Raises:
            DomainError: ``site.stands_twice`` when an earlier row of the file means it too.
        """
        mark: Any = site.id if site is not None else _identity(values, draft)
        if mark in self._taken:
            raise DomainError("site.stands_twice", value=draft.name, first_row=self._taken[mark])
        self._taken[mark] = draft.place.row


def _key(values: Mapping[str, Any]) -> Key:
    return values["neighbourhood_code"] or values["town_code"], squeeze(values["name"])


def _identity(values: Mapping[str, Any], draft: SiteDraft) -> tuple[Any, ...]:
    """Return what no two new rows of a file may share."""
    address = _squeezed(values["address"])
    point = None
    if not address and draft.longitude is not None and draft.latitude is not None:
        point = round(draft.longitude, _POINT_DECIMALS), round(draft.latitude, _POINT_DECIMALS)
    return values["external_id"], _key(values), address, point


def _may_be_same(rows: Sequence[Row[Any]], address: str | None) -> bool:
    return all(
        row.address is None or address is None or _squeezed(row.address) == _squeezed(address)
        for row in rows
    )


def _is_apart(row: Row[Any], draft: SiteDraft) -> bool:
    here = (draft.longitude, draft.latitude)
    return are_apart((row.longitude, row.latitude), here, _SAME_SITE_M)


def _squared_degrees(row: Row[Any], draft: SiteDraft) -> float:
    if row.longitude is None or draft.longitude is None or draft.latitude is None:
        return 0.0
    east, north = row.longitude - draft.longitude, row.latitude - draft.latitude
    return float(east**2 + north**2)


def _squeezed(text: str | None) -> str:
    return squeeze(text or "")


def _cents(value: float) -> Decimal:
    return Decimal(str(round(value, 2)))
