"""A clerk draws the boundary of a site with the mouse, the keys, and on a phone."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import pytest
from geoalchemy2.shape import to_shape
from playwright.sync_api import Browser, Page, expect
from shapely import Point

from geodata.domain.access import Role, Scope
from geodata.domain.boundary import BoundarySource
from geodata.spatial.plane import plane_of
from server.actions.boundary import BoundaryOrder, save_boundary
from server.auth import Actor
from tests.browser.conftest import Open
from tests.browser.serving import serve
from tests.own_world import own_world
from tests.spots import Spot
from tests.world import PASSWORD

CHINESE = re.compile(r"[\u4e00-\u9fff]")
COLLEAGUE = Actor("colleague", "同事", Role.ADMINISTRATOR, None, Scope.everything())

Corner = tuple[float, float]


@pytest.fixture(scope="module")
def own(server, tmp_path_factory):
    with own_world(server, "drawing", tmp_path_factory.mktemp("files")) as found:
        yield found


@pytest.fixture(scope="module")
def address(own) -> Iterator[str]:
    with serve(own[0]) as address:
        yield address


@pytest.fixture
def spot(own) -> Spot:
    return Spot(own[0].state.owner, own[1])


@pytest.fixture
def site(spot) -> int:
    """A site known by a point amid its spot."""
    return spot.site("新小区", point=spot.square(side_m=100).centroid.coords[0])


@pytest.fixture
def draw_on(open_page: Open, site: int) -> Callable[..., Page]:
    """Opens the page that draws the site's boundary."""

    def opened(query: str = "") -> Page:
        return open_page(f"/sites/{site}/boundary{query}", Role.TOWN)

    return opened


def on_screen(page: Page, corner: Corner) -> tuple[float, float]:
    box = page.locator(".leaflet-container").bounding_box()
    assert box
    at = page.evaluate(
        """([lng, lat]) => {
          const map = Object.values(window).find((one) => one instanceof L.Map);
          return map.latLngToContainerPoint([lat, lng]);
        }""",
        list(corner),
    )
    return box["x"] + at["x"], box["y"] + at["y"]


def click(page: Page, corner: Corner, *, aside_px: float = 0) -> None:
    x, y = on_screen(page, corner)
    page.mouse.move(x + aside_px, y + aside_px, steps=4)
    page.wait_for_timeout(60)
    page.mouse.click(x + aside_px, y + aside_px)
    page.wait_for_timeout(60)


def draw(page: Page, key: str, corners: list[Corner], *, aside_px: float = 0) -> None:
    page.keyboard.press(key)
    for corner in corners:
        click(page, corner, aside_px=aside_px)
    page.keyboard.press("Enter")


def corners_of(polygon) -> list[Corner]:
    return [(x, y) for x, y in polygon.exterior.coords[:4]]


def area(page: Page) -> int:
    text = page.locator('[data-part="area"]').inner_text()
    return int(re.sub(r"\D", "", text) or 0)


def expect_area(page: Page, expected: float, *, rel: float = 0.03) -> None:
    """Wait until a check has told of an area."""
    for _ in range(50):
        if area(page) == pytest.approx(expected, rel=rel):
            return
        page.wait_for_timeout(100)
    assert area(page) == pytest.approx(expected, rel=rel)


def checked(page: Page) -> None:
    """Wait until what is drawn has been checked."""
    expect(page.locator('[data-part="problem-count"]')).not_to_have_text("正在检查…")


def save(page: Page) -> None:
    expect(page.locator('[data-act="save"]')).to_be_enabled()
    page.keyboard.press("s")
    expect(page.locator('[data-part="state"]')).to_contain_text("已保存")


def test_a_polygon_drawn_with_the_mouse_is_saved_and_seen_on_the_record(draw_on, spot, site):
    house = spot.house(spot.square(30, 30, 20))
    page = draw_on()
    expect(page.locator('[data-part="state"]')).to_have_text("边界待定")
    expect(page.locator('[data-part="start"]')).to_contain_text("还没有边界")
    draw(page, "d", corners_of(spot.square()))
    expect(page.locator('[data-part="footprints"]')).to_have_text("1 幢")
    assert area(page) == pytest.approx(10_000, rel=0.03)
    expect(page.locator('[data-part="state"]')).to_have_text("未保存")
    save(page)
    stored = to_shape(spot.stored(site).geom)
    assert plane_of(stored).area_m2(stored) == pytest.approx(10_000, rel=0.03)
    assert spot.holder(house) == site
    page.get_by_role("link", name="台账记录").click()
    expect(page.get_by_role("link", name="修改边界")).to_be_visible()
    expect(page.locator(".fugai-site-map .leaflet-container")).to_be_visible()


