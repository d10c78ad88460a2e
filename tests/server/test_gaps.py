"""A town sees its gaps of every kind, decides about them, and takes a decision back."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date, timedelta
from random import Random

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from geopandas import GeoDataFrame
from shapely import box
from shapely.geometry import shape as as_shape
from sqlalchemy import func, select

from geodata.domain.access import Role
from geodata.domain.management import ManagementType
from geodata.domain.period import today
from geodata.store.imports.ground import import_footprints, import_roads
from geodata.store.session import Change, reading, writing
from geodata.store.tables import (
    AuditLine,
    DecidedGap,
    Division,
    Footprint,
    GapCandidate,
    ManagementArrangement,
    Site,
)
from tests.builders import SOUTH, WEST, a_site
from tests.own_world import logged_in, own_world, version
from tests.server.test_evidence import png
from tests.world import World

HOUSE = 0.0003
"""Degrees: some thirty metres."""


@pytest.fixture
def own(server, tmp_path_factory) -> Iterator[tuple[FastAPI, World]]:
    with own_world(server, "gaps", tmp_path_factory.mktemp("files")) as found:
        yield found


@pytest.fixture
def engine(own):
    return own[0].state.owner


@pytest.fixture
def town(own) -> Iterator[TestClient]:
    with logged_in(own[0], Role.TOWN) as client:
        yield client


@pytest.fixture
def district(own) -> Iterator[TestClient]:
    with logged_in(own[0], Role.DISTRICT_LEAD) as client:
        yield client


def surveyed(engine, *places, prefix="h"):
    """Survey houses at degrees from the corner (WEST, SOUTH)."""
    shapes = [box(WEST + x, SOUTH + y, WEST + x + HOUSE, SOUTH + y + HOUSE) for x, y in places]
    frame = GeoDataFrame(
        {"source_id": [f"{prefix}{number}" for number in range(len(shapes))], "use": "apartments"},
        geometry=shapes,
        crs="EPSG:4490",
    )
    with writing(engine, Change("surveyor", "survey")) as session:
        import_footprints(session, "370306", frame)


def _gaps(client, kind, **more):
    answer = client.get("/api/gaps", params={"kind": kind, **more})
    assert answer.status_code == 200, answer.text
    return answer.json()["gaps"]


def _decide(client, gap, decision, status=201, **more):
    answer = client.post(f"/api/gaps/{gap}/decision", json={"decision": decision, **more})
    assert answer.status_code == status, answer.text
    return answer.json()


def _withdraw(client, decision, status=200):
    answer = client.post(f"/api/gaps/decisions/{decision}/withdraw", json={})
    assert answer.status_code == status, answer.text
    return answer.json()


def test_each_kind_is_told_with_its_clause_and_counted(town, district, own):
    names = {
        kind: [one["name"] for one in _gaps(town, kind)]
        for kind in (
            "unmanaged",
            "below_policy",
            "basic_services",
            "outside_boundary",
            "double",
            "missing",
        )
    }
    unmanaged = _gaps(town, "unmanaged")
    assert unmanaged[0]["name"] == "东街5号楼"
    assert unmanaged[0]["clause"] == "S17"
    assert unmanaged[0]["days"] == (today() - _since(unmanaged[0])).days
    assert {*names["unmanaged"]} == {"东街5号楼", "东宿舍"}
    assert "东苑小区" in names["below_policy"]
    assert "东安里" in names["basic_services"]
    assert {"东宿舍"} <= {*names["outside_boundary"]}
    counts = town.get("/api/gaps").json()["counts"]
    assert set(counts) == {own[1].east}
    for kind, found in names.items():
        assert counts[own[1].east][kind] == len(found)
    policy = next(one for one in _gaps(town, "below_policy") if one["name"] == "东苑小区")
    assert (policy["policy"], policy["clause"], policy["lacks"]) == ("P1", "S11", ["star"])
    assert set(district.get("/api/gaps").json()["counts"]) == {own[1].east, own[1].west}


def _since(gap):
    return date.fromisoformat(gap["since"])


def test_a_contract_that_ends_soon_and_a_long_emergency_are_told(town, engine, own):
    site = own[1].ids["东苑小区"]
    with reading(engine) as session:
        wanted = select(ManagementArrangement.id).where(ManagementArrangement.site_id == site)
        arrangement = session.scalar(wanted)
    address = f"/api/sites/{site}/arrangements/{arrangement}"

    def note(status=200, **values):
        headers = {"If-Match": version(town, site)}
        answer = town.patch(address, json=values, headers=headers)
        assert answer.status_code == status, answer.text

    note(contract_until=(today() + timedelta(days=30)).isoformat())
    (gap,) = _gaps(town, "about_to_lapse")
    assert (gap["name"], gap["days_left"], gap["clause"]) == ("东苑小区", 30, "S39")
    assert _gaps(town, "about_to_lapse", within_days=29) == []
    note(status=422, contract_until="2001-01-01")
    note(contract_until=None, is_emergency=True)
    (gap,) = _gaps(town, "about_to_lapse")
    assert gap["is_emergency"]
    assert gap["days_left"] < 0, "begun long ago: the six months are over"
    assert "合同到期日" in town.get(f"/sites/{site}/edit?lang=zh").text
    assert "contract_until" in town.get(f"/api/sites/{site}/history").text
    address = f"/api/sites/{site}/arrangements/999999"
    note(status=404, is_emergency=False)


def test_two_rows_for_one_place_are_asked_about_once_and_told_apart_for_good(town, engine, own):
    with writing(engine, Change("tester", "double")) as session:
        court = session.scalar(select(Division).where(Division.name == "东苑社区"))
        twin = a_site(session, "东 安里", neighbourhood=court).id
        a_site(session, "东安里二期", neighbourhood=court)
    (gap,) = _gaps(town, "double")
    assert (gap["name"], gap["other"]["name"], gap["lacks"]) == ("东安里", "东 安里", ["name"])
    made = _decide(town, gap["id"], "distinct", note="两处")
    assert _gaps(town, "double") == []
    _withdraw(town, made["decision"])
    assert len(_gaps(town, "double")) == 1
    _decide(town, gap["id"], "duplicate", status=422)
    _decide(town, gap["id"], "duplicate", target=own[1].ids["东安里"])
    assert _gaps(town, "double") == []
    assert town.get(f"/api/sites/{twin}").json()["left_on"] == today().isoformat()


def test_missing_houses_are_listed_in_their_town_and_each_decision_does_what_it_says(
    town, district, engine, own
):
    surveyed(engine, (0.15, 0.06), (0.17, 0.06), (0.18, 0.06), (0.05, 0.02))
    mine = _gaps(town, "missing")
    assert len(mine) == 3
    assert {one["town"] for one in mine} == {own[1].east}
    assert len(_gaps(district, "missing")) == 4
    stranger = next(one for one in _gaps(district, "missing") if one["town"] == own[1].west)
    assert town.get(f"/api/gaps/{stranger['id']}").status_code == 404
    _decide(town, stranger["id"], "non_residential", status=404)
    first, second, third = (one["id"] for one in mine)
    made = _decide(
        town, first, "new_standalone", name="东街9号楼", address="东街9号", households=24
    )
    record = town.get(f"/api/sites/{made['site']}").json()
    assert (record["category"], record["buildings"]) == ("standalone_building", 1)
    assert "东街9号楼" in {one["name"] for one in _gaps(town, "unmanaged")}
    _decide(town, second, "non_residential", note="变电站")
    assert [one["id"] for one in _gaps(town, "missing")] == [third]
    _decide(town, second, "non_residential", status=404)
    _decide(town, third, "distinct", status=422)
    _decide(town, third, "new_community", status=422)
    with reading(engine) as session:
        lines = session.scalars(select(AuditLine).where(AuditLine.action == "decide_gap")).all()
        classes = dict(session.execute(select(Footprint.source_id, Footprint.gap_class)).all())
    assert [line.facts["decision"] for line in lines] == ["new_standalone", "non_residential"]
    assert sorted(classes.values()).count("non_residential") == 1
    told = town.get("/api/gaps", params={"decided": True}).json()["decisions"]
    assert [one["decision"] for one in told] == ["non_residential", "new_standalone"]
    assert town.get("/api/gaps?decided=true").json()["decisions"][0]["note"] == "变电站"


def test_a_decision_is_remembered_when_the_buildings_are_surveyed_again(town, engine):
    surveyed(engine, (0.15, 0.06))
    (gap,) = _gaps(town, "missing")
    _decide(town, gap["id"], "demolished")
    with writing(engine, Change("surveyor", "new survey")) as session:
        session.query(Footprint).filter(Footprint.source_id == "h0").delete()
    surveyed(engine, (0.15 + HOUSE / 10, 0.06), prefix="next")
    assert _gaps(town, "missing") == []
    surveyed(engine, (0.15 + HOUSE * 0.8, 0.065), prefix="other")
    assert len(_gaps(town, "missing")) == 1


def test_houses_go_into_the_managed_community_on_their_side_of_the_main_road(town, engine, own):
    road = GeoDataFrame(
        {
            "source_id": ["r"],
            "highway": ["primary"],
            "name": None,
            "is_oneway": False,
            "access": None,
        },
        geometry=[box(WEST + 0.1405, SOUTH, WEST + 0.1406, SOUTH + 0.1).exterior],
        crs="EPSG:4490",
    )
    with writing(engine, Change("surveyor", "roads")) as session:
        import_roads(session, "370306", road)
    # Just east of the road; 东苑小区 ends west of it at 0.14, 东安里 begins at 0.16.
    surveyed(engine, (0.1585, 0.03))
    (gap,) = _gaps(town, "missing")
    told = town.get(f"/api/gaps/{gap['id']}").json()
    best = told["proposals"][0]
    assert (best["name"], best["same_side"], best["managed"]) == ("东安里", True, True)
    before = town.get(f"/api/sites/{best['site']}").json()
    made = _decide(town, gap["id"], "merge", target=best["site"], note="同一院落")
    after = town.get(f"/api/sites/{best['site']}").json()
    assert after["buildings"] == before["buildings"] + 1
    with reading(engine) as session:
        stored = session.scalar(
            select(func.st_asgeojson(Site.geom, 9)).where(Site.id == best["site"])
        )
        held = session.scalar(select(Footprint.site_id).where(Footprint.source_id == "h0"))
    assert held == best["site"]
    drawn = as_shape(json.loads(stored))
    assert drawn.symmetric_difference(as_shape(best["boundary"])).area < 1e-10
    assert _gaps(town, "missing") == []
    _withdraw(town, made["decision"])
    again = town.get(f"/api/sites/{best['site']}").json()
    assert again["buildings"] == before["buildings"]
    assert len(_gaps(town, "missing")) == 1


def test_a_site_that_is_no_housing_leaves_the_ledger_and_its_walls_do_not_come_back(
    town, engine, own
):
    surveyed(engine, (0.121, 0.061))
    site = own[1].ids["东街5号楼"]
    made = _decide(town, f"unmanaged-{site}", "demolished", note="已拆迁")
    assert town.get(f"/api/sites/{site}").json()["left_on"] == today().isoformat()
    assert "东街5号楼" not in {one["name"] for one in _gaps(town, "unmanaged")}
    assert _gaps(town, "missing") == []
    _withdraw(town, made["decision"])
    assert "东街5号楼" in {one["name"] for one in _gaps(town, "unmanaged")}
    types = town.get(f"/api/sites/{site}").json()["effective_types"]
    assert types == [ManagementType.NONE.value]


def test_an_unmanaged_building_merges_into_a_community_with_its_numbers(town, engine, own):
    building, community = own[1].ids["东街5号楼"], own[1].ids["东苑小区"]
    before = town.get(f"/api/sites/{community}").json()
    made = _decide(town, f"unmanaged-{building}", "merge", target=community)
    after = town.get(f"/api/sites/{community}").json()
    assert after["households"] == before["households"] + 100
    assert town.get(f"/api/sites/{building}").json()["left_on"] == today().isoformat()
    _withdraw(town, made["decision"])
    again = town.get(f"/api/sites/{community}").json()
    assert again["households"] == before["households"]
    assert town.get(f"/api/sites/{building}").json()["left_on"] is None


def test_what_somebody_has_changed_since_is_not_put_back_by_itself(town, engine):
    surveyed(engine, (0.15, 0.06))
    (gap,) = _gaps(town, "missing")
    made = _decide(town, gap["id"], "new_standalone", name="东街9号楼")
    version = town.get(f"/api/sites/{made['site']}").headers["etag"]
    body = {"note": "改过"}
    changed = town.patch(f"/api/sites/{made['site']}", json=body, headers={"If-Match": version})
    assert changed.status_code == 200, changed.text
    assert _withdraw(town, made["decision"], status=409)["code"] == "gap.changed_since"


def test_a_new_site_taken_back_was_never_there(town, engine):
    surveyed(engine, (0.15, 0.06))
    (gap,) = _gaps(town, "missing")
    total = town.get("/api/sites").json()["total"]
    made = _decide(town, gap["id"], "new_standalone", name="东街9号楼")
    assert town.get("/api/sites").json()["total"] == total + 1
    _withdraw(town, made["decision"])
    assert town.get("/api/sites").json()["total"] == total
    assert len(_gaps(town, "missing")) == 1
    _withdraw(town, made["decision"], status=404)


def test_a_decision_is_kept_with_its_evidence(town, district, engine):
    surveyed(engine, (0.15, 0.06))
    (gap,) = _gaps(town, "missing")
    made = _decide(town, gap["id"], "demolished")
    address = f"/api/gaps/decisions/{made['decision']}/evidence"
    assert town.get(address).status_code == 404
    sent = {"file": ("现场.png", png(), "image/png")}
    assert town.post(address, files=sent).status_code == 201
    answer = district.get(address)
    assert answer.content == png()
    assert "attachment" in answer.headers["content-disposition"]
    assert town.get("/api/gaps?decided=true").json()["decisions"][0]["file_name"] == "现场.png"
    bad = {"file": ("现场.png", b"<script>", "image/png")}
    assert town.post(address, files=bad).status_code == 422
    assert town.post("/api/gaps/decisions/999/evidence", files=sent).status_code == 404


def test_many_are_decided_at_once_or_none(town, engine):
    surveyed(engine, *((0.11 + 0.004 * number, 0.07) for number in range(5)))
    gaps = [one["id"] for one in _gaps(town, "missing")]
    assert len(gaps) == 5
    body = {"gaps": [*gaps, "missing-999999"], "decision": "non_residential"}
    assert town.post("/api/gaps/decisions", json=body).status_code == 404
    assert len(_gaps(town, "missing")) == 5
    assert town.post("/api/gaps/decisions", json=body | {"gaps": gaps}).status_code == 201
    assert _gaps(town, "missing") == []
    with reading(engine) as session:
        assert session.scalar(select(func.count()).select_from(DecidedGap)) == 5
        assert session.scalar(select(func.count()).select_from(GapCandidate)) == 0


@pytest.mark.parametrize(
    "gap",
    [
        *("missing", "missing-x", "missing--1", "nothing-1", "double-1", "missing-1-2"),
        *("missing-٣", "missing-99999999999999999999", "unmanaged-1;drop"),
    ],
)
def test_what_is_no_gap_is_not_found(town, gap):
    assert town.get(f"/api/gaps/{gap}").status_code == 404
    _decide(town, gap, "demolished", status=404)


def test_a_leader_looks_and_does_not_decide(own, engine):
    surveyed(engine, (0.15, 0.06))
    with logged_in(own[0], Role.LEADER) as leader:
        (gap,) = _gaps(leader, "missing")
        assert leader.get("/api/gaps.geojson?kind=missing").json()["features"][0]["geometry"]
        _decide(leader, gap["id"], "demolished", status=403)


def test_thirty_houses_left_out_at_random_are_all_found_in_their_town(district, engine, own):
    random = Random(11)
    places = [(0.2 * random.random(), 0.1 * random.random()) for _ in range(40)]
    surveyed(engine, *places)
    f = Footprint
    with reading(engine) as session:
        inside = select(Site.id).where(func.st_intersects(Site.geom, f.geom)).exists()
        left_out = {
            row.source_id: row.town_code
            for row in session.execute(select(f.source_id, f.town_code).where(~inside))
        }
        found = dict(
            session.execute(
                select(f.source_id, GapCandidate.town_code).join(
                    GapCandidate, GapCandidate.id == f.candidate_id
                )
            ).all()
        )
    assert len(left_out) >= 30
    assert left_out.items() <= found.items()
    listed = _gaps(district, "missing")
    assert sum(one["footprints"] for one in listed) == len(found)
