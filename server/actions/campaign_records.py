"""What a campaign leaves on paper: letters, publicity, meetings, basis documents (S33-S36)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from geodata.domain.access import WRITING_ROLES, Scope
from geodata.domain.campaign import RecordKind
from geodata.domain.division import DivisionKind
from geodata.domain.errors import DomainError
from geodata.store.audit import audit
from geodata.store.queries.divisions import find_divisions, get_division
from geodata.store.queries.state import within
from geodata.store.session import writing
from geodata.store.tables import CampaignRecord
from server.auth import Actor


@dataclass(frozen=True, slots=True)
class RecordOrder:
    """One record as it is noted; without a unit it is the actor's own division's."""

    kind: RecordKind
    held_on: date
    title: str
    unit: str | None
    told: Mapping[str, str]


def add_record(engine: Engine, actor: Actor, order: RecordOrder) -> int:
    """Note a record of a division in scope; return its id.

    Raises:
        DomainError: ``auth.forbidden``; ``division.not_found``.
    """
    if actor.role not in WRITING_ROLES:
        raise DomainError("auth.forbidden", role=actor.role.value)
    with writing(engine, actor.change("add_record")) as session:
        code = order.unit or actor.scope.code
        if code is None:
            code = find_divisions(session, actor.scope, kind=DivisionKind.DISTRICT)[0].code
        division = get_division(session, actor.scope, code)
        if not division.lies_in(actor.scope):
            raise DomainError("division.not_found", division=code)
        is_neighbourhood = division.kind is DivisionKind.NEIGHBOURHOOD
        is_town = division.kind is DivisionKind.TOWN
        record = CampaignRecord(
            district_code=division.district_code,
            town_code=division.code
            if is_town
            else division.parent_code
            if is_neighbourhood
            else None,
            neighbourhood_code=division.code if is_neighbourhood else None,
            kind=order.kind.value,
            held_on=order.held_on,
            title=order.title,
            told=dict(order.told),
            added_by=actor.username,
        )
        session.add(record)
        session.flush()
        audit(session, actor.username, "add_record", str(record.id), kind=order.kind.value)
        return record.id


def get_record(session: Session, scope: Scope, record_id: int) -> CampaignRecord:
    """Return a record in scope.

    Raises:
        DomainError: ``campaign.no_such_record``.
    """
    found = session.scalar(
        select(CampaignRecord).where(CampaignRecord.id == record_id, within(scope, CampaignRecord))
    )
    if found is None:
        raise DomainError("campaign.no_such_record", record=record_id)
    return found


def attach_scan(
    engine: Engine, actor: Actor, record_id: int, *, name: str, media_type: str, digest: str
) -> None:
    """Put a scan that is in the store to a record, in place of an earlier one.

    Raises:
        DomainError: ``auth.forbidden``; ``campaign.no_such_record``.
    """
    if actor.role not in WRITING_ROLES:
        raise DomainError("auth.forbidden", role=actor.role.value)
    with writing(engine, actor.change("attach_scan")) as session:
        record = get_record(session, actor.scope, record_id)
        record.file_name, record.media_type, record.digest = name, media_type, digest
        audit(session, actor.username, "attach_scan", str(record_id), digest=digest)


def find_records(
    session: Session, scope: Scope, district: str, kind: RecordKind | None
) -> dict[str, Any]:
    """Return records in scope, the latest first, and who has signed a letter (S34).

    ``letters`` is the tree of towns with their neighbourhoods, ``letters_missing`` the towns
    that have none.
    """
    statement = select(CampaignRecord).where(
        CampaignRecord.district_code == district, within(scope, CampaignRecord)
    )
    if kind is not None:
        statement = statement.where(CampaignRecord.kind == kind.value)
    order = (CampaignRecord.held_on.desc(), CampaignRecord.id.desc())
    rows = session.scalars(statement.order_by(*order)).all()
    letters = _letters(session, scope, district, rows)
    names = ("id", "kind", "held_on", "title", "town_code", "neighbourhood_code", "told")
    return {
        "records": [
            {name: getattr(one, name) for name in (*names, "added_by", "file_name")} for one in rows
        ],
        "letters": letters,
        "letters_missing": [
            {"town": one["town"], "name": one["name"]} for one in letters if not one["signed"]
        ],
    }


def _letters(
    session: Session, scope: Scope, district: str, rows: Sequence[CampaignRecord]
) -> list[dict[str, Any]]:
    """Return the tree of letters: which towns have signed, and which of their neighbourhoods."""
    letters = [one for one in rows if one.kind == RecordKind.LETTER]
    towns = {one.town_code for one in letters if one.neighbourhood_code is None}
    neighbourhoods = {one.neighbourhood_code for one in letters}
    units = find_divisions(session, scope, district=district)
    return [
        {
            "town": town.code,
            "name": town.name,
            "signed": town.code in towns,
            "neighbourhoods": [
                {"code": one.code, "name": one.name, "signed": one.code in neighbourhoods}
                for one in units
                if one.parent_code == town.code
            ],
        }
        for town in units
        if town.kind is DivisionKind.TOWN
    ]
