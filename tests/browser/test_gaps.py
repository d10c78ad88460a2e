"""A town officer works through the gaps: list, map, keys, many at once, and back."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from geopandas import GeoDataFrame
from playwright.sync_api import Page, expect
from shapely import box

from geodata.domain.access import Role
from geodata.store.imports.ground import import_footprints
from geodata.store.session import Change, writing
from tests.browser.conftest import Open
from tests.browser.serving import serve
from tests.builders import SOUTH, WEST
from tests.own_world import own_world

HOUSE = 0.0003
PLACES = [(0.142, 0.03), (0.11, 0.07), (0.115, 0.07), (0.12, 0.07), (0.125, 0.08)]
"""Degrees from (WEST, SOUTH): the first a little east of 东苑小区, the others by themselves."""


@pytest.fixture
def own(server, tmp_path_factory):
    with own_world(server, "gap_page", tmp_path_factory.mktemp("files")) as found:
        shapes = [box(WEST + x, SOUTH + y, WEST + x + HOUSE, SOUTH + y + HOUSE) for x, y in PLACES]
        houses = GeoDataFrame(
            {"source_id": [str(number) for number in range(len(shapes))], "use": "apartments"},
            geometry=shapes,
            crs="EPSG:4490",
        )
        with writing(found[0].state.owner, Change("surveyor", "survey")) as session:
            import_footprints(session, found[1].district, houses)
        yield found


@pytest.fixture
def address(own) -> Iterator[str]:
    with serve(own[0]) as address:
        yield address


def rows(page: Page):
    return page.locator(".fugai-gaps-row")


def left(page: Page):
    return page.locator('[data-part="left"]')


def test_the_list_leads_from_gap_to_gap_and_shrinks(open_page: Open):
    page = open_page("/gaps?kind=missing", Role.TOWN)
    expect(left(page)).to_have_text("还差 5 处")
    expect(page.locator(".leaflet-container")).to_have_attribute("data-gaps", "5")
    page.keyboard.press("j")
    expect(rows(page).first).to_have_class("fugai-gaps-row is-active")
    panel = page.locator('[data-part="panel"]')
    expect(panel).to_contain_text("未登记楼幢")
    page.keyboard.press("4")
    panel.locator("[name=note]").fill("变电站")
    page.keyboard.press("Enter")
    expect(left(page)).to_have_text("还差 4 处")
    expect(page.locator('[data-part="said"]')).to_contain_text("已认定 1 处: 非住宅")
    # The next one is there already.
    expect(rows(page).first).to_have_class("fugai-gaps-row is-active")
    page.keyboard.press("Escape")
    page.keyboard.press("z")
    expect(left(page)).to_have_text("还差 5 处")
    page.locator('[data-kind="decided"]').click()
    expect(rows(page).first).to_contain_text("变电站")
    expect(rows(page).first).to_contain_text("已由 town 撤销")


def test_many_are_chosen_with_a_lasso_and_decided_together(open_page: Open):
    page = open_page("/gaps?kind=missing", Role.TOWN)
    expect(left(page)).to_have_text("还差 5 处")
    page.locator('[data-act="lasso"]').click()
    canvas = page.locator(".leaflet-container").bounding_box()
    assert canvas
    x, y, right, bottom = (
        canvas["x"] + 4,
        canvas["y"] + 4,
        canvas["x"] + canvas["width"] - 4,
        canvas["y"] + canvas["height"] - 4,
    )
    page.mouse.move(x, y)
    page.mouse.down()
    for corner in ((right, y), (right, bottom), (x, bottom)):
        page.mouse.move(*corner, steps=4)
    page.mouse.up()
    panel = page.locator('[data-part="panel"]')
    expect(panel.locator("h2")).to_have_text("已选 5 处")
    panel.locator('[data-decision="under_construction"]').click()
    panel.get_by_role("button", name="认定: 在建").click()
    expect(left(page)).to_have_text("还差 0 处")
    expect(page.locator('[data-part="list"]')).to_contain_text("没有这类缺口")
    page.locator('[data-part="said"] button').click()
    expect(left(page)).to_have_text("还差 5 处")


def test_a_building_becomes_a_site_that_waits_for_its_management(open_page: Open):
    page = open_page("/gaps?kind=missing", Role.TOWN)
    expect(left(page)).to_have_text("还差 5 处")
    panel = page.locator('[data-part="panel"]')
    rows(page).nth(1).click()
    page.keyboard.press("1")
    panel.locator("[name=name]").fill("东街9号楼")
    panel.get_by_role("button", name="认定: 新增独幢").click()
    expect(left(page)).to_have_text("还差 4 处")
    page.locator('[data-kind="unmanaged"]').click()
    expect(page.locator('[data-part="list"]')).to_contain_text("东街9号楼")


def test_the_boundary_that_a_merger_would_make_is_shown_before(open_page: Open):
    page = open_page("/gaps?kind=missing", Role.TOWN)
    expect(rows(page)).to_have_count(5)
    gap = page.evaluate("""async () => {
      const all = (await (await fetch('/api/gaps?kind=missing')).json()).gaps;
      return all.find((one) => one.longitude > 117.94 && one.latitude < 36.79).id;
    }""")
    page.locator(f'[data-gap="{gap}"]').click()
    panel = page.locator('[data-part="panel"]')
    panel.locator('[data-decision="merge"]').click()
    expect(panel.locator(".fugai-gaps-proposals .active")).to_contain_text("东苑小区")
    expect(page.locator(".leaflet-container")).to_have_attribute("data-preview", "true")
    panel.get_by_role("button", name="认定: 并入某小区").click()
    expect(left(page)).to_have_text("还差 4 处")


def test_a_leader_looks_on(open_page: Open):
    page = open_page("/gaps?kind=missing", Role.DISTRICT_LEAD)
    expect(left(page)).to_have_text("还差 5 处")
    page = open_page("/gaps?kind=missing", Role.LEADER)
    expect(left(page)).to_have_text("还差 5 处")
    rows(page).first.click()
    expect(page.locator('[data-part="panel"] h2')).to_contain_text("未登记楼幢")
    assert page.locator("[data-decision]").count() == 0
    assert page.locator(".fugai-gaps-row input").count() == 0
