"""A process of its own: pages on standard input, a PDF or a PNG on standard output.

The input is JSON: `{"as": "pdf" | "png", "width": pixels, "fonts": [plain, bold], "pages": […]}`, pages as
`pages.py` has them; a PNG shows the first page only. Stands alone, so that it starts in a fifth of a second; lays out
once and writes the same marks with either library, so that paper and picture cannot differ. Lengths are points.
"""

from __future__ import annotations

import io
import json
import re
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any
from xml.sax.saxutils import escape

MM = 72 / 25.4
SIZES = {"A4": (595.3, 841.9), "A5": (419.5, 595.3), "A5-wide": (595.3, 419.5)}
MARGIN = 40.0
INK, PALE, WARM = "#2b1a22", "#b9a5ae", "#7a1f47"
LEADING = 1.45
SCALES = (1.0, 0.92, 0.84, 0.76)  # what does not fit is set smaller, then goes on on a further page
LARGEST_NAME, SMALLEST_NAME = 30.0, 14.0
FILL_ROW = 30.0  # room enough for a hand
TICK, TICK_COLUMN = 13.0, 58.0  # a box that a pen hits, with its word below
QR_EDGE, LARGE_QR_EDGE = 84.0, 300.0
CARDS, CARD_HEIGHT = 2, 146.0  # beside one another; ten a page of A4
MEMORY, CPU_S = 1_000_000_000, 20


@dataclass(frozen=True)
class Drawn:
    """Words at a baseline, or a rectangle (filled, or with a line of `line` points), from the upper left corner."""

    x: float
    y: float
    text: str = ""
    size: float = 0.0
    bold: bool = False
    colour: str = INK
    width: float = 0.0
    height: float = 0.0
    line: float = 0.0
    dashed: bool = False


Width = Callable[[str, float, bool], float]


