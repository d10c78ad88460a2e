"""The menu at the head of each page: what belongs together stands together."""

from __future__ import annotations

from typing import Final

from geodata.domain.access import Role

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

MENU_OFF_THE_GROUND: Final[dict[Role, tuple[tuple[str, Entries], ...]]] = {
    Role.SECURITY_ADMINISTRATOR: (("accounts", (("accounts", "/accounts"),)),),
    Role.AUDIT_ADMINISTRATOR: (("audit", (("audit", "/audit"),)),),
}
"""What those see who see no site."""
