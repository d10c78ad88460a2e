"""How the command line speaks: Chinese first, English beside it."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from time import monotonic

from rich.console import Console

from geodata.domain.errors import DomainError
from server.i18n import sentence

Progress = Callable[[str], None]


def say(zh: str, en: str) -> None:
    """Tell the operator something, on the error stream, so that output stays data."""
    sys.stderr.write(f"{zh}  /  {en}\n")


def complain(refusal: DomainError) -> None:
    """Tell why nothing was done."""
    for language in ("zh", "en"):
        sys.stderr.write(f"✘ {sentence(refusal.code, refusal.facts, language)}\n")


@contextmanager
def steps() -> Iterator[Progress]:
    """Yield a function that names the step begun now; each ends with the time it took."""
    console = Console(stderr=True)
    running: list[tuple[str, float]] = []

    def finish() -> None:
        for text, began in running:
            console.print(f"  ✔ {text}  [dim]{monotonic() - began:.1f} s[/dim]", highlight=False)
        running.clear()

    with console.status("…") as status:

        def progress(text: str) -> None:
            finish()
            running.append((text, monotonic()))
            status.update(text)

        yield progress
        finish()
