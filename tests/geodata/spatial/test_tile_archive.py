"""Archives of tiles: read as they were written, the same bytes each time, whole or not at all."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from pathlib import Path

import pytest
from pmtiles.reader import MmapSource, Reader

from geodata.domain.errors import DomainError
from geodata.spatial.tile_archive import archive_order, packed, read_archive, write_archive

BOUNDS = (117.7, 36.6, 118.1, 37.0)
TILES = [(9, 423, 199), (10, 847, 398), (10, 847, 399), (11, 1694, 797)]
CONTENT = {tile: b"sea" if tile[0] == 10 else f"{tile}".encode() * 50 for tile in TILES}


def placed() -> list[tuple[int, bytes]]:
    """The tiles as an archive takes them."""
    return sorted((archive_order(*tile), packed(CONTENT[tile])) for tile in TILES)


def test_what_is_written_is_read(tmp_path: Path) -> None:
    path = tmp_path / "a.pmtiles"
    size = write_archive(path, placed(), BOUNDS, {"name": "周村区"})
    assert (size.tiles, size.contents, size.size_bytes) == (4, 3, path.stat().st_size)
    facts = read_archive(path)
    assert (facts.first, facts.last, facts.is_vector) == (9, 11, True)
    assert facts.bounds == BOUNDS
    assert facts.metadata == {"name": "周村区"}
    with path.open("rb") as file:
        reader = Reader(MmapSource(file))
        assert reader.header()["clustered"]
        for tile in TILES:
            assert gzip.decompress(reader.get(*tile)) == CONTENT[tile]
        assert reader.get(11, 0, 0) is None


def test_the_same_tiles_give_the_same_bytes(tmp_path: Path) -> None:
    paths = [tmp_path / name for name in ("a.pmtiles", "b.pmtiles")]
    for path in paths:
        write_archive(path, placed(), BOUNDS, {"name": "x"})
    assert paths[0].read_bytes() == paths[1].read_bytes()


@pytest.mark.parametrize("failure", [KeyboardInterrupt, RuntimeError])
def test_who_stops_halfway_leaves_what_was_there(
    tmp_path: Path, failure: type[BaseException]
) -> None:
    path = tmp_path / "a.pmtiles"
    path.write_bytes(b"before")

    def broken() -> Iterator[tuple[int, bytes]]:
        yield placed()[0]
        raise failure

    with pytest.raises(failure):
        write_archive(path, broken(), BOUNDS, {})
    assert path.read_bytes() == b"before"
    assert list(tmp_path.iterdir()) == [path]


def test_nothing_is_no_archive(tmp_path: Path) -> None:
    with pytest.raises(DomainError, match="empty"):
        write_archive(tmp_path / "a.pmtiles", [], BOUNDS, {})
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("content", [b"", b"PMTiles", b"PMTiles\x03" + bytes(300), b"x" * 500])
def test_what_is_none_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "a.pmtiles"
    path.write_bytes(content)
    with pytest.raises(DomainError, match="unreadable"):
        read_archive(path)


def test_a_cut_archive_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.pmtiles"
    write_archive(path, placed(), BOUNDS, {"name": "x" * 500})
    path.write_bytes(path.read_bytes()[:180])
    with pytest.raises(DomainError, match="unreadable"):
        read_archive(path)
