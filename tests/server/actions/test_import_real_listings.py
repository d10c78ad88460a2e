"""Listings of Beijing: 4,851 communities with places, 510 with companies."""

from __future__ import annotations

import csv
import re
from pathlib import Path

import pytest
from sqlalchemy import Engine, func, select

from geodata.domain.access import Scope
from geodata.domain.indicator import CoverageKind, Denominator
from geodata.domain.period import today
from geodata.spatial.datum import Datum
from geodata.store.imports.report import ImportReport
from geodata.store.queries.coverage_table import Breakdown, CoverageTable, coverage_table
from geodata.store.queries.state import SiteFilter
from geodata.store.session import reading
from geodata.store.tables import Site, SiteVersion
from server.actions.imports import ImportOrder, import_listing_file
from tests.real_data import LISTING_WITH_COMPANIES, LISTING_WITH_PLACES, needs_real_data

pytestmark = needs_real_data

ORDER = ImportOrder(actor="tester", district="北京")


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def _import(engine: Engine, path: Path, join: Path | None = None) -> ImportReport:
    return import_listing_file(engine, path, ORDER, datum=Datum.BD09, join=join)


def _coverage(engine: Engine, by: Breakdown = Breakdown.TOWN) -> CoverageTable:
    with reading(engine) as session:
        return coverage_table(session, Scope.everything(), by=by, on=today(), wanted=SiteFilter())


def _cells(engine: Engine) -> dict[str, dict[str, str]]:
    with reading(engine) as session:
        rows = session.execute(select(Site.external_id, Site.source_row))
        return {row.external_id: row.source_row for row in rows}


def _is_managed(company: str) -> bool:
    """Tell from the raw cell, by other means than the code under test, whether it is covered."""
    return company not in ("", "暂无信息") and not re.search(r"^无物业", company)


def _is_professional(company: str) -> bool:
    return _is_managed(company) and not re.search(r"自管|代管|居委会|业委会|街道办", company)


def _count(text: str) -> int:
    return int(re.sub(r"\D", "", text) or 0)


def test_both_files_joined_lose_no_row_and_no_cell(engine: Engine) -> None:
    report = _import(engine, LISTING_WITH_PLACES, LISTING_WITH_COMPANIES)
    counts = report.counts
    assert report.errors == []
    assert (counts["rows"], counts["new"], counts["repeated"]) == (4851, 4846, 5)
    assert (counts["joined"], counts["not_joined"]) == (480, 30)
    told = {(one.code, one.file, one.row) for one in report.faults}
    assert sum(code == "listing.join_unmatched" for code, _, _ in told) == 30
    assert sum(code == "listing.repeated_row" for code, _, _ in told) == 5
    kept = _cells(engine)
    companies = {row["id"]: row for row in _rows(LISTING_WITH_COMPANIES)}
    for row in _rows(LISTING_WITH_PLACES):
        expected = {header: cell for header, cell in row.items() if cell.strip()}
        expected |= {
            key: cell for key, cell in companies.get(row["ID"], {}).items() if cell.strip()
        }
        assert kept[row["ID"]] == expected


def test_the_same_files_again_change_nothing(engine: Engine) -> None:
    _import(engine, LISTING_WITH_PLACES, LISTING_WITH_COMPANIES)
    with reading(engine) as session:
        before = session.scalar(select(func.max(SiteVersion.id)))
    counts = _import(engine, LISTING_WITH_PLACES, LISTING_WITH_COMPANIES).counts
    assert (counts["new"], counts["changed"], counts["unchanged"]) == (0, 0, 4846)
    assert counts["missing"] == 0
    with reading(engine) as session:
        assert session.scalar(select(func.max(SiteVersion.id))) == before


def test_places_alone_say_nothing_of_management(engine: Engine) -> None:
    assert _import(engine, LISTING_WITH_PLACES).counts["new"] == 4846
    total = _coverage(engine).total
    assert (total.amounts[Denominator.SITES], total.covered[Denominator.SITES]) == (4846, 0)
    with reading(engine) as session:
        extent = session.execute(
            select(
                func.min(func.st_x(Site.point)),
                func.max(func.st_x(Site.point)),
                func.min(func.st_y(Site.point)),
                func.max(func.st_y(Site.point)),
            )
        ).one()
    assert 115.4 < extent[0] < extent[1] < 117.6
    assert 39.4 < extent[2] < extent[3] < 41.1


def test_dirt_is_told_row_by_row(engine: Engine) -> None:
    report = _import(engine, LISTING_WITH_COMPANIES)
    rows = _rows(LISTING_WITH_COMPANIES)
    told = {(one.row, one.column): one for one in report.faults}
    for number, row in enumerate(rows, start=2):
        assert told[number, "building_num"].value == row["building_num"]
        assert told[number, "building_num"].facts["read_as"] == _count(row["building_num"])
        assert told[number, "house_num"].facts["read_as"] == _count(row["house_num"])
        cost = told[number, "cost"]
        if row["cost"] == "暂无信息":
            assert cost.code == "value.unreported"
        else:
            low, high = (re.findall(r"[\d.]+", row["cost"]) * 2)[:2]
            is_range = float(low) < float(high)
            assert cost.facts["read_as"] == ((float(low), float(high)) if is_range else float(low))
    read = [one for one in report.faults if one.code == "listing.management_by_phrase"]
    raw = [row["service"] for row in rows if re.search(r"自管|代管|无物业|居委会", row["service"])]
    assert [one.value for one in read] == raw
    assert {one.column for one in read} == {"service"}
    assert report.unknown_columns == ["housetype"]


@pytest.mark.parametrize("is_joined", [False, True])
def test_coverage_is_what_a_loop_over_the_raw_rows_finds(
    engine: Engine, *, is_joined: bool
) -> None:
    companies = _rows(LISTING_WITH_COMPANIES)
    if is_joined:
        _import(engine, LISTING_WITH_PLACES, LISTING_WITH_COMPANIES)
        places = {row["ID"]: row["DISTRICT"] for row in _rows(LISTING_WITH_PLACES)}
        town_of = places
        rows = [row for row in companies if row["id"] in places]
    else:
        _import(engine, LISTING_WITH_COMPANIES)
        town_of = {row["id"]: row["district"] for row in companies}
        rows = companies
    table = _coverage(engine)
    assert table.total.amounts[Denominator.SITES] == len(town_of)
    for line in (*table.rows, table.total):
        here = [row for row in rows if line.code == "total" or town_of[row["id"]] == line.label]
        covered = [row for row in here if _is_managed(row["service"])]
        assert line.covered[Denominator.SITES] == len(covered)
        for one, header in (
            (Denominator.HOUSEHOLDS, "house_num"),
            (Denominator.BUILDINGS, "building_num"),
        ):
            assert line.amounts[one] == sum(_count(row[header]) for row in here)
            assert line.covered[one] == sum(_count(row[header]) for row in covered)
        market = sum(_is_professional(row["service"]) for row in here)
        assert line.rate(kind=CoverageKind.MARKET).part == market
