"""Lists of communities, imported whole or not at all."""

from __future__ import annotations

from pathlib import Path

import pytest
from shapely import box
from sqlalchemy import Engine, func, select

from geodata.domain.access import Scope
from geodata.domain.errors import DomainError, Severity
from geodata.spatial.datum import Datum
from geodata.store.imports.report import ImportReport
from geodata.store.queries.imports import find_staged_rows, get_import
from geodata.store.session import Change, reading, writing
from geodata.store.tables import AuditLine, Division, Site, SiteVersion
from server.actions.import_receipt import Sender
from server.actions.imports import ImportOrder, import_listing_file
from server.actions.ledger_imports import undo
from tests.builders import a_district, a_town
from tests.workbooks import write_table, write_xls

ORDER = ImportOrder(actor="tester", district="南京")
CAREFREE = ImportOrder(actor="tester", district="南京", skips_faulty=True)


def _csv(folder: Path, *lines: str, encoding: str = "utf-8") -> Path:
    path = folder / "名单.csv"
    path.write_bytes(("\n".join(lines) + "\n").encode(encoding))
    return path


def _import(engine: Engine, path: Path, order: ImportOrder = ORDER) -> ImportReport:
    return import_listing_file(engine, path, order, datum=Datum.WGS84)


def _sites(engine: Engine) -> dict[str, Site]:
    with reading(engine) as session:
        return {site.name: site for site in session.scalars(select(Site).order_by(Site.id))}


def _points(engine: Engine) -> dict[str, tuple[float, float]]:
    with reading(engine) as session:
        rows = session.execute(select(Site.name, func.st_x(Site.point), func.st_y(Site.point)))
        return {name: (x, y) for name, x, y in rows}


def _is_empty(engine: Engine) -> bool:
    with reading(engine) as session:
        tables = (Division, Site, SiteVersion, AuditLine)
        return not any(session.scalar(select(func.count()).select_from(one)) for one in tables)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
@pytest.mark.parametrize(
    "lines",
    [
        ("小区名,区域,经度,纬度,户数", "翠湖,鼓楼,118.77,32.06,80户"),
        ("name;district;lng;lat;households", "翠湖;鼓楼;118.77;32.06;80"),
        ("南京小区名单", "", "名称,行政区,坐标,总户数", '翠湖,鼓楼,"118.77,32.06",80'),
        ("小区名称\tX\tY\t房屋总数\t区县", "翠湖\t118.77\t32.06\t约80户\t鼓楼"),
    ],
)
def test_lists_of_any_make_come_to_the_same_site(
    engine: Engine, tmp_path: Path, lines: tuple[str, ...], encoding: str
) -> None:
    report = _import(engine, _csv(tmp_path, *lines, encoding=encoding))
    assert (report.applied, report.counts["new"]) == (True, 1)
    site = _sites(engine)["翠湖"]
    assert (site.households, site.town_code) == (80, "own-南京-001")
    assert _points(engine)["翠湖"] == pytest.approx((118.77, 32.06))


@pytest.mark.parametrize("write", [write_table, write_xls])
def test_workbooks_old_and_new(engine: Engine, tmp_path: Path, write) -> None:
    rows = [["某市小区名单"], ["小区名", "lng", "lat"], ["翠湖", 118.77, 32.06]]
    assert _import(engine, write(tmp_path / "名单.xls", rows)).counts["new"] == 1


def test_the_same_file_twice_changes_nothing(engine: Engine, tmp_path: Path) -> None:
    path = _csv(tmp_path, "名称,经度,纬度,物业公司", "翠湖,118.7,32,某物业", "翠湖,118.9,32,无物业")
    assert _import(engine, path).counts["new"] == 2
    with reading(engine) as session:
        before = session.scalar(select(func.count()).select_from(SiteVersion))
    again = _import(engine, path)
    assert (again.counts["new"], again.counts["changed"], again.counts["unchanged"]) == (0, 0, 2)
    with reading(engine) as session:
        assert session.scalar(select(func.count()).select_from(SiteVersion)) == before


def test_a_corrected_datum_moves_the_sites_it_does_not_double_them(
    engine: Engine, tmp_path: Path
) -> None:
    path = _csv(tmp_path, "名称,经度,纬度", "翠湖,118.7,32", "丽景,118.8,32")
    _import(engine, path)
    again = import_listing_file(engine, path, ORDER, datum=Datum.BD09)
    assert (again.counts["new"], again.counts["changed"]) == (0, 2)
    assert _points(engine)["翠湖"] != pytest.approx((118.7, 32))


