"""The database finds the gaps that frames in memory have, at once and after every edit."""

from __future__ import annotations

from collections import defaultdict
from random import Random

import pandas as pd
import pytest
from geoalchemy2.shape import from_shape, to_shape
from geopandas import GeoDataFrame
from shapely import LineString, MultiPolygon, box, union_all
from sqlalchemy import delete, func, select, text, update

from geodata.domain.footprint import FootprintClass
from geodata.spatial.gaps import find_gaps
from geodata.store.detecting import class_footprints, footprints_to_class
from geodata.store.imports.ground import import_footprints, import_roads, settle_footprints
from geodata.store.queries.gap_frames import gap_frames
from geodata.store.tables import (
    DecidedFootprint,
    DecidedGap,
    Footprint,
    FootprintTally,
    GapCandidate,
    Road,
    Site,
)
from tests.builders import SOUTH, WEST, a_district, a_site, a_town

DISTRICT = "370306"
AREA = 0.012
"""Degrees: about a kilometre, so that houses stand near each other and near sites."""

USES = ["yes", "apartments", "school", "construction", None]


def _a_box(random, side, *, least=0.0):
    west, south = WEST + random.random() * AREA, SOUTH + random.random() * AREA
    wide, deep = (least + random.random() * (side - least) for _ in range(2))
    return MultiPolygon([box(west, south, west + wide, south + deep)])


def _outlines(random, count, *, first=0):
    return GeoDataFrame(
        {
            "source_id": [f"o{number}" for number in range(first, first + count)],
            "use": [random.choice(USES) for _ in range(count)],
            "floors": [random.choice([1, 2, 6, None]) for _ in range(count)],
        },
        geometry=[_a_box(random, 0.0004, least=0.00002) for _ in range(count)],
        crs="EPSG:4490",
    )


def _a_line(random):
    west, east = WEST, WEST + AREA
    return LineString(
        [(west, SOUTH + random.random() * AREA), (east, SOUTH + random.random() * AREA)]
    )


def _a_decision(session, random, outline):
    decided = DecidedGap(
        district_code=DISTRICT,
        kind="missing",
        decision=random.choice(["non_residential", "demolished", "new_standalone"]),
        decided_by="tester",
    )
    session.add(decided)
    session.flush()
    session.add(DecidedFootprint(decided_gap_id=decided.id, geom=outline))
    session.flush()


def _scene(session, seed, *, houses=150):
    random = Random(seed)
    district = a_district(session)
    for east in (0.0, AREA / 2):
        west = WEST + east
        half = MultiPolygon([box(west, SOUTH - 0.01, west + AREA / 2, SOUTH + AREA + 0.01)])
        a_town(session, district=district, boundary=half)
    for _ in range(12):
        a_site(session, boundary=_a_box(random, 0.002, least=0.0002))
    for _ in range(4):
        a_site(session, point=(WEST + random.random() * AREA, SOUTH + random.random() * AREA))
    lines = GeoDataFrame(
        {
            "source_id": ["r1", "r2", "r3"],
            "highway": ["primary", "secondary", "residential"],
            "name": None,
            "is_oneway": False,
            "access": None,
        },
        geometry=[_a_line(random) for _ in range(3)],
        crs="EPSG:4490",
    )
    import_roads(session, DISTRICT, lines)
    import_footprints(session, DISTRICT, _outlines(random, houses))
    for outline in session.scalars(select(Footprint.geom).limit(5)).all():
        _a_decision(session, random, outline)
    settle_footprints(session)
    return random


def _stored(session):
    f = Footprint
    columns = (f.id, f.gap_class, f.gap_reason, f.site_id, f.site_share, f.candidate_id)
    rows = session.execute(select(*columns).order_by(f.id)).all()
    return pd.DataFrame(rows, columns=[one.name for one in columns]).set_index("id")


def _together(labels):
    """Return which ids stand together, whatever their groups are called."""
    groups = defaultdict(set)
    for key, label in labels.dropna().items():
        groups[label].add(key)
    return {frozenset(one) for one in groups.values()}


def _expected(session):
    frames = gap_frames(session, DISTRICT)
    return find_gaps(
        frames.footprints, frames.sites, roads=frames.roads, decisions=frames.decisions
    )


