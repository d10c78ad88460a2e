"""What changed at a site, told in the words of the ledger, and brought back."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from http import HTTPStatus
from itertools import groupby
from typing import Annotated, Any, Final

from fastapi import APIRouter, Form, Query, Request, Response
from fastapi.responses import RedirectResponse

from geodata.domain.access import WRITING_ROLES
from geodata.domain.period import SHANGHAI, today
from geodata.domain.vocabulary import Language
from geodata.store.queries.divisions import find_divisions
from geodata.store.queries.history import HistoryFilter, Version, site_history
from geodata.store.queries.sites import get_site
from geodata.store.restoring import RESTORABLE
from server.actions.restoring import RestoreOrder, restore
from server.actions.told import HIDDEN, field_name, field_of, value_text
from server.api.history import act_of, changed_fields
from server.api.parameters import Day
from server.auth import CurrentActor, ReadingSession, WritingActor
from server.i18n import catalogue, language_of
from server.pages.outline import Outline, outline
from server.pages.render import page

router = APIRouter()

_VERSIONS: Final = 40


@dataclass(frozen=True, slots=True)
class Told:
    """One value that changed: its column and name, what it was, what it is."""

    column: str
    name: str
    old: str
    new: str


@dataclass(frozen=True, slots=True)
class Event:
    """One version for people.

    Attributes:
        version: Its id.
        subject: Table it happened in.
        act: created, changed or ended.
        changes: The values that changed; phones are masked.
        outline: The boundary before and after, where it changed.
        can_restore: Whether the record can be brought back to it.
    """

    version: int
    subject: str
    act: str
    changes: list[Told]
    outline: Outline | None
    can_restore: bool


@dataclass(frozen=True, slots=True)
class Act:
    """What one person did at once, for one reason."""

    on: date
    at: datetime
    by: str
    reason: str
    import_id: int | None
    events: list[Event]


@router.get("/sites/{site_id}/history")
def history_part(
    site_id: int,
    request: Request,
    actor: CurrentActor,
    session: ReadingSession,
    on: Day,
    field: Annotated[str | None, Query(max_length=100)] = None,
    cursor: Annotated[int | None, Query(ge=0)] = None,
) -> Response:
    """Show the changes of a site that held by a day, or of one of its fields."""
    wanted = HistoryFilter(field=field or None, last=on if on < today() else None)
    found = site_history(
        session, actor.scope, site_id, wanted, limit=_VERSIONS, cursor=cursor, with_shapes=True
    )
    language = language_of(request)
    names = {row.code: row.name for row in find_divisions(session, actor.scope)}
    seen = None
    if on >= today() and actor.role in WRITING_ROLES:
        record = get_site(session, actor.scope, site_id, on=on)
        seen = None if record.left_on else record.site.row_version
    return page(
        request,
        "_history.html",
        site_id=site_id,
        acts=acts(found.versions, language, names, wanted.field),
        fields=_choices(language),
        field=wanted.field,
        seen=seen,
        on=on,
        next_cursor=found.next_cursor,
        is_first=cursor is None,
    )


@router.post("/sites/{site_id}/restore")
def restore_page(  # noqa: PLR0913 - the fields of the form
    site_id: int,
    request: Request,
    actor: WritingActor,
    version: Annotated[int, Form()],
    reason: Annotated[str, Form(min_length=1, max_length=500)],
    seen: Annotated[int, Form()],
    field: Annotated[str | None, Form(max_length=100)] = None,
    note: Annotated[str | None, Form(max_length=500)] = None,
) -> Response:
    """Bring a record back to what a version says, and show it."""
    order = RestoreOrder(
        version=version,
        reason=reason,
        fields=[field] if field else [],
        seen=seen,
        note=note or None,
    )
    restore(request.app.state.engine, actor, site_id, order)
    return RedirectResponse(f"/sites/{site_id}#history", HTTPStatus.SEE_OTHER)


def acts(
    versions: Iterable[Version],
    language: Language,
    names: Mapping[str, str],
    field: str | None = None,
) -> list[Act]:
    """Return a site's changes grouped by who did what at once, in the order given.

    Args:
        versions: As `site_history` returns them.
        language: Of names and values.
        names: Of divisions, by code.
        field: The one field that is asked for, ``None`` for all.
    """

    def act(one: Version) -> tuple[Any, ...]:
        return one.recorded_at, one.changed_by, one.reason, one.import_id

    return [
        Act(
            on=min(one.effective_on for one in group),
            at=at.astimezone(SHANGHAI),
            by=by,
            reason=_said(reason, language),
            import_id=import_id,
            events=events,
        )
        for (at, by, reason, import_id), found in groupby(versions, act)
        for group in [list(found)]
        for events in [[_event(one, language, names, field) for one in group]]
        if any(one.changes or one.outline or one.act != "changed" for one in events)
    ]


def _said(reason: str, language: Language) -> str:
    """Return a reason as people read it; where nobody gave one it is the name of the act.

    Imports once gave the name of the act and the file's.
    """
    acts = catalogue("words")
    act, blank, file = reason.partition(" ")
    if f"act.{act}" not in acts or (blank and not act.startswith("import_")):
        return reason
    return f"{acts[f'act.{act}'][language]}{blank}{file}"


def _event(one: Version, language: Language, names: Mapping[str, str], field: str | None) -> Event:
    changes = [
        Told(
            column,
            field_name(column, language),
            names.get(str(old)) or value_text(column, old, language),
            names.get(str(new)) or value_text(column, new, language),
        )
        for column, old, new in changed_fields(one)
        if column not in HIDDEN and (field is None or field in (column, field_of(column)))
    ]
    is_shape_wanted = field in (None, "boundary", "geom")
    return Event(
        version=one.id,
        subject=one.subject,
        act=act_of(one),
        changes=changes,
        outline=outline(one.shapes["geom"]) if is_shape_wanted and "geom" in one.shapes else None,
        can_restore=one.subject == "site" and one.sees_new,
    )


def _choices(language: Language) -> list[tuple[str, str]]:
    """Return the fields that a reader may look at alone, by the names of the form."""
    found = {field_of(one): field_name(one, language) for one in RESTORABLE}
    hidden = HIDDEN | {"point"}
    return [(key, name) for key, name in found.items() if key not in hidden]
