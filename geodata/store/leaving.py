"""A site leaves the ledger by a date, and comes back by one; nothing is deleted."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from sqlalchemy import delete, or_, select, update
from sqlalchemy.orm import Session

from geodata.domain.access import Scope
from geodata.domain.errors import DomainError
from geodata.domain.period import today
from geodata.store.edits import change_site, lock_site
from geodata.store.queries.state import within
from geodata.store.tables import ManagementArrangement, Site


def delist_site(
    session: Session, scope: Scope, site_id: int, *, on: date, version: int | None
) -> Site:
    """Take a site out of the ledger from a day on; what managed it ends the day before.

    Args:
        session: A writing session, signed, effective on the day.
        scope: The actor's.
        site_id: Which.
        on: First day on which it is not listed; the day it was listed means that it never was.
        version: As in `lock_site`.

    Raises:
        DomainError: as `lock_site`; ``site.leaving_day`` for a day before the site was listed
            or after today.
    """
    site = lock_site(session, scope, site_id, version=version)
    if not site.listed_on <= on <= today():
        raise DomainError(
            "site.leaving_day",
            on=on.isoformat(),
            first=site.listed_on.isoformat(),
            last=today().isoformat(),
        )
    arrangement = ManagementArrangement
    lasting = or_(arrangement.ends_on.is_(None), arrangement.ends_on >= on)
    own = (arrangement.site_id == site_id, lasting)
    # What would begin on this day or later was never in force here.
    session.execute(delete(arrangement).where(*own, arrangement.starts_on >= on))
    ended = update(arrangement).where(*own).values(ends_on=on - timedelta(days=1))
    session.execute(ended.execution_options(synchronize_session=False))
    change_site(session, site, {"delisted_on": on})
    return site


def relist_site(
    session: Session,
    scope: Scope,
    site_id: int,
    *,
    on: date,
    version: int | None,
    resumes: bool,
) -> Site:
    """Take a site back into the ledger from a day on.

    Args:
        session: A writing session, signed, effective on the day.
        scope: The actor's.
        site_id: Which.
        on: First day on which it is listed again; on the day it left, it never was away.
        version: As in `lock_site`.
        resumes: Whether what managed it when it left goes on from the day.

    Raises:
        DomainError: ``site.not_found``, ``site.stale``; ``site.not_delisted``;
            ``site.leaving_day`` for a day before it left or after today.
    """
    site = _lock_any(session, scope, site_id, version)
    left_on = site.delisted_on
    if left_on is None:
        raise DomainError("site.not_delisted", site=site_id)
    if not left_on <= on <= today():
        raise DomainError(
            "site.leaving_day",
            on=on.isoformat(),
            first=left_on.isoformat(),
            last=today().isoformat(),
        )
    values: dict[str, Any] = {"delisted_on": None}
    if on > left_on:
        values["listed_on"] = on
    if resumes:
        _resume(session, site_id, left_on=left_on, on=on)
    change_site(session, site, values)
    return site


def _lock_any(session: Session, scope: Scope, site_id: int, version: int | None) -> Site:
    site = session.scalar(
        select(Site)
        .where(Site.id == site_id, within(scope, Site))
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if site is None:
        raise DomainError("site.not_found", site=site_id)
    if version is not None and site.row_version != version:
        raise DomainError("site.stale", site=site_id, seen=version, standing=site.row_version)
    return site


def _resume(session: Session, site_id: int, *, left_on: date, on: date) -> None:
    ended = session.scalars(
        select(ManagementArrangement).where(
            ManagementArrangement.site_id == site_id,
            ManagementArrangement.ends_on == left_on - timedelta(days=1),
        )
    ).all()
    for one in ended:
        if on == left_on:
            one.ends_on = None
        else:
            session.add(
                ManagementArrangement(
                    site_id=site_id,
                    management_type=one.management_type,
                    is_backstop=one.is_backstop,
                    company=one.company,
                    starts_on=on,
                )
            )
    session.flush()
