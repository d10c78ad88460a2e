"""Utilities of a site: their handover (S46), and the separation 三供一业 (S16)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class Utility(StrEnum):
    """专业经营设施设备, as the city's regulation lists them (art. 13)."""

    WATER = "water"
    POWER = "power"
    GAS = "gas"
    HEAT = "heat"
    TELECOM = "telecom"
    CABLE_TV = "cable_tv"
    BROADBAND = "broadband"


@dataclass(frozen=True, slots=True)
class UtilityState:
    """What is known of one utility at a site; ``None`` is 未填报.

    Attributes:
        utility: Which.
        exists: Whether the site has it.
        is_transferred: The property beyond the household's meter belongs to the utility.
        is_maintained: The utility manages and maintains it.
    """

    utility: Utility
    exists: bool | None = None
    is_transferred: bool | None = None
    is_maintained: bool | None = None

    @property
    def is_handed_over(self) -> bool | None:
        """是 only when both are true, 否 when one is false, else unknown (note 4)."""
        if self.is_transferred and self.is_maintained:
            return True
        return False if False in (self.is_transferred, self.is_maintained) else None


def handover_by_utilities(states: Iterable[UtilityState]) -> bool | None:
    """Return the form's 是/否 from the utilities (S46): 是 if every existing one qualifies.

    ``None`` while an existing utility is not known to qualify or to fail, or none is told.
    """
    told = [one.is_handed_over for one in states if one.exists]
    if False in told:
        return False
    return True if told and None not in told else None


def handover_agrees(states: Iterable[UtilityState], *, stated: bool | None) -> bool:
    """Tell whether the form's 是/否 can stand beside what is told of the utilities (S46).

    是 needs every existing utility to qualify, unless none is told; 否 cannot stand where all
    of them do.
    """
    told = [one for one in states if one.exists]
    by_utilities = handover_by_utilities(told)
    if stated:
        return not told or by_utilities is True
    return stated is None or by_utilities is not True


class SeparationItem(StrEnum):
    """三供一业: three supplies and the management of an enterprise's residential area."""

    WATER = "water"
    POWER = "power"
    HEAT = "heat"
    PROPERTY = "property"


class SeparationState(StrEnum):
    """How far one of them has moved."""

    NOT_STARTED = "not_started"
    SIGNED = "signed"
    MOVING = "moving"
    DONE = "done"
