"""A process of its own that looks into files: a path as JSON on each line of standard input, on standard output a line
of JSON for each, `{"fault": …}` or `{"width", "height", "seconds", "made": [[name, width, height, seconds]…]}`.

Its argument is the folder for what is made, "" for none. Stands alone, so that it starts in a tenth of a second.
"""

from __future__ import annotations

import contextlib
import importlib
import io
import json
import os
import re
import struct
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from PIL import Image as Images

MEMORY = 2_000_000_000  # bytes
CPU_S = 90
MOST_PIXELS = 40_000_000  # a photo of a good telephone has 12 million, decoded 36 MB
MOST_SECONDS = 600.0
WIDTHS = (480, 960)  # the bubble of a small phone at one and a half, of a good one at three device pixels a pixel
KINDS = {"png": ("PNG",), "jpg": ("JPEG", "MPO"), "jpeg": ("JPEG", "MPO")}  # many telephones' JPEG are MPO
QUALITY: dict[str, dict[str, Any]] = {
    "webp": {"quality": 80, "method": 4},
    "avif": {"quality": 55, "speed": 7, "max_threads": 1},
}

Seen = dict[str, Any]


class NotShown(Exception):
    """The fault of a file."""


def main() -> None:
    """A line for each file; whatever else is wrong ends the process: the parent knows how far it came."""
    _limit()
    into = sys.argv[1] if len(sys.argv) > 1 else ""
    for line in sys.stdin:
        path = Path(json.loads(line))
        ending = path.suffix[1:].lower()
        try:
            seen = _seen(path, ending, into)
        except NotShown as fault:
            seen = {"fault": str(fault)}
        print(json.dumps(seen), flush=True)


def _seen(path: Path, ending: str, into: str) -> Seen:
    if ending == "svg":
        return _drawing(path, Path(into))
    return _picture(path, ending, into) if ending in KINDS else _sound(path, ending, into)


def _limit() -> None:
    if sys.platform != "win32":
        import resource

        os.nice(10)
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
        resource.setrlimit(resource.RLIMIT_CPU, (CPU_S, CPU_S))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


# --- pictures ----------------------------------------------------------------------------------------


def _picture(path: Path, ending: str, into: str) -> Seen:
    from PIL import Image, ImageOps, UnidentifiedImageError

    Image.MAX_IMAGE_PIXELS = None  # ours is the bound, and it is told
    try:
        with Image.open(path) as image:
            if image.format not in KINDS[ending]:
                raise NotShown("other")
            if image.width * image.height > MOST_PIXELS:
                raise NotShown("large")
            if image.format == "PNG" and getattr(image, "is_animated", False):
                raise NotShown("animated")
            image.load()
            upright = ImageOps.exif_transpose(image)
            made = list(_made(upright, path, into)) if into else []
            return {"width": upright.width, "height": upright.height, "made": made}
    except UnidentifiedImageError:
        raise NotShown("other") from None
    except (OSError, SyntaxError, ValueError, MemoryError):  # what Pillow says of a file that ends too soon, and worse
        raise NotShown("broken") from None


def _made(image: Images.Image, path: Path, into: str) -> Iterator[list[Any]]:
    """The picture in fewer pixels and better types; never more pixels, nor more bytes, than there were."""
    size, profile = path.stat().st_size, image.info.get("icc_profile")
    plain = image.convert("RGBA" if image.has_transparency_data else "RGB")
    for width in sorted({min(width, plain.width) for width in WIDTHS}):
        height = max(1, round(plain.height * width / plain.width))
        smaller = plain.resize((width, height), reducing_gap=3.0) if width < plain.width else plain
        for ending, quality in QUALITY.items():
            name = Path(into) / f"{width}.{ending}"
            smaller.save(name, icc_profile=profile, **quality)
            if name.stat().st_size < size:
                yield [name.name, width, height, 0]


# --- drawn screens ---------------------------------------------------------------------------------

FONTS = Path(__file__).parent / "fonts"
ZOOM = 2  # pixels of the picture for one of the drawing, which is a small phone's width
COLOURS = 128  # what a drawing has, with the shades at its edges: a quarter of the bytes, and no eye sees it
_SPOTS = re.compile(r"<metadata>(.*?)</metadata>", re.S)


def _drawing(path: Path, into: Path) -> Seen:
    """A drawing of `flows.scenes` as a PNG of its name, with where its elements lie. Lighter ones are not made: it
    has some 20 kB, and they would save a few at ten times the work."""
    svg = path.read_text("utf-8")
    picture = png_of(svg)
    (into / f"{path.stem}.png").write_bytes(picture)
    spots = _SPOTS.search(svg)
    width, height = struct.unpack(">II", picture[16:24])  # of every PNG
    return {"width": width, "height": height, "spots": json.loads(spots[1]) if spots else {}}


