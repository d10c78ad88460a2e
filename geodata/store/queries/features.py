"""Features of declared layers: page by page as GeoJSON, one by one, or all of them as rows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final

from shapely.geometry.base import BaseGeometry
from sqlalchemy import JSON, ColumnElement, Select, and_, cast, func, literal, select
from sqlalchemy.orm import Session
from sqlalchemy.types import Text

from geodata.domain.access import Scope
from geodata.domain.errors import DomainError
from geodata.layers import Layer
from geodata.spatial.offered_crs import CRS84, OfferedCrs
from geodata.store.queries.cql2 import condition
from geodata.store.queries.cql2_spatial import bound
from geodata.store.queries.divisions import Bounds, in_scope
from geodata.store.queries.feature_sources import FeatureSource, feature_source
from geodata.store.tables import Division

Key = int | str
_ROWS_AT_ONCE: Final = 5000
_LARGEST_KEY: Final = 2**63 - 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which features, and how.

    Attributes:
        on: The day of validity; layers without days ignore it.
        area: Where they must reach, EPSG:4490, ``None`` for anywhere.
        equal: Fields and the values that they must have.
        tree: A CQL2 filter as `geodata.store.queries.cql2.read_filter` returns it, or ``None``.
        filter_crs: Of the positions in the filter.
        crs: In which to tell positions.
        properties: Names of the fields to tell, ``None`` for all.
    """

    on: date
    area: BaseGeometry | None = None
    equal: Mapping[str, str | float | bool | date] = field(default_factory=dict)
    tree: Any = None
    filter_crs: OfferedCrs = CRS84
    crs: OfferedCrs = CRS84
    properties: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked of a layer, checked, without anything asked of the database yet.

    Attributes:
        source: The features.
        wanted: Which of them.
        kept: The conditions, but for the scope.
    """

    source: FeatureSource
    wanted: Wanted
    kept: ColumnElement[bool]

    @property
    def fields(self) -> dict[str, ColumnElement[Any]]:
        """The fields to tell, in the layer's order."""
        names = self.wanted.properties
        every = self.source.fields
        return every if names is None else {one: every[one] for one in every if one in names}


@dataclass(frozen=True, slots=True)
class FeaturePage:
    """A page of features in the order of their keys.

    Attributes:
        features: Each as the JSON text of a GeoJSON feature.
        last: Key of the last one if there are more, else ``None``.
    """

    features: list[str]
    last: Key | None


def ask(layer: Layer, wanted: Wanted) -> Question:
    """Return a question to a layer.

    Raises:
        DomainError: What the filter has wrong, see `geodata.store.queries.cql2.condition`.
    """
    source = feature_source(layer, wanted.on)
    conditions = [source.kept]
    if wanted.area is not None:
        area = bound(wanted.area)
        # Said as well: behind a policy PostgreSQL looks into an index for `&&` alone.
        conditions += [source.geometry.op("&&")(area), func.st_intersects(source.geometry, area)]
    conditions += [source.fields[name] == value for name, value in wanted.equal.items()]
    if wanted.tree is not None:
        conditions.append(condition(wanted.tree, source, wanted.filter_crs))
    return Question(source, wanted, and_(*conditions))


def feature_key(layer: Layer, text: str) -> Key:
    """Return the key that an address or a cursor writes.

    Raises:
        DomainError: ``ogc.feature_not_found``: no feature can have such a key.
    """
    if feature_source(layer, date.min).has_text_keys:
        return text
    if not (text.isascii() and text.isdigit()) or int(text[:20]) > _LARGEST_KEY:
        raise DomainError("ogc.feature_not_found", collection=layer.id, feature=text[:40])
    return int(text)


def count_features(session: Session, scope: Scope, question: Question) -> int:
    """Return how many features in scope a question matches."""
    source = question.source
    statement = select(func.count()).select_from(source.rows)
    return session.scalar(statement.where(source.cut(scope), question.kept)) or 0


