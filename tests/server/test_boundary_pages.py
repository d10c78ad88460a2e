"""The pages that locate sites: for those who may write, in both languages, without strangers."""

from __future__ import annotations

import re

import pytest

from geodata.domain.access import Role
from tests.server.conftest import LogIn
from tests.world import HOSTILE, World

HTML = {"accept": "text/html"}


@pytest.mark.parametrize(("lang", "word"), [("zh", "选楼幢"), ("en", "Buildings")])
def test_the_page_speaks_the_language_and_loads_only_what_is_ours(
    log_in: LogIn, world: World, lang: str, word: str
) -> None:
    client = log_in(Role.TOWN)
    client.cookies.set("lang", lang)
    html = client.get(f"/sites/{world.ids['东苑小区']}/boundary", headers=HTML).text
    assert word in html
    assert "leaflet-geoman.min.js" in html
    assert re.findall(r"(?:src|href)=\"(?!/)(?!#)(?!\?)[^\"]+", html) == []


def test_only_this_page_loads_the_drawing_library(log_in: LogIn, world: World) -> None:
    client = log_in(Role.TOWN)
    for path in ("/map", f"/sites/{world.ids['东苑小区']}"):
        assert "geoman" not in client.get(path, headers=HTML).text


def test_a_reader_is_refused_and_offered_no_link(log_in: LogIn, world: World) -> None:
    leader, town = log_in(Role.LEADER), log_in(Role.TOWN)
    site = world.ids["东苑小区"]
    link = f"/sites/{site}/boundary"
    assert leader.get(link, headers=HTML).status_code == 403
    assert link not in leader.get(f"/sites/{site}", headers=HTML).text
    assert link in town.get(f"/sites/{site}", headers=HTML).text


def test_a_hostile_name_is_text_on_both_pages(log_in: LogIn, world: World) -> None:
    client = log_in(Role.TOWN)
    for path in (f"/sites/{world.ids[HOSTILE]}/boundary", "/sites/unlocated"):
        assert HOSTILE not in client.get(path, headers=HTML).text


def test_the_list_shows_what_waits_in_the_own_town(log_in: LogIn, world: World) -> None:
    html = log_in(Role.TOWN).get("/sites/unlocated", headers=HTML).text
    rows = re.search(r"<tbody>(.*?)</tbody>", html, re.DOTALL)
    assert rows
    assert "东宿舍" in rows[1]
    assert "东苑小区" not in rows[1]
    everything = log_in(Role.TOWN).get("/sites/unlocated?everything=true", headers=HTML).text
    assert "东苑小区" in everything
    assert "西里小区" not in everything


def test_a_town_without_gaps_says_so(log_in: LogIn, world: World) -> None:
    html = log_in(Role.LEADER).get(f"/sites/unlocated?town={world.west}", headers=HTML).text
    assert "这个镇(街道)的边界都已画好。" in html
