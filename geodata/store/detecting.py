"""Class all footprints of a district anew, piece by piece."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import ARRAY, BigInteger, cast, func, select, text
from sqlalchemy.orm import Session

from geodata.store.tables import Footprint

PIECE = 20_000
"""Footprints that are classed in one transaction of a long run."""


def footprints_to_class(
    session: Session, district: str, *, town: str | None = None, after: int = 0
) -> list[int]:
    """Return the ids of the footprints of a district, or a town, after an id, in order."""
    wanted = select(Footprint.id).where(Footprint.district_code == district, Footprint.id > after)
    if town is not None:
        wanted = wanted.where(Footprint.town_code == town)
    return list(session.scalars(wanted.order_by(Footprint.id)))


def pieces(ids: list[int]) -> Iterator[list[int]]:
    """Yield ids in pieces of `PIECE`."""
    for start in range(0, len(ids), PIECE):
        yield ids[start : start + PIECE]


def class_footprints(session: Session, ids: list[int]) -> None:
    """Class footprints and join the candidates round them, as their changes would have done."""
    wanted = cast(ids, ARRAY(BigInteger))
    session.execute(text("SELECT pg_advisory_xact_lock(hashtext('gap_candidate'))"))
    session.execute(select(func.class_footprints(wanted)))
    session.execute(select(func.join_candidates(wanted)))
