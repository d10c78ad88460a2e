"""Personal data shown as little as the work needs."""

from __future__ import annotations

_HEAD, _TAIL = 3, 4


def mask_phone(phone: str | None) -> str | None:
    """Return a phone number with its middle hidden: 138****1234.

    Numbers too short to keep anything secret are hidden whole.
    """
    if not phone:
        return None
    if len(phone) <= _HEAD + _TAIL:
        return "*" * len(phone)
    return f"{phone[:_HEAD]}{'*' * (len(phone) - _HEAD - _TAIL)}{phone[-_TAIL:]}"


def is_masked(phone: str | None) -> bool:
    """Tell whether a number is one that was hidden: it says nothing about the number itself."""
    return phone is not None and "*" in phone
