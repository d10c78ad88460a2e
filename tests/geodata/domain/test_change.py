"""What may have become of a site between two days."""

from __future__ import annotations

from dataclasses import replace

import pytest

from geodata.domain.change import ChangeKind as K
from geodata.domain.change import Standing, change_kinds

STANDS = Standing("town", "lane", "old_community", frozenset(), frozenset(), is_covered=False)
COVERED = replace(STANDS, ticked=frozenset({"simple"}), effective=frozenset({"simple"}))
COVERED = replace(COVERED, is_covered=True)


@pytest.mark.parametrize(
    ("before", "after", "fields", "kinds"),
    [
        (None, STANDS, {"name"}, [K.JOINED]),
        (COVERED, None, (), [K.LEFT]),
        (STANDS, STANDS, (), []),
        (STANDS, COVERED, (), [K.GAINED, K.TYPES]),
        (COVERED, STANDS, (), [K.LOST, K.TYPES]),
        (STANDS, replace(STANDS, neighbourhood=None), {"neighbourhood_code"}, [K.MOVED]),
        (STANDS, replace(STANDS, category=None), {"category"}, [K.CATEGORY]),
        (STANDS, STANDS, {"geom", "geom_source"}, [K.BOUNDARY]),
        (STANDS, STANDS, {"geom_source"}, []),
        (STANDS, STANDS, {"name", "point"}, [K.BOUNDARY, K.OTHER]),
        (STANDS, STANDS, {"site_contact"}, [K.OTHER]),
        (STANDS, STANDS, {"listed_on", "delisted_on"}, []),
    ],
)
def test_each_difference_is_told_once(before, after, fields, kinds):
    assert list(change_kinds(before, after, frozenset(fields))) == kinds


def test_every_kind_has_a_mark():
    assert {one.mark for one in K} == {"gain", "loss", "changed"}
    assert K.LOST.mark == K.LEFT.mark == "loss"
