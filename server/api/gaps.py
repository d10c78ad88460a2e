"""Gaps: what a town has to do something about, and what it decides."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import FileResponse
from pydantic import BaseModel, Field

from geodata.domain.category import Category
from geodata.domain.errors import DomainError
from geodata.domain.gap import GapDecision, GapKind
from geodata.domain.gap_rules import GAP_RULES, LAPSES_WITHIN_DAYS
from geodata.domain.period import today
from geodata.store.deciding import find_decision, find_decisions
from geodata.store.queries.footprint_figures import footprint_figures
from geodata.store.queries.gaps.listing import count_gaps, find_gaps, gap_shapes, get_gap
from geodata.store.queries.gaps.merge_proposals import merge_proposals
from geodata.store.queries.gaps.told import Gap, GapFilter, GapKey
from geodata.store.queries.state import SiteFilter
from geodata.store.session import reading
from server.actions.boundary import geojson
from server.actions.decide_gap import DecisionOrder, add_evidence, decide
from server.actions.withdraw_decision import withdraw_decision
from server.api.parameters import bounds
from server.api.received_files import Received, keep_received, sent_file
from server.auth import CurrentActor, ReadingSession, WritingActor

router = APIRouter(prefix="/api", tags=["gaps"])

_MOST: Final = 1000


def gap_filter(
    district: str | None = None,
    town: str | None = None,
    neighbourhood: str | None = None,
    q: Annotated[str | None, Query(max_length=100)] = None,
    bbox: Annotated[str | None, Query(description="west,south,east,north in degrees")] = None,
    within_days: Annotated[int, Query(ge=0, le=3650)] = LAPSES_WITHIN_DAYS,
) -> GapFilter:
    """Return the filter that a request's query writes."""
    where = None if bbox is None else bounds(bbox)
    sites = SiteFilter(
        district=district or None,
        town=town or None,
        neighbourhood=neighbourhood or None,
        q=q or None,
        bbox=where,
    )
    return GapFilter(sites=sites, within_days=within_days)


Wanted = Annotated[GapFilter, Depends(gap_filter)]


class Decision(BaseModel):
    """What is decided about a gap, and on which grounds."""

    decision: GapDecision
    note: str | None = Field(default=None, max_length=500)
    name: str | None = Field(default=None, max_length=200)
    """Of a new site."""
    address: str | None = Field(default=None, max_length=500)
    category: Category | None = None
    households: int | None = Field(default=None, ge=0, le=1_000_000)
    target: int | None = None
    """The site that takes the gap in, or that stays where two are one."""

    def order(self) -> DecisionOrder:
        """Return what is to be done."""
        told = {name: getattr(self, name) for name in ("name", "address", "households")}
        values = {name: value for name, value in told.items() if value is not None}
        if self.category is not None:
            values["category"] = self.category.value
        return DecisionOrder(
            decision=self.decision, note=self.note or None, values=values, target=self.target
        )


class ManyDecided(Decision):
    """The same decision about several gaps."""

    gaps: list[str] = Field(min_length=1, max_length=500)


class Withdrawal(BaseModel):
    """Why a decision is taken back."""

    reason: str | None = Field(default=None, max_length=500)


@router.get("/gaps")
def gaps_route(
    actor: CurrentActor,
    session: ReadingSession,
    wanted: Wanted,
    kind: GapKind | None = None,
    decided: bool = False,  # noqa: FBT001, FBT002 - a query parameter
    limit: Annotated[int, Query(ge=1, le=_MOST)] = 100,
    cursor: Annotated[int, Query(ge=0)] = 0,
) -> dict[str, Any]:
    """Return the open gaps of a kind, in the order of work, and the numbers of all kinds by town.

    Without ``kind`` only the numbers; with ``decided`` what was decided, the latest first.
    """
    scope, on = actor.scope, today()
    if decided:
        return _decisions(actor, session, wanted, limit, cursor)
    counts = count_gaps(session, scope, wanted, on=on)
    told: dict[str, Any] = {
        "on": on,
        "counts": {town or "": numbers for town, numbers in counts.items()},
        "total": sum(sum(numbers.values()) for numbers in counts.values()),
        "gaps": [],
        "next_cursor": None,
    }
    if kind is not None:
        page = find_gaps(session, scope, wanted, kind, on=on, limit=limit, skip=cursor)
        told["gaps"] = [gap_json(one) for one in page.gaps]
        told |= {"kind": kind, "total": page.total, "next_cursor": page.next_cursor}
    return told


@router.get("/gaps.geojson")
def gaps_geojson(
    actor: CurrentActor,
    session: ReadingSession,
    wanted: Wanted,
    kind: GapKind,
    limit: Annotated[int, Query(ge=1, le=20_000)] = _MOST,
    cursor: Annotated[int, Query(ge=0)] = 0,
) -> dict[str, Any]:
    """Return the open gaps of a kind with their shapes (EPSG:4490); without one, none."""
    page = find_gaps(session, actor.scope, wanted, kind, on=today(), limit=limit, skip=cursor)
    shapes = gap_shapes(session, actor.scope, page.gaps)
    features = [
        {
            "type": "Feature",
            "id": str(one.key),
            "geometry": shapes[one.key],
            "properties": gap_json(one),
        }
        for one in page.gaps
    ]
    return {"type": "FeatureCollection", "numberMatched": page.total, "features": features}


