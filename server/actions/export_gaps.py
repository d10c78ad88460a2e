"""Gaps as a workbook: the official columns, and why each is listed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any, Final

from sqlalchemy.orm import Session

from geodata.domain.access import Scope
from geodata.domain.gap import GapKind
from geodata.domain.personal import mask_phone
from geodata.domain.site import Place, SiteDraft
from geodata.domain.vocabulary import label
from geodata.ledger.told_rows_writer import ToldRow, ToldSheet, write_told_rows
from geodata.store.queries.divisions import get_division
from geodata.store.queries.gaps.listing import find_gaps
from geodata.store.queries.gaps.told import Gap, GapFilter
from geodata.store.queries.ledger import drafts_by_site
from geodata.store.queries.state import SiteFilter

MOST: Final = 20_000
"""Rows of one workbook; a list that nobody works through is no list."""

_MORE: Final = (
    *(("缺口", 14.0), ("条款", 8.0), ("原因", 36.0), ("起始日", 12.0), ("已有天数", 10.0)),
    *(("到期日", 12.0), ("楼幢数", 8.0), ("占地(㎡)", 12.0), ("经度", 12.0), ("纬度", 12.0)),
)


def export_gaps(  # noqa: PLR0913 - what it is of, and how it is written
    session: Session,
    scope: Scope,
    path: Path,
    *,
    unit: str,
    wanted: GapFilter,
    kind: GapKind,
    on: date,
    reasons: Mapping[str, str],
) -> str:
    """Write the open gaps of a kind and return the file's name, 单位+表名+日期; phones are masked.

    Args:
        session: A reading session.
        scope: The actor's.
        path: Where to write.
        unit: Code of the division whose gaps they are.
        wanted: Which.
        kind: Of what kind.
        on: Today.
        reasons: What each key of `Gap.lacks` is called.

    Raises:
        DomainError: ``division.not_found``.
    """
    division = get_division(session, scope, unit)
    gaps = find_gaps(session, scope, wanted, kind, on=on, limit=MOST).gaps
    drafts: dict[int, SiteDraft] = {}
    if kind is not GapKind.MISSING:
        ids = [one.key.subject for one in gaps]
        district = SiteFilter(district=wanted.sites.district)
        drafts = drafts_by_site(session, scope, district, on=on, only=ids)
    title = f"{label(kind, 'zh')}清单"
    sheet = ToldSheet(
        name=label(kind, "zh"),
        title=title,
        line=f"单位:{division.name}    日期:{on.isoformat()}    共 {len(gaps)} 处",
        more=_MORE,
        is_sample=division.is_sample,
    )
    rows = (_row(gap, drafts.get(gap.key.subject), on, reasons) for gap in gaps)
    write_told_rows(rows, path, sheet)
    return f"{division.name}{title}{on:%Y%m%d}.xlsx"


def _row(gap: Gap, draft: SiteDraft | None, on: date, reasons: Mapping[str, str]) -> ToldRow:
    known = draft or _draft_of(gap)
    told: Sequence[Any] = (
        label(gap.key.kind, "zh"),
        gap.clause,
        "、".join(_why(gap, reasons)),
        None if gap.since is None else gap.since.isoformat(),
        gap.days(on),
        None if gap.until is None else gap.until.isoformat(),
        gap.facts.get("footprints"),
        None if "area_m2" not in gap.facts else round(gap.facts["area_m2"], 1),
        gap.place.get("longitude"),
        gap.place.get("latitude"),
    )
    return ToldRow(replace(known, phone=mask_phone(known.phone)), told)


def _why(gap: Gap, reasons: Mapping[str, str]) -> list[str]:
    told = [reasons.get(key, key) for key in gap.lacks]
    return told if gap.other is None else [*told, f"与“{gap.other['name']}”"]


def _draft_of(gap: Gap) -> SiteDraft:
    """Return what is known of buildings that the ledger does not know."""
    place = gap.place
    return SiteDraft(
        place=Place("", None, 0),
        name=place.get("name") or "",
        town=place.get("town_name"),
        neighbourhood=place.get("neighbourhood_name"),
        buildings=gap.facts.get("footprints"),
    )
