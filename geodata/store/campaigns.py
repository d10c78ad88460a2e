"""Campaigns kept as their files, and how each unit stands at each node."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from geodata.domain.access import Scope
from geodata.domain.campaign import (
    Campaign,
    Node,
    NodeEvidence,
    NodeState,
    node_state,
    read_campaign,
    reminds_on,
)
from geodata.domain.errors import DomainError
from geodata.domain.inspection import FindingStatus, InspectionKind
from geodata.domain.period import SHANGHAI
from geodata.domain.voting import GATE, VotingRule
from geodata.store.monthly import submitted_reports
from geodata.store.queries.divisions import DivisionRow, find_divisions
from geodata.store.queries.state import site_state
from geodata.store.tables import (
    CampaignFile,
    Finding,
    InspectionBatch,
    NodeMark,
    SelfCheck,
    Site,
)


@dataclass(frozen=True, slots=True)
class LoadedCampaign:
    """A campaign with its number and district."""

    id: int
    district_code: str
    campaign: Campaign


def get_campaign(session: Session, scope: Scope, campaign_id: int) -> LoadedCampaign:
    """Return a campaign of a district that the scope lies in.

    Raises:
        DomainError: ``campaign.not_found``.
    """
    found = session.get(CampaignFile, campaign_id)
    seen = {one.code for one in find_divisions(session, scope)}
    if found is None or found.district_code not in seen:
        raise DomainError("campaign.not_found", campaign=campaign_id)
    return LoadedCampaign(found.id, found.district_code, read_campaign(found.content))


def find_campaigns(session: Session, scope: Scope, district: str) -> list[LoadedCampaign]:
    """Return the campaigns of a district, the newest first."""
    seen = {one.code for one in find_divisions(session, scope)}
    rows = session.scalars(
        select(CampaignFile)
        .where(CampaignFile.district_code == district)
        .order_by(CampaignFile.year.desc(), CampaignFile.id.desc())
    ).all()
    return [
        LoadedCampaign(one.id, one.district_code, read_campaign(one.content))
        for one in rows
        if one.district_code in seen
    ]


def current_campaign(session: Session, district: str, *, on: date) -> Campaign | None:
    """Return the campaign that a district's terms come from: this year's, else an earlier one."""
    found = session.scalars(
        select(CampaignFile.content)
        .where(CampaignFile.district_code == district, CampaignFile.year <= on.year)
        .order_by(CampaignFile.year.desc(), CampaignFile.id.desc())
        .limit(1)
    ).first()
    return None if found is None else read_campaign(found)


def gate_of(session: Session, district: str, *, on: date) -> VotingRule:
    """Return the reading of a vote that a district has chosen."""
    campaign = current_campaign(session, district, on=on)
    return GATE if campaign is None else campaign.gate


@dataclass(frozen=True, slots=True)
class BoardCell:
    """One unit at one node.

    Attributes:
        node: Which.
        unit: Whose.
        state: How it stands.
        done_at: When it was done, ``None`` for not yet.
        reminded: Days left where it is reminded today.
    """

    node: Node
    unit: DivisionRow
    state: NodeState
    done_at: datetime | None
    reminded: int | None


def node_board(
    session: Session, scope: Scope, loaded: LoadedCampaign, *, now: datetime
) -> list[BoardCell]:
    """Return how each unit in scope stands at each node, node by node in official order."""
    units = find_divisions(session, scope, district=loaded.district_code)
    done = {
        (node.key, code): at
        for node in loaded.campaign.nodes
        for code, at in done_at(session, loaded, node, now)
    }
    cells = []
    for node in loaded.campaign.nodes:
        for unit in units:
            if unit.kind is not node.unit:
                continue
            at = done.get((node.key, unit.code))
            left = reminds_on(node, now.date()) if at is None else None
            cells.append(BoardCell(node, unit, node_state(node, at, now), at, left))
    return cells


def done_at(
    session: Session, loaded: LoadedCampaign, node: Node, now: datetime
) -> Iterator[tuple[str, datetime]]:
    """Yield the units that have done their part, and when."""
    district = loaded.district_code
    marks = select(NodeMark.unit_code, NodeMark.done_at).where(
        NodeMark.campaign_id == loaded.id, NodeMark.node_key == node.key
    )
    yield from session.execute(marks)
    match node.evidence:
        case NodeEvidence.MONTHLY_REPORT:
            month = node.period.last_on.replace(day=1)
            for (town, _), report in submitted_reports(session, district, [month]).items():
                yield town, report.submitted_at
        case NodeEvidence.SELF_CHECK:
            signed = select(SelfCheck.town_code, SelfCheck.signed_on).where(
                SelfCheck.district_code == district, SelfCheck.year == loaded.campaign.year
            )
            yield from ((town, _noon(day)) for town, day in session.execute(signed))
        case NodeEvidence.INSPECTION:
            yield from _inspected(session, district, node)
        case NodeEvidence.COVERAGE:
            yield from _reached(session, district, node, now, _uncovered)
        case NodeEvidence.RECTIFICATION:
            yield from _reached(session, district, node, now, _unclosed)
        case NodeEvidence.MARK:
            pass


def _noon(day: date) -> datetime:
    return datetime.combine(day, time(12), SHANGHAI)


def _inspected(session: Session, district: str, node: Node) -> Iterator[tuple[str, datetime]]:
    batches = (
        select(InspectionBatch.town_code, func.min(InspectionBatch.drawn_on))
        .where(
            InspectionBatch.district_code == district,
            InspectionBatch.kind == InspectionKind.INSPECTION.value,
            InspectionBatch.town_code.is_not(None),
            InspectionBatch.drawn_on >= node.period.first_on,
        )
        .group_by(InspectionBatch.town_code)
    )
    for town, day in session.execute(batches):
        yield str(town), _noon(day)


def _reached(
    session: Session,
    district: str,
    node: Node,
    now: datetime,
    missing: Any,  # noqa: ANN401
) -> Iterator[tuple[str, datetime]]:
    """Yield towns that lack nothing on the deadline's day, or, too late, today."""
    today = now.date()
    if today < node.period.first_on:
        return
    day = min(today, node.period.last_on)
    in_time = {town for town, many in missing(session, district, day).items() if not many}
    yield from ((town, _noon(day)) for town in in_time)
    if day < today:
        for town, many in missing(session, district, today).items():
            if not many and town not in in_time:
                yield town, now


