"""Nothing asks another host: every page, the API's description, and the map as a file."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, expect

from tests.browser.conftest import Open
from tests.world import PASSWORD

PAGES = (
    *("/map", "/gaps", "/gaps/print?kind=missing", "/plans", "/sites/3/plan", "/path"),
    *(
        "/",
        "/campaign",
        "/reports",
        "/visits",
        "/visits/today",
        "/findings",
        "/findings/1",
        "/overview",
        "/account",
        "/truth",
        "/paper",
    ),
    *("/towns", "/towns/370306001", "/sites", "/sites/1", "/docs", "/login"),
    *("/imports", "/imports/1", "/doctor", "/imports/vector"),
    *("/sites/unlocated", "/changes?from=2025-01-01", "/lapses", "/departures"),
)


@pytest.mark.parametrize("path", PAGES)
def test_a_page_works_with_the_way_to_others_cut(
    open_page: Open, foreign: list[str], path: str
) -> None:
    page = open_page(path)
    failed: list[str] = []
    page.on("console", lambda said: failed.append(said.text) if said.type == "error" else None)
    page.reload()
    page.wait_for_load_state("networkidle")
    assert foreign == []
    assert failed == []


def test_the_description_of_the_api_is_drawn(open_page: Open) -> None:
    page = open_page("/docs")
    swagger = page.locator("#swagger")
    expect(swagger).to_contain_text("/api/login")
    # Of a long description only what is in sight is drawn: however far down it is.
    page.mouse.move(400, 400)
    for _ in range(40):
        if "/api/sites/{site_id}" in swagger.inner_text():
            break
        page.mouse.wheel(0, 400)
        page.wait_for_timeout(150)
    expect(swagger).to_contain_text("/api/sites/{site_id}")


def test_the_trend_is_drawn(open_page: Open) -> None:
    page = open_page("/towns")
    expect(page.locator('[data-chart="trend"] canvas')).to_be_visible()


def test_the_exported_file_opens_alone_with_all_colourings(
    open_page: Open, context: BrowserContext, tmp_path: Path
) -> None:
    page = open_page("/map")
    with page.expect_download() as download:
        page.get_by_text("导出离线地图").click()
    assert "周村区" in download.value.suggested_filename
    file = tmp_path / "map.html"
    download.value.save_as(file)
    alone = context.new_page()
    context.set_offline(True)
    asked: list[str] = []
    alone.on("request", lambda request: asked.append(request.url))
    alone.goto(file.as_uri())
    alone.wait_for_selector(".fugai[data-ready]")
    for key in ("category", "management_type", "inspection_status"):
        alone.click(f'[data-colouring="{key}"]')
        expect(alone.locator("[data-total]")).to_have_attribute("data-total", "8")
    alone.click('[data-tab="gaps"]')
    expect(alone.locator(".fugai-gap-name")).to_have_text(["东街5号楼", "东宿舍", "西新村"])
    alone.fill('[data-part="search-input"]', "东苑")
    alone.keyboard.press("Enter")
    expect(alone.locator(".leaflet-popup")).to_contain_text("东苑小区")
    assert [url for url in asked if not url.startswith(("file:", "data:"))] == []


def test_logging_in_and_out_by_hand(context: BrowserContext, address: str, open_page: Open) -> None:
    assert open_page("/login")
    context.clear_cookies()
    page = context.new_page()
    page.goto(f"{address}/towns")
    expect(page).to_have_url(f"{address}/login?next=/towns")
    page.fill("#username", "leader")
    page.fill("#password", "wrong-password")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_have_text("用户名或密码不正确。")
    page.fill("#password", PASSWORD)
    page.keyboard.press("Enter")
    expect(page).to_have_url(f"{address}/towns")
    page.wait_for_load_state()  # the menu opens by a script at the page's end
    page.get_by_role("button", name="leader").click()
    page.get_by_text("退出").click()
    expect(page).to_have_url(f"{address}/login")
