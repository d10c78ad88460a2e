"""How secrets of a session or token are kept: as digests, so that a stolen table opens nothing."""

from __future__ import annotations

from hashlib import sha256


def digest(secret: str) -> str:
    """Return the SHA-256 of a random secret; it needs no salt, being 256 random bits itself."""
    return sha256(secret.encode()).hexdigest()
