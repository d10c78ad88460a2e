"""When each visit of a route begins and ends: the one definition of what can be kept.

An inspector leaves at the beginning of the shift, waits where a place is still closed, and has
lunch where that delays least. Earlier is never worse, so that two times tell all about a route
that is under way: when its last visit is over without lunch, and with it.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final, NamedTuple

from geodata.routing.problem import Lunch, Problem, Shift, Visit

NEVER: Final = 1 << 60
"""A time that is not reached."""
_LONG_S: Final = 10 * 24 * 3600
"""Longer than any day that somebody orders by hand."""


class Progress(NamedTuple):
    """When a route under way is free again: without lunch, and with it; `NEVER` for cannot."""

    hungry_s: int
    fed_s: int


@dataclass(frozen=True, slots=True)
class Stop:
    """A visit in a route.

    Attributes:
        visit: Its id.
        arrives_s: When the inspector is there.
        begins_s: When the visit begins.
        ends_s: When it is over.
        travel_s: The way from the stop before.
        distance_m: Its length.
    """

    visit: int
    arrives_s: int
    begins_s: int
    ends_s: int
    travel_s: int
    distance_m: int


@dataclass(frozen=True, slots=True)
class Timetable:
    """A route with its times.

    Attributes:
        stops: In order.
        lunch_s: When lunch begins, ``None`` for no lunch.
        leaves_s: When the route begins.
        ends_s: When the inspector is at the last place.
        travel_s: All ways together, the way back included.
        distance_m: Their length.
        waits_s: Time spent waiting for places to open.
    """

    stops: tuple[Stop, ...]
    lunch_s: int | None
    leaves_s: int
    ends_s: int
    travel_s: int
    distance_m: int
    waits_s: int


def begin_at(visit: Visit, shift: Shift, from_s: int) -> int:
    """Return when a visit begins for one who is there at a time, `NEVER` if it cannot."""
    if not visit.openings:
        return from_s
    fits = (
        max(from_s, one.opens_s)
        for one in visit.openings
        if one.on in (None, shift.on) and max(from_s, one.opens_s) + visit.service_s <= one.closes_s
    )
    return min(fits, default=NEVER)


def after_lunch(lunch: Lunch, from_s: int) -> int:
    """Return when lunch is over for one who is free at a time, `NEVER` if that is too late."""
    begins = max(from_s, lunch.earliest_s)
    return begins + lunch.duration_s if begins <= lunch.latest_s else NEVER


def step(shift: Shift, progress: Progress, travel_s: int, visit: Visit) -> Progress:
    """Return the progress after one more visit; times past the shift's end count as `NEVER`."""
    hungry, fed = progress
    arrives = hungry + travel_s
    later = fed + travel_s
    if shift.lunch is not None:
        there = after_lunch(shift.lunch, arrives)
        later = min(later, there, after_lunch(shift.lunch, hungry) + travel_s)
    return Progress(_over(shift, visit, arrives), _over(shift, visit, later))


def end(shift: Shift, progress: Progress, travel_s: int) -> int:
    """Return when a route is at its last place, `NEVER` if the shift is over by then.

    Without lunch a route is allowed where it ends before lunch would have to begin.
    """
    hungry, fed = progress.hungry_s + travel_s, progress.fed_s + travel_s
    lunch = shift.lunch
    if lunch is not None:
        eaten = min(
            fed, after_lunch(lunch, hungry), after_lunch(lunch, progress.hungry_s) + travel_s
        )
        hungry = min(hungry if hungry <= lunch.latest_s else NEVER, eaten)
    return hungry if hungry <= shift.ends_s else NEVER


def start(shift: Shift) -> Progress:
    """Return the progress of a route that has not begun."""
    return Progress(shift.starts_s, NEVER)


def _over(shift: Shift, visit: Visit, from_s: int) -> int:
    if from_s >= NEVER:
        return NEVER
    over = begin_at(visit, shift, from_s) + visit.service_s
    return over if over <= shift.ends_s else NEVER


def is_kept(problem: Problem, shift: Shift, order: Sequence[int]) -> bool:
    """Tell whether a shift can make visits in an order: day, person, hours, lunch, distance."""
    visits = [problem.visit(one) for one in order]
    if not all(shift.admits(one) for one in visits):
        return False
    places = [shift.start_place, *(one.place for one in visits)]
    progress = start(shift)
    for at, visit in zip(places, visits, strict=False):
        progress = step(shift, progress, int(problem.duration_s[at, visit.place]), visit)
        if min(progress) >= NEVER:
            return False
    if end(shift, progress, int(problem.duration_s[places[-1], shift.end_place])) >= NEVER:
        return False
    limit = shift.max_distance_m
    return limit is None or length_m(problem, shift, order) <= limit


