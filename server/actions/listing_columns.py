"""Which columns a plain list is read by: as somebody settled them, or as its headers say."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from sqlalchemy.orm import Session

from geodata.domain.access import Scope
from geodata.domain.division import DivisionKind
from geodata.domain.errors import DomainError
from geodata.domain.vocabulary import squeeze
from geodata.ledger.layout import Layout, lay_out, main_layout
from geodata.ledger.proposal import Proposal, columns_of, is_certain, propose, remembered
from geodata.spatial.datum import Datum
from geodata.store.imports.column_memory import recall_columns
from geodata.store.queries.divisions import find_divisions
from geodata.store.tables import LedgerImport
from server.apart import apart

POSITION: Final = ("longitude", "latitude", "coordinates")
_KINDS: Final = {"town": DivisionKind.TOWN, "neighbourhood": DivisionKind.NEIGHBOURHOOD}


@dataclass(frozen=True, slots=True)
class ListingColumns:
    """How a list is read.

    Attributes:
        columns: Index by field, in the main sheet.
        datum: What its coordinates refer to, ``None`` where it has none.
    """

    columns: dict[str, int]
    datum: Datum | None


@dataclass(frozen=True, slots=True)
class Suggestion:
    """What is proposed for a list.

    Attributes:
        layout: Its main sheet.
        proposals: One for each column.
        datum: Declared with the file, else the one declared last for such a list; a proposal
            in that case, never taken by itself.
    """

    layout: Layout
    proposals: list[Proposal]
    datum: Datum | None


def settled_columns(session: Session, path: Path, one: LedgerImport) -> ListingColumns:
    """Return how a list is read, if nobody needs to be asked.

    Raises:
        DomainError: ``columns.undecided`` where headers leave something open, or the datum of
            coordinates is not declared.
    """
    columns = one.options.get("columns")
    if columns is None:
        proposals = suggest_columns(session, path, one).proposals
        columns = columns_of(proposals)
        is_open = has_position(columns) and "datum" not in one.options
        if is_open or not is_certain(proposals):
            raise DomainError("columns.undecided", file=one.file_name)
    return ListingColumns(columns, declared_datum(one) if has_position(columns) else None)


def suggest_columns(session: Session, path: Path, one: LedgerImport) -> Suggestion:
    """Return what is proposed: what was settled for such a list before, else what it tells.

    Raises:
        DomainError: ``table.empty``; as `lay_out`.
    """
    layouts = apart(lay_out, path, file=path.name)
    if not layouts:
        raise DomainError("table.empty", file=path.name)
    layout = main_layout(layouts)
    proposals = propose(layout, _known(session, one.district_code))
    datum = declared_datum(one)
    before = recall_columns(session, one.district_code, layout.written)
    if before is not None:
        proposals = remembered(proposals, before.columns)
        datum = datum or (Datum(before.datum) if before.datum else None)
    return Suggestion(layout, proposals, datum)


def declared_datum(one: LedgerImport) -> Datum | None:
    """Return the datum that was declared for a file."""
    told = one.options.get("datum")
    return None if told is None else Datum(told)


def has_position(columns: Collection[str]) -> bool:
    """Tell whether any column holds coordinates."""
    return any(field in columns for field in POSITION)


def position_field(columns: Collection[str]) -> str:
    """Return the field under which a fault of a position is shown."""
    return next((field for field in POSITION if field in columns), "name")


def _known(session: Session, district: str) -> dict[str, set[str]]:
    found = find_divisions(session, Scope.everything(), district=district)
    return {
        field: {squeeze(one.name) for one in found if one.kind is kind}
        for field, kind in _KINDS.items()
    }
