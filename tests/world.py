"""A small district with everything in it that pages, maps and scopes can go wrong about."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from argon2 import PasswordHasher
from sqlalchemy import Engine, update

from geodata.domain.access import Role
from geodata.domain.category import Category
from geodata.domain.inspection import InspectionResult
from geodata.domain.management import ManagementType as M
from geodata.domain.period import today
from geodata.store.session import Change, writing
from geodata.store.tables import Account
from server.auth.accounts import add_account, add_token
from tests.builders import (
    WEST,
    a_district,
    a_finding,
    a_footprint,
    a_neighbourhood,
    a_site,
    a_town,
    an_import,
    an_inspection,
    square,
)

HOSTILE = "<img src=x onerror=alert(1)>"
"""A name as somebody may write it into a ledger."""
PASSWORD = "Test-Passw0rd"
LISTED_ON = date(2025, 1, 6)


@dataclass(frozen=True)
class World:
    """What tests need to know of it.

    Attributes:
        district: Its code.
        east: Code of the town that the account ``town`` belongs to.
        west: Code of the other town.
        names: Names of the sites, by town.
        ids: Ids of the sites by name.
        sent: Number of an import that the other town sent.
        token: API token of the leader.
    """

    district: str
    east: str
    west: str
    names: dict[str, list[str]]
    ids: dict[str, int]
    sent: int
    token: str


def build_world(engine: Engine) -> World:
    """Fill an empty database: two towns, eight sites, an account of every role."""
    # A hash that is as hard to make as ours are would take most of the time of most tests.
    hashed = PasswordHasher(time_cost=1, memory_cost=64, parallelism=1).hash(PASSWORD)
    with writing(engine, Change("tester", "world", LISTED_ON)) as session:
        district = a_district(session, is_sample=True)
        east = a_town(session, "东街街道", code="370306001", boundary=square(0.1, 0, 0.1))
        west = a_town(session, "西街街道", code="370306002", boundary=square(0, 0, 0.1))
        court = a_neighbourhood(session, "东苑社区", town=east, code="370306001001")
        lane = a_neighbourhood(session, "西里社区", town=west, code="370306002001")
        old = LISTED_ON
        sites = [
            a_site(
                session,
                "东苑小区",
                neighbourhood=court,
                ticked={M.PROFESSIONAL},
                category=Category.COMMODITY_HOUSING.value,
                boundary=square(0.12, 0.02, 0.02),
                phone="13812341234",
                address="东街1号",
                listed_on=old,
            ),
            a_site(
                session,
                "东安里",
                neighbourhood=court,
                ticked={M.SIMPLE, M.NEIGHBOURHOOD_RUN},
                boundary=square(0.16, 0.02, 0.02),
                listed_on=old,
            ),
            a_site(
                session,
                "东街5号楼",
                neighbourhood=court,
                ticked={M.NONE},
                buildings=1,
                category=Category.STANDALONE_BUILDING.value,
                boundary=square(0.12, 0.06, 0.004),
                listed_on=old,
            ),
            a_site(
                session,
                "东宿舍",
                neighbourhood=court,
                ticked=(),
                households=None,
                category=None,
                point=(WEST + 0.17, 36.82),
                listed_on=old,
            ),
            a_site(session, HOSTILE, neighbourhood=court, address=HOSTILE, listed_on=old),
            a_site(
                session,
                "西里小区",
                neighbourhood=lane,
                ticked={M.UNIT_RUN},
                category=Category.ENTERPRISE_RUN.value,
                boundary=square(0.02, 0.02, 0.02),
                listed_on=old,
            ),
            a_site(
                session,
                "西新村",
                neighbourhood=lane,
                ticked={M.NEIGHBOURHOOD_RUN},
                category=Category.NEW_RURAL.value,
                boundary=square(0.06, 0.06, 0.02),
                lapsed_on=today() - timedelta(days=10),
                listed_on=old,
            ),
            a_site(
                session,
                "西机关宿舍",
                neighbourhood=lane,
                ticked={M.OWNER_RUN},
                subsidised=True,
                category=Category.INSTITUTION_RUN.value,
                boundary=square(0.02, 0.06, 0.02),
                listed_on=old,
            ),
        ]
        problems = an_inspection(
            session, sites[1], today() - timedelta(days=50), result=InspectionResult.PROBLEMS
        )
        a_finding(session, problems)
        seen = an_inspection(session, sites[5], today() - timedelta(days=5))
        a_finding(session, seen, closed_on=today() - timedelta(days=1))
        a_footprint(session, square(0.121, 0.021, 0.002), town=east, neighbourhood=court)
        for role, division in (
            (Role.ADMINISTRATOR, None),
            (Role.SECURITY_ADMINISTRATOR, None),
            (Role.AUDIT_ADMINISTRATOR, None),
            (Role.DISTRICT_LEAD, district.code),
            (Role.LEADER, district.code),
            (Role.INSPECTOR, district.code),
            (Role.TOWN, east.code),
            (Role.NEIGHBOURHOOD, lane.code),
        ):
            add_account(
                session,
                username=role.value,
                password=PASSWORD,
                role=role,
                division_code=division,
            )
        session.execute(update(Account).values(password_hash=hashed))
        sent = an_import(session, west, sites[5])
        return World(
            district=district.code,
            east=east.code,
            west=west.code,
            names={
                east.code: [one.name for one in sites[:5]],
                west.code: [one.name for one in sites[5:]],
            },
            ids={one.name: one.id for one in sites},
            sent=sent.id,
            token=add_token(session, Role.LEADER.value, label="test"),
        )
