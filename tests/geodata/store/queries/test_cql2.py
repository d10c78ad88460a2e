"""A CQL2 filter keeps exactly the features that it says, and asks nothing that is not declared."""

from __future__ import annotations

import json
from datetime import date, timedelta

import pytest
from shapely import box
from shapely.geometry import mapping

from geodata.domain.access import Scope
from geodata.domain.category import Category
from geodata.domain.errors import DomainError
from geodata.layers import LAYERS
from geodata.spatial.cql2_text import SPATIAL_OPS, TEMPORAL_OPS
from geodata.spatial.offered_crs import crs_of
from geodata.store.queries.cql2 import MOST_CHARACTERS, MOST_PARTS, read_filter
from geodata.store.queries.features import Wanted, ask, find_features
from tests.builders import SOUTH, WEST, a_finding, a_site, an_inspection, square
from tests.geodata.store.statements import recorded

ON = date(2026, 11, 25)
EVERYTHING = Scope.everything()


def kept(session, text, layer="communities", language="cql2-text", **options) -> list[str]:
    """The names (or ids of findings) of the features that a filter keeps."""
    wanted = Wanted(on=ON, tree=read_filter(text, language), **options)
    page = find_features(session, EVERYTHING, ask(LAYERS[layer], wanted), limit=100)
    features = [json.loads(one) for one in page.features]
    return [one["properties"].get("name", one["id"]) for one in features]


@pytest.fixture
def three(session):
    """Three sites in a row from west to east: a at 0, b at 0.02, C at 0.04 degrees."""
    old = Category.OLD_COMMUNITY.value
    a_site(session, "a", households=10, category=old, boundary=square(0, 0, 0.01))
    a_site(session, "b_1%", households=200, category=None, boundary=square(0.02, 0, 0.01))
    a_site(session, "C", households=None, category="new_rural", boundary=square(0.04, 0, 0.01))
    return session


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("households = 10", "a"),
        ("households <> 10", "b_1%"),
        ("households > 10", "b_1%"),
        ("households >= 10", "a b_1%"),
        ("households < 10.5", "a"),
        ("households <= 9.5", ""),
        ("households = 12345678901234567890", ""),
        ("name > 'a' AND name < 'b_2'", "b_1%"),
        ("name = 'C'", "C"),
        ("covered = TRUE", "a b_1% C"),
        ("NOT covered", ""),
        ("category IS NULL", "b_1%"),
        ("category IS NOT NULL", "a C"),
        ("category IN ('old_community', 'new_rural')", "a C"),
        ("category NOT IN ('old_community')", "C"),
        ("households BETWEEN 5 AND 10", "a"),
        ("households NOT BETWEEN 5 AND 10", "b_1%"),
        ("name LIKE 'b%'", "b_1%"),
        ("name LIKE '_'", "a C"),
        (r"name LIKE '%\%'", "b_1%"),
        ("name NOT LIKE 'b%'", "a C"),
        ("CASEI(name) = CASEI('c')", "C"),
        ("CASEI(name) IN (CASEI('A'), 'c')", "a C"),
        ("name = name", "a b_1% C"),
        ("town = neighbourhood", ""),
        ("households > 5 AND category = 'old_community' OR name = 'C'", "a C"),
        ("households > 5 AND (category = 'old_community' OR name = 'C')", "a"),
        ("TRUE", "a b_1% C"),
        ("FALSE OR name = 'C'", "C"),
        ("\"on\" = DATE('2026-11-25')", "a b_1% C"),
        ("name = 'x'' OR ''1''=''1'", ""),
        ("geometry IS NULL", ""),
    ],
)
def test_text_and_json_keep_the_same_right_features(three, text, names):
    assert kept(three, text) == names.split()
    tree = json.dumps(read_filter(text, "cql2-text"))
    assert kept(three, tree, language="cql2-json") == names.split()


@pytest.mark.parametrize(
    ("op", "shape", "names"),
    [
        ("s_intersects", square(0.005, 0.005, 0.02), "a b_1%"),
        ("s_disjoint", square(0.005, 0.005, 0.02), "C"),
        ("s_equals", square(0.02, 0, 0.01), "b_1%"),
        ("s_touches", square(0.01, 0, 0.005), "a"),
        ("s_within", square(-0.001, -0.001, 0.035), "a b_1%"),
        ("s_contains", square(0.041, 0.001, 0.001), "C"),
        ("s_overlaps", square(0.005, 0.005, 0.02), "a b_1%"),
        ("s_crosses", box(0, 0, 1, 1).boundary, ""),
    ],
)
def test_each_spatial_predicate_keeps_the_right_features(three, op, shape, names):
    tree = {"op": op, "args": [{"property": "geometry"}, mapping(shape)]}
    assert kept(three, json.dumps(tree), language="cql2-json") == names.split()


