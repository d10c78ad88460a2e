"""Files that would harm their reader are refused by name, in little memory and time."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from random import Random

import pytest

from geodata.domain.errors import DomainError
from geodata.ledger.annotate import annotate
from geodata.ledger.form_reader import read_form
from tests.dirty_workbooks import (
    HOSTILE,
    damage,
    write_empty_formatted_rows,
    write_far_cell,
    write_form,
    write_form_as_xls,
    write_many_merges,
)

_READ = """
import resource, sys
from pathlib import Path
from geodata.domain.errors import DomainError
from geodata.ledger.form_reader import read_form
import openpyxl  # what a reader needs is loaded before the bound is set

with open("/proc/self/statm") as own:
    used = int(own.read().split()[0]) * resource.getpagesize()
bound = used + (200 << 20)
resource.setrlimit(resource.RLIMIT_AS, (bound, bound))
spent = resource.getrusage(resource.RUSAGE_SELF)
seconds = int(spent.ru_utime + spent.ru_stime + 1) + int(sys.argv[2])
resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
try:
    print(len(read_form(Path(sys.argv[1])).drafts))
except DomainError as refusal:
    print(refusal.code)
"""


def _read_within_bounds(path: Path, *, seconds: int = 2) -> str:
    """Return what comes of a file in a process that may take 200 MB more than it has.

    Args:
        path: Of the file.
        seconds: Of computing that the file is worth, whatever else the machine does.
    """
    told = subprocess.run(
        [sys.executable, "-c", _READ, path, str(seconds)],
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert told.returncode == 0, told.stderr[-500:]
    return told.stdout.strip()


@pytest.mark.parametrize("kind", HOSTILE)
def test_a_file_made_to_harm_is_refused(tmp_path: Path, kind: str) -> None:
    write, name, code = HOSTILE[kind]
    write(tmp_path / name)
    assert _read_within_bounds(tmp_path / name) == code


def test_one_stray_cell_in_the_last_corner_harms_nobody(tmp_path: Path) -> None:
    assert _read_within_bounds(write_far_cell(tmp_path / "a.xlsx")) == "1"


def test_ten_thousand_empty_formatted_rows_say_nothing(tmp_path: Path) -> None:
    path = write_empty_formatted_rows(tmp_path / "a.xlsx", 10_000)
    assert _read_within_bounds(path) == "1"
    assert read_form(path).faults == []


def test_a_row_for_every_number_that_a_sheet_has(tmp_path: Path) -> None:
    path = write_empty_formatted_rows(tmp_path / "a.xlsx", 1_048_560)
    assert _read_within_bounds(path, seconds=20) in {"1", "table.too_large"}


def test_five_thousand_merges_are_filled_down(tmp_path: Path) -> None:
    path = write_many_merges(tmp_path / "a.xlsx", 5000)
    reading = read_form(path)
    assert {draft.town for draft in reading.drafts} == {"丝绸路街道"}
    assert len(reading.drafts) == 10_000
    assert reading.faults == []


@pytest.mark.parametrize("name", ["a.xlsx", "a.xls"])
@pytest.mark.parametrize("seed", range(15))
def test_damage_anywhere_is_read_or_refused(tmp_path: Path, name: str, seed: int) -> None:
    write = write_form_as_xls if name == "a.xls" else write_form
    path = damage(write(tmp_path / name), Random(seed))
    try:
        reading = read_form(path)
    except DomainError:
        return
    out = tmp_path / "out.xlsx"
    annotate(path, reading.faults, out, sentence=lambda fault: fault.code)
    assert len(read_form(out).sheets) == len(reading.sheets)
