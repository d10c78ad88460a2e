"""The ledger in the browser: found, filled in, mended, and never overwritten unseen."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from fastapi import FastAPI
from playwright.sync_api import Browser, Locator, Page, expect

from geodata.domain.access import Role
from geodata.domain.period import today
from tests.browser.conftest import Open
from tests.browser.serving import serve
from tests.own_world import own_world
from tests.server.test_evidence import PDF
from tests.world import HOSTILE, PASSWORD, World

COUNT = "#shown-count"


@pytest.fixture(scope="module")
def own(server, tmp_path_factory) -> Iterator[tuple[FastAPI, World]]:
    with own_world(server, "ledger", tmp_path_factory.mktemp("files")) as found:
        yield found


@pytest.fixture(scope="module")
def app(own) -> FastAPI:
    """These tests write: they have a district of their own."""
    return own[0]


@pytest.fixture(scope="module")
def world(own) -> World:
    return own[1]


@pytest.fixture(scope="module")
def address(app) -> Iterator[str]:
    with serve(app) as address:
        yield address


def names(page: Page) -> Locator:
    return page.locator(".tabulator-row .tabulator-cell[tabulator-field='name'] a")


def rows(page: Page) -> list[str]:
    expect(page.locator("#ledger")).to_have_attribute("data-ready", "true")
    return names(page).all_inner_texts()


def ready(page: Page) -> Page:
    expect(page.locator("#record")).to_have_attribute("data-ready", "true")
    return page


def test_the_ledger_is_searched_by_name_address_and_pinyin(open_page: Open):
    page = open_page("/sites")
    assert len(rows(page)) == 8
    expect(page.locator(COUNT)).to_have_text("共 8 个, 显示 8 个")
    page.keyboard.press("/")
    for typed, found in (
        ("dongyuan", ["东苑小区"]),
        ("dyxq", ["东苑小区"]),
        ("东街1号", ["东苑小区"]),
        ("xi xincun", ["西新村"]),
        ("nothing at all", []),
    ):
        page.fill('[name="q"]', typed)
        expect(page.locator(COUNT)).to_contain_text(f"显示 {len(found)} 个")
        expect(names(page)).to_have_text(found)
    expect(page.locator("#nothing-text")).to_contain_text("请放宽筛选条件")
    page.locator("#nothing-found button").click()
    expect(page.locator(COUNT)).to_contain_text("显示 8 个")


def test_filters_stand_in_the_address_and_in_the_export(open_page: Open, world: World):
    page = open_page(f"/sites?covered=false&town={world.east}")
    assert set(rows(page)) == {"东街5号楼", "东宿舍"}
    page.select_option('[name="category"]', "unreported")
    expect(page.locator(COUNT)).to_contain_text("显示 1 个")
    assert "category=unreported" in page.url
    workbook = page.locator("#workbook").get_attribute("href") or ""
    assert workbook.startswith("/ledger.xlsx?")
    assert "category=unreported" in workbook
    page.reload()
    expect(names(page)).to_have_text(["东宿舍"])


def test_a_column_is_chosen_sorted_and_filtered_and_the_choice_is_kept(open_page: Open):
    page = open_page("/sites")
    rows(page)
    page.get_by_text("显示列").click()
    page.check('[data-column="buildings"]')
    page.keyboard.press("Escape")
    header = page.locator('.tabulator-col[tabulator-field="buildings"]')
    expect(header).to_be_visible()
    header.click()
    expect(names(page).first).to_have_text("东街5号楼")
    page.get_by_text("按列筛选").click()
    page.locator('.tabulator-col[tabulator-field="buildings"] input').press_sequentially("2")
    expect(page.locator(COUNT)).to_contain_text("显示 7 个")
    page.reload()
    expect(page.locator('.tabulator-col[tabulator-field="buildings"]')).to_be_visible()


def test_the_ledger_is_worked_by_keyboard(open_page: Open):
    page = open_page("/sites", Role.TOWN)
    assert len(rows(page)) == 5
    page.focus("#ledger")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    expect(page.locator(".fugai-active a")).to_have_text("东安里")
    page.keyboard.press(" ")
    expect(page.locator("#selected-count")).to_have_text("已选 1 个")
    page.keyboard.press("Control+a")
    expect(page.locator("#selected-count")).to_have_text("已选 5 个")
    page.keyboard.press("Escape")
    expect(page.locator("#selection")).to_be_hidden()
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text("东安里")


def test_a_hostile_name_is_text_in_the_table(open_page: Open):
    page = open_page("/sites")
    assert HOSTILE in rows(page)
    assert page.locator("img[src='x']").count() == 0


def test_the_past_is_shown_and_not_changed(open_page: Open):
    page = open_page("/sites?on=2025-02-01", Role.TOWN)
    assert len(rows(page)) == 5
    expect(page.locator("#past-banner")).to_contain_text("2025年2月1日")
    expect(page.get_by_text("新增小区(楼房)")).to_have_count(0)
    expect(page.locator(".tabulator-row input[type=checkbox]")).to_have_count(0)
    page = open_page("/sites?on=2024-01-01", Role.TOWN)
    expect(page.locator("#nothing-text")).to_contain_text("台账还没有内容")


def test_who_only_reads_sees_no_way_to_change(open_page: Open, world: World):
    page = open_page("/sites", Role.INSPECTOR)
    rows(page)
    expect(page.get_by_text("新增小区(楼房)")).to_have_count(0)
    expect(page.locator("#bulk")).to_have_count(0)
    page = open_page(f"/sites/{world.ids['东苑小区']}", Role.INSPECTOR)
    expect(page.locator("a[href$='/edit']")).to_have_count(0)
    answer = page.goto(page.url + "/edit")
    assert answer
    assert answer.status == 403


def test_a_record_is_filled_in_and_saved(open_page: Open, world: World):
    page = ready(open_page(f"/sites/{world.ids['东街5号楼']}/edit", Role.TOWN))
    before = page.locator("[data-missing]").count()
    page.locator("[data-missing='built_year']").click()
    expect(page.locator('[name="built_year"]')).to_be_focused()
    page.fill('[name="built_year"]', "1890")
    page.keyboard.press("Control+s")
    expect(page.locator('[data-field="built_year"] [data-fault]')).to_contain_text("应在 1900 与")
    page.fill('[name="built_year"]', "1998")
    page.check('[name="ticked_types"][value="simple"]')
    expect(page.locator('[name="ticked_types"][value="none"]')).not_to_be_checked()
    page.check('[name="ticked_types"][value="none"]')
    expect(page.locator('[name="ticked_types"][value="simple"]')).not_to_be_checked()
    page.check('[data-slot="contacts.owners_committee"] [data-column="is_not_established"]')
    page.fill('[data-slot="contacts.service_company"] [data-column="person"]', "王五")
    expect(page.locator("#said")).to_have_text("有未保存的修改")
    page.keyboard.press("Control+s")
    expect(page.locator("#said")).to_contain_text("已保存")
    expect(page.locator("[data-missing]")).to_have_count(before - 1)
    page.reload()
    ready(page)
    expect(page.locator('[name="built_year"]')).to_have_value("1998")
    person = page.locator('[data-slot="contacts.service_company"] [data-column="person"]')
    expect(person).to_have_value("王五")


def test_a_yes_that_the_utilities_contradict_is_explained(open_page: Open, world: World):
    page = ready(open_page(f"/sites/{world.ids['东安里']}/edit", Role.TOWN))
    water = page.locator('[data-slot="utilities.water"]')
    water.locator('[data-column="exists"]').select_option("true")
    water.locator('[data-column="is_transferred"]').select_option("false")
    page.locator('[data-field="utility_handover"] label', has_text="是").click()
    page.click("#save")
    expect(page.locator('[data-field="utility_handover"] [data-fault]')).to_contain_text("备注4")
    page.check("#sets-handover")
    page.click("#save")
    expect(page.locator("#said")).to_contain_text("已保存")
    no = page.locator('[data-field="utility_handover"] input[value="false"]')
    expect(no).to_be_checked()


def test_two_clerks_and_one_record(
    open_page: Open, browser: Browser, address: str, world: World
) -> None:
    path = f"/sites/{world.ids['东苑小区']}/edit"
    mine = ready(open_page(path, Role.TOWN))
    context = browser.new_context(locale="zh-CN")
    credentials = {"username": Role.DISTRICT_LEAD.value, "password": PASSWORD}
    context.request.post(f"{address}/api/login", data=credentials)
    theirs = context.new_page()
    theirs.goto(address + path)
    ready(theirs)
    theirs.fill('[name="address"]', "他们的地址")
    theirs.fill('[name="company"]', "他们的公司")
    theirs.fill('[name="households"]', "500")
    theirs.click("#save")
    expect(theirs.locator("#said")).to_contain_text("已保存")
    context.close()
    mine.fill('[name="address"]', "我的地址")
    mine.fill('[name="company"]', "我的公司")
    mine.fill('[name="note"]', "我的备注")
    mine.click("#save")
    dialog = mine.locator("#conflict")
    expect(dialog).to_be_visible()
    expect(dialog.locator("tbody tr")).to_have_count(3)
    address_row = dialog.locator('tr[data-name="address"]')
    expect(address_row).to_contain_text("我的地址")
    expect(address_row).to_contain_text("他们的地址")
    expect(address_row).to_contain_text("district_lead")
    expect(dialog.locator('tr[data-name="households"] [value="standing"]')).to_be_checked()
    expect(mine.locator("#conflict-save")).to_be_disabled()
    address_row.locator('[value="mine"]').check()
    dialog.locator('tr[data-name="company"] [value="standing"]').check()
    mine.click("#conflict-save")
    expect(mine.locator("#said")).to_contain_text("已保存")
    mine.reload()
    ready(mine)
    for name, value in (
        ("address", "我的地址"),
        ("company", "他们的公司"),
        ("note", "我的备注"),
        ("households", "500"),
    ):
        expect(mine.locator(f'[name="{name}"]').first).to_have_value(value)


def test_what_does_not_collide_is_saved_without_asking(
    open_page: Open, browser: Browser, address: str, world: World
) -> None:
    site = world.ids["东宿舍"]
    page = ready(open_page(f"/sites/{site}/edit", Role.TOWN))
    page.fill('[name="developer"]', "我的开发商")
    credentials = {"username": Role.DISTRICT_LEAD.value, "password": PASSWORD}
    context = browser.new_context()
    context.request.post(f"{address}/api/login", data=credentials)
    seen = context.request.get(f"{address}/api/sites/{site}").headers["etag"]
    step = {"title": "另一人的节点", "due_on": "2030-01-01"}
    added = context.request.post(
        f"{address}/api/sites/{site}/milestones", data=step, headers={"If-Match": seen}
    )
    assert added.status == 201
    context.close()
    page.click("#save")
    expect(page.locator("#said")).to_contain_text("已保存")
    expect(page.locator("#conflict")).to_be_hidden()
    page.reload()
    expect(page.locator('[name="developer"]')).to_have_value("我的开发商")
    expect(page.locator("#roadmap")).to_contain_text("另一人的节点")


def test_many_sites_are_mended_at_once(open_page: Open):
    page = open_page("/sites", Role.TOWN)
    rows(page)
    page.fill('[name="q"]', "dong")
    expect(page.locator(COUNT)).to_contain_text("显示 4 个")
    page.locator(".tabulator-header input[type=checkbox]").click()
    expect(page.locator("#selected-count")).to_have_text("已选 4 个")
    page.click("#open-bulk")
    page.click("#bulk-form [type=submit]")
    expect(page.locator("#bulk-refused")).to_contain_text("请先勾选")
    page.check('[data-takes="category"]')
    page.locator('#bulk [name="category"][value="standalone_building"]').check()
    page.click("#bulk-form [type=submit]")
    expect(page.locator("#bulk-refused")).to_contain_text("东苑小区: 独幢楼房的楼幢数应为 1")
    page.uncheck('[data-takes="category"]')
    page.check('[data-takes="maintenance_fund"]')
    page.locator('#bulk [data-field="maintenance_fund"] label', has_text="是").first.click()
    page.click("#bulk-form [type=submit]")
    expect(page.locator(COUNT)).to_contain_text("已修改 4 个")
    expect(page.locator("#selection")).to_be_hidden()


def test_a_site_is_added(open_page: Open):
    page = open_page("/sites", Role.TOWN)
    page.get_by_role("link", name="新增小区(楼房)").first.click()
    ready(page)
    page.click("#save")
    expect(page.locator('[data-field="name"] [data-fault]')).to_contain_text("名称为空")
    page.fill('[name="name"]', "东新苑")
    page.check('[name="category"][value="old_community"]')
    page.check('[name="ticked_types"][value="simple"]')
    page.click("#save")
    expect(page).to_have_url(re.compile(r"/sites/\d+/edit$"))
    expect(page.locator("h1")).to_have_text("东新苑")


def test_evidence_and_milestones_are_kept_and_shown(open_page: Open, world: World, tmp_path):
    site = world.ids["东安里"]
    page = ready(open_page(f"/sites/{site}/edit", Role.TOWN))
    page.fill('#new-milestone [name="title"]', "签订物业合同")
    page.fill('#new-milestone [name="due_on"]', "2025-03-01")
    page.click("#new-milestone button")
    expect(page.locator("#roadmap")).to_contain_text("签订物业合同")
    expect(page.locator("#roadmap .bg-red-lt")).to_have_text("逾期")
    ready(page)
    file = tmp_path / "批复.pdf"
    file.write_bytes(PDF)
    page.set_input_files('#new-evidence [type="file"]', file)
    page.select_option('#new-evidence [name="about"]', "contacts.owners_committee")
    page.click("#new-evidence button")
    expect(page.locator("#evidence a")).to_have_text("批复.pdf")
    ready(page)
    bad = tmp_path / "坏.pdf"
    bad.write_bytes(b"<html>")
    page.set_input_files('#new-evidence [type="file"]', bad)
    page.click("#new-evidence button")
    expect(page.locator("#said")).to_contain_text("类型不能接收")
    page.goto(page.url.removesuffix("/edit"))
    expect(page.locator("main")).to_contain_text("签订物业合同")
    with page.expect_download() as download:
        page.get_by_role("link", name="批复.pdf").click()
    assert download.value.path().read_bytes() == PDF
    page.goto(page.url + "/edit")
    ready(page)
    page.locator('[data-milestone] [data-column="done_on"]').fill(today().isoformat())
    expect(page.locator("#roadmap .bg-red-lt")).to_have_count(0)


def test_a_phone_shows_names_and_what_matters(open_page: Open):
    page = open_page("/sites")
    page.set_viewport_size({"width": 390, "height": 844})
    page.reload()
    assert len(rows(page)) >= 8
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    expect(page.locator(".tabulator-col:visible")).to_have_count(3)