def test_a_line_crosses_what_it_runs_through(three):
    line = f"{WEST - 1} {SOUTH + 0.005}, {WEST + 0.025} {SOUTH + 0.005}"
    assert kept(three, f"S_CROSSES(geometry, LINESTRING({line}))") == ["a", "b_1%"]


def test_every_spatial_predicate_is_tried():
    marks = [
        *test_each_spatial_predicate_keeps_the_right_features.pytestmark,
    ]
    assert {one[0] for one in marks[0].args[1]} == SPATIAL_OPS


def test_points_boxes_and_collections_are_taken(three):
    assert kept(three, f"S_INTERSECTS(geometry, POINT({WEST + 0.005} {SOUTH + 0.005}))") == ["a"]
    box_text = f"BBOX({WEST}, {SOUTH}, {WEST + 0.025}, {SOUTH + 1})"
    assert kept(three, f"S_INTERSECTS(geometry, {box_text})") == ["a", "b_1%"]
    points = [f"POINT({WEST + east} {SOUTH + 0.005})" for east in (0.005, 0.045)]
    collection = f"GEOMETRYCOLLECTION({', '.join(points)})"
    assert kept(three, f"S_INTERSECTS(geometry, {collection})") == ["a", "C"]
    with pytest.raises(DomainError, match=r"filter\.geometry_bad"):
        kept(three, f"S_TOUCHES(geometry, {collection})")


def test_positions_in_a_filter_follow_its_system(three):
    north_first = crs_of("http://www.opengis.net/def/crs/EPSG/0/4490")
    text = f"S_INTERSECTS(geometry, POINT({SOUTH + 0.005} {WEST + 0.005}))"
    assert kept(three, text, filter_crs=north_first) == ["a"]


RUNS = [(number, number + length) for number in range(4) for length in range(3)]
RELATIONS = {
    "t_after": lambda one, two: one[0] > two[1],
    "t_before": lambda one, two: one[1] < two[0],
    "t_contains": lambda one, two: one[0] < two[0] and one[1] > two[1],
    "t_disjoint": lambda one, two: one[1] < two[0] or one[0] > two[1],
    "t_during": lambda one, two: one[0] > two[0] and one[1] < two[1],
    "t_equals": lambda one, two: one[0] == two[0] and one[1] == two[1],
    "t_finishedBy": lambda one, two: one[0] < two[0] and one[1] == two[1],
    "t_finishes": lambda one, two: one[0] > two[0] and one[1] == two[1],
    "t_intersects": lambda one, two: one[0] <= two[1] and one[1] >= two[0],
    "t_meets": lambda one, two: one[1] == two[0],
    "t_metBy": lambda one, two: one[0] == two[1],
    "t_overlappedBy": lambda one, two: two[0] < one[0] < two[1] < one[1],
    "t_overlaps": lambda one, two: one[0] < two[0] < one[1] < two[1],
    "t_startedBy": lambda one, two: one[0] == two[0] and one[1] > two[1],
    "t_starts": lambda one, two: one[0] == two[0] and one[1] < two[1],
}


def test_each_temporal_predicate_keeps_the_right_runs_of_days(session):
    first = ON - timedelta(days=20)
    runs = {}
    site = a_site(session, "a")
    for begin, end in RUNS:
        seen = an_inspection(session, site, first + timedelta(days=begin))
        found = a_finding(session, seen, due_on=first + timedelta(days=end))
        runs[found.id] = (begin, end)
    assert set(RELATIONS) == TEMPORAL_OPS
    for op, holds in RELATIONS.items():
        for c, d in [(1, 1), (1, 2), (0, 5), (2, 3)]:
            interval = f"'{first + timedelta(days=c)}', '{first + timedelta(days=d)}'"
            text = f"{op}(INTERVAL(opened_on, due_on), INTERVAL({interval}))"
            expected = [one for one, (a, b) in runs.items() if holds((a, b), (c, d))]
            assert kept(session, text, layer="findings") == expected, text


