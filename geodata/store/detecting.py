"""Class all footprints of a district anew, piece by piece, so that a run can be stopped."""

from __future__ import annotations

from typing import Final

from sqlalchemy import ARRAY, BigInteger, cast, func, select, text
from sqlalchemy.orm import Session

from geodata.store.tables import Footprint, FootprintTally, GapRun

PIECE: Final = 200_000
"""Footprints that are classed in one transaction."""


def open_run(session: Session, district: str, town: str | None) -> GapRun:
    """Return the run of a district, or a town, that was stopped, else a new one."""
    found = session.scalar(
        select(GapRun)
        .where(
            GapRun.district_code == district,
            GapRun.town_code.is_not_distinct_from(town),
            GapRun.finished_at.is_(None),
        )
        .order_by(GapRun.id.desc())
        .limit(1)
    )
    if found is None:
        found = GapRun(district_code=district, town_code=town)
        session.add(found)
        session.flush()
    return found


def footprints_to_class(
    session: Session, district: str, *, town: str | None = None, after: int = 0
) -> list[int]:
    """Return the ids of the footprints of a district, or a town, after an id, in order."""
    wanted = select(Footprint.id).where(Footprint.district_code == district, Footprint.id > after)
    if town is not None:
        wanted = wanted.where(Footprint.town_code == town)
    return list(session.scalars(wanted.order_by(Footprint.id)))


def class_footprints(session: Session, ids: list[int]) -> None:
    """Class footprints and join the candidates round them, as their changes would have done."""
    wanted = cast(ids, ARRAY(BigInteger))
    session.execute(text("SELECT pg_advisory_xact_lock(hashtext('gap_candidate'))"))
    session.execute(select(func.class_footprints(wanted)))
    session.execute(select(func.join_candidates(wanted)))


def count_classes(session: Session, district: str, town: str | None) -> dict[str, int]:
    """Return the number of footprints of each class, from the counters."""
    t = FootprintTally
    wanted = select(t.gap_class, func.sum(t.footprints)).where(t.district_code == district)
    if town is not None:
        wanted = wanted.where(t.town_code == town)
    rows = session.execute(wanted.group_by(t.gap_class).order_by(t.gap_class))
    return {kind: int(count) for kind, count in rows if count}
