"""Sites: lists, records, GeoJSON."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Final

from fastapi import APIRouter, Query, Response

from geodata.domain.completeness import COLUMNS_ASKED, missing_fields
from geodata.domain.period import today
from geodata.domain.personal import mask_phone
from geodata.store.queries.drawn import sites_geojson
from geodata.store.queries.hanging import Hanging
from geodata.store.queries.sites import SiteRecord, find_sites, get_site
from geodata.store.queries.sounding import heard
from server.api.parameters import Day, Wanted
from server.api.preconditions import mark_version
from server.auth import CurrentActor, ReadingSession

router = APIRouter(prefix="/api", tags=["sites"])

GEOJSON: Final = "application/geo+json"
_MOST_ROWS: Final = 1000


@router.get("/sites")
def sites(
    actor: CurrentActor,
    session: ReadingSession,
    on: Day,
    wanted: Wanted,
    limit: Annotated[int, Query(ge=1, le=_MOST_ROWS)] = 100,
    cursor: Annotated[int | None, Query(ge=0)] = None,
) -> dict[str, Any]:
    """Return one page of sites in the order of their ids."""
    wanted = heard(session, actor.scope, wanted)
    page = find_sites(session, actor.scope, wanted, on=on, limit=limit, cursor=cursor)
    return {
        "on": on,
        "total": page.total,
        "sites": [site_json(row) for row in page.rows],
        "next_cursor": page.next_cursor,
    }


@router.get("/sites.geojson", response_class=Response)
def sites_as_geojson(
    actor: CurrentActor, session: ReadingSession, on: Day, wanted: Wanted
) -> Response:
    """Return the sites as a FeatureCollection in degrees (CGCS2000)."""
    return Response(sites_geojson(session, actor.scope, wanted, on=on), media_type=GEOJSON)


@router.get("/sites/{site_id}")
def site(
    site_id: int, actor: CurrentActor, session: ReadingSession, on: Day, response: Response
) -> dict[str, Any]:
    """Return one site with all that hangs on it; the ``ETag`` of today's is for ``If-Match``."""
    record = get_site(session, actor.scope, site_id, on=on)
    if on >= today():
        mark_version(response, record.site.row_version)
    return record_json(record)


def site_json(row: Mapping[Any, Any]) -> dict[str, Any]:
    """Return a row of `site_state` as the interface tells it."""
    return {
        "id": row["site_id"],
        "external_id": row["external_id"],
        "name": row["name"],
        "address": row["address"],
        "district": row["district_code"],
        "town": row["town_code"],
        "town_name": row["town_name"],
        "neighbourhood": row["neighbourhood_code"],
        "neighbourhood_name": row["neighbourhood_name"],
        "category": row["category"],
        "ticked_types": row["ticked_types"],
        "effective_types": row["effective_types"],
        "subsidised": row["subsidised"],
        "covered": row["is_covered"],
        "market_covered": row["is_market_covered"],
        "verified": row["is_verified"],
        "uncovered_since": row["uncovered_since"],
        "inspection_status": row["inspection_status"],
        "last_inspected_on": row["last_inspected_on"],
        "buildings": row["buildings"],
        "households": row["households"],
        "floor_area_m2": None if row["floor_area_m2"] is None else float(row["floor_area_m2"]),
        "company": row["company"],
        "located": row["located"],
        "longitude": row["longitude"],
        "latitude": row["latitude"],
    }


_ONLY_OURS: Final = (
    *("is_ready_for_star", "readiness_reason", "has_cleaning", "has_security", "has_order"),
    *("responsible", "grid_members"),
)


def missing_of(record: SiteRecord) -> tuple[str, ...]:
    """Return the fields of the form that a record leaves empty."""
    return missing_fields(
        {name: getattr(record.site, name) for name in COLUMNS_ASKED}
        | {"ticked_types": record.state["ticked_types"]}
    )


def hanging_json(hanging: Hanging) -> dict[str, Any]:
    """Return what hangs on a site as the interface tells it; phones are masked."""
    contacts = {one.slot: _columns(one, "slot") for one in hanging.contacts}
    for one in contacts.values():
        one["phone"] = mask_phone(one["phone"])
    return {
        "contacts": contacts,
        "utilities": {one.utility: _columns(one, "utility") for one in hanging.utilities},
        "separation": {one.item: _columns(one, "item") for one in hanging.separation},
        "milestones": [_columns(one) | {"id": one.id} for one in hanging.milestones],
        "evidence": [
            {
                "id": one.id,
                "about": one.about,
                "file_name": one.file_name,
                "media_type": one.media_type,
                "size_bytes": one.size_bytes,
                "note": one.note,
                "added_by": one.added_by,
                "added_at": one.added_at,
            }
            for one in hanging.evidence
        ],
    }


def _columns(row: Any, key: str = "") -> dict[str, Any]:  # noqa: ANN401 - a row of any table
    hidden = {"id", "site_id", key}
    return {name: value for name, value in row._mapping.items() if name not in hidden}  # noqa: SLF001


def record_json(record: SiteRecord) -> dict[str, Any]:
    """Return a record as the interface tells it; the phone is masked."""
    site = record.site
    return site_json(record.state) | {
        "on": record.told_on,
        "left_on": record.left_on,
        "built_year": site.built_year,
        "occupied_households": site.occupied_households,
        "service_star": site.service_star,
        "developer": site.developer,
        "phone": mask_phone(site.phone),
        "fee_min_yuan": None if site.fee_min_yuan is None else float(site.fee_min_yuan),
        "fee_max_yuan": None if site.fee_max_yuan is None else float(site.fee_max_yuan),
        "owners_committee": site.owners_committee,
        "maintenance_fund": site.maintenance_fund,
        "utility_handover": site.utility_handover,
        "note": site.note,
        **{name: getattr(site, name) for name in _ONLY_OURS},
        "collection_share": None if site.collection_share is None else float(site.collection_share),
        "missing": missing_of(record),
        **hanging_json(record.hanging),
        "listed_on": site.listed_on,
        "row_version": site.row_version,
        "arrangements": [
            {
                "management_type": one.management_type,
                "company": one.company,
                "starts_on": one.starts_on,
                "ends_on": one.ends_on,
            }
            for one in record.arrangements
        ],
        "inspections": [
            {
                "inspected_on": one.inspected_on,
                "kind": one.kind,
                "result": one.result,
                "confirms_cover": one.confirms_cover,
                "note": one.note,
            }
            for one in record.inspections
        ],
        "findings": [
            {
                "clause": one.clause,
                "description": one.description,
                "opened_on": one.opened_on,
                "due_on": one.due_on,
                "closed_on": one.closed_on,
            }
            for one in record.findings
        ],
    }
