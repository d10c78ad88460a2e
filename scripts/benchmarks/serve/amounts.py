"""How much a run measures."""

from __future__ import annotations

from dataclasses import dataclass

from scripts.demo.size import DemoSize


@dataclass(frozen=True, slots=True)
class Plan:
    """How much is measured.

    Attributes:
        size: Of the district.
        tiles: Number of addresses in the mix.
        rounds: How often each has its turn.
        seconds: How long a turn is.
        workers: Processes of our server.
        edits: Number of edits, one a second, while load runs.
        stalled: Clients that listen and never read, beside which a third as many edits follow.
        freshness: Number of random edits after each of which all tiles must be right.
    """

    size: DemoSize
    tiles: int = 3000
    rounds: int = 3
    seconds: int = 8
    workers: int = 1
    edits: int = 0
    stalled: int = 1000
    freshness: int = 0
