"""Telephone numbers lie in the database sealed, under a key that lies elsewhere.

AES-SIV (RFC 5297): what is alike is sealed alike, so that PostgreSQL still tells whether a value
has changed, and nothing can be altered unnoticed. Who reads the database or a dump of it learns
which sites have the same number, and no number.
"""

from __future__ import annotations

import json
import os
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping
from contextlib import suppress
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESSIV
from sqlalchemy import Dialect, NullPool, Text, create_engine, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.types import TypeDecorator

from geodata.domain.errors import DomainError

KEY_VARIABLE: Final = "FUGAI_PHONES_KEY"
"""Names the file of the key in the environment."""
PREFIX: Final = "sealed:"
_KEY_BITS: Final = 512


def new_key(path: Path) -> None:
    """Write a new key to a file that only its owner reads; one that is there stays."""
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return
    with os.fdopen(handle, "wb") as file:
        file.write(_made())


def add_key(path: Path, kept: Path) -> None:
    """Put a new key before the one in a file, which is copied to another file first.

    One that was added before and is not all there is yet, stays.

    Raises:
        DomainError: As `seal`.
    """
    before = path.read_bytes() if len(_boxes(path)) == 1 else None
    if before is not None:
        _write(kept, before)
        _write(path, _made() + before.strip() + b"\n")


def drop_old_keys(path: Path) -> None:
    """Leave only the first key of a file: nothing is sealed with another any more."""
    _write(path, path.read_bytes().split()[0] + b"\n")


def reseal(sealed: str) -> str:
    """Return what was sealed with any of our keys sealed with the first of them.

    What no key opens is somebody's text that looks like it, and stays.
    """
    opened = _opened(sealed)
    return sealed if opened is None else _sealed(opened)


def seal(plain: str) -> str:
    """Return a text sealed; one that is sealed already stays as it is.

    Raises:
        DomainError: ``personal.key_missing``, ``personal.key_unreadable``.
    """
    if plain.startswith(PREFIX) and _opened(plain) is not None:
        return plain
    return _sealed(plain)


def unseal(sealed: str) -> str:
    """Return what was sealed; a text from before there was a key, as it is.

    Raises:
        DomainError: As `seal`, and ``personal.key_wrong``.
    """
    if not sealed.startswith(PREFIX):
        return sealed
    opened = _opened(sealed)
    if opened is None:
        raise DomainError("personal.key_wrong", path=os.environ.get(KEY_VARIABLE) or "")
    return opened


def is_opened_by_key(url: str) -> bool | None:
    """Tell whether the key opens what a database keeps sealed, ``None`` where there is nothing.

    Args:
        url: SQLAlchemy address; the database need not have our tables yet.

    Raises:
        DomainError: As `unseal`.
    """
    engine = create_engine(url, poolclass=NullPool)
    with engine.connect() as connection:
        if connection.scalar(text("SELECT to_regclass('public.site')")) is None:
            return None
        some = text("SELECT phone FROM site WHERE starts_with(phone, :prefix) LIMIT 1")
        found = connection.scalar(some, {"prefix": PREFIX})
    return None if found is None else bool(unseal(found))


def with_open_phone(columns: Mapping[str, Any] | None) -> dict[str, Any]:
    """Return the columns of a version, which PostgreSQL wrote down, with the number open."""
    opened = dict(columns or {})
    if opened.get("phone") is not None:
        opened["phone"] = unseal(opened["phone"])
    return opened


class Sealed(TypeDecorator[str]):
    """A text column that is sealed in the database and open in Python."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:  # noqa: ARG002
        """Seal."""
        return None if value is None else seal(value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> str | None:  # noqa: ARG002
        """Open."""
        return None if value is None else unseal(value)


class SealedJson(TypeDecorator[Any]):
    """A JSON column that is sealed whole: PostgreSQL sees one JSON string."""

    impl = JSONB
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> Any:  # noqa: ANN401, ARG002 - JSON
        """Seal."""
        return None if value is None else seal_json(value)

    def process_result_value(self, value: Any, dialect: Dialect) -> Any:  # noqa: ANN401, ARG002 - JSON
        """Open."""
        return json.loads(unseal(value)) if isinstance(value, str) else value


class SealedMembers(TypeDecorator[Any]):
    """A JSON object of which some members are sealed, each whole.

    Args:
        members: Their names.
    """

    impl = JSONB
    cache_ok = True

    def __init__(self, *members: str) -> None:
        """Keep the names."""
        super().__init__()
        self.members = members

    def process_bind_param(self, value: Any, dialect: Dialect) -> Any:  # noqa: ANN401, ARG002 - JSON
        """Seal."""
        if value is None:
            return None
        mine = {name: seal_json(value[name]) for name in self.members if value.get(name)}
        return {**value, **mine}

    def process_result_value(self, value: Any, dialect: Dialect) -> Any:  # noqa: ANN401, ARG002 - JSON
        """Open."""
        if value is None:
            return None
        mine = [name for name in self.members if isinstance(value.get(name), str)]
        return {**value, **{name: json.loads(unseal(value[name])) for name in mine}}


def seal_json(value: Any) -> str:  # noqa: ANN401 - JSON
    """Return JSON as one sealed text; `unseal` gives its text back."""
    return seal(json.dumps(value, ensure_ascii=False, sort_keys=True))


def _sealed(plain: str) -> str:
    box = _boxes(_path())[0]
    return PREFIX + urlsafe_b64encode(box.encrypt(plain.encode(), None)).decode()


def _opened(sealed: str) -> str | None:
    for box in _boxes(_path()):
        with suppress(InvalidTag, ValueError):
            return box.decrypt(urlsafe_b64decode(sealed[len(PREFIX) :]), None).decode()
    return None


def _path() -> Path:
    return Path(os.environ.get(KEY_VARIABLE) or "")


def _boxes(path: Path) -> tuple[AESSIV, ...]:
    """Return the keys of a file; it is read anew when it has changed."""
    try:
        changed_ns = path.stat().st_mtime_ns
    except OSError as error:
        raise DomainError("personal.key_missing", path=str(path)) from error
    return _read(path, changed_ns)


@lru_cache(maxsize=8)
def _read(path: Path, changed_ns: int) -> tuple[AESSIV, ...]:
    del changed_ns  # only tells one content from another
    try:
        boxes = tuple(AESSIV(urlsafe_b64decode(one)) for one in path.read_bytes().split())
    except OSError as error:
        raise DomainError("personal.key_missing", path=str(path)) from error
    except ValueError as error:
        raise DomainError("personal.key_unreadable", path=str(path)) from error
    if not boxes:
        raise DomainError("personal.key_unreadable", path=str(path))
    return boxes


def _made() -> bytes:
    return urlsafe_b64encode(AESSIV.generate_key(_KEY_BITS)) + b"\n"


def _write(path: Path, content: bytes) -> None:
    """Put a content in a file's place at once, for its owner alone."""
    fresh = path.with_name(f"{path.name}.new")
    handle = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(path)
