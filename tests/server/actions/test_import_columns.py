"""Plain lists in two steps: columns proposed, chosen and remembered, then staged and applied."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import Engine, select

from geodata.domain.access import Scope
from geodata.domain.errors import DomainError
from geodata.domain.importing import ImportKind
from geodata.ledger.proposal import Reason
from geodata.spatial.datum import Datum
from geodata.store.queries.imports import get_import
from geodata.store.session import Change, reading, writing
from geodata.store.tables import AuditLine, ColumnMemory, Division
from server.actions.import_columns import (
    ColumnsView,
    choose_columns,
    take_as_listing,
    view_columns,
)
from server.actions.import_receipt import Delivery, receive
from server.actions.import_staging import stage
from server.actions.ledger_imports import undo
from server.actions.listing_columns import ListingColumns
from tests.builders import SOUTH, WEST, a_district, a_neighbourhood, a_town, square
from tests.desk import CLERK, FIRST, Desk

INSIDE = f"{WEST + 0.012:.6f},{SOUTH + 0.013:.6f}"
NEARBY = f"{WEST + 0.022:.6f},{SOUTH + 0.013:.6f}"
ODD = ("XQMC,WZ,XX,YY", f"和平小区,新建路1号,{INSIDE}", f"幸福里花园,新建路9号,{NEARBY}")
PLAIN = ("名称,街道,户数", "和平小区,丝绸路街道,80", "幸福里,丝绸路街道,120")
COLUMNS = {"name": 0, "address": 1, "longitude": 2, "latitude": 3}


@pytest.fixture
def desk(engine: Engine, tmp_path: Path) -> Desk:
    """The desk of somebody who sees a district with boundaries."""
    with writing(engine, Change("tester", "set up")) as session:
        district = a_district(session, boundary=square(0, 0, 0.1))
        silk = a_town(session, "丝绸路街道", district=district, boundary=square(0, 0, 0.1))
        a_neighbourhood(session, "前沟社区", town=silk)
    return Desk(engine, tmp_path)


def send(desk: Desk, *lines: str, kind: ImportKind = ImportKind.LISTING) -> int:
    """Send a list and leave it unread."""
    path = desk.folder / "名单.csv"
    path.write_text("\n".join(lines) + "\n", "utf-8")
    delivery = Delivery(name=path.name, on=FIRST, kind=kind)
    with path.open("rb") as content:
        return receive(desk.engine, desk.store, desk.sender, content, delivery)


def choose(desk: Desk, number: int, columns: dict[str, int | str], datum: Datum | None) -> int:
    """Choose columns and compare."""
    choose_columns(desk.engine, desk.store, CLERK, number, columns, datum)
    stage(desk.engine, desk.store, CLERK, number)
    return number


def view(desk: Desk, number: int, tried: ListingColumns | None = None) -> ColumnsView:
    """Look at a list's columns."""
    with reading(desk.engine) as session:
        return view_columns(session, desk.store, Scope.everything(), number, tried)


def test_a_list_whose_headers_say_it_all_is_staged_at_once(desk):
    number = send(desk, *PLAIN)
    desk.restage(number)
    assert desk.counts(number) == {"new": 2}
    desk.apply(number)
    assert desk.ledger()["幸福里"].households == 120


def test_an_open_list_waits_and_is_not_refused(desk):
    number = send(desk, *ODD)
    with pytest.raises(DomainError) as refused:
        desk.restage(number)
    assert refused.value.code == "columns.undecided"
    with reading(desk.engine) as session:
        assert get_import(session, Scope.everything(), number).state == "received"


def test_coordinates_wait_for_their_datum_even_when_headers_say_it_all(desk):
    number = send(desk, "名称,经度,纬度", f"和平小区,{INSIDE}")
    with pytest.raises(DomainError) as refused:
        desk.restage(number)
    assert refused.value.code == "columns.undecided"


def test_rows_are_shown_as_they_would_be_read(desk):
    number = send(desk, *ODD, f",新建路3号,{INSIDE}", "乙,新建路4号,甲,丙")
    shown = view(desk, number, ListingColumns(COLUMNS, Datum.CGCS2000))
    first, _, nameless, unreadable = shown.rows
    assert (first.row, first.draft.name, first.draft.address) == (2, "和平小区", "新建路1号")
    assert first.draft.longitude == pytest.approx(WEST + 0.012)
    assert first.faults == {}
    assert [one.code for one in nameless.faults["name"]] == ["listing.name_missing"]
    assert [one.code for one in unreadable.faults["longitude"]] == [
        "listing.coordinates_unreadable"
    ]


def test_a_contradicted_datum_is_told_before_anything_is_staged(desk):
    number = send(desk, "XQMC,XX,YY", "和平小区,116.1234,39.1234")
    columns = {"name": 0, "longitude": 1, "latitude": 2}
    shown = view(desk, number, ListingColumns(columns, Datum.WGS84))
    assert shown.refusal is not None
    assert shown.refusal.code == "import.datum_contradicted"
    with pytest.raises(DomainError):
        choose(desk, number, columns, Datum.WGS84)
    with reading(desk.engine) as session:
        one = get_import(session, Scope.everything(), number)
    assert (one.state, one.report["refusal"]["code"]) == ("refused", "import.datum_contradicted")


