"""QR codes, as pictures that pages and papers hold."""

from __future__ import annotations

from io import BytesIO

import segno


def qr_code(text: str) -> str:
    """Return a text as an SVG element, as large as its place, without a border of its own."""
    target = BytesIO()
    segno.make(text, error="m", micro=False).save(
        target, kind="svg", border=0, xmldecl=False, omitsize=True
    )
    return target.getvalue().decode()
