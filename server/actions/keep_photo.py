"""Photos of visits: decoded and written anew, so that nothing comes in with them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from io import BytesIO
from pathlib import Path
from typing import BinaryIO, Final
from uuid import UUID

from sqlalchemy import Engine, select

from geodata.domain.errors import DomainError
from geodata.store.audit import audit
from geodata.store.files import FileStore
from geodata.store.inspecting import get_finding, get_inspection, point_of
from geodata.store.session import writing
from geodata.store.tables import Photo
from server.apart import apart
from server.auth import Actor
from server.pictures import clean_picture

MOST_BYTES: Final = 15 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class PhotoOrder:
    """A photo as a device sends it.

    Attributes:
        client_id: Made on the device.
        content: The file.
        name: What the sender calls it.
        inspection: Whose, or
        finding: whose: then it shows that one.
        taken_at: When, aware.
        position: EPSG:4490 degrees, kept beside the picture and not in it.
        caption: In the sender's words.
    """

    client_id: UUID
    content: BinaryIO
    name: str
    inspection: int | None = None
    finding: int | None = None
    taken_at: datetime | None = None
    position: tuple[float, float] | None = None
    caption: str | None = None


def keep_photo(engine: Engine, folder: Path, actor: Actor, order: PhotoOrder) -> tuple[int, bool]:
    """Keep a photo; return its id, and whether it is new. Sent again nothing changes.

    Raises:
        DomainError: ``inspection.not_found``, ``finding.not_found``; ``photo.unreadable``;
            ``table.too_large``; ``inspection.id_taken``.
    """
    clean = BytesIO(_clean(order))
    with writing(engine, actor.change("keep_photo")) as session:
        finding = None
        if order.finding is not None:
            finding = get_finding(session, actor.scope, order.finding)
        owner = order.inspection if finding is None else finding.inspection_id
        inspection = get_inspection(session, actor.scope, owner or 0)
        standing = session.scalar(
            select(Photo).where(Photo.client_id == order.client_id).with_for_update()
        )
        if standing is not None:
            if standing.inspection_id != inspection.id or standing.created_by != actor.username:
                raise DomainError("inspection.id_taken")
            return standing.id, False
        kept = FileStore(folder).keep(clean, most_bytes=MOST_BYTES, name=order.name)
        photo = Photo(
            client_id=order.client_id,
            inspection_id=inspection.id,
            finding_id=order.finding,
            digest=kept.digest,
            media_type="image/jpeg",
            size_bytes=kept.size_bytes,
            taken_at=order.taken_at,
            position=point_of(order.position),
            caption=order.caption,
            created_by=actor.username,
        )
        session.add(photo)
        session.flush()
        audit(session, actor.username, "keep_photo", str(photo.id), inspection=inspection.id)
        return photo.id, True


def _clean(order: PhotoOrder) -> bytes:
    """Return the picture written anew, in a process of its own."""
    content = order.content.read(MOST_BYTES + 1)
    if len(content) > MOST_BYTES:
        raise DomainError("table.too_large", file=order.name, most_mb=MOST_BYTES >> 20)
    return apart(clean_picture, content, order.name, file=order.name)
