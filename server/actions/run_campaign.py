"""A campaign runs: loaded, nodes marked, reports sent and returned, months closed (S21-S38)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from geodata.domain.access import Role
from geodata.domain.campaign import read_campaign
from geodata.domain.division import DivisionKind
from geodata.domain.errors import DomainError
from geodata.domain.monthly import (
    FIGURES,
    NARRATIVES,
    RULES_VERSION,
    ReportState,
    ReportTiming,
    differences,
    figures_day,
    month_before,
    timing,
)
from geodata.domain.notice import Notice, NoticeKind
from geodata.domain.period import now, today
from geodata.store.audit import audit
from geodata.store.campaigns import get_campaign
from geodata.store.monthly import (
    find_reports,
    freeze_rows,
    get_report,
    submitted_reports,
    town_figures,
    town_outlines,
)
from geodata.store.queries.divisions import find_divisions, get_division
from geodata.store.session import writing
from geodata.store.tables import CampaignFile, MonthlyReport, NodeMark, Snapshot
from server.actions.shown import pick_district
from server.actions.tell_notices import note
from server.auth import Actor

_LEADING: Final = frozenset({Role.ADMINISTRATOR, Role.DISTRICT_LEAD})
_REPORTING: Final = frozenset({Role.ADMINISTRATOR, Role.TOWN})


def _require(actor: Actor, roles: frozenset[Role]) -> None:
    if actor.role not in roles:
        raise DomainError("auth.forbidden", role=actor.role.value)


def load_campaign(engine: Engine, actor: Actor, district: str | None, content: str) -> int:
    """Load a campaign's file, in place of one of the same key; return its id.

    Raises:
        DomainError: ``auth.forbidden``; ``campaign.unreadable``; ``period.unreadable``.
    """
    _require(actor, _LEADING)
    campaign = read_campaign(content)
    with writing(engine, actor.change("load_campaign")) as session:
        districts = find_divisions(session, actor.scope, kind=DivisionKind.DISTRICT)
        code = pick_district(districts, district).code
        standing = session.scalar(
            select(CampaignFile).where(
                CampaignFile.district_code == code, CampaignFile.key == campaign.key
            )
        )
        if standing is None:
            standing = CampaignFile(district_code=code, key=campaign.key)
            session.add(standing)
        standing.year, standing.content = campaign.year, content
        standing.loaded_by = actor.username
        session.flush()
        audit(session, actor.username, "load_campaign", campaign.key, district=code)
        return standing.id


def mark_node(
    engine: Engine, actor: Actor, campaign_id: int, node_key: str, unit: str, note: str | None
) -> None:
    """Say that a unit has done what a node asks for, now; said again it stays as it was.

    Raises:
        DomainError: ``campaign.not_found``; ``campaign.no_such_node``; ``division.not_found``;
            ``auth.forbidden``.
    """
    _require(actor, _LEADING | {Role.TOWN, Role.NEIGHBOURHOOD})
    with writing(engine, actor.change("mark_node")) as session:
        loaded = get_campaign(session, actor.scope, campaign_id)
        node = next((one for one in loaded.campaign.nodes if one.key == node_key), None)
        if node is None:
            raise DomainError("campaign.no_such_node", node=node_key)
        division = get_division(session, actor.scope, unit)
        if division.kind is not node.unit or not division.lies_in(actor.scope):
            raise DomainError("division.not_found", division=unit)
        known = select(NodeMark.id).where(
            NodeMark.campaign_id == campaign_id,
            NodeMark.node_key == node_key,
            NodeMark.unit_code == unit,
        )
        if session.scalar(known) is not None:
            return
        session.add(
            NodeMark(
                campaign_id=campaign_id,
                node_key=node_key,
                unit_code=unit,
                done_at=now(),
                note=note,
                marked_by=actor.username,
            )
        )
        audit(session, actor.username, "mark_node", unit, node=node_key)


@dataclass(frozen=True, slots=True)
class Filled:
    """What the ledger fills into a report: figures, and their change since the month before."""

    figures: dict[str, int]
    change: dict[str, float]


def filled_reports(session: Session, actor: Actor, district: str, month: date) -> dict[str, Filled]:
    """Return what the ledger fills into the report of each town in scope.

    The month before is told as it was sent, or else as the ledger has it.
    """
    on, earlier = today(), month_before(month)
    own = town_figures(session, actor.scope, district, month, on=on)
    before = town_figures(session, actor.scope, district, earlier, on=on)
    sent = submitted_reports(session, district, [earlier])
    found = {}
    for town in find_divisions(session, actor.scope, kind=DivisionKind.TOWN, district=district):
        figures = own.get(town.code, dict.fromkeys(FIGURES, 0))
        report = sent.get((town.code, earlier))
        known = before.get(town.code) if report is None else report.figures
        found[town.code] = Filled(figures, differences(figures, known))
    return found


def submit_report(
    engine: Engine, actor: Actor, town: str, month: date, narrative: Mapping[str, str]
) -> ReportTiming:
    """Send a town's report of a month: the figures of now, and its words.

    Raises:
        DomainError: ``auth.forbidden``; ``division.not_found``; ``report.month_ahead``;
            ``report.narrative_missing``; ``report.submitted``; ``month.closed``.
    """
    _require(actor, _REPORTING)
    if month > today():
        raise DomainError("report.month_ahead", month=month.strftime("%Y-%m"))
    lacking = [one for one in NARRATIVES if not narrative.get(one, "").strip()]
    if lacking:
        raise DomainError("report.narrative_missing", fields=lacking)
    with writing(engine, actor.change("submit_report")) as session:
        division = get_division(session, actor.scope, town)
        if division.kind is not DivisionKind.TOWN or not division.lies_in(actor.scope):
            raise DomainError("division.not_found", division=town)
        _check_open(session, division.district_code, month)
        figures = filled_reports(session, actor, division.district_code, month)[town].figures
        report = get_report(session, town, month, locks=True)
        if report is not None and report.state == ReportState.SUBMITTED:
            raise DomainError("report.submitted", month=month.strftime("%Y-%m"))
        if report is None:
            report = MonthlyReport(
                district_code=division.district_code, town_code=town, month=month
            )
            session.add(report)
        report.state = ReportState.SUBMITTED.value
        report.figures, report.narrative = dict(figures), dict(narrative)
        report.comment = None
        report.submitted_at, report.submitted_by = now(), actor.username
        report.row_version = (report.row_version or 0) + 1
        audit(session, actor.username, "submit_report", town, month=month.isoformat())
        return timing(month, report.submitted_at, now())


def return_report(engine: Engine, actor: Actor, town: str, month: date, comment: str) -> None:
    """Send a report back to its town, with what to change.

    Raises:
        DomainError: ``auth.forbidden``; ``report.not_found``; ``month.closed``.
    """
    _require(actor, _LEADING)
    with writing(engine, actor.change("return_report")) as session:
        division = get_division(session, actor.scope, town)
        report = get_report(session, town, month, locks=True)
        if report is None or report.state != ReportState.SUBMITTED:
            raise DomainError("report.not_found", month=month.strftime("%Y-%m"), town=town)
        _check_open(session, division.district_code, month)
        report.state, report.comment = ReportState.RETURNED.value, comment
        report.row_version += 1
        note(
            session,
            Notice(
                NoticeKind.REPORT_RETURNED,
                division.district_code,
                town,
                f"{division.name}: {month:%Y-%m}",
                comment,
                f"/reports?month={month:%Y-%m}&town={town}",
                f"report/{report.id}/returned/{report.row_version}",
            ),
        )
        audit(session, actor.username, "return_report", town, month=month.isoformat())


def _check_open(session: Session, district: str, month: date) -> None:
    closed = select(Snapshot.id).where(Snapshot.district_code == district, Snapshot.month == month)
    if session.scalar(closed) is not None:
        raise DomainError("month.closed", month=month.strftime("%Y-%m"))


def close_month(engine: Engine, actor: Actor, district: str | None, month: date) -> int:
    """Freeze a month: figures by town, the rows behind them, the rules; return its id.

    Raises:
        DomainError: ``auth.forbidden``; ``month.closed``; ``report.month_ahead``.
    """
    _require(actor, _LEADING)
    if month > today():
        raise DomainError("report.month_ahead", month=month.strftime("%Y-%m"))
    with writing(engine, actor.change("close_month")) as session:
        districts = find_divisions(session, actor.scope, kind=DivisionKind.DISTRICT)
        shown = pick_district(districts, district)
        _check_open(session, shown.code, month)
        snapshot = Snapshot(
            district_code=shown.code,
            month=month,
            rules_version=RULES_VERSION,
            figures=_frozen(session, actor, shown.code, month),
            closed_at=now(),
            closed_by=actor.username,
        )
        session.add(snapshot)
        session.flush()
        freeze_rows(session, snapshot.id, shown.code, figures_day(month, today()))
        audit(session, actor.username, "close_month", month.isoformat(), district=shown.code)
        return snapshot.id


def _frozen(session: Session, actor: Actor, district: str, month: date) -> dict[str, Any]:
    """Return what a closed month tells: figures, reports and their timing, by town in order."""
    on, moment = today(), now()
    figures = town_figures(session, actor.scope, district, month, on=on)
    before = town_figures(session, actor.scope, district, month_before(month), on=on)
    reports = {one.town_code: one for one in find_reports(session, actor.scope, district, month)}
    towns = []
    for one in find_divisions(session, actor.scope, kind=DivisionKind.TOWN, district=district):
        own = figures.get(one.code, dict.fromkeys(FIGURES, 0))
        report = reports.get(one.code)
        is_sent = report is not None and report.state == ReportState.SUBMITTED
        sent_at = report.submitted_at if report is not None and is_sent else None
        towns.append(
            {
                "code": one.code,
                "name": one.name,
                "figures": own,
                "change": differences(own, before.get(one.code)),
                "timing": timing(month, sent_at, moment).value,
                "submitted_at": None if sent_at is None else sent_at.isoformat(),
                "narrative": report.narrative if report is not None and is_sent else {},
            }
        )
    total = {name: sum(one["figures"][name] for one in towns) for name in FIGURES}
    return {
        "on": figures_day(month, on).isoformat(),
        "towns": towns,
        "total": total,
        "outlines": town_outlines(session, district),
    }
