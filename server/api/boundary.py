"""Where a site is: what lies round it, proposals, checks, and the boundary itself."""

from __future__ import annotations

from typing import Any

import shapely
from fastapi import APIRouter, Request, Response
from shapely.geometry.base import BaseGeometry

from geodata.domain.errors import DomainError
from geodata.spatial.boundaries import check
from geodata.spatial.enclosing import outline
from geodata.spatial.plane import plane_of
from geodata.spatial.reshape import cut, merge, split
from geodata.store.boundary_edits import previous_boundary
from geodata.store.queries.boundary import (
    check_ground,
    count_footprints,
    footprint_shapes,
    get_listed_site,
    last_change,
    neighbours,
    shape_of,
    surroundings_geojson,
)
from geodata.store.queries.proposals import propose_boundaries
from server.actions.boundary import (
    BoundaryOrder,
    Given,
    SavedBoundary,
    geojson,
    save_boundary,
    undo_boundary,
)
from server.api.boundary_parameters import (
    Candidate,
    Geometry,
    Picked,
    Reshaping,
    Saving,
    Splitting,
    Undoing,
)
from server.api.boundary_sentences import problem_json
from server.api.parameters import bounds
from server.api.preconditions import VersionSeen, mark_version
from server.api.sites import GEOJSON
from server.auth import CurrentActor, ReadingSession, WritingActor
from server.i18n import language_of, sentence

router = APIRouter(prefix="/api/sites/{site_id}", tags=["boundaries"])


@router.get("/surroundings.geojson", response_class=Response)
def surroundings(
    site_id: int, actor: CurrentActor, session: ReadingSession, bbox: str | None = None
) -> Response:
    """Return town, other sites, buildings, residential areas and streets round a site."""
    site = get_listed_site(session, actor.scope, site_id)
    box = None if bbox is None else bounds(bbox)
    content = surroundings_geojson(session, actor.scope, site, box)
    return Response(content, media_type=GEOJSON)


@router.get("/boundary")
def boundary(
    site_id: int, actor: CurrentActor, session: ReadingSession, response: Response
) -> dict[str, Any]:
    """Return a site's boundary as it stands, with who changed the record last."""
    site = get_listed_site(session, actor.scope, site_id)
    shape = shape_of(site.geom)
    last = last_change(session, site)
    mark_version(response, site.row_version)
    return {
        "geometry": None if shape is None else geojson(shape),
        "row_version": site.row_version,
        "source": site.geom_source,
        "accuracy_m": None if site.geom_accuracy_m is None else float(site.geom_accuracy_m),
        "note": site.geom_note,
        "changed_by": last.by,
        "changed_at": last.at,
        "can_undo": previous_boundary(session, site_id) is not None,
    }


@router.get("/boundary/proposals")
def proposals(
    site_id: int, request: Request, actor: WritingActor, session: ReadingSession
) -> dict[str, Any]:
    """Return boundaries to propose, the likeliest first, each with its reason."""
    site = get_listed_site(session, actor.scope, site_id)
    language = language_of(request)
    return {
        "proposals": [
            {
                "source": one.source.value,
                "geometry": geojson(one.shape),
                "score": one.score,
                "reason": one.reason,
                "detail": sentence(one.reason, one.facts, language),
                "area_m2": plane_of(one.shape).area_m2(one.shape),
                "footprints": one.footprints,
            }
            for one in propose_boundaries(session, actor.scope, site)
        ]
    }


@router.post("/boundary/check")
def check_boundary(
    site_id: int,
    candidate: Candidate,
    request: Request,
    actor: WritingActor,
    session: ReadingSession,
) -> dict[str, Any]:
    """Return area, buildings inside and problems of a boundary; nothing is saved."""
    site = get_listed_site(session, actor.scope, site_id)
    shape = candidate.geometry.area()
    ground = check_ground(session, actor.scope, site, shape)
    problems = check(shape, town=ground.town, others=ground.others, footprints=ground.footprints)
    language = language_of(request)
    is_sound = shape.is_valid and not shape.is_empty
    return {
        "area_m2": plane_of(shape).area_m2(shape) if is_sound else None,
        "footprints": count_footprints(session, actor.scope, site.district_code, shape)
        if is_sound
        else None,
        "problems": [problem_json(one, language) for one in problems],
    }


