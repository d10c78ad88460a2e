"""Backups are whole, closed to whoever lacks the key, and come back as they were."""

from __future__ import annotations

import io
import tarfile
import threading
from collections.abc import Iterator
from pathlib import Path

import pyrage
import pytest
from sqlalchemy import create_engine, text

from geodata.domain.errors import DomainError
from geodata.store.audit import audit
from geodata.store.audit_chain import verify_chain
from geodata.store.files import FileStore
from geodata.store.session import Change, connect, reading, writing
from scripts.backup import (
    Opened,
    check_restored,
    fingerprints,
    make_backup,
    new_key,
    opened,
    restore,
)
from tests.postgis import TestServer
from tests.world import build_world


@pytest.fixture
def url(server: TestServer) -> Iterator[str]:
    name = f"{server.worker}_backup"
    url = server.clone(name)
    engine = connect(url)
    build_world(engine)
    engine.dispose()
    yield url
    server.drop(name)


@pytest.fixture
def files(tmp_path: Path) -> Path:
    store = FileStore(tmp_path / "files")
    store.keep(io.BytesIO(b"a photo"), most_bytes=100, name="a.jpg")
    (store.folder / "incoming-half").write_bytes(b"half of one")
    return store.folder


def _held(url: str) -> dict[str, object]:
    engine = create_engine(url)
    with engine.connect() as connection:
        found = dict(fingerprints(connection))
    engine.dispose()
    return dict(found)


def test_a_backup_comes_back_as_it_was(url, files, tmp_path, server) -> None:
    key, target = tmp_path / "key", tmp_path / "b.age"
    before = _held(url)
    rows = make_backup(url, files, target, new_key(key))
    assert rows == sum(one.rows for one in before.values())  # type: ignore[attr-defined]
    assert b"PGDMP" not in target.read_bytes()
    assert "东苑小区".encode() not in target.read_bytes()
    engine = connect(url)
    with writing(engine, Change("tester", "lost later")) as session:
        session.execute(text("UPDATE site SET name = '改名'"))
        audit(session, "tester", "lost_later", "all")
    engine.dispose()
    assert _held(url) != before
    with opened(target, key) as found:
        kept = [one.read_bytes() for one in found.files.rglob("*") if one.is_file()]
        assert kept == [b"a photo"]
        old = restore(url, found)
    assert _held(url) == before
    engine = connect(url)
    with reading(engine) as session:
        assert verify_chain(session).is_whole
    engine.dispose()
    server.drop(old)


def test_it_is_one_moment_while_others_write(url, files, tmp_path) -> None:
    key, target = tmp_path / "key", tmp_path / "b.age"
    engine, begins, ends = connect(url), threading.Event(), threading.Event()

    def write() -> None:
        number = 0
        while not ends.is_set():
            number += 1
            with writing(engine, Change("tester", "busy")) as session:
                audit(session, "tester", "busy", str(number))
            begins.set()

    writer = threading.Thread(target=write)
    writer.start()
    begins.wait()
    try:
        make_backup(url, files, target, new_key(key))
    finally:
        ends.set()
        writer.join()
        engine.dispose()
    with opened(target, key) as found:
        assert found.tables["audit_line"].rows == found.tables["audit_seal"].rows > 0


def test_without_the_key_nothing_is_read(url, files, tmp_path) -> None:
    key, other, target = tmp_path / "key", tmp_path / "other", tmp_path / "b.age"
    make_backup(url, files, target, new_key(key), proves=False)
    new_key(other)
    with pytest.raises(DomainError, match=r"backup\.unreadable"), opened(target, other):
        pass
    target.write_bytes(target.read_bytes()[:-1000])
    with pytest.raises(DomainError, match=r"backup\.unreadable"), opened(target, key):
        pass
    with pytest.raises(DomainError, match=r"backup\.key_unreadable"), opened(target, target):
        pass


def test_a_key_is_never_overwritten_and_never_read_by_others(tmp_path) -> None:
    new_key(tmp_path / "key")
    assert (tmp_path / "key").stat().st_mode & 0o077 == 0
    with pytest.raises(DomainError, match=r"backup\.key_exists"):
        new_key(tmp_path / "key")
    with pytest.raises(DomainError, match=r"backup\.key_unreadable"):
        make_backup("postgresql://", tmp_path, tmp_path / "b", "not a key")


def test_a_backup_that_differs_changes_nothing(url, files, tmp_path) -> None:
    key, target = tmp_path / "key", tmp_path / "b.age"
    make_backup(url, files, target, new_key(key), proves=False)
    before = _held(url)
    with opened(target, key) as found:
        told = dict(found.manifest)
        told["tables"] = {**told["tables"], "site": {"rows": 1, "checksum": "0"}}
        forged = Opened(told, found.dump, found.files)
        with pytest.raises(DomainError, match=r"backup\.differs"):
            restore(url, forged)
    assert _held(url) == before
    with pytest.raises(DomainError, match=r"backup\.differs"):
        check_restored(url, forged.tables)


def test_an_archive_cannot_write_elsewhere(tmp_path) -> None:
    public = new_key(tmp_path / "key")
    with tarfile.open(tmp_path / "evil.tar", "w") as archive:
        entry = tarfile.TarInfo("../escaped")
        entry.size = 4
        archive.addfile(entry, io.BytesIO(b"evil"))
    recipient = pyrage.x25519.Recipient.from_str(public)
    (tmp_path / "inner").mkdir()
    target = tmp_path / "inner" / "b.age"
    pyrage.encrypt_file(str(tmp_path / "evil.tar"), str(target), [recipient])
    with pytest.raises(DomainError, match=r"backup\.unreadable"), opened(target, tmp_path / "key"):
        pass
    assert not (tmp_path / "inner" / "escaped").exists()
