"""The four ledgers of the demo district."""

from __future__ import annotations

from datetime import date
from itertools import pairwise

import numpy as np
import pytest
from shapely import MultiPolygon, box

from geodata.domain.category import Category
from geodata.domain.management import are_consistent
from scripts.demo.ground import DemoSite
from scripts.demo.history import Edition, write_editions

TODAY = date(2026, 1, 31)


@pytest.fixture(scope="module")
def editions() -> list[Edition]:
    """Ledgers of a thousand sites."""
    categories = list(Category)
    house = box(0, 0, 40, 12)
    sites = [
        DemoSite(
            f"示例{number}",
            f"路{number}号",
            "t",
            "n",
            categories[number % 6],
            MultiPolygon([house]),
            5,
            [house],
        )
        for number in range(1000)
    ]
    random = np.random.default_rng(1)
    return list(write_editions(random, sites, {"t": "甲镇", "n": "乙村"}, TODAY))


def _names(edition: Edition) -> set[str]:
    return {draft.name for draft in edition.drafts}


def test_ledgers_follow_each_other_in_the_past(editions: list[Edition]) -> None:
    days = [edition.on for edition in editions]
    assert days == sorted(days)
    assert days[-1] < TODAY


def test_each_ledger_lists_more_and_forgets_nothing(editions: list[Edition]) -> None:
    for earlier, later in pairwise(editions):
        assert _names(earlier) < _names(later)
    assert len(editions[-1].drafts) == 1000
    assert 0.91 < len(editions[0].drafts) / 1000 < 0.97


def test_every_row_keeps_the_rules_of_the_form(editions: list[Edition]) -> None:
    for edition in editions:
        for draft in edition.drafts:
            assert are_consistent(draft.ticked_types, subsidised=bool(draft.subsidised))
            assert draft.buildings == 1 or draft.category is not Category.STANDALONE_BUILDING
