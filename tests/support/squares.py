"""Square codes as two programs of different makers read them; what only one of them reads, a telephone may not read."""

from __future__ import annotations

import io

import cv2
import numpy as np
import zxingcpp
from PIL import Image, ImageOps

EDGE = 8  # pixels of one module of what is drawn of characters
HALVES = {" ": (0, 0), "▀": (1, 0), "▄": (0, 1), "█": (1, 1)}


def read_squares(picture: bytes) -> list[str]:
    """The texts of all codes on a PNG, sorted, as both read them. Fails where they do not agree."""
    grey = ImageOps.grayscale(Image.open(io.BytesIO(picture)))
    by_zxing = sorted(each.text for each in zxingcpp.read_barcodes(grey))
    _, found, _, _ = cv2.QRCodeDetectorAruco().detectAndDecodeMulti(np.asarray(grey))
    assert sorted(found) == by_zxing
    return by_zxing


def picture_of_blocks(lines: list[str]) -> bytes:
    """A code that a terminal shows in half blocks, light on dark, as a camera sees it."""
    rows = [[HALVES[each][half] for each in line] for line in lines for half in (0, 1)]
    light = np.array(rows, np.uint8) * 255
    drawn = Image.fromarray(light.repeat(EDGE, 0).repeat(EDGE, 1))
    kept = io.BytesIO()
    drawn.save(kept, "PNG")
    return kept.getvalue()
