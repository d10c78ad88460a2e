"""A site keeps its identity when it is renamed or moved, and never takes a sibling's."""

from __future__ import annotations

import pytest

from geodata.ledger.identity import Traits, are_siblings, name_similarity, recognise

FACTS = (1998.0, 12000.0, 6.0, 240.0)


def _row(key=1, name="和平小区", address="新建路1号", facts=FACTS, place="001", town="00"):
    return Traits(key, town, place, name, address, facts)


@pytest.mark.parametrize(
    ("name", "other"),
    [
        ("和平小区一期", "和平小区二期"),
        ("和平小区1期", "和平小区2期"),
        ("和平东区", "和平西区"),
        ("和平小区(东区)", "和平小区(西区)"),
        ("丝绸厂3号楼", "丝绸厂5号楼"),
        ("丝绸厂十二号楼", "丝绸厂十三号楼"),
        ("东苑", "西苑"),
        ("阳光A区", "阳光B区"),
        ("新村101", "新村102"),
    ],
)
def test_siblings_are_different_sites_however_alike(name, other):
    assert are_siblings(name, other)
    found = recognise([_row(name=name)], [_row(2, name=other)])
    assert (found.certain, found.doubtful) == ({}, {})


@pytest.mark.parametrize(
    ("name", "other"),
    [
        ("和平小区一期", "和平小区1期"),
        ("丝绸厂3号楼", "丝绸厂3幢"),
        ("丝绸厂十二号楼", "丝绸厂12栋"),
        ("和平小区", "和平小区一期"),
        ("东方花园", "西城花园"),
    ],
)
def test_one_mark_written_in_two_ways_is_one(name, other):
    assert not are_siblings(name, other)


def test_common_words_make_names_no_more_alike():
    assert name_similarity("和平小区", "和 平 小 区") == 1
    assert name_similarity("和平小区", "和平花园") > 0.9
    assert name_similarity("和平小区", "建设小区") < 0.7


@pytest.mark.parametrize(
    ("site", "reason"),
    [
        ({"name": "和睦家园"}, "renamed"),
        ({"place": "002"}, "moved"),
        ({"address": "新建路3号"}, "readdressed"),
    ],
)
def test_what_stayed_tells_the_site(site, reason):
    found = recognise([_row()], [_row(7, **site)])
    assert {key: (one.key, one.reason) for key, one in found.certain.items()} == {1: (7, reason)}
    assert found.doubtful == {}


@pytest.mark.parametrize(
    "site",
    [
        {"name": "和睦家园", "facts": (2003.0, 500.0, 1.0, 30.0)},
        {"name": "和睦家园", "facts": (None, None, None, None)},
        {"place": "002", "address": "他路9号"},
        {"name": "和平花园", "address": None},
    ],
)
def test_what_is_doubtful_is_asked_never_assumed(site):
    found = recognise([_row()], [_row(7, **site)])
    assert found.certain == {}
    assert [one.key for one in found.doubtful[1]] == [7]


def test_two_that_could_both_be_it_are_asked_about():
    found = recognise([_row()], [_row(7, name="甲楼"), _row(8, name="乙楼")])
    assert found.certain == {}
    assert {one.key for one in found.doubtful[1]} == {7, 8}


def test_two_rows_for_one_site_are_asked_about():
    found = recognise([_row(1, name="甲楼"), _row(2, name="乙楼")], [_row(7)])
    assert found.certain == {}
    assert set(found.doubtful) == {1, 2}


def test_a_namesake_of_another_town_is_nobody():
    found = recognise([_row()], [_row(7, place="901", town="90")])
    assert (found.certain, found.doubtful) == ({}, {})


def test_a_site_taken_for_certain_is_offered_to_nobody_else():
    rows = [_row(1), _row(2, name="和平花园", address="别处", facts=(None,) * 4)]
    found = recognise(rows, [_row(7, address="新建路3号")])
    assert found.certain[1].key == 7
    assert found.doubtful == {}
