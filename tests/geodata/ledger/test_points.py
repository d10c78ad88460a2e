"""Places of lists as their files write them."""

from __future__ import annotations

from pathlib import Path

import pytest
from openpyxl import Workbook

from geodata.domain.errors import DomainError
from geodata.ledger.points import read_points


def a_csv(folder: Path, *lines: str) -> Path:
    path = folder / "名单.csv"
    path.write_text("\n".join(lines) + "\n", "utf-8")
    return path


@pytest.mark.parametrize(
    ("header", "columns"),
    [
        ("小区名称,经度,纬度", ["经度", "纬度"]),
        ("名称,X,Y", ["X", "Y"]),
        ("名称,x坐标,y坐标", ["x坐标", "y坐标"]),
        ("名称,横坐标,纵坐标", ["横坐标", "纵坐标"]),
        ("名称,东,北", ["东", "北"]),
        ("名称,东坐标(米),北坐标(米)", ["东坐标(米)", "北坐标(米)"]),
        ("名称,lng,lat", ["lng", "lat"]),
    ],
)
def test_columns_are_told_by_their_headers(tmp_path: Path, header: str, columns: list[str]) -> None:
    found = read_points(a_csv(tmp_path, header, "翠湖,117.8681,36.8039", "空,,"))
    assert found.columns == columns
    assert [(one.x, one.y, one.name) for one in found.points] == [(117.8681, 36.8039, "翠湖")]


def test_north_may_stand_first(tmp_path: Path) -> None:
    found = read_points(a_csv(tmp_path, "纵坐标,横坐标", "4075100.2,577469.9"))
    assert [(one.x, one.y) for one in found.points] == [(577469.9, 4075100.2)]


def test_one_cell_may_hold_both(tmp_path: Path) -> None:
    found = read_points(a_csv(tmp_path, "名称,坐标", '翠湖,"36.8039,117.8681"'))
    assert [(one.x, one.y) for one in found.points] == [(36.8039, 117.8681)]


@pytest.mark.parametrize(
    "row", ["1,117.8681,36.8039,412", "1,577469.86,4075100.2,412", "1,39577469.86,4075100.2,412"]
)
def test_without_headers_that_say_so_numbers_tell(tmp_path: Path, row: str) -> None:
    found = read_points(a_csv(tmp_path, "甲,乙,丙,丁", row, row))
    assert found.columns == ["乙", "丙"]
    assert len(found.points) == 2


def test_a_header_below_a_title_is_found_in_a_workbook(tmp_path: Path) -> None:
    book = Workbook()
    book.active.append(["周村区小区名单"])  # type: ignore[union-attr]
    book.active.append(["镇街道", "小区名称", "经度", "纬度"])  # type: ignore[union-attr]
    book.active.append(["东街街道", "翠湖", 117.8681, 36.8039])  # type: ignore[union-attr]
    path = tmp_path / "名单.xlsx"
    book.save(path)
    (point,) = read_points(path).points
    assert (point.town, point.name, point.x, point.y) == ("东街街道", "翠湖", 117.8681, 36.8039)


def test_degrees_with_letters_are_read(tmp_path: Path) -> None:
    found = read_points(a_csv(tmp_path, "经度,纬度", "东经117.8681°,北纬36.8039°"))
    assert [(one.x, one.y) for one in found.points] == [(117.8681, 36.8039)]


def test_a_list_without_places_names_its_columns(tmp_path: Path) -> None:
    with pytest.raises(DomainError) as refusal:
        read_points(a_csv(tmp_path, "名称,户数", "翠湖,412"))
    assert refusal.value.code == "doctor.columns_missing"
    assert refusal.value.facts["columns"] == ["名称", "户数"]
