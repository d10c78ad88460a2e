"""Maps put together: what goes in comes out as text, in the language asked for."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from typing import Any

import pytest

from geodata.domain.vocabulary import Language
from geodata.layers import LAYERS
from maps.basemaps import basemap
from maps.canvas import Pieces
from maps.coverage_scripts import coverage_script, map_words
from maps.overlays import script_json
from maps.pages import MapSubject, changes_map, coverage_file, coverage_map
from maps.tiles import drawn_from, tile_config
from tests.world import HOSTILE

SUBJECT = MapSubject(district="370306", name="周村区", on="2026-01-01", is_sample=True)
NOTHING: dict[str, Any] = {"type": "FeatureCollection", "features": []}


TILES = {"address": "/tiles/{layers}/{z}/{x}/{y}.mvt?", "versions": "/v", "events": "/e"}


def shown(subject: MapSubject = SUBJECT, language: Language = "zh") -> tuple[Pieces, str]:
    """A coverage map that has a server."""
    return coverage_map(subject, TILES, {"figures": "/f"}, language)


def sources(name: str = "某小区") -> dict[str, Any]:
    """The GeoJSON of a district with one site."""
    site = {
        "type": "Feature",
        "geometry": None,
        "properties": {"name": name, "effective_types": []},
    }
    return {"divisions": NOTHING, "sites": {**NOTHING, "features": [site]}, "ground": NOTHING}


@pytest.mark.parametrize(
    "hostile", [HOSTILE, "</script><script>alert(1)</script>", "<!--", "\u2028"]
)
def test_data_in_a_script_cannot_leave_it(hostile: str) -> None:
    text = script_json({"name": hostile})
    assert not set(text) & set("<>&\u2028")
    assert json.loads(text) == {"name": hostile}


def test_a_file_of_its_own_refers_to_nothing() -> None:
    html = coverage_file(SUBJECT, sources(HOSTILE), "zh", title="周村区 覆盖图")
    assert re.findall(r"<(?:script|img|iframe)[^>]*\bsrc=", html.split("<main")[1]) == []
    assert re.findall(r"<link\b", html) == []
    assert HOSTILE not in html
    assert "default-src 'none'" in html


def test_a_name_of_a_district_is_text_in_the_skeleton() -> None:
    subject = MapSubject(district="1", name=HOSTILE, on="2026-01-01", is_sample=False)
    pieces, skeleton = shown(subject)
    assert HOSTILE not in skeleton
    assert HOSTILE not in pieces.script


@pytest.mark.parametrize(("language", "word"), [("zh", "筛选"), ("en", "Filter")])
def test_the_skeleton_speaks_the_language(language: Language, word: str) -> None:
    assert word in shown(language=language)[1]


def test_maps_made_one_after_the_other_do_not_leak_into_each_other() -> None:
    first = shown(replace(SUBJECT, name="第一个"))[0]
    second = shown(replace(SUBJECT, name="第二个"))[0]
    assert "第一个" not in second.script
    assert first.links == second.links


def test_tiles_are_laid_before_the_map_that_goes_on_with_them() -> None:
    script = shown()[0].script
    assert script.index("fugai.addTiles(") < script.index("fugai.startCoverage(")
    assert '"address":"/tiles/{layers}/{z}/{x}/{y}.mvt?"' in script


def test_what_tiles_there_are_follows_from_the_table_of_layers() -> None:
    ground = tile_config()["themes"]["ground"]["layers"]
    assert {"id": "footprints", "from": 14, "group": "footprints"} in ground
    assert tile_config()["themes"]["sites"]["detailedFrom"] == LAYERS["communities"].merged_below
    assert drawn_from() == {"communities": 12, "standalone_buildings": 15}


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_page_and_the_file_speak_the_same_words(language: Language) -> None:
    words = script_json(map_words(language))
    assert words in coverage_script(language)
    assert words in coverage_file(SUBJECT, sources(), language, title="")


def test_no_basemap_unless_one_is_set() -> None:
    assert basemap(None, None) is None
    own = basemap("http://tiles.intranet/{z}/{x}/{y}.png", None)
    assert own
    assert own.urls == ("http://tiles.intranet/{z}/{x}/{y}.png",)
    tianditu = basemap(None, "KEY")
    assert tianditu
    assert [one.count("tk=KEY") for one in tianditu.urls] == [1, 1]
    assert all("{z}" in one and "{s}" in one for one in tianditu.urls)


def test_the_map_of_changes_is_told_where_its_sites_and_records_are() -> None:
    config = {"sites": "/api/changes.geojson", "record": "/sites/{id}", "colours": {"gain": "#000"}}
    script = changes_map(config, SUBJECT, "zh").script
    assert "fugai.startChanges(" in script
    assert '"sites":"/api/changes.geojson"' in script
