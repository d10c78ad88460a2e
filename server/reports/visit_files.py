"""A plan of visits for other programs: workbook, calendar, and a track for navigation devices."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any, Final

import gpxpy.gpx
from icalendar import Calendar, Event

from geodata.domain.period import SHANGHAI
from geodata.domain.vocabulary import Language
from geodata.ledger.list_writer import write_list
from server.i18n import word
from server.visit_words import clock

_COLUMNS: Final = (
    *("inspector", "day", "number", "arrives", "begins", "ends", "name", "town"),
    *("neighbourhood", "address", "why", "km", "travel"),
)


def visit_workbook(plan: dict[str, Any], path: Path, language: Language) -> None:
    """Write a plan as a list: a row for each stop, and the visits left out with why below."""
    rows: list[list[str | int | float | None]] = [
        [
            route["inspector_name"],
            route["on"],
            stop["position"],
            *(clock(stop[one]) for one in ("arrives_s", "begins_s", "ends_s")),
            *(stop[one] for one in ("name", "town_name", "neighbourhood_name", "address")),
            stop["sentence"],
            round(stop["distance_m"] / 1000, 2),
            round(stop["travel_s"] / 60),
        ]
        for route, stop in _stops(plan)
    ]
    left = word("sheet.left_out", language)
    for one in plan["unassigned"]:
        blank: list[str | int | float | None] = [None] * 3
        rows.append([left, None, None, *blank, one["name"], *blank, one["reason"], None, None])
    headers = [word(f"sheet.column_{one}", language) for one in _COLUMNS]
    write_list(path, word("sheet.workbook", language), headers, rows)


def visit_calendar(plan: dict[str, Any], host: str) -> bytes:
    """Return a plan as a calendar: an event for each stop, in the time of Shanghai."""
    calendar = Calendar()
    calendar.add("prodid", "-//fugai//visits//ZH")
    calendar.add("version", "2.0")
    for route, stop in _stops(plan):
        event = Event()
        event.add("uid", f"visit-{plan['id']}-{stop['site']}@{host}")
        event.add("dtstamp", plan["created_at"])
        event.add("sequence", plan["row_version"])
        event.add("summary", f"{stop['position']}. {stop['name']}")
        event.add("description", stop["sentence"])
        event.add("location", stop["address"] or stop["name"])
        event.add("geo", (stop["latitude"], stop["longitude"]))
        event.add("dtstart", _moment(route["on"], stop["begins_s"]))
        event.add("dtend", _moment(route["on"], stop["ends_s"]))
        calendar.add_component(event)
    calendar.add_missing_timezones()
    return bytes(calendar.to_ical())


def visit_track(plan: dict[str, Any]) -> str:
    """Return a plan as GPX: stops as waypoints, each route's way as a track.

    Coordinates are CGCS2000, which GPX takes for WGS84: the same within centimetres.
    """
    gpx = gpxpy.gpx.GPX()
    gpx.creator = "fugai"
    for route in plan["routes"]:
        track = gpxpy.gpx.GPXTrack(name=f"{route['inspector_name']} {route['on']}")
        for leg in route["line"]:
            points = [gpxpy.gpx.GPXTrackPoint(y, x) for x, y in leg]
            track.segments.append(gpxpy.gpx.GPXTrackSegment(points))
        gpx.tracks.append(track)
    for route, stop in _stops(plan):
        at = _moment(route["on"], stop["begins_s"])
        name = f"{stop['position']}. {stop['name']}"
        gpx.waypoints.append(
            gpxpy.gpx.GPXWaypoint(
                stop["latitude"],
                stop["longitude"],
                time=at,
                name=name,
                description=stop["sentence"],
            )
        )
    return str(gpx.to_xml())


def _stops(plan: dict[str, Any]) -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
    return ((route, stop) for route in plan["routes"] for stop in route["stops"])


def _moment(day: str, seconds: int) -> datetime:
    midnight = datetime.combine(date.fromisoformat(day), time(), SHANGHAI)
    return midnight + timedelta(seconds=seconds)
