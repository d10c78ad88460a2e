"""Which division a row means by the words it writes."""

from __future__ import annotations

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from geodata.domain.division import DivisionKind
from geodata.domain.errors import DomainError
from geodata.store.imports.places import DivisionBook, add_division
from geodata.store.tables import Division
from tests.builders import a_district, a_neighbourhood, a_town


@pytest.fixture
def towns(session: Session) -> list[Division]:
    district = a_district(session)
    east = a_town(session, "东街街道", district=district, aliases=["东街", "东街办"])
    west = a_town(session, "西街街道", district=district)
    a_neighbourhood(session, "车站社区", town=east)
    a_neighbourhood(session, "前沟村", town=west)
    return [east, west]


@pytest.mark.parametrize("name", ["东街街道", "东街", " 东街 办", "东街\n街道"])
def test_a_town_is_found_by_name_and_alias_however_spaced(session, towns, name):
    assert DivisionBook(session, "370306", grows=False).town(name) == towns[0].code


@pytest.mark.parametrize(
    ("town", "name"),
    [
        (0, "车站社区"),
        (0, "车站社区居委会"),
        (0, "车站社区居民委员会"),
        (1, "前沟村"),
        (1, "前沟村委会"),
        (1, "前沟村村民委员会"),
    ],
)
def test_a_neighbourhood_is_found_with_or_without_its_committee(session, towns, town, name):
    book = DivisionBook(session, "370306", grows=False)
    found = book.neighbourhood(towns[town].code, name)
    assert found == f"{towns[town].code}001"


def test_a_row_may_name_no_neighbourhood_but_must_name_a_town(session, towns):
    book = DivisionBook(session, "370306", grows=False)
    assert book.neighbourhood(towns[0].code, None) is None
    with pytest.raises(DomainError, match=r"place\.town_unknown"):
        book.town(None)


def test_a_book_that_grows_adds_a_place_once_and_at_the_end(session, towns):
    book = DivisionBook(session, "370306", grows=True)
    code = book.town("北郊镇")
    assert book.town(" 北郊镇") == code
    near = book.neighbourhood(code, "兴鲁社区")
    assert book.neighbourhood(code, "兴鲁社区居委会") == near
    rows = session.scalars(select(Division).order_by(Division.sort_order)).all()
    assert [row.code for row in rows][-2:] == [code, near]
    assert DivisionBook(session, "370306", grows=False).town("北郊镇") == code


def test_a_district_that_is_not_there_is_refused(session):
    with pytest.raises(DomainError, match=r"division\.not_found"):
        DivisionBook(session, "370399", grows=True)


def test_a_town_needs_a_parent(session):
    with pytest.raises(DomainError, match=r"division\.parent_missing"):
        add_division(session, code="1", kind=DivisionKind.TOWN, name="甲", district="1")
