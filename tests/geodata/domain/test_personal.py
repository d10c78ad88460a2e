"""Phone numbers are shown as little as the work needs."""

from __future__ import annotations

import pytest

from geodata.domain.personal import mask_phone


@pytest.mark.parametrize(
    ("phone", "shown"),
    [
        ("13812345678", "138****5678"),
        ("0533-6430000", "053*****0000"),
        ("6430000", "*******"),
        ("110", "***"),
        ("", None),
        (None, None),
    ],
)
def test_the_middle_is_hidden_and_short_numbers_are_hidden_whole(phone, shown):
    assert mask_phone(phone) == shown
