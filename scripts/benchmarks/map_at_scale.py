"""The coverage map of a large district, beside plain Folium over the same rows.

The peer is what one writes by hand: geopandas reads the sites, ``folium.GeoJson`` puts them into
the page with a style and a tooltip. Both pages are opened in the same headless Chromium.
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any, Final

import folium
import geopandas
import uvicorn
from fastapi import FastAPI
from playwright.sync_api import Browser, Page, ViewportSize, sync_playwright
from sqlalchemy import Engine, func, select

from geodata.domain.access import Scope
from geodata.domain.period import today
from geodata.store.queries.coverage_table import Breakdown, coverage_table
from geodata.store.queries.drawn import DRAWN_DECIMALS, sites_geojson
from geodata.store.queries.map_figures import map_figures
from geodata.store.queries.state import SiteFilter
from geodata.store.session import reading
from geodata.store.tables import Footprint
from maps.assets import LEAFLET_CSS, LEAFLET_JS, inlined
from maps.symbology import COLOURS, UNREPORTED_COLOUR
from scripts.screenshots import CHROMIUM, FLAGS

_ROUNDS: Final = 5
_READY: Final = ".fugai[data-ready]"
_WAIT_MS: Final = 180_000
_STEPS: Final = 40
_OFFICE: Final[ViewportSize] = {"width": 1366, "height": 768}
_PRESS: Final = """async (selector) => {
  const began = performance.now();
  document.querySelector(selector).click();
  await new Promise((done) => requestAnimationFrame(() => setTimeout(done, 0)));
  return (performance.now() - began) / 1000;
}"""
_FRAMES: Final = """() => {
  window.frames_ms = [];
  window.isOver = false;
  let last = performance.now();
  const next = () => {
    window.frames_ms.push(performance.now() - last);
    last = performance.now();
    if (!window.isOver) requestAnimationFrame(next);
  };
  requestAnimationFrame(next);
}"""
_SIZES: Final = """() => {
  const [page] = performance.getEntriesByType("navigation");
  const asked = performance.getEntriesByType("resource");
  const bytes = (wanted) =>
    asked.filter(({ name }) => wanted.test(name)).reduce((sum, one) => sum + one.transferSize, 0);
  return {
    page_bytes: page.decodedBodySize,
    data_bytes: bytes(/[/]tiles[/]|[/]api[/]/),
    tile_bytes: bytes(/[/]tiles[/]/),
    code_bytes: bytes(/[/]assets[/]|[/]map[/]coverage/),
    requests: asked.length,
  };
}"""


def measure(engine: Engine, app: FastAPI, token: str, district: str, port: int) -> dict[str, Any]:
    """Return figures in seconds and bytes, and the ratios of ours to the peer's.

    Args:
        engine: Of a database that holds the district.
        app: The server's application over it.
        token: Of an account that sees it.
        district: Its code.
        port: A free one.
    """
    wanted, day = SiteFilter(district=district), today()
    with reading(engine) as session:
        everything, town = Scope.everything(), Breakdown.TOWN
        table = coverage_table(session, everything, by=town, on=day, wanted=wanted)
        ours: dict[str, Any] = {
            "sites": table.total.rate().whole,
            "footprints": session.scalar(select(func.count()).select_from(Footprint)),
            "coverage_by_town_s": _timed(
                lambda: coverage_table(session, everything, by=town, on=day, wanted=wanted)
            ),
            "figures_s": _timed(lambda: map_figures(session, everything, district, on=day)),
        }
        content = sites_geojson(session, everything, wanted, on=day, decimals=DRAWN_DECIMALS)
    with TemporaryDirectory() as folder, sync_playwright() as playwright:
        peer = _build_peer(content, Path(folder) / "peer.html")
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM, args=[*FLAGS, "--disable-gpu", "--enable-precise-memory-info"]
        )
        with _serving(app, port):
            address = f"http://127.0.0.1:{port}/map?district={district}"
            looks = [_look_at_ours(browser, address, token) for _ in range(_ROUNDS)]
        ours |= _middle(looks)
        there = (Path(folder) / "peer.html").as_uri()
        peer |= _middle([_look_at_peer(browser, there) for _ in range(_ROUNDS)])
        browser.close()
    ratios = {
        key: round(ours[key] / peer[key], 3)
        for key in ("page_bytes", "first_paint_s", "ready_s", "heap_bytes")
    }
    return {"ours": ours, "plain_folium": peer, "ours_to_plain_folium": ratios}


def _look_at_ours(browser: Browser, address: str, token: str) -> dict[str, float]:
    """Open the page as somebody does who was never there, and use it."""
    context = browser.new_context(
        viewport=_OFFICE, extra_http_headers={"authorization": f"Bearer {token}"}
    )
    page = context.new_page()
    figures = _look(page, address, _READY)
    # When towns, streets and sites stand on the screen, whatever else is still to come.
    drawn = page.evaluate('performance.getEntriesByName("fugai:drawn")[0].startTime')
    figures["first_paint_s"] = round(drawn / 1000, 2)
    figures |= page.evaluate(_SIZES)
    figures |= _use(page)
    context.close()
    return figures


def _look_at_peer(browser: Browser, address: str) -> dict[str, float]:
    context = browser.new_context(viewport=_OFFICE)
    page = context.new_page()
    figures = _look(page, address, ".is-drawn")
    # Nothing is there before everything is.
    figures["first_paint_s"] = figures["ready_s"]
    figures |= {f"drag_{name}": value for name, value in _drag(page).items()}
    context.close()
    return figures


def _middle(looks: list[dict[str, float]]) -> dict[str, float]:
    return {key: round(median(one[key] for one in looks), 3) for key in looks[0]}


def _timed(act: Callable[[], object]) -> float:
    times = []
    for _ in range(_ROUNDS):
        began = time.perf_counter()
        act()
        times.append(time.perf_counter() - began)
    return round(median(times), 4)


def _build_peer(content: bytes, path: Path) -> dict[str, Any]:
    began = time.perf_counter()
    collection = json.loads(content)
    collection["features"] = [one for one in collection["features"] if one["geometry"]]
    frame = geopandas.GeoDataFrame.from_features(collection["features"], crs="EPSG:4490")
    kept = frame[["geometry", "name", "category"]]
    canvas = folium.Map(tiles=None, prefer_canvas=True)
    colours = {str(key): colour for key, colour in COLOURS.items()}
    layer = folium.GeoJson(
        kept,
        style_function=lambda one: {
            "fillColor": colours.get(one["properties"]["category"], UNREPORTED_COLOUR),
            "weight": 1,
        },
        tooltip=folium.GeoJsonTooltip(["name"]),
    )
    layer.add_to(canvas)
    west, south, east, north = frame.total_bounds
    canvas.fit_bounds([[south, west], [north, east]])
    root: Any = canvas.get_root()
    html = root.render()
    head, _, body = html.partition("</head>")
    script = "<script>document.body.classList.add('is-drawn')</script>"
    # The same Leaflet from this machine in place of folium's links, which are not to be had.
    style = head[head.rindex("<style>#map_") if "<style>#map_" in head else head.index("<style>") :]
    local = inlined([LEAFLET_CSS, LEAFLET_JS])
    path.write_text(
        f"<!doctype html><html><head><meta charset='utf-8'>{local}{style}</head>{body}{script}",
        "utf-8",
    )
    return {"build_s": round(time.perf_counter() - began, 2), "page_bytes": path.stat().st_size}


def _look(page: Page, url: str, ready: str) -> dict[str, Any]:
    began = time.perf_counter()
    page.goto(url, timeout=_WAIT_MS)
    page.wait_for_selector(ready, timeout=_WAIT_MS)
    _painted(page)
    taken = round(time.perf_counter() - began, 2)
    heap = page.evaluate("performance.memory.usedJSHeapSize")
    return {"ready_s": taken, "heap_bytes": heap}


def _use(page: Page) -> dict[str, float]:
    """Switch the colouring, filter, and move the map as a user does."""
    figures = {}
    for key in ("management_type", "gap"):
        figures[f"switch_to_{key}_s"] = round(page.evaluate(_PRESS, f"[data-colouring={key}]"), 3)
    page.evaluate(_PRESS, "[data-part=filter-button]")
    figures["filter_s"] = round(page.evaluate(_PRESS, '[data-covered="false"]'), 3)
    page.evaluate(_PRESS, '[data-covered="null"]')
    return figures | {f"drag_{name}": value for name, value in _drag(page).items()}


def _drag(page: Page) -> dict[str, float]:
    """Return how long the frames of a drag take, in milliseconds."""
    box = page.locator(".leaflet-container").bounding_box()
    if box is None:
        return {}
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    page.evaluate(_FRAMES)
    for step in range(1, _STEPS + 1):
        page.mouse.move(x + 8 * step, y + 3 * step)
    page.mouse.up()
    frames = sorted(page.evaluate("() => { window.isOver = true; return window.frames_ms; }"))
    return {
        "frame_median_ms": round(median(frames), 1),
        "frame_p95_ms": round(frames[int(0.95 * (len(frames) - 1))], 1),
    }


def _painted(page: Page) -> None:
    page.evaluate("new Promise((done) => requestAnimationFrame(() => setTimeout(done, 0)))")


@contextmanager
def _serving(app: FastAPI, port: int) -> Iterator[None]:
    config = uvicorn.Config(app, port=port, log_level="warning", timeout_graceful_shutdown=2)
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        time.sleep(0.05)
    yield
    server.should_exit = True
    thread.join()
