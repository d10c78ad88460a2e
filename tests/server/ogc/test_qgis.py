"""QGIS as a client: it reads every collection and draws our tiles, with a token of its own."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from geodata.layers import LAYERS
from tests.browser.serving import serve
from tests.own_world import own_world
from tests.server.ogc.test_clients import ALL
from tests.world import World

SYSTEM_PYTHON = "/usr/bin/python3"
AROUND = [13_110_000, 4_405_000, 13_140_000, 4_420_000]
"""Web mercator: west, south, east, north of the world's two towns."""


pytestmark = pytest.mark.skipif(
    not Path("/usr/lib/python3/dist-packages/qgis").is_dir(),
    reason="no QGIS here: apt-get install python3-qgis",
)


@pytest.fixture(scope="module")
def told(server, tmp_path_factory) -> Iterator[dict[str, Any]]:
    """What QGIS found."""
    folder = tmp_path_factory.mktemp("qgis")
    with own_world(server, "ogc_qgis", folder) as (app, world), serve(app) as address:
        assert isinstance(world, World)
        command = [
            *(SYSTEM_PYTHON, str(Path(__file__).with_name("qgis_client.py"))),
            *(address, world.token, str(folder), json.dumps([*LAYERS]), json.dumps(AROUND)),
        ]
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=300)
        assert done.returncode == 0, done.stderr[-2000:]
        yield json.loads(done.stdout.splitlines()[-1])


def test_qgis_reads_every_collection(told):
    assert {name: told[name]["error"] for name in LAYERS if not told[name]["is_valid"]} == {}


def test_qgis_has_all_features_with_their_names(told):
    assert set(told["communities"]["names"]) == ALL
    assert told["communities"]["features"] == len(ALL)
    assert told["gaps"]["features"] == 3
    assert told["communities"]["with_shape"] == len(ALL) - 1, "one of them lies nowhere"


def test_qgis_knows_the_system(told):
    assert told["communities"]["system"] in ("OGC:CRS84", "EPSG:4326", "EPSG:4490")


def test_qgis_draws_our_tiles(told):
    assert told["tiles"]["is_valid"]
    assert len(told["tiles"]["colours"]) > 1, "nothing but the background was drawn"
