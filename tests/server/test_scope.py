"""Nobody sees what lies outside the scope: every route, as a stranger from another town."""

from __future__ import annotations

import pytest
from fastapi import FastAPI
from fastapi.routing import APIRoute
from fastapi.testclient import TestClient

from geodata.domain.access import Role
from tests.server.conftest import LogIn
from tests.world import World

PUBLIC = {
    *("/healthz", "/readyz", "/login", "/docs", "/logout", "/api/login", "/api/logout"),
    # The way to another system that logs in, and back.
    *("/login/code", "/api/login/code", "/login/sso", "/login/sso/back"),
    # A script and an icon for phones, and an address on paper that leads to a login.
    # Open where the operator says so, and here nobody has.
    *("/public", "/public/plans/{plan_id}"),
    *("/visits/worker.js", "/visits/today.webmanifest", "/v/{plan}/{site}/{page_number}/{row}"),
}
IDS = (
    "{site_id}",
    "{code}",
    "{import_id}",
    "{evidence_id}",
    "{feature_id}",
    "{gap_id}",
    "{decision_id}",
    "{plan_id}",
    "{batch_id}",
    "{finding_id}",
    "{inspection_id}",
    "{photo_id}",
    "{campaign_id}",
    "{snapshot_id}",
    "{record_id}",
)
"""Parts of paths that say whose row it is."""
QUERY = "district=370306&bbox=117.7,36.7,118.1,37.0"


def routes(app: FastAPI) -> list[str]:
    """Every path that answers a GET, the routers' included."""
    found: list[str] = []

    def walk(some: list[object]) -> None:
        for route in some:
            if isinstance(route, APIRoute):
                found.extend([route.path] if "GET" in (route.methods or ()) else [])
            elif hasattr(route, "routes"):
                walk(list(route.routes))
            elif hasattr(route, "original_router"):
                walk(list(route.original_router.routes))

    walk(list(app.router.routes))
    return found


def filled(path: str, world: World) -> str:
    """A path with the ids of the other town in it."""
    stranger = str(world.ids[world.names[world.west][0]])
    path = path.replace("{import_id}", str(world.sent)).replace("{evidence_id}", "1")
    path = path.replace("{collection_id}", "communities").replace("{feature_id}", stranger)
    path = path.replace("{tile_matrix}/{tile_row}/{tile_col}", "12/1596/3389")
    path = path.replace("{decision_id}", "1").replace("{plan_id}", "1")
    for one in (
        "{batch_id}",
        "{finding_id}",
        "{inspection_id}",
        "{photo_id}",
        "{campaign_id}",
        "{snapshot_id}",
        "{record_id}",
    ):
        path = path.replace(one, "2")
    path = path.replace("{gap_id}", f"unmanaged-{stranger}")
    path = path.replace("{month}", "2026-01").replace("{town}", world.west)
    return path.replace("{site_id}", stranger).replace("{code}", world.west)


def query_of(path: str) -> str:
    """The query for a path; the OGC interface refuses parameters that a path does not have."""
    return "" if path.startswith("/ogc") else f"?{QUERY}"


def test_every_route_is_known_to_these_tests(app: FastAPI) -> None:
    assert len(routes(app)) >= 20
    assert {"/api/sites", "/api/sites/{site_id}", "/map", "/towns/{code}"} <= set(routes(app))


def test_no_route_answers_without_a_login(app: FastAPI, client: TestClient, world: World) -> None:
    for path in routes(app):
        if path not in PUBLIC:
            assert client.get(filled(path, world)).status_code == 401, path


@pytest.mark.parametrize("role", [Role.TOWN])
def test_a_town_never_reads_of_another_towns_sites(
    app: FastAPI, log_in: LogIn, world: World, role: Role
) -> None:
    browser = log_in(role)
    for path in routes(app):
        answer = browser.get(f"{filled(path, world)}{query_of(path)}")
        for name in world.names[world.west]:
            assert name not in answer.text, path
        if any(one in path for one in IDS):
            assert answer.status_code == 404, path


def test_a_neighbourhood_sees_its_own_rows_only(log_in: LogIn, world: World) -> None:
    browser = log_in(Role.NEIGHBOURHOOD)
    answer = browser.get("/api/sites").json()
    assert {site["name"] for site in answer["sites"]} == set(world.names[world.west])
    assert browser.get(f"/api/sites/{world.ids['东苑小区']}").status_code == 404
    assert browser.get("/api/coverage").json()["total"]["sites"] == 3


def test_asking_for_another_town_returns_nothing(log_in: LogIn, world: World) -> None:
    browser = log_in(Role.TOWN)
    assert browser.get(f"/api/sites?town={world.west}").json()["sites"] == []
    assert browser.get(f"/api/sites.geojson?town={world.west}").json()["features"] == []
    table = browser.get(f"/api/coverage?town={world.west}").json()
    assert table["total"]["sites"] == 0


@pytest.mark.parametrize(
    "role", [Role.ADMINISTRATOR, Role.DISTRICT_LEAD, Role.LEADER, Role.INSPECTOR]
)
def test_the_districts_roles_see_all_of_it(log_in: LogIn, world: World, role: Role) -> None:
    assert log_in(role).get("/api/sites").json()["total"] == len(world.ids)


def test_outlines_of_another_town_stay_there(log_in: LogIn, world: World) -> None:
    def outlines(role: Role) -> int:
        answer = log_in(role).get(f"/api/map/footprints.geojson?{QUERY}")
        return len(answer.json()["features"])

    assert outlines(Role.TOWN) == 1
    assert outlines(Role.NEIGHBOURHOOD) == 0