def _check(session):
    stored, expected = _stored(session), _expected(session)
    assert stored["gap_class"].tolist() == expected["gap_class"].tolist()
    assert stored["gap_reason"].tolist() == expected["gap_reason"].tolist()
    assert stored["site_id"].fillna(0).tolist() == expected["site_id"].fillna(0).tolist()
    assert stored["site_share"].fillna(0).tolist() == pytest.approx(
        expected["site_share"].tolist(), abs=1e-9
    )
    assert _together(stored["candidate_id"]) == _together(expected["candidate"])
    return stored


def _check_candidates(session, stored):
    """Compare what candidates say of themselves with the footprints that are in them."""
    members = stored["candidate_id"].dropna().astype(int)
    assert set(session.scalars(select(GapCandidate.id))) == set(members)
    for one in session.scalars(select(GapCandidate)).all():
        f = Footprint
        mine = session.execute(
            select(f.geom, f.area_m2, f.town_code, f.floors).where(f.candidate_id == one.id)
        ).all()
        assert one.footprints == len(mine)
        assert one.area_m2 == pytest.approx(sum(row.area_m2 for row in mine))
        assert one.floor_area_m2 == pytest.approx(
            sum(row.area_m2 * max(row.floors or 1, 1) for row in mine)
        )
        shape = union_all([to_shape(row.geom) for row in mine])
        assert to_shape(one.geom).symmetric_difference(shape).area < 1e-12
        by_town = defaultdict(float)
        for row in mine:
            by_town[row.town_code] += row.area_m2
        assert by_town[one.town_code] == pytest.approx(max(by_town.values()))


def _check_tallies(session):
    t, f = FootprintTally, Footprint
    key = (f.district_code, f.town_code, f.neighbourhood_code, f.gap_class, f.site_id)
    live = session.execute(select(*key, func.count(), func.sum(f.area_m2)).group_by(*key)).all()
    kept = session.execute(
        select(*(getattr(t, one.name) for one in key), t.footprints, t.area_m2).where(
            t.footprints != 0
        )
    ).all()
    assert {tuple(row[:-1]) for row in kept} == {tuple(row[:-1]) for row in live}
    areas = {tuple(row[:5]): row[-1] for row in live}
    assert all(row[-1] == pytest.approx(areas[tuple(row[:5])], abs=1e-3) for row in kept)


@pytest.mark.parametrize("seed", range(6))
def test_the_database_and_the_frames_agree(session, seed):
    _scene(session, seed)
    stored = _check(session)
    assert set(stored["gap_class"]) >= {FootprintClass.IN_SITE, FootprintClass.MISSING}
    assert stored["candidate_id"].duplicated().any()
    _check_candidates(session, stored)
    _check_tallies(session)


def _add_area(session, random, _):
    a_site(session, boundary=_a_box(random, 0.002))


def _add_point(session, random, _):
    a_site(session, point=(WEST + random.random() * AREA, SOUTH + random.random() * AREA))


def _move_site(session, random, _):
    shape = from_shape(_a_box(random, 0.002, least=0.0002), 4490)
    session.execute(update(Site).where(Site.id == _any_site(session, random)).values(geom=shape))


def _drop_site(session, random, _):
    leaves = update(Site).where(Site.id == _any_site(session, random))
    session.execute(leaves.values(delisted_on=Site.listed_on))


def _add_houses(session, random, number):
    import_footprints(session, DISTRICT, _outlines(random, 3, first=1000 + 3 * number))


def _move_houses(session, random, _):
    import_footprints(session, DISTRICT, _outlines(random, 4, first=random.randrange(100)))


def _raze_houses(session, random, _):
    houses = list(session.scalars(select(Footprint.id)))
    session.execute(delete(Footprint).where(Footprint.id.in_(random.sample(houses, 4))))


def _decide(session, random, _):
    houses = session.scalars(select(Footprint.geom).order_by(Footprint.id)).all()
    _a_decision(session, random, random.choice(houses))


def _withdraw(session, _random, _):
    last = select(func.max(DecidedGap.id)).scalar_subquery()
    withdrawn = update(DecidedGap).where(DecidedGap.id == last)
    session.execute(withdrawn.values(withdrawn_by="tester", withdrawn_at=func.now()))


def _drop_road(session, random, _):
    session.execute(delete(Road).where(Road.source_id == random.choice(["r1", "r2"])))


def _class_roads(session, random, _):
    session.execute(update(Road).values(highway=random.choice(["primary", "residential"])))


