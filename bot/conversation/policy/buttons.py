"""The tutor's own buttons: what each of their tokens means, as a value. Pure.

A token is "letter:rest" and stays on people's telephones for years, so a letter never gets another meaning. The buttons
of a lesson's steps are read where they are made, in `lessons`; those of the subjects stand in `registry`.
"""

from __future__ import annotations

from dataclasses import dataclass

from bot.channels.base import Button, Tone
from bot.conversation.policy import registry
from bot.tutor.command import ServiceCommand
from bot.tutor.lessons import LONGEST_TOKEN
from bot.tutor.menu import OpenLesson, ShowTrack
from bot.tutor.reviewing import AnswerReview
from bot.tutor.subject import number
from bot.tutor.testing import TakeTest
from flows.words.ear.voices import OUTLINES


@dataclass(frozen=True, slots=True)
class SayWord:
    """A global word, as if it had been typed."""

    word: str


@dataclass(frozen=True, slots=True)
class DenyCry:
    """It was no cry; `topics` are outlines of lessons that may have been meant instead."""

    topics: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CryHarm:
    """The learner wants to die (die), or somebody hurts her (hurt)."""

    kind: str


@dataclass(frozen=True, slots=True)
class AnswerConsent:
    """Whether what is learnt may be kept."""

    answer: str


@dataclass(frozen=True, slots=True)
class SkipName:
    """The learner would rather not say her name."""


@dataclass(frozen=True, slots=True)
class ChooseAddress:
    """The form of address with this number in `flows.ADDRESSES`."""

    number: str


@dataclass(frozen=True, slots=True)
class ChooseSeat:
    """Who learns at this phone now: a person's id, "new", or "back" (with whoever it is) to leave it as it is."""

    who: str


@dataclass(frozen=True, slots=True)
class ChooseLanguage:
    """The language (ISO 639) in which the tutor is to speak."""

    lang: str


@dataclass(frozen=True, slots=True)
class RateLesson:
    """So many stars for one pass through a lesson."""

    stars: str
    run_id: str


@dataclass(frozen=True, slots=True)
class AnswerCheckin:
    """Whether what was done in a task works; if not, its lesson may be done again."""

    works: bool
    lesson_id: str


@dataclass(frozen=True, slots=True)
class AnswerDelete:
    """Whether everything is to be deleted."""

    sure: bool


OwnAnswer = AnswerConsent | SkipName | ChooseAddress | ChooseSeat | RateLesson | AnswerCheckin | AnswerReview | TakeTest
"""What answers a question that may not be open any more."""

OwnButton = (
    OpenLesson | ShowTrack | SayWord | DenyCry | CryHarm | ChooseLanguage | AnswerDelete | OwnAnswer
)  # fmt: skip


def read(token: str, *, agreed: bool) -> OwnButton | ServiceCommand | None:
    """What a button means; None where it means nothing, or nothing to whoever has not `agreed`."""
    kind, _, rest = token[:LONGEST_TOKEN].partition(":")
    match kind:
        case "m":
            return OpenLesson(rest)
        case "t":
            track, _, at = rest.partition(":")
            return ShowTrack(track, number(at))
        case "g":
            return SayWord(rest)
        case "e":
            return DenyCry(tuple(each for each in rest.removeprefix("!").split(",") if each in OUTLINES))
        case "h" if rest in ("die", "hurt"):
            return CryHarm(rest)
        case "c":
            return AnswerConsent(rest)
        case "n":
            return SkipName()
        case "a":
            return ChooseAddress(rest)
        case "w":
            return ChooseSeat(rest)
        case "l":
            return ChooseLanguage(rest)
        case "r":
            stars, _, run_id = rest.partition(":")
            return RateLesson(stars, run_id)
        case "k":
            answer, _, lesson_id = rest.partition(":")
            return AnswerCheckin(answer != "no", lesson_id)
        case "on":
            return AnswerReview(rest)
        case "th":
            which, _, track = rest.partition(":")
            return TakeTest(which, track) if which in ("before", "after") else None
        case "d":
            return AnswerDelete(rest == "yes")
    return registry.tapped(kind, rest, agreed=agreed)


_TONES: dict[str, Tone] = {"c:yes": "right", "d:yes": "danger", "g:delete_data": "danger", "g:emergency": "danger"}
"""Of the tutor's own buttons. A lesson's answers have none: a colour would tell which of them is right."""


def toned(buttons: tuple[Button, ...]) -> tuple[Button, ...]:
    """These buttons with what each means to the eye."""
    tones = [_tone(each.token) for each in buttons]
    if not any(tones):
        return buttons
    return tuple(each._replace(tone=tone) for each, tone in zip(buttons, tones, strict=True))


def _tone(token: str) -> Tone:
    kind, _, rest = token.partition(":")
    return _TONES.get(token) or registry.tone(kind, rest)
