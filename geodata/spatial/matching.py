"""Which site each outline of a vector file means: by code, by name and place, or nobody's guess.

Only a code, or a name that is the same in all but its writing, takes an outline to a site. What is
merely alike is told with its candidates and left to a person: 一期 and 二期 are different sites.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from math import cos, radians
from typing import Final

from rapidfuzz import fuzz, process
from shapely.geometry.base import BaseGeometry

from geodata.domain.vocabulary import squeeze

_M_PER_DEGREE: Final = 111_320.0
_FAR_M: Final = 2000.0
"""A site does not move: an outline this far from where it stood is of another, or misplaced."""

_NEAR_M: Final = 300.0
_EDGE_M: Final = 200.0
_ALIKE: Final = 75.0
_STRANGE: Final = 40.0
_MOST_CANDIDATES: Final = 3
_MARK: Final = r"[()\[\]【】{}<>《》“”\"'‘’·・、,，.。:：;；_\-—–~/\\|#]+"
_JOINT: Final = re.compile(rf"(?<=\d){_MARK}(?=\d)")
"""Between two numbers a mark parts them: 5-1号楼 is not 51号楼."""

_PUNCTUATION: Final = re.compile(rf"(?<!\d){_MARK}|{_MARK}(?!\d)")
_TAIL: Final = re.compile(r"(住宅小区|居住小区|生活小区|小区|住宅区|生活区)$")
_NUMERAL: Final = re.compile(r"[一二三四五六七八九十]+(?=[期区院组号幢栋楼村里])")
_TOLD_APART: Final = re.compile(r"\d+|[东西南北中前后上下新老甲乙丙丁]|[a-z](?=[区座栋幢])")
_DIGITS: Final = {character: number for number, character in enumerate("一二三四五六七八九", 1)}


class Outcome(StrEnum):
    """What became of an outline."""

    MATCHED = "matched"
    DOUBTFUL = "doubtful"
    UNMATCHED = "unmatched"


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownSite:
    """A site as the ledger has it.

    Attributes:
        id: Its number in the system.
        external_id: Its code in the ledger.
        name: As written.
        towns: Code, name and aliases of its town.
        neighbourhoods: The same of its neighbourhood; empty where it has none.
        shape: Its boundary, else its point (EPSG:4490), ``None`` where nobody knows.
    """

    id: int
    external_id: str | None
    name: str
    towns: tuple[str, ...]
    neighbourhoods: tuple[str, ...] = ()
    shape: BaseGeometry | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Outline:
    """A feature of a file: what its attributes say, and an area in EPSG:4490."""

    shape: BaseGeometry
    site_id: str = ""
    code: str = ""
    name: str = ""
    town: str = ""
    neighbourhood: str = ""


@dataclass(frozen=True, slots=True)
class Match:
    """What an outline means.

    Attributes:
        outcome: Whether it is taken.
        reason: Code of a sentence that says why.
        site: The site it is, or is thought to be.
        candidates: Names of the sites it could be.
    """

    outcome: Outcome
    reason: str
    site: KnownSite | None = None
    candidates: list[str] = field(default_factory=list)


class SiteBook:
    """The sites of a district, to be found by what files say.

    Args:
        sites: All that may be meant.
        areas: Areas of towns and neighbourhoods by code (EPSG:4490), where they are known.
    """

    def __init__(self, sites: Sequence[KnownSite], areas: Mapping[str, BaseGeometry]) -> None:
        """Index them."""
        self._areas = areas
        self._by_id = {str(one.id): one for one in sites}
        self._by_code = {one.external_id: one for one in sites if one.external_id}
        self._by_name: dict[str, list[KnownSite]] = defaultdict(list)
        for one in sites:
            self._by_name[name_key(one.name)].append(one)
        self._cores = {key: _TAIL.sub("", key) or key for key in self._by_name}

    def find(self, outline: Outline) -> Match:
        """Return the site an outline means."""
        numbered = self._by_id.get(outline.site_id)
        if numbered is not None and name_key(numbered.name) == name_key(outline.name):
            return self._checked(outline, numbered, "match.by_number")
        coded = self._by_code.get(outline.code) if outline.code else None
        if coded is not None:
            likeness = fuzz.ratio(name_key(coded.name), name_key(outline.name))
            if outline.name and likeness < _STRANGE:
                return Match(Outcome.DOUBTFUL, "match.code_name_differ", coded, [coded.name])
            return self._checked(outline, coded, "match.by_code")
        if not outline.name:
            return Match(Outcome.UNMATCHED, "match.nameless")
        namesakes = self._by_name.get(name_key(outline.name), [])
        return self._among(outline, namesakes) if namesakes else self._alike(outline)

    def _among(self, outline: Outline, namesakes: list[KnownSite]) -> Match:
        told = [one for one in namesakes if _is_told(outline, one)]
        if not told:
            places = [f"{one.name}({one.towns[1]})" for one in namesakes[:_MOST_CANDIDATES]]
            return Match(Outcome.DOUBTFUL, "match.place_differs", namesakes[0], places)
        if len(told) == 1:
            return self._checked(outline, told[0], "match.by_name")
        for is_here in (self._stands_at, self._belongs_at):
            here = [one for one in told if is_here(outline, one)]
            if len(here) == 1:
                return self._checked(outline, here[0], "match.by_place")
        return Match(Outcome.DOUBTFUL, "match.namesakes", None, _places(told))

    def _alike(self, outline: Outline) -> Match:
        key = name_key(outline.name)
        core = _TAIL.sub("", key) or key
        marks = _marks(key)
        close = process.extract(
            core, self._cores, scorer=fuzz.ratio, score_cutoff=_ALIKE, limit=_MOST_CANDIDATES * 4
        )
        sites = [
            site
            for _, _, known in close
            if _may_be_same(_marks(known), marks)
            for site in self._by_name[known]
        ]
        if not sites:
            return Match(Outcome.UNMATCHED, "match.unknown")
        return Match(Outcome.DOUBTFUL, "match.alike", sites[0], _places(sites))

    def _checked(self, outline: Outline, site: KnownSite, reason: str) -> Match:
        """Take an outline to a site unless the ground speaks against it."""
        if site.shape is not None:
            if _apart_m(outline.shape, site.shape) > _FAR_M:
                return Match(Outcome.DOUBTFUL, "match.far", site, [site.name])
        elif not self._may_belong(outline, site):
            return Match(Outcome.DOUBTFUL, "match.outside_town", site, [site.name])
        return Match(Outcome.MATCHED, reason, site)

    def _may_belong(self, outline: Outline, site: KnownSite) -> bool:
        area = self._areas.get(site.towns[0])
        return area is None or _apart_m(outline.shape.centroid, area) <= _EDGE_M

    def _stands_at(self, outline: Outline, site: KnownSite) -> bool:
        return site.shape is not None and _apart_m(outline.shape, site.shape) <= _NEAR_M

    def _belongs_at(self, outline: Outline, site: KnownSite) -> bool:
        codes = [names[0] for names in (site.neighbourhoods, site.towns) if names]
        area = next((self._areas[code] for code in codes if code in self._areas), None)
        return site.shape is None and area is not None and area.contains(outline.shape.centroid)


def name_key(name: str) -> str:
    """Return a name as sites are compared: without marks, 一期 written 1期.

    Words that tell sites apart stay: 翠湖花园(一期) is 翠湖花园1期 and not 翠湖花园二期.
    """
    bare = _PUNCTUATION.sub("", _JOINT.sub("-", squeeze(name)))
    return _NUMERAL.sub(lambda match: str(_value(match[0])), bare)


def _value(numeral: str) -> int:
    tens, is_ten, ones = numeral.partition("十")
    if not is_ten:
        return int("".join(str(_DIGITS[one]) for one in numeral))
    return 10 * _DIGITS.get(tens, 1) + _DIGITS.get(ones, 0)


def _marks(key: str) -> list[str]:
    return sorted(_TOLD_APART.findall(key))


def _may_be_same(marks: list[str], others: list[str]) -> bool:
    """Tell whether marks leave open that two names mean one site: 一期 and 二期 never do."""
    return Counter(marks) <= Counter(others) or Counter(others) <= Counter(marks)


def _is_told(outline: Outline, site: KnownSite) -> bool:
    """Tell whether what an outline says of its place fits a site; silence fits every one."""
    for said, names in ((outline.town, site.towns), (outline.neighbourhood, site.neighbourhoods)):
        if said and names and squeeze(said) not in map(squeeze, names):
            return False
    return True


def _places(sites: Sequence[KnownSite]) -> list[str]:
    return [
        f"{one.name}({(one.neighbourhoods or one.towns)[1]})" for one in sites[:_MOST_CANDIDATES]
    ]


def _apart_m(one: BaseGeometry, other: BaseGeometry) -> float:
    """Return a distance between shapes in degrees in metres, never more than it is."""
    degrees = float(one.distance(other))
    return degrees * _M_PER_DEGREE * cos(radians(one.centroid.y))
