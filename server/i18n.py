"""Sentences and words in the reader's language."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Final

from fastapi import Request

from geodata.domain.vocabulary import LANGUAGES, Language

LANGUAGE_COOKIE: Final = "lang"
_PLACEHOLDER: Final = re.compile(r"\{(\w+)\}")
_LONGEST_LIST: Final = 12
_FIRST_STOP: Final = re.compile(r"。|(?<=\S)[.] (?=\S)")


def language_of(request: Request) -> Language:
    """Return the language a request asks for: ``?lang=``, else its cookie, else Chinese."""
    for wanted in (request.query_params.get("lang"), request.cookies.get(LANGUAGE_COOKIE)):
        for language in LANGUAGES:
            if wanted == language:
                return language
    return "zh"


def sentence(code: str, facts: Mapping[str, object], language: Language) -> str:
    """Return the sentence of a code with its facts filled in.

    A fact that is missing leaves an ellipsis, and facts are never read as templates.
    """
    templates = catalogue("messages")
    entry = templates.get(code) or {"zh": f"{code}", "en": f"{code}"}
    return fill(entry[language], facts)


def reason_and_advice(
    code: str, facts: Mapping[str, object], language: Language
) -> tuple[str, str]:
    """Return a sentence in two: what is wrong, and what to do about it.

    Every message says first the one, then the other; see ``messages.toml``.
    """
    text = sentence(code, facts, language)
    match = _FIRST_STOP.search(text)
    return (
        (text, "") if match is None else (text[: match.end()].strip(), text[match.end() :].strip())
    )


def fill(template: str, facts: Mapping[str, object]) -> str:
    """Return a text with its {facts} filled in."""
    return _PLACEHOLDER.sub(lambda match: shown(facts.get(match[1], "…")), template)


def word(key: str, language: Language) -> str:
    """Return a word of the pages.

    Raises:
        KeyError: The word is not in ``words.toml``.
    """
    return catalogue("words")[key][language]


def act_word(act: str, language: Language) -> str:
    """Return what people call an act of the audit; one without a word is named by its code."""
    found = catalogue("words").get(f"act.{act}")
    return act if found is None else found[language].rstrip(":")


def shown(fact: object) -> str:
    """Return a fact as a sentence shows it; long lists are cut."""
    if fact is None or fact == "":
        return "—"
    if isinstance(fact, list | tuple):
        items = [shown(one) for one in fact[:_LONGEST_LIST]]
        return "、".join(items) + ("…" if len(fact) > _LONGEST_LIST else "")
    if isinstance(fact, float) and fact.is_integer():
        return str(int(fact))
    return str(fact)


@cache
def catalogue(name: str) -> dict[str, dict[str, str]]:
    """Return ``messages`` or ``words``: texts by dotted code and language."""
    text = files("server").joinpath("locale", f"{name}.toml").read_text("utf-8")
    found: dict[str, dict[str, str]] = {}
    for group, entries in tomllib.loads(text).items():
        for key, texts in entries.items():
            found[f"{group}.{key}"] = texts
    return found
