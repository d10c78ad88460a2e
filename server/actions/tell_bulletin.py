"""The bulletin of a closed month, as Word or PDF; and the yearly assessment of towns."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy.orm import Session

from geodata.domain.access import Scope
from geodata.domain.assessment import Scored, score_town
from geodata.domain.division import DivisionKind
from geodata.domain.monthly import ReportTiming, timing
from geodata.domain.period import SHANGHAI, last_day_of
from geodata.store.campaigns import LoadedCampaign, board_counts, find_campaigns, node_board
from geodata.store.monthly import find_snapshot, submitted_reports, town_figures
from geodata.store.queries.divisions import DivisionRow, find_divisions
from geodata.store.queries.findings import FindingFilter, count_findings
from server.reports.bulletin import Bulletin, bulletin_of
from server.reports.bulletin_docx import bulletin_docx
from server.reports.bulletin_pdf import bulletin_pdf, picture_of, town_map


@dataclass(frozen=True, slots=True)
class ToldBulletin:
    """A bulletin with what its files need.

    Attributes:
        bulletin: What it says.
        snapshot: Id of the closed month.
        figures: Of it.
        closed_at: When.
        name: Of its files, without suffix.
    """

    bulletin: Bulletin
    snapshot: int
    figures: dict[str, Any]
    closed_at: datetime
    name: str

    def word(self, address: str) -> bytes:
        """Return it as .docx, numbers leading to the rows behind them."""
        drawn = self._map()
        return bulletin_docx(
            self.bulletin,
            address=address,
            snapshot=self.snapshot,
            picture=picture_of(drawn) if drawn else None,
            closed_at=self.closed_at,
        )

    def pdf(self) -> bytes:
        """Return it as PDF."""
        return bulletin_pdf(self.bulletin, self._map())

    def _map(self) -> str:
        return town_map(self.figures, "各镇(街道)物业管理覆盖率(内部使用)")


def told_bulletin(
    session: Session, scope: Scope, district: DivisionRow, month: date, issuer: str
) -> ToldBulletin:
    """Return the bulletin of a closed month.

    Raises:
        DomainError: ``month.not_closed``.
    """
    snapshot = find_snapshot(session, scope, district.code, month)
    closed_on = snapshot.closed_at.astimezone(SHANGHAI).date()
    bulletin = bulletin_of(
        snapshot.figures, month, closed_on, district=district.name, issuer=issuer
    )
    name = f"{issuer}_通报_{month:%Y-%m}"
    return ToldBulletin(bulletin, snapshot.id, snapshot.figures, snapshot.closed_at, name)


@dataclass(frozen=True, slots=True)
class TownScore:
    """What a town reaches in a year, item by item."""

    town: DivisionRow
    scored: list[Scored]

    @property
    def points(self) -> float:
        """All items together."""
        return round(sum(one.points for one in self.scored), 2)


def assess(
    session: Session, scope: Scope, district: str, year: int, *, now: datetime
) -> tuple[LoadedCampaign | None, list[TownScore]]:
    """Return the points of towns in scope by the items of a year's campaign, best first."""
    campaigns = find_campaigns(session, scope, district)
    loaded = next((one for one in campaigns if one.campaign.year == year), None)
    if loaded is None:
        return None, []
    period = loaded.campaign.period
    month = min(now.date(), period.last_on).replace(day=1)
    figures = town_figures(session, scope, district, month, on=now.date())
    nodes = board_counts(node_board(session, scope, loaded, now=now))
    months = _months(period.first_on, min(now.date(), period.last_on))
    reports = submitted_reports(session, district, months)
    scores = []
    for town in find_divisions(session, scope, kind=DivisionKind.TOWN, district=district):
        if town.code not in figures:
            continue
        wanted = FindingFilter(district=district, town=town.code)
        found = count_findings(session, scope, wanted, on=now.date())
        facts = {
            **figures[town.code],
            **nodes.get(town.code, {}),
            **_reported(town.code, months, reports, now),
            "findings": found["total"],
            "findings_closed": found.get("closed", 0),
        }
        scores.append(TownScore(town, score_town(loaded.campaign.items, facts)))
    return loaded, sorted(scores, key=lambda one: -one.points)


def _months(first: date, last: date) -> list[date]:
    found, month = [], first.replace(day=1)
    while month <= last:
        found.append(month)
        month = date.fromordinal(last_day_of(month).toordinal() + 1)
    return found


def _reported(
    town: str, months: list[date], reports: dict[tuple[str, date], Any], now: datetime
) -> dict[str, int]:
    counts = {"reports_due": 0, "reports_on_time": 0}
    for month in months:
        report = reports.get((town, month))
        standing = timing(month, None if report is None else report.submitted_at, now)
        counts["reports_due"] += standing is not ReportTiming.NOT_DUE
        counts["reports_on_time"] += standing is ReportTiming.ON_TIME
    return counts
