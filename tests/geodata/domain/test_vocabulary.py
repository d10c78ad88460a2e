"""Words are found however they are written."""

from __future__ import annotations

import pytest

from geodata.domain.category import Category
from geodata.domain.management import ManagementType
from geodata.domain.vocabulary import group_of, label, lookup, squeeze, words


@pytest.mark.parametrize(
    ("written", "squeezed"),
    [
        ("物业服\n务等级", "物业服务等级"),
        (" 镇（街道） ", "镇(街道)"),
        ("ＩＤ", "id"),
        ("1\u30005\t6", "156"),
    ],
)
def test_blanks_breaks_and_wide_characters_do_not_matter(written, squeezed):
    assert squeeze(written) == squeezed


@pytest.mark.parametrize("group", ["category", "management_type", "service_star", "field"])
def test_every_label_is_found_under_its_own_key(group):
    found = lookup(group)
    assert {found[squeeze(word.zh)] for word in words(group).values()} == set(words(group))


def test_an_alias_of_the_ledger_is_found():
    assert lookup("management_type")[squeeze("无物业管理")] == ManagementType.NONE


def test_an_enumeration_finds_its_own_list():
    assert group_of(ManagementType) == "management_type"


def test_labels_come_in_both_languages_and_a_short_form():
    standalone = Category.STANDALONE_BUILDING
    assert label(standalone, "zh") == "未形成小区的独幢楼房"
    assert label(standalone, "zh", short=True) == "独幢楼房"
    assert label(standalone, "en") == "Standalone building"
    assert label(ManagementType.SIMPLE, "zh") == "简易物业管理"


def test_only_the_sixth_category_is_no_community():
    assert [one for one in Category if not one.is_community] == [Category.STANDALONE_BUILDING]
