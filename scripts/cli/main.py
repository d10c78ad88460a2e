"""The command `fugai`: its sub-commands put together, and how it refuses."""

from __future__ import annotations

import os
import sys
from importlib import import_module

import typer
from sqlalchemy.exc import OperationalError

from geodata.domain.errors import DomainError
from geodata.store.sealing import KEY_VARIABLE
from scripts.cli.database import phones_key
from scripts.cli.output import complain

app = typer.Typer(
    name="fugai",
    help="覆盖 fugai: 住宅小区物业管理全覆盖  /  coverage of property management",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)

for _name in (
    "serving",
    "nginx",
    "units",
    "retain",
    "demo",
    "imports",
    "doctor",
    "exports",
    "vectors",
    "figures",
    "maps",
    "tiles",
    "gaps",
    "path",
    "routes",
    "campaign",
    "users",
    "audit",
    "backup",
    "pitr",
    "pooler",
    "bundle",
    "db",
    "bench",
    "glossary",
):
    import_module(f"scripts.cli.{_name}").register(app)


def main() -> None:
    """Run the command; a refusal is told in both languages and ends with 2."""
    # Processes that we start find the key where we do.
    os.environ[KEY_VARIABLE] = str(phones_key())
    try:
        app()
    except DomainError as refusal:
        complain(refusal)
        sys.exit(2)
    except OperationalError as error:
        reason = str(error.orig).strip().splitlines()[0]
        complain(DomainError("cluster.unreachable", reason=reason))
        sys.exit(2)


if __name__ == "__main__":
    main()
