"""A town leads a plan through notice and vote to the fallback, in a browser."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from playwright.sync_api import FilePayload, Route, expect

from geodata.domain.access import Role
from geodata.domain.period import today
from tests.browser.conftest import Open
from tests.browser.serving import serve
from tests.own_world import own_world
from tests.server.test_evidence import png
from tests.server.test_plans import COUNTS


@pytest.fixture
def own(server, tmp_path_factory):
    with own_world(server, "plan_page", tmp_path_factory.mktemp("files")) as found:
        yield found


@pytest.fixture
def address(own) -> Iterator[str]:
    with serve(own[0]) as address:
        yield address


def test_a_plan_is_led_to_the_backstop_and_the_building_is_covered(open_page: Open, own):
    page = open_page("/plans", Role.TOWN)
    row = page.locator("tbody tr", has_text="东街5号楼")
    row.get_by_role("link", name="新建方案").click()
    page.locator("[data-start] [name=measures]").fill("社区代管")
    page.get_by_role("button", name="开始").click()
    publicise = page.locator("[data-event=publicise]")
    publicise.locator("[name=publicised_from]").fill((today() - timedelta(days=7)).isoformat())
    publicise.locator("[name=publicised_until]").fill(today().isoformat())
    sent: FilePayload = {"name": "公示.png", "mimeType": "image/png", "buffer": png()}
    publicise.locator("[name=photo]").set_input_files(sent)
    publicise.get_by_role("button", name="开始公示").click()
    vote = page.locator("[data-event=vote]")
    for name, value in COUNTS.items():
        vote.locator(f"[name={name}]").fill(str(value))
    vote.get_by_role("button", name="录入表决结果").click()
    readings = page.locator("#readings li")
    expect(readings).to_have_count(4)
    expect(readings.nth(0)).to_contain_text("达到")
    expect(readings.nth(1)).to_contain_text("未达到")
    expect(readings.nth(1)).to_contain_text("本次采用")
    expect(page.locator("#readings")).to_contain_text("恰好50%")
    expect(page.get_by_role("button", name="确认通过", exact=True)).to_have_count(0)
    page.get_by_role("button", name="确认未通过").click()
    page.get_by_role("button", name="简易+政府托底").click()
    expect(page.locator(".fugai-steps .is-now")).to_have_text("实施")
    expect(page.locator("main")).to_contain_text("组织: 东街街道")
    page.get_by_role("link", name="台账记录").click()
    expect(page.locator("main")).to_contain_text("已覆盖")
    expect(page.locator("main")).to_contain_text("托底")
    page.goto(page.url.split("/sites")[0] + "/path")
    expect(page.locator('[data-part="actions"]')).not_to_contain_text("东街5号楼")
    share = page.locator('[data-after="sites"]')
    before = share.inner_text()
    page.locator('[data-part="actions"] input').first.uncheck()
    expect(share).not_to_have_text(before)


def test_a_press_before_the_scripts_are_there_is_done_once_they_are(open_page: Open, own):
    page = open_page("/plans", Role.TOWN)
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    page.route("**/assets/server/site_plan.js", hold)
    with page.expect_request("**/assets/server/site_plan.js"):
        page.goto(
            f"{page.url.split('/plans')[0]}/sites/{own[1].ids['东宿舍']}/plan", wait_until="commit"
        )
    page.locator("[data-start] [name=measures]").fill("先按后到")
    page.get_by_role("button", name="开始").click()
    held[0].continue_()
    expect(page.locator(".fugai-steps .is-now")).to_have_text("草案")
    expect(page.locator("main")).to_contain_text("先按后到")
    assert "?" not in page.url
