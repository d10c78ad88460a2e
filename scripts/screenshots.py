"""Pictures of the pages for the README and for a look: ``python -m scripts.screenshots``.

Needs a running server with the demo district, and Debian's Chromium. No request leaves the
machine.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Final

import typer
from playwright.sync_api import BrowserContext, Page, sync_playwright

CHROMIUM: Final = "/usr/bin/chromium"
FLAGS: Final = ("--no-sandbox", "--disable-quic", "--disable-background-networking")
SIZES: Final = {"wall": (1920, 1080), "office": (1366, 768), "phone": (390, 844)}


@dataclass(frozen=True, slots=True)
class Shot:
    """A page, and what to press on it before its picture is taken."""

    name: str
    path: str
    press: tuple[str, ...] = ()
    full_page: bool = False


SHOTS: Final = (
    Shot("login", "/login"),
    Shot("map", "/map"),
    Shot("map-management", "/map", ('[data-colouring="management_type"]',)),
    Shot("map-status", "/map", ('[data-colouring="inspection_status"]',)),
    Shot("map-town", "/map#town=370306003", ('[data-colouring="management_type"]',)),
    Shot("map-filters", "/map", ('[data-part="filter-button"]',)),
    Shot("gaps", "/gaps"),
    Shot(
        "gaps-missing", "/gaps?kind=missing", (".fugai-gaps-row >> nth=2", "[data-decision=merge]")
    ),
    Shot("gaps-map", "/map?colouring=gap"),
    Shot("gaps-record", "/map?colouring=gap", (".fugai-gap >> nth=1",)),
    Shot("plans", "/plans"),
    Shot("path", "/path", full_page=True),
    Shot("towns", "/towns", full_page=True),
    Shot("town", "/towns/370306003", full_page=True),
    Shot("sites", "/sites?covered=false"),
    Shot("record", "/sites", (".tabulator-row a >> nth=2",), full_page=True),
    Shot("imports", "/imports"),
    Shot("import", "/imports", (".table tbody a >> nth=0",)),
    Shot("edit", "/sites/1/edit", full_page=True),
    Shot("boundary", "/sites/1/boundary"),
    Shot("unlocated", "/sites/unlocated"),
    Shot("changes", "/changes"),
    Shot("lapses", "/lapses"),
    Shot("doctor", "/doctor"),
    Shot("vectors", "/imports/vector"),
    Shot("home", "/"),
    Shot("overview", "/overview", full_page=True),
    Shot("overview-two", "/overview", ("[data-act=compare]",)),
    Shot("menu", "/towns", (".fugai-nav .dropdown-toggle >> nth=1",)),
    Shot("visits", "/visits"),
    Shot("today", "/visits/today"),
    Shot("findings", "/findings"),
    Shot("truth", "/truth", full_page=True),
    Shot("paper", "/paper"),
    Shot("campaign", "/campaign", full_page=True),
    Shot("reports", "/reports", full_page=True),
    Shot("account", "/account"),
    Shot("public", "/public"),
)
_PHONE_PRESSES: Final = {
    "map-filters": ('[data-sheet-of="filters"]',),
    "menu": (".navbar-toggler", ".fugai-nav .dropdown-toggle >> nth=1"),
}


def main(
    out: Annotated[Path, typer.Option(help="folder for the pictures")],
    url: Annotated[str, typer.Option()] = "http://127.0.0.1:8000",
    username: Annotated[str, typer.Option()] = "district",
    password: Annotated[str, typer.Option(envvar="FUGAI_DEMO_PASSWORD")] = "",
    only: Annotated[list[str] | None, typer.Option(help="names of shots")] = None,
    size: Annotated[list[str] | None, typer.Option(help="wall, office, phone")] = None,
    lang: Annotated[list[str] | None, typer.Option(help="zh, en")] = None,
) -> None:
    """Take the pictures of every page at every size in both languages."""
    out.mkdir(parents=True, exist_ok=True)
    shots = [one for one in SHOTS if not only or one.name in only]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(FLAGS))
        for size_name in size or SIZES:
            width, height = SIZES[size_name]
            for language in lang or ("zh", "en"):
                context = browser.new_context(
                    viewport={"width": width, "height": height},
                    has_touch=size_name == "phone",
                    locale={"zh": "zh-CN", "en": "en-GB"}[language],
                )
                _log_in(context, url, username, password, language)
                for shot in shots:
                    page = context.new_page()
                    _take(page, url, shot, is_phone=size_name == "phone")
                    path = out / f"{shot.name}-{size_name}-{language}.png"
                    page.screenshot(path=path, full_page=shot.full_page)
                    page.close()
                context.close()
        browser.close()


def _log_in(context: BrowserContext, url: str, username: str, password: str, lang: str) -> None:
    context.add_cookies([{"name": "lang", "value": lang, "url": url}])
    context.request.post(f"{url}/api/login", data={"username": username, "password": password})


def _take(page: Page, url: str, shot: Shot, *, is_phone: bool) -> None:
    page.goto(url + shot.path)
    page.wait_for_load_state("networkidle")
    if page.locator("#ledger").count():
        page.wait_for_selector("#ledger[data-ready]")
    if page.locator(".fugai").count():
        page.wait_for_selector(".fugai[data-ready]")
    if is_phone and any(one.startswith(".fugai-gap ") for one in shot.press):
        page.click('[data-sheet-of="side"]')
    for selector in _PHONE_PRESSES.get(shot.name, shot.press) if is_phone else shot.press:
        page.click(selector)
    page.wait_for_load_state("networkidle")
    # Leaflet's zoom animation is the last thing to come to rest.
    page.wait_for_timeout(700)


if __name__ == "__main__":
    typer.run(main)
