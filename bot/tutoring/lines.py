"""Writing to one another: a learner and who helps her, by way of the tutor; only while she has said that she does.

A *line* is what two people may write by: an open pairing, or a request that somebody has taken. Outside the writing
mode nothing she types is ever passed on: an answer to a quiz must not reach another person.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from bot.tutoring.desk import Desk, Whispered
from flows.words.wishes import Side

WRITING = "line.write"
"""What `Talk.pending` says while whatever she types goes to the other."""

WRITTEN = frozenset({"news.text", "news.link", "self.area", "pin.new", "pin.enter", "vouch.whom", WRITING})
"""Questions of rooms that are answered in her own words: whatever she types is for the room."""

TAPPED = frozenset({"talk", "send", "hold", "stop", "report", "end", "over"})
"""What a button may ask for; everything else of a line comes from what she really wrote or sent."""

SEND = "y:send:"

HOLDS = timedelta(minutes=30)
"""How long the mode holds after her last message: who comes back tomorrow does not mean it any more."""

MOST_WAITING = 20
"""Messages of one person that may wait for the other; beyond that she is asked to pause."""

PASSED_ON = frozenset({"photo", "voice"})


@dataclass(frozen=True, slots=True)
class Line:
    """As one of the two sees it: `other_id` reads what she writes. `kind` is pairing or request."""

    line_id: str
    kind: str
    side: Side
    other_id: str
    name: str
    urgent: bool = False


def is_writing(desk: Desk) -> bool:
    until = desk.talk.line_until
    return desk.talk.pending == WRITING and until is not None and desk.universe.now <= until


def is_helping(desk: Desk) -> bool:
    """Whether she writes as the one who helps: what she says of scams is not her own cry."""
    return is_writing(desk) and desk.talk.line.startswith("instructor:")


def lapse(desk: Desk, *, answered: bool) -> None:
    """End a mode that has run out; pictures that may be passed on wait for one answer, whatever it is."""
    if desk.talk.media and answered:
        desk.change(media="", media_words="")
    if desk.talk.pending == WRITING and not is_writing(desk):
        leave(desk)


def leave(desk: Desk) -> None:
    desk.change(pending="", offer=(), line="", line_until=None, media="", media_words="")


def left(desk: Desk) -> str:
    """Leave the mode if she is in it; the id of the line she was writing by."""
    line = desk.talk.line.partition(":")[2]
    if desk.talk.pending == WRITING:
        leave(desk)
    return line


def go_on(desk: Desk, line: Line, text: str) -> None:
    """Say it, and keep writing to the same person; what she can do else is under her thumb."""
    called = called_by(desk, line)
    offer = (
        ("y:stop:", desk.phrase("label_line_stop")),
        (f"y:report:{line.line_id}", desk.phrase("label_report")),
        (f"y:end:{line.line_id}", desk.phrase("label_line_end")),
    )
    desk.offer(desk.phrase(text, ai=called), offer, pending=WRITING)
    held = desk.universe.now + HOLDS
    desk.change(line=f"{line.side}:{line.line_id}", line_until=held, media="", media_words="")


def called_by(desk: Desk, line: Line) -> str:
    """How the other is spoken of to her."""
    return desk.phrase("called", ten_goi=line.name) if line.name else desk.phrase("somebody")


def whisper(desk: Desk, text: str) -> None:
    """Show her what she has written; it is gone once she has been heard again."""
    desk.events.append(Whispered(text))


def ask_media(desk: Desk, line: Line, media: str, words: str) -> None:
    """Whether a picture or recording may go over; until she answers only its number at the provider is held."""
    held = desk.universe.now + HOLDS
    desk.change(line=f"{line.side}:{line.line_id}", line_until=held)
    desk.offer(
        desk.phrase("line_media_ask", ai=called_by(desk, line)),
        ((SEND, desk.phrase("label_line_send")), ("y:hold:", desk.phrase("label_line_hold"))),
        pending=WRITING,
    )
    desk.change(media=media, media_words=words)


def ask_end(desk: Desk, line: Line) -> None:
    yes = (f"y:over:{line.line_id}", desk.phrase("label_line_over"))
    no = (f"y:talk:{line.line_id}", desk.phrase("label_write"))
    desk.offer(desk.phrase("line_end_ask", ai=called_by(desk, line)), (yes, no))
