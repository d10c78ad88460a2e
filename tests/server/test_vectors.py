"""Files sent to the server: the doctor, boundaries in, sites out, and what is refused."""

from __future__ import annotations

import csv
import json
import re
import zipfile
from io import BytesIO, StringIO
from pathlib import Path

import numpy as np
import pytest
from fastapi.testclient import TestClient
from openpyxl import load_workbook
from shapely import Polygon
from shapely.affinity import scale
from sqlalchemy import select

from geodata.domain.access import Role
from geodata.domain.period import today
from geodata.spatial.systems import GCJ02, zone
from geodata.store.session import connect, reading
from geodata.store.tables import AuditLine
from server.api.uploads import MOST_BYTES
from tests.builders import WEST
from tests.outlines import WHERE, a_vector_file
from tests.server.conftest import LogIn
from tests.world import HOSTILE, World

pytestmark = pytest.mark.filterwarnings("ignore:'crs' was not provided")
PLANE = zone(39, has_prefix=True)
HTML = {"accept": "text/html"}
EXPORT = "/export/sites.{}?district=370306"


def a_list() -> bytes:
    """The sites of the world as a surveyor would place them, north first."""
    text = StringIO()
    rows = csv.writer(text)
    rows.writerow(["小区名称", "X", "Y"])
    for name, shape in WHERE.items():
        x, y = PLANE.from_cgcs2000(np.array([shape.centroid.x]), np.array([shape.centroid.y]))
        rows.writerow([name, y[0], x[0]])
    return text.getvalue().encode()


def sent(client: TestClient, path: str, content: bytes, name: str, **fields: str):
    return client.post(path, files={"file": (name, content)}, data=fields)


def test_the_doctor_answers_in_json(leader: TestClient) -> None:
    found = sent(leader, "/api/doctor", a_list(), "名单.csv", district="370306").json()
    assert (found["winner"], found["axes_swapped"]) == ("EPSG:4527", True)
    assert found["points"] == len(WHERE)
    assert {"mean_shift_m", "confidence", "candidates", "runner_up"} <= found.keys()
    assert found["candidates"][0].keys() == {
        "crs", "swapped", "inside_share", "score", "mean_shift_m",
    }  # fmt: skip


def test_the_doctors_page_shows_the_verdict_and_the_map_before_and_after(
    leader: TestClient,
) -> None:
    answer = sent(leader, "/doctor", a_list(), "名单.csv", district="370306")
    assert answer.status_code == 200
    assert re.search(r'fugai-verdict">EPSG:4527 <span[^>]*>坐标轴颠倒', answer.text)
    held = answer.text.split("data-comparison>")[1].split("</script>")[0]
    stages = {one["properties"]["stage"] for one in json.loads(held)["features"]}
    assert stages == {"before", "after"}


