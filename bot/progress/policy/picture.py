"""The map of tracks as an SVG: a path from track to track. Pure.

Nothing is told by colour alone: what is done has a tick and full boxes, where she stands a pointer and a thick frame,
what is open an empty ring and empty boxes. Nobody is named on it, so that whoever has its address learns nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import ceil

from bot.progress.policy.learning_map import TrackOnMap
from flows.scenes.drawing import FAMILY
from flows.scenes.lettering import BOLD, wrapped
from flows.scenes.pen import (
    BODY,
    CARD,
    GAP,
    GREEN,
    INK,
    LARGE,
    LEADING,
    LINE,
    MAIN,
    MARGIN,
    PAD,
    PAPER,
    SMALL,
    SOFT,
    WIDTH,
    Pen,
    Rect,
    columns,
    height_of,
)

HEAD = 76  # height of the strip with the title
PATH = 30  # how far from the left edge the path runs
LEFT = 56  # where the cards begin
BOXES = 17  # height of the boxes, one a lesson
MOST_BOXES = 24  # of a track; of a longer one each stands for more than a lesson
INSIDE = WIDTH - MARGIN - LEFT - 2 * PAD  # width of what stands on a card
COUNT = 56  # width of "10/10" beside the boxes
LINES = 3  # of a title at most: a longer one is cut
MOST_BYTES = 120_000  # of a map as PNG, whatever is on it; a test draws the largest


@dataclass(frozen=True, slots=True)
class MapWords:
    """What stands on the map beside titles: its name, how many lessons are done, where she stands."""

    title: str
    total: str
    here: str


@dataclass(frozen=True, slots=True)
class _Card:
    track: TrackOnMap
    title: list[str]
    here: list[str]

    @property
    def height(self) -> float:
        below = height_of(self.here, SMALL) + GAP / 2 if self.here else 0
        return PAD + height_of(self.title, BODY) + GAP / 2 + BOXES + below + PAD


def picture_of(tracks: Sequence[TrackOnMap], words: MapWords) -> str:
    """The map as SVG, for a PNG of twice its width."""
    cards = [_card(each, words) for each in tracks]
    tops = [float(HEAD + GAP)]
    for card in cards:
        tops.append(tops[-1] + card.height + GAP)
    pen, height = Pen(), ceil(tops[-1])
    _head(pen, words)
    if len(cards) > 1:
        first, last = _middle(tops[0]), _middle(tops[-2])
        pen.path(f"M{PATH} {first:.5g}V{last:.5g}", "none", stroke=LINE, wide=6)
    for card, top in zip(cards, tops, strict=False):
        _draw(pen, card, top)
    return "".join((*_frame(height), *pen.svg, "</svg>\n"))


def _frame(height: int) -> Iterator[str]:
    yield (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{height}" viewBox="0 0 {WIDTH} {height}" '
        f'font-family="{FAMILY}"><rect width="{WIDTH}" height="{height}" fill="{PAPER}"/>'
    )


def _head(pen: Pen, words: MapWords) -> None:
    pen.box(Rect(0, 0, WIDTH, HEAD), MAIN, corner=0)
    pen.write(words.title, MARGIN, 32, LARGE, weight=BOLD, color=CARD)
    pen.write(words.total, MARGIN, 60, BODY, color=CARD)


def _card(track: TrackOnMap, words: MapWords) -> _Card:
    title = wrapped(track.title, INSIDE, BODY, BOLD)[:LINES]
    here = wrapped(f"{words.here}: {track.lesson}", INSIDE, SMALL)[:LINES] if track.standing == "here" else []
    return _Card(track, title, here)


def _middle(top: float) -> float:
    return top + PAD + BODY * LEADING / 2


def _draw(pen: Pen, card: _Card, top: float) -> None:
    track, is_here = card.track, card.track.standing == "here"
    frame = Rect(LEFT, top, WIDTH - MARGIN - LEFT, card.height)
    pen.box(frame, CARD, stroke=MAIN if is_here else LINE, wide=4 if is_here else 1.5)
    _sign(pen, track, _middle(top))
    at = pen.paragraph(card.title, LEFT + PAD, top + PAD, BODY, weight=BOLD) + GAP / 2
    boxes = min(track.total, MOST_BOXES)
    full = track.done * boxes // track.total
    for number, (left, width) in enumerate(columns(boxes, LEFT + PAD, INSIDE - COUNT, 3)):
        is_done = number < full
        pen.box(Rect(left, at, width, BOXES), GREEN if is_done else CARD, stroke=GREEN if is_done else SOFT, corner=3)
    pen.write(f"{track.done}/{track.total}", LEFT + PAD + INSIDE, at + BOXES - 1, BODY, anchor="end")
    if card.here:
        pen.paragraph(card.here, LEFT + PAD, at + BOXES + GAP / 2, SMALL, color=INK)


def _sign(pen: Pen, track: TrackOnMap, middle: float) -> None:
    """On the path: a tick, a pointer, a half full ring or an empty one."""
    match track.standing:
        case "done":
            pen.disc(PATH, middle, 14, GREEN)
            pen.icon("check", PATH - 10, middle - 10, 20, CARD)
        case "here":
            pen.disc(PATH, middle, 17, MAIN)
            pen.path(f"M{PATH - 6} {middle - 9:.5g}L{PATH + 9} {middle:.5g}L{PATH - 6} {middle + 9:.5g}Z", CARD)
        case _:
            pen.disc(PATH, middle, 13, CARD, stroke=SOFT, wide=3)
            if track.standing == "begun":
                pen.path(f"M{PATH} {middle - 12:.5g}A12 12 0 0 0 {PATH} {middle + 12:.5g}Z", SOFT)
