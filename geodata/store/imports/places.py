"""Which division a row means by the words it writes."""

from __future__ import annotations

import re
from dataclasses import replace
from difflib import get_close_matches
from typing import Final

from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session

from geodata.domain.division import PARENT_KIND, DivisionKind
from geodata.domain.errors import DomainError
from geodata.domain.site import SiteDraft
from geodata.domain.vocabulary import squeeze
from geodata.store.tables import Division

UNDIVIDED: Final = "未划分"
"""The town of sites whose file names none."""

_COMMITTEES: Final = (
    (re.compile(r"(居民委员会|居委会|村民委员会)$"), ""),
    (re.compile(r"村委会$"), "村"),
)


def place_key(name: str) -> str:
    """Return a name as divisions are compared: without the committee at its end.

    前沟村委会 and 前沟村, 车站社区居委会 and 车站社区 are the same place.
    """
    key = squeeze(name)
    for pattern, kept in _COMMITTEES:
        key = pattern.sub(kept, key)
    return key


class DivisionBook:
    """The divisions of one district, found by name or alias; grows where that is allowed.

    Args:
        session: A writing session.
        district: Code of the district.
        grows: Whether an unknown name makes a new division (listings of a district of their
            own) or is refused (a district with official divisions).
    """

    def __init__(self, session: Session, district: str, *, grows: bool) -> None:
        """Read the district's divisions.

        Raises:
            DomainError: ``division.not_found``.
        """
        self._session = session
        self._district = district
        self._grows = grows
        self._codes: dict[tuple[str, str], str] = {}
        self._names: dict[str, list[str]] = {}
        self._name_of: dict[str, str] = {}
        rows = session.execute(
            select(Division.code, Division.parent_code, Division.name, Division.aliases)
            .where(Division.district_code == district)
            .order_by(Division.sort_order)
        ).all()
        if not rows:
            raise DomainError("division.not_found", division=district)
        for code, parent, name, aliases in rows:
            self._name_of[code] = name
            for one in (name, *aliases):
                self._codes.setdefault((parent or "", place_key(one)), code)
            self._names.setdefault(parent or "", []).append(name)

    def town(self, name: str | None) -> str:
        """Return the code of a town.

        Raises:
            DomainError: ``place.town_unknown`` with the closest names.
        """
        return self._find(DivisionKind.TOWN, self._district, name or UNDIVIDED)

    def neighbourhood(self, town: str, name: str | None) -> str | None:
        """Return the code of a neighbourhood of a town, ``None`` where the row names none.

        Raises:
            DomainError: ``place.neighbourhood_unknown`` with the closest names.
        """
        if not name:
            return None
        return self._find(DivisionKind.NEIGHBOURHOOD, town, name)

    def completed(
        self, draft: SiteDraft, *, town: str | None, neighbourhood: str | None
    ) -> SiteDraft:
        """Return a row of the form with the place that it leaves to the file to tell.

        A town that is not named is the given one, else the only one with a neighbourhood of the
        row's name; a neighbourhood that is not named is the given one, else the sheet's name.

        Args:
            draft: As read.
            town: Code of the only town that the file may be of.
            neighbourhood: Code of the only neighbourhood.
        """
        named = draft.town
        if named is None and town is not None:
            named = self._name_of[town]
        elif named is None and draft.neighbourhood is not None:
            named = self._only_town_with(draft.neighbourhood)
        code = self._codes.get((self._district, place_key(named or "")))
        below = draft.neighbourhood
        if below is None and neighbourhood is not None:
            below = self._name_of[neighbourhood]
        elif below is None and (code, place_key(draft.place.sheet or "")) in self._codes:
            below = draft.place.sheet
        return replace(draft, town=named, neighbourhood=below)

    def _only_town_with(self, neighbourhood: str) -> str | None:
        key = place_key(neighbourhood)
        towns = [parent for parent, name in self._codes if name == key and parent in self._name_of]
        return self._name_of[towns[0]] if len(towns) == 1 else None

    def _find(self, kind: DivisionKind, parent: str, name: str) -> str:
        code = self._codes.get((parent, place_key(name)))
        if code is not None:
            return code
        if not self._grows:
            close = get_close_matches(name, self._names.get(parent, []), n=3, cutoff=0.4)
            raise DomainError(f"place.{kind.value}_unknown", value=name, closest=close)
        code = f"{parent}-{len(self._names.get(parent, ())) + 1:03d}"
        add_division(
            self._session, code=code, kind=kind, name=name, parent=parent, district=self._district
        )
        self._codes[parent, place_key(name)] = code
        self._names.setdefault(parent, []).append(name)
        return code


def add_division(
    session: Session,
    *,
    code: str,
    kind: DivisionKind,
    name: str,
    parent: str | None = None,
    district: str,
    is_sample: bool = False,
) -> None:
    """Add a division at the end of its district's order."""
    if kind in PARENT_KIND and parent is None:
        raise DomainError(
            "division.parent_missing", division=code, name=name, kind=kind.value, parent=None
        )
    last = session.scalar(
        select(func.max(Division.sort_order)).where(Division.district_code == district)
    )
    session.execute(
        insert(Division).values(
            code=code,
            kind=kind.value,
            name=name,
            parent_code=parent,
            district_code=district,
            sort_order=(last or 0) + 1,
            is_sample=is_sample,
        )
    )
