"""What a password has to be, and how many wrong ones lock a name (GB/T 22239 8.1.4.1)."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

LEAST_LETTERS: Final = 8
LEAST_KINDS: Final = 3
"""Of lower case, upper case, digits, anything else."""
MOST_TRIES: Final = 5
"""Wrong passwords in a row, after which a name is locked."""
MOST_TRIES_OF_ADDRESS: Final = 50
"""The same of one address, behind which a whole office may sit."""
LOCKED_FOR: Final = timedelta(minutes=15)


def kinds_of_letters(password: str) -> int:
    """Return how many kinds of letters a password has, 0-4."""
    kinds = {
        "lower" if one.islower() else "upper" if one.isupper() else "digit" if one.isdigit() else ""
        for one in password
    }
    return len(kinds)


def is_strong(password: str, username: str) -> bool:
    """Tell whether a password is long and mixed enough, and does not hold the user's name."""
    is_mixed = len(password) >= LEAST_LETTERS and kinds_of_letters(password) >= LEAST_KINDS
    return is_mixed and username.casefold() not in password.casefold()
