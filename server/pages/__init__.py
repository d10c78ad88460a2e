"""Pages for people: what a browser shows."""

from fastapi import APIRouter

from server.pages import home, ledger, login, maps, record_form, sites, towns

pages_router = APIRouter(include_in_schema=False)
# The form's addresses begin like a record's and are asked first.
for _module in (home, login, maps, towns, ledger, record_form, sites):
    pages_router.include_router(_module.router)
