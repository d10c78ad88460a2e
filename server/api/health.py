"""Whether the machine room is in order, without login."""

from __future__ import annotations

from importlib.metadata import version
from typing import Any

from fastapi import APIRouter, Response
from sqlalchemy import text
from sqlalchemy.exc import OperationalError
from starlette.requests import Request

from geodata.store.session import reading

router = APIRouter(tags=["health"])


@router.get("/healthz")
def health(request: Request, response: Response) -> dict[str, Any]:
    """Tell whether the server reaches its database, and the versions."""
    answer: dict[str, Any] = {"status": "ok", "version": version("fugai")}
    try:
        with reading(request.app.state.engine) as session:
            row = session.execute(
                text("SELECT current_setting('server_version'), postgis_lib_version()")
            ).one()
        return answer | {"database": row[0], "postgis": row[1]}
    except OperationalError:
        response.status_code = 503
        return answer | {"status": "database unreachable", "database": None, "postgis": None}
