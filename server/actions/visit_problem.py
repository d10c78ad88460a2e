"""From a wish to a problem that the solver takes: visits, shifts and travel times."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache
from typing import Any

import shapely
from sqlalchemy.orm import Session

from geodata.domain.access import Scope
from geodata.domain.due import service_minutes
from geodata.domain.travel import TravelBasis, TravelMode
from geodata.domain.visiting import BALANCE_S, TOWN_CHANGE_S
from geodata.routing.network import RoadNetwork, road_network
from geodata.routing.problem import Lunch, Opening, Problem, Shift, Visit
from geodata.routing.travel import PlacedGraph, Travel, road_travel, straight_travel
from geodata.store.queries.divisions import get_division
from geodata.store.queries.due import DueFilter, DueSite, due_sites
from geodata.store.queries.road_lines import RoadLines, road_lines, road_version
from geodata.store.queries.state import SiteFilter
from server.actions.visit_wish import Hours, InspectorWish, SiteWish, Spot, VisitWish

_MINUTE_S = 60


@dataclass(frozen=True, slots=True)
class Prepared:
    """A problem with what its numbers stand for.

    Attributes:
        problem: For the solver; ids of visits are those of sites.
        sites: The sites to visit, by id.
        placeless: Sites without any place on the map: they are in no route.
        beyond: How many further sites are due that the wish's limit cut off.
        places: Points in EPSG:4490, the rows of the matrices.
        basis: What travel times were taken from.
        network: The roads, ``None`` for none.
    """

    problem: Problem
    sites: dict[int, DueSite]
    placeless: list[DueSite]
    beyond: int
    places: list[Any]
    basis: TravelBasis
    network: RoadNetwork | None

    def courses(self, stops: Sequence[int]) -> list[Any]:
        """Return the way between each pair of places in turn, as EPSG:4490 lines."""
        if self.network is None or self.basis is TravelBasis.STRAIGHT_LINE:
            points = [self.places[one] for one in stops]
            return [shapely.LineString([a, b]) for a, b in itertools.pairwise(points)]
        return PlacedGraph.of(self.network, self.places).course(stops)


def prepare(session: Session, scope: Scope, wish: VisitWish, *, on: date) -> Prepared:
    """Return the problem of a wish.

    Args:
        session: A reading session.
        scope: Of who wishes.
        wish: With its district.
        on: The day whose state decides what is due.
    """
    due = DueFilter(
        reasons=wish.reasons,
        unseen_days=wish.unseen_days,
        sites=wish.sites,
        without=wish.exclude,
    )
    wanted = SiteFilter(
        district=wish.district,
        town=wish.town,
        category=[one.value for one in wish.category],
        inspection_status=[one.value for one in wish.inspection_status],
    )
    found = due_sites(session, scope, wanted, due, on=on)
    placed = [one for one in found if one.row["longitude"] is not None]
    taken = placed[: wish.most]
    # Of sites that are nowhere those are told that would have been visited.
    least = min((one.visit.value for one in taken), default=0)
    placeless = [one for one in found if one.row["longitude"] is None and one.visit.value >= least]
    return _prepared(session, wish, taken, placeless[: wish.most], len(placed) - len(taken))


def _prepared(
    session: Session,
    wish: VisitWish,
    sites: Sequence[DueSite],
    placeless: list[DueSite],
    beyond: int,
) -> Prepared:
    spots: dict[tuple[float, float], int] = {}
    default = wish.start or _middle_of(session, wish, sites)
    starts = {one.username: _place(spots, one.start or default) for one in wish.inspectors}
    ends = {one.username: _place(spots, one.end or one.start or default) for one in wish.inspectors}
    places = [shapely.Point(*one) for one in spots]
    places += [shapely.Point(one.row["longitude"], one.row["latitude"]) for one in sites]
    network = _network(session, str(wish.district), wish.mode)
    travel = _travel(network, places, wish.mode)
    own = {one.site: one for one in wish.wishes}
    visits = tuple(
        _visit(one, own.get(one.site_id), len(spots) + at, wish) for at, one in enumerate(sites)
    )
    known = {one.id for one in visits}
    shifts = tuple(
        _shift(who, day, starts[who.username], ends[who.username], own, known)
        for day in sorted(wish.days)
        for who in wish.inspectors
        if day not in who.days_off
    )
    problem = Problem(
        visits=visits,
        shifts=shifts,
        duration_s=travel.duration_s,
        distance_m=travel.distance_m,
        town_change_s=TOWN_CHANGE_S if wish.keep_towns else 0,
        balance_s=BALANCE_S if wish.balance and len(wish.inspectors) > 1 else 0,
    )
    by_id = {one.site_id: one for one in sites}
    return Prepared(problem, by_id, placeless, beyond, places, travel.basis, network)


def _middle_of(session: Session, wish: VisitWish, sites: Sequence[DueSite]) -> Spot:
    """Return the middle of the ground, or of the sites: where nobody names a start."""
    code = wish.town or str(wish.district)
    bounds = get_division(session, Scope.everything(), code).bounds
    if bounds is not None:
        west, south, east, north = bounds
        return Spot(lon=(west + east) / 2, lat=(south + north) / 2)
    places = [(one.row["longitude"], one.row["latitude"]) for one in sites] or [(0.0, 0.0)]
    longitudes, latitudes = zip(*places, strict=True)
    return Spot(lon=sum(longitudes) / len(places), lat=sum(latitudes) / len(places))


def _place(spots: dict[tuple[float, float], int], spot: Spot) -> int:
    return spots.setdefault((spot.lon, spot.lat), len(spots))


def _travel(network: RoadNetwork | None, places: list[Any], mode: TravelMode) -> Travel:
    if network is None:
        return straight_travel(places, mode)
    return road_travel(network, places)


def _network(session: Session, district: str, mode: TravelMode) -> RoadNetwork | None:
    version = road_version(session, district)
    if not version[0]:
        return None
    key = (str(session.get_bind().engine.url), district, version)
    if key not in _LINES:
        _LINES.clear()
        _LINES[key] = road_lines(session, district)
    network = _built(key, mode)
    return None if network.is_empty else network


_LINES: dict[tuple[Any, ...], RoadLines] = {}
"""The roads used last: a worker plans for one district again and again."""


@lru_cache(maxsize=3)
def _built(key: tuple[Any, ...], mode: TravelMode) -> RoadNetwork:
    roads = _LINES[key]
    return road_network(roads.lines, roads.highways, roads.oneway, roads.access, mode)


def _visit(site: DueSite, own: SiteWish | None, place: int, wish: VisitWish) -> Visit:
    minutes = wish.minutes or service_minutes(site.category, site.row["buildings"])
    visit = Visit(
        id=site.site_id,
        place=place,
        service_s=minutes * _MINUTE_S,
        value=site.visit.value,
        is_required=site.visit.is_required,
        town=site.row["town_code"],
    )
    if own is None:
        return visit
    service_s = (own.minutes or minutes) * _MINUTE_S
    return replace(
        visit,
        service_s=service_s,
        value=own.value or visit.value,
        is_required=visit.is_required if own.required is None else own.required,
        openings=_openings(own, service_s, wish.days),
        skill=own.skill,
        inspector=own.inspector,
        on=own.on,
    )


def _openings(own: SiteWish, service_s: int, days: Sequence[date]) -> tuple[Opening, ...]:
    if own.at_s is not None:
        return (Opening(own.at_s, own.at_s + service_s, own.on),)
    return tuple(one for hours in own.hours for one in _opened(hours, days))


def _opened(hours: Hours, days: Sequence[date]) -> list[Opening]:
    if hours.on is not None:
        return [Opening(hours.opens_s, hours.closes_s, hours.on)]
    if not hours.weekdays:
        return [Opening(hours.opens_s, hours.closes_s)]
    never = [Opening(0, 0, date.min)]
    open_days = [day for day in days if day.weekday() in hours.weekdays]
    return [Opening(hours.opens_s, hours.closes_s, day) for day in open_days] or never


def _shift(
    who: InspectorWish,
    day: date,
    start: int,
    end: int,
    own: dict[int, SiteWish],
    known: set[int],
) -> Shift:
    pinned = [
        one
        for one in own.values()
        if one.pin and one.site in known and (one.inspector, one.on) == (who.username, day)
    ]
    metres = None if who.most_km is None else int(who.most_km * 1000)
    lunch = Lunch(who.lunch_earliest_s, who.lunch_latest_s, who.lunch_s) if who.lunch else None
    return Shift(
        inspector=who.username,
        on=day,
        starts_s=who.starts_s,
        ends_s=who.ends_s,
        start_place=start,
        end_place=end,
        lunch=lunch,
        max_distance_m=metres,
        skills=frozenset(who.skills),
        first=tuple(one.site for one in pinned if one.pin == "first"),
        last=tuple(one.site for one in pinned if one.pin == "last"),
    )
