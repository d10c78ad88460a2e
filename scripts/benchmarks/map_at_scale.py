"""The coverage map of a large district, beside plain Folium over the same rows.

The peer is what one writes by hand: geopandas reads the sites, ``folium.GeoJson`` puts them into
the page with a style and a tooltip. Both pages are opened in the same headless Chromium.
"""

from __future__ import annotations

import gzip
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
from playwright.sync_api import Page, sync_playwright
from sqlalchemy import Engine

from geodata.domain.access import Scope
from geodata.domain.period import today
from geodata.store.queries.coverage_table import Breakdown, coverage_table
from geodata.store.queries.drawn import DRAWN_DECIMALS, sites_geojson
from geodata.store.queries.state import SiteFilter
from geodata.store.session import reading
from maps.assets import LEAFLET_CSS, LEAFLET_JS, inlined
from maps.symbology import COLOURS, UNREPORTED_COLOUR
from scripts.screenshots import CHROMIUM, FLAGS

_ROUNDS: Final = 5
_READY: Final = ".fugai[data-ready]"
_WAIT_MS: Final = 180_000


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
            "coverage_by_town_s": _timed(
                lambda: coverage_table(session, everything, by=town, on=day, wanted=wanted)
            ),
            "geojson_s": _timed(
                lambda: sites_geojson(session, everything, wanted, on=day, decimals=DRAWN_DECIMALS)
            ),
        }
        content = sites_geojson(session, everything, wanted, on=day, decimals=DRAWN_DECIMALS)
    ours["geojson_bytes"] = len(content)
    ours["geojson_gzip_bytes"] = len(gzip.compress(content, 4))
    with TemporaryDirectory() as folder, sync_playwright() as playwright:
        peer = _build_peer(content, Path(folder) / "peer.html")
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(FLAGS))
        with _serving(app, port):
            page = browser.new_page(
                viewport={"width": 1366, "height": 768},
                extra_http_headers={"authorization": f"Bearer {token}"},
            )
            ours |= _look(page, f"http://127.0.0.1:{port}/map?district={district}", _READY)
            ours |= _use(page)
            page.close()
        page = browser.new_page(viewport={"width": 1366, "height": 768})
        peer |= _look(page, (Path(folder) / "peer.html").as_uri(), ".is-drawn")
        browser.close()
    ratios = {key: round(ours[key] / peer[key], 3) for key in ("ready_s", "heap_bytes")}
    return {"ours": ours, "plain_folium": peer, "ours_to_plain_folium": ratios}


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


def _use(page: Page) -> dict[str, Any]:
    """Switch the colouring and move the map as a user does."""
    figures = {}
    for key in ("management_type", "gap"):
        began = time.perf_counter()
        page.click(f'[data-colouring="{key}"]')
        _painted(page)
        figures[f"switch_to_{key}_s"] = round(time.perf_counter() - began, 3)
    box = page.locator(".leaflet-container").bounding_box()
    if box is not None:
        x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
        began = time.perf_counter()
        page.mouse.move(x, y)
        page.mouse.down()
        page.mouse.move(x + 200, y + 80, steps=10)
        page.mouse.up()
        _painted(page)
        figures["drag_s"] = round(time.perf_counter() - began, 3)
    return figures


def _painted(page: Page) -> None:
    page.evaluate("new Promise((done) => requestAnimationFrame(() => setTimeout(done, 0)))")


@contextmanager
def _serving(app: FastAPI, port: int) -> Iterator[None]:
    server = uvicorn.Server(uvicorn.Config(app, port=port, log_level="warning", lifespan="off"))
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        time.sleep(0.05)
    yield
    server.should_exit = True
    thread.join()