def test_a_list_is_taken_back_as_a_whole(engine: Engine, tmp_path: Path) -> None:
    first = _import(engine, _csv(tmp_path, "名称,经度,纬度,户数", "翠湖,118.7,32,80"))
    before, points = _sites(engine)["翠湖"], _points(engine)
    lines = ("翠湖,118.7001,32,90", "丽景,118.8,32.1,10")
    second = _import(engine, _csv(tmp_path, "名称,经度,纬度,户数", *lines))
    assert first.import_id is not None
    assert second.import_id is not None
    sender = Sender(name="tester", scope=Scope.everything())
    with pytest.raises(DomainError, match=r"import\.worked_on"):
        undo(engine, sender, first.import_id)
    with reading(engine) as session:
        one = get_import(session, Scope.everything(), second.import_id)
        rows = find_staged_rows(session, Scope.everything(), one.id).rows
        reasons = set(session.scalars(select(SiteVersion.reason)))
    assert (one.kind, one.state, one.created_by) == ("listing", "applied", "tester")
    assert (one.report["applied"]["new"], one.report["applied"]["changed"]) == (1, 1)
    assert [(row["outcome"], row["name"]) for row in rows] == [("changed", "翠湖"), ("new", "丽景")]
    assert reasons == {"导入名单 名单.csv"}
    assert undo(engine, sender, second.import_id) == 2
    after = _sites(engine)
    assert (after["翠湖"].households, _points(engine)["翠湖"]) == (80, points["翠湖"])
    assert (before.delisted_on, after["翠湖"].delisted_on) == (None, None)
    assert after["丽景"].delisted_on == after["丽景"].listed_on


def test_a_second_list_changes_what_it_knows_and_leaves_the_rest(
    engine: Engine, tmp_path: Path
) -> None:
    _import(engine, _csv(tmp_path, "编号,名称,户数,地址", "1,翠湖,80,甲路1号", "2,丽景,30,乙路"))
    report = _import(engine, _csv(tmp_path, "编号,名称,户数,建成年份", "1,翠湖花园,90,2001"))
    counts = report.counts
    assert (counts["new"], counts["changed"], counts["missing"]) == (0, 1, 1)
    site = _sites(engine)["翠湖花园"]
    assert (site.households, site.built_year, site.address) == (90, 2001, "甲路1号")
    assert site.source_row == {
        "编号": "1",
        "名称": "翠湖花园",
        "户数": "90",
        "地址": "甲路1号",
        "建成年份": "2001",
    }


FAULTY = (
    "编号,名称,经度,纬度",
    "1,翠湖,118.7,32",
    "2,,118.7,32",
    "1,丽景,118.7,32",
    "4,丁,32,118.7",
)
FAULTS = [
    ("listing.name_missing", 3, "名称"),
    ("listing.duplicate_code", 4, None),
    ("listing.coordinates_swapped", 5, "经度"),
]


def test_one_faulty_row_keeps_the_whole_file_out(engine: Engine, tmp_path: Path) -> None:
    report = _import(engine, _csv(tmp_path, *FAULTY))
    assert [(one.code, one.row, one.column) for one in report.errors] == FAULTS
    assert {one.file for one in report.errors} == {"名单.csv"}
    assert not report.applied
    assert _is_empty(engine)


def test_good_rows_are_taken_where_that_is_asked_for(engine: Engine, tmp_path: Path) -> None:
    report = _import(engine, _csv(tmp_path, *FAULTY), CAREFREE)
    assert [(one.code, one.row, one.column) for one in report.errors] == FAULTS
    assert report.applied
    assert list(_sites(engine)) == ["翠湖"]


@pytest.mark.parametrize(
    ("lines", "code"),
    [
        (("甲,乙", "1,2"), "listing.name_column_missing"),
        (("名称,经度,纬度",), "listing.rows_missing"),
        (("名称", '"翠湖', "丽景"), "table.quote_open"),
        (("",), "table.empty"),
    ],
)
def test_a_file_that_cannot_be_read_leaves_nothing(
    engine: Engine, tmp_path: Path, lines: tuple[str, ...], code: str
) -> None:
    with pytest.raises(DomainError) as refusal:
        _import(engine, _csv(tmp_path, *lines))
    assert (refusal.value.code, refusal.value.facts["file"]) == (code, "名单.csv")
    assert _is_empty(engine)


