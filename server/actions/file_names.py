"""Names of files that people send, as they may stand in a folder and a sentence of ours."""

from __future__ import annotations

import unicodedata
from typing import Final

_LONGEST_STEM: Final = 180
"""In bytes of UTF-8, 60 Chinese characters: no file system takes more than 255 for a name."""
_LONGEST_SUFFIX: Final = 10
_FORBIDDEN: Final = frozenset('<>:"/\\|?*')


def safe_name(sent: str | None) -> str:
    """Return a file's name without folders, control or direction marks, and not too long."""
    last = (sent or "").replace("\\", "/").rsplit("/", 1)[-1]
    kept = "".join(
        one
        for one in unicodedata.normalize("NFC", last)
        if one not in _FORBIDDEN and unicodedata.category(one)[0] != "C"
    ).strip(" .")
    stem, dot, suffix = kept.rpartition(".")
    if not dot:
        stem, suffix = kept, ""
    short = stem.encode()[:_LONGEST_STEM].decode(errors="ignore")
    return f"{short or 'file'}{dot}{suffix[:_LONGEST_SUFFIX]}"
