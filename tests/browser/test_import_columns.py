"""A plain list with odd headers, from the drop to the report, as a clerk does it."""

from __future__ import annotations

from playwright.sync_api import expect

from geodata.domain.access import Role
from tests.browser.conftest import Open
from tests.builders import SOUTH, WEST

ROWS = (
    "XQMC,BZ,XX,YY",
    f"新苑小区,沿街,{WEST + 0.013:.6f},{SOUTH + 0.023:.6f}",
    f"新里花园,待拆,{WEST + 0.015:.6f},{SOUTH + 0.025:.6f}",
)


def test_odd_headers_are_put_right_and_the_list_is_compared(open_page: Open) -> None:
    page = open_page("/imports", Role.DISTRICT_LEAD)
    content = "\n".join(ROWS).encode()
    page.set_input_files(
        '[name="file"]', {"name": "名单.csv", "mimeType": "text/csv", "buffer": content}
    )
    page.get_by_role("button", name="按普通名单导入").click()
    column = page.get_by_label("“XQMC”列导入为")
    expect(column).to_have_value("name")
    page.get_by_label("“BZ”列导入为").select_option(label="备注")
    preview = page.locator('[data-part="preview"]')
    expect(preview).to_contain_text("待拆")
    page.get_by_role("button", name="比对").click()
    expect(page.get_by_text("有坐标列而没有声明坐标系")).to_be_visible()
    page.locator('[name="datum"]').select_option("cgcs2000")
    expect(preview).to_contain_text(f"{WEST + 0.013:.6f}")
    page.get_by_role("button", name="比对").click()
    expect(page.get_by_role("button", name="全部入库")).to_be_visible()
    expect(page.get_by_text("新里花园")).to_be_visible()
