"""Items of a collection: a page as GeoJSON, all of them as a file, or one."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated, Any, BinaryIO, Final
from urllib.parse import quote

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import StreamingResponse

from geodata.domain.errors import DomainError
from geodata.layers import Layer
from geodata.spatial.feature_files import MOST_FEATURES, FeatureFormat, FeatureTable, write_features
from geodata.store.queries.features import (
    Key,
    Question,
    ask,
    count_features,
    feature_key,
    feature_rows,
    find_features,
    get_feature,
)
from server.api.ogc.formats import ITEM_FORMATS, format_asked
from server.api.ogc.links import GEOJSON, JSON, address, cursor_after, link, read_cursor, same
from server.api.ogc.parameters import (
    LAYER_PATH,
    ONE_FEATURE,
    SEVERAL,
    USUAL_PAGE,
    KnownLayer,
    limit_asked,
    read_query,
    wanted_one,
    wanted_several,
)
from server.auth import Actor, CurrentActor, ReadingSession

of_layer = APIRouter(prefix=LAYER_PATH)

_PIECE_BYTES: Final = 1 << 18


@dataclass(frozen=True, slots=True, kw_only=True)
class AskedItems:
    """A request for features, read and found to make sense.

    Attributes:
        layer: Of which layer.
        question: Which of them.
        form: A key of `ITEM_FORMATS`.
        limit: How many at most, ``None`` where nobody said.
        after: Key of the last one of the page before.
        matched: How many matched on the first page, ``None`` on that page itself.
    """

    layer: Layer
    question: Question
    form: str
    limit: int | None
    after: Key | None
    matched: int | None


def asked_items(request: Request, layer: KnownLayer) -> AskedItems:
    """Read a request for features; nothing is asked of the database.

    Raises:
        DomainError: What is wrong with it.
    """
    query = read_query(request, SEVERAL | {one.name for one in layer.fields})
    matched, after = read_cursor(query["cursor"]) if "cursor" in query else (None, None)
    return AskedItems(
        layer=layer,
        question=ask(layer, wanted_several(layer, query)),
        form=format_asked(request, query),
        limit=limit_asked(query),
        after=None if after is None else feature_key(layer, after),
        matched=matched,
    )


def asked_item(request: Request, layer: KnownLayer) -> Question:
    """Read a request for one feature.

    Raises:
        DomainError: What is wrong with it.
    """
    query = read_query(request, ONE_FEATURE)
    form = format_asked(request, query)
    if form != "json":
        raise DomainError("ogc.parameter_bad", name="f", value=form, wanted="json")
    return ask(layer, wanted_one(layer, query))


@of_layer.get("/items", response_class=Response)
def items(
    request: Request,
    asked: Annotated[AskedItems, Depends(asked_items)],
    actor: CurrentActor,
    session: ReadingSession,
) -> Response:
    """Return features: GeoJSON by pages, files whole."""
    matched = asked.matched
    if matched is None:
        matched = count_features(session, actor.scope, asked.question)
    if asked.form != "json":
        return _file(request, asked, actor, session, matched)
    page = find_features(
        session, actor.scope, asked.question, limit=asked.limit or USUAL_PAGE, after=asked.after
    )
    links = [link(same(request), "self", GEOJSON), _collection_link(request, asked.layer)]
    for form, types in ITEM_FORMATS.items():
        if form != "json":
            links.append(link(same(request, f=form), "alternate", types[0]))
    if page.last is not None:
        links.append(link(same(request, cursor=cursor_after(matched, page.last)), "next", GEOJSON))
    head = {
        "type": "FeatureCollection",
        "timeStamp": datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z"),
        "numberMatched": matched,
        "numberReturned": len(page.features),
        "links": links,
    }
    # PostgreSQL has written the features; only the frame around them is written here.
    written = json.dumps(head, ensure_ascii=False)[:-1] + ', "features": [\n'
    content = written + ",\n".join(page.features) + "\n]}"
    return Response(content, media_type=GEOJSON, headers=_crs_header(asked.question))


@of_layer.get("/items/{feature_id}", response_class=Response)
def item(
    request: Request,
    layer: KnownLayer,
    feature_id: str,
    question: Annotated[Question, Depends(asked_item)],
    actor: CurrentActor,
    session: ReadingSession,
) -> Response:
    """Return one feature."""
    feature = get_feature(session, actor.scope, question, feature_key(layer, feature_id))
    links = [link(same(request), "self", GEOJSON), _collection_link(request, layer)]
    content = f'{feature[:-1]}, "links": {json.dumps(links, ensure_ascii=False)}}}'
    return Response(content, media_type=GEOJSON, headers=_crs_header(question))


def _collection_link(request: Request, layer: Layer) -> dict[str, Any]:
    return link(address(request, f"/collections/{layer.id}"), "collection", JSON)


def _crs_header(question: Question) -> dict[str, str]:
    return {"Content-Crs": f"<{question.wanted.crs.uri}>"}


def _file(
    request: Request, asked: AskedItems, actor: Actor, session: ReadingSession, matched: int
) -> Response:
    form, question = FeatureFormat(asked.form), asked.question
    most = MOST_FEATURES[form]
    if asked.limit is None and matched > most:
        raise DomainError("ogc.too_many", matched=matched, form=form.value, most=most)
    name = f"{asked.layer.id}_{question.wanted.on.isoformat()}.{form}"
    last = _Last()
    with TemporaryDirectory(prefix="fugai-ogc-") as folder:
        path = Path(folder) / name
        rows = feature_rows(
            session, actor.scope, question, limit=asked.limit or most, after=asked.after
        )
        write_features(_table(asked), last.watching(rows), path, form)
        size = path.stat().st_size
        # Open, so that it can be read when its name is gone: nothing stays behind, whatever
        # becomes of the client.
        file = path.open("rb")
    headers = _crs_header(question)
    headers["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(name)}"
    headers["Content-Length"] = str(size)
    if asked.limit is not None and last.count == asked.limit:
        following = same(request, cursor=cursor_after(matched, last.key))
        headers["Link"] = f'<{following}>; rel="next"'
    return StreamingResponse(_sent(file), media_type=ITEM_FORMATS[asked.form][0], headers=headers)


def _sent(file: BinaryIO) -> Iterator[bytes]:
    with file:
        while piece := file.read(_PIECE_BYTES):
            yield piece


def _table(asked: AskedItems) -> FeatureTable:
    layer, question = asked.layer, asked.question
    return FeatureTable(
        name=layer.id,
        shapes=layer.geometry,
        key_kind="string" if question.source.has_text_keys else "integer",
        fields=tuple((one.name, one.kind) for one in layer.fields if one.name in question.fields),
        crs=question.wanted.crs,
    )


class _Last:
    """Sees rows pass, and keeps how many there were and the key of the last."""

    def __init__(self) -> None:
        self.count = 0
        self.key: Key = ""

    def watching(self, rows: Any) -> Any:  # noqa: ANN401 - hands on what it is given
        for row in rows:
            self.count += 1
            self.key = row[0]
            yield row
