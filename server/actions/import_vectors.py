"""Site boundaries out of a vector file: told first, taken when somebody says so."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
from geopandas import GeoDataFrame, GeoSeries
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from geodata.domain.access import Scope
from geodata.domain.division import DivisionKind
from geodata.domain.errors import DomainError, Fault, Severity
from geodata.domain.importing import ImportKind
from geodata.domain.period import today
from geodata.spatial.attributes import find_columns, texts
from geodata.spatial.doctor import Diagnosis, examine
from geodata.spatial.layers import VectorLayer, read_layers
from geodata.spatial.matching import KnownSite, Match, Outcome, Outline, SiteBook
from geodata.spatial.repair import Repaired, is_same, overlaps, repair
from geodata.spatial.systems import CoordinateSystem, parse_system
from geodata.spatial.vectors import CRS
from geodata.store.audit import audit
from geodata.store.boundary_edits import take_turn
from geodata.store.imports.direct import DirectImport, note_boundaries, note_import
from geodata.store.imports.ground import import_boundaries
from geodata.store.queries.divisions import find_divisions
from geodata.store.queries.matchable import division_areas, sites_to_match
from geodata.store.queries.reference import known_ground
from geodata.store.session import Change, reading, writing
from server.actions.doctor import Examination, contradiction, declared_by, sample_of_layers
from server.actions.shown import pick_district
from server.actions.vector_report import OutlineRow, VectorReport
from server.apart import apart

AUTO: Final = "auto"
_SURE: Final = 0.8
_ACTION: Final = "import_vector"
_EMPTY: Final = "vector.geometry_empty"


@dataclass(frozen=True, slots=True, kw_only=True)
class VectorOrder:
    """What is asked for.

    Attributes:
        actor: Who asks.
        scope: What the actor may see and change.
        district: Code or name of the district; may be left out where the scope has but one.
        datum: A coordinate system by name, or ``auto``: what the file says, held against the
            ground by the doctor.
        is_confirmed: Take a declared system although the ground contradicts it.
        applies: Keep the boundaries, instead of only telling.
    """

    actor: str
    scope: Scope
    district: str | None = None
    datum: str = AUTO
    is_confirmed: bool = False
    applies: bool = False


def import_vector_file(engine: Engine, path: Path, order: VectorOrder) -> VectorReport:
    """Match the outlines of a vector file with sites, and give these their boundaries.

    Without ``applies`` nothing is changed. Doubtful and unmatched outlines are never taken.

    Raises:
        DomainError: As `read_layers`; ``crs.unknown``; ``datum.contradicted``;
            ``datum.unsure``; ``division.not_found``; ``import.district_needed``.
    """
    layers = apart(read_layers, path, file=path.name)
    if not order.applies:
        with reading(engine, order.scope) as session:
            return _report(session, path, layers, order)
    with writing(
        engine, Change(order.actor, f"{_ACTION} {path.name}", scope=order.scope)
    ) as session:
        take_turn(session)
        report = _report(session, path, layers, order)
        taken = {row.site.id: row for row in report.rows if row.status == "changed" and row.site}
        if taken:
            report.import_id = _keep(session, path, order, report, taken)
        audit(
            session,
            order.actor,
            _ACTION,
            path.name,
            district=report.district,
            crs=report.system,
            counts=report.counts,
        )
        report.applied = True
    return report


def _keep(
    session: Session,
    path: Path,
    order: VectorOrder,
    report: VectorReport,
    taken: Mapping[int, OutlineRow],
) -> int:
    """Write the boundaries of sites as an import that can be undone; return its number."""
    one = note_import(
        session,
        DirectImport(
            kind=ImportKind.VECTOR,
            path=path,
            district=report.district,
            actor=order.actor,
            scope=order.scope,
            reason=f"导入边界 {path.name}",
            on=today(),
        ),
    )
    shapes = np.array([row.shape.after for row in taken.values()], dtype=object)
    boundaries = GeoDataFrame({"site_id": [*taken]}, geometry=GeoSeries(shapes, crs=CRS))
    import_boundaries(session, boundaries, source=f"{path.name} ({report.system})")
    rows = (
        {
            "sheet": row.layer,
            "row": row.number,
            "name": row.site.name if row.site else row.name,
            "site_id": site_id,
            "had_one": bool(row.site and row.site.shape is not None),
        }
        for site_id, row in taken.items()
    )
    note_boundaries(session, one.id, rows)
    counts = {"changed": len(taken), "unchanged": report.counts["unchanged"]}
    one.report = {
        "counts": counts | {"errors": 0},
        "applied": counts | {"new": 0, "doubtful": 0, "delisted": 0},
    }
    return one.id


def _report(
    session: Session, path: Path, layers: list[VectorLayer], order: VectorOrder
) -> VectorReport:
    district = _district(session, order)
    system, is_swapped, found = _system(session, path, layers, order, district)
    examination = Examination(path.name, district, [one.title for one in layers], found)
    report = VectorReport(path.name, district, system.label, is_swapped, examination)
    sites = sites_to_match(session, order.scope, district)
    book = SiteBook(sites, division_areas(session, order.scope, district))
    for layer in layers:
        report.rows += _rows(layer, book, system, is_swapped=is_swapped)
    _doubt_repeated(report.rows)
    report.faults += _suspicions(report, found)
    report.faults += _repairs(report)
    report.faults += _overlaps(report, sites)
    return report


def _district(session: Session, order: VectorOrder) -> str:
    districts = find_divisions(session, order.scope, kind=DivisionKind.DISTRICT)
    if order.district is None and len(districts) > 1:
        raise DomainError("import.district_needed", known=[one.code for one in districts])
    return pick_district(districts, order.district).code


def _system(
    session: Session, path: Path, layers: list[VectorLayer], order: VectorOrder, district: str
) -> tuple[CoordinateSystem, bool, Diagnosis]:
    """Return the system to read a file in, and the doctor's word on it."""
    ground = known_ground(session, order.scope, district)
    is_auto = order.datum == AUTO
    declared = declared_by(layers) if is_auto else parse_system(order.datum)
    found = examine(sample_of_layers(layers), ground, declared=declared)
    if not is_auto:
        if found.is_contradicted and not order.is_confirmed:
            raise contradiction(path.name, found)
        return parse_system(order.datum), False, found
    if declared is not None and not found.is_contradicted:
        return declared, False, found
    if found.confidence < _SURE:
        raise DomainError(
            "datum.unsure",
            file=path.name,
            winner=found.winner.label,
            runner_up=found.runner_up.label,
            confidence=f"{found.confidence:.0%}",
        )
    return found.winner.system, found.winner.is_swapped, found


