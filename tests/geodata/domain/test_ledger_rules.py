"""The rules of a ledger row, whoever brings it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geodata.domain.category import Category
from geodata.domain.errors import Severity
from geodata.domain.ledger_rules import FIELDS, breaches, is_phone, tidied, value_faults
from geodata.domain.management import ManagementType as M
from geodata.domain.site import ServiceStar
from tests.builders import a_draft

GOOD = {
    "category": Category.OLD_COMMUNITY,
    "ticked_types": frozenset({M.SIMPLE}),
    "company": "和平社区居委会",
}


def codes(**fields):
    return [one.code for one in breaches(a_draft(**{**GOOD, **fields}))]


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({}, []),
        ({"ticked_types": frozenset()}, ["ledger.management_missing"]),
        ({"ticked_types": frozenset({M.NONE, M.SIMPLE})}, ["ledger.none_excludes"]),
        ({"ticked_types": frozenset({M.NONE}), "subsidised": True}, ["ledger.none_subsidised"]),
        ({"ticked_types": frozenset({M.PROFESSIONAL})}, ["ledger.star_missing"]),
        ({"ticked_types": frozenset({M.PROFESSIONAL}), "service_star": ServiceStar.UNRATED}, []),
        ({"company": None}, ["ledger.company_missing"]),
        ({"company": ""}, ["ledger.company_missing"]),
        ({"company": None, "ticked_types": frozenset({M.NONE})}, []),
        ({"company": None, "ticked_types": frozenset()}, ["ledger.management_missing"]),
        (
            {"category": Category.STANDALONE_BUILDING, "buildings": 2},
            ["ledger.standalone_buildings"],
        ),
        ({"category": Category.STANDALONE_BUILDING, "buildings": 1}, []),
        ({"category": Category.STANDALONE_BUILDING}, []),
        ({"households": 10, "occupied_households": 11}, ["ledger.occupied_exceeds"]),
        ({"households": 0, "occupied_households": 1}, ["ledger.occupied_exceeds"]),
        ({"occupied_households": 11}, []),
        ({"fee_min_yuan": 2.0, "fee_max_yuan": 1.0}, ["entry.fees_reversed"]),
        ({"fee_min_yuan": 1.0, "fee_max_yuan": 1.0}, []),
    ],
)
def test_rules_that_compare_cells(fields, expected):
    assert codes(**fields) == expected


def test_what_is_missing_warns_and_what_contradicts_keeps_out():
    found = {
        one.code: one.severity
        for types in (frozenset(), frozenset({M.PROFESSIONAL}), frozenset({M.NONE, M.SIMPLE}))
        for one in breaches(a_draft(**{**GOOD, "company": None, "ticked_types": types}))
    }
    assert found == {
        "ledger.management_missing": Severity.WARNING,
        "ledger.star_missing": Severity.WARNING,
        "ledger.company_missing": Severity.WARNING,
        "ledger.none_excludes": Severity.ERROR,
    }


@pytest.mark.parametrize(
    ("name", "good", "bad"),
    [
        ("built_year", [1900, 2017], [1899, 2018]),
        ("fee_min_yuan", [0, 50], [-0.01, 50.01]),
        ("collection_share", [0, 1], [-0.1, 1.01]),
        ("buildings", [1, 300], [0]),
        ("households", [0, 10**9], [-1, 10**9 + 1]),
        ("name", ["长" * 60], ["", None, "长" * 61]),
        ("note", [None, "长" * 500], ["长" * 501]),
        ("phone", [None, "13812341234", "0533-6411111"], ["无", "138"]),
    ],
)
def test_single_values(name, good, bad):
    assert not [one for value in good for one in value_faults({name: value}, this_year=2017)]
    for value in bad:
        assert [one.field for one in value_faults({name: value}, this_year=2017)] == [name]


@pytest.mark.parametrize(
    "text",
    ["13812341234", "0533-6411111", "(0533)6411111", "+86 138 1234 1234", "6411111转8001",
     "13812341234、0533-6411111", "138-1234-1234,13900000000"],
)  # fmt: skip
def test_phones_as_offices_write_them(text):
    assert is_phone(text)


@given(st.text())
def test_a_tidied_text_is_printable_and_stays_so(text):
    once = tidied(text)
    assert once is None or (once.isprintable() and once == once.strip() and once)
    assert tidied(once) == once


def test_no_field_stands_twice():
    assert len(FIELDS) == len(set(FIELDS))
