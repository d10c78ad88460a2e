"""Put the results of formulas back into a workbook that openpyxl has written.

openpyxl keeps either a formula or its result. Without the result the next import could not
read the cell before somebody has opened and saved the workbook in a spreadsheet program.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterable
from datetime import date, datetime
from pathlib import Path
from typing import Final
from xml.sax.saxutils import escape

from openpyxl.utils.datetime import to_excel

from geodata.ledger.archive import open_archive
from geodata.ledger.sheets import Cell, OpenSheet
from geodata.ledger.xlsx_parts import sheet_part_names
from geodata.ledger.xlsx_sheet import place_of

_FORMULA: Final = re.compile(
    r'<c r="([A-Z]+[0-9]+)"([^>]*)>(<f[^>]*>[^<]*</f>|<f[^>]*/>)(?:<v ?/>|<v></v>)</c>'
)
_TYPE: Final = re.compile(r' t="[a-z]+"')


def keep_cached_values(path: Path, sheets: Iterable[OpenSheet]) -> None:
    """Write the results that formulas had in the source into the workbook.

    Args:
        path: The workbook as openpyxl wrote it; it is replaced.
        sheets: The sheets of the source.
    """
    content = path.read_bytes()
    archive = open_archive(path.name, content)
    parts = sheet_part_names(archive)
    by_part = {parts[one.name]: one for one in sheets if one.name in parts}
    texts = {name: archive.read(name).decode() for name in by_part}
    wanted = {name: text for name, text in texts.items() if _FORMULA.search(text)}
    if not wanted:
        return
    written = path.with_name(path.name + ".part")
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as new:
        for item in old.infolist():
            text = wanted.get(item.filename)
            filled = old.read(item) if text is None else _filled(text, by_part[item.filename])
            new.writestr(item.filename, filled)
    written.replace(path)


def _filled(text: str, sheet: OpenSheet) -> bytes:
    rows = list(sheet.rows())

    def fill(match: re.Match[str]) -> str:
        name, attributes, formula = match[1], match[2], match[3]
        row, column = place_of(name) or (0, 0)
        value = rows[row][column] if row < len(rows) and column < len(rows[row]) else ""
        if value == "":
            return match[0]
        kind, shown = _stored(value)
        bare = _TYPE.sub("", attributes)
        return f'<c r="{name}"{bare}{kind}>{formula}<v>{shown}</v></c>'

    return _FORMULA.sub(fill, text).encode()


def _stored(value: Cell) -> tuple[str, str]:
    if isinstance(value, bool):
        return ' t="b"', str(int(value))
    if isinstance(value, str):
        return ' t="str"', escape(value)
    if isinstance(value, int | float):
        return "", repr(value)
    if isinstance(value, datetime | date):
        days: float = to_excel(value)  # type: ignore[no-untyped-call]
        return "", repr(days)
    return ' t="str"', escape(str(value))