def find_features(
    session: Session, scope: Scope, question: Question, *, limit: int, after: Key | None = None
) -> FeaturePage:
    """Return the features after a key.

    Keys do not move when rows are edited, so that pages neither repeat nor leave out a feature.

    Args:
        session: A reading session.
        scope: The actor's.
        question: What is asked.
        limit: Features at most.
        after: Key of the last one of the page before.
    """
    key = question.source.key
    statement = _cut(select(key, _feature(question)), question, scope)
    if after is not None:
        statement = statement.where(key > after)
    rows = session.execute(statement.order_by(key).limit(limit + 1)).all()
    kept = rows[:limit]
    return FeaturePage([row[1] for row in kept], kept[-1][0] if len(rows) > limit else None)


def get_feature(session: Session, scope: Scope, question: Question, key: Key) -> str:
    """Return one feature as JSON.

    Raises:
        DomainError: ``ogc.feature_not_found``; what lies outside the scope does not exist.
    """
    source = question.source
    statement = _cut(select(_feature(question)), question, scope).where(source.key == key)
    found: str | None = session.scalar(statement)
    if found is None:
        raise DomainError(
            "ogc.feature_not_found", collection=source.layer.id, feature=str(key)[:40]
        )
    return found


def feature_rows(
    session: Session,
    scope: Scope,
    question: Question,
    *,
    limit: int,
    after: Key | None = None,
) -> Iterator[list[Any]]:
    """Yield features as rows: key, geometry as WKB (east first) or ``None``, then each field.

    They are fetched in pieces, so that a large layer needs little memory.
    """
    source = question.source
    shape = func.st_asbinary(_placed(source.geometry, question.wanted.crs))
    statement = _cut(select(source.key, shape, *question.fields.values()), question, scope)
    if after is not None:
        statement = statement.where(source.key > after)
    statement = statement.order_by(source.key).limit(limit)
    rows = session.execute(statement.execution_options(yield_per=_ROWS_AT_ONCE))
    for row in rows:
        yield [row[0], None if row[1] is None else bytes(row[1]), *row[2:]]


def layer_bounds(session: Session, scope: Scope, layer: Layer, *, on: date) -> Bounds | None:
    """Return west, south, east, north of a layer in scope, EPSG:4490; ``None`` if unknown.

    Sites and findings are measured. Of the ground it is the divisions that the scope sees, so
    that nobody waits for a million outlines to be measured.
    """
    source = feature_source(layer, on)
    if layer.is_dated:
        statement = select(func.st_extent(source.geometry).label("box")).select_from(source.rows)
        box = statement.where(source.cut(scope), source.kept).subquery()
    else:
        box = select(func.st_extent(Division.geom).label("box")).where(in_scope(scope)).subquery()
    sides = [getattr(func, f"st_{one}")(box.c.box) for one in ("xmin", "ymin", "xmax", "ymax")]
    row = session.execute(select(*sides)).one()
    return None if row[0] is None else (row[0], row[1], row[2], row[3])


def _cut(statement: Select[Any], question: Question, scope: Scope) -> Select[Any]:
    source = question.source
    return statement.select_from(source.rows).where(source.cut(scope), question.kept)


def _placed(geometry: Any, crs: OfferedCrs) -> Any:  # noqa: ANN401 - SQL expressions
    return geometry if crs.is_degrees else func.st_transform(geometry, crs.epsg)


def _feature(question: Question) -> ColumnElement[str]:
    source, crs = question.source, question.wanted.crs
    placed = _placed(source.geometry, crs)
    if crs.is_north_first:
        placed = func.st_flipcoordinates(placed)
    pairs = {
        "type": literal("Feature", Text),
        "id": source.key,
        "geometry": cast(func.st_asgeojson(placed, crs.decimals, 0), JSON),
        "properties": _object(question.fields),
    }
    # As text: PostgreSQL has written the JSON, nobody needs to read and write it again here.
    return cast(_object(pairs), Text)


def _object(pairs: Mapping[str, Any]) -> Any:  # noqa: ANN401 - SQL expression
    flat: list[Any] = []
    for name, value in pairs.items():
        flat += [literal(name, Text), value]
    return func.json_build_object(*flat)
