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
from geodata.ledger.form_writer import SheetsBy, write_form
from geodata.ledger.signature import Signature
from geodata.ledger.values import as_text, is_unreported, read_text

NOWHERE = Place("", None, 0)
_LETTERS = (
    "和平小区东路示例一二三ABxyz019()·-—=+@'\"<>&;,.√_ 　\n\t：:*?[]/\\x0041😀👨\u200d👩️\ue000ü"
)
_AWKWARD = st.sampled_from(
    [
        *(
            "合计花园",
            "备注里小区",
            "填写人家园",
            "小计",
            "合计",
            "负责人",
            "备注",
            "无",
            "否",
            "是",
        ),
        *(
            "未填报",
            "-",
            "/",
            "n/a",
            "=1+1",
            "+86",
            "-1",
            "@SUM(A1)",
            "'和平",
            "和平'",
            "007",
            "1e5",
        ),
        *(
            "_x0041_",
            "_x000D_",
            "序号",
            "社区",
            "1998年",
            "√",
            "长" * 60,
            "http://x",
            "TRUE",
            "#REF!",
        ),
        *("小区(楼房)名称2", "物业类型", "联系电话：1", "第1\n行", "  两  格  ", "&amp;", "<b>"),
    ]
)
_texts = st.one_of(st.text(_LETTERS, min_size=1, max_size=20), _AWKWARD)
_words = _texts.filter(lambda text: as_text(text) and as_text(text) == text)
_kept = _words.filter(lambda text: not is_unreported(text))
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
        name: draw(st.none() | _kept)
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
        town=draw(st.none() | _kept),
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


@settings(max_examples=150, deadline=None)
@given(st.lists(drafts(), min_size=1, max_size=8), st.sampled_from(SheetsBy))
def test_what_is_written_is_read_back_unchanged(rows: list[SiteDraft], by: SheetsBy) -> None:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "form.xlsx"
        write_form(rows, path, unit="周村区", filled_on=date(2017, 11, 15), sheets=by)
        reading = read_form(path)
    assert not [fault for fault in reading.faults if fault.severity is Severity.ERROR]
    read = [replace(draft, place=NOWHERE) for draft in reading.drafts]
    assert sorted(read, key=repr) == sorted(rows, key=repr)
    if by is SheetsBy.NONE:
        assert read == rows


@settings(max_examples=150, deadline=None)
@given(st.text() | _texts)
def test_a_text_that_no_cell_can_hold_is_tidied_once(text: str) -> None:
    written = SiteDraft(place=NOWHERE, name="和平小区", note=text, category=Category.OLD_COMMUNITY)
    with TemporaryDirectory() as folder:
        path = Path(folder) / "form.xlsx"
        write_form([written], path, unit="周村区", filled_on=date(2017, 11, 15))
        (read,) = read_form(path).drafts
    assert read.note == read_text(text).value


def _written(path: Path, *rows: SiteDraft, **options: Any):
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


def test_each_neighbourhood_may_have_a_sheet_signed_by_itself(tmp_path: Path) -> None:
    def site(name: str, neighbourhood: str | None, town: str = "丝绸路街道") -> SiteDraft:
        return SiteDraft(
            place=NOWHERE,
            name=name,
            town=town,
            neighbourhood=neighbourhood,
            category=Category.OLD_COMMUNITY,
        )

    path = tmp_path / "form.xlsx"
    rows = [
        site("甲", "前[沟]社区"),
        site("乙", None),
        site("丙", "前[沟]社区"),
        site("丁", None, "北镇"),
    ]
    signed = Signature(None, "前沟居委会", None, "张三", "0533-6181234", "李四", "13900001111")
    write_form(
        rows,
        path,
        unit="周村区",
        filled_on=date(2017, 11, 15),
        sheets=SheetsBy.NEIGHBOURHOOD,
        signatures={("丝绸路街道", "前[沟]社区"): signed},
    )
    book = load_workbook(path)
    assert book.sheetnames == ["前 沟 社区", "丝绸路街道", "北镇"]
    first = book.worksheets[0]
    assert [first.cell(row, 1).value for row in (5, 6, 7)] == [1, 2, "合计"]
    assert "前沟居委会" in first["A2"].value
    reading = read_form(path)
    assert [draft.name for draft in reading.drafts] == ["甲", "丙", "乙", "丁"]
    assert reading.signatures[0] == replace(signed, sheet="前 沟 社区", filled_on="2017年11月15日")
    assert reading.signatures[1].unit == "丝绸路街道"
    assert reading.signatures[1].filled_by is None


def test_the_notes_are_those_of_the_notice_word_for_word() -> None:
    assert "".join(NOTES) == (
        "备注：1.填写“物业类型”、“物业管理类型”、“物业服务等级标准情况”栏时在相应的选项内打“√”。"
        "2.“物业管理类型”中，可以多选。物业服务费用实行政府补贴的住宅小区应同时统计进“简易物业管理”类型。"
        "3.“是否成立业主委员会”、“是否建立住宅专项维修资金制度”、“专业经营设施设备是否移交”栏中，"
        "应填写“是”或者“否”。4.专业经营设施设备移交，是指包括分户计量装置（入户端口）以外设施设备的产权"
        "已经移交专业经营单位，并由其管理和维护。"
    )


def test_no_two_sheets_have_one_name(tmp_path: Path) -> None:
    rows = [
        SiteDraft(place=NOWHERE, name="甲", town=f"镇{number}", neighbourhood="长" * 40)
        for number in range(3)
    ]
    path = tmp_path / "form.xlsx"
    write_form(rows, path, unit="区", filled_on=date(2017, 11, 15), sheets=SheetsBy.NEIGHBOURHOOD)
    names = load_workbook(path).sheetnames
    assert len(set(names)) == 3
    assert max(map(len, names)) == 31
