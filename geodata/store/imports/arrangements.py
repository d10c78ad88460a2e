"""Turn the ticks of an edition into arrangements that begin and end on its day."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date, timedelta

from sqlalchemy import delete, insert, select, update
from sqlalchemy.orm import Session

from geodata.domain.site import SiteDraft
from geodata.store.tables import ManagementArrangement


def change_arrangements(
    session: Session,
    drafts: Mapping[int, SiteDraft],
    *,
    on: date,
    overwrites: bool,
    new: Collection[int],
) -> set[int]:
    """End what is no longer ticked the day before, begin what is newly ticked.

    Args:
        session: A writing session, signed.
        drafts: Row by site id.
        on: Day of the edition.
        overwrites: Whether a row without ticks ends what was in force.
        new: Ids of sites added just now, which have no arrangement yet.

    Returns:
        Ids of the sites whose management changed.
    """
    open_ones = _in_force(session, [one for one in drafts if one not in new])
    begun: list[dict[str, object]] = []
    ended: list[tuple[int, date]] = []
    changed: set[int] = set()
    for site_id, draft in drafts.items():
        if not draft.ticked_types and not overwrites:
            continue
        before = open_ones.get(site_id, {})
        for one in sorted(draft.ticked_types - before.keys()):
            begun.append(
                {
                    "site_id": site_id,
                    "management_type": one,
                    "company": draft.company,
                    "starts_on": on,
                }
            )
            changed.add(site_id)
        for gone in before.keys() - draft.ticked_types:
            ended.append(before[gone])
            changed.add(site_id)
    _end(session, ended, on)
    if begun:
        session.execute(insert(ManagementArrangement), begun)
    return changed


def _in_force(session: Session, sites: Collection[int]) -> dict[int, dict[str, tuple[int, date]]]:
    found: dict[int, dict[str, tuple[int, date]]] = {}
    rows = session.execute(
        select(
            ManagementArrangement.site_id,
            ManagementArrangement.management_type,
            ManagementArrangement.id,
            ManagementArrangement.starts_on,
        ).where(ManagementArrangement.site_id.in_(sites), ManagementArrangement.ends_on.is_(None))
    )
    for site_id, kind, row_id, starts_on in rows:
        found.setdefault(site_id, {})[kind] = (row_id, starts_on)
    return found


def _end(session: Session, ended: list[tuple[int, date]], on: date) -> None:
    # What began on the very day it ends was never in force: a corrected edition of one day.
    void = [row_id for row_id, starts_on in ended if starts_on >= on]
    past = [row_id for row_id, starts_on in ended if starts_on < on]
    if void:
        session.execute(delete(ManagementArrangement).where(ManagementArrangement.id.in_(void)))
    if past:
        session.execute(
            update(ManagementArrangement)
            .where(ManagementArrangement.id.in_(past))
            .values(ends_on=on - timedelta(days=1))
        )
