"""Serve browser libraries and our own scripts from this machine."""

from __future__ import annotations

from pathlib import Path

from fastapi import FastAPI
from starlette.responses import Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

_ROOT = Path(__file__).resolve().parent.parent


class _Revalidated(StaticFiles):
    """Static files that a browser keeps, and asks about each time by their ETag."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        answer = await super().get_response(path, scope)
        answer.headers["Cache-Control"] = "public, no-cache"
        return answer


def mount_assets(app: FastAPI) -> None:
    """Mount ``/assets/vendor``, ``/assets/maps`` and ``/assets/server``."""
    for name, folder in (
        ("vendor", _ROOT / "maps" / "node_modules"),
        ("maps", _ROOT / "maps" / "static"),
        ("server", _ROOT / "server" / "static"),
    ):
        app.mount(f"/assets/{name}", _Revalidated(directory=folder, check_dir=False), name=name)
