"""The benchmark's files: read, solved, counted by the benchmark's own convention."""

from __future__ import annotations

from pathlib import Path

import pytest

from geodata.domain.errors import DomainError
from geodata.routing.engine import Effort, solve_instance
from geodata.routing.instance_files import read_instance
from tests.real_data import ROUTING, needs_real_data

_TEXT = """R9

VEHICLE
NUMBER     CAPACITY
  2          20

CUSTOMER
CUST NO.   XCOORD.   YCOORD.    DEMAND   READY TIME   DUE DATE   SERVICE TIME

    0   0   0    0    0   100   0
    1   1   1   10    0    50   5
    2   3   4   15    6    60   5
"""


def _file(folder: Path, text: str) -> Path:
    place = folder / "one.txt"
    place.write_text(text)
    return place


def test_distances_are_truncated_to_a_tenth(tmp_path: Path) -> None:
    found = read_instance(_file(tmp_path, _TEXT))
    assert (found.name, found.vehicles, found.capacity) == ("R9", 2, 20)
    assert found.distance.tolist() == [[0, 14, 50], [14, 0, 36], [50, 36, 0]]
    assert found.ready.tolist() == [0, 0, 60]
    cost, routes = solve_instance(found, Effort(100, 5))
    assert cost == 14 + 14 + 50 + 50
    assert sorted(map(sorted, routes)) == [[1], [2]]


@pytest.mark.parametrize(
    "text",
    ["", "R9\n", _TEXT.replace("1   1   10", "x   1   10"), _TEXT.replace("   5\n", "\n", 1)],
)
def test_files_that_are_none_are_refused(tmp_path: Path, text: str) -> None:
    with pytest.raises(DomainError, match=r"routes\.file_unreadable"):
        read_instance(_file(tmp_path, text))
    with pytest.raises(DomainError, match=r"routes\.file_missing"):
        read_instance(tmp_path / "none.txt")


@needs_real_data
@pytest.mark.parametrize("name", ["C101", "C201", "R101", "R201", "RC101", "RC201"])
def test_known_instances_come_within_three_percent(name: str) -> None:
    folder = ROUTING / "solomon"
    best = float((folder / f"{name}.sol").read_text().split()[-1])
    instance = read_instance(folder / f"{name}.txt")
    cost, routes = solve_instance(instance, Effort(600, 20))
    assert cost is not None
    assert best - 0.05 <= cost / 10 <= best * 1.03
    assert sorted(one for route in routes for one in route) == list(range(1, 101))
    for route in routes:
        _check_route(instance, route)


def _check_route(instance, route) -> None:
    assert instance.demand[route].sum() <= instance.capacity
    now = at = 0
    for one in route:
        now = max(now + instance.distance[at, one], instance.ready[one])
        assert now <= instance.due[one]
        now, at = now + instance.service[one], one
    assert now + instance.distance[at, 0] <= instance.due[0]
