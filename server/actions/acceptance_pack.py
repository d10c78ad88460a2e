"""What the city asks to see: ledger, findings, proof of their closure, a list of it (S31)."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any, Final
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile

from sqlalchemy import Row
from sqlalchemy.orm import Session

from geodata.domain.access import Scope
from geodata.domain.vocabulary import Language, words
from geodata.ledger.list_writer import Value, write_list
from geodata.store.files import FileStore
from geodata.store.inspecting import photos_by_finding, steps_by_finding
from geodata.store.queries.divisions import DivisionRow
from geodata.store.queries.findings import FindingFilter, find_findings
from geodata.store.queries.state import SiteFilter
from server.actions.export_ledger import export_ledger
from server.actions.file_names import safe_name
from server.i18n import word

_MOST: Final = 20_000
_COLUMNS: Final = (
    *("id", "site_name", "town_name", "neighbourhood_name", "clause", "description"),
    *("responsible", "opened_on", "due_on", "closed_on", "status"),
)


def acceptance_pack(
    session: Session,
    scope: Scope,
    district: DivisionRow,
    folder: Path,
    target: Path,
    *,
    on: date,
    language: Language,
) -> int:
    """Write the pack as one zip; return how many files it holds.

    Args:
        session: A reading session.
        scope: The actor's.
        district: Whose.
        folder: Where kept files lie.
        target: Where to write.
        on: The day.
        language: Of names and headers.
    """
    listed: list[list[Value]] = []
    with ZipFile(target, "w", ZIP_DEFLATED) as pack:

        def put(name: str, path: Path, about: str, *, is_packed: bool = False) -> None:
            pack.write(path, name, ZIP_STORED if is_packed else ZIP_DEFLATED)
            listed.append([len(listed) + 1, name, about, path.stat().st_size])

        ledger = target.with_suffix(".ledger.xlsx")
        export_ledger(
            session,
            scope,
            ledger,
            unit=district.code,
            wanted=SiteFilter(district=district.code),
            on=on,
            with_phones=False,
        )
        put(word("pack.ledger_file", language), ledger, word("pack.ledger", language))
        wanted = FindingFilter(district=district.code)
        findings = find_findings(session, scope, wanted, on=on, limit=_MOST)
        ids = [one.id for one in findings]
        steps, photos = steps_by_finding(session, ids), photos_by_finding(session, ids)
        table = target.with_suffix(".findings.xlsx")
        write_list(
            table,
            word("pack.findings", language),
            _headers(language),
            (_row(language, one) for one in findings),
        )
        put(word("pack.findings_file", language), table, word("pack.findings", language))
        history = target.with_suffix(".steps.xlsx")
        write_list(
            history,
            word("pack.steps", language),
            [
                word(f"pack.step_{one}", language)
                for one in ("finding", "day", "event", "by", "note")
            ],
            (
                [
                    one.id,
                    step.taken_on.isoformat(),
                    words("finding_event")[step.event].label(language),
                    step.taken_by,
                    step.note,
                ]
                for one in findings
                for step in steps.get(one.id, [])
            ),
        )
        put(word("pack.steps_file", language), history, word("pack.steps", language))
        for one in findings:
            for number, photo in enumerate(photos.get(one.id, []), start=1):
                name = safe_name(f"{one.site_name}_{one.id}_{number}.jpg")
                path = FileStore(folder).path(photo.digest)
                about = f"{one.clause} {one.description}"
                put(f"{word('pack.photos', language)}/{name}", path, about, is_packed=True)
        contents = target.with_suffix(".contents.xlsx")
        headers = [
            word(f"pack.contents_{one}", language)
            for one in ("number", "file_name", "about", "bytes")
        ]
        write_list(contents, word("pack.contents", language), headers, listed)
        pack.write(contents, word("pack.contents_file", language))
    return len(listed) + 1


def _headers(language: Language) -> list[str]:
    return [word(f"pack.finding_{one}", language) for one in _COLUMNS]


def _row(language: Language, one: Row[Any]) -> list[Value]:
    values: list[Value] = []
    for name in _COLUMNS:
        value = getattr(one, name)
        if name == "status":
            value = words("finding_status")[value].label(language)
        values.append(value.isoformat() if isinstance(value, date) else value)
    return values
