"""Turn the ticks of an edition into arrangements that begin and end on its day."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Protocol

from sqlalchemy import delete, insert, select, update
from sqlalchemy.orm import Session

from geodata.domain.management import ManagementType
from geodata.store.tables import ManagementArrangement


class Ticked(Protocol):
    """What a row, or a person, says of the management of a site; `SiteDraft` is one."""

    @property
    def ticked_types(self) -> frozenset[ManagementType]: ...  # noqa: D102 - as in `SiteDraft`
    @property
    def company(self) -> str | None: ...  # noqa: D102


@dataclass(frozen=True, slots=True)
class _Open:
    """An arrangement in force, without an end."""

    row_id: int
    starts_on: date
    company: str | None


def change_arrangements(
    session: Session,
    drafts: Mapping[int, Ticked],
    *,
    on: date,
    overwrites: bool,
    new: Collection[int],
) -> set[int]:
    """End what is no longer ticked the day before, begin what is newly ticked.

    Another company under the same type is another arrangement: the first ends, it begins.

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
    ended: list[_Open] = []
    changed: set[int] = set()
    for site_id, draft in drafts.items():
        if not draft.ticked_types and not overwrites:
            continue
        before = open_ones.get(site_id, {})
        lasting = {
            kind
            for kind, one in before.items()
            if kind in draft.ticked_types and not _is_taken_over(one, draft.company)
        }
        for one in sorted(draft.ticked_types - lasting):
            begun.append(
                {
                    "site_id": site_id,
                    "management_type": one,
                    "company": draft.company,
                    "starts_on": on,
                }
            )
            changed.add(site_id)
        for gone in before.keys() - lasting:
            ended.append(before[gone])
            changed.add(site_id)
    _end(session, ended, on)
    if begun:
        session.execute(insert(ManagementArrangement), begun)
    return changed


def _is_taken_over(before: _Open, company: str | None) -> bool:
    return None not in (before.company, company) and before.company != company


def _in_force(session: Session, sites: Collection[int]) -> dict[int, dict[str, _Open]]:
    found: dict[int, dict[str, _Open]] = {}
    rows = session.execute(
        select(
            ManagementArrangement.site_id,
            ManagementArrangement.management_type,
            ManagementArrangement.id,
            ManagementArrangement.starts_on,
            ManagementArrangement.company,
        ).where(ManagementArrangement.site_id.in_(sites), ManagementArrangement.ends_on.is_(None))
    )
    for site_id, kind, row_id, starts_on, company in rows:
        found.setdefault(site_id, {})[kind] = _Open(row_id, starts_on, company)
    return found


def _end(session: Session, ended: list[_Open], on: date) -> None:
    # What began on the very day it ends was never in force: a corrected edition of one day.
    void = [one.row_id for one in ended if one.starts_on >= on]
    past = [one.row_id for one in ended if one.starts_on < on]
    if void:
        session.execute(delete(ManagementArrangement).where(ManagementArrangement.id.in_(void)))
    if past:
        session.execute(
            update(ManagementArrangement)
            .where(ManagementArrangement.id.in_(past))
            .values(ends_on=on - timedelta(days=1))
        )
