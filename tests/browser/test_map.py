"""The coverage map as a leader uses it."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from geodata.domain.access import Role
from tests.browser.conftest import Open
from tests.world import HOSTILE, World

COLOURINGS = ("category", "management_type", "inspection_status", "gap")


def legend(page: Page) -> dict[str, int]:
    """The legend's counts by symbol."""
    rows = page.locator(".fugai-legend li")
    return {
        row.get_attribute("data-symbol") or "": int(
            row.locator("[data-count]").get_attribute("data-count") or 0
        )
        for row in rows.all()
    }


def total(page: Page) -> int:
    """The total below the legend."""
    return int(page.locator("[data-total]").get_attribute("data-total") or 0)


def colour_by(page: Page, key: str) -> None:
    page.click(f'[data-colouring="{key}"]')


@pytest.mark.parametrize("key", COLOURINGS)
def test_the_legend_adds_up_to_the_number_shown(open_page: Open, key: str) -> None:
    page = open_page("/map")
    colour_by(page, key)
    assert sum(legend(page).values()) == total(page) == 8


def test_colourings_switch_without_loading_again(open_page: Open) -> None:
    page = open_page("/map")
    asked: list[str] = []
    page.on("request", lambda one: asked.append(one.url) if one.resource_type != "other" else None)
    for key in COLOURINGS:
        colour_by(page, key)
        expect(page.locator(f'[data-colouring="{key}"]')).to_have_attribute("aria-pressed", "true")
    assert asked == []


def test_a_site_with_two_types_is_a_symbol_of_its_own(open_page: Open) -> None:
    page = open_page("/map")
    colour_by(page, "management_type")
    found = legend(page)
    assert found["management_type:simple+neighbourhood_run"] == 1
    swatch = page.locator('[data-symbol="management_type:simple+neighbourhood_run"] .fugai-swatch')
    assert "repeating-linear-gradient" in (swatch.get_attribute("style") or "")


def test_the_rate_stands_beside_its_formula(open_page: Open) -> None:
    page = open_page("/map")
    expect(page.locator('[data-part="rate"]')).to_have_text("62.5%")
    expect(page.locator('[data-part="formula"]')).to_have_text("覆盖率 = 5 ÷ 8 个")
    expect(page.locator('[data-part="togo"]')).to_have_text("还差 3 个")
    page.click('[data-denominator="households"]')
    expect(page.locator('[data-part="formula"]')).to_have_text("覆盖率 = 500 ÷ 700 户")


def test_a_click_on_a_town_filters_and_zooms(open_page: Open, world: World) -> None:
    page = open_page("/map")
    # The scale's text tells the zoom.
    before = page.locator(".leaflet-control-scale-line").inner_text()
    page.click(f'[data-town="{world.west}"]')
    assert total(page) == 3
    expect(page.locator('[data-part="place"]')).to_have_text("西街街道")
    expect(page.locator(".leaflet-control-scale-line")).not_to_have_text(before)
    page.click('[data-part="whole"]')
    assert total(page) == 8


def test_every_town_shows_rate_count_change_and_what_is_missing(
    open_page: Open, world: World
) -> None:
    page = open_page("/map")
    row = page.locator(f'[data-town="{world.east}"]')
    expect(row).to_contain_text("60.0%")
    expect(row).to_contain_text("3 ÷ 5 个")
    expect(row).to_contain_text("还差 2 个")
    expect(row).to_contain_text("(持平)")


def test_filters_narrow_map_legend_and_figures_together(open_page: Open) -> None:
    page = open_page("/map")
    page.click('[data-part="filter-button"]')
    page.check('[data-filter="category:old_community"]')
    assert total(page) == 2
    page.click('[data-covered="false"]')
    assert total(page) == 0
    expect(page.locator(".fugai-legend")).to_contain_text("没有符合筛选条件的小区")
    page.get_by_text("清除筛选").click()
    assert total(page) == 8