def png_of(svg: str) -> bytes:
    """A drawing as PNG, in the fonts beside this file and no other. Raises NotShown."""
    import resvg_py
    from PIL import Image

    fonts = [str(each) for each in sorted(FONTS.glob("*.ttf"))]
    try:
        drawn = resvg_py.svg_to_bytes(svg_string=svg, zoom=ZOOM, font_files=fonts, skip_system_fonts=True)
    except ValueError:
        raise NotShown("broken") from None
    small = io.BytesIO()
    with Image.open(io.BytesIO(drawn)) as image:
        image.convert("RGB").quantize(COLOURS, Image.Quantize.FASTOCTREE).save(small, "PNG")
    return small.getvalue()


# --- recordings and videos ---------------------------------------------------------------------------


def _sound(path: Path, ending: str, into: str) -> Seen:
    with path.open("rb") as file:
        head = file.read(16)
    if not _begins_like(head, ending):
        raise NotShown("other")
    seconds = _aac_seconds(path) if ending == "aac" else _tagged_seconds(path, ending)
    if seconds > MOST_SECONDS:
        raise NotShown("long")
    made = list(_converted(path, ending, round(seconds, 1), into)) if into else []
    return {"seconds": round(seconds, 1), "made": made}


def _begins_like(head: bytes, ending: str) -> bool:
    """Whether a file begins as its name says: Ogg, MPEG audio or its tag, the sync word of ADTS, an ISO container."""
    match ending:
        case "ogg" | "oga" | "opus":
            return head.startswith(b"OggS")
        case "mp3":
            return head.startswith(b"ID3") or (head[:1] == b"\xff" and head[1:2] >= b"\xe0" and head[1] & 0x06 != 0)
        case "aac":
            return head[:1] == b"\xff" and len(head) > 1 and head[1] & 0xF6 == 0xF0
    return head[4:8] == b"ftyp"


def _tagged_seconds(path: Path, ending: str) -> float:
    from tinytag import TinyTag, TinyTagException

    with contextlib.suppress(TinyTagException, OSError, ValueError, KeyError, IndexError):
        found = TinyTag.get(path, tags=False).duration
        if found:
            return float(found)
    raise NotShown("broken")


PLAYED: dict[str, dict[str, Any]] = {
    "m4a": {"format": "mp4", "options": {"movflags": "faststart"}},
    "aac": {"format": "adts"},
}
"""What every browser and Telegram play, and what Zalo does, with the containers they lie in."""
NEEDED = {"m4a": ("aac",), "mp3": ("aac",), "aac": ("m4a",), "ogg": ("m4a", "aac"), "oga": ("m4a", "aac"),
          "opus": ("m4a", "aac")}  # fmt: skip
BITS_A_SECOND = 64_000  # enough for one voice


def _converted(path: Path, ending: str, seconds: float, into: str) -> Iterator[list[Any]]:
    """The recording in the types that others want, where an encoder is at hand: PyAV comes with the extra for voice."""
    try:
        av: Any = importlib.import_module("av")
    except ImportError:
        return
    for kind in NEEDED.get(ending, ()):
        name = Path(into) / f"voice.{kind}"
        try:
            with av.open(str(path)) as heard, av.open(str(name), "w", **PLAYED[kind]) as said:
                track = said.add_stream("aac", rate=heard.streams.audio[0].rate, layout="mono", bit_rate=BITS_A_SECOND)
                for frame in heard.decode(audio=0):
                    frame.pts = None
                    said.mux(track.encode(frame))
                said.mux(track.encode(None))
        except (av.FFmpegError, IndexError, ValueError):
            raise NotShown("broken") from None  # what ends in a decoder would end so at a learner's
        yield [name.name, 0, 0, seconds]


_RATES = (96_000, 88_200, 64_000, 48_000, 44_100, 32_000, 24_000, 22_050, 16_000, 12_000, 11_025, 8_000, 7_350)


def _aac_seconds(path: Path) -> float:
    """ADTS: each frame says how long it is and has 1,024 samples; the last one has to be whole."""
    data, at, frames, rate = path.read_bytes(), 0, 0, 0
    while at + 7 <= len(data):
        if data[at] != 0xFF or data[at + 1] & 0xF6 != 0xF0:
            raise NotShown("broken")
        index = data[at + 2] >> 2 & 0x0F
        size = (data[at + 3] & 0x03) << 11 | data[at + 4] << 3 | data[at + 5] >> 5
        if index >= len(_RATES) or size < 7:
            raise NotShown("broken")
        at, frames, rate = at + size, frames + 1, _RATES[index]
    if at != len(data) or not frames:
        raise NotShown("broken")
    return frames * 1024 / rate


if __name__ == "__main__":
    main()
