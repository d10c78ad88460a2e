"""The past in a browser: history loads into the record, the map of changes draws itself."""

from __future__ import annotations

import re
from datetime import timedelta

from playwright.sync_api import expect

from geodata.domain.period import today
from tests.browser.conftest import Open
from tests.world import World


def test_the_history_of_a_record_loads_and_narrows_to_a_field(
    open_page: Open, world: World
) -> None:
    page = open_page(f"/sites/{world.ids['东苑小区']}")
    history = page.locator("#history")
    expect(history).to_contain_text("坐落位置: 东街1号")
    history.locator("select").select_option("households")
    expect(history).to_contain_text("户数")
    expect(history).not_to_contain_text("坐落位置: 东街1号")
    expect(history.locator("option:checked")).to_contain_text("户数")


def test_what_changed_is_drawn_and_leads_to_its_record(open_page: Open) -> None:
    page = open_page("/changes?from=2025-01-01")
    canvas = page.locator("[data-changes]")
    expect(canvas).to_have_attribute("data-changes", "8")
    page.locator(".fugai-total a").first.click()
    expect(page).to_have_url(re.compile("kind=joined"))
    expect(page.locator(".fugai-rows tbody tr")).to_have_count(8)


def test_the_head_sets_the_day_and_keeps_the_filter(open_page: Open) -> None:
    page = open_page("/sites?covered=false")
    past = (today() - timedelta(days=30)).isoformat()
    page.fill('.fugai-asked [name="on"]', past)
    page.dispatch_event('.fugai-asked [name="on"]', "change")
    page.wait_for_url(re.compile(past))
    assert "covered=false" in page.url
    page.get_by_text("回到今天").click()
    expect(page.locator(".fugai-past")).to_have_count(0)


def test_the_number_of_lapses_stands_in_the_menu(open_page: Open) -> None:
    page = open_page("/towns")
    expect(page.locator(".fugai-nav .dropdown-toggle .badge")).to_have_text("1")
