"""Which column of a plain list is which field, by header names and their aliases."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from geodata.domain.errors import DomainError
from geodata.domain.vocabulary import lookup, squeeze, words


@dataclass(frozen=True, slots=True)
class ColumnMapping:
    """How the columns of a list are understood.

    Attributes:
        fields: Column index by field.
        unknown: Indices of columns that no field answers to.
    """

    fields: dict[str, int]
    unknown: list[int]


def map_columns(
    file: str, headers: Sequence[str], overrides: Mapping[str, str] | None = None
) -> ColumnMapping:
    """Match headers with fields: first what the user says, then by alias.

    The order of a field's aliases is their preference, and a column serves one field only. So
    of ``service`` and ``company`` the first is who manages and the second who built; a lone
    ``company`` is who manages.

    Args:
        file: For messages.
        headers: As in the file.
        overrides: Header by field; a field may be given by key or by label.

    Raises:
        DomainError: ``listing.field_unknown``, ``listing.column_missing``,
            ``listing.name_column_missing``, each with what would have been right.
    """
    shown = [header for header in headers if header]
    squeezed = [squeeze(header) for header in headers]
    fields: dict[str, int] = {}
    for written, header in (overrides or {}).items():
        key = lookup("field").get(squeeze(written))
        if key is None:
            known = list(words("field"))
            raise DomainError("listing.field_unknown", field=written, known=known)
        if squeeze(header) not in squeezed:
            raise DomainError("listing.column_missing", file=file, column=header, columns=shown)
        fields[key] = squeezed.index(squeeze(header))
    for key, word in words("field").items():
        if key in fields:
            continue
        taken = set(fields.values())
        for alias in (word.zh, *word.aliases, key):
            index = _find(squeezed, squeeze(alias), taken)
            if index is not None:
                fields[key] = index
                break
    if "name" not in fields:
        raise DomainError("listing.name_column_missing", file=file, columns=shown)
    taken = set(fields.values())
    return ColumnMapping(fields, [i for i, header in enumerate(headers) if header and i not in taken])


def _find(squeezed: list[str], wanted: str, taken: set[int]) -> int | None:
    for index, header in enumerate(squeezed):
        if header == wanted and index not in taken:
            return index
    return None
