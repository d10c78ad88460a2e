"""Which column is which field."""

from __future__ import annotations

import pytest

from geodata.domain.errors import DomainError
from geodata.ledger.mapping import map_columns


def _fields(*headers: str, **overrides: str) -> dict[str, str]:
    mapping = map_columns("名单.csv", headers, overrides)
    return {key: headers[index] for key, index in mapping.fields.items()}


@pytest.mark.parametrize(
    ("field", "header"),
    [
        ("name", "小区名"),
        ("name", "小区名称"),
        ("name", "TITLE"),
        ("town", "行政区"),
        ("longitude", "经度"),
        ("longitude", "lng"),
        ("longitude", "X"),
        ("longitude", "经度(WGS84)"),
        ("latitude", "纬度"),
        ("latitude", "lat"),
        ("latitude", "Ｙ"),
        ("coordinates", "经纬度"),
        ("buildings", "楼栋总数"),
        ("households", "房屋总数"),
        ("households", "户数\n(户)"),
        ("fee_yuan_m2_month", "物业费用"),
        ("fee_yuan_m2_month", "物业费(元/㎡/月)"),
        ("built_year", "建筑年代"),
        ("company", "物业公司"),
        ("developer", "开发商"),
    ],
)
def test_names_that_listings_use(field: str, header: str) -> None:
    headers = (header,) if field == "name" else ("名称", header)
    assert _fields(*headers)[field] == header


def test_a_lone_company_manages_and_beside_a_service_it_built() -> None:
    assert _fields("name", "company")["company"] == "company"
    both = _fields("name", "company", "service")
    assert (both["company"], both["developer"]) == ("service", "company")


def test_what_the_user_says_goes_before_what_the_header_says() -> None:
    fields = _fields("name", "真名", name="真名")
    assert fields["name"] == "真名"
    assert "name" not in [header for key, header in fields.items() if key != "name"]


def test_a_field_may_be_told_by_its_label() -> None:
    mapping = map_columns("a.csv", ["名称", "甲", "乙"], {"经度": "乙", "Latitude": "甲"})
    assert (mapping.fields["longitude"], mapping.fields["latitude"]) == (2, 1)


def test_columns_that_nothing_answers_to_are_named() -> None:
    assert map_columns("a.csv", ["名称", "容积率", "", "绿化率"]).unknown == [1, 3]


@pytest.mark.parametrize(
    ("headers", "overrides", "code", "fact"),
    [
        (["甲", "乙"], {}, "listing.name_column_missing", ("columns", ["甲", "乙"])),
        (["名称"], {"户": "名称"}, "listing.field_unknown", ("field", "户")),
        (["名称"], {"户数": "套数"}, "listing.column_missing", ("column", "套数")),
    ],
)
def test_a_column_that_is_not_there_is_told(
    headers: list[str], overrides: dict[str, str], code: str, fact: tuple[str, object]
) -> None:
    with pytest.raises(DomainError) as refusal:
        map_columns("a.csv", headers, overrides)
    assert refusal.value.code == code
    assert refusal.value.facts[fact[0]] == fact[1]
