"""Rows of ledgers and listings become sites, each recognised among those that are there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from geodata.domain.category import Category
from geodata.domain.errors import DomainError, Severity
from geodata.domain.management import ManagementType as M
from geodata.domain.site import ServiceStar, SiteDraft
from geodata.store.imports.merging import MergeMode
from geodata.store.imports.report import ImportReport
from geodata.store.imports.sites import merge_sites
from geodata.store.session import Change, sign
from geodata.store.tables import Division, Site, SiteVersion
from tests.builders import NOTICE_ON, a_district, a_draft, a_neighbourhood, a_site, a_town
from tests.geodata.store.statements import recorded

FORM = MergeMode(stated={*SiteDraft.__slots__} - {"developer"}, grows=False)
LISTING = MergeMode(stated=(), grows=True)
LATER = NOTICE_ON + timedelta(days=30)
WHERE: dict[str, Any] = {"town": "东街", "neighbourhood": "车站社区"}


@pytest.fixture(autouse=True)
def district(session: Session) -> Division:
    """A district with two towns and a neighbourhood."""
    district = a_district(session)
    town = a_town(session, "东街", district=district)
    a_neighbourhood(session, "车站社区", town=town)
    a_town(session, "西街", district=district)
    return district


def _merge(
    session: Session, *drafts: SiteDraft, on: date = NOTICE_ON, mode: MergeMode = FORM
) -> ImportReport:
    report = ImportReport("台账.xlsx", "370306")
    sign(session, Change("tester", "import", effective_on=on))
    numbered = [
        replace(draft, place=replace(draft.place, row=row)) for row, draft in enumerate(drafts, 6)
    ]
    merge_sites(session, report, numbered, on=on, mode=mode)
    session.expire_all()
    return report


def _counts(report: ImportReport) -> dict[str, int]:
    return {name: count for name, count in report.counts.items() if count}


def _sites(session: Session) -> Sequence[Site]:
    return session.scalars(select(Site).order_by(Site.id)).all()


def _versions(session: Session) -> int | None:
    return session.scalar(select(func.count()).select_from(SiteVersion))


FULL = a_draft(
    **WHERE,
    address="新建路1号",
    category=Category.OLD_COMMUNITY,
    ticked_types=frozenset({M.SIMPLE, M.UNIT_RUN}),
    service_star=ServiceStar.THREE,
    built_year=1998,
    floor_area_m2=12345.678,
    buildings=6,
    households=240,
    occupied_households=200,
    company="某物业公司",
    developer="某开发商",
    project_manager="王某",
    phone="13812345678",
    fee_min_yuan=0.5,
    fee_max_yuan=0.8,
    subsidised=True,
    owners_committee=False,
    maintenance_fund=True,
    utility_handover=None,
    note="备注",
    longitude=117.85,
    latitude=36.8,
    source_row={"小区名称": "和平小区"},
)


def test_a_new_row_is_kept_whole(session):
    assert _counts(_merge(session, FULL)) == {"new": 1}
    (site,) = _sites(session)
    assert (site.town_code, site.neighbourhood_code) == ("370306001", "370306001001")
    assert site.listed_on == NOTICE_ON
    columns = (
        "name address category service_star built_year buildings households occupied_households"
        " company developer project_manager phone subsidised owners_committee maintenance_fund"
        " utility_handover note source_row"
    )
    assert {one: getattr(site, one) for one in columns.split()} == {
        one: getattr(FULL, one) for one in columns.split()
    }
    assert (float(site.floor_area_m2), float(site.fee_min_yuan)) == (12345.68, 0.5)
    assert session.scalar(select(func.st_astext(Site.point))) == "POINT(117.85 36.8)"
    assert session.scalar(select(func.st_srid(Site.point))) == 4490


@pytest.mark.parametrize("mode", [FORM, LISTING])
def test_the_same_file_twice_is_zero_changes(session, mode):
    drafts = [
        FULL,
        a_draft("和平小区", town="西街", ticked_types=frozenset({M.NONE})),
        a_draft("列表小区", **WHERE, external_id="X1", floor_area_m2=0.1 + 0.2),
        a_draft("双生", **WHERE, address="甲路"),
        a_draft("双生", **WHERE, address="乙路"),
    ]
    assert _counts(_merge(session, *drafts, mode=mode)) == {"new": 5}
    before = _versions(session)
    for on in (NOTICE_ON, LATER):
        assert _counts(_merge(session, *drafts, on=on, mode=mode)) == {"unchanged": 5}
    assert _versions(session) == before
    assert {site.row_version for site in _sites(session)} == {1}


def test_only_what_differs_is_changed_and_says_so(session):
    other = a_draft("朝阳小区", **WHERE, households=50)
    _merge(session, FULL, other)
    before = _versions(session)
    report = _merge(session, replace(FULL, households=241), other, on=LATER)
    assert _counts(report) == {"changed": 1, "unchanged": 1}
    assert _versions(session) == before + 1
    changed, same = _sites(session)
    assert (changed.households, changed.row_version) == (241, 2)
    assert same.row_version == 1
    version = session.scalars(select(SiteVersion).order_by(SiteVersion.id.desc())).first()
    assert (version.old["households"], version.new["households"]) == (240, 241)
    assert version.effective_on == LATER


def test_sites_that_a_file_leaves_out_are_counted_and_stay(session):
    _merge(session, FULL, a_draft("朝阳小区", **WHERE))
    assert _counts(_merge(session, FULL, on=LATER)) == {"unchanged": 1, "missing": 1}
    assert [site.delisted_on for site in _sites(session)] == [None, None]


def test_the_silence_of_the_form_empties_and_that_of_a_listing_does_not(session):
    _merge(session, FULL)
    silent = a_draft(**WHERE, address="新建路1号")
    assert _counts(_merge(session, silent, mode=LISTING)) == {"unchanged": 1}
    assert _sites(session)[0].households == 240
    assert _counts(_merge(session, silent, mode=FORM)) == {"changed": 1}
    assert _sites(session)[0].households is None


def test_the_form_says_nothing_about_what_it_has_no_column_for(session):
    _merge(session, replace(FULL, external_id="X1"), mode=LISTING)
    _merge(session, replace(FULL, external_id=None, developer=None, longitude=None, latitude=None))
    (site,) = _sites(session)
    assert (site.external_id, site.developer) == ("X1", "某开发商")
    assert site.point is not None


def test_a_site_is_recognised_by_its_code_even_under_a_new_name(session):
    _merge(session, replace(FULL, external_id="X1"), mode=LISTING)
    renamed = replace(FULL, external_id="X1", name="新和平小区")
    assert _counts(_merge(session, renamed, on=LATER, mode=LISTING)) == {"changed": 1}
    assert [site.name for site in _sites(session)] == ["新和平小区"]


def test_two_codes_are_two_sites_whatever_their_name(session):
    first, second = (a_draft(**WHERE, external_id=code) for code in ("X1", "X2"))
    _merge(session, first, mode=LISTING)
    assert _counts(_merge(session, second, mode=LISTING)) == {"new": 1, "missing": 1}


def test_a_name_is_one_site_in_each_neighbourhood(session):
    report = _merge(session, a_draft(**WHERE), a_draft(town="东街"), a_draft(town="西街"))
    assert _counts(report) == {"new": 3}


@pytest.mark.parametrize("name", ["和平小区", " 和平 小区", "和平小\n区"])
def test_blanks_in_a_name_do_not_make_another_site(session, name):
    _merge(session, a_draft("和平小区", **WHERE))
    report = _merge(session, a_draft(name, **WHERE), mode=LISTING)
    assert report.counts["new"] == 0


def test_a_name_that_stands_twice_is_told_apart_by_address(session):
    twins = [a_draft("双生", **WHERE, address=one, households=100) for one in ("甲路", "乙路")]
    _merge(session, *twins)
    report = _merge(session, twins[0], replace(twins[1], households=90), on=LATER)
    assert _counts(report) == {"unchanged": 1, "changed": 1}
    assert {site.address: site.households for site in _sites(session)} == {"甲路": 100, "乙路": 90}


def test_a_site_without_an_address_takes_the_one_it_is_given(session):
    _merge(session, a_draft(**WHERE))
    assert _counts(_merge(session, a_draft(**WHERE, address="甲路"))) == {"changed": 1}


def test_the_second_row_of_one_site_is_refused_and_names_the_first(session):
    report = _merge(session, FULL, FULL)
    assert _counts(report) == {"new": 1, "skipped": 1}
    (fault,) = report.errors
    assert (fault.code, fault.row, fault.value) == ("site.stands_twice", 7, "和平小区")
    assert fault.facts == {"first_row": 6}


@pytest.mark.parametrize(
    ("where", "code", "closest"),
    [
        ({"town": "东街办"}, "place.town_unknown", ["东街", "西街"]),
        ({"town": "东街", "neighbourhood": "车站"}, "place.neighbourhood_unknown", ["车站社区"]),
        ({"town": "西街", "neighbourhood": "车站社区"}, "place.neighbourhood_unknown", []),
    ],
)
def test_an_unknown_place_keeps_the_row_out_and_names_the_closest(session, where, code, closest):
    report = _merge(session, a_draft(**where), FULL)
    assert _counts(report) == {"new": 1, "skipped": 1}
    (fault,) = report.errors
    assert (fault.severity, fault.code, fault.row) == (Severity.ERROR, code, 6)
    assert (fault.file, fault.sheet) == ("台账.xlsx", "Sheet1")
    assert fault.facts["closest"] == closest


def test_a_listing_brings_its_own_places(session):
    report = _merge(
        session, a_draft(town="北郊", neighbourhood="前沟"), a_draft("无处"), mode=LISTING
    )
    assert _counts(report) == {"new": 2}
    names = set(session.scalars(select(Division.name)))
    assert {"北郊", "前沟", "未划分"} <= names


def test_an_edition_older_than_the_ledger_is_refused(session):
    _merge(session, FULL, on=LATER)
    with pytest.raises(DomainError) as refusal:
        _merge(session, FULL, on=LATER - timedelta(days=1))
    assert refusal.value.code == "import.older_than_ledger"
    assert refusal.value.facts == {"on": "2017-11-30", "latest": "2017-12-01"}


def test_another_districts_ledger_does_not_make_an_edition_old(session):
    far = a_town(session, district=a_district(session, "张店区", code="370303"))
    a_site(session, town=far, listed_on=LATER)
    assert _counts(_merge(session, FULL)) == {"new": 1}


def test_a_point_moves_only_where_it_moved(session):
    _merge(session, FULL)
    jitter = replace(FULL, longitude=117.85 + 1e-8)
    assert _counts(_merge(session, jitter)) == {"unchanged": 1}
    assert _counts(_merge(session, replace(FULL, longitude=117.851))) == {"changed": 1}
    assert session.scalar(select(func.st_x(Site.point))) == pytest.approx(117.851)


def test_columns_of_several_files_are_kept_side_by_side(session):
    _merge(session, replace(FULL, source_row={"a": "1", "b": "2"}))
    _merge(session, replace(FULL, source_row={"b": "3", "c": "4"}))
    assert _sites(session)[0].source_row == {"a": "1", "b": "3", "c": "4"}


def test_a_site_that_left_the_ledger_is_not_recognised(session):
    _merge(session, FULL)
    session.execute(text("UPDATE site SET delisted_on = :on"), {"on": LATER})
    assert _counts(_merge(session, FULL, on=LATER)) == {"new": 1}


def test_a_file_takes_as_many_statements_for_many_rows_as_for_few(session):
    few = [a_draft(f"小区{number}", **WHERE) for number in range(2)]
    many = [a_draft(f"花园{number}", town="西街", households=number) for number in range(60)]
    with recorded(session) as for_few:
        _merge(session, *few, on=NOTICE_ON)
    with recorded(session) as for_many:
        _merge(session, *many, on=NOTICE_ON)
    assert len(for_many) == len(for_few)
    changed = [replace(draft, households=1000) for draft in many]
    with recorded(session) as for_changed:
        _merge(session, *changed, on=LATER)
    assert len(for_changed) <= len(for_few) + 1


def test_a_field_that_a_form_has_no_column_for_is_left_alone(session):
    _merge(session, FULL)
    narrow = MergeMode(stated={"address"}, grows=False)
    _merge(session, replace(FULL, address=None, company=None, households=None), mode=narrow)
    site = session.scalars(select(Site)).one()
    assert (site.address, site.company, site.households) == (None, FULL.company, FULL.households)
