"""Eighteen months of inspections and what became of their findings."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Final

import numpy as np

from geodata.domain.inspection import InspectionKind, InspectionResult
from geodata.store.imports.inspections import FindingDraft, InspectionDraft

_DAYS: Final = 540
_WITH_PROBLEMS: Final = 0.42
_CONFIRMING: Final = 0.9
_GOING_ON: Final = 0.88
"""Shares of visits, and of findings that take each next step."""

_PROBLEMS: Final = (
    ("S12", "楼道堆放杂物, 保洁不到位"),
    ("S17", "无人负责保安, 单元门损坏"),
    ("S11", "未公示物业服务等级和收费标准"),
    ("S12", "车辆乱停, 秩序维护缺失"),
    ("S16", "供水管线移交协议未签订"),
    ("S26", "台账申报已管理, 现场无人服务"),
)


def make_visits(
    random: np.random.Generator, sites: Mapping[int, bool], today: date
) -> list[InspectionDraft]:
    """Return visits to about half of the communities and a fifth of the lone buildings.

    Args:
        random: Seeded.
        sites: Whether it is a community, by site id.
        today: Last possible day.
    """
    visits = []
    for site_id, is_community in sites.items():
        chance = 0.56 if is_community else 0.2
        while random.random() < chance:
            visits.append(_visit(random, site_id, today))
            chance *= 0.45
    return visits


def _visit(random: np.random.Generator, site_id: int, today: date) -> InspectionDraft:
    on = today - timedelta(days=int(_DAYS * random.beta(1.0, 1.6)) + 1)
    has_problems = random.random() < _WITH_PROBLEMS
    findings = (_finding(random, on, today),) if has_problems else ()
    kinds = (InspectionKind.INSPECTION, InspectionKind.SUPERVISION, InspectionKind.SELF_CHECK)
    return InspectionDraft(
        site_id=site_id,
        inspected_on=on,
        kind=kinds[random.integers(len(kinds))],
        result=InspectionResult.PROBLEMS if has_problems else InspectionResult.PASSED,
        confirms_cover=bool(random.random() < _CONFIRMING),
        findings=findings,
    )


def _finding(random: np.random.Generator, on: date, today: date) -> FindingDraft:
    clause, description = _PROBLEMS[random.integers(len(_PROBLEMS))]
    due_on = on + timedelta(days=30)
    steps: list[date | None] = [None, None, None]
    day = on
    for step in range(3):
        day += timedelta(days=int(random.integers(4, 16)))
        # Most findings go all the way; some stop at each step.
        if day > today or random.random() > _GOING_ON:
            break
        steps[step] = day
    return FindingDraft(clause, description, due_on, *steps)