EDITS = [
    *(_add_area, _add_point, _move_site, _drop_site, _add_houses, _move_houses, _raze_houses),
    *(_decide, _withdraw, _drop_road, _class_roads),
]


def _any_site(session, random):
    return random.choice(list(session.scalars(select(Site.id).where(Site.delisted_on.is_(None)))))


@pytest.mark.parametrize("seed", range(3))
def test_after_any_edit_it_is_as_if_all_had_been_found_anew(session, seed):
    random = _scene(session, seed + 50, houses=90)
    for number in range(25):
        random.choice(EDITS)(session, random, number)
        if random.random() < 0.6:
            settle_footprints(session)
            stored = _check(session)
    settle_footprints(session)
    stored = _check(session)
    _check_candidates(session, stored)
    _check_tallies(session)
    class_footprints(session, footprints_to_class(session, DISTRICT))
    pd.testing.assert_frame_equal(_stored(session), stored)


def test_a_candidate_keeps_its_id_while_most_of_its_houses_stand(session):
    a_town(session, district=a_district(session))
    row = [
        MultiPolygon([box(WEST + at, SOUTH, WEST + at + 0.0001, SOUTH + 0.0002)])
        for at in (0, 0.0002, 0.0004, 0.0006, 0.0008)
    ]
    frame = GeoDataFrame(
        {"source_id": list("abcde"), "use": None, "floors": None}, geometry=row, crs="EPSG:4490"
    )
    import_footprints(session, DISTRICT, frame)
    (first,) = session.scalars(select(GapCandidate.id))
    session.execute(delete(Footprint).where(Footprint.source_id.in_(["b", "d"])))
    settle_footprints(session)
    assert first in set(session.scalars(select(GapCandidate.id)))
    _check_candidates(session, _check(session))


def test_many_footprints_find_the_same_sites_as_few(session):
    _scene(session, 7)
    few = "SELECT * FROM whole_sites(ARRAY(SELECT id FROM footprint)) WHERE site_id IS NOT NULL"
    # Ids of no footprint make the array long enough for the other way.
    many = (
        "SELECT * FROM whole_sites(ARRAY(SELECT id FROM footprint"
        " UNION ALL SELECT generate_series(1000000000, 1000020000))) WHERE site_id IS NOT NULL"
    )
    one_by_one, by_sites = (session.execute(text(query)).all() for query in (few, many))
    assert len(one_by_one) > 2
    assert sorted(map(tuple, by_sites)) == sorted(map(tuple, one_by_one))


def test_a_site_reads_what_lies_near_it_of_footprints_that_nothing_is_known_of(session):
    """In the transaction that brings them, PostgreSQL has no figures of their table yet."""
    many, town = 25_000, a_town(session, "测镇", district=a_district(session))
    for number in range(100):
        west, south = WEST + number % 10 * 0.01, SOUTH + number // 10 * 0.01
        a_site(
            session, f"S{number}", town=town, boundary=box(west, south, west + 0.008, south + 0.008)
        )
    session.flush()
    session.execute(
        text(
            "INSERT INTO footprint (district_code, town_code, source_id, use, floors, geom)"
            " SELECT :district, :town, 'h' || i, 'apartments', 5, ST_Multi(ST_SetSRID(ST_MakeBox2D("
            "  ST_Point(west, south), ST_Point(west + 0.0002, south + 0.0001)), 4490)::geometry)"
            " FROM (SELECT i, :west + i % 158 * 0.0006 AS west, :south + i / 158 * 0.0006 AS south"
            "  FROM generate_series(1, :many) AS i) AS h"
        ),
        {
            "district": town.district_code,
            "town": town.code,
            "west": WEST,
            "south": SOUTH,
            "many": many,
        },
    )
    read = text("SELECT pg_stat_get_xact_tuples_returned('uq_footprint_source_id'::regclass)")
    before = session.scalar(read)
    looked_up = session.execute(text("SELECT * FROM whole_sites(ARRAY(SELECT id FROM footprint))"))
    assert sum(row.site_id is not None for row in looked_up) > many / 3
    assert session.scalar(read) - before < 3 * many


def test_a_statement_that_touches_no_ground_notes_nothing(session):
    a_site(session, boundary=_a_box(Random(1), 0.002))
    settle_footprints(session)
    session.execute(update(Site).values(note="改了备注", row_version=Site.row_version + 1))
    assert session.scalar(text("SELECT count(*) FROM footprint_to_class")) == 0
