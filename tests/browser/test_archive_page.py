"""A page with an archive in it opens from a disk, with no server and no network."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import Engine

from geodata.domain.access import Scope
from geodata.domain.category import Category
from geodata.domain.period import today
from geodata.layers import LAYERS
from geodata.store.session import connect
from maps.symbology import COLOURS, Colouring, Gap
from server.actions.export_tiles import WantedTiles, export_tiles
from server.actions.show_archive import show_archive
from tests.world import HOSTILE, World

COUNT_OF = """colour => {
  const [r, g, b] = [1, 3, 5].map((at) => parseInt(colour.slice(at, at + 2), 16));
  let found = 0;
  for (const canvas of document.querySelectorAll("canvas")) {
    const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
    for (let i = 0; i < data.length; i += 4) {
      const isSame = data[i] === r && data[i + 1] === g && data[i + 2] === b;
      if (isSame && data[i + 3] === 255) found += 1;
    }
  }
  return found;
}"""


@pytest.fixture(scope="module")
def file(world: World, world_url: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The page."""
    assert world
    folder = tmp_path_factory.mktemp("archive")
    engine: Engine = connect(world_url)
    wanted = WantedTiles(layers=list(LAYERS.values()), first=6, last=13, on=today(), language="zh")
    export_tiles(engine, Scope.everything(), folder / "a.pmtiles", wanted, lambda *_: None)
    engine.dispose()
    page = folder / "map.html"
    page.write_text(show_archive(folder / "a.pmtiles", "zh", Colouring.GAP), "utf-8")
    return page


@pytest.fixture
def opened(browser: Browser, file: Path) -> Page:
    """The page, opened from the disk; nothing else may be asked for and nothing fail."""
    context = browser.new_context(viewport={"width": 1366, "height": 768}, offline=True)
    page = context.new_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("pageerror", lambda error: asked.append(str(error)))
    page.goto(file.as_uri())
    page.wait_for_selector("[data-ready]")
    assert [one for one in asked if not one.startswith(("file:", "data:"))] == []
    return page


def test_it_draws_the_sites_in_the_colours_of_the_style(opened: Page) -> None:
    expect(opened.locator("header")).to_contain_text("示例数据")
    assert opened.evaluate(COUNT_OF, COLOURS[Gap.COVERED]) > 10
    assert opened.evaluate(COUNT_OF, COLOURS[Gap.COMMUNITY_UNCOVERED]) > 10
    opened.select_option("select", "category")
    expect(opened.locator(".fugai-archive-legend li")).to_have_count(7)
    assert opened.evaluate(COUNT_OF, COLOURS[Category.COMMODITY_HOUSING]) > 10
    assert opened.evaluate(COUNT_OF, COLOURS[Gap.COVERED]) == 0
    opened.context.close()


def test_a_click_tells_what_lies_there(opened: Page) -> None:
    opened.evaluate(
        """() => {
          const map = Object.entries(window).find(([name]) => name.startsWith("map_"))[1];
          map.setView([36.78, 117.83], 14, { animate: false });
        }"""
    )
    opened.wait_for_timeout(500)
    opened.mouse.click(1366 / 2, 40 + (768 - 40) / 2)
    expect(opened.locator(".leaflet-popup-content")).to_contain_text("西里小区")
    assert HOSTILE not in opened.inner_html("main")
    opened.context.close()
