"""One archive that installs with the network off: sources, wheels, browser files, system packages.

What it holds is what `scripts/run` would fetch on this machine, for machines of its kind. There
`scripts/run` finds the folders ``wheels`` and ``debs`` beside itself and asks nobody else
(`scripts/setup.sh`).
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import tarfile
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from geodata.domain.errors import DomainError

PACKAGES: Final = (
    *("postgresql", "postgresql-contrib", "postgresql-15-postgis-3"),
    *("python3", "python3-venv", "nginx-light", "fonts-noto-cjk", "fontconfig", "procps"),
)
"""System packages by name; what they need comes along."""
NAME: Final = "fugai"
_MOST_TOLD: Final = 2_000


def make_bundle(root: Path, target: Path) -> dict[str, int]:
    """Write the archive; return how many files of each kind it holds.

    Args:
        root: The checkout, with its browser libraries installed.
        target: A ``.tar``; replaced once it is whole.

    Raises:
        DomainError: ``bundle.failed`` with the program that failed and what it said.
    """
    with TemporaryDirectory(prefix="fugai-bundle-", dir=target.parent) as name:
        folder = Path(name) / NAME
        folder.mkdir()
        counts = {
            "sources": _copy_sources(root, folder),
            "browser": _copy_browser_files(root, folder),
            "wheels": _fetch_wheels(root, folder / "wheels"),
            "debs": _fetch_debs(folder / "debs"),
        }
        part = target.with_name(f"{target.name}.part")
        with tarfile.open(part, "w") as archive:
            archive.add(folder, NAME)
        part.replace(target)
    return counts


def _copy_sources(root: Path, folder: Path) -> int:
    listed = _run(["git", "-C", str(root), "ls-files", "-z"]).split("\0")
    for name in filter(None, listed):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(root / name, folder / name, follow_symlinks=False)
    return len(listed) - 1


def _copy_browser_files(root: Path, folder: Path) -> int:
    libraries = root / "maps" / "node_modules"
    shutil.copytree(libraries, folder / "maps" / "node_modules", symlinks=True)
    return sum(1 for _ in libraries.rglob("*"))


def _fetch_wheels(root: Path, folder: Path) -> int:
    folder.mkdir()
    command = [sys.executable, "-m", "pip", "download", "-q", "--require-hashes"]
    lock = str(root / "requirements.lock")
    _run([*command, "--only-binary", ":all:", "-d", str(folder), "-r", lock])
    return len(list(folder.iterdir()))


def _fetch_debs(folder: Path) -> int:
    """Fetch the packages with all that they need on a machine that has nothing."""
    folder.mkdir()
    with TemporaryDirectory() as name:
        state = Path(name)
        (state / "status").touch()
        (state / "archives" / "partial").mkdir(parents=True)
        options = (
            f"Dir::State::status={state / 'status'}",
            f"Dir::Cache::archives={state / 'archives'}",
            "APT::Install-Recommends=false",
            "APT::Sandbox::User=root",
        )
        told = [part for option in options for part in ("-o", option)]
        _run(["apt-get", *told, "install", "-y", "-qq", "--download-only", *PACKAGES])
        for one in sorted((state / "archives").glob("*.deb")):
            shutil.move(one, folder / one.name.replace("%3a", "_"))
    debs = sorted(folder.glob("*.deb"))
    (folder / "Packages").write_text("\n".join(_entry(one) for one in debs), "utf-8")
    return len(debs)


def _entry(deb: Path) -> str:
    """Return what an index of packages says of one."""
    control = _run(["dpkg-deb", "--field", str(deb)]).rstrip()
    digest = hashlib.sha256(deb.read_bytes()).hexdigest()
    return f"{control}\nFilename: ./{deb.name}\nSize: {deb.stat().st_size}\nSHA256: {digest}\n"


def _run(command: Sequence[str]) -> str:
    done = subprocess.run(  # noqa: S603 - our own arguments
        command,
        env={**os.environ, "DEBIAN_FRONTEND": "noninteractive", "LC_ALL": "C.UTF-8"},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        said = (done.stderr or done.stdout).strip()[-_MOST_TOLD:]
        raise DomainError("bundle.failed", program=command[0], said=said)
    return done.stdout
