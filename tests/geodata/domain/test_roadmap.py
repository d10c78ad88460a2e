"""A milestone is overdue the day after it was due, until it is done (S18)."""

from __future__ import annotations

from datetime import date

import pytest

from geodata.domain.roadmap import is_overdue

DUE = date(2017, 11, 15)


@pytest.mark.parametrize(
    ("done_on", "on", "expected"),
    [
        (None, date(2017, 11, 15), False),
        (None, date(2017, 11, 16), True),
        (date(2017, 11, 16), date(2017, 11, 16), False),
        (date(2017, 11, 20), date(2017, 11, 16), True),
    ],
)
def test_overdue(done_on, on, expected):
    assert is_overdue(DUE, done_on, on) is expected
