"""Files that come in a form and go out again: read late, kept by content, never shown in a page."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Final
from urllib.parse import quote

from fastapi import Depends, Request
from fastapi.responses import FileResponse
from starlette.datastructures import FormData, UploadFile

from geodata.domain.errors import DomainError
from geodata.domain.ledger_rules import tidied
from geodata.store.files import FileStore
from server.actions.file_kinds import media_type_of
from server.actions.file_names import safe_name
from server.auth import WritingActor

MOST_BYTES: Final = 20 << 20
_FORM_BYTES: Final = 64 << 10
"""What a form adds to the file it carries."""


@dataclass(frozen=True, slots=True)
class ReceivedFile:
    """A form with a file."""

    file: UploadFile
    about: str
    note: str | None


@asynccontextmanager
async def form_with_file(
    request: Request, *, most_bytes: int, most_fields: int
) -> AsyncIterator[tuple[FormData, UploadFile]]:
    """Read a form and the file in its field ``file``; one without a length is not even read.

    Raises:
        DomainError: ``evidence.length_needed``; ``table.too_large``; ``evidence.file_missing``.
    """
    length = request.headers.get("content-length", "")
    if not length.isdigit():
        raise DomainError("evidence.length_needed")
    if int(length) > most_bytes + _FORM_BYTES:
        raise DomainError("table.too_large", file="", most_mb=most_bytes >> 20)
    async with request.form(max_files=1, max_fields=most_fields) as form:
        file = form.get("file")
        if not isinstance(file, UploadFile):
            raise DomainError("evidence.file_missing")
        yield form, file


async def received_file(request: Request, actor: WritingActor) -> AsyncIterator[ReceivedFile]:
    """Read the form, once it is known who sends it and how large it is."""
    assert actor  # noqa: S101 - asked for so that a stranger's file is not even read
    async with form_with_file(request, most_bytes=MOST_BYTES, most_fields=2) as (form, file):
        yield ReceivedFile(file, str(form.get("about", "")), tidied(str(form.get("note", ""))))


Received = Annotated[ReceivedFile, Depends(received_file)]


@dataclass(frozen=True, slots=True)
class KeptEvidence:
    """A file that was taken in: what it is, and where its content lies."""

    name: str
    media_type: str
    digest: str
    size_bytes: int


def keep_received(folder: Path, received: ReceivedFile) -> KeptEvidence:
    """Keep a file whose content is what its name says.

    Raises:
        DomainError: ``evidence.kind``, ``evidence.damaged``; as `FileStore.keep`.
    """
    store, name = FileStore(folder), safe_name(received.file.filename)
    kept = store.keep(received.file.file, most_bytes=MOST_BYTES, name=name)
    media_type = media_type_of(store.path(kept.digest), name)
    return KeptEvidence(name, media_type, kept.digest, kept.size_bytes)


def sent_file(folder: Path, *, name: str, media_type: str, digest: str) -> FileResponse:
    """Return a kept file as a download, never to be shown inside a page of ours.

    Raises:
        DomainError: ``file.lost`` where the database knows of it and the disk does not.
    """
    path = FileStore(folder).path(digest)
    if not path.is_file():
        raise DomainError("file.lost", file=name)
    return FileResponse(
        path,
        media_type=media_type,
        headers={
            "Content-Disposition": f"attachment; filename*=UTF-8''{quote(name)}",
            "Content-Security-Policy": "default-src 'none'; sandbox",
            "X-Content-Type-Options": "nosniff",
        },
    )
