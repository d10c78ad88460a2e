"""OpenStreetMap extracts."""

from __future__ import annotations

from pathlib import Path

import pytest
import shapely
from shapely import Point

from geodata.domain.errors import DomainError
from geodata.spatial.osm import OsmExtract, read_osm
from tests.real_data import BAYREUTH, WANGJING, needs_real_data

# A grid of nodes, a hundredth of a degree apart: node 10 * row + column + 1.
NODES = "".join(
    f'<node id="{10 * row + column + 1}" version="1" lat="{36.8 + row / 100:.2f}"'
    f' lon="{117.8 + column / 100:.2f}"/>'
    for row in range(6)
    for column in range(6)
)


def _way(number: int, nodes: list[int], **tags: str) -> str:
    refs = "".join(f'<nd ref="{node}"/>' for node in nodes)
    return f'<way id="{number}" version="1">{refs}{_tags(tags)}</way>'


def _tags(tags: dict[str, str]) -> str:
    return "".join(f'<tag k="{key.replace("__", ":")}" v="{tags[key]}"/>' for key in tags)


def _read(folder: Path, *parts: str) -> OsmExtract:
    path = folder / "town.osm"
    path.write_text(f'<osm version="0.6">{NODES}{"".join(parts)}</osm>')
    return read_osm(path)


SQUARE = [1, 2, 12, 11, 1]


@needs_real_data
@pytest.mark.parametrize(
    ("path", "footprints", "residential", "roads"),
    [(WANGJING, 226, 6, 241), (BAYREUTH, 4267, 168, 2056)],
)
def test_real_extracts_give_all_that_they_hold(
    path: Path, footprints: int, residential: int, roads: int
) -> None:
    extract = read_osm(path)
    areas = extract.landuse
    assert extract.skipped == 0
    assert (len(extract.footprints), len(extract.roads)) == (footprints, roads)
    assert (areas["kind"] == "residential").sum() == residential
    for frame in (extract.footprints, areas, extract.roads):
        assert frame.crs == "EPSG:4490"
        assert frame["source_id"].is_unique
        assert frame.is_valid.all()


@needs_real_data
def test_real_buildings_lie_inside_and_outside_residential_areas() -> None:
    extract = read_osm(BAYREUTH)
    residential = extract.landuse[extract.landuse["kind"] == "residential"].union_all()
    inside = extract.footprints.representative_point().within(residential).sum()
    assert (inside, len(extract.footprints) - inside) == (3786, 481)


def test_a_building_of_a_closed_way(tmp_path: Path) -> None:
    tags = {"building": "apartments", "building__levels": "6", "height": "18.5 m", "name": "1号楼"}
    row = _read(tmp_path, _way(7, SQUARE, **tags)).footprints.iloc[0]
    assert (row["source_id"], row["use"], row["name"]) == ("w7", "apartments", "1号楼")
    assert (row["floors"], row["height_m"]) == (6, 18.5)
    assert row.geometry.bounds == pytest.approx((117.8, 36.8, 117.81, 36.81))


def test_a_relation_keeps_its_hole(tmp_path: Path) -> None:
    outer, inner = [1, 4, 34, 31, 1], [12, 13, 23, 22, 12]
    relation = (
        '<relation id="9" version="1"><member type="way" ref="1" role="outer"/>'
        '<member type="way" ref="2" role="inner"/>'
        f"{_tags({'type': 'multipolygon', 'building': 'yes'})}</relation>"
    )
    extract = _read(tmp_path, _way(1, outer), _way(2, inner), relation)
    (shape,) = extract.footprints.geometry
    assert list(extract.footprints["source_id"]) == ["r9"]
    assert not shape.contains(Point(117.815, 36.815))
    assert shape.contains(Point(117.805, 36.805))


