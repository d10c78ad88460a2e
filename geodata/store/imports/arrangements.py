"""Turn the ticks of an edition into arrangements that begin and end on its day."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Protocol

from sqlalchemy import ARRAY, BigInteger, Cast, any_, cast, delete, or_, select, update
from sqlalchemy.orm import Session

from geodata.domain.management import ManagementType
from geodata.store.copying import copy_into
from geodata.store.tables import ManagementArrangement


class Ticked(Protocol):
    """What a row, or a person, says of the management of a site; `SiteDraft` is one."""

    @property
    def ticked_types(self) -> frozenset[ManagementType]: ...  # noqa: D102 - as in `SiteDraft`
    @property
    def company(self) -> str | None: ...  # noqa: D102


@dataclass(frozen=True, slots=True)
class OpenArrangement:
    """An arrangement in force, without an end or with one to come."""

    row_id: int
    starts_on: date
    company: str | None


Open = Mapping[str, OpenArrangement]
"""What is in force at a site, by management type."""


@dataclass(frozen=True, slots=True)
class Turn:
    """What a row does to the management of its site: types that begin, arrangements that end."""

    begun: frozenset[str] = frozenset()
    ended: tuple[OpenArrangement, ...] = ()

    def __bool__(self) -> bool:
        """Tell whether anything changes."""
        return bool(self.begun or self.ended)


def turn_of(before: Open, draft: Ticked, *, overwrites: bool) -> Turn:
    """Return what a row begins and ends.

    Another company under the same type is another arrangement: the first ends, it begins.

    Args:
        before: In force at the site, nothing for a new one.
        draft: The row.
        overwrites: Whether a row without ticks ends what was in force.
    """
    if not draft.ticked_types and not overwrites:
        return Turn()
    lasting = {
        kind
        for kind, one in before.items()
        if kind in draft.ticked_types and not _is_taken_over(one, draft.company)
    }
    return Turn(
        begun=frozenset(draft.ticked_types - lasting),
        ended=tuple(before[kind] for kind in sorted(before.keys() - lasting)),
    )


def write_turns(session: Session, turns: Iterable[tuple[int, Ticked, Turn]], *, on: date) -> None:
    """End what is no longer ticked the day before, begin what is newly ticked.

    Args:
        session: A writing session, signed.
        turns: Site, row, and what the row does there.
        on: Day of the edition.
    """
    known = list(turns)
    _end(session, [one for _, _, turn in known for one in turn.ended], on)
    copy_into(
        session,
        ManagementArrangement.__tablename__,
        ("site_id", "management_type", "company", "starts_on"),
        (
            (site_id, kind, draft.company, on)
            for site_id, draft, turn in known
            for kind in sorted(turn.begun)
        ),
    )


def change_arrangements(
    session: Session, drafts: Mapping[int, Ticked], *, on: date, overwrites: bool
) -> set[int]:
    """Turn the management of sites at once, see `turn_of`; return the ids of those it changed."""
    in_force = arrangements_in_force(session, drafts, on=on)
    turns = [
        (site_id, draft, turn)
        for site_id, draft in drafts.items()
        if (turn := turn_of(in_force.get(site_id, {}), draft, overwrites=overwrites))
    ]
    write_turns(session, turns, on=on)
    return {site_id for site_id, _, _ in turns}


def arrangements_in_force(
    session: Session, sites: Collection[int], *, on: date
) -> dict[int, dict[str, OpenArrangement]]:
    """Return what does not end before a day, by site and management type."""
    found: dict[int, dict[str, OpenArrangement]] = {}
    rows = session.execute(
        select(
            ManagementArrangement.site_id,
            ManagementArrangement.management_type,
            ManagementArrangement.id,
            ManagementArrangement.starts_on,
            ManagementArrangement.company,
        ).where(
            ManagementArrangement.site_id == any_(_array(sites)),
            or_(ManagementArrangement.ends_on.is_(None), ManagementArrangement.ends_on >= on),
        )
    )
    for site_id, kind, row_id, starts_on, company in rows:
        found.setdefault(site_id, {})[kind] = OpenArrangement(row_id, starts_on, company)
    return found


def _is_taken_over(before: OpenArrangement, company: str | None) -> bool:
    return None not in (before.company, company) and before.company != company


def _end(session: Session, ended: list[OpenArrangement], on: date) -> None:
    # What began on the very day it ends was never in force: a corrected edition of one day.
    void = [one.row_id for one in ended if one.starts_on >= on]
    past = [one.row_id for one in ended if one.starts_on < on]
    if void:
        session.execute(
            delete(ManagementArrangement).where(ManagementArrangement.id == any_(_array(void)))
        )
    if past:
        session.execute(
            update(ManagementArrangement)
            .where(ManagementArrangement.id == any_(_array(past)))
            .values(ends_on=on - timedelta(days=1))
        )


def _array(ids: Iterable[int]) -> Cast[Any]:
    # One parameter, however many there are: a statement takes no more than 65,535.
    return cast(list(ids), ARRAY(BigInteger))
