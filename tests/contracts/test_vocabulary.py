"""Every value that a person sees has its words, Chinese complete and English beside it."""

from __future__ import annotations

import re
from enum import StrEnum

import pytest

from geodata.domain import (
    access,
    boundary,
    campaign,
    category,
    change,
    checklist,
    division,
    due,
    errors,
    finding_steps,
    footprint,
    gap,
    governance,
    importing,
    indicator,
    inspection,
    leaving,
    management,
    monthly,
    notice,
    path_to_full,
    policy,
    site,
    site_plan,
    travel,
    utility,
    visiting,
    voting,
)
from geodata.domain.vocabulary import LANGUAGES, group_of, groups, label, lookup, squeeze, words
from geodata.layers import LAYERS
from geodata.routing import argument
from maps import symbology
from server.i18n import catalogue

SPOKEN_ELSEWHERE: set[type[StrEnum]] = {errors.Severity}
"""Not of the domain: pages choose their own words for how much a fault costs."""

_MODULES = (
    *(access, category, change, division, errors, governance, importing, indicator, inspection),
    *(
        footprint,
        gap,
        leaving,
        management,
        path_to_full,
        policy,
        site,
        site_plan,
        utility,
        voting,
        boundary,
        due,
        finding_steps,
        travel,
        visiting,
        argument,
        checklist,
        campaign,
        monthly,
        notice,
    ),
    symbology,
)
ENUMERATIONS = [
    one
    for module in _MODULES
    for one in vars(module).values()
    if isinstance(one, type) and issubclass(one, StrEnum) and one.__module__ == module.__name__
    if one not in SPOKEN_ELSEWHERE
]
PLAIN_LISTS = {"yes_no", "field", "column", "phrase", "policy", "term", "layer"}
CHINESE = re.compile(r"[\u4e00-\u9fff]")


@pytest.mark.parametrize("enum", ENUMERATIONS)
def test_every_member_of_an_enumeration_has_a_word_and_no_word_is_left_over(enum):
    assert list(words(group_of(enum))) == [member.value for member in enum]


@pytest.mark.parametrize("enum", ENUMERATIONS)
def test_every_member_has_labels_of_its_own(enum):
    for language in LANGUAGES:
        for is_short in (False, True):
            labels = [label(member, language, short=is_short) for member in enum]
            assert all(labels)
            assert len(set(labels)) == len(labels)


def test_the_policy_of_every_category_is_put_in_words():
    assert list(words("policy")) == [one.value for one in category.Category]
    assert [one.source for one in words("policy").values()] == [
        policy.POLICIES[one].clause for one in category.Category
    ]


def test_every_list_of_the_vocabulary_belongs_to_something():
    assert set(groups()) == {group_of(enum) for enum in ENUMERATIONS} | PLAIN_LISTS


@pytest.mark.parametrize("group", groups())
def test_chinese_is_chinese_and_english_is_not(group):
    for word in words(group).values():
        assert CHINESE.search(word.zh), word
        assert CHINESE.search(word.short_zh), word
        assert not CHINESE.search(word.en + word.short_en), word
        assert not word.source or re.fullmatch(r"S(0[1-9]|[1-3]\d|4[0-6])", word.source), word


@pytest.mark.parametrize("group", sorted({"category", "management_type", "service_star"}))
def test_no_way_of_writing_means_two_values(group):
    owners: dict[str, set[str]] = {}
    for word in words(group).values():
        for text in (word.zh, word.short_zh, *word.aliases):
            owners.setdefault(squeeze(text), set()).add(word.key)
    assert {text: keys for text, keys in owners.items() if len(keys) > 1} == {}
    assert set(lookup(group).values()) == set(words(group))


@pytest.mark.parametrize("name", ["messages", "words"])
def test_every_text_of_the_pages_is_there_in_both_languages(name):
    for key, texts in catalogue(name).items():
        assert set(texts) == set(LANGUAGES), key
        zh, en = texts["zh"], texts["en"]
        if key == "app.language":  # the button that leads to the other language
            zh, en = en, zh
        assert CHINESE.search(zh) or zh == en, key
        # An English sentence may quote the form, which is Chinese.
        assert re.search(r"[A-Za-z]", en) or zh == en, key


def test_every_layer_has_words_and_its_values_are_of_known_lists():
    assert list(words("layer")) == list(LAYERS)
    lists = {one.vocabulary for layer in LAYERS.values() for one in layer.fields} - {None}
    assert lists <= set(groups())
