"""Random changes of everything that tiles show, from several connections."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import timedelta
from typing import Any, Final
from uuid import uuid4

from geoalchemy2.shape import from_shape, to_shape
from shapely import MultiPolygon, Point, affinity, box
from shapely.geometry.base import BaseGeometry
from sqlalchemy import ColumnElement, Engine, func, select
from sqlalchemy.orm import Session

from geodata.domain.category import Category
from geodata.domain.inspection import InspectionKind, InspectionResult
from geodata.domain.management import ManagementType
from geodata.domain.period import today
from geodata.store.session import Change, writing
from geodata.store.tables import (
    Division,
    Finding,
    Footprint,
    Inspection,
    ManagementArrangement,
    Site,
)
from geodata.store.tables.base import SRID

Place = tuple[float, float]
"""Longitude and latitude."""

_BACK_DAYS: Final = 20
_FEW: Final = 5
_Act = Callable[[Session], list[BaseGeometry]]


class Editor:
    """Changes one thing after the other.

    Args:
        engine: Of the database.
        seed: The same seed makes the same choices over the same rows.
    """

    def __init__(self, engine: Engine, seed: int) -> None:
        """Keep what is needed."""
        self._engine = engine
        self._random = random.Random(seed)  # noqa: S311 - choices, no secrets
        self._acts: list[_Act] = [
            self._rename,
            self._recategorise,
            self._move,
            self._lose,
            self._enlist,
            self._delist,
            self._arrange,
            self._end_arrangement,
            self._inspect,
            self._forget_inspection,
            self._find_fault,
            self._rectify,
            self._raise_building,
            self._alter_building,
            self._tear_down,
            self._rename_division,
        ]

    def edit(self) -> tuple[str, list[Place]]:
        """Make one change; return its name and the places that it touched.

        Every third change of a site holds from an earlier day.
        """
        act = self._random.choice(self._acts)
        is_earlier = self._random.random() < 1 / 3
        day = today() - timedelta(days=self._random.randrange(_BACK_DAYS)) if is_earlier else None
        with writing(self._engine, Change("bench", act.__name__.strip("_"), day)) as session:
            shapes = act(session)
        return act.__name__.strip("_"), [
            (point.x, point.y) for shape in shapes for point in [shape.representative_point()]
        ]

    def _pick(self, session: Session, table: type[Any], *conditions: ColumnElement[bool]) -> Any:  # noqa: ANN401 - a row of the table
        order = func.md5(func.concat(table.id, self._random.random()))
        return session.scalar(select(table).where(*conditions).order_by(order).limit(1))

    def _site(self, session: Session) -> Site:
        found: Site | None = self._pick(session, Site, Site.delisted_on.is_(None))
        assert found is not None  # noqa: S101 - more are enlisted than delisted
        return found

    def _square(self, session: Session) -> MultiPolygon:
        """Return a square somewhere among the sites, now and then far from all."""
        sites = select(Site.geom).where(Site.geom.is_not(None)).order_by(Site.id).limit(1)
        middle = to_shape(session.scalars(sites).one()).centroid
        reach = 0.3 if self._random.random() < 1 / 5 else 0.05
        east, north = (self._random.uniform(-reach, reach) for _ in range(2))
        side = self._random.uniform(0.0002, 0.02)
        west, south = middle.x + east, middle.y + north
        return MultiPolygon([box(west, south, west + side, south + side)])

    def _rename(self, session: Session) -> list[BaseGeometry]:
        site = self._site(session)
        site.name = f"小区{self._random.randrange(10**9)}"
        return _ground(site)

    def _recategorise(self, session: Session) -> list[BaseGeometry]:
        site = self._site(session)
        site.category = self._random.choice([*Category]).value
        return _ground(site)

    def _move(self, session: Session) -> list[BaseGeometry]:
        site = self._site(session)
        before = _ground(site)
        shape = self._square(session)
        site.geom = from_shape(shape, SRID)
        return [*before, shape]

    def _lose(self, session: Session) -> list[BaseGeometry]:
        """Take a boundary away; every second time a point stays."""
        site = self._pick(session, Site, Site.geom.is_not(None), Site.id > 1)
        if site is None or self._count(session, Site, Site.geom.is_not(None)) < _FEW:
            return self._enlist(session)
        before = _ground(site)
        site.geom = None
        if self._random.random() < 1 / 2:
            site.point = from_shape(Point(before[0].centroid), SRID)
        return before

    def _enlist(self, session: Session) -> list[BaseGeometry]:
        like = self._site(session)
        shape = self._square(session)
        session.add(
            Site(
                district_code=like.district_code,
                town_code=like.town_code,
                neighbourhood_code=like.neighbourhood_code,
                name=f"新{self._random.randrange(10**9)}",
                category=self._random.choice([*Category]).value,
                buildings=1,
                households=self._random.randrange(1, 900),
                floor_area_m2=900,
                subsidised=False,
                listed_on=today() - timedelta(days=_BACK_DAYS),
                geom=from_shape(shape, SRID),
            )
        )
        return [shape]

    def _delist(self, session: Session) -> list[BaseGeometry]:
        if self._count(session, Site, Site.delisted_on.is_(None)) < _FEW:
            return self._enlist(session)
        site = self._site(session)
        site.delisted_on = today()
        return _ground(site)

    def _arrange(self, session: Session) -> list[BaseGeometry]:
        site = self._site(session)
        kind = self._random.choice([*ManagementType]).value
        held = select(ManagementArrangement).where(
            ManagementArrangement.site_id == site.id,
            ManagementArrangement.management_type == kind,
        )
        for one in session.scalars(held):
            session.delete(one)
        session.flush()
        starts = today() - timedelta(days=self._random.randrange(_BACK_DAYS))
        session.add(ManagementArrangement(site_id=site.id, management_type=kind, starts_on=starts))
        return _ground(site)

    def _end_arrangement(self, session: Session) -> list[BaseGeometry]:
        yesterday = today() - timedelta(days=1)
        one = self._pick(
            session,
            ManagementArrangement,
            ManagementArrangement.ends_on.is_(None),
            ManagementArrangement.starts_on <= yesterday,
        )
        if one is None:
            return self._arrange(session)
        one.ends_on = yesterday
        return _ground(session.get_one(Site, one.site_id))

    def _inspect(self, session: Session) -> list[BaseGeometry]:
        site = self._site(session)
        session.add(
            Inspection(
                site_id=site.id,
                inspected_on=today() - timedelta(days=self._random.randrange(_BACK_DAYS)),
                kind=self._random.choice([*InspectionKind]).value,
                result=InspectionResult.PASSED.value,
                confirms_cover=self._random.random() < 1 / 2,
            )
        )
        return _ground(site)

    def _forget_inspection(self, session: Session) -> list[BaseGeometry]:
        used = select(Finding.inspection_id)
        one = self._pick(session, Inspection, Inspection.id.not_in(used))
        if one is None:
            return self._inspect(session)
        site = session.get_one(Site, one.site_id)
        session.delete(one)
        return _ground(site)

    def _find_fault(self, session: Session) -> list[BaseGeometry]:
        one = self._pick(session, Inspection)
        if one is None:
            return self._inspect(session)
        session.add(
            Finding(
                site_id=one.site_id,
                inspection_id=one.id,
                clause=f"S{self._random.randrange(1, 50)}",
                description="楼道堆放杂物",
                opened_on=one.inspected_on,
                due_on=max(
                    one.inspected_on, today() + timedelta(days=self._random.randrange(-5, 5))
                ),
            )
        )
        return _ground(session.get_one(Site, one.site_id))

    def _rectify(self, session: Session) -> list[BaseGeometry]:
        """Move a finding on, change its clause, or take it away."""
        one = self._pick(session, Finding)
        if one is None:
            return self._find_fault(session)
        site = session.get_one(Site, one.site_id)
        turn = self._random.randrange(4)
        if turn == 0:
            session.delete(one)
        elif turn == 1:
            one.clause = f"S{self._random.randrange(1, 50)}"
        elif one.started_on is None:
            one.started_on = max(one.opened_on, today() - timedelta(days=1))
        elif one.handed_in_on is None:
            one.handed_in_on = today()
        else:
            one.closed_on = today()
        return _ground(site)

    def _raise_building(self, session: Session) -> list[BaseGeometry]:
        like = self._site(session)
        shape = affinity.scale(self._square(session), 0.1, 0.1)
        session.add(
            Footprint(
                district_code=like.district_code,
                town_code=like.town_code,
                neighbourhood_code=like.neighbourhood_code,
                source_id=f"bench-{uuid4()}",
                use="residential",
                geom=from_shape(shape, SRID),
            )
        )
        return [shape]

    def _alter_building(self, session: Session) -> list[BaseGeometry]:
        one = self._pick(session, Footprint)
        if one is None:
            return self._raise_building(session)
        before = to_shape(one.geom)
        one.floors = self._random.randrange(1, 33)
        if self._random.random() < 1 / 2:
            one.geom = from_shape(affinity.translate(before, 0.001, -0.001), SRID)
        return [before, affinity.translate(before, 0.001, -0.001)]

    def _tear_down(self, session: Session) -> list[BaseGeometry]:
        one = self._pick(session, Footprint)
        if one is None:
            return self._raise_building(session)
        before = to_shape(one.geom)
        session.delete(one)
        return [before]

    def _rename_division(self, session: Session) -> list[BaseGeometry]:
        towns = select(Division).where(Division.kind == "town").order_by(Division.code)
        one = self._random.choice(session.scalars(towns).all())
        one.sort_order = self._random.randrange(1000)
        return [] if one.geom is None else [to_shape(one.geom)]

    def _count(self, session: Session, table: type[Any], *conditions: ColumnElement[bool]) -> int:
        return session.scalar(select(func.count()).select_from(table).where(*conditions)) or 0


def _ground(site: Site) -> list[BaseGeometry]:
    return [to_shape(one) for one in (site.geom, site.point) if one is not None]