@pytest.mark.parametrize("path", ["/api/doctor", "/doctor"])
@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("a.csv", b"\xff\xfe", "table.empty"),
        ("a.dwg", b"x", "vector.suffix_unknown"),
        ("a.zip", b"x", "vector.archive_unreadable"),
        ("a", b"x", "vector.suffix_unknown"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_in_words(
    leader: TestClient, path: str, name: str, content: bytes, code: str
) -> None:
    answer = sent(leader, path, content, name)
    assert answer.status_code == 422
    assert answer.json()["code"] in (code, "table.damaged_text", "doctor.columns_missing")
    assert answer.json()["detail"]


def test_nobody_sends_a_file_without_a_login(client: TestClient) -> None:
    for path in ("/api/doctor", "/doctor", "/api/imports/vector", "/imports/vector"):
        assert sent(client, path, b"x", "a.csv").status_code == 401, path


def test_a_file_too_large_is_refused_before_it_is_read(leader: TestClient) -> None:
    headers = {"content-length": str(MOST_BYTES + 1), "content-type": "multipart/form-data"}
    answer = leader.post("/api/doctor", content=b"x", headers=headers)
    assert answer.json()["code"] == "upload.too_large"


def test_a_form_without_a_file_says_so(leader: TestClient) -> None:
    answer = leader.post("/api/doctor", files={"other": ("a.csv", b"x")})
    assert answer.json()["code"] == "upload.missing"


@pytest.mark.parametrize("role", [Role.LEADER, Role.INSPECTOR])
def test_reading_roles_import_no_boundaries(log_in: LogIn, tmp_path: Path, role: Role) -> None:
    content = a_vector_file(tmp_path, crs=4490).read_bytes()
    for path in ("/api/imports/vector", "/imports/vector"):
        assert sent(log_in(role), path, content, "a.gpkg").status_code == 403


def test_a_check_tells_and_changes_nothing(log_in: LogIn, world: World, tmp_path: Path) -> None:
    content = a_vector_file(tmp_path, system=GCJ02).read_bytes()
    browser = log_in(Role.DISTRICT_LEAD)
    found = sent(browser, "/api/imports/vector", content, "边界.gpkg").json()
    assert (found["crs"], found["applied"]) == ("GCJ-02", False)
    assert found["counts"]["unchanged"] == len(WHERE)
    shown = sent(browser, "/imports/vector", content, "边界.gpkg").text
    assert "没有需要写入的边界" in shown
    refused = sent(browser, "/api/imports/vector", content, "边界.gpkg", datum="EPSG:4548")
    assert refused.json()["code"] == "datum.contradicted"


def test_a_town_checks_against_its_own_sites_only(
    log_in: LogIn, world: World, tmp_path: Path
) -> None:
    content = a_vector_file(tmp_path, crs=4490).read_bytes()
    found = sent(log_in(Role.TOWN), "/api/imports/vector", content, "边界.gpkg").json()
    told = {row["name"]: row for row in found["rows"]}
    for name in world.names[world.west]:
        assert told.get(name, {}).get("site_id") is None


def test_hostile_attributes_are_text_on_the_page(log_in: LogIn, tmp_path: Path) -> None:
    content = a_vector_file(tmp_path, {**WHERE, HOSTILE: WHERE["西新村"]}, crs=4490).read_bytes()
    text = sent(log_in(Role.DISTRICT_LEAD), "/imports/vector", content, "边界.gpkg").text
    assert "&lt;img src=x onerror=alert(1)&gt;" in text
    assert HOSTILE not in text


def test_the_page_tells_of_repairs_overlaps_and_suspicions(log_in: LogIn, tmp_path: Path) -> None:
    x, y = WEST + 0.12, 36.77
    bow = Polygon([(x, y), (x + 0.02, y + 0.02), (x + 0.02, y), (x, y + 0.018)])
    shapes = {**WHERE, "东苑小区": bow, "西里小区": scale(WHERE["西里小区"], 1, 3.5)}
    content = a_vector_file(tmp_path, shapes, crs=4490).read_bytes()
    text = sent(log_in(Role.DISTRICT_LEAD), "/imports/vector", content, "边界.gpkg").text
    assert re.search(
        r"边界自相交\(117\.\d+, 36\.\d+\), 已修复。.*面积 [\d,]+ → [\d,]+ 平方米", text
    )
    assert "与“西机关宿舍”重叠" in text
    confirmed = {"datum": "EPSG:4527", "confirm_datum": "true"}
    text = sent(
        log_in(Role.DISTRICT_LEAD), "/imports/vector", content, "边界.gpkg", **confirmed
    ).text
    assert "已知地物更像 EPSG:4490" in text


def names_of(content: bytes) -> set[str]:
    found = json.loads(content)
    return {one["properties"]["小区名称"] for one in found["features"]}


def test_exports_are_cut_by_scope(log_in: LogIn, world: World) -> None:
    east, west = set(world.names[world.east]), set(world.names[world.west])
    town = log_in(Role.TOWN)
    assert names_of(town.get(EXPORT.format("geojson")).content) == east
    assert town.get(EXPORT.format("geojson") + f"&town={world.west}").status_code == 404
    leader = log_in(Role.LEADER)
    assert names_of(leader.get(EXPORT.format("geojson")).content) == east | west
    assert names_of(leader.get(EXPORT.format("geojson") + f"&town={world.west}").content) == west


def test_an_unknown_format_is_not_there(leader: TestClient) -> None:
    assert leader.get(EXPORT.format("dwg")).status_code == 404
    assert leader.get(EXPORT.format("gpkg") + "&crs=beijing54").json()["code"] == "crs.unknown"


def test_phones_leave_only_when_asked_for_by_a_writing_role_and_leave_a_line(
    log_in: LogIn, world: World, world_url: str
) -> None:
    writer, leader = log_in(Role.DISTRICT_LEAD), log_in(Role.LEADER)
    plain = writer.get(EXPORT.format("geojson")).text
    assert "13812341234" not in plain
    assert "联系电话" not in plain
    assert "13812341234" in writer.get(EXPORT.format("geojson") + "&with_phones=true").text
    assert leader.get(EXPORT.format("geojson") + "&with_phones=true").status_code == 403
    engine = connect(world_url)
    with reading(engine) as session:
        lines = session.scalars(select(AuditLine).where(AuditLine.action == "export_sites")).all()
    engine.dispose()
    assert {(line.actor, line.facts["phones"]) for line in lines} >= {
        ("district_lead", True),
        ("district_lead", False),
    }


def test_a_list_has_the_middle_in_the_system_asked_for(leader: TestClient) -> None:
    answer = leader.get(EXPORT.format("xlsx") + "&crs=EPSG:4527")
    (sheet,) = load_workbook(BytesIO(answer.content)).worksheets
    header, *rows = sheet.iter_rows(values_only=True)
    assert header[-3:] == ("X(东)", "Y(北)", "坐标系")
    placed = [row for row in rows if row[-1]]
    assert len(placed) == len(WHERE) + 1
    assert all(39e6 < float(str(row[-3])) < 40e6 for row in placed)


def test_a_file_bears_unit_table_and_day_in_its_name(leader: TestClient) -> None:
    answer = leader.get(EXPORT.format("shp"))
    assert f"{today():%Y%m%d}.zip" in answer.headers["content-disposition"]
    assert "小区边界.shp" in zipfile.ZipFile(BytesIO(answer.content)).namelist()


def test_an_old_day_gives_the_sites_of_that_day(leader: TestClient) -> None:
    answer = leader.get(EXPORT.format("geojson") + "&on=2025-01-01")
    assert names_of(answer.content) == set()


@pytest.mark.parametrize("role", [Role.LEADER, Role.TOWN])
def test_the_page_offers_import_to_those_who_may_write(log_in: LogIn, role: Role) -> None:
    text = log_in(role).get("/imports/vector", headers=HTML).text
    assert ('id="upload"' in text) == (role is Role.TOWN)
    assert ("with_phones" in text) == (role is Role.TOWN)
