"""Boundaries out of vector files: told first, taken when somebody says so."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from geoalchemy2.shape import from_shape
from shapely import Polygon
from shapely.affinity import scale, translate
from sqlalchemy import Engine, func, select

from geodata.domain.access import Role, Scope
from geodata.domain.errors import DomainError
from geodata.spatial.datum import Datum
from geodata.spatial.repair import is_same
from geodata.spatial.systems import BD09, CGCS2000, GCJ02, CoordinateSystem, zone
from geodata.store.edits import change_site, lock_site
from geodata.store.queries.imports import find_staged_rows, get_import
from geodata.store.session import Change, reading, writing
from geodata.store.tables import AuditLine, SiteVersion
from server.actions.doctor import check_declared, sample_of_rows
from server.actions.import_receipt import Sender
from server.actions.import_vectors import VectorOrder, import_vector_file
from server.actions.imports import ImportOrder, import_listing_file
from server.actions.ledger_imports import undo
from server.actions.vector_report import report_geojson, report_json
from tests.builders import WEST, square
from tests.outlines import WHERE, a_vector_file, boundary_of
from tests.world import World

pytestmark = pytest.mark.filterwarnings("ignore:'crs' was not provided")


@pytest.fixture
def database_url(copied: tuple[str, World]) -> str:
    return copied[0]


@pytest.fixture
def world(copied: tuple[str, World]) -> World:
    return copied[1]


def order(**more: object) -> VectorOrder:
    asked = {"actor": "tester", "scope": Scope.everything()} | more
    return VectorOrder(**asked)  # type: ignore[arg-type]


def versions(engine: Engine) -> int:
    with reading(engine) as session:
        return session.scalar(select(func.count()).select_from(SiteVersion)) or 0


@pytest.mark.parametrize("swapped", [False, True])
@pytest.mark.parametrize(
    "system",
    [CGCS2000, GCJ02, BD09, zone(39, has_prefix=True), zone(39, has_prefix=False)],
    ids=lambda one: one.label,
)
def test_a_hidden_datum_is_found_and_nothing_changes(
    engine: Engine, world: World, tmp_path: Path, system: CoordinateSystem, *, swapped: bool
) -> None:
    path = a_vector_file(tmp_path, system=system, swapped=swapped, name="边界.zip")
    report = import_vector_file(engine, path, order(applies=True))
    assert (report.system, report.is_swapped) == (system.label, swapped)
    assert report.counts["unchanged"] == len(WHERE)
    assert report.is_clean


def test_without_apply_nothing_is_changed(engine: Engine, world: World, tmp_path: Path) -> None:
    path = a_vector_file(tmp_path, {"东苑小区": square(0.12, 0.02, 0.018)}, crs=4490)
    before = versions(engine)
    report = import_vector_file(engine, path, order())
    assert (report.counts["changed"], report.applied) == (1, False)
    assert versions(engine) == before


def test_applied_boundaries_are_kept_once_with_their_audit_line(
    engine: Engine, world: World, tmp_path: Path
) -> None:
    wanted = square(0.12, 0.02, 0.018)
    path = a_vector_file(tmp_path, {**WHERE, "东苑小区": wanted}, system=GCJ02)
    report = import_vector_file(engine, path, order(applies=True))
    assert (report.counts["changed"], report.applied) == (1, True)
    kept = boundary_of(engine, "东苑小区")
    assert kept is not None
    assert is_same(kept, wanted)
    after = versions(engine)
    again = import_vector_file(engine, path, order(applies=True))
    assert (again.counts["changed"], versions(engine)) == (0, after)
    with reading(engine) as session:
        line = session.scalars(select(AuditLine).where(AuditLine.action == "import_vector")).first()
        assert line is not None
        assert (line.actor, line.facts["counts"]["changed"]) == ("tester", 1)


def test_applied_boundaries_are_taken_back_as_a_whole(
    engine: Engine, world: World, tmp_path: Path
) -> None:
    before = boundary_of(engine, "东苑小区")
    wanted = square(0.12, 0.02, 0.018)
    path = a_vector_file(tmp_path, {**WHERE, "东苑小区": wanted}, crs=4490)
    report = import_vector_file(engine, path, order(applies=True))
    sender = Sender(name="tester", scope=Scope.everything())
    assert report.import_id is not None
    with reading(engine) as session:
        one = get_import(session, Scope.everything(), report.import_id)
        rows = find_staged_rows(session, Scope.everything(), one.id).rows
        last = session.scalars(select(SiteVersion).order_by(SiteVersion.id.desc())).first()
    assert (one.kind, one.state, one.file_name) == ("vector", "applied", path.name)
    assert one.report["applied"]["changed"] == 1
    assert [(row["name"], row["site_id"]) for row in rows] == [("东苑小区", world.ids["东苑小区"])]
    assert last is not None
    assert (last.reason, last.import_id) == (f"导入边界 {path.name}", one.id)
    assert undo(engine, sender, one.id) == 1
    after = boundary_of(engine, "东苑小区")
    assert before is not None
    assert after is not None
    assert after.equals_exact(before)
    with pytest.raises(DomainError, match=r"import\.wrong_state"):
        undo(engine, sender, one.id)


def test_a_boundary_drawn_since_is_not_taken_back(
    engine: Engine, world: World, tmp_path: Path
) -> None:
    wanted = {**WHERE, "东苑小区": square(0.12, 0.02, 0.018)}
    path = a_vector_file(tmp_path, wanted, crs=4490)
    report = import_vector_file(engine, path, order(applies=True))
    with writing(engine, Change("tester", "drawn")) as session:
        site = lock_site(session, Scope.everything(), world.ids["东苑小区"], version=None)
        drawn = from_shape(square(0.12, 0.02, 0.016), srid=4490)
        change_site(session, site, {"geom": drawn})
    assert report.import_id is not None
    with pytest.raises(DomainError) as refusal:
        undo(engine, Sender(name="tester", scope=Scope.everything()), report.import_id)
    assert refusal.value.code == "import.worked_on"
    assert refusal.value.facts["sites"] == ["东苑小区"]


def test_nothing_new_is_no_import(engine: Engine, world: World, tmp_path: Path) -> None:
    path = a_vector_file(tmp_path, crs=4490)
    assert import_vector_file(engine, path, order(applies=True)).import_id is None


def test_doubtful_and_unknown_outlines_are_told_and_never_taken(
    engine: Engine, world: World, tmp_path: Path
) -> None:
    shapes = {
        **WHERE,
        "东苑小区": square(0.12, 0.02, 0.018),
        "东安里二期": square(0.13, 0.05, 0.002),
        "不存在的地方": square(0.14, 0.05, 0.002),
        "西新村": None,
    }
    report = import_vector_file(
        engine, a_vector_file(tmp_path, shapes, crs=4490), order(applies=True)
    )
    status = {row.name: row.status for row in report.rows}
    assert status["东苑小区"] == "changed"
    assert status["东安里二期"] == "doubtful"
    assert status["不存在的地方"] == "unmatched"
    assert status["西新村"] == "empty"
    assert not report.is_clean
    assert boundary_of(engine, "西新村") is not None


def test_two_outlines_of_one_site_are_doubtful_both(
    engine: Engine, world: World, tmp_path: Path
) -> None:
    shapes = {"东苑小区": square(0.12, 0.02, 0.01), "东苑小区 ": square(0.13, 0.02, 0.01)}
    report = import_vector_file(engine, a_vector_file(tmp_path, shapes, crs=4490), order())
    assert [(row.status, row.reason) for row in report.rows] == [("doubtful", "match.repeated")] * 2


def test_a_crossing_boundary_is_repaired_in_sight(
    engine: Engine, world: World, tmp_path: Path
) -> None:
    x, y = WEST + 0.12, 36.77
    bow = Polygon([(x, y), (x + 0.02, y + 0.02), (x + 0.02, y), (x, y + 0.018)])
    path = a_vector_file(tmp_path, {**WHERE, "东苑小区": bow}, crs=4490)
    report = import_vector_file(engine, path, order(applies=True))
    (fault,) = [one for one in report.faults if one.code == "vector.geometry_repaired"]
    assert fault.facts["area_before_m2"] != fault.facts["area_after_m2"]
    drawn = [
        one["properties"]["stage"]
        for one in report_geojson(report)["features"]
        if one["properties"]["name"] == "东苑小区"
    ]
    assert drawn == ["known", "before", "after"]
    kept = boundary_of(engine, "东苑小区")
    assert kept is not None
    assert kept.is_valid


def test_overlaps_with_others_are_told(engine: Engine, world: World, tmp_path: Path) -> None:
    wide = scale(WHERE["东苑小区"], 3.5, 1)
    path = a_vector_file(tmp_path, {"东苑小区": wide}, crs=4490)
    report = import_vector_file(engine, path, order())
    (fault,) = [one for one in report.faults if one.code == "vector.overlaps"]
    assert (fault.value, fault.facts["other"]) == ("东苑小区", "东安里")


def test_a_declared_datum_that_the_ground_contradicts_is_refused_until_confirmed(
    engine: Engine, world: World, tmp_path: Path
) -> None:
    path = a_vector_file(tmp_path, system=BD09)
    with pytest.raises(DomainError) as refusal:
        import_vector_file(engine, path, order(datum="wgs84", applies=True))
    assert refusal.value.code == "datum.contradicted"
    assert refusal.value.facts["winner"] == "BD-09"
    report = import_vector_file(engine, path, order(datum="wgs84", is_confirmed=True))
    assert report.system == "EPSG:4490"


def test_what_a_prj_says_wrongly_is_seen_through(
    engine: Engine, world: World, tmp_path: Path
) -> None:
    path = a_vector_file(tmp_path, system=BD09, crs=4490)
    report = import_vector_file(engine, path, order())
    assert report.system == "BD-09"
    assert report.examination.diagnosis.is_contradicted
    assert report.counts["unchanged"] == len(WHERE)


def test_a_file_that_says_nothing_and_shows_nothing_must_be_declared(
    engine: Engine, world: World, tmp_path: Path
) -> None:
    path = a_vector_file(tmp_path, {"不存在的地方": square(0.14, 0.05, 0.002)})
    with pytest.raises(DomainError) as refusal:
        import_vector_file(engine, path, order())
    assert refusal.value.code == "datum.unsure"
    assert import_vector_file(engine, path, order(datum="cgcs2000")).counts["unmatched"] == 1


def test_a_town_changes_its_own_sites_only(engine: Engine, world: World, tmp_path: Path) -> None:
    shapes = {name: translate(one, 0.0005, 0) for name, one in WHERE.items()}
    path = a_vector_file(tmp_path, shapes, crs=4490)
    scope = Scope.of(Role.TOWN, world.east)
    report = import_vector_file(engine, path, order(scope=scope, applies=True))
    assert {row.name for row in report.rows if row.status == "changed"} == {
        "东苑小区",
        "东安里",
        "东街5号楼",
    }
    assert boundary_of(engine, "西里小区") == WHERE["西里小区"]


def test_a_report_is_json(engine: Engine, world: World, tmp_path: Path) -> None:
    report = import_vector_file(engine, a_vector_file(tmp_path, crs=4490), order())
    found = report_json(report)
    assert found["counts"]["features"] == len(found["rows"]) == len(WHERE)
    assert found["doctor"]["winner"] == "EPSG:4490"


def test_a_list_that_declares_wrongly_is_refused(engine: Engine, world: World) -> None:
    middles = [(one.centroid.x, one.centroid.y) for one in WHERE.values()]
    rows = []
    for (x, y), name in zip(middles, WHERE, strict=True):
        shifted = BD09.from_cgcs2000(np.array([x]), np.array([y]))
        rows.append((float(shifted[0][0]), float(shifted[1][0]), name, ""))
    everything = Scope.everything()
    with reading(engine) as session:
        sample = sample_of_rows(rows)
        with pytest.raises(DomainError) as refusal:
            check_declared(session, everything, world.district, sample, CGCS2000, file="a.csv")
        found = check_declared(session, everything, world.district, sample, BD09, file="a.csv")
    assert refusal.value.code == "datum.contradicted"
    assert found.winner.system == BD09


def test_a_list_is_held_against_the_ground_until_its_sender_insists(
    engine: Engine, world: World, tmp_path: Path
) -> None:
    path = tmp_path / "名单.csv"
    lines = ["小区名,经度,纬度"]
    for name, shape in WHERE.items():
        x, y = BD09.from_cgcs2000(np.array([shape.centroid.x]), np.array([shape.centroid.y]))
        lines.append(f"{name},{x[0]:.7f},{y[0]:.7f}")
    path.write_text("\n".join(lines), "utf-8")
    asked = ImportOrder(actor="tester", district=world.district)
    with pytest.raises(DomainError) as refusal:
        import_listing_file(engine, path, asked, datum=Datum.WGS84)
    assert refusal.value.code == "datum.contradicted"
    before = versions(engine)
    assert import_listing_file(engine, path, asked, datum=Datum.BD09).applied
    insisting = replace(asked, insists=True)
    assert import_listing_file(engine, path, insisting, datum=Datum.WGS84).applied
    assert versions(engine) > before
