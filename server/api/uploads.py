"""A file that a browser or program sends: kept apart, under a name that can do no harm."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated, Any, Final

from anyio import to_thread
from fastapi import Depends, Request
from starlette.datastructures import UploadFile

from geodata.domain.errors import DomainError
from server.actions.file_names import safe_name
from server.auth import CurrentActor, WritingActor

MOST_BYTES: Final = 64 << 20
_MOST_FIELDS: Final = 20
_CHUNK: Final = 1 << 20


@dataclass(frozen=True, slots=True)
class Upload:
    """One file and the fields beside it.

    Attributes:
        path: On this machine until the request ends; its name is the sender's, made harmless.
        fields: The form's other fields.
    """

    path: Path
    fields: Mapping[str, str]

    def is_set(self, field: str) -> bool:
        """Tell whether a tick box was ticked."""
        return self.fields.get(field, "").lower() in ("1", "true", "on", "yes")


async def received(request: Request, _actor: CurrentActor) -> AsyncIterator[Upload]:
    """Yield the file named ``file`` of a multipart form; who asks is known before it is read.

    Raises:
        DomainError: ``upload.too_large``; ``upload.missing``.
    """
    async with _form(request) as upload:
        yield upload


async def received_to_write(request: Request, _actor: WritingActor) -> AsyncIterator[Upload]:
    """Yield the file as `received`, from those who may change the ledger."""
    async with _form(request) as upload:
        yield upload


@asynccontextmanager
async def _form(request: Request) -> AsyncIterator[Upload]:
    # A server passes on no more than the length it was told, so this is enough.
    length = request.headers.get("content-length", "")
    if not length.isdigit() or int(length) > MOST_BYTES:
        raise DomainError("upload.too_large", most_mb=MOST_BYTES >> 20)
    async with request.form(max_files=1, max_fields=_MOST_FIELDS) as form:
        sent = form.get("file")
        if not isinstance(sent, UploadFile) or not sent.filename:
            raise DomainError("upload.missing")
        fields = {key: value for key, value in form.items() if isinstance(value, str)}
        with TemporaryDirectory(prefix="fugai-") as folder:
            path = Path(folder) / safe_name(sent.filename)
            await to_thread.run_sync(_keep, sent, path)
            yield Upload(path, fields)


def _keep(sent: UploadFile, path: Path) -> None:
    sent.file.seek(0)
    with path.open("wb") as kept:
        while chunk := sent.file.read(_CHUNK):
            kept.write(chunk)


ReceivedFile = Annotated[Upload, Depends(received)]
FileToWrite = Annotated[Upload, Depends(received_to_write)]


def describes_file(**fields: str | dict[str, Any]) -> dict[str, Any]:
    """Return what the interface's description says of a form with a file.

    Args:
        **fields: What each other field means: as a sentence where it is a text, else its schema.
    """
    properties: dict[str, Any] = {"file": {"type": "string", "format": "binary"}}
    properties |= {
        name: {"type": "string", "description": what} if isinstance(what, str) else what
        for name, what in fields.items()
    }
    schema = {"type": "object", "required": ["file"], "properties": properties}
    return {"requestBody": {"content": {"multipart/form-data": {"schema": schema}}}}
