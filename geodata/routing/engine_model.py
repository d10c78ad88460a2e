"""A problem in the form of PyVRP, whose windows say when service may *begin*.

A visit with several openings becomes a group of clients of which one is visited at most. What a
shift may not visit stands out of reach in its matrices. Pinned stops are taken off the shift:
it begins where and when the first ones are over, and ends where the last ones begin.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import pyvrp

from geodata.routing.problem import UNREACHABLE, Lunch, Matrix, Order, Problem, Shift, Visit
from geodata.routing.timetable import NEVER, after_lunch, length_m, start, step

_FOREVER: Final = 1 << 40


@dataclass(frozen=True, slots=True)
class _Option:
    """One way to make a visit: the time in which it begins, and the shifts that can."""

    visit: Visit
    opens_s: int
    late_s: int
    shifts: frozenset[int]


@dataclass(frozen=True, slots=True)
class _Rest:
    """What is left of a shift between its pinned stops."""

    number: int
    early_s: int
    late_s: int
    leaves: int
    returns: int
    metres: int | None


@dataclass(frozen=True, slots=True)
class _Clock:
    """Times with lunch cut out, where all shifts have the same."""

    lunch: Lunch | None

    @classmethod
    def of(cls, shifts: Sequence[Shift]) -> _Clock:
        lunches = {one.lunch for one in shifts}
        return cls(lunches.pop() if len(lunches) == 1 else None)

    def cut(self, time_s: int) -> int:
        if self.lunch is None:
            return time_s
        begins, lasts = self.lunch.earliest_s, self.lunch.duration_s
        return min(time_s, max(begins, time_s - lasts))

    def own_lunch_s(self, shift: Shift) -> int:
        """Return how much a shift has to be shortened for a lunch that is not cut out."""
        lunch = shift.lunch
        if self.lunch is not None or lunch is None or shift.ends_s <= lunch.latest_s:
            return 0
        return lunch.duration_s


class Model:
    """One problem in PyVRP's form."""

    def __init__(self, problem: Problem) -> None:
        """Translate.

        Args:
            problem: Its pins can be kept.
        """
        self._problem = problem
        self._clock = _Clock.of(problem.shifts)
        pinned = problem.pinned
        self._options = [
            option
            for visit in problem.visits
            if visit.id not in pinned
            for option in self._options_of(visit)
        ]
        rests = (self._rest(at) for at in range(len(problem.shifts)))
        self._rests = [one for one in rests if one is not None]

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to search for."""
        return not self._options or not self._rests

    def pinned_alone(self) -> list[Order]:
        """Return the orders of pinned stops."""
        return [(*one.first, *one.last) for one in self._problem.shifts]

    def orders(self, solution: pyvrp.Solution) -> list[Order]:
        """Return what a solution means: one order for each shift, pins included."""
        found = self.pinned_alone()
        for route in solution.routes():
            number = self._rests[route.vehicle_type()].number
            shift = self._problem.shifts[number]
            between = tuple(self._options[one].visit.id for one in clients_of(route))
            found[number] = (*shift.first, *between, *shift.last)
        return found

    def made(self) -> pyvrp.ProblemData:
        """Return the problem as PyVRP takes it."""
        groups: dict[int, list[int]] = {}
        for at, one in enumerate(self._options):
            groups.setdefault(one.visit.id, []).append(at)
        several = [one for one in groups.values() if len(one) > 1]
        group_of = {at: number for number, some in enumerate(several) for at in some}
        clients = [
            pyvrp.Client(
                location=at,
                service_duration=one.visit.service_s,
                tw_early=one.opens_s,
                tw_late=one.late_s,
                prize=one.visit.prize_s,
                required=False,
                group=group_of.get(at),
            )
            for at, one in enumerate(self._options)
        ]
        depots = sorted({place for one in self._rests for place in (one.leaves, one.returns)})
        profiles, kinds = self._profiles(depots)
        places = len(clients) + len(depots)
        return pyvrp.ProblemData(
            [pyvrp.Location(0, 0) for _ in range(places)],
            clients,
            [pyvrp.Depot(location=len(clients) + at) for at in range(len(depots))],
            [
                self._vehicle(one, depots, kind)
                for one, kind in zip(self._rests, kinds, strict=True)
            ],
            [costs for costs, _ in profiles],  # type: ignore[misc] # numpy's shapes there
            [durations for _, durations in profiles],  # type: ignore[misc]
            [pyvrp.ClientGroup(one, required=False) for one in several],
        )

    def _vehicle(self, rest: _Rest, depots: list[int], profile: int) -> pyvrp.VehicleType:
        return pyvrp.VehicleType(
            1,
            start_depot=depots.index(rest.leaves),
            end_depot=depots.index(rest.returns),
            tw_early=rest.early_s,
            tw_late=rest.late_s,
            unit_distance_cost=0 if self._is_limited else 1,
            unit_duration_cost=1 if self._is_limited else 0,
            profile=profile,
            max_distance=_FOREVER if rest.metres is None else rest.metres,
        )

    @property
    def _is_limited(self) -> bool:
        """Whether metres are limited: then PyVRP's distances are metres, and time is the cost."""
        return any(one.max_distance_m is not None for one in self._problem.shifts)

    def _options_of(self, visit: Visit) -> list[_Option]:
        shifts: dict[tuple[int, int], set[int]] = {}
        for number, shift in enumerate(self._problem.shifts):
            if not shift.admits(visit):
                continue
            for window in self._windows(visit, shift):
                shifts.setdefault(window, set()).add(number)
        return [_Option(visit, *window, frozenset(some)) for window, some in shifts.items()]

    def _windows(self, visit: Visit, shift: Shift) -> list[tuple[int, int]]:
        """Return when service may begin in a shift, in the cut clock."""
        if not visit.openings:
            return [(0, _FOREVER)]
        return [
            (opens, late)
            for one in visit.openings
            if one.on in (None, shift.on)
            and (opens := self._clock.cut(one.opens_s))
            <= (late := self._clock.cut(one.closes_s) - visit.service_s)
        ]

    def _rest(self, number: int) -> _Rest | None:
        problem, clock = self._problem, self._clock
        shift = problem.shifts[number]
        progress, place = start(shift), shift.start_place
        for one in shift.first:
            visit = problem.visit(one)
            way_s = int(problem.duration_s[place, visit.place])
            progress, place = step(shift, progress, way_s, visit), visit.place
        free_s = min(progress)
        if shift.lunch is not None and progress.hungry_s > shift.lunch.earliest_s:
            free_s = min(progress.fed_s, after_lunch(shift.lunch, progress.hungry_s))
        early = clock.cut(free_s)
        late, returns = self._end_of(shift)
        if free_s >= NEVER or early > late:
            return None
        limit = shift.max_distance_m
        spent = length_m(problem, shift, (*shift.first, *shift.last)) if shift.first else 0
        metres = None if limit is None else max(0, limit - spent)
        return _Rest(number, early, late, place, returns, metres)

    def _end_of(self, shift: Shift) -> tuple[int, int]:
        """Return when and where the free part of a shift has to be over."""
        problem, clock = self._problem, self._clock
        late, place = clock.cut(shift.ends_s) - clock.own_lunch_s(shift), shift.end_place
        for one in reversed(shift.last):
            visit = problem.visit(one)
            late -= int(problem.duration_s[visit.place, place]) + visit.service_s
            begins = [
                min(late, last) for first, last in self._windows(visit, shift) if first <= late
            ]
            late, place = max(begins, default=-1), visit.place
        return late, place

    def _profiles(self, depots: list[int]) -> tuple[list[tuple[Matrix, Matrix]], list[int]]:
        """Return costs and durations for each set of options in reach, and the set of each rest."""
        problem = self._problem
        places = np.array([*(one.visit.place for one in self._options), *depots])
        durations = problem.duration_s[np.ix_(places, places)].astype(np.int64)
        np.fill_diagonal(durations, 0)
        if self._is_limited:
            costs = problem.distance_m[np.ix_(places, places)].astype(np.int64)
            np.fill_diagonal(costs, 0)
        else:
            towns = np.array([one.visit.town for one in self._options])
            changes = np.zeros_like(durations)
            count = len(self._options)
            changes[:count, :count] = towns[:, None] != towns[None, :]
            costs = durations + problem.town_change_s * changes
        known: dict[frozenset[int], int] = {}
        profiles: list[tuple[Matrix, Matrix]] = []
        kinds = []
        for rest in self._rests:
            out = frozenset(
                at for at, one in enumerate(self._options) if rest.number not in one.shifts
            )
            if out not in known:
                known[out] = len(profiles)
                profiles.append((costs, _out_of_reach(durations, out)))
            kinds.append(known[out])
        return profiles, kinds


def clients_of(route: pyvrp.Route) -> list[int]:
    """Return the clients of a route by number, in order."""
    return [one.idx for one in route.schedule() if one.is_client()]


def _out_of_reach(durations: Matrix, out: frozenset[int]) -> Matrix:
    if not out:
        return durations
    far = durations.copy()
    some = sorted(out)
    far[some, :] = UNREACHABLE
    far[:, some] = UNREACHABLE
    np.fill_diagonal(far, 0)
    return far
