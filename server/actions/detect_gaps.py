"""Find the buildings that the ledger misses, in a whole district, by one of three engines.

The database keeps classes by itself as things change; a run is for the first time, after the
rules have changed, and to hold the engines against each other.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from functools import partial
from typing import Final

import pandas as pd
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from geodata.spatial.gaps import find_gaps
from geodata.spatial.gaps_apart import find_gaps_apart
from geodata.store.audit import audit
from geodata.store.detecting import (
    PIECE,
    class_footprints,
    count_classes,
    footprints_to_class,
    open_run,
)
from geodata.store.queries.gap_frames import gap_frames
from geodata.store.session import Change, reading, writing
from geodata.store.tables import Footprint, GapCandidate, GapRun

Progress = Callable[[float], None]
"""Told the share that is done, 0-1."""

_REASON: Final = "detect gaps"


class GapEngine(StrEnum):
    """Where gaps are computed."""

    POSTGIS = "postgis"
    MEMORY = "memory"
    DASK = "dask"


@dataclass(frozen=True, slots=True)
class Detected:
    """What a run found.

    Attributes:
        footprints: How many were looked at.
        classes: Number by class.
        candidates: How many stand for the missing ones.
        differing: Footprints that an engine in memory classed otherwise than was stored; they
            have been classed anew.
    """

    footprints: int
    classes: dict[str, int]
    candidates: int
    differing: int = 0


def detect_gaps(
    engine: Engine,
    actor: str,
    district: str,
    *,
    town: str | None = None,
    with_engine: GapEngine = GapEngine.POSTGIS,
    workers: int = 2,
    progress: Progress = lambda _: None,
) -> Detected:
    """Class the footprints of a district, or a town; a run that was stopped goes on.

    Args:
        engine: Of the database.
        actor: Who, for the audit.
        district: Code.
        town: Code of the only town to look at.
        with_engine: PostGIS classes in place; the others compute in memory, and PostGIS classes
            anew what they find otherwise.
        workers: Processes of Dask.
        progress: Told the share done.
    """
    if with_engine is GapEngine.POSTGIS:
        with reading(engine) as session:
            total = len(footprints_to_class(session, district, town=town))
        for done in _classed(engine, actor, district, town):
            progress(done)
        return _told(engine, district, town, total)
    ids, differing = _differing(engine, district, town, with_engine, workers)
    progress(0.8)
    with writing(engine, Change(actor, _REASON)) as session:
        if differing:
            class_footprints(session, differing)
        audit(session, actor, "detect_gaps", district, engine=with_engine.value, town=town)
    progress(1)
    return _told(engine, district, town, ids, len(differing))


def _classed(engine: Engine, actor: str, district: str, town: str | None) -> Iterator[float]:
    """Class piece by piece, each in a transaction, and yield the share done."""
    with writing(engine, Change(actor, _REASON)) as session:
        run = open_run(session, district, town)
        run_id, after = run.id, run.last_footprint_id
        ids = footprints_to_class(session, district, town=town, after=after)
    for start in range(0, len(ids), PIECE):
        piece = ids[start : start + PIECE]
        with writing(engine, Change(actor, _REASON)) as session:
            class_footprints(session, piece)
            session.get_one(GapRun, run_id).last_footprint_id = piece[-1]
        yield min(1.0, (start + PIECE) / len(ids))
    with writing(engine, Change(actor, _REASON)) as session:
        session.get_one(GapRun, run_id).finished_at = datetime.now(UTC)
        audit(session, actor, "detect_gaps", district, engine="postgis", town=town)


def _differing(
    engine: Engine, district: str, town: str | None, chosen: GapEngine, workers: int
) -> tuple[int, list[int]]:
    with reading(engine) as session:
        frames = gap_frames(session, district)
        stored = _stored(session, district)
    find = partial(find_gaps_apart, workers=workers) if chosen is GapEngine.DASK else find_gaps
    found = find(frames.footprints, frames.sites, roads=frames.roads, decisions=frames.decisions)
    if town is not None:
        mine = (frames.footprints["town_code"] == town).to_numpy()
        found, stored = found[mine], stored[mine]
    differs = (found[["gap_class", "gap_reason"]] != stored[["gap_class", "gap_reason"]]).any(
        axis=1
    )
    differs |= found["site_id"].fillna(0) != stored["site_id"].fillna(0)
    return len(found), [int(one) for one in found.index[differs]]


def _stored(session: Session, district: str) -> pd.DataFrame:
    f = Footprint
    rows = session.execute(
        select(f.id, f.gap_class, f.gap_reason, f.site_id)
        .where(f.district_code == district)
        .order_by(f.id)
    ).all()
    frame = pd.DataFrame(rows, columns=["id", "gap_class", "gap_reason", "site_id"]).set_index("id")
    return frame.astype({"site_id": "Int64"})


def _told(
    engine: Engine, district: str, town: str | None, footprints: int, differing: int = 0
) -> Detected:
    with reading(engine) as session:
        wanted = select(GapCandidate.id).where(GapCandidate.district_code == district)
        if town is not None:
            wanted = wanted.where(GapCandidate.town_code == town)
        candidates = len(session.scalars(wanted).all())
        return Detected(footprints, count_classes(session, district, town), candidates, differing)
