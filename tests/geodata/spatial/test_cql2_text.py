"""CQL2 text is read as the standard's own parser reads it, and no text hurts the reader."""

from __future__ import annotations

import json
import time
from contextlib import suppress
from typing import Any

import cql2
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geodata.domain.errors import DomainError
from geodata.spatial.cql2_text import MOST_DEEP, SPATIAL_OPS, TEMPORAL_OPS, read_text

EXAMPLES = (
    "category = 'old_community' AND households > 10",
    "a = 'x' OR b = 'y' AND c = 'z'",
    "(a = 'x' OR b = 'y') AND NOT c = 'z'",
    "NOT (a = 1)",
    "name LIKE '东%'",
    "name NOT LIKE '%里'",
    "CASEI(name) = CASEI('ABC')",
    "CASEI(name) IN (CASEI('a'), CASEI('b'))",
    "households BETWEEN 1 AND 5 AND a = 2",
    "households NOT BETWEEN 1.5 AND 5e2",
    "category IN ('a', 'b')",
    "category NOT IN ('a')",
    "uncovered_since IS NULL",
    "uncovered_since IS NOT NULL",
    "name = 'O''Brien'",
    '"on" = TRUE',
    "a <> -5",
    "a <= b",
    "covered",
    "true",
    "d > DATE('2020-01-01')",
    "d = TIMESTAMP('2020-01-01T00:00:00Z')",
    "S_INTERSECTS(geometry, POINT(1 2))",
    "S_WITHIN(geometry, POLYGON((0 0, 1 0, 1 1, 0 0), (0.1 0.1, 0.2 0.1, 0.2 0.2, 0.1 0.1)))",
    "S_CROSSES(geometry, LINESTRING(0 0, 1 1))",
    "S_EQUALS(geometry, MULTIPOLYGON(((0 0, 1 0, 1 1, 0 0))))",
    "S_TOUCHES(geometry, MULTILINESTRING((0 0, 1 1), (2 2, 3 3)))",
    "S_CONTAINS(geometry, MULTIPOINT((0 0), (1 1)))",
    "S_DISJOINT(geometry, GEOMETRYCOLLECTION(POINT(1 1), LINESTRING(0 0, 1 1)))",
    "S_INTERSECTS(geometry, BBOX(117.8, 36.7, 118, 37))",
    "S_INTERSECTS(geometry, POINT Z(1 2 3))",
    "T_DURING(d, INTERVAL('2020-01-01', '2021-01-01'))",
    "T_INTERSECTS(INTERVAL(opened_on, due_on), INTERVAL('..', '2021-01-01'))",
)


def plain(tree: Any) -> Any:
    """A tree with every number as a float and every nested join laid flat, to compare by."""
    if isinstance(tree, dict):
        found = {key: plain(value) for key, value in tree.items()}
        if found.get("op") in {"and", "or"}:
            args: list[Any] = []
            for one in found["args"]:
                is_same = isinstance(one, dict) and one.get("op") == found["op"]
                args += one["args"] if is_same else [one]
            found["args"] = args
        return found
    if isinstance(tree, list):
        return [plain(one) for one in tree]
    return float(tree) if isinstance(tree, int) and not isinstance(tree, bool) else tree


def oracle(text: str) -> Any:
    return plain(cql2.parse_text(text).to_json())


@pytest.mark.parametrize("text", EXAMPLES)
def test_a_filter_is_read_as_the_kept_library_reads_it(text):
    assert plain(read_text(text)) == oracle(text)


@pytest.mark.parametrize("op", sorted(TEMPORAL_OPS))
def test_each_temporal_predicate_is_read(op):
    text = f"{op.upper()}(INTERVAL(a, b), INTERVAL('2020-01-01', '2021-01-01'))"
    assert plain(read_text(text)) == oracle(text)


@pytest.mark.parametrize("op", sorted(SPATIAL_OPS))
def test_each_spatial_predicate_is_read(op):
    text = f"{op}(geometry, POINT(1 2))"
    assert plain(read_text(text)) == oracle(text)


def test_keywords_may_be_written_small():
    assert read_text("a = 1 and not b is null") == read_text("a = 1 AND NOT b IS NULL")


