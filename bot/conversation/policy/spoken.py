"""A voice message: listened to beside the conversation, shown back, and only after a yes understood as if it was typed.

A machine that listens mishears, and tells nobody how sure it is. So nothing counts before it was shown and confirmed, a
cry least of all may be lost: it is asked about at once, with the button that calls people. Pure.
"""

from __future__ import annotations

from bot.channels.base import Began, Media, Spoken, Tap, Text
from bot.conversation.policy import alarm, numbering, replying
from bot.conversation.policy.understanding import about, offered, warn_of_secrets
from bot.pairing.policy import lines
from bot.tutor import menu, onboarding, open_step
from bot.tutor.outcome import ANSWERED, ASIDE, CommandOutcome
from bot.tutor.state import SpokenWords
from bot.tutor.turn import RecordingCame, TurnContext
from flows import events as ev
from flows.engine.stage import clean
from flows.words.ear.ear import Alarm, reply_of
from flows.words.masking import mask_heard
from flows.words.sounding import sounds_like
from flows.words.tables import fold
from flows.words.understand import Answered, Unknown, Unsure

PREFIX = "v:"
"""What the tokens of the buttons under what was heard begin with: yes, again or type follows, then which it was."""

SPOKEN_HERE = "vi"
"""The language (ISO 639) that is understood. Who reads another one may speak it too, and would be heard wrongly."""

_FAULTS = {"long": "spoken_long", "silent": "spoken_unclear"}
"""What she can do better the next time; whatever else went wrong is no fault of hers and is answered as ever."""


def is_to_be_heard(turn: TurnContext, body: object) -> bool:
    """Whether it is a voice message for the tutor, in her own voice: none that a step asked for, or that goes over to
    the other of a pairing, or that comes with words; and none where the answer is to be shown nowhere."""
    return (
        turn.listens
        and turn.state.lang == SPOKEN_HERE
        and isinstance(body, Media)
        and body.kind == "voice"
        and bool(body.ref)
        and not (body.caption or body.forwarded or lines.is_writing(turn))
        and not (open_step.wants(turn, "voice") or open_step.is_private(turn))
    )


def note(turn: TurnContext, media: Media) -> None:
    """It has come: what it says is told later, by an update of its own."""
    turn.events.append(ev.Heard(f"[{media.kind}]"))
    turn.events.append(RecordingCame(media.ref))


def came(turn: TurnContext, body: Spoken) -> CommandOutcome:
    """Show back what was heard. Of who has not agreed to be remembered only a cry is taken up, and nothing kept."""
    asked = _take_away(turn)
    words = clean(body.words[:2000])
    if not words:
        return _not_heard(turn, body.fault)
    cry = alarm.in_speech(turn, words)
    masked = mask_heard(words, turn.book.nouns)
    shown = masked.text
    warn_of_secrets(turn, masked)
    if cry.level != "quiet":
        _ask_cry(turn, cry, shown, about(turn, words).topics if cry.level == "ask" else ())
    elif not turn.agreed:
        return _not_heard(turn, "")
    elif asked and (said := reply_of(turn.book.words.ear, words[:200]).kind) in ("yes", "no"):
        return _by_voice(turn, asked, said)
    elif (guess := _guessed(turn, words)) is not None:
        _show_back(turn, guess, "spoken_guess")
    else:
        _show_back(turn, shown)
    return ANSWERED


def settle(turn: TurnContext, body: Text | Tap | Began | Media) -> Text | Tap | Began | Media | None:
    """What is to be understood now that something was done after words were shown back: the words themselves where that
    was a yes, nothing where they are to be said or typed anew. The question that was open is so again. What is said
    aloud settles nothing before it was heard.
    """
    asked, said = turn.state.spoken, _answer(turn, body)
    if asked is None or is_to_be_heard(turn, body):
        return body
    _take_away(turn)
    if said == "yes":
        return Text(asked.words)
    if said:
        turn.say(turn.phrase(f"spoken_{said}"))
        return None
    return body


def _take_away(turn: TurnContext) -> SpokenWords | None:
    """End the question whether it was heard right, and let what was open before be open again."""
    asked = turn.state.spoken
    if asked is not None:
        if _is_open(turn, asked):
            turn.change(offer=asked.offer, pending=asked.pending)
        turn.change(spoken=None)
    return asked


