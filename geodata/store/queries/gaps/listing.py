"""All gaps of a scope, kind by kind: lists, numbers by town, single ones, their shapes."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any, Final

from sqlalchemy import ARRAY, BigInteger, any_, cast, func, select
from sqlalchemy.orm import Session

from geodata.domain.access import Scope
from geodata.domain.errors import DomainError
from geodata.domain.gap import GapDecision, GapKind
from geodata.store.queries.gaps import site_gaps as own
from geodata.store.queries.gaps.boundary_gaps import boundary_gaps
from geodata.store.queries.gaps.candidates import (
    count_missing_gaps,
    get_missing_gap,
    missing_gaps,
)
from geodata.store.queries.gaps.doubles import double_gaps
from geodata.store.queries.gaps.places import placed_sites, site_names
from geodata.store.queries.gaps.told import Found, Gap, GapFilter, GapKey, GapPage
from geodata.store.queries.state import SiteFilter, within
from geodata.store.tables import DecidedGap, GapCandidate, Site

Counts = Mapping[GapKind, int]

_SEARCHED: Final[dict[GapKind, Callable[[Session, Scope, SiteFilter], list[Found]]]] = {
    GapKind.OUTSIDE_BOUNDARY: boundary_gaps,
    GapKind.DOUBLE: double_gaps,
}
"""Kinds that come of comparing sites: all are found before a page of them is told."""


def find_gaps(
    session: Session,
    scope: Scope,
    wanted: GapFilter,
    kind: GapKind,
    *,
    on: date,
    limit: int = 100,
    skip: int = 0,
) -> GapPage:
    """Return one page of the open gaps of a kind, in the order of work.

    Args:
        session: A reading session.
        scope: The actor's.
        wanted: Which.
        kind: Of what kind.
        on: Today.
        limit: Rows at most.
        skip: Rows to leave out first.
    """
    if kind in _SEARCHED:
        found = _open(session, kind, _SEARCHED[kind](session, scope, wanted.sites))
        gaps = _told(session, scope, found[skip : skip + limit])
        total = len(found)
    else:
        gaps = _listed(session, scope, wanted, kind, on, limit=limit, skip=skip)
        total = sum(_counts(session, scope, wanted, on)[kind].values())
    return GapPage(gaps, total, skip + limit if skip + limit < total else None)


def count_gaps(
    session: Session, scope: Scope, wanted: GapFilter, *, on: date
) -> dict[str | None, dict[GapKind, int]]:
    """Return the number of open gaps of each kind by the code of their town."""
    by_kind = dict(_counts(session, scope, wanted, on))
    for kind, search in _SEARCHED.items():
        found = _open(session, kind, search(session, scope, wanted.sites))
        by_kind[kind] = _by_town(session, [one.key.subject for one in found])
    towns = {town for counts in by_kind.values() for town in counts}
    return {
        town: {kind: by_kind[kind].get(town, 0) for kind in GapKind}
        for town in sorted(towns, key=lambda one: one or "")
    }


def get_gap(session: Session, scope: Scope, key: GapKey, *, on: date) -> Gap:
    """Return one open gap.

    Raises:
        DomainError: ``gap.not_found``: solved, decided, unknown or outside the scope.
    """
    if key.kind is GapKind.MISSING:
        return get_missing_gap(session, scope, key.subject)
    site_ids = [one for one in (key.subject, key.other) if one is not None]
    wanted = GapFilter(sites=_just(session, scope, site_ids))
    if key.kind in _SEARCHED:
        search = _SEARCHED[key.kind]
        found = _open(session, key.kind, search(session, scope, wanted.sites))
        gaps = _told(session, scope, [one for one in found if one.key == key])
    else:
        gaps = [
            one for one in own.site_gaps(session, scope, wanted, key.kind, on=on) if one.key == key
        ]
    if not gaps:
        raise DomainError("gap.not_found", gap=str(key))
    return gaps[0]


def gap_shapes(
    session: Session, scope: Scope, gaps: Sequence[Gap]
) -> dict[GapKey, dict[str, Any] | None]:
    """Return what to draw for gaps as GeoJSON geometries (EPSG:4490): boundary, else point."""
    candidates = {one.key.subject for one in gaps if one.key.kind is GapKind.MISSING}
    sites = {one.key.subject for one in gaps if one.key.kind is not GapKind.MISSING}
    k, somewhere = GapCandidate, func.coalesce(Site.geom, Site.point)
    drawn = _drawn(
        session, select(k.id, k.geom).where(k.id == _among(candidates), within(scope, k))
    )
    placed = select(Site.id, somewhere).where(Site.id == _among(sites), within(scope, Site))
    stand = _drawn(session, placed)
    return {
        one.key: (drawn if one.key.kind is GapKind.MISSING else stand).get(one.key.subject)
        for one in gaps
    }


def _listed(
    session: Session,
    scope: Scope,
    wanted: GapFilter,
    kind: GapKind,
    on: date,
    *,
    limit: int,
    skip: int,
) -> list[Gap]:
    if kind is GapKind.MISSING:
        return missing_gaps(session, scope, wanted.sites, limit=limit, skip=skip)
    return own.site_gaps(session, scope, wanted, kind, on=on, limit=limit, skip=skip)


def _counts(
    session: Session, scope: Scope, wanted: GapFilter, on: date
) -> dict[GapKind, dict[str | None, int]]:
    """Return the numbers by town of the kinds that are counted without being searched."""
    by_town = own.count_site_gaps(session, scope, wanted, on=on)
    counts: dict[GapKind, dict[str | None, int]] = {
        kind: {town: counts[kind] for town, counts in by_town.items()} for kind in own.KINDS
    }
    counts[GapKind.MISSING] = count_missing_gaps(session, scope, wanted.sites)
    return counts


def _open(session: Session, kind: GapKind, found: list[Found]) -> list[Found]:
    """Leave out the pairs of sites that somebody has told apart."""
    if kind is not GapKind.DOUBLE:
        return found
    d = DecidedGap
    apart = session.execute(
        select(d.site_id, d.target_site_id).where(
            d.kind == kind.value,
            d.decision == GapDecision.DISTINCT.value,
            d.withdrawn_at.is_(None),
        )
    )
    told = {(one, other) for one, other in apart}
    return [one for one in found if (one.key.subject, one.key.other) not in told]


def _told(session: Session, scope: Scope, found: Sequence[Found]) -> list[Gap]:
    places = placed_sites(session, scope, {one.key.subject for one in found})
    names = site_names(session, scope, {one.other for one in found if one.other is not None})
    return [
        Gap(
            key=one.key,
            place=places[one.key.subject],
            lacks=one.lacks,
            other=names.get(one.other or 0),
        )
        for one in found
    ]


def _by_town(session: Session, site_ids: Sequence[int]) -> dict[str | None, int]:
    counts: dict[str | None, int] = {}
    rows = session.execute(
        select(Site.town_code, func.count())
        .where(Site.id == _among(site_ids))
        .group_by(Site.town_code)
    )
    counts.update({town: count for town, count in rows})  # noqa: C416
    return counts


def _just(session: Session, scope: Scope, site_ids: Sequence[int]) -> SiteFilter:
    """Return a filter that keeps the towns of some sites, so that not all are compared."""
    towns = set(
        session.scalars(
            select(Site.town_code).where(Site.id == _among(site_ids), within(scope, Site))
        )
    )
    return replace(SiteFilter(), town=towns.pop()) if len(towns) == 1 else SiteFilter()


def _among(ids: Any) -> Any:  # noqa: ANN401 - SQL expression
    # One parameter, however many there are: a statement takes no more than 65,535.
    return any_(cast(list(ids), ARRAY(BigInteger)))


def _drawn(session: Session, statement: Any) -> dict[int, dict[str, Any]]:  # noqa: ANN401
    key, geom = statement.selected_columns
    as_json = func.st_asgeojson(geom, 7)
    rows = session.execute(statement.with_only_columns(key, as_json))
    return {row[0]: json.loads(row[1]) for row in rows if row[1] is not None}
