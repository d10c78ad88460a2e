"""Who stops reading harms nobody else."""

from __future__ import annotations

import time

import pytest
from geoalchemy2.shape import from_shape
from sqlalchemy import text

from geodata.domain.access import Role
from geodata.store.session import Change, writing
from geodata.store.tables import Footprint
from geodata.store.tables import Site as SiteRow
from geodata.store.tables.base import SRID
from scripts.benchmarks.serve.stalled import stalled_clients
from server.auth import COOKIE
from tests.builders import SOUTH, WEST, square
from tests.tile_reading import features, tile_at

_CLIENTS = 200
_SOON_S = 5


def _path(layers: str, zoom: int) -> str:
    tile = tile_at(WEST + 0.13, SOUTH + 0.03, zoom)
    return f"/tiles/{layers}/{tile.z}/{tile.x}/{tile.y}.mvt"


@pytest.fixture(scope="module")
def large(served):
    """A tile that no socket's buffer holds."""
    with writing(served.engine, Change("tester", "build")) as session:
        session.add_all(
            Footprint(
                district_code=served.world.district,
                town_code=served.world.east,
                source_id=f"large-{number}",
                use=f"{number}",
                geom=from_shape(
                    square(0.12 + 0.0004 * (number % 60), 0.02 + 0.0004 * (number // 60), 0.0002),
                    SRID,
                ),
            )
            for number in range(3000)
        )
    return _path("footprints", 14)


@pytest.mark.parametrize("what", ["events", "tile"])
def test_clients_that_stop_reading_do_not_stop_the_server(served, leader, large, what):
    headers = {"Cookie": f"{COOKIE}={leader.cookies[COOKIE]}"}
    path = "/api/events" if what == "events" else large
    with stalled_clients(served.address, path, headers, _CLIENTS):
        for number in range(20):
            name = f"东苑{what}{number}"
            with writing(served.engine, Change("tester", "rename")) as session:
                session.get_one(SiteRow, served.world.ids["东苑小区"]).name = name
            began = time.monotonic()
            shown: set[str] = set()
            while name not in shown and time.monotonic() < began + _SOON_S:
                answer = leader.get(_path("communities", 14))
                shown = {
                    one["properties"]["name"] for one in features(answer.content, "communities")
                }
            assert name in shown
        assert leader.get("/api/map/versions").status_code == 200
    with served.log_in(Role.TOWN) as town:
        assert town.get(_path("communities", 14)).status_code == 200
    with served.engine.connect() as connection:
        busy = connection.scalar(
            text(
                "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
                " AND application_name = 'fugai tiles'"
            )
        )
    assert busy <= 8
