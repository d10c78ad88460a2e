"""`fugai import`."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.real_data import LISTING_WITH_COMPANIES, LISTING_WITH_PLACES, WANGJING, needs_real_data
from tests.scripts.conftest import Fugai
from tests.workbooks import a_row, write_form_by_hand

HEADER = "小区名,经度,纬度,楼栋总数,容积率"


def _csv(folder: Path, *lines: str) -> Path:
    path = folder / "南京.csv"
    path.write_text("\n".join((HEADER, *lines)) + "\n", "utf-8")
    return path


def test_a_good_list_is_told_in_words(fugai: Fugai, tmp_path: Path) -> None:
    ran = fugai("import", "listing", _csv(tmp_path, "翠湖,118.7,32,5栋,2.5"), "--datum", "wgs84")
    assert ran.code == 0
    assert "小区名 → name" in ran.out
    assert "容积率" in ran.out
    assert "南京.csv 第2行/row 2 「楼栋总数」 “5栋”: 已去掉单位, 读作 5。" in ran.out
    assert "The unit was taken off: 5." in ran.out
    assert "已导入 own-南京" in ran.err


def test_a_good_list_is_told_as_json(fugai: Fugai, tmp_path: Path) -> None:
    path = _csv(tmp_path, "翠湖,118.7,32,5栋,2.5")
    ran = fugai("import", "listing", path, "--datum", "wgs84", "--district", "秦淮", "--json")
    report = json.loads(ran.out)
    assert ran.code == 0
    assert (report["applied"], report["district"], report["counts"]["new"]) == (True, "own-秦淮", 1)
    assert report["unknown_columns"] == ["容积率"]
    (fault,) = report["faults"]
    assert (fault["severity"], fault["row"], fault["column"]) == ("note", 2, "楼栋总数")


def test_a_faulty_list_ends_with_2_and_says_that_nothing_was_kept(
    fugai: Fugai, tmp_path: Path
) -> None:
    path = _csv(tmp_path, "翠湖,118.7,32,5,2.5", ",118.7,32,5,2.5")
    ran = fugai("import", "listing", path, "--datum", "wgs84")
    assert ran.code == 2
    assert "✘ 南京.csv 第3行/row 3 「小区名」: 名称为空。" in ran.out
    assert "有 1 处错误, 未写入任何数据" in ran.out
    assert "1 errors: nothing was written" in ran.out
    assert json.loads(fugai("coverage", "--json").out)["total"]["sites"] == 0
    fugai("import", "listing", path, "--datum", "wgs84", "--skip-faulty")
    assert json.loads(fugai("coverage", "--json").out)["total"]["sites"] == 1


@pytest.mark.parametrize(
    ("options", "zh", "en"),
    [
        (("--datum", "beijing54"), "不认识的坐标系“beijing54”", "Unknown datum “beijing54”"),
        (("--datum", "wgs84", "--map", "户数=套数"), "没有列“套数”", "has no column “套数”"),
        (("--datum", "wgs84", "--map", "户数"), "字段“户数”不认识", "unknown field “户数”"),
        (("--datum", "wgs84", "--join", "无.csv"), "没有文件 无.csv", "There is no file 无.csv"),
    ],
)
def test_a_refusal_is_told_in_both_languages_and_ends_with_2(
    fugai: Fugai, tmp_path: Path, options: tuple[str, ...], zh: str, en: str
) -> None:
    ran = fugai("import", "listing", _csv(tmp_path, "翠湖,118.7,32,5,2.5"), *options)
    assert (ran.code, ran.out) == (2, "")
    assert zh in ran.err
    assert en in ran.err


def test_management_read_by_its_wording_is_told_in_the_words_of_the_form(
    fugai: Fugai, tmp_path: Path
) -> None:
    path = tmp_path / "南京.csv"
    path.write_text("名称,物业公司\n翠湖,单位自管物业\n", "utf-8")
    out = fugai("import", "listing", path, "--datum", "wgs84").out
    assert "按文字读作: 单位自管。请核对。" in out
    assert "Read by its wording as: Run by the owning unit." in out


def test_the_datum_must_be_said(fugai: Fugai, tmp_path: Path) -> None:
    ran = fugai("import", "listing", _csv(tmp_path, "翠湖,118.7,32,5,2.5"))
    assert ran.code == 2
    assert "--datum" in ran.err


def test_columns_may_be_told(fugai: Fugai, tmp_path: Path) -> None:
    path = _csv(tmp_path, "翠湖,32,118.7,5,2.5")
    swapped = ("--map", "经度=纬度", "--map", "latitude=经度")
    ran = fugai("import", "listing", path, "--datum", "wgs84", *swapped, "--json")
    assert json.loads(ran.out)["columns"] == {
        "小区名": "name",
        "纬度": "longitude",
        "经度": "latitude",
        "楼栋总数": "buildings",
    }


def test_many_faults_alike_are_cut_unless_asked_for(fugai: Fugai, tmp_path: Path) -> None:
    path = _csv(tmp_path, *(f"小区{number},118.7,32,5栋,2.5" for number in range(9)))
    command = ("import", "listing", path, "--datum", "wgs84")
    shown = fugai(*command).out
    assert shown.count("已去掉单位") == 5
    assert "同类还有 4 处" in shown
    assert fugai(*command, "--full").out.count("已去掉单位") == 9


@needs_real_data
def test_real_listings_joined(fugai: Fugai) -> None:
    files = (LISTING_WITH_PLACES, "--datum", "bd09", "--join", LISTING_WITH_COMPANIES)
    ran = fugai("import", "listing", *files, "--district", "北京", "--json")
    counts = json.loads(ran.out)["counts"]
    assert ran.code == 0
    assert (counts["rows"], counts["new"], counts["joined"]) == (4851, 4846, 480)


@needs_real_data
def test_a_real_extract(fugai: Fugai) -> None:
    ran = fugai("import", "osm", WANGJING, "--json")
    assert ran.code == 0
    counts = json.loads(ran.out)["counts"]
    assert (counts["footprints"], counts["roads"]) == (226, 241)


def test_a_ledger_needs_its_district(fugai: Fugai, tmp_path: Path) -> None:
    path = write_form_by_hand(tmp_path / "台账.xlsx", [a_row()])
    ran = fugai("import", "ledger", path, "--district", "370306")
    assert ran.code == 2
    assert "没有区划 370306" in ran.err


def test_divisions_and_their_ledger(fugai: Fugai, tmp_path: Path) -> None:
    divisions = tmp_path / "区划.csv"
    divisions.write_text(
        "code,level,name,parent_code\n370306,district,周村区,370300\n"
        "370306001,town,丝绸路街道,370306\n370306001001,neighbourhood,前沟社区居委会,370306001\n",
        "utf-8",
    )
    assert fugai("import", "divisions", divisions).code == 0
    path = write_form_by_hand(tmp_path / "台账.xlsx", [a_row()])
    ran = fugai("import", "ledger", path, "--on", "2017-11-15", "--json")
    assert (ran.code, json.loads(ran.out)["report"]["counts"]["new"]) == (0, 1)
    assert json.loads(fugai("coverage", "--on", "2017-11-15", "--json").out)["total"]["sites"] == 0
    ran = fugai("import", "ledger", path, "--on", "2017-11-15", "--apply")
    assert ran.code == 0
    assert "已入库; 新增 1" in ran.err
    assert json.loads(fugai("coverage", "--on", "2017-11-15", "--json").out)["total"]["sites"] == 1
    ran = fugai("import", "undo", "2")
    assert ran.code == 0
    assert json.loads(fugai("coverage", "--on", "2017-11-15", "--json").out)["total"]["sites"] == 0
    assert "已撤销" in fugai("import", "list").out
