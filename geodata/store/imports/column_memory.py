"""How lists with the same headers were mapped before, district by district."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from geodata.domain.vocabulary import squeeze
from geodata.store.tables import ColumnMemory


@dataclass(frozen=True, slots=True)
class Remembered:
    """What was settled last.

    Attributes:
        columns: Index by field.
        datum: Name of a datum, ``None`` for a list without coordinates.
    """

    columns: dict[str, int]
    datum: str | None


def recall_columns(session: Session, district: str, headers: Sequence[str]) -> Remembered | None:
    """Return how a list with these headers was mapped last in a district.

    Args:
        session: Any session.
        district: Code.
        headers: As written; a list without any is never remembered.
    """
    if not any(headers):
        return None
    found = session.execute(
        select(ColumnMemory.columns, ColumnMemory.datum).where(
            ColumnMemory.headers_digest == _digest(headers),
            ColumnMemory.district_code == district,
        )
    ).one_or_none()
    return None if found is None else Remembered(dict(found.columns), found.datum)


def remember_columns(
    session: Session,
    district: str,
    headers: Sequence[str],
    remembered: Remembered,
    *,
    by: str,
) -> None:
    """Keep how a list with these headers is mapped, instead of what was kept before."""
    if not any(headers):
        return
    told: Mapping[str, object] = {
        "columns": remembered.columns,
        "datum": remembered.datum,
        "used_by": by,
    }
    statement = insert(ColumnMemory).values(
        headers_digest=_digest(headers), district_code=district, **told
    )
    session.execute(
        statement.on_conflict_do_update(
            index_elements=[ColumnMemory.headers_digest, ColumnMemory.district_code],
            set_={**told, "used_at": func.now()},
        )
    )


def _digest(headers: Sequence[str]) -> str:
    # A mark that no header holds stands between them.
    return sha256("\0".join(map(squeeze, headers)).encode()).hexdigest()
