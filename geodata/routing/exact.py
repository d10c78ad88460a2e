"""The best plan of a small problem, proven: every set of visits in every shift by labels.

A label is a route under way: what it costs and when it is free again. One that costs more and
is free later than another with the same visits and the same last one can be forgotten.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, NamedTuple

from geodata.routing.problem import Order, Problem, Shift, Visit
from geodata.routing.timetable import NEVER, Progress, end, start, step

MOST_VISITS: Final = 9
"""More take too long: the number of sets doubles with each."""
MOST_SHIFTS: Final = 3


class _Label(NamedTuple):
    cost: int
    progress: Progress
    metres: int
    order: Order


def is_small(problem: Problem) -> bool:
    """Tell whether `solve_exactly` can be asked."""
    return (
        len(problem.visits) <= MOST_VISITS
        and len(problem.shifts) <= MOST_SHIFTS
        and not problem.balance_s
    )


def solve_exactly(problem: Problem) -> list[Order]:
    """Return the orders with the least `score`, one for each shift.

    Of equally good plans the same one is always returned. Pins can be kept (see `solver`).
    """
    free = [one for one in problem.visits if one.id not in problem.pinned]
    everything = (1 << len(free)) - 1
    missed = [
        sum(one.prize_s for at, one in enumerate(free) if not mask >> at & 1)
        for mask in range(everything + 1)
    ]
    reached: dict[int, tuple[int, tuple[Order, ...]]] = {0: (0, ())}
    for shift in problem.shifts:
        reached = _joined(reached, _best_of(problem, shift, free))
    best = min(reached, key=lambda mask: (missed[mask] + reached[mask][0], mask))
    return list(reached[best][1])


def _joined(
    reached: dict[int, tuple[int, tuple[Order, ...]]], routes: dict[int, _Label]
) -> dict[int, tuple[int, tuple[Order, ...]]]:
    """Add a shift: for each set made so far the cheapest way to make more of the rest."""
    joined: dict[int, tuple[int, tuple[Order, ...]]] = {}
    for mask, (cost, orders) in reached.items():
        for more, label in routes.items():
            if mask & more:
                continue
            whole = (cost + label.cost, (*orders, label.order))
            if mask | more not in joined or whole < joined[mask | more]:
                joined[mask | more] = whole
    return joined


def _best_of(problem: Problem, shift: Shift, free: list[Visit]) -> dict[int, _Label]:
    """Return the cheapest kept route of a shift for each set of free visits."""
    empty = _Label(0, start(shift), 0, ())
    begun = empty
    for one in shift.first:
        begun = _extended(problem, shift, begun, problem.visit(one)) or begun
    layer: dict[tuple[int, int], list[_Label]] = {(0, -1): [begun]}
    best: dict[int, _Label] = {}
    while layer:
        for (mask, _), labels in layer.items():
            for label in labels:
                whole = _finished(problem, shift, label)
                if whole is not None and (mask not in best or whole < best[mask]):
                    best[mask] = whole
        layer = _longer(problem, shift, free, layer)
    return best


def _longer(
    problem: Problem,
    shift: Shift,
    free: list[Visit],
    layer: dict[tuple[int, int], list[_Label]],
) -> dict[tuple[int, int], list[_Label]]:
    """Return all labels with one visit more."""
    longer: dict[tuple[int, int], list[_Label]] = {}
    for (mask, _), labels in layer.items():
        for at, visit in enumerate(free):
            if mask >> at & 1 or not shift.admits(visit):
                continue
            kept = longer.setdefault((mask | 1 << at, at), [])
            for label in labels:
                grown = _extended(problem, shift, label, visit)
                if grown is not None:
                    _keep(kept, grown, by_length=shift.max_distance_m is not None)
    return {state: labels for state, labels in longer.items() if labels}


def _keep(kept: list[_Label], new: _Label, *, by_length: bool) -> None:
    if any(_is_as_good(one, new, by_length=by_length) for one in kept):
        return
    kept[:] = [one for one in kept if not _is_as_good(new, one, by_length=by_length)]
    kept.append(new)


def _is_as_good(one: _Label, other: _Label, *, by_length: bool) -> bool:
    return (
        one.cost <= other.cost
        and one.progress.hungry_s <= other.progress.hungry_s
        and one.progress.fed_s <= other.progress.fed_s
        and (not by_length or one.metres <= other.metres)
    )


def _extended(problem: Problem, shift: Shift, label: _Label, visit: Visit) -> _Label | None:
    at = problem.visit(label.order[-1]) if label.order else None
    place = at.place if at else shift.start_place
    way_s = int(problem.duration_s[place, visit.place])
    progress = step(shift, label.progress, way_s, visit)
    if min(progress) >= NEVER:
        return None
    changes = at is not None and at.town != visit.town
    return _Label(
        label.cost + way_s + problem.town_change_s * changes,
        progress,
        label.metres + int(problem.distance_m[place, visit.place]),
        (*label.order, visit.id),
    )


def _finished(problem: Problem, shift: Shift, label: _Label) -> _Label | None:
    """Return a route with its pinned end and the way back, ``None`` if it cannot be kept."""
    for visit in _visits(problem, shift.last):
        grown = _extended(problem, shift, label, visit)
        if grown is None:
            return None
        label = grown
    if not label.order:
        return label
    way = (problem.visit(label.order[-1]).place, shift.end_place)
    metres = label.metres + int(problem.distance_m[way])
    if end(shift, label.progress, int(problem.duration_s[way])) >= NEVER:
        return None
    if shift.max_distance_m is not None and metres > shift.max_distance_m:
        return None
    return label._replace(cost=label.cost + int(problem.duration_s[way]), metres=metres)


def _visits(problem: Problem, ids: Order) -> Iterator[Visit]:
    return (problem.visit(one) for one in ids)
