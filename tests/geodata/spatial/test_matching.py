"""Outlines find their sites by code and name; what is only alike is left to a person."""

from __future__ import annotations

import pytest
from shapely import Point, Polygon, box
from shapely.affinity import translate

from geodata.spatial.matching import KnownSite, Match, Outcome, Outline, SiteBook, name_key

HERE = box(117.80, 36.75, 117.803, 36.753)
FAR = translate(HERE, 0.05, 0)
EAST, WEST = box(117.85, 36.7, 117.9, 36.8), box(117.75, 36.7, 117.85, 36.8)


def site(number: int, name: str, *, shape: Polygon | Point | None = None, **more: str) -> KnownSite:
    town, neighbourhood = more.get("town", "西街街道"), more.get("neighbourhood", "")
    return KnownSite(
        id=number,
        external_id=more.get("code"),
        name=name,
        towns=("W" if town == "西街街道" else "E", town),
        neighbourhoods=(neighbourhood, neighbourhood) if neighbourhood else (),
        shape=shape,
    )


def outline(name: str = "", shape: Polygon = HERE, **said: str) -> Outline:
    return Outline(shape=shape, name=name, **said)


def find(sites: list[KnownSite], wanted: Outline) -> Match:
    return SiteBook(sites, {"W": WEST, "E": EAST}).find(wanted)


@pytest.mark.parametrize(
    "written",
    ["翠湖花园一期", "翠湖花园(一期)", "翠湖花园 1期", "翠湖·花园1期", "翠湖花园-一期"],
)
def test_the_same_name_written_otherwise_is_the_same_site(written: str) -> None:
    match = find([site(1, "翠湖花园一期"), site(2, "翠湖花园二期")], outline(written))
    assert (match.outcome, match.site and match.site.id) == (Outcome.MATCHED, 1)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("翠湖花园一期", "翠湖花园二期"),
        ("翠湖花园东区", "翠湖花园西区"),
        ("东街5号楼", "东街6号楼"),
        ("东街5-1号楼", "东街51号楼"),
        ("翠湖东苑", "翠湖西苑"),
        ("机床厂宿舍A区", "机床厂宿舍B区"),
        ("十一号院", "一号院"),
    ],
)
def test_parts_of_a_place_are_different_sites(one: str, other: str) -> None:
    assert name_key(one) != name_key(other)
    match = find([site(1, one)], outline(other))
    assert (match.outcome, match.candidates) == (Outcome.UNMATCHED, [])


@pytest.mark.parametrize("written", ["翠湖花院", "翠湖花园小区", "翠湖花园一期"])
def test_a_name_that_is_only_alike_is_doubtful_with_what_it_could_be(written: str) -> None:
    match = find([site(1, "翠湖花园")], outline(written))
    assert (match.outcome, match.reason) == (Outcome.DOUBTFUL, "match.alike")
    assert match.candidates == ["翠湖花园(西街街道)"]


def test_a_code_goes_before_a_name_that_was_changed() -> None:
    sites = [site(1, "翠湖花园", code="A1"), site(2, "翠湖苑", code="A2")]
    match = find(sites, outline("翠湖花苑", code="A1"))
    assert (match.reason, match.site) == ("match.by_code", sites[0])


def test_a_code_under_a_strange_name_is_doubtful() -> None:
    match = find([site(1, "翠湖花园", code="A1")], outline("机床厂宿舍", code="A1"))
    assert (match.outcome, match.reason) == (Outcome.DOUBTFUL, "match.code_name_differ")


def test_our_own_number_counts_only_with_the_same_name() -> None:
    sites = [site(7, "翠湖花园")]
    assert find(sites, outline("翠湖花园", site_id="7")).reason == "match.by_number"
    assert find(sites, outline("机床厂宿舍", site_id="7")).outcome is Outcome.UNMATCHED


def test_namesakes_are_told_apart_by_the_town_a_row_names() -> None:
    sites = [site(1, "和平小区"), site(2, "和平小区", town="东街街道", shape=FAR)]
    assert find(sites, outline("和平小区", town="西街街道")).site == sites[0]


def test_namesakes_are_told_apart_by_where_they_stand() -> None:
    sites = [site(1, "和平小区", shape=HERE), site(2, "和平小区", shape=FAR)]
    match = find(sites, outline("和平小区"))
    assert (match.reason, match.site) == ("match.by_place", sites[0])


def test_namesakes_are_told_apart_by_the_town_around_the_outline() -> None:
    sites = [site(1, "和平小区"), site(2, "和平小区", town="东街街道")]
    assert find(sites, outline("和平小区")).site == sites[0]


def test_namesakes_that_nothing_tells_apart_are_doubtful() -> None:
    sites = [site(1, "和平小区"), site(2, "和平小区")]
    match = find(sites, outline("和平小区"))
    assert (match.outcome, match.reason) == (Outcome.DOUBTFUL, "match.namesakes")


def test_a_name_in_another_town_than_the_row_says_is_doubtful() -> None:
    match = find([site(1, "和平小区")], outline("和平小区", town="东街街道"))
    assert match.reason == "match.place_differs"


def test_an_outline_far_from_where_the_site_stands_is_doubtful() -> None:
    assert find([site(1, "和平小区", shape=HERE)], outline("和平小区", FAR)).reason == "match.far"
    match = find(
        [site(1, "和平小区", code="A", shape=Point(117.80, 36.75))], outline("", FAR, code="A")
    )
    assert match.reason == "match.far"


def test_an_outline_outside_the_town_of_a_site_that_stands_nowhere_is_doubtful() -> None:
    match = find([site(1, "和平小区")], outline("和平小区", translate(HERE, 0.07, 0)))
    assert match.reason == "match.outside_town"


def test_an_outline_without_name_and_code_is_nobodys() -> None:
    match = find([site(1, "和平小区")], outline())
    assert (match.outcome, match.reason) == (Outcome.UNMATCHED, "match.nameless")
