"""The interface for programs: JSON and GeoJSON."""

from fastapi import APIRouter

from server.api import (
    divisions,
    drawn,
    exports,
    figures,
    health,
    login,
    sites,
    trend,
    vectors,
)

api_router = APIRouter()
for _module in (health, login, divisions, sites, figures, trend, drawn, exports, vectors):
    api_router.include_router(_module.router)
