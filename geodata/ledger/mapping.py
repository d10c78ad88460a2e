"""Which column of a plain list is which field, by header names and their aliases."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from geodata.domain.errors import DomainError
from geodata.domain.vocabulary import lookup, squeeze, words

_UNIT: Final = re.compile(r"[(\[【_/-](?:[^()]*\)|[^\[\]]*\]|[^【】]*】|wgs84|gcj02|bd09)$")


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
    fields = columns_by_header(headers, _as_told(file, shown, squeezed, overrides or {}))
    if "name" not in fields:
        raise DomainError("listing.name_column_missing", file=file, columns=shown)
    return ColumnMapping(fields, _others(headers, fields))


def columns_by_header(
    headers: Sequence[str], known: Mapping[str, int] | None = None
) -> dict[str, int]:
    """Return the column of each field that a header names, beside those that are known."""
    fields = dict(known or {})
    squeezed = [squeeze(header) for header in headers]
    spellings = (squeezed, [without_unit(header) for header in squeezed])
    for key, word in words("field").items():
        if key not in fields:
            names = [squeeze(alias) for alias in (word.zh, *word.aliases, key)]
            index = _find(spellings, names, set(fields.values()))
            if index is not None:
                fields[key] = index
    return fields


def chosen_columns(file: str, headers: Sequence[str], chosen: Mapping[str, str]) -> ColumnMapping:
    """Return the columns that somebody chose, and no others.

    Args:
        file: For messages.
        headers: Told apart from each other.
        chosen: Header by field.

    Raises:
        DomainError: ``listing.column_missing``; ``listing.name_column_missing``.
    """
    for header in chosen.values():
        if header not in headers:
            raise DomainError(
                "listing.column_missing", file=file, column=header, columns=list(headers)
            )
    if "name" not in chosen:
        raise DomainError("listing.name_column_missing", file=file, columns=list(headers))
    fields = {key: headers.index(header) for key, header in chosen.items()}
    return ColumnMapping(fields, _others(headers, fields))


def _others(headers: Sequence[str], fields: Mapping[str, int]) -> list[int]:
    taken = set(fields.values())
    return [index for index, header in enumerate(headers) if header and index not in taken]


def _as_told(
    file: str, shown: Sequence[str], squeezed: list[str], overrides: Mapping[str, str]
) -> dict[str, int]:
    fields: dict[str, int] = {}
    for written, header in overrides.items():
        key = lookup("field").get(squeeze(written))
        if key is None:
            known = list(words("field"))
            raise DomainError("listing.field_unknown", field=written, known=known)
        if squeeze(header) not in squeezed:
            raise DomainError("listing.column_missing", file=file, column=header, columns=shown)
        fields[key] = squeezed.index(squeeze(header))
    return fields


def names_field(header: str) -> bool:
    """Tell whether a header is one of the names of a field, with or without its unit."""
    squeezed = squeeze(header)
    return squeezed in lookup("field") or without_unit(squeezed) in lookup("field")


def without_unit(squeezed: str) -> str:
    """Return a squeezed header without what stands behind it in brackets: 户数(户) → 户数."""
    return _UNIT.sub("", squeezed)


def _find(spellings: Sequence[list[str]], names: list[str], taken: set[int]) -> int | None:
    """Return the first free column that has the first name possible, whole headers first."""
    for name in names:
        for headers in spellings:
            for index, header in enumerate(headers):
                if header == name and index not in taken:
                    return index
    return None