class Setter:
    """Sets the blocks of one page at a scale; `marks` grow, `y` is how far down it has come."""

    def __init__(self, page: dict[str, Any], width_of: Width, scale: float) -> None:
        self.page, self.width_of, self.scale = page, width_of, scale
        self.width, self.height = SIZES[page["size"]]
        self.marks: list[Drawn] = []
        self.y = MARGIN

    @property
    def room(self) -> float:
        return self.width - 2 * MARGIN

    def block(self, block: dict[str, Any]) -> None:
        getattr(self, f"_{block['kind']}")(block)

    def lines(
        self, text: str, size: float, *, bold: bool = False, left: float = MARGIN, room: float = 0.0,
        center: bool = False, colour: str = INK,
    ) -> None:  # fmt: skip
        """A paragraph, broken into lines that fit."""
        size *= self.scale
        room = room or self.room
        for line in wrapped(text, lambda words: self.width_of(words, size, bold) <= room):
            indent = (room - self.width_of(line, size, bold)) / 2 if center else 0.0
            self.y += size * LEADING
            self.marks.append(Drawn(left + indent, self.y - size * 0.35, line, size, bold, colour))

    def _title(self, block: dict[str, Any]) -> None:
        self.lines(block["text"], 21, bold=True, center=True, colour=WARM)
        self.y += 6 * self.scale

    def _heading(self, block: dict[str, Any]) -> None:
        self.y += 6 * self.scale
        self.lines(block["text"], 13, bold=True, colour=WARM)

    def _text(self, block: dict[str, Any]) -> None:
        self.lines(block["text"], 12, center=block["align"] == "center")
        self.y += 5 * self.scale

    def _name(self, block: dict[str, Any]) -> None:
        size = LARGEST_NAME
        while size > SMALLEST_NAME and self.width_of(block["text"], size * self.scale, True) > self.room:
            size -= 1
        self.y += 4 * self.scale
        self.lines(block["text"], size, bold=True, center=True)
        self.y += 6 * self.scale

    def _steps(self, block: dict[str, Any]) -> None:
        for at, item in enumerate(block["items"], 1):
            top = self.y
            indent = 2 * block["size"] * self.scale
            self.lines(item, block["size"], left=MARGIN + indent, room=self.room - indent)
            after, self.y = self.y, top
            self.lines(f"{at}.", block["size"], bold=True, colour=WARM)
            self.y = max(after, self.y) + 3 * self.scale

    def _fill(self, block: dict[str, Any], size: float = 12) -> None:
        for item in block["items"]:
            self.y += (FILL_ROW - 12 * LEADING) * self.scale * size / 12
            top = self.y
            self.lines(item, size)
            begins = MARGIN + self.width_of(item, size * self.scale, False) + 8
            if self.y - top > size * self.scale * LEADING * 1.5 or begins > self.width - MARGIN - 90:
                self.y += FILL_ROW * self.scale * 0.8
                begins = MARGIN
            self.marks.append(Drawn(begins, self.y - 2, width=self.width - MARGIN - begins, line=0.8, dashed=True))

    def _ticks(self, block: dict[str, Any]) -> None:
        if block["heading"]:
            self._heading({"text": block["heading"]})
        self.y += 8 * self.scale
        top, beside = self.y, len(block["boxes"]) * TICK_COLUMN * self.scale
        for at, word in enumerate(block["boxes"]):
            left = self.width - MARGIN - beside + at * TICK_COLUMN * self.scale
            edge, size = TICK * self.scale, 8 * self.scale
            middle = left + TICK_COLUMN * self.scale / 2
            self.marks.append(Drawn(middle - edge / 2, top, width=edge, height=edge, line=1.0))
            wide = self.width_of(word, size, False)
            self.marks.append(Drawn(middle - wide / 2, top + edge + size * 1.1, word, size))
        for item in block["items"]:
            self.lines(item, 11, room=self.room - beside - 8)
        self.y = max(self.y, top + (TICK + 14) * self.scale)
        if block["note"]:
            self._fill({"items": [block["note"]]}, 8)

    def _box(self, block: dict[str, Any]) -> None:
        self.y += 8 * self.scale
        top, inside = self.y, 12 * self.scale
        self.y += inside * 0.5
        self.lines(block["text"], 13, bold=True, left=MARGIN + inside, room=self.room - 2 * inside, center=True)
        self.y += inside * 0.7
        self.marks.append(Drawn(MARGIN, top, width=self.room, height=self.y - top, line=1.2, colour=WARM))
        self.y += 8 * self.scale

    def _qr(self, block: dict[str, Any]) -> None:
        self.y += 8 * self.scale
        top, edge = self.y, QR_EDGE * self.scale
        self._square(block["of"], MARGIN, top, edge)
        self.y = top + edge * 0.15
        self.lines(block["text"], 11, left=MARGIN + edge + 12, room=self.room - edge - 12)
        self.y = max(self.y, top + edge) + 6 * self.scale

    def _large_qr(self, block: dict[str, Any]) -> None:
        edge = LARGE_QR_EDGE * self.scale
        self._square(block["of"], MARGIN + (self.room - edge) / 2, self.y + 8 * self.scale, edge)
        self.y += edge + 16 * self.scale

    def _square(self, text: str, left: float, top: float, edge: float) -> None:
        rows = modules(text)
        each = edge / len(rows)
        for at, row in enumerate(rows):
            for begins, length in runs(row):
                self.marks.append(Drawn(left + begins * each, top + at * each, width=length * each, height=each))

    def _cards(self, block: dict[str, Any]) -> None:
        top, wide = self.y, self.room / CARDS
        for at, item in enumerate(block["items"]):
            self.y = top + 6
            self._card(item, MARGIN + at * wide, wide)
            self.marks.append(
                Drawn(MARGIN + at * wide, top, width=wide, height=CARD_HEIGHT, line=0.5, colour=PALE, dashed=True)
            )
        self.y = top + CARD_HEIGHT

    def _card(self, item: dict[str, Any], left: float, wide: float) -> None:
        """A name of any length has two lines, whatever is below it the rest: the square is never smaller."""
        first = len(self.marks)
        top, edge, inside = self.y, QR_EDGE if item["qr"] else 0.0, left + 8
        beside = inside + (edge + 8 if edge else 0)
        room = left + wide - beside - 8
        if edge:
            self._square(item["qr"], inside, top + 4, edge)
        for text, size, bold in ((item["name"], 12.0, True), (item["place"], 9.0, False), (item["code"], 13.0, True)):
            self.lines(text, size, bold=bold, left=beside, room=room, colour=WARM if text == item["code"] else INK)
        self.y = max(self.y, top + edge + 4)
        for line in item["lines"]:
            self.lines(line, 7.5, left=inside, room=wide - 16)
        low = top + CARD_HEIGHT - 8
        self.marks[first:] = [mark for mark in self.marks[first:] if mark.y + mark.height <= low]

    def _rule(self, block: dict[str, Any]) -> None:
        self.y += 6 * self.scale
        self.marks.append(Drawn(MARGIN, self.y, width=self.room, line=0.8, colour=PALE))
        self.y += 4 * self.scale

    def _space(self, block: dict[str, Any]) -> None:
        self.y += block["mm"] * MM * self.scale

    def _foot(self, block: dict[str, Any]) -> None:
        self.lines(block["text"], 9, center=True, colour=INK)