def test_numbers_come_before_what_they_stand_for():
    assert read_text("a = 12345678901234567890") == {
        "op": "=",
        "args": [{"property": "a"}, 12345678901234567890.0],
    }


_names = st.sampled_from(["a", "households", "小区", "x_1"])
_texts = st.text(alphabet="ab东'%_ ()", max_size=6)
_scalars = st.one_of(
    _texts.map(lambda one: "'" + one.replace("'", "''") + "'"),
    st.integers(-1000, 1000).map(str),
    st.booleans().map(lambda one: str(one).upper()),
)
_atoms = st.one_of(
    st.tuples(_names, st.sampled_from(["=", "<>", "<", ">=", " LIKE "]), _scalars).map("".join),
    _names.map(lambda one: f"{one} IS NULL"),
    st.tuples(_names, _scalars, _scalars).map(
        lambda one: f"{one[0]} BETWEEN {one[1]} AND {one[2]}"
    ),
    st.tuples(_names, st.lists(_scalars, min_size=1, max_size=3)).map(
        lambda one: f"{one[0]} IN ({','.join(one[1])})"
    ),
)
_filters = st.recursive(
    _atoms,
    lambda inner: st.one_of(
        st.tuples(inner, st.sampled_from([" AND ", " OR "]), inner).map(
            lambda one: f"({one[0]}){one[1]}({one[2]})"
        ),
        st.tuples(inner, st.sampled_from([" AND ", " OR "]), inner).map("".join),
        inner.map(lambda one: f"NOT ({one})"),
    ),
    max_leaves=5,
)


@settings(max_examples=150, deadline=None)
@given(_filters)
def test_any_filter_is_read_as_the_kept_library_reads_it(text):
    assert plain(read_text(text)) == oracle(text)


@settings(max_examples=300, deadline=None)
@given(st.text(alphabet="abAND OR'\"()=<>,.;-1eLIKE\\\n", max_size=40))
def test_any_other_text_is_read_or_refused(text):
    with suppress(DomainError):
        json.dumps(read_text(text))


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("1=1; DROP TABLE site", "filter.syntax"),
        ("name = 'x' -- comment", "filter.syntax"),
        ("name = 'x' UNION SELECT 1", "filter.syntax"),
        ("name = (SELECT 1)", "filter.syntax"),
        ("pg_sleep(10) = 1", "filter.operator_unknown"),
        ("", "filter.syntax"),
        ("a IN ()", "filter.syntax"),
        ("a = ", "filter.syntax"),
        ("a = 'x", "filter.syntax"),
        ("S_INTERSECTS(geometry, POINT(1))", "filter.syntax"),
        ("S_INTERSECTS(geometry, 'POINT(1 1)')", "filter.syntax"),
    ],
)
def test_what_is_no_filter_is_refused(text, code):
    with pytest.raises(DomainError) as caught:
        read_text(text)
    assert caught.value.code == code


@pytest.mark.parametrize(
    "text",
    [
        "(" * 8000,
        "(" * 2000 + "a=1" + ")" * 2000,
        "NOT " * 4000 + "a=1",
        "a = " + "CASEI(" * 2000 + "b" + ")" * 2000,
        "S_INTERSECTS(geometry," + "GEOMETRYCOLLECTION(" * 600 + "POINT(1 1)" + ")" * 601,
        "S_INTERSECTS(geometry, POLYGON" + "(" * 5000,
    ],
)
def test_what_nests_too_deep_is_refused_at_once(text):
    began = time.process_time()
    with pytest.raises(DomainError) as caught:
        read_text(text)
    assert caught.value.code == "filter.too_deep"
    assert caught.value.facts == {"most": MOST_DEEP}
    assert time.process_time() - began < 10


@pytest.mark.parametrize(
    "text", ["(" * 20 + "(a=1) AND " * 1000 + "x=", "a = '" + "\\'" * 8000, "a=1 AND " * 2000]
)
def test_a_text_is_read_in_the_time_of_its_length(text):
    began = time.process_time()
    with pytest.raises(DomainError):
        read_text(text)
    assert time.process_time() - began < 10
