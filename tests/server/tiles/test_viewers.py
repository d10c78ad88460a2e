"""Who asks for tiles: looked up once for all who ask at once, and forgotten with their access."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable
from types import SimpleNamespace

import pytest
from starlette.requests import Request

from geodata.domain.access import Scope
from geodata.domain.errors import DomainError
from geodata.store.drawn_changes import Viewer
from server.tiles import viewers
from server.tiles.viewers import Sight, Viewers
from tests.loops import run_apart

SHOWN = (b"", b"fugai_login=1", None)
REQUEST = Request({"type": "http", "headers": []})
EVERYTHING = Sight(Scope.everything(), Viewer(None, None), Scope.everything())


@pytest.fixture
def asked(monkeypatch) -> SimpleNamespace:
    """Counts the questions; ``gate`` holds them back, ``answer`` is what they find."""
    told = SimpleNamespace(
        times=0, begun=threading.Event(), gate=threading.Event(), answer=lambda: EVERYTHING
    )
    told.gate.set()

    def sight_of(_request) -> Sight:
        told.times += 1
        told.begun.set()
        told.gate.wait(5)
        return told.answer()

    monkeypatch.setattr(viewers, "sight_of", sight_of)
    return told


def _refused() -> Sight:
    raise DomainError("auth.login_required")


def _at(monkeypatch, seconds: float) -> Callable[[], None]:
    """Return what moves the clock of this process ahead."""
    real = time.monotonic
    return lambda: monkeypatch.setattr(time, "monotonic", lambda: real() + seconds)


def test_all_who_ask_at_once_ask_once(asked):
    async def all_at_once() -> list[Sight]:
        known = Viewers()
        return await asyncio.gather(*(known.find(SHOWN, REQUEST) for _ in range(40)))

    assert run_apart(all_at_once) == [EVERYTHING] * 40
    assert asked.times == 1


def test_who_keeps_asking_is_looked_up_again_and_does_not_wait(asked, monkeypatch):
    async def again() -> None:
        known = Viewers()
        await known.find(SHOWN, REQUEST)
        _at(monkeypatch, 4)()
        asked.gate.clear()
        assert await asyncio.wait_for(known.find(SHOWN, REQUEST), 1) is EVERYTHING
        asked.gate.set()
        await asyncio.wait([*known._asking.values()])
        assert asked.times == 2
        await known.find(SHOWN, REQUEST)
        assert asked.times == 2

    run_apart(again)


def test_who_comes_back_later_waits_for_the_answer(asked, monkeypatch):
    async def later() -> None:
        known = Viewers()
        await known.find(SHOWN, REQUEST)
        _at(monkeypatch, 6)()
        asked.answer = _refused
        with pytest.raises(DomainError):
            await known.find(SHOWN, REQUEST)

    run_apart(later)


def test_who_may_see_no_more_is_refused_at_the_next_look(asked, monkeypatch):
    async def ended() -> None:
        known = Viewers()
        await known.find(SHOWN, REQUEST)
        _at(monkeypatch, 4)()
        asked.answer = _refused
        await known.find(SHOWN, REQUEST)  # begins the look
        await asyncio.wait([*known._asking.values()])
        with pytest.raises(DomainError):
            await known.find(SHOWN, REQUEST)

    run_apart(ended)


def test_an_answer_from_before_access_changed_is_not_remembered(asked):
    async def changed() -> None:
        known = Viewers()
        asked.gate.clear()
        first = asyncio.create_task(known.find(SHOWN, REQUEST))
        await asyncio.to_thread(asked.begun.wait, 5)
        known.forget()
        asked.answer = _refused
        second = asyncio.create_task(known.find(SHOWN, REQUEST))
        asked.gate.set()
        with pytest.raises(DomainError):
            await second
        await asyncio.wait([first])
        with pytest.raises(DomainError):
            await known.find(SHOWN, REQUEST)

    run_apart(changed)


def test_who_goes_away_takes_the_answer_from_nobody(asked):
    async def gone() -> None:
        known = Viewers()
        asked.gate.clear()
        first = asyncio.create_task(known.find(SHOWN, REQUEST))
        second = asyncio.create_task(known.find(SHOWN, REQUEST))
        await asyncio.sleep(0.05)
        first.cancel()
        asked.gate.set()
        assert await second is EVERYTHING
        assert asked.times == 1

    run_apart(gone)
