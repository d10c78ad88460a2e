"""Take files into the store: read, check, and keep all of it or nothing."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from itertools import zip_longest
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from geodata.domain.division import DivisionKind
from geodata.domain.errors import DomainError, Fault, Severity
from geodata.domain.period import today
from geodata.domain.site import SiteDraft
from geodata.ledger.listing import read_listing
from geodata.ledger.tables import read_table
from geodata.ledger.values import as_text
from geodata.spatial.datum import Datum
from geodata.spatial.divisions import read_divisions
from geodata.spatial.osm import read_osm
from geodata.spatial.outlines import as_footprints
from geodata.spatial.positions import place_drafts
from geodata.spatial.vectors import read_polygons
from geodata.store.audit import audit
from geodata.store.imports.divisions import import_divisions
from geodata.store.imports.ground import import_footprints, import_landuse, import_roads
from geodata.store.imports.merging import MergeMode
from geodata.store.imports.places import add_division
from geodata.store.imports.report import ImportReport
from geodata.store.imports.sites import merge_sites
from geodata.store.queries.inside import places_of_points, points_outside
from geodata.store.session import Change, writing
from geodata.store.tables import Division

Progress = Callable[[str], None]

_OUTSIDE_SHARE: Final = 0.5
_POSITION: Final = ("longitude", "coordinates")
_TABLES: Final = frozenset({".csv", ".tsv", ".txt", ".xlsx", ".xls"})


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportOrder:
    """What is asked for with every import.

    Attributes:
        actor: Who imports.
        district: Code or name of the district; by default the file's own name.
        on: Day from which the rows hold.
        skips_faulty: Keep the good rows when others have errors, instead of nothing.
    """

    actor: str
    district: str | None = None
    on: date | None = None
    skips_faulty: bool = False


class _NothingKeptError(Exception):
    """Rolls a transaction back when its report has errors."""


def import_listing_file(
    engine: Engine,
    path: Path,
    order: ImportOrder,
    *,
    datum: Datum,
    overrides: Mapping[str, str] | None = None,
    join: Path | None = None,
) -> ImportReport:
    """Import a plain list into a district of its own, or into one that exists.

    Raises:
        DomainError: Where the file as a whole cannot be taken.
    """
    reading = read_listing(path, overrides=overrides, join=join)
    drafts, misplaced = place_drafts(reading.drafts, datum)
    by = next((name for name, key in reading.columns.items() if key in _POSITION), None)
    misplaced = [replace(fault, column=by) for fault in misplaced]
    report = ImportReport(
        path.name,
        "",
        faults=[*reading.faults, *misplaced],
        columns=reading.columns,
        unknown_columns=reading.unknown_columns,
    )
    report.counts["rows"], report.counts["repeated"] = reading.rows, reading.repeated
    if join is not None:
        report.counts["joined"] = reading.joined
        report.counts["not_joined"] = reading.not_joined

    def keep(session: Session) -> None:
        report.district, is_official = _district(session, path, order)
        inside = _inside(session, report, drafts, datum, by)
        if is_official:
            inside = _placed(session, report.district, inside)
        mode = MergeMode(stated=(), grows=not is_official)
        merge_sites(session, report, inside, on=order.on or today(), mode=mode)

    return _run(engine, report, order, "import_listing", keep)


def import_osm_file(engine: Engine, path: Path, order: ImportOrder) -> ImportReport:
    """Import footprints, residential areas, water, green and roads of an OpenStreetMap extract."""
    extract = read_osm(path)
    report = ImportReport(path.name, "")
    if extract.skipped:
        report.counts["skipped"] = extract.skipped

    def keep(session: Session) -> None:
        report.district, _ = _district(session, path, order)
        report.counts["footprints"] = import_footprints(
            session, report.district, extract.footprints
        )
        report.counts["landuse"] = import_landuse(session, report.district, extract.landuse)
        report.counts["roads"] = import_roads(session, report.district, extract.roads)

    return _run(engine, report, order, "import_osm", keep)


def import_footprints_file(engine: Engine, path: Path, order: ImportOrder) -> ImportReport:
    """Import building outlines of a vector file."""
    reading = read_polygons(path)
    report = ImportReport(path.name, "", faults=reading.faults)
    frame, report.columns = as_footprints(path, reading.features)

    def keep(session: Session) -> None:
        report.district, _ = _district(session, path, order)
        report.counts["footprints"] = import_footprints(session, report.district, frame)

    return _run(engine, report, order, "import_footprints", keep)


def import_divisions_file(
    engine: Engine, path: Path, order: ImportOrder, *, is_sample: bool = False
) -> ImportReport:
    """Import divisions of a table, or of a vector file with their boundaries."""
    report = ImportReport(path.name, "")
    if path.suffix.lower() in _TABLES:
        records = _table_records(path)
    else:
        reading = read_polygons(path)
        report.faults = reading.faults
        records = list(reading.features.to_dict("records"))
    drafts = read_divisions(path, records)

    def keep(session: Session) -> None:
        report.counts["divisions"] = import_divisions(session, drafts, is_sample=is_sample)
        districts = [one.code for one in drafts if one.kind is DivisionKind.DISTRICT]
        report.district = districts[0] if districts else ""

    return _run(engine, report, order, "import_divisions", keep)


def _table_records(path: Path) -> list[dict[Any, Any]]:
    """Return the rows of a table by header, numbered as a spreadsheet program shows them."""
    header, *rows = read_table(path)[0].rows
    names = [as_text(cell) for cell in header]
    records: list[dict[Any, Any]] = []
    for number, row in enumerate(rows, start=2):
        texts = [as_text(cell) for cell in row]
        if any(texts):
            cells = zip_longest(names, texts[: len(names)], fillvalue="")
            records.append({**dict(cells), "feature_no": number})
    return records


def _run(
    engine: Engine,
    report: ImportReport,
    order: ImportOrder,
    action: str,
    keep: Callable[[Session], None],
) -> ImportReport:
    change = Change(order.actor, f"{action} {report.file}", order.on)
    try:
        with writing(engine, change) as session:
            keep(session)
            if report.errors and not order.skips_faulty:
                raise _NothingKeptError  # noqa: TRY301 - only an exception rolls back
            facts = dict(report.counts)
            audit(session, order.actor, action, report.file, district=report.district, counts=facts)
            report.applied = True
    except _NothingKeptError:
        report.counts["errors"] = len(report.errors)
    return report


def _district(session: Session, path: Path, order: ImportOrder) -> tuple[str, bool]:
    """Return the code of the district, made if it is not there, and whether it is official.

    A district with a boundary, or with towns that were imported as such, is official: names
    that it does not know are errors there. One that a list brought about grows with its lists.
    """
    name = order.district or path.name.split(".")[0]
    found = _find_district(session, name)
    if found is None:
        code = "own-" + re.sub(r"\W+", "-", name.lower()).strip("-")
        add_division(session, code=code, kind=DivisionKind.DISTRICT, name=name, district=code)
        return code, False
    return found, not found.startswith("own-")


def _find_district(session: Session, wanted: str) -> str | None:
    is_it = (Division.code == wanted) | (Division.name == wanted)
    return session.scalar(
        select(Division.code).where(Division.kind == DivisionKind.DISTRICT.value, is_it)
    )


def _inside(
    session: Session,
    report: ImportReport,
    drafts: list[SiteDraft],
    datum: Datum,
    column: str | None,
) -> list[SiteDraft]:
    """Leave out the rows whose point lies outside the district, if its boundary is known.

    Raises:
        DomainError: ``import.datum_contradicted`` when most of them do: then it is not the
            rows that are wrong, but the datum, or the district.
    """
    located = [draft for draft in drafts if draft.longitude is not None]
    points = [(draft.longitude or 0.0, draft.latitude or 0.0) for draft in located]
    outside = points_outside(session, report.district, points)
    if located and len(outside) / len(located) > _OUTSIDE_SHARE:
        raise DomainError(
            "import.datum_contradicted",
            file=report.file,
            datum=datum.value,
            outside=len(outside),
            total=len(located),
            first_row=located[outside[0]].place.row,
        )
    left_out = {id(located[index]) for index in outside}
    for draft in (located[index] for index in outside):
        place = draft.place
        report.faults.append(
            Fault(
                Severity.ERROR,
                "listing.point_outside_district",
                place.file,
                place.sheet,
                place.row,
                column,
                f"{draft.longitude:.6f},{draft.latitude:.6f}",
                {"name": draft.name, "datum": datum.value},
            )
        )
    return [draft for draft in drafts if id(draft) not in left_out]


def _placed(session: Session, district: str, drafts: list[SiteDraft]) -> list[SiteDraft]:
    """Give the rows that name no town the one that holds their point."""
    open_ones = [draft for draft in drafts if draft.town is None and draft.longitude is not None]
    points = [(draft.longitude or 0.0, draft.latitude or 0.0) for draft in open_ones]
    places = places_of_points(session, district, points)
    found = {
        id(draft): replace(draft, town=place[0], neighbourhood=draft.neighbourhood or place[1])
        for draft, place in zip(open_ones, places, strict=True)
        if place is not None
    }
    return [found.get(id(draft), draft) for draft in drafts]
