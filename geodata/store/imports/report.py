"""What an import did, or would do."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from geodata.domain.errors import Fault, Severity


@dataclass(slots=True)
class ImportReport:
    """The counts and faults of one import.

    Attributes:
        file: File name without folder.
        district: Code of the district it went into.
        applied: Whether anything was kept.
        counts: Rows by what became of them: new, changed, unchanged, skipped, and per layer.
        faults: In the order of the file.
        columns: Header → field, as the columns were understood.
        import_id: Number of the import by which it can be taken back, ``None`` for none.
        unknown_columns: Headers that no field answers to; their cells are kept with the row.
    """

    file: str
    district: str
    applied: bool = False
    counts: Counter[str] = field(default_factory=Counter)
    faults: list[Fault] = field(default_factory=list)
    columns: dict[str, str] = field(default_factory=dict)
    unknown_columns: list[str] = field(default_factory=list)
    import_id: int | None = None

    @property
    def errors(self) -> list[Fault]:
        """The faults that keep a row out."""
        return [fault for fault in self.faults if fault.severity is Severity.ERROR]
