"""The phone: the very page of the web chat in a frame of its own, with what was played in place of a server."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from urllib.parse import quote

from bot.channels.base import Attachment, Button, LogEntry
from bot.channels.webchat.page import page_text
from bot.channels.webchat.routes import as_data
from bot.media.store import NAME, PLACE, TYPES
from bot.pages import render_page
from bot.tutor.exhibits import carried
from bot.web.preview.frame import LINE, script
from flows.play.playing import Play, PlayedTurn
from flows.profiles import profile_of

UNDER_NAME = "Học thử: không lưu gì"
SENDS_NOTHING = """<meta http-equiv="Content-Security-Policy" content="form-action 'none'">"""
"""The frame may have forms, or a browser would not even tell its script that "Gửi" was pressed; none may send."""


def phone(play: Play, tutor: str, lesson: str, inside: Callable[[str], str]) -> str:
    """The HTML of the chat page that shows the play of a lesson; what is said there it tells the page around
    (`line.js`). `inside` gives a draft's picture as an address that holds all of it: the frame is a stranger to the
    site, which sends it nothing that is not for everybody. "" where it is too large for that."""
    played = {"chat": "", "entries": as_data(tuple(lines(play)), partial(_described, lesson, inside))}
    page = page_text(tutor, UNDER_NAME, render_page(__package__, "line.html", played=played, script=script(LINE)))
    return page.replace("<head>", f"<head>{SENDS_NOTHING}", 1)


def lines(play: Play) -> Iterator[LogEntry]:
    """The play as the log of a chat; what can be tapped now stands at the newest message. Times are the learner's,
    without a zone: a browser shows such as they are."""
    said = [(turn, *each) for turn in play.turns for each in _said(turn)]
    newest = max((no for no, (_, who, _, _) in enumerate(said, 1) if who == "tutor"), default=0)
    buttons = tuple(Button(choice.id, choice.label, spot=choice.spot) for choice in play.choices)
    for no, (turn, who, text, media) in enumerate(said, 1):
        yield LogEntry(no, who, text, buttons if no == newest else (), turn.at.replace(tzinfo=None), media)


def _said(turn: PlayedTurn) -> Iterator[tuple[str, str, tuple[Attachment, ...]]]:
    if turn.said and not is_wait(turn):
        yield "learner", turn.said, ()
    for message in turn.messages:
        yield "tutor", *carried(profile_of("web"), message.bare, message.exhibits)


def _described(lesson: str, inside: Callable[[str], str], file: str) -> dict[str, object]:
    """Where a file is: those of a live version are in the store, those of a draft lie beside it."""
    is_kept = NAME.fullmatch(file)
    place = f"/{PLACE}{file}" if is_kept else inside(file) or f"{quote(lesson)}/media/{quote(file)}"
    return {"src": place, "type": TYPES[file.rpartition(".")[2].lower()]}


def is_wait(turn: PlayedTurn) -> bool:
    """Whether the turn is a jump in time; then `said` is a note of how far, not words of the learner's."""
    return turn.deed is not None and turn.deed.kind == "wait"
