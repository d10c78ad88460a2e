"""Take a site out of the ledger, and back into it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import Engine

from geodata.domain.leaving import LeavingKind
from geodata.domain.period import today
from geodata.domain.vocabulary import label
from geodata.store.audit import audit
from geodata.store.leaving import delist_site, relist_site
from geodata.store.session import writing
from server.auth import Actor


@dataclass(frozen=True, slots=True, kw_only=True)
class ListingOrder:
    """What is asked for when a site leaves or returns.

    Attributes:
        reason: In the actor's words.
        on: First day that it holds, today by default.
        version: The ``row_version`` that the actor saw; ``None`` where it does not matter.
    """

    reason: str
    on: date | None = None
    version: int | None = None


def delist(
    engine: Engine, actor: Actor, site_id: int, kind: LeavingKind, order: ListingOrder
) -> int:
    """Take a site out of the ledger and return its new ``row_version``; as `delist_site`."""
    on = order.on or today()
    change = actor.change(f"{label(kind, 'zh')}: {order.reason}", on)
    with writing(engine, change) as session:
        site = delist_site(session, actor.scope, site_id, on=on, version=order.version)
        facts = {"on": on.isoformat(), "kind": kind.value, "reason": order.reason}
        audit(session, actor.username, "delist_site", str(site_id), **facts)
        return site.row_version


def relist(
    engine: Engine, actor: Actor, site_id: int, order: ListingOrder, *, resumes: bool
) -> int:
    """Take a site back and return its new ``row_version``; as `relist_site`."""
    on = order.on or today()
    with writing(engine, actor.change(order.reason, on)) as session:
        site = relist_site(
            session, actor.scope, site_id, on=on, version=order.version, resumes=resumes
        )
        audit(
            session,
            actor.username,
            "relist_site",
            str(site_id),
            on=on.isoformat(),
            resumes=resumes,
            reason=order.reason,
        )
        return site.row_version
