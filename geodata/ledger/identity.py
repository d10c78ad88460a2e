"""Which site of the ledger a row means when name, place or address has changed since.

What is certain is taken, what is doubtful is asked, never assumed: 一期 and 二期, 东区 and 西区,
3号楼 and 5号楼 are different sites however alike the rest of their names is. Similarity of names is
that of Indel distance (rapidfuzz), over what is left without words such as 小区 and 花园.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final, Generic, NamedTuple, TypeVar

from rapidfuzz import fuzz

from geodata.domain.vocabulary import squeeze

Key = TypeVar("Key", bound=Hashable)

_DIGITS: Final = {one: str(value) for value, one in enumerate("零一二三四五六七八九")}
_NUMBERED: Final = re.compile(
    r"([一二三四五六七八九十百\d]+|[a-z])#?(期|区|组团|组|号院|院|号楼|楼|栋|幢|座|号|里|段|村|单元)"
)
_DIRECTED: Final = re.compile(r"([东西南北中])(?=小?区|院|苑|园|里|段|村|组团|楼|$|[)\-])")
_NUMBER: Final = re.compile(r"\d+")
_SAME_UNIT: Final = {"栋": "楼", "幢": "楼", "座": "楼", "号楼": "楼", "号院": "院", "组": "组团"}
_COMMON: Final = re.compile(
    r"(住宅小区|生活小区|小区|社区|花园|花苑|家园|嘉园|佳园|新村|新苑|公寓|住宅楼|宿舍楼|宿舍|家属院|家属楼|苑|园)$"
)
_ALIKE: Final = 0.7
"""Names less alike than this are not asked about: a clerk who is asked too much stops reading."""

_LIKELY_FACTS: Final = 2
_MOST_CANDIDATES: Final = 3
_WEIGHTS: Final = (0.5, 0.3, 0.2)
"""Of name, address and facts in the score that candidates are ordered by."""


@dataclass(frozen=True, slots=True)
class Traits(Generic[Key]):
    """What a row or a site is told by.

    Attributes:
        key: Its own key.
        town: Code of its town.
        place: Code of its neighbourhood, else of its town.
        name: As written.
        address: As written.
        facts: Year, area, buildings, households; ``None`` is 未填报.
    """

    key: Key
    town: str
    place: str
    name: str
    address: str | None
    facts: tuple[float | None, ...] = ()


@dataclass(frozen=True, slots=True)
class Candidate(Generic[Key]):
    """A site that a row may mean.

    Attributes:
        key: The site's.
        score: 0-1, for the order only.
        reason: ``renamed``, ``moved``, ``readdressed``, ``alike``.
        is_certain: It may be taken if nothing else is as certain.
    """

    key: Key
    score: float
    reason: str
    is_certain: bool


@dataclass(frozen=True, slots=True)
class Recognition(Generic[Key]):
    """What became of the rows that no site has just the name and place of.

    Attributes:
        certain: Site and why, by key of the row.
        doubtful: Candidates, best first, by key of the row.
    """

    certain: dict[Key, Candidate[Key]] = field(default_factory=dict)
    doubtful: dict[Key, list[Candidate[Key]]] = field(default_factory=dict)


def are_siblings(name: str, other: str) -> bool:
    """Tell whether two names bear different marks, such as 一期 and 二期, or 东区 and 西区."""
    marks, others = _taken_apart(name).marks, _taken_apart(other).marks
    return bool(marks and others and marks != others)


def name_similarity(name: str, other: str) -> float:
    """Return how alike two names are, 0-1, without the words that most names share."""
    one, two = _taken_apart(name), _taken_apart(other)
    if one.text == two.text:
        return 1.0
    if one.core == two.core:
        return 0.95
    return max(fuzz.ratio(one.core, two.core), fuzz.ratio(one.text, two.text) * _ALIKE) / 100


def recognise(rows: Sequence[Traits[Key]], sites: Sequence[Traits[Key]]) -> Recognition[Key]:
    """Find the sites that rows mean, where neither code nor name and place told.

    Args:
        rows: Rows of a file that no site answers to.
        sites: Sites that no row answers to.

    Returns:
        A site is taken for certain only where neither it nor its row has another certain
        partner; all others that come near are candidates to be asked about.
    """
    shelves = _Shelves(sites)
    found = {row.key: list(_candidates(row, shelves.near(row))) for row in rows}
    claims: dict[Key, int] = defaultdict(int)
    for candidates in found.values():
        for one in candidates:
            claims[one.key] += one.is_certain
    recognition: Recognition[Key] = Recognition()
    taken: set[Key] = set()
    for key, candidates in found.items():
        sure = [one for one in candidates if one.is_certain]
        if len(sure) == 1 and claims[sure[0].key] == 1:
            recognition.certain[key] = sure[0]
            taken.add(sure[0].key)
    for key, candidates in found.items():
        left = [one for one in candidates if one.key not in taken]
        if key not in recognition.certain and left:
            left.sort(key=lambda one: -one.score)
            recognition.doubtful[key] = left[:_MOST_CANDIDATES]
    return recognition


class _Shelves(Generic[Key]):
    """Sites by what brings them near a row, so that not each is compared with each."""

    def __init__(self, sites: Iterable[Traits[Key]]) -> None:
        self._by_place: dict[str, list[Traits[Key]]] = defaultdict(list)
        self._by_name: dict[tuple[str, str], list[Traits[Key]]] = defaultdict(list)
        for site in sites:
            self._by_place[site.place].append(site)
            self._by_name[site.town, squeeze(site.name)].append(site)

    def near(self, row: Traits[Key]) -> Iterator[Traits[Key]]:
        """Yield the sites of the row's neighbourhood, and its namesakes in the town."""
        yield from self._by_place[row.place]
        for site in self._by_name[row.town, squeeze(row.name)]:
            if site.place != row.place:
                yield site


