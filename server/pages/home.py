"""The front door."""

from __future__ import annotations

from http import HTTPStatus

from fastapi import APIRouter
from fastapi.responses import RedirectResponse

router = APIRouter()


@router.get("/")
def home() -> RedirectResponse:
    """Lead to the map, which asks for a login where one is needed."""
    return RedirectResponse("/map", HTTPStatus.SEE_OTHER)
