"""Let the coordinate doctor look at a file, with what the database knows of the ground."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import shapely
from sqlalchemy.orm import Session

from geodata.domain.access import Scope
from geodata.domain.division import DivisionKind
from geodata.domain.errors import DomainError
from geodata.domain.vocabulary import squeeze
from geodata.ledger.points import read_points
from geodata.spatial.attributes import find_columns, texts
from geodata.spatial.doctor import Candidate, Diagnosis, Sample, examine
from geodata.spatial.layers import SUFFIXES, VectorLayer, read_layers
from geodata.spatial.reference import Reference
from geodata.spatial.systems import CoordinateSystem
from geodata.store.queries.divisions import find_divisions
from geodata.store.queries.reference import known_ground
from server.actions.shown import pick_district
from server.apart import apart

_DRAWN_DECIMALS: Final = 6
TABLES: Final = frozenset({".csv", ".tsv", ".txt", ".xlsx", ".xlsm", ".xls", ".et"})
READABLE: Final = TABLES | SUFFIXES


@dataclass(frozen=True, slots=True)
class Examination:
    """What the doctor says of a file.

    Attributes:
        file: Its name.
        district: Code of the district it was held against, ``None`` where there is none.
        taken: Columns or layers that were looked at.
        diagnosis: The result.
    """

    file: str
    district: str | None
    taken: list[str]
    diagnosis: Diagnosis

    def as_json(self) -> dict[str, Any]:
        """Return the result as the interface tells it."""
        found = self.diagnosis
        return {
            "file": self.file,
            "district": self.district,
            "taken": self.taken,
            "winner": found.winner.system.label,
            "axes_swapped": found.winner.is_swapped,
            "runner_up": found.runner_up.label,
            "mean_shift_m": found.winner.mean_shift_m,
            "confidence": found.confidence,
            "points": found.points,
            "declared": None if found.declared is None else found.declared.label,
            "contradicted": found.is_contradicted,
            "candidates": [_candidate_json(one) for one in found.candidates],
        }

    def positions(self) -> dict[str, list[list[float]]]:
        """Return the sample's positions ``before`` and ``after``: longitude, latitude."""
        known = np.isfinite(self.diagnosis.before).all(axis=1)
        known &= np.isfinite(self.diagnosis.after).all(axis=1)
        return {
            "before": self.diagnosis.before[known].round(_DRAWN_DECIMALS).tolist(),
            "after": self.diagnosis.after[known].round(_DRAWN_DECIMALS).tolist(),
        }


def examine_file(
    session: Session, scope: Scope, path: Path, *, district: str | None = None
) -> Examination:
    """Find out which coordinate system a list or vector file is in.

    Args:
        session: A reading session.
        scope: The actor's.
        path: A workbook, CSV or vector file.
        district: Code or name of the district to hold it against; without one the districts in
            scope are tried and the one that agrees best is kept.

    Raises:
        DomainError: As `read_points` and `read_layers`; ``division.not_found``.
    """
    sample, declared, taken = _sample(path)
    results = [
        (code, examine(sample, ground, declared=declared))
        for code, ground in _grounds(session, scope, district)
    ]
    code, diagnosis = max(results, key=lambda one: (one[1].winner.score, one[1].confidence))
    return Examination(path.name, code, taken, diagnosis)


def check_declared(
    session: Session,
    scope: Scope,
    district: str,
    sample: Sample,
    declared: CoordinateSystem,
    *,
    file: str,
) -> Diagnosis:
    """Refuse a declared system that the known ground contradicts.

    Args:
        session: Any session.
        scope: The actor's.
        district: Code of the district that the file is of.
        sample: Its positions, in its own numbers.
        declared: What the sender says.
        file: For the message.

    Returns:
        The diagnosis, where nothing speaks against the declaration.

    Raises:
        DomainError: ``datum.contradicted`` with what the numbers are instead; a sender who
            knows better confirms, and then this is not asked.
    """
    found = examine(sample, known_ground(session, scope, district), declared=declared)
    if found.is_contradicted:
        raise contradiction(file, found)
    return found


def contradiction(file: str, found: Diagnosis) -> DomainError:
    """Return the refusal of a declaration that a diagnosis contradicts."""
    return DomainError(
        "datum.contradicted",
        file=file,
        declared="" if found.declared is None else found.declared.label,
        winner=found.winner.label,
        confidence=f"{found.confidence:.0%}",
        shift_m=round(found.winner.mean_shift_m or 0.0),
    )


def sample_of_rows(rows: Sequence[tuple[float, float, str, str]]) -> Sample:
    """Return the sample of rows: east and north in the file's numbers, site's name, town."""
    return Sample(
        np.array([row[0] for row in rows], dtype=float),
        np.array([row[1] for row in rows], dtype=float),
        [squeeze(row[2]) for row in rows],
        [squeeze(row[3]) for row in rows],
    )


def sample_of_layers(layers: Sequence[VectorLayer]) -> Sample:
    """Return the sample of layers: the middle of each shape, and areas as they are."""
    shapes: list[Any] = []
    names: list[str] = []
    towns: list[str] = []
    for layer in layers:
        columns = find_columns(layer.frame.columns)
        shapes += list(layer.frame.geometry)
        names += map(squeeze, texts(layer.frame, columns.get("name")))
        towns += map(squeeze, texts(layer.frame, columns.get("town")))
    middles = shapely.centroid(np.array(shapes, dtype=object))
    x, y = shapely.get_x(middles), shapely.get_y(middles)
    areas = [one if _is_area(one) else None for one in shapes]
    return Sample(x, y, names, towns, areas)


def declared_by(layers: Sequence[VectorLayer]) -> CoordinateSystem | None:
    """Return the system that all layers of a file declare alike, else ``None``."""
    said = {layer.declared for layer in layers}
    return said.pop() if len(said) == 1 else None


def _sample(path: Path) -> tuple[Sample, CoordinateSystem | None, list[str]]:
    if path.suffix.lower() in TABLES:
        read = apart(read_points, path, file=path.name)
        rows = [(one.x, one.y, one.name, one.town) for one in read.points]
        return sample_of_rows(rows), None, read.columns
    layers = apart(read_layers, path, file=path.name)
    return sample_of_layers(layers), declared_by(layers), [one.title for one in layers]


def _grounds(
    session: Session, scope: Scope, wanted: str | None
) -> list[tuple[str | None, Reference]]:
    districts = find_divisions(session, scope, kind=DivisionKind.DISTRICT)
    if wanted is not None:
        districts = [pick_district(districts, wanted)]
    if not districts:
        return [(None, Reference())]
    return [(one.code, known_ground(session, scope, one.code)) for one in districts]


def _is_area(shape: Any) -> bool:  # noqa: ANN401 - any geometry or none
    return shape is not None and shape.geom_type in ("Polygon", "MultiPolygon")


def _candidate_json(one: Candidate) -> dict[str, Any]:
    return {
        "crs": one.system.label,
        "swapped": one.is_swapped,
        "inside_share": one.inside_share,
        "score": one.score,
        "mean_shift_m": one.mean_shift_m,
    }
