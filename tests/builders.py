"""Rows for tests, each with defaults that make it whole; a test names only what it is about.

All geometry is in degrees (EPSG:4490), near 117.87 E 36.80 N.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from typing import Any, TypeVar

from geoalchemy2 import WKBElement
from geoalchemy2.shape import from_shape
from shapely import MultiPolygon, Point, Polygon, box
from shapely.geometry.base import BaseGeometry
from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from geodata.domain.category import Category
from geodata.domain.inspection import InspectionKind, InspectionResult
from geodata.domain.management import ManagementType
from geodata.domain.period import today
from geodata.domain.site import Place, SiteDraft
from geodata.store.tables import (
    Division,
    Finding,
    Footprint,
    GapCandidate,
    Inspection,
    LedgerImport,
    ManagementArrangement,
    PlannedStop,
    Site,
    StagedRow,
    VisitPlan,
)
from geodata.store.tables.base import SRID

Row = TypeVar("Row")

WEST, SOUTH = 117.80, 36.75
NOTICE_ON = date(2017, 11, 1)
"""The day of the notice; rows are listed from then on unless a test says otherwise."""


def square(east: float = 0.0, north: float = 0.0, side: float = 0.01) -> MultiPolygon:
    """Return a square whose lower left corner lies so many degrees from (WEST, SOUTH)."""
    west, south = WEST + east, SOUTH + north
    return MultiPolygon([box(west, south, west + side, south + side)])


def a_district(
    session: Session,
    name: str = "周村区",
    *,
    code: str = "370306",
    boundary: BaseGeometry | None = None,
    is_sample: bool = False,
) -> Division:
    """Add a district, a square of 0.2 degrees unless told otherwise."""
    return _add(
        session,
        Division(
            code=code,
            kind="district",
            name=name,
            district_code=code,
            sort_order=0,
            is_sample=is_sample,
            geom=_shape(boundary or square(side=0.2)),
        ),
    )


def a_town(
    session: Session,
    name: str | None = None,
    *,
    district: Division | None = None,
    code: str | None = None,
    boundary: BaseGeometry | None = None,
    aliases: Iterable[str] = (),
) -> Division:
    """Add a town; without a district, in the one that stands there or a new one."""
    district = district or _standing(session, "district") or a_district(session)
    return _division(session, "town", name, district, code, boundary, aliases)


def a_neighbourhood(
    session: Session,
    name: str | None = None,
    *,
    town: Division | None = None,
    code: str | None = None,
    boundary: BaseGeometry | None = None,
    aliases: Iterable[str] = (),
) -> Division:
    """Add a neighbourhood; without a town, in the one that stands there or a new one."""
    town = town or _standing(session, "town") or a_town(session)
    return _division(session, "neighbourhood", name, town, code, boundary, aliases)


def a_site(  # noqa: PLR0913 - what tests are most often about
    session: Session,
    name: str | None = None,
    *,
    town: Division | None = None,
    neighbourhood: Division | None = None,
    ticked: Iterable[ManagementType] = (ManagementType.SIMPLE,),
    listed_on: date = NOTICE_ON,
    lapsed_on: date | None = None,
    boundary: BaseGeometry | None = None,
    point: tuple[float, float] | None = None,
    **columns: Any,
) -> Site:
    """Add a site and the arrangements it ticks.

    Args:
        session: A writing session, signed.
        name: A made-up one by default.
        town: By default the neighbourhood's, else the one that stands there or a new one.
        neighbourhood: None by default.
        ticked: Types in force from ``listed_on``.
        listed_on: First day in the ledger; its version takes effect on this day.
        lapsed_on: First day without the ticked types.
        boundary: None by default.
        point: Degrees.
        **columns: Any other column of `Site`.
    """
    if town is None and neighbourhood is not None:
        town = session.get_one(Division, neighbourhood.parent_code)
    town = town or _standing(session, "town") or a_town(session)
    number = (session.scalar(select(func.count()).select_from(Site)) or 0) + 1
    site = Site(
        **{
            "district_code": town.district_code,
            "town_code": town.code,
            "neighbourhood_code": neighbourhood.code if neighbourhood else None,
            "name": name or f"示例小区{number}",
            "category": Category.OLD_COMMUNITY.value,
            "buildings": 4,
            "households": 100,
            "floor_area_m2": 9000,
            "subsidised": False,
            "listed_on": listed_on,
            "geom": _shape(boundary),
            "point": _shape(None if point is None else Point(point)),
        }
        | columns
    )
    with effective(session, listed_on):
        _add(session, site)
        for one in sorted(ticked):
            _add(
                session,
                ManagementArrangement(
                    site_id=site.id,
                    management_type=one.value,
                    starts_on=listed_on,
                    ends_on=lapsed_on and lapsed_on - timedelta(days=1),
                ),
            )
    return site


def an_inspection(
    session: Session,
    site: Site,
    on: date,
    *,
    kind: InspectionKind = InspectionKind.INSPECTION,
    result: InspectionResult = InspectionResult.PASSED,
    confirms_cover: bool = True,
) -> Inspection:
    """Add a visit to a site."""
    return _add(
        session,
        Inspection(
            site_id=site.id,
            inspected_on=on,
            kind=kind.value,
            result=result.value,
            confirms_cover=confirms_cover,
        ),
    )


def a_finding(
    session: Session,
    inspection: Inspection,
    *,
    due_on: date | None = None,
    started_on: date | None = None,
    handed_in_on: date | None = None,
    rejected_on: date | None = None,
    closed_on: date | None = None,
) -> Finding:
    """Add a problem that an inspection found, due in 30 days."""
    return _add(
        session,
        Finding(
            site_id=inspection.site_id,
            inspection_id=inspection.id,
            clause="S12",
            description="楼道堆放杂物",
            opened_on=inspection.inspected_on,
            due_on=due_on or inspection.inspected_on + timedelta(days=30),
            started_on=started_on,
            handed_in_on=handed_in_on,
            rejected_on=rejected_on,
            closed_on=closed_on,
        ),
    )


def a_planned_stop(session: Session, site: Site, *, on: date | None = None) -> PlannedStop:
    """Add a plan for a day, today by default, with a site as its one stop."""
    day = on or today()
    plan = _add(
        session,
        VisitPlan(
            district_code=site.district_code,
            first_on=day,
            last_on=day,
            status="ready",
            seed=0,
            asked={},
            created_by="tester",
        ),
    )
    times = ("arrives_s", "begins_s", "ends_s", "travel_s", "distance_m")
    return _add(
        session,
        PlannedStop(
            plan_id=plan.id,
            site_id=site.id,
            inspector="inspector",
            visits_on=day,
            position=1,
            reason="unverified",
            state="planned",
            **dict.fromkeys(times, 1),
        ),
    )


def a_candidate(
    session: Session, outline: BaseGeometry, *, neighbourhood: Division
) -> GapCandidate:
    """Add buildings that the ledger misses, as the database's own functions would."""
    return _add(
        session,
        GapCandidate(
            district_code=neighbourhood.district_code,
            town_code=neighbourhood.parent_code,
            neighbourhood_code=neighbourhood.code,
            footprints=1,
            area_m2=900.0,
            floor_area_m2=900.0,
            name="某楼",
            first_found_on=today(),
            geom=_shape(outline),
        ),
    )


