"""A person decides about a gap: the ledger follows by the same paths as any edit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final

from shapely import union_all
from shapely.geometry.base import BaseGeometry
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from geodata.domain.boundary import BoundarySource
from geodata.domain.category import Category
from geodata.domain.errors import DomainError
from geodata.domain.gap import GapDecision, GapKind
from geodata.domain.gap_rules import GAP_RULES, LEAVES_AS
from geodata.domain.period import today
from geodata.domain.vocabulary import label
from geodata.spatial.enclosing import outline
from geodata.store.audit import audit
from geodata.store.boundary_edits import take_turn
from geodata.store.deciding import keep_decision, lock_candidate, lock_decision
from geodata.store.edits import lock_site
from geodata.store.entries import Entry, add_site, enter
from geodata.store.leaving import delist_site
from geodata.store.queries.boundary import neighbours
from geodata.store.queries.gaps.merge_proposals import gap_outlines, merged_boundary
from geodata.store.queries.gaps.told import GapKey
from geodata.store.session import writing
from geodata.store.tables import DecidedGap, Site
from server.actions.boundary import BoundaryOrder, draw_boundary
from server.auth import Actor

MOST_AT_ONCE: Final = 500
"""Gaps of one bulk decision; all or nothing."""

SUMMED: Final = ("buildings", "households", "occupied_households", "floor_area_m2")
"""What a community that takes a site in has more of."""


MAKES: Final = frozenset({GapDecision.NEW_STANDALONE, GapDecision.NEW_COMMUNITY})
"""Decisions that make a site."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionOrder:
    """What a person decides.

    Attributes:
        decision: What is so.
        note: On which grounds, in the person's words.
        values: Fields of the record that a new site begins with; its name at least.
        target: The site that takes the gap in, or that stays where two are one.
    """

    decision: GapDecision
    note: str | None = None
    values: dict[str, Any] = field(default_factory=dict)
    target: int | None = None

    @property
    def reason(self) -> str:
        """What the history says of it."""
        return ": ".join(filter(None, (label(self.decision, "zh"), self.note)))


@dataclass(frozen=True, slots=True)
class Decided:
    """What came of a decision: its number, and the site that was made, grew or stays."""

    gap: str
    decision_id: int
    target_site_id: int | None


def decide(
    engine: Engine, actor: Actor, keys: Sequence[GapKey], order: DecisionOrder
) -> list[Decided]:
    """Decide about gaps alike, all or nothing, in one transaction.

    Args:
        engine: Of the database.
        actor: Who; a writing role.
        keys: Which gaps.
        order: What is decided about each.

    Raises:
        DomainError: ``gap.not_found``; ``gap.decision_forbidden`` where the kind of gap does not
            know the decision; ``gap.target_needed``; ``gap.name_needed``; ``gap.too_many``; as
            `add_site`, `draw_boundary` and `delist_site`.
    """
    if not 0 < len(keys) <= MOST_AT_ONCE:
        raise DomainError("gap.too_many", count=len(keys), most=MOST_AT_ONCE)
    _refuse_unfit(keys, order)
    with writing(engine, actor.change(order.reason)) as session:
        take_turn(session)
        decided = [_decide(session, actor, key, order) for key in keys]
        audit(
            session,
            actor.username,
            "decide_gap",
            str(keys[0]) if len(keys) == 1 else str(len(keys)),
            decision=order.decision.value,
            note=order.note,
            gaps=[str(key) for key in keys],
            decisions=[one.decision_id for one in decided],
        )
    return decided


def add_evidence(engine: Engine, actor: Actor, decision_id: int, kept: Mapping[str, Any]) -> None:
    """Note the file that proves a decision that stands; another one takes its place.

    Args:
        engine: Of the database.
        actor: Who; a writing role.
        decision_id: Which decision.
        kept: ``name``, ``media_type`` and ``digest`` of the kept file.

    Raises:
        DomainError: ``gap.decision_not_found``.
    """
    with writing(engine, actor.change("decision evidence")) as session:
        decision = lock_decision(session, actor.scope, decision_id)
        decision.file_name, decision.media_type = kept["name"], kept["media_type"]
        decision.digest = kept["digest"]
        audit(session, actor.username, "add_decision_evidence", str(decision_id))


def _refuse_unfit(keys: Sequence[GapKey], order: DecisionOrder) -> None:
    for key in keys:
        if order.decision not in GAP_RULES[key.kind].decisions:
            raise DomainError(
                "gap.decision_forbidden", kind=key.kind.value, decision=order.decision.value
            )
    if order.decision is GapDecision.MERGE and order.target is None:
        raise DomainError("gap.target_needed")
    if order.decision in MAKES and (len(keys) > 1 or not order.values.get("name")):
        raise DomainError("gap.name_needed")


