"""The files of the project, as the contracts read them."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("geodata", "maps", "server", "scripts")
_NOT_OURS = {"node_modules", "__pycache__"}


def files(*folders: str, suffixes: tuple[str, ...]) -> list[Path]:
    """Return our own files with these suffixes below these folders."""
    found = [
        path
        for folder in folders
        for path in (ROOT / folder).rglob("*")
        if path.suffix in suffixes and not _NOT_OURS & set(path.parts)
    ]
    assert found, "nothing to check"
    return sorted(found)


def shown(path: Path) -> str:
    """Return a path as a message names it."""
    return path.relative_to(ROOT).as_posix()


@cache
def tree(path: Path) -> ast.Module:
    """Return a module's syntax tree."""
    return ast.parse(path.read_text("utf-8"))


def nodes(*folders: str) -> Iterator[tuple[Path, ast.AST]]:
    """Yield every node of every module below these folders."""
    for path in files(*folders, suffixes=(".py",)):
        for node in ast.walk(tree(path)):
            yield path, node
