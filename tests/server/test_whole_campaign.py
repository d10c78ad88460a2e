"""A whole campaign by the interface, 1 November to 31 December, recounted by hand.

What the interface is told is written down beside it in plain dictionaries; coverage of each day,
the board of nodes, the points and the bulletin are counted anew from these alone.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from docx import Document
from fastapi.testclient import TestClient

from geodata.domain.access import Role
from geodata.domain.category import Category
from geodata.domain.management import ManagementType as M
from geodata.domain.period import CLOCK_VARIABLE, SHANGHAI
from geodata.store.session import Change, writing
from geodata.store.tables import Division
from tests.builders import NOTICE_ON, a_site
from tests.own_world import logged_in, patch
from tests.postgis import TestServer
from tests.server.visit_desk import VisitDesk, visit_desk

FILE = Path(__file__).resolve().parents[2] / "scripts" / "demo" / "campaign_2017.toml"
WORDS = {"progress": "逐小区推进。", "problems": "两处资金不足。", "next_steps": "月底前完成。"}
FIRST, LAST = date(2017, 11, 1), date(2017, 12, 31)
DUE = {
    "scheme": date(2017, 11, 10),
    "letter": date(2017, 11, 10),
    "report_11": date(2017, 11, 26),
    "coverage": date(2017, 11, 30),
    "self_check": date(2017, 12, 10),
    "mechanism": date(2017, 12, 10),
    "inspection": date(2017, 12, 20),
    "rectification": date(2017, 12, 25),
    "report_12": date(2017, 12, 26),
}
"""Last days of the notice's nodes for towns, as a person reads them."""


@dataclass
class Book:
    """What happened, as a careful clerk writes it down."""

    towns: dict[int, str] = field(default_factory=dict)
    covered: dict[int, list[tuple[date, bool]]] = field(default_factory=dict)
    done: dict[tuple[str, str], datetime] = field(default_factory=dict)
    seen: dict[int, date] = field(default_factory=dict)
    findings: dict[int, tuple[str, date | None]] = field(default_factory=dict)

    def is_covered(self, site: int, on: date) -> bool:
        """Whether a site was covered on a day: as the last line up to it says."""
        return [is_in for day, is_in in self.covered[site] if day <= on][-1]

    def counted(self, town: str, on: date) -> tuple[int, int]:
        """Sites and covered sites of a town on a day."""
        own = [site for site, code in self.towns.items() if code == town]
        return len(own), sum(self.is_covered(site, on) for site in own)

    def open_findings(self, town: str, on: date) -> int:
        """Findings of a town that nobody had closed by a day."""
        return sum(
            code == town and (closed is None or closed > on)
            for code, closed in self.findings.values()
        )

    def state(self, node: str, town: str, now: datetime) -> str:
        """How a town stands at a node, read off the book."""
        due, at = DUE[node], self.done.get((node, town))
        if node == "coverage":
            at = self._reached(due, now, lambda day: len(set(self.counted(town, day))) == 1)
        if node == "rectification":
            at = self._reached(due, now, lambda day: not self.open_findings(town, day))
        if at is not None:
            return "on_time" if at.date() <= due else "late"
        return "overdue" if now.date() > due else "open"

    def _reached(self, due: date, now: datetime, holds: Callable[[date], bool]) -> datetime | None:
        if holds(due):
            return datetime.combine(due, time(), SHANGHAI)
        return now if holds(now.date()) else None