def test_lines_snap_to_the_corners_of_neighbours(draw_on, spot, site):
    other = spot.square(100)
    spot.site("邻居小区", boundary=other)
    page = draw_on()
    west, south, _, north = other.bounds
    shared = [(west, south), (west, north)]
    page.keyboard.press("d")
    for corner in shared:
        click(page, corner, aside_px=5)
    for corner in ((spot.square().bounds[0], north), (spot.square().bounds[0], south)):
        click(page, corner)
    page.keyboard.press("Enter")
    checked(page)
    expect(page.locator('[data-part="problem-count"]')).to_have_text("没有发现问题")
    save(page)
    drawn = to_shape(spot.stored(site).geom)
    for corner in shared:
        assert (
            min(Point(corner).distance(Point(one)) for one in drawn.geoms[0].exterior.coords) < 1e-8
        )


def test_an_overlap_is_shown_and_solved_by_a_click_that_can_be_taken_back(draw_on, spot):
    spot.site("邻居小区", boundary=spot.square(60, -20, 140))
    page = draw_on()
    draw(page, "d", corners_of(spot.square()))
    problem = page.locator('[data-problem="overlap"]')
    expect(problem).to_contain_text("与“邻居小区”重叠")
    assert page.locator(".leaflet-fugai-pieces-pane path").count() == 1
    whole = area(page)
    page.keyboard.press("s")
    expect(page.locator('[data-part="note-fault"]')).to_contain_text("还有 1 处问题未处理")
    problem.get_by_role("button", name="去掉这部分").click()
    expect(problem).to_have_count(0)
    assert area(page) == pytest.approx(6000, rel=0.05)
    page.locator("h1").click()
    page.keyboard.press("Control+z")
    expect(problem).to_have_count(1)
    assert area(page) == whole
    page.keyboard.press("Control+Shift+z")
    expect(problem).to_have_count(0)
    save(page)


def test_what_is_explained_is_saved_as_drawn(draw_on, spot, site):
    spot.site("邻居小区", boundary=spot.square(60))
    page = draw_on()
    draw(page, "d", corners_of(spot.square()))
    expect(page.locator('[data-problem="overlap"]')).to_be_visible()
    page.fill("#boundary-note", "车库相连")
    page.locator("h1").click()
    save(page)
    assert spot.stored(site).geom_note == "车库相连"


def test_picked_buildings_get_an_outline_that_grows_with_them(draw_on, spot, site):
    houses = [spot.square(10, 40 * row, 14) for row in range(2)]
    ids = [spot.house(one) for one in houses]
    page = draw_on()
    page.keyboard.press("b")
    click(page, houses[0].centroid.coords[0])
    expect(page.locator('[data-part="footprints"]')).to_have_text("1 幢")
    one = area(page)
    click(page, houses[1].centroid.coords[0])
    expect(page.locator('[data-part="footprints"]')).to_have_text("2 幢")
    assert area(page) > 2 * one
    page.keyboard.press("Escape")
    save(page)
    stored = spot.stored(site)
    assert stored.geom_source == "footprints"
    assert [spot.holder(one) for one in ids] == [site, site]


def test_corners_are_dragged_and_holes_cut_and_parts_kept(draw_on, spot):
    page = draw_on()
    yard = spot.square()
    west, south, east, north = yard.bounds
    draw(page, "d", corners_of(yard))
    checked(page)
    whole = area(page)
    page.keyboard.press("e")
    x, y = on_screen(page, (east, north))
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + 40, y - 40, steps=6)
    page.mouse.up()
    expect(page.locator('[data-act="redo"]')).to_be_disabled()
    checked(page)
    assert area(page) > whole
    page.keyboard.press("Escape")
    page.keyboard.press("Control+z")
    expect_area(page, whole, rel=0)
    draw(page, "h", corners_of(spot.square(30, 30, 40)))
    expect_area(page, whole - 1600)
    page.keyboard.press("Control+z")
    middle = (west + east) / 2
    draw(page, "x", [(middle, south - 0.0005), (middle, north + 0.0005)])
    page.get_by_role("button", name="第 2 部分").click()
    expect_area(page, whole / 2, rel=0.05)
    expect(page.locator('[data-part="source"]')).to_have_text("由边界拆分")


