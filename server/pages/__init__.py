"""Pages for people: what a browser shows."""

from fastapi import APIRouter

from server.pages import boundary, home, imports, login, maps, sites, towns

pages_router = APIRouter(include_in_schema=False)
for _module in (home, login, maps, towns, boundary, sites, imports):
    pages_router.include_router(_module.router)
