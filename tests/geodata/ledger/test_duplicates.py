"""Rows that mean, or may mean, the same site."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from geodata.domain.errors import Fault, Severity
from geodata.ledger.duplicates import find_duplicates
from tests.builders import a_draft

HERE = {"longitude": 118.70, "latitude": 32.0}
NEXT_DOOR = {"longitude": 118.7005, "latitude": 32.0}
FAR = {"longitude": 118.72, "latitude": 32.0}


def _find(*rows: Mapping[str, Any]) -> tuple[list[int], list[tuple[str, str, int | None]], int]:
    """Return the rows kept, the faults, and how many rows repeat another."""
    drafts = [
        a_draft(row=number, **{"source_row": {"行": str(number)}, **row})
        for number, row in enumerate(rows, start=2)
    ]
    faults: list[Fault] = []
    repeated = find_duplicates(drafts, faults)
    told = [(one.severity.value, one.code, one.row) for one in faults]
    return [draft.place.row for draft in drafts], told, repeated


def test_a_code_stands_once() -> None:
    rows = [{"external_id": "1"}, {"external_id": "1", "name": "东方小区"}]
    assert _find(*rows) == ([2], [("error", "listing.duplicate_code", 3)], 0)


@pytest.mark.parametrize("code", [None, "1"])
def test_a_row_told_twice_word_for_word_counts_once(code: str | None) -> None:
    row = {"external_id": code, "source_row": {"名称": "和平小区"}}
    assert _find(row, row) == ([2], [("warning", "listing.repeated_row", 3)], 1)


def test_namesakes_with_codes_are_two_sites_and_mentioned() -> None:
    rows = [{"external_id": "1"}, {"external_id": "2"}]
    assert _find(*rows) == ([2, 3], [("warning", "listing.same_name", 3)], 0)


def test_namesakes_in_different_towns_are_nothing_special() -> None:
    assert _find({"town": "甲镇"}, {"town": "乙镇"}) == ([2, 3], [], 0)


@pytest.mark.parametrize(
    ("first", "second", "is_one"),
    [
        ({}, {}, True),
        ({"address": "和平街1号"}, {"address": "和平街 1号"}, True),
        ({"address": "和平街1号"}, {"address": "和平街2号"}, False),
        ({"address": "和平街1号", **HERE}, {"address": "和平街1号", **FAR}, True),
        (HERE, NEXT_DOOR, True),
        (HERE, FAR, False),
        (HERE, {}, True),
    ],
)
def test_namesakes_without_codes_are_told_apart_by_address_or_place(
    first: dict[str, object], second: dict[str, object], *, is_one: bool
) -> None:
    kept, told, _ = _find(first, second)
    assert kept == ([2] if is_one else [2, 3])
    assert told == [
        ("error", "listing.duplicate_name", 3) if is_one else ("warning", "listing.same_name", 3)
    ]


def test_a_fault_names_the_row_it_repeats() -> None:
    drafts = [a_draft(row=2), a_draft(row=7)]
    faults: list[Fault] = []
    find_duplicates(drafts, faults)
    assert faults[0].facts == {"first_row": 2}
    assert faults[0].severity in (Severity.ERROR, Severity.WARNING)
