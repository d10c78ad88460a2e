"""Connections that read one value: prepared once, given back, replaced when they break."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import date

import pytest
from psycopg import Error, OperationalError
from sqlalchemy import text

from server.tiles.readers import Readers
from tests.loops import run_apart

_SLOW = "SELECT 'x'::bytea FROM pg_sleep(%s::integer)"


def run(database_url: str, act: Callable[[Readers], Awaitable[None]], most: int = 2) -> None:
    async def whole() -> None:
        readers = Readers(database_url.replace("+psycopg", ""), "-c jit=off", most)
        try:
            await act(readers)
        finally:
            readers.close()

    run_apart(whole)


def test_parameters_arrive_as_they_are(database_url):
    statement = "SELECT convert_to(concat_ws('|', %s::int, %s::text, %s::date, %s::text), 'UTF8')"

    async def act(readers: Readers) -> None:
        for number in (1, 2):
            value = await readers.value(statement, (number, "东'苑", date(2025, 1, 6), None))
            assert value.decode() == f"{number}|东'苑|2025-01-06"
        assert await readers.value("SELECT %s::bytea", (None,)) == b""

    run(database_url, act)


def test_many_share_few_connections(database_url, engine):
    async def act(readers: Readers) -> None:
        values = await asyncio.gather(
            *(readers.value("SELECT int4send(%s::integer)", (one,)) for one in range(200))
        )
        assert [int.from_bytes(one) for one in values] == list(range(200))
        with engine.connect() as connection:
            count = connection.scalar(
                text(
                    "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'fugai tiles'"
                    " AND datname = current_database()"
                )
            )
        assert count == 2

    run(database_url, act)


def test_connections_can_be_opened_before_they_are_needed(database_url):
    async def act(readers: Readers) -> None:
        await readers.warm(2, "SELECT %s::bytea", ("x",))
        backends = "SELECT int4send(pg_backend_pid()) FROM pg_sleep(0.05)"
        numbers = await asyncio.gather(*(readers.value(backends, ()) for _ in range(2)))
        assert len({*numbers}) == 2
        with pytest.raises(Error):
            await readers.warm(2, "SELECT 1/0", ())
        assert await readers.value("SELECT %s::bytea", ("x",)) == b"x"

    run(database_url, act)


def test_a_refusal_spoils_no_connection(database_url):
    async def act(readers: Readers) -> None:
        for _ in range(5):
            with pytest.raises(Error):
                await readers.value("SELECT 1 / %s::integer", (0,))
            with pytest.raises(Error):
                await readers.value("SELECT nothing, %s::integer", (0,))
        assert await readers.value("SELECT 'x'::bytea || %s::bytea", ("y",)) == b"xy"

    run(database_url, act, most=1)


def test_a_connection_that_is_ended_is_replaced(database_url, engine):
    end = text(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
        " WHERE application_name = 'fugai tiles' AND datname = current_database()"
    )

    async def act(readers: Readers) -> None:
        assert await readers.value("SELECT %s::bytea", ("x",)) == b"x"
        running = asyncio.create_task(readers.value(_SLOW, (20,)))
        await asyncio.sleep(0.3)
        with engine.begin() as connection:
            connection.execute(end)
        with pytest.raises(Error):
            await running
        for _ in range(3):
            try:
                assert await readers.value("SELECT %s::bytea", ("x",)) == b"x"
                break
            except OperationalError:
                continue
        assert await readers.value("SELECT %s::bytea", ("x",)) == b"x"

    run(database_url, act)


def test_who_goes_away_in_the_middle_leaves_no_answer_to_the_next(database_url):
    async def act(readers: Readers) -> None:
        running = asyncio.create_task(readers.value(_SLOW, (20,)))
        await asyncio.sleep(0.2)
        running.cancel()
        with pytest.raises(asyncio.CancelledError):
            await running
        assert await readers.value("SELECT %s::bytea", ("y",)) == b"y"

    run(database_url, act, most=1)


def test_a_database_that_is_not_there_is_told(database_url):
    async def act(readers: Readers) -> None:
        with pytest.raises(OperationalError):
            await readers.value("SELECT 1", ())

    run("postgresql://nobody@127.0.0.1:1/nothing", act)
