"""Roles and what each sees (S04, S05)."""

from __future__ import annotations

import pytest

from geodata.domain.access import BOUND_TO, OFF_THE_GROUND, WRITING_ROLES, Role, Scope
from geodata.domain.division import DivisionKind
from geodata.domain.errors import DomainError


@pytest.mark.parametrize("role", Role)
def test_an_account_sees_the_division_of_its_role_or_everything_or_nothing(role):
    kind = BOUND_TO[role]
    code = None if kind is None else "370306"
    expected = Scope.nothing() if role in OFF_THE_GROUND else Scope(kind, code)
    assert Scope.of(role, code) == expected
    assert expected.holds("370306", "370306", "370306") is (role not in OFF_THE_GROUND)


@pytest.mark.parametrize("role", [role for role in Role if BOUND_TO[role] is not None])
def test_a_bound_role_without_a_division_is_refused(role):
    with pytest.raises(DomainError, match=r"access\.division_required"):
        Scope.of(role, None)


@pytest.mark.parametrize("role", [role for role in Role if BOUND_TO[role] is None])
def test_an_unbound_role_with_a_division_is_refused(role):
    with pytest.raises(DomainError, match=r"access\.division_forbidden"):
        Scope.of(role, "370306")


def test_town_and_neighbourhood_are_bound_to_their_own():
    assert BOUND_TO[Role.TOWN] is DivisionKind.TOWN
    assert BOUND_TO[Role.NEIGHBOURHOOD] is DivisionKind.NEIGHBOURHOOD


def test_inspectors_and_leaders_change_no_ledger_row():
    assert set(Role) - WRITING_ROLES == {Role.INSPECTOR, Role.LEADER, *OFF_THE_GROUND}


def test_a_scope_holds_its_own_ground_only():
    place = ("370306", "370306001", "370306001001")
    assert Scope.everything().holds(*place)
    for role, code in zip((Role.LEADER, Role.TOWN, Role.NEIGHBOURHOOD), place, strict=True):
        assert Scope.of(role, code).holds(*place)
        assert not Scope.of(role, code).holds("370305", "370305001", None)
    assert not Scope.of(Role.NEIGHBOURHOOD, place[2]).holds("370306", "370306001", None)
