"""Bring back what a record said once."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from geoalchemy2.shape import to_shape
from sqlalchemy import Engine

from geodata.store.audit import audit
from geodata.store.boundary_edits import take_turn
from geodata.store.restoring import restore_site
from geodata.store.session import writing
from geodata.store.tables import Site
from server.actions.boundary import problems_left
from server.auth import Actor


@dataclass(frozen=True, slots=True, kw_only=True)
class RestoreOrder:
    """What is to come back.

    Attributes:
        version: Number of a version of the site.
        reason: Why.
        fields: Which; none means all that can be.
        seen: The ``row_version`` that the actor saw.
        note: Explains what is left open at a boundary that comes back.
    """

    version: int
    reason: str
    fields: Collection[str] = ()
    seen: int | None
    note: str | None = None


def restore(
    engine: Engine, actor: Actor, site_id: int, order: RestoreOrder
) -> tuple[Collection[str], int]:
    """Write what a version said; return the columns that changed and the new ``row_version``.

    A boundary that comes back is checked like one that is drawn, since the ground round it may
    have changed.

    Raises:
        DomainError: As `restore_site` and `problems_left`.
    """
    explained: list[str] = []
    with writing(engine, actor.change(order.reason)) as session:
        take_turn(session)

        def check(site: Site, boundary: Any) -> dict[str, Any]:  # noqa: ANN401 - as it is stored
            shape = to_shape(boundary)
            problems = problems_left(session, actor.scope, site, shape, order.note)
            explained.extend(one.kind.value for one in problems)
            return {} if order.note is None else {"geom_note": order.note}

        changed = restore_site(
            session,
            actor.scope,
            site_id,
            order.version,
            fields=order.fields,
            version=order.seen,
            check=check,
        )
        audit(
            session,
            actor.username,
            "restore_site",
            str(site_id),
            version=order.version,
            fields=sorted(changed),
            reason=order.reason,
            explained=explained,
            note=order.note,
        )
        return changed, session.get_one(Site, site_id).row_version
