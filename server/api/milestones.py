"""The roadmap of a site: dated milestones (S18)."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Final

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy.orm import Session

from geodata.domain.errors import DomainError
from geodata.domain.ledger_rules import tidied
from geodata.store.hanging import add_row, get_row, is_own_of_today
from geodata.store.tables import Site, SiteMilestone
from server.actions.edit_site import change_beside
from server.api.preconditions import VersionSeen, mark_version
from server.auth import WritingActor

router = APIRouter(prefix="/api/sites/{site_id}/milestones", tags=["editing"])

_LONGEST_TITLE: Final = 200
Title = Annotated[str, Field(min_length=1, max_length=_LONGEST_TITLE)]


class MilestoneIn(BaseModel):
    """A step and the day by which it is promised."""

    model_config = ConfigDict(extra="forbid")

    title: Title
    due_on: date
    done_on: date | None = None


class MilestoneChange(BaseModel):
    """What changes of a step; what is not sent stays."""

    model_config = ConfigDict(extra="forbid")

    title: Title | None = None
    due_on: date | None = None
    done_on: date | None = None


@router.post("", status_code=201)
def add(
    site_id: int,
    actor: WritingActor,
    version: VersionSeen,
    sent: MilestoneIn,
    request: Request,
    response: Response,
) -> dict[str, Any]:
    """Add a milestone."""

    def write(session: Session, site: Site) -> dict[str, Any]:
        values = {"title": _title(sent.title), "due_on": sent.due_on, "done_on": sent.done_on}
        return _told(add_row(session, SiteMilestone, site.id, **values))

    return _done(request, response, actor, site_id, version, "add_milestone", write)


@router.patch("/{milestone_id}")
def change(
    site_id: int,
    milestone_id: int,
    actor: WritingActor,
    version: VersionSeen,
    sent: MilestoneChange,
    request: Request,
    response: Response,
) -> dict[str, Any]:
    """Change a milestone: another day, another wording, done."""
    values = sent.model_dump(exclude_unset=True)

    def write(session: Session, site: Site) -> dict[str, Any]:
        row = get_row(session, SiteMilestone, site.id, milestone_id)
        for name, value in values.items():
            if name == "done_on" or value is not None:
                setattr(row, name, _title(value) if name == "title" else value)
        return _told(row)

    return _done(request, response, actor, site_id, version, "edit_milestone", write)


@router.delete("/{milestone_id}")
def remove(
    site_id: int,
    milestone_id: int,
    actor: WritingActor,
    version: VersionSeen,
    request: Request,
    response: Response,
) -> dict[str, Any]:
    """Take back a milestone that oneself added today; an older promise stays to be read."""

    def write(session: Session, site: Site) -> dict[str, Any]:
        row = get_row(session, SiteMilestone, site.id, milestone_id)
        if not is_own_of_today(session, row, actor.username):
            raise DomainError("milestone.kept", title=row.title)
        told = _told(row)
        session.delete(row)
        return told

    return _done(request, response, actor, site_id, version, "remove_milestone", write)


def _done(
    request: Request,
    response: Response,
    actor: WritingActor,
    site_id: int,
    version: int,
    act: str,
    write: Any,  # noqa: ANN401
) -> dict[str, Any]:
    engine = request.app.state.engine
    told, standing = change_beside(engine, actor, site_id, version, act, write)
    mark_version(response, standing)
    return {"milestone": told, "row_version": standing}


def _title(text: str) -> str:
    title = tidied(text)
    if title is None:
        raise DomainError("milestone.title_missing")
    return title


def _told(row: SiteMilestone) -> dict[str, Any]:
    return {"id": row.id, "title": row.title, "due_on": row.due_on, "done_on": row.done_on}
