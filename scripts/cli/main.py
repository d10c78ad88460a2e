"""The command `fugai`: its sub-commands put together, and how it refuses.

Only the module of the command that is called is loaded: all together they take seconds.
"""

from __future__ import annotations

import os
import sys
from importlib import import_module
from typing import Final

import typer
from sqlalchemy.exc import OperationalError

from geodata.domain.errors import DomainError
from geodata.store.sealing import KEY_VARIABLE
from scripts.cli.database import phones_key
from scripts.cli.output import complain

MODULES: Final[dict[str, tuple[str, ...]]] = {
    "serving": ("serve", "up", "worker"),
    "nginx": ("nginx-conf",),
    "units": ("units",),
    "retain": ("retain",),
    "demo": ("demo",),
    "imports": ("import",),
    "doctor": ("doctor",),
    "exports": ("export",),
    "vectors": ("import", "export"),
    "figures": ("coverage",),
    "maps": ("map",),
    "tiles": ("tiles",),
    "gaps": ("gaps",),
    "path": ("path",),
    "routes": ("routes",),
    "campaign": ("campaign", "month", "bulletin"),
    "users": ("user",),
    "audit": ("audit",),
    "backup": ("backup", "restore"),
    "pitr": ("pitr",),
    "pooler": ("pooler-conf",),
    "bundle": ("bundle",),
    "db": ("db",),
    "bench": ("bench",),
    "glossary": ("glossary",),
}
"""The modules beside this one, in the order of the help, and the commands of each."""


def command_line(named: str | None = None) -> typer.Typer:
    """Return the command.

    Args:
        named: The sub-command that is called; every one is there where this is none of them.
    """
    app = typer.Typer(
        name="fugai",
        help="覆盖 fugai: 住宅小区物业管理全覆盖  /  coverage of property management",
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
    )
    # A command that stood alone would be the whole of it.
    app.callback()(lambda: None)
    wanted = [module for module, names in MODULES.items() if named in names]
    for module in wanted or MODULES:
        import_module(f"scripts.cli.{module}").register(app)
    return app


def main() -> None:
    """Run the command; a refusal is told in both languages and ends with 2."""
    # Processes that we start find the key where we do.
    os.environ[KEY_VARIABLE] = str(phones_key())
    try:
        command_line(sys.argv[1] if len(sys.argv) > 1 else None)()
    except DomainError as refusal:
        complain(refusal)
        sys.exit(2)
    except OperationalError as error:
        reason = str(error.orig).strip().splitlines()[0]
        complain(DomainError("cluster.unreachable", reason=reason))
        sys.exit(2)


if __name__ == "__main__":
    main()
