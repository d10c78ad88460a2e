"""The one path by which a person changes a site: locked, in scope, and not by a stale copy."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from geodata.domain.access import Scope
from geodata.domain.errors import DomainError
from geodata.store.queries.state import within
from geodata.store.tables import Site


def lock_site(session: Session, scope: Scope, site_id: int, *, version: int | None) -> Site:
    """Return a listed site, locked until the transaction ends.

    Args:
        session: A writing session, signed.
        scope: The actor's.
        site_id: Which.
        version: The ``row_version`` that the actor saw; ``None`` where it does not matter.

    Raises:
        DomainError: ``site.not_found``, also outside the scope; ``site.stale`` with the
            version that stands.
    """
    site = session.scalar(
        select(Site)
        .where(Site.id == site_id, Site.delisted_on.is_(None), within(scope, Site))
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if site is None:
        raise DomainError("site.not_found", site=site_id)
    if version is not None and site.row_version != version:
        raise DomainError("site.stale", site=site_id, seen=version, standing=site.row_version)
    return site


def lock_sites(session: Session, site_ids: Collection[int]) -> None:
    """Lock sites before any of them is changed, in one order for everybody.

    Who changes one and then waits for the next may hold what the next one's holder needs.
    """
    wanted = select(Site.id).where(Site.id.in_(site_ids)).order_by(Site.id).with_for_update()
    session.execute(wanted)


def change_site(session: Session, site: Site, values: Mapping[str, Any]) -> Collection[str]:
    """Write those column values that differ; what hangs on the site may have changed beside.

    The version grows with each call, so that whoever looks at an older record is told.

    Args:
        session: A writing session, signed.
        site: As `lock_site` returns it.
        values: By column; a geometry is always taken as another one.

    Returns:
        The columns that changed.
    """
    changed = {
        name: value
        for name, value in values.items()
        if name in ("geom", "point") or getattr(site, name) != value
    }
    session.execute(
        update(Site)
        .where(Site.id == site.id)
        .values(row_version=Site.row_version + 1, **changed)
        .execution_options(synchronize_session=False)
    )
    session.expire(site)
    return changed.keys()
