"""Vector files of every make, and those that mean no good."""

from __future__ import annotations

import json
import struct
import zipfile
from io import BytesIO
from pathlib import Path

import geopandas as gpd
import pyogrio
import pytest
from shapely import MultiPolygon, Polygon, box

from geodata.domain.errors import DomainError
from geodata.spatial.attributes import find_columns
from geodata.spatial.layers import read_layers
from geodata.spatial.systems import parse_system

SQUARE = box(117.80, 36.75, 117.81, 36.76)
NAME = "翠湖花园(一期)"
KML = """<?xml version="1.0" encoding="UTF-8"?>
<kml xmlns="http://www.opengis.net/kml/2.2"><Document><Folder><name>边界</name>
<Placemark><name>翠湖花园</name><ExtendedData><Data name="镇(街道)"><value>东街街道</value></Data>
<SchemaData><SimpleData name="社区">东苑社区</SimpleData></SchemaData></ExtendedData>
<Polygon><outerBoundaryIs><LinearRing><coordinates>117.8,36.75,0 117.81,36.75,0 117.81,36.76,0
117.8,36.76,0 117.8,36.75,0</coordinates></LinearRing></outerBoundaryIs></Polygon></Placemark>
<Placemark><name>走线</name><LineString><coordinates>117.8,36.75 117.81,36.75 117.81,36.76
117.8,36.75</coordinates></LineString></Placemark></Folder></Document></kml>"""
DXF = """  0
SECTION
  2
HEADER
  9
$ACADVER
  1
AC1015
{codepage}  0
ENDSEC
  0
SECTION
  2
ENTITIES
  0
LWPOLYLINE
  5
A1
  8
小区边界
 90
4
 70
1
 10
577000
 20
4075000
 10
577200
 20
4075000
 10
577200
 20
4075200
 10
577000
 20
4075200
  0
LINE
  5
A3
  8
道路
 10
577000
 20
4075000
 11
577500
 21
4075000
  0
TEXT
  5
A2
  8
注记
 10
577100
 20
4075100
 40
5
  1
翠湖花园
  0
ENDSEC
  0
EOF
"""


def a_shapefile(
    folder: Path, *, encoding: str = "GBK", crs: int | None = 4490, stem: str = "边界"
) -> dict[str, bytes]:
    """The parts of a Shapefile by suffix."""
    frame = gpd.GeoDataFrame({"小区名称": [NAME]}, geometry=[SQUARE], crs=crs)
    path = folder / f"{stem}.shp"
    pyogrio.write_dataframe(frame, path, encoding=encoding)
    return {one.suffix: one.read_bytes() for one in folder.glob(f"{stem}.*")}


