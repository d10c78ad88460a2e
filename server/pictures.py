"""Pictures that people send, written anew: pixels alone, upright, no larger than needed."""

from __future__ import annotations

from io import BytesIO
from typing import Final

from PIL import Image, ImageOps, UnidentifiedImageError

from geodata.domain.errors import DomainError

_MOST_PIXELS: Final = 50_000_000
_LONGEST_SIDE: Final = 1_920
_QUALITY: Final = 85
_KINDS: Final = ("JPEG", "PNG", "WEBP")


def clean_picture(content: bytes, name: str) -> bytes:
    """Return a picture as a JPEG of its pixels alone, upright, at most 1,920 pixels wide.

    Raises:
        DomainError: ``photo.unreadable`` for what is no picture, not whole, or too large.
    """
    target = BytesIO()
    try:
        with Image.open(BytesIO(content), formats=_KINDS) as picture:
            if picture.width * picture.height > _MOST_PIXELS:
                raise DomainError("photo.unreadable", file=name)
            upright = ImageOps.exif_transpose(picture).convert("RGB")
        upright.thumbnail((_LONGEST_SIDE, _LONGEST_SIDE))
        upright.save(target, "JPEG", quality=_QUALITY, optimize=True)
    except (
        UnidentifiedImageError,
        OSError,
        ValueError,
        SyntaxError,  # Pillow's word for a broken PNG
        Image.DecompressionBombError,
    ) as error:
        raise DomainError("photo.unreadable", file=name) from error
    return target.getvalue()
