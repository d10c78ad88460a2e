"""`fugai coverage`, and the other commands that print what programs read."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from sqlalchemy import Engine, text

from server.auth.digests import digest
from tests.scripts.conftest import Fugai


@pytest.fixture
def filled(fugai: Fugai, tmp_path: Path) -> Fugai:
    """The command line over three sites, two of them managed, from 2024 on."""
    path = tmp_path / "南京.csv"
    path.write_text(
        "名称,区域,户数,物业公司\n甲,鼓楼,100,某物业公司\n乙,鼓楼,50,无物业\n丙,玄武,,单位自管\n",
        "utf-8",
    )
    assert fugai("import", "listing", path, "--datum", "wgs84", "--on", "2024-03-01").code == 0
    return fugai


def test_figures_by_town_are_json(filled: Fugai) -> None:
    ran = filled("coverage", "--by", "town", "--on", "2024-03-01", "--json")
    figures = json.loads(ran.out)
    assert (ran.code, figures["on"], figures["by"]) == (0, "2024-03-01", "town")
    rows = {row["label"]: row for row in figures["rows"]}
    assert (rows["鼓楼"]["sites"], rows["鼓楼"]["covered_sites"]) == (2, 1)
    assert (rows["鼓楼"]["households"], rows["鼓楼"]["covered_households"]) == (150, 100)
    assert rows["玄武"]["unreported_households"] == 1
    total = figures["total"]
    assert (total["sites"], total["covered_sites"]) == (3, 2)
    assert total["coverage_rate"] == pytest.approx(2 / 3)


def test_before_the_first_ledger_there_is_nothing_to_divide(filled: Fugai) -> None:
    total = json.loads(filled("coverage", "--on", "2024-02-29", "--json").out)["total"]
    assert (total["sites"], total["coverage_rate"]) == (0, None)


def test_figures_for_people_show_both_numbers(filled: Fugai) -> None:
    ran = filled("coverage", "--by", "management_type")
    assert ran.code == 0
    assert "2 ÷ 3 = 66.7%" in ran.out
    assert "类型可多选" in ran.out


@pytest.mark.parametrize("option", [("--by", "colour"), ("--on", "yesterday")])
def test_an_option_that_makes_no_sense_ends_with_2(fugai: Fugai, option: tuple[str, str]) -> None:
    ran = fugai("coverage", *option)
    assert (ran.code, ran.out) == (2, "")
    assert option[1] in ran.err


def test_the_address_of_the_database_is_printed_alone(fugai: Fugai, database_url: str) -> None:
    ran = fugai("db", "url")
    assert (ran.code, ran.out.strip()) == (0, database_url)


def test_a_database_that_does_not_answer_is_told_in_both_languages(
    fugai: Fugai, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FUGAI_DATABASE_URL", "postgresql://nobody@127.0.0.1:1/nothing")
    ran = fugai("coverage")
    assert ran.code == 2
    assert "无法连接数据库" in ran.err
    assert "The database cannot be reached" in ran.err


def test_an_installation_without_a_database_says_how_to_get_one(
    fugai: Fugai, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("FUGAI_DATABASE_URL")
    ran = fugai("coverage")
    assert ran.code == 2
    assert "scripts/run" in ran.err


def test_an_account_gets_a_password_and_a_token(fugai: Fugai, engine: Engine) -> None:
    added = fugai("user", "add", "zhang", "--role", "administrator")
    assert added.code == 0
    assert len(added.out.strip()) >= 12
    token = fugai("user", "token", "zhang", "--label", "报表", "--days", "30")
    assert token.code == 0
    with engine.connect() as connection:
        kept = connection.execute(text("SELECT * FROM api_token")).mappings().one()
        actions = connection.execute(text("SELECT action FROM audit_line ORDER BY id")).scalars()
        assert list(actions) == ["add_account", "add_token"]
    assert token.out.strip() not in map(str, kept.values())
    assert digest(token.out.strip()) in kept.values()


def test_a_password_of_ones_own_is_not_printed(fugai: Fugai) -> None:
    ran = fugai("user", "add", "li", "--role", "administrator", "--password", "Zhoucun-2017!")
    assert (ran.code, ran.out) == (0, "")


@pytest.mark.parametrize(
    ("arguments", "zh", "en"),
    [
        (("add", "li", "--role", "king"), "没有角色 king", "There is no role king"),
        (("add", "li", "--role", "town"), "需要指定所属区划", "needs the code of its division"),
        (("token", "nobody"), "没有用户 nobody", "There is no user nobody"),
    ],
)
def test_a_refusal_is_told_in_both_languages_and_ends_with_2(
    fugai: Fugai, arguments: tuple[str, ...], zh: str, en: str
) -> None:
    ran = fugai("user", *arguments)
    assert (ran.code, ran.out) == (2, "")
    assert zh in ran.err
    assert en in ran.err