# --- laying out ----------------------------------------------------------------------------------------


def wrapped(text: str, fits: Callable[[str], bool]) -> Iterator[str]:
    """Lines that fit, broken between words; a word that is too long by itself is broken inside."""
    for paragraph in text.split("\n"):
        line = ""
        for word in re.findall(r"\S+", paragraph):
            longer = f"{line} {word}" if line else word
            if fits(longer):
                line = longer
                continue
            if line:
                yield line
            while not fits(word):
                most = next((end for end in range(len(word) - 1, 1, -1) if fits(word[:end])), 1)
                yield word[:most]
                word = word[most:]
            line = word
        yield line


def modules(text: str) -> list[list[int]]:
    """The dark (1) and light modules of a QR code, with its quiet border."""
    import segno

    code = segno.make(text, error="m", micro=False)
    return [list(row) for row in code.matrix_iter(border=2)]


def runs(row: list[int]) -> Iterator[tuple[int, int]]:
    """(begin, length) of the dark stretches of a row."""
    begins: int | None = None
    for at, dark in enumerate([*row, 0]):
        if dark and begins is None:
            begins = at
        elif not dark and begins is not None:
            yield begins, at - begins
            begins = None


def laid_out(page: dict[str, Any], width_of: Width) -> list[Setter]:
    """The page at the largest scale at which it is one; else at the smallest, going on on further ones. A long one goes
    on at once."""
    if page["long"]:
        return _set(page, width_of, SCALES[0])
    tried = (_set(page, width_of, scale) for scale in SCALES)
    pages = next((pages for pages in tried if len(pages) == 1), None) or _set(page, width_of, SCALES[-1])
    if page["frame"] and len(pages) == 1:
        _centre(pages[0])
    return pages


def _set(page: dict[str, Any], width_of: Width, scale: float) -> list[Setter]:
    feet = [block for block in page["blocks"] if block["kind"] == "foot"]
    setter = Setter(page, width_of, scale)
    low = setter.height - MARGIN - sum(9 * scale * LEADING for _ in feet)
    pages = [setter]
    for block in page["blocks"]:
        if block["kind"] == "foot":
            continue
        kept, y = len(setter.marks), setter.y
        setter.block(block)
        if setter.y > low and kept:
            del setter.marks[kept:]
            setter.y = y
            setter = Setter(page, width_of, scale)
            pages.append(setter)
            setter.block(block)
    for each in pages:
        y, each.y = each.y, low
        for block in feet:
            each.block(block)
        each.y = y
    return pages


def _centre(setter: Setter) -> None:
    """What has room around it stands in the middle of its frame."""
    down = max(0.0, (setter.height - MARGIN - setter.y) / 2 - MARGIN * 0.2)
    low = setter.height - MARGIN - 9 * LEADING * 2
    moved = [Drawn(**{**mark.__dict__, "y": mark.y + (down if mark.y < low else 0.0)}) for mark in setter.marks]
    setter.marks = moved
    for inset, line in ((16, 2.0), (21, 0.6)):
        width, height = setter.width - 2 * inset, setter.height - 2 * inset
        setter.marks.append(Drawn(inset, inset, width=width, height=height, line=line, colour=WARM))


