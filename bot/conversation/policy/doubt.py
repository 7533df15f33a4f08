"""While it is asked whether she was robbed, and when she says that nothing happened: yes, no, and what is neither."""

from __future__ import annotations

from bot.conversation.policy.understanding import hear
from bot.tutor import lessons, menu, onboarding
from bot.tutor.desk import Desk
from flows.engine.stage import clean
from flows.words.ear.ear import reply_of
from flows.words.tables import fold
from flows.words.understand import Command, Emergency, Meaning

YES, ONCE_MORE = "g:emergency", "e:!"
_NOT_YET = frozenset({"chua"})


def is_asked(desk: Desk, meaning: Meaning) -> bool:
    """Whether the open question is if she was robbed, and what she says is neither a cry nor a global word."""
    tokens = [token for token, _ in desk.state.offer]
    is_question = tokens[:1] == [YES] and tokens[-1].startswith("e:")
    return is_question and not isinstance(meaning, Command | Emergency)


def met(desk: Desk, text: str) -> str | None:
    """Words of her own under that question: the token of the button they mean, or empty where it was asked once more.

    None where neither: it has been asked twice.
    """
    token = _answer(desk, text)
    if not token and desk.state.offer[-1][0].startswith(ONCE_MORE):
        return None
    hear(desk, text)
    if not token:
        topics = desk.state.offer[-1][0].partition(":")[2]
        menu.ask_emergency(desk, "now" if _is_now(desk) else "", [f"!{topics}"])
    return token


def _answer(desk: Desk, text: str) -> str:
    """The token of the button that the words mean; empty where they are no answer.

    A no may be said in many ways. A yes calls people: it must be one, and deny nothing.
    """
    words, no = desk.book.words, desk.state.offer[-1][0]
    said = fold(words, clean(text[:200]))
    denies = not (words.denials | _NOT_YET).isdisjoint(said)
    kind = reply_of(words.ear, clean(text[:200])).kind
    if kind == "no" or said[:1] == ("chua",):
        return no
    happened = ("yes", "done") if _is_now(desk) else ("yes",)
    return YES if kind in happened and not denies else ""


def _is_now(desk: Desk) -> bool:
    return dict(desk.state.offer).get(YES) == desk.phrase("label_now_yes")


def harm(desk: Desk) -> str:
    """Whose words stand open: of one who wants to die (die), or who is hurt (hurt); else empty."""
    return next((token[2:] for token, _ in desk.state.offer if token.startswith("h:")), "")


def take_back(desk: Desk, word: str) -> bool:
    """She says that it was no cry ("mistake"), or that nothing happened ("unharmed").

    Undone at once where she is being helped and says that it was one; where help may still be on its way, or she only
    says that nothing happened, she is asked. Elsewhere it is about something else. Returns whether she goes on.
    """
    lesson = lessons.emergency_of(desk)
    here = lessons.in_emergency(desk) or bool(harm(desk))
    if here and word == "mistake":
        return call_off(desk)
    if here or any(run.home[0] == lesson for run in desk.state.parked):
        buttons = (("g:mistake", desk.phrase("label_fine")), ("g:emergency", desk.phrase("label_still")))
        desk.offer(desk.phrase("mistake_ask"), buttons)
        return False
    return True


def call_off(desk: Desk) -> bool:
    """It was a mistake: whoever was called is told. Whether she goes on: not where her name is to be asked first."""
    lessons.call_off(desk)
    if desk.agreed and not desk.person.name:
        onboarding.ask_name(desk)
        return False
    return True
