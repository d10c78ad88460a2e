"""Files are read in a process of their own, which may run out of memory, hang, or break down."""

from __future__ import annotations

import ctypes
import os
from pathlib import Path

import pytest

from geodata.domain.errors import DomainError
from geodata.ledger.form_reader import read_form
from server import apart as module
from server.apart import apart
from tests.workbooks import a_row, write_form_by_hand


def whole(value: int) -> int:
    return value + 1


def refusing() -> None:
    raise DomainError("table.empty", file="a.xlsx")


def wrong() -> None:
    raise KeyError("gone")


def hungry() -> int:
    return len(bytearray(8 << 30))


def crashing() -> int:
    return int(ctypes.string_at(0)[0])


def telling(progress: object = None) -> int:
    assert callable(progress)
    progress(0.5)
    return os.getpid()


def test_what_it_returns_and_refuses_comes_back():
    assert apart(whole, 1, file="a") == 2
    with pytest.raises(DomainError, match=r"table\.empty.*a\.xlsx"):
        apart(refusing, file="a")
    with pytest.raises(RuntimeError, match="KeyError: 'gone'"):
        apart(wrong, file="a")


@pytest.mark.parametrize("function", [hungry, crashing])
def test_what_breaks_down_is_a_refusal_and_the_next_file_is_read(function):
    with pytest.raises(DomainError, match=r"file\.too_heavy.*bomb\.xlsx"):
        apart(function, file="bomb.xlsx")
    assert apart(whole, 1, file="a") == 2


def test_it_is_another_process_each_time_and_tells_how_far_it_is():
    shares: list[float] = []
    pids = {apart(telling, file="a", progress=shares.append) for _ in range(3)}
    assert len(pids | {os.getpid()}) == 4
    assert shares == [0.5] * 3


def test_the_process_that_forks_may_be_killed():
    assert apart(whole, 1, file="a") == 2
    process = module._NURSERY._process
    assert process is not None
    process.kill()
    process.wait()
    assert apart(whole, 1, file="a") == 2


def test_a_ledger_reads_as_it_does_here(tmp_path: Path):
    path = write_form_by_hand(tmp_path / "台账.xlsx", [a_row()])
    found = apart(read_form, path, file=path.name, progress=lambda _: None)
    assert found.drafts == read_form(path).drafts