@router.get("/footprints/figures")
def footprints_route(
    actor: CurrentActor, session: ReadingSession, wanted: Wanted
) -> dict[str, Any]:
    """Return how many surveyed buildings lie in covered sites, and in no site, by town."""
    on = today()
    found = footprint_figures(session, actor.scope, wanted.sites, on=on)
    return {
        "on": on,
        "towns": {
            town or "": {
                "classes": one.classes,
                "residential": one.residential,
                "covered": one.covered,
                "coverage_rate": one.share,
                "area_m2": round(one.area_m2, 1),
                "covered_area_m2": round(one.covered_area_m2, 1),
            }
            for town, one in found.items()
        },
    }


@router.get("/gaps/{gap_id}")
def gap_route(gap_id: str, actor: CurrentActor, session: ReadingSession) -> dict[str, Any]:
    """Return one open gap with what may be decided, and the communities that may take it in."""
    key = GapKey.parse(gap_id)
    gap = get_gap(session, actor.scope, key, on=today())
    may_merge = GapDecision.MERGE in GAP_RULES[key.kind].decisions
    near = gap.place.get("neighbourhood_code")
    proposals = merge_proposals(session, actor.scope, key, near) if may_merge else []
    return {
        **gap_json(gap),
        "geometry": gap_shapes(session, actor.scope, [gap])[key],
        "proposals": [
            {
                "site": one.site_id,
                "name": one.name,
                "distance_m": one.distance_m,
                "same_side": one.is_same_side,
                "same_neighbourhood": one.is_same_neighbourhood,
                "managed": one.is_managed,
                "management_types": one.management_types,
                "boundary": geojson(one.shape),
            }
            for one in proposals
        ],
    }


@router.post("/gaps/{gap_id}/decision", status_code=201)
def decide_route(
    gap_id: str, asked: Decision, request: Request, actor: WritingActor
) -> dict[str, Any]:
    """Decide about one gap."""
    (made,) = decide(request.app.state.engine, actor, [GapKey.parse(gap_id)], asked.order())
    return {"gap": made.gap, "decision": made.decision_id, "site": made.target_site_id}


@router.post("/gaps/decisions", status_code=201)
def decide_many_route(asked: ManyDecided, request: Request, actor: WritingActor) -> dict[str, Any]:
    """Decide alike about several gaps, all or nothing."""
    keys = [GapKey.parse(one) for one in dict.fromkeys(asked.gaps)]
    made = decide(request.app.state.engine, actor, keys, asked.order())
    return {"decisions": [{"gap": one.gap, "decision": one.decision_id} for one in made]}


@router.post("/gaps/decisions/{decision_id}/withdraw")
def withdraw_route(
    decision_id: int, asked: Withdrawal, request: Request, actor: WritingActor
) -> dict[str, Any]:
    """Take a decision back; the ledger stands again as before."""
    withdraw_decision(request.app.state.engine, actor, decision_id, asked.reason or None)
    return {"decision": decision_id, "withdrawn": True}


@router.post("/gaps/decisions/{decision_id}/evidence", status_code=201)
def evidence_route(
    decision_id: int, received: Received, request: Request, actor: WritingActor
) -> dict[str, Any]:
    """Keep a file as evidence of a decision: a photo, a list, a paper that was scanned."""
    state = request.app.state
    with reading(state.engine, actor.scope) as session:
        find_decision(session, actor.scope, decision_id)
    kept = keep_received(state.settings.files, received)
    add_evidence(state.engine, actor, decision_id, asdict(kept))
    return {"decision": decision_id, "file_name": kept.name, "media_type": kept.media_type}


@router.get("/gaps/decisions/{decision_id}/evidence", response_class=FileResponse)
def evidence_file(
    decision_id: int, actor: CurrentActor, session: ReadingSession, request: Request
) -> FileResponse:
    """Return the evidence of a decision."""
    row = find_decision(session, actor.scope, decision_id)
    if row.digest is None or row.file_name is None or row.media_type is None:
        raise DomainError("evidence.not_found", evidence=decision_id)
    return sent_file(
        request.app.state.settings.files,
        name=row.file_name,
        media_type=row.media_type,
        digest=row.digest,
    )


def gap_json(gap: Gap) -> dict[str, Any]:
    """Return a gap as the interface tells it."""
    place, on = gap.place, today()
    names = ("name", "address", "town_name", "neighbourhood_name", "category")
    numbers = ("buildings", "households", "longitude", "latitude", "responsible")
    return {
        "id": str(gap.key),
        "kind": gap.key.kind,
        "site": None if gap.key.kind is GapKind.MISSING else gap.key.subject,
        **{name: place.get(name) for name in (*names, *numbers)},
        "town": place.get("town_code"),
        "neighbourhood": place.get("neighbourhood_code"),
        "management_types": place.get("effective_types") or [],
        "clause": gap.clause,
        "lacks": gap.lacks,
        "since": gap.since,
        "days": gap.days(on),
        "until": gap.until,
        "days_left": gap.days_left(on),
        "other": gap.other,
        "decisions": GAP_RULES[gap.key.kind].decisions,
        **gap.facts,
    }


def _decisions(
    actor: CurrentActor, session: ReadingSession, wanted: GapFilter, limit: int, cursor: int
) -> dict[str, Any]:
    rows = find_decisions(session, actor.scope, wanted.sites, limit=limit + 1, skip=cursor)
    return {
        "decisions": [dict(row._mapping) for row in rows[:limit]],  # noqa: SLF001
        "next_cursor": cursor + limit if len(rows) > limit else None,
    }
