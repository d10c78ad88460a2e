"""What the present stage of a campaign asks to be visited: town by town, since when (S28, S29)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any, Final

from sqlalchemy import ColumnElement, and_, exists, false, or_
from sqlalchemy.orm import Session

from geodata.domain.access import Scope
from geodata.domain.campaign import NodeEvidence
from geodata.domain.division import DivisionKind
from geodata.domain.inspection import InspectionKind
from geodata.domain.period import SHANGHAI
from geodata.store.campaigns import done_at, find_campaigns
from geodata.store.queries.divisions import find_divisions
from geodata.store.tables import Inspection

_OWN: Final = frozenset({InspectionKind.SELF_CHECK})
_OF_DISTRICT: Final = frozenset(InspectionKind) - _OWN
"""Whatever the district went for, it has seen the site."""


@dataclass(frozen=True, slots=True)
class StageAsk:
    """Visits that a node of a campaign asks for.

    Attributes:
        towns: Codes of the towns that have not done the node.
        kinds: Inspections that count as the visit.
        since: First day of the node; an earlier visit does not count.
    """

    towns: tuple[str, ...]
    kinds: frozenset[InspectionKind]
    since: date


def stage_asks(session: Session, scope: Scope, *, on: date) -> list[StageAsk]:
    """Return what the nodes that run on a day ask of the actor: a town checks, a district inspects.

    Args:
        session: A reading session.
        scope: The actor's.
        on: The day.
    """
    is_own = scope.kind in (DivisionKind.TOWN, DivisionKind.NEIGHBOURHOOD)
    evidence = NodeEvidence.SELF_CHECK if is_own else NodeEvidence.INSPECTION
    now = datetime.combine(on, time.max, SHANGHAI)
    towns = find_divisions(session, scope, kind=DivisionKind.TOWN)
    asks = []
    for district in sorted({one.district_code for one in towns}):
        for loaded in find_campaigns(session, scope, district):
            for node in loaded.campaign.nodes:
                if node.evidence is not evidence or on not in node.period:
                    continue
                done = {code for code, _ in done_at(session, loaded, node, now)}
                left = (one.code for one in towns if one.district_code == district)
                codes = tuple(one for one in left if one not in done)
                asks.append(StageAsk(codes, _OWN if is_own else _OF_DISTRICT, node.period.first_on))
    return [one for one in asks if one.towns]


def is_asked(
    asks: Sequence[StageAsk],
    state: Any,  # noqa: ANN401 - a subquery
    on: date,
) -> ColumnElement[bool]:
    """Return the condition that a stage asks for a site of `site_state` and it was not seen yet."""
    n = Inspection
    return or_(
        false(),
        *(
            and_(
                state.c.town_code.in_(one.towns),
                ~exists().where(
                    n.site_id == state.c.site_id,
                    n.kind.in_(sorted(kind.value for kind in one.kinds)),
                    n.inspected_on.between(one.since, on),
                ),
            )
            for one in asks
        ),
    )
