"""A district on one screen: the figures of a day, the course to the deadline, the printed map."""

from __future__ import annotations

from datetime import date
from io import BytesIO

import pytest
from fastapi.testclient import TestClient
from PIL import Image

from geodata.domain.access import Role
from geodata.domain.period import today
from server.pages.overview import month_ends
from tests.server.conftest import LogIn
from tests.world import World


def test_a_day_adds_up_and_agrees_with_coverage(leader: TestClient, world: World) -> None:
    told = leader.get("/api/overview", params={"district": world.district}).json()
    figures = leader.get("/api/coverage", params={"district": world.district}).json()
    assert told["total"] == figures["total"]
    towns = {one["code"]: one["figures"] for one in told["towns"]}
    assert towns == {
        one["code"]: {"sites": one["sites"], "covered": one["covered_sites"]}
        for one in figures["rows"]
    }
    rates = [one["rate"] for one in told["towns"]]
    assert rates == sorted(rates, reverse=True)
    assert len(told["spots"]) == told["total"]["sites"] - told["total"]["covered_sites"] > 0
    sizes = [one["households"] or 0 for one in told["spots"]]
    assert sizes == sorted(sizes, reverse=True)
    assert sum(one["truth"]["verified"] for one in told["towns"]) == told["truth"]["verified"]
    assert told["truth"]["claimed"] == told["total"]["covered_sites"]
    assert told["truth"]["verified"] == told["total"]["verified_sites"]


def test_an_earlier_day_is_another_day(leader: TestClient, world: World) -> None:
    asked = {"district": world.district, "on": "2000-01-01"}
    told = leader.get("/api/overview", params=asked).json()
    assert (told["total"]["sites"], told["spots"]) == (0, [])


def test_a_town_sees_its_own_alone(log_in: LogIn, world: World) -> None:
    told = log_in(Role.TOWN).get("/api/overview", params={"district": world.district}).json()
    assert [one["code"] for one in told["towns"]] == [world.east]
    assert {one["town_code"] for one in told["spots"]} <= {world.east}
    assert {one["town"] for one in told["lapses"]["newest"]} <= {world.east}


def test_the_course_ends_with_today_and_what_is_left(leader: TestClient, world: World) -> None:
    told = leader.get("/api/overview/course", params={"district": world.district}).json()
    now = leader.get("/api/overview", params={"district": world.district}).json()["total"]
    assert told["days"][-1] == {
        "on": today().isoformat(),
        "left": now["sites"] - now["covered_sites"],
        "sites": now["sites"],
    }
    assert told["missing"] == told["days"][-1]["left"]
    assert told["deadline"] == f"{today().year}-12-31"
    assert not told["is_campaign"]
    days = [date.fromisoformat(one["on"]) for one in told["days"]]
    assert days == sorted(set(days))
    assert len(days) <= 30


@pytest.mark.parametrize(("paper", "wide_mm"), [("a4", 297), ("a3", 420)])
def test_the_map_is_printed_lying(
    leader: TestClient, world: World, paper: str, wide_mm: int
) -> None:
    asked = {"district": world.district, "paper": paper}
    answer = leader.get("/api/overview/map.pdf", params=asked)
    assert answer.content.startswith(b"%PDF")
    picture = Image.open(BytesIO(leader.get("/api/overview/map.png", params=asked).content))
    assert picture.format == "PNG"
    assert picture.width == pytest.approx(wide_mm / 25.4 * 200, abs=2)
    assert picture.height == pytest.approx(picture.width / 2**0.5, abs=6)


def test_a_sheet_of_another_kind_or_size_is_refused(leader: TestClient) -> None:
    assert leader.get("/api/overview/map.exe").status_code == 422
    assert leader.get("/api/overview/map.pdf", params={"paper": "a0"}).status_code == 422


def test_the_slider_has_the_ends_of_months_and_the_day() -> None:
    days = month_ends(date(2026, 3, 31), 3)
    assert days == [date(2025, 12, 31), date(2026, 1, 31), date(2026, 2, 28), date(2026, 3, 31)]
