"""Workbooks that harm or confuse a reader: each function writes one."""

from __future__ import annotations

import struct
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path
from random import Random

from openpyxl.utils import get_column_letter

from geodata.ledger.form import COLUMNS
from tests.workbooks import a_row, write_form_by_hand, write_xls

SHEET = "xl/worksheets/sheet1.xml"
_TOP = b'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_ODS_SPACE = "urn:oasis:names:tc:opendocument:xmlns"
_ODS_CELL = '<table:table-cell office:value-type="float" office:value="1"/>'
_MB = 1 << 20


def change_parts(path: Path, changes: Mapping[str, Callable[[bytes], bytes]]) -> Path:
    """Write a workbook anew with some of its parts changed; a part that lacks is given ``b""``."""
    with zipfile.ZipFile(path) as old:
        parts = {name: old.read(name) for name in old.namelist()}
    for name, change in changes.items():
        parts[name] = change(parts.get(name, b""))
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as new:
        for name, content in parts.items():
            new.writestr(name, content)
    return path


def write_form(path: Path) -> Path:
    """Write a form of one site."""
    return write_form_by_hand(path, [a_row()])


def declared_bomb(path: Path) -> None:
    """A part that says it unpacks to 600 megabytes, and does."""
    write_form(path)
    with (
        zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as archive,
        archive.open("xl/media/image1.png", "w", force_zip64=True) as part,
    ):
        for _ in range(600):
            part.write(bytes(_MB))


def dense_bomb(path: Path) -> None:
    """A part under the limit of size that shrank to a thousandth."""
    write_form(path)
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/media/image1.png", bytes(400 * _MB))


def lying_bomb(path: Path) -> None:
    """A part that says it unpacks to 100 bytes, and unpacks to 300 megabytes."""
    write_form(path)
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/lie.xml", bytes(300 * _MB))
    content = bytearray(path.read_bytes())
    size = struct.pack("<I", 300 * _MB)
    while (at := content.find(size)) >= 0:
        content[at : at + 4] = struct.pack("<I", 100)
    path.write_bytes(bytes(content))


def overlapping_bomb(path: Path) -> None:
    """A thousand parts that are all the same bytes."""
    write_form(path)
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/a0.bin", bytes(400_000))
        first = archive.getinfo("xl/a0.bin")
        for number in range(1, 1000):
            twin = zipfile.ZipInfo(f"xl/a{number}.bin")
            for name in ("header_offset", "compress_size", "file_size", "CRC", "compress_type"):
                setattr(twin, name, getattr(first, name))
            archive.filelist.append(twin)


def many_parts(path: Path) -> None:
    """An archive of 20,000 empty parts."""
    with zipfile.ZipFile(path, "w") as archive:
        for number in range(20_000):
            archive.writestr(f"xl/{number}.xml", b"")


def external_entity(path: Path) -> None:
    """A sheet that asks for a file of the machine."""
    doctype = b'<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>'
    change_parts(
        write_form(path), {SHEET: lambda text: text.replace(b"<worksheet", doctype + b"<worksheet")}
    )


def laughing_entities(path: Path) -> None:
    """Shared texts whose entities unfold into gigabytes."""
    lines = [b'<!ENTITY a0 "lol">'] + [
        b'<!ENTITY a%d "%b">' % (depth, b"&a%d;" % (depth - 1) * 10) for depth in range(1, 10)
    ]
    doctype = b"<!DOCTYPE sst [" + b"".join(lines) + b"]>"
    text = _TOP + doctype + b'<sst xmlns="%b"><si><t>&a9;</t></si></sst>' % _MAIN.encode()
    change_parts(write_form(path), {"xl/sharedStrings.xml": lambda _: text})


def hidden_doctype(path: Path) -> None:
    """A DOCTYPE in UTF-16, where a search for bytes does not find it."""
    text = f'<?xml version="1.0" encoding="UTF-16"?><!DOCTYPE x []><worksheet xmlns="{_MAIN}"/>'
    change_parts(write_form(path), {SHEET: lambda _: text.encode("utf-16")})


