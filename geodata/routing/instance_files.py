"""Problems and solutions in the text form of Solomon, and of Gehring and Homberger.

Customers with a demand, a window in which service begins, and a time to serve; vehicles with a
capacity. Distances are Euclidean, truncated to one decimal, as the benchmark counts them; the
way takes as long as it is far.
Source: Solomon, M. (1987), Operations Research 35 (2), 254-265.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np

from geodata.domain.errors import DomainError
from geodata.routing.problem import Matrix

_FLEET: Final = 2
_COLUMNS: Final = 7
"""Numbers in the line of the vehicles, and in that of a customer."""
_LARGEST_FILE: Final = 5_000_000


@dataclass(frozen=True, slots=True)
class Instance:
    """One instance; customer 0 is the depot.

    Attributes:
        name: First line of the file.
        vehicles: How many there are.
        capacity: Of each.
        demand: By customer, shape (n,).
        ready: Earliest begin of service in tenths, shape (n,).
        due: Latest begin of service in tenths, shape (n,).
        service: In tenths, shape (n,).
        distance: In tenths, shape (n, n).
    """

    name: str
    vehicles: int
    capacity: int
    demand: Matrix
    ready: Matrix
    due: Matrix
    service: Matrix
    distance: Matrix


def read_instance(path: Path) -> Instance:
    """Read an instance.

    Raises:
        DomainError: ``routes.file_missing``; ``routes.file_unreadable`` with the line.
    """
    if not path.is_file():
        raise DomainError("routes.file_missing", file=path.name)
    if path.stat().st_size > _LARGEST_FILE:
        raise DomainError("routes.file_unreadable", file=path.name, line=0, text="")
    lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
    fleet, rows = _numbers(path.name, lines)
    table = np.array(rows)
    x, y = table[:, 1], table[:, 2]
    distance = np.hypot(x[:, None] - x[None, :], y[:, None] - y[None, :])
    whole = np.floor(table[:, 3:] * np.array([1, 10, 10, 10])).astype(np.int64)
    name = lines[0].strip() or path.stem
    tenths = np.floor(distance * 10 + 1e-9).astype(np.int64)
    demand, ready, due, service = whole.T
    return Instance(name, int(fleet[0]), int(fleet[1]), demand, ready, due, service, tenths)


def _numbers(name: str, lines: list[str]) -> tuple[list[float], list[list[float]]]:
    """Return vehicles and capacity, and a row for each customer; titles are passed over."""
    fleet: list[float] = []
    rows: list[list[float]] = []
    for number, line in enumerate(lines[1:], start=2):
        words = line.split()
        if not words or not words[0][0].isdigit():
            continue
        values = _floats(words)
        if len(values) == _FLEET and not fleet:
            fleet = values
        elif len(values) == _COLUMNS and fleet:
            rows.append(values)
        else:
            raise DomainError("routes.file_unreadable", file=name, line=number, text=line[:80])
    if len(rows) <= 1:
        raise DomainError("routes.file_unreadable", file=name, line=len(lines), text="")
    return fleet, rows


def _floats(words: list[str]) -> list[float]:
    try:
        return [float(one) for one in words]
    except ValueError:
        return []
