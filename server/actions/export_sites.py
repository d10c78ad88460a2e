"""Sites as a GIS file or a list with their middles, in a chosen coordinate system."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import Any, Final

from sqlalchemy.orm import Session

from geodata.domain.access import Scope
from geodata.domain.category import Category
from geodata.domain.inspection import InspectionStatus
from geodata.domain.management import ManagementType
from geodata.domain.site import ServiceStar
from geodata.domain.vocabulary import label, words
from geodata.ledger.list_writer import write_list
from geodata.spatial.export import (
    BOUNDARIES,
    ExportTarget,
    VectorFormat,
    centroid_in,
    write_sites,
)
from geodata.spatial.kml import ExportedSite, ExportField, Value
from geodata.spatial.systems import CoordinateSystem, parse_system
from geodata.store.queries.divisions import get_division
from geodata.store.queries.exported import sites_with_shapes
from geodata.store.queries.state import SiteFilter

LIST: Final = "xlsx"
FORMATS: Final = (*(one.value for one in VectorFormat), LIST)
DEFAULT_CRS: Final = "EPSG:4490"
_LIST_TITLE: Final = "住宅小区清单"
_WGS84: Final = ("4326", "wgs84")
_ENUMS: Final[dict[str, type[StrEnum]]] = {
    "category": Category,
    "ticked_types": ManagementType,
    "effective_types": ManagementType,
    "service_star": ServiceStar,
    "inspection_status": InspectionStatus,
}
_PHONE: Final = ExportField("phone", "联系电话", "联系电话")
FIELDS: Final = (
    ExportField("site_id", "系统编号", "系统编号", is_whole=True),
    ExportField("external_id", "编号", "编号"),
    ExportField("name", "小区名称", "小区名称"),
    ExportField("town", "镇(街道)", "镇街道"),
    ExportField("neighbourhood", "社区(村居)", "社区"),
    ExportField("address", "坐落位置", "坐落位置"),
    ExportField("category", "物业类型", "物业类型"),
    ExportField("ticked_types", "台账勾选管理类型", "勾选类型"),
    ExportField("effective_types", "统计口径管理类型", "管理类型"),
    ExportField("is_covered", "是否覆盖", "是否覆盖"),
    ExportField("service_star", "物业服务等级", "服务等级"),
    ExportField("company", "管理单位", "管理单位"),
    ExportField("built_year", "建成年份", "建成年份", is_whole=True),
    ExportField("floor_area_m2", "建筑面积(平方米)", "建筑面积"),
    ExportField("buildings", "楼幢数", "楼幢数", is_whole=True),
    ExportField("households", "户数", "户数", is_whole=True),
    ExportField("occupied_households", "入住户数", "入住户数", is_whole=True),
    ExportField("fee", "物业服务收费标准", "收费标准"),
    ExportField("subsidised", "是否实行政府补贴", "政府补贴"),
    ExportField("owners_committee", "是否成立业主委员会", "业委会"),
    ExportField("maintenance_fund", "是否建立专项维修资金", "维修资金"),
    ExportField("utility_handover", "专业设施是否移交", "设施移交"),
    ExportField("inspection_status", "检查状态", "检查状态"),
    ExportField("note", "备注", "备注"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class SitesOrder:
    """What is asked for.

    Attributes:
        form: One of `FORMATS`.
        crs: A coordinate system by name.
        unit: Code of the division whose sites they are.
        wanted: Its sites, or some of them.
        on: The day.
        with_phones: Whether whole phone numbers go with them; else there is no such column.
    """

    form: str
    crs: str = DEFAULT_CRS
    unit: str
    wanted: SiteFilter
    on: date
    with_phones: bool = False


@dataclass(frozen=True, slots=True)
class ExportedSites:
    """A file: its name as offices name files (单位+表名+日期), its rows, its system."""

    name: str
    rows: int
    crs: str


def export_sites(session: Session, scope: Scope, path: Path, order: SitesOrder) -> ExportedSites:
    """Write sites into a file.

    Args:
        session: A reading session.
        scope: The actor's.
        path: Where to write.
        order: What.

    Raises:
        DomainError: ``crs.unknown``, ``export.crs_not_for_kml``, ``division.not_found``.
    """
    system = parse_system(order.crs)
    division = get_division(session, scope, order.unit)
    fields = (*FIELDS, _PHONE) if order.with_phones else FIELDS
    sites = [
        ExportedSite({field.key: _value(values, field.key) for field in fields}, shape)
        for values, shape in sites_with_shapes(session, scope, order.wanted, on=order.on)
    ]
    is_list = order.form == LIST
    if is_list:
        _write_list(path, sites, fields, system)
    else:
        is_wgs84 = order.crs.strip().lower().endswith(_WGS84)
        target = ExportTarget.of(VectorFormat(order.form), system, is_wgs84=is_wgs84)
        write_sites(sites, fields, path, target)
    suffix = "zip" if order.form == VectorFormat.SHP else order.form
    title = _LIST_TITLE if is_list else f"住宅{BOUNDARIES}"
    sample = "(示例数据)" if division.is_sample else ""
    name = f"{division.name}{title}{sample}{order.on:%Y%m%d}.{suffix}"
    return ExportedSites(name, len(sites), system.label)


def _write_list(
    path: Path,
    sites: Sequence[ExportedSite],
    fields: Sequence[ExportField],
    system: CoordinateSystem,
) -> None:
    middles = ("经度", "纬度") if system.epsg is None else ("X(东)", "Y(北)")
    headers = [*(field.name for field in fields), *middles, "坐标系"]
    rows = [
        [
            *(one.cells.get(field.key) for field in fields),
            *centroid_in(one.shape, system),
            None if one.shape is None else system.label,
        ]
        for one in sites
    ]
    write_list(path, _LIST_TITLE, headers, rows)


def _value(values: Mapping[str, Any], key: str) -> Value:
    if key == "fee":
        return _fee(values["fee_min_yuan"], values["fee_max_yuan"])
    value = values[key]
    if value is None:
        return None
    if key in _ENUMS:
        members = value if isinstance(value, list) else [value]
        return "、".join(label(_ENUMS[key](one), "zh") for one in members)
    if isinstance(value, bool):
        return words("yes_no")["yes" if value else "no"].label("zh")
    return value if isinstance(value, str | int) else float(value)


def _fee(least: Any, most: Any) -> str | None:  # noqa: ANN401 - numbers of the database
    if least is None:
        return None
    return f"{least:g}" if least == most else f"{least:g}至{most:g}"
