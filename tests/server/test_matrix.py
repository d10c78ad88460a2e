"""Every route, every role, a stranger's rows: who gets in, and that nobody gets what is not theirs.

A route without an entry here fails: whoever adds one says who may ask it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any, Final

import pytest
from fastapi import FastAPI
from fastapi.routing import APIRoute
from fastapi.testclient import TestClient
from sqlalchemy import Engine, text
from sqlalchemy.exc import ProgrammingError

from geodata.domain.access import Role, Scope
from geodata.domain.period import today
from geodata.store.server_role import HANGING, PLACED
from geodata.store.session import Change, reading, writing
from geodata.store.tables import (
    CampaignFile,
    CampaignRecord,
    DecidedGap,
    InspectionBatch,
    Photo,
    SiteEvidence,
    SitePlan,
    Snapshot,
    VisitPlan,
)
from server.actions.visit_wish import VisitWish
from tests.builders import (
    a_district,
    a_finding,
    a_neighbourhood,
    a_planned_stop,
    a_site,
    a_town,
    an_import,
    an_inspection,
    square,
)
from tests.own_world import logged_in, own_world
from tests.postgis import TestServer
from tests.server.examples import example_body
from tests.server.test_scope import PUBLIC
from tests.server.who_may import LATER, matrix
from tests.world import LISTED_ON

SECRET: Final = "邻区幸福里"
ASKING_AGAIN: Final = {
    *("/api/account/password", "/api/account/code", "/api/account/code/end"),
    "/api/accounts/{username}/password",
}
"""Routes that ask for a password or code once more, and refuse a wrong one as a login does."""
_THEIRS: Final = re.compile(
    r"\{(?!username|key|collection|colouring|layers|form|kind|tile|month|name)"
)
"""Parts of paths that say whose row it is."""
STRANGER: Final = 900_001
"""The id of each first row of the other district."""


def routes(app: FastAPI) -> Iterator[str]:
    """Every method and path."""

    def walk(some: Any) -> Iterator[str]:
        for route in some:
            if isinstance(route, APIRoute):
                yield from (f"{one} {route.path}" for one in sorted(route.methods or ()))
            elif hasattr(route, "original_router"):
                yield from walk(route.original_router.routes)
            elif hasattr(route, "routes"):
                yield from walk(route.routes)

    yield from walk(app.router.routes)


def build_stranger(engine: Engine) -> None:
    """Add another district with one row of everything, all of the same id."""
    with engine.begin() as connection:
        tables = connection.scalars(
            text(
                "SELECT table_name FROM information_schema.columns WHERE table_schema = 'public'"
                " AND column_name = 'id' AND is_identity = 'YES'"
            )
        ).all()
        for table in tables:
            connection.exec_driver_sql(f"ALTER TABLE {table} ALTER id RESTART WITH {STRANGER}")
    with writing(engine, Change("tester", "stranger", LISTED_ON)) as session:
        district = a_district(session, "邻区", code="370399", boundary=square(0.5, 0.5, 0.1))
        town = a_town(session, "邻镇", district=district, code="370399001")
        court = a_neighbourhood(session, "邻里社区", town=town, code="370399001001")
        site = a_site(
            session,
            SECRET,
            neighbourhood=court,
            boundary=square(0.52, 0.52, 0.02),
            listed_on=LISTED_ON,
            phone="13999998888",
            address=f"{SECRET}1号",
        )
        inspection = an_inspection(session, site, today())
        a_finding(session, inspection)
        plan = session.get_one(VisitPlan, a_planned_stop(session, site).plan_id)
        asked = {"days": [today().isoformat()], "inspectors": [{"username": "inspector"}]}
        plan.asked = VisitWish.model_validate(asked).model_dump(mode="json")
        an_import(session, town, site)
        place = {"district_code": district.code, "town_code": town.code}
        file = {"file_name": f"{SECRET}.pdf", "media_type": "application/pdf", "digest": "0" * 64}
        session.add_all(
            [
                SiteEvidence(
                    site_id=site.id, about="management_type", size_bytes=1, added_by="x", **file
                ),
                SitePlan(
                    site_id=site.id,
                    plan_state="draft",
                    measures=SECRET,
                    management_type="simple",
                    created_by="x",
                ),
                InspectionBatch(kind="inspection", drawn_on=today(), created_by="x", **place),
                DecidedGap(
                    kind="unmanaged", decision="demolished", decided_by="x", **place, **file
                ),
                CampaignFile(
                    district_code=district.code,
                    key="other",
                    year=2026,
                    content=SECRET,
                    loaded_by="x",
                ),
                CampaignRecord(
                    kind="letter",
                    held_on=today(),
                    title=SECRET,
                    told={},
                    added_by="x",
                    **place,
                    **file,
                ),
                Snapshot(
                    district_code=district.code,
                    month=today().replace(day=1),
                    rules_version="1",
                    figures={},
                    closed_at=text("now()"),
                    closed_by="x",
                ),
                Photo(
                    client_id="7b1d1c9e-0000-4000-8000-000000000001",
                    inspection_id=inspection.id,
                    digest="0" * 64,
                    media_type="image/jpeg",
                    size_bytes=1,
                    created_by="x",
                ),
            ]
        )


def filled(path: str) -> str:
    """A path with what is the stranger's in it."""
    known = {
        "{code}": "370399001",
        "{town}": "370399001",
        "{month}": f"{today():%Y-%m}",
        "{gap_id}": f"unmanaged-{STRANGER}",
        "{collection_id}": "communities",
        "{colouring}": "category",
        "{layers}": "communities",
        "{form}": "geojson",
        "{kind}": "pdf",
        "{tile_matrix}/{tile_row}/{tile_col}": "12/1596/3389",
        "{username}": "nobody",
    }
    for mark, value in known.items():
        path = path.replace(mark, value)
    return re.sub(r"\{\w+\}", str(STRANGER), path)


