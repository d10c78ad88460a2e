"""A campaign: stages and nodes with their deadlines, read from a small dated file (S21-S32).

Next year's, or another district's, is another file. Contradictions in a notice are flagged as
they stand, never corrected.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any, Final

from geodata.domain.division import DivisionKind
from geodata.domain.errors import DomainError
from geodata.domain.path_to_full import ACTION_COSTS, ActionCost, PathAction
from geodata.domain.period import Period, end_of, parse_period
from geodata.domain.voting import GATE, VotingRule

REMINDED_DAYS: Final = (5, 2, 0)
"""Days before a deadline on which a unit is reminded (S37)."""


class NodeEvidence(StrEnum):
    """What shows that a node is done."""

    MARK = "mark"
    COVERAGE = "coverage"
    SELF_CHECK = "self_check"
    INSPECTION = "inspection"
    RECTIFICATION = "rectification"
    MONTHLY_REPORT = "monthly_report"


class RecordKind(StrEnum):
    """What a campaign leaves on paper (S33, S34, S36)."""

    LETTER = "letter"
    PUBLICITY = "publicity"
    MEETING = "meeting"
    SUPERVISION = "supervision"
    ASSESSMENT = "assessment"
    BASIS = "basis"


class NodeState(StrEnum):
    """How a unit stands at a node."""

    ON_TIME = "on_time"
    LATE = "late"
    OVERDUE = "overdue"
    OPEN = "open"
    NOT_YET = "not_yet"


@dataclass(frozen=True, slots=True)
class Stage:
    """A part of a campaign; stages may overlap."""

    key: str
    name: str
    period: Period


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """Something that each unit of a kind has to have done by a day.

    Attributes:
        key: Unique in the campaign.
        name: As people call it.
        clause: Row of the notice.
        stage: Key of its stage.
        unit: Who: districts, towns or neighbourhoods.
        period: From when, and the last day, inclusive.
        evidence: What shows that it is done.
    """

    key: str
    name: str
    clause: str
    stage: str
    unit: DivisionKind
    period: Period
    evidence: NodeEvidence

    @property
    def due_at(self) -> datetime:
        """The last second that is in time."""
        return end_of(self.period.last_on)


@dataclass(frozen=True, slots=True)
class ScoreItem:
    """One item of the assessment (S35).

    Attributes:
        key: Unique.
        name: As people call it.
        clause: Row of the notice.
        points: What it is worth in full.
        measure: What it is measured by, see `geodata.domain.assessment`.
    """

    key: str
    name: str
    clause: str
    points: float
    measure: str


@dataclass(frozen=True, slots=True)
class Flag:
    """A contradiction that the notice holds, told as it stands."""

    clause: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Campaign:
    """A whole campaign.

    Attributes:
        key: Unique in its district.
        name: Title.
        document: Number of the notice.
        year: Of its deadlines.
        stages: In order.
        nodes: In order.
        items: Of the assessment.
        flags: Contradictions, those of the file and those that its days show.
        gate: The reading of a vote that lets a plan be adopted (A5.1).
        costs: What actions on the path to full coverage cost.
    """

    key: str
    name: str
    document: str
    year: int
    stages: tuple[Stage, ...]
    nodes: tuple[Node, ...]
    items: tuple[ScoreItem, ...]
    flags: tuple[Flag, ...]
    gate: VotingRule = GATE
    costs: Mapping[PathAction, ActionCost] = field(default_factory=lambda: dict(ACTION_COSTS))

    @property
    def period(self) -> Period:
        """From the first day of its stages to the last."""
        return Period(
            min(one.period.first_on for one in self.stages),
            max(one.period.last_on for one in self.stages),
        )


def read_campaign(text: str) -> Campaign:
    """Read a campaign from TOML.

    Raises:
        DomainError: ``campaign.unreadable`` with where; ``period.unreadable``.
    """
    try:
        told = tomllib.loads(text)
        year = int(told["year"])
        stages = tuple(Stage(one["key"], one["name"], _period(one, year)) for one in told["stage"])
        nodes = tuple(_node(one, year) for one in told["node"])
        items = tuple(
            ScoreItem(one["key"], one["name"], one["clause"], float(one["points"]), one["measure"])
            for one in told.get("item", [])
        )
        flags = tuple(Flag(one["clause"], one["text"]) for one in told.get("flag", []))
        names = {name: str(told[name]) for name in ("key", "name", "document")}
        gate = VotingRule(told.get("voting_rule", GATE))
        costs = {**ACTION_COSTS, **_costs(told.get("cost", {}))}
    except (KeyError, TypeError, ValueError) as error:
        raise DomainError("campaign.unreadable", where=str(error)[:200]) from error
    _check(stages, nodes)
    return Campaign(
        year=year,
        stages=stages,
        nodes=nodes,
        items=items,
        flags=(*flags, *_overlaps(stages)),
        gate=gate,
        costs=costs,
        **names,
    )


def _costs(told: Mapping[str, Any]) -> dict[PathAction, ActionCost]:
    costs = {
        PathAction(name): ActionCost(int(one["once"]), int(one["per_household"]))
        for name, one in told.items()
    }
    if any(min(one.once, one.per_household) < 0 for one in costs.values()):
        raise ValueError("cost")
    return costs


def _period(one: Mapping[str, Any], year: int) -> Period:
    """Read one period, or the run from one to another."""
    first = parse_period(one["from"] if "from" in one else one["when"], year=year)
    last = parse_period(one["until"] if "until" in one else one["when"], year=year)
    return Period(first.first_on, last.last_on)


def _node(one: Mapping[str, Any], year: int) -> Node:
    return Node(
        key=one["key"],
        name=one["name"],
        clause=one["clause"],
        stage=one["stage"],
        unit=DivisionKind(one["unit"]),
        period=_period(one, year),
        evidence=NodeEvidence(one.get("evidence", NodeEvidence.MARK)),
    )


def _check(stages: tuple[Stage, ...], nodes: tuple[Node, ...]) -> None:
    known = {one.key for one in stages}
    keys = [one.key for one in nodes]
    if not stages or not nodes or len(set(keys)) < len(keys):
        raise DomainError("campaign.unreadable", where="node.key")
    for one in nodes:
        if one.stage not in known:
            raise DomainError("campaign.unreadable", where=f"{one.key}: {one.stage}")
        if one.period.first_on > one.period.last_on:
            raise DomainError("campaign.unreadable", where=f"{one.key}: {one.period.last_on}")


def _overlaps(stages: tuple[Stage, ...]) -> list[Flag]:
    """Flag stages of which the later begins before the earlier ends (S26)."""
    return [
        Flag(
            "S26",
            f"{later.name}自{later.period.first_on}起, {one.name}至{one.period.last_on}止:"
            " 两段日期重叠",
        )
        for at, one in enumerate(stages)
        for later in stages[at + 1 :]
        if later.period.first_on <= one.period.last_on
    ]


def node_state(node: Node, done_at: datetime | None, now: datetime) -> NodeState:
    """Return how a unit stands that did its part at a moment, or has not.

    The last second of the deadline's day is in time.
    """
    if done_at is not None:
        in_time = done_at < node.due_at + timedelta(seconds=1)
        return NodeState.ON_TIME if in_time else NodeState.LATE
    if now >= node.due_at + timedelta(seconds=1):
        return NodeState.OVERDUE
    return NodeState.OPEN if node.period.first_on <= now.date() else NodeState.NOT_YET


def reminds_on(node: Node, on: date) -> int | None:
    """Return how many days are left where a unit is reminded on a day, ``None`` for no reminder."""
    left = (node.period.last_on - on).days
    return left if left in REMINDED_DAYS else None
