"""How the command line speaks: Chinese first, English beside it."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from geodata.domain.errors import DomainError
from server.i18n import sentence


def say(zh: str, en: str) -> None:
    """Tell the operator something, on the error stream, so that output stays data."""
    sys.stderr.write(f"{zh}  /  {en}\n")


def complain(refusal: DomainError) -> None:
    """Tell why nothing was done."""
    for language in ("zh", "en"):
        sys.stderr.write(f"✘ {sentence(refusal.code, refusal.facts, language)}\n")


@contextmanager
def progress_bar() -> Iterator[Progress]:
    """Yield a progress display on the error stream."""
    columns = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True)) as progress:
        yield progress
