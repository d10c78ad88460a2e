"""Who may ask each route; whoever adds a route says so here, else the tests fail."""

from __future__ import annotations

from typing import Final

from geodata.domain.access import OFF_THE_GROUND, WRITING_ROLES, Role
from server.actions.plan_visits import PLANNING_ROLES

ANYBODY: Final = frozenset(Role)
ON_THE_GROUND: Final = ANYBODY - OFF_THE_GROUND
LEADING: Final = frozenset({Role.ADMINISTRATOR, Role.DISTRICT_LEAD})
LATER: Final = {
    *("/docs", "/metrics", "/api/events"),
    *("/login", "/logout", "/api/login", "/api/logout"),
    *("/login/code", "/api/login/code", "/login/sso", "/login/sso/back"),
}
"""Asked in tests of their own: they end a session, or never end."""

_ZYX: Final = "{tile_matrix}/{tile_row}/{tile_col}"

MAY: Final = (
    (
        frozenset(ANYBODY),
        """
        GET /account
        POST /api/account/code
        PUT /api/account/code
        POST /api/account/code/end
        POST /api/account/password
        GET /api/account/sessions
        DELETE /api/account/sessions/{key}
        GET /api/me
        """,
    ),
    (
        frozenset({Role.SECURITY_ADMINISTRATOR}),
        """
        GET /accounts
        GET /api/accounts
        POST /api/accounts
        PUT /api/accounts/{username}
        POST /api/accounts/{username}/password
        DELETE /api/accounts/{username}/code
        DELETE /api/accounts/{username}/sessions
        POST /api/accounts/{username}/tokens
        DELETE /api/accounts/{username}/tokens/{key}
        POST /api/accounts/{username}/unlock
        """,
    ),
    (
        frozenset(ON_THE_GROUND),
        """
        GET /
        GET /api/acceptance-pack.zip
        GET /api/assessment
        GET /api/campaign-records
        GET /api/campaign-records/{record_id}/scan
        GET /api/campaigns
        GET /api/campaigns/{campaign_id}/nodes
        GET /api/changes
        GET /api/changes.geojson
        GET /api/coverage
        GET /api/departures
        GET /api/divisions
        POST /api/doctor
        GET /api/events
        GET /api/findings
        GET /api/findings/{finding_id}
        POST /api/findings/{finding_id}/events
        POST /api/findings/{finding_id}/photos
        GET /api/footprints/figures
        GET /api/gaps
        GET /api/gaps.geojson
        GET /api/gaps/decisions/{decision_id}/evidence
        GET /api/gaps/{gap_id}
        POST /api/imports/vector
        GET /api/inspection-batches
        GET /api/inspection-batches/{batch_id}
        GET /api/inspections/{inspection_id}
        POST /api/inspections/{inspection_id}/photos
        GET /api/lapses
        GET /api/ledger
        GET /api/ledger/imports
        GET /api/ledger/imports/{import_id}
        GET /api/ledger/imports/{import_id}/columns
        GET /api/ledger/imports/{import_id}/report.xlsx
        GET /api/ledger/imports/{import_id}/rows
        GET /api/map/cube
        GET /api/map/divisions.geojson
        GET /api/map/footprints.geojson
        GET /api/map/gaps
        GET /api/map/ground.geojson
        GET /api/map/sites.geojson
        GET /api/map/versions
        GET /api/monthly-reports/{month}/{town}
        GET /api/monthly-reports/{month}/{town}.docx
        GET /api/monthly-reports/{month}/{town}.xlsx
        GET /api/months/{month}/bulletin.docx
        GET /api/months/{month}/bulletin.pdf
        GET /api/notices
        GET /api/overview
        GET /api/overview/course
        GET /api/overview/map.{kind}
        POST /api/paper-sheets
        GET /api/path-to-full
        GET /api/photos/{photo_id}
        GET /api/plans
        GET /api/plans/{plan_id}
        GET /api/plans/{plan_id}/notice.pdf
        GET /api/self-checks
        GET /api/sites
        GET /api/sites.geojson
        GET /api/sites/{site_id}
        GET /api/sites/{site_id}/boundary
        GET /api/sites/{site_id}/evidence/{evidence_id}
        GET /api/sites/{site_id}/history
        GET /api/sites/{site_id}/surroundings.geojson
        GET /api/snapshots/{snapshot_id}/rows
        GET /api/trend
        GET /api/truth
        GET /api/visit-plans
        GET /api/visit-plans/{plan_id}
        GET /api/visit-plans/{plan_id}.gpx
        GET /api/visit-plans/{plan_id}.ics
        GET /api/visit-plans/{plan_id}.pdf
        GET /api/visit-plans/{plan_id}.xlsx
        GET /api/visitors
        GET /api/visits/due
        GET /api/visits/today
        GET /archives/{name}.pmtiles
        GET /campaign
        GET /changes
        GET /changes.xlsx
        GET /departures
        GET /doctor
        POST /doctor
        GET /export/sites.{form}
        GET /findings
        GET /findings/{finding_id}
        GET /gaps
        GET /gaps.xlsx
        GET /gaps/print
        GET /imports
        GET /imports/vector
        POST /imports/vector
        GET /imports/{import_id}
        GET /imports/{import_id}/columns
        GET /lapses
        GET /lapses/count
        GET /ledger.xlsx
        GET /map
        GET /map/coverage.js
        GET /map/export.html
        GET /ogc
        GET /ogc/api
        GET /ogc/collections
        GET /ogc/collections/{collection_id}
        GET /ogc/collections/{collection_id}/items
        GET /ogc/collections/{collection_id}/items/{feature_id}
        GET /ogc/collections/{collection_id}/queryables
        GET /ogc/collections/{collection_id}/tiles
        GET /ogc/collections/{collection_id}/tiles/WebMercatorQuad
        GET /ogc/collections/{collection_id}/tiles/WebMercatorQuad/{ZYX}
        GET /ogc/conformance
        GET /ogc/tileMatrixSets
        GET /ogc/tileMatrixSets/WebMercatorQuad
        GET /ogc/tiles
        GET /ogc/tiles/WebMercatorQuad
        GET /ogc/tiles/WebMercatorQuad/{tile_matrix}/{tile_row}/{tile_col}
        GET /overview
        GET /paper
        GET /path
        GET /plans
        GET /reports
        GET /sites
        GET /sites/unlocated
        GET /sites/{site_id}
        GET /sites/{site_id}/card
        GET /sites/{site_id}/history
        GET /sites/{site_id}/plan
        GET /snapshots/{snapshot_id}
        GET /styles/{colouring}.json
        GET /tiles/{layers}/tilejson.json
        GET /towns
        GET /towns/{code}
        GET /truth
        GET /visits
        GET /visits/today
        GET /visits/{plan_id}
        """,
    ),
    (
        frozenset(WRITING_ROLES),
        """
        POST /api/campaign-records
        PUT /api/campaign-records/{record_id}/scan
        POST /api/campaigns/{campaign_id}/nodes
        POST /api/gaps/decisions
        POST /api/gaps/decisions/{decision_id}/evidence
        POST /api/gaps/decisions/{decision_id}/withdraw
        POST /api/gaps/{gap_id}/decision
        POST /api/ledger/imports
        POST /api/ledger/imports/{import_id}/apply
        POST /api/ledger/imports/{import_id}/as_listing
        POST /api/ledger/imports/{import_id}/choices
        POST /api/ledger/imports/{import_id}/columns
        POST /api/ledger/imports/{import_id}/stage
        POST /api/ledger/imports/{import_id}/undo
        PATCH /api/plans/{plan_id}
        POST /api/plans/{plan_id}/events
        POST /api/sites
        POST /api/sites/bulk
        PATCH /api/sites/{site_id}
        PATCH /api/sites/{site_id}/arrangements/{arrangement_id}
        PUT /api/sites/{site_id}/boundary
        POST /api/sites/{site_id}/boundary/check
        POST /api/sites/{site_id}/boundary/cut
        POST /api/sites/{site_id}/boundary/merge
        POST /api/sites/{site_id}/boundary/outline
        GET /api/sites/{site_id}/boundary/proposals
        POST /api/sites/{site_id}/boundary/split
        POST /api/sites/{site_id}/boundary/undo
        PUT /api/sites/{site_id}/contacts/{slot}
        POST /api/sites/{site_id}/delist
        POST /api/sites/{site_id}/evidence
        DELETE /api/sites/{site_id}/evidence/{evidence_id}
        POST /api/sites/{site_id}/milestones
        DELETE /api/sites/{site_id}/milestones/{milestone_id}
        PATCH /api/sites/{site_id}/milestones/{milestone_id}
        POST /api/sites/{site_id}/phone
        POST /api/sites/{site_id}/plans
        POST /api/sites/{site_id}/relist
        POST /api/sites/{site_id}/restore
        PUT /api/sites/{site_id}/separation/{item}
        PUT /api/sites/{site_id}/utilities/{utility}
        GET /sites/new
        GET /sites/{site_id}/boundary
        POST /sites/{site_id}/delist
        GET /sites/{site_id}/edit
        POST /sites/{site_id}/relist
        POST /sites/{site_id}/restore
        """,
    ),
    (
        frozenset(PLANNING_ROLES),
        """
        POST /api/visit-plans
        POST /api/visit-plans/{plan_id}/replan
        PUT /api/visit-plans/{plan_id}/routes
        POST /api/visit-plans/{plan_id}/stop
        """,
    ),
    (
        frozenset(ON_THE_GROUND - {Role.LEADER}),
        """
        POST /api/inspections
        PATCH /api/inspections/{inspection_id}
        """,
    ),
    (
        frozenset(LEADING),
        """
        POST /api/campaigns
        POST /api/inspection-batches
        POST /api/monthly-reports/{month}/{town}/return
        POST /api/months/{month}/close
        GET /api/notice-deliveries
        POST /api/webhooks
        """,
    ),
    (
        frozenset({Role.ADMINISTRATOR, Role.TOWN}),
        """
        POST /api/monthly-reports/{month}/{town}
        POST /api/self-checks
        """,
    ),
    (
        frozenset({Role.AUDIT_ADMINISTRATOR}),
        """
        GET /api/audit
        GET /api/audit/chain
        GET /api/audit/lines.xlsx
        GET /audit
        """,
    ),
)


def matrix() -> dict[str, frozenset[Role]]:
    """Return who may ask each route, by method and path."""
    return {
        line.strip().replace("{ZYX}", _ZYX): roles
        for roles, lines in MAY
        for line in lines.strip().splitlines()
    }
