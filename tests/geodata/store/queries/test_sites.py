"""Lists and records of sites: filters, pages, names."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import update
from sqlalchemy.orm import Session

from geodata.domain.access import Scope
from geodata.domain.errors import DomainError
from geodata.domain.inspection import InspectionResult
from geodata.domain.management import ManagementType as M
from geodata.domain.period import today
from geodata.store.queries.sites import find_sites, get_site
from geodata.store.queries.state import SiteFilter
from geodata.store.tables import Site
from tests.builders import (
    NOTICE_ON,
    SOUTH,
    WEST,
    a_district,
    a_finding,
    a_neighbourhood,
    a_site,
    a_town,
    an_inspection,
    square,
)
from tests.geodata.store.statements import recorded

EVERYTHING = Scope.everything()
ON = today()


@pytest.fixture
def sites(session: Session) -> dict[str, Site]:
    """One site for each thing that a filter can tell apart."""
    east, west = a_town(session, "东街"), a_town(session, "西街")
    near = a_neighbourhood(session, town=east)
    far = a_town(session, district=a_district(session, "张店区", code="370303"))
    rows = {
        "plain": a_site(session, "和平小区", neighbourhood=near, address="新建路1号"),
        "lone": a_site(session, "12号楼", town=east, category="standalone_building"),
        "market": a_site(session, "100%花园", town=west, ticked={M.PROFESSIONAL, M.UNIT_RUN}),
        "silent": a_site(session, "无名_院", town=west, ticked=(), category=None),
        "none": a_site(session, "红旗", town=west, ticked={M.NONE}),
        "subsidised": a_site(session, "补贴苑", town=west, ticked={M.NONE}, subsidised=True),
        "drawn": a_site(session, "画出", town=west, boundary=square(0.1, 0.1, 0.01)),
        "dotted": a_site(session, "点出", town=west, point=(WEST + 0.15, SOUTH + 0.15)),
        "far": a_site(session, "远方", town=far),
    }
    problems = an_inspection(session, rows["market"], NOTICE_ON, result=InspectionResult.PROBLEMS)
    a_finding(session, problems)
    an_inspection(session, rows["plain"], NOTICE_ON)
    return rows


ALL = "plain lone market silent none subsidised drawn dotted far"


@pytest.mark.parametrize(
    ("wanted", "kept"),
    [
        ({}, ALL),
        ({"district": "370306"}, ALL.removesuffix(" far")),
        ({"district": "370303"}, "far"),
        ({"town": "370306001"}, "plain lone"),
        ({"neighbourhood": "370306001001"}, "plain"),
        ({"town": "370306002", "district": "370303"}, ""),
        ({"category": ["standalone_building"]}, "lone"),
        ({"category": ["unreported"]}, "silent"),
        ({"category": ["standalone_building", "unreported"]}, "lone silent"),
        ({"management_type": ["professional"]}, "market"),
        ({"management_type": ["unit_run", "none"]}, "market none"),
        ({"management_type": ["simple"]}, "plain lone subsidised drawn dotted far"),
        ({"management_type": ["unreported"]}, "silent"),
        ({"management_type": ["unreported", "none"]}, "silent none"),
        ({"inspection_status": ["overdue"]}, "market"),
        ({"inspection_status": ["passed", "overdue"]}, "plain market"),
        ({"covered": False}, "silent none"),
        ({"covered": True, "town": "370306001"}, "plain lone"),
        ({"q": "小区"}, "plain"),
        ({"q": "新建路"}, "plain"),
        ({"q": "%"}, "market"),
        ({"q": "_"}, "silent"),
        ({"q": "没有的"}, ""),
        ({"bbox": (WEST + 0.105, SOUTH + 0.105, WEST + 0.2, SOUTH + 0.2)}, "drawn dotted"),
        ({"bbox": (WEST + 0.12, SOUTH + 0.12, WEST + 0.2, SOUTH + 0.2)}, "dotted"),
    ],
)
def test_a_filter_keeps_what_it_says(session, sites, wanted, kept):
    page = find_sites(session, EVERYTHING, SiteFilter(**wanted), on=ON)
    by_id = {site.id: key for key, site in sites.items()}
    assert [by_id[row["site_id"]] for row in page.rows] == kept.split()
    assert page.total == len(kept.split())


def test_a_filter_narrowed_to_a_district_keeps_the_rest(session, sites):
    wanted = SiteFilter(covered=True, district="370306").in_district("370303")
    assert wanted == SiteFilter(covered=True, district="370303")


def test_pages_follow_each_other_without_gap_or_repeat(session, sites):
    seen, cursor, pages = [], None, 0
    while True:
        page = find_sites(session, EVERYTHING, SiteFilter(), on=ON, limit=4, cursor=cursor)
        seen += [row["site_id"] for row in page.rows]
        pages += 1
        assert page.total == len(sites)
        cursor = page.next_cursor
        if cursor is None:
            break
    assert seen == sorted(site.id for site in sites.values())
    assert pages == 3


def test_the_last_full_page_has_no_next_one(session, sites):
    assert find_sites(session, EVERYTHING, SiteFilter(), on=ON, limit=9).next_cursor is None


def test_a_row_names_its_town_and_neighbourhood_and_where_it_stands(session, sites):
    rows = find_sites(session, EVERYTHING, SiteFilter(), on=ON).rows
    by_name = {row["name"]: row for row in rows}
    assert by_name["和平小区"]["town_name"] == "东街"
    assert by_name["和平小区"]["neighbourhood_name"] == "1号社区"
    assert by_name["12号楼"]["neighbourhood_name"] is None
    assert [by_name[name]["located"] for name in ("画出", "点出", "红旗")] == [
        "boundary",
        "point",
        "none",
    ]
    drawn = by_name["画出"]
    assert WEST + 0.1 < drawn["longitude"] < WEST + 0.11
    assert SOUTH + 0.1 < drawn["latitude"] < SOUTH + 0.11
    assert by_name["点出"]["longitude"] == pytest.approx(WEST + 0.15)
    assert by_name["红旗"]["longitude"] is None


def test_a_list_takes_two_statements_however_long(session, sites):
    with recorded(session) as sent:
        find_sites(session, EVERYTHING, SiteFilter(), on=ON)
    assert len(sent) == 2


def test_a_record_holds_all_that_hangs_on_the_site_newest_first(session, sites):
    site = sites["market"]
    an_inspection(session, site, NOTICE_ON + timedelta(days=5))
    record = get_site(session, EVERYTHING, site.id, on=ON)
    assert (record.site.id, record.site.row_version) == (site.id, 1)
    assert {one.management_type for one in record.arrangements} == {"professional", "unit_run"}
    days = [one.inspected_on for one in record.inspections]
    assert days == [NOTICE_ON + timedelta(days=5), NOTICE_ON]
    assert [one.clause for one in record.findings] == ["S12"]


def test_a_record_takes_as_many_statements_for_much_as_for_little(session, sites):
    session.expunge_all()
    with recorded(session) as few:
        get_site(session, EVERYTHING, sites["silent"].id, on=ON)
    for day in range(20):
        a_finding(session, an_inspection(session, sites["plain"], NOTICE_ON + day * timedelta(1)))
    session.expunge_all()
    with recorded(session) as many:
        get_site(session, EVERYTHING, sites["plain"].id, on=ON)
    assert len(many) == len(few) <= 11


def test_a_site_that_left_the_ledger_is_told_as_of_its_last_day(session, sites):
    site = sites["plain"]
    session.execute(update(Site).where(Site.id == site.id).values(delisted_on=ON))
    on_its_days = get_site(session, EVERYTHING, site.id, on=NOTICE_ON)
    assert (on_its_days.told_on, on_its_days.left_on) == (NOTICE_ON, None)
    after = get_site(session, EVERYTHING, site.id, on=ON)
    assert (after.told_on, after.left_on) == (ON - timedelta(days=1), ON)
    assert after.state["name"] == "和平小区"
    with pytest.raises(DomainError, match=r"site\.not_found") as refusal:
        get_site(session, EVERYTHING, site.id, on=NOTICE_ON - timedelta(days=1))
    assert refusal.value.facts == {"site": site.id}
