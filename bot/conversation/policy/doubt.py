"""While it is asked whether there was a robbery, and when it is said that nothing happened: yes, no, and what is
neither.
"""

from __future__ import annotations

from bot.conversation.policy.understanding import record_heard
from bot.tutor import lessons, menu, onboarding, open_step
from bot.tutor.turn import TurnContext
from flows.engine.stage import clean
from flows.words.ear.ear import reply_of
from flows.words.tables import fold
from flows.words.understand import Command, Emergency, Meaning

YES, ONCE_MORE = "g:emergency", "e:!"
_NOT_YET = frozenset({"chua"})


def is_asked(turn: TurnContext, meaning: Meaning) -> bool:
    """Whether the open question is if there was a robbery, and the words are neither a cry nor a global word."""
    tokens = [token for token, _ in turn.state.offer]
    is_question = tokens[:1] == [YES] and tokens[-1].startswith("e:")
    return is_question and not isinstance(meaning, Command | Emergency)


def met(turn: TurnContext, text: str) -> str | None:
    """Free words under that question: the token of the button they mean, or empty where it was asked once more.

    None where neither: it has been asked twice.
    """
    token = _answer(turn, text)
    if not token and turn.state.offer[-1][0].startswith(ONCE_MORE):
        return None
    record_heard(turn, text)
    if not token:
        topics = turn.state.offer[-1][0].partition(":")[2]
        menu.ask_emergency(turn, "now" if _is_now(turn) else "", [f"!{topics}"])
    return token


def _answer(turn: TurnContext, text: str) -> str:
    """The token of the button that the words mean; empty where they are no answer.

    A no may be said in many ways. A yes calls people: it must be one, and deny nothing.
    """
    words, no = turn.book.words, turn.state.offer[-1][0]
    said = fold(words, clean(text[:200]))
    denies = not (words.denials | _NOT_YET).isdisjoint(said)
    kind = reply_of(words.ear, clean(text[:200])).kind
    if kind == "no" or said[:1] == ("chua",):
        return no
    happened = ("yes", "done") if _is_now(turn) else ("yes",)
    return YES if kind in happened and not denies else ""


def _is_now(turn: TurnContext) -> bool:
    return dict(turn.state.offer).get(YES) == turn.phrase("label_now_yes")


def harm(turn: TurnContext) -> str:
    """Whose words stand open: of one who wants to die (die), or who is hurt (hurt); else empty."""
    return next((token[2:] for token, _ in turn.state.offer if token.startswith("h:")), "")


def take_back(turn: TurnContext, word: str) -> bool:
    """The learner says that it was no cry ("mistake"), or that nothing happened ("unharmed").

    Undone at once where help is at work and it is called a mistake; where help may still be on its way, or where it is
    only said that nothing happened, it is asked. Elsewhere the words are about something else. Returns whether to go
    on.
    """
    lesson = open_step.emergency_of(turn)
    here = open_step.in_emergency(turn) or bool(harm(turn))
    if here and word == "mistake":
        return call_off(turn)
    if here or any(run.home[0] == lesson for run in turn.state.parked):
        buttons = (("g:mistake", turn.phrase("label_fine")), ("g:emergency", turn.phrase("label_still")))
        turn.offer(turn.phrase("mistake_ask"), buttons)
        return False
    return True


def call_off(turn: TurnContext) -> bool:
    """Tell whoever was called that it was a mistake. Whether to go on: not where the name is to be asked first."""
    lessons.call_off(turn)
    if turn.agreed and not turn.person.name:
        onboarding.ask_name(turn)
        return False
    return True
