"""Behind a policy a table is still found by its index: by `&&`, as no function opens one there."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
import shapely
from sqlalchemy import Engine, event, text
from sqlalchemy.orm import Session

from geodata.domain.access import Scope
from geodata.domain.period import today
from geodata.layers import LAYERS
from geodata.store.queries.boundary import count_footprints
from geodata.store.queries.features import Wanted, ask, count_features
from geodata.store.queries.path import unmanaged_sites
from geodata.store.queries.state import SiteFilter
from geodata.store.session import connect, reading
from tests.postgis import as_server

EVERYTHING = Scope.everything()
BOX = shapely.box(117.84, 36.79, 117.86, 36.81)


@pytest.fixture
def behind(world, world_url: str) -> Iterator[Engine]:
    """An engine of the server's role, which policies hold back."""
    assert world
    engine = connect(as_server(world_url))
    yield engine
    engine.dispose()


@contextmanager
def explaining(engine: Engine) -> Iterator[list[str]]:
    """Collect how PostgreSQL would answer what is asked, where it had to avoid reading all."""
    plans: list[str] = []

    def explain(connection, cursor, statement, parameters, context, many) -> None:
        if not statement.startswith("SELECT") or "set_config" in statement:
            return
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute("EXPLAIN (COSTS OFF) " + statement, parameters)
        plans.append("\n".join(row[0] for row in cursor.fetchall()))

    event.listen(engine, "before_cursor_execute", explain)
    yield plans
    event.remove(engine, "before_cursor_execute", explain)


@pytest.mark.parametrize(
    ("asked", "wanted"),
    [
        (
            lambda s: count_features(
                s, EVERYTHING, ask(LAYERS["footprints"], Wanted(on=today(), area=BOX))
            ),
            "Index Cond: (geom &&",
        ),
        (
            lambda s: count_footprints(s, EVERYTHING, "370306", BOX),
            "Index Cond: (geom &&",
        ),
        (
            lambda s: unmanaged_sites(s, EVERYTHING, SiteFilter(), on=today()),
            "(geom_3857 && st_expand(",
        ),
    ],
    ids=["features", "footprints in an area", "neighbours"],
)
def test_it_is_found_by_its_box(
    behind: Engine, asked: Callable[[Session], object], wanted: str
) -> None:
    with explaining(behind) as plans, reading(behind, EVERYTHING) as session:
        assert session.scalar(text("SELECT current_user")) == "fugai_server"
        asked(session)
    assert wanted in plans[-1], plans[-1]
