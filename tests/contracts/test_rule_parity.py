"""The rules in SQL give what the rules in Python give, over all inputs."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import chain, combinations, product

from sqlalchemy import ARRAY, Boolean, Date, Float, Integer, Text, column, func, select, values
from sqlalchemy.orm import Session

from geodata.domain.access import Scope
from geodata.domain.category import Category
from geodata.domain.division import DivisionKind
from geodata.domain.footprint import (
    CLASS_DECIDED,
    MAIN_ROAD_RANK,
    REMEMBERED_SHARE,
    RULES,
    FootprintClass,
    FootprintFacts,
    class_of,
)
from geodata.domain.gap import GapDecision
from geodata.domain.inspection import (
    VERIFIED_WITHIN_DAYS,
    FindingStatus,
    InspectionStatus,
    finding_shows_as,
    finding_status,
)
from geodata.domain.management import (
    ManagementType,
    effective_types,
    is_covered,
    is_market_covered,
)
from geodata.domain.policy import POLICIES, PolicyFacts, Requirement, held_requirements
from geodata.domain.road import ROAD_RANKS, SMALLEST_ROAD
from geodata.domain.site import ServiceStar, is_starred
from geodata.domain.site_plan import TRANSITIONS, PlanState

DAY = date(2017, 12, 1)


def _subsets(members):
    members = list(members)
    return [
        list(chosen)
        for chosen in chain.from_iterable(
            combinations(members, size) for size in range(len(members) + 1)
        )
    ]


def _called(session: Session, function: str, types: list, inputs: list[tuple]) -> list:
    """Return what a function of the database makes of each input, in one statement."""
    names = [f"argument_{number}" for number in range(len(types))]
    table = values(
        column("row"), *(column(name, kind) for name, kind in zip(names, types, strict=True))
    ).data([(number, *one) for number, one in enumerate(inputs)])
    rows = table.alias("inputs")
    arguments = [rows.c[name].cast(kind) for name, kind in zip(names, types, strict=True)]
    statement = select(getattr(func, function)(*arguments)).order_by(rows.c.row)
    return list(session.scalars(statement))


def test_effective_types(session):
    inputs = [
        (ticked, subsidised)
        for ticked in [None, *_subsets(ManagementType)]
        for subsidised in (None, False, True)
    ]
    found = _called(session, "effective_types", [ARRAY(Text), Boolean], inputs)
    expected = [
        effective_types(map(ManagementType, ticked or ()), subsidised=bool(subsidised))
        for ticked, subsidised in inputs
    ]
    assert [set(types) for types in found] == expected
    assert all(len(types) == len(set(types)) for types in found)


def test_covered_and_market_covered(session):
    inputs = [(types,) for types in _subsets(ManagementType)]
    for name, rule in (("is_covered", is_covered), ("is_market_covered", is_market_covered)):
        expected = [rule(types) for (types,) in inputs]
        assert _called(session, name, [ARRAY(Text)], inputs) == expected


def test_nothing_known_is_not_covered(session):
    for name in ("is_covered", "is_market_covered"):
        assert _called(session, name, [ARRAY(Text)], [(None,)]) == [False]


def test_status_of_a_finding(session):
    days = [None, *(DAY + timedelta(days=shift) for shift in (-1, 0, 1))]
    names = ("started_on", "handed_in_on", "rejected_on", "closed_on")
    inputs = [(*steps, DAY) for steps in product(days, repeat=len(names))]
    expected = [
        finding_status(dict(zip(names, steps, strict=True)), day).value for *steps, day in inputs
    ]
    assert _called(session, "finding_status", [Date] * 5, inputs) == expected


def test_what_a_finding_shows(session):
    inputs = list(product(FindingStatus, (False, True)))
    expected = [finding_shows_as(status, is_late=is_late) for status, is_late in inputs]
    assert _called(session, "finding_shows_as", [Text, Boolean], inputs) == expected


def test_the_worst_status_speaks_for_the_site(session):
    inputs = [(shown,) for shown in _subsets(InspectionStatus)]
    expected = [
        next((status for status in InspectionStatus if status in shown), None)
        for (shown,) in inputs
    ]
    assert _called(session, "worst_inspection_status", [ARRAY(Text)], inputs) == expected


def test_the_star_that_counts(session):
    inputs = [(None,), *((one.value,) for one in ServiceStar)]
    expected = [is_starred(star and ServiceStar(star)) for (star,) in inputs]
    assert _called(session, "is_starred", [Text], inputs) == expected


def test_the_requirements_that_a_site_holds(session):
    yes_no = (None, False, True)
    inputs = [
        (types, star, ready, *services, *rest)
        for types in _subsets(ManagementType)[:20]
        for star, ready in product((False, True), yes_no)
        for services in ((None, True, True), (True, False, True), (True, True, True))
        for rest in product((None, "", "前沟村"), (None, DAY), (None, "", "王村镇"))
    ]
    kinds = [ARRAY(Text), *[Boolean] * 5, Text, Date, Text]
    found = [
        set(held)
        for start in range(0, len(inputs), 2000)
        for held in _called(session, "held_requirements", kinds, inputs[start : start + 2000])
    ]
    expected = [
        held_requirements(
            PolicyFacts(
                Category.OLD_COMMUNITY,
                frozenset(map(ManagementType, types)),
                has_star=star,
                is_ready_for_star=ready,
                basic_services=tuple(services),
                responsible=responsible,
                roadmap_until=until,
                handover_lead=lead,
            )
        )
        for types, star, ready, *services, responsible, until, lead in inputs
    ]
    assert found == expected


def test_whether_a_policy_is_met(session):
    inputs = list(product(Category, _subsets(Requirement)))
    expected = [not POLICIES[category].lacking(held) for category, held in inputs]
    for start in range(0, len(inputs), 2000):
        part = slice(start, start + 2000)
        assert (
            _called(session, "is_policy_met", [Text, ARRAY(Text)], inputs[part]) == expected[part]
        )


def test_the_class_of_a_footprint(session):
    bounds = (RULES.min_area_m2, RULES.one_storey_m2, RULES.max_area_m2)
    areas = [None, 0.0, *(bound + shift for bound in bounds for shift in (-0.5, 0.0, 0.5))]
    uses = [None, "yes", "house", "school", "construction", "razed", "住宅", "其他"]
    inputs = [
        (share, holds, decided, use, area, floors)
        for share, holds in product((0.0, 0.4999, 0.5, 1.0), (False, True))
        for decided in (None, FootprintClass.DEMOLISHED)
        for use, area, floors in product(uses, areas, (None, 1, 6))
    ]
    kinds = [Float, Boolean, Text, Text, Float, Integer]
    found = [
        tuple(one)
        for start in range(0, len(inputs), 4000)
        for one in _called(session, "footprint_class", kinds, inputs[start : start + 4000])
    ]
    names = ("share", "holds_point", "decided", "use", "area_m2", "floors")
    expected = [class_of(FootprintFacts(**dict(zip(names, one, strict=True)))) for one in inputs]
    assert found == expected


def test_the_class_that_a_decision_makes(session):
    inputs = [(one.value,) for one in GapDecision]
    expected = [CLASS_DECIDED.get(one) for one in GapDecision]
    assert _called(session, "class_decided", [Text], inputs) == expected


def test_the_thresholds_of_gaps(session):
    for name, expected in (
        ("gap_min_share", RULES.min_share),
        ("gap_join_within_m", RULES.join_within_m),
        ("gap_remembered_share", REMEMBERED_SHARE),
        ("gap_main_road_rank", MAIN_ROAD_RANK),
    ):
        assert session.scalar(select(getattr(func, name)())) == expected


def test_the_steps_of_a_plan(session):
    inputs = list(product(PlanState, PlanState))
    steps = {(before, after) for (before, _), after in TRANSITIONS.items()}
    expected = [before is after or (before, after) in steps for before, after in inputs]
    assert _called(session, "plan_may_become", [Text, Text], inputs) == expected


def test_the_rank_of_a_road(session):
    known = {name: rank for rank, names in ROAD_RANKS.items() for name in names}
    inputs = [(name,) for name in (*known, "service", "primary_link", None)]
    expected = [known.get(name, SMALLEST_ROAD) for (name,) in inputs]
    assert _called(session, "road_rank", [Text], inputs) == expected


def test_what_lies_within_a_scope(session):
    codes = ("a", "b")
    kinds = (None, *DivisionKind)
    inputs = [
        (kind and kind.value, kind and code, district, town, neighbourhood)
        for kind, code, district in product(kinds, codes, codes)
        for town, neighbourhood in product((None, *codes), (None, *codes))
    ]
    expected = [
        Scope(kind and DivisionKind(kind), code).holds(*place) for kind, code, *place in inputs
    ]
    assert _called(session, "lies_within", [Text] * 5, inputs) == expected


def test_how_long_an_inspection_verifies(session):
    assert session.scalar(select(func.verified_within_days())) == VERIFIED_WITHIN_DAYS
