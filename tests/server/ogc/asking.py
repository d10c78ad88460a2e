"""Asking the OGC interface as a program does."""

from __future__ import annotations

from typing import Any

from fastapi.testclient import TestClient
from httpx2 import Response

CRS = "http://www.opengis.net/def/crs"
CRS84 = f"{CRS}/OGC/1.3/CRS84"


def epsg(code: int) -> str:
    """The name of a system."""
    return f"{CRS}/EPSG/0/{code}"


def ask(client: TestClient, path: str = "", **query: Any) -> Any:
    """The JSON of an answer that must be given; ``_`` in a name stands for ``-``."""
    answer = get(client, path, **query)
    assert answer.status_code == 200, answer.text
    return answer.json()


def get(client: TestClient, path: str = "", **query: Any) -> Response:
    """An answer; ``_`` in a parameter's name stands for ``-`` where the interface writes that."""
    dashed = {"bbox_crs", "filter_lang", "filter_crs"}
    params = {
        name.replace("_", "-") if name in dashed else name: str(value)
        for name, value in query.items()
    }
    return client.get(f"/ogc{path}", params=params)


def names(client: TestClient, layer: str = "communities", **query: Any) -> list[str]:
    """The names of the features that a query keeps."""
    found = ask(client, f"/collections/{layer}/items", **query)
    return [one["properties"]["name"] for one in found["features"]]


def refused(answer: Response) -> str:
    """The code of a refusal, which must be problem+json with a sentence."""
    assert answer.headers["content-type"] == "application/problem+json"
    body = answer.json()
    assert body["status"] == answer.status_code
    assert body["detail"]
    return f"{answer.status_code} {body['code']}"


def linked(document: dict, rel: str) -> str | None:
    """Where a link leads, ``None`` where there is none."""
    return next((one["href"] for one in document["links"] if one["rel"] == rel), None)
