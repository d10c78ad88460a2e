"""The texts of a Shapefile: in which encoding they are, and what to do where one was cut.

A name of ten bytes or a text as long as its field may end in the middle of a character; GDAL then
gives up the whole file.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Final

_HEADER_BYTES: Final = 32
_FIELD_BYTES: Final = 32
_NAME_BYTES: Final = 11
_END_OF_FIELDS: Final = 0x0D
_LOOK_AT: Final = 2000
_CUT_BYTES: Final = 3

_NAMES: Final = {
    "936": "gb18030",
    "cp936": "gb18030",
    "gbk": "gb18030",
    "gb2312": "gb18030",
    "gb18030": "gb18030",
    "ansi936": "gb18030",
    "65001": "utf-8",
    "utf8": "utf-8",
    "utf-8": "utf-8",
    "big5": "big5",
    "950": "big5",
    "cp950": "big5",
}

Span = tuple[int, int]


def text_encoding(dbf: Path, cpg: Path) -> str:
    """Return the encoding of a .dbf: the one its .cpg declares, if the texts agree, else a guess.

    UTF-8 is tried first, since texts in GBK are hardly ever valid UTF-8 while the reverse is
    common. A .cpg that a program left behind when it wrote another encoding is not believed.
    """
    content = dbf.read_bytes()
    texts = [content[begin:end] for begin, end in islice(_spans(content), _LOOK_AT)]
    declared = _declared(cpg)
    order = [one for one in (declared, "utf-8", "gb18030") if one]
    return min(order, key=lambda encoding: sum(not _reads(text, encoding) for text in texts))


def mend(dbf: Path, encoding: str) -> None:
    """Take half characters from the ends of names and texts, in place."""
    content = bytearray(dbf.read_bytes())
    before = bytes(content)
    for begin, end in _spans(before):
        text = before[begin:end]
        whole = text.decode(encoding, "ignore").encode(encoding)
        if whole != text:
            filler = b"\0" if begin < int.from_bytes(before[8:10], "little") else b" "
            content[begin:end] = whole.ljust(end - begin, filler)
    if content != before:
        dbf.write_bytes(content)


def _declared(cpg: Path) -> str | None:
    if not cpg.is_file():
        return None
    written = cpg.read_bytes()[:40].decode("ascii", "ignore").strip().lower()
    return _NAMES.get(written.replace("ansi ", "").replace(" ", ""))


def _spans(content: bytes) -> Iterator[Span]:
    """Yield where the names of fields, then the texts of records, are that are not plain ASCII."""
    header = int.from_bytes(content[8:10], "little")
    length = int.from_bytes(content[10:12], "little")
    texts: list[Span] = []
    at = 1
    for start in range(_HEADER_BYTES, max(header - 1, 0), _FIELD_BYTES):
        field = content[start : start + _FIELD_BYTES]
        if len(field) < _FIELD_BYTES or field[0] == _END_OF_FIELDS:
            break
        name = field[:_NAME_BYTES].split(b"\0")[0]
        if not name.isascii():
            yield start, start + len(name)
        if field[11:12] == b"C":
            texts.append((at, at + field[16]))
        at += field[16]
    for start in range(header, len(content) - length + 1, length) if length else ():
        for begin, end in texts:
            text = content[start + begin : start + end].rstrip(b" \0")
            if not text.isascii():
                yield start + begin, start + begin + len(text)


def _reads(text: bytes, encoding: str) -> bool:
    try:
        text.decode(encoding)
    except UnicodeDecodeError as error:
        return error.start >= len(text) - _CUT_BYTES and error.start > 0
    return True
