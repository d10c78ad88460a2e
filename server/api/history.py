"""Every change of a site, for programs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Annotated, Any, Final

from fastapi import APIRouter, Query

from geodata.domain.personal import mask_phone
from geodata.store.queries.history import (
    SHAPES,
    HistoryFilter,
    Version,
    site_history,
)
from server.auth import CurrentActor, ReadingSession

router = APIRouter(prefix="/api", tags=["history"])

UNTOLD: Final = frozenset({"id", "site_id", "inspection_id", "row_version", "source_row"})
"""Columns that say nothing to anybody, or the row of a file word for word, phones included."""
_PHONES: Final = frozenset({"phone"})


@router.get("/sites/{site_id}/history")
def history(  # noqa: PLR0913 - the filters of the interface
    site_id: int,
    actor: CurrentActor,
    session: ReadingSession,
    field: Annotated[str | None, Query(max_length=100)] = None,
    first: Annotated[date | None, Query(alias="from")] = None,
    last: Annotated[date | None, Query(alias="to")] = None,
    cursor: Annotated[int | None, Query(ge=0)] = None,
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
    geometry: bool = False,  # noqa: FBT001, FBT002 - a query parameter
) -> dict[str, Any]:
    """Return each changed field of a site and of what hangs on it, newest first.

    ``limit`` counts versions, which may change several fields each. ``from`` and ``to`` are days
    from which a change holds.
    """
    page = site_history(
        session,
        actor.scope,
        site_id,
        HistoryFilter(field=field, first=first, last=last),
        limit=limit,
        cursor=cursor,
        with_shapes=geometry,
    )
    rows = [row for one in page.versions for row in changes_json(one, field)]
    return {"site": site_id, "changes": rows, "next_cursor": page.next_cursor}


def act_of(version: Version) -> str:
    """Return created, changed or ended."""
    if version.old is None:
        return "created"
    return "ended" if version.new is None else "changed"


def changed_fields(version: Version) -> list[tuple[str, Any, Any]]:
    """Return column, before and after of each value that a version changed; phones masked."""
    old, new = version.old or {}, version.new or {}
    names = [name for name in {**old, **new} if name not in UNTOLD]
    return [
        (name, _value(name, old), _value(name, new))
        for name in names
        if old.get(name) != new.get(name)
    ]


def changes_json(version: Version, field: str | None = None) -> Iterator[dict[str, Any]]:
    """Yield each change of a version as the interface tells it."""
    told = {
        "version": version.id,
        "subject": version.subject,
        "row_id": version.row_id,
        "act": act_of(version),
        "by": version.changed_by,
        "reason": version.reason,
        "effective_on": version.effective_on,
        "recorded_at": version.recorded_at,
        "import_id": version.import_id,
    }
    wanted = None if field is None else field.rpartition(".")[2]
    for name, old, new in changed_fields(version):
        if wanted in (None, name) or (wanted == "fee_yuan_m2_month" and name.startswith("fee_")):
            yield {"field": name, "old": old, "new": new, **told}
    for name, shape in version.shapes.items():
        if wanted in (None, name) or (wanted == "boundary" and name == SHAPES[0]):
            area = {"before": shape.get("old_m2"), "after": shape.get("new_m2")}
            sides = {"old": shape.get("old"), "new": shape.get("new")}
            yield {"field": name, "changed": True, "area_m2": area, **sides, **told}


def _value(name: str, columns: Mapping[str, Any]) -> Any:  # noqa: ANN401 - JSON
    value = columns.get(name)
    return mask_phone(value) if name in _PHONES and isinstance(value, str) else value