def _rows(
    layer: VectorLayer, book: SiteBook, system: CoordinateSystem, *, is_swapped: bool
) -> list[OutlineRow]:
    columns = find_columns(layer.frame.columns)
    said = {key: texts(layer.frame, columns.get(key)) for key in ("site_id", "external_id", "name")}
    places = {key: texts(layer.frame, columns.get(key)) for key in ("town", "neighbourhood")}
    rows = []
    for index, shape in enumerate(layer.frame.geometry):
        repaired = repair(shape, system, is_swapped=is_swapped)
        name = said["name"][index]
        if repaired.after is None:
            reason = repaired.code or _EMPTY
            status = "empty" if reason == _EMPTY else "faulty"
            rows.append(OutlineRow(layer.title, index + 1, name, status, reason, repaired))
            continue
        outline = Outline(
            shape=repaired.after,
            site_id=said["site_id"][index],
            code=said["external_id"][index],
            name=name,
            town=places["town"][index],
            neighbourhood=places["neighbourhood"][index],
        )
        rows.append(_row(layer.title, index + 1, outline, repaired, book.find(outline)))
    return rows


def _row(layer: str, number: int, outline: Outline, repaired: Repaired, match: Match) -> OutlineRow:
    status = match.outcome.value
    if match.outcome is Outcome.MATCHED and match.site is not None:
        status = "unchanged" if is_same(match.site.shape, outline.shape) else "changed"
    name = outline.name or outline.code
    return OutlineRow(
        layer, number, name, status, match.reason, repaired, match.site, match.candidates
    )


def _doubt_repeated(rows: list[OutlineRow]) -> None:
    """Doubt the outlines of a site that has several: which of them, or all, is for a person."""
    matched = [row for row in rows if row.status in ("changed", "unchanged") and row.site]
    times = Counter(row.site.id for row in matched if row.site)
    for row in matched:
        if row.site and times[row.site.id] > 1:
            row.status, row.reason = "doubtful", "match.repeated"
            row.candidates = [row.site.name]


def _suspicions(report: VectorReport, found: Diagnosis) -> list[Fault]:
    """Tell of a system that fits better than the one taken, though not well enough to refuse."""
    if found.winner.system.label == report.system and found.winner.is_swapped == report.is_swapped:
        return []
    facts: dict[str, object] = {
        "crs": report.system,
        "winner": found.winner.label,
        "confidence": f"{found.confidence:.0%}",
    }
    return [Fault(Severity.WARNING, "datum.suspicious", report.file, facts=facts)]


def _repairs(report: VectorReport) -> list[Fault]:
    return [
        Fault(
            Severity.ERROR if row.status == "faulty" else Severity.WARNING,
            row.shape.code,
            report.file,
            row.layer,
            row.number,
            "geometry",
            row.shape.reason,
            {
                "area_before_m2": round(row.shape.area_before_m2, 1),
                "area_after_m2": round(row.shape.area_after_m2, 1),
            },
        )
        for row in report.rows
        if row.shape.code is not None
    ]


def _overlaps(report: VectorReport, sites: list[KnownSite]) -> list[Fault]:
    """Tell which boundaries would overlap each other, or those of sites that keep theirs."""
    taken = {row.site.id: row for row in report.rows if row.status == "changed" and row.site}
    others = [
        one
        for one in sites
        if one.id not in taken and one.shape is not None and one.shape.geom_type != "Point"
    ]
    rows = list(taken.values())
    shapes: list[Any] = [row.shape.after for row in rows] + [one.shape for one in others]
    names = [row.name for row in rows] + [one.name for one in others]
    return [
        Fault(
            Severity.WARNING,
            "vector.overlaps",
            report.file,
            rows[one].layer,
            rows[one].number,
            "geometry",
            names[one],
            {"other": names[other], "area_m2": round(shared)},
        )
        for one, other, shared in (overlaps(shapes) if rows else [])
        if one < len(rows)
    ]
