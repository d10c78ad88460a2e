"""Every change of a site and of what hangs on it: who, when, old, new, why."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from types import SimpleNamespace
from typing import Any, Final

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Date,
    DateTime,
    RowMapping,
    TableValuedAlias,
    Text,
    and_,
    case,
    cast,
    column,
    func,
    literal,
    or_,
    select,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Session
from sqlalchemy.types import TypeEngine

from geodata.domain.access import Scope
from geodata.domain.errors import DomainError
from geodata.store.queries.state import within
from geodata.store.sealing import with_open_phone

PLACE: Final = ("district_code", "town_code", "neighbourhood_code")
SHAPES: Final = ("geom", "point")

_FIELDS: Final = {"boundary": ("geom",), "fee_yuan_m2_month": ("fee_min_yuan", "fee_max_yuan")}
"""Fields of the form that stand in other columns, or in several."""
_COLUMNS: Final[dict[str, TypeEngine[Any]]] = {
    "id": BigInteger(),
    "subject": Text(),
    "row_id": BigInteger(),
    "old": JSONB(),
    "new": JSONB(),
    "changed_by": Text(),
    "reason": Text(),
    "effective_on": Date(),
    "recorded_at": DateTime(timezone=True),
    "import_id": BigInteger(),
    **dict.fromkeys((*PLACE, "district_before", "town_before", "neighbourhood_before"), Text()),
}
_METRIC: Final = 4326
_DECIMALS: Final = 7


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryFilter:
    """Which changes to tell.

    Attributes:
        field: A column, a field of the form, or ``subject.column``; ``None`` for all.
        first: First day from which a change holds.
        last: Last such day.
    """

    field: str | None = None
    first: date | None = None
    last: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """One change, cut to what the actor may see of it.

    Attributes:
        id: Grows with the time of recording.
        subject: The table; ``site`` or one that hangs on it.
        row_id: Row of the table.
        old: Columns before, ``None`` for a row that was added.
        new: Columns after, ``None`` for a row that is gone. Shapes are not among the columns.
        changed_by: Who.
        reason: Why.
        effective_on: Day from which it holds.
        recorded_at: When it was written down.
        import_id: The import it was a part of.
        sees_old: Whether the site lay in scope before; if not, only its place is told.
        sees_new: The same after.
        shapes: By ``geom`` and ``point``, where they changed: areas in square metres, and
            GeoJSON (EPSG:4490) where it was asked for, before and after.
    """

    id: int
    subject: str
    row_id: int
    old: Mapping[str, Any] | None
    new: Mapping[str, Any] | None
    changed_by: str
    reason: str
    effective_on: date
    recorded_at: datetime
    import_id: int | None
    sees_old: bool
    sees_new: bool
    shapes: Mapping[str, Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class HistoryPage:
    """Some versions, newest first, and the id before which to go on; ``None`` on the last."""

    versions: list[Version]
    next_cursor: int | None


def site_history(
    session: Session,
    scope: Scope,
    site_id: int,
    wanted: HistoryFilter = HistoryFilter(),
    *,
    limit: int = 100,
    cursor: int | None = None,
    with_shapes: bool = False,
) -> HistoryPage:
    """Return one page of a site's versions, newest first.

    A version is told to whoever the site belonged to on its day; a move is told to both sides,
    each with its own values and the other's place.

    Args:
        session: A reading session.
        scope: The actor's.
        site_id: The site.
        wanted: Which changes.
        limit: Versions at most.
        cursor: Id before which to go on.
        with_shapes: Tell boundaries and points as GeoJSON too.

    Raises:
        DomainError: ``site.not_found`` where no version lies in scope.
    """
    history = history_of(site_id)
    sees_old, sees_new = seen(history, scope)
    if not session.scalar(select(select(history.c.id).where(or_(sees_old, sees_new)).exists())):
        raise DomainError("site.not_found", site=site_id)
    statement = select(
        *(c for c in history.c if c.name not in ("old", "new")),
        *(_without(history.c[side], *SHAPES).label(side) for side in ("old", "new")),
        sees_old.label("sees_old"),
        sees_new.label("sees_new"),
        *_shapes(history, with_shapes=with_shapes),
    ).where(or_(sees_old, sees_new), *_conditions(history.c, wanted))
    if cursor is not None:
        statement = statement.where(history.c.id < cursor)
    statement = statement.order_by(history.c.id.desc()).limit(limit + 1)
    found = [_version(row) for row in session.execute(statement).mappings()]
    more = len(found) > limit
    return HistoryPage(found[:limit], found[limit - 1].id if more else None)


def history_of(site_id: int) -> TableValuedAlias:
    """Return the table-valued function that tells a site's versions and where it lay."""
    columns = [column(name, kind) for name, kind in _COLUMNS.items()]
    return func.site_history(site_id).table_valued(*columns).alias("h")


