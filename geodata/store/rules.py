"""SQL functions written from the domain's tables, so that no rule is told twice.

Each is one immutable expression; `tests/contracts/test_rule_parity.py` compares every one of
them with its Python original over all inputs.
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum
from typing import Final

from geodata.domain.division import DivisionKind
from geodata.domain.finding_steps import TRANSITIONS as FINDING_TRANSITIONS
from geodata.domain.footprint import (
    CLASS_DECIDED,
    CONSTRUCTION_USES,
    COTTAGE_USES,
    DEMOLISHED_USES,
    MAIN_ROAD_RANK,
    REMEMBERED_SHARE,
    RESIDENTIAL_USES,
    RULES,
    UNKNOWN_USES,
)
from geodata.domain.inspection import (
    STEPS,
    UNDONE_ON,
    VERIFIED_WITHIN_DAYS,
    FindingStatus,
    InspectionStatus,
    finding_shows_as,
)
from geodata.domain.management import MANAGEMENT, SUBSIDY_COUNTS_AS, ManagementType
from geodata.domain.policy import POLICIES, Requirement
from geodata.domain.road import ROAD_RANKS, SMALLEST_ROAD
from geodata.domain.site import ServiceStar, is_starred
from geodata.domain.site_plan import TRANSITIONS

_POLICY_FACTS: Final = (
    "types text[], has_star boolean, is_ready_for_star boolean, has_cleaning boolean,"
    " has_security boolean, has_order boolean, responsible text, roadmap_until date, lead text"
)

_FOOTPRINT_FACTS: Final = (
    "share float8, holds_point boolean, decided text, use text, area float8, floors integer"
)


def rule_functions() -> str:
    """Return the SQL that (re)creates all rule functions."""
    return "\n".join(
        (
            _function(
                "effective_types", "ticked text[], is_subsidised boolean", "text[]", _effective()
            ),
            _function("is_covered", "types text[]", "boolean", _overlaps("covers")),
            _function("is_market_covered", "types text[]", "boolean", _overlaps("is_market")),
            _function(
                "finding_status",
                "started_on date, handed_in_on date, rejected_on date, closed_on date, day date",
                "text",
                _finding_status(),
            ),
            _function(
                "finding_shows_as", "status text, is_late boolean", "text", _finding_shows_as()
            ),
            _function("worst_inspection_status", "shown text[]", "text", _worst_status()),
            _function("verified_within_days", "", "integer", str(VERIFIED_WITHIN_DAYS)),
            _function("is_starred", "star text", "boolean", _is_starred()),
            _function("held_requirements", _POLICY_FACTS, "text[]", _held_requirements()),
            _function("is_policy_met", "category text, held text[]", "boolean", _is_policy_met()),
            _function("footprint_class", _FOOTPRINT_FACTS, "text[]", _footprint_class()),
            _function("class_decided", "decision text", "text", _class_decided()),
            _function("gap_min_share", "", "float8", str(RULES.min_share)),
            _function("gap_join_within_m", "", "float8", str(RULES.join_within_m)),
            _function("gap_remembered_share", "", "float8", str(REMEMBERED_SHARE)),
            _function("gap_main_road_rank", "", "integer", str(MAIN_ROAD_RANK)),
            _function("plan_may_become", "before text, after text", "boolean", _plan_may_become()),
            _function(
                "finding_may_become", "before text, after text", "boolean", _finding_may_become()
            ),
            _function("road_rank", "highway text", "integer", _road_rank()),
            _function(
                "lies_within",
                "kind text, code text, district text, town text, neighbourhood text",
                "boolean",
                _lies_within(),
            ),
        )
    )


def _function(name: str, arguments: str, returns: str, expression: str) -> str:
    return (
        f"CREATE OR REPLACE FUNCTION {name}({arguments}) RETURNS {returns}\n"
        f"LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$ SELECT {expression} $$;\n"
    )


def _array(members: Iterable[StrEnum]) -> str:
    quoted = ", ".join(f"'{one.value}'" for one in members)
    return f"ARRAY[{quoted}]"


def _effective() -> str:
    # No subquery: PostgreSQL puts a plain expression in place of the call, row for row.
    none = ManagementType.NONE
    others = _array(one for one in ManagementType if one is not none)
    conditions = {one: f"'{one}' = ANY(ticked)" for one in ManagementType}
    conditions[SUBSIDY_COUNTS_AS] += " OR is_subsidised"
    conditions[none] += f" AND NOT ticked && {others} AND is_subsidised IS NOT TRUE"
    cases = ", ".join(f"CASE WHEN {when} THEN '{one}' END" for one, when in conditions.items())
    return f"array_remove(ARRAY[{cases}], NULL)"


def _overlaps(meaning: str) -> str:
    counted = _array(one for one, what in MANAGEMENT.items() if getattr(what, meaning))
    return f"coalesce(types && {counted}, false)"


def _finding_status() -> str:
    steps = " ".join(f"WHEN {step} <= day{_still(step)} THEN '{status}'" for step, status in STEPS)
    return f"CASE {steps} ELSE '{FindingStatus.OPEN}' END"


def _still(step: str) -> str:
    undone = UNDONE_ON.get(step)
    return "" if undone is None else f" AND NOT coalesce({undone} <= day, false)"


def _finding_may_become() -> str:
    steps = sorted({(before, after) for (before, _), after in FINDING_TRANSITIONS.items()})
    pairs = ", ".join(f"('{before}', '{after}')" for before, after in steps)
    return f"before = after OR (before, after) IN ({pairs})"


def _finding_shows_as() -> str:
    cases = []
    for status in FindingStatus:
        for is_late in (False, True):
            shown = finding_shows_as(status, is_late=is_late)
            result = "NULL" if shown is None else f"'{shown}'"
            cases.append(f"WHEN status = '{status}' AND is_late = {is_late} THEN {result}")
    return f"CASE {' '.join(cases)} END"


def _worst_status() -> str:
    cases = " ".join(f"WHEN '{one}' = ANY(shown) THEN '{one}'" for one in InspectionStatus)
    return f"CASE {cases} END"


def _is_starred() -> str:
    granted = _array(one for one in ServiceStar if is_starred(one))
    return f"coalesce(star = ANY({granted}), false)"


def _held_requirements() -> str:
    conditions = {
        Requirement.COVERED: "is_covered(types)",
        Requirement.MARKET: "is_market_covered(types)",
        Requirement.SIMPLE: f"'{ManagementType.SIMPLE}' = ANY(types)",
        Requirement.STAR: "has_star",
        Requirement.SERVICES: "has_cleaning AND has_security AND has_order",
        Requirement.READY: "is_ready_for_star",
        Requirement.NOT_READY: "NOT is_ready_for_star",
        Requirement.RESPONSIBLE: "responsible <> ''",
        Requirement.ROADMAP: "roadmap_until IS NOT NULL",
        Requirement.LEAD: "lead <> ''",
    }
    cases = ", ".join(f"CASE WHEN {conditions[one]} THEN '{one}' END" for one in Requirement)
    return f"array_remove(ARRAY[{cases}], NULL)"


def _is_policy_met() -> str:
    cases = " ".join(
        f"WHEN '{category}' THEN "
        + " OR ".join(f"held @> {_array(sorted(w))}" for w in policy.ways)
        for category, policy in POLICIES.items()
    )
    return f"CASE category {cases} END"


def _footprint_class() -> str:
    known = _texts(sorted(UNKNOWN_USES))
    is_unknown = f"(use IS NULL OR use = ANY({known}))"
    housing = _texts(sorted(RESIDENTIAL_USES | UNKNOWN_USES))
    may_be_low = f"({is_unknown} OR use = ANY({_texts(sorted(COTTAGE_USES))}))"
    cases = (
        (f"(area > 0 AND area <= {RULES.max_area_m2}) IS NOT TRUE", "unusable", "outline"),
        (f"share >= {RULES.min_share}", "in_site", "share"),
        ("holds_point", "in_site", "point"),
        ("decided IS NOT NULL", None, "decision"),
        (f"use = ANY({_texts(sorted(CONSTRUCTION_USES))})", "under_construction", "use"),
        (f"use = ANY({_texts(sorted(DEMOLISHED_USES))})", "demolished", "use"),
        (f"use <> ALL({housing})", "non_residential", "use"),
        (f"area < {RULES.min_area_m2}", "too_small", "area"),
        (f"{may_be_low} AND floors = 1 AND area < {RULES.one_storey_m2}", "too_small", "floors"),
        (is_unknown, "missing", "use_unknown"),
    )
    told = " ".join(
        f"WHEN {when} THEN ARRAY[{'decided' if kind is None else repr(kind)}, '{why}']"
        for when, kind, why in cases
    )
    return f"CASE {told} ELSE ARRAY['missing', 'use'] END"


def _class_decided() -> str:
    cases = " ".join(f"WHEN '{one}' THEN '{kind}'" for one, kind in CLASS_DECIDED.items())
    return f"CASE decision {cases} END"


def _plan_may_become() -> str:
    steps = sorted({(before, after) for (before, _), after in TRANSITIONS.items()})
    pairs = ", ".join(f"('{before}', '{after}')" for before, after in steps)
    return f"before = after OR (before, after) IN ({pairs})"


def _road_rank() -> str:
    ranks = " ".join(
        f"WHEN highway = ANY({_texts(names)}) THEN {rank}" for rank, names in ROAD_RANKS.items()
    )
    return f"CASE {ranks} ELSE {SMALLEST_ROAD} END"


def _texts(values: Iterable[str]) -> str:
    return f"ARRAY[{', '.join(repr(one) for one in values)}]"


def _lies_within() -> str:
    cases = " ".join(f"WHEN '{one}' THEN coalesce({one} = code, false)" for one in DivisionKind)
    return f"kind IS NULL OR CASE kind {cases} END"
