"""Server, worker and database killed again and again while people write; what was promised is held.

Each round a few clients edit, inspect, import, decide and close months through the interface, and
note what was acknowledged. At a moment of chance something is killed with signal 9. When all is up
again, every acknowledged act must be there, none may be there by half, and the audit must verify.
The database writes as in production: nothing of its safety is switched off.
"""

from __future__ import annotations

import random
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from threading import Event, Thread
from typing import Any, Final
from uuid import uuid4

import httpx2 as httpx
from sqlalchemy import text

from geodata.domain.category import Category
from geodata.domain.management import ManagementType
from geodata.domain.site import Place, SiteDraft
from geodata.ledger.form_writer import write_form
from geodata.store.audit_chain import verify_chain
from geodata.store.session import reading
from scripts.benchmarks.installation import VICTIMS, Installation

_LONGEST_BEFORE_S: Final = 1.5
_FIRST_MONTH: Final = date(2018, 1, 1)

Act = Callable[[httpx.Client, random.Random], str | None]
"""Does one thing and names it, ``None`` where it was refused."""

HALF: Final = {
    "a site differs from its last version": """
        SELECT count(*) FROM site AS s CROSS JOIN LATERAL (
          SELECT v.new FROM site_version AS v WHERE v.site_id = s.id AND v.subject = 'site'
          ORDER BY v.id DESC LIMIT 1) AS v
        WHERE s.note IS DISTINCT FROM v.new ->> 'note'""",
    "an inspection without its line in the audit": """
        SELECT count(*) FROM inspection AS i WHERE i.client_id IS NOT NULL AND NOT EXISTS (
          SELECT FROM audit_line AS a WHERE a.action = 'record_inspection'
            AND a.facts ->> 'id' = i.id::text OR a.subject = i.id::text)""",
    "an applied import without all its sites": """
        SELECT count(*) FROM ledger_import AS o WHERE o.state = 'applied'
          AND (o.report -> 'applied' ->> 'new')::integer <> (
            SELECT count(*) FROM site_version AS v
            WHERE v.import_id = o.id AND v.subject = 'site' AND v.old IS NULL)""",
    "sites of an import that is not applied": """
        SELECT count(*) FROM site_version AS v JOIN ledger_import AS o ON o.id = v.import_id
        WHERE o.state NOT IN ('applied', 'undone')""",
    "a closed month without its rows": """
        SELECT count(*) FROM snapshot AS s
        WHERE (SELECT count(*) FROM snapshot_row AS r WHERE r.snapshot_id = s.id) <> (
          SELECT coalesce(sum((t.value -> 'figures' ->> 'sites')::integer), 0)
          FROM jsonb_array_elements(s.figures -> 'towns') AS t)""",
    "a decision without its line in the audit": """
        SELECT (SELECT count(*) FROM decided_gap) - (
          SELECT count(*) FROM audit_line WHERE action = 'decide_gap')""",
    "lines of the audit without a seal": """
        SELECT (SELECT count(*) FROM audit_line) - (SELECT count(*) FROM audit_seal)""",
}
"""What a half of an act would look like; each must count nothing."""


@dataclass
class Promised:
    """What was acknowledged.

    Attributes:
        notes: The last note of each site that an edit put there.
        maybe: Notes that may be there: their answers were lost.
        inspections: Ids made by the client.
        imports: Numbers of imports that were applied, with a name of a site in each.
        decisions: Gaps that were decided about.
        months: Months that were closed.
        acts: How many, by kind.
        lost: Answers that did not come.
    """

    notes: dict[int, str] = field(default_factory=dict)
    maybe: dict[int, set[str]] = field(default_factory=dict)
    inspections: list[str] = field(default_factory=list)
    imports: dict[int, str] = field(default_factory=dict)
    decisions: list[str] = field(default_factory=list)
    months: list[date] = field(default_factory=list)
    acts: Counter[str] = field(default_factory=Counter)
    lost: int = 0


