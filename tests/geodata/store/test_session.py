"""Sessions: reading ones cannot write, writing ones name who and why."""

from __future__ import annotations

import pytest
from sqlalchemy import Engine, func, select
from sqlalchemy.exc import DBAPIError, InternalError
from sqlalchemy.orm import Session

from geodata.store.session import Change, reading, writing
from geodata.store.tables import Division, Site
from tests.builders import a_district, a_site


def test_a_reading_session_cannot_write(engine: Engine):
    with pytest.raises(InternalError, match="read-only"), reading(engine) as session:
        a_district(session)


def test_a_writing_session_commits_at_its_end(engine: Engine):
    with writing(engine, Change("tester", "test")) as session:
        a_district(session)
    with reading(engine) as session:
        assert session.scalar(select(func.count()).select_from(Division)) == 1


def _add_and_fail(engine: Engine) -> None:
    with writing(engine, Change("tester", "test")) as session:
        a_district(session)
        raise RuntimeError


def test_a_writing_session_that_fails_leaves_nothing_behind(engine: Engine):
    with pytest.raises(RuntimeError):
        _add_and_fail(engine)
    with reading(engine) as session:
        assert session.scalar(select(func.count()).select_from(Division)) == 0


def test_all_queries_of_a_reading_session_see_one_state(engine: Engine):
    with reading(engine) as session:
        before = session.scalar(select(func.count()).select_from(Site))
        with writing(engine, Change("tester", "test")) as other:
            a_site(other)
        assert session.scalar(select(func.count()).select_from(Site)) == before == 0


def test_a_change_without_an_actor_is_refused(engine: Engine):
    with Session(engine) as session, pytest.raises(DBAPIError, match="without actor"):
        a_site(session)
