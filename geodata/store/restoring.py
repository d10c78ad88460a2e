"""Bring back what a site's record said once, as a new version."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from typing import Any, Final

from sqlalchemy import func, literal_column, select
from sqlalchemy.orm import Session

from geodata.domain.access import Scope
from geodata.domain.errors import DomainError
from geodata.store.edits import change_site, lock_site
from geodata.store.queries.history import history_of, seen
from geodata.store.tables import Site

_TOGETHER: Final[dict[str, tuple[str, ...]]] = {
    "geom": ("geom", "geom_source", "geom_accuracy_m", "geom_note"),
    "boundary": ("geom", "geom_source", "geom_accuracy_m", "geom_note"),
    "fee_yuan_m2_month": ("fee_min_yuan", "fee_max_yuan"),
}
"""Columns that mean something only with each other."""
_KEPT: Final = frozenset(
    {"id", "row_version", "source_row", "geom_3857", "listed_on", "delisted_on"}
    | {"external_id", "district_code", "town_code", "neighbourhood_code"}
)
"""Columns that no version brings back: what a site is told by, where it lies, when it counts."""
RESTORABLE: Final = tuple(one.name for one in Site.__table__.columns if one.name not in _KEPT)
_SHAPES: Final = ("geom", "point")

Check = Callable[[Site, Any], Mapping[str, Any]]
"""Takes a site and a stored boundary; returns columns to be written along with it."""


def restore_site(
    session: Session,
    scope: Scope,
    site_id: int,
    version_id: int,
    *,
    fields: Collection[str] = (),
    version: int | None,
    check: Check,
) -> Collection[str]:
    """Write what a version of a site says into its record.

    Args:
        session: A writing session, signed.
        scope: The actor's.
        site_id: The site.
        version_id: A version of the site's own row.
        fields: What to bring back; nothing named means all that can be.
        version: As in `lock_site`.
        check: Looks at a boundary that would come back; may refuse it.

    Returns:
        The columns that changed.

    Raises:
        DomainError: as `lock_site`; ``change.version_not_found``, ``change.not_restorable``,
            ``change.nothing_differs``.
    """
    columns = _columns(fields)
    site = lock_site(session, scope, site_id, version=version)
    then = _then(session, scope, site_id, version_id)
    same = _same_shapes(session, site_id, version_id)
    values = {
        name: then[name]
        for name in columns
        if (not same[name] if name in _SHAPES else getattr(site, name) != then[name])
    }
    if not values:
        raise DomainError("change.nothing_differs")
    if values.get("geom") is not None:
        values |= check(site, values["geom"])
    return change_site(session, site, values)


def _columns(fields: Iterable[str]) -> list[str]:
    named = list(fields)
    columns = [column for one in named for column in _TOGETHER.get(one, (one,))]
    for one in columns:
        if one not in RESTORABLE:
            raise DomainError("change.not_restorable", field=one)
    return columns or list(RESTORABLE)


def _then(session: Session, scope: Scope, site_id: int, version_id: int) -> Mapping[Any, Any]:
    history = history_of(site_id)
    _, sees_new = seen(history, scope)
    # PostgreSQL reads its own JSON back into the columns' types.
    row = (
        func.jsonb_populate_record(literal_column("NULL::site"), history.c.new)
        .table_valued(*Site.__table__.columns)
        .alias("row")
        .lateral()
    )
    statement = select(row).select_from(history).join(row, history.c.new.is_not(None))
    is_it = (history.c.id == version_id, history.c.subject == "site", sees_new)
    found = session.execute(statement.where(*is_it)).mappings().one_or_none()
    if found is None:
        raise DomainError("change.version_not_found", version=version_id)
    return found


def _same_shapes(session: Session, site_id: int, version_id: int) -> Mapping[Any, Any]:
    history = history_of(site_id)
    standing = func.site_snapshot(literal_column("site")).op("->>")
    told = (
        standing(name).is_not_distinct_from(history.c.new[name].astext).label(name)
        for name in _SHAPES
    )
    statement = select(*told).select_from(history).join(Site, Site.id == site_id)
    return session.execute(statement.where(history.c.id == version_id)).mappings().one()
