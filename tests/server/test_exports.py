"""The ledger as a workbook: the same form out and in again, cut by scope."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from openpyxl import load_workbook
from sqlalchemy import Engine

from geodata.domain.access import Role, Scope
from geodata.domain.category import Category
from geodata.domain.management import ManagementType as M
from geodata.domain.period import today
from geodata.ledger.form_reader import read_form
from geodata.ledger.form_writer import SheetsBy, Unit, write_form
from geodata.ledger.signature import Signature
from geodata.store.queries.imports import get_import
from geodata.store.queries.state import SiteFilter
from geodata.store.session import reading
from server.actions.export_ledger import export_ledger
from tests.builders import a_draft
from tests.desk import Desk
from tests.server.conftest import LogIn
from tests.world import HOSTILE, World


@pytest.fixture
def database_url(copied: tuple[str, World]) -> str:
    return copied[0]


def names_in(client: TestClient, folder: Path, query: str) -> set[str]:
    """The names of the sites in a downloaded ledger, faulty rows included."""
    answer = client.get(f"/ledger.xlsx?{query}")
    assert answer.status_code == 200
    path = folder / "ledger.xlsx"
    path.write_bytes(answer.content)
    (sheet,) = load_workbook(path).worksheets
    rows = sheet.iter_rows(min_row=5, min_col=4, max_col=4, values_only=True)
    return {str(name) for (name,) in rows if name}


@pytest.mark.parametrize("with_phones", [True, False])
def test_what_goes_out_comes_in_without_a_change(
    engine: Engine, tmp_path: Path, *, with_phones: bool
) -> None:
    path = tmp_path / "ledger.xlsx"
    with reading(engine) as session:
        exported = export_ledger(
            session,
            Scope.everything(),
            path,
            unit="370306",
            wanted=SiteFilter(),
            on=today(),
            with_phones=with_phones,
        )
    assert exported.rows == 8
    desk = Desk(engine, tmp_path)
    number = desk.send(path, on=today())
    # The site without a category is no row that the form allows (S10).
    assert desk.counts(number) == {"unchanged": 7, "errors": 1}
    with reading(engine) as session:
        faults = get_import(session, Scope.everything(), number).report["faults"]
    errors = [(one["code"], one["value"]) for one in faults if one["severity"] == "error"]
    assert errors == [("ledger.category_count", "")]


def test_a_town_gets_its_own_rows_only(log_in: LogIn, world: World, tmp_path: Path) -> None:
    town = log_in(Role.TOWN)
    assert names_in(town, tmp_path, "district=370306") == set(world.names[world.east])
    assert town.get(f"/ledger.xlsx?district=370306&town={world.west}").status_code == 404


def test_the_file_bears_unit_form_and_day_in_its_name(leader: TestClient, world: World) -> None:
    answer = leader.get(f"/ledger.xlsx?district=370306&town={world.west}")
    name = answer.headers["content-disposition"]
    assert name.endswith(f"{today():%Y%m%d}.xlsx")
    assert "%E8%A5%BF%E8%A1%97%E8%A1%97%E9%81%93" in name  # 西街街道


def test_a_past_ledger_ticks_what_was_in_force_then(leader: TestClient, tmp_path: Path) -> None:
    def ticked(on: object) -> frozenset[str]:
        answer = leader.get(f"/ledger.xlsx?district=370306&q=西新村&on={on}")
        path = tmp_path / "past.xlsx"
        path.write_bytes(answer.content)
        (draft,) = read_form(path).drafts
        return draft.ticked_types

    assert ticked(today()) == frozenset()
    assert ticked(today() - timedelta(days=20)) == {"neighbourhood_run"}


def test_a_downloaded_ledger_masks_phones_and_keeps_hostile_names_text(
    leader: TestClient, tmp_path: Path
) -> None:
    assert HOSTILE in names_in(leader, tmp_path, "district=370306")
    (sheet,) = load_workbook(tmp_path / "ledger.xlsx").worksheets
    cells = {str(cell.value) for row in sheet.iter_rows() for cell in row}
    assert "138****1234" in cells
    assert "13812341234" not in cells


@pytest.mark.parametrize("with_phones", [True, False])
def test_who_signed_the_last_ledger_signs_the_next(
    engine: Engine, tmp_path: Path, *, with_phones: bool
) -> None:
    desk, signed = Desk(engine, tmp_path), Signature(None, "西里社区", None, "王某", "13900001111")
    row = a_draft("西里小区", town="西街街道", neighbourhood="西里社区")
    row = replace(row, category=Category.OLD_COMMUNITY, ticked_types=frozenset({M.SIMPLE}))
    path = tmp_path / "signed.xlsx"
    signatures: dict[Unit, Signature] = {(None, None): signed}
    write_form([row], path, unit="西里社区", filled_on=today(), signatures=signatures)
    desk.apply(desk.send(path, on=today()))
    with reading(engine) as session:
        export_ledger(
            session,
            Scope.everything(),
            path,
            unit="370306002",
            wanted=SiteFilter(town="370306002"),
            on=today(),
            with_phones=with_phones,
            sheets=SheetsBy.NEIGHBOURHOOD,
        )
    (found,) = read_form(path).signatures
    assert (found.sheet, found.unit, found.filled_by) == ("西里社区", "西里社区", "王某")
    assert found.filled_by_phone == ("13900001111" if with_phones else "139****1111")
