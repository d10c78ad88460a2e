"""The coverage map's scripts: each of the two maps has all that it uses."""

from __future__ import annotations

import re

import pytest

from maps.assets import file_of
from maps.coverage_scripts import FILE_SCRIPTS, PAGE_SCRIPTS, coverage_script

CONSTANT = re.compile(r"^const ([A-Z_]+) =", re.MULTILINE)
ONLY_THERE = {"FeatureSource", "FileRegister", "ServerRegister", "TileSource", "Live", "given"}
"""What one of the two maps alone has, and asks whether it has it."""


def _text(scripts: list[str]) -> str:
    return "\n".join(file_of(one).read_text("utf-8") for one in scripts)


@pytest.mark.parametrize("scripts", [PAGE_SCRIPTS, FILE_SCRIPTS], ids=["page", "file"])
def test_every_name_that_is_used_is_defined(scripts: list[str]) -> None:
    text = _text(scripts)
    made = set(re.findall(r"\bfugai\.(\w+) =", text))
    assert set(re.findall(r"\bfugai\.(\w+)", text)) - made <= ONLY_THERE


@pytest.mark.parametrize("scripts", [PAGE_SCRIPTS, FILE_SCRIPTS], ids=["page", "file"])
def test_every_constant_stands_in_one_script_of_the_map(scripts: list[str]) -> None:
    elsewhere = re.findall(
        r"^const ([A-Z_]+) =", _text([*PAGE_SCRIPTS, *FILE_SCRIPTS]), re.MULTILINE
    )
    text = _text(scripts)
    here = re.findall(r"^const ([A-Z_]+) =", text, re.MULTILINE)
    assert len(here) == len(set(here))
    used = {name for name in elsewhere if re.search(rf"(?<![\w.]){name}\b", text)}
    assert used <= set(here)


def test_words_of_the_page_come_with_its_scripts() -> None:
    assert coverage_script("zh").rstrip().endswith("};")
    assert "商品房住宅小区" in coverage_script("zh")
