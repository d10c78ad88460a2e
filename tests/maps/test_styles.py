"""Styles: what MapLibre accepts, in our colours, without another host."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from geodata.domain.management import ManagementType
from geodata.layers import LAYERS
from maps import symbology
from maps.styles import STYLE_SOURCES, style
from maps.symbology import COLOURS, MEMBERS, Colouring
from tests.contracts.files import ROOT
from tests.node import node

CHECKER = ROOT / "maps/node_modules/@maplibre/maplibre-gl-style-spec/dist/gl-style-validate.mjs"
SOURCES = {name: f"http://127.0.0.1/{name}.json" for name in STYLE_SOURCES}


@pytest.fixture(params=list(Colouring))
def drawn(request: pytest.FixtureRequest) -> dict[str, Any]:
    """A style of each colouring."""
    return style(request.param, SOURCES, "zh", attribution="©")


def test_maplibres_own_checker_finds_no_fault(drawn: dict[str, Any], tmp_path: Path) -> None:
    path = tmp_path / "style.json"
    path.write_text(json.dumps(drawn), "utf-8")
    ran = subprocess.run([node(), CHECKER, path], capture_output=True, text=True, check=False)
    assert (ran.returncode, ran.stdout, ran.stderr) == (0, "", "")


def test_the_checker_would_find_one(drawn: dict[str, Any], tmp_path: Path) -> None:
    drawn["layers"][1]["paint"]["fill-color"] = ["colour-of", "kind"]
    path = tmp_path / "style.json"
    path.write_text(json.dumps(drawn), "utf-8")
    ran = subprocess.run([node(), CHECKER, path], capture_output=True, text=True, check=False)
    assert ran.returncode != 0


def test_a_style_asks_nobody_but_its_sources(drawn: dict[str, Any]) -> None:
    assert not {"glyphs", "sprite"} & set(drawn)
    assert {one["url"] for one in drawn["sources"].values()} == set(SOURCES.values())


def test_every_layer_and_field_is_declared(drawn: dict[str, Any]) -> None:
    def fields(expression: Any) -> set[str]:
        if not isinstance(expression, list):
            return set()
        if expression[:1] in (["get"], ["has"]) and len(expression) == 2:
            return {expression[1]}
        return set().union(*map(fields, expression))

    for one in drawn["layers"][1:]:
        layer = LAYERS[one["source-layer"]]
        assert layer.id in STYLE_SOURCES[one["source"]]
        told = fields(one.get("filter"))
        for value in [*one.get("paint", {}).values(), *one.get("layout", {}).values()]:
            told |= fields(value)
        merged = {name for name in told if name == "count" or name.startswith("n_")}
        assert {name for name in told - merged if layer.field(name) is None} == set()


def test_every_value_has_its_colour_of_the_map() -> None:
    for colouring, members in MEMBERS.items():
        text = json.dumps(style(colouring, SOURCES, "en"))
        assert all(COLOURS[one] in text for one in members)


def test_of_several_types_the_first_fills_and_the_second_is_the_edge() -> None:
    layers = {one["id"]: one for one in style(Colouring.MANAGEMENT_TYPE, SOURCES, "zh")["layers"]}

    def chosen(expression: list[Any], types: str) -> Any:
        pairs = zip(expression[2:-1:2], expression[3:-1:2], strict=True)
        return next((value for keys, value in pairs if types in keys), expression[-1])

    fill = layers["communities-areas"]["paint"]["fill-color"]
    edge = layers["communities-second-type"]["paint"]["line-color"]
    both = "simple,neighbourhood_run"
    assert chosen(fill, both) == COLOURS[ManagementType.SIMPLE]
    assert chosen(edge, both) == COLOURS[ManagementType.NEIGHBOURHOOD_RUN]
    assert chosen(fill, "unreported") == symbology.UNREPORTED_COLOUR
    assert chosen(layers["communities-second-type"]["filter"][2], both) is True
    assert chosen(layers["communities-second-type"]["filter"][2], "simple") is False


def test_the_ground_has_the_colours_that_the_pages_scripts_draw_it_in() -> None:
    scripts = sorted((ROOT / "maps/static").glob("*.[jc]s*"))
    text = "\n".join(path.read_text("utf-8") for path in scripts)
    for rank, one in symbology.ROAD_SYMBOLS.items():
        assert f"{rank}: {{ thin: {one.thin}, thick: {one.thick}, colour" in text
        assert f'casing: "{one.casing}"' in text
    for kind, colour in symbology.AREA_COLOURS.items():
        assert f'{kind}: "{colour}"' in text
    lines = [line.colour for line in symbology.DIVISION_LINES.values()]
    others = [symbology.FOOTPRINT_FILL, symbology.FOOTPRINT_LINE, symbology.LAND]
    for colour in [*lines, *others, symbology.UNCOVERED_EDGE, symbology.TEXT]:
        assert colour in text
