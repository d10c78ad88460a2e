"""The files for Docker name what there is; an image cannot be built without a registry."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import yaml

from tests.contracts.files import ROOT

FOLDER = ROOT / "scripts/docker"


def compose() -> dict[str, Any]:
    told: dict[str, Any] = yaml.safe_load((FOLDER / "compose.yaml").read_text("utf-8"))
    return told


def test_settings_are_ones_that_are_read() -> None:
    sources = [*(ROOT / "server").rglob("*.py"), *(ROOT / "scripts").rglob("*.py")]
    read = {
        name for one in sources for name in re.findall(r"FUGAI_[A-Z_]+", one.read_text("utf-8"))
    }
    given = set(compose()["services"]["server"]["environment"]) - {"TZ"}
    in_image = set(re.findall(r"(FUGAI_[A-Z_]+)=", (FOLDER / "Dockerfile").read_text("utf-8")))
    assert given | in_image
    assert (given | in_image) - read == set()


def test_paths_are_there_and_data_lies_in_volumes() -> None:
    told = compose()
    build = told["services"]["server"]["build"]
    root = (FOLDER / build["context"]).resolve()
    assert root == ROOT
    assert (root / build["dockerfile"]).is_file()
    for copied in re.findall(
        r"^COPY (.+) \S+$", (FOLDER / "Dockerfile").read_text("utf-8"), re.MULTILINE
    ):
        for one in copied.split():
            assert (root / Path(one)).exists(), one
    for service in told["services"].values():
        (mounted,) = service["volumes"]
        assert mounted.split(":")[0] in told["volumes"]


def test_no_password_stands_in_it() -> None:
    text = (FOLDER / "compose.yaml").read_text("utf-8")
    assert re.findall(r"(?i)password: (?!\$\{)\S", text) == []
    assert text.count(":?") == 2, "both passwords have to be given"
