"""Take an import back as a whole: what it changed is as it was, what it added was never there.

Nothing is deleted but arrangements that the import began, and their end is told in the versions.
Where somebody has worked on what the import wrote, the whole is refused with the names: their
work is not to be lost by taking back another's.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib.resources import files
from typing import Final

from sqlalchemy import text
from sqlalchemy.orm import Session

from geodata.domain.errors import DomainError
from geodata.store.tables import Site

_GENERATED: Final = frozenset({"id", "geom_3857", "row_version"})
_MOST_NAMED: Final = 20
_LOOKED, _RESTORED = 0.3, 0.8
"""Shares of the time at which it is known that nobody has worked since, and sites are restored."""


def undo_import(
    session: Session, import_id: int, *, progress: Callable[[float], None] = lambda _: None
) -> int:
    """Undo every change of an import.

    Args:
        session: A writing session, signed with the import's own day.
        import_id: Of an applied import, held by the caller.
        progress: Told the share done, 0-1.

    Returns:
        Number of sites that are as they were before.

    Raises:
        DomainError: ``import.worked_on`` with the names of sites changed since.
    """
    asked = {"import_id": import_id}
    worked_on = session.scalars(text(_script("worked_on")), asked).all()
    if worked_on:
        names = list(worked_on[:_MOST_NAMED])
        raise DomainError("import.worked_on", count=len(worked_on), sites=names)
    progress(_LOOKED)
    columns = [one.name for one in Site.__table__.columns if one.name not in _GENERATED]
    assignments = ", ".join(f'"{name}" = before."{name}"' for name in columns)
    sites = session.scalars(
        text(_script("restore_sites").replace("{assignments}", assignments)), asked
    ).all()
    progress(_RESTORED)
    others = [
        session.scalars(text(_script(name)), asked).all()
        for name in ("drop_arrangements", "reopen_arrangements")
    ]
    return len({*sites, *(one for some in others for one in some)})


def _script(name: str) -> str:
    return files("geodata.store.imports").joinpath("sql", f"{name}.sql").read_text("utf-8")
