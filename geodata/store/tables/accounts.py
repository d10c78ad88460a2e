"""Accounts, their sessions and tokens, and the audit of what they did."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Boolean, ForeignKey, Index, Integer
from sqlalchemy.orm import Mapped, mapped_column

from geodata.domain.access import Role
from geodata.store.sealing import Sealed
from geodata.store.tables.base import Base, CreatedAt, RowId, one_of


class Account(Base):
    """Who may log in, as what, and for which division (none: all of them).

    ``code_secret`` is that of a second factor, asked for once ``code_since`` says it was shown to
    work; ``code_step`` is the last time step whose code was taken, none is taken twice.
    """

    __tablename__ = "account"

    id: Mapped[RowId]
    username: Mapped[str] = mapped_column(unique=True)
    display_name: Mapped[str]
    password_hash: Mapped[str]
    role: Mapped[str]
    division_code: Mapped[str | None] = mapped_column(ForeignKey("division.code"))
    is_active: Mapped[bool] = mapped_column(Boolean, server_default="true")
    code_secret: Mapped[str | None] = mapped_column(Sealed)
    code_since: Mapped[datetime | None]
    code_step: Mapped[int | None] = mapped_column(BigInteger)
    created_at: Mapped[CreatedAt]

    __table_args__ = (one_of("role", Role),)


class LoginSession(Base):
    """A browser that logged in; only a digest of its cookie is kept.

    One that ``awaits_code`` has shown a password, and is nobody until it shows the code.
    """

    __tablename__ = "login_session"

    digest: Mapped[str] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("account.id"))
    created_at: Mapped[CreatedAt]
    seen_at: Mapped[CreatedAt]
    expires_at: Mapped[datetime]
    address: Mapped[str | None]
    agent: Mapped[str | None]
    way: Mapped[str] = mapped_column(server_default="password")
    awaits_code: Mapped[bool] = mapped_column(Boolean, server_default="false")

    __table_args__ = (Index(None, "account_id"),)


class LoginTry(Base):
    """How often a name, or an address, was refused in a row: kept for unknown names too."""

    __tablename__ = "login_try"

    key: Mapped[str] = mapped_column(primary_key=True)
    failed: Mapped[int] = mapped_column(Integer)
    last_at: Mapped[datetime]

    __table_args__ = (Index(None, "last_at"),)


class ApiToken(Base):
    """A key for a program; only its digest is kept."""

    __tablename__ = "api_token"

    digest: Mapped[str] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("account.id"))
    label: Mapped[str]
    may_write: Mapped[bool] = mapped_column(Boolean, server_default="true")
    created_at: Mapped[CreatedAt]
    expires_at: Mapped[datetime | None]

    __table_args__ = (Index(None, "account_id"),)


class AuditLine(Base):
    """One act: when, who, what, on what, with which outcome."""

    __tablename__ = "audit_line"

    id: Mapped[RowId]
    at: Mapped[CreatedAt]
    actor: Mapped[str]
    action: Mapped[str]
    subject: Mapped[str]
    outcome: Mapped[str]
    facts: Mapped[dict[str, Any]]

    __table_args__ = (Index(None, "at"), Index(None, "actor", "at"))


class AuditSeal(Base):
    """What seals a line of the audit to the one before it; written by the database alone."""

    __tablename__ = "audit_seal"

    number: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    line_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("audit_line.id"), unique=True)
    digest: Mapped[str]
