"""Writing to one another: a learner and who helps, by way of the tutor; only while the writer has said so.

A *line* is what two people may write by: an open pairing, or a request that somebody has taken. Outside the writing
mode nothing that is typed is ever passed on: an answer to a quiz must not reach another person.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta

from bot.channels.base import Text
from bot.pairing.policy import relay
from bot.pairing.policy.relay import RelayVerdict
from bot.pairing.policy.subjects import WRITING
from bot.tutor import waits
from bot.tutor.outcome import CommandOutcome
from bot.tutor.state import ConversationState, HeldMedia, OfferedButtons, WritingBy
from bot.tutor.turn import TurnContext, Whispered
from flows.engine.stage import clean
from flows.words.asks import Side
from flows.words.ear.ear import listen
from flows.words.keys import plain_of

SAID_TO_OTHERS = frozenset(
    """
    thanks unharmed mistake repeat back go_on stop help agree keep bigger aloud abilities lost_phone remind
    """.split()
)
"""Global words that two people say to one another ("cảm ơn", "không sao đâu"): while they write, these are for the
other; words that leave are a list of their own."""

SEND = "y:send:"

HOLDS = timedelta(minutes=30)
"""How long the mode holds after her last message: who comes back tomorrow does not mean it any more."""

MOST_WAITING = 20
"""Messages of one person that may wait for the other; beyond that she is asked to pause."""

NUMBER = "number"
"""Stands for the kind of a picture where what she is asked about is her telephone number."""

MOST_CHOSEN = 8
"""Of whom she is asked to whom she means to write."""

TO_LONGEST = 60  # characters
_TO = re.compile(
    r"(?:(?:cho )?(?:chi|em|co|ba|toi|tui|minh) )?(?:muon )?(?:nhan|nhan tin|viet|gui tin|noi chuyen) (?:cho|voi) \S"
)

PASSED_ON = frozenset({"photo", "voice"})


@dataclass(frozen=True, slots=True)
class Line:
    """A line as one of the two sees it: `other_id` reads what this one writes. `kind` is pairing or request; `role` is
    what this one writes as, `other_role` what the other is: phrases.
    """

    line_id: str
    kind: str
    side: Side
    other_id: str
    name: str
    urgent: bool = False
    role: str = ""
    other_role: str = ""


def is_writing(turn: TurnContext) -> bool:
    """Whether the writing mode is on: what is typed goes to the other, until `line_until`."""
    until = turn.state.line_until
    return turn.state.pending == WRITING and until is not None and turn.universe.now <= until


def is_helping(turn: TurnContext) -> bool:
    """Whether the writer is the one who helps: what helpers say of scams is not their own cry."""
    return is_writing(turn) and turn.state.line is not None and turn.state.line.side == "instructor"


def judged(turn: TurnContext, line: Line, text: str) -> RelayVerdict:
    """What may go of what is written. An officer is judged by the rules alone: the second opinion knows only what
    learners and instructors write to each other. So is whoever has cried for help, whose words go on without numbers.
    """
    wishes = turn.book.wishes
    if line.urgent and line.side == "learner":
        return relay.look_in_need(wishes, text)
    return relay.look(relay.rules_alone(wishes) if turn.person.is_officer else wishes, text, line.side)


def heard_cry(turn: TurnContext, text: str) -> CommandOutcome | None:
    """What is left to do where the line is over and the words are a cry of who is guided: the tutor hears it. All other
    words were for another person, and are kept nowhere."""
    cries = not is_helping(turn) and listen(turn.book.words.ear, clean(text[:2000])).level == "ring"
    return CommandOutcome(heard=Text(text)) if cries else None


def lapse(turn: TurnContext, *, answered: bool) -> None:
    """End a mode that has run out; pictures that may be passed on wait for one answer, whatever it is."""
    if turn.state.media and answered:
        turn.change(media=(), media_words="")
    if turn.state.pending == WRITING and not is_writing(turn):
        leave(turn)


def leave(turn: TurnContext) -> None:
    """End the writing mode, and drop what was held for it or might be a reply."""
    turn.change(pending="", offer=(), line=None, line_until=None, media=(), media_words="", letter=None, letter_at=None)


def meanwhile(turn: TurnContext, act: Callable[[], None]) -> None:
    """Let the clock say what it has to say: whoever was writing to somebody goes on writing."""
    before, was_writing = turn.state, is_writing(turn)
    act()
    if was_writing:
        turn.change(pending=before.pending, offer=before.offer)


def left(turn: TurnContext) -> str:
    """Leave the writing mode if it is on; the id of the line it was on."""
    line = turn.state.line_id
    if turn.state.pending == WRITING:
        leave(turn)
    return line


def go_on(turn: TurnContext, line: Line, text: str) -> None:
    """Say a sentence, and keep writing to the same person; what else can be done is under the thumb."""
    called = called_by(turn, line)
    offer = (
        *_numbers(turn, line),
        ("y:stop:", turn.phrase("label_line_stop")),
        (f"y:report:{line.line_id}", turn.phrase("label_report")),
        (f"y:end:{line.line_id}", turn.phrase("label_line_end")),
    )
    turn.offer(turn.phrase(text, ai=called), offer, pending=WRITING)
    held = turn.universe.now + HOLDS
    turn.change(line=WritingBy(line.side, line.line_id), line_until=held, media=(), media_words="")
    waits.spoke(turn, line.line_id, urgent=line.urgent)


def _numbers(turn: TurnContext, line: Line) -> OfferedButtons:
    """The buttons by which the two may come to speak in an emergency: the union's number, or the learner's own."""
    if not line.urgent or (line.side == "instructor" and not turn.person.is_officer):
        return ()
    which = ("mine", "label_give_mine") if line.side == "learner" else ("union", "label_give_union")
    return ((f"y:{which[0]}:{line.line_id}", turn.phrase(which[1])),)


def ask_number(turn: TurnContext, line: Line, number: str) -> None:
    """Ask whether the own number may go over; until then it is held, and what is asked shows its end only."""
    ask_media(turn, line, HeldMedia(NUMBER, number), "", "line_number_sure", so=number[-3:])


def ask_words(turn: TurnContext, line: Line, text: str) -> None:
    """Ask whether what was typed is for the other, or for the tutor; it is held until the next thing she does."""
    yes = (f"y:first:{line.line_id}", turn.phrase("label_line_send"))
    turn.offer(
        turn.phrase("line_words_ask", ai=called_by(turn, line)), (yes, ("y:tutor:", turn.phrase("label_words_no")))
    )
    turn.change(media=(), media_words=text)


def drop_words(turn: TurnContext, before: ConversationState) -> None:
    """Drop the words that she was asked about before this turn, whatever she did in it."""
    if before.media_words and not before.media and turn.state.media_words == before.media_words:
        turn.change(media_words="")


def say_aside(turn: TurnContext, line: Line, text: str) -> None:
    """Say a sentence while something else is open: the place stays, and what is typed next may be a reply too."""
    turn.say(turn.phrase(text, ai=called_by(turn, line)))
    waits.spoke(turn, line.line_id, urgent=line.urgent)


def is_to_somebody(text: str) -> bool:
    """Whether somebody wants to write to a person named ("nhắn cho chị Hạnh")."""
    return len(text) <= TO_LONGEST and bool(_TO.match(plain_of(text.casefold())))


def names(text: str, name: str) -> bool:
    """Whether the words name this person ("nhắn cho chị Hạnh"); marks and capitals aside."""
    said, wanted = plain_of(text.casefold()).split(), plain_of(name.casefold()).split()
    return bool(wanted) and any(said[at : at + len(wanted)] == wanted for at in range(len(said)))


def choose(turn: TurnContext, known: Sequence[Line]) -> None:
    """Ask to whom to write, of several."""
    offer = tuple((f"y:talk:{each.line_id}", turn.called(each.name, each.other_role)) for each in known)
    turn.offer(turn.phrase("line_which"), (*offer, ("g:menu", turn.phrase("label_menu"))))


def called_by(turn: TurnContext, line: Line) -> str:
    """How the other is spoken of to the person at this desk."""
    return turn.called(line.name)


def whisper(turn: TurnContext, line: Line, text: str) -> None:
    """Show the writer what was written, and to whom; it is gone once the writer has been heard again."""
    turn.events.append(Whispered(turn.phrase("line_mine", ai=called_by(turn, line), chu=text)))


def ask_media(
    turn: TurnContext, line: Line, media: HeldMedia, words: str, text: str = "line_media_ask", **values: str
) -> None:
    """Ask whether a picture or recording may go over; until then only its number at the provider is held."""
    held = turn.universe.now + HOLDS
    turn.change(line=WritingBy(line.side, line.line_id), line_until=held)
    turn.offer(
        turn.phrase(text, ai=called_by(turn, line), **values),
        ((SEND, turn.phrase("label_line_send")), ("y:hold:", turn.phrase("label_line_hold"))),
        pending=WRITING,
    )
    turn.change(media=(media,), media_words=words)


def ask_end(turn: TurnContext, line: Line) -> None:
    """Ask whether to have done with the other."""
    yes = (f"y:over:{line.line_id}", turn.phrase("label_line_over"))
    no = (f"y:talk:{line.line_id}", turn.phrase("label_write"))
    turn.offer(turn.phrase("line_end_ask", ai=called_by(turn, line)), (yes, no))
