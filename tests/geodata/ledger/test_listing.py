"""A plain list of communities, from any city."""

from __future__ import annotations

from pathlib import Path

import pytest

from geodata.domain.errors import DomainError, Severity
from geodata.domain.management import ManagementType as M
from geodata.ledger.listing import ListingReading, read_listing
from tests.workbooks import write_table

HEADER = "小区名,行政区,经度,纬度,楼栋总数,房屋总数,物业费用,建筑年代,物业公司,开发商"


def _csv(folder: Path, *lines: str, name: str = "名单.csv") -> Path:
    path = folder / name
    path.write_text("\n".join(lines) + "\n", "utf-8")
    return path


def _read(folder: Path, *lines: str) -> ListingReading:
    return read_listing(_csv(folder, *lines))


def _codes(reading: ListingReading, severity: Severity) -> list[tuple[str, int | None]]:
    return [(one.code, one.row) for one in reading.faults if one.severity is severity]


def test_a_row_with_units_is_read_and_each_tidying_is_told(tmp_path: Path) -> None:
    row = "翠湖花园,鼓楼,118.77,32.06,5栋,1124户,2.38元/平米/月,2009年建成,某物业公司,某开发公司"
    reading = _read(tmp_path, HEADER, row)
    (draft,) = reading.drafts
    assert (draft.name, draft.town, draft.longitude, draft.latitude) == (
        "翠湖花园",
        "鼓楼",
        118.77,
        32.06,
    )
    assert (draft.buildings, draft.households, draft.built_year) == (5, 1124, 2009)
    assert (draft.fee_min_yuan, draft.company, draft.developer) == (
        2.38,
        "某物业公司",
        "某开发公司",
    )
    assert draft.ticked_types == {M.PROFESSIONAL}
    told = {(one.column, one.value, str(one.facts["read_as"])) for one in reading.faults}
    assert told == {
        ("楼栋总数", "5栋", "5"),
        ("房屋总数", "1124户", "1124"),
        ("物业费用", "2.38元/平米/月", "2.38"),
        ("建筑年代", "2009年建成", "2009"),
    }
    assert {one.row for one in reading.faults} == {2}


def test_a_row_without_coordinates_is_taken_without_a_place(tmp_path: Path) -> None:
    reading = _read(tmp_path, "名称,lng,lat", "翠湖,,", "丽景,abc,1")
    assert [(one.name, one.longitude) for one in reading.drafts] == [("翠湖", None), ("丽景", None)]
    assert _codes(reading, Severity.WARNING) == [("listing.coordinates_unreadable", 3)]


def test_every_cell_is_kept_as_it_stood(tmp_path: Path) -> None:
    reading = _read(tmp_path, "名称,备注,备注,,容积率", "翠湖,甲, 乙 ,丙,2.5,多出来的")
    assert reading.drafts[0].source_row == {
        "名称": "翠湖",
        "备注": "甲",
        "备注[C]": " 乙 ",
        "[D]": "丙",
        "容积率": "2.5",
        "[F]": "多出来的",
    }
    assert reading.unknown_columns == ["备注[C]", "容积率"]


def test_blank_rows_are_passed_over_and_do_not_shift_numbers(tmp_path: Path) -> None:
    reading = _read(tmp_path, "名称,户数", "", ",", "翠湖,3", "", ",5")
    assert [(one.name, one.place.row) for one in reading.drafts] == [("翠湖", 4)]
    assert _codes(reading, Severity.ERROR) == [("listing.name_missing", 6)]
    assert reading.rows == 2


def test_a_title_above_the_header_is_no_header(tmp_path: Path) -> None:
    rows: list[list[str | float]] = [
        ["某市小区名单"],
        [],
        ["小区名", "区域", "lng", "lat"],
        ["翠湖", "鼓楼", 118.7, 32.0],
    ]
    (draft,) = read_listing(write_table(tmp_path / "名单.xlsx", rows)).drafts
    assert (draft.name, draft.place.row, draft.place.sheet) == ("翠湖", 4, "Sheet1")


@pytest.mark.parametrize("lines", [["名称,lng,lat"], ["名称,lng,lat", ",,", ""]])
def test_a_header_without_rows_is_refused(tmp_path: Path, lines: list[str]) -> None:
    with pytest.raises(DomainError) as refusal:
        _read(tmp_path, *lines)
    assert refusal.value.code == "listing.rows_missing"


def test_a_file_without_a_header_is_refused_with_what_stands_there(tmp_path: Path) -> None:
    with pytest.raises(DomainError) as refusal:
        _read(tmp_path, "翠湖,118.7,32", "丽景,118.8,32")
    assert refusal.value.code == "listing.name_column_missing"
    assert refusal.value.facts["columns"] == ["A", "B", "C"]


