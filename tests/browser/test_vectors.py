"""A file is sent and answered on one page: verdict, map before and after, refusals in words."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Route, expect

from geodata.domain.access import Role
from geodata.spatial.systems import zone
from tests.browser.conftest import Open
from tests.builders import square
from tests.outlines import WHERE, a_vector_file

pytestmark = pytest.mark.filterwarnings("ignore:'crs' was not provided")


def test_the_doctor_answers_beside_the_map(open_page: Open, tmp_path: Path) -> None:
    page = open_page("/doctor")
    path = a_vector_file(tmp_path, system=zone(39, has_prefix=True), name="边界.zip")
    page.set_input_files("#file", path)
    page.click("#upload button")
    expect(page.locator(".fugai-verdict")).to_have_text("EPSG:4527")
    expect(page.locator(".folium-map[data-compared='2']")).to_be_visible()
    expect(page.locator(".fugai-stages")).to_contain_text("处理后")


def test_a_refusal_is_a_sentence_on_the_page(open_page: Open, tmp_path: Path) -> None:
    page = open_page("/doctor")
    path = tmp_path / "坏.zip"
    path.write_bytes(b"no archive")
    page.set_input_files("#file", path)
    page.click("#upload button")
    expect(page.locator("#result .alert-danger")).to_contain_text("请重新压缩为 zip")


def test_a_doubted_datum_can_be_insisted_on(open_page: Open, tmp_path: Path) -> None:
    page = open_page("/imports/vector", Role.DISTRICT_LEAD)
    page.set_input_files("#file", a_vector_file(tmp_path))
    page.select_option("#datum", "EPSG:4527")
    page.click("#upload button")
    expect(page.locator("#result .alert-danger")).to_contain_text("与数据不符")
    page.click("[data-insist]")
    expect(page.locator("#result .is-faulty b")).to_have_text(str(len(WHERE)))


def test_a_check_shows_what_would_change_and_looks_at_it(open_page: Open, tmp_path: Path) -> None:
    page = open_page("/imports/vector", Role.DISTRICT_LEAD)
    wanted = {**WHERE, "东苑小区": square(0.12, 0.02, 0.018)}
    page.set_input_files("#file", a_vector_file(tmp_path, wanted, crs=4490))
    page.click("#upload button")
    expect(page.locator("#result .is-changed b")).to_have_text("1")
    expect(page.locator("#result button[name='apply']")).to_have_text("写入 1 个边界")
    expect(page.locator(".folium-map[data-compared='3']")).to_be_visible()
    page.click("[data-look]")
    expect(page.locator(".fugai-stages")).to_contain_text("台账现有")


def test_the_button_below_the_report_asks_to_keep(open_page: Open, tmp_path: Path) -> None:
    """The request is caught on its way: the district is shared with other tests."""
    page = open_page("/imports/vector", Role.DISTRICT_LEAD)
    wanted = {**WHERE, "东苑小区": square(0.12, 0.02, 0.018)}
    page.set_input_files("#file", a_vector_file(tmp_path, wanted, crs=4490))
    page.click("#upload button")
    keep = page.locator("#result button[name='apply']")
    expect(keep).to_be_visible()
    asked: list[str] = []

    def catch(route: Route) -> None:
        asked.append(route.request.post_data_buffer.decode("latin-1"))  # type: ignore[union-attr]
        route.fulfill(status=200, content_type="text/html", body="<p>kept</p>")

    page.route("**/imports/vector", catch)
    keep.click()
    expect(page.locator("#result")).to_have_text("kept")
    assert 'name="apply"' in asked[0]
