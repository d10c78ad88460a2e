"""Divisions of a vector file or a table: code, level, name, parent, and the boundary if any."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Final

from geodata.domain.division import DivisionDraft, DivisionKind
from geodata.domain.errors import DomainError

COLUMNS: Final = {
    "code": ("code", "代码", "编码", "区划代码"),
    "kind": ("kind", "level", "级别", "层级"),
    "name": ("name", "名称"),
    "parent_code": ("parent_code", "parent", "上级代码"),
    "aliases": ("aliases", "别名"),
}
_NEEDED: Final = ("code", "kind", "name")
_KINDS: Final = {
    **{kind.value: kind for kind in DivisionKind},
    "区": DivisionKind.DISTRICT,
    "镇(街道)": DivisionKind.TOWN,
    "社区(村居)": DivisionKind.NEIGHBOURHOOD,
}


def read_divisions(path: Path, rows: Iterable[Mapping[str, Any]]) -> list[DivisionDraft]:
    """Read divisions from the rows of a table or the attributes of features.

    Args:
        path: The file, for messages.
        rows: By header; ``geometry`` holds a MultiPolygon in EPSG:4490 or nothing, and
            ``feature_no`` the number to name a row by, else rows count from 2, below a header.

    Raises:
        DomainError: ``divisions.column_missing``; ``divisions.kind_unknown`` and
            ``divisions.cell_missing`` with the row.
    """
    drafts: list[DivisionDraft] = []
    for position, row in enumerate(rows, start=2):
        number = row.get("feature_no", position)
        cells = {key: _pick(row, names) for key, names in COLUMNS.items()}
        for key in _NEEDED:
            if cells[key] is None:
                raise DomainError("divisions.column_missing", file=path.name, column=key)
            if not cells[key]:
                raise DomainError("divisions.cell_missing", file=path.name, row=number, column=key)
        kind = _KINDS.get(cells["kind"] or "")
        if kind is None:
            raise DomainError(
                "divisions.kind_unknown", file=path.name, row=number, value=cells["kind"]
            )
        drafts.append(
            DivisionDraft(
                code=cells["code"] or "",
                kind=kind,
                name=cells["name"] or "",
                parent_code=cells["parent_code"] or None,
                aliases=tuple(one for one in (cells["aliases"] or "").split(";") if one),
                boundary=row.get("geometry"),
            )
        )
    return drafts


def _pick(row: Mapping[str, Any], names: Iterable[str]) -> str | None:
    """Return a cell as text, ``None`` when the table has no such column."""
    for name in names:
        if name in row:
            value = row[name]
            is_nothing = value is None or value != value  # noqa: PLR0124 - nan is not itself
            return "" if is_nothing else str(value).strip()
    return None
