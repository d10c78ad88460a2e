"""Imports in two steps, their staged rows, and the columns that lists were once mapped by."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import BigInteger, Float, ForeignKey, Index, Integer
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from geodata.domain.importing import ImportKind, ImportState, RowOutcome
from geodata.store.sealing import SealedJson, SealedMembers
from geodata.store.tables.base import Base, CreatedAt, RowId, one_of


class LedgerImport(Base):
    """One file on its way into the ledger.

    The place columns name the division of the actor who sent it: whoever sees that division
    sees the import.
    """

    __tablename__ = "ledger_import"

    id: Mapped[RowId]
    district_code: Mapped[str] = mapped_column(ForeignKey("division.code"))
    town_code: Mapped[str | None] = mapped_column(ForeignKey("division.code"))
    neighbourhood_code: Mapped[str | None] = mapped_column(ForeignKey("division.code"))
    kind: Mapped[str]
    state: Mapped[str]
    file_name: Mapped[str]
    digest: Mapped[str]
    size_bytes: Mapped[int] = mapped_column(BigInteger)
    effective_on: Mapped[date]
    progress_share: Mapped[float] = mapped_column(Float, server_default="0")
    options: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default="{}")
    report: Mapped[dict[str, Any]] = mapped_column(
        SealedMembers("faults", "signatures"), server_default="{}"
    )
    created_by: Mapped[str]
    created_at: Mapped[CreatedAt]
    applied_by: Mapped[str | None]
    applied_at: Mapped[datetime | None]
    undone_by: Mapped[str | None]
    undone_at: Mapped[datetime | None]

    __table_args__ = (
        one_of("kind", ImportKind),
        one_of("state", ImportState),
        Index(None, "district_code", "id"),
    )


class StagedRow(Base):
    """What would become of one row, or of one site that no row means."""

    __tablename__ = "staged_row"

    import_id: Mapped[int] = mapped_column(
        BigInteger, ForeignKey("ledger_import.id", ondelete="CASCADE"), primary_key=True
    )
    number: Mapped[int] = mapped_column(Integer, primary_key=True)
    outcome: Mapped[str]
    sheet: Mapped[str | None]
    row: Mapped[int | None] = mapped_column(Integer)
    name: Mapped[str]
    site_id: Mapped[int | None] = mapped_column(BigInteger)
    site_version: Mapped[int | None] = mapped_column(Integer)
    draft: Mapped[dict[str, Any] | None] = mapped_column(SealedJson)
    changes: Mapped[dict[str, Any]] = mapped_column(SealedJson, server_default="{}")
    candidates: Mapped[list[dict[str, Any]]] = mapped_column(SealedJson, server_default="[]")
    choice: Mapped[str | None]

    __table_args__ = (
        one_of("outcome", RowOutcome),
        Index(None, "import_id", "outcome", "number"),
    )


class ColumnMemory(Base):
    """How a list with these headers was mapped last, so that nobody does it twice."""

    __tablename__ = "column_memory"

    headers_digest: Mapped[str] = mapped_column(primary_key=True)
    district_code: Mapped[str] = mapped_column(ForeignKey("division.code"), primary_key=True)
    columns: Mapped[dict[str, Any]] = mapped_column(JSONB)
    datum: Mapped[str | None]
    used_by: Mapped[str]
    used_at: Mapped[CreatedAt]
