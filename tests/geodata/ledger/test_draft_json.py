"""A draft survives being written down."""

from __future__ import annotations

import json

from geodata.domain.category import Category
from geodata.domain.management import ManagementType
from geodata.domain.site import ServiceStar
from geodata.ledger.draft_json import draft_as_json, draft_from_json
from tests.builders import a_draft


def test_there_and_back():
    for draft in (
        a_draft(),
        a_draft(
            "=乙",
            town="东街",
            category=Category.NEW_RURAL,
            ticked_types=frozenset({ManagementType.SIMPLE, ManagementType.UNIT_RUN}),
            service_star=ServiceStar.TWO,
            floor_area_m2=0.1 + 0.2,
            households=0,
            subsidised=False,
            phone="013812345678",
            source_row={"a": "1"},
        ),
    ):
        assert draft_from_json(json.loads(json.dumps(draft_as_json(draft)))) == draft