class Clients:
    """A few people who write at once until something breaks.

    Args:
        installation: Where.
        token: Of their account.
        promised: Where acknowledged acts are noted.
    """

    def __init__(self, installation: Installation, token: str, promised: Promised) -> None:
        self._home, self._promised = installation.home, promised
        self._base = f"http://127.0.0.1:{installation.port}"
        self._headers = {"Authorization": f"Bearer {token}"}
        with self._client() as client:
            self._sites = [one["id"] for one in client.get("/api/sites?limit=100").json()["sites"]]
            self._place = client.get(f"/api/sites/{self._sites[0]}").json()
            found = client.get("/api/gaps?kind=missing&limit=200").json()["gaps"]
            self._gaps = [one["id"] for one in found]

    def _client(self) -> httpx.Client:
        return httpx.Client(base_url=self._base, headers=self._headers, timeout=20)

    def run(self, ends: Event, chance: random.Random) -> list[Thread]:
        """Begin; the threads end with the event."""
        threads = []
        for act in (self._edit, self._inspect, self._import, self._decide, self._close):
            own = random.Random(chance.random())  # noqa: S311
            threads.append(Thread(target=self._repeat, args=(act, ends, own)))
            threads[-1].start()
        return threads

    def _repeat(
        self,
        act: Callable[[httpx.Client, random.Random], str | None],
        ends: Event,
        own: random.Random,
    ) -> None:
        with self._client() as client:
            while not ends.is_set():
                try:
                    done = act(client, own)
                except httpx.HTTPError:
                    self._promised.lost += 1
                    ends.wait(0.05)
                    continue
                if done is not None:
                    self._promised.acts[done] += 1
                ends.wait(own.random() * 0.1)

    def _edit(self, client: httpx.Client, own: random.Random) -> str | None:
        site, note = own.choice(self._sites), uuid4().hex
        seen = client.get(f"/api/sites/{site}")
        if seen.status_code != 200:  # noqa: PLR2004
            return None
        self._promised.maybe.setdefault(site, set()).add(note)
        headers = {"If-Match": seen.headers["etag"]}
        answer = client.patch(f"/api/sites/{site}", json={"note": note}, headers=headers)
        if answer.status_code != 200:  # noqa: PLR2004
            return None
        self._promised.notes[site] = note
        self._promised.maybe[site] = set()
        return "edit"

    def _inspect(self, client: httpx.Client, own: random.Random) -> str | None:
        made = str(uuid4())
        told = {
            "client_id": made,
            "site": own.choice(self._sites),
            "seen_at": datetime.now(UTC).isoformat(),
            "result": "passed",
            "confirms_cover": True,
        }
        for _ in range(2):  # a phone sends again what it is not sure of
            answer = client.post("/api/inspections", json=told)
        if answer.status_code not in (200, 201):
            return None
        self._promised.inspections.append(made)
        return "inspection"

    def _import(self, client: httpx.Client, own: random.Random) -> str | None:
        del own
        name = f"新苑{uuid4().hex[:12]}"
        draft = SiteDraft(
            place=Place("", None, 0),
            name=name,
            town=self._place["town_name"],
            neighbourhood=self._place["neighbourhood_name"],
            address="和平路1号",
            category=Category.OLD_COMMUNITY,
            floor_area_m2=9_000.0,
            buildings=4,
            households=100,
            ticked_types=frozenset({ManagementType.SIMPLE}),
        )
        path = self._home / f"{name}.xlsx"
        write_form([draft], path, unit=self._place["neighbourhood_name"], filled_on=date.today())  # noqa: DTZ011
        try:
            with path.open("rb") as content:
                sent = client.post("/api/ledger/imports", files={"file": (path.name, content)})
        finally:
            path.unlink()
        if sent.status_code != 201:  # noqa: PLR2004
            return None
        number = sent.json()["id"]
        applied = client.post(f"/api/ledger/imports/{number}/apply", json={})
        if applied.status_code != 200:  # noqa: PLR2004
            return None
        self._promised.imports[number] = name
        return "import"

    def _decide(self, client: httpx.Client, own: random.Random) -> str | None:
        if not self._gaps:
            return None
        gap = self._gaps.pop(own.randrange(len(self._gaps)))
        told = {"decision": "non_residential", "note": "实地查看为仓库"}
        answer = client.post(f"/api/gaps/{gap}/decision", json=told)
        if answer.status_code != 201:  # noqa: PLR2004
            return None
        self._promised.decisions.append(gap)
        return "decision"

    def _close(self, client: httpx.Client, own: random.Random) -> str | None:
        month = _FIRST_MONTH.replace(
            year=_FIRST_MONTH.year + own.randrange(8), month=1 + own.randrange(12)
        )
        answer = client.post(f"/api/months/{month:%Y-%m}/close")
        if answer.status_code != 201:  # noqa: PLR2004
            return None
        self._promised.months.append(month)
        return "month"


