"""A leader looks at one screen: days moved, played and compared, two taps from town to site."""

from __future__ import annotations

import re

from playwright.sync_api import expect

from geodata.domain.access import Role
from geodata.domain.period import today
from tests.browser.conftest import Open


def test_one_day_moves_figures_and_map_together(open_page: Open, foreign: list[str]) -> None:
    page = open_page("/overview", Role.LEADER)
    main, map_ = page.locator("main"), page.locator(".leaflet-container")
    expect(main).to_have_attribute("data-day", today().isoformat())
    expect(map_).to_have_attribute("data-day", today().isoformat())
    sites = page.locator('[data-part="rates"] b').first
    now = sites.inner_text()
    page.locator('[data-part="slider"]').focus()
    page.keyboard.press("Home")
    expect(main).not_to_have_attribute("data-day", today().isoformat())
    expect(map_).to_have_attribute("data-day", main.get_attribute("data-day") or "")
    expect(sites).not_to_have_text(now)
    page.keyboard.press("End")
    expect(sites).to_have_text(now)
    assert foreign == []


def test_the_months_are_played_to_the_last(open_page: Open) -> None:
    page = open_page("/overview", Role.LEADER)
    expect(page.locator("main")).to_have_attribute("data-day", today().isoformat())
    page.locator('[data-part="slider"]').evaluate(
        "e => { e.value = e.max - 2; e.dispatchEvent(new Event('input')); }"
    )
    play = page.locator('[data-act="play"]')
    play.click()
    expect(play).to_have_attribute("aria-pressed", "true")
    expect(page.locator("main")).to_have_attribute("data-day", today().isoformat())
    expect(play).to_have_attribute("aria-pressed", "false")


def test_two_days_lie_side_by_side(open_page: Open) -> None:
    page = open_page("/overview", Role.LEADER)
    map_ = page.locator(".leaflet-container")
    expect(map_).to_have_attribute("data-day", today().isoformat())
    page.click('[data-act="compare"]')
    expect(map_).to_have_attribute("data-compared", today().isoformat())
    expect(page.locator('[data-part="right-day"]')).to_have_text(today().isoformat())
    cut = page.locator(".leaflet-fugai-day-two-pane").evaluate("e => e.style.clip")
    page.locator('[data-part="swipe"]').evaluate(
        "e => { e.value = 200; e.dispatchEvent(new Event('input')); }"
    )
    assert page.locator(".leaflet-fugai-day-two-pane").evaluate("e => e.style.clip") != cut
    page.click('[data-act="compare"]')
    expect(page.locator('[data-part="swipe"]')).to_be_hidden()


def test_two_taps_lead_from_the_ranking_to_a_site(open_page: Open) -> None:
    page = open_page("/overview", Role.LEADER)
    rows = page.locator("[data-town]")
    expect(rows.first).to_be_visible()
    rows.last.click()
    expect(rows.last).to_have_class("is-chosen")
    page.locator('[data-part="gaps"] a').first.click()
    expect(page).to_have_url(re.compile(r"/sites/\d+$"))


def test_the_map_is_coloured_by_what_is_claimed_approved_or_verified(open_page: Open) -> None:
    page = open_page("/overview", Role.LEADER)
    map_ = page.locator(".leaflet-container")
    expect(map_).to_have_attribute("data-coloured-by", "claimed")
    page.click('[data-rate="verified"]')
    expect(map_).to_have_attribute("data-coloured-by", "verified")
    expect(page.locator('[data-rate="verified"]')).to_have_attribute("aria-pressed", "true")
