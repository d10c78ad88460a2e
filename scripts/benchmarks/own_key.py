"""The key to telephone numbers of a cluster that is only measured."""

from __future__ import annotations

import os
from pathlib import Path

from geodata.store.sealing import KEY_VARIABLE, new_key


def own_key(home: Path) -> None:
    """Keep a key beside a cluster, for us and for the processes that we start over it."""
    key = home / "phones.key"
    new_key(key)
    os.environ[KEY_VARIABLE] = str(key)
