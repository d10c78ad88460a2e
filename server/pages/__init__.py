"""Pages for people: what a browser shows."""

from fastapi import APIRouter

from server.pages import (
    changes,
    history,
    home,
    imports,
    lapses,
    leaving,
    login,
    maps,
    sites,
    towns,
    vectors,
)

pages_router = APIRouter(include_in_schema=False)
_MODULES = (
    *(home, login, maps, towns, sites, history),
    *(leaving, changes, lapses, vectors, imports),
)
for _module in _MODULES:
    pages_router.include_router(_module.router)
