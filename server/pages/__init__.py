"""Pages for people: what a browser shows."""

from fastapi import APIRouter

from server.pages import changes, history, home, lapses, leaving, login, maps, sites, towns

pages_router = APIRouter(include_in_schema=False)
for _module in (home, login, maps, towns, sites, history, leaving, changes, lapses):
    pages_router.include_router(_module.router)
