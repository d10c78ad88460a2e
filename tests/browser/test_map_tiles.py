"""The map from tiles: what is drawn, what is fetched for it, and how others' changes come in."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page, Request, Route, expect

from geodata.domain.access import Role
from server.pages import maps
from tests.browser.conftest import Open
from tests.browser.test_map import COLOURINGS, colour_by, total
from tests.world import PASSWORD, World

COURT = (36.78, 117.93)
"""In the midst of 东苑小区, commodity housing that a company manages."""
SEVERAL = (36.78, 117.97)
"""In the midst of 东安里, which ticks two types."""
WORDS = {"old_community": "老旧住宅小区", "commodity_housing": "商品房住宅小区"}
SETTLED_MS = 600
"""By then a record has slid in, and what comes with it has been asked for."""
SHOW = "(one) => one instanceof L.Map"
COLOURS = """([lat, lng, half]) => {
  const map = Object.values(window).find((one) => one instanceof L.Map);
  const at = map.latLngToContainerPoint([lat, lng]);
  const frame = map.getContainer().getBoundingClientRect();
  const [x, y] = [frame.left + at.x, frame.top + at.y];
  const found = new Set();
  for (const canvas of map.getPane("fugai-areas").querySelectorAll("canvas")) {
    const box = canvas.getBoundingClientRect();
    if (x < box.left || x > box.right || y < box.top || y > box.bottom) continue;
    const ratio = canvas.width / box.width;
    const [left, top] = [(x - box.left) * ratio - half, (y - box.top) * ratio - half];
    const pixels = canvas.getContext("2d").getImageData(left, top, 2 * half + 1, 2 * half + 1).data;
    for (let index = 0; index < pixels.length; index += 4) {
      if (pixels[index + 3] > 250) {
        const [red, green, blue] = pixels.slice(index, index + 3);
        found.add(`#${(2 ** 24 + red * 65536 + green * 256 + blue).toString(16).slice(1)}`);
      }
    }
  }
  return [...found];
}"""


def colours(page: Page, place: tuple[float, float], half: int = 0) -> set[str]:
    """The colours of the sites drawn at a place, and so many pixels around it."""
    return set(page.evaluate(COLOURS, [*place, half]))


def until_coloured(page: Page, place: tuple[float, float], colour: str) -> None:
    page.wait_for_function(
        f"([place, colour]) => ({COLOURS})([...place, 0]).join() === colour", arg=[place, colour]
    )


def show(page: Page, place: tuple[float, float], zoom: float) -> None:
    page.evaluate(
        f"""([place, zoom]) => {{
          Object.values(window).find({SHOW}).setView(place, zoom, {{animate: false}});
        }}""",
        [place, zoom],
    )
    layers = f"Object.values(Object.values(window).find({SHOW}).fugaiTiles.layers)"
    page.wait_for_function(f"() => {layers}.every((layer) => !layer.isLoading())")


def at(page: Page, place: tuple[float, float]) -> tuple[float, float]:
    """Where a place of the map is in the window."""
    x, y = page.evaluate(
        f"""(place) => {{
          const map = Object.values(window).find({SHOW});
          const point = map.latLngToContainerPoint(place);
          const frame = map.getContainer().getBoundingClientRect();
          return [frame.left + point.x, frame.top + point.y];
        }}""",
        place,
    )
    return x, y


@pytest.fixture
def near(open_page: Open) -> Callable[..., Page]:
    """Opens the map where sites are drawn with their outlines."""

    def near(role: Role = Role.LEADER) -> Page:
        page = open_page("/map", role)
        show(page, COURT, 13.5)
        page.wait_for_function(f"(place) => ({COLOURS})([...place, 0]).length > 0", arg=COURT)
        return page

    return near


def asked_from(page: Page) -> list[str]:
    """What the page asks for from now on."""
    asked: list[str] = []

    def note(request: Request) -> None:
        if request.resource_type != "other":
            asked.append(request.url)

    page.on("request", note)
    return asked


def test_colourings_and_filters_draw_anew_from_the_tiles_that_are_there(
    near: Callable[..., Page],
) -> None:
    page = near()
    asked = asked_from(page)
    seen = []
    for key in COLOURINGS:
        colour_by(page, key)
        seen.append(colours(page, COURT))
    assert seen == [{"#0072b2"}, {"#0072b2"}, {"#c4c9d0"}, seen[-1]]
    colour_by(page, "category")
    page.click('[data-part="filter-button"]')
    page.check('[data-filter="category:old_community"]')
    assert colours(page, COURT) == set()
    page.uncheck('[data-filter="category:old_community"]')
    assert colours(page, COURT) == {"#0072b2"}
    page.click('[data-covered="false"]')
    assert colours(page, COURT) == set()
    assert asked == []


def test_several_types_are_striped_in_all_their_colours(near: Callable[..., Page]) -> None:
    page = near()
    colour_by(page, "management_type")
    assert {"#56b4e9", "#009e73"} <= colours(page, SEVERAL, 12)
    colour_by(page, "category")
    assert len(colours(page, SEVERAL, 12)) == 1


def test_the_pointer_tells_what_lies_under_it(near: Callable[..., Page]) -> None:
    page = near()
    page.mouse.move(*at(page, COURT))
    tip = page.locator(".fugai-tip")
    expect(tip).to_contain_text("东苑小区")
    expect(tip).to_contain_text("物业类型: 商品房住宅小区")
    page.mouse.move(*at(page, (36.74, 117.93)), steps=3)
    expect(tip).to_have_count(0)
    # Tiles of far zooms have no names: this one is asked for.
    show(page, COURT, 11.5)
    page.mouse.move(*at(page, COURT))
    expect(tip).to_contain_text("东苑小区")


def test_what_another_person_changes_appears_by_itself(
    near: Callable[..., Page], context: BrowserContext, address: str, world: World
) -> None:
    page = near()
    assert colours(page, COURT) == {"#0072b2"}
    page.mouse.click(*at(page, COURT))
    expect(page.locator("#record")).to_contain_text("东苑小区")
    page.wait_for_timeout(SETTLED_MS)
    asked = asked_from(page)
    other = context.browser
    assert other
    clerk = other.new_context()
    credentials = {"username": Role.TOWN.value, "password": PASSWORD}
    clerk.request.post(f"{address}/api/login", data=credentials)
    record = f"{address}/api/sites/{world.ids['东苑小区']}"
    for category, colour in (("old_community", "#e69f00"), ("commodity_housing", "#0072b2")):
        version = clerk.request.get(record).headers["etag"]
        answer = clerk.request.patch(
            record, data={"category": category}, headers={"If-Match": version}
        )
        assert answer.ok, answer.text()
        until_coloured(page, COURT, colour)
        expect(page.locator("#record")).to_contain_text(WORDS[category])
        row = page.locator(f'[data-symbol="category:{category}"] [data-count]')
        expect(row).to_have_attribute("data-count", {"old_community": "3"}.get(category, "1"))
    clerk.close()
    # Only what has changed was fetched: tiles of sites, the figures and the open record.
    assert {_kind(url) for url in asked} == {"communities,standalone_buildings", "cube", "card"}


def _kind(url: str) -> str:
    path = url.split("?", maxsplit=1)[0]
    return path.split("/tiles/")[1].split("/")[0] if "/tiles/" in path else path.rsplit("/", 1)[1]


def test_nothing_is_blank_while_the_map_comes_closer(near: Callable[..., Page]) -> None:
    page = near()
    page.evaluate(
        f"""(place) => {{
          window.seen = [];
          const look = () => {{
            window.seen.push(({COLOURS})([...place, 0]).length);
            if (window.seen.length < 90) requestAnimationFrame(look);
          }};
          requestAnimationFrame(look);
        }}""",
        COURT,
    )
    page.mouse.move(*at(page, COURT))
    page.mouse.wheel(0, -300)
    page.wait_for_function("() => window.seen.length === 90")
    assert min(page.evaluate("window.seen")) >= 1


def test_a_picture_that_cannot_be_had_is_told_and_asked_for_again(
    open_page: Open, context: BrowserContext
) -> None:
    page = open_page("/login")

    def refuse(route: Route) -> None:
        route.fulfill(status=503, body="")

    context.route("**/tiles/**", refuse)
    page.goto(page.url.replace("/login", "/map"))
    expect(page.locator('[data-part="status-text"]')).to_contain_text("载入失败")
    expect(page.locator('[data-part="rate"]')).to_have_text("62.5%")
    context.unroute("**/tiles/**", refuse)
    page.click('[data-part="retry"]')
    page.wait_for_selector(".fugai[data-ready]")
    expect(page.locator('[data-part="status"]')).to_be_hidden()


def test_many_sites_are_merged_far_away_until_a_filter_wants_them_one_by_one(
    open_page: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(maps, "_SPARSE_SITES", 0)
    page = open_page("/map")
    asked = asked_from(page)
    show(page, (36.8, 117.9), 9)
    page.wait_for_function(f"() => ({MERGED})() > 0")
    assert {_zoom(url) for url in asked if "communities" in url} == {"8"}
    assert page.evaluate(MERGED) == 7
    page.click('[data-part="filter-button"]')
    page.check('[data-filter="category:commodity_housing"]')
    page.wait_for_function(f"() => ({MERGED})() === 0")
    assert total(page) == 1
    assert "10" in {_zoom(url) for url in asked if "communities" in url}


MERGED = f"""() => {{
  const {{ dots }} = Object.values(window).find({SHOW}).fugaiTiles.layers;
  let count = 0;
  for (const {{ content }} of dots.onTop()) for (const cell of content.merged) count += cell.count;
  return count;
}}"""


def _zoom(url: str) -> str:
    return url.split("/tiles/")[1].split("/")[1]


def test_a_past_day_is_asked_for_by_its_date(open_page: Open) -> None:
    page = open_page("/login")
    asked = asked_from(page)
    page.goto(page.url.replace("/login", "/map?on=2025-02-01"))
    page.wait_for_selector(".fugai[data-ready]")
    days = {url.split("on=")[1][:10] for url in asked if "/tiles/" in url or "/cube" in url}
    assert days == {"2025-02-01"}


def test_the_first_view_is_small(open_page: Open) -> None:
    page = open_page("/map")
    sizes: list[dict[str, Any]] = page.evaluate(
        """() => [...performance.getEntriesByType("navigation"),
          ...performance.getEntriesByType("resource")].map((one) => (
            {name: one.name, bytes: one.transferSize, whole: one.decodedBodySize}))"""
    )
    assert sizes[0]["whole"] <= 10_000
    shown = [one for one in sizes if "/tiles/" in one["name"] or "/api/map/" in one["name"]]
    assert len(shown) >= 5
    assert sum(one["bytes"] for one in shown) < 300_000


def test_a_search_knows_pinyin(open_page: Open) -> None:
    page = open_page("/map")
    found = page.locator(".fugai-found button")
    for typed in ("xilixiaoqu", "xlxq", "xi li"):
        page.fill('[data-part="search-input"]', typed)
        expect(found).to_have_count(1)
        expect(found).to_contain_text("西里小区")


def test_a_search_flies_to_what_it_finds(open_page: Open) -> None:
    page = open_page("/map")
    page.fill('[data-part="search-input"]', "西里")
    page.locator(".fugai-found button").first.click()
    expect(page.locator("#record")).to_contain_text("西里小区")
    the_map = f"Object.values(window).find({SHOW})"
    page.wait_for_function(f"() => {the_map}.getZoom() >= 15.5")
    assert page.evaluate(f"() => {the_map}.getBounds().contains([36.78, 117.83])")
