"""Which files may prove a fact, told by their content and not by their names."""

from __future__ import annotations

import zlib
from collections.abc import Callable
from pathlib import Path, PurePosixPath
from typing import Final
from zipfile import BadZipFile, ZipFile

import puremagic

from geodata.domain.errors import DomainError

_OFFICE: Final = "application/vnd.openxmlformats-officedocument"
MEDIA_TYPES: Final = {
    "pdf": "application/pdf",
    "ofd": "application/ofd",
    "jpg": "image/jpeg",
    "jpeg": "image/jpeg",
    "png": "image/png",
    "heic": "image/heic",
    "docx": f"{_OFFICE}.wordprocessingml.document",
    "xlsx": f"{_OFFICE}.spreadsheetml.sheet",
    "doc": "application/msword",
    "xls": "application/vnd.ms-excel",
}
"""The kinds of file that are taken, by extension."""

_SEEN_AS: Final = {
    "ofd": {".zip", ".docx", ".xlsx"},
    "heic": {".heic", ".heif"},
    "docx": {".zip", ".docx"},
    "xlsx": {".zip", ".xlsx"},
    "doc": {".doc", ".xls"},
    "xls": {".doc", ".xls"},
}
"""Extensions by which the signature of a kind is known: containers share one."""

_PNG_HEAD: Final = 8
_PNG_FRAME: Final = 12
_JPEG_END: Final = b"\xff\xd9"


def media_type_of(path: Path, name: str) -> str:
    """Return the media type of a file whose content is what its name says.

    Raises:
        DomainError: ``evidence.kind`` for a kind that is not taken, or for a content that is
            something else than its name says; ``evidence.damaged`` for one that is not whole.
    """
    extension = PurePosixPath(name).suffix.lower().removeprefix(".")
    if extension not in MEDIA_TYPES or not _looks_like(path, extension):
        raise DomainError("evidence.kind", file=name, known=sorted({*MEDIA_TYPES}))
    check = _CHECKS.get(extension)
    if check is not None and not check(path):
        raise DomainError("evidence.damaged", file=name)
    return MEDIA_TYPES[extension]


def _looks_like(path: Path, extension: str) -> bool:
    known = _SEEN_AS.get(extension, {f".{extension}"})
    try:
        found = puremagic.magic_file(path)
    except (puremagic.PureError, ValueError):
        return False
    return any(match.extension in known for match in found)


def _is_whole_pdf(path: Path) -> bool:
    content = path.read_bytes()
    return content.startswith(b"%PDF-") and b"%%EOF" in content


def _is_whole_png(path: Path) -> bool:
    """Walk through the pieces of a PNG; each carries a sum of its own."""
    content, at = path.read_bytes(), _PNG_HEAD
    while at + _PNG_FRAME <= len(content):
        size = int.from_bytes(content[at : at + 4], "big")
        piece = content[at + 4 : at + 8 + size]
        told = content[at + 8 + size : at + 12 + size]
        if zlib.crc32(piece).to_bytes(4, "big") != told:
            return False
        if piece.startswith(b"IEND"):
            return True
        at += size + _PNG_FRAME
    return False


def _is_whole_jpeg(path: Path) -> bool:
    content = path.read_bytes()
    return content.startswith(b"\xff\xd8\xff") and _JPEG_END in content


def _holds(*needed: str) -> Callable[[Path], bool]:
    """Return the check that a ZIP container is of a kind, and carries no macros."""

    def check(path: Path) -> bool:
        try:
            with ZipFile(path) as container:
                names = {name.lstrip("/") for name in container.namelist()}
        except (BadZipFile, ValueError, NotImplementedError):
            return False
        has_macros = any(name.endswith("vbaProject.bin") for name in names)
        return not has_macros and all(any(n.startswith(one) for n in names) for one in needed)

    return check


def _has_stream(*streams: str) -> Callable[[Path], bool]:
    """Return the check that an OLE container holds a document of a kind."""

    def check(path: Path) -> bool:
        content = path.read_bytes()
        return any(one.encode("utf-16-le") in content for one in streams)

    return check


_CHECKS: Final[dict[str, Callable[[Path], bool]]] = {
    "pdf": _is_whole_pdf,
    "png": _is_whole_png,
    "jpg": _is_whole_jpeg,
    "jpeg": _is_whole_jpeg,
    "docx": _holds("[Content_Types].xml", "word/"),
    "xlsx": _holds("[Content_Types].xml", "xl/"),
    "ofd": _holds("OFD.xml"),
    "doc": _has_stream("WordDocument"),
    "xls": _has_stream("Workbook", "Book"),
}
