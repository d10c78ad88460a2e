"""Pages for people: what a browser shows."""

from fastapi import APIRouter

from server.pages import home, login, maps, sites, towns, vectors

pages_router = APIRouter(include_in_schema=False)
for _module in (home, login, maps, towns, sites, vectors):
    pages_router.include_router(_module.router)
