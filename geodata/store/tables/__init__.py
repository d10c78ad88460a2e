"""The tables; importing this package registers all of them."""

from geodata.store.tables.accounts import (
    Account,
    ApiToken,
    AuditLine,
    AuditSeal,
    LoginSession,
    LoginTry,
)
from geodata.store.tables.base import Base
from geodata.store.tables.campaigns import (
    CampaignFile,
    CampaignRecord,
    MonthlyReport,
    NodeMark,
    Snapshot,
    SnapshotRow,
)
from geodata.store.tables.divisions import Division
from geodata.store.tables.drawing import (
    DrawnChange,
    DrawnDay,
    DrawnSite,
    FootprintCount,
    SiteToDraw,
)
from geodata.store.tables.gaps import (
    DecidedFootprint,
    DecidedGap,
    FootprintTally,
    FootprintToClass,
    GapCandidate,
    GapRun,
)
from geodata.store.tables.ground import Footprint, Landuse, Road
from geodata.store.tables.imports import ColumnMemory, LedgerImport, StagedRow
from geodata.store.tables.inspections import Finding, FindingStep, Inspection, Photo
from geodata.store.tables.notices import Delivery, NoticeRow, Webhook
from geodata.store.tables.plans import SitePlan
from geodata.store.tables.records import (
    SiteContact,
    SiteEvidence,
    SiteMilestone,
    SiteSeparation,
    SiteUtility,
)
from geodata.store.tables.sites import FormerPlace, ManagementArrangement, Site, SiteVersion
from geodata.store.tables.visits import (
    BatchSite,
    InspectionBatch,
    PlannedStop,
    SelfCheck,
    VisitPlan,
)

__all__ = [
    "Account",
    "ApiToken",
    "AuditLine",
    "AuditSeal",
    "Base",
    "BatchSite",
    "CampaignFile",
    "CampaignRecord",
    "ColumnMemory",
    "DecidedFootprint",
    "DecidedGap",
    "Delivery",
    "Division",
    "DrawnChange",
    "DrawnDay",
    "DrawnSite",
    "Finding",
    "FindingStep",
    "Footprint",
    "FootprintCount",
    "FootprintTally",
    "FootprintToClass",
    "FormerPlace",
    "GapCandidate",
    "GapRun",
    "Inspection",
    "InspectionBatch",
    "Landuse",
    "LedgerImport",
    "LoginSession",
    "LoginTry",
    "ManagementArrangement",
    "MonthlyReport",
    "NodeMark",
    "NoticeRow",
    "Photo",
    "PlannedStop",
    "Road",
    "SelfCheck",
    "Site",
    "SiteContact",
    "SiteEvidence",
    "SiteMilestone",
    "SitePlan",
    "SiteSeparation",
    "SiteToDraw",
    "SiteUtility",
    "SiteVersion",
    "Snapshot",
    "SnapshotRow",
    "StagedRow",
    "VisitPlan",
    "Webhook",
]