def measure(rounds: int, home: Path, *, seed: int = 1) -> dict[str, Any]:
    """Kill so many times; return what was done, what was lost and what stood by half.

    Args:
        rounds: How many.
        home: A folder for the installation, used again when it is there.
        seed: The same one kills the same victims after the same times.
    """
    chance, promised = random.Random(seed), Promised()  # noqa: S311
    installation = Installation(home)
    killed, wrong, recovered = Counter[str](), list[str](), list[float]()
    try:
        installation.start()
        clients = Clients(installation, installation.token(), promised)
        for number in range(rounds):
            ends, victim = Event(), chance.choice(VICTIMS)
            threads = clients.run(ends, chance)
            time.sleep(0.2 + chance.random() * _LONGEST_BEFORE_S)
            installation.kill(victim)
            time.sleep(0.1)
            ends.set()
            for thread in threads:
                thread.join()
            killed[victim] += 1
            recovered.append(installation.start())
            wrong += [
                f"round {number}, {victim}: {one}" for one in _missing(installation, promised)
            ]
    finally:
        installation.stop()
    return {
        "rounds": rounds,
        "killed": dict(killed),
        "acknowledged": dict(promised.acts),
        "answers_lost": promised.lost,
        "ready_again_after_s": {
            "median": round(sorted(recovered)[len(recovered) // 2], 1),
            "slowest": round(max(recovered), 1),
        },
        "wrong": wrong[:50],
    }


def _missing(installation: Installation, promised: Promised) -> list[str]:
    """Return what was promised and is not there, or is there by half."""
    found = []
    with reading(installation.engine) as session:
        for what, statement in HALF.items():
            if count := session.scalar(text(statement)):
                found.append(f"{what}: {count}")
        notes: dict[int, str | None] = {
            row.id: row.note for row in session.execute(text("SELECT id, note FROM site"))
        }
        for site, note in promised.notes.items():
            if notes[site] != note and notes[site] not in promised.maybe.get(site, ()):
                found.append(f"an edit of site {site} is gone")
        _compare(session, found, "inspection", "client_id::text", promised.inspections)
        names = list(promised.imports.values())
        _compare(session, found, "site", "name", names)
        _compare(session, found, "snapshot", "month", promised.months)
        chain = verify_chain(session)
        if not chain.is_whole:
            found.append(f"the audit is broken at {chain.broken_at}")
        decided = session.scalar(text("SELECT count(*) FROM decided_gap")) or 0
        if decided < len(promised.decisions):
            found.append("a decision is gone")
    return found


def _compare(session: Any, found: list[str], table: str, column: str, wanted: list[Any]) -> None:  # noqa: ANN401
    held = Counter(session.scalars(text(f"SELECT {column} FROM {table}")))  # noqa: S608
    wrong = (one for one in wanted if held[one] != 1)
    found.extend(f"{table} {one} is there {held[one]} times" for one in wrong)
