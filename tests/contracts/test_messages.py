"""Every code has a sentence, every sentence a code, and each names facts that are there."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from geodata.domain.errors import DomainError
from server.i18n import catalogue, reason_and_advice, sentence
from tests.contracts.files import PACKAGES, nodes, shown

MESSAGES = catalogue("messages")
CODE = re.compile(r"[a-z]+(_[a-z]+)*\.[a-z]+(_[a-z0-9]+)*")
PLACEHOLDER = re.compile(r"\{(\w+)\}")
PLACE = {"file", "sheet", "row", "column", "value"}
"""What a fault always brings along: where it stands."""

NO_CODE = re.compile(
    r".*\.(html|xlsx|css|js|log|geojson|shp|conf|pid|template|id|code|parent_code)"
)
"""Files and columns that are written like codes."""


def _written() -> set[str]:
    """Return every string in the code that is written like a code."""
    return {
        node.value
        for _, node in nodes(*PACKAGES)
        if isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and CODE.fullmatch(node.value)
    }


def _refusals() -> Iterator[tuple[Path, ast.Call, ast.expr]]:
    """Yield each place where a refusal is made, with what gives its code."""
    for path, node in nodes(*PACKAGES):
        if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.args):
            continue
        if node.func.id == DomainError.__name__:
            yield path, node, node.args[0]


def _patterns() -> list[str]:
    """Return the codes that are put together when the program runs, as patterns."""
    return [
        "".join(
            re.escape(str(part.value)) if isinstance(part, ast.Constant) else r"\w+"
            for part in code.values
        )
        for _, _, code in _refusals()
        if isinstance(code, ast.JoinedStr)
    ]


def test_every_refusal_has_its_sentence():
    codes = {
        code.value: shown(path) for path, _, code in _refusals() if isinstance(code, ast.Constant)
    }
    assert codes
    assert {code: path for code, path in codes.items() if code not in MESSAGES} == {}


def test_every_string_of_a_group_of_sentences_is_one_of_them():
    groups = {key.split(".")[0] for key in MESSAGES}
    others = set(catalogue("words"))
    written = {code for code in _written() if code.split(".")[0] in groups}
    unknown = written - set(MESSAGES) - others
    assert {one for one in unknown if not NO_CODE.fullmatch(one)} == set()


def test_every_code_put_together_at_run_time_has_its_sentences():
    for pattern in _patterns():
        assert [key for key in MESSAGES if re.fullmatch(pattern, key)], pattern


def test_no_sentence_is_left_over():
    written, patterns = _written(), _patterns()
    unused = {
        key
        for key in MESSAGES
        if key not in written and not any(re.fullmatch(one, key) for one in patterns)
    }
    assert unused == set()


@pytest.mark.parametrize("key", MESSAGES)
def test_both_languages_name_the_same_facts(key):
    zh, en = (set(PLACEHOLDER.findall(MESSAGES[key][one])) for one in ("zh", "en"))
    assert zh == en


def test_a_refusal_brings_the_facts_that_its_sentence_names():
    lacking = []
    for path, call, code in _refusals():
        if not isinstance(code, ast.Constant):
            continue
        brought = {keyword.arg for keyword in call.keywords}
        named = set(PLACEHOLDER.findall(MESSAGES[code.value]["zh"]))
        # None stands for facts handed on with two stars: those cannot be read off here.
        if None not in brought and not named <= brought | PLACE:
            lacking.append((shown(path), call.lineno, named - brought))
    assert lacking == []


def test_a_fact_is_never_read_as_a_template():
    text = sentence("division.not_found", {"division": "{secret}"}, "zh")
    assert "{secret}" in text


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_fault_of_a_table_says_what_to_do_about_it(language):
    groups = {"ledger", "listing", "place", "table", "value"}
    codes = [key for key in MESSAGES if key.split(".")[0] in groups]
    assert len(codes) > 40
    assert [code for code in codes if not reason_and_advice(code, {}, language)[1]] == []
