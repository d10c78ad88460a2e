"""Features of declared layers: what belongs to each, pages, scope, extents."""

from __future__ import annotations

import json
from datetime import date, timedelta

import pytest
from sqlalchemy import func, select

from geodata.domain.access import Role, Scope
from geodata.domain.category import Category
from geodata.domain.errors import DomainError
from geodata.domain.management import ManagementType
from geodata.domain.period import today
from geodata.layers import LAYERS
from geodata.spatial.offered_crs import crs_of
from geodata.store.queries.features import (
    Wanted,
    ask,
    count_features,
    feature_key,
    feature_rows,
    find_features,
    get_feature,
    layer_bounds,
)
from geodata.store.tables import Division, Landuse, Road
from tests.builders import (
    SOUTH,
    WEST,
    a_candidate,
    a_district,
    a_finding,
    a_footprint,
    a_neighbourhood,
    a_planned_stop,
    a_site,
    a_town,
    an_inspection,
    square,
)
from tests.geodata.store.statements import recorded

EVERYTHING = Scope.everything()
STANDALONE = Category.STANDALONE_BUILDING.value


def features(session, layer: str, scope=EVERYTHING, limit=100, after=None, **options) -> list[dict]:
    wanted = Wanted(**{"on": today()} | options)
    question = ask(LAYERS[layer], wanted)
    page = find_features(session, scope, question, limit=limit, after=after)
    return [json.loads(one) for one in page.features]


def names(session, layer: str, *args, **options) -> list[str]:
    return [one["properties"]["name"] for one in features(session, layer, *args, **options)]


@pytest.mark.parametrize("layer", LAYERS)
def test_every_layer_tells_exactly_its_declared_fields(session, layer):
    district = a_district(session)
    town = a_town(session, boundary=square())
    site = a_site(session, category=STANDALONE if layer.startswith("standalone") else None)
    site.geom = session.scalar(select(Division.geom).where(Division.code == town.code))
    a_finding(session, an_inspection(session, site, today()))
    a_site(session, ticked=())
    a_footprint(session, square())
    a_planned_stop(session, site)
    a_candidate(session, square(side=0.001), neighbourhood=a_neighbourhood(session, town=town))
    line = func.st_geomfromtext("LINESTRING(117.8 36.8, 117.9 36.8)", 4490)
    session.add(Road(district_code=district.code, source_id="w1", highway="primary", geom=line))
    area = session.scalar(select(Division.geom).where(Division.code == district.code))
    session.add(Landuse(district_code=district.code, source_id="w2", kind="water", geom=area))
    session.flush()
    (first, *_) = features(session, layer)
    assert list(first["properties"]) == [one.name for one in LAYERS[layer].fields]
    assert set(first) == {"type", "id", "geometry", "properties"}
    kinds = {"string": str, "integer": int, "boolean": bool, "date": str}
    for field in LAYERS[layer].fields:
        value = first["properties"][field.name]
        assert value is None or isinstance(value, kinds[field.kind]), field.name


def test_sites_are_communities_or_standalone_and_gaps_are_both(session):
    a_site(session, "小区", ticked=())
    a_site(session, "楼房", category=STANDALONE, ticked={ManagementType.NONE})
    a_site(session, "未填报类别", category=None)
    assert names(session, "communities") == ["小区", "未填报类别"]
    assert names(session, "standalone_buildings") == ["楼房"]
    gaps = {
        one["properties"]["name"]: one["properties"]["gap"] for one in features(session, "gaps")
    }
    assert gaps == {"小区": "community_uncovered", "楼房": "standalone_uncovered"}


def test_a_past_day_is_told_as_it_was(session):
    lapsed = today() - timedelta(days=10)
    a_site(session, "a", lapsed_on=lapsed, listed_on=date(2025, 1, 6))
    assert names(session, "gaps") == ["a"]
    assert names(session, "gaps", on=lapsed - timedelta(days=1)) == []
    assert names(session, "communities", on=date(2025, 1, 5)) == []


def test_a_finding_is_told_until_it_is_closed_and_lies_in_its_site(session):
    site = a_site(session, boundary=square(), point=(117.0, 36.0))
    seen = an_inspection(session, site, date(2026, 1, 1))
    a_finding(session, seen, due_on=date(2026, 1, 31), closed_on=date(2026, 3, 1))
    (told,) = features(session, "findings", on=date(2026, 2, 1))
    assert told["properties"]["status"] == "open"
    assert told["properties"]["overdue"] is True
    assert told["properties"]["on"] == "2026-02-01"
    east, north = told["geometry"]["coordinates"]
    assert WEST < east < WEST + 0.01
    assert SOUTH < north < SOUTH + 0.01
    assert features(session, "findings", on=date(2026, 3, 1)) == []
    assert features(session, "findings", on=date(2025, 12, 31)) == []


