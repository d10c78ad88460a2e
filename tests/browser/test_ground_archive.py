"""The ground of the map out of an archive: the database is not asked for it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from fastapi import FastAPI

from geodata.domain.access import Scope
from geodata.domain.period import today
from geodata.layers import LAYERS
from geodata.store.session import connect
from server.actions.export_tiles import WantedTiles, export_tiles
from tests.browser.conftest import Open
from tests.browser.test_map_tiles import show
from tests.world import World

GROUND = ("landuse", "roads", "footprints")
BUILDING = (36.772, 117.922)
DRAWN = """() => {
  const drawn = document.querySelectorAll(".leaflet-fugai-ground-pane canvas");
  return [...drawn].some((canvas) =>
    canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data.some(Boolean));
}"""


@pytest.fixture
def archived(app: FastAPI, world: World, world_url: str, tmp_path: Path) -> Iterator[None]:
    """A server whose operator has set an archive of the district's ground, down to zoom 15."""
    assert world
    engine = connect(world_url)
    layers = [LAYERS[name] for name in GROUND]
    wanted = WantedTiles(layers=layers, first=6, last=15, on=today(), language="zh")
    export_tiles(engine, Scope.everything(), tmp_path / "ground.pmtiles", wanted, lambda *_: None)
    engine.dispose()
    before = app.state.settings
    app.state.settings = replace(before, archives=tmp_path, basemap_archive="ground")
    yield
    app.state.settings = before


@pytest.mark.usefixtures("archived")
def test_the_ground_is_drawn_from_the_archive_alone(open_page: Open) -> None:
    page = open_page("/map")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    show(page, BUILDING, 17)
    page.wait_for_function(DRAWN)
    assert any("/archives/ground.pmtiles" in url for url in asked)
    of_tiles = [url for url in asked if "/tiles/" in url]
    assert of_tiles
    assert not any(name in url for url in of_tiles for name in GROUND)
