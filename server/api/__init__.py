"""The interface for programs: JSON and GeoJSON."""

from fastapi import APIRouter

from server.api import (
    account,
    archives,
    arrangements,
    audit,
    batches,
    boundary,
    campaigns,
    changes,
    departures,
    divisions,
    drawn,
    edits,
    evidence,
    exports,
    figures,
    findings,
    gaps,
    health,
    history,
    import_columns,
    inspections,
    lapses,
    leaving,
    ledger,
    ledger_imports,
    live,
    login,
    map_figures,
    map_styles,
    milestones,
    monthly_copies,
    notices,
    ogc,
    overview,
    paper,
    path,
    plans,
    sites,
    today,
    trend,
    vectors,
    visit_files,
    visit_plans,
)

api_router = APIRouter()
_MODULES = (
    *(health, login, account, divisions, sites, history, leaving, departures, changes, lapses),
    # Files first: their addresses would do for a plan's own.
    *(gaps, plans, path, arrangements, visit_files, visit_plans),
    *(today, inspections, findings, batches, paper, monthly_copies, campaigns, notices),
    *(
        audit,
        figures,
        overview,
        trend,
        drawn,
        map_figures,
        live,
        map_styles,
        archives,
        exports,
        vectors,
    ),
    *(ledger_imports, import_columns, edits, evidence, ledger, milestones, boundary, ogc),
)
for _module in _MODULES:
    api_router.include_router(_module.router)