def test_days_moments_and_open_ends_are_taken(session):
    seen = an_inspection(session, a_site(session, "a"), date(2026, 11, 1))
    a_finding(session, seen)
    for text in (
        "T_AFTER(opened_on, DATE('2026-10-31'))",
        "T_EQUALS(opened_on, TIMESTAMP('2026-10-31T16:00:00Z'))",
        "T_INTERSECTS(opened_on, INTERVAL('2026-11-01', '..'))",
        "T_DURING(opened_on, INTERVAL('..', '2026-11-02'))",
        "opened_on >= DATE('2026-11-01')",
    ):
        assert len(kept(session, text, layer="findings")) == 1, text


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("phone = '13812341234'", "filter.property_unknown"),
        ("geometry = 1", "filter.property_unknown"),
        ("S_INTERSECTS(name, POINT(1 1))", "filter.property_unknown"),
        ("households = 'ten'", "filter.wrong_kind"),
        ("name = 5", "filter.wrong_kind"),
        ("name", "filter.wrong_kind"),
        ("name LIKE 5", "filter.wrong_kind"),
        ("households LIKE 'a%'", "filter.wrong_kind"),
        ("households IN (1, 'x')", "filter.wrong_kind"),
        ("uncovered_since > '2020-01-01'", "filter.wrong_kind"),
        ("uncovered_since > DATE('2020-13-01')", "filter.wrong_kind"),
        ("uncovered_since > TIMESTAMP('2020-01-01T00:00:00')", "filter.wrong_kind"),
        ("T_AFTER(name, DATE('2020-01-01'))", "filter.wrong_kind"),
        ("T_AFTER(uncovered_since, INTERVAL('2020-01-01'))", "filter.arguments"),
        ("S_INTERSECTS(geometry)", "filter.arguments"),
        ("S_INTERSECTS(geometry, POLYGON((0 0, 1 1, 0 1, 1 0, 0 0)))", "filter.geometry_bad"),
        ("name = '\0'", "filter.text_bad"),
        ("a.b = 1", "filter.property_unknown"),
        ('"name"" OR 1=1" = 1', "filter.syntax"),
    ],
)
def test_what_a_filter_has_wrong_is_told_before_anything_is_asked(session, text, code):
    with recorded(session) as statements, pytest.raises(DomainError) as caught:
        kept(session, text)
    assert caught.value.code == code
    assert list(statements) == []


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ('{"op":"pg_sleep","args":[5]}', "filter.operator_unknown"),
        ('{"op":"=","args":[{"property":"name"}]}', "filter.arguments"),
        ('{"op":"=","args":{"property":"name"}}', "filter.wrong_kind"),
        ('{"op":"=","args":[{"property":["name"]},1]}', "filter.property_unknown"),
        ('{"op":"=","args":[{"property":"name"},null]}', "filter.wrong_kind"),
        ('{"op":"=","args":[{"property":"name"},{"a":1}]}', "filter.wrong_kind"),
        ('{"op":"in","args":[{"property":"name"},"x"]}', "filter.wrong_kind"),
        ('{"op":"in","args":[{"property":"name"},[]]}', "filter.wrong_kind"),
        ('{"op":"s_intersects","args":[{"property":"geometry"},1]}', "filter.geometry_bad"),
        ('{"op":"t_after","args":[{"interval":5},{"date":"2020-01-01"}]}', "filter.wrong_kind"),
        ('{"op":"=","args":[{"property":"households"},NaN]}', "filter.syntax"),
        ('{"op":"=","args":[{"property":"households"},' + "9" * 400 + "]}", "filter.wrong_kind"),
        ('{"op":"=","args":[{"property":"households"},' + "9" * 9000 + "]}", "filter.syntax"),
        ('{"op":"=","args":[{"property":"name"},"\\ud800"]}', "filter.text_bad"),
        ("[]", "filter.wrong_kind"),
        ("5", "filter.wrong_kind"),
        ("{", "filter.syntax"),
        ("[" * 10000, "filter.too_deep"),
        ('{"op":"not","args":[' * 60 + "true" + "]}" * 60, "filter.too_deep"),
        ("true " * MOST_CHARACTERS, "filter.too_long"),
        ('{"op":"and","args":[' + "true," * MOST_PARTS + "true]}", "filter.too_many"),
    ],
)
def test_json_that_is_no_filter_is_refused(session, text, code):
    with recorded(session) as statements, pytest.raises(DomainError) as caught:
        kept(session, text, language="cql2-json")
    assert caught.value.code == code
    assert list(statements) == []
