"""The menu at the head of each page: what belongs together stands together."""

from __future__ import annotations

from typing import Final

Entries = tuple[tuple[str, str], ...]

MENU: Final[tuple[tuple[str, Entries], ...]] = (
    ("home", (("home", "/"), ("overview", "/overview"))),
    ("map", (("map", "/map"),)),
    ("gaps", (("gaps", "/gaps"), ("plans", "/plans"), ("path", "/path"), ("lapses", "/lapses"))),
    (
        "visits",
        (
            ("visits", "/visits"),
            ("today", "/visits/today"),
            ("findings", "/findings"),
            ("truth", "/truth"),
            ("paper", "/paper"),
        ),
    ),
    ("campaign", (("campaign", "/campaign"), ("reports", "/reports"))),
    (
        "sites",
        (
            ("sites", "/sites"),
            ("towns", "/towns"),
            ("imports", "/imports"),
            ("changes", "/changes"),
        ),
    ),
)
"""Groups with the entries of each: key of the word, address. A group of one entry is a link."""
