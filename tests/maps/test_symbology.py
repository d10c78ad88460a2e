"""Colours: one for each value, and apart from each other for every eye."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest

from geodata.domain.vocabulary import LANGUAGES, UNREPORTED_KEY
from maps.symbology import COLOURS, MEMBERS, Colouring, colouring_label, entries

LEAST_DISTANCE = 11.0
"""In CIELAB; about ten is told apart at a glance on patches as large as ours."""

# Viénot, Brettel and Mollon 1999: what red-blind and green-blind eyes see of linear RGB.
SEEN = {
    "all colours": np.eye(3),
    "no red": np.array([[0.11238, 0.88762, 0], [0.11238, 0.88762, 0], [0.00401, -0.00401, 1]]),
    "no green": np.array([[0.29275, 0.70725, 0], [0.29275, 0.70725, 0], [-0.02234, 0.02234, 1]]),
}
TO_XYZ = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]])


def lab(colour: str, seen: np.ndarray) -> np.ndarray:
    """A colour in CIELAB as an eye sees it."""
    srgb = np.array([int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)])
    linear = np.where(srgb <= 0.04045, srgb / 12.92, ((srgb + 0.055) / 1.055) ** 2.4)
    x, y, z = TO_XYZ @ np.clip(seen @ linear, 0, 1) / np.array([0.9505, 1.0, 1.089])
    f = [one ** (1 / 3) if one > 0.008856 else 7.787 * one + 16 / 116 for one in (x, y, z)]
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


@pytest.mark.parametrize("colouring", Colouring)
def test_every_value_has_a_colour_and_a_label(colouring: Colouring) -> None:
    for language in LANGUAGES:
        assert colouring_label(colouring, language)
        found = entries(colouring, language)
        assert [one.key for one in found if one.key != UNREPORTED_KEY] == [
            one.value for one in MEMBERS[colouring]
        ]
        assert all(one.label and one.colour for one in found)


def test_no_colour_is_left_over() -> None:
    assert set(COLOURS) == {one for members in MEMBERS.values() for one in members}


@pytest.mark.parametrize("eye", SEEN)
@pytest.mark.parametrize("colouring", Colouring)
def test_colours_are_told_apart_by_colour_blind_eyes(colouring: Colouring, eye: str) -> None:
    for one, other in combinations(entries(colouring, "en"), 2):
        distance = np.linalg.norm(lab(one.colour, SEEN[eye]) - lab(other.colour, SEEN[eye]))
        assert distance > LEAST_DISTANCE, f"{one.key} and {other.key}: {distance:.0f}"
