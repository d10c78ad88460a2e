"""Gaps in coverage and what is decided about them (S11-S19, S22, S26, S39)."""

from __future__ import annotations

from enum import StrEnum


class GapKind(StrEnum):
    """What may be missing, in the order in which a town works through it."""

    UNMANAGED = "unmanaged"
    MISSING = "missing"
    """A building that the ledger does not know."""
    ABOUT_TO_LAPSE = "about_to_lapse"
    BELOW_POLICY = "below_policy"
    BASIC_SERVICES = "basic_services"
    OUTSIDE_BOUNDARY = "outside_boundary"
    """A site without a boundary, or with one that cannot be right."""
    DOUBLE = "double"
    """Two rows of the ledger for one place."""


class GapDecision(StrEnum):
    """What a person decides about a gap, on evidence."""

    NEW_STANDALONE = "new_standalone"
    NEW_COMMUNITY = "new_community"
    MERGE = "merge"
    NON_RESIDENTIAL = "non_residential"
    DEMOLISHED = "demolished"
    UNDER_CONSTRUCTION = "under_construction"
    DUPLICATE = "duplicate"
    DISTINCT = "distinct"
    """Two sites that look like one place are two."""
