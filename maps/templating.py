"""How templates are read: what only their writers need is not sent."""

from __future__ import annotations

import re

from jinja2.ext import Extension

_INDENTATION = re.compile(r"(?m)^\s+")


def unindented(text: str) -> str:
    """Return text without the indentation of its lines and without empty ones."""
    return _INDENTATION.sub("", text)


class Unindented(Extension):
    """Leaves out the indentation that only those who write templates need."""

    def preprocess(self, source: str, name: str | None, filename: str | None = None) -> str:
        """Return a template's text without it; what is filled in later is not touched."""
        del name, filename
        return unindented(source)