def zipped(path: Path, members: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return path


def in_zip(path: Path, parts: dict[str, bytes], *, without: tuple[str, ...] = ()) -> Path:
    kept = {suffix: one for suffix, one in parts.items() if suffix not in without}
    return zipped(path, {f"数据/边界{suffix}": one for suffix, one in kept.items()})


def refusal(path: Path) -> DomainError:
    with pytest.raises(DomainError) as refused:
        read_layers(path)
    assert refused.value.facts["file"] == path.name
    return refused.value


@pytest.fixture
def workplace(tmp_path: Path) -> Path:
    folder = tmp_path / "parts"
    folder.mkdir()
    return folder


@pytest.mark.filterwarnings("ignore:Could not decode error message")
@pytest.mark.parametrize("cpg", ["kept", "none", "wrong"])
@pytest.mark.parametrize("encoding", ["GBK", "UTF-8"])
def test_a_shapefile_speaks_chinese_whatever_its_cpg_says(
    workplace: Path, tmp_path: Path, encoding: str, cpg: str
) -> None:
    parts = a_shapefile(workplace, encoding=encoding)
    if cpg == "none":
        parts.pop(".cpg")
    if cpg == "wrong":
        parts[".cpg"] = b"UTF-8" if encoding == "GBK" else b"ISO-8859-1"
    (layer,) = read_layers(in_zip(tmp_path / "a.zip", parts))
    assert layer.title == "边界"
    assert layer.frame[find_columns(layer.frame.columns)["name"]].tolist() == [NAME]
    assert layer.declared == parse_system("4490")
    assert layer.frame.crs is None


@pytest.mark.parametrize("part", [".shx", ".dbf"])
def test_a_shapefile_without_a_part_names_it(workplace: Path, tmp_path: Path, part: str) -> None:
    path = in_zip(tmp_path / "a.zip", a_shapefile(workplace), without=(part,))
    refused = refusal(path)
    assert (refused.code, refused.facts["part"]) == ("vector.part_missing", part)


def test_a_shapefile_without_prj_declares_nothing(workplace: Path, tmp_path: Path) -> None:
    path = in_zip(tmp_path / "a.zip", a_shapefile(workplace), without=(".prj",))
    assert read_layers(path)[0].declared is None


def test_a_lone_shp_is_read_with_what_lies_beside_it(workplace: Path) -> None:
    a_shapefile(workplace)
    assert read_layers(workplace / "边界.shp")[0].title == "边界"
    (workplace / "边界.dbf").unlink()
    assert refusal(workplace / "边界.shp").code == "vector.part_missing"


def test_names_in_gbk_inside_an_archive_are_read(workplace: Path, tmp_path: Path) -> None:
    """Windows writes them without saying so: the names of one layer belong together."""
    buffer = BytesIO()
    stem = "边界".encode("gbk")
    with zipfile.ZipFile(buffer, "w") as archive:
        for suffix, content in a_shapefile(workplace).items():
            archive.writestr(f"xx{'y' * (len(stem) - 2)}{suffix}", content)
    plain = b"xx" + b"y" * (len(stem) - 2)
    path = tmp_path / "a.zip"
    path.write_bytes(buffer.getvalue().replace(plain + b".", stem + b"."))
    assert [one.title for one in read_layers(path)] == ["边界"]


def test_several_layers_and_folders_of_an_archive_are_read(workplace: Path, tmp_path: Path) -> None:
    parts = a_shapefile(workplace)
    members = {f"东/边界{suffix}": one for suffix, one in parts.items()}
    members |= {f"西/边界{suffix.upper()}": one for suffix, one in parts.items()}
    members |= {"__MACOSX/东/._边界.shp": b"x", "说明.txt": b"x"}
    assert len(read_layers(zipped(tmp_path / "a.zip", members))) == 2


@pytest.mark.parametrize(
    "name", ["../../etc/边界.shp", "/etc/边界.shp", "..\\边界.shp", "C:\\边界.shp"]
)
def test_an_archive_that_leads_elsewhere_is_refused(tmp_path: Path, name: str) -> None:
    path = zipped(tmp_path / "a.zip", {name: b"x"})
    assert refusal(path).code == "vector.archive_unsafe"


def test_an_archive_that_unpacks_without_end_is_refused(tmp_path: Path) -> None:
    path = zipped(tmp_path / "a.zip", {"边界.geojson": bytes(600 << 20)})
    assert refusal(path).code == "vector.archive_too_large"


def test_an_archive_that_lies_about_its_size_is_refused(tmp_path: Path) -> None:
    path = zipped(tmp_path / "a.zip", {"边界.geojson": bytes(600 << 20)})
    content = path.read_bytes()
    true, said = struct.pack("<I", 600 << 20), struct.pack("<I", 10)
    path.write_bytes(content.replace(true, said))
    assert refusal(path).code in ("vector.archive_too_large", "vector.archive_unreadable")


def test_a_text_that_unpacks_to_more_than_memory_should_hold_is_refused(tmp_path: Path) -> None:
    path = zipped(tmp_path / "a.zip", {"边界.geojson": bytes(200 << 20)})
    assert refusal(path).code == "vector.too_large"


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"no archive", "vector.archive_unreadable"),
        (b"", "vector.archive_unreadable"),
    ],
)
def test_a_broken_archive_is_refused(tmp_path: Path, content: bytes, code: str) -> None:
    path = tmp_path / "a.zip"
    path.write_bytes(content)
    assert refusal(path).code == code


def test_an_archive_without_layers_is_refused(tmp_path: Path) -> None:
    path = zipped(tmp_path / "a.zip", {"说明.txt": b"x"})
    assert refusal(path).code == "vector.archive_empty"


