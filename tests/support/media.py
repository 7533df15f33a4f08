"""Small pictures and recordings, whole and otherwise, made here: nobody's work but ours."""

from __future__ import annotations

import io
import struct
import zlib

from PIL import Image, ImageDraw, ImageFilter


def picture(kind: str = "PNG", width: int = 120, height: int = 80, colour: str = "teal") -> bytes:
    """A telephone with a square on its screen."""
    image = Image.new("RGB", (width, height), colour)
    ImageDraw.Draw(image).rectangle((width // 4, height // 4, width // 2, height // 2), fill="white")
    return _saved(image, kind)


def photo(width: int = 700, height: int = 500) -> bytes:
    """A JPEG with as much in it as a photograph has."""
    return _saved(Image.effect_noise((width, height), 60).filter(ImageFilter.GaussianBlur(2)).convert("RGB"), "JPEG")


def moving() -> bytes:
    """A PNG of two frames."""
    to, frames = io.BytesIO(), [Image.new("RGB", (9, 9), colour) for colour in ("red", "blue")]
    frames[0].save(to, "PNG", save_all=True, append_images=frames[1:])
    return to.getvalue()


def bomb(side: int = 7_000) -> bytes:
    """A PNG of a few kilobytes that says it has `side` times `side` pixels, and has them."""
    rows = zlib.compress(b"\0" * (side // 8 + 1) * side, 9)
    head = struct.pack(">IIBBBBB", side, side, 1, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(*each) for each in ((b"IHDR", head), (b"IDAT", rows), (b"IEND", b"")))


def aac(seconds: float) -> bytes:
    """ADTS at 8,000 samples a second, silent: 1,024 samples a frame."""
    return bytes.fromhex("fff16c40017ffc01182007") * round(seconds * 8_000 / 1024)


def opus(seconds: float) -> bytes:
    """Ogg with an Opus head and a last page that says how long it is."""
    head = b"OpusHead" + struct.pack("<BBHIHB", 1, 1, 0, 48_000, 0, 0)
    tags = b"OpusTags" + struct.pack("<I", 4) + b"test" + struct.pack("<I", 0)
    pages = ((2, 0, head), (0, 0, tags), (4, round(seconds * 48_000), b"\xfc" * 20))
    return b"".join(_page(kind, at, number, body) for number, (kind, at, body) in enumerate(pages))


def _page(kind: int, granules: int, number: int, body: bytes) -> bytes:
    head = b"OggS" + struct.pack("<BBqIIIBB", 0, kind, granules, 1, number, 0, 1, len(body))
    return head + body


def _chunk(name: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))


def _saved(image: Image.Image, kind: str) -> bytes:
    to = io.BytesIO()
    image.save(to, kind)
    return to.getvalue()
