"""Thousands of files that are broken in every way we can think of, each read as it would be sent.

Whole files of every kind that is taken are written first. Each hostile one is a whole one that was
bent: bytes flipped, cut off, repeated, exchanged with those of another kind; in archives and Office
files the parts inside are bent and packed anew, so that no sum catches them at the door. A reader
may take what is left, or refuse it by a code with a sentence. Anything else is a fault of ours.
"""

from __future__ import annotations

import random
import resource
import time
import warnings
import zipfile
import zlib
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

import geopandas as gpd
from PIL import Image
from shapely import box

from geodata.domain.errors import DomainError
from geodata.domain.management import ManagementType
from geodata.domain.site import Place, SiteDraft
from geodata.ledger.form_reader import read_form
from geodata.ledger.form_writer import write_form
from geodata.ledger.list_writer import write_list
from geodata.ledger.listing import read_listing
from geodata.ledger.points import read_points
from geodata.spatial.layers import read_layers
from scripts.benchmarks.reading import as_campaign, as_evidence, as_paper, as_photo
from scripts.demo.first_start import CAMPAIGN
from server.apart import apart

_SEED: Final = 20171115
_AT_ONCE: Final = 2
_MOST_FAULTS_TOLD: Final = 20
_OLE: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_BOMBS: Final = (
    b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "bbbbb"><!ENTITY c "&b;&b;&b;">]><a>&c;</a>',
    b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>',
    b"[" * 100_000,
    b'{"type":"FeatureCollection","features":' + b'{"a":' * 50_000,
    b"\x00" * 4096,
    b"\xff\xfe" + b"\xd8\x00" * 500,
    b"=cmd|' /C calc'!A0," * 100,
)

Reader = Callable[[Path], object]


@dataclass(frozen=True, slots=True)
class Sample:
    """A whole file, and who reads such."""

    content: bytes
    suffix: str
    read: Reader
    is_whole: bool = True


def measure(count: int, folder: Path | None = None) -> dict[str, Any]:
    """Read so many hostile files; return what became of them.

    Args:
        count: How many.
        folder: Where to leave those that found a fault of ours, ``None`` for nowhere.
    """
    began = time.perf_counter()
    with TemporaryDirectory(prefix="fugai-hostile-") as name:
        samples = whole_files(Path(name))
        for one in (one for one in samples if one.is_whole):
            _read(one, one.content, Path(name), 0)
        before = _resident_kb()

        def outcome(number: int) -> tuple[str, float]:
            sample, content = bent(samples, random.Random(_SEED + number))  # noqa: S311
            return _outcome(sample, content, Path(name), number, folder)

        with ThreadPoolExecutor(_AT_ONCE) as threads:
            outcomes = list(threads.map(outcome, range(1, count + 1)))
    told = Counter(outcome for outcome, _ in outcomes)
    faults = [outcome for outcome in told if outcome.startswith("FAULT")]
    return {
        "files": count,
        "seconds": round(time.perf_counter() - began, 1),
        "slowest_s": round(max(seconds for _, seconds in outcomes), 2),
        "servers_memory_grew_by_kb": _resident_kb() - before,
        "faults": sum(told[one] for one in faults),
        "faults_told": faults[:_MOST_FAULTS_TOLD],
        "outcomes": dict(told.most_common()),
    }


def whole_files(folder: Path) -> list[Sample]:
    """Return a whole file of each kind that is taken."""
    draft = SiteDraft(
        place=Place("", None, 0),
        name="和平小区",
        town="东街街道",
        neighbourhood="东苑社区",
        households=120,
        ticked_types=frozenset({ManagementType.SIMPLE}),
    )
    form, listing = folder / "form.xlsx", folder / "list.xlsx"
    write_form([draft] * 20, form, unit="周村区", filled_on=date(2017, 11, 15))
    rows = [[f"小区{number}", "东街街道", "117.87", "36.80"] for number in range(30)]
    write_list(listing, "清单", ["小区名称", "镇(街道)", "经度", "纬度"], rows)
    csv = "小区名称,经度,纬度\n和平小区,117.87,36.80\n".encode("gb18030")
    found = [
        Sample(form.read_bytes(), ".xlsx", read_form),
        Sample(listing.read_bytes(), ".xlsx", read_listing),
        Sample(listing.read_bytes(), ".xlsx", read_points),
        Sample(csv * 20, ".csv", read_listing),
        Sample(csv * 20, ".csv", read_points),
        Sample(_OLE + bytes(504) + bytes(range(256)) * 20, ".xls", read_form, is_whole=False),
        Sample(form.read_bytes(), ".xlsx", as_evidence),
        Sample(b"%PDF-1.4\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF", ".pdf", as_evidence),
        Sample(CAMPAIGN.read_bytes(), ".toml", as_campaign),
    ]
    return [*found, *_pictures(), *_vectors(folder)]


