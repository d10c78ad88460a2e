"""A ledger is staged as a report, then applied as a whole, and can be taken back as a whole."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest
from openpyxl import load_workbook
from sqlalchemy import Engine, select, text

from geodata.domain.access import Role, Scope
from geodata.domain.errors import DomainError
from geodata.ledger.form_reader import read_form
from geodata.ledger.form_writer import write_form
from geodata.store.edits import change_site, lock_site
from geodata.store.queries.coverage_table import Breakdown, coverage_table
from geodata.store.queries.imports import get_import
from geodata.store.session import Change, reading, writing
from geodata.store.tables import AuditLine, ManagementArrangement, Site, SiteVersion
from server.actions.import_choices import choose
from server.actions.import_receipt import Delivery, Sender, receive
from server.actions.import_report import write_report
from server.actions.import_staging import stage
from server.actions.ledger_imports import apply, undo
from tests.builders import a_district, a_neighbourhood, a_town
from tests.desk import CLERK, FIRST, Desk
from tests.workbooks import a_row, write_form_by_hand

SECOND = date(2017, 12, 15)
NAME = "小区(楼房)名称"


@pytest.fixture
def district(engine: Engine) -> str:
    """A district with two towns."""
    with writing(engine, Change("tester", "set up")) as session:
        district = a_district(session)
        silk = a_town(session, "丝绸路街道", district=district)
        a_neighbourhood(session, "前沟社区", town=silk)
        a_neighbourhood(session, "后沟社区", town=silk)
        a_town(session, "东街街道", district=district)
        return district.code


@pytest.fixture
def desk(engine: Engine, tmp_path: Path, district: str) -> Desk:
    """The desk of somebody who sees the district."""
    assert district
    return Desk(engine, tmp_path)


def test_staging_changes_nothing_and_applying_writes_it(desk):
    number = desk.stage(a_row(), a_row(**{NAME: "乙"}))
    assert desk.counts(number) == {"new": 2}
    assert (desk.ledger(), desk.number_of(SiteVersion)) == ({}, 0)
    desk.apply(number)
    assert set(desk.ledger()) == {"和平小区", "乙"}
    assert {site.listed_on for site in desk.ledger().values()} == {FIRST}
    with reading(desk.engine) as session:
        assert set(session.scalars(select(SiteVersion.import_id))) == {number}
        actions = session.scalars(select(AuditLine.action).order_by(AuditLine.id)).all()
    assert actions == ["receive_import", "stage_import", "apply_import"]


def test_the_same_file_twice_is_zero_changes(desk):
    rows = [a_row(**{"户数(户)": 80, "联系电话": "13900001111"}), a_row(**{NAME: "乙"})]
    desk.apply(desk.stage(*rows))
    versions = desk.number_of(SiteVersion)
    for on in (FIRST, SECOND):
        again = desk.stage(*rows, on=on)
        assert desk.counts(again) == {"unchanged": 2}
        desk.apply(again)
    assert desk.number_of(SiteVersion) == versions


def test_what_changed_is_told_field_by_field(desk):
    desk.apply(desk.stage(a_row(**{"户数(户)": 80})))
    changed = a_row(**{"户数(户)": 90, "简易物业管理": None, "单位自管": "√"})
    number = desk.stage(changed, on=SECOND)
    (row,) = desk.rows(number)
    assert row["outcome"] == "changed"
    assert row["changes"] == {
        "households": [80, 90],
        "management_type": [["simple"], ["unit_run"]],
    }


def test_faulty_rows_keep_all_out_unless_they_are_left_out(desk):
    number = desk.stage(a_row(), a_row(**{NAME: "乙", "尚未实施": "√"}))
    assert desk.counts(number) == {"new": 1, "errors": 1}
    with pytest.raises(DomainError) as refused:
        desk.apply(number)
    assert (refused.value.code, refused.value.facts["errors"]) == ("import.not_clean", 1)
    assert desk.ledger() == {}
    desk.apply(number, skips_faulty=True)
    assert set(desk.ledger()) == {"和平小区"}


def test_a_renamed_community_is_the_same_site(desk):
    facts = {"坐落位置": "新建路1号", "建成年份": 1998, "户数(户)": 80}
    desk.apply(desk.stage(a_row(**facts)))
    number = desk.stage(a_row(**facts, **{NAME: "和睦家园"}), on=SECOND)
    assert desk.counts(number) == {"changed": 1}
    (row,) = desk.rows(number)
    assert row["changes"]["name"] == ["和平小区", "和睦家园"]
    assert row["changes"]["recognised"] == "renamed"
    before = desk.ledger()["和平小区"].id
    desk.apply(number)
    assert desk.ledger()["和睦家园"].id == before


def test_a_moved_row_and_a_changed_sheet_are_the_same_site(desk):
    rows = [a_row(**{NAME: name, "户数(户)": 10}) for name in ("甲", "乙", "丙")]
    desk.apply(desk.stage(*rows))
    path = write_form_by_hand(desk.folder / "b.xlsx", rows[::-1], sheets=("另一张表",))
    assert desk.counts(desk.send(path)) == {"unchanged": 3}


def test_the_second_phase_is_another_site(desk):
    facts = {"坐落位置": "新建路1号", "建成年份": 1998, "户数(户)": 80}
    desk.apply(desk.stage(a_row(**facts, **{NAME: "和平小区一期"})))
    number = desk.stage(a_row(**facts, **{NAME: "和平小区二期"}), on=SECOND)
    assert desk.counts(number) == {"new": 1, "missing": 1}


@pytest.mark.parametrize("choice", ["same", "new", "skip"])
def test_a_doubtful_row_is_asked_about(desk, choice):
    desk.apply(desk.stage(a_row(**{"户数(户)": 80})))
    number = desk.stage(a_row(**{NAME: "和平花园", "户数(户)": 95}), on=SECOND)
    assert desk.counts(number) == {"doubtful": 1}
    with pytest.raises(DomainError) as refused:
        desk.apply(number)
    assert refused.value.facts["doubtful"] == 1
    (row,) = desk.rows(number)
    (candidate,) = row["candidates"]
    assert (candidate["name"], candidate["reason"]) == ("和平小区", "alike")
    wanted = str(candidate["site_id"]) if choice == "same" else choice
    choose(desk.engine, CLERK, number, {row["number"]: wanted})
    desk.apply(number)
    expected = {"same": {"和平花园"}, "new": {"和平小区", "和平花园"}, "skip": {"和平小区"}}
    assert set(desk.ledger()) == expected[choice]


def test_nobody_chooses_what_was_not_offered(desk):
    desk.apply(desk.stage(a_row()))
    number = desk.stage(a_row(**{NAME: "和平花园"}), on=SECOND)
    (row,) = desk.rows(number)
    for choice in ("999999", "delist", "x"):
        with pytest.raises(DomainError) as refused:
            choose(desk.engine, CLERK, number, {row["number"]: choice})
        assert refused.value.code == "import.choice_impossible"


def test_missing_sites_stay_unless_they_are_let_go(desk):
    desk.apply(desk.stage(a_row(), a_row(**{NAME: "乙"}), a_row(**{NAME: "丙"})))
    number = desk.stage(a_row(), on=SECOND)
    assert desk.counts(number) == {"unchanged": 1, "missing": 2}
    missing = [row for row in desk.rows(number) if row["outcome"] == "missing"]
    choose(desk.engine, CLERK, number, {missing[0]["number"]: "delist"})
    desk.apply(number)
    assert set(desk.ledger()) == {"和平小区", missing[1]["name"]}
    assert len(desk.state_on(SECOND - timedelta(days=1))) == 3
    assert len(desk.state_on(SECOND)) == 2


def test_a_file_speaks_for_its_own_neighbourhoods_only(desk):
    other = {"社区(村居)": "后沟社区", NAME: "丁"}
    desk.apply(desk.stage(a_row(), a_row(**other)))
    assert desk.counts(desk.stage(a_row(), on=SECOND)) == {"unchanged": 1}


def test_when_the_ledger_moves_meanwhile_nothing_is_overwritten(desk):
    desk.apply(desk.stage(a_row(**{"户数(户)": 80})))
    late = desk.stage(a_row(**{"户数(户)": 90}), on=SECOND)
    desk.apply(desk.stage(a_row(**{"户数(户)": 85}), on=SECOND))
    with pytest.raises(DomainError) as refused:
        desk.apply(late)
    assert refused.value.code == "import.ledger_moved"
    assert desk.ledger()["和平小区"].households == 85
    desk.restage(late)
    (row,) = desk.rows(late)
    assert row["changes"] == {"households": [85, 90]}
    desk.apply(late)
    assert desk.ledger()["和平小区"].households == 90


@pytest.mark.parametrize("outcome", ["doubtful", "missing"])
def test_a_site_that_a_choice_names_is_not_overwritten_either(desk, outcome):
    desk.apply(desk.stage(a_row(**{"户数(户)": 80}), a_row(**{NAME: "乙"})))
    row = (
        a_row(**{NAME: "和平花园", "户数(户)": 95})
        if outcome == "doubtful"
        else a_row(**{NAME: "乙"})
    )
    number = desk.stage(row, a_row(**{NAME: "丙"}), on=SECOND)
    asked = next(one for one in desk.rows(number) if one["outcome"] == outcome)
    choice = str(asked["candidates"][0]["site_id"]) if outcome == "doubtful" else "delist"
    choose(desk.engine, CLERK, number, {asked["number"]: choice})
    with writing(desk.engine, Change("other", "edit", SECOND)) as session:
        site = lock_site(session, Scope.everything(), desk.ledger()["和平小区"].id, version=None)
        change_site(session, site, {"households": 81})
    with pytest.raises(DomainError) as refused:
        desk.apply(number)
    assert refused.value.code == "import.ledger_moved"
    assert refused.value.facts["sites"] == ["和平小区"]
    assert desk.ledger()["和平小区"].households == 81


def test_a_site_that_was_recognised_may_be_called_another(desk):
    facts = {"坐落位置": "新建路1号", "建成年份": 1998, "户数(户)": 80}
    desk.apply(desk.stage(a_row(**facts)))
    number = desk.stage(a_row(**facts, **{NAME: "和睦家园"}), on=SECOND)
    (row,) = desk.rows(number)
    choose(desk.engine, CLERK, number, {row["number"]: "new"})
    desk.apply(number)
    assert set(desk.ledger()) == {"和平小区", "和睦家园"}
    plain = desk.stage(a_row(**facts, 备注="改"), on=SECOND)
    changed = next(one for one in desk.rows(plain) if one["outcome"] == "changed")
    with pytest.raises(DomainError) as refused:
        choose(desk.engine, CLERK, plain, {changed["number"]: "new"})
    assert refused.value.code == "import.choice_impossible"


def test_an_import_is_applied_once(desk):
    number = desk.apply(desk.stage(a_row()))
    with pytest.raises(DomainError) as refused:
        desk.apply(number)
    assert refused.value.code == "import.wrong_state"


def test_undoing_leaves_every_day_as_it_was(desk):
    first = a_row(**{"户数(户)": 80, "坐落位置": "新建路1号"})
    desk.apply(desk.stage(first, a_row(**{NAME: "乙"}), a_row(**{NAME: "丙"})))
    days = [FIRST - timedelta(days=1), FIRST, SECOND, SECOND + timedelta(days=9), date(2026, 1, 1)]
    before = [desk.state_on(day) for day in days]
    changed = a_row(**{"户数(户)": 95, "简易物业管理": None, "尚未实施": "√"})
    number = desk.stage(changed, a_row(**{NAME: "丁"}), on=SECOND)
    for row in desk.rows(number):
        if row["outcome"] == "missing":
            choose(desk.engine, CLERK, number, {row["number"]: "delist"})
    desk.apply(number)
    assert [desk.state_on(day) for day in days] != before
    assert undo(desk.engine, CLERK, number) == 4
    assert [desk.state_on(day) for day in days] == before
    with reading(desk.engine) as session:
        table = coverage_table(session, Scope.everything(), by=Breakdown.TOWN, on=SECOND)
    assert table.total.rate().part == 3
    again = desk.stage(changed, a_row(**{NAME: "丁"}), on=SECOND)
    assert desk.counts(again) == {"changed": 1, "new": 1, "missing": 2}


def test_applying_and_undoing_tell_how_far_they_are(desk):
    import_id = desk.stage(a_row(), a_row(**{NAME: "东方小区"}))

    def shares_of(step):
        shares = []

        def told(share):
            with reading(desk.engine) as session:
                seen = get_import(session, Scope.everything(), import_id).progress_share
            shares.append((share, seen))

        step(desk.engine, desk.sender, import_id, progress=told)
        return shares

    for step in (apply, undo):
        told = shares_of(step)
        assert all(share == seen for share, seen in told)
        assert len(told) > 2
        assert told[0] == (0, 0)
        assert told == sorted(told)


def test_an_import_that_voided_an_arrangement_gives_it_back(desk):
    desk.apply(desk.stage(a_row()))
    other = a_row(简易物业管理=None, 单位自管="√")
    number = desk.apply(desk.stage(other))
    before = desk.state_on(FIRST)
    undo(desk.engine, CLERK, number)
    assert before != desk.state_on(FIRST)
    assert desk.state_on(FIRST)[0][7] == ["simple"]
    assert desk.number_of(ManagementArrangement) == 1


def test_what_others_have_worked_on_is_not_undone(desk):
    number = desk.apply(desk.stage(a_row(**{"户数(户)": 80}), a_row(**{NAME: "乙"})))
    with writing(desk.engine, Change("other", "edit", SECOND)) as session:
        session.execute(text("UPDATE site SET households = 81 WHERE name = '和平小区'"))
    with pytest.raises(DomainError) as refused:
        undo(desk.engine, CLERK, number)
    assert refused.value.code == "import.worked_on"
    assert refused.value.facts == {"count": 1, "sites": ["和平小区"]}
    assert len(desk.ledger()) == 2


def test_another_field_edited_since_survives_the_undoing(desk):
    desk.apply(desk.stage(a_row(**{"户数(户)": 80})))
    number = desk.apply(desk.stage(a_row(**{"户数(户)": 90}), on=SECOND))
    with writing(desk.engine, Change("other", "edit", SECOND)) as session:
        session.execute(text("UPDATE site SET has_cleaning = true"))
    undo(desk.engine, CLERK, number)
    site = desk.ledger()["和平小区"]
    assert (site.households, site.has_cleaning) == (80, True)


def test_a_town_imports_its_own_rows_only(engine, tmp_path, district):
    town = Desk(engine, tmp_path, Sender(name="t", scope=Scope.of(Role.TOWN, f"{district}002")))
    rows = [a_row(**{"镇(街道)": "东街街道", "社区(村居)": None}), a_row()]
    number = town.stage(*rows)
    assert town.counts(number) == {"new": 1, "errors": 1}
    with reading(engine) as session:
        faults = get_import(session, Scope.everything(), number).report["faults"]
    assert [(one["code"], one["row"]) for one in faults] == [("place.town_outside", 6)]
    stranger = Scope.of(Role.TOWN, f"{district}001")
    for step in (apply, undo):
        with pytest.raises(DomainError) as refused:
            step(engine, Sender(name="s", scope=stranger), number)
        assert refused.value.code == "import.not_found"


def test_a_row_may_leave_its_place_to_the_sheet_and_the_sender(engine, tmp_path, district):
    town = Desk(engine, tmp_path, Sender(name="t", scope=Scope.of(Role.TOWN, f"{district}001")))
    row = a_row(**{"镇(街道)": None, "社区(村居)": None})
    path = write_form_by_hand(tmp_path / "台账.xlsx", [row], sheets=("后沟社区", "前沟社区"))
    town.apply(town.send(path))
    with reading(engine) as session:
        places = {
            tuple(row) for row in session.execute(select(Site.town_code, Site.neighbourhood_code))
        }
    assert places == {(f"{district}001", f"{district}00100{one}") for one in (1, 2)}


def test_a_file_that_is_no_ledger_is_refused_and_says_so(desk):
    path = desk.folder / "台账.xlsx"
    path.write_bytes(b"PK\x03\x04 not a workbook")
    with pytest.raises(DomainError):
        desk.send(path)
    with reading(desk.engine) as session:
        one = get_import(session, Scope.everything(), 1)
        assert (one.state, one.report["refusal"]["code"]) == ("refused", "table.unreadable")


def test_a_name_cannot_lead_out_of_its_folder(desk):
    path = write_form_by_hand(desk.folder / "台账.xlsx", [a_row()])
    with path.open("rb") as content:
        delivery = Delivery(name="..\\../../etc/台账.xlsx", on=FIRST)
        number = receive(desk.engine, desk.store, CLERK, content, delivery)
    stage(desk.engine, desk.store, CLERK, number)
    with reading(desk.engine) as session:
        assert get_import(session, Scope.everything(), number).file_name == "台账.xlsx"


def test_another_writing_of_the_neighbourhood_is_the_same_place(desk):
    desk.apply(desk.stage(a_row(**{"社区(村居)": "前沟社区居委会"})))
    assert desk.ledger()["和平小区"].neighbourhood_code == "370306001001"


def test_the_same_site_twice_in_a_ledger_is_refused_by_row(desk):
    number = desk.stage(a_row(), a_row())
    with reading(desk.engine) as session:
        (fault,) = get_import(session, Scope.everything(), number).report["faults"]
    assert (fault["code"], fault["row"]) == ("site.stands_twice", 6)
    assert fault["facts"] == {"first_row": 5}


def test_an_edition_older_than_the_ledger_is_refused(desk):
    desk.apply(desk.stage(a_row(), on=SECOND))
    with pytest.raises(DomainError) as refused:
        desk.stage(a_row(), on=SECOND - timedelta(days=1))
    assert refused.value.code == "import.older_than_ledger"


def test_what_is_exported_and_imported_again_changes_nothing(desk):
    rows = [
        a_row(**{"户数(户)": 80, "建筑面积(平方米)": 1234.5, "联系电话": 13900001111}),
        a_row(**{NAME: "-东方", "是否实行政府补贴": "是", "备注": "1-2号楼"}),
        a_row(**{NAME: "丙", "简易物业管理": None, "尚未实施": "√"}),
    ]
    path = write_form_by_hand(desk.folder / "台账.xlsx", rows)
    desk.apply(desk.send(path))
    exported = desk.folder / "导出.xlsx"
    write_form(read_form(path).drafts, exported, unit="周村区", filled_on=SECOND)
    assert desk.counts(desk.send(exported, on=SECOND)) == {"unchanged": 3}


def test_a_faulty_row_is_not_missing_and_its_fault_names_the_cell(desk):
    desk.apply(desk.stage(a_row(), a_row(**{NAME: "乙"})))
    faulty = a_row(**{"尚未实施": "√", "户数(户)": 3})
    number = desk.stage(faulty, a_row(**{NAME: "乙", "镇(街道)": "无此街道"}), on=SECOND)
    assert desk.counts(number)["errors"] == 2
    assert [row["name"] for row in desk.rows(number)] == ["和平小区", "乙"]
    with reading(desk.engine) as session:
        faults = get_import(session, Scope.everything(), number).report["faults"]
    cells = {one["code"]: one["cell"] for one in faults if one["severity"] == "error"}
    assert cells == {"ledger.none_excludes": "Q5", "place.town_unknown": "B6"}


def test_the_clerks_workbook_comes_back_with_comments(desk):
    number = desk.stage(a_row(尚未实施="√"))
    out = desk.folder / "out.xlsx"
    with reading(desk.engine) as session:
        name = write_report(session, desk.store, Scope.everything(), number, out, "zh")
    assert name == "台账_批注.xlsx"
    book = load_workbook(out)
    assert "尚未实施" in book["Sheet1"]["Q5"].comment.text
    assert book.sheetnames[-1] == "导入报告" or book.sheetnames[0] == "导入报告"
