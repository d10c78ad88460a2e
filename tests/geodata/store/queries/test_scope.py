"""What lies outside a scope does not exist, in any query (S05)."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass

import pytest
from sqlalchemy.orm import Session

from geodata.domain.access import BOUND_TO, Role, Scope
from geodata.domain.division import DivisionKind
from geodata.domain.errors import DomainError
from geodata.domain.indicator import Denominator
from geodata.domain.period import today
from geodata.store.queries.coverage_table import Breakdown, coverage_table
from geodata.store.queries.divisions import find_divisions, get_division
from geodata.store.queries.drawn import (
    divisions_geojson,
    drawn_bounds,
    footprints_geojson,
    ground_geojson,
    site_geometry,
    sites_geojson,
)
from geodata.store.queries.ledger import ledger_rows
from geodata.store.queries.sites import find_sites, get_site
from geodata.store.queries.state import SiteFilter
from geodata.store.queries.trend import coverage_trend
from geodata.store.tables import Division, Road, Site
from tests.builders import (
    NOTICE_ON,
    SOUTH,
    WEST,
    a_district,
    a_footprint,
    a_neighbourhood,
    a_site,
    a_town,
    square,
)

EVERYWHERE = (WEST - 1, SOUTH - 1, WEST + 2, SOUTH + 2)
ON = today()


@dataclass(frozen=True)
class Ground:
    """Two districts; the first has two towns, one of them two neighbourhoods; a site in each."""

    district: Division
    town: Division
    neighbourhood: Division
    sites: dict[str, Site]
    other_district: Division

    @property
    def codes(self) -> dict[DivisionKind, str]:
        """The codes of the first district's divisions, by kind."""
        return {
            DivisionKind.DISTRICT: self.district.code,
            DivisionKind.TOWN: self.town.code,
            DivisionKind.NEIGHBOURHOOD: self.neighbourhood.code,
        }


@pytest.fixture
def ground(session: Session) -> Ground:
    district = a_district(session)
    town = a_town(session, district=district, boundary=square(side=0.1))
    near = a_neighbourhood(session, town=town)
    beside = a_neighbourhood(session, town=town)
    other_town = a_town(session, district=district)
    elsewhere = a_district(session, "张店区", code="370303", boundary=square(0.5))
    far_town = a_town(session, district=elsewhere)
    far = a_neighbourhood(session, town=far_town)
    places = {
        "near": (town, near),
        "beside": (town, beside),
        "in town": (town, None),
        "other town": (other_town, a_neighbourhood(session, town=other_town)),
        "far": (far_town, far),
    }
    sites = {}
    for number, (name, (its_town, neighbourhood)) in enumerate(places.items()):
        boundary = square(0.02 * number, 0.01)
        sites[name] = a_site(
            session, name, town=its_town, neighbourhood=neighbourhood, boundary=boundary
        )
        its_district = elsewhere if name == "far" else district
        a_footprint(
            session, boundary, district=its_district, town=its_town, neighbourhood=neighbourhood
        )
    for one in (district, elsewhere):
        session.add(
            Road(
                district_code=one.code,
                source_id="1",
                highway="primary",
                name=f"{one.name}的路",
                geom="SRID=4490;LINESTRING(117.8 36.75, 117.9 36.76)",
            )
        )
    session.flush()
    return Ground(district, town, near, sites, elsewhere)


VISIBLE = {
    None: ["near", "beside", "in town", "other town", "far"],
    DivisionKind.DISTRICT: ["near", "beside", "in town", "other town"],
    DivisionKind.TOWN: ["near", "beside", "in town"],
    DivisionKind.NEIGHBOURHOOD: ["near"],
}


def _names(geojson: bytes) -> list[str]:
    return [one["properties"]["name"] for one in json.loads(geojson)["features"]]


def _listed(session: Session, scope: Scope, on=ON) -> list[str]:
    page = find_sites(session, scope, SiteFilter(), on=on, limit=2)
    rows = list(page.rows)
    while page.next_cursor is not None:
        page = find_sites(session, scope, SiteFilter(), on=on, limit=2, cursor=page.next_cursor)
        rows += page.rows
    assert page.total == len(rows)
    return [row["name"] for row in rows]


WAYS_TO_SEE_SITES: dict[str, Callable[[Session, Scope], list[str]]] = {
    "list": _listed,
    "past list": lambda session, scope: _listed(session, scope, NOTICE_ON),
    "map": lambda session, scope: _names(sites_geojson(session, scope, SiteFilter(), on=ON)),
    "ledger": lambda session, scope: [
        row.name for row in ledger_rows(session, scope, SiteFilter(), on=ON)
    ],
}


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize("way", WAYS_TO_SEE_SITES)
def test_every_role_sees_the_sites_of_its_scope_and_no_other(session, ground, role, way):
    scope = Scope(BOUND_TO[role], ground.codes.get(BOUND_TO[role]))
    assert sorted(WAYS_TO_SEE_SITES[way](session, scope)) == sorted(VISIBLE[scope.kind])


