"""Choose actions: the fewest that reach a target, or the most that a budget pays for.

Mixed-integer programmes, solved to the optimum by HiGHS (scipy); tests hold them against brute
force.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import Final, Generic, TypeVar

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import coo_array, vstack

Key = TypeVar("Key", bound=Hashable)

_NEAR_ONE: Final = 0.5


@dataclass(frozen=True, slots=True)
class Choice(Generic[Key]):
    """Something that may be done: at most one choice of a key is taken.

    Attributes:
        key: What it is done to.
        gain: What it brings, a whole number of its unit, not below 0.
        cost: In yuan, a whole number, not below 0.
    """

    key: Key
    gain: int
    cost: int


def fewest_for(choices: Sequence[Choice[Key]], needed: int) -> list[int] | None:
    """Return the fewest choices that bring what is needed, and of those the cheapest.

    Args:
        choices: What may be done.
        needed: Gain that is to be reached.

    Returns:
        Places in ``choices`` in order; ``None`` where even all do not reach it.
    """
    if needed <= 0:
        return []
    costs = np.array([one.cost for one in choices], dtype=float)
    gains = np.array([one.gain for one in choices], dtype=float)
    # One more choice weighs more than any difference of costs.
    weight = float(costs.sum()) + 1
    reach = LinearConstraint(gains[None, :] if len(gains) else np.zeros((1, 0)), lb=needed)
    return _solved(choices, weight + costs, [reach])


def most_within(choices: Sequence[Choice[Key]], budget: int) -> list[int]:
    """Return the choices that bring most for a budget, and of those the cheapest.

    Args:
        choices: What may be done.
        budget: In yuan.

    Returns:
        Places in ``choices`` in order.
    """
    if not choices:
        return []
    costs = np.array([one.cost for one in choices], dtype=float)
    gains = np.array([one.gain for one in choices], dtype=float)
    paid = LinearConstraint(costs[None, :], ub=budget)
    best = _solved(choices, -gains, [paid]) or []
    reached = LinearConstraint(gains[None, :], lb=float(gains[best].sum()) if best else 0.0)
    cheapest = _solved(choices, costs, [paid, reached])
    return best if cheapest is None else cheapest


def _solved(
    choices: Sequence[Choice[Key]], weights: NDArray[np.float64], more: list[LinearConstraint]
) -> list[int] | None:
    if not choices:
        return None
    keys = {key: row for row, key in enumerate(dict.fromkeys(one.key for one in choices))}
    rows = [keys[one.key] for one in choices]
    count = len(choices)
    once = coo_array((np.ones(count), (rows, range(count))), shape=(len(keys), count))
    limits = [LinearConstraint(vstack([once]).tocsc(), ub=1), *more]
    found = milp(
        weights,
        integrality=np.ones(count),
        bounds=Bounds(0, 1),
        constraints=limits,
        options={"mip_rel_gap": 0},
    )
    if found.x is None:
        return None
    return [place for place, value in enumerate(found.x) if value > _NEAR_ONE]