def repeated_long_texts(path: Path) -> None:
    """A shared text of 32,767 signs in 100,000 cells: three gigabytes as separate texts."""
    cells = b"".join(
        b'<row r="%d"><c r="A%d" t="s"><v>0</v></c></row>' % (row, row) for row in range(1, 100_001)
    )
    sheet = _TOP + b'<worksheet xmlns="%b"><sheetData>%b</sheetData></worksheet>' % (
        _MAIN.encode(),
        cells,
    )
    text = "长".encode() * 32_767
    shared = _TOP + b'<sst xmlns="%b"><si><t>%b</t></si></sst>' % (_MAIN.encode(), text)
    change_parts(
        write_form(path), {SHEET: lambda _: sheet, "xl/sharedStrings.xml": lambda _: shared}
    )


def truncated(path: Path) -> None:
    """The first half of a workbook, as a broken upload leaves it."""
    write_form(path)
    content = path.read_bytes()
    path.write_bytes(content[: len(content) // 2])


def damaged_deflate(path: Path) -> None:
    """A workbook with damage in the middle of its sheet."""
    write_form(path)
    with zipfile.ZipFile(path) as archive:
        at = archive.getinfo(SHEET).header_offset + 200
    content = bytearray(path.read_bytes())
    content[at : at + 64] = bytes(64)
    path.write_bytes(bytes(content))


def encrypted_xlsx(path: Path) -> None:
    """Office wraps an encrypted workbook in a compound file with a stream of this name."""
    write_xls(path, [["x"]])
    path.write_bytes(path.read_bytes() + "EncryptedPackage".encode("utf-16-le"))


def encrypted_zip(path: Path) -> None:
    """A zip archive whose parts are flagged as encrypted."""
    write_form(path)
    content = bytearray(path.read_bytes())
    for magic, flag in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = content.find(magic)
        while at >= 0:
            content[at + flag] |= 1
            at = content.find(magic, at + 4)
    path.write_bytes(bytes(content))


def encrypted_xls(path: Path) -> None:
    """An old workbook with a FilePass record behind its beginning."""
    write_xls(path, [["x" * 600]])
    content = bytearray(path.read_bytes())
    start = content.find(b"\x09\x08\x10\x00")
    record = struct.pack("<HH", 0x2F, 6) + struct.pack("<HHH", 0, 0x1234, 0x5678)
    content[start + 20 : start + 20 + len(record)] = record
    path.write_bytes(bytes(content))


def html(path: Path) -> None:
    """A web page under the name of a workbook, as reporting systems write."""
    path.write_text("<html><body><table><tr><td>小区</td></tr></table></body></html>", "utf-8")


def html_with_mark(path: Path) -> None:
    """The same in UTF-16 with a byte order mark."""
    path.write_bytes("\ufeff <TABLE><tr><td>小区</td></tr></TABLE>".encode("utf-16-le"))


def xml_spreadsheet(path: Path) -> None:
    """An XML spreadsheet of 2003."""
    path.write_text('<?xml version="1.0"?><?mso-application progid="Excel.Sheet"?><Workbook/>')


def text(path: Path) -> None:
    """A CSV under the name of a workbook."""
    path.write_text("小区,户数\n和平,30\n", "gb18030")


def binary_workbook(path: Path) -> None:
    """An .xlsb."""
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("[Content_Types].xml", b"<Types/>")
        archive.writestr("xl/workbook.bin", b"\0\0")


def wide_and_high(path: Path) -> None:
    """Cells in so many rows at the far right that their grid fills any memory."""
    cells = b"".join(
        b'<row r="%d"><c r="XFD%d"><v>1</v></c></row>' % (row, row) for row in range(1000, 4000)
    )
    change_parts(
        write_form(path),
        {SHEET: lambda text: text.replace(b"</sheetData>", cells + b"</sheetData>")},
    )


def repeated_ods(path: Path) -> None:
    """An .ods of one cell that repeats itself a thousand million times."""
    cell = '<table:table-cell office:value-type="float" office:value="1"'
    row = f'{cell} table:number-columns-repeated="1000"/></table:table-row>'
    _write_ods(path, f'<table:table-row table:number-rows-repeated="1000000">{row}')


def _write_ods(path: Path, rows: str) -> None:
    named = "".join(f' xmlns:{one}="{_ODS_SPACE}:{one}:1.0"' for one in ("office", "table", "text"))
    head = f"<office:document-content{named}><office:body><office:spreadsheet>"
    foot = "</office:spreadsheet></office:body></office:document-content>"
    table = f'{head}<table:table table:name="a">{rows}</table:table>{foot}'
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("content.xml", table)


def deep_nesting(path: Path) -> None:
    """A million elements inside each other, in a part that readers keep as a tree."""
    deep = b"<a>" * 1_000_000 + b"</a>" * 1_000_000
    part = "xl/_rels/workbook.xml.rels"
    end = b"</Relationships>"
    change_parts(write_form(path), {part: lambda text: text.replace(end, deep + end)})


def long_comment(path: Path) -> None:
    """One comment of 15 MB: whoever reads it in pieces begins anew with each."""
    comment = b"</sheetData><!--" + b"x" * (15 << 20) + b"-->"
    change_parts(write_form(path), {SHEET: lambda text: text.replace(b"</sheetData>", comment)})


def claimed_texts(path: Path) -> None:
    """One shared text that says it is thousands of millions."""
    text = _TOP + b'<sst xmlns="%b" uniqueCount="99999999999"><si><t>x</t></si></sst>' % (
        _MAIN.encode()
    )
    write_form(path)
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("xl/sharedStrings.xml", text)


def sheets_in_one_part(path: Path) -> None:
    """Fifty thousand sheets that are all the same part."""
    sheets = b"".join(
        b'<sheet name="s%d" sheetId="%d" r:id="rId1"/>' % (number, number + 9)
        for number in range(50_000)
    )
    change_parts(
        write_form(path),
        {"xl/workbook.xml": lambda text: text.replace(b"</sheets>", sheets + b"</sheets>")},
    )


def many_names(path: Path) -> None:
    """So many defined names that a tree of them fills the memory."""
    names = b"".join(b'<definedName name="n%d">A1</definedName>' % one for one in range(500_000))
    part = b"</sheets><definedNames>" + names + b"</definedNames>"
    change_parts(
        write_form(path), {"xl/workbook.xml": lambda text: text.replace(b"</sheets>", part)}
    )


def unnamed_cells(path: Path) -> None:
    """A row of a million cells that do not say where they stand."""
    row = b"<row>" + b"<c><v>1</v></c>" * 1_000_000 + b"</row></sheetData>"
    change_parts(write_form(path), {SHEET: lambda text: text.replace(b"</sheetData>", row)})


def deep_ods(path: Path) -> None:
    """An .ods of half a million paragraphs inside each other."""
    _write_ods(path, "<text:p>" * 500_000 + "</text:p>" * 500_000)


def wide_ods(path: Path) -> None:
    """An .ods with more cells in its row than any program has columns."""
    _write_ods(path, "<table:table-row>" + _ODS_CELL * 100_000 + "</table:table-row>")


def xls_sheets_in_one_place(path: Path) -> None:
    """Nine hundred sheets of an .xls that are all the same bytes."""
    write_xls(path, [[1.0] * 20] * 20, sheets=900)


HOSTILE: dict[str, tuple[Callable[[Path], None], str, str]] = {
    "declared bomb": (declared_bomb, "a.xlsx", "table.too_large"),
    "dense bomb": (dense_bomb, "a.xlsx", "table.too_large"),
    "lying bomb": (lying_bomb, "a.xlsx", "table.unreadable"),
    "overlapping bomb": (overlapping_bomb, "a.xlsx", "table.unreadable"),
    "many parts": (many_parts, "a.xlsx", "table.too_large"),
    "external entity": (external_entity, "a.xlsx", "table.unsafe_xml"),
    "laughing entities": (laughing_entities, "a.xlsx", "table.unsafe_xml"),
    "hidden doctype": (hidden_doctype, "a.xlsx", "table.unsafe_xml"),
    "repeated long texts": (repeated_long_texts, "a.xlsx", "table.too_large"),
    "truncated": (truncated, "a.xlsx", "table.unreadable"),
    "damaged": (damaged_deflate, "a.xlsx", "table.unreadable"),
    "encrypted xlsx": (encrypted_xlsx, "a.xlsx", "table.encrypted"),
    "encrypted zip": (encrypted_zip, "a.xlsx", "table.encrypted"),
    "encrypted xls": (encrypted_xls, "a.xls", "table.encrypted"),
    "html": (html, "a.xls", "table.other_format"),
    "html with mark": (html_with_mark, "a.xls", "table.other_format"),
    "xml spreadsheet": (xml_spreadsheet, "a.xls", "table.other_format"),
    "text": (text, "a.xlsx", "table.other_format"),
    "binary workbook": (binary_workbook, "a.xlsb", "table.other_format"),
    "wide and high": (wide_and_high, "a.xlsx", "table.too_large"),
    "deep nesting": (deep_nesting, "a.xlsm", "table.unreadable"),
    "long comment": (long_comment, "a.xlsx", "table.unreadable"),
    "claimed texts": (claimed_texts, "a.xlsx", "table.unreadable"),
    "sheets in one part": (sheets_in_one_part, "a.xlsx", "table.unreadable"),
    "many names": (many_names, "a.xlsx", "table.too_large"),
    "unnamed cells": (unnamed_cells, "a.xlsx", "table.too_large"),
    "sheets in one place": (xls_sheets_in_one_place, "a.xls", "table.too_large"),
    "deep ods": (deep_ods, "a.ods", "table.unreadable"),
    "wide ods": (wide_ods, "a.ods", "table.too_large"),
    "repeated ods": (repeated_ods, "a.ods", "table.too_large"),
}
"""What writes each, the file's name, and the code that refuses it."""


def write_far_cell(path: Path) -> Path:
    """Write a form with one stray cell in the last row and column that a sheet can have."""
    write_form(path)
    far = b'<row r="1048576"><c r="XFD1048576"><v>7</v></c></row></sheetData>'
    return change_parts(path, {SHEET: lambda text: text.replace(b"</sheetData>", far)})


def write_many_merges(path: Path, merges: int) -> Path:
    """Write a form whose town cells are merged two by two, so many times."""
    rows = [
        a_row(**{"小区(楼房)名称": f"第{number}小区"} | ({"镇(街道)": None} if number % 2 else {}))
        for number in range(merges * 2)
    ]
    write_form_by_hand(path, rows)
    letter = get_column_letter(2)
    ranges = b"".join(
        b'<mergeCell ref="%b%d:%b%d"/>'
        % (letter.encode(), 5 + 2 * number, letter.encode(), 6 + 2 * number)
        for number in range(merges)
    )
    part = b'<mergeCells count="%d">%b</mergeCells>' % (merges, ranges)
    return change_parts(
        path, {SHEET: lambda text: text.replace(b"</sheetData>", b"</sheetData>" + part)}
    )


def write_empty_formatted_rows(path: Path, rows: int) -> Path:
    """Write a form with so many rows below it that hold formats and nothing else."""
    write_form(path)
    cells = b"".join(
        b'<row r="%d" spans="1:37" s="1" customFormat="1">%b</row>'
        % (
            number,
            b"".join(b'<c r="%b%d" s="1"/>' % (letter, number) for letter in (b"A", b"D", b"AK")),
        )
        for number in range(10, 10 + rows)
    )
    return change_parts(
        path, {SHEET: lambda text: text.replace(b"</sheetData>", cells + b"</sheetData>")}
    )


def write_form_as_xls(path: Path) -> Path:
    """Write a form of one site as an old workbook."""
    header = [[column.header for column in COLUMNS], [column.option or "" for column in COLUMNS]]
    row = a_row()
    return write_xls(path, [*header, [row.get(one.option or one.header) or "" for one in COLUMNS]])


def damage(path: Path, random: Random) -> Path:
    """Change some bytes: of one part of an archive, before it is packed again, or of the file."""
    if path.suffix != ".xlsx":
        path.write_bytes(_changed(path.read_bytes(), random))
        return path
    with zipfile.ZipFile(path) as archive:
        name = random.choice(archive.namelist())
    return change_parts(path, {name: lambda content: _changed(content, random)})


def _changed(content: bytes, random: Random) -> bytes:
    changed = bytearray(content)
    for _ in range(random.choice((1, 3))):
        at = random.randrange(len(changed))
        if random.random() < 0.5:
            changed[at] = random.choice(b'0123456789<>/"AZ=;&\0\xff')
        else:
            changed[at:at] = changed[at : at + random.randrange(40)]
    return bytes(changed)
