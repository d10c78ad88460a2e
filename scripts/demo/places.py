"""In which town and neighbourhood a made-up thing stands."""

from __future__ import annotations

from shapely import Polygon, STRtree

from geodata.domain.division import DivisionKind
from scripts.demo.territory import Territory


class Places:
    """Finds the town and neighbourhood of a shape."""

    def __init__(self, territory: Territory) -> None:
        """Index the neighbourhoods."""
        self._areas = territory.areas(DivisionKind.NEIGHBOURHOOD)
        self._towns = territory.areas(DivisionKind.TOWN)
        self._parent = {one.code: one.parent_code or "" for one in territory.drafts}
        self.names = {one.code: one.name for one in territory.drafts}
        self._codes = list(self._areas)
        self._tree = STRtree(list(self._areas.values()))

    def town(self, neighbourhood: str) -> str:
        """Return the town of a neighbourhood."""
        return self._parent[neighbourhood]

    def is_rural(self, neighbourhood: str) -> bool:
        """Tell whether a neighbourhood lies in a 镇 rather than a 街道."""
        return self.names[self.town(neighbourhood)].endswith("镇")

    def find(self, shape: Polygon) -> tuple[str, str] | None:
        """Return (town, neighbourhood), ``None`` for a shape that crosses a town's border."""
        found = self._tree.query(shape.representative_point(), predicate="within")
        if len(found) == 0:
            return None
        code = self._codes[found[0]]
        town = self._parent[code]
        return (town, code) if self._towns[town].contains(shape) else None
