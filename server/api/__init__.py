"""The interface for programs: JSON and GeoJSON."""

from fastapi import APIRouter

from server.api import coverage, divisions, drawn, exports, health, login, sites, trend

api_router = APIRouter()
for _module in (health, login, divisions, sites, coverage, trend, drawn, exports):
    api_router.include_router(_module.router)