def _candidates(row: Traits[Key], sites: Iterable[Traits[Key]]) -> Iterator[Candidate[Key]]:
    for site in sites:
        if are_siblings(row.name, site.name):
            continue
        alike = name_similarity(row.name, site.name)
        at_address = _is_same_address(row.address, site.address)
        agreeing, differing = _compared(row.facts, site.facts)
        reason = _reason(row, site, alike=alike, at_address=at_address)
        if reason is None:
            continue
        is_certain = {
            # Another name at the same address: only where nothing else has changed either.
            "renamed": agreeing >= _LIKELY_FACTS and not differing,
            "moved": at_address,
            "readdressed": True,
            "alike": False,
        }[reason]
        parts = (alike, float(at_address), agreeing / max(1, agreeing + differing))
        score = sum(weight * part for weight, part in zip(_WEIGHTS, parts, strict=True))
        yield Candidate(site.key, round(score, 3), reason, is_certain)


def _reason(row: Traits[Key], site: Traits[Key], *, alike: float, at_address: bool) -> str | None:
    is_there = row.place == site.place
    if alike == 1:
        # A name stands once in its neighbourhood, so there only the address can be another.
        return "readdressed" if is_there else "moved"
    if at_address:
        return "renamed"
    return "alike" if alike >= _ALIKE else None


class _Name(NamedTuple):
    text: str
    core: str
    marks: frozenset[str]


@lru_cache(maxsize=1 << 14)
def _taken_apart(name: str) -> _Name:
    """Take a name apart once, not again for each that it is compared with."""
    text = squeeze(name)
    return _Name(text, _core(text), _marks(text))


def _marks(text: str) -> frozenset[str]:
    marks = {
        _number(number) + _SAME_UNIT.get(unit, unit) for number, unit in _NUMBERED.findall(text)
    }
    marks |= set(_DIRECTED.findall(text))
    rest = _NUMBERED.sub("", text)
    return frozenset(marks | set(_NUMBER.findall(rest)))


def _number(text: str) -> str:
    """Return a number below a hundred in digits: 十二 and 12 are one."""
    if "十" not in text or "百" in text:
        return "".join(_DIGITS.get(one, one) for one in text)
    tens, _, units = text.partition("十")
    return (_DIGITS.get(tens, tens) or "1") + (_DIGITS.get(units, units) or "0")


def _core(text: str) -> str:
    core = _COMMON.sub("", text)
    return core or text


def _is_same_address(one: str | None, other: str | None) -> bool:
    return bool(one and other) and _squeezed(one or "") == _squeezed(other or "")


_squeezed: Final = lru_cache(maxsize=1 << 14)(squeeze)


def _compared(facts: Iterable[float | None], others: Iterable[float | None]) -> tuple[int, int]:
    """Return how many facts that both tell agree, and how many differ."""
    told = [
        one == other
        for one, other in zip(facts, others, strict=True)
        if one is not None and other is not None
    ]
    return sum(told), len(told) - sum(told)
