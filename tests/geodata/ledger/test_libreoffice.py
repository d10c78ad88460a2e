"""The form through another program: opened by LibreOffice, saved, and read again."""

from __future__ import annotations

import shutil
import subprocess
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from openpyxl import load_workbook

from geodata.domain.category import Category
from geodata.domain.management import ManagementType
from geodata.domain.site import Place, ServiceStar, SiteDraft
from geodata.ledger.annotate import AnnotatedAs, annotate
from geodata.ledger.form_reader import read_form
from geodata.ledger.form_writer import SheetsBy, Unit, write_form
from geodata.ledger.signature import Signature

SOFFICE = shutil.which("soffice")
NOWHERE = Place("", None, 0)
AWKWARD = [
    *(
        "合计花园",
        "备注里小区",
        "填写人家园",
        "=1+1",
        "+86小区",
        "-1号楼",
        "@SUM(A1)",
        "'和平",
        "和平'",
    ),
    *(
        "007",
        "1e5",
        "1998年",
        "3-2",
        "1/2",
        "TRUE",
        "#REF!",
        "_x0041_",
        "无",
        "😀",
        "a & <b>",
        "长" * 60,
    ),
]
SIGNED = Signature(None, None, None, "张三", "0533-6181234", "李四", "13900001111")


def _ledger() -> list[SiteDraft]:
    types = [one for one in ManagementType if one is not ManagementType.NONE]
    return [
        SiteDraft(
            place=NOWHERE,
            name=name,
            town="丝绸路街道" if index % 3 else "城北路街道",
            neighbourhood=None if index % 5 == 0 else f"社区{index % 2}",
            address=name,
            category=list(Category)[index % 5],
            ticked_types=frozenset({types[index % len(types)], types[-1]}),
            service_star=list(ServiceStar)[index % 6] if index % 4 == 0 else None,
            built_year=1990 + index,
            floor_area_m2=1234.56 * index,
            households=index * 100,
            occupied_households=index * 99,
            company=name,
            project_manager=None if index % 2 else "王五",
            phone="053361812345"[index % 2 :],
            fee_min_yuan=0.35,
            fee_max_yuan=0.35 if index % 2 else 1.2,
            subsidised=bool(index % 2),
            owners_committee=None if index % 3 else True,
            maintenance_fund=False,
            note=name,
        )
        for index, name in enumerate(AWKWARD)
    ]


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("office") / "台账.xlsx"
    towns: dict[Unit, Signature] = {(town, None): SIGNED for town in ("丝绸路街道", "城北路街道")}
    write_form(
        _ledger(),
        path,
        unit="周村区",
        filled_on=date(2017, 11, 15),
        sheets=SheetsBy.TOWN,
        signatures=towns,
    )
    return path


pytestmark = pytest.mark.skipif(SOFFICE is None, reason="LibreOffice is not installed")


def _saved_as(kind: str, path: Path, folder: Path) -> Path:
    profile = f"-env:UserInstallation={(folder / 'profile').as_uri()}"
    command = [SOFFICE, profile, "--headless", "--convert-to", kind, "--outdir", folder, path]
    subprocess.run([str(one) for one in command], check=True, capture_output=True, timeout=120)
    return folder / f"{path.stem}.{kind}"


@pytest.mark.parametrize("kind", ["xlsx", "xls", "ods"])
def test_what_another_program_saves_is_the_same_ledger(
    written: Path, tmp_path: Path, kind: str
) -> None:
    before, after = read_form(written), read_form(_saved_as(kind, written, tmp_path))
    assert len(before.drafts) == len(AWKWARD)
    assert [replace(one, place=NOWHERE) for one in after.drafts] == [
        replace(one, place=NOWHERE) for one in before.drafts
    ]
    assert [(one.code, one.cell) for one in after.faults] == [
        (one.code, one.cell) for one in before.faults
    ]
    assert after.sheets == before.sheets
    assert after.signatures == before.signatures
    assert after.signatures[0].responsible_phone == "13900001111"


def test_an_old_workbook_comes_back_with_its_look(written: Path, tmp_path: Path) -> None:
    source, out = _saved_as("xls", written, tmp_path), tmp_path / "返回.xlsx"
    faults = read_form(source).faults
    told = annotate(source, faults, out, sentence=lambda fault: fault.code)
    places = {(one.sheet, one.cell) for one in faults}
    assert (told.kind, told.commented) == (AnnotatedAs.COPY, len(places))
    old, new = load_workbook(written).worksheets[0], load_workbook(out).worksheets[0]
    assert {str(one) for one in new.merged_cells.ranges} == {
        str(one) for one in old.merged_cells.ranges
    }
    assert (new["A1"].font.sz, new["A1"].font.b) == (18, True)
    assert new["D5"].border.left.style == "thin"
    assert new["D5"].alignment.wrap_text
    assert new["AE5"].number_format == "@"
    assert abs(new.column_dimensions["D"].width - old.column_dimensions["D"].width) < 1
    assert [one.cell for one in read_form(out).faults] == [one.cell for one in faults]