def test_pages_neither_repeat_nor_leave_out_while_rows_are_edited(session):
    sites = [a_site(session, f"s{number}") for number in range(9)]
    question = ask(LAYERS["communities"], Wanted(on=today()))
    seen: list[int] = []
    after = None
    while True:
        page = find_features(session, EVERYTHING, question, limit=2, after=after)
        seen += [json.loads(one)["id"] for one in page.features]
        if page.last is None:
            break
        after = page.last
        # What was seen is renamed and leaves; what is to come is renamed; one is added.
        sites[len(seen) // 2].name = f"renamed {len(seen)}"
        sites[0].delisted_on = today()
        if len(seen) == 4:
            added = a_site(session, "new").id
        session.flush()
    assert seen == [*(one.id for one in sites), added]


def test_a_page_is_one_statement_and_a_count_another(session):
    for _ in range(5):
        a_site(session)
    question = ask(LAYERS["communities"], Wanted(on=today()))
    with recorded(session) as statements:
        find_features(session, EVERYTHING, question, limit=3)
        count_features(session, EVERYTHING, question)
    assert len(statements) == 2


def test_the_last_page_says_that_it_is(session):
    for _ in range(4):
        a_site(session)
    question = ask(LAYERS["communities"], Wanted(on=today()))
    first = find_features(session, EVERYTHING, question, limit=2)
    assert first.last is not None
    assert find_features(session, EVERYTHING, question, limit=2, after=first.last).last is None


def test_only_what_lies_in_scope_is_told(session):
    a_district(session)
    east, west = a_town(session, "东镇"), a_town(session, "西镇")
    lane = a_neighbourhood(session, town=west)
    a_finding(session, an_inspection(session, a_site(session, "东", town=east), today()))
    a_finding(session, an_inspection(session, a_site(session, "西", neighbourhood=lane), today()))
    a_footprint(session, square(), town=east)
    a_footprint(session, square(), town=west)
    town = Scope.of(Role.TOWN, east.code)
    stranger = Scope.of(Role.NEIGHBOURHOOD, lane.code)
    assert names(session, "communities", town) == ["东"]
    assert names(session, "communities", stranger) == ["西"]
    assert [one["properties"]["site_name"] for one in features(session, "findings", town)] == ["东"]
    assert len(features(session, "footprints", town)) == 1
    assert features(session, "footprints", stranger) == []
    assert lane.name not in names(session, "divisions", town)
    question = ask(LAYERS["communities"], Wanted(on=today()))
    assert count_features(session, town, question) == 1
    other = features(session, "communities", stranger)[0]["id"]
    with pytest.raises(DomainError, match=r"ogc\.feature_not_found"):
        get_feature(session, town, question, other)
    assert [row[2] for row in feature_rows(session, town, question, limit=9)] == ["东"]


def test_whoever_sees_a_part_of_a_district_sees_its_streets(session):
    district, town = a_district(session), a_town(session)
    elsewhere = a_district(session, "别区", code="370399")
    line = func.st_geomfromtext("LINESTRING(117.8 36.8, 117.9 36.8)", 4490)
    for one, name in ((district, "ours"), (elsewhere, "theirs")):
        session.add(
            Road(district_code=one.code, source_id="w", highway="primary", name=name, geom=line)
        )
    session.flush()
    assert names(session, "roads", Scope.of(Role.TOWN, town.code)) == ["ours"]


def test_fields_can_be_chosen_and_places_moved(session):
    a_site(session, "a", point=(117.87, 36.81))
    metres = crs_of("http://www.opengis.net/def/crs/EPSG/0/4548")
    (told,) = features(session, "communities", properties=("name",), crs=metres)
    assert told["properties"] == {"name": "a"}
    north, east = told["geometry"]["coordinates"]
    assert north == pytest.approx(4_075_500, abs=3000)
    assert east == pytest.approx(577_600, abs=3000)
    swapped = crs_of("http://www.opengis.net/def/crs/EPSG/0/4490")
    (told,) = features(session, "communities", crs=swapped)
    assert told["geometry"]["coordinates"] == [36.81, 117.87]


@pytest.mark.parametrize("text", ["x", "-1", "1.5", "", "9" * 30, "１"])
def test_a_key_that_cannot_be_is_no_feature(text):
    with pytest.raises(DomainError, match=r"ogc\.feature_not_found"):
        feature_key(LAYERS["communities"], text)


def test_divisions_are_known_by_their_codes(session):
    a_district(session)
    question = ask(LAYERS["divisions"], Wanted(on=today()))
    key = feature_key(LAYERS["divisions"], "370306")
    assert json.loads(get_feature(session, EVERYTHING, question, key))["id"] == "370306"


def test_extents_are_those_of_the_scope(session):
    a_district(session)
    east, west = a_town(session, boundary=square(0.1, 0, 0.1)), a_town(session)
    a_site(session, town=east, boundary=square(0.1, 0.05, 0.01))
    a_site(session, town=west, boundary=square(0, 0, 0.01))
    town = Scope.of(Role.TOWN, east.code)
    bounds = layer_bounds(session, town, LAYERS["communities"], on=today())
    assert bounds == pytest.approx((WEST + 0.1, SOUTH + 0.05, WEST + 0.11, SOUTH + 0.06))
    assert layer_bounds(session, town, LAYERS["gaps"], on=today()) is None
    assert layer_bounds(session, EVERYTHING, LAYERS["roads"], on=today()) == pytest.approx(
        (WEST, SOUTH, WEST + 0.2, SOUTH + 0.2)
    )
