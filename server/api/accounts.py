"""Accounts, for the security administrator, who neither runs the system nor reads the audit."""

from __future__ import annotations

from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Path, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from geodata.domain.access import Role
from geodata.store.session import writing
from server.auth import Actor, ReadingSession
from server.auth.administration import (
    AccountWish,
    KnownAccount,
    change_account,
    drop_code,
    end_sessions,
    issue_token,
    known_accounts,
    open_account,
    reset_password,
    revoke_token,
    unlock,
)
from server.auth.requests import only

_NAME: Final = r"^[A-Za-z0-9][A-Za-z0-9._-]{1,63}$"
_LONGEST_DAYS: Final = 366


keeper = only({Role.SECURITY_ADMINISTRATOR})


Keeper = Annotated[Actor, Depends(keeper)]
Username = Annotated[str, Path(max_length=64)]

router = APIRouter(prefix="/api/accounts", tags=["accounts"], dependencies=[Depends(keeper)])


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid")


class AccountIn(_Strict):
    """What an account shall be."""

    display_name: str = Field(min_length=1, max_length=60)
    role: Role
    division: str | None = Field(None, max_length=40)
    is_active: bool = True

    def wish(self) -> AccountWish:
        """Return it as the administration takes it."""
        return AccountWish(self.display_name, self.role, self.division or None, self.is_active)


class NewAccount(AccountIn):
    """A new one, with the name it logs in by."""

    username: str = Field(pattern=_NAME)


class TokenIn(_Strict):
    """A token: what for, how long, and whether it may do more than read."""

    label: str = Field(min_length=1, max_length=60)
    days: int = Field(90, ge=1, le=_LONGEST_DAYS)
    may_write: bool = False


@router.get("")
def accounts_route(session: ReadingSession) -> list[dict[str, Any]]:
    """Return all accounts."""
    return [account_json(one) for one in known_accounts(session)]


@router.post("", status_code=201)
def open_route(asked: NewAccount, actor: Keeper, request: Request) -> dict[str, str]:
    """Add an account; its first password is told this once."""
    with writing(request.app.state.engine, actor.change("add_account")) as session:
        password = open_account(session, actor, asked.username, asked.wish())
    return {"username": asked.username, "password": password}


@router.put("/{username}", status_code=204)
def change_route(username: Username, asked: AccountIn, actor: Keeper, request: Request) -> Response:
    """Change an account, or close it; it has to log in again."""
    with writing(request.app.state.engine, actor.change("change_account")) as session:
        change_account(session, actor, username, asked.wish())
    return Response(status_code=204)


@router.post("/{username}/password")
def password_route(username: Username, actor: Keeper, request: Request) -> dict[str, str]:
    """Give an account a new password, told this once."""
    with writing(request.app.state.engine, actor.change("reset_password")) as session:
        return {"username": username, "password": reset_password(session, actor, username)}


@router.post("/{username}/unlock", status_code=204)
def unlock_route(username: Username, actor: Keeper, request: Request) -> Response:
    """Let a name try again."""
    with writing(request.app.state.engine, actor.change("unlock_account")) as session:
        unlock(session, actor, username)
    return Response(status_code=204)


@router.delete("/{username}/code", status_code=204)
def code_route(username: Username, actor: Keeper, request: Request) -> Response:
    """Ask an account for no second factor until it sets one up again."""
    with writing(request.app.state.engine, actor.change("drop_code")) as session:
        drop_code(session, actor, username)
    return Response(status_code=204)


@router.delete("/{username}/sessions")
def end_route(username: Username, actor: Keeper, request: Request) -> dict[str, int]:
    """End all sessions of an account."""
    with writing(request.app.state.engine, actor.change("end_sessions")) as session:
        return {"ended": end_sessions(session, actor, username)}


@router.post("/{username}/tokens", status_code=201)
def token_route(
    username: Username, asked: TokenIn, actor: Keeper, request: Request
) -> dict[str, str]:
    """Issue a token, told this once."""
    with writing(request.app.state.engine, actor.change("add_token")) as session:
        token = issue_token(
            session,
            actor,
            username,
            label=asked.label,
            days=asked.days,
            may_write=asked.may_write,
        )
    return {"token": token}


@router.delete("/{username}/tokens/{key}", status_code=204)
def revoke_route(username: Username, key: str, actor: Keeper, request: Request) -> Response:
    """End a token."""
    with writing(request.app.state.engine, actor.change("revoke_token")) as session:
        revoke_token(session, actor, username, key)
    return Response(status_code=204)


def account_json(one: KnownAccount) -> dict[str, Any]:
    """Return an account as the interface tells it."""
    names = (
        *("username", "display_name", "role", "division_code", "division_name"),
        *("is_active", "is_locked", "sessions", "seen_at", "has_code"),
    )
    told = {name: getattr(one, name) for name in names}
    keys = ("key", "label", "may_write", "expires_at")
    tokens = [{key: getattr(token, key) for key in keys} for token in one.tokens]
    return told | {"tokens": tokens}
