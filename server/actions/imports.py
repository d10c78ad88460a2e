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

from geodata.domain.access import Scope
from geodata.domain.division import DivisionKind
from geodata.domain.importing import ImportKind
from geodata.domain.period import today
from geodata.ledger.listing import read_listing
from geodata.ledger.tables import read_table
from geodata.ledger.values import as_text
from geodata.spatial.datum import Datum
from geodata.spatial.divisions import read_divisions
from geodata.spatial.osm import read_osm
from geodata.spatial.outlines import as_footprints
from geodata.spatial.vectors import read_polygons
from geodata.store.audit import audit
from geodata.store.imports.direct import DirectImport, note_import
from geodata.store.imports.divisions import import_divisions
from geodata.store.imports.ground import import_footprints, import_landuse, import_roads
from geodata.store.imports.merging import MergeMode
from geodata.store.imports.places import add_division
from geodata.store.imports.report import ImportReport
from geodata.store.imports.sites import merge_sites
from geodata.store.imports.staging import stage_rows
from geodata.store.session import Change, writing
from geodata.store.tables import Division
from server.actions.import_staging import outcomes
from server.actions.listing_rows import OWN, is_official, on_the_ground
from server.apart import apart

Progress = Callable[[str], None]

_POSITION: Final = ("longitude", "coordinates")
_TABLES: Final = frozenset({".csv", ".tsv", ".txt", ".xlsx", ".xls"})


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportOrder:
    """What is asked for with every import.

    Attributes:
        actor: Who imports.
        district: Code or name of the district; by default the file's own name.
        on: Day from which the rows hold.
        insists: Take the declared datum even where the known ground speaks for another.
        skips_faulty: Keep the good rows when others have errors, instead of nothing.
    """

    actor: str
    district: str | None = None
    on: date | None = None
    skips_faulty: bool = False
    insists: bool = False


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
    reading = apart(read_listing, path, file=path.name, overrides=overrides, join=join)
    by = next((name for name, key in reading.columns.items() if key in _POSITION), None)
    report = ImportReport(
        path.name,
        "",
        faults=reading.faults,
        columns=reading.columns,
        unknown_columns=reading.unknown_columns,
    )
    report.counts["rows"], report.counts["repeated"] = reading.rows, reading.repeated
    if join is not None:
        report.counts["joined"] = reading.joined
        report.counts["not_joined"] = reading.not_joined

    def keep(session: Session) -> None:
        report.district, grows = _district(session, path, order)
        name, drafts = path.name, reading.drafts
        taken, misplaced = on_the_ground(
            session, report.district, name, drafts, datum, insists=order.insists
        )
        report.faults += [replace(fault, column=by) for fault in misplaced]
        mode = MergeMode(stated=(), grows=grows)
        direct = DirectImport(
            kind=ImportKind.LISTING,
            path=path,
            district=report.district,
            actor=order.actor,
            scope=Scope.everything(),
            reason=f"导入名单 {name}",
            on=order.on or today(),
        )
        one = note_import(session, direct)
        plan = merge_sites(session, report, taken, on=direct.on, mode=mode)
        stage_rows(session, one.id, plan, report.faults, drafts)
        applied = outcomes(plan)
        counts = applied | {"missing": len(plan.missing), "errors": len(report.errors)}
        one.report = {"counts": counts, "applied": applied | {"delisted": 0}}
        report.import_id = one.id

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
    header, *rows = apart(read_table, path, file=path.name)[0].rows
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
    """Return the code of the district, made if it is not there, and whether its lists grow it."""
    name = order.district or path.name.split(".")[0]
    found = _find_district(session, name)
    if found is None:
        code = OWN + re.sub(r"\W+", "-", name.lower()).strip("-")
        add_division(session, code=code, kind=DivisionKind.DISTRICT, name=name, district=code)
        return code, True
    return found, not is_official(found)


def _find_district(session: Session, wanted: str) -> str | None:
    is_it = (Division.code == wanted) | (Division.name == wanted)
    return session.scalar(
        select(Division.code).where(Division.kind == DivisionKind.DISTRICT.value, is_it)
    )