def _decide(session: Session, actor: Actor, key: GapKey, order: DecisionOrder) -> Decided:
    houses = gap_outlines(session, actor.scope, key)
    act = _about_missing if key.kind is GapKind.MISSING else _about_site
    kept = act(session, actor, key, order, houses)
    return Decided(str(key), kept.id, kept.target_site_id)


def _about_missing(
    session: Session,
    actor: Actor,
    key: GapKey,
    order: DecisionOrder,
    houses: Sequence[BaseGeometry],
) -> DecidedGap:
    candidate = lock_candidate(session, actor.scope, key.subject)
    place = {
        "district_code": candidate.district_code,
        "town_code": candidate.town_code,
        "neighbourhood_code": candidate.neighbourhood_code,
    }
    target = None
    if order.decision in MAKES:
        target = _new_site(session, actor, order, place, houses)
    elif order.decision is GapDecision.MERGE:
        target = _grow(session, actor, order, houses, {"buildings": candidate.footprints})
    return _keep(session, actor, key, order, place, target, houses)


def _about_site(
    session: Session,
    actor: Actor,
    key: GapKey,
    order: DecisionOrder,
    houses: Sequence[BaseGeometry],
) -> DecidedGap:
    site = lock_site(session, actor.scope, key.subject, version=None)
    if order.decision is GapDecision.DISTINCT:
        other = lock_site(session, actor.scope, key.other or 0, version=None)
        return _keep(session, actor, key, order, _place_of(site), other, ())
    stays = order.target
    if key.kind is GapKind.DOUBLE and stays not in (key.subject, key.other):
        raise DomainError("gap.target_needed")
    if key.kind is GapKind.DOUBLE:
        leaves = key.other if stays == key.subject else key.subject
        site = lock_site(session, actor.scope, leaves or 0, version=None)
        houses = ()
    if LEAVES_AS.get(order.decision) is None:
        raise DomainError("gap.not_found", gap=str(key))
    target = None if stays is None else lock_site(session, actor.scope, stays, version=None)
    more = {name: getattr(site, name) for name in SUMMED}
    # The site leaves first, so that its ground is free for the one that takes it in.
    delist_site(session, actor.scope, site.id, on=today(), version=None)
    if order.decision is GapDecision.MERGE:
        target = _grow(session, actor, order, houses, more)
    about = replace(key, subject=site.id, other=None)
    return _keep(session, actor, about, order, _place_of(site), target, houses)


def _new_site(
    session: Session,
    actor: Actor,
    order: DecisionOrder,
    place: dict[str, str | None],
    houses: Sequence[BaseGeometry],
) -> Site:
    """Add a site round the buildings; what is not known of it yet is 未填报."""
    values = {"buildings": len(houses), **order.values}
    if order.decision is GapDecision.NEW_STANDALONE:
        values["category"] = Category.STANDALONE_BUILDING.value
    town, neighbourhood = place["town_code"], place["neighbourhood_code"]
    where = {"town": town, "neighbourhood": neighbourhood}
    entry = Entry(values=values, place=where, reason=order.reason)
    site = add_site(session, actor.scope, entry, on=today()).site
    around = [
        one.shape
        for one in neighbours(session, actor.scope, union_all(list(houses)), but=(site.id,))
    ]
    drawn = BoundaryOrder(
        shape=outline(houses, others=around), source=BoundarySource.FOOTPRINTS, note=order.reason
    )
    draw_boundary(session, actor, site, drawn)
    return site


def _grow(
    session: Session,
    actor: Actor,
    order: DecisionOrder,
    houses: Sequence[BaseGeometry],
    more: dict[str, Any],
) -> Site:
    """Let a site take buildings in: its ground and its numbers grow."""
    target = lock_site(session, actor.scope, order.target or 0, version=None)
    sums = {
        name: getattr(target, name) + value
        for name, value in more.items()
        if value is not None and getattr(target, name) is not None
    }
    if sums:
        enter(session, actor.scope, target, Entry(values=sums, reason=order.reason), on=today())
    if houses:
        shape = merged_boundary(session, actor.scope, target, houses)
        drawn = BoundaryOrder(shape=shape, source=BoundarySource.MERGE, note=order.reason)
        draw_boundary(session, actor, target, drawn)
    return target


def _keep(
    session: Session,
    actor: Actor,
    key: GapKey,
    order: DecisionOrder,
    place: dict[str, str | None],
    target: Site | None,
    houses: Sequence[BaseGeometry],
) -> DecidedGap:
    facts = {
        "kind": key.kind.value,
        "decision": order.decision.value,
        "site_id": None if key.kind is GapKind.MISSING else key.subject,
        "target_site_id": None if target is None else target.id,
        "target_version": None if target is None else target.row_version,
        "note": order.note,
        "decided_by": actor.username,
    }
    return keep_decision(session, place, facts, houses)


def _place_of(site: Site) -> dict[str, str | None]:
    return {
        "district_code": site.district_code,
        "town_code": site.town_code,
        "neighbourhood_code": site.neighbourhood_code,
    }