@pytest.mark.parametrize("suffix", [".kml", ".kmz"])
def test_kml_keeps_chinese_names_of_attributes(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"a{suffix}"
    if suffix == ".kml":
        path.write_text(KML, "utf-8")
    else:
        zipped(path, {"doc.kml": KML.encode()})
    (layer,) = read_layers(path)
    first = layer.frame.iloc[0]
    assert (first["name"], first["镇(街道)"], first["社区"]) == ("翠湖花园", "东街街道", "东苑社区")
    assert first.geometry.equals(SQUARE)
    assert isinstance(layer.frame.geometry[1], Polygon)


@pytest.mark.parametrize(
    "content",
    [
        '<?xml version="1.0"?><!DOCTYPE k [<!ENTITY a "b">]><kml><name>&a;</name></kml>',
        "<OGRVRTDataSource><OGRVRTLayer/></OGRVRTDataSource>",
        "<kml><Document>",
        "",
    ],
)
def test_kml_that_is_none_is_refused(tmp_path: Path, content: str) -> None:
    path = tmp_path / "a.kml"
    path.write_text(content, "utf-8")
    assert refusal(path).code == "vector.unreadable"


@pytest.mark.parametrize(
    ("codepage", "encoding"),
    [
        ("  9\n$DWGCODEPAGE\n  3\nANSI_936\n", "gbk"),
        ("", "gbk"),
        ("", "utf-8"),
        ("  9\n$DWGCODEPAGE\n  3\nANSI_1252\n", "gbk"),
    ],
)
def test_a_drawing_gives_closed_lines_and_the_text_inside(
    tmp_path: Path, codepage: str, encoding: str
) -> None:
    path = tmp_path / "a.dxf"
    path.write_bytes(DXF.format(codepage=codepage).encode(encoding))
    (layer,) = read_layers(path)
    (row,) = layer.frame.to_dict("records")
    assert (row["name"], row["layer"]) == ("翠湖花园", "小区边界")
    assert row["geometry"].equals(box(577000, 4075000, 577200, 4075200))
    assert layer.declared is None


def test_a_geopackage_gives_each_layer_in_its_own_numbers(tmp_path: Path) -> None:
    path = tmp_path / "a.gpkg"
    plane = gpd.GeoDataFrame({"名称": [NAME]}, geometry=[SQUARE], crs=4490).to_crs(4527)
    pyogrio.write_dataframe(plane, path, layer="面")
    pyogrio.write_dataframe(plane.centroid.to_frame("geometry"), path, layer="点", append=True)
    layers = {one.title: one for one in read_layers(path)}
    assert set(layers) == {"面", "点"}
    assert layers["面"].declared == parse_system("4527")
    assert layers["面"].frame.geometry[0].bounds[0] > 39e6


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gbk"])
def test_geojson_is_read_in_any_encoding(tmp_path: Path, encoding: str) -> None:
    feature = {
        "type": "Feature",
        "properties": {"名称": NAME},
        "geometry": {"type": "MultiPolygon", "coordinates": [[[*SQUARE.exterior.coords]]]},
    }
    text = json.dumps({"type": "FeatureCollection", "features": [feature]}, ensure_ascii=False)
    path = tmp_path / "a.geojson"
    path.write_bytes(text.encode(encoding))
    (layer,) = read_layers(path)
    assert layer.frame["名称"].tolist() == [NAME]
    assert isinstance(layer.frame.geometry[0], MultiPolygon)


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("a.geojson", b'{"type":"gdal_streamed_alg","command_line":"x"}', "vector.unreadable"),
        ("a.geojson", b"[1,2]", "vector.unreadable"),
        ("a.geojson", b"<OGRVRTDataSource/>", "vector.unreadable"),
        ("a.json", b'{"type":"FeatureCollection","features":[]}', "vector.empty"),
        ("a.gpkg", b"<OGRVRTDataSource/>", "vector.unreadable"),
        ("a.gpkg", b"SQLite format 3\x00 and no more", "vector.unreadable"),
        ("a.dxf", b"AutoCAD Binary DXF\r\n\x1a\x00", "vector.unreadable"),
        ("a.dwg", b"AC1032", "vector.suffix_unknown"),
        ("a.vrt", b"<OGRVRTDataSource/>", "vector.suffix_unknown"),
    ],
)
def test_what_is_not_what_its_suffix_says_is_refused(
    tmp_path: Path, name: str, content: bytes, code: str
) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    assert refusal(path).code == code


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    assert refusal(tmp_path / "a.gpkg").code == "vector.missing"


@pytest.mark.parametrize(
    ("columns", "field", "header"),
    [
        (["小区名称", "NAME"], "name", "小区名称"),
        (["NAME", "TOWN"], "town", "TOWN"),
        (["镇(街道)"], "town", "镇(街道)"),
        (["住宅小区名"], "name", "住宅小区名"),
        (["系统编号", "编号"], "site_id", "系统编号"),
        (["系统编号", "编号"], "external_id", "编号"),
    ],
)
def test_an_attribute_is_known_by_many_names(columns: list[str], field: str, header: str) -> None:
    assert find_columns(columns)[field] == header
