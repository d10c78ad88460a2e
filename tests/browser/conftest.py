"""A real Chromium before the real server; every request to another host is cut and noted."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from urllib.parse import urlsplit

import pytest
from fastapi import FastAPI
from playwright.sync_api import (
    Browser,
    BrowserContext,
    Page,
    Playwright,
    Route,
    expect,
    sync_playwright,
)

from geodata.domain.access import Role
from scripts.screenshots import CHROMIUM, FLAGS
from tests.browser.serving import serve
from tests.world import PASSWORD

Open = Callable[..., Page]

# What comes, comes; how soon is no matter of tests on machines that others use too.
expect.set_options(timeout=20_000)


@pytest.fixture(scope="session")
def address(app: FastAPI) -> Iterator[str]:
    """The address of the server."""
    with serve(app) as address:
        yield address


@pytest.fixture(scope="session")
def playwright() -> Iterator[Playwright]:
    """The driver: one for all tests of a worker."""
    with sync_playwright() as playwright:
        yield playwright


@pytest.fixture(scope="session")
def browser(playwright: Playwright) -> Iterator[Browser]:
    """Debian's Chromium, headless."""
    browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(FLAGS))
    yield browser
    browser.close()


@pytest.fixture
def foreign() -> list[str]:
    """The addresses on other hosts that pages of the test asked for."""
    return []


@pytest.fixture
def context(browser: Browser, address: str, foreign: list[str]) -> Iterator[BrowserContext]:
    """A window of its own whose way to other hosts is cut; none may be asked, no script fail."""
    context = browser.new_context(viewport={"width": 1366, "height": 768}, locale="zh-CN")
    own = urlsplit(address).netloc

    def guard(route: Route) -> None:
        url = urlsplit(route.request.url)
        if url.scheme in ("data", "blob", "file") or url.netloc == own:
            route.continue_()
        else:
            foreign.append(route.request.url)
            route.abort()

    context.route("**/*", guard)
    failures: list[str] = []
    context.on("weberror", lambda error: failures.append(str(error.error)))
    # A dialog is an alert that somebody's data has brought about; Playwright waits for its end.
    context.on("dialog", lambda dialog: dialog.dismiss())
    context.on("dialog", lambda dialog: failures.append(dialog.message))
    yield context
    context.close()
    assert foreign == []
    assert failures == []


@pytest.fixture
def open_page(context: BrowserContext, address: str) -> Open:
    """Opens a page, logged in as a role, and waits for its map if it has one."""

    def open_page(path: str, role: Role = Role.LEADER) -> Page:
        credentials = {"username": role.value, "password": PASSWORD}
        context.request.post(f"{address}/api/login", data=credentials)
        page = context.new_page()
        page.goto(address + path)
        if page.locator(".fugai").count():
            page.wait_for_selector(".fugai[data-ready]")
        return page

    return open_page
