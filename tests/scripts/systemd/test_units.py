"""Units are what systemd itself takes, and nothing that would need quoting gets into one."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from geodata.domain.errors import DomainError
from scripts.systemd.units import units

ANALYZE = shutil.which("systemd-analyze")


def made(tmp_path: Path, **more: str) -> dict[str, str]:
    binaries = tmp_path / "bin"
    binaries.mkdir(exist_ok=True)
    (binaries / "fugai").write_text("#!/bin/sh\n")
    (binaries / "fugai").chmod(0o755)
    told = {"root": tmp_path, "home": tmp_path / "data", "binaries": binaries, "user": "nobody"}
    return units(**{**told, "workers": 2, "kept_days": 30, **more})  # type: ignore[arg-type]


def test_all_marks_are_filled(tmp_path: Path) -> None:
    found = made(tmp_path)
    assert sorted(found) == [
        "fugai-backup.service",
        "fugai-backup.timer",
        "fugai-worker.service",
        "fugai.service",
    ]
    assert not any("@USER@" in text or "@HOME@" in text for text in found.values())
    assert f"ReadWritePaths={tmp_path}/data" in found["fugai.service"]


@pytest.mark.skipif(ANALYZE is None, reason="no systemd here")
def test_systemd_takes_them(tmp_path: Path) -> None:
    folder = tmp_path / "units"
    folder.mkdir()
    for name, text in made(tmp_path).items():
        (folder / name).write_text(text)
    done = subprocess.run(
        [str(ANALYZE), "verify", "--man=no", *map(str, sorted(folder.iterdir()))],
        capture_output=True,
        text=True,
        check=False,
    )
    ours = [line for line in done.stderr.splitlines() if "fugai" in line]
    assert [line for line in ours if "Unknown" in line or "Invalid" in line] == []
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("wrong", [{"user": "a b"}, {"user": "root\nExecStart=/bin/sh"}])
def test_what_needs_quoting_is_refused(tmp_path: Path, wrong: dict[str, str]) -> None:
    with pytest.raises(DomainError, match=r"units\.path"):
        made(tmp_path, **wrong)
