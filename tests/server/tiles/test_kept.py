"""What is kept of tiles: in memory so much and no more, as files until nobody asks for them."""

from __future__ import annotations

import gzip
import os
import time

import pytest

from geodata.domain.access import Scope
from geodata.domain.division import DivisionKind
from server.tiles.kept import Folder, Kept, Key, Memory, place_of


def key(y: int = 7, code: str | None = "370306") -> Key:
    return ("district" if code else None, code, "2025-12-31", "communities", 14, 5, y)


def test_memory_forgets_what_was_asked_for_longest_ago():
    memory = Memory(3000)
    for y in range(3):
        memory.put(key(y), Kept(1, b"x" * 900))
    assert memory.get(key(0), 1) is None
    assert memory.get(key(2), 1) is not None
    assert memory.get(key(2), 2) is None, "of another version"


def test_no_memory_keeps_nothing():
    memory = Memory(0)
    memory.put(key(), Kept(1, b"x"))
    assert memory.get(key(), 1) is None


def test_a_tile_lies_where_nginx_looks_for_it(tmp_path):
    folder = Folder(tmp_path)
    assert folder.lacks(key(), Kept(12, b"tile"))
    folder.put(key(), Kept(12, b"tile"))
    assert not folder.lacks(key(), Kept(12, b"tile"))
    path = tmp_path / "district-370306/2025-12-31/12/communities/14/5/7.mvt.gz"
    assert gzip.decompress(path.read_bytes()) == b"tile"
    assert [one.name for one in tmp_path.rglob("*") if one.is_file()] == ["7.mvt.gz"]
    assert place_of(Scope.everything()) == "all"


@pytest.mark.parametrize("code", ["../x", "a/b", "", " ", "区", "370306\n"])
def test_a_code_that_is_no_name_of_a_folder_is_not_made_one(tmp_path, code):
    folder = Folder(tmp_path)
    odd = (DivisionKind.TOWN.value, code, "2025-12-31", "communities", 14, 5, 7)
    folder.put(odd, Kept(12, b"tile"))
    assert list(tmp_path.iterdir()) == []
    assert not folder.lacks(odd, Kept(12, b"tile")), "so that nobody tries again"


def test_a_tile_that_was_swept_is_missed_a_minute_later(tmp_path, monkeypatch):
    folder, tile = Folder(tmp_path), Kept(12, b"tile")
    folder.put(key(), tile)
    folder.sweep(time.time() + 1)
    assert not folder.lacks(key(), tile), "not looked for with each answer"
    later = time.monotonic() + 61
    monkeypatch.setattr("server.tiles.kept.time.monotonic", lambda: later)
    assert folder.lacks(key(), tile)


def test_old_files_and_their_folders_are_swept(tmp_path):
    folder = Folder(tmp_path)
    folder.put(key(1), Kept(1, b"old"))
    folder.put(key(2), Kept(2, b"new"))
    an_hour_ago = time.time() - 3600
    for path in (tmp_path / "district-370306/2025-12-31/1").rglob("*"):
        os.utime(path, (an_hour_ago, an_hour_ago))
    os.utime(tmp_path / "district-370306/2025-12-31/1", (an_hour_ago, an_hour_ago))
    assert folder.sweep(time.time() - 1800) == 1
    assert not folder.lacks(key(2), Kept(2, b"new"))
    assert folder.lacks(key(1), Kept(1, b"old"))
    assert folder.sweep(time.time() - 1800) == 0
