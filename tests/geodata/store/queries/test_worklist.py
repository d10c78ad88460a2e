"""The clerk is led through what waits, in the official order."""

from __future__ import annotations

from geodata.domain.access import Role, Scope
from geodata.domain.boundary import BoundaryProblem
from geodata.store.queries.worklist import boundary_worklist, count_unlocated, place_among
from tests.builders import a_neighbourhood, a_site, a_town, square

EVERYTHING = Scope.everything()


def test_sites_stand_in_the_order_of_their_neighbourhoods_with_what_they_lack(session):
    town = a_town(session, boundary=square(0, 0, 0.1))
    first, second = (a_neighbourhood(session, name, town=town) for name in ("甲社区", "乙社区"))
    late = a_site(session, "无社区", town=town, point=(117.81, 36.76))
    done = a_site(session, "画好的", neighbourhood=second, boundary=square(0.01, 0.01))
    overlapping = a_site(session, "重叠的", neighbourhood=first, boundary=square(0.04, 0.04, 0.01))
    other = a_site(session, "另一个", neighbourhood=second, boundary=square(0.045, 0.045, 0.01))
    outside = a_site(session, "出界的", neighbourhood=second, boundary=square(0.095, 0, 0.01))
    items = boundary_worklist(session, EVERYTHING, town.code)
    assert [(one.site_id, one.problems, one.is_open) for one in items] == [
        (overlapping.id, (BoundaryProblem.OVERLAP,), True),
        (done.id, (), False),
        (other.id, (BoundaryProblem.OVERLAP,), True),
        (outside.id, (BoundaryProblem.OUTSIDE,), True),
        (late.id, (), True),
    ]
    assert [one.has_point for one in items] == [False, False, False, False, True]


def test_what_is_explained_is_done(session):
    town = a_town(session, boundary=square(0, 0, 0.1))
    site = a_site(session, town=town, boundary=square(0.095, 0, 0.01), geom_note="跨镇, 两镇已商定")
    (item,) = boundary_worklist(session, EVERYTHING, town.code)
    assert (item.site_id, item.problems) == (site.id, (BoundaryProblem.OUTSIDE,))
    assert not item.is_open


def test_neighbours_that_share_a_border_have_no_problem(session):
    town = a_town(session)
    for east in (0.0, 0.01, 0.02):
        a_site(session, town=town, boundary=square(east, 0, 0.01))
    assert not any(one.is_open for one in boundary_worklist(session, EVERYTHING, town.code))


def test_previous_and_next_skip_what_is_done(session):
    town = a_town(session)
    sites = [
        a_site(session, town=town, boundary=square(0.02 * number) if number % 2 else None)
        for number in range(5)
    ]
    items = boundary_worklist(session, EVERYTHING, town.code)
    found = place_among(items, sites[2].id)
    assert found.before is not None
    assert found.after is not None
    assert (found.before.site_id, found.after.site_id) == (sites[0].id, sites[4].id)
    assert found.left == 3
    ends = [place_among(items, sites[0].id).before, place_among(items, sites[4].id).after]
    assert ends == [None, None]
    amid_done = place_among(items, sites[1].id)
    assert amid_done.after is not None
    assert amid_done.after.site_id == sites[2].id


def test_the_scope_cuts_list_and_counts(session):
    here, there = a_town(session, "甲镇"), a_town(session, "乙镇")
    a_site(session, town=here)
    a_site(session, town=there)
    a_site(session, town=there, boundary=square())
    mine = Scope.of(Role.TOWN, here.code)
    assert boundary_worklist(session, mine, there.code) == []
    assert count_unlocated(session, mine, here.district_code) == {here.code: 1}
    assert count_unlocated(session, EVERYTHING, here.district_code) == {here.code: 1, there.code: 1}
