"""Bring back what a record said once."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import Engine

from geodata.store.audit import audit
from geodata.store.restoring import restore_site
from geodata.store.session import Change, writing
from geodata.store.tables import Site
from server.auth import Actor


def restore(
    engine: Engine,
    actor: Actor,
    site_id: int,
    version_id: int,
    *,
    reason: str,
    fields: Collection[str] = (),
    seen: int | None,
) -> tuple[Collection[str], int]:
    """Write what a version said; return the columns that changed and the new ``row_version``.

    As `restore_site`.
    """
    with writing(engine, Change(actor.username, reason)) as session:
        changed = restore_site(
            session, actor.scope, site_id, version_id, fields=fields, version=seen
        )
        audit(
            session,
            actor.username,
            "restore_site",
            str(site_id),
            version=version_id,
            fields=sorted(changed),
            reason=reason,
        )
        return changed, session.get_one(Site, site_id).row_version
