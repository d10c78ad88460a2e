"""A solution in the words of the ledger: stops as rows, routes with their course, reasons."""

from __future__ import annotations

from typing import Any

import shapely

from geodata.routing.argument import LeftOut, LeftOutReason, pin_costs, reasons
from geodata.routing.bound import least_travel_s, most_points
from geodata.routing.solver import Solution
from geodata.routing.timetable import Timetable
from server.actions.visit_problem import Prepared

_DECIMALS = 6


def found_of(prepared: Prepared, solution: Solution, seconds: float) -> dict[str, Any]:
    """Return what is kept of a solution beside its stops, as JSON.

    ``routes``: who, when, lunch, sums, ``line`` as pairs of degrees. ``unassigned``: site,
    reason and facts with names. ``pins``: seconds by site. ``bound``: points and travel that no
    plan beats.
    """
    problem = prepared.problem
    tables = solution.timetables(problem)
    made = [problem.visit(one.visit) for table in tables for one in table.stops]
    return {
        "basis": prepared.basis.value,
        "is_proven": solution.is_proven,
        "seconds": round(seconds, 2),
        "score": solution.score,
        "beyond": prepared.beyond,
        "points": sum(one.value for one in made),
        "most_points": most_points(problem),
        "travel_s": sum(one.travel_s for one in tables),
        "least_travel_s": least_travel_s(problem, solution.orders),
        "routes": [route_json(prepared, number, table) for number, table in enumerate(tables)],
        "unassigned": [
            *(left_out_json(prepared, one) for one in reasons(problem, solution.orders)),
            *(_placeless(one.site_id, one.row["name"]) for one in prepared.placeless),
        ],
        "pins": [
            {"site": site, "cost_s": cost}
            for site, cost in sorted(pin_costs(problem, solution.orders).items())
        ],
    }


def route_json(prepared: Prepared, number: int, table: Timetable) -> dict[str, Any]:
    """Return one route without its stops."""
    problem = prepared.problem
    shift = problem.shifts[number]
    places = [problem.visit(one.visit).place for one in table.stops]
    start, end = prepared.places[shift.start_place], prepared.places[shift.end_place]
    course = prepared.courses([shift.start_place, *places, shift.end_place]) if places else []
    return {
        "inspector": shift.inspector,
        "on": shift.on.isoformat(),
        "starts_s": shift.starts_s,
        "shift_ends_s": shift.ends_s,
        "ends_s": table.ends_s,
        "lunch_s": table.lunch_s,
        "lunch_lasts_s": None if shift.lunch is None else shift.lunch.duration_s,
        "travel_s": table.travel_s,
        "distance_m": table.distance_m,
        "waits_s": table.waits_s,
        "start": [start.x, start.y],
        "end": [end.x, end.y],
        "line": [_pairs(one) for one in course],
    }


def stops_of_solution(prepared: Prepared, solution: Solution) -> list[dict[str, Any]]:
    """Return the rows of `PlannedStop` for a solution."""
    return [
        row
        for number, table in enumerate(solution.timetables(prepared.problem))
        for row in stop_rows(prepared, number, table)
    ]


def stop_rows(
    prepared: Prepared, number: int, table: Timetable, first: int = 1
) -> list[dict[str, Any]]:
    """Return the rows of one route; its stops are numbered from `first`."""
    shift = prepared.problem.shifts[number]
    return [
        {
            "site_id": stop.visit,
            "inspector": shift.inspector,
            "visits_on": shift.on,
            "position": position,
            "arrives_s": stop.arrives_s,
            "begins_s": stop.begins_s,
            "ends_s": stop.ends_s,
            "travel_s": stop.travel_s,
            "distance_m": stop.distance_m,
            "reason": prepared.sites[stop.visit].visit.reason.value,
            "days": prepared.sites[stop.visit].visit.days,
        }
        for position, stop in enumerate(table.stops, start=first)
    ]


def _pairs(line: Any) -> list[list[float]]:  # noqa: ANN401 - a LineString
    return [[round(x, _DECIMALS), round(y, _DECIMALS)] for x, y in shapely.get_coordinates(line)]


def left_out_json(prepared: Prepared, one: LeftOut) -> dict[str, Any]:
    """Return a visit that is not made, with names in place of numbers."""
    facts = dict(one.facts)
    if "shift" in facts:
        shift = prepared.problem.shifts[facts.pop("shift")]
        facts |= {"inspector": shift.inspector, "on": shift.on.isoformat()}
    if "displaces" in facts:
        facts["displaces"] = [prepared.sites[site].row["name"] for site in facts["displaces"]]
    site = prepared.sites[one.visit]
    return {
        "site": one.visit,
        "name": site.row["name"],
        "value": prepared.problem.visit(one.visit).value,
        "visit_reason": site.visit.reason.value,
        "reason": one.reason.value,
        "facts": facts,
    }


def _placeless(site: int, name: str) -> dict[str, Any]:
    return {
        "site": site,
        "name": name,
        "value": None,
        "visit_reason": None,
        "reason": LeftOutReason.NO_PLACE.value,
        "facts": {},
    }