def _pictures() -> Iterator[Sample]:
    for kind, suffix in (("JPEG", ".jpg"), ("PNG", ".png"), ("WEBP", ".webp")):
        target = BytesIO()
        Image.effect_noise((160, 120), 60).convert("RGB").save(target, kind)
        yield Sample(target.getvalue(), suffix, as_photo)
        yield Sample(target.getvalue(), suffix, as_paper, is_whole=False)
        if kind != "WEBP":
            yield Sample(target.getvalue(), suffix, as_evidence)


def _vectors(folder: Path) -> Iterator[Sample]:
    shapes = [box(117.8 + at / 100, 36.8, 117.805 + at / 100, 36.805) for at in range(12)]
    frame = gpd.GeoDataFrame({"name": ["和平小区"] * 12}, geometry=shapes, crs=4490)
    for suffix, driver in ((".geojson", "GeoJSON"), (".gpkg", "GPKG"), (".kml", "KML")):
        path = folder / f"layer{suffix}"
        frame.to_file(path, driver=driver, layer="小区")
        yield Sample(path.read_bytes(), suffix, read_layers)
    drawing = folder / "layer.dxf"
    frame[["geometry"]].to_file(drawing, driver="DXF")
    yield Sample(drawing.read_bytes(), ".dxf", read_layers)
    shape = folder / "shape"
    shape.mkdir()
    frame.to_file(shape / "sites.shp", encoding="utf-8")
    for suffix, parts in ((".zip", shape.iterdir()), (".kmz", [folder / "layer.kml"])):
        packed = BytesIO()
        with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
            for part in parts:
                archive.write(part, "doc.kml" if suffix == ".kmz" else part.name)
        yield Sample(packed.getvalue(), suffix, read_layers)


def bent(samples: list[Sample], chance: random.Random) -> tuple[Sample, bytes]:
    """Return a sample and a content that was made of its own."""
    sample = chance.choice(samples)
    content = sample.content
    is_packed = content[:2] == b"PK" and chance.random() < 0.7  # noqa: PLR2004
    for _ in range(chance.choice((1, 1, 2, 5))):
        content = _repacked(content, chance) if is_packed else _bend(content, samples, chance)
    return sample, content


def _repacked(content: bytes, chance: random.Random) -> bytes:
    try:
        with zipfile.ZipFile(BytesIO(content)) as archive:
            parts = {name: archive.read(name) for name in archive.namelist()}
    except (zipfile.BadZipFile, zlib.error, OSError, KeyError, NotImplementedError):
        parts = {}
    if not parts:
        return content
    name = chance.choice(sorted(parts))
    fate = chance.random()
    if fate < 0.1:  # noqa: PLR2004
        del parts[name]
    elif fate < 0.2:  # noqa: PLR2004
        parts[chance.choice(("../../evil", "/etc/evil", "a/../../b", name + "\x00.shp"))] = b"x"
    else:
        parts[name] = _bend(parts[name], [], chance)
    packed = BytesIO()
    with warnings.catch_warnings(), zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        warnings.simplefilter("ignore")  # the same name twice is as it should be here
        for part, told in parts.items():
            archive.writestr(part, told)
    return packed.getvalue()


def _bend(content: bytes, samples: list[Sample], chance: random.Random) -> bytes:
    at = chance.randrange(len(content) + 1)
    size = min(len(content) - at, chance.choice((1, 4, 64, 1024)))
    rest = content[at + size :]
    kinds: tuple[Callable[[], bytes], ...] = (
        lambda: chance.randbytes(size) + rest,
        lambda: b"",
        lambda: content[at : at + size] * chance.choice((2, 50, 2000)) + rest,
        lambda: bytes(size) + rest,
        lambda: b"\xff" * size + rest,
        lambda: chance.choice(_BOMBS) + rest,
        lambda: rest,
        lambda: _piece(chance.choice(samples).content, chance) + rest,
    )
    # Parts of an archive are bent by themselves; there is nothing to exchange them with.
    return content[:at] + chance.choice(kinds if samples else kinds[:-1])()


def _piece(content: bytes, chance: random.Random) -> bytes:
    return content[chance.randrange(len(content)) :][:4096]


def _outcome(
    sample: Sample, content: bytes, where: Path, number: int, faults: Path | None
) -> tuple[str, float]:
    began = time.perf_counter()
    try:
        _read(sample, content, where, number)
        told = "taken"
    except DomainError as refusal:
        told = refusal.code
    except RuntimeError as fault:
        last = str(fault).strip().splitlines()[-1]
        told = f"FAULT {sample.suffix} {sample.read.__name__}: {last[:200]}"
        if faults is not None:
            faults.mkdir(parents=True, exist_ok=True)
            (faults / f"{number}{sample.suffix}").write_bytes(content)
            (faults / f"{number}.txt").write_text(str(fault))
    return told, time.perf_counter() - began


def _read(sample: Sample, content: bytes, where: Path, number: int) -> None:
    path = where / f"{number}{sample.suffix}"
    path.write_bytes(content)
    try:
        apart(sample.read, path, file=path.name)
    finally:
        path.unlink()


def _resident_kb() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
