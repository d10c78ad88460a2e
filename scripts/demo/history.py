"""Ledgers of four dates, with management that comes, goes and is never quite complete."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Final

import numpy as np

from geodata.domain.category import Category
from geodata.domain.management import ManagementType as M
from geodata.domain.site import Place, ServiceStar, SiteDraft
from scripts.demo.ground import DemoSite
from scripts.demo.names import Namer

EDITIONS: Final = (540, 360, 180, 14)
"""Days before today on which the ledger was filled in."""

_MANAGED_SHARE: Final = (0.66, 0.74, 0.80, 0.86)
_LAPSE: Final = 0.025
_FOUND_LATER_SHARES: Final = (0.94, 0.02, 0.02, 0.02)
"""Of all sites, those listed from each edition on: a count that stands still is not believed."""

_FLOOR_AREA_PER_HOUSEHOLD_M2: Final = 98.0
_TYPES: Final = {
    Category.COMMODITY_HOUSING: ((M.PROFESSIONAL,), 0.94, (M.OWNER_RUN,)),
    Category.OLD_COMMUNITY: ((M.SIMPLE,), 0.62, (M.SIMPLE, M.NEIGHBOURHOOD_RUN)),
    Category.NEW_RURAL: ((M.NEIGHBOURHOOD_RUN,), 0.7, (M.SIMPLE, M.NEIGHBOURHOOD_RUN)),
    Category.INSTITUTION_RUN: ((M.UNIT_RUN,), 0.6, (M.PROFESSIONAL,)),
    Category.ENTERPRISE_RUN: ((M.UNIT_RUN,), 0.55, (M.SIMPLE, M.UNIT_RUN)),
    Category.STANDALONE_BUILDING: ((M.SIMPLE,), 0.6, (M.NEIGHBOURHOOD_RUN,)),
}
"""The usual types of a category, their share, and the other usual types."""

_TOWN_BIAS: Final = (0.10, 0.06, 0.09, 0.03, -0.02, -0.05, -0.10, -0.16, -0.12, -0.20)


@dataclass(frozen=True, slots=True)
class Edition:
    """The ledger as it was handed in on a day."""

    on: date
    drafts: list[SiteDraft]


def write_editions(
    random: np.random.Generator, sites: list[DemoSite], names: dict[str, str], today: date
) -> Iterator[Edition]:
    """Yield the ledger of each date, oldest first; each follows from the one before."""
    namer = Namer(random)
    facts = [_facts(random, site, names, namer) for site in sites]
    towns = sorted({site.town for site in sites})
    bias = dict(zip(towns, _TOWN_BIAS, strict=False))
    luck = random.random(len(sites)) - np.array([bias[site.town] for site in sites])
    luck -= np.array([0.05 if site.category.is_community else -0.12 for site in sites])
    usual = [_usual_types(random, site.category) for site in sites]
    first = random.choice(len(EDITIONS), len(sites), p=_FOUND_LATER_SHARES)
    for number, (days, share) in enumerate(zip(EDITIONS, _MANAGED_SHARE, strict=True)):
        lapsed = random.random(len(sites)) < _LAPSE
        drafts = []
        for index, fact in enumerate(facts):
            if first[index] > number:
                continue
            is_managed = luck[index] < share and not lapsed[index]
            drafts.append(_managed(fact, usual[index]) if is_managed else _unmanaged(random, fact))
        yield Edition(today - timedelta(days=days), drafts)


def _facts(
    random: np.random.Generator, site: DemoSite, names: dict[str, str], namer: Namer
) -> SiteDraft:
    is_community = site.category.is_community
    storeys = sum(house.area for house in site.houses) * site.floors
    households = max(4, int(storeys / _FLOOR_AREA_PER_HOUSEHOLD_M2))
    is_new = site.category in (Category.COMMODITY_HOUSING, Category.NEW_RURAL)
    is_reported = random.random() > 0.04  # noqa: PLR2004 - a share
    return SiteDraft(
        place=Place("", None, 0),
        name=site.name,
        town=names[site.town],
        neighbourhood=names[site.neighbourhood],
        address=site.address,
        category=site.category,
        built_year=int(random.integers(2002, 2022) if is_new else random.integers(1978, 2003)),
        floor_area_m2=round(storeys, 1) if is_reported else None,
        buildings=len(site.houses) if is_community else 1,
        households=households if random.random() > 0.02 else None,  # noqa: PLR2004
        occupied_households=None,
        company=namer.company(),
        project_manager=f"示例{'甲乙丙丁戊己庚辛'[random.integers(8)]}",
        phone=f"1390000{random.integers(10_000):04d}",
        subsidised=bool(
            site.category is Category.OLD_COMMUNITY and random.random() < 0.25  # noqa: PLR2004
        ),
        owners_committee=None if not is_reported else bool(random.random() < 0.35),  # noqa: PLR2004
        maintenance_fund=bool(is_new) if is_reported else None,
        utility_handover=bool(random.random() < 0.6) if is_community else None,  # noqa: PLR2004
    )


def _usual_types(random: np.random.Generator, category: Category) -> frozenset[M]:
    usual, share, other = _TYPES[category]
    return frozenset(usual if random.random() < share else other)


def _managed(fact: SiteDraft, types: frozenset[M]) -> SiteDraft:
    if M.PROFESSIONAL not in types:
        return replace(fact, ticked_types=types, company=f"{fact.neighbourhood}(自管)")
    stars = (ServiceStar.THREE, ServiceStar.FOUR, ServiceStar.TWO, ServiceStar.UNRATED)
    star = stars[len(fact.name + (fact.address or "")) % len(stars)]
    fee = 0.5 + 0.1 * (len(fact.name) % 9)
    return replace(fact, ticked_types=types, service_star=star, fee_min_yuan=fee, fee_max_yuan=fee)


def _unmanaged(random: np.random.Generator, fact: SiteDraft) -> SiteDraft:
    is_declared = random.random() < 0.8  # noqa: PLR2004 - a share
    types = frozenset({M.NONE}) if is_declared else frozenset[M]()
    return replace(
        fact, ticked_types=types, company=None, project_manager=None, phone=None, subsidised=False
    )
