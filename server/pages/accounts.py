"""Accounts, for the security administrator."""

from __future__ import annotations

from typing import Final

from fastapi import APIRouter, Request, Response

from geodata.domain.access import BOUND_TO, Role, Scope
from geodata.store.queries.divisions import find_divisions
from server.api.accounts import Keeper, account_json
from server.auth import ReadingSession
from server.auth.administration import known_accounts
from server.pages.render import page

router = APIRouter()

_EDITED: Final = ("username", "display_name", "role", "division_code", "is_active")


@router.get("/accounts")
def accounts_page(request: Request, actor: Keeper, session: ReadingSession) -> Response:
    """Show all accounts; names of divisions are no secret."""
    accounts = [account_json(one) for one in known_accounts(session)]
    divisions = find_divisions(session, Scope.everything())
    return page(
        request,
        "accounts.html",
        active="accounts",
        actor=actor,
        accounts=accounts,
        told=[{key: one[key] for key in _EDITED} for one in accounts],
        roles=list(Role),
        divisions=divisions,
        kinds={role.value: kind and kind.value for role, kind in BOUND_TO.items()},
    )
