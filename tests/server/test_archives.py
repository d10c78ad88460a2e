"""Archives of tiles are handed out in ranges, to those who may see all that is in them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from starlette.requests import Request

from geodata.domain.access import Role
from geodata.spatial.tile_archive import archive_order, packed, write_archive
from server.pages.context import basemap_of
from server.settings import Settings
from tests.server.conftest import LogIn
from tests.world import World

BOUNDS = (117.7, 36.6, 118.1, 37.0)
GROUND = ["roads", "landuse"]


def put(folder: Path, name: str, ours: object = None) -> Path:
    """An archive of one tile that says whose rows it holds."""
    path = folder / f"{name}.pmtiles"
    path.parent.mkdir(parents=True, exist_ok=True)
    metadata = {"attribution": "©"} | ({} if ours is None else {"fugai": ours})
    write_archive(path, [(archive_order(6, 52, 24), packed(b"tile" * 900))], BOUNDS, metadata)
    return path


@pytest.fixture
def folder(app: FastAPI) -> Path:
    """Where archives lie."""
    archives: Path = app.state.settings.archives
    return archives


@pytest.fixture(autouse=True)
def served(app: FastAPI, tmp_path: Path) -> Iterator[None]:
    """A folder of archives of the test's own."""
    settings = app.state.settings
    app.state.settings = Settings(
        database_url=settings.database_url, files=settings.files, archives=tmp_path / "archives"
    )
    yield
    app.state.settings = settings


def test_a_range_is_the_bytes_of_the_file(leader: TestClient, folder: Path) -> None:
    content = put(folder, "周村区").read_bytes()
    whole = leader.get("/archives/周村区.pmtiles")
    assert (whole.status_code, whole.content) == (200, content)
    assert whole.headers["accept-ranges"] == "bytes"
    asked = {"Range": "bytes=0-126", "Accept-Encoding": "gzip"}
    part = leader.get("/archives/周村区.pmtiles", headers=asked)
    assert (part.status_code, part.content) == (206, content[:127])
    assert part.headers["content-range"] == f"bytes 0-126/{len(content)}"
    assert "content-encoding" not in part.headers
    tag = whole.headers["etag"]
    put(folder, "周村区", {"district": "370306", "layers": []})
    changed = leader.get("/archives/周村区.pmtiles", headers=asked | {"If-Range": tag})
    assert changed.status_code == 200


@pytest.mark.parametrize(
    "asked", ["bytes=", "bytes=x-y", "bytes=9-3", "bytes=999999999-", "bytes=-0", "pages=1-2"]
)
def test_a_range_that_is_none_is_refused_in_words(
    leader: TestClient, folder: Path, asked: str
) -> None:
    put(folder, "周村区")
    answer = leader.get("/archives/周村区.pmtiles", headers={"Range": asked})
    assert (answer.status_code, answer.json()["code"]) == (416, "archive.range")
    assert asked in answer.json()["detail"]


@pytest.mark.parametrize("asked", ["bytes=-5", "bytes=3-", "bytes=0-1, 4-5", "bytes=0-999999999"])
def test_ranges_of_all_kinds_are_answered(leader: TestClient, folder: Path, asked: str) -> None:
    put(folder, "周村区")
    assert leader.get("/archives/周村区.pmtiles", headers={"Range": asked}).status_code == 206


@pytest.mark.parametrize("role", list(Role))
def test_an_archive_is_seen_by_who_sees_all_in_it(
    log_in: LogIn, folder: Path, world: World, role: Role
) -> None:
    put(folder, "foreign")
    put(folder, "ground", {"district": world.district, "layers": GROUND})
    put(folder, "sites", {"district": world.district, "layers": ["communities"]})
    put(folder, "outlines", {"district": world.district, "layers": ["footprints"]})
    put(folder, "elsewhere", {"district": "110101", "layers": GROUND})
    put(folder, "everything", {"district": None, "layers": ["communities"]})
    browser = log_in(role)
    names = ("foreign", "ground", "sites", "outlines", "elsewhere", "everything")
    seen = {name for name in names if browser.get(f"/archives/{name}.pmtiles").status_code == 200}
    expected = {
        Role.ADMINISTRATOR: set(names),
        Role.SECURITY_ADMINISTRATOR: set(),
        Role.AUDIT_ADMINISTRATOR: set(),
        Role.TOWN: {"foreign", "ground"},
        Role.NEIGHBOURHOOD: {"foreign", "ground"},
    }
    assert seen == expected.get(role, {"foreign", "ground", "sites", "outlines"})


def test_nobody_unknown_sees_any(client: TestClient, folder: Path) -> None:
    put(folder, "ground")
    assert client.get("/archives/ground.pmtiles").status_code == 401


@pytest.mark.parametrize(
    "name",
    ["..%2Fsecret", "%2E%2E/secret", ".hidden", "a%00b", "none", "link", "broken", "x" * 200],
)
def test_a_name_leads_nowhere_else(leader: TestClient, folder: Path, name: str) -> None:
    secret = put(folder.parent, "secret")
    put(folder, ".hidden")
    (folder / "link.pmtiles").symlink_to(secret)
    (folder / "broken.pmtiles").write_bytes(b"PMTiles")
    assert leader.get(f"/archives/{name}.pmtiles").status_code == 404


@pytest.mark.parametrize(("role", "is_seen"), [(Role.LEADER, True), (Role.TOWN, False)])
def test_the_ground_comes_from_an_archive_for_who_may_see_it(
    app: FastAPI,
    log_in: LogIn,
    world: World,
    tmp_path: Path,
    *,
    role: Role,
    is_seen: bool,
) -> None:
    environ = {"FUGAI_BASEMAP_ARCHIVE": "base.pmtiles", "FUGAI_ARCHIVES": str(tmp_path / "x")}
    url = app.state.settings.database_url
    app.state.settings = Settings.read(url, tmp_path / "files", environ)
    put(tmp_path / "x", "base", {"district": world.district, "layers": ["footprints"]})
    cookies = log_in(role).cookies
    cookie = "; ".join(f"{name}={value}" for name, value in cookies.items())
    scope = {"type": "http", "app": app, "headers": [(b"cookie", cookie.encode())]}
    found = basemap_of(Request(scope | {"query_string": b"", "method": "GET", "path": "/map"}))
    assert (found is not None) is is_seen
    if found is not None:
        assert (found.archive, found.urls) == ("/archives/base.pmtiles", ())
        assert (found.attribution, found.max_zoom) == ("©", 6)


def test_archives_lie_beside_the_files_unless_told_otherwise(tmp_path: Path) -> None:
    settings = Settings.read("postgresql://", tmp_path / "files", {})
    assert (settings.archives, settings.basemap_archive) == (tmp_path / "tiles", None)
