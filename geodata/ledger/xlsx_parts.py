"""What the XML of an .xlsx says besides the values of its cells, and what it must not hold.

Every part that is XML is read once, by what it is and not by what it is called: an entity or
a DOCTYPE in any of them refuses the file. Cells that hold an error, and formulas that no
program has calculated, are noted here, since the reader of values shows both as empty.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import chain
from posixpath import join, normpath
from typing import Final
from xml.etree.ElementTree import Element, ParseError
from xml.parsers import expat

from defusedxml.ElementTree import fromstring

from geodata.domain.errors import DomainError
from geodata.ledger.archive import MOST_UNPACKED_BYTES, Archive
from geodata.ledger.ods_parts import TableScan
from geodata.ledger.xlsx_sheet import SheetParts, SheetScan

_MOST_CHARACTERS: Final = 1 << 28
_DEEPEST: Final = 256
"""No program nests elements deeper; a parser remembers each that is open."""
_LONGEST_TOKEN: Final = 1 << 22
"""A parser reads what has not ended from its beginning again with each piece."""
_MOST_CLAIMED: Final = 100
"""How far the number of shared texts may be off: a reader makes room for as many as it says."""
_MOST_SHEETS: Final = 1000
_SMALL: Final = {"xl/workbook.xml": 1 << 24, "xl/styles.xml": 1 << 24}
"""How large parts may be that readers keep as trees, many times the size of their text."""
_XML_STARTS: Final = (b"<", b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff", b"\0<")
_RELATED: Final = "}id"


def scan_parts(archive: Archive) -> dict[str, SheetParts]:
    """Read all XML of a workbook once; return its sheets by the names of their parts.

    Raises:
        DomainError: ``table.unsafe_xml`` for a DOCTYPE; ``table.too_large`` where cells, or the
            texts they share, are too many; ``table.unreadable`` for what is no XML, or nested too
            deeply.
    """
    sheets: dict[str, SheetParts] = {}
    texts: list[int] = []
    for name in archive.parts:
        scan = _PartScan(archive.file, texts)
        _parse(archive, name, scan.parser)
        if scan.claimed > _MOST_CLAIMED * (len(texts) + _MOST_CLAIMED):
            reason = f"{name}: {scan.claimed} texts"
            raise DomainError("table.unreadable", file=archive.file, reason=reason)
        if scan.sheet is not None:
            scan.sheet.finish()
            sheets[name] = scan.sheet.parts
    longest = max(texts, default=0)
    for name, sheet in sheets.items():
        if sheet.filled * longest > _MOST_CHARACTERS:
            _refuse_repeated_texts(archive, name, texts)
    return sheets


def sheet_part_names(archive: Archive) -> dict[str, str]:
    """Return the name of each sheet's part by the name of the sheet.

    Raises:
        DomainError: ``table.unreadable``, also for sheets that are one part.
    """
    book = next((name for name in archive.parts if name.lower() == "xl/workbook.xml"), None)
    if book is None:
        return {}
    relations = xml_root(archive, "xl/_rels/workbook.xml.rels")
    targets = {
        one.get("Id"): normpath(join("/xl", one.get("Target", ""))).lstrip("/")
        for one in relations.iter()
    }
    sheets = [
        (one.get("name", ""), targets.get(_relation(one), ""))
        for one in elements(xml_root(archive, book), "sheet")
    ]
    parts = [part for _, part in sheets if part]
    if len(parts) > _MOST_SHEETS or len({*parts}) < len(parts):
        reason = f"{len(parts)} sheets in {len({*parts})} parts"
        raise DomainError("table.unreadable", file=archive.file, reason=reason)
    return dict(sheets)


def _relation(sheet: Element) -> str | None:
    return next((value for key, value in sheet.attrib.items() if key.endswith(_RELATED)), None)


def xml_root(archive: Archive, name: str) -> Element:
    """Return a part as a tree, an empty element where the archive lacks it.

    Raises:
        DomainError: ``table.unreadable``.
    """
    try:
        root: Element = fromstring(archive.read(name) or b"<none/>")
    except (ParseError, LookupError, ValueError) as error:
        reason = f"{name}: {error}"
        raise DomainError("table.unreadable", file=archive.file, reason=reason) from error
    return root


def elements(root: Element, name: str) -> Iterator[Element]:
    """Yield the elements of a name below another, whatever their namespace."""
    return (one for one in root.iter() if one.tag.rpartition("}")[2] == name)


def _parse(archive: Archive, name: str, parser: expat.XMLParserType) -> None:
    pieces = archive.pieces(name)
    first = next(pieces, b"")
    if not first.lstrip().startswith(_XML_STARTS):
        return
    fed = 0
    try:
        for piece in chain((first,), pieces):
            parser.Parse(piece)
            fed += len(piece)
            if fed > _SMALL.get(name.lower(), MOST_UNPACKED_BYTES):
                most_mb = _SMALL[name.lower()] >> 20
                raise DomainError("table.too_large", file=archive.file, most_mb=most_mb)
            if fed - parser.CurrentByteIndex > _LONGEST_TOKEN:
                reason = f"{name}: nothing is so long"
                raise DomainError("table.unreadable", file=archive.file, reason=reason)
        parser.Parse(b"", True)  # noqa: FBT003 - the C function has no names
    except (expat.ExpatError, LookupError, ValueError) as error:
        reason = f"{name}: {error}"
        raise DomainError("table.unreadable", file=archive.file, reason=reason) from error


def _new_parser(file: str) -> expat.XMLParserType:
    def refuse(*_: object) -> None:
        raise DomainError("table.unsafe_xml", file=file)

    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartDoctypeDeclHandler = refuse
    parser.EntityDeclHandler = refuse
    return parser


class _PartScan:
    """One part while it is read: by its first element, a sheet, the shared texts, or another."""

    def __init__(self, file: str, texts: list[int]) -> None:
        self.file = file
        self.texts = texts
        self.sheet: SheetScan | None = None
        self.tables: TableScan | None = None
        self.depth = self.claimed = 0
        self.act: Callable[[str, dict[str, str]], None] | None = None
        self.parser = _new_parser(file)
        self.parser.StartElementHandler = self._root
        self.parser.EndElementHandler = self._end

    def _root(self, name: str, attributes: dict[str, str]) -> None:
        self.parser.StartElementHandler = self._start
        kind = name.rpartition(":")[2]
        if kind == "worksheet":
            self.sheet = SheetScan(self.file, self.parser)
            self.act = self.sheet.start
        elif kind == "sst":
            said = attributes.get("uniqueCount", "")
            self.claimed = int(said) if said.isdecimal() else 0
            self.act = self._text
            self.parser.CharacterDataHandler = self._characters
        elif kind == "document-content":
            self.tables = TableScan(self.file)
            self.act = self.tables.start

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        self.depth += 1
        if self.depth > _DEEPEST:
            raise DomainError("table.unreadable", file=self.file, reason="nested too deeply")
        if self.act is not None:
            self.act(name, attributes)

    def _end(self, name: str) -> None:
        self.depth -= 1
        if self.tables is not None:
            self.tables.end(name)

    def _text(self, name: str, _: dict[str, str]) -> None:
        if name.rpartition(":")[2] == "si":
            self.texts.append(0)

    def _characters(self, text: str) -> None:
        if self.texts:
            self.texts[-1] += len(text)


def _refuse_repeated_texts(archive: Archive, name: str, texts: list[int]) -> None:
    """Refuse a sheet whose cells show long shared texts so often that the memory would fill."""
    total = 0
    is_shared = False

    def start(tag: str, attributes: dict[str, str]) -> None:
        nonlocal is_shared
        kind = tag.rpartition(":")[2]
        if kind == "c":
            is_shared = attributes.get("t") == "s"
        parser.CharacterDataHandler = add if kind == "v" and is_shared else None

    def add(text: str) -> None:
        nonlocal total
        index = int(text) if text.strip().isdecimal() else -1
        total += texts[index] if 0 <= index < len(texts) else 0
        if total > _MOST_CHARACTERS:
            raise DomainError(
                "table.too_large", file=archive.file, most_mb=MOST_UNPACKED_BYTES >> 20
            )

    parser = _new_parser(archive.file)
    parser.StartElementHandler = start
    _parse(archive, name, parser)