def _is_open(turn: TurnContext, asked: SpokenWords) -> bool:
    """Whether its buttons are the ones shown last; else somebody, or the clock, has asked something since."""
    return any(token.startswith(PREFIX) and token.endswith(f":{asked.no}") for token, _ in turn.state.offer)


def _answer(turn: TurnContext, body: object) -> str:
    """Yes, again or type, tapped or written; "" for anything else."""
    asked = turn.state.spoken
    if asked is None:
        return ""
    token = ""
    if isinstance(body, Tap):
        token = body.token
    elif isinstance(body, Text) and not body.forwarded and _is_open(turn, asked):
        token = _written(turn, asked, body.text)
    prefix, _, rest = token.partition(":")
    what, _, no = rest.partition(":")
    return what if f"{prefix}:" == PREFIX and no == asked.no and what in ("yes", "again", "type") else ""


def _written(turn: TurnContext, asked: SpokenWords, text: str) -> str:
    """The token of the button that is written out, named by its number or meant by a yes or no; "" for none."""
    if token := numbering.typed(turn, text):
        return token
    meaning = offered(turn, text)
    if isinstance(meaning, Answered):
        return meaning.option
    words, kind = turn.book.words, reply_of(turn.book.words.ear, clean(text[:200])).kind
    denies = not words.denials.isdisjoint(fold(words, clean(text[:200])))
    if kind == "no" or (kind == "yes" and denies):
        return f"{PREFIX}again:{asked.no}"
    return f"{PREFIX}yes:{asked.no}" if kind == "yes" else ""


def _guessed(turn: TurnContext, words: str) -> str | None:
    """The answer of the open question that may have been said, where the words as they were heard are none."""
    if turn.state.offer:
        labels = [label for _, label in turn.state.offer]
        is_answer = not isinstance(offered(turn, words), Unknown | Unsure)
    else:
        labels = open_step.labels(turn)
        is_answer = replying.is_answer_in_lesson(turn, words)
    return None if is_answer else sounds_like(turn.book.words, words, labels)


def _show_back(turn: TurnContext, words: str, phrase: str = "spoken_ask") -> None:
    no = turn.universe.new_id()[:8]
    asked = SpokenWords(no, words, turn.state.offer, turn.state.pending)
    choices = tuple((f"{PREFIX}{each}:{no}", turn.phrase(f"label_spoken_{each}")) for each in ("yes", "again", "type"))
    turn.offer(turn.phrase(phrase, loi=words), choices)
    turn.change(spoken=asked)


def _by_voice(turn: TurnContext, asked: SpokenWords, said: str) -> CommandOutcome:
    """A yes that was only heard is no yes: "không đúng" may have lost its first word. It is asked for a tap. A no does
    no harm."""
    if said == "no":
        turn.say(turn.phrase("spoken_again"))
        return ASIDE
    turn.say(turn.phrase("spoken_tap"))
    _show_back(turn, asked.words)
    return ANSWERED


def _ask_cry(turn: TurnContext, cry: Alarm, words: str, topics: tuple[str, ...]) -> None:
    """The button that calls people, at once; nobody is called by what was only heard."""
    if turn.person.consent == "new":
        turn.set_person(consent="asked")
        turn.say(turn.phrase("emergency_hello"))
    if cry.kind == "now":
        turn.say(turn.phrase("spoken_heard", loi=words))
        menu.ask_emergency(turn, cry.kind, topics)
        return
    calls = f"h:{cry.kind}" if cry.kind else "g:emergency"
    choices = ((calls, turn.phrase("label_spoken_help")), (f"e:{','.join(topics)}", turn.phrase("label_emergency_no")))
    turn.offer(turn.phrase("spoken_cry", loi=words), choices, turn.state.pending)


def _not_heard(turn: TurnContext, fault: str) -> CommandOutcome:
    if turn.person.consent == "new":
        onboarding.greet(turn)
        return ANSWERED
    turn.say(turn.phrase(_FAULTS.get(fault, "media_voice")))
    return ASIDE
