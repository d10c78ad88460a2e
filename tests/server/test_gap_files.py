"""Gaps to take along: the workbook in the official order, the sheets, the commands' engines."""

from __future__ import annotations

from io import BytesIO

import pytest
from openpyxl import load_workbook
from sqlalchemy import select, update

from geodata.ledger.form import COLUMNS
from geodata.store.session import Change, reading, writing
from geodata.store.tables import Footprint, GapRun
from server.actions.detect_gaps import GapEngine, detect_gaps
from tests.server.test_gaps import engine, own, surveyed, town  # noqa: F401 - fixtures
from tests.world import HOSTILE


def _rows(client, path):
    answer = client.get(path)
    assert answer.status_code == 200, answer.text
    sheet = load_workbook(BytesIO(answer.content)).worksheets[0]
    return sheet.title, list(sheet.iter_rows(values_only=True))


def test_the_workbook_has_the_official_columns_and_the_reasons(town, engine):  # noqa: F811
    title, rows = _rows(town, "/gaps.xlsx?kind=unmanaged")
    assert title == "无人管理"
    header, data = rows[2], rows[3:]
    assert [one.split("\n")[0] for one in header[: len(COLUMNS)]] == [c.header for c in COLUMNS]
    named = dict(zip(header, data[0], strict=True))
    assert "东街5号楼" in data[0]
    assert (named["缺口"], named["条款"]) == ("无人管理", "S17")
    surveyed(engine, (0.15, 0.06), (0.18, 0.06))
    title, rows = _rows(town, "/gaps.xlsx?kind=missing")
    assert len(rows) == 3 + 2
    named = dict(zip(rows[2], rows[3], strict=True))
    assert (named["楼幢数"], named["原因"]) == (1, "来源标为住宅")
    assert named["经度"] == pytest.approx(117.95, abs=0.05)


def test_the_sheets_have_a_map_each_and_no_hostile_name_is_markup(town, engine):  # noqa: F811
    surveyed(engine, (0.15, 0.06))
    page = town.get("/gaps/print?kind=missing").text
    assert page.count("<svg") == 1
    assert 'class="gap" d="M' in page
    page = town.get("/gaps/print?kind=outside_boundary").text
    assert HOSTILE not in page
    assert "&lt;img src=x" in page


@pytest.mark.parametrize("with_engine", GapEngine)
def test_every_engine_finds_what_is_stored(engine, with_engine):  # noqa: F811
    surveyed(engine, (0.15, 0.06), (0.17, 0.06), (0.05, 0.02), (0.13, 0.03))
    found = detect_gaps(engine, "tester", "370306", with_engine=with_engine, workers=2)
    assert (found.footprints, found.candidates, found.differing) == (5, 3, 0)
    assert found.classes == {"in_site": 2, "missing": 3}


def test_a_run_in_memory_mends_what_is_wrong_and_a_stopped_one_goes_on(engine):  # noqa: F811
    surveyed(engine, (0.15, 0.06), (0.17, 0.06))
    with writing(engine, Change("tester", "break")) as session:
        session.execute(update(Footprint).values(gap_class="demolished", gap_reason="use"))
        session.add(GapRun(district_code="370306", last_footprint_id=1))
    assert detect_gaps(engine, "t", "370306", with_engine=GapEngine.MEMORY).differing == 3
    with writing(engine, Change("tester", "break")) as session:
        session.execute(update(Footprint).values(gap_class="demolished", gap_reason="use"))
    told = []
    detect_gaps(engine, "t", "370306", progress=told.append)
    with reading(engine) as session:
        classes = session.scalars(select(Footprint.gap_class).order_by(Footprint.id)).all()
        runs = session.scalars(select(GapRun)).all()
    assert classes[0] == "demolished", "the stopped run had this one done"
    assert "demolished" not in classes[1:]
    assert [run.finished_at is not None for run in runs] == [True]
    assert told[-1] == 1
