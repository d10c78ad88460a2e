"""Pages for people: what a browser shows."""

from fastapi import APIRouter

from server.pages import (
    account,
    accounts,
    audit,
    boundary,
    campaigns,
    changes,
    findings,
    gap_files,
    gaps,
    history,
    import_columns,
    imports,
    lapses,
    leaving,
    ledger,
    login,
    maps,
    overview,
    path,
    plans,
    public,
    record_form,
    single_sign_on,
    sites,
    today,
    towns,
    vectors,
    visits,
)

pages_router = APIRouter(include_in_schema=False)
# Where two addresses begin alike, the one with a word of its own is asked first.
_MODULES = (
    *(login, single_sign_on, account, accounts, public, audit, maps, overview, towns, campaigns),
    *(boundary, ledger, record_form, sites, history),
    *(
        leaving,
        changes,
        gap_files,
        gaps,
        plans,
        path,
        today,
        visits,
        findings,
        lapses,
        vectors,
        import_columns,
        imports,
    ),
)
for _module in _MODULES:
    pages_router.include_router(_module.router)
