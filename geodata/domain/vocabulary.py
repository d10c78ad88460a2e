"""The words of the domain: labels in two languages and the aliases of workbooks."""

from __future__ import annotations

import re
import tomllib
import unicodedata
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib.resources import files
from typing import Literal

Language = Literal["zh", "en"]
LANGUAGES: tuple[Language, ...] = ("zh", "en")

UNREPORTED_KEY = "unreported"
"""What stands in place of a key where nobody has filled the value in."""

UNREPORTED: dict[Language, str] = {"zh": "未填报", "en": "Not reported"}
"""The label of a value that nobody has filled in."""


@dataclass(frozen=True, slots=True)
class Word:
    """One value of one list.

    Attributes:
        key: As in code, database and API.
        zh: Label as in the notice.
        en: Label in English.
        short_zh: Where space is scarce.
        short_en: Where space is scarce.
        aliases: Other ways in which workbooks and listings write it, preferred first.
        source: Row of the notice (S01-S46), empty for what the notice does not name.
    """

    key: str
    zh: str
    en: str
    short_zh: str
    short_en: str
    aliases: tuple[str, ...]
    source: str

    def label(self, language: Language, *, short: bool = False) -> str:
        """Return the label in a language."""
        text: str = getattr(self, f"short_{language}" if short else language)
        return text


@cache
def words(group: str) -> dict[str, Word]:
    """Return a list of the vocabulary, in its order, by key.

    Raises:
        KeyError: The vocabulary has no such list.
    """
    return {key: _word(key, entry) for key, entry in _vocabulary()[group].items()}


@cache
def groups() -> tuple[str, ...]:
    """Return the names of all lists."""
    return tuple(_vocabulary())


def group_of(enum: type[StrEnum]) -> str:
    """Return the name of the list that labels an enumeration: `ServiceStar` → service_star."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "_", enum.__name__).lower()


def label(value: StrEnum, language: Language, *, short: bool = False) -> str:
    """Return the label of an enumeration's member."""
    return words(group_of(type(value)))[value.value].label(language, short=short)


def squeeze(text: str) -> str:
    """Return a text as headers and aliases are compared: narrow, lower, without blanks.

    Full-width characters become narrow ones (so `（` equals `(`) and all white space, line
    breaks included, is taken out.
    """
    return re.sub(r"\s+", "", unicodedata.normalize("NFKC", text)).lower()


@cache
def lookup(group: str) -> dict[str, str]:
    """Return a list's keys by every squeezed way of writing them; the first owner wins."""
    found: dict[str, str] = {}
    for word in words(group).values():
        for text in (word.key, word.zh, word.short_zh, word.en, *word.aliases):
            found.setdefault(squeeze(text), word.key)
    return found


@cache
def _vocabulary() -> dict[str, dict[str, dict[str, object]]]:
    text = files("geodata.domain").joinpath("vocabulary.toml").read_text("utf-8")
    return tomllib.loads(text)


def _word(key: str, entry: dict[str, object]) -> Word:
    aliases = entry.get("aliases", ())
    return Word(
        key=key,
        zh=str(entry["zh"]),
        en=str(entry["en"]),
        short_zh=str(entry.get("short_zh", entry["zh"])),
        short_en=str(entry.get("short_en", entry["en"])),
        aliases=tuple(str(one) for one in aliases) if isinstance(aliases, list) else (),
        source=str(entry.get("source", "")),
    )
