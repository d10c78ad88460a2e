"""A photographed or scanned sheet read back: codes, and which boxes are ticked.

All codes on the page tell where the page lies in the picture, however it is turned, tilted or
far away; where the boxes are then follows from `sheet_layout`. Nothing is saved here.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import zxingcpp
from PIL import Image, ImageOps, UnidentifiedImageError

from geodata.domain.errors import DomainError
from server.reports.sheet_layout import Box, page_mark, qr_box, tick_boxes

_CODE: Final = re.compile(r"/v/(\d{1,12})/(\d{1,15})/(\d{1,3})/(\d{1,3})$")
_MOST_PIXELS: Final = 80_000_000
_LONGEST_SIDE: Final = 4_200
_KINDS: Final = ("JPEG", "PNG", "WEBP", "TIFF")
_SAMPLES: Final = 15
_INNER: Final = 0.55
"""Part of a box that is looked at: its own line lies outside."""
_SHIFTS_MM: Final = np.linspace(-0.8, 0.8, 9)
_SURE: Final = 0.16
_MAYBE: Final = 0.08
"""Shares of dark ink: a tick covers a quarter of what is looked at; less may be a shadow."""
_INK: Final = 0.72
"""Darker than this part of the paper around it is ink."""

Grey = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class ReadStop:
    """One row of a sheet.

    Attributes:
        plan: Number of the plan.
        site: Id of the site.
        ticks: Whether each box is ticked.
        unsure: Boxes that a person should look at.
    """

    plan: int
    site: int
    ticks: dict[str, bool]
    unsure: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Code:
    plan: int
    site: int
    page: int
    row: int
    corners: npt.NDArray[np.float64]

    @property
    def box(self) -> Box:
        return qr_box(self.page, self.row) if self.site else page_mark()


def read_sheet(content: bytes, name: str) -> list[ReadStop]:
    """Return the rows of a sheet in a picture, in order.

    Args:
        content: JPEG, PNG, WebP or TIFF.
        name: Of the file, for messages.

    Raises:
        DomainError: ``paper.unreadable``; ``paper.no_code`` where no code of ours is found.
    """
    picture = _opened(content, name)
    codes = _codes(picture)
    stops = [one for one in codes if one.site]
    if not stops:
        raise DomainError("paper.no_code", file=name)
    grey = np.asarray(picture, dtype=float)
    found = []
    for page in sorted({(one.plan, one.page) for one in stops}):
        of_page = [one for one in codes if (one.plan, one.page) == page]
        onto = _homography(of_page)
        rows = sorted((one for one in of_page if one.site), key=lambda one: one.row)
        found += [_read(grey, onto, one) for one in rows]
    return found


def _opened(content: bytes, name: str) -> Image.Image:
    try:
        with Image.open(BytesIO(content), formats=_KINDS) as picture:
            if picture.width * picture.height > _MOST_PIXELS:
                raise DomainError("paper.unreadable", file=name)
            upright = ImageOps.exif_transpose(picture).convert("L")
    except (UnidentifiedImageError, OSError, ValueError, Image.DecompressionBombError) as error:
        raise DomainError("paper.unreadable", file=name) from error
    upright.thumbnail((_LONGEST_SIDE, _LONGEST_SIDE))
    return upright


def _codes(picture: Image.Image) -> list[_Code]:
    found: dict[tuple[int, ...], _Code] = {}
    kinds: Any = zxingcpp.BarcodeFormat.QRCode
    for one in zxingcpp.read_barcodes(picture, formats=kinds):
        match = _CODE.search(one.text)
        if match is None:
            continue
        at = one.position
        corners = [at.top_left, at.top_right, at.bottom_right, at.bottom_left]
        key = tuple(int(part) for part in match.groups())
        points = np.array([(corner.x, corner.y) for corner in corners], dtype=float)
        plan, site, page, row = key
        found[key] = _Code(plan, site, page, row, points)
    return list(found.values())


def _homography(codes: Sequence[_Code]) -> npt.NDArray[np.float64]:
    """Return the matrix that takes millimetres of the page to pixels (least squares).

    With the four corners of one code it is exact; each further code makes it steadier.
    """
    rows: list[list[float]] = []
    for code in codes:
        box = code.box
        corners = [(0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0)]
        for (right, down), (u, v) in zip(corners, code.corners, strict=True):
            x, y = (box.x + right * box.side) / 100, (box.y + down * box.side) / 100
            rows.append([x, y, 1, 0, 0, 0, -u * x, -u * y, -u])
            rows.append([0, 0, 0, x, y, 1, -v * x, -v * y, -v])
    _, _, turned = np.linalg.svd(np.array(rows))
    matrix: npt.NDArray[np.float64] = turned[-1].reshape(3, 3)
    return matrix


def _read(grey: Grey, onto: npt.NDArray[np.float64], code: _Code) -> ReadStop:
    boxes = _moved(grey, onto, tick_boxes(code.page, code.row))
    shares = {key: _ink_in(grey, onto, box) for key, box in boxes.items()}
    return ReadStop(
        code.plan,
        code.site,
        {key: share >= _SURE for key, share in shares.items()},
        tuple(key for key, share in shares.items() if _MAYBE <= share < _SURE),
    )


def _moved(grey: Grey, onto: npt.NDArray[np.float64], boxes: dict[str, Box]) -> dict[str, Box]:
    """Return boxes moved to where their printed lines are: paper bends, lenses do too."""
    steps = np.linspace(-0.5, 0.5, _SAMPLES)
    edge = np.full(_SAMPLES, 0.5)
    x = np.concatenate([steps, steps, edge, -edge])
    y = np.concatenate([edge, -edge, steps, steps])

    def brightness(right: float, down: float) -> float:
        lines = [
            _at(
                grey,
                onto,
                box.x + right + (x + 0.5) * box.side,
                box.y + down + (y + 0.5) * box.side,
            )
            for box in boxes.values()
        ]
        return float(np.mean(lines))

    shifts = [(right, down) for right in _SHIFTS_MM for down in _SHIFTS_MM]
    right, down = min(shifts, key=lambda one: brightness(*one))
    return {key: Box(box.x + right, box.y + down, box.side) for key, box in boxes.items()}


def _ink_in(grey: Grey, onto: npt.NDArray[np.float64], box: Box) -> float:
    """Return the share of ink in a box, measured by the paper around it."""
    around = _sampled(grey, onto, box, 2.2)
    inside = _sampled(grey, onto, box, _INNER)
    paper = float(np.percentile(around, 85))
    return float((inside < paper * _INK).mean()) if paper > 0 else 0.0


def _sampled(grey: Grey, onto: npt.NDArray[np.float64], box: Box, part: float) -> Any:  # noqa: ANN401
    steps = (np.linspace(-0.5, 0.5, _SAMPLES) * part + 0.5) * box.side
    x, y = np.meshgrid(box.x + steps, box.y + steps)
    return _at(grey, onto, x.ravel(), y.ravel())


def _at(grey: Grey, onto: npt.NDArray[np.float64], x: Grey, y: Grey) -> Any:  # noqa: ANN401
    """Return how bright the page is at places in millimetres."""
    points = onto @ np.stack([x / 100, y / 100, np.ones(x.size)])
    columns = np.clip(np.rint(points[0] / points[2]), 0, grey.shape[1] - 1).astype(int)
    lines = np.clip(np.rint(points[1] / points[2]), 0, grey.shape[0] - 1).astype(int)
    return grey[lines, columns]
