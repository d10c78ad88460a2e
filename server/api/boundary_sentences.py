"""Problems of a boundary in the reader's language, with the solutions to choose from."""

from __future__ import annotations

from typing import Any, Final

from geodata.domain.boundary import TO_EXPLAIN, BoundaryProblem
from geodata.domain.vocabulary import Language, label
from geodata.spatial.boundaries import Problem
from geodata.spatial.plane import plane_of
from server.actions.boundary import geojson, problem_facts
from server.i18n import sentence

_SENTENCES: Final = {
    BoundaryProblem.INVALID: "boundary.invalid",
    BoundaryProblem.NO_AREA: "boundary.no_area",
    BoundaryProblem.OVERLAP: "boundary.overlap",
    BoundaryProblem.OUTSIDE: "boundary.outside",
    BoundaryProblem.SLIVER: "boundary.sliver",
    BoundaryProblem.GAP: "boundary.gap",
    BoundaryProblem.TOO_LARGE: "boundary.too_large",
    BoundaryProblem.TOO_SMALL: "boundary.too_small",
    BoundaryProblem.FOOTPRINT_CUT: "boundary.footprint_cut",
}
_UNNAMED: Final = {BoundaryProblem.OVERLAP: "boundary.overlap_unnamed"}
_NAMED: Final = {BoundaryProblem.GAP: "boundary.gap_beside"}


def problem_json(problem: Problem, language: Language) -> dict[str, Any]:
    """Return a problem with its sentence and the boundaries that would solve it."""
    return {
        **problem_facts(problem),
        "label": label(problem.kind, language),
        "detail": sentence(_code(problem), _shown(problem), language),
        "must_explain": problem.kind in TO_EXPLAIN,
        "solutions": [
            {
                "key": one.key.value,
                "label": label(one.key, language),
                "geometry": geojson(one.shape),
                "area_m2": plane_of(one.shape).area_m2(one.shape),
            }
            for one in problem.solutions
        ],
    }


def _code(problem: Problem) -> str:
    usual = _SENTENCES[problem.kind]
    exceptions = _UNNAMED if problem.name is None else _NAMED
    return exceptions.get(problem.kind, usual)


def _shown(problem: Problem) -> dict[str, object]:
    return {
        "name": problem.name,
        "area": f"{problem.area_m2:,.0f}",
        "share": f"{problem.share:.1%}",
    }