def stranger_rows(engine: Engine) -> dict[str, str | None]:
    """What stands in the rows of the stranger."""
    found = {}
    with engine.connect() as connection:
        for table in (*PLACED, *HANGING):
            key = "import_id" if table == "staged_row" else "id"
            if table == "batch_site":
                continue
            found[table] = connection.scalar(
                text(
                    f"SELECT md5(string_agg(t::text, '|' ORDER BY t::text)) FROM {table} AS t"
                    f" WHERE {key} = {STRANGER}"
                )
            )
    return found


@pytest.fixture(scope="module")
def own(server: TestServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[FastAPI]:
    with own_world(server, "matrix", tmp_path_factory.mktemp("files")) as (app, _):
        build_stranger(app.state.owner)
        yield app


@pytest.fixture(scope="module")
def browsers(own: FastAPI) -> Iterator[dict[Role, TestClient]]:
    with ExitStack() as stack:
        yield {role: stack.enter_context(logged_in(own, role)) for role in Role}


def test_every_route_has_its_entry(own: FastAPI) -> None:
    asked = {one for one in routes(own) if one.split()[1] not in {*PUBLIC, *LATER}}
    assert asked - matrix().keys() == set()
    assert {one for one in matrix() if one.split()[1] not in LATER} - asked == set()


@pytest.mark.parametrize("role", list(Role))
def test_a_route_lets_in_whom_it_names_and_tells_nobody_of_strangers(
    own: FastAPI, browsers: dict[Role, TestClient], role: Role
) -> None:
    """The administrator sees all districts; for everybody else the other one does not exist."""
    spec, before = own.openapi(), stranger_rows(own.state.owner)
    assert all(before[table] for table in PLACED if table not in ("notice", "monthly_report"))
    for one, may in matrix().items():
        method, path = one.split()
        # Rows of the other district are but just there: no import's file, no real plan.
        is_half = role is Role.ADMINISTRATOR and role in may and method != "GET"
        if path in LATER or is_half:
            continue
        body = example_body(spec, method, path)
        answer = browsers[role].request(method, filled(path), headers={"If-Match": '"1"'}, **body)
        assert answer.status_code < 500, (one, answer.text)
        assert answer.status_code != 401 or path in ASKING_AGAIN, one
        if role not in may:
            assert answer.status_code in (403, 404), one
        if role is Role.ADMINISTRATOR:
            continue
        assert SECRET not in answer.text, one
        assert "13999998888" not in answer.text, one
        if re.search(
            r"\{(?!username|key|collection|colouring|layers|form|kind|tile|month|name)", path
        ):
            assert answer.status_code >= 400, one
    if role is not Role.ADMINISTRATOR:
        assert stranger_rows(own.state.owner) == before


@pytest.mark.parametrize("table", [*PLACED, *HANGING])
def test_a_query_that_forgets_the_scope_finds_the_second_lock(own: FastAPI, table: str) -> None:
    """Not a condition in sight: what comes back is what PostgreSQL itself lets through."""
    statement = text(f"SELECT count(*) FROM {table}")
    seen = {}
    for scope in ("", "370306", "370399", "*"):
        with own.state.engine.connect() as connection:
            connection.execute(text("SELECT set_config('fugai.scope', :s, true)"), {"s": scope})
            seen[scope] = connection.scalar(statement)
    with own.state.owner.connect() as connection:
        everything = connection.scalar(statement)
    assert (seen[""], seen["*"]) == (0, everything)
    assert seen["370306"] + seen["370399"] == everything
    assert (seen["370399"] > 0) is (stranger_rows(own.state.owner).get(table) is not None)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit_line SET actor = 'nobody'",
        "DELETE FROM audit_line",
        "INSERT INTO audit_seal VALUES (1, 1, '')",
        "DELETE FROM site_version",
        "UPDATE finding_step SET note = ''",
        "ALTER TABLE site DISABLE ROW LEVEL SECURITY",
        "DROP POLICY in_scope ON site",
        "ALTER TABLE audit_line DISABLE TRIGGER ALL",
        "TRUNCATE site CASCADE",
        "CREATE TABLE public.mine (id integer)",
        "SET ROLE fugai",
    ],
)
def test_the_servers_role_owns_nothing(own: FastAPI, statement: str) -> None:
    with own.state.engine.connect() as connection:
        connection.execute(text("SELECT set_config('fugai.scope', '*', true)"))
        with pytest.raises(ProgrammingError, match=r"permission denied|must be owner"):
            connection.execute(text(statement))


def test_nothing_is_left_behind_in_the_pool(own: FastAPI) -> None:
    for scope in (Scope.everything(), None):
        with reading(own.state.engine, scope) as session:
            rows = session.scalar(text("SELECT count(*) FROM site"))
            assert (rows == 0) is (scope is None)
