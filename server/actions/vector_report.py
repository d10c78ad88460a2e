"""What a vector file holds and what was made of it, as a person reads it."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Any, Final

from shapely.geometry import mapping

from geodata.domain.errors import Fault
from geodata.spatial.matching import KnownSite
from geodata.spatial.repair import Repaired
from server.actions.doctor import Examination

STATUSES: Final = ("changed", "unchanged", "empty", "doubtful", "unmatched", "faulty")


@dataclass(slots=True)
class OutlineRow:
    """What became of one feature.

    Attributes:
        layer: Its layer's title.
        number: 1-based, in its layer.
        name: As the file writes it.
        status: One of `STATUSES`.
        reason: Code of a sentence.
        site: The site it means, or is thought to mean.
        candidates: Names of sites it could mean.
        shape: Before and after repair.
    """

    layer: str
    number: int
    name: str
    status: str
    reason: str
    shape: Repaired
    site: KnownSite | None = None
    candidates: list[str] = field(default_factory=list)

    @property
    def bounds(self) -> str | None:
        """West, south, east, north in degrees, for a map to look at."""
        shape = self.shape.after or self.shape.before
        return None if shape is None else ",".join(f"{one:.6f}" for one in shape.bounds)


@dataclass(slots=True)
class VectorReport:
    """What a file holds and what was made of it.

    Attributes:
        file: Its name.
        district: Code of the district.
        system: The coordinate system its numbers were read in.
        is_swapped: Whether they were read north first.
        examination: What the doctor says.
        rows: One a feature, in the order of the file.
        faults: What was repaired and what overlaps.
        applied: Whether boundaries were kept.
        import_id: Number of the import by which they can be taken back, ``None`` for none.
    """

    file: str
    district: str
    system: str
    is_swapped: bool
    examination: Examination
    rows: list[OutlineRow] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    applied: bool = False
    import_id: int | None = None

    @property
    def counts(self) -> dict[str, int]:
        """Number of features by what became of them."""
        found = Counter(row.status for row in self.rows)
        named = {status: found[status] for status in STATUSES}
        return {
            "features": len(self.rows),
            "matched": found["changed"] + found["unchanged"],
        } | named

    @property
    def is_clean(self) -> bool:
        """Whether every feature that says anything was taken; an empty geometry says nothing."""
        return self.counts["matched"] + self.counts["empty"] == len(self.rows)


def report_geojson(report: VectorReport) -> dict[str, Any]:
    """Return every outline in CGCS2000 degrees with what was made of it.

    ``stage`` tells its parts: ``before`` as the file holds it, ``after`` as it would be kept, and
    ``known``, what the ledger has of the site now.
    """
    features = []
    for row in report.rows:
        known = row.site.shape if row.site else None
        drawn = {"known": known, "before": row.shape.before, "after": row.shape.after}
        features += [
            {
                "type": "Feature",
                "geometry": mapping(shape),
                "properties": {**row_json(row), "stage": stage},
            }
            for stage, shape in drawn.items()
            if shape is not None
        ]
    return {"type": "FeatureCollection", "features": features}


def report_json(report: VectorReport) -> dict[str, Any]:
    """Return a report as the interface tells it."""
    return {
        "file": report.file,
        "district": report.district,
        "crs": report.system,
        "axes_swapped": report.is_swapped,
        "applied": report.applied,
        "import": report.import_id,
        "counts": report.counts,
        "doctor": report.examination.as_json(),
        "rows": [row_json(row) for row in report.rows],
        "faults": [
            {
                "severity": one.severity.value,
                "code": one.code,
                "layer": one.sheet,
                "row": one.row,
                "value": one.value,
                "facts": one.facts,
            }
            for one in report.faults
        ],
    }


def row_json(row: OutlineRow) -> dict[str, Any]:
    """Return what became of one feature."""
    return {
        "layer": row.layer,
        "row": row.number,
        "name": row.name,
        "status": row.status,
        "reason": row.reason,
        "site_id": row.site.id if row.site else None,
        "site": row.site.name if row.site else None,
        "candidates": row.candidates,
        "repaired": row.shape.reason,
        "area_before_m2": round(row.shape.area_before_m2, 1),
        "area_after_m2": round(row.shape.area_after_m2, 1),
    }
