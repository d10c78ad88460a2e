"""The official form there and back."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook

from geodata.domain.category import Category
from geodata.domain.errors import Severity
from geodata.domain.management import ManagementType
from geodata.domain.site import Place, ServiceStar, SiteDraft
from geodata.ledger.form import COLUMNS, NOTES, TITLE
from geodata.ledger.form_reader import read_form
from geodata.ledger.form_writer import write_form
from geodata.ledger.values import is_unreported

NOWHERE = Place("", None, 0)
_LETTERS = "和平小区东路示例一二三ABxyz019()·-—=+@'\"<>&;,.√_"
_words = (
    st.text(_LETTERS, min_size=1, max_size=20)
    .map(str.strip)
    .filter(lambda text: text and not is_unreported(text))
)
_cents = st.integers(0, 10_000_000).map(lambda number: number / 100)
_fees = st.lists(st.integers(0, 5000), min_size=2, max_size=2).map(sorted)
_types = st.one_of(
    st.just(frozenset({ManagementType.NONE})),
    st.frozensets(st.sampled_from([one for one in ManagementType if one != ManagementType.NONE])),
)


@st.composite
def drafts(draw: st.DrawFn) -> SiteDraft:
    """Any row that keeps the rules of the form."""
    category = draw(st.sampled_from(Category))
    ticked = draw(_types)
    households = draw(st.none() | st.integers(0, 5000))
    fee = draw(st.none() | _fees)
    buildings = st.integers(0, 200) if category.is_community else st.just(1)
    optional: dict[str, Any] = {
        name: draw(st.none() | _words)
        for name in ("neighbourhood", "address", "company", "project_manager", "note")
    }
    switches: dict[str, Any] = {
        name: draw(st.none() | st.booleans())
        for name in ("owners_committee", "maintenance_fund", "utility_handover")
    }
    subsidies = st.sampled_from([None, False]) if ManagementType.NONE in ticked else st.booleans()
    return SiteDraft(
        place=NOWHERE,
        name=draw(_words),
        town=draw(_words),
        category=category,
        ticked_types=ticked,
        service_star=draw(st.none() | st.sampled_from(ServiceStar)),
        built_year=draw(st.none() | st.integers(1900, 2020)),
        floor_area_m2=draw(st.none() | _cents),
        buildings=draw(st.none() | buildings),
        households=households,
        occupied_households=None if households is None else draw(st.integers(0, households)),
        phone=draw(st.none() | st.from_regex(r"1[3-9][0-9]{9}|0533-[0-9]{7}", fullmatch=True)),
        fee_min_yuan=None if fee is None else fee[0] / 100,
        fee_max_yuan=None if fee is None else fee[1] / 100,
        subsidised=draw(subsidies),
        **optional,
        **switches,
    )


@settings(max_examples=60, deadline=None)
@given(st.lists(drafts(), min_size=1, max_size=8))
def test_what_is_written_is_read_back_unchanged(rows: list[SiteDraft]) -> None:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "form.xlsx"
        write_form(rows, path, unit="周村区", filled_on=date(2017, 11, 15))
        reading = read_form(path)
    assert not [fault for fault in reading.faults if fault.severity is Severity.ERROR]
    assert [replace(draft, place=NOWHERE) for draft in reading.drafts] == rows


def _written(path: Path, *rows: SiteDraft, **options: bool):
    write_form(rows, path, unit="周村区", filled_on=date(2017, 11, 15), **options)
    return load_workbook(path).active


def test_text_that_looks_like_a_formula_stays_text(tmp_path: Path) -> None:
    draft = SiteDraft(place=NOWHERE, name="=1+1", address="@cmd", category=Category.OLD_COMMUNITY)
    sheet = _written(tmp_path / "form.xlsx", draft)
    name, address = sheet.cell(5, 4), sheet.cell(5, 5)
    assert (name.value, name.data_type, name.quotePrefix) == ("=1+1", "s", True)
    assert (address.value, address.data_type, address.quotePrefix) == ("@cmd", "s", True)


def test_the_sheet_is_laid_out_as_offices_print_it(tmp_path: Path) -> None:
    draft = SiteDraft(place=NOWHERE, name="和平小区", households=30)
    sheet = _written(tmp_path / "form.xlsx", draft, is_sample=True)
    assert sheet["A1"].value == f"{TITLE}(示例数据)"
    assert "2017年11月15日" in sheet["A2"].value
    merged = {str(one) for one in sheet.merged_cells.ranges}
    assert {"A1:AK1", "A3:A4", "K3:P3", "Q3:V3", "W3:AB3"} <= merged
    assert sheet.page_setup.orientation == "landscape"
    assert str(sheet.page_setup.paperSize) == "8"
    assert sheet.print_title_rows == "$3:$4"
    assert [sheet.cell(8 + number, 1).value for number in range(4)] == list(NOTES)


def test_the_last_row_adds_up_what_can_be_added(tmp_path: Path) -> None:
    first = SiteDraft(place=NOWHERE, name="甲", households=30, floor_area_m2=10.5)
    second = SiteDraft(place=NOWHERE, name="乙", households=12)
    sheet = _written(tmp_path / "form.xlsx", first, second)
    total = dict(
        zip([one.field for one in COLUMNS], [cell.value for cell in sheet[7]], strict=True)
    )
    assert total["number"] == "合计"
    assert (total["households"], total["floor_area_m2"], total["buildings"]) == (42, 10.5, 0)
