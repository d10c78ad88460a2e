"""Which district a page shows when nobody says."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy.orm import Session

from geodata.domain.access import Scope
from geodata.domain.division import DivisionKind
from geodata.domain.errors import DomainError
from geodata.store.queries.divisions import DivisionRow, find_divisions


def shown_district(session: Session, scope: Scope, wanted: str | None) -> DivisionRow:
    """Return the district asked for, else the first one in scope.

    Raises:
        DomainError: ``division.not_found`` when it is outside the scope; ``division.none_yet``
            in an empty database.
    """
    return pick_district(find_divisions(session, scope, kind=DivisionKind.DISTRICT), wanted)


def pick_district(districts: Sequence[DivisionRow], wanted: str | None) -> DivisionRow:
    """Return the district asked for among those in scope, else the first; as `shown_district`."""
    if not districts:
        raise DomainError("division.none_yet")
    if wanted is None:
        return districts[0]
    for row in districts:
        if wanted in (row.code, row.name):
            return row
    raise DomainError("division.not_found", division=wanted)
