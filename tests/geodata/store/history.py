"""A made-up ledger with a past, and the ten lines that say what a past day looked like."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import pairwise
from random import Random
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from geodata.domain.category import Category
from geodata.domain.inspection import (
    VERIFIED_WITHIN_DAYS,
    Finding,
    InspectionResult,
    finding_status,
    inspection_status,
)
from geodata.domain.management import (
    ManagementType,
    effective_types,
    is_covered,
    is_market_covered,
)
from geodata.store import tables
from tests.builders import (
    NOTICE_ON,
    a_finding,
    a_neighbourhood,
    a_site,
    a_town,
    an_inspection,
    effective,
)

DAYS = [NOTICE_ON + timedelta(days=45 * step) for step in range(8)]
STEP_NAMES = ("started_on", "handed_in_on", "rejected_on", "closed_on")


@dataclass
class Ledger:
    """What was written, kept beside the database.

    Attributes:
        values: For each site the day and values of every version, oldest first.
    """

    values: dict[int, list[tuple[date, dict[str, Any]]]] = field(default_factory=dict)

    def as_of(self, day: date) -> dict[int, dict[str, Any]]:
        """Return the values of the sites listed on a day."""
        known = {
            site: [values for on, values in versions if on <= day]
            for site, versions in self.values.items()
        }
        last = {site: versions[-1] for site, versions in known.items() if versions}
        return {
            site: values
            for site, values in last.items()
            if values["listed_on"] <= day
            and (values["delisted_on"] is None or values["delisted_on"] > day)
        }

    def subsidies_ended(self, site: int, day: date) -> list[date]:
        """Return the days up to a day on which a site's subsidy had ended."""
        last = {on: values for on, values in self.values[site] if on <= day}
        days = sorted(last)
        return [
            after
            for before, after in pairwise(days)
            if last[before]["subsidised"] and not last[after]["subsidised"]
        ]


def write_history(session: Session, random: Random, *, sites: int = 12) -> Ledger:
    """Fill the database with sites that change from day to day of `DAYS`."""
    towns = [a_town(session) for _ in range(3)]
    places = {
        town: [None, *(a_neighbourhood(session, town=town) for _ in range(2))] for town in towns
    }
    ledger = Ledger()
    for day in DAYS[:-1]:
        for _ in range(sites // 4 if day != DAYS[0] else sites):
            town = random.choice(towns)
            values = _values(random)
            site = a_site(
                session,
                town=town,
                neighbourhood=random.choice(places[town]),
                ticked=(),
                listed_on=day,
                **values,
            )
            codes = {"town_code": site.town_code, "neighbourhood_code": site.neighbourhood_code}
            ledger.values[site.id] = [
                (day, {**values, **codes, "listed_on": day, "delisted_on": None})
            ]
            _manage(session, random, site, day)
            _visit(session, random, site, day)
        _change(session, random, ledger, day)
    session.flush()
    return ledger


def state_of(session: Session, ledger: Ledger, day: date) -> dict[int, dict[str, Any]]:
    """Return what `site_state` should say, from raw rows and the rules in Python."""
    visits = list(session.scalars(select(tables.Inspection)))
    rows = list(session.scalars(select(tables.ManagementArrangement)))
    found = list(session.scalars(select(tables.Finding)))
    expected = {}
    for site, values in ledger.as_of(day).items():
        own = [row for row in rows if row.site_id == site and row.starts_on <= day]
        ticked = {ManagementType(r.management_type) for r in own if (r.ends_on or day) >= day}
        types = effective_types(ticked, subsidised=bool(values["subsidised"]))
        seen = [one for one in visits if one.site_id == site and one.inspected_on <= day]
        fresh = [one for one in seen if (day - one.inspected_on).days < VERIFIED_WITHIN_DAYS]
        ended = [
            row.ends_on + timedelta(days=1)
            for row in own
            if row.ends_on and row.ends_on < day and row.management_type != "none"
        ] + ledger.subsidies_ended(site, day)
        findings = [
            Finding(finding_status({n: getattr(one, n) for n in STEP_NAMES}, day), one.due_on)
            for one in found
            if one.site_id == site and one.opened_on <= day
        ]
        expected[site] = {
            **{name: value for name, value in values.items() if name != "delisted_on"},
            "ticked_types": ticked,
            "effective_types": types,
            "is_covered": is_covered(types),
            "is_market_covered": is_market_covered(types),
            "is_verified": is_covered(types) and any(one.confirms_cover for one in fresh),
            "uncovered_since": None if is_covered(types) else max([values["listed_on"], *ended]),
            "lapsed_on": None
            if is_covered(types) or not ended
            else max([values["listed_on"], *ended]),
            "last_inspected_on": max((one.inspected_on for one in seen), default=None),
            "inspection_status": inspection_status(findings, is_inspected=bool(seen), on=day).value,
        }
    return expected


def _values(random: Random) -> dict[str, Any]:
    return {
        "category": random.choice([None, *(one.value for one in Category)]),
        "buildings": random.choice([None, 0, 1, 7]),
        "households": random.choice([None, 0, 40, 310]),
        "floor_area_m2": random.choice([None, 0, 1200, 40000]),
        "subsidised": random.choice([None, False, False, True]),
    }


def _change(session: Session, random: Random, ledger: Ledger, day: date) -> None:
    for site, versions in ledger.values.items():
        last = versions[-1][1]
        if random.random() < 0.4 or last["delisted_on"] is not None:
            continue
        changes = _values(random)
        if random.random() < 0.1 and last["listed_on"] < day:
            changes["delisted_on"] = day
        with effective(session, day):
            session.execute(update(tables.Site).where(tables.Site.id == site).values(**changes))
        versions.append((day, {**last, **changes}))


def _manage(session: Session, random: Random, site: tables.Site, day: date) -> None:
    for kind in random.sample(list(ManagementType), random.randrange(3)):
        starts_on = day + timedelta(days=random.randrange(100))
        ends_on = random.choice([None, starts_on, starts_on + timedelta(days=60)])
        session.add(
            tables.ManagementArrangement(
                site_id=site.id, management_type=kind.value, starts_on=starts_on, ends_on=ends_on
            )
        )


def _visit(session: Session, random: Random, site: tables.Site, day: date) -> None:
    for _ in range(random.randrange(3)):
        on = day + timedelta(days=random.randrange(90))
        result = random.choice(list(InspectionResult))
        inspection = an_inspection(
            session, site, on, result=result, confirms_cover=random.random() < 0.7
        )
        if result is InspectionResult.PROBLEMS:
            steps = sorted(on + timedelta(days=random.randrange(200)) for _ in STEP_NAMES)
            reached = random.randrange(4)
            a_finding(
                session,
                inspection,
                due_on=on + timedelta(days=random.choice([0, 30, 60])),
                **dict(zip(STEP_NAMES[:reached], steps, strict=False)),
            )