@pytest.mark.parametrize(
    ("text", "types", "company"),
    [
        ("某物业管理有限公司", {M.PROFESSIONAL}, "某物业管理有限公司"),
        ("无物业管理服务", {M.NONE}, None),
        ("无", {M.NONE}, None),
        ("单位自管物业", {M.UNIT_RUN}, None),
        ("某街道办事处代管", {M.NEIGHBOURHOOD_RUN}, None),
        ("某社区居民委员会", {M.NEIGHBOURHOOD_RUN}, None),
        ("业主自管", {M.OWNER_RUN}, None),
        ("暂无信息", set(), None),
        ("", set(), None),
    ],
)
def test_the_company_column_tells_the_management(
    tmp_path: Path, text: str, types: set[M], company: str | None
) -> None:
    (draft,) = _read(tmp_path, "名称,物业公司", f"翠湖,{text}").drafts
    assert draft.ticked_types == frozenset(types)
    assert draft.company == company


def test_a_column_of_management_types_goes_before_the_company(tmp_path: Path) -> None:
    reading = _read(
        tmp_path,
        "名称,物业公司,管理类型",
        "甲,某物业公司,简易物业管理、单位自管",
        "乙,某物业公司,尚未实施;简易",
        "丙,某物业公司,随便",
    )
    assert [draft.ticked_types for draft in reading.drafts] == [
        {M.SIMPLE, M.UNIT_RUN},
        frozenset(),
        frozenset(),
    ]
    assert _codes(reading, Severity.WARNING) == [
        ("ledger.none_excludes", 3),
        ("value.not_in_list", 4),
    ]


def test_a_list_is_not_as_strict_as_the_form(tmp_path: Path) -> None:
    reading = _read(tmp_path, "名称,业委会", "甲,是", "乙,√")
    assert [draft.owners_committee for draft in reading.drafts] == [True, None]
    assert _codes(reading, Severity.ERROR) == []
    assert _codes(reading, Severity.WARNING) == [("value.tick_for_yes_no", 3)]


def test_the_second_file_fills_what_the_first_leaves_open(tmp_path: Path) -> None:
    first = _csv(tmp_path, "ID,NAME,year,备注", "1,翠湖,2001,甲", "2,丽景,,乙", "3,东方,,")
    second = _csv(
        tmp_path, "id,name,year,户数,备注", "2,别名,1999,80户,丙", "9,无主,2000,5,", name="二.csv"
    )
    reading = read_listing(first, join=second)
    green, fine, east = reading.drafts
    assert (green.built_year, green.households) == (2001, None)
    assert (fine.name, fine.built_year, fine.households) == ("丽景", 1999, 80)
    assert fine.source_row["备注"] == "乙"
    assert fine.source_row["二.csv: 备注"] == "丙"
    assert (east.households, reading.joined, reading.not_joined) == (None, 1, 1)


def test_rows_of_the_second_file_that_join_nothing_are_told(tmp_path: Path) -> None:
    first = _csv(tmp_path, "id,name", "1,翠湖")
    second = _csv(tmp_path, "id,name,户数", "1,翠湖,3", "1,翠湖,4", "8,无主,5", name="二.csv")
    reading = read_listing(first, join=second)
    assert reading.drafts[0].households == 3
    assert [(one.code, one.file, one.row, one.value) for one in reading.faults] == [
        ("listing.join_repeated", "二.csv", 3, "1"),
        ("listing.join_unmatched", "二.csv", 4, "8"),
    ]


def test_a_join_needs_a_code_in_both_files(tmp_path: Path) -> None:
    first = _csv(tmp_path, "id,name", "1,翠湖")
    second = _csv(tmp_path, "name,户数", "翠湖,3", name="二.csv")
    with pytest.raises(DomainError) as refusal:
        read_listing(first, join=second)
    assert refusal.value.code == "listing.join_code_missing"
    assert refusal.value.facts["file"] == "二.csv"


def test_sheets_without_names_are_passed_over_and_told(tmp_path: Path) -> None:
    path = write_table(tmp_path / "名单.xlsx", [["说明"], ["本表由某单位填写"]], sheet="说明")
    from openpyxl import load_workbook

    book = load_workbook(path)
    for town in ("鼓楼", "玄武"):
        sheet = book.create_sheet(town)
        sheet.append(["名称", "户数"])
        sheet.append([f"{town}小区", 3])
    book.save(path)
    reading = read_listing(path)
    assert [(one.name, one.place.sheet) for one in reading.drafts] == [
        ("鼓楼小区", "鼓楼"),
        ("玄武小区", "玄武"),
    ]
    assert [(one.code, one.sheet) for one in reading.faults] == [("listing.sheet_skipped", "说明")]