def a_footprint(
    session: Session,
    outline: BaseGeometry,
    *,
    district: Division | None = None,
    town: Division | None = None,
    neighbourhood: Division | None = None,
    source_id: str | None = None,
    use: str = "residential",
) -> Footprint:
    """Add a building's outline, not linked to any site."""
    district = district or _standing(session, "district") or a_district(session)
    number = (session.scalar(select(func.count()).select_from(Footprint)) or 0) + 1
    return _add(
        session,
        Footprint(
            district_code=district.code,
            town_code=town and town.code,
            neighbourhood_code=neighbourhood and neighbourhood.code,
            source_id=source_id or f"outline-{number}",
            use=use,
            geom=_shape(outline),
        ),
    )


def a_draft(name: str = "和平小区", *, row: int = 6, **fields: Any) -> SiteDraft:
    """Return a row as a reader of files hands it over; any field of `SiteDraft` may be named."""
    return SiteDraft(place=Place("台账.xlsx", "Sheet1", row), name=name, **fields)


def an_import(session: Session, town: Division, site: Site) -> LedgerImport:
    """Add a staged import of a town with one row, that of a site."""
    sent = _add(
        session,
        LedgerImport(
            district_code=town.district_code,
            town_code=town.code,
            kind="ledger",
            state="staged",
            file_name=f"{site.name}.xlsx",
            digest="0" * 64,
            size_bytes=1,
            effective_on=NOTICE_ON,
            report={"counts": {"unchanged": 1, "errors": 0}, "faults": []},
            created_by="tester",
        ),
    )
    row = {"import_id": sent.id, "number": 1, "outcome": "unchanged", "name": site.name}
    _add(session, StagedRow(**row, site_id=site.id, changes={}, candidates=[]))
    return sent


@contextmanager
def effective(session: Session, day: date) -> Iterator[None]:
    """Let what is written inside take effect on a day; signature and reason stay."""
    before = session.scalar(text("SELECT current_setting('fugai.effective_on', true)"))
    _set_effective(session, day.isoformat())
    yield
    session.flush()
    _set_effective(session, before or "")


def _set_effective(session: Session, value: str) -> None:
    session.execute(text("SELECT set_config('fugai.effective_on', :value, true)"), {"value": value})


def _division(
    session: Session,
    kind: str,
    name: str | None,
    parent: Division,
    code: str | None,
    boundary: BaseGeometry | None,
    aliases: Iterable[str],
) -> Division:
    siblings = select(func.count()).where(Division.parent_code == parent.code)
    number = (session.scalar(siblings) or 0) + 1
    last = session.scalar(
        select(func.max(Division.sort_order)).where(Division.district_code == parent.district_code)
    )
    return _add(
        session,
        Division(
            code=code or f"{parent.code}{number:03d}",
            kind=kind,
            name=name or f"{number}号{'街道' if kind == 'town' else '社区'}",
            aliases=list(aliases),
            parent_code=parent.code,
            district_code=parent.district_code,
            sort_order=(last or 0) + 1,
            geom=_shape(boundary),
        ),
    )


def _standing(session: Session, kind: str) -> Division | None:
    statement = (
        select(Division).where(Division.kind == kind).order_by(Division.sort_order, Division.code)
    )
    return session.scalars(statement.limit(1)).first()


def _add(session: Session, row: Row) -> Row:
    session.add(row)
    session.flush()
    return row


def _shape(shape: BaseGeometry | None) -> WKBElement | None:
    if isinstance(shape, Polygon):
        shape = MultiPolygon([shape])
    return None if shape is None else from_shape(shape, SRID)
