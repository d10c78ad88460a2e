"""Take over the divisions of a district with their official codes, order and boundaries."""

from __future__ import annotations

from collections.abc import Sequence

from geoalchemy2.shape import from_shape
from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from geodata.domain.division import PARENT_KIND, DivisionDraft, DivisionKind
from geodata.domain.errors import DomainError
from geodata.store.imports.ground import place_footprints
from geodata.store.tables import Division
from geodata.store.tables.base import SRID


def import_divisions(
    session: Session, drafts: Sequence[DivisionDraft], *, is_sample: bool = False
) -> int:
    """Add or update divisions; a boundary already known is kept where the file has none.

    A file may hold a part of a district whose upper levels are already there; its rows then
    come last in the official order. Where boundaries come, footprints are told anew where they
    stand.

    Args:
        session: A writing session.
        drafts: In official order, each after its parent or not.
        is_sample: Whether the district is marked 示例数据.

    Returns:
        Number of divisions taken.

    Raises:
        DomainError: ``division.parent_missing``, ``division.duplicate``.
    """
    kinds: dict[str, DivisionKind] = {}
    parents: dict[str, str | None] = {}
    for draft in drafts:
        if draft.code in kinds:
            raise DomainError("division.duplicate", division=draft.code)
        kinds[draft.code], parents[draft.code] = draft.kind, draft.parent_code
    first = _add_known(session, kinds, parents)
    for draft in drafts:
        _check_parent(draft, kinds)
    rows = [
        {
            "code": draft.code,
            "kind": draft.kind.value,
            "name": draft.name,
            "aliases": list(draft.aliases),
            # Above the district nothing is kept: the city is none of ours.
            "parent_code": None if draft.kind is DivisionKind.DISTRICT else draft.parent_code,
            "district_code": _district_of(draft.code, parents),
            "sort_order": order,
            "is_sample": is_sample,
            "geom": None if draft.boundary is None else from_shape(draft.boundary, SRID),
        }
        for order, draft in enumerate(_official_order(drafts), start=first)
    ]
    statement = insert(Division)
    fresh = statement.excluded
    session.execute(
        statement.on_conflict_do_update(
            index_elements=[Division.code],
            set_={
                "name": fresh.name,
                "aliases": fresh.aliases,
                "parent_code": fresh.parent_code,
                "sort_order": fresh.sort_order,
                "geom": func.coalesce(fresh.geom, Division.geom),
            },
        ),
        rows,
    )
    moved = {_district_of(one.code, parents) for one in drafts if one.boundary is not None}
    for district in sorted(moved):
        place_footprints(session, district)
    return len(rows)


def _add_known(
    session: Session, kinds: dict[str, DivisionKind], parents: dict[str, str | None]
) -> int:
    """Add what the store knows above a file's rows; return the first free place in the order."""
    missing = {code for code in parents.values() if code is not None} - kinds.keys()
    first = 0
    while missing:
        known = session.execute(
            select(
                Division.code, Division.kind, Division.parent_code, Division.district_code
            ).where(Division.code.in_(missing))
        ).all()
        for code, kind, parent, district in known:
            kinds[code], parents[code] = DivisionKind(kind), parent
            last = select(func.max(Division.sort_order)).where(Division.district_code == district)
            first = max(first, (session.scalar(last) or 0) + 1)
        missing = {parent for _, _, parent, _ in known if parent is not None} - kinds.keys()
    return first


def _check_parent(draft: DivisionDraft, kinds: dict[str, DivisionKind]) -> None:
    wanted = PARENT_KIND.get(draft.kind)
    has = kinds.get(draft.parent_code or "")
    if wanted is not None and has is not wanted:
        raise DomainError(
            "division.parent_missing",
            division=draft.code,
            name=draft.name,
            kind=draft.kind.value,
            parent=draft.parent_code,
        )


def _district_of(code: str, parents: dict[str, str | None]) -> str:
    parent = parents[code]
    return code if parent is None or parent not in parents else _district_of(parent, parents)


def _official_order(drafts: Sequence[DivisionDraft]) -> list[DivisionDraft]:
    """Return each division right before what lies in it, in the file's order, parents first."""
    inside: dict[str | None, list[DivisionDraft]] = {}
    codes = {draft.code for draft in drafts}
    for draft in drafts:
        parent = draft.parent_code if draft.parent_code in codes else None
        inside.setdefault(parent, []).append(draft)
    ordered: list[DivisionDraft] = []
    waiting = list(reversed(inside.get(None, [])))
    while waiting:
        draft = waiting.pop()
        ordered.append(draft)
        waiting.extend(reversed(inside.get(draft.code, [])))
    return ordered
