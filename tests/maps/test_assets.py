"""Every link of a map leads to this machine, or the map is not made."""

from __future__ import annotations

import re

import pytest

from geodata.domain.errors import DomainError
from maps.assets import (
    DECODER,
    KIT_CSS,
    LEAFLET_CSS,
    LEAFLET_JS,
    MODULES,
    file_of,
    inlined,
    local_links,
    served,
)
from maps.canvas import draw
from maps.coverage_scripts import FILE_SCRIPTS, PAGE_SCRIPTS
from maps.pages import MAP_CSS, SCRIPTS

ALL = [KIT_CSS, LEAFLET_CSS, LEAFLET_JS, MAP_CSS, *SCRIPTS]
FILES = {*ALL, *PAGE_SCRIPTS, *FILE_SCRIPTS, DECODER, *MODULES.values()}


def test_foliums_own_links_become_leaflet_from_here() -> None:
    assert sorted(set(draw([]).links)) == [LEAFLET_CSS, LEAFLET_JS]


def test_an_unknown_link_is_refused() -> None:
    html = '<script src="https://cdn.example/new-plugin.js"></script>'
    with pytest.raises(DomainError) as refusal:
        local_links(html)
    assert refusal.value.code == "assets.unknown_link"
    assert refusal.value.facts == {"link": "https://cdn.example/new-plugin.js"}


@pytest.mark.parametrize("link", sorted(FILES))
def test_every_file_of_a_map_is_installed(link: str) -> None:
    assert file_of(link).is_file()


def test_served_files_are_named_by_local_paths() -> None:
    assert re.findall(r"https?:|//", served(ALL)) == []


def test_every_name_that_a_module_imports_has_a_place() -> None:
    modules = [DECODER, *MODULES.values()]
    imported = {
        name
        for link in modules
        for name in re.findall(r"""^import .*? from ["']([^"']+)["']""", _text(link), re.MULTILINE)
    }
    assert imported == set(MODULES)


def _text(link: str) -> str:
    return file_of(link).read_text("utf-8")


def test_an_inlined_file_loads_nothing_and_cannot_end_its_element() -> None:
    html = inlined(ALL)
    assert html.count("<script>") == html.count("</script>") == len(SCRIPTS) + 1
    assert html.count("<style>") == html.count("</style>") == 3
    styles = "".join(re.findall(r"<style>(.*?)</style>", html, flags=re.DOTALL))
    assert re.findall(r"url\((?![\"']?data:)", styles) == []
    assert "sourceMappingURL" not in html


def test_a_missing_library_is_told_by_name() -> None:
    with pytest.raises(DomainError) as refusal:
        inlined(["/assets/vendor/nothing/nothing.js"])
    assert refusal.value.code == "assets.missing"
