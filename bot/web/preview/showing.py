"""What the pages of the preview answer, whoever asks for them and wherever they stand. Blocking: for a thread."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path
from types import MappingProxyType
from urllib.parse import quote

from bot.media.looking import picture_of
from bot.media.store import TYPES
from bot.pages import digest
from bot.publishing.preview import LessonLook, Previews
from bot.web.preview.asked import Pairs, PlayRequest, read_asked
from bot.web.preview.frame import EditorsView, FormPairs
from bot.web.preview.page import lesson_page
from flows.graph.svg import STYLE, svg
from flows.graph.ways import Graph, graph_of
from flows.play.playing import Play, play

NOBODY: Mapping[str, int] = MappingProxyType({})
MOST_INSIDE = 400_000  # bytes of a picture that goes along within the page


def svg_policy(around: str = "'none'") -> str:
    """For a drawing; `around` as of the preview's pages."""
    return f"default-src 'none'; style-src '{digest(STYLE)}'; base-uri 'none'; frame-ancestors {around}"


def page(
    previews: Previews, lesson: str, pairs: Pairs, tutor: str, home: tuple[str, str], carried: FormPairs = (),
    view: EditorsView | None = None,
) -> str | None:  # fmt: skip
    """The HTML of a lesson, played as an address or a form says; None where there is no such lesson. `home`,
    `carried` and `view` as in `lesson_page`."""
    asked = read_asked(lesson, pairs)
    look, played = _play(previews, lesson, asked)
    return (
        None
        if look is None
        else lesson_page(look, asked, played, tutor, home, partial(_inside, previews, lesson), carried, view)
    )


def graph_at(previews: Previews, lesson: str) -> Graph | None:
    """The steps and ways of a lesson as it is written; None where nothing can be read."""
    look = previews.look(lesson)
    return graph_of(look.written, previews.walked(look)) if look and look.written else None


def graph(previews: Previews, lesson: str, inside: Mapping[str, int] = NOBODY) -> str:
    """The steps drawn, as SVG, with how many learners are `inside` each; each leads to the preview from there. Empty
    where nothing can be read."""
    found = graph_at(previews, lesson)
    if found is None:
        return ""
    nodes = (replace(each, text=_with_learners(each.text, inside.get(each.id, 0))) for each in found.nodes)
    found = replace(found, nodes=tuple(nodes)) if inside else found
    steps = {node.id for node in found.nodes if node.line and node.kind != "guard"}
    return svg(found, lambda step: f"../{quote(lesson)}?step={quote(step)}" if step in steps else "")


def _with_learners(text: str, count: int) -> str:
    return f"● {count} người đang ở đây · {text}" if count else text


def file(previews: Previews, lesson: str, name: str) -> tuple[Path | bytes, str] | None:
    """A picture or recording of a lesson as it lies beside it, or a drawn screen as PNG; with its type."""
    path = previews.file(lesson, name)
    if path is not None:
        return path, TYPES[path.suffix[1:].lower()]
    drawing = previews.drawing(lesson, name)
    return (picture_of(drawing), "image/png") if drawing else None


def _inside(previews: Previews, lesson: str, name: str) -> str:
    found = file(previews, lesson, name)
    if found is None:
        return ""
    shown, kind = found
    if isinstance(shown, Path):
        if not kind.startswith("image/") or shown.stat().st_size > MOST_INSIDE:
            return previews.address(shown)
        shown = shown.read_bytes()
    return f"data:{kind};base64,{base64.b64encode(shown).decode()}" if 0 < len(shown) <= MOST_INSIDE else ""


def _play(previews: Previews, lesson: str, asked: PlayRequest) -> tuple[LessonLook | None, Play | None]:
    look = previews.look(lesson, asked.wish)
    if look is None or look.lesson is None:
        return look, None
    try:
        return look, play(look.book, look.script_of, asked.setup, asked.deeds)
    except Exception:
        if look.status != "broken" or look.shows_live:
            raise
        return replace(look, lesson=None), None  # the engine fell over a fault that stands above, with its line