def _ways(problem: Problem, shift: Shift, order: Sequence[int]) -> list[tuple[int, int]]:
    places = [shift.start_place, *(problem.visit(one).place for one in order), shift.end_place]
    return list(itertools.pairwise(places))


def length_m(problem: Problem, shift: Shift, order: Sequence[int]) -> int:
    """Return the length of a route in metres; one without visits has none."""
    ways = _ways(problem, shift, order) if order else []
    return sum(int(problem.distance_m[way]) for way in ways)


def travel_s(problem: Problem, shift: Shift, order: Sequence[int]) -> int:
    """Return the time under way in seconds; a route without visits has none."""
    ways = _ways(problem, shift, order) if order else []
    return sum(int(problem.duration_s[way]) for way in ways)


def timetable(problem: Problem, shift: Shift, order: Sequence[int]) -> Timetable:
    """Return the times of a route that `is_kept`, with lunch where the day then ends first.

    Of equal places for lunch the earliest is taken.
    """
    lunches = [None] if shift.lunch is None else [None, *range(2 * len(order) + 2)]
    told = [one for one in (_told(problem, shift, order, at) for at in lunches) if one is not None]
    return min(told, key=lambda one: one.ends_s)


def _told(
    problem: Problem, shift: Shift, order: Sequence[int], lunch_at: int | None
) -> Timetable | None:
    """Return the times with lunch at one of the moments of a route, ``None`` if they fail.

    Moment ``2n`` is before the way to stop ``n``, ``2n + 1`` on arrival there.
    """
    now, at, stops, eaten = shift.starts_s, shift.start_place, list[Stop](), None

    def eat(moment: int) -> None:
        nonlocal now, eaten
        if moment == lunch_at and shift.lunch is not None:
            over = after_lunch(shift.lunch, now)
            eaten, now = over - shift.lunch.duration_s, over

    for number, visit_id in enumerate(order):
        visit = problem.visit(visit_id)
        eat(2 * number)
        way = (at, visit.place)
        now += int(problem.duration_s[way])
        arrives = now
        eat(2 * number + 1)
        begins = begin_at(visit, shift, now) if now < NEVER else NEVER
        now, at = begins + visit.service_s, visit.place
        stops.append(
            Stop(
                visit_id,
                arrives,
                begins,
                now,
                int(problem.duration_s[way]),
                int(problem.distance_m[way]),
            )
        )
    eat(2 * len(order))
    if order:
        now += int(problem.duration_s[at, shift.end_place])
    over = now
    eat(2 * len(order) + 1)
    is_late = shift.lunch is not None and eaten is None and over > shift.lunch.latest_s
    if now > shift.ends_s or (is_late and order):
        return None
    spent = sum(one.ends_s - one.begins_s + one.travel_s for one in stops)
    back = int(problem.duration_s[at, shift.end_place]) if order else 0
    ate = shift.lunch.duration_s if shift.lunch is not None and eaten is not None else 0
    return Timetable(
        tuple(stops),
        eaten,
        shift.starts_s,
        now,
        travel_s(problem, shift, order),
        length_m(problem, shift, order),
        now - shift.starts_s - spent - back - ate,
    )


class Breach(NamedTuple):
    """What a route that somebody ordered by hand does not keep.

    Attributes:
        visit: Whose hours are not kept, ``None`` for the shift's own end.
        over_s: By how much the shift is exceeded, 0 for hours.
    """

    visit: int | None
    over_s: int


def ordered_timetable(
    problem: Problem, shift: Shift, order: Sequence[int]
) -> tuple[Timetable, list[Breach]]:
    """Return the times of a route in just this order, and what it does not keep.

    Where it cannot be kept places count as open and the shift as long as it takes: a person
    decided, and sees what that means.
    """
    if is_kept(problem, shift, order):
        return timetable(problem, shift, order), []
    visits = tuple(replace(one, openings=()) for one in problem.visits)
    lunch = None if shift.lunch is None else replace(shift.lunch, latest_s=_LONG_S)
    free = replace(shift, ends_s=_LONG_S, lunch=lunch, max_distance_m=None)
    times = timetable(replace(problem, visits=visits, shifts=(free,)), free, order)
    breaches = [
        Breach(stop.visit, 0)
        for stop in times.stops
        if begin_at(problem.visit(stop.visit), shift, stop.begins_s) != stop.begins_s
    ]
    if times.ends_s > shift.ends_s:
        breaches.append(Breach(None, times.ends_s - shift.ends_s))
    return times, breaches
