"""Ticks drawn with a symbol font: the letter is a tick in that font and a letter in any other."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

_TICKS: Final = {
    "wingdings": "\xfc\xfe",
    "wingdings 2": "PRTV",
    "webdings": "a",
    "marlett": "ab",
    "monotype sorts": "34",
    "zapf dingbats": "34",
    "zapfdingbats": "34",
}
"""Letters that show ✓, ✔ or a ticked box, by font."""

_PRIVATE_USE: Final = 0xF000
_PRIVATE_END: Final = 0xF0FF
_LETTERS: Final = frozenset("".join(_TICKS.values()))


def may_be_drawn_tick(cell: str) -> bool:
    """Tell whether a cell holds one letter that some symbol font shows as a tick."""
    text = cell.strip()
    return len(text) == 1 and _letter(text) in _LETTERS


def is_drawn_tick(cell: str, fonts: Iterable[str]) -> bool:
    """Tell whether a letter in these fonts is seen as a tick."""
    letter = _letter(cell.strip())
    return any(letter in _TICKS.get(font.strip().lower(), "") for font in fonts)


def _letter(text: str) -> str:
    """Return the letter of a symbol: programs also keep symbols at U+F000 and above."""
    code = ord(text)
    return chr(code - _PRIVATE_USE) if _PRIVATE_USE <= code <= _PRIVATE_END else text