@pytest.mark.parametrize("role", Role)
def test_every_role_opens_the_records_of_its_scope_and_no_other(session, ground, role):
    scope = Scope(BOUND_TO[role], ground.codes.get(BOUND_TO[role]))
    for name, site in ground.sites.items():
        if name in VISIBLE[scope.kind]:
            assert get_site(session, scope, site.id, on=ON).state["name"] == name
            assert site_geometry(session, scope, site.id, on=ON) is not None
        else:
            with pytest.raises(DomainError, match=r"site\.not_found"):
                get_site(session, scope, site.id, on=ON)
            assert site_geometry(session, scope, site.id, on=ON) is None


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize("by", Breakdown)
def test_every_figure_counts_the_scope_alone(session, ground, role, by):
    scope = Scope(BOUND_TO[role], ground.codes.get(BOUND_TO[role]))
    table = coverage_table(session, scope, by=by, on=ON)
    expected = len(VISIBLE[scope.kind])
    assert table.total.amounts[Denominator.SITES] == expected
    assert sum(row.amounts[Denominator.SITES] for row in table.rows) == expected
    ((_, last),) = coverage_trend(session, scope, SiteFilter(), on=ON, months=0)
    assert last.amounts[Denominator.SITES] == expected


@pytest.mark.parametrize("role", Role)
def test_outlines_are_cut_like_sites(session, ground, role):
    scope = Scope(BOUND_TO[role], ground.codes.get(BOUND_TO[role]))
    count = 0
    for district in (ground.district, ground.other_district):
        drawn = json.loads(footprints_geojson(session, scope, district.code, EVERYWHERE))
        count += len(drawn["features"])
    assert count == len(VISIBLE[scope.kind])


@pytest.mark.parametrize("role", Role)
def test_divisions_are_the_own_one_what_lies_in_it_and_what_lies_above(session, ground, role):
    scope = Scope(BOUND_TO[role], ground.codes.get(BOUND_TO[role]))
    own, town, near = ground.district.code, ground.town.code, ground.neighbourhood.code
    expected = {
        None: {row.code for row in find_divisions(session, Scope.everything())},
        DivisionKind.DISTRICT: {
            row.code
            for row in find_divisions(session, Scope.everything())
            if row.district_code == own
        },
        DivisionKind.TOWN: {own, town, near, f"{town}002"},
        DivisionKind.NEIGHBOURHOOD: {own, town, near},
    }[scope.kind]
    assert {row.code for row in find_divisions(session, scope)} == expected
    drawn: list[str] = []
    for district in (own, ground.other_district.code):
        features = json.loads(divisions_geojson(session, scope, district))["features"]
        drawn += [one["properties"]["code"] for one in features]
    assert set(drawn) == expected
    for row in find_divisions(session, Scope.everything()):
        if row.code in expected:
            assert get_division(session, scope, row.code) == row
        else:
            with pytest.raises(DomainError, match=r"division\.not_found"):
                get_division(session, scope, row.code)


@pytest.mark.parametrize("role", [role for role in Role if BOUND_TO[role] is not None])
def test_streets_are_seen_by_whoever_belongs_to_the_district(session, ground, role):
    scope = Scope(BOUND_TO[role], ground.codes[BOUND_TO[role]])
    assert _names(ground_geojson(session, scope, ground.district.code)) == ["周村区的路"]
    assert _names(ground_geojson(session, scope, ground.other_district.code)) == []


def test_a_stranger_from_another_district_sees_nothing(session, ground):
    stranger = Scope(DivisionKind.TOWN, f"{ground.other_district.code}001")
    code = ground.district.code
    wanted = SiteFilter(district=code)
    assert find_sites(session, stranger, wanted, on=ON).total == 0
    assert json.loads(sites_geojson(session, stranger, wanted, on=ON))["features"] == []
    assert json.loads(divisions_geojson(session, stranger, code))["features"] == []
    assert json.loads(footprints_geojson(session, stranger, code, EVERYWHERE))["features"] == []
    assert json.loads(ground_geojson(session, stranger, code))["features"] == []
    assert drawn_bounds(session, stranger, code) is None
    table = coverage_table(session, stranger, by=Breakdown.TOWN, on=ON, wanted=wanted)
    assert table.rows == []
    assert table.total.amounts[Denominator.SITES] == 0


def test_a_filter_never_widens_a_scope(session, ground):
    scope = Scope(DivisionKind.NEIGHBOURHOOD, ground.neighbourhood.code)
    for wanted in (
        SiteFilter(town=ground.town.code),
        SiteFilter(q="beside"),
        SiteFilter(bbox=EVERYWHERE),
        SiteFilter(management_type=("simple", "unreported")),
    ):
        names = {row["name"] for row in find_sites(session, scope, wanted, on=ON).rows}
        assert names <= {"near"}


def test_an_outline_in_no_neighbourhood_belongs_to_the_town_alone(session, ground):
    place = square(0.15, 0.15, 0.001)
    outline = a_footprint(session, place, district=ground.district, town=ground.town)
    assert outline.neighbourhood_code is None
    count = {}
    for kind, code in ground.codes.items():
        drawn = footprints_geojson(session, Scope(kind, code), ground.district.code, EVERYWHERE)
        count[kind] = len(json.loads(drawn)["features"])
    assert count == {
        DivisionKind.DISTRICT: 5,
        DivisionKind.TOWN: 4,
        DivisionKind.NEIGHBOURHOOD: 1,
    }
