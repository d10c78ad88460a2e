"""How large a demo district is."""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt
from typing import Final

_ORDINARY_COMMUNITIES: Final = 400


@dataclass(frozen=True, slots=True)
class DemoSize:
    """Numbers of things to make."""

    communities: int = 400
    standalone: int = 2500
    footprints: int = 30_000

    @property
    def stretch(self) -> float:
        """How much longer than the real district it is, so that larger ones stay as dense."""
        return max(1.0, sqrt(self.communities / _ORDINARY_COMMUNITIES))
