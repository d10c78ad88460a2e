"""The interface for programs: JSON and GeoJSON."""

from fastapi import APIRouter

from server.api import (
    divisions,
    drawn,
    edits,
    evidence,
    exports,
    figures,
    health,
    ledger,
    login,
    milestones,
    sites,
    trend,
)

api_router = APIRouter()
for _module in (
    *(health, login, divisions, sites, figures, trend, drawn, exports),
    *(edits, evidence, ledger, milestones),
):
    api_router.include_router(_module.router)
