"""Vector files: the doctor, boundaries in, sites out."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated, Any, Final
from urllib.parse import quote

from fastapi import APIRouter, Query, Request, Response

from geodata.domain.access import WRITING_ROLES
from geodata.domain.errors import DomainError
from geodata.store.audit import audit
from geodata.store.session import writing
from server.actions.doctor import examine_file
from server.actions.export_sites import DEFAULT_CRS, SitesOrder, export_sites
from server.actions.import_vectors import AUTO, VectorOrder, import_vector_file
from server.actions.vector_report import report_json
from server.api.drawn import District
from server.api.parameters import Day, Wanted
from server.api.uploads import ReceivedFile, Upload, describes_file
from server.auth import Actor, CurrentActor, ReadingSession

router = APIRouter(tags=["vectors"])

_MEDIA: Final = {
    "gpkg": "application/geopackage+sqlite3",
    "shp": "application/zip",
    "geojson": "application/geo+json",
    "kml": "application/vnd.google-earth.kml+xml",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


@router.post("/api/doctor", openapi_extra=describes_file(district="code of a district"))
def doctor(upload: ReceivedFile, actor: CurrentActor, session: ReadingSession) -> dict[str, Any]:
    """Tell which coordinate system a list or vector file is in."""
    wanted = upload.fields.get("district") or None
    return examine_file(session, actor.scope, upload.path, district=wanted).as_json()


@router.post(
    "/api/imports/vector",
    openapi_extra=describes_file(
        district="code of a district",
        datum="auto, wgs84, cgcs2000, gcj02, bd09 or EPSG:nnnn",
        confirm_datum="true: the declared system is right although the ground contradicts it",
        apply="true: keep the boundaries; else nothing is changed",
    ),
)
def import_vector(request: Request, upload: ReceivedFile, actor: CurrentActor) -> dict[str, Any]:
    """Match the outlines of a vector file with sites, and keep their boundaries if asked to."""
    order = vector_order(upload, actor)
    return report_json(import_vector_file(request.app.state.engine, upload.path, order))


@router.get("/export/sites.{form}", response_class=Response)
def sites_file(  # noqa: PLR0913 - the parameters of the interface
    form: str,
    request: Request,
    district: District,
    actor: CurrentActor,
    session: ReadingSession,
    on: Day,
    wanted: Wanted,
    crs: Annotated[str, Query(max_length=40)] = DEFAULT_CRS,
    with_phones: Annotated[bool, Query(description="whole numbers; writing roles only")] = False,  # noqa: FBT002
) -> Response:
    """Return the sites of a district, town or neighbourhood as a GIS file or a list."""
    if form not in _MEDIA:
        raise DomainError("request.not_found", path=request.url.path)
    if with_phones:
        require_writer(actor)
    order = SitesOrder(
        form=form,
        crs=crs,
        unit=wanted.neighbourhood or wanted.town or actor.division_code or district,
        wanted=wanted.in_district(district),
        on=on,
        with_phones=with_phones,
    )
    with TemporaryDirectory() as folder:
        path = Path(folder) / f"sites.{form}"
        exported = export_sites(session, actor.scope, path, order)
        content = path.read_bytes()
    with writing(request.app.state.engine, actor.change("export sites")) as written:
        facts: dict[str, Any] = {"rows": exported.rows, "phones": with_phones}
        audit(written, actor.username, "export_sites", exported.name, crs=exported.crs, **facts)
    headers = {"Content-Disposition": f"attachment; filename*=UTF-8''{quote(exported.name)}"}
    return Response(content, media_type=_MEDIA[form], headers=headers)


def vector_order(upload: Upload, actor: Actor) -> VectorOrder:
    """Return what a form asks for.

    Raises:
        DomainError: ``auth.forbidden`` for an account that may not write.
    """
    require_writer(actor)
    return VectorOrder(
        actor=actor.username,
        scope=actor.scope,
        district=upload.fields.get("district") or None,
        datum=upload.fields.get("datum") or AUTO,
        is_confirmed=upload.is_set("confirm_datum"),
        applies=upload.is_set("apply"),
    )


def require_writer(actor: Actor) -> None:
    """Refuse an account that may not change rows.

    Raises:
        DomainError: ``auth.forbidden``.
    """
    if actor.role not in WRITING_ROLES:
        raise DomainError("auth.forbidden")
