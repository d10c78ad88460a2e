"""The connection that PostgreSQL tells of changes."""

from __future__ import annotations

import asyncio
from contextlib import closing

import psycopg
import pytest

from server.tiles.listening import listener
from tests.loops import run_apart


@pytest.fixture
def conninfo(database_url: str) -> str:
    return database_url.replace("+psycopg", "")


def _tell(conninfo: str, *told: str) -> None:
    with psycopg.connect(conninfo, autocommit=True) as connection:
        for one in told:
            connection.execute("SELECT pg_notify('heard', %s)", (one,))


def test_what_is_told_is_heard_in_its_order_and_silence_too(conninfo):
    async def heard() -> list:
        with closing(await listener(conninfo, ("heard", "other"))) as hears:
            before = await hears.next(0.1)
            await asyncio.to_thread(_tell, conninfo, "一", "二")
            return [before, *[await hears.next(5) for _ in range(2)], await hears.next(0.1)]

    assert run_apart(heard) == [None, ("heard", "一"), ("heard", "二"), None]


def test_who_is_asked_and_lives_goes_on_hearing(conninfo):
    async def heard() -> list:
        with closing(await listener(conninfo, ("heard",))) as hears:
            for _ in range(3):
                hears.ask()
                assert await hears.next(0.2) is None
            await asyncio.to_thread(_tell, conninfo, "三")
            return [await hears.next(5)]

    assert run_apart(heard) == [("heard", "三")]


def test_a_lost_connection_is_said_to_be_lost(conninfo):
    def kill() -> None:
        with psycopg.connect(conninfo, autocommit=True) as connection:
            connection.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE application_name = 'fugai listens' AND datname = current_database()"
            )

    async def lost() -> None:
        with closing(await listener(conninfo, ("heard",))) as hears:
            await asyncio.to_thread(kill)
            with pytest.raises(psycopg.OperationalError):
                await hears.next(5)
            with pytest.raises(psycopg.OperationalError):
                hears.ask()

    run_apart(lost)


def test_one_that_does_not_answer_is_lost_when_it_is_asked_again(conninfo):
    async def asked() -> None:
        with closing(await listener(conninfo, ("heard",))) as hears:
            hears.ask()
            with pytest.raises(psycopg.OperationalError):
                hears.ask()  # Nothing was read meanwhile.

    run_apart(asked)


def test_a_database_that_is_not_there_is_told(conninfo):
    with pytest.raises(psycopg.OperationalError):
        run_apart(lambda: listener(psycopg.conninfo.make_conninfo(conninfo, port=1), ("heard",)))
