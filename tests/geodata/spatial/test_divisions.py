"""Divisions as files tell them."""

from __future__ import annotations

from pathlib import Path

import pytest

from geodata.domain.division import DivisionKind
from geodata.domain.errors import DomainError
from geodata.spatial.divisions import read_divisions
from tests.builders import square

FILE = Path("区划.csv")
DISTRICT = {"code": "370306", "level": "district", "name": "周村区", "parent_code": "370300"}


def test_a_row_is_read_by_the_english_or_the_chinese_header() -> None:
    boundary = square()
    chinese = {
        "区划代码": "370306001",
        "级别": "镇(街道)",
        "名称": " 丝绸路街道 ",
        "上级代码": "370306",
        "别名": "丝绸路;丝绸路办事处",
        "geometry": boundary,
    }
    district, town = read_divisions(FILE, [DISTRICT, chinese])
    assert (district.code, district.kind, district.parent_code) == (
        "370306",
        DivisionKind.DISTRICT,
        "370300",
    )
    assert (town.code, town.kind, town.name) == ("370306001", DivisionKind.TOWN, "丝绸路街道")
    assert town.aliases == ("丝绸路", "丝绸路办事处")
    assert town.boundary is boundary


@pytest.mark.parametrize(
    ("row", "code", "facts"),
    [
        ({"name": "甲"}, "divisions.column_missing", {"column": "code"}),
        ({**DISTRICT, "name": ""}, "divisions.cell_missing", {"row": 3, "column": "name"}),
        ({**DISTRICT, "name": float("nan")}, "divisions.cell_missing", {"row": 3}),
        ({**DISTRICT, "level": "州"}, "divisions.kind_unknown", {"row": 3, "value": "州"}),
        ({**DISTRICT, "level": "州", "feature_no": 9}, "divisions.kind_unknown", {"row": 9}),
    ],
)
def test_a_row_that_says_too_little_is_refused(
    row: dict[str, object], code: str, facts: dict[str, object]
) -> None:
    with pytest.raises(DomainError) as refusal:
        read_divisions(FILE, [DISTRICT, row])
    assert refusal.value.code == code
    assert facts.items() <= refusal.value.facts.items()
