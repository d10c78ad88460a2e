"""`fugai user`: accounts and tokens."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated

import typer

from geodata.domain.access import Role
from geodata.domain.errors import DomainError
from geodata.store.audit import audit
from geodata.store.session import Change, writing
from scripts.cli.database import engine
from scripts.cli.output import say
from server.auth.accounts import add_account, add_token, strong_password
from server.auth.second_factor import drop
from server.auth.tries import forgive

_app = typer.Typer(help="账号  /  accounts", no_args_is_help=True)
_CLI = "cli"


def register(app: typer.Typer) -> None:
    """Add the sub-commands."""
    app.add_typer(_app, name="user")


@_app.command()
def add(
    username: str,
    role: Annotated[str, typer.Option(help="角色 / role")],
    division: Annotated[str | None, typer.Option(help="区划代码 / division code")] = None,
    password: Annotated[str | None, typer.Option(help="缺省随机 / random if left out")] = None,
    display_name: Annotated[str | None, typer.Option(help="姓名 / shown name")] = None,
) -> None:
    """新增账号或重设密码 / Add an account, or give one a new password, role and division."""
    if role not in [one.value for one in Role]:
        raise DomainError("access.role_unknown", value=role, known=[one.value for one in Role])
    chosen = password or strong_password(username)
    with writing(engine(), Change(_CLI, "add account")) as session:
        add_account(
            session,
            username=username,
            password=chosen,
            role=Role(role),
            division_code=division,
            display_name=display_name,
        )
        audit(session, _CLI, "add_account", username, role=role, division=division)
    if password is None:
        print(chosen)
    say(f"账号 {username} 已就绪", f"account {username} is ready")


@_app.command()
def token(
    username: str,
    label: Annotated[str, typer.Option(help="用途 / what it is for")] = "cli",
    days: Annotated[int | None, typer.Option(help="有效天数 / days it lasts")] = None,
) -> None:
    """发放 API 令牌(只显示一次) / Print a new API token, once."""
    with writing(engine(), Change(_CLI, "add token")) as session:
        lasts = None if days is None else timedelta(days=days)
        made = add_token(session, username, label=label, lasts=lasts)
        audit(session, _CLI, "add_token", username, label=label)
    print(made)


@_app.command(name="drop-code")
def drop_code(username: str) -> None:
    """停用两步验证(手机遗失) / Ask a name for no second factor, since its phone is lost."""
    with writing(engine(), Change(_CLI, "drop code")) as session:
        drop(session, username)
        audit(session, _CLI, "drop_code", username)
    say(f"{username} 登录时不再需要验证码", f"{username} is asked for no code")


@_app.command()
def unlock(username: str) -> None:
    """解除密码错误的锁定 / Let a name try again after too many wrong passwords."""
    with writing(engine(), Change(_CLI, "unlock account")) as session:
        forgive(session, username)
        audit(session, _CLI, "unlock_account", username)
    say(f"{username} 已解锁", f"{username} may try again")