def seen(
    history: TableValuedAlias, scope: Scope
) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    """Return whether the site lay in scope before a version, and after it."""
    before = SimpleNamespace(
        district_code=history.c.district_before,
        town_code=history.c.town_before,
        neighbourhood_code=history.c.neighbourhood_before,
    )
    sees_old = and_(history.c.old.is_not(None), within(scope, before))
    sees_new = and_(history.c.new.is_not(None), within(scope, history))
    return func.coalesce(sees_old, False), func.coalesce(sees_new, False)


def _conditions(c: Any, wanted: HistoryFilter) -> Iterator[ColumnElement[bool]]:  # noqa: ANN401
    # A version that only counts on, or that carries another through a later day, says nothing.
    counted = [_without(one, "row_version", "source_row") for one in (c.old, c.new)]
    yield counted[0].is_distinct_from(counted[1])
    if wanted.field is not None:
        subject, _, name = wanted.field.rpartition(".")
        names = _FIELDS.get(name, (name,))
        yield or_(*(c.old[one].is_distinct_from(c.new[one]) for one in names))
        if subject:
            yield c.subject == subject
    if wanted.first is not None:
        yield c.effective_on >= wanted.first
    if wanted.last is not None:
        yield c.effective_on <= wanted.last


def _without(columns: Any, *names: str) -> Any:  # noqa: ANN401 - a column of JSON objects
    for name in names:
        columns = columns.op("-", return_type=JSONB())(literal(name, Text))
    return columns


def _shapes(history: TableValuedAlias, *, with_shapes: bool) -> Iterator[ColumnElement[Any]]:
    for name in SHAPES:
        texts = {side: history.c[side][name].astext for side in ("old", "new")}
        changed = texts["old"].is_distinct_from(texts["new"])
        yield changed.label(f"{name}_changed")
        for side, text in texts.items():
            shape = func.st_geomfromewkb(func.decode(text, "hex"))
            area = func.st_area(func.geography(func.st_transform(shape, _METRIC)))
            yield case((changed, area)).label(f"{name}_{side}_m2")
            if with_shapes:
                told = cast(func.st_asgeojson(shape, _DECIMALS, 0), JSONB)
                yield case((changed, told)).label(f"{name}_{side}_shape")


def _version(row: RowMapping) -> Version:
    names = ("id", "subject", "row_id", "changed_by", "reason", "effective_on", "recorded_at")
    return Version(
        **{name: row[name] for name in names},
        import_id=row["import_id"],
        sees_old=row["sees_old"],
        sees_new=row["sees_new"],
        old=_side(row, "old"),
        new=_side(row, "new"),
        shapes={name: _shape(row, name) for name in SHAPES if row[f"{name}_changed"]},
    )


def _side(row: RowMapping, side: str) -> Mapping[str, Any] | None:
    """Return the columns of one side; of one that lies elsewhere only where that is."""
    columns: Mapping[str, Any] | None = row[side]
    if columns is None:
        return None
    if row[f"sees_{side}"]:
        return with_open_phone(columns)
    return {name: columns[name] for name in PLACE}


def _shape(row: RowMapping, name: str) -> Mapping[str, Any]:
    told: dict[str, Any] = {}
    for side in ("old", "new"):
        if row[f"sees_{side}"]:
            told[f"{side}_m2"] = row[f"{name}_{side}_m2"]
            told[side] = row.get(f"{name}_{side}_shape")
    return told
