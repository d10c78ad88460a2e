"""`fugai audit`: whether the audit is as it was written."""

from __future__ import annotations

from typing import Annotated

import typer

from geodata.domain.errors import DomainError
from geodata.store.audit_chain import verify_chain, was_head
from geodata.store.session import reading
from scripts.cli.database import engine
from scripts.cli.output import say

_app = typer.Typer(help="审计  /  the audit", no_args_is_help=True)


def register(app: typer.Typer) -> None:
    """Add the sub-commands."""
    app.add_typer(_app, name="audit")


@_app.callback()
def group() -> None:
    """审计 / The audit."""


@_app.command()
def verify(
    head: Annotated[
        str | None, typer.Option(help="以前抄录的链尾 / a head that was noted earlier")
    ] = None,
) -> None:
    """校验哈希链 / Count every seal anew; fails where a line was changed, removed or slipped in."""
    with reading(engine()) as session:
        found = verify_chain(session)
        is_known = head is None or was_head(session, head)
    if not found.is_whole:
        raise DomainError(
            "audit.broken", lines=found.lines, at=found.broken_at, unsealed=found.unsealed
        )
    if not is_known:
        raise DomainError("audit.cut", head=head)
    print(found.head)
    say(f"{found.lines} 条完整, 链尾如上, 请抄录", f"{found.lines} lines hold; note the head above")
