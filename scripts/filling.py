"""Templates of other programs' files, filled in with what needs no quoting there."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

_MARK: Final = re.compile(r"@([A-Z_0-9]+)@")
_PLAIN_PATH: Final = re.compile(r"/[\w./-]+")


def filled(template: str, values: Mapping[str, str]) -> str:
    """Return a template with each ``@NAME@`` replaced by its value."""
    return _MARK.sub(lambda match: values[match[1]], template)


def is_plain(path: object) -> bool:
    """Tell whether a path can stand in nginx's, systemd's and PostgreSQL's files as it is."""
    return _PLAIN_PATH.fullmatch(str(path)) is not None
