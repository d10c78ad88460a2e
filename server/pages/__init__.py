"""Pages for people: what a browser shows."""

from fastapi import APIRouter

from server.pages import home, import_columns, imports, login, maps, sites, towns

pages_router = APIRouter(include_in_schema=False)
for _module in (home, login, maps, towns, sites, imports, import_columns):
    pages_router.include_router(_module.router)
