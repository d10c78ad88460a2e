"""Batches of sites to inspect: drawn by a stored seed, or whole; self-checks signed by towns."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Row, func, insert, select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import Session

from geodata.domain.access import Scope
from geodata.domain.errors import DomainError
from geodata.domain.sampling import Stratum
from geodata.domain.vocabulary import UNREPORTED_KEY
from geodata.store.queries.state import SiteFilter, filtered, site_state, within
from geodata.store.tables import BatchSite, Division, Inspection, InspectionBatch, SelfCheck, Site


def strata_of(
    session: Session, scope: Scope, wanted: SiteFilter, *, on: date
) -> dict[str, list[int]]:
    """Return the covered sites of a day by town and whether they are standalone buildings.

    The truth of what is claimed is asked about: sites that nobody claims to be managed are no
    part of it. The key is ``town/category``, with all communities as one.
    """
    state = site_state(on)
    statement = select(state.c.site_id, state.c.town_code, state.c.category).where(
        state.c.is_covered
    )
    rows = session.execute(filtered(statement, state, scope, wanted).order_by(state.c.site_id))
    strata: dict[str, list[int]] = {}
    for site, town, category in rows:
        kind = "standalone" if category == "standalone_building" else "community"
        strata.setdefault(f"{town}/{kind}", []).append(site)
    return strata


def listed_sites(session: Session, scope: Scope, wanted: SiteFilter, *, on: date) -> list[int]:
    """Return all sites listed on a day that a filter keeps."""
    state = site_state(on)
    statement = filtered(select(state.c.site_id), state, scope, wanted)
    return list(session.scalars(statement.order_by(state.c.site_id)))


def add_batch(
    session: Session,
    batch: InspectionBatch,
    strata: Mapping[str, Sequence[int]],
    drawn: Mapping[str, Sequence[int]],
) -> int:
    """Keep a batch with all sites of its strata, the drawn ones marked; return its id."""
    session.add(batch)
    session.flush()
    chosen = {one for some in drawn.values() for one in some}
    rows = [
        {"batch_id": batch.id, "site_id": one, "stratum": name, "is_drawn": one in chosen}
        for name, some in strata.items()
        for one in some
    ]
    if rows:
        session.execute(insert(BatchSite), rows)
    return batch.id


def get_batch(session: Session, scope: Scope, batch_id: int) -> InspectionBatch:
    """Return a batch in scope.

    Raises:
        DomainError: ``batch.not_found``.
    """
    found = session.scalar(
        select(InspectionBatch).where(
            InspectionBatch.id == batch_id, within(scope, InspectionBatch)
        )
    )
    if found is None:
        raise DomainError("batch.not_found", batch=batch_id)
    return found


def find_batches(session: Session, scope: Scope, district: str) -> Sequence[InspectionBatch]:
    """Return the batches of a district in scope, the newest first."""
    statement = (
        select(InspectionBatch)
        .where(InspectionBatch.district_code == district, within(scope, InspectionBatch))
        .order_by(InspectionBatch.id.desc())
    )
    return session.scalars(statement).all()


@dataclass(frozen=True, slots=True)
class SeenStratum:
    """A stratum of a batch, with its name as ``town/kind``."""

    name: str
    drawn: int
    stratum: Stratum


def seen_strata(session: Session, batch: InspectionBatch) -> list[SeenStratum]:
    """Return how far a batch has been seen: by stratum, of its drawn sites.

    A site counts by its last inspection since the draw.
    """
    n = Inspection
    last = (
        select(n.site_id, n.confirms_cover)
        .where(
            n.inspected_on >= batch.drawn_on,
            n.inspected_on <= (batch.until_on or date.max),
        )
        .ext(distinct_on(n.site_id))
        .order_by(n.site_id, n.inspected_on.desc(), n.id.desc())
        .subquery("last")
    )
    b = BatchSite
    rows = session.execute(
        select(
            b.stratum,
            func.count(),
            func.count().filter(b.is_drawn),
            func.count(last.c.site_id).filter(b.is_drawn),
            func.count().filter(b.is_drawn & last.c.confirms_cover),
        )
        .outerjoin(last, last.c.site_id == b.site_id)
        .where(b.batch_id == batch.id)
        .group_by(b.stratum)
        .order_by(b.stratum)
    )
    return [
        SeenStratum(name, drawn, Stratum(size, inspected, confirmed))
        for name, size, drawn, inspected, confirmed in rows
    ]


def batch_sites(session: Session, scope: Scope, batch_id: int) -> Sequence[Row[Any]]:
    """Return the drawn sites of a batch in scope: ``site_id``, ``name``, ``town_name``."""
    town = Division.__table__.alias("t")
    return session.execute(
        select(
            *(BatchSite.site_id, BatchSite.stratum, Site.name, Site.address),
            func.coalesce(Site.category, UNREPORTED_KEY).label("category"),
            town.c.name.label("town_name"),
        )
        .join(Site, Site.id == BatchSite.site_id)
        .join(town, town.c.code == Site.town_code)
        .where(BatchSite.batch_id == batch_id, BatchSite.is_drawn, within(scope, Site))
        .order_by(BatchSite.stratum, Site.name)
    ).all()


def find_self_checks(
    session: Session, scope: Scope, district: str, year: int
) -> Sequence[SelfCheck]:
    """Return the towns of a district in scope that have signed for a year."""
    towns = Division
    statement = (
        select(SelfCheck)
        .join(towns, towns.code == SelfCheck.town_code)
        .where(SelfCheck.district_code == district, SelfCheck.year == year)
        .order_by(towns.sort_order)
    )
    rows = session.scalars(statement).all()
    return [one for one in rows if scope.holds(one.district_code, one.town_code, None)]


@dataclass(frozen=True, slots=True)
class TruthRow:
    """What is claimed, approved and verified in a town, in sites."""

    town_code: str
    town_name: str
    sites: int
    claimed: int
    approved: int
    verified: int


def truth_by_town(
    session: Session, scope: Scope, wanted: SiteFilter, *, on: date
) -> list[TruthRow]:
    """Return the three counts of each town in official order.

    A town approves by signing its self-check of the year: what was covered then and is still.
    """
    now, town = site_state(on), Division.__table__.alias("t")
    statement = (
        select(
            town.c.code,
            town.c.name,
            func.count(),
            func.count().filter(now.c.is_covered),
            func.count().filter(now.c.is_verified),
        )
        .select_from(now)
        .join(town, town.c.code == now.c.town_code)
        .group_by(town.c.code, town.c.name, town.c.sort_order)
        .order_by(town.c.sort_order)
    )
    rows = session.execute(filtered(statement, now, scope, wanted)).all()
    approved = _approved(session, scope, wanted, on)
    return [
        TruthRow(code, name, sites, claimed, approved.get(code, 0), verified)
        for code, name, sites, claimed, verified in rows
    ]


def _approved(session: Session, scope: Scope, wanted: SiteFilter, on: date) -> dict[str, int]:
    signed = session.execute(
        select(SelfCheck.town_code, func.max(SelfCheck.signed_on))
        .where(SelfCheck.signed_on <= on)
        .group_by(SelfCheck.town_code)
    ).all()
    found: dict[str, int] = {}
    for day in sorted({one for _, one in signed}):
        now, then = site_state(on), site_state(day)
        covered_then = select(then.c.site_id).where(then.c.is_covered)
        statement = (
            select(now.c.town_code, func.count())
            .where(
                now.c.is_covered,
                now.c.town_code.in_([town for town, one in signed if one == day]),
                now.c.site_id.in_(covered_then),
            )
            .group_by(now.c.town_code)
        )
        rows = session.execute(filtered(statement, now, scope, wanted))
        found |= dict(tuple(one) for one in rows)
    return found
