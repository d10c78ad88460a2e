"""Tiles over HTTP: who gets which, how long they may be kept, and how changes are told."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from datetime import date, timedelta
from itertools import count

import httpx2 as httpx
import pytest
from geoalchemy2.shape import from_shape
from sqlalchemy import text

from geodata.domain.access import Role
from geodata.domain.period import today
from geodata.layers import LAYERS
from geodata.store.drawn_changes import BLOCK_ZOOM
from geodata.store.session import Change, writing
from geodata.store.tables import Site as SiteRow
from geodata.store.tables.base import SRID
from tests.builders import SOUTH, WEST, square
from tests.server.tiles.conftest import Site
from tests.tile_reading import features, tile_at

EAST_COURT = (WEST + 0.13, SOUTH + 0.03)
_SOON_S = 10
_numbers = count(1)


def _path(
    layers: str = "communities",
    z: int = 14,
    at: tuple[float, float] = EAST_COURT,
    query: str = "",
) -> str:
    tile = tile_at(at[0], at[1], z)
    return f"/tiles/{layers}/{tile.z}/{tile.x}/{tile.y}.mvt{query}"


def _names(answer: httpx.Response) -> set[str]:
    return {one["properties"]["name"] for one in features(answer.content, "communities")}


def _rename(served: Site, known_as: str, day: date | None = None) -> str:
    """Give a site, named as the world first named it, a name that it never had."""
    name = f"{known_as}{next(_numbers)}"
    with writing(served.engine, Change("tester", "rename", day)) as session:
        session.get_one(SiteRow, served.world.ids[known_as]).name = name
    return name


def _shows(answer: httpx.Response, served: Site, known_as: str) -> bool:
    return served.world.ids[known_as] in {
        one["id"] for one in features(answer.content, "communities")
    }


def _until(happens) -> None:
    """Wait until something holds; what is told at once needs one look."""
    deadline = time.monotonic() + _SOON_S
    while not happens():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_a_tile_is_for_those_who_log_in(served, leader):
    assert httpx.get(served.address + _path()).status_code == 401
    answer = leader.get(_path())
    assert answer.headers["content-type"] == "application/vnd.mapbox-vector-tile"
    assert _shows(answer, served, "东苑小区")
    token = {"Authorization": f"Bearer {served.world.token}"}
    assert _names(httpx.get(served.address + _path(), headers=token)) == _names(answer)


def test_a_log_out_ends_tiles_at_once(served):
    with served.log_in(Role.TOWN) as client:
        cookies = dict(client.cookies)
        assert client.get(_path()).status_code == 200
        client.post("/api/logout")
    _until(lambda: httpx.get(served.address + _path(), cookies=cookies).status_code == 401)


def test_a_town_gets_its_own_rows_only(served):
    west = (WEST + 0.03, SOUTH + 0.03)
    with served.log_in(Role.LEADER) as leader, served.log_in(Role.TOWN) as town:
        assert _shows(leader.get(_path(at=west)), served, "西里小区")
        assert _names(town.get(_path(at=west))) == set()
        assert _shows(town.get(_path()), served, "东苑小区")


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        ("/tiles/phones/14/1/1.mvt", 404, "tile.unknown_layer"),
        ("/tiles/communities,phones/14/1/1.mvt", 404, "tile.unknown_layer"),
        ("/tiles/communities/21/1/1.mvt", 400, "tile.out_of_range"),
        ("/tiles/communities/3/8/1.mvt", 400, "tile.out_of_range"),
        ("/tiles/communities/3/1/-1.mvt", 400, "tile.numbers"),
        ("/tiles/communities/a/1/1.mvt", 400, "tile.numbers"),
        ("/tiles/communities/14/1/1.mvt?on=yesterday", 400, "tile.day"),
        ("/tiles/communities/14/1/1.mvt?v=x", 400, "tile.version"),
        ("/tiles/communities/14/1/1.mvt?q=" + "a" * 5000, 400, "tile.query"),
        ("/tiles/communities.mvt", 404, "request.not_found"),
        ("/tiles/communities/14/1/1.mvt?district=110101", 404, "division.not_found"),
    ],
)
def test_what_cannot_be_is_refused_in_words(leader, path, status, code):
    answer = leader.get(path)
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["detail"]


def test_tiles_are_only_read(leader):
    assert leader.post(_path()).status_code == 405
    head = leader.head(_path())
    assert (head.status_code, head.content) == (200, b"")


def test_a_tile_is_kept_until_something_in_it_changes(served, leader):
    first = leader.get(_path())
    tag = {"If-None-Match": first.headers["etag"]}
    assert leader.get(_path(), headers=tag).status_code == 304
    far = leader.get(_path(at=(WEST + 0.9, SOUTH + 0.9)))
    name = _rename(served, "东苑小区")
    _until(lambda: leader.get(_path(), headers=tag).status_code == 200)
    assert name in _names(leader.get(_path()))
    far_tag = {"If-None-Match": far.headers["etag"]}
    assert leader.get(_path(at=(WEST + 0.9, SOUTH + 0.9)), headers=far_tag).status_code == 304


def test_a_tile_of_a_version_and_a_day_may_be_kept_for_ever(served, leader):
    versions = leader.get("/api/map/versions").json()
    block = tile_at(*EAST_COURT, BLOCK_ZOOM)
    version = versions["sites"][f"{block.x}/{block.y}"] + versions["sites"].get("*", 0)
    day = today().isoformat()
    exact = leader.get(_path(query=f"?on={day}&v={version}"))
    assert "immutable" in exact.headers["cache-control"]
    for query in (f"?v={version}", f"?on={day}&v={version - 1}", f"?on={day}"):
        assert leader.get(_path(query=query)).headers["cache-control"] == "private, no-cache"
    ahead = leader.get(_path(query=f"?on={day}&v={version + 5}"))
    assert ahead.headers["cache-control"] == "no-store"
    assert ahead.content == exact.content


def _ogc_path() -> str:
    tile = tile_at(*EAST_COURT, 14)
    return f"/ogc/collections/communities/tiles/WebMercatorQuad/{tile.z}/{tile.y}/{tile.x}"


def test_ogc_hands_out_what_is_kept_and_never_what_is_old(served, leader):
    before = leader.get(_ogc_path())
    assert before.headers["cache-control"] == "private, no-cache"
    ours = leader.get(_path())
    assert (before.headers["etag"], before.content) == (ours.headers["etag"], ours.content)
    tag = {"If-None-Match": before.headers["etag"]}
    assert leader.get(_ogc_path(), headers=tag).status_code == 304
    name = _rename(served, "东苑小区")
    _until(lambda: name in _names(leader.get(_ogc_path(), headers=tag)))
    past = leader.get(_ogc_path(), params={"datetime": "2026-01-05"})
    assert past.headers["cache-control"] == "no-store"
    refused = leader.get(f"{_ogc_path()}0000")
    assert refused.headers["content-type"] == "application/problem+json"


def test_whoever_cannot_unpack_gets_it_plain(leader):
    plain = leader.get(_path(), headers={"Accept-Encoding": "identity"})
    packed = leader.get(_path(), headers={"Accept-Encoding": "gzip"})
    assert "content-encoding" not in plain.headers
    assert packed.headers["content-encoding"] == "gzip"
    assert plain.content == packed.content


def _events(client: httpx.Client) -> Iterator[tuple[str, dict]]:
    with client.stream("GET", "/api/events", timeout=_SOON_S) as stream:
        name = ""
        for line in stream.iter_lines():
            if line.startswith("event: "):
                name = line.removeprefix("event: ")
            elif line.startswith("data: "):
                yield name, json.loads(line.removeprefix("data: "))


def test_changes_are_told_as_they_happen(served, leader):
    events = _events(leader)
    name, versions = next(events)
    assert name == "versions"
    assert versions == leader.get("/api/map/versions").json()
    renamed = _rename(served, "东苑小区")
    name, told = next(events)
    assert (name, told["group"]) == ("changed", "sites")
    assert told["sites"] == [served.world.ids["东苑小区"]]
    assert all(versions["sites"][block] < count for block, count in told["blocks"].items())
    assert renamed in _names(leader.get(_path()))
    events.close()


def test_a_change_too_large_to_be_told_is_counted_anew(served, leader):
    events = _events(leader)
    _, versions = next(events)
    usual = None
    # Seen in hundreds of blocks, and in them no more.
    for shape in (from_shape(square(side=0.5), SRID), None):
        with writing(served.engine, Change("tester", "widen")) as session:
            site = session.get_one(SiteRow, served.world.ids["西新村"])
            usual, site.geom = site.geom, usual if shape is None else shape
        name, told = next(events)
        assert (name, told["group"]) == ("changed", "sites")
        assert len(told["blocks"]) > 400
        versions["sites"] |= told["blocks"]
        assert versions["sites"] == leader.get("/api/map/versions").json()["sites"]
    _rename(served, "西新村")
    versions["sites"] |= next(events)[1]["blocks"]
    assert versions["sites"] == leader.get("/api/map/versions").json()["sites"]
    events.close()


def test_a_town_is_not_told_of_others(served):
    with served.log_in(Role.TOWN) as town:
        events = _events(town)
        next(events)
        _rename(served, "西里小区")
        _rename(served, "东苑小区")
        _, told = next(events)
        assert "sites" not in told
        versions = town.get("/api/map/versions").json()
        assert versions["sites"].items() >= told["blocks"].items()
        events.close()


def test_whoever_logs_out_is_told_nothing_more(served):
    with served.log_in(Role.INSPECTOR) as inspector:
        events = _events(inspector)
        assert next(events)[0] == "versions"
        inspector.post("/api/logout")
        assert list(events) == []


def test_nobody_listens_without_a_login(served):
    assert httpx.get(f"{served.address}/api/events").status_code == 401
    assert httpx.get(f"{served.address}/api/map/versions").status_code == 401


def test_a_lost_listener_makes_no_tile_stale(served, leader):
    kill = text(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
        " WHERE application_name = 'fugai listens' AND datname = current_database()"
    )
    for _ in range(5):
        leader.get(_path())
        with served.engine.begin() as connection:
            connection.execute(kill)
        name = _rename(served, "东苑小区")
        _until(lambda wanted=name: wanted in _names(leader.get(_path())))
    events = _events(leader)
    assert next(events)[0] == "versions"
    with served.engine.begin() as connection:
        connection.execute(kill)
    assert next(events)[0] == "versions"
    events.close()


def test_every_layer_is_served_together(leader):
    answer = leader.get(_path(",".join(LAYERS)))
    assert answer.status_code == 200
    assert features(answer.content, "communities")
    assert features(answer.content, "divisions")


def test_a_past_day_is_drawn_by_who_looks_at_it_and_shows_later_corrections(served, leader):
    day = today() - timedelta(days=2)
    before = leader.get(_path(query=f"?on={day}"))
    assert before.headers["cache-control"] == "no-store"
    with served.engine.connect() as connection:
        kept = connection.scalars(text("SELECT day FROM drawn_past_day WHERE is_whole"))
        assert day in set(kept)
    name = _rename(served, "东苑小区", day)
    assert name in _names(leader.get(_path(query=f"?on={day}")))
    assert name not in _names(leader.get(_path(query=f"?on={day - timedelta(days=1)}")))


def test_a_past_day_that_cannot_be_drawn_is_worked_out(served, leader):
    day = today() - timedelta(days=3)
    with served.engine.begin() as connection:
        connection.execute(text("DELETE FROM drawn_past_day"))
        connection.execute(text("REVOKE INSERT ON drawn_past_day FROM fugai_server"))
    answer = leader.get(_path(query=f"?on={day}"))
    with served.engine.begin() as connection:
        connection.execute(text("GRANT INSERT ON drawn_past_day TO fugai_server"))
    assert _shows(answer, served, "东苑小区")
