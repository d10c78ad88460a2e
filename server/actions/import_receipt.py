"""Receive a file for the ledger: kept and noted before anything of it is read."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any, BinaryIO, Final

from sqlalchemy import Engine, insert
from sqlalchemy.orm import Session

from geodata.domain.access import Scope
from geodata.domain.division import DivisionKind
from geodata.domain.errors import DomainError
from geodata.domain.importing import ImportKind, ImportState
from geodata.domain.period import today
from geodata.spatial.datum import Datum
from geodata.store.audit import audit
from geodata.store.files import FileStore
from geodata.store.queries.divisions import find_divisions, get_division
from geodata.store.session import Change, writing
from geodata.store.tables import LedgerImport
from server.actions.file_names import safe_name
from server.actions.shown import pick_district

MOST_BYTES: Final = 64 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Sender:
    """Who sends a file.

    Attributes:
        name: User name.
        scope: What they may change.
    """

    name: str
    scope: Scope

    def change(
        self, reason: str, effective_on: date | None = None, import_id: int | None = None
    ) -> Change:
        """Return what the sender is about to write, kept to what they may change."""
        return Change(self.name, reason, effective_on, import_id, self.scope)


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """What is sent along with a file.

    Attributes:
        name: Of the file, as its sender calls it.
        district: Code or name, ``None`` for the only one in scope.
        town: Code of the town that the file is of, ``None`` where its rows tell.
        on: Day from which the rows hold, today by default.
        kind: The official form, or a plain list.
        datum: What the coordinates of a list refer to, ``None`` where nobody has said yet.
    """

    name: str
    district: str | None = None
    town: str | None = None
    on: date | None = None
    kind: ImportKind = ImportKind.LEDGER
    datum: Datum | None = None


def receive(
    engine: Engine, store: FileStore, sender: Sender, content: BinaryIO, delivery: Delivery
) -> int:
    """Keep a file and note that it came; return the number of its import.

    Raises:
        DomainError: As `FileStore.keep`; ``division.not_found`` for a place outside the scope;
            ``change.future`` for a day to come.
    """
    name = safe_name(delivery.name)
    kept = store.keep(content, most_bytes=MOST_BYTES, name=name)
    with writing(engine, sender.change(f"receive {name}", delivery.on)) as session:
        places = _places(session, sender.scope, delivery)
        import_id: int = session.execute(
            insert(LedgerImport)
            .values(
                kind=delivery.kind.value,
                state=ImportState.RECEIVED.value,
                file_name=name,
                digest=kept.digest,
                size_bytes=kept.size_bytes,
                effective_on=delivery.on or today(),
                options={} if delivery.datum is None else {"datum": delivery.datum.value},
                created_by=sender.name,
                **places,
            )
            .returning(LedgerImport.id)
        ).scalar_one()
        audit(session, sender.name, "receive_import", name, id=import_id, digest=kept.digest)
    return import_id


def _places(session: Session, scope: Scope, delivery: Delivery) -> dict[str, Any]:
    """Return the place columns of an import: those of the scope, or of the town named."""
    districts = find_divisions(session, scope, kind=DivisionKind.DISTRICT)
    if delivery.district is None and len(districts) > 1:
        raise DomainError("import.district_needed", known=[one.code for one in districts])
    if delivery.district is not None and not districts:
        raise DomainError("division.not_found", division=delivery.district)
    district = pick_district(districts, delivery.district).code
    codes: dict[str, Any] = {"district_code": district}
    if scope.kind in (DivisionKind.TOWN, DivisionKind.NEIGHBOURHOOD):
        codes[f"{scope.kind}_code"] = scope.code
        if scope.kind is DivisionKind.NEIGHBOURHOOD:
            codes["town_code"] = get_division(session, scope, scope.code or "").parent_code
    if delivery.town is not None:
        town = get_division(session, scope, delivery.town)
        if town.kind is not DivisionKind.TOWN or town.district_code != district:
            raise DomainError("division.not_found", division=delivery.town)
        codes["town_code"] = town.code
    return codes
