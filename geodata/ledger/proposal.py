"""Propose which column of a list is which field: by header, by what headers are near to, by cells.

A proposal is for a person to confirm. What could be two things is left open.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final

from rapidfuzz import fuzz

from geodata.domain.vocabulary import lookup, squeeze, words
from geodata.ledger.content import Known, agrees, fields_by_content
from geodata.ledger.layout import Layout
from geodata.ledger.mapping import columns_by_header, without_unit
from geodata.ledger.values import as_text

ROWS_LOOKED_AT: Final = 200
_SAMPLES: Final = 3
_LONGEST_SAMPLE: Final = 60

_NEAR: Final = 80.0
"""Share of equal letters, in percent, at which a header is near to a name."""

_SHORTEST_HEADER: Final = 4
_SHORTEST_NAME: Final = 3
_CLEARLY: Final = 5.0
"""The best field must be nearer than the next by so much."""

_CLEARLY_HELD: Final = 0.15
_BY_HEADER, _BY_ALIAS, _CONTRADICTED = 1.0, 0.95, 0.4
_LEAST_CONTENT, _CONTENT_SPAN = 0.4, 0.5


class Reason(StrEnum):
    """Why a field is proposed."""

    HEADER = "header"
    ALIAS = "alias"
    SIMILAR = "similar"
    CONTENT = "content"
    REMEMBERED = "remembered"


@dataclass(frozen=True, slots=True)
class Proposal:
    """What one column is taken for.

    Attributes:
        column: Its index from 0.
        header: Its name.
        samples: Some of its cells, the first that differ.
        field: ``None`` where nothing is proposed.
        confidence: 0-1; 0 where nothing is proposed.
        reason: ``None`` where nothing is proposed.
    """

    column: int
    header: str
    samples: tuple[str, ...]
    field: str | None = None
    confidence: float = 0.0
    reason: Reason | None = None


def propose(layout: Layout, known: Known | None = None) -> list[Proposal]:
    """Propose a field for each column of a sheet; a field is proposed for one column only.

    Headers go before cells: the names and aliases of the vocabulary first, then headers that
    are near to one of them, then what the first 200 rows hold. A header that its own cells
    contradict keeps its field with little confidence.

    Args:
        layout: The sheet.
        known: Names of towns and neighbourhoods as `fields_by_content` takes them.
    """
    columns = _columns(layout)
    proposals = [
        Proposal(index, header, _samples(columns[index]))
        for index, header in enumerate(layout.headers)
    ]
    _by_header(layout, columns, proposals)
    _by_likeness(layout, columns, proposals)
    _by_content(columns, proposals, known)
    return proposals


def remembered(proposals: Iterable[Proposal], columns: Mapping[str, int]) -> list[Proposal]:
    """Return proposals as somebody settled them once for the same headers."""
    fields = {index: field for field, index in columns.items()}
    return [
        replace(one, field=fields[one.column], confidence=1.0, reason=Reason.REMEMBERED)
        if one.column in fields
        else replace(one, field=None, confidence=0.0, reason=None)
        for one in proposals
    ]


def columns_of(proposals: Iterable[Proposal]) -> dict[str, int]:
    """Return the column of each field that is proposed."""
    return {one.field: one.column for one in proposals if one.field is not None}


def is_certain(proposals: Iterable[Proposal]) -> bool:
    """Tell whether nobody needs to be asked: headers say it all, and there are names."""
    sure = (Reason.HEADER, Reason.ALIAS, Reason.REMEMBERED)
    told = [one for one in proposals if one.field is not None]
    return any(one.field == "name" for one in told) and all(
        one.reason in sure and one.confidence > _CONTRADICTED for one in told
    )


def _columns(layout: Layout) -> list[list[str]]:
    rows = layout.rows[:ROWS_LOOKED_AT]
    texts = [[as_text(cell) for cell in row] for row in rows if any(map(as_text, row))]
    return [
        [row[index] if index < len(row) else "" for row in texts]
        for index in range(len(layout.headers))
    ]


def _samples(cells: Sequence[str]) -> tuple[str, ...]:
    different = dict.fromkeys(one[:_LONGEST_SAMPLE] for one in cells if one)
    return tuple(different)[:_SAMPLES]


def _by_header(layout: Layout, columns: Sequence[Sequence[str]], proposals: list[Proposal]) -> None:
    for field, index in columns_by_header(layout.written).items():
        written = squeeze(layout.written[index])
        label = without_unit(squeeze(words("field")[field].zh))
        is_label = label in (written, without_unit(written))
        reason = Reason.HEADER if is_label else Reason.ALIAS
        sure = _BY_HEADER if is_label else _BY_ALIAS
        confidence = sure if agrees(field, columns[index]) else _CONTRADICTED
        proposals[index] = replace(
            proposals[index], field=field, confidence=confidence, reason=reason
        )


def _by_likeness(
    layout: Layout, columns: Sequence[Sequence[str]], proposals: list[Proposal]
) -> None:
    """Propose by headers that are nearly a name: 小区全名称, 物业服务公司名."""
    nearest: dict[str, tuple[float, int]] = {}
    for one in proposals[: len(layout.written)]:
        if one.field is None and layout.written[one.column]:
            found = _nearest(without_unit(squeeze(layout.written[one.column])))
            if found and agrees(found[0], columns[one.column]):
                field, score = found
                nearest[field] = max(nearest.get(field, (0.0, 0)), (score, -one.column))
    taken = columns_of(proposals)
    for field, (score, index) in nearest.items():
        if field not in taken:
            proposals[-index] = replace(
                proposals[-index], field=field, confidence=score / 110, reason=Reason.SIMILAR
            )


def _nearest(header: str) -> tuple[str, float] | None:
    """Return the field to whose names a header is clearly nearest, and how near in percent."""
    if len(header) < _SHORTEST_HEADER:
        return None
    scores: dict[str, float] = {}
    for name, field in lookup("field").items():
        if len(name) >= _SHORTEST_NAME and not (name.isascii() and len(name) < _SHORTEST_HEADER):
            score = _NEAR if name in header else fuzz.ratio(name, header)
            scores[field] = max(scores.get(field, 0.0), score)
    ranked = sorted(scores.items(), key=lambda pair: -pair[1])
    (field, best), (_, second) = ranked[:2]
    return (field, best) if best >= _NEAR and best - second >= _CLEARLY else None


def _by_content(
    columns: Sequence[Sequence[str]], proposals: list[Proposal], known: Known | None
) -> None:
    taken = columns_of(proposals)
    found: dict[str, list[tuple[float, int]]] = {}
    for one in proposals:
        if one.field is not None:
            continue
        shares = {
            field: share
            for field, share in fields_by_content(columns[one.column], known).items()
            if field not in taken
        }
        if shares:
            field, share = max(shares.items(), key=lambda pair: pair[1])
            found.setdefault(field, []).append((share, one.column))
    for field, held in found.items():
        (share, index), *others = sorted(held, reverse=True)
        if not others or share - others[0][0] >= _CLEARLY_HELD:
            confidence = _LEAST_CONTENT + _CONTENT_SPAN * share
            proposals[index] = replace(
                proposals[index], field=field, confidence=confidence, reason=Reason.CONTENT
            )