def test_search_finds_by_name_and_opens_the_record(open_page: Open) -> None:
    page = open_page("/map")
    page.keyboard.press("/")
    page.keyboard.type("东苑")
    page.keyboard.press("Enter")
    record = page.locator("#record")
    expect(record).to_contain_text("东苑小区")
    expect(record).to_contain_text("138****1234")


def test_a_click_on_a_site_opens_its_ledger_record(open_page: Open) -> None:
    page = open_page("/map#town=370306001")
    page.wait_for_timeout(500)
    box = page.locator(".leaflet-container").bounding_box()
    point = page.evaluate("""() => {
      const map = Object.values(window).find((one) => one instanceof L.Map);
      return map.latLngToContainerPoint([36.78, 117.93]);
    }""")
    assert box
    page.mouse.click(box["x"] + point["x"], box["y"] + point["y"])
    expect(page.locator("#record")).to_contain_text("东苑小区")
    page.get_by_text("查看完整记录").click()
    expect(page.locator("h1")).to_have_text("东苑小区")
    expect(page.locator(".fugai-site-map .leaflet-container")).to_be_visible()


def test_the_map_of_gaps_lists_standalone_buildings_first(open_page: Open) -> None:
    page = open_page("/map?colouring=gap")
    expect(page.locator(".fugai-gap-name")).to_have_text(["东街5号楼", "东宿舍", "西新村"])
    expect(page.locator(".fugai-gap").nth(2)).to_contain_text("失管 10 天")
    assert legend(page) == {
        "gap:standalone_uncovered": 1,
        "gap:community_uncovered": 2,
        "gap:covered": 5,
    }


def test_a_hostile_name_is_text_on_the_map_too(open_page: Open) -> None:
    page = open_page("/map")
    page.fill('[data-part="search-input"]', "onerror")
    expect(page.locator(".fugai-found button").first).to_contain_text(HOSTILE)
    page.locator(".fugai-found button").first.click()
    expect(page.locator("#record")).to_contain_text(HOSTILE)
    assert page.locator("img[src='x']").count() == 0


def test_a_town_officer_sees_the_own_town_only(open_page: Open, world: World) -> None:
    page = open_page("/map", Role.TOWN)
    assert total(page) == 5
    assert page.locator("[data-town]").count() == 1
    expect(page.locator(".fugai")).not_to_contain_text("西街街道")


def test_the_date_moves_map_and_figures_together(open_page: Open) -> None:
    page = open_page("/map?on=2025-02-01")
    expect(page.locator('[data-part="formula"]')).to_have_text("覆盖率 = 6 ÷ 8 个")
    assert total(page) == 8
    page = open_page("/map?on=2024-12-31")
    assert total(page) == 0


def test_a_phone_has_everything_within_reach(open_page: Open) -> None:
    page = open_page("/map")
    page.set_viewport_size({"width": 390, "height": 844})
    page.click('[data-sheet-of="side"]')
    expect(page.locator('[data-part="rate"]')).to_be_visible()
    page.click('[data-sheet-of="legend"]')
    expect(page.locator(".fugai-legend")).to_be_visible()
    page.click('[data-sheet-of="filters"]')
    expect(page.locator(".fugai-filters")).to_be_visible()
    page.click('[data-sheet-of="none"]')
    expect(page.locator(".fugai-filters")).to_be_hidden()
    width = page.evaluate("document.documentElement.scrollWidth")
    assert width <= 390


def test_english_has_no_chinese_of_ours(open_page: Open) -> None:
    page = open_page("/map?lang=en")
    expect(page.locator('[data-part="formula"]')).to_have_text("Coverage = 5 ÷ 8 sites")
    expect(page.locator('[data-colouring="category"]')).to_have_text("Category")


def test_a_link_opens_the_same_map(open_page: Open, world: World) -> None:
    page = open_page("/map")
    colour_by(page, "inspection_status")
    page.click(f'[data-town="{world.west}"]')
    page.reload()
    page.wait_for_selector(".fugai[data-ready]")
    assert total(page) == 3
    chosen = page.locator('[data-colouring="inspection_status"]')
    expect(chosen).to_have_attribute("aria-pressed", "true")
