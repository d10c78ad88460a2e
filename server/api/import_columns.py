"""Columns of a plain list: what they are taken for, chosen, and shown as they would be read."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Annotated, Any, Final

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel, Field

from geodata.domain.errors import DomainError, Fault
from geodata.domain.vocabulary import Language, label, words
from geodata.ledger.proposal import Proposal
from geodata.spatial.datum import Datum
from server.actions.import_columns import (
    ColumnsView,
    ReadRow,
    choose_columns,
    take_as_listing,
    view_columns,
)
from server.actions.import_staging import stage as stage_import
from server.actions.listing_columns import ListingColumns
from server.api.ledger_imports import fault_json, file_store, import_told, sender_of
from server.auth import CurrentActor, ReadingSession, WritingActor
from server.i18n import language_of, sentence

router = APIRouter(prefix="/api/ledger/imports", tags=["ledger"])

_MOST_FIELDS = 60
_DEGREES = 6
_POSITION: Final = {
    "longitude": ("longitude",),
    "latitude": ("latitude",),
    "coordinates": ("longitude", "latitude"),
}


class ColumnChoice(BaseModel):
    """Index or header of the column by field, and the datum of the coordinates."""

    columns: dict[str, int | str] = Field(max_length=_MOST_FIELDS)
    datum: Datum | None = None
    confirm_datum: bool = False
    stage: bool = True


@router.get("/{import_id}/columns")
def columns(
    import_id: int,
    request: Request,
    actor: CurrentActor,
    session: ReadingSession,
    column: Annotated[list[str] | None, Query(max_length=_MOST_FIELDS)] = None,
    datum: Datum | None = None,
    tried: bool = False,  # noqa: FBT001, FBT002 - a query's parameter
) -> dict[str, Any]:
    """Return what each column is taken for, and the first rows as they would be read.

    With ``tried=true`` they are read under ``column=field:index`` (repeated) and ``datum``;
    nothing is kept.
    """
    wanted = ListingColumns(_pairs(column or []), datum) if tried else None
    view = view_columns(session, file_store(request), actor.scope, import_id, wanted)
    return columns_json(view, language_of(request))


@router.post("/{import_id}/columns")
def choose(
    import_id: int, wanted: ColumnChoice, request: Request, actor: WritingActor
) -> dict[str, Any]:
    """Settle the columns, remember them for such lists, and compare the list with the ledger.

    With ``stage=false`` they are only settled, see ``POST /api/ledger/imports/{id}/stage``.
    """
    engine, store, sender = request.app.state.engine, file_store(request), sender_of(actor)
    insists = wanted.confirm_datum
    choose_columns(engine, store, sender, import_id, wanted.columns, wanted.datum, insists=insists)
    if wanted.stage:
        stage_import(engine, store, sender, import_id)
    return import_told(request, actor, import_id)


@router.post("/{import_id}/as_listing")
def as_listing(import_id: int, request: Request, actor: WritingActor) -> dict[str, Any]:
    """Take a file that is not the official form as a plain list; its columns come next."""
    take_as_listing(request.app.state.engine, sender_of(actor), import_id)
    return import_told(request, actor, import_id)


def columns_json(view: ColumnsView, language: Language) -> dict[str, Any]:
    """Return a list under a mapping as the interface tells it."""
    layout, chosen = view.suggestion.layout, view.chosen
    refusal = view.refusal
    return {
        "sheet": layout.sheet,
        "has_header": layout.has_header,
        "proposal": [_proposal(one) for one in view.suggestion.proposals],
        "columns": chosen.columns,
        "datum": chosen.datum,
        "refusal": refusal and sentence(refusal.code, refusal.facts, language),
        "rows": [_row(row, language) for row in view.rows],
    }


def _proposal(one: Proposal) -> dict[str, Any]:
    return {
        "column": one.column,
        "header": one.header,
        "samples": one.samples,
        "field": one.field,
        "confidence": round(one.confidence, 2),
        "reason": one.reason,
    }


def _row(row: ReadRow, language: Language) -> dict[str, Any]:
    return {
        "row": row.row,
        "cells": {
            field: {
                "written": written,
                "value": _value(field, row, language),
                "faults": [_fault(fault, language) for fault in row.faults.get(field, [])],
            }
            for field, written in row.written.items()
        },
    }


def _fault(fault: Fault, language: Language) -> dict[str, Any]:
    told: Mapping[str, Any] = {
        name: getattr(fault, name) for name in ("severity", "code", "sheet", "row", "column")
    }
    return fault_json({**told, "value": fault.value, "facts": fault.facts}, language)


def _value(field: str, row: ReadRow, language: Language) -> str:
    """Return what is taken from a cell, as a person reads it; empty for nothing."""
    draft = row.draft
    if field in _POSITION:
        return ", ".join(filter(None, (_degrees(getattr(draft, one)) for one in _POSITION[field])))
    if field == "fee_yuan_m2_month":
        fees = dict.fromkeys((draft.fee_min_yuan, draft.fee_max_yuan))
        return "–".join(f"{fee:g}" for fee in fees if fee is not None)
    if field == "management_type" or (field == "company" and draft.company is None):
        return "、".join(label(one, language) for one in sorted(draft.ticked_types))
    return _plain(getattr(draft, field), language)


def _plain(value: object, language: Language) -> str:
    if isinstance(value, StrEnum):
        return label(value, language)
    if isinstance(value, bool):
        return words("yes_no")["yes" if value else "no"].label(language)
    if isinstance(value, float):
        return f"{value:,.2f}".rstrip("0").rstrip(".")
    return "" if value is None else str(value)


def _degrees(value: float | None) -> str:
    return "" if value is None else f"{value:.{_DEGREES}f}"


def _pairs(written: list[str]) -> dict[str, int]:
    """Return the column by field of ``field:index``.

    Raises:
        DomainError: ``columns.column_unknown``.
    """
    found = {}
    for one in written:
        field, _, index = one.rpartition(":")
        if not index.isdecimal():
            raise DomainError("columns.column_unknown", column=one)
        found[field] = int(index)
    return found
