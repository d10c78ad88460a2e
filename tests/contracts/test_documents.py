"""Documents that a machine can keep true."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from scripts.cli.glossary import render

ROOT = Path(__file__).resolve().parents[2]
DOCUMENTS = (
    "README.md", "ARCHITECTURE.md", "DECISIONS.md", "CHANGELOG.md", "CONTRIBUTING.md",
    "geodata/README.md", "maps/README.md", "server/README.md", "scripts/README.md",
    "tests/README.md",
)  # fmt: skip


def test_the_glossary_is_that_of_the_vocabulary() -> None:
    """Made again by: fugai glossary > GLOSSARY.md."""
    assert (ROOT / "GLOSSARY.md").read_text("utf-8") == render()


@pytest.mark.parametrize("name", DOCUMENTS)
def test_files_that_a_document_names_are_there(name: str) -> None:
    text = (ROOT / name).read_text("utf-8")
    named = re.findall(r"`((?:geodata|maps|server|scripts|tests)/[\w./-]+)`", text)
    named += re.findall(r"\]\((?!http)([\w./-]+)\)", text)
    for path in named:
        here = ROOT / path if (ROOT / path).exists() else (ROOT / name).parent / path
        assert here.exists(), f"{name} names {path}"


def test_the_readme_is_chinese_first_and_short() -> None:
    lines = (ROOT / "README.md").read_text("utf-8").splitlines()
    assert 60 <= len(lines) <= 150
    half = "\n".join(lines[: len(lines) // 3])
    assert len(re.findall(r"[\u4e00-\u9fff]", half)) > 300


def test_tests_named_by_decisions_are_there() -> None:
    text = (ROOT / "DECISIONS.md").read_text("utf-8")
    for name in re.findall(r"`(test_\w+)`", text):
        found = any(
            f"def {name}(" in path.read_text("utf-8") for path in ROOT.glob("tests/**/*.py")
        )
        assert found, name
