"""Words outside a lesson: what may be kept of them, and what they mean among the buttons shown."""

from __future__ import annotations

import re
from dataclasses import replace

import flows
from bot.channels.base import Text
from bot.conversation.policy import numbering
from bot.pairing.policy import lines
from bot.pairing.policy.subjects import WRITING
from bot.tutor import onboarding
from bot.tutor.turn import TurnContext
from flows import events as ev
from flows.engine.stage import clean
from flows.words.ear.ear import Alarm, Matter, listen, matter_of
from flows.words.masking import Masked, with_cue
from flows.words.passwords import announces
from flows.words.understand import Command, Meaning, Own, Unsure, fold, is_command, understand, without_fillers

_ROLE = re.compile(r" \([^()]*\)$")
"""What stands beside a name on a button ("chị Mai (hội viên)"): nobody writes that out."""


def alarm_of(turn: TurnContext, text: str) -> Alarm:
    """Whether it is a cry, a worry or neither; looked for before anything else."""
    return listen(turn.book.words.ear, clean(text[:2000]))


def about(turn: TurnContext, text: str) -> Matter:
    """What words are about that were understood as nothing else."""
    return matter_of(turn.book.words.ear, clean(text[:2000]))


def record_heard(turn: TurnContext, text: str) -> None:
    """Keep what was said as it may be kept; a secret in it is masked, and warned of."""
    masked = flows.mask(clean(text[:2000]), turn.book.nouns)
    turn.events.append(ev.Heard(masked.text))
    warn_of_secrets(turn, masked)


def warn_of_secrets(turn: TurnContext, masked: Masked) -> None:
    """Say that what was hidden should not be told to anybody."""
    if masked.kinds:
        turn.events.append(ev.SecretMasked(masked.kinds))
        kinds = ", ".join(turn.phrase(f"kind_{kind}") for kind in dict.fromkeys(masked.kinds))
        turn.say(turn.phrase("secret", thu=kinds))


def in_two(turn: TurnContext, body: Text) -> Text:
    """A password that is told in two messages, "mật khẩu của chị là" and then "hoa mai", is read as one."""
    if body.text.isdigit() and not turn.state.announced:
        return body
    told = turn.state.announced and is_for_room(turn, body.text)
    announced = announces(clean(body.text[:200]), turn.book.nouns)
    if announced != turn.state.announced:
        turn.change(announced=announced)
    return replace(body, text=with_cue(body.text, turn.book.nouns)) if told else body


def offered(turn: TurnContext, text: str) -> Meaning:
    """What words mean among the buttons the tutor itself last showed."""
    if word := officers_word(turn, text):
        return Command(word)
    own = [
        Own(token, tuple(dict.fromkeys((label, _ROLE.sub("", label), *_other_ways(turn, at, token)))))
        for at, (token, label) in enumerate(turn.state.offer)
    ]
    return understand(turn.book.words, clean(text[:2000]), own, numbered=not numbering.is_strict(turn))


def officers_word(turn: TurnContext, text: str) -> str:
    """The command of an officer's that the words are; "" for none, and of anybody else."""
    words = turn.book.words
    said = " ".join(without_fillers(words, fold(words, text[:200]))) if turn.person.is_officer else ""
    return words.officers.get(said, "") if said else ""


def is_for_room(turn: TurnContext, text: str) -> bool:
    """Everything but the label of a button and a global command, written out; what people say to one another is for
    the other, though it is such a word ("cảm ơn")."""
    labels = {label.casefold() for _, label in turn.state.offer}
    if clean(text[:200]).casefold() in labels:
        return False
    is_command_now = is_command_here if turn.state.pending == WRITING else _is_command
    return not is_command_now(turn, text)


def is_command_here(turn: TurnContext, text: str) -> bool:
    """Whether it is a word that commands also between two people: one that leaves, or a command nobody says to the
    other."""
    if leaves(turn, text):
        return True
    meaning = understand(turn.book.words, clean(text[:200]), ())
    return _is_command(turn, text) and not (isinstance(meaning, Command) and meaning.word in lines.SAID_TO_OTHERS)


def leaves(turn: TurnContext, text: str) -> bool:
    """Whether it is a word that ends the writing mode ("thoát")."""
    words = turn.book.words
    said = fold(words, clean(text[:200]))
    return not words.leaving.isdisjoint({" ".join(said), " ".join(without_fillers(words, said))})


def _is_command(turn: TurnContext, text: str) -> bool:
    return is_command(turn.book.words, clean(text[:200]))


def is_for_lesson(turn: TurnContext, meaning: Meaning) -> bool:
    """Whether the open lesson hears these words too, though other buttons are shown: what is none of them, and after a
    pause also what only resembles one, since "xong rồi" may be exactly what the step waits for. "tiếp tục" after a
    pause takes up the place; in the lesson it would answer the step.
    """
    if not turn.state.open_run or turn.state.pending:
        return False
    paused = _is_paused(turn)
    if isinstance(meaning, Unsure):
        return paused and len(meaning.options) == 1
    return not (paused and meaning == Command("go_on"))


def _is_paused(turn: TurnContext) -> bool:
    """Whether the two buttons for whenever she comes back are shown."""
    return {token for token, _ in turn.state.offer} == {"g:go_on", "g:menu"}


def _other_ways(turn: TurnContext, at: int, token: str) -> tuple[str, ...]:
    """Of two buttons the first is the yes, the second the no; an address may be named by its first word.

    Where the first opens a lesson, "tiếp" is a yes too; while a lesson is put off, "để sau" puts it off once more.
    """
    if token.startswith("a:"):
        return onboarding.address_ways(int(token[2:]))
    if len(turn.state.offer) == 2 and not token.startswith("d:"):
        answers = turn.book.words.answers
        on = answers.get("next", ()) if at == 0 and token.startswith("m:") else ()
        ways = answers.get(("yes", "no")[at], ())
        if turn.state.open_run and _is_paused(turn):
            later = answers.get("later", ())
            ways = tuple(way for way in ways if way not in later)
        return (*ways, *on)
    return ()
