"""A clerk locates a site: inside the scope, never unseen, nothing wrong unexplained."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from geoalchemy2.shape import to_shape
from shapely import LineString, Polygon, box, to_geojson
from shapely.geometry import shape as as_shape
from sqlalchemy import select

from geodata.domain.access import Role
from geodata.store.session import reading
from geodata.store.tables import AuditLine, SiteVersion
from tests.builders import SOUTH, WEST
from tests.own_world import logged_in, own_world
from tests.spots import Spot
from tests.world import World


@pytest.fixture(scope="module")
def own(server, tmp_path_factory) -> Iterator[tuple[FastAPI, World]]:
    with own_world(server, "boundary", tmp_path_factory.mktemp("files")) as found:
        yield found


@pytest.fixture
def town(own) -> Iterator[TestClient]:
    with logged_in(own[0], Role.TOWN) as client:
        yield client


@pytest.fixture
def spot(own) -> Spot:
    return Spot(own[0].state.owner, own[1])


def geometry(shape) -> dict[str, Any]:
    return json.loads(to_geojson(shape))


def put(client: TestClient, site: int, shape, version: int = 1, /, **more):
    body = {"geometry": None if shape is None else geometry(shape), **more}
    headers = {"If-Match": f'"{version}"'}
    return client.put(f"/api/sites/{site}/boundary", json=body, headers=headers)


def check(client: TestClient, site: int, shape) -> dict[str, Any]:
    answer = client.post(f"/api/sites/{site}/boundary/check", json={"geometry": geometry(shape)})
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_a_boundary_is_saved_versioned_audited_and_takes_its_buildings(town, spot):
    site = spot.site(point=(WEST + 0.15, SOUTH + 0.05))
    inside, outside = spot.house(spot.square(10, 10, 20)), spot.house(spot.square(200, 10, 20))
    answer = put(town, site, spot.square(), accuracy_m=1.5)
    assert answer.status_code == 200, answer.text
    assert answer.headers["etag"] == '"2"'
    body = answer.json()
    assert (body["row_version"], body["footprints"]) == (2, 1)
    assert body["area_m2"] == pytest.approx(10_000, rel=0.01)
    stored = spot.stored(site)
    assert to_shape(stored.geom).equals(spot.square())
    assert (stored.geom_source, float(stored.geom_accuracy_m or 0)) == ("drawn", 1.5)
    assert stored.point is not None
    assert (spot.holder(inside), spot.holder(outside)) == (site, None)
    with reading(spot.engine) as session:
        version = session.scalars(
            select(SiteVersion).where(SiteVersion.site_id == site).order_by(SiteVersion.id.desc())
        ).first()
        assert version is not None
        assert version.changed_by == "town"
        line = session.scalars(select(AuditLine).where(AuditLine.subject == f"site/{site}")).one()
        assert (line.action, line.actor, line.facts["footprints"]) == ("draw_boundary", "town", 1)


def test_a_moved_boundary_lets_go_of_the_buildings_it_leaves(town, spot):
    site = spot.site()
    first, second = spot.house(spot.square(10, 10, 20)), spot.house(spot.square(160, 10, 20))
    put(town, site, spot.square())
    put(town, site, spot.square(150), 2)
    assert (spot.holder(first), spot.holder(second)) == (None, site)


def test_the_record_is_not_written_over_unseen(town, spot):
    site = spot.site()
    assert put(town, site, spot.square()).status_code == 200
    stale = put(town, site, spot.square(10))
    assert (stale.status_code, stale.json()["code"]) == (412, "site.stale")
    assert stale.json()["facts"] == {"site": site, "seen": 1, "standing": 2}
    without = town.put(f"/api/sites/{site}/boundary", json={"geometry": geometry(spot.square())})
    assert (without.status_code, without.json()["code"]) == (428, "site.version_needed")
    assert to_shape(spot.stored(site).geom).equals(spot.square())
    theirs = town.get(f"/api/sites/{site}/boundary").json()
    assert (theirs["row_version"], theirs["changed_by"]) == (2, "town")
    assert as_shape(theirs["geometry"]).equals(spot.square())


def test_an_overlap_is_refused_until_somebody_explains_it(town, spot):
    neighbour = spot.site("邻居小区", boundary=spot.square(90))
    site = spot.site()
    refused = put(town, site, spot.square())
    assert (refused.status_code, refused.json()["code"]) == (422, "boundary.unexplained")
    (problem,) = refused.json()["facts"]["problems"]
    assert (problem["kind"], problem["site"], problem["name"]) == ("overlap", neighbour, "邻居小区")
    assert problem["area_m2"] == pytest.approx(1000, rel=0.01)
    assert as_shape(problem["piece"]).within(spot.square().buffer(1e-9))
    assert spot.stored(site).geom is None
    saved = put(town, site, spot.square(), note="地下车库相连, 两家共用")
    assert saved.status_code == 200, saved.text
    stored = spot.stored(site)
    assert stored.geom_note == "地下车库相连, 两家共用"
    # As drawn, not clipped.
    assert to_shape(stored.geom).equals(spot.square())
    with reading(spot.engine) as session:
        line = session.scalars(select(AuditLine).where(AuditLine.subject == f"site/{site}")).one()
        assert line.facts["explained"] == ["overlap"]


def test_an_offered_solution_can_be_saved_as_it_is(town, spot):
    spot.site("邻居小区", boundary=spot.square(90))
    site = spot.site()
    (problem,) = check(town, site, spot.square())["problems"]
    assert problem["detail"] == "与“邻居小区”重叠 1,000 平方米, 占本边界 10.0%。"
    (offer,) = problem["solutions"]
    assert offer["label"] == "去掉这部分"
    less = as_shape(offer["geometry"])
    assert check(town, site, less)["problems"] == []
    assert put(town, site, less).status_code == 200


def test_a_site_out_of_sight_still_holds_its_ground_but_not_its_name(own, spot):
    hidden = spot.site("别的社区的小区", boundary=spot.square(90))
    with logged_in(own[0], Role.NEIGHBOURHOOD) as clerk:
        mine = spot.world.ids["西里小区"]
        answer = check(clerk, mine, spot.square())
        kinds = {one["kind"]: one for one in answer["problems"]}
        assert {"overlap", "outside"} <= kinds.keys()
        assert kinds["overlap"]["site"] is None
        assert "别的社区的小区" not in str(answer)
        assert "管理范围之外" in kinds["overlap"]["detail"]
        assert clerk.get(f"/api/sites/{hidden}/boundary").status_code == 404


def test_a_part_outside_the_town_has_to_be_explained(town, spot):
    site = spot.site()
    across = box(WEST + 0.0995, SOUTH + 0.045, WEST + 0.1005, SOUTH + 0.046)
    refused = put(town, site, across)
    assert refused.json()["code"] == "boundary.unexplained"
    assert [one["kind"] for one in refused.json()["facts"]["problems"]] == ["outside"]


def test_a_crossing_ring_cannot_be_explained_away(town, spot):
    corners = list(spot.square().exterior.coords)[:4]
    bow = Polygon([corners[0], corners[2], corners[1], corners[3]])
    site = spot.site()
    refused = put(town, site, bow, note="就是这样")
    assert (refused.status_code, refused.json()["code"]) == (422, "boundary.unsavable")
    (problem,) = check(town, site, bow)["problems"]
    assert (problem["kind"], problem["piece"]["type"]) == ("invalid", "Point")
    assert put(town, site, as_shape(problem["solutions"][0]["geometry"])).status_code == 200


def test_undo_restores_what_stood_before_as_a_new_version(town, spot):
    site = spot.site()
    house = spot.house(spot.square(10, 10, 20))
    url, headers = f"/api/sites/{site}/boundary/undo", {"If-Match": '"1"'}
    nothing = town.post(url, json={}, headers=headers)
    assert (nothing.status_code, nothing.json()["code"]) == (409, "boundary.nothing_to_undo")
    put(town, site, spot.square(), source="osm", accuracy_m=7)
    put(town, site, spot.square(150), 2)
    assert spot.holder(house) is None
    assert town.get(f"/api/sites/{site}/boundary").json()["can_undo"] is True
    assert town.post(url, json={}, headers=headers).status_code == 412
    undone = town.post(url, json={}, headers={"If-Match": '"3"'})
    assert (undone.status_code, undone.json()["row_version"]) == (200, 4)
    stored = spot.stored(site)
    assert to_shape(stored.geom).equals(spot.square())
    assert (stored.geom_source, float(stored.geom_accuracy_m or 0)) == ("osm", 7)
    assert spot.holder(house) == site


def test_undoing_into_ground_that_is_taken_by_now_has_to_be_explained(town, spot):
    site, other = spot.site(), spot.site("后来的小区")
    put(town, site, spot.square())
    put(town, site, spot.square(200), 2)
    put(town, other, spot.square())
    url, headers = f"/api/sites/{site}/boundary/undo", {"If-Match": '"3"'}
    refused = town.post(url, json={}, headers=headers)
    assert refused.json()["code"] == "boundary.unexplained"
    assert town.post(url, json={"note": "先恢复"}, headers=headers).status_code == 200


def test_an_old_boundary_comes_back_from_the_history_like_one_that_is_drawn(town, spot):
    site, other = spot.site(), spot.site("后来的小区")
    put(town, site, spot.square())
    changes = town.get(f"/api/sites/{site}/history?field=boundary").json()["changes"]
    put(town, site, spot.square(200), 2)
    put(town, other, spot.square())
    url, headers = f"/api/sites/{site}/restore", {"If-Match": '"3"'}
    body = {"version": changes[0]["version"], "reason": "改回", "fields": ["geom"]}
    refused = town.post(url, json=body, headers=headers)
    assert (refused.status_code, refused.json()["code"]) == (422, "boundary.unexplained")
    assert [one["kind"] for one in refused.json()["facts"]["problems"]] == ["overlap"]
    assert to_shape(spot.stored(site).geom).equals(spot.square(200))
    restored = town.post(url, json={**body, "note": "两证重叠, 待核"}, headers=headers)
    assert restored.status_code == 200, restored.text
    assert to_shape(spot.stored(site).geom).equals(spot.square())
    assert spot.stored(site).geom_note == "两证重叠, 待核"


def test_a_boundary_is_taken_away_only_for_a_reason(town, spot):
    site = spot.site()
    house = spot.house(spot.square(10, 10, 20))
    put(town, site, spot.square())
    refused = put(town, site, None, 2)
    assert (refused.status_code, refused.json()["code"]) == (422, "boundary.reason_needed")
    assert put(town, site, None, 2, note="画错了小区").status_code == 200
    stored = spot.stored(site)
    assert (stored.geom, stored.geom_source, stored.geom_note) == (None, None, None)
    assert spot.holder(house) is None


def test_the_rest_of_a_split_goes_to_a_site_that_has_none(town, spot):
    site, other = spot.site("一期"), spot.site("二期")
    west, south, east, north = spot.square().bounds
    middle = (west + east) / 2
    line = LineString([(middle, south - 0.001), (middle, north + 0.001)])
    body = {"geometry": geometry(spot.square()), "line": geometry(line)}
    parts = town.post(f"/api/sites/{site}/boundary/split", json=body).json()["parts"]
    assert [round(one["area_m2"], -2) for one in parts] == [5000, 5000]
    mine, rest = (as_shape(one["geometry"]) for one in parts)
    given = {"site": other, "geometry": geometry(rest)}
    assert put(town, site, mine, source="split", given=given).status_code == 200
    assert to_shape(spot.stored(other).geom).equals(rest)
    again = put(town, site, mine, 2, given=given)
    assert (again.status_code, again.json()["code"]) == (409, "boundary.given_has_one")
    assert spot.stored(site).row_version == 2


def test_what_is_given_to_another_town_does_not_exist(town, spot):
    site = spot.site()
    given = {"site": spot.world.ids["西里小区"], "geometry": geometry(spot.square(150))}
    assert put(town, site, spot.square(), given=given).status_code == 404
    assert spot.stored(site).geom is None


def test_shapes_are_merged_cut_and_drawn_round_buildings(town, spot):
    site = spot.site()
    url = f"/api/sites/{site}/boundary"
    pair = {"geometry": geometry(spot.square()), "other": geometry(spot.square(50))}
    merged = town.post(f"{url}/merge", json=pair).json()
    assert merged["area_m2"] == pytest.approx(15_000, rel=0.01)
    cut = town.post(f"{url}/cut", json=pair).json()
    assert cut["area_m2"] == pytest.approx(5_000, rel=0.01)
    houses = [spot.house(spot.square(10, 30 * row, 12)) for row in range(3)]
    found = town.post(f"{url}/outline", json={"footprints": houses}).json()
    assert len(found["geometry"]["coordinates"]) == 1
    assert found["area_m2"] == pytest.approx(18 * 78, rel=0.02)
    nothing = town.post(f"{url}/outline", json={"footprints": [10**9]})
    assert nothing.json()["code"] == "boundary.no_footprints"
    miss = {"geometry": pair["geometry"], "line": geometry(LineString([(0, 0), (1, 1)]))}
    assert town.post(f"{url}/split", json=miss).json()["code"] == "boundary.line_misses"


@pytest.mark.parametrize(
    "wrong",
    [
        {"type": "Polygon", "coordinates": [[[117, 36], [118, 36]]]},
        {"type": "Polygon", "coordinates": "here"},
        {"type": "Polygon", "coordinates": [[[500, 36], [501, 36], [501, 37], [500, 36]]]},
        {"type": "Polygon", "coordinates": [[["a", "b"], ["c", "d"], ["e", "f"], ["a", "b"]]]},
        {"type": "LineString", "coordinates": [[117, 36], [118, 36]]},
        {"type": "Point", "coordinates": [117, 36]},
    ],
)
def test_what_is_no_area_of_degrees_is_refused(town, spot, wrong):
    site = spot.site()
    answer = town.post(f"/api/sites/{site}/boundary/check", json={"geometry": wrong})
    assert answer.status_code == 422
    assert answer.json()["code"] in ("boundary.unreadable", "request.invalid")


def test_a_shape_of_too_many_points_is_refused(town, spot):
    ring = [(117 + number * 1e-6, 36) for number in range(20_001)] + [(117, 37)]
    answer = town.post(
        f"/api/sites/{spot.site()}/boundary/check",
        json={"geometry": geometry(Polygon(ring))},
    )
    assert answer.json()["code"] == "boundary.too_detailed"


def test_a_stranger_changes_nothing(own, spot):
    site = spot.world.ids["西里小区"]
    with logged_in(own[0], Role.TOWN) as stranger:
        shape = {"geometry": geometry(spot.square())}
        assert put(stranger, site, spot.square()).status_code == 404
        for path, body in (
            ("check", shape),
            ("outline", {"footprints": [1]}),
            ("split", {**shape, "line": geometry(LineString([(0, 0), (1, 1)]))}),
            ("merge", {**shape, "other": shape["geometry"]}),
            ("cut", {**shape, "other": shape["geometry"]}),
            ("undo", {}),
        ):
            headers = {"If-Match": '"1"'}
            url = f"/api/sites/{site}/boundary/{path}"
            assert stranger.post(url, json=body, headers=headers).status_code == 404, path
    with logged_in(own[0], Role.LEADER) as reader:
        assert put(reader, site, spot.square()).status_code == 403
        # A check tells of ground that the reader may not see.
        answer = reader.post(f"/api/sites/{site}/boundary/check", json=shape)
        assert answer.status_code == 403


def test_two_clerks_who_draw_on_the_same_ground_at_once_do_not_miss_each_other(town, spot):
    statuses: list[int] = []

    def draw(site: int) -> None:
        statuses.append(put(town, site, spot.square()).status_code)

    threads = [threading.Thread(target=draw, args=(spot.site(name),)) for name in ("甲", "乙")]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert sorted(statuses) == [200, 422]


def test_surroundings_hold_town_neighbours_and_buildings_of_the_scope_only(own, town, spot):
    neighbour = spot.site("邻居小区", boundary=spot.square(90))
    house = spot.house(spot.square(10, 10, 20))
    site = spot.site(point=spot.square().centroid.coords[0])
    features = town.get(f"/api/sites/{site}/surroundings.geojson").json()["features"]
    found = {(one["properties"]["layer"], one["properties"]["id"]) for one in features}
    assert {("town", None), ("site", neighbour), ("footprint", house)} <= found
    assert all(one["geometry"]["type"].startswith("Multi") for one in features)
    west = [117.7, 36.7, 118.1, 37.0]
    wide = town.get(f"/api/sites/{site}/surroundings.geojson?bbox={','.join(map(str, west))}").text
    assert "邻居小区" in wide
    assert "西里小区" not in wide