def test_the_same_list_twice_is_zero_changes_and_nobody_chooses_twice(desk):
    first = choose(desk, send(desk, *ODD), dict(COLUMNS), Datum.GCJ02)
    assert desk.counts(first) == {"new": 2}
    desk.apply(first)
    again = send(desk, *ODD)
    shown = view(desk, again)
    assert {one.reason for one in shown.suggestion.proposals} == {Reason.REMEMBERED}
    assert (shown.chosen.columns, shown.chosen.datum) == (COLUMNS, Datum.GCJ02)
    with pytest.raises(DomainError):
        desk.restage(again)
    choose(desk, again, dict(COLUMNS), Datum.GCJ02)
    assert desk.counts(again) == {"unchanged": 2}


def test_another_mapping_replaces_what_was_remembered(desk):
    number = send(desk, *PLAIN)
    choose(desk, number, {"name": "名称", "note": "户数"}, None)
    choose(desk, number, {"name": "名称", "households": "户数"}, None)
    with reading(desk.engine) as session:
        (memory,) = session.scalars(select(ColumnMemory)).all()
    assert (memory.columns, memory.datum) == ({"name": 0, "households": 2}, None)


def test_columns_that_nobody_chose_are_kept_with_the_row_only(desk):
    number = choose(desk, send(desk, *PLAIN), {"name": 0, "town": 1}, None)
    desk.apply(number)
    site = desk.ledger()["幸福里"]
    assert (site.households, site.source_row["户数"]) == (None, "120")


def test_a_row_outside_the_district_and_an_unknown_town_are_told_with_their_cells(desk):
    lines = (f"甲园,,{INSIDE}", f"乙园,,{NEARBY}", "丙园,无此街道,,", "丁园,,117.5,36.0")
    number = choose(
        desk,
        send(desk, "名,镇,XX,YY", *lines),
        {"name": 0, "town": 1, "longitude": 2, "latitude": 3},
        Datum.CGCS2000,
    )
    assert desk.counts(number) == {"new": 2, "errors": 2}
    with reading(desk.engine) as session:
        faults = get_import(session, Scope.everything(), number).report["faults"]
    places = {one["code"]: (one["cell"], one["column"]) for one in faults}
    assert places == {
        "place.town_unknown": ("B4", "镇"),
        "listing.point_outside_district": ("C5", "XX"),
    }


def test_a_list_misses_no_site(desk):
    desk.apply(choose(desk, send(desk, *PLAIN), {"name": 0, "town": 1}, None))
    number = choose(desk, send(desk, *PLAIN[:2]), {"name": 0, "town": 1}, None)
    assert desk.counts(number) == {"unchanged": 1}


def test_an_applied_list_is_undone_as_a_whole(desk):
    number = desk.apply(choose(desk, send(desk, *ODD), dict(COLUMNS), Datum.CGCS2000))
    assert set(desk.ledger()) == {"和平小区", "幸福里花园"}
    assert undo(desk.engine, CLERK, number) == 2
    assert desk.ledger() == {}


def test_staging_a_list_of_a_district_of_its_own_adds_no_division(engine, tmp_path):
    with writing(engine, Change("tester", "set up")) as session:
        a_district(session, "南京", code="own-南京")
    desk = Desk(engine, tmp_path)
    number = send(desk, *PLAIN)
    desk.restage(number)
    assert (desk.counts(number), desk.number_of(Division)) == ({"new": 2}, 1)
    desk.apply(number)
    assert set(desk.ledger()) == {"和平小区", "幸福里"}
    assert desk.number_of(Division) == 2


def test_a_file_that_is_not_the_form_becomes_a_list(desk):
    number = send(desk, *PLAIN, kind=ImportKind.LEDGER)
    with pytest.raises(DomainError) as refused:
        desk.restage(number)
    assert refused.value.code == "ledger.header_missing"
    take_as_listing(desk.engine, CLERK, number)
    desk.restage(number)
    assert desk.counts(number) == {"new": 2}
    with reading(desk.engine) as session:
        actions = session.scalars(select(AuditLine.action).order_by(AuditLine.id)).all()
    assert actions == ["receive_import", "refuse_import", "take_as_listing", "stage_import"]


@pytest.mark.parametrize(
    ("columns", "datum", "code"),
    [
        ({"address": 1}, None, "columns.name_needed"),
        ({"name": 0, "longitude": 2}, Datum.WGS84, "columns.coordinates_half"),
        (COLUMNS, None, "columns.datum_needed"),
        ({"name": 0, "colour": 1}, None, "columns.field_unknown"),
        ({"name": 9}, None, "columns.column_unknown"),
        ({"name": "没有"}, None, "columns.column_unknown"),
        ({"name": 0, "address": 0}, None, "columns.column_twice"),
    ],
)
def test_a_choice_that_cannot_be_is_refused(desk, columns, datum, code):
    number = send(desk, *ODD)
    with pytest.raises(DomainError) as refused:
        choose_columns(desk.engine, desk.store, CLERK, number, columns, datum)
    assert refused.value.code == code


def test_the_columns_of_a_form_are_nobodys_choice(desk):
    number = send(desk, *ODD, kind=ImportKind.LEDGER)
    with pytest.raises(DomainError) as refused:
        view(desk, number)
    assert refused.value.code == "columns.not_a_listing"


def test_an_applied_list_keeps_its_columns(desk):
    number = desk.apply(choose(desk, send(desk, *PLAIN), {"name": 0, "town": 1}, None))
    for step in (
        lambda: choose_columns(desk.engine, desk.store, CLERK, number, {"name": 0}, None),
        lambda: take_as_listing(desk.engine, CLERK, number),
    ):
        with pytest.raises(DomainError) as refused:
            step()
        assert refused.value.code == "import.wrong_state"
