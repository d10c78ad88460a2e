"""Surveyed buildings by town: figures equal to the live join, and their table for leaders."""

from __future__ import annotations

import re
from random import Random

import pytest
from sqlalchemy import column, delete, func, select

from geodata.domain.period import today
from geodata.store.session import Change, reading, writing
from geodata.store.tables import Division, Footprint
from tests.server.test_gaps import district, engine, own, surveyed, town  # noqa: F401 - fixtures


def test_the_figures_of_buildings_are_those_of_the_live_join(town, district, engine, own):  # noqa: F811
    random = Random(4)
    surveyed(engine, *((0.2 * random.random(), 0.1 * random.random()) for _ in range(60)))
    told = district.get("/api/footprints/figures").json()["towns"]
    f = Footprint
    covered = func.site_state(today(), 180).table_valued(column("site_id"), column("is_covered"))
    with reading(engine) as session:
        live = session.execute(
            select(
                f.town_code,
                func.count().filter(f.gap_class.in_(["in_site", "missing"])),
                func.count().filter(covered.c.is_covered),
                func.coalesce(func.sum(f.area_m2).filter(covered.c.is_covered), 0),
            )
            .outerjoin(covered, covered.c.site_id == f.site_id)
            .group_by(f.town_code)
        ).all()
    assert {(row[0], row[1], row[2]) for row in live} == {
        (code, one["residential"], one["covered"]) for code, one in told.items()
    }
    for code, _, _, area in live:
        assert told[code]["covered_area_m2"] == pytest.approx(area, abs=0.1)
    assert set(town.get("/api/footprints/figures").json()["towns"]) == {own[1].east}


def test_leaders_see_buildings_by_town_beside_the_ledger(town, district, engine, own):  # noqa: F811
    address = "/towns?lang=zh"
    with writing(engine, Change("surveyor", "all gone")) as session:
        session.execute(delete(Footprint))
    assert "还没有楼幢轮廓" in district.get(address).text
    random = Random(5)
    surveyed(engine, *((0.2 * random.random(), 0.1 * random.random()) for _ in range(60)))
    told = district.get("/api/footprints/figures").json()["towns"]
    rows = {row[0]: row[1:] for row in _building_rows(district.get(address).text)}
    with reading(engine) as session:
        names = dict(session.execute(select(Division.code, Division.name)).all())
    assert len(told) > 1
    for code, one in told.items():
        cells = rows[names.get(code, "不在任何镇(街道)内")]
        missing = one["classes"].get("missing", 0)
        uncovered = one["classes"].get("in_site", 0) - one["covered"]
        assert cells[0] == str(one["residential"])
        assert cells[1].endswith(f"{one['covered']} ÷ {one['residential']} 幢")
        assert cells[2:4] == [str(uncovered), str(missing)]
    assert rows["合计"][0] == str(sum(one["residential"] for one in told.values()))
    assert 'data-part="buildings"' not in district.get(f"{address}&on=2026-01-05").text
    own_page = town.get(f"/towns/{own[1].east}?lang=zh").text
    assert [row[0] for row in _building_rows(own_page)] == [names[own[1].east]]


def _building_rows(page):
    part = page.split('data-part="buildings"', 1)[1].split("</table>", 1)[0]
    return [
        [
            " ".join(re.sub("<[^>]*>", " ", cell).split())
            for cell in re.findall(r"(?s)<t[hd].*?</t[hd]>", row)
        ]
        for row in re.findall(r"(?s)<tr.*?</tr>", part.split("<tbody>", 1)[1])
    ]
