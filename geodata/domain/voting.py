"""Whether owners have agreed: three legal readings of one vote, as dated law (S25, A5.1)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from typing import Final

_HALF: Final = Fraction(1, 2)
_TWO_THIRDS: Final = Fraction(2, 3)


@dataclass(frozen=True, slots=True)
class Tally:
    """Owners by number, and the floor area that they own in square metres."""

    heads: int
    area_m2: Decimal

    def share_of(self, whole: Tally) -> tuple[Fraction, Fraction]:
        """Return the shares of heads and of area in a whole, exact; of nothing it is none."""
        return _share(self.heads, whole.heads), _share(self.area_m2, whole.area_m2)


@dataclass(frozen=True, slots=True)
class Vote:
    """All owners, those who took part, and those who agreed; each a part of the one before."""

    owners: Tally
    participating: Tally
    agreeing: Tally

    @property
    def is_consistent(self) -> bool:
        """Whether each count is a part of the one before, and there are owners at all."""
        heads = (0, self.agreeing.heads, self.participating.heads, self.owners.heads)
        areas = (
            Decimal(0),
            self.agreeing.area_m2,
            self.participating.area_m2,
            self.owners.area_m2,
        )
        in_order = sorted(heads) == list(heads) and sorted(areas) == list(areas)
        return in_order and self.owners.heads > 0 and self.owners.area_m2 > 0

    @property
    def is_just_half(self) -> bool:
        """Whether just half of the owners agreed: a person has to confirm what that means."""
        return 2 * self.agreeing.heads == self.owners.heads


class VotingRule(StrEnum):
    """A reading of what is enough."""

    NOTICE_LITERAL = "notice_literal"
    NOTICE_STRICT = "notice_strict"
    REGULATION_2018 = "regulation_2018"
    CIVIL_CODE = "civil_code"


@dataclass(frozen=True, slots=True)
class Reading:
    """One reading.

    Attributes:
        citation: Where it stands.
        since: First day on which it holds.
        until: Last day, ``None`` while it holds.
        passes: Whether a vote is enough by it.
    """

    citation: str
    since: date
    until: date | None
    passes: Callable[[Vote], bool]

    def holds_on(self, day: date) -> bool:
        """Tell whether it holds on a day."""
        return self.since <= day and (self.until is None or day <= self.until)


def _share(part: int | Decimal, whole: int | Decimal) -> Fraction:
    return Fraction(part) / Fraction(whole) if whole else Fraction(0)


def _half_or_more_heads(vote: Vote) -> bool:
    return vote.agreeing.share_of(vote.owners)[0] >= _HALF


def _over_half_of_heads(vote: Vote) -> bool:
    return vote.agreeing.share_of(vote.owners)[0] > _HALF


def _over_half_of_both(vote: Vote) -> bool:
    return min(vote.agreeing.share_of(vote.owners)) > _HALF


def _over_half_of_two_thirds(vote: Vote) -> bool:
    takes_part = min(vote.participating.share_of(vote.owners)) >= _TWO_THIRDS
    return takes_part and min(vote.agreeing.share_of(vote.participating)) > _HALF


READINGS: Final[dict[VotingRule, Reading]] = {
    VotingRule.NOTICE_LITERAL: Reading(
        "周政办字〔2017〕126号; 民法典第一千二百五十九条(以上含本数)",
        date(2017, 11, 1),
        None,
        _half_or_more_heads,
    ),
    VotingRule.NOTICE_STRICT: Reading(
        "周政办字〔2017〕126号(从严)", date(2017, 11, 1), None, _over_half_of_heads
    ),
    VotingRule.REGULATION_2018: Reading(
        "物业管理条例(2018年修订)第十二条",
        date(2007, 10, 1),
        date(2020, 12, 31),
        _over_half_of_both,
    ),
    VotingRule.CIVIL_CODE: Reading(
        "民法典第二百七十八条", date(2021, 1, 1), None, _over_half_of_two_thirds
    ),
}
"""All readings, in the order in which a page shows them."""

GATE: Final = VotingRule.NOTICE_STRICT
"""The reading that lets a plan be adopted, unless a campaign configures another."""


def outcomes(vote: Vote) -> dict[VotingRule, bool]:
    """Return whether a vote is enough by each reading."""
    return {rule: reading.passes(vote) for rule, reading in READINGS.items()}
