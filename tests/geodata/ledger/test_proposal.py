"""Columns proposed by header, by what is near to it, and by cells."""

from __future__ import annotations

from pathlib import Path

import pytest

from geodata.ledger.layout import Layout, lay_out, main_layout
from geodata.ledger.proposal import Reason, columns_of, is_certain, propose, remembered
from tests.real_data import LISTING_WITH_COMPANIES, LISTING_WITH_PLACES, needs_real_data


def _layout(folder: Path, *lines: str) -> Layout:
    path = folder / "名单.csv"
    path.write_text("\n".join(lines) + "\n", "utf-8")
    return main_layout(lay_out(path))


def _column(header: str, *cells: str) -> Layout:
    return Layout(None, [header], [header], 2, [[cell] for cell in cells])


def _proposed(layout: Layout, **known: set[str]) -> dict[str, Reason | None]:
    return {one.field: one.reason for one in propose(layout, known) if one.field}


@pytest.mark.parametrize(
    ("header", "field", "reason"),
    [
        ("坐落位置", "address", Reason.HEADER),
        ("户数(户)", "households", Reason.HEADER),
        ("户 数", "households", Reason.HEADER),
        ("小区名", "name", Reason.ALIAS),
        ("addr", "address", Reason.ALIAS),
        ("住宅小区的名称", "name", Reason.SIMILAR),
        ("物业服务企业全名", "company", Reason.SIMILAR),
    ],
)
def test_headers_say_what_a_column_is(header, field, reason):
    assert _proposed(_column(header)) == {field: reason}


@pytest.mark.parametrize("header", ["名", "户", "XQMC", "负责", "tell", "容积率", "绿化面积比"])
def test_a_short_or_foreign_header_is_near_to_nothing(header):
    assert _proposed(_column(header, "甲", "乙", "丙")) == {}


@pytest.mark.parametrize(
    ("field", "cells"),
    [
        ("phone", ("13800001111", "0533-6180001", "(0533)6180002")),
        ("built_year", ("1998", "2003年建成", "2015年")),
        ("longitude", ("117.8123", "117.90351", "117.8456")),
        ("latitude", ("36.8123", "36.90351", "36.8456")),
        ("coordinates", ("117.81,36.81", "117.82,36.82", "36.83,117.83")),
        ("fee_yuan_m2_month", ("1.2元/平米/月", "0.5至1.6元/平米/月", "1元/㎡·月")),
        ("households", ("120户", "约80户", "1,204户")),
        ("buildings", ("5栋", "12幢", "3幢楼")),
        ("floor_area_m2", ("12000平方米", "3万㎡", "8,000平米")),
        ("management_type", ("单位自管", "尚未实施", "专业化物业管理")),
        ("company", ("顺达物业", "淄博安居物业管理有限公司", "单位自管物业")),
        ("developer", ("淄博置业有限公司", "周村房地产开发公司", "新城地产集团")),
        ("address", ("新建路1号", "丝绸路与东街交叉口", "东门路22号院")),
        ("town", ("丝绸路街道", "王村镇", "经济开发区")),
        ("neighbourhood", ("前沟社区", "后沟居委会", "东陈村")),
        ("name", ("和平小区", "幸福花园", "丽景苑二期")),
    ],
)
def test_cells_say_what_a_header_does_not(field, cells):
    (one,) = propose(_column("XX", *cells))
    assert (one.field, one.reason) == (field, Reason.CONTENT)
    assert 0.5 < one.confidence <= 0.9
    assert one.samples == cells


@pytest.mark.parametrize(
    "cells",
    [
        ("120", "80", "43"),
        ("69345", "100657", "20155"),
        ("2.38", "3.28", "12.5"),
        ("是", "否", "是"),
        ("1111027375142", "1111027380930", "1111027381005"),
        ("塔楼", "板楼", "塔楼"),
        ("暂无信息", "-", ""),
        ("和平小区", "和平小区", "和平小区"),
    ],
)
def test_cells_that_could_be_anything_are_left_open(cells):
    assert _proposed(_column("XX", *cells)) == {}


def test_two_cells_of_many_tell_nothing(tmp_path):
    lines = ("小区名,XX", "甲园,13800001111", "乙园,13800001112", "丙园,", "丁园,")
    assert _proposed(_layout(tmp_path, *lines)) == {"name": Reason.ALIAS}


def test_names_that_the_district_knows_tell_town_and_neighbourhood():
    towns = _column("XX", "丝绸路", "大街", "丝绸路")
    assert _proposed(towns) == {}
    assert _proposed(towns, town={"丝绸路", "大街"}) == {"town": Reason.CONTENT}


def test_a_field_is_proposed_for_one_column_and_a_draw_is_left_open(tmp_path):
    lines = ("AA,BB,电话", *["13800001111,13900001111,13700001111"] * 3)
    assert _proposed(_layout(tmp_path, *lines)) == {"phone": Reason.ALIAS}
    assert _proposed(_layout(tmp_path, "AA,BB,CC", *lines[1:])) == {}


def test_a_header_that_its_cells_contradict_is_doubted():
    (sure,) = propose(_column("经度", "117.81", "117.82"))
    (doubtful,) = propose(_column("经度", "新建路1号", "东街2号"))
    assert (sure.confidence, doubtful.confidence) == (1.0, 0.4)
    assert doubtful.field == "longitude"


def test_only_headers_and_memory_are_certain(tmp_path):
    assert is_certain(propose(_layout(tmp_path, "小区名,户数", "和平小区,80")))
    assert not is_certain(propose(_layout(tmp_path, "户数,楼栋", "80,3")))
    odd = propose(_layout(tmp_path, "XQ,HS", "和平小区,80户", "幸福里,90户"))
    assert not is_certain(odd)
    again = remembered(odd, {"name": 0})
    assert is_certain(again)
    assert columns_of(again) == {"name": 0}


def test_the_header_may_stand_below_a_title_or_be_missing(tmp_path):
    below = _layout(tmp_path, "周村区小区名单,,", "编制单位,,", "XQMC,SZWZ,HS", "甲园,东街,3户")
    assert (below.headers, below.first_row) == (["XQMC", "SZWZ", "HS"], 4)
    missing = _layout(tmp_path, "和平小区,新建路1号,80户", "幸福里,东街2号,90户")
    assert (missing.headers, missing.has_header, missing.first_row) == (["A", "B", "C"], False, 1)


def test_a_manager_called_as_a_field_is_no_header(tmp_path):
    layout = _layout(tmp_path, "和平小区,顺达物业,80", "幸福里,居委会,90", "东园,自管,20")
    assert not layout.has_header
    assert len(layout.rows) == 3


@needs_real_data
@pytest.mark.parametrize(
    ("path", "expected"),
    [
        (
            LISTING_WITH_PLACES,
            {"name": 1, "built_year": 2, "longitude": 3, "latitude": 4},
        ),
        (
            LISTING_WITH_COMPANIES,
            {
                "name": 1,
                "built_year": 4,
                "fee_yuan_m2_month": 6,
                "company": 7,
                "developer": 8,
                "buildings": 9,
                "households": 10,
            },
        ),
    ],
)
@pytest.mark.parametrize("header", ["none", "meaningless"])
def test_real_lists_without_their_headers_are_still_understood(tmp_path, path, expected, header):
    first, *rows = path.read_text("utf-8-sig").splitlines()
    blank = ",".join(f"F{number}X" for number in range(first.count(",") + 1))
    layout = _layout(tmp_path, *([blank] if header == "meaningless" else []), *rows)
    assert layout.has_header is (header == "meaningless")
    assert columns_of(propose(layout)) == expected
