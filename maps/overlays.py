"""What is laid on a map: elements of folium that hand our data to our own scripts.

Folium's popups and tooltips are raw HTML, so we use none: data goes to the scripts as JSON, and
they put it on the page as text.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final, Literal

from branca.element import MacroElement
from folium.template import Template

_ESCAPES: Final = {"<": "\\u003c", ">": "\\u003e", "&": "\\u0026", "\u2028": "\\u2028"}


def script_json(value: object) -> str:
    """Return JSON that may stand in a script element whatever it says."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), default=str)
    for character, escape in _ESCAPES.items():
        text = text.replace(character, escape)
    return text


class TileOverlay(MacroElement):
    """Lays vector tiles on a map: the ground and the sites, refreshed when others change them.

    Args:
        config: ``address`` (template of ``{layers}``, ``{z}``, ``{x}``, ``{y}``), ``versions`` and
            ``events`` (addresses), ``bounds``, ``on``, ``colouring``; what tiles there are is in
            `maps.coverage_scripts`, which a page with this overlay loads.
    """

    _template = Template(
        "{% macro script(this, kwargs) %}"
        "fugai.addTiles({{ this._parent.get_name() }}, {{ this.config }});"
        "{% endmacro %}"
    )

    def __init__(self, config: Mapping[str, Any]) -> None:
        """Keep the configuration as JSON."""
        super().__init__()  # type: ignore[no-untyped-call]
        self._name = "TileOverlay"
        self.config = script_json(config)


class ScriptOverlay(MacroElement):
    """Hands a map and a configuration to one of our functions in `maps/static`.

    Args:
        start: Name of the function in the browser's ``fugai``: ``startCoverage`` draws the
            coverage map with legend and panels, ``startSite`` one site where it stands,
            ``startChanges`` what changed between two days, ``startComparison`` positions before
            and after, ``startGaps`` those of a list, ``startBoundary`` the page that draws a site's
            boundary, ``startArchive`` an archive of tiles that lies in the page.
        config: What the function reads.
    """

    _template = Template(
        "{% macro script(this, kwargs) %}"
        "fugai.{{ this.start }}({{ this._parent.get_name() }}, {{ this.config }});"
        "{% endmacro %}"
    )

    def __init__(
        self,
        start: Literal[
            "startCoverage",
            "startSite",
            "startChanges",
            "startComparison",
            "startBoundary",
            "startGaps",
            "startRoutes",
            "startOverview",
            "startArchive",
        ],
        config: Mapping[str, Any],
    ) -> None:
        """Keep the function's name, and the configuration as JSON."""
        super().__init__()  # type: ignore[no-untyped-call]
        self._name = "ScriptOverlay"
        self.start = start
        self.config = script_json(config)
