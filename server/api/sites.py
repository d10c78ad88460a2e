"""Sites: lists, records, GeoJSON."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Final

from fastapi import APIRouter, Query, Response

from geodata.domain.personal import mask_phone
from geodata.store.queries.drawn import sites_geojson
from geodata.store.queries.sites import SiteRecord, find_sites, get_site
from server.api.parameters import Day, Wanted
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
def site(site_id: int, actor: CurrentActor, session: ReadingSession, on: Day) -> dict[str, Any]:
    """Return one site with its management, inspections and findings."""
    return record_json(get_site(session, actor.scope, site_id, on=on))


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
