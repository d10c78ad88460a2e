"""CQL2 text, read into the form that CQL2 JSON has, so that both are checked and meant alike.

Each token is looked at once and nesting is counted, so that no text takes longer than its
length or deeper than `MOST_DEEP`. The parsers on the market are tested against (`cql2`) but not
asked: they try again from each open bracket, and end the process where brackets nest too deep.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from geodata.domain.errors import DomainError

MOST_DEEP: Final = 24
"""Brackets and NOTs inside each other."""
_MOST_DIGITS: Final = 18
"""Longer numbers are told apart by their first digits only."""

_TOKEN: Final = re.compile(
    r"""\s*+(?:
      (?P<text>'(?:''|\\'|[^'])*+')
    | (?P<quoted>"[^"]++")
    | (?P<number>[+-]?(?:\d++(?:\.\d*+)?|\.\d++)(?:[eE][+-]?\d++)?)
    | (?P<word>[^\W\d][\w.:]*+)
    | (?P<mark><>|<=|>=|[=<>(),])
    | (?P<end>\Z)
    )""",
    re.VERBOSE,
)
_COMPARISONS: Final = frozenset({"=", "<>", "<", ">", "<=", ">="})
_SPATIAL: Final = ("intersects", "disjoint", "equals", "touches", "within", "overlaps", "crosses")
_TEMPORAL: Final = (
    *("after", "before", "contains", "disjoint", "during", "equals", "finishedBy", "finishes"),
    *("intersects", "meets", "metBy", "overlappedBy", "overlaps", "startedBy", "starts"),
)
SPATIAL_OPS: Final = frozenset({*(f"s_{one}" for one in _SPATIAL), "s_contains"})
TEMPORAL_OPS: Final = frozenset(f"t_{one}" for one in _TEMPORAL)
_FUNCTIONS: Final = {one.upper(): one for one in SPATIAL_OPS | TEMPORAL_OPS}
_GEOMETRIES: Final = {
    one.upper(): one
    for one in ("Point", "LineString", "Polygon", "MultiPoint", "MultiLineString", "MultiPolygon")
}
_COLLECTION: Final = "GEOMETRYCOLLECTION"


@dataclass(frozen=True, slots=True)
class Token:
    """One token: its kind, as written, and at which character it begins (from 1)."""

    kind: str
    text: str
    at: int

    def is_word(self, *words: str) -> bool:
        """Tell whether it is one of some keywords, written large or small."""
        return self.kind == "word" and self.text.upper() in words

    def is_mark(self, mark: str) -> bool:
        """Tell whether it is a certain mark."""
        return self.kind == "mark" and self.text == mark


def read_text(text: str) -> Any:  # noqa: ANN401 - the JSON of CQL2
    """Return the CQL2 JSON of a CQL2 text.

    Raises:
        DomainError: ``filter.syntax`` with what stands where; ``filter.too_deep``.
    """
    return _Reader(_tokens(text)).whole()


def _tokens(text: str) -> list[Token]:
    found: list[Token] = []
    position = 0
    while not found or found[-1].kind != "end":
        match = _TOKEN.match(text, position)
        if match is None or match.lastgroup is None:
            rest = text[position:].lstrip()
            raise syntax(Token("other", rest[:1], len(text) - len(rest) + 1))
        kind = match.lastgroup
        found.append(Token(kind, match[kind], match.start(kind) + 1))
        position = match.end()
    return found


def syntax(token: Token) -> DomainError:
    """Return the refusal of a token that cannot stand where it stands."""
    return DomainError("filter.syntax", at=token.at, near=token.text[:40] or "∎")


class _Reader:
    """Reads tokens from the first to the last, never back.

    Args:
        tokens: The last one is the end.
    """

    def __init__(self, tokens: list[Token]) -> None:
        self._tokens = tokens
        self._next = 0
        self._depth = 0

    def whole(self) -> Any:  # noqa: ANN401
        found = self._either()
        if self._here.kind != "end":
            raise syntax(self._here)
        return found

    @property
    def _here(self) -> Token:
        return self._tokens[self._next]

    def _take(self) -> Token:
        token = self._here
        if token.kind == "end":
            raise syntax(token)
        self._next += 1
        return token

    def _takes_word(self, *words: str) -> bool:
        found = self._here.is_word(*words)
        self._next += found
        return found

    def _takes_mark(self, mark: str) -> bool:
        found = self._here.is_mark(mark)
        self._next += found
        return found

    def _need(self, mark: str) -> None:
        if not self._takes_mark(mark):
            raise syntax(self._here)

    def _deeper(self, read: Callable[[], Any]) -> Any:  # noqa: ANN401
        self._depth += 1
        if self._depth > MOST_DEEP:
            raise DomainError("filter.too_deep", most=MOST_DEEP)
        found = read()
        self._depth -= 1
        return found

    def _bracket(self, read: Callable[[], Any]) -> Any:  # noqa: ANN401
        self._need("(")
        found = self._deeper(read)
        self._need(")")
        return found

    def _listed(self, read: Callable[[], Any]) -> list[Any]:
        found = [read()]
        while self._takes_mark(","):
            found.append(read())
        return found

    def _either(self) -> Any:  # noqa: ANN401
        return self._joined("OR", lambda: self._joined("AND", self._factor))

    def _joined(self, word: str, read: Callable[[], Any]) -> Any:  # noqa: ANN401
        parts = [read()]
        while self._takes_word(word):
            parts.append(read())
        return parts[0] if len(parts) == 1 else {"op": word.lower(), "args": parts}

    def _factor(self) -> Any:  # noqa: ANN401
        if self._takes_word("NOT"):
            return _not(self._deeper(self._factor))
        if self._here.is_mark("("):
            return self._bracket(self._either)
        function = self._function()
        return self._predicate() if function is None else function

    def _function(self) -> Any:  # noqa: ANN401
        token = self._here
        op = _FUNCTIONS.get(token.text.upper()) if token.kind == "word" else None
        if op is None:
            return None
        self._next += 1
        read = self._geometry if op in SPATIAL_OPS else self._time
        return {"op": op, "args": self._bracket(lambda: self._listed(read))}

    def _predicate(self) -> Any:  # noqa: ANN401
        left = self._scalar()
        if self._here.kind == "mark" and self._here.text in _COMPARISONS:
            return {"op": self._take().text, "args": [left, self._scalar()]}
        if self._takes_word("IS"):
            is_not = self._takes_word("NOT")
            if not self._takes_word("NULL"):
                raise syntax(self._here)
            found = {"op": "isNull", "args": [left]}
            return _not(found) if is_not else found
        is_not = self._takes_word("NOT")
        found = self._range(left)
        if found is None:
            if is_not or not isinstance(left, bool | dict):
                raise syntax(self._here)
            return left
        return _not(found) if is_not else found

    def _range(self, left: Any) -> Any:  # noqa: ANN401
        if self._takes_word("LIKE"):
            return {"op": "like", "args": [left, self._scalar()]}
        if self._takes_word("IN"):
            return {"op": "in", "args": [left, self._bracket(lambda: self._listed(self._scalar))]}
        if self._takes_word("BETWEEN"):
            low = self._scalar()
            if not self._takes_word("AND"):
                raise syntax(self._here)
            return {"op": "between", "args": [left, low, self._scalar()]}
        return None

    def _scalar(self) -> Any:  # noqa: ANN401
        token = self._take()
        if token.kind == "text":
            return unquoted(token)
        if token.kind == "number":
            return _number(token)
        if token.kind == "quoted":
            return {"property": token.text[1:-1]}
        if token.kind != "word":
            raise syntax(token)
        return self._meant(token)

    def _meant(self, token: Token) -> Any:  # noqa: ANN401
        if token.is_word("TRUE", "FALSE"):
            return token.is_word("TRUE")
        if not self._here.is_mark("("):
            return {"property": token.text}
        if token.is_word("DATE", "TIMESTAMP"):
            return {token.text.lower(): self._bracket(self._string)}
        if token.is_word("CASEI"):
            return {"op": "casei", "args": [self._bracket(self._scalar)]}
        raise DomainError("filter.operator_unknown", op=token.text[:40])

    def _string(self) -> str:
        token = self._take()
        if token.kind != "text":
            raise syntax(token)
        return unquoted(token)

    def _time(self) -> Any:  # noqa: ANN401
        if self._takes_word("INTERVAL"):
            return {"interval": self._bracket(lambda: self._listed(self._scalar))}
        return self._scalar()

    def _geometry(self) -> Any:  # noqa: ANN401
        token = self._take()
        is_call = self._here.is_mark("(") or self._here.is_word("Z")
        if token.is_word("BBOX") and is_call:
            return {"bbox": self._bracket(lambda: self._listed(self._coordinate))}
        if token.is_word(_COLLECTION) and is_call:
            parts = self._bracket(lambda: self._listed(self._geometry))
            return {"type": "GeometryCollection", "geometries": parts}
        if token.is_word(*_GEOMETRIES) and is_call:
            self._takes_word("Z")
            name = _GEOMETRIES[token.text.upper()]
            return {"type": name, "coordinates": _levelled(name, self._positions())}
        if token.kind not in {"word", "quoted"}:
            raise syntax(token)
        return {"property": token.text.strip('"')}

    def _positions(self) -> list[Any]:
        def read() -> list[Any]:
            return self._position() if self._here.kind == "number" else self._positions()

        found: list[Any] = self._bracket(lambda: self._listed(read))
        return found

    def _position(self) -> list[float]:
        found = [self._coordinate(), self._coordinate()]
        while self._here.kind == "number":
            found.append(self._coordinate())
        return found

    def _coordinate(self) -> float:
        token = self._take()
        if token.kind != "number":
            raise syntax(token)
        return float(token.text)


def _not(inner: Any) -> dict[str, Any]:  # noqa: ANN401
    return {"op": "not", "args": [inner]}


def unquoted(token: Token) -> str:
    """Return what a text in single quotes says."""
    return token.text[1:-1].replace("\\'", "'").replace("''", "'")


def _number(token: Token) -> int | float:
    is_whole = token.text.lstrip("+-").isdigit() and len(token.text) <= _MOST_DIGITS
    return int(token.text) if is_whole else float(token.text)


def _levelled(name: str, listed: list[Any]) -> list[Any]:
    """Return coordinates as GeoJSON nests them: a point has one position, and no list of them."""
    if name == "Point":
        first: list[Any] = listed[0]
        return first
    if name == "MultiPoint":
        return [one[0] if isinstance(one[0], list) else one for one in listed]
    return listed
