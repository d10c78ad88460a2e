"""Take vector files out of a zip that nobody vouches for.

Nothing of an archive decides where a file is written: names are only shown and compared. Names in
GBK, as Chinese Windows writes them without saying so, are read as such.
"""

from __future__ import annotations

import zipfile
import zlib
from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Final

from geodata.domain.errors import DomainError

DATASETS: Final = frozenset({".shp", ".gpkg", ".geojson", ".json", ".kml", ".dxf", ".fgb"})
"""Suffixes of files that hold layers."""

SHAPEFILE_PARTS: Final = frozenset({".shp", ".shx", ".dbf", ".prj", ".cpg"})
_NEEDED_PARTS: Final = (".shx", ".dbf")
_MOST_MEMBERS: Final = 5000
_MOST_BYTES: Final = 1 << 29
_CHUNK: Final = 1 << 20
_ENCRYPTED: Final = 0x1
_NAMED_IN_UTF8: Final = 0x800
_NOT_DATA: Final = ("__MACOSX", ".")


@dataclass(frozen=True, slots=True)
class Dataset:
    """A file of layers on this machine.

    Attributes:
        path: Where it lies, under a name of ours.
        title: Its name, without suffix, as the archive tells it.
    """

    path: Path
    title: str


def unpack(archive: Path, folder: Path) -> list[Dataset]:
    """Write the vector files of an archive into a folder.

    Args:
        archive: A zip or KMZ.
        folder: An empty folder of ours.

    Raises:
        DomainError: ``vector.archive_unreadable``, ``vector.archive_unsafe``,
            ``vector.archive_encrypted``, ``vector.archive_too_large``, ``vector.archive_empty``;
            ``vector.part_missing`` for a Shapefile that lacks its .shx or .dbf.
    """
    try:
        with zipfile.ZipFile(archive) as opened:
            return _taken(archive.name, opened, folder)
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, EOFError, OSError) as error:
        raise DomainError(
            "vector.archive_unreadable", file=archive.name, reason=str(error)
        ) from error


def complete(path: Path, folder: Path) -> Dataset:
    """Copy a lone .shp with what lies beside it into a folder, where GDAL sees nothing else.

    Raises:
        DomainError: ``vector.part_missing``.
    """
    beside = [
        one
        for one in path.parent.iterdir()
        if one.stem == path.stem and one.suffix.lower() in SHAPEFILE_PARTS
    ]
    for one in beside:
        (folder / f"layer{one.suffix.lower()}").write_bytes(one.read_bytes())
    _check_parts(path.name, path.stem, {one.suffix.lower() for one in beside})
    return Dataset(folder / "layer.shp", path.stem)


def _taken(file: str, opened: zipfile.ZipFile, folder: Path) -> list[Dataset]:
    found: list[Dataset] = []
    left = _MOST_BYTES
    for number, (stem, parts) in enumerate(_groups(file, opened)):
        for suffix in sorted(parts.keys() & (DATASETS | SHAPEFILE_PARTS)):
            target = folder / f"layer{number}{suffix}"
            left -= _write(file, opened, parts[suffix], target, left)
            if suffix in DATASETS:
                found.append(Dataset(target, stem))
        if ".shp" in parts:
            _check_parts(file, stem, parts.keys())
    if not found:
        raise DomainError("vector.archive_empty", file=file)
    return found


def _groups(file: str, opened: zipfile.ZipFile) -> list[tuple[str, dict[str, zipfile.ZipInfo]]]:
    """Return the members that share folder and name, by suffix: a Shapefile is several files."""
    members = [one for one in opened.infolist() if not one.is_dir()]
    if len(members) > _MOST_MEMBERS or sum(one.file_size for one in members) > _MOST_BYTES:
        raise _too_large(file)
    groups: dict[tuple[str, str], dict[str, zipfile.ZipInfo]] = defaultdict(dict)
    for member in members:
        name = PurePosixPath(_name(member).replace("\\", "/"))
        if name.is_absolute() or ".." in name.parts or ":" in str(name):
            raise DomainError("vector.archive_unsafe", file=file, member=str(name)[:100])
        if not any(part.startswith(_NOT_DATA) for part in name.parts):
            groups[str(name.parent), name.stem][name.suffix.lower()] = member
    return [(stem, parts) for (_, stem), parts in groups.items()]


def _check_parts(file: str, stem: str, suffixes: Collection[str]) -> None:
    for part in _NEEDED_PARTS:
        if part not in suffixes:
            raise DomainError("vector.part_missing", file=file, layer=stem, part=part)


def _write(
    file: str, opened: zipfile.ZipFile, member: zipfile.ZipInfo, target: Path, left: int
) -> int:
    if member.flag_bits & _ENCRYPTED:
        raise DomainError("vector.archive_encrypted", file=file)
    written = 0
    # What a member says of its size is not believed.
    with opened.open(member) as source, target.open("wb") as sink:
        while chunk := source.read(_CHUNK):
            written += len(chunk)
            if written > left:
                raise _too_large(file)
            sink.write(chunk)
    return written


def _name(member: zipfile.ZipInfo) -> str:
    if member.flag_bits & _NAMED_IN_UTF8:
        return member.filename
    try:
        raw = member.filename.encode("cp437")
    except UnicodeEncodeError:
        return member.filename
    for encoding in ("utf-8", "gb18030"):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    return member.filename


def _too_large(file: str) -> DomainError:
    return DomainError("vector.archive_too_large", file=file, most_mb=_MOST_BYTES >> 20)
