"""An import in two steps: staged as a report, then applied as a whole (S23)."""

from __future__ import annotations

from enum import StrEnum


class ImportKind(StrEnum):
    """What a file is."""

    LEDGER = "ledger"
    LISTING = "listing"
    VECTOR = "vector"


class ImportState(StrEnum):
    """Where an import stands. A file is kept before it is read, so that nothing is sent twice."""

    RECEIVED = "received"
    STAGED = "staged"
    APPLIED = "applied"
    UNDONE = "undone"
    REFUSED = "refused"


class RowOutcome(StrEnum):
    """What becomes of a row, and of a site that no row means (新增 变更 不变 消失 错误)."""

    NEW = "new"
    CHANGED = "changed"
    UNCHANGED = "unchanged"
    DOUBTFUL = "doubtful"
    MISSING = "missing"
    ERROR = "error"
