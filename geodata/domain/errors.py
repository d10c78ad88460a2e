"""What may go wrong, as a code and facts: the sentence is chosen where a person reads it."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum


class DomainError(Exception):
    """A refusal: a dotted code, and the facts its sentence needs.

    Args:
        code: Such as ``listing.column_missing``; each has a sentence in every language.
        **facts: JSON-ready values named by the sentence.
    """

    def __init__(self, code: str, **facts: object) -> None:
        """Keep the code and the facts."""
        super().__init__(code, facts)
        self.code = code
        self.facts = facts

    def __str__(self) -> str:
        """Show the code and its facts, for logs."""
        shown = ", ".join(f"{name}={value!r}" for name, value in self.facts.items())
        return f"{self.code}({shown})"


class Severity(StrEnum):
    """How much a fault in an input costs."""

    ERROR = "error"
    """The row cannot be taken."""
    WARNING = "warning"
    """The row is taken; what it says was doubtful, and the report says how it was read."""
    NOTE = "note"
    """The row is taken; the writing was tidied (a unit taken off, digits made narrow)."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing wrong in an input, with the place where a person finds it.

    Attributes:
        severity: What it costs.
        code: As in `DomainError`.
        file: The file's name, without its folder.
        sheet: The sheet in a workbook, else ``None``.
        row: 1-based row as the user's program shows it, else ``None``.
        column: The header as written in the file, else ``None``.
        value: What stood there, as text.
        facts: More of what the sentence needs.
        cell: The cell as spreadsheet programs name it, such as ``K17``, else ``None``.
    """

    severity: Severity
    code: str
    file: str
    sheet: str | None = None
    row: int | None = None
    column: str | None = None
    value: str | None = None
    facts: dict[str, object] = field(default_factory=dict)
    cell: str | None = None
