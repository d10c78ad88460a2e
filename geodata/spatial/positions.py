"""Bring the points of a list to CGCS2000, and refuse those that cannot be where they say."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from geodata.domain.errors import Fault, Severity
from geodata.domain.site import SiteDraft
from geodata.spatial.datum import Datum, is_in_china, to_cgcs2000

_FAR_KM: Final = 150.0
"""A point this far from the middle of its list is a slip, not a suburb."""

_FEW_SHARE: Final = 0.05
"""Where more of them are far, the list is of a wide country, and nothing is a slip."""

_KM_PER_DEGREE: Final = 111.32
_SHIFTED: Final = (Datum.GCJ02, Datum.BD09)


def place_drafts(drafts: Sequence[SiteDraft], datum: Datum) -> tuple[list[SiteDraft], list[Fault]]:
    """Convert the points of drafts to CGCS2000 degrees.

    Longitude and latitude that change places, and positions that a shifted datum does not
    define, are errors: the row is left out. A point far from all others is dropped with a
    warning and the row kept: it is dirt in one row, where the others tell of the file.

    Args:
        drafts: With degrees of the datum, or without.
        datum: As declared for the file.

    Returns:
        The drafts that can be taken, and faults.
    """
    longitude = np.array([_number(draft.longitude) for draft in drafts])
    latitude = np.array([_number(draft.latitude) for draft in drafts])
    problems = _problems(longitude, latitude, datum)
    good = np.array([problem is None for problem in problems], dtype=bool)
    x, y = to_cgcs2000(np.where(good, longitude, np.nan), np.where(good, latitude, np.nan), datum)
    far = _is_far(x, y)
    kept: list[SiteDraft] = []
    faults: list[Fault] = []
    for index, draft in enumerate(drafts):
        problem = problems[index]
        if problem is not None:
            faults.append(_fault(draft, Severity.ERROR, problem, datum))
        elif far[index]:
            faults.append(_fault(draft, Severity.WARNING, "listing.coordinates_far", datum))
            kept.append(replace(draft, longitude=None, latitude=None))
        elif np.isnan(x[index]):
            kept.append(draft)
        else:
            kept.append(replace(draft, longitude=float(x[index]), latitude=float(y[index])))
    return kept, faults


def _problems(
    longitude: NDArray[np.float64], latitude: NDArray[np.float64], datum: Datum
) -> list[str | None]:
    known = ~np.isnan(longitude) & ~np.isnan(latitude)
    swapped = known & ~is_in_china(longitude, latitude) & is_in_china(latitude, longitude)
    range_ok = (np.abs(longitude) <= 180) & (np.abs(latitude) <= 90)  # noqa: PLR2004 - degrees
    outside = known & ~is_in_china(longitude, latitude) if datum in _SHIFTED else known & ~range_ok
    return [
        "listing.coordinates_swapped"
        if swapped[index]
        else "listing.coordinates_outside"
        if outside[index]
        else None
        for index in range(len(longitude))
    ]


def _is_far(x: NDArray[np.float64], y: NDArray[np.float64]) -> NDArray[np.bool_]:
    known = ~np.isnan(x)
    if not known.any():
        return known
    middle_x, middle_y = np.median(x[known]), np.median(y[known])
    east_km = (x - middle_x) * np.cos(np.radians(middle_y)) * _KM_PER_DEGREE
    north_km = (y - middle_y) * _KM_PER_DEGREE
    far = np.hypot(np.nan_to_num(east_km), np.nan_to_num(north_km)) > _FAR_KM
    # One far point of two or three is as likely a slip as one of a hundred.
    return far if far.sum() <= max(1, _FEW_SHARE * known.sum()) else np.zeros_like(far)


def _number(value: float | None) -> float:
    return np.nan if value is None else value


def _fault(draft: SiteDraft, severity: Severity, code: str, datum: Datum) -> Fault:
    place = draft.place
    value = f"{draft.longitude},{draft.latitude}"
    facts: dict[str, object] = {"datum": datum.value}
    return Fault(severity, code, place.file, place.sheet, place.row, None, value, facts)
