"""A large workbook of the official form: our reader, and calamine beside openpyxl.

Each reading runs in a process of its own, so that its peak of memory is its own.
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Any, Final

from openpyxl import load_workbook
from python_calamine import CalamineWorkbook

from geodata.domain.category import Category
from geodata.domain.management import ManagementType
from geodata.domain.site import Place, ServiceStar, SiteDraft
from geodata.ledger.form import COLUMNS
from geodata.ledger.form_reader import read_form
from geodata.ledger.form_writer import write_form

_NOWHERE: Final = Place("", None, 0)
_DAY: Final = date(2017, 11, 15)
_SITES_A_NEIGHBOURHOOD: Final = 30
_NEIGHBOURHOODS_A_TOWN: Final = 25


def measure(rows: int) -> dict[str, Any]:
    """Return seconds, rows a second and megabytes of each reader, and calamine's ratio.

    Args:
        rows: How many sites the workbook holds.
    """
    with TemporaryDirectory() as folder:
        path = Path(folder) / "form.xlsx"
        began = time.perf_counter()
        write_form(_sites(rows), path, unit="周村区", filled_on=_DAY)
        written = round(time.perf_counter() - began, 2)
        figures = {name: _apart(name, path, rows) for name in READERS}
        size = path.stat().st_size
    ours, calamine, openpyxl = (figures[name] for name in ("read_form", "calamine", "openpyxl"))
    return {
        "rows": rows,
        "columns": len(COLUMNS),
        "file_bytes": size,
        "write_form_s": written,
        **figures,
        "openpyxl_to_calamine": _ratio(openpyxl, calamine),
        "openpyxl_to_read_form": _ratio(openpyxl, ours),
    }


def _sites(count: int) -> Iterator[SiteDraft]:
    random = Random(1)  # noqa: S311 - made-up rows
    types = (ManagementType.SIMPLE, ManagementType.PROFESSIONAL)
    for number in range(count):
        neighbourhood = number // _SITES_A_NEIGHBOURHOOD
        kind = random.choice(types)
        households = random.randint(20, 2000)
        yield SiteDraft(
            place=_NOWHERE,
            name=f"第{number}小区",
            town=f"第{neighbourhood // _NEIGHBOURHOODS_A_TOWN}街道",
            neighbourhood=f"第{neighbourhood}社区",
            address=f"和平路{number}号",
            category=random.choice(tuple(Category)[:5]),
            ticked_types=frozenset({kind}),
            service_star=ServiceStar.THREE if kind is ManagementType.PROFESSIONAL else None,
            built_year=random.randint(1980, 2017),
            floor_area_m2=random.randint(10_000, 9_999_999) / 100,
            buildings=random.randint(1, 40),
            households=households,
            occupied_households=random.randint(0, households),
            company=f"第{random.randint(1, 300)}物业公司",
            project_manager="张三",
            phone=f"139{random.randint(0, 99_999_999):08d}",
            fee_min_yuan=0.5,
            fee_max_yuan=1.5,
            subsidised=bool(number % 2),
            owners_committee=bool(number % 3),
            maintenance_fund=False,
            note="备注" if number % 10 == 0 else None,
        )


def _ratio(one: dict[str, Any], other: dict[str, Any]) -> float:
    """Compare by the processor's time: other programs on the machine do not count in it."""
    ratio: float = one["processor_s"] / other["processor_s"]
    return round(ratio, 1)


def _apart(name: str, path: Path, rows: int) -> dict[str, Any]:
    command = [sys.executable, "-m", __name__, name, str(path)]
    told = subprocess.run(command, check=True, capture_output=True, text=True)  # noqa: S603
    figures: dict[str, Any] = json.loads(told.stdout)
    figures["rows_per_s"] = round(rows / figures["seconds"])
    return figures


def _with_calamine(path: Path) -> None:
    for _ in CalamineWorkbook.from_path(path).get_sheet_by_index(0).iter_rows():
        pass


def _with_openpyxl(path: Path) -> None:
    book = load_workbook(path, read_only=True, data_only=True)
    for _ in book.worksheets[0].iter_rows(values_only=True):
        pass


READERS: Final[dict[str, Callable[[Path], object]]] = {
    "read_form": read_form,
    "calamine": _with_calamine,
    "openpyxl": _with_openpyxl,
}
"""Our full reading with all checks, and the bare values by each library."""


def _run(name: str, path: Path) -> None:
    began, worked = time.perf_counter(), time.process_time()
    READERS[name](path)
    seconds = round(time.perf_counter() - began, 2)
    worked_s = round(time.process_time() - worked, 2)
    peak_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10
    sys.stdout.write(json.dumps({"seconds": seconds, "processor_s": worked_s, "peak_mb": peak_mb}))


if __name__ == "__main__":
    _run(sys.argv[1], Path(sys.argv[2]))
