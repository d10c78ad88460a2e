"""Runs everything and writes what came of it."""

from __future__ import annotations

import json
import os
import platform
from dataclasses import asdict
from pathlib import Path
from typing import Any

from geodata.domain.period import today
from scripts.benchmarks.serve.amounts import Plan
from scripts.benchmarks.serve.ground import ground
from scripts.benchmarks.serve.load import CONNECTIONS
from scripts.benchmarks.serve.measure import measure
from scripts.benchmarks.serve.report import plot, ratios, table
from scripts.cli.output import steps


def run_all(home: Path, plan: Plan, out: Path) -> str:
    """Measure, write ``serve.json``, ``serve.md`` and ``serve.svg``, and return the table.

    Args:
        home: Folder of the district's cluster; it is kept there.
        plan: How much is measured.
        out: Folder of the results.
    """
    busy = os.getloadavg()[0]
    with ground(home, plan.size) as place, steps() as progress:
        measured = measure(place, plan, progress)
    outcomes = measured["outcomes"]
    found = ratios(outcomes)
    told: dict[str, Any] = {
        "on": today().isoformat(),
        "machine": f"{os.cpu_count()} cores, load {busy:.1f} before, {platform.machine()}",
        "plan": asdict(plan) | {"connections": CONNECTIONS},
        **measured,
        "ratios": found,
    }
    text = table(measured, found)
    out.mkdir(parents=True, exist_ok=True)
    (out / "serve.json").write_text(json.dumps(told, indent=1) + "\n")
    (out / "serve.md").write_text(text)
    (out / "serve.svg").write_text(plot(outcomes))
    return text
