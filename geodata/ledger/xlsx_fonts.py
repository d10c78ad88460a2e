"""In which fonts a cell of an .xlsx is written: read only where a letter may be a drawn tick."""

from __future__ import annotations

import re
from functools import cached_property
from typing import Final
from xml.etree.ElementTree import Element

from geodata.ledger.archive import Archive
from geodata.ledger.xlsx_parts import elements, xml_root
from geodata.ledger.xlsx_sheet import cell_name

_STYLES: Final = "xl/styles.xml"
_TEXTS: Final = "xl/sharedStrings.xml"
_ATTRIBUTE: Final = re.compile(rb'\b([a-z]+)="([^"]*)"')
_VALUE: Final = re.compile(rb"<(?:\w+:)?v>(\d+)</")
_RUN_FONT: Final = re.compile(rb'<(?:\w+:)?rFont\b[^>]*\bval="([^"]*)"')


class CellFonts:
    """The fonts of one sheet's cells.

    Args:
        archive: The workbook.
        part: The sheet's part.
    """

    def __init__(self, archive: Archive, part: str) -> None:
        self._archive = archive
        self._part = part

    def fonts_of(self, row: int, column: int) -> tuple[str, ...]:
        """Return the names of the fonts that a cell is written in, by row and column from 0."""
        name = cell_name(row, column).encode()
        found = re.search(rb'<(?:\w+:)?c\b[^>]*\br="%b"[^>]*>.*?</(?:\w+:)?c>' % name, self._sheet)
        if found is None:
            return ()
        opening = found[0][: found[0].index(b">")]
        attributes = dict(_ATTRIBUTE.findall(opening))
        style = _number(attributes.get(b"s", b"0"))
        names = [self._by_style[style]] if style < len(self._by_style) else []
        names += [name.decode() for name in _RUN_FONT.findall(found[0])]
        index = _VALUE.search(found[0]) if attributes.get(b"t") == b"s" else None
        if index is not None and int(index[1]) < len(self._by_text):
            names += self._by_text[int(index[1])]
        return tuple(names)

    @cached_property
    def _sheet(self) -> bytes:
        return self._archive.read(self._part)

    @cached_property
    def _by_style(self) -> list[str]:
        root = xml_root(self._archive, _STYLES)
        fonts = [_font_name(font) for one in elements(root, "fonts") for font in one]
        formats = [each for one in elements(root, "cellXfs") for each in one]
        indices = [_number(each.get("fontId", "0")) for each in formats]
        return [fonts[index] if index < len(fonts) else "" for index in indices]

    @cached_property
    def _by_text(self) -> list[list[str]]:
        root = xml_root(self._archive, _TEXTS)
        return [
            [font.get("val", "") for font in elements(one, "rFont")] for one in elements(root, "si")
        ]


def _number(text: bytes | str) -> int:
    return int(text) if text.isdigit() else 0


def _font_name(font: Element) -> str:
    return next((one.get("val", "") for one in elements(font, "name")), "")