def test_what_a_colleague_saved_meanwhile_is_shown_and_chosen_about(draw_on, spot, site):
    page = draw_on()
    order = BoundaryOrder(shape=spot.square(20, 20), source=BoundarySource.DRAWN)
    save_boundary(spot.engine, COLLEAGUE, site, 1, order)
    draw(page, "d", corners_of(spot.square()))
    expect(page.locator('[data-act="save"]')).to_be_enabled()
    page.keyboard.press("s")
    stale = page.locator('[data-part="stale"]')
    expect(stale).to_contain_text("colleague")
    assert to_shape(spot.stored(site).geom).equals(spot.square(20, 20))
    stale.get_by_role("button", name="两者合并").click()
    expect(stale).to_be_hidden()
    expect_area(page, 13_600)
    save(page)
    stored = to_shape(spot.stored(site).geom)
    assert plane_of(stored).area_m2(stored) == pytest.approx(13_600, rel=0.03)
    assert spot.stored(site).row_version == 3


def test_a_proposal_is_taken_by_one_click(draw_on, spot, site):
    for row in range(3):
        spot.house(spot.square(35, 10 + 30 * row, 20))
    page = draw_on()
    proposal = page.locator('[data-proposal="proposal.buildings_at_point"]')
    expect(proposal).to_contain_text("相连的 3 幢楼")
    proposal.get_by_role("button", name="采用").click()
    expect(page.locator('[data-part="footprints"]')).to_have_text("3 幢")
    save(page)
    assert spot.stored(site).geom_source == "footprints"


def test_saving_leads_to_the_next_site_of_the_town(draw_on, spot, site):
    following = spot.site("下一个小区")
    page = draw_on()
    draw(page, "d", corners_of(spot.square()))
    expect(page.locator('[data-act="save-next"]')).to_be_enabled()
    page.keyboard.press("n")
    page.wait_for_url(f"**/sites/{following}/boundary")
    expect(page.locator("h1")).to_have_text("下一个小区")


def test_undrawn_work_is_not_left_by_accident(browser: Browser, address, spot, site):
    context = browser.new_context(viewport={"width": 1366, "height": 768})
    context.request.post(
        f"{address}/api/login", data={"username": Role.TOWN.value, "password": PASSWORD}
    )
    page = context.new_page()
    page.goto(f"{address}/sites/{site}/boundary")
    page.wait_for_selector(".fugai[data-ready]")
    asked: list[str] = []
    page.on("dialog", lambda dialog: asked.append(dialog.type))
    page.on("dialog", lambda dialog: dialog.accept())
    draw(page, "d", corners_of(spot.square()))
    checked(page)
    page.get_by_role("link", name="台账记录").click()
    page.wait_for_url(f"**/sites/{site}")
    assert asked == ["beforeunload"]
    context.close()


def test_a_phone_has_tools_map_and_panel_within_reach(draw_on, spot):
    page = draw_on()
    page.set_viewport_size({"width": 390, "height": 844})
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    page.locator('[data-mode="draw"]').click()
    page.wait_for_timeout(300)
    west, south, east, north = spot.square(20, 20, 60).bounds
    for corner in ((west, south), (east, south), (east, north)):
        click(page, corner)
    page.locator('[data-act="finish"]').click()
    expect_area(page, 1800, rel=0.1)
    expect(page.locator('[data-act="save"]')).to_be_in_viewport()
    expect(page.locator("#boundary-note")).to_be_hidden()
    page.locator('[data-act="sheet"]').click()
    expect(page.locator("#boundary-note")).to_be_visible()


@pytest.mark.parametrize(
    ("language", "hint"), [("zh", "单击放置首个顶点"), ("en", "Click to place")]
)
def test_tools_and_their_hints_speak_the_readers_language(draw_on, language, hint):
    page = draw_on(f"?lang={language}")
    page.keyboard.press("d")
    page.mouse.move(800, 400, steps=3)
    expect(page.locator(".leaflet-tooltip").filter(has_text=hint)).to_have_count(1)
    tools = page.locator('[data-part="tools"]').inner_text()
    assert bool(CHINESE.search(tools)) is (language == "zh")


def test_the_list_leads_to_the_first_that_waits(open_page: Open, spot):
    page = open_page("/sites/unlocated?town=370306001", Role.TOWN)
    expect(page.locator("h1")).to_have_text("待画边界")
    first = page.locator("tbody a").first.inner_text()
    page.get_by_role("link", name="从第一个开始").click()
    expect(page.locator("h1")).to_have_text(first)
