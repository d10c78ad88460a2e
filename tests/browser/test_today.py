"""The day on a phone in a real browser: without a network, killed in the middle, sent once."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import (
    BrowserContext,
    Page,
    Playwright,
    ViewportSize,
    expect,
)
from sqlalchemy import select
from sqlalchemy.orm import Session

from geodata.domain.access import Role
from geodata.store.tables import Finding, Inspection, Photo, PlannedStop
from scripts.screenshots import CHROMIUM, FLAGS
from tests.browser.serving import serve
from tests.builders import WEST
from tests.own_world import logged_in
from tests.postgis import TestServer
from tests.server.visit_desk import VisitDesk, visit_desk
from tests.world import PASSWORD

NAMES = ("东苑小区", "东安里", "东街5号楼", "东宿舍", "西里小区", "西新村")
PHONE: ViewportSize = {"width": 390, "height": 844}


@pytest.fixture
def desk(server: TestServer, tmp_path: Path) -> Iterator[VisitDesk]:
    with visit_desk(server, "today", tmp_path / "files") as desk:
        yield desk


def _phone(playwright: Playwright, profile: Path, address: str) -> BrowserContext:
    context = playwright.chromium.launch_persistent_context(
        str(profile),
        executable_path=CHROMIUM,
        args=list(FLAGS),
        viewport=PHONE,
        locale="zh-CN",
        timezone_id="Asia/Shanghai",
        geolocation={"longitude": WEST + 0.13, "latitude": 36.78},
        permissions=["geolocation"],
    )
    context.set_default_timeout(20_000)
    credentials = {"username": "inspector", "password": PASSWORD}
    assert context.request.post(f"{address}/api/login", data=credentials).ok
    return context


def _kill(profile: Path) -> None:
    """End the browser as a battery does."""
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        try:
            command = (entry / "cmdline").read_bytes()
        except OSError:
            continue
        if f"--user-data-dir={profile}".encode() in command:
            os.kill(int(entry.name), signal.SIGKILL)


def _open(context: BrowserContext, address: str) -> Page:
    page = context.new_page()
    page.goto(f"{address}/visits/today")
    page.wait_for_selector("body[data-ready]")
    return page


def _photo() -> bytes:
    picture = Image.new("RGB", (640, 480), "#88aacc")
    exif = Image.Exif()
    exif[0x0110] = "secret camera"
    target = BytesIO()
    picture.save(target, "JPEG", exif=exif)
    return target.getvalue()


def _record(page: Page, place: int, *, problem: str | None = None) -> None:
    stop = page.locator(".fugai-today-stop").nth(place)
    stop.locator("summary").click()
    stop.get_by_role("button", name="检查记录").click()
    form = page.locator("dialog form")
    form.get_by_role("button", name="到达签到").click()
    expect(form.locator(".text-success, .text-danger").first).to_be_visible()
    reason = form.locator('[name="off_site_reason"]')
    if reason.is_visible():
        reason.fill("在大门口, 信号漂移")
    form.locator(
        '[name="result"][value="problems"]' if problem else '[name="result"][value="passed"]'
    ).check(force=True)
    form.locator('[name="confirms"][value="yes"]').check(force=True)
    if problem:
        form.locator('[name="description"]').fill(problem)
    form.locator('[name="photo"]').set_input_files(
        {"name": "a.jpg", "mimeType": "image/jpeg", "buffer": _photo()}
    )
    expect(form.locator("img")).to_have_count(1)
    form.get_by_role("button", name="保存").click()
    expect(page.locator("dialog[open]")).to_have_count(0)
    expect(page.locator(".fugai-today-stop").nth(place)).to_have_class("fugai-today-stop is-done")


def test_five_records_without_a_network_and_a_killed_browser_arrive_once_each(
    desk: VisitDesk, playwright: Playwright, tmp_path: Path
) -> None:
    profile = tmp_path / "profile"
    with logged_in(desk.app, Role.INSPECTOR) as client:
        desk.plan(client, sites=desk.ids(*NAMES), minutes=20)
    with serve(desk.app) as address:
        context = _phone(playwright, profile, address)
        page = _open(context, address)
        page.wait_for_selector("body[data-kept]")
        expect(page.locator(".fugai-today-stop")).to_have_count(len(NAMES))
        context.set_offline(True)
        page.reload()
        page.wait_for_selector("body[data-ready]")
        expect(page.locator("[data-part=facts]")).to_contain_text("没有网络")
        expect(page.locator(".leaflet-container")).to_have_attribute("data-stops", str(len(NAMES)))
        for place in range(5):
            _record(page, place, problem="楼道堆放杂物" if place == 2 else None)
        expect(page.locator("[data-part=state]")).to_contain_text("待传 5 条 5 图")
        _kill(profile)
        assert _rows(desk, Inspection, seen=True) == 0

        context = _phone(playwright, profile, address)
        page = _open(context, address)
        expect(page.locator("[data-part=state]")).to_contain_text("已全部上传", timeout=30_000)
        page.locator("[data-part=state]").click()
        page.reload()
        page.wait_for_selector("body[data-ready]")
        expect(page.locator("[data-part=state]")).to_contain_text("已全部上传")
        context.close()
    assert _rows(desk, Inspection, seen=True) == 5
    assert _rows(desk, Photo) == 5
    with Session(desk.app.state.owner) as session:
        finding = session.scalars(select(Finding).where(Finding.client_id.is_not(None))).one()
        assert finding.description == "楼道堆放杂物"
        made = session.scalars(select(PlannedStop).where(PlannedStop.state == "done")).all()
        assert len(made) == 5
        photo = session.scalars(select(Photo).where(Photo.finding_id == finding.id)).one()
        folder = desk.app.state.settings.files
        with Image.open(folder / photo.digest[:2] / photo.digest) as picture:
            assert not picture.getexif()
            assert picture.format == "JPEG"


def _rows(desk: VisitDesk, table: type[Inspection | Photo], *, seen: bool = False) -> int:
    with Session(desk.app.state.owner) as session:
        rows = session.scalars(select(table)).all()
        return len([one for one in rows if not seen or getattr(one, "client_id", None)])


def test_a_closed_site_is_skipped_without_a_network_and_the_rest_ordered_anew(
    desk: VisitDesk, playwright: Playwright, tmp_path: Path
) -> None:
    with logged_in(desk.app, Role.INSPECTOR) as client:
        desk.plan(client, sites=desk.ids(*NAMES), minutes=20)
    with serve(desk.app) as address:
        context = _phone(playwright, tmp_path / "profile", address)
        page = _open(context, address)
        page.wait_for_selector("body[data-kept]")
        _record(page, 0)
        expect(page.locator("[data-part=state]")).to_contain_text("已全部上传")
        context.set_offline(True)
        page.once("dialog", lambda dialog: dialog.accept("门锁着"))
        stop = page.locator(".fugai-today-stop").nth(2)
        name = stop.locator("summary b").inner_text()
        stop.locator("summary").click()
        stop.get_by_role("button", name="跳过, 重新排").click()
        skipped = page.locator(".fugai-today-stop.is-skipped")
        expect(skipped).to_have_count(1)
        expect(skipped).to_contain_text(name)
        expect(skipped).to_contain_text("门锁着")
        expect(page.locator(".fugai-today-stop.is-planned")).to_have_count(len(NAMES) - 2)
        page.reload()
        page.wait_for_selector("body[data-ready]")
        expect(page.locator(".fugai-today-stop.is-skipped")).to_contain_text(name)
        # The click, or the network's return before it, sends the skip: the answer is waited for.
        with page.expect_response(lambda one: one.url.endswith("/replan") and one.ok):
            context.set_offline(False)
            page.locator("[data-part=state]").click()
        kept = "async () => { await sync.run(); return (await fugaiStore.skips()).length; }"
        assert page.evaluate(kept) == 0
        context.close()
    with Session(desk.app.state.owner) as session:
        stops = session.scalars(select(PlannedStop).order_by(PlannedStop.position)).all()
        assert [one.state for one in stops].count("skipped") == 1
        assert next(one.note for one in stops if one.state == "skipped") == "门锁着"
        assert stops[0].state == "done"


def test_a_record_changed_at_the_desk_shows_both_values_on_the_phone(
    desk: VisitDesk, playwright: Playwright, tmp_path: Path
) -> None:
    with logged_in(desk.app, Role.INSPECTOR) as client:
        desk.plan(client, sites=desk.ids("东苑小区"), minutes=20)
    with serve(desk.app) as address, logged_in(desk.app, Role.DISTRICT_LEAD) as lead:
        context = _phone(playwright, tmp_path / "profile", address)
        page = _open(context, address)
        _record(page, 0)
        expect(page.locator("[data-part=state]")).to_contain_text("已全部上传")
        with Session(desk.app.state.owner) as session:
            made = session.scalars(select(Inspection.id).where(Inspection.client_id.is_not(None)))
            place = f"/api/inspections/{made.one()}"
        values = {"result": "passed", "confirms_cover": False, "note": "台式端改过"}
        changed = lead.patch(place, json=values, headers={"If-Match": '"1"'})
        assert changed.status_code == 200
        page.evaluate(
            """async () => {
              const [record] = await fugaiStore.records();
              const body = { ...record.body, note: "手机上补充", row_version: record.row_version };
              await fugaiStore.change(record.client_id, { state: "pending", body });
            }"""
        )
        page.locator("[data-part=state]").click()
        conflict = page.locator(".fugai-today-conflict")
        expect(conflict).to_contain_text("手机上补充")
        expect(conflict).to_contain_text("台式端改过")
        assert lead.get(place).json()["note"] == "台式端改过"
        conflict.get_by_role("button", name="用本机的").click()
        expect(page.locator("[data-part=state]")).to_contain_text("已全部上传")
        assert lead.get(place).json()["note"] == "手机上补充"
        context.close()
