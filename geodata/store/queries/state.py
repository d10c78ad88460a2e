"""The state of sites on a day, cut by scope and narrowed by filters."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Final

from geoalchemy2 import Geometry
from sqlalchemy import (
    BigInteger,
    Boolean,
    ColumnElement,
    Date,
    Integer,
    Numeric,
    Select,
    TableValuedAlias,
    Text,
    column,
    func,
    or_,
    true,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.types import TypeEngine

from geodata.domain.access import Scope
from geodata.domain.division import DivisionKind
from geodata.domain.inspection import VERIFIED_WITHIN_DAYS
from geodata.domain.vocabulary import UNREPORTED_KEY
from geodata.store.tables import Site
from geodata.store.tables.base import SRID

_COLUMNS: Final[dict[str, TypeEngine[Any]]] = {
    "site_id": BigInteger(),
    "external_id": Text(),
    "district_code": Text(),
    "town_code": Text(),
    "neighbourhood_code": Text(),
    "name": Text(),
    "address": Text(),
    "category": Text(),
    "buildings": Integer(),
    "households": Integer(),
    "floor_area_m2": Numeric(),
    "company": Text(),
    "inspection_status": Text(),
    "ticked_types": ARRAY(Text),
    "effective_types": ARRAY(Text),
    "subsidised": Boolean(),
    "is_covered": Boolean(),
    "is_market_covered": Boolean(),
    "is_verified": Boolean(),
    "listed_on": Date(),
    "uncovered_since": Date(),
    "lapsed_on": Date(),
    "last_inspected_on": Date(),
    "geom": Geometry("MULTIPOLYGON", srid=SRID),
    "point": Geometry("POINT", srid=SRID),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteFilter:
    """What to keep; an empty field keeps everything.

    Attributes:
        district: Code of a district.
        town: Code of a town.
        neighbourhood: Code of a neighbourhood.
        category: Categories, or ``unreported``.
        management_type: Effective types, any of which must be in force, or ``unreported``.
        inspection_status: Statuses.
        covered: Whether covered.
        q: Part of the name or address.
        sounding: Ids of sites that ``q`` finds besides: their names sound like it.
        bbox: West, south, east, north in degrees (EPSG:4490).
    """

    district: str | None = None
    town: str | None = None
    neighbourhood: str | None = None
    category: Sequence[str] = ()
    management_type: Sequence[str] = ()
    inspection_status: Sequence[str] = ()
    covered: bool | None = None
    q: str | None = None
    sounding: Sequence[int] = ()
    bbox: tuple[float, float, float, float] | None = None

    def in_district(self, code: str) -> SiteFilter:
        """Return the same filter, narrowed to a district."""
        return replace(self, district=code)


def site_state(on: date) -> TableValuedAlias:
    """Return the table-valued function that tells each site's state on a day."""
    columns = [column(name, kind) for name, kind in _COLUMNS.items()]
    return func.site_state(on, VERIFIED_WITHIN_DAYS).table_valued(*columns).alias("st")


def site_row_on(on: date, names: Iterable[str]) -> TableValuedAlias:
    """Return columns of `Site` as they stood on a day, for who asks more than `site_state` tells.

    Args:
        on: The day.
        names: The columns, shapes not among them.
    """
    columns = (column(name, Site.__table__.c[name].type) for name in names)
    return func.site_as_of(on).table_valued(*columns).alias("row")


def within(scope: Scope, table: Any) -> ColumnElement[bool]:  # noqa: ANN401 - any table or alias
    """Return the one predicate that cuts rows by an actor's scope.

    Args:
        scope: The actor's.
        table: Anything whose columns ``district_code``, ``town_code``, ``neighbourhood_code``
            say where a row lies.
    """
    columns = table.c if isinstance(table, TableValuedAlias) else table
    match scope.kind:
        case None:
            return true()
        case DivisionKind.DISTRICT:
            return _equals(columns.district_code, scope.code)
        case DivisionKind.TOWN:
            return _equals(columns.town_code, scope.code)
        case DivisionKind.NEIGHBOURHOOD:
            return _equals(columns.neighbourhood_code, scope.code)


def filtered(
    statement: Select[Any], state: TableValuedAlias, scope: Scope, wanted: SiteFilter
) -> Select[Any]:
    """Cut a statement over `site_state` by scope, and narrow it by a filter."""
    return statement.where(within(scope, state), *_conditions(state.c, wanted))


def _conditions(c: Any, wanted: SiteFilter) -> Iterator[ColumnElement[bool]]:  # noqa: ANN401
    codes = {kind: getattr(wanted, kind.value) for kind in DivisionKind}
    yield from (c[f"{kind}_code"] == code for kind, code in codes.items() if code is not None)
    if wanted.category:
        yield func.coalesce(c.category, UNREPORTED_KEY).in_(wanted.category)
    if wanted.management_type:
        yield _has_type(c, wanted.management_type)
    if wanted.inspection_status:
        yield c.inspection_status.in_(wanted.inspection_status)
    if wanted.covered is not None:
        yield c.is_covered == wanted.covered
    if wanted.q:
        written = (c[name].icontains(wanted.q, autoescape=True) for name in ("name", "address"))
        yield or_(*written, c.site_id.in_(wanted.sounding))
    if wanted.bbox is not None:
        box = func.st_makeenvelope(*wanted.bbox, SRID)
        yield or_(func.st_intersects(c.geom, box), c.point.op("&&")(box))


def _equals(left: Any, right: str | None) -> ColumnElement[bool]:  # noqa: ANN401
    result: ColumnElement[bool] = left == right
    return result


def _has_type(c: Any, wanted: Sequence[str]) -> ColumnElement[bool]:  # noqa: ANN401
    conditions = [c.effective_types.overlap([one for one in wanted if one != UNREPORTED_KEY])]
    if UNREPORTED_KEY in wanted:
        conditions.append(func.cardinality(c.effective_types) == 0)
    return or_(*conditions)
