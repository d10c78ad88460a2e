"""Rows of one file that mean, or may mean, the same site."""

from __future__ import annotations

from typing import Final

from geodata.domain.errors import Fault, Severity
from geodata.domain.site import SiteDraft, are_apart
from geodata.domain.vocabulary import squeeze

_ONE_SITE_M: Final = 100.0
"""Namesakes without code and address that lie closer are taken for one site."""


def find_duplicates(drafts: list[SiteDraft], faults: list[Fault]) -> int:
    """Take later rows with a code, or a name and address, that stood before out of the drafts.

    The same name in one neighbourhood (or town, where no neighbourhood is named) with another
    code or address, or far from the first, stays, and is mentioned.

    Returns:
        Number of rows that repeat an earlier one word for word.
    """
    repeated = 0
    kept: list[SiteDraft] = []
    codes: dict[str, SiteDraft] = {}
    names: dict[tuple[str, ...], SiteDraft] = {}
    for draft in drafts:
        name = tuple(squeeze(one or "") for one in (draft.town, draft.neighbourhood, draft.name))
        first = codes.get(draft.external_id or "")
        if first is not None:
            faults.append(_same_code(draft, first))
            repeated += draft.source_row == first.source_row
            continue
        namesake = names.setdefault(name, draft)
        if namesake is not draft:
            if _is_repeated(draft, namesake):
                mention = _twice(
                    draft, namesake, "listing.repeated_row", draft.name, Severity.WARNING
                )
                faults.append(mention)
                repeated += 1
                continue
            if _are_one(draft, namesake):
                faults.append(_twice(draft, namesake, "listing.duplicate_name", draft.name))
                continue
            mention = _twice(draft, namesake, "listing.same_name", draft.name, Severity.WARNING)
            faults.append(mention)
        if draft.external_id:
            codes[draft.external_id] = draft
        kept.append(draft)
    drafts[:] = kept
    return repeated


def _same_code(draft: SiteDraft, first: SiteDraft) -> Fault:
    value = draft.external_id or ""
    if draft.source_row == first.source_row:
        # Told twice word for word: nothing is lost by leaving the second out.
        return _twice(draft, first, "listing.repeated_row", value, Severity.WARNING)
    return _twice(draft, first, "listing.duplicate_code", value)


def _are_one(draft: SiteDraft, other: SiteDraft) -> bool:
    if draft.external_id and other.external_id:
        return False
    if draft.address or other.address:
        return squeeze(draft.address or "") == squeeze(other.address or "")
    return not are_apart(
        (draft.longitude, draft.latitude), (other.longitude, other.latitude), _ONE_SITE_M
    )


def _is_repeated(draft: SiteDraft, other: SiteDraft) -> bool:
    return draft.source_row == other.source_row and not draft.external_id


def _twice(
    draft: SiteDraft,
    first: SiteDraft,
    code: str,
    value: str,
    severity: Severity = Severity.ERROR,
) -> Fault:
    place = draft.place
    facts: dict[str, object] = {"first_row": first.place.row}
    return Fault(severity, code, place.file, place.sheet, place.row, None, value, facts)