def _uncovered(session: Session, district: str, day: date) -> dict[str, int]:
    c = site_state(day).c
    rows = session.execute(
        select(c.town_code, func.count().filter(~c.is_covered))
        .where(c.district_code == district)
        .group_by(c.town_code)
    )
    return dict(rows.all())


def _unclosed(session: Session, district: str, day: date) -> dict[str, int]:
    f = Finding
    status = func.finding_status(f.started_on, f.handed_in_on, f.rejected_on, f.closed_on, day)
    is_open = (f.opened_on <= day) & (status != FindingStatus.CLOSED.value)
    rows = session.execute(
        select(Site.town_code, func.count(f.id).filter(is_open))
        .outerjoin(f, f.site_id == Site.id)
        .where(Site.district_code == district)
        .group_by(Site.town_code)
    )
    return dict(rows.all())


def board_counts(cells: Sequence[BoardCell]) -> dict[str, dict[str, int]]:
    """Return how many nodes each unit has done in time, and how many were due, by its code."""
    counts: dict[str, dict[str, int]] = {}
    for one in cells:
        own = counts.setdefault(one.unit.code, {"nodes_on_time": 0, "nodes_due": 0})
        is_due = one.state in (NodeState.ON_TIME, NodeState.LATE, NodeState.OVERDUE)
        own["nodes_due"] += is_due
        own["nodes_on_time"] += one.state is NodeState.ON_TIME
    return counts
