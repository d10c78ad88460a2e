"""What nobody has answered is counted, and only what is asked of a site."""

from __future__ import annotations

from geodata.domain.completeness import ASKED, COLUMNS_ASKED, missing_fields
from geodata.domain.management import ManagementType as M
from geodata.domain.vocabulary import words

EMPTY = dict.fromkeys(COLUMNS_ASKED)


def test_a_managed_site_owes_every_field_of_the_form_but_the_remarks():
    missing = missing_fields({**EMPTY, "ticked_types": [M.PROFESSIONAL]})
    assert missing == tuple(one for one in ASKED if one != "management_type")
    assert "note" not in missing


def test_a_star_is_asked_of_professional_management_alone():
    assert "service_star" not in missing_fields({**EMPTY, "ticked_types": [M.SIMPLE]})


def test_where_nobody_manages_no_company_is_asked_for():
    for ticked in ([M.NONE], []):
        missing = {*missing_fields({**EMPTY, "ticked_types": ticked})}
        assert not missing & {"company", "project_manager", "phone", "fee_yuan_m2_month"}
        assert ("management_type" in missing) == (not ticked)


def test_zero_and_no_are_answers():
    row = {**EMPTY, "ticked_types": [M.SIMPLE], "households": 0, "subsidised": False}
    missing = missing_fields({**row, "fee_min_yuan": 0, "address": ""})
    assert not {*missing} & {"households", "subsidised", "fee_yuan_m2_month"}
    assert "address" in missing


def test_every_field_asked_for_has_its_word():
    assert {*ASKED} <= {*words("field")}
