"""The path to full coverage: M6, a budget, scope, and that asking decides nothing."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlalchemy import func, select

from geodata.domain.access import Role
from geodata.domain.category import Category
from geodata.domain.management import ManagementType as M
from geodata.domain.period import today
from geodata.store.session import Change, reading, writing
from geodata.store.tables import AuditLine, Division, Site, SiteEvidence, SitePlan, SiteVersion
from tests.builders import a_neighbourhood, a_site, a_town
from tests.own_world import logged_in, own_world
from tests.world import World


@pytest.fixture
def own(server, tmp_path_factory) -> Iterator[tuple[FastAPI, World]]:
    with own_world(server, "path", tmp_path_factory.mktemp("files")) as found:
        yield found


@pytest.fixture
def lead(own) -> Iterator[TestClient]:
    with logged_in(own[0], Role.DISTRICT_LEAD) as client:
        yield client


@pytest.fixture
def nine_of_ten(own) -> str:
    """A town of ten sites; the tenth has a plan that was rejected."""
    with writing(own[0].state.owner, Change("tester", "town", today())) as session:
        district = session.get_one(Division, own[1].district)
        town = a_town(session, "十里镇", district=district, code="370306003")
        near = a_neighbourhood(session, town=town)
        for number in range(9):
            started = today() - timedelta(days=3 if number == 0 else 200)
            a_site(session, f"示范小区{number}", neighbourhood=near, listed_on=started)
        last = a_site(
            session,
            "末尾楼",
            neighbourhood=near,
            ticked={M.NONE},
            category=Category.STANDALONE_BUILDING.value,
            listed_on=today() - timedelta(days=200),
            households=12,
        )
        session.add(
            SitePlan(
                site_id=last.id,
                plan_state="rejected",
                measures="社区代管",
                management_type="simple",
                publicised_from=today(),
                publicised_until=today(),
                notice_evidence_id=_evidence(session, last.id),
                voted_on=today(),
                owner_heads=10,
                owner_area_m2=100,
                participating_heads=10,
                participating_area_m2=100,
                agreeing_heads=4,
                agreeing_area_m2=40,
                created_by="tester",
            )
        )
        return town.code


def _evidence(session, site_id):
    row = SiteEvidence(
        site_id=site_id,
        about="management_type",
        file_name="公示.png",
        media_type="image/png",
        digest="0" * 64,
        size_bytes=1,
        added_by="tester",
    )
    session.add(row)
    session.flush()
    return row.id


def test_nine_of_ten_with_a_failed_plan_is_one_backstop_from_full(lead, nine_of_ten):
    told = lead.get(f"/api/path-to-full?town={nine_of_ten}").json()
    total = told["rows"][-1]["denominators"]["sites"]
    assert (total["whole"], total["covered"], total["missing"]) == (10, 9, 1)
    (action,) = told["actions"]
    assert (action["name"], action["action"], action["clause"]) == ("末尾楼", "backstop", "S27")
    assert action["chosen"]
    assert told["after"]["sites"]["rate"] == 1.0
    assert told["reached"]
    page = lead.get(f"/path?town={nine_of_ten}&lang=zh").text
    assert "还差 1" in page
    assert "简易+政府托底" in page


def test_the_pace_and_the_forecast_follow_from_history(lead, nine_of_ten):
    by = today() + timedelta(weeks=20)
    told = lead.get(f"/api/path-to-full?town={nine_of_ten}&by={by}").json()
    total = told["rows"][-1]["denominators"]["sites"]
    assert total["per_week"] == pytest.approx(1 / 8)
    assert total["full_on"] == (today() + timedelta(weeks=8)).isoformat()
    assert total["is_on_time"]
    assert told["rows"][0]["label"] == "十里镇"


def test_a_budget_buys_the_most(lead, own):
    nothing = lead.get("/api/path-to-full?budget=0&denominator=households").json()
    assert [one for one in nothing["actions"] if one["chosen"]] == []
    assert not nothing["reached"]
    plenty = lead.get("/api/path-to-full?budget=100000000").json()
    assert all(one["chosen"] for one in plenty["actions"])
    assert plenty["after"]["sites"]["rate"] == 1.0
    some = lead.get("/api/path-to-full?budget=15000&denominator=households").json()
    assert some["cost_yuan"] <= 15000
    assert any(one["chosen"] for one in some["actions"])


def test_asking_decides_nothing_and_a_town_sees_its_own(own, lead):
    engine = own[0].state.owner

    def counts():
        with reading(engine) as session:
            tables = (Site, SiteVersion, AuditLine)
            return [session.scalar(select(func.count()).select_from(one)) for one in tables]

    with logged_in(own[0], Role.TOWN) as town:
        before = counts()
        told = town.get("/api/path-to-full").json()
        assert {one["name"] for one in told["actions"]} == {"东街5号楼", "东宿舍"}
        assert [row["label"] for row in told["rows"]] == ["东街街道", "合计"]
        stranger = town.get(f"/api/path-to-full?town={own[1].west}").json()
        assert stranger["actions"] == []
        assert counts() == before


@pytest.mark.parametrize("query", ["target=1.5", "budget=-1", "denominator=cats", "by=x"])
def test_a_wish_that_makes_no_sense_is_refused(lead, query):
    assert lead.get(f"/api/path-to-full?{query}").status_code == 422
