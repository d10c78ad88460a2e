"""The interface for programs: JSON and GeoJSON."""

from fastapi import APIRouter

from server.api import (
    divisions,
    drawn,
    exports,
    figures,
    health,
    import_columns,
    ledger_imports,
    login,
    sites,
    trend,
)

api_router = APIRouter()
for _module in (
    *(health, login, divisions, sites, figures, trend, drawn, exports),
    *(ledger_imports, import_columns),
):
    api_router.include_router(_module.router)
