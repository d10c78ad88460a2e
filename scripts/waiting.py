"""A program of ours that is there once it has written its pid file, and ends with the block."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from geodata.domain.errors import DomainError

_STARTS_WITHIN_S: Final = 10


@contextmanager
def running(
    command: Sequence[str], pid_file: Path, log: Path, refusal: DomainError
) -> Iterator[int]:
    """Run a program while the block runs; yield its process's id once it is there.

    Args:
        command: The program and its arguments.
        pid_file: What it writes when it is ready.
        log: Where to what it says goes.
        refusal: Raised where it ends or is not there in time.
    """
    with log.open("wb") as said:
        process = subprocess.Popen(command, stdout=said, stderr=said)  # noqa: S603 - our own
    try:
        deadline = time.monotonic() + _STARTS_WITHIN_S
        while not pid_file.exists():
            if process.poll() is not None or time.monotonic() > deadline:
                raise refusal
            time.sleep(0.02)
        yield process.pid
    finally:
        process.terminate()
        process.wait()
