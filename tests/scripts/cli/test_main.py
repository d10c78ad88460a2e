"""The command line: each command comes from the one module that is loaded for it."""

from __future__ import annotations

import subprocess
import sys
from functools import cache

import pytest
from typer.main import get_command

from scripts.cli.main import MODULES, command_line

NAMES = sorted({name for names in MODULES.values() for name in names})


@cache
def _commands(named: str | None = None) -> dict[str, object]:
    return dict(get_command(command_line(named)).commands)  # type: ignore[attr-defined]


def test_every_command_is_told_of_in_the_help():
    assert sorted(_commands()) == NAMES
    assert sorted(_commands("--help")) == NAMES
    assert sorted(_commands("no such command")) == NAMES


@pytest.mark.parametrize("name", NAMES)
def test_a_command_is_the_same_whether_it_is_loaded_alone_or_with_all(name):
    alone, among = _commands(name)[name], _commands()[name]
    assert sorted(getattr(alone, "commands", ())) == sorted(getattr(among, "commands", ()))


def test_what_is_not_called_is_not_loaded():
    code = "import sys; from scripts.cli.main import command_line; command_line('audit');"
    code += "print([one for one in ('server.app', 'folium', 'pandas') if one in sys.modules])"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, text=True)
    assert ran.stdout.strip() == "[]"


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ([], "glossary"),
        (["--help"], "glossary"),
        (["audit", "--help"], "verify"),
        (["serve", "--help"], "--workers"),
    ],
)
def test_help_is_given(fugai, arguments, told):
    ran = fugai(*arguments)
    assert told in ran.out + ran.err
