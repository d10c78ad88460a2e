"""Why a site leaves the ledger: an end date with a reason, never a loss."""

from __future__ import annotations

from enum import StrEnum


class LeavingKind(StrEnum):
    """What became of a site that leaves the ledger."""

    DEMOLISHED = "demolished"
    MERGED = "merged"
    DUPLICATE = "duplicate"
    MISTAKEN = "mistaken"
    OTHER = "other"
