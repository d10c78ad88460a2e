"""What others changed at a site since somebody looked at it, field by field."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from geodata.domain.ledger_rules import FIELDS
from geodata.domain.personal import mask_phone
from geodata.store.hanging import KEYED
from geodata.store.sealing import with_open_phone
from geodata.store.tables import ManagementArrangement, Site, SiteVersion

TICKS: Final = "ticked_types"
_PLACE: Final = {"town": "town_code", "neighbourhood": "neighbourhood_code"}
_COLUMNS: Final = {**{name: name for name in FIELDS}, **_PLACE}
_KEYED_TABLES: Final = {table.__tablename__: (group, key) for group, (table, key) in KEYED.items()}
_UNTOLD: Final = frozenset({"id", "site_id", *(key for _, key in KEYED.values())})


@dataclass(frozen=True, slots=True)
class FieldConflict:
    """One field that an edit and the standing record tell differently, or that moved meanwhile.

    Attributes:
        field: As the edit names it: a column, ``ticked_types``, or ``contacts.SLOT`` and so on.
        seen: The value that the editor had before; phones are masked everywhere.
        standing: The value now.
        wished: The value that the editor wants; ``seen`` where nothing else is wanted.
        by: Who changed it since, ``None`` when nobody did.
        at: When.
    """

    field: str
    seen: Any
    standing: Any
    wished: Any
    by: str | None
    at: datetime | None


@dataclass(slots=True)
class _Past:
    """What was there at the seen version, and who changed what since."""

    seen: dict[str, Any]
    changed: dict[str, tuple[str, datetime]]


def conflicts(
    session: Session,
    site: Site,
    version: int,
    *,
    wished: Mapping[str, Any],
    seen: Mapping[str, Any],
) -> list[FieldConflict]:
    """Return every field that the edit wants to change or that has changed since.

    Args:
        session: A session that sees the standing record.
        site: The standing record.
        version: The ``row_version`` that the editor saw.
        wished: The edit, by field.
        seen: What the editor says it saw, which goes before what the history tells.
    """
    past = _past(session, site.id, version)
    standing = standing_values(session, site)
    found = []
    for name in dict.fromkeys([*past.changed, *wished]):
        now = standing.get(name)
        before = seen[name] if name in seen else past.seen.get(name, now)
        # What was changed and changed back is no difference.
        has_moved = name in past.changed and past.seen.get(name, before) != now
        if not has_moved and name not in wished:
            continue
        by, at = past.changed[name] if has_moved else (None, None)
        want = _plain(wished.get(name, before))
        told, stands, wanted = (_masked(name, one) for one in (before, now, want))
        found.append(FieldConflict(name, told, stands, wanted, by, at))
    return found


def standing_values(session: Session, site: Site) -> dict[str, Any]:
    """Return all that a person may enter about a site, as it stands, by field."""
    values = {name: _plain(getattr(site, column)) for name, column in _COLUMNS.items()}
    types = select(ManagementArrangement.management_type).where(
        ManagementArrangement.site_id == site.id, ManagementArrangement.ends_on.is_(None)
    )
    values[TICKS] = sorted(session.scalars(types))
    for group, (table, key) in KEYED.items():
        for row in session.scalars(select(table).where(table.site_id == site.id)):
            columns = {one.name: _plain(getattr(row, one.name)) for one in table.__table__.c}
            values[f"{group}.{columns[key]}"] = _told(columns)
    return values


def _past(session: Session, site_id: int, version: int) -> _Past:
    mine = (
        select(SiteVersion)
        .where(
            SiteVersion.site_id == site_id,
            SiteVersion.subject == Site.__tablename__,
            SiteVersion.new["row_version"].as_integer() == version,
        )
        .order_by(SiteVersion.id.desc())
    )
    then = session.scalars(mine.limit(1)).first()
    if then is None:
        return _Past({}, {})
    later = select(SiteVersion).where(
        SiteVersion.site_id == site_id,
        SiteVersion.id > then.id,
        # What was written in one transaction with the version was seen with it.
        SiteVersion.recorded_at != then.recorded_at,
    )
    known = with_open_phone(then.new)
    past = _Past({name: known.get(column) for name, column in _COLUMNS.items()}, {})
    for one in session.scalars(later.order_by(SiteVersion.id)):
        _note(past, one)
    return past


def _note(past: _Past, version: SiteVersion) -> None:
    old, new = with_open_phone(version.old), with_open_phone(version.new)
    who = (version.changed_by, version.recorded_at)
    if version.subject == Site.__tablename__:
        moved = [name for name, column in _COLUMNS.items() if old.get(column) != new.get(column)]
        past.changed |= dict.fromkeys(moved, who)
    elif version.subject == ManagementArrangement.__tablename__:
        past.changed[TICKS] = who
    elif version.subject in _KEYED_TABLES:
        group, key = _KEYED_TABLES[version.subject]
        name = f"{group}.{(new or old)[key]}"
        # The first change tells what stood there before all of them.
        past.seen.setdefault(name, _told(old) if old else None)
        past.changed[name] = who


def _told(row: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in row.items() if name not in _UNTOLD}


def _plain(value: Any) -> Any:  # noqa: ANN401 - what a column holds
    """Return a value as JSON tells it."""
    if isinstance(value, Mapping):
        return {name: _plain(one) for name, one in value.items()}
    if isinstance(value, date):
        return value.isoformat()
    return float(value) if isinstance(value, Decimal) else value


def _masked(name: str, value: Any) -> Any:  # noqa: ANN401 - JSON
    if name == "phone":
        return mask_phone(value)
    if isinstance(value, dict) and "phone" in value:
        return {**value, "phone": mask_phone(value["phone"])}
    return value