@router.post("/boundary/outline")
def outline_of_footprints(
    site_id: int, picked: Picked, actor: WritingActor, session: ReadingSession
) -> dict[str, Any]:
    """Return an outline round buildings that keeps out of other sites."""
    site = get_listed_site(session, actor.scope, site_id)
    shapes = footprint_shapes(session, actor.scope, site.district_code, picked.footprints)
    around = shapely.GeometryCollection(shapes)
    others = neighbours(session, actor.scope, around.envelope.buffer(0.001), but=(site.id,))
    return _reshaped(outline(shapes, others=[one.shape for one in others]))


@router.post("/boundary/split")
def split_boundary(
    site_id: int, splitting: Splitting, actor: WritingActor, session: ReadingSession
) -> dict[str, Any]:
    """Return the parts into which a line divides a boundary, the largest first."""
    get_listed_site(session, actor.scope, site_id)
    parts = split(_valid(splitting.geometry), splitting.line.line())
    return {"parts": [_reshaped(one) for one in parts]}


@router.post("/boundary/merge")
def merge_boundary(
    site_id: int, reshaping: Reshaping, actor: WritingActor, session: ReadingSession
) -> dict[str, Any]:
    """Return a boundary together with another shape."""
    get_listed_site(session, actor.scope, site_id)
    return _reshaped(merge([_valid(reshaping.geometry), _valid(reshaping.other)]))


@router.post("/boundary/cut")
def cut_boundary(
    site_id: int, reshaping: Reshaping, actor: WritingActor, session: ReadingSession
) -> dict[str, Any]:
    """Return a boundary without what another shape covers."""
    get_listed_site(session, actor.scope, site_id)
    return _reshaped(cut(_valid(reshaping.geometry), _valid(reshaping.other)))


@router.put("/boundary")
def put_boundary(
    site_id: int,
    saving: Saving,
    seen: VersionSeen,
    request: Request,
    actor: WritingActor,
    response: Response,
) -> dict[str, Any]:
    """Save a boundary, or take it away; a stale ``If-Match`` changes nothing (412)."""
    given = saving.given
    order = BoundaryOrder(
        shape=None if saving.geometry is None else saving.geometry.area(),
        source=saving.source,
        accuracy_m=saving.accuracy_m,
        note=(saving.note or "").strip() or None,
        given=None if given is None else Given(given.site, given.geometry.area()),
    )
    saved = save_boundary(request.app.state.engine, actor, site_id, seen, order)
    return _saved(saved, response)


@router.post("/boundary/undo")
def post_undo(
    site_id: int,
    undoing: Undoing,
    seen: VersionSeen,
    request: Request,
    actor: WritingActor,
    response: Response,
) -> dict[str, Any]:
    """Restore the boundary that stood before its last change, as a new version."""
    note = (undoing.note or "").strip() or None
    saved = undo_boundary(request.app.state.engine, actor, site_id, seen, note)
    return _saved(saved, response)


def _valid(geometry: Geometry) -> BaseGeometry:
    """Return an area whose rings do not cross: nothing is repaired unseen.

    Raises:
        DomainError: ``boundary.unsavable``.
    """
    shape = geometry.area()
    if not shape.is_valid:
        raise DomainError("boundary.unsavable")
    return shape


def _reshaped(shape: BaseGeometry) -> dict[str, Any]:
    return {"geometry": geojson(shape), "area_m2": plane_of(shape).area_m2(shape)}


def _saved(saved: SavedBoundary, response: Response) -> dict[str, Any]:
    mark_version(response, saved.row_version)
    return {
        "id": saved.site_id,
        "row_version": saved.row_version,
        "area_m2": saved.area_m2,
        "footprints": saved.footprints,
    }
