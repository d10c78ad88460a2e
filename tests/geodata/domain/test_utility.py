"""Note 4: handed over means the property and the upkeep of every utility there is."""

from __future__ import annotations

from itertools import product

import pytest

from geodata.domain.utility import (
    Utility,
    UtilityState,
    handover_agrees,
    handover_by_utilities,
)

WATER, POWER = Utility.WATER, Utility.POWER


@pytest.mark.parametrize(("moved", "kept"), list(product((True, False, None), repeat=2)))
def test_one_utility(moved, kept):
    state = UtilityState(WATER, exists=True, is_transferred=moved, is_maintained=kept)
    expected = True if moved and kept else False if False in (moved, kept) else None
    assert state.is_handed_over is expected
    assert handover_by_utilities([state]) is expected


def test_every_existing_utility_must_qualify():
    good = UtilityState(WATER, exists=True, is_transferred=True, is_maintained=True)
    bad = UtilityState(POWER, exists=True, is_transferred=True, is_maintained=False)
    none = UtilityState(POWER, exists=False)
    unknown = UtilityState(POWER, exists=True)
    assert handover_by_utilities([good, bad]) is False
    assert handover_by_utilities([good, none]) is True
    assert handover_by_utilities([good, unknown]) is None
    assert handover_by_utilities([bad, unknown]) is False
    assert handover_by_utilities([]) is None


def test_yes_needs_all_that_is_told_and_no_cannot_stand_beside_all():
    whole = UtilityState(Utility.WATER, exists=True, is_transferred=True, is_maintained=True)
    half = UtilityState(Utility.GAS, exists=True, is_transferred=True)
    absent = UtilityState(Utility.HEAT, exists=False)
    for states, yes, no in (
        ([], True, True),
        ([absent], True, True),
        ([whole, absent], True, False),
        ([whole, half], False, True),
        ([half], False, True),
    ):
        assert handover_agrees(states, stated=True) is yes
        assert handover_agrees(states, stated=False) is no
        assert handover_agrees(states, stated=None) is True
