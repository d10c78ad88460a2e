"""The coordinate doctor, and boundaries in and out."""

from __future__ import annotations

from typing import Any, Final

from fastapi import APIRouter, Request, Response

from geodata.domain.access import WRITING_ROLES
from geodata.domain.division import DivisionKind
from geodata.spatial.layers import SUFFIXES
from geodata.store.queries.divisions import find_divisions
from maps.assets import served
from maps.canvas import Pieces
from maps.overlays import script_json
from maps.pages import comparison_map, map_files
from server.actions.doctor import READABLE, Examination, examine_file
from server.actions.export_map import map_subject
from server.actions.import_vectors import import_vector_file
from server.actions.vector_report import STATUSES, VectorReport, report_geojson
from server.api.uploads import MOST_BYTES, ReceivedFile
from server.api.vectors import require_writer, vector_order
from server.auth import CurrentActor, ReadingSession
from server.i18n import language_of, sentence
from server.pages.context import Shown, ShownDistrict, basemap_of, ground_addresses
from server.pages.render import page

router = APIRouter()

_MOST_ROWS: Final = 200
_SYSTEMS: Final = (
    ("cgcs2000", "CGCS2000 (EPSG:4490)"),
    ("wgs84", "WGS84 (EPSG:4326)"),
    ("gcj02", "GCJ-02"),
    ("bd09", "BD-09"),
    ("EPSG:4527", "CGCS2000 39 (EPSG:4527)"),
    ("EPSG:4548", "CGCS2000 117°E (EPSG:4548)"),
)
_TARGETS: Final = (
    ("EPSG:4490", "CGCS2000 (EPSG:4490)"),
    ("EPSG:4527", "CGCS2000 39 (EPSG:4527)"),
    ("EPSG:4548", "CGCS2000 117°E (EPSG:4548)"),
    ("EPSG:4326", "WGS84 (EPSG:4326)"),
    ("EPSG:3857", "EPSG:3857"),
    ("GCJ-02", "GCJ-02"),
    ("BD-09", "BD-09"),
)
_FORMATS: Final = (
    ("gpkg", "GeoPackage"),
    ("shp", "Shapefile"),
    ("geojson", "GeoJSON"),
    ("kml", "KML"),
    ("xlsx", "Excel"),
)


@router.get("/doctor")
def doctor_page(request: Request, shown: ShownDistrict, session: ReadingSession) -> Response:
    """Show where a file is handed to the coordinate doctor."""
    return page(
        request, "doctor.html", accepted=",".join(sorted(READABLE)), **_map(request, shown, session)
    )


@router.post("/doctor")
def doctor(
    request: Request, upload: ReceivedFile, actor: CurrentActor, session: ReadingSession
) -> Response:
    """Show what the doctor says of a file; a part of the page."""
    wanted = upload.fields.get("district") or None
    found = examine_file(session, actor.scope, upload.path, district=wanted)
    comparison = script_json(_positions_geojson(found))
    return page(request, "_doctor_answer.html", examination=found, comparison=comparison)


@router.get("/imports/vector")
def vectors_page(request: Request, shown: ShownDistrict, session: ReadingSession) -> Response:
    """Show where boundaries come in and sites go out."""
    scope, district = shown.actor.scope, shown.district.code
    return page(
        request,
        "vectors.html",
        accepted=",".join(sorted(SUFFIXES - {".shp"})),
        systems=_SYSTEMS,
        targets=_TARGETS,
        formats=_FORMATS,
        towns=find_divisions(session, scope, kind=DivisionKind.TOWN, district=district),
        may_write=shown.actor.role in WRITING_ROLES,
        **_map(request, shown, session),
    )


@router.post("/imports/vector")
def import_vector(request: Request, upload: ReceivedFile, actor: CurrentActor) -> Response:
    """Show what was, or would be, made of a vector file; a part of the page."""
    require_writer(actor)
    order = vector_order(upload, actor)
    report = import_vector_file(request.app.state.engine, upload.path, order)
    language = language_of(request)

    def said(code: str, value: str | None, facts: dict[str, Any]) -> str:
        return sentence(code, {**facts, "value": value}, language)

    return page(
        request,
        "_vector_result.html",
        report=report,
        rows=[row for row in report.rows if row.status not in ("unchanged", "empty")],
        statuses=STATUSES,
        most=_MOST_ROWS,
        said=said,
        confirmed=order.is_confirmed,
        comparison=script_json(_outlines_geojson(report)),
    )


def _map(request: Request, shown: Shown, session: ReadingSession) -> dict[str, Any]:
    subject = map_subject(
        session, shown.actor.scope, shown.district, shown.on, below=basemap_of(request)
    )
    addresses = ground_addresses(shown.district.code)
    divisions = addresses["ground"].replace("ground.geojson", "divisions.geojson")
    pieces: Pieces = comparison_map(
        {**addresses, "divisions": divisions}, subject, language_of(request)
    )
    return {
        "active": "",
        "pieces": pieces,
        "files": served(map_files(pieces)),
        "most_mb": MOST_BYTES >> 20,
        **shown.head(),
    }


def _positions_geojson(found: Examination) -> dict[str, Any]:
    return _collection(
        {
            "type": "Feature",
            "properties": {"stage": stage},
            "geometry": {"type": "MultiPoint", "coordinates": positions},
        }
        for stage, positions in found.positions().items()
    )


def _outlines_geojson(report: VectorReport) -> dict[str, Any]:
    """Return what there is to see: outlines that change or are doubted, not those that stay."""
    features = [
        {**one, "properties": {"stage": one["properties"]["stage"]}}
        for one in report_geojson(report)["features"]
        if one["properties"]["status"] != "unchanged"
    ]
    return _collection(features[: 3 * _MOST_ROWS])


def _collection(features: Any) -> dict[str, Any]:  # noqa: ANN401 - features of either kind
    return {"type": "FeatureCollection", "features": list(features)}
