"""Batches drawn, self-checks signed: what the district inspects, and when it may (S28, S29)."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from geodata.domain.access import Role
from geodata.domain.division import DivisionKind
from geodata.domain.errors import DomainError
from geodata.domain.inspection import InspectionKind
from geodata.domain.period import today
from geodata.domain.sampling import drawn
from geodata.store.audit import audit
from geodata.store.batches import add_batch, find_self_checks, listed_sites, strata_of
from geodata.store.queries.divisions import get_division
from geodata.store.queries.state import SiteFilter
from geodata.store.session import writing
from geodata.store.tables import InspectionBatch, SelfCheck
from server.auth import Actor

_DRAWING = frozenset({Role.ADMINISTRATOR, Role.DISTRICT_LEAD})
_SIGNING = frozenset({Role.ADMINISTRATOR, Role.TOWN})
_WHOLE = "whole"
"""The one stratum of a batch that is not drawn."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchOrder:
    """What is to be inspected.

    Attributes:
        division: Code of a district or town.
        kind: Which inspection.
        sample: How many sites to draw; ``None``: all.
        until: Last day on which a visit counts, ``None`` for open.
        override_reason: Why a town is inspected that has not signed its self-check.
    """

    division: str
    kind: InspectionKind
    sample: int | None = None
    until: date | None = None
    override_reason: str | None = None


def draw_batch(engine: Engine, actor: Actor, order: BatchOrder) -> int:
    """Draw a batch with a new seed, or take all sites; return its id.

    Raises:
        DomainError: ``auth.forbidden``; ``division.not_found``; ``batch.unsigned`` with the
            towns that have not signed; ``batch.empty``.
    """
    if actor.role not in _DRAWING:
        raise DomainError("auth.forbidden", role=actor.role.value)
    on = today()
    with writing(engine, actor.change("draw_batch")) as session:
        division = get_division(session, actor.scope, order.division)
        is_town = division.kind is DivisionKind.TOWN
        if order.kind is InspectionKind.INSPECTION and is_town and not order.override_reason:
            _check_signed(session, actor, division.district_code, division.code, on)
        wanted = SiteFilter(
            district=division.district_code, town=division.code if is_town else None
        )
        seed = None if order.sample is None else secrets.token_hex(8)
        if order.sample is None or seed is None:
            strata = {_WHOLE: listed_sites(session, actor.scope, wanted, on=on)}
            chosen = strata
        else:
            strata = strata_of(session, actor.scope, wanted, on=on)
            chosen = drawn(strata, order.sample, seed)
        if not any(strata.values()):
            raise DomainError("batch.empty", division=division.name)
        batch = InspectionBatch(
            district_code=division.district_code,
            town_code=division.code if is_town else None,
            kind=order.kind.value,
            seed=seed,
            drawn_on=on,
            until_on=order.until,
            override_reason=order.override_reason,
            created_by=actor.username,
        )
        made = add_batch(session, batch, strata, chosen)
        count = sum(map(len, chosen.values()))
        audit(session, actor.username, "draw_batch", str(made), seed=seed, sites=count)
        return made


def _check_signed(session: Session, actor: Actor, district: str, town: str, on: date) -> None:
    signed = find_self_checks(session, actor.scope, district, on.year)
    if town not in {one.town_code for one in signed}:
        raise DomainError("batch.unsigned", town=town, year=on.year)


def sign_self_check(engine: Engine, actor: Actor, town: str, note: str | None) -> int:
    """Let a town sign that it has checked its own sites this year; return the id.

    Raises:
        DomainError: ``auth.forbidden``; ``division.not_found``; ``batch.signed`` already.
    """
    if actor.role not in _SIGNING:
        raise DomainError("auth.forbidden", role=actor.role.value)
    on = today()
    with writing(engine, actor.change("sign_self_check")) as session:
        division = get_division(session, actor.scope, town)
        if division.kind is not DivisionKind.TOWN:
            raise DomainError("division.not_found", division=town)
        known = find_self_checks(session, actor.scope, division.district_code, on.year)
        if town in {one.town_code for one in known}:
            raise DomainError("batch.signed", town=division.name, year=on.year)
        made = SelfCheck(
            district_code=division.district_code,
            town_code=town,
            year=on.year,
            signed_on=on,
            signed_by=actor.username,
            note=note,
        )
        session.add(made)
        session.flush()
        audit(session, actor.username, "sign_self_check", town, year=on.year)
        return made.id
