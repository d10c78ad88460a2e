"""Where each file a page needs lies on this machine; a page asks no other host.

Folium writes links to ten files of other hosts into every map. Each is named here with the
local file that takes its place, or with none where our maps do not use it. A link that is not
named is refused, so that a new release of folium cannot make a page phone home.
"""

from __future__ import annotations

import json
import re
from base64 import b64encode
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Final

from geodata.domain.errors import DomainError

_ROOT: Final = Path(__file__).resolve().parent

VENDOR: Final = "/assets/vendor/"
OURS: Final = "/assets/maps/"

LEAFLET_JS: Final = VENDOR + "leaflet/dist/leaflet.js"
LEAFLET_CSS: Final = VENDOR + "leaflet/dist/leaflet.css"
DRAWING_JS: Final = VENDOR + "@geoman-io/leaflet-geoman-free/dist/leaflet-geoman.min.js"
DRAWING_CSS: Final = VENDOR + "@geoman-io/leaflet-geoman-free/dist/leaflet-geoman.css"
PMTILES_JS: Final = VENDOR + "pmtiles/dist/pmtiles.js"
DECODER: Final = OURS + "decoding.mjs"
KIT_CSS: Final = VENDOR + "@tabler/core/dist/css/tabler.min.css"

MODULES: Final = {
    "@mapbox/point-geometry": VENDOR + "@mapbox/point-geometry/index.js",
    "@mapbox/vector-tile": VENDOR + "@mapbox/vector-tile/index.js",
    "pbf": VENDOR + "pbf/index.js",
}
"""Where the browser finds the libraries that modules of a page import by name."""

_LOCAL: Final[dict[str, str | None]] = {
    "/leaflet.js": LEAFLET_JS,
    "/leaflet.css": LEAFLET_CSS,
    # Folium brings these for markers and layouts that our maps do not use.
    "/jquery": None,
    "/bootstrap.bundle.min.js": None,
    "/bootstrap.min.css": None,
    "/bootstrap-glyphicons.css": None,
    "/fontawesome-free": None,
    "/leaflet.awesome-markers.js": None,
    "/leaflet.awesome-markers.css": None,
    "/leaflet.awesome.rotate.min.css": None,
}
_LINK: Final = re.compile(
    r"""<script\b[^>]*\bsrc=["'](?P<script>[^"']+)["'][^>]*>\s*</script>"""
    r"""|<link\b[^>]*\bhref=["'](?P<link>[^"']+)["'][^>]*/?>"""
)
_HAS_CODE_END: Final = re.compile(r"</(?=script|style)", re.IGNORECASE)


def local_links(html: str) -> list[str]:
    """Return the local files that take the place of a document's outside links, in order.

    Raises:
        DomainError: ``assets.unknown_link`` for a link that is not named here.
    """
    found = []
    for match in _LINK.finditer(html):
        link = match["script"] or match["link"]
        known = [local for part, local in _LOCAL.items() if part in link]
        if not known:
            raise DomainError("assets.unknown_link", link=link)
        if known[0] is not None:
            found.append(known[0])
    return found


def served(links: list[str]) -> str:
    """Return the elements that load files from this server."""
    return "\n".join(_loaded(link) for link in links)


def _loaded(link: str) -> str:
    if link.endswith(".css"):
        return f'<link rel="stylesheet" href="{link}">'
    if link.endswith(".mjs"):
        return f'<script type="module" src="{link}"></script>'
    return f'<script src="{link}"></script>'


def inlined(links: list[str]) -> str:
    """Return the elements that carry the files themselves, for a document that stands alone.

    Raises:
        DomainError: ``assets.missing`` when the libraries were not installed.
    """
    return "\n".join(
        f"<style>{_content(link)}</style>"
        if link.endswith(".css")
        else f"<script{_kind(link)}>{_content(link)}</script>"
        for link in links
    )


def module_map(modules: Mapping[str, str]) -> str:
    """Return the element that carries libraries for modules to import by name.

    Args:
        modules: Local link by name.

    Raises:
        DomainError: ``assets.missing``.
    """
    carried = {
        name: "data:text/javascript;base64," + b64encode(_content(link).encode()).decode()
        for name, link in modules.items()
    }
    return f'<script type="importmap">{json.dumps({"imports": carried})}</script>'


def _kind(link: str) -> str:
    return ' type="module"' if link.endswith(".mjs") else ""


@cache
def _content(link: str) -> str:
    path = file_of(link)
    if not path.is_file():
        raise DomainError("assets.missing", path=link)
    text = path.read_text("utf-8")
    if link.endswith(".css"):
        # Pictures of a style sheet lie beside it on a disk that is not there.
        text = _without_pictures(text)
    # Inside an element nothing may look like its end.
    return _HAS_CODE_END.sub(r"<\\/", _without_source_map(text))


def file_of(link: str) -> Path:
    """Return the file behind a local link."""
    if link.startswith(VENDOR):
        return _ROOT / "node_modules" / link.removeprefix(VENDOR)
    return _ROOT / "static" / link.removeprefix(OURS)


def _without_source_map(text: str) -> str:
    return re.sub(r"(//|/\*)# sourceMappingURL=.*$", "", text, flags=re.MULTILINE)


def _without_pictures(text: str) -> str:
    return re.sub(r"""url\((?!["']?data:)[^)]*\)""", "none", text)
