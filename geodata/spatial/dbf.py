"""In which encoding the texts of a Shapefile are written."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Final

_HEADER_BYTES: Final = 32
_FIELD_BYTES: Final = 32
_END_OF_FIELDS: Final = 0x0D
_LOOK_AT: Final = 2000
_CUT_BYTES: Final = 3
"""A text as long as its field may end in the middle of a character."""

_NAMES: Final = {
    "936": "gb18030",
    "cp936": "gb18030",
    "gbk": "gb18030",
    "gb2312": "gb18030",
    "ansi936": "gb18030",
    "65001": "utf-8",
    "utf8": "utf-8",
    "utf-8": "utf-8",
    "big5": "big5",
    "950": "big5",
    "cp950": "big5",
}


def text_encoding(dbf: Path, cpg: Path) -> str:
    """Return the encoding of a .dbf: the one its .cpg declares, if the texts agree, else a guess.

    UTF-8 is tried first, since texts in GBK are hardly ever valid UTF-8 while the reverse is
    common. A .cpg that a program left behind when it wrote another encoding is not believed.
    """
    texts = list(islice(_texts(dbf.read_bytes()), _LOOK_AT))
    declared = _declared(cpg)
    order = [one for one in (declared, "utf-8", "gb18030") if one]
    return min(order, key=lambda encoding: sum(not _reads(text, encoding) for text in texts))


def _declared(cpg: Path) -> str | None:
    if not cpg.is_file():
        return None
    written = cpg.read_bytes()[:40].decode("ascii", "ignore").strip().lower()
    return _NAMES.get(written.replace("ansi ", "").replace(" ", ""))


def _texts(content: bytes) -> Iterator[bytes]:
    """Yield the names of fields, then the texts of records, as bytes."""
    header = int.from_bytes(content[8:10], "little")
    length = int.from_bytes(content[10:12], "little")
    spans: list[tuple[int, int]] = []
    at = 1
    for start in range(_HEADER_BYTES, max(header - 1, 0), _FIELD_BYTES):
        field = content[start : start + _FIELD_BYTES]
        if len(field) < _FIELD_BYTES or field[0] == _END_OF_FIELDS:
            break
        yield field[:11].split(b"\0")[0]
        if field[11:12] == b"C":
            spans.append((at, at + field[16]))
        at += field[16]
    if length < 1:
        return
    for start in range(header, len(content) - length + 1, length):
        for begin, end in spans:
            text = content[start + begin : start + end].rstrip(b" \0")
            if any(byte > 0x7F for byte in text):  # noqa: PLR2004 - beyond ASCII
                yield text


def _reads(text: bytes, encoding: str) -> bool:
    try:
        text.decode(encoding)
    except UnicodeDecodeError as error:
        return error.start >= len(text) - _CUT_BYTES and error.start > 0
    return True
