"""Units for systemd, filled in for this installation."""

from __future__ import annotations

import re
from importlib.resources import files
from pathlib import Path
from typing import Final

from geodata.domain.errors import DomainError
from scripts.filling import filled, is_plain

_PLAIN_USER: Final = re.compile(r"[a-z_][a-z0-9_-]{0,31}")
_SUFFIX: Final = ".template"


def units(
    *, root: Path, home: Path, binaries: Path, user: str, workers: int, kept_days: int
) -> dict[str, str]:
    """Return the text of each unit by its name.

    Args:
        root: The checkout.
        home: Folder of the data.
        binaries: Folder of the command ``fugai``.
        user: Whose the processes are; not root, under which PostgreSQL does not run.
        workers: Processes of the server.
        kept_days: How long backups are kept.

    Raises:
        DomainError: ``units.path`` for a path or a user that would need quoting.
    """
    for one in (root, home, binaries):
        if not is_plain(one):
            raise DomainError("units.path", value=str(one))
    if not _PLAIN_USER.fullmatch(user):
        raise DomainError("units.path", value=user)
    values = {
        "ROOT": str(root),
        "HOME": str(home),
        "BIN": str(binaries),
        "USER": user,
        "WORKERS": str(workers),
        "KEPT_DAYS": str(kept_days),
    }
    folder = files("scripts.systemd")
    return {
        one.name.removesuffix(_SUFFIX): filled(one.read_text("utf-8"), values)
        for one in folder.iterdir()
        if one.name.endswith(_SUFFIX)
    }
