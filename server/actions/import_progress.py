"""Tell how far a step of an import has come, in its row and to whoever waits."""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import Engine

from geodata.store.imports.staging import tell_progress

Progress = Callable[[float], None]
"""Told the share of a step that is done, 0-1."""


def telling(engine: Engine, import_id: int, progress: Progress | None) -> Progress:
    """Return what tells of a step.

    Not to be called once the step's own transaction has written the import's row: it would
    wait for that for ever.

    Args:
        engine: Of the database.
        import_id: Of the import, held by the step.
        progress: Told the same.
    """

    def told(share: float) -> None:
        tell_progress(engine, import_id, share)
        if progress is not None:
            progress(share)

    return told
