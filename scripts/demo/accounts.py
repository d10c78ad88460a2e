"""The accounts of the demo district, one for each role."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

from sqlalchemy import Engine

from geodata.domain.access import Role
from geodata.domain.vocabulary import label
from geodata.store.audit import audit
from geodata.store.session import Change, reading, writing
from scripts.cli.output import say
from scripts.demo.territory import DISTRICT
from server.auth.accounts import add_account, find_account, is_password, strong_password

_ACTOR: Final = "demo"
_ACCOUNTS: Final = (
    ("admin", Role.ADMINISTRATOR, None),
    ("security", Role.SECURITY_ADMINISTRATOR, None),
    ("auditor", Role.AUDIT_ADMINISTRATOR, None),
    ("district", Role.DISTRICT_LEAD, DISTRICT),
    ("leader", Role.LEADER, DISTRICT),
    ("inspector", Role.INSPECTOR, DISTRICT),
    ("town", Role.TOWN, "370306102"),
    ("clerk", Role.NEIGHBOURHOOD, "370306002001"),
)


def add_demo_accounts(engine: Engine, home: Path) -> None:
    """Add the accounts that are missing, and print user names and passwords.

    Passwords are random unless ``FUGAI_DEMO_PASSWORD`` sets one for all; they are kept beside
    the data, readable by the owner only, so that a second start can print them too.
    """
    kept = home / "demo_accounts.txt"
    chosen = os.environ.get("FUGAI_DEMO_PASSWORD")
    known = dict(line.split() for line in kept.read_text().splitlines()) if kept.exists() else {}
    passwords: dict[str, str | None] = {}
    for username, role, division in _ACCOUNTS:
        passwords[username] = _account(engine, username, role, division, chosen, known)
    _keep(kept, passwords)
    say("示例账号 (用户名 / 密码):", "demo accounts (user name / password):")
    for username, role, _ in _ACCOUNTS:
        password = passwords[username] or "(已修改 / changed)"
        say(f"  {username:10} {password:18} {label(role, 'zh')}", label(role, "en"))


def _account(
    engine: Engine,
    username: str,
    role: Role,
    division: str | None,
    chosen: str | None,
    known: dict[str, str],
) -> str | None:
    """Return the account's password, ``None`` when somebody has set another."""
    with reading(engine) as session:
        account = find_account(session, username)
        for one in (chosen, known.get(username)):
            if one is not None and is_password(account, one):
                return one
    if account is not None and chosen is None:
        return None
    password = chosen or strong_password(username)
    with writing(engine, Change(_ACTOR, "add demo account")) as session:
        add_account(
            session,
            username=username,
            password=password,
            role=role,
            division_code=division,
            display_name=label(role, "zh"),
        )
        audit(session, _ACTOR, "add_account", username, role=role.value, division=division)
    return password


def _keep(path: Path, passwords: dict[str, str | None]) -> None:
    path.touch(mode=0o600)
    lines = [f"{name} {password}\n" for name, password in passwords.items() if password]
    path.write_text("".join(lines))