# --- the two writers -----------------------------------------------------------------------------------


def as_pdf(pages: list[Setter], title: str) -> bytes:
    from reportlab.pdfgen.canvas import Canvas

    target = io.BytesIO()
    canvas = Canvas(target, pagesize=(pages[0].width, pages[0].height), invariant=1, lang="vi")
    canvas.setTitle(title)
    for page in pages:
        canvas.setPageSize((page.width, page.height))
        for mark in page.marks:
            _draw(canvas, mark, page.height)
        canvas.showPage()
    canvas.save()
    return target.getvalue()


def _draw(canvas: Any, mark: Drawn, height: float) -> None:
    if mark.text:
        canvas.setFillColor(mark.colour)
        canvas.setFont("bold" if mark.bold else "plain", mark.size)
        canvas.drawString(mark.x, height - mark.y, mark.text)
    elif mark.line:
        canvas.setStrokeColor(mark.colour)
        canvas.setLineWidth(mark.line)
        canvas.setDash([1, 2] if mark.dashed else [])
        if mark.height:
            canvas.rect(mark.x, height - mark.y - mark.height, mark.width, mark.height)
        else:
            canvas.line(mark.x, height - mark.y, mark.x + mark.width, height - mark.y)
    else:
        canvas.setFillColor(mark.colour)
        canvas.rect(mark.x, height - mark.y - mark.height, mark.width, mark.height, stroke=0, fill=1)


def as_svg(page: Setter) -> str:
    drawn = "".join(map(_tag, page.marks))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {page.width} {page.height}">'
        f'<rect width="100%" height="100%" fill="#fffdf8"/>{drawn}</svg>'
    )


def _tag(mark: Drawn) -> str:
    if mark.text:
        weight = 700 if mark.bold else 400
        style = f'font-family="Be Vietnam Pro" font-weight="{weight}" font-size="{mark.size:.2f}"'
        return f'<text x="{mark.x:.2f}" y="{mark.y:.2f}" fill="{mark.colour}" {style}>{escape(mark.text)}</text>'
    place = f'x="{mark.x:.2f}" y="{mark.y:.2f}" width="{mark.width:.2f}" height="{mark.height:.2f}"'
    if not mark.line:
        return f'<rect {place} fill="{mark.colour}"/>'
    dashes = ' stroke-dasharray="1 2"' if mark.dashed else ""
    stroke = f'fill="none" stroke="{mark.colour}" stroke-width="{mark.line}"{dashes}'
    if mark.height:
        return f"<rect {place} {stroke}/>"
    return f'<line x1="{mark.x:.2f}" y1="{mark.y:.2f}" x2="{mark.x + mark.width:.2f}" y2="{mark.y:.2f}" {stroke}/>'


def as_png(svg: str, width: int, fonts: list[str]) -> bytes:
    import resvg_py

    return bytes(resvg_py.svg_to_bytes(svg_string=svg, width=width, font_files=fonts, skip_system_fonts=True))


def main() -> None:
    """Whatever is wrong ends the process with an exception: the parent has one sentence for it."""
    _limit()
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.ttfonts import TTFont

    order = json.load(sys.stdin)
    for face, path in zip(("plain", "bold"), order["fonts"], strict=True):
        pdfmetrics.registerFont(TTFont(face, path))

    def width_of(text: str, size: float, bold: bool) -> float:
        return float(pdfmetrics.stringWidth(text, "bold" if bold else "plain", size))

    pages = [each for page in order["pages"] for each in laid_out(page, width_of)]
    if order["as"] == "png":
        made = as_png(as_svg(pages[0]), order["width"], order["fonts"])
    else:
        made = as_pdf(pages, order["title"])
    sys.stdout.buffer.write(made)


def _limit() -> None:
    if sys.platform != "win32":
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
        resource.setrlimit(resource.RLIMIT_CPU, (CPU_S, CPU_S))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


if __name__ == "__main__":
    main()
