"""A clerk's desk, for tests that send ledgers."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, func, select, text

from geodata.domain.access import Scope
from geodata.store.files import FileStore
from geodata.store.queries.imports import find_staged_rows, get_import
from geodata.store.session import reading
from geodata.store.tables import Site
from server.actions.import_receipt import Delivery, Sender, receive
from server.actions.import_staging import stage
from server.actions.ledger_imports import apply
from tests.workbooks import write_form_by_hand

FIRST = date(2017, 11, 15)
CLERK = Sender(name="clerk", scope=Scope.everything())


class Desk:
    """A clerk's desk: sends workbooks of rows and looks at what becomes of them."""

    def __init__(self, engine: Engine, folder: Path, sender: Sender = CLERK) -> None:
        self.engine, self.folder, self.sender = engine, folder, sender
        self.store = FileStore(folder / "files")

    def stage(self, *rows: dict[str, Any], on: date = FIRST, **options: Any) -> int:
        """Send rows as a workbook and stage it."""
        path = write_form_by_hand(self.folder / "台账.xlsx", rows)
        return self.send(path, on=on, **options)

    def send(self, path: Path, *, on: date = FIRST, **options: Any) -> int:
        """Send a workbook and stage it; return the number of its import."""
        delivery = Delivery(name=path.name, on=on, **options)
        with path.open("rb") as content:
            import_id = receive(self.engine, self.store, self.sender, content, delivery)
        stage(self.engine, self.store, self.sender, import_id)
        return import_id

    def restage(self, import_id: int) -> None:
        """Compare anew."""
        stage(self.engine, self.store, self.sender, import_id)

    def apply(self, import_id: int, *, skips_faulty: bool = False) -> int:
        """Apply what is staged."""
        apply(self.engine, self.sender, import_id, skips_faulty=skips_faulty)
        return import_id

    def counts(self, import_id: int) -> dict[str, int]:
        """Return what the report counts, without what is none."""
        with reading(self.engine) as session:
            counts = get_import(session, Scope.everything(), import_id).report["counts"]
        return {name: count for name, count in counts.items() if count and name != "rows"}

    def rows(self, import_id: int) -> list[dict[str, Any]]:
        """Return the staged rows."""
        with reading(self.engine) as session:
            return [
                dict(row) for row in find_staged_rows(session, Scope.everything(), import_id).rows
            ]

    def ledger(self) -> dict[str, Any]:
        """Return the listed sites by name."""
        with reading(self.engine) as session:
            sites = session.scalars(select(Site).where(Site.delisted_on.is_(None))).all()
            return {site.name: site for site in sites}

    def state_on(self, day: date) -> list[tuple[Any, ...]]:
        """Return what every figure is made of, on a day."""
        with reading(self.engine) as session:
            statement = text(
                "SELECT name, town_code, neighbourhood_code, address, category, households,"
                " company, ticked_types, is_covered, uncovered_since FROM site_state(:day, 180)"
                " ORDER BY site_id"
            )
            return [tuple(row) for row in session.execute(statement, {"day": day})]

    def number_of(self, table: type[Any]) -> int:
        """Return the number of rows of a table."""
        with reading(self.engine) as session:
            return session.scalar(select(func.count()).select_from(table)) or 0
