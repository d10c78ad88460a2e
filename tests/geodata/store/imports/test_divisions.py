"""Official divisions are taken over with their order, names and boundaries (S01)."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from geodata.domain.access import Scope
from geodata.domain.division import DivisionDraft, DivisionKind
from geodata.domain.errors import DomainError
from geodata.store.imports.divisions import import_divisions
from geodata.store.queries.divisions import find_divisions
from geodata.store.tables import Division
from tests.builders import a_district, square

D, T, N = DivisionKind

DISTRICT = DivisionDraft("370306", D, "周村区", "370300", (), square(side=0.2))
EAST = DivisionDraft("370306003", T, "东街街道", "370306", ("东街",))
WEST = DivisionDraft("370306001", T, "西街街道", "370306")
STATION = DivisionDraft("370306003001", N, "车站社区", "370306003")
MARKET = DivisionDraft("370306003009", N, "市场社区", "370306003")
GATE = DivisionDraft("370306001001", N, "城门社区", "370306001")


def _codes(session: Session) -> list[str]:
    return [row.code for row in find_divisions(session, Scope.everything())]


def test_each_town_stands_before_its_neighbourhoods_in_the_order_of_the_file(session):
    scattered = [MARKET, GATE, EAST, STATION, DISTRICT, WEST]
    assert import_divisions(session, scattered) == 6
    expected = [DISTRICT, EAST, MARKET, STATION, WEST, GATE]
    assert _codes(session) == [one.code for one in expected]


def test_a_division_knows_its_district_and_nothing_above_it(session):
    import_divisions(session, [DISTRICT, EAST, STATION], is_sample=True)
    rows = {row.code: row for row in find_divisions(session, Scope.everything())}
    assert {row.district_code for row in rows.values()} == {"370306"}
    assert all(row.is_sample for row in rows.values())
    assert rows["370306"].parent_code is None
    assert rows[STATION.code].parent_code == EAST.code


def test_a_second_file_updates_and_keeps_the_boundaries_it_does_not_bring(session):
    import_divisions(session, [DISTRICT, EAST, WEST])
    renamed = DivisionDraft("370306001", T, "西街", "370306", ("西街街道",), square())
    bare = DivisionDraft("370306", D, "周村区", None)
    import_divisions(session, [bare, renamed, EAST])
    session.expire_all()
    assert _codes(session) == ["370306", "370306001", "370306003"]
    town = session.get_one(Division, "370306001")
    assert (town.name, town.aliases) == ("西街", ["西街街道"])
    statement = select(Division.code).where(Division.geom.is_not(None)).order_by(Division.code)
    assert session.scalars(statement).all() == ["370306", "370306001"]
    assert session.scalar(select(func.st_srid(Division.geom)).limit(1)) == 4490


def test_the_same_file_twice_changes_nothing(session):
    drafts = [DISTRICT, EAST, STATION, WEST]
    import_divisions(session, drafts)
    before = find_divisions(session, Scope.everything())
    import_divisions(session, drafts)
    assert find_divisions(session, Scope.everything()) == before


def test_a_code_that_stands_twice_is_refused(session):
    with pytest.raises(DomainError, match=r"division\.duplicate"):
        import_divisions(session, [DISTRICT, EAST, EAST])


@pytest.mark.parametrize(
    "drafts",
    [
        [DISTRICT, STATION],
        [EAST],
        [DISTRICT, DivisionDraft("370306003001", N, "车站社区", "370306")],
        [DISTRICT, EAST, DivisionDraft("370306004", T, "北街", "370306003")],
        [DISTRICT, DivisionDraft("370306004", T, "北街", None)],
    ],
)
def test_a_division_needs_a_parent_one_level_up(session, drafts):
    with pytest.raises(DomainError, match=r"division\.parent_missing"):
        import_divisions(session, drafts)


def test_two_districts_keep_apart(session):
    other = a_district(session, "张店区", code="370303")
    import_divisions(session, [DISTRICT, EAST])
    assert _codes(session) == [other.code, "370306", "370306003"]


def test_levels_may_come_in_files_of_their_own(session):
    import_divisions(session, [DISTRICT])
    import_divisions(session, [EAST, WEST])
    import_divisions(session, [STATION, GATE])
    assert _codes(session) == [one.code for one in (DISTRICT, EAST, WEST, STATION, GATE)]
    rows = {row.code: row for row in find_divisions(session, Scope.everything())}
    assert rows[GATE.code].district_code == DISTRICT.code
