"""Two rows of the ledger for one place: alike by name, by address, or by their ground."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import combinations
from typing import Any, Final

from sqlalchemy import Row, func, select
from sqlalchemy.orm import Session

from geodata.domain.access import Scope
from geodata.domain.gap import GapKind
from geodata.domain.gap_rules import DOUBLE_SHARE
from geodata.domain.vocabulary import squeeze
from geodata.ledger.identity import are_siblings
from geodata.store.queries.gaps.boundary_gaps import overlaps
from geodata.store.queries.gaps.places import chosen_sites
from geodata.store.queries.gaps.told import Found, GapKey
from geodata.store.queries.state import SiteFilter
from geodata.store.tables import Site

BY_NAME, BY_ADDRESS, BY_GROUND = "name", "address", "ground"
_MOST_ALIKE: Final = 8
"""So many rows under one name or address are a way of writing, not one place."""

Pair = tuple[int, int]
Key = tuple[str, str]


def double_gaps(session: Session, scope: Scope, wanted: SiteFilter) -> list[Found]:
    """Return the pairs of sites in scope that may be one place, each once, with what is alike.

    Args:
        session: A reading session.
        scope: The actor's; both sites lie in it.
        wanted: Both sites are kept by it.
    """
    rows: list[Any] = list(
        session.execute(
            select(
                Site.id,
                Site.name,
                Site.address,
                Site.town_code,
                func.coalesce(Site.neighbourhood_code, Site.town_code).label("place"),
            ).where(Site.id.in_(chosen_sites(scope, wanted)))
        )
    )
    kept = {row.id for row in rows}
    alike: defaultdict[Pair, list[str]] = defaultdict(list)
    for by, pairs in (
        (BY_NAME, _alike([(row, _name_at(row)) for row in rows])),
        (BY_ADDRESS, _alike([(row, _address_at(row)) for row in rows])),
        (BY_GROUND, _on_one_ground(session, scope, wanted)),
    ):
        for pair in pairs:
            if kept.issuperset(pair):
                alike[pair].append(by)
    return [
        Found(GapKey(GapKind.DOUBLE, *pair), tuple(by), pair[1])
        for pair, by in sorted(alike.items())
    ]


def _name_at(row: Row[Any]) -> Key | None:
    return row.place, squeeze(row.name)


def _address_at(row: Row[Any]) -> Key | None:
    address = squeeze(row.address or "")
    return (row.town_code, address) if address else None


def _alike(keyed: Sequence[tuple[Row[Any], Key | None]]) -> Iterator[Pair]:
    """Yield the pairs of rows that share a key and are not siblings such as 一期 and 二期."""
    shelves: defaultdict[Key, list[Row[Any]]] = defaultdict(list)
    for row, key in keyed:
        if key is not None:
            shelves[key].append(row)
    for rows in shelves.values():
        if len(rows) > _MOST_ALIKE:
            continue
        for one, other in combinations(sorted(rows, key=lambda row: row.id), 2):
            if not are_siblings(one.name, other.name):
                yield one.id, other.id


def _on_one_ground(session: Session, scope: Scope, wanted: SiteFilter) -> Iterator[Pair]:
    for pair in overlaps(session, scope, wanted):
        if pair.share >= DOUBLE_SHARE:
            yield pair.one, pair.other
