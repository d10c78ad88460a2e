"""The difference of two days in words, and as a workbook."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

from sqlalchemy.orm import Session

from geodata.domain.access import Scope
from geodata.domain.change import Standing
from geodata.domain.division import DivisionKind
from geodata.domain.management import ManagementType
from geodata.domain.personal import mask_phone
from geodata.domain.vocabulary import UNREPORTED, Language, label
from geodata.ledger.form import TITLE
from geodata.ledger.told_rows_writer import ToldRow, ToldSheet, write_told_rows
from geodata.store.queries.changes import ChangeTable, SiteChange, edited_values
from geodata.store.queries.divisions import find_divisions, get_division
from geodata.store.queries.ledger import drafts_by_site
from geodata.store.queries.state import SiteFilter
from server.actions.told import HIDDEN, field_name, value_text
from server.i18n import word

_TOLD_BY_KIND = frozenset({"listed_on", "delisted_on", "source_row", "row_version"})


CHANGES_TITLE: Final = f"{TITLE}变化清单"


def told_changes(
    session: Session,
    scope: Scope,
    table: ChangeTable,
    changes: Sequence[SiteChange],
    language: Language,
) -> dict[int, list[str]]:
    """Return what changed at each site, one text a field; phones are masked.

    Args:
        session: A reading session.
        scope: The actor's, for the names of divisions.
        table: The difference that the changes are of.
        changes: Some of its changes.
        language: Of names and values.
    """
    stayed = [one.site_id for one in changes if one.before and one.after]
    values = edited_values(session, stayed, day_from=table.day_from, day_to=table.day_to)
    places = {row.code: row.name for row in find_divisions(session, scope)}
    return {
        one.site_id: list(dict.fromkeys(_told(one, values.get(one.site_id), places, language)))
        for one in changes
    }


def export_changes(
    session: Session,
    scope: Scope,
    path: Path,
    *,
    unit: str,
    wanted: SiteFilter,
    table: ChangeTable,
    changes: Sequence[SiteChange],
) -> str:
    """Write changes as a workbook and return its name, 单位+表名+日期; phones are masked.

    Raises:
        DomainError: ``division.not_found``.
    """
    division = get_division(session, scope, unit)
    what = told_changes(session, scope, table, changes, "zh")
    cut = SiteFilter(district=wanted.district) if wanted.district else SiteFilter()
    left = [one.site_id for one in changes if one.after is None]
    stands = [one.site_id for one in changes if one.after is not None]
    drafts = drafts_by_site(session, scope, cut, on=table.day_from, only=left)
    drafts |= drafts_by_site(session, scope, cut, on=table.day_to, only=stands)
    by_id = {one.site_id: one for one in changes}
    rows = (
        ToldRow(
            replace(draft, phone=mask_phone(draft.phone)),
            ("、".join(label(kind, "zh") for kind in by_id[site].kinds), "；".join(what[site])),
        )
        for site, draft in drafts.items()
    )
    period = f"{table.day_from.isoformat()} 至 {table.day_to.isoformat()}"
    sheet = ToldSheet(
        name="变化清单",
        title=CHANGES_TITLE,
        line=f"单位:{division.name}    期间:{period}",
        more=(("变化", 18.0), ("变化内容", 60.0)),
        is_sample=division.is_sample,
    )
    write_told_rows(rows, path, sheet)
    return f"{division.name}{CHANGES_TITLE}{table.day_from:%Y%m%d}-{table.day_to:%Y%m%d}.xlsx"


def _told(
    one: SiteChange,
    values: tuple[Mapping[str, Any], Mapping[str, Any]] | None,
    places: Mapping[str, str],
    language: Language,
) -> Iterator[str]:
    if one.before is None or one.after is None:
        return
    if one.before.effective != one.after.effective:
        names = field_name("management_type", language)
        yield f"{names}: {_types(one.before, language)} → {_types(one.after, language)}"
    for name in one.fields:
        if values is not None and name in values[1]:
            if name not in HIDDEN | _TOLD_BY_KIND:
                texts = [_value(name, side.get(name), places, language) for side in values]
                yield f"{field_name(name, language)}: {texts[0]} → {texts[1]}"
        elif name.startswith("site_"):
            yield word(f"subject.{name}", language)


def _value(name: str, value: object, places: Mapping[str, str], language: Language) -> str:
    kinds = {f"{kind}_code" for kind in DivisionKind}
    if name in kinds and value is not None:
        return places.get(str(value), str(value))
    return value_text(name, value, language)


def _types(standing: Standing, language: Language) -> str:
    ordered = [one for one in ManagementType if one in standing.effective]
    return "、".join(label(one, language, short=True) for one in ordered) or UNREPORTED[language]
