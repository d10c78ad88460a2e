"""`fugai import vector` and `fugai export sites`: vector files in and out."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from geodata.domain.access import Scope
from geodata.domain.errors import DomainError, Fault
from geodata.domain.period import today
from geodata.domain.vocabulary import LANGUAGES
from geodata.store.audit import audit
from geodata.store.queries.state import SiteFilter
from geodata.store.session import Change, reading, writing
from scripts.cli.database import engine
from scripts.cli.output import say
from server.actions.export_sites import DEFAULT_CRS, FORMATS, SitesOrder, export_sites
from server.actions.import_vectors import AUTO, VectorOrder, import_vector_file
from server.actions.shown import shown_district
from server.actions.vector_report import OutlineRow, VectorReport, report_geojson, report_json
from server.i18n import sentence, word

_MARKS = {
    "changed": "✔",
    "unchanged": "=",
    "empty": "·",
    "doubtful": "?",
    "unmatched": "–",
    "faulty": "✘",
}


def register(app: typer.Typer) -> None:
    """Add the commands to the groups that stand there."""
    groups = {one.name: one.typer_instance for one in app.registered_groups}
    for name, group, command in (("vector", "import", vector), ("sites", "export", sites)):
        found = groups.get(group)
        if found is not None:
            found.command(name=name)(command)


def vector(
    file: Annotated[
        Path, typer.Argument(help="矢量文件 / GeoPackage, GeoJSON, Shapefile, KML, DXF")
    ],
    datum: Annotated[
        str, typer.Option(help="auto | wgs84 | cgcs2000 | gcj02 | bd09 | EPSG:nnnn")
    ] = AUTO,
    district: Annotated[str | None, typer.Option(help="区划代码或名称 / code or name")] = None,
    apply: Annotated[bool, typer.Option("--apply", help="写入 / keep the boundaries")] = False,
    confirm: Annotated[
        bool, typer.Option("--confirm-datum", help="确认声明的坐标系 / the datum is right")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="JSON 报告 / report as JSON")] = False,
    report: Annotated[
        Path | None, typer.Option(help="前后对照 GeoJSON / before and after as GeoJSON")
    ] = None,
) -> None:
    """小区边界矢量文件 / Site boundaries of a vector file; told only, unless --apply."""
    order = VectorOrder(
        actor="cli",
        scope=Scope.everything(),
        district=district,
        datum=datum,
        is_confirmed=confirm,
        applies=apply,
    )
    found = import_vector_file(engine(), file, order)
    if report is not None:
        text = json.dumps(report_geojson(found), ensure_ascii=False)
        report.write_text(text, "utf-8")
    if as_json:
        print(json.dumps(report_json(found), ensure_ascii=False, indent=1))
    else:
        _print(found)
    raise typer.Exit(0 if found.is_clean else 2)


def sites(
    out: Annotated[Path, typer.Option(help="要写的文件 / file to write")],
    form: Annotated[str, typer.Option("--format", help="gpkg | shp | geojson | kml | xlsx")],
    crs: Annotated[
        str, typer.Option(help="EPSG:4490 | 4527 | 4548 | GCJ-02 | BD-09 | EPSG:4326 | EPSG:3857")
    ] = DEFAULT_CRS,
    district: Annotated[str | None, typer.Option(help="区划代码或名称 / code or name")] = None,
    town: Annotated[str | None, typer.Option(help="镇(街道)代码 / code of a town")] = None,
    on: Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"])] = None,
    with_phones: Annotated[
        bool, typer.Option("--with-phones", help="含完整电话 / with whole phone numbers")
    ] = False,
) -> None:
    """小区边界和点位 / Sites as a GIS file, or as a list with their middles."""
    if form not in FORMATS:
        raise DomainError("export.format_unknown", value=form, known=list(FORMATS))
    everything = Scope.everything()
    with reading(engine()) as session:
        code = shown_district(session, everything, district).code
        order = SitesOrder(
            form=form,
            crs=crs,
            unit=town or code,
            wanted=SiteFilter(district=code, town=town),
            on=on.date() if on else today(),
            with_phones=with_phones,
        )
        exported = export_sites(session, everything, out, order)
    with writing(engine(), Change("cli", "export sites")) as session:
        facts: dict[str, Any] = {"rows": exported.rows, "phones": with_phones}
        audit(session, "cli", "export_sites", exported.name, crs=exported.crs, **facts)
    say(f"已导出 {exported.rows} 行到 {out} ({exported.crs})", f"{exported.rows} rows written")


def _print(found: VectorReport) -> None:
    print(f"{word('doctor.winner', 'zh')} / {word('doctor.winner', 'en')}: {found.system}")
    for row in (one for one in found.rows if one.status != "unchanged"):
        print(f"{_MARKS[row.status]} {_line(row)}")
    for fault in found.faults:
        where = f"〔{fault.sheet}〕 {fault.row}" if fault.row is not None else ""
        facts = {**fault.facts, "value": fault.value}
        said = "  /  ".join(sentence(fault.code, facts, one) for one in LANGUAGES)
        print(f"! {where} {said}{_areas(fault)}")
    counts = ", ".join(f"{name} {count}" for name, count in found.counts.items())
    if found.applied:
        say(f"已写入: {counts}", "applied")
        if found.import_id is not None:
            undo = f"fugai import undo {found.import_id}"
            say(f"整体撤销: {undo}", f"to take it back: {undo}")
    else:
        say(f"未写入(加 --apply 写入): {counts}", "nothing changed; --apply keeps it")


def _areas(fault: Fault) -> str:
    before, after = fault.facts.get("area_before_m2"), fault.facts.get("area_after_m2")
    return f" ({before} → {after} m²)" if after else ""


def _line(row: OutlineRow) -> str:
    named = "、".join(row.candidates) or (row.site.name if row.site else "")
    said = "  /  ".join(sentence(row.reason, {}, one) for one in LANGUAGES)
    return f"〔{row.layer}〕 {row.number} {row.name} → {named or '—'}: {said}"
