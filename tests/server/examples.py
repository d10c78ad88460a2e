"""Bodies that the interface's own description allows, the smallest of each."""

from __future__ import annotations

from typing import Any, Final

_FORMATS: Final = {
    "date": "2026-01-05",
    "date-time": "2026-01-05T10:00:00+08:00",
    "uuid": "7b1d1c9e-0000-4000-8000-00000000000a",
    "uri": "http://receiver.test/",
}


def example_body(spec: dict[str, Any], method: str, path: str) -> dict[str, Any]:
    """Return the keywords with which a client sends a body to a route, none where it takes none."""
    operation = spec["paths"].get(path, {}).get(method.lower(), {})
    content = operation.get("requestBody", {}).get("content", {})
    schema = content.get("application/json", {}).get("schema")
    return {} if schema is None else {"json": _example(schema, spec)}


def _example(schema: dict[str, Any], spec: dict[str, Any]) -> Any:
    if "$ref" in schema:
        return _example(spec["components"]["schemas"][schema["$ref"].rsplit("/", 1)[1]], spec)
    several = schema.get("anyOf") or schema.get("oneOf") or schema.get("allOf")
    if several:
        return _example(several[0], spec)
    if "const" in schema or "enum" in schema:
        return schema.get("const", next(iter(schema.get("enum", [None]))))
    return _KINDS.get(schema.get("type", "string"), _text)(schema, spec)


def _record(schema: dict[str, Any], spec: dict[str, Any]) -> dict[str, Any]:
    return {one: _example(schema["properties"][one], spec) for one in schema.get("required", [])}


def _array(schema: dict[str, Any], spec: dict[str, Any]) -> list[Any]:
    return [_example(schema.get("items", {}), spec)] * max(1, schema.get("minItems", 1))


def _number(schema: dict[str, Any], _spec: dict[str, Any]) -> float:
    return float(schema.get("minimum", schema.get("exclusiveMinimum", 0) + 1))


def _whole(schema: dict[str, Any], spec: dict[str, Any]) -> int:
    return int(_number(schema, spec))


def _yes(_schema: dict[str, Any], _spec: dict[str, Any]) -> bool:
    return True


def _text(schema: dict[str, Any], _spec: dict[str, Any]) -> str:
    shortest = "x" * max(1, schema.get("minLength", 1))
    return _FORMATS.get(schema.get("format", ""), shortest)


_KINDS: Final = {
    "object": _record,
    "array": _array,
    "integer": _whole,
    "number": _number,
    "boolean": _yes,
}
