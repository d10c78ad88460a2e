"""Coverage of surveyed buildings, read from counters that every change keeps."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Row, func, select
from sqlalchemy.orm import Session

from geodata.domain.access import Scope
from geodata.domain.footprint import FootprintClass
from geodata.store.queries.state import SiteFilter, site_state, within
from geodata.store.tables import FootprintTally


@dataclass(frozen=True, slots=True)
class FootprintFigures:
    """Surveyed buildings of a town.

    Attributes:
        classes: Number by class.
        covered: Of those in listed sites, how many lie in sites that are covered.
        covered_area_m2: Their area on the ground.
        area_m2: Area of all that lie in listed sites or are missing from the ledger.
    """

    classes: Mapping[FootprintClass, int]
    covered: int
    covered_area_m2: float
    area_m2: float

    @property
    def residential(self) -> int:
        """Buildings that should be managed: in listed sites, or missing from the ledger."""
        return self.classes.get(FootprintClass.IN_SITE, 0) + self.missing

    @property
    def missing(self) -> int:
        """Of these, how many no listed site holds."""
        return self.classes.get(FootprintClass.MISSING, 0)

    @property
    def uncovered(self) -> int:
        """Of these, how many lie in listed sites that are not covered."""
        return self.residential - self.missing - self.covered

    @property
    def others(self) -> int:
        """Buildings that need no management, or are none: not residential, too small, gone."""
        return sum(self.classes.values()) - self.residential

    @property
    def share(self) -> float | None:
        """The covered share of residential buildings, nothing where there are none."""
        return self.covered / self.residential if self.residential else None

    def __add__(self, other: FootprintFigures) -> FootprintFigures:
        """Return the figures of both together."""
        return FootprintFigures(
            Counter(self.classes) + Counter(other.classes),
            self.covered + other.covered,
            self.covered_area_m2 + other.covered_area_m2,
            self.area_m2 + other.area_m2,
        )


def footprint_figures(
    session: Session, scope: Scope, wanted: SiteFilter, *, on: date
) -> dict[str | None, FootprintFigures]:
    """Return the figures by the code of the town, over a few thousand counters.

    Args:
        session: A reading session.
        scope: The actor's.
        wanted: District, town and neighbourhood; the rest of it has no meaning here.
        on: The day whose cover counts; buildings are those of today.
    """
    t, state = FootprintTally, site_state(on)
    statement = (
        select(
            t.town_code,
            t.gap_class,
            func.coalesce(state.c.is_covered, False).label("covered"),
            func.sum(t.footprints).label("footprints"),
            func.sum(t.area_m2).label("area_m2"),
        )
        .outerjoin(state, state.c.site_id == t.site_id)
        .where(within(scope, t), t.footprints > 0)
        .group_by(t.town_code, t.gap_class, "covered")
    )
    for column, value in (
        (t.district_code, wanted.district),
        (t.town_code, wanted.town),
        (t.neighbourhood_code, wanted.neighbourhood),
    ):
        if value is not None:
            statement = statement.where(column == value)
    rows: Sequence[Row[Any]] = session.execute(statement).all()
    towns = sorted({row.town_code for row in rows}, key=lambda one: one or "")
    return {town: _figures([row for row in rows if row.town_code == town]) for town in towns}


def _figures(rows: Sequence[Row[Any]]) -> FootprintFigures:
    classes: dict[FootprintClass, int] = {}
    for row in rows:
        kind = FootprintClass(row.gap_class)
        classes[kind] = classes.get(kind, 0) + int(row.footprints)
    counted = [
        row for row in rows if row.gap_class in (FootprintClass.IN_SITE, FootprintClass.MISSING)
    ]
    covered = [row for row in counted if row.covered]
    return FootprintFigures(
        classes,
        sum(int(row.footprints) for row in covered),
        sum(float(row.area_m2) for row in covered),
        sum(float(row.area_m2) for row in counted),
    )
