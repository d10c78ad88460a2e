"""The six categories of sites (S10) and what the notice asks of each (S11-S17)."""

from __future__ import annotations

from enum import StrEnum


class Category(StrEnum):
    """物业类型: each site has exactly one, or none yet reported (S10)."""

    COMMODITY_HOUSING = "commodity_housing"
    OLD_COMMUNITY = "old_community"
    NEW_RURAL = "new_rural"
    INSTITUTION_RUN = "institution_run"
    ENTERPRISE_RUN = "enterprise_run"
    STANDALONE_BUILDING = "standalone_building"

    @property
    def is_community(self) -> bool:
        """Whether a site of this category is a community rather than a lone building."""
        return self is not Category.STANDALONE_BUILDING
