"""Divisions in scope, in their official order."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import ColumnElement, func, literal_column, or_, select, true
from sqlalchemy.orm import Session, aliased

from geodata.domain.access import Scope
from geodata.domain.division import DivisionKind
from geodata.domain.errors import DomainError
from geodata.store.tables import Division

Bounds = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class DivisionRow:
    """One division; bounds are west, south, east, north in degrees, ``None`` if unknown."""

    code: str
    kind: DivisionKind
    name: str
    parent_code: str | None
    district_code: str
    sort_order: int
    is_sample: bool
    bounds: Bounds | None

    def lies_in(self, scope: Scope) -> bool:
        """Tell whether a division lies in a scope; those above it are seen, but do not."""
        places = {
            DivisionKind.DISTRICT: (self.code, None, None),
            DivisionKind.TOWN: (self.district_code, self.code, None),
            DivisionKind.NEIGHBOURHOOD: (self.district_code, self.parent_code, self.code),
        }
        return scope.holds(*places[self.kind])


def find_divisions(
    session: Session,
    scope: Scope,
    *,
    code: str | None = None,
    kind: DivisionKind | None = None,
    district: str | None = None,
    parent: str | None = None,
) -> list[DivisionRow]:
    """Return divisions in official order: district, then each town with what lies in it.

    The divisions above a scope are part of it: a town officer sees the district's name.
    """
    statement = select(
        Division.code,
        Division.kind,
        Division.name,
        Division.parent_code,
        Division.district_code,
        Division.sort_order,
        Division.is_sample,
        *(getattr(func, f"st_{side}")(Division.geom) for side in ("xmin", "ymin", "xmax", "ymax")),
    ).where(in_scope(scope))
    if code is not None:
        statement = statement.where(Division.code == code)
    if kind is not None:
        statement = statement.where(Division.kind == kind.value)
    if district is not None:
        statement = statement.where(Division.district_code == district)
    if parent is not None:
        statement = statement.where(Division.parent_code == parent)
    # sort_order runs through the whole district; a district's own code keeps districts apart.
    statement = statement.order_by(Division.district_code, Division.sort_order)
    return [
        DivisionRow(
            code=row.code,
            kind=DivisionKind(row.kind),
            name=row.name,
            parent_code=row.parent_code,
            district_code=row.district_code,
            sort_order=row.sort_order,
            is_sample=row.is_sample,
            bounds=_bounds(tuple(row[-4:])),
        )
        for row in session.execute(statement)
    ]


def get_division(session: Session, scope: Scope, code: str) -> DivisionRow:
    """Return one division.

    Raises:
        DomainError: ``division.not_found``; what lies outside the scope does not exist.
    """
    for row in find_divisions(session, scope, code=code):
        return row
    raise DomainError("division.not_found", division=code)


def in_scope(scope: Scope) -> ColumnElement[bool]:
    """Return the predicate over `Division` for an actor: its own, what lies in it, and above."""
    match scope.kind:
        case None:
            return true()
        case DivisionKind.DISTRICT:
            return Division.district_code == scope.code
        case DivisionKind.TOWN:
            own = or_(Division.code == scope.code, Division.parent_code == scope.code)
        case DivisionKind.NEIGHBOURHOOD:
            own = Division.code == scope.code
    child, parent = aliased(Division), aliased(Division)
    above = (
        select(literal_column("1"))
        .select_from(child)
        .join(parent, parent.code == child.parent_code)
        .where(
            child.code == scope.code,
            or_(Division.code == parent.code, Division.code == parent.parent_code),
        )
        .exists()
    )
    return or_(own, above)


def _bounds(box: tuple[float | None, ...]) -> Bounds | None:
    west, south, east, north = box
    if west is None or south is None or east is None or north is None:
        return None
    return west, south, east, north