def test_an_import_that_breaks_half_way_leaves_nothing(
    engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def break_off(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    # The audit line is the last thing that an import writes.
    monkeypatch.setattr("server.actions.imports.audit", break_off)
    with pytest.raises(KeyboardInterrupt):
        _import(engine, _csv(tmp_path, "名称,经度,纬度", "翠湖,118.7,32"))
    assert _is_empty(engine)


def test_the_audit_names_who_imported_what(engine: Engine, tmp_path: Path) -> None:
    _import(engine, _csv(tmp_path, "名称", "翠湖"))
    with reading(engine) as session:
        line = session.scalars(select(AuditLine)).one()
    assert (line.actor, line.action, line.facts["counts"]["new"]) == ("tester", "import_listing", 1)


@pytest.fixture
def official(engine: Engine) -> str:
    """A district with a boundary of 0.2 degrees and two towns, west and east."""
    with writing(engine, Change("tester", "set up")) as session:
        district = a_district(session)
        a_town(session, "西街道", district=district, boundary=box(117.8, 36.75, 117.9, 36.95))
        a_town(session, "东街道", district=district, boundary=box(117.9, 36.75, 118.0, 36.95))
        return district.code


def test_points_that_mostly_lie_outside_contradict_the_datum(
    engine: Engine, tmp_path: Path, official: str
) -> None:
    path = _csv(tmp_path, "名称,经度,纬度", "甲,118.01,36.8", "乙,118.02,36.8", "丙,117.9,36.8")
    order = ImportOrder(actor="tester", district=official, skips_faulty=True)
    with pytest.raises(DomainError) as refusal:
        _import(engine, path, order)
    assert refusal.value.code == "import.datum_contradicted"
    facts = refusal.value.facts
    assert (facts["outside"], facts["total"], facts["first_row"]) == (2, 3, 2)
    assert _sites(engine) == {}


def test_one_point_outside_is_a_fault_of_its_row(
    engine: Engine, tmp_path: Path, official: str
) -> None:
    path = _csv(tmp_path, "名称,经度,纬度", "甲,118.3,36.8", "乙,117.81,36.8", "丙,117.95,36.8")
    order = ImportOrder(actor="tester", district=official, skips_faulty=True)
    report = _import(engine, path, order)
    assert [(one.code, one.row, one.column) for one in report.errors] == [
        ("listing.point_outside_district", 2, "经度")
    ]
    assert list(_sites(engine)) == ["乙", "丙"]


def test_a_row_that_names_no_town_goes_where_its_point_lies(
    engine: Engine, tmp_path: Path, official: str
) -> None:
    path = _csv(tmp_path, "名称,经度,纬度", "乙,117.81,36.8", "丙,117.95,36.8")
    assert _import(engine, path, ImportOrder(actor="tester", district=official)).applied
    towns = {name: site.town_code for name, site in _sites(engine).items()}
    assert towns == {"乙": "370306001", "丙": "370306002"}


def test_an_official_district_knows_its_towns(
    engine: Engine, tmp_path: Path, official: str
) -> None:
    path = _csv(tmp_path, "名称,镇街", "甲,西街", "乙,东街道")
    order = ImportOrder(actor="tester", district=official, skips_faulty=True)
    report = _import(engine, path, order)
    (fault,) = report.errors
    assert (fault.code, fault.row, fault.value) == ("place.town_unknown", 2, "西街")
    assert fault.facts["closest"] == ["西街道", "东街道"]
    assert report.counts["skipped"] == 1


def test_a_point_on_the_border_of_towns_belongs_to_the_first(
    engine: Engine, tmp_path: Path, official: str
) -> None:
    path = _csv(tmp_path, "名称,经度,纬度", "甲,117.9,36.8")
    _import(engine, path, ImportOrder(actor="tester", district=official))
    assert _sites(engine)["甲"].town_code == "370306001"


def test_every_row_is_accounted_for(engine: Engine, tmp_path: Path) -> None:
    lines = ["编号,名称,经度,纬度"]
    lines += [f"{number},小区{number},118.7{number},32" for number in range(9)]
    lines += ["3,小区3,118.73,32", "4,别名,118.7,32", "", "9,,118.7,32"]
    report = _import(engine, _csv(tmp_path, *lines), CAREFREE)
    counts = report.counts
    assert counts["rows"] == 12
    assert (counts["new"], counts["repeated"], len(report.errors)) == (9, 1, 2)
    assert not [one for one in report.faults if one.severity is Severity.ERROR and not one.row]