def test_a_one_way_road_against_its_drawing_is_turned(tmp_path: Path) -> None:
    roads = _read(
        tmp_path,
        _way(1, [1, 2, 3], highway="residential", oneway="-1"),
        _way(2, [11, 12], highway="primary", oneway="yes", name="新建路"),
        _way(3, [11, 21], highway="service", access="private"),
        _way(4, [11, 21, 22, 11], highway="residential", junction="roundabout"),
    ).roads.set_index("source_id")
    assert shapely.get_coordinates(roads.geometry.loc["w1"])[0] == pytest.approx((117.82, 36.8))
    assert roads["is_oneway"].to_dict() == {"w1": True, "w2": True, "w3": False, "w4": True}
    assert (roads.loc["w2", "name"], roads.loc["w3", "access"]) == ("新建路", "private")


def test_areas_by_their_use(tmp_path: Path) -> None:
    extract = _read(
        tmp_path,
        _way(1, SQUARE, landuse="residential", name="和平小区"),
        _way(2, SQUARE, natural="water"),
        _way(3, SQUARE, leisure="park"),
        _way(4, SQUARE, landuse="industrial"),
    )
    kinds = dict(zip(extract.landuse["source_id"], extract.landuse["kind"], strict=True))
    assert kinds == {"w1": "residential", "w2": "water", "w3": "green"}


def test_what_is_no_building_or_road_is_left_out(tmp_path: Path) -> None:
    extract = _read(
        tmp_path,
        _way(1, SQUARE, building="yes"),
        _way(2, SQUARE, building="no"),
        _way(3, [1, 2], highway="proposed"),
        _way(4, SQUARE, highway="pedestrian", area="yes"),
    )
    assert list(extract.footprints["source_id"]) == ["w1"]
    assert len(extract.roads) == 0


def test_an_area_that_crosses_itself_is_counted_as_skipped(tmp_path: Path) -> None:
    crossing = [1, 12, 2, 11, 1]
    extract = _read(tmp_path, _way(1, crossing, building="yes"), _way(2, SQUARE, building="yes"))
    assert list(extract.footprints["source_id"]) == ["w2"]
    assert extract.skipped == 1


def test_a_road_whose_nodes_lie_outside_the_extract_is_counted(tmp_path: Path) -> None:
    extract = _read(
        tmp_path,
        _way(1, [1, 999, 998], highway="primary"),
        _way(2, [1, 2, 999], highway="primary"),
    )
    assert list(extract.roads["source_id"]) == ["w2"]
    assert extract.skipped == 1


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.osm", b""),
        ("a.osm", b"<osm version='0.6'><node"),
        ("a.osm", b"<html></html>"),
        ("a.osm", b"<osm version='0.6'><node id='x' lat='1' lon='2'/></osm>"),
        ("a.osm.pbf", b""),
        ("a.osm.pbf", b"no protocol buffer"),
        ("a.osm.bz2", b"no archive"),
        ("a.txt", b"what is this?"),
    ],
)
def test_a_broken_file_is_refused_by_name(tmp_path: Path, name: str, content: bytes) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(DomainError) as refusal:
        read_osm(path)
    assert (refusal.value.code, refusal.value.facts["file"]) == ("osm.unreadable", name)
    assert str(tmp_path) not in str(refusal.value.facts["reason"])


@needs_real_data
def test_half_of_an_extract_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "half.osm.pbf"
    path.write_bytes(BAYREUTH.read_bytes()[:300_000])
    with pytest.raises(DomainError) as refusal:
        read_osm(path)
    assert refusal.value.code == "osm.unreadable"


def test_an_extract_of_nothing_we_draw_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DomainError) as refusal:
        _read(tmp_path, _way(1, [1, 2], barrier="fence"))
    assert refusal.value.code == "osm.empty"


def test_a_missing_file_is_told_by_name(tmp_path: Path) -> None:
    with pytest.raises(DomainError) as refusal:
        read_osm(tmp_path / "nirgends.osm")
    assert refusal.value.code == "osm.missing"
