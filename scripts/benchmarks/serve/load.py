"""Load by wrk on the loopback, and what the processes that answer it spend."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from geodata.domain.errors import DomainError

CONNECTIONS: Final = 16
_SCRIPT: Final = Path(__file__).with_name("wrk.lua")
_TICKS: Final = os.sysconf("SC_CLK_TCK")
_WAITS_S: Final = 60


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a round of load came to.

    Attributes:
        per_s: Answers per second.
        p50_ms: Half of the answers took no longer.
        p99_ms: 99 of 100 took no longer.
        bytes: Bytes of an answer with its headers, on average.
        cpu_ms: What servers and database computed for an answer, on average.
    """

    per_s: float
    p50_ms: float
    p99_ms: float
    bytes: float
    cpu_ms: float

    def rounded(self) -> dict[str, Any]:
        """Return it for a report."""
        return {
            "per_s": round(self.per_s, 1),
            "p50_ms": round(self.p50_ms, 2),
            "p99_ms": round(self.p99_ms, 2),
            "bytes": round(self.bytes),
            "cpu_ms": round(self.cpu_ms, 3),
        }


def program(name: str, package: str) -> str:
    """Return the path of a program.

    Raises:
        DomainError: ``bench.tool_missing`` with the package that has it.
    """
    found = shutil.which(name) or shutil.which(name, path="/usr/sbin:/usr/local/sbin")
    if found is None:
        raise DomainError("bench.tool_missing", program=name, package=package)
    return found


def press(
    url: str, addresses: Path, headers: dict[str, str], *, seconds: int, roots: Sequence[int]
) -> Outcome:
    """Ask for addresses for some seconds and return what came of it.

    Args:
        url: Of the server.
        addresses: A file with a path a line.
        headers: Of each request.
        seconds: How long.
        roots: Processes whose computing counts, with all their descendants.

    Raises:
        DomainError: ``bench.failed`` when an answer was not what was asked for.
    """
    options = [f"-H{name}: {value}" for name, value in headers.items()]
    command = [
        *(program("wrk", "wrk"), "-t1", f"-c{CONNECTIONS}", f"-d{seconds}s", "--timeout", "20s"),
        *options,
        *("-s", str(_SCRIPT), url, "--", str(addresses)),
    ]
    before = cpu_s(roots)
    told = run(command, seconds)
    spent = cpu_s(roots) - before
    line = next((one for one in told.splitlines() if one.startswith("RESULT ")), "")
    if not line:
        raise DomainError("bench.failed", program="wrk", log=told[-500:])
    count, microseconds, size, p50, p99, failed = map(int, line.split()[1:])
    if failed or not count:
        raise DomainError("bench.failed", program=url, log=told[-500:])
    return Outcome(
        per_s=count / microseconds * 1e6,
        p50_ms=p50 / 1000,
        p99_ms=p99 / 1000,
        bytes=size / count,
        cpu_ms=spent / count * 1000,
    )


def run(
    command: Sequence[str],
    seconds: int,
    *,
    cwd: Path | None = None,
    env: dict[str, str] | None = None,
) -> str:
    """Run a program that takes some seconds and return what it says.

    Raises:
        DomainError: ``bench.failed`` with the end of what it said.
    """
    done = subprocess.run(  # noqa: S603 - our own arguments
        command,
        check=False,
        timeout=seconds + _WAITS_S,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        cwd=cwd,
        env=env,
    )
    if done.returncode != 0:
        raise DomainError("bench.failed", program=command[0], log=done.stdout[-500:])
    return done.stdout


def cpu_s(roots: Iterable[int]) -> float:
    """Return the seconds that processes and their descendants have computed so far."""
    parents: dict[int, int] = {}
    ticks: dict[int, int] = {}
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            try:
                fields = (folder / "stat").read_text().rpartition(")")[2].split()
            except OSError:
                continue  # It has ended.
            parents[int(folder.name)] = int(fields[1])
            # Its own time in user and system mode, and that of children that have ended.
            ticks[int(folder.name)] = sum(map(int, fields[11:15]))
    wanted = found = set(roots)
    while found:
        found = {child for child, parent in parents.items() if parent in wanted} - wanted
        wanted = wanted | found
    return sum(ticks.get(one, 0) for one in wanted) / _TICKS