@pytest.fixture
def desk(server: TestServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[VisitDesk]:
    with visit_desk(server, "whole_campaign", tmp_path_factory.mktemp("files")) as desk:
        yield desk


def _opened(desk: VisitDesk) -> Book:
    """The ledger as it stands on the first day: two towns, a part of each covered."""
    book = Book()
    with writing(desk.app.state.owner, Change("tester", "2017", NOTICE_ON)) as session:
        for code, count in ((desk.world.east, 14), (desk.world.west, 9)):
            town = session.get_one(Division, code)
            for number in range(count):
                is_in = number % 3 == 0
                kind = Category.STANDALONE_BUILDING if number % 4 == 1 else Category.OLD_COMMUNITY
                ticked = {M.PROFESSIONAL} if is_in else ()
                name = f"{town.name}{number}号院"
                site = a_site(session, name, town=town, ticked=ticked, category=kind.value)
                book.towns[site.id] = code
                book.covered[site.id] = [(FIRST, is_in)]
    return book


class Campaign:
    """Runs the campaign by the interface and writes each step down."""

    def __init__(
        self, desk: VisitDesk, book: Book, patched: pytest.MonkeyPatch, lead: TestClient
    ) -> None:
        self.desk, self.book, self.lead = desk, book, lead
        self._patched = patched
        self._chance = random.Random(20171101)
        self.east, self.west = desk.world.east, desk.world.west

    def clock(self, moment: datetime) -> None:
        """Let it be a moment in Shanghai."""
        self._patched.setenv(CLOCK_VARIABLE, moment.isoformat())

    def decide(self, day: date) -> None:
        """Manage some sites more, and now and then lose one; the east is done in November."""
        open_ones = [site for site in self.book.towns if not self.book.is_covered(site, day)]
        some = self._chance.sample(open_ones, min(len(open_ones), self._chance.choice((0, 0, 1))))
        if day == DUE["coverage"]:
            some = [site for site in open_ones if self.book.towns[site] == self.east]
        for site in some:
            self._tick(site, day, "simple")
        if day.day == 7:
            kept = [site for site in self.book.towns if self.book.is_covered(site, day)]
            west = [site for site in kept if self.book.towns[site] == self.west]
            self._tick(self._chance.choice(west), day, "none")

    def _tick(self, site: int, day: date, kind: str) -> None:
        answer = patch(self.lead, site, ticked_types=[kind])
        assert answer.status_code == 200, answer.text
        self.book.covered[site].append((day, kind != "none"))

    def mark(self, campaign: int, node: str, town: str, moment: datetime) -> None:
        """Say that a town has done a node."""
        self.clock(moment)
        asked = {"node": node, "unit": town}
        assert self.lead.post(f"/api/campaigns/{campaign}/nodes", json=asked).status_code == 204
        self.book.done[node, town] = moment

    def report(self, month: str, node: str, town: str, moment: datetime) -> None:
        """Send a town's report."""
        self.clock(moment)
        answer = self.lead.post(f"/api/monthly-reports/{month}/{town}", json=WORDS)
        assert answer.status_code == 201, answer.text
        self.book.done[node, town] = moment

    def check(self, town: str, moment: datetime) -> None:
        """Sign a town's self-check."""
        self.clock(moment)
        answer = self.lead.post("/api/self-checks", json={"town": town})
        assert answer.status_code == 201, answer.text
        self.book.done["self_check", town] = moment

    def inspect(self, town: str, moment: datetime) -> None:
        """Draw the whole town, see all of it, and find something at each fourth site."""
        self.clock(moment)
        order = {"division": town, "kind": "inspection"}
        assert self.lead.post("/api/inspection-batches", json=order).status_code == 201
        self.book.done["inspection", town] = moment
        for number, site in enumerate(s for s, code in self.book.towns.items() if code == town):
            finding = {"client_id": str(uuid4()), "clause": "S12", "description": "保洁不到位"}
            has_one = number % 4 == 0
            is_in = self.book.is_covered(site, moment.date())
            record = {
                "client_id": str(uuid4()),
                "site": site,
                "seen_at": moment.isoformat(),
                "result": "problems" if has_one else "passed",
                "confirms_cover": is_in and not has_one,
                "findings": [finding] if has_one else [],
            }
            answer = self.lead.post("/api/inspections", json=record)
            assert answer.status_code == 201, answer.text
            if is_in and not has_one:
                self.book.seen[site] = moment.date()
            for made in answer.json()["findings"].values():
                self.book.findings[made] = (town, None)

    def close_findings(self, town: str, moment: datetime) -> None:
        """Hand in and close all that a town has open."""
        for number, (code, closed) in list(self.book.findings.items()):
            if code != town or closed is not None:
                continue
            self.clock(moment)
            for event in ("hand_in", "pass"):
                place = f"/api/findings/{number}"
                headers = {"If-Match": self.lead.get(place).headers["etag"]}
                step = {"event": event, "note": "已整改"}
                answer = self.lead.post(f"{place}/events", json=step, headers=headers)
                assert answer.status_code in (200, 201), answer.text
            self.book.findings[number] = (town, moment.date())

    def close_month(self, month: str, moment: datetime) -> None:
        """Freeze a month."""
        self.clock(moment)
        assert self.lead.post(f"/api/months/{month}/close").status_code == 201


def _run(run: Campaign) -> int:
    """Let the campaign go its way; return its id."""
    east, west = run.east, run.west
    run.clock(datetime(2017, 11, 1, 8, tzinfo=SHANGHAI))
    answer = run.lead.post("/api/campaigns", json={"content": FILE.read_text("utf-8")})
    campaign = int(answer.json()["id"])
    steps: dict[date, list[Callable[[datetime], None]]] = {}

    def on(month: int, day: int, step: Callable[[datetime], None]) -> None:
        steps.setdefault(date(2017, month, day), []).append(step)

    on(11, 9, lambda at: run.mark(campaign, "scheme", east, at))
    on(11, 12, lambda at: run.mark(campaign, "scheme", west, at))
    on(11, 8, lambda at: run.mark(campaign, "letter", east, at))
    on(11, 10, lambda at: run.mark(campaign, "letter", west, at.replace(hour=23, minute=59)))
    on(11, 26, lambda at: run.report("2017-11", "report_11", east, at.replace(hour=23, minute=59)))
    on(11, 27, lambda at: run.report("2017-11", "report_11", west, at.replace(hour=0)))
    on(12, 1, lambda at: run.close_month("2017-11", at))
    on(12, 8, lambda at: run.check(east, at))
    on(12, 12, lambda at: run.check(west, at))
    on(12, 9, lambda at: run.mark(campaign, "mechanism", east, at))
    on(12, 13, lambda at: run.inspect(east, at))
    on(12, 21, lambda at: run.inspect(west, at))
    on(12, 18, lambda at: run.close_findings(east, at))
    on(12, 29, lambda at: run.close_findings(west, at))
    on(12, 20, lambda at: run.report("2017-12", "report_12", east, at))
    day = FIRST
    while day <= LAST:
        moment = datetime(day.year, day.month, day.day, 9, tzinfo=SHANGHAI)
        run.clock(moment)
        run.decide(day)
        for step in steps.get(day, []):
            step(moment)
        day += timedelta(days=1)
    run.clock(datetime(2017, 12, 31, 12, tzinfo=SHANGHAI))
    return campaign


def test_everything_the_campaign_tells_can_be_recounted(
    desk: VisitDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    book, now = _opened(desk), datetime(2017, 12, 31, 12, tzinfo=SHANGHAI)
    towns = (desk.world.east, desk.world.west)
    with logged_in(desk.app, Role.ADMINISTRATOR) as lead:
        run = Campaign(desk, book, monkeypatch, lead)
        campaign = _run(run)
        _check_each_day(lead, book, towns)
        _check_nodes(lead, book, towns, campaign, now)
        _check_points(lead, book, towns, now)
        _check_bulletin(lead, book, towns, desk)
        cube = lead.get("/api/map/cube", params={"district": desk.world.district}).json()
        legend = sum(cube["rows"]["values"][cube["rows"]["columns"].index("sites")])
        assert legend == len(book.towns)


def _check_each_day(lead: TestClient, book: Book, towns: tuple[str, ...]) -> None:
    day = FIRST
    while day <= LAST:
        rows = lead.get("/api/coverage", params={"on": day.isoformat()}).json()["rows"]
        told = {one["code"]: (one["sites"], one["covered_sites"]) for one in rows}
        assert told == {town: book.counted(town, day) for town in towns}, day
        day += timedelta(days=1)


def _check_nodes(
    lead: TestClient, book: Book, towns: tuple[str, ...], campaign: int, now: datetime
) -> None:
    cells = lead.get(f"/api/campaigns/{campaign}/nodes").json()
    told = {(one["node"], one["unit"]): one["state"] for one in cells if one["unit"] in towns}
    expected = {(node, town): book.state(node, town, now) for node in DUE for town in towns}
    assert told == expected
    assert set(expected.values()) == {"on_time", "late", "overdue"}, "each of them happens"


def _check_points(lead: TestClient, book: Book, towns: tuple[str, ...], now: datetime) -> None:
    rows = lead.get("/api/assessment", params={"year": 2017}).json()["towns"]
    told = {one["town"]: {item["item"]: item["points"] for item in one["items"]} for one in rows}
    on = now.date()
    for town in towns:
        sites, covered = book.counted(town, on)
        seen = [s for s in book.seen if book.towns[s] == town and book.is_covered(s, on)]
        states = [book.state(node, town, now) for node in DUE]
        reports = [book.state(node, town, now) for node in ("report_11", "report_12")]
        own = [closed for code, closed in book.findings.values() if code == town]
        shares = {
            "coverage": (40, covered, sites),
            "verified": (15, len(seen), covered),
            "nodes": (20, states.count("on_time"), len(states)),
            "reports": (10, reports.count("on_time"), len(reports)),
            "findings": (15, sum(one is not None for one in own), len(own)),
        }
        expected = {
            item: round(points * part / whole, 2) for item, (points, part, whole) in shares.items()
        }
        assert told[town] == expected, town


def _check_bulletin(lead: TestClient, book: Book, towns: tuple[str, ...], desk: VisitDesk) -> None:
    content = lead.get("/api/months/2017-11/bulletin.docx").content
    table: Any = Document(BytesIO(content)).tables[0]
    rows = [[cell.text for cell in row.cells][1:3] for row in table.rows[1:]]
    counts = [book.counted(town, date(2017, 11, 30)) for town in towns]
    counts.append((sum(a for a, _ in counts), sum(b for _, b in counts)))
    assert rows == [[str(sites), str(covered)] for sites, covered in counts]
    words = "\n".join(one.text for one in Document(BytesIO(content)).paragraphs)
    assert "西街街道逾期报送月报" in words
