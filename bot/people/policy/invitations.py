"""What an invitation is worth, and what is said about it; the same for everybody who shows it. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum

import flows
from bot.people.policy.commands import ShowTeaching
from bot.tutor import menu, onboarding
from bot.tutor.outcome import ANSWERED, ASIDE, CommandOutcome
from bot.tutor.turn import TurnContext

INVITE_LASTS = timedelta(days=14)
LINK_LASTS = timedelta(minutes=10)
BACK_LASTS = timedelta(days=1)
AT_DESK = ("officer", "editor", "admin")
MAX_TRIES = 5
"""Wrong codes of one chat within a window; also how often one set of words may be shown and turned down."""
MAX_TRIES_OF_LINE = 60
"""Wrong codes from one network address within a window; beyond it only those who have agreed are looked at there. A
carrier puts some hundreds of telephones behind one address: one in eight of them may mistype. With 30^8 codes, ten
thousand of them living, somebody with a hundred addresses has less than one chance in ten thousand a window."""
WINDOW = timedelta(minutes=10)
A_PAGE = 8
SHORT = 10  # hex digits of a code's hash that name it in a list: it is not the code, and says nothing of it


class CodeVerdict(Enum):
    """What a code turned out to be; the value names the sentence said about it."""

    GOOD = "code_good"
    UNKNOWN = "code_unknown"
    USED = "code_used"
    EXPIRED = "code_expired"
    WITHDRAWN = "code_withdrawn"
    OWN = "code_own"
    TOO_OFTEN = "code_too_often"


@dataclass(frozen=True, slots=True)
class Invitation:
    """As it is kept; `learner_id` is whose second phone a link joins."""

    kind: str
    role: str
    expires_at: datetime
    tries: int = 0
    used_by: str | None = None
    learner_id: str | None = None


def window_of(now: datetime) -> int:
    """The number of the window in which guesses are counted together."""
    return int(now.timestamp() // WINDOW.total_seconds())


def too_often(hers: int, of_line: int, *, is_known: bool) -> bool:
    """Whether no more codes are looked at: for the own wrong ones, or as a newcomer at an address of many."""
    return hers >= MAX_TRIES or (of_line >= MAX_TRIES_OF_LINE and not is_known)


def judge(found: Invitation | None, learner_id: str, now: datetime, *, is_withdrawn: bool = False) -> CodeVerdict:
    """What a shown code is worth: one of no invitation is a guess, a used one may be the person's own, shown again.

    `is_withdrawn`: it was one, and was replaced or taken back; to say so helps nobody who guesses.
    """
    if found is None:
        return CodeVerdict.WITHDRAWN if is_withdrawn else CodeVerdict.UNKNOWN
    if found.learner_id == learner_id or found.used_by == learner_id:
        return CodeVerdict.OWN
    if found.used_by is not None:
        return CodeVerdict.USED
    if found.expires_at <= now or found.tries >= MAX_TRIES:
        return CodeVerdict.EXPIRED
    return CodeVerdict.GOOD


def is_guess(verdict: CodeVerdict) -> bool:
    """Whether it counts against whoever showed it: an old code of one's own never does."""
    return verdict in (CodeVerdict.UNKNOWN, CodeVerdict.USED, CodeVerdict.EXPIRED, CodeVerdict.WITHDRAWN)


# --- said in a turn ----------------------------------------------------------------------------------


def refuse(turn: TurnContext, verdict: CodeVerdict, kind: str) -> CommandOutcome:
    """Refuse a code in one kind sentence, and go back to where the person was."""
    greet(turn)
    which = (
        f"{verdict.value}_link"
        if kind == "link" and verdict in (CodeVerdict.UNKNOWN, CodeVerdict.OWN)
        else verdict.value
    )
    turn.say(turn.phrase(which))
    return back(turn)


def welcome(turn: TurnContext, role: str, area_name: str) -> CommandOutcome:
    """Tell somebody who was invited where and as what; who has not agreed yet is asked first."""
    greet(turn)
    known = f"invited_{role}" if f"invited_{role}" in turn.book.phrases else "invited_learner"
    turn.say(turn.phrase(known, noi=area_name))
    if _never_addressed(turn):
        onboarding.ask_address(turn)
        return ANSWERED
    if turn.agreed and role == "instructor":
        turn.events.append(ShowTeaching())
        return ANSWERED
    if turn.agreed and turn.person.name and role in AT_DESK and not (turn.state.open_run or turn.state.pending):
        desk = ("dk:ask:", turn.phrase("label_desk"))
        post = (("q:list:0", turn.phrase("label_post")),) if role == "officer" else ()
        turn.offer("", (desk, *post, ("g:menu", turn.phrase("label_menu"))))
        return ANSWERED
    return back(turn)


def hold_back(turn: TurnContext) -> CommandOutcome:
    """Tell that the code is good, but that somebody of the union has suspended the person."""
    greet(turn)
    turn.say(turn.phrase("code_held_back"))
    return back(turn)


def ask_mine(turn: TurnContext, code_hash: str, name: str, role: str, area_name: str) -> None:
    """For whom, or as what: it is not spent by whoever opens it first."""
    greet(turn)
    as_what = f"code_for_{role}" if f"code_for_{role}" in turn.book.phrases else "code_for_learner"
    text = turn.phrase("code_for", ten_moi=name, noi=area_name) if name else turn.phrase(as_what, noi=area_name)
    yes, no = turn.phrase("label_code_mine"), turn.phrase("label_code_not_mine")
    turn.confide(text, ((f"p:mine:{code_hash}", yes), ("p:no", no)), pending="code.mine")


def asked_about(turn: TurnContext) -> str:
    """The code of the question that is open, as its first button carries it."""
    return next((token[len("p:mine:") :] for token, _ in turn.state.offer if token.startswith("p:mine:")), "")


def leave(turn: TurnContext) -> CommandOutcome:
    """Leave the code alone: it is for somebody else, for whom it stays good."""
    turn.change(offer=(), pending="")
    turn.say(turn.phrase("code_left"))
    return back(turn)


# --- codes that were given out -----------------------------------------------------------------------


def show_given(turn: TurnContext, rows: Sequence[tuple[str, str, str, bool]]) -> None:
    """Show codes that may be taken back, each (hash, for whom, role, whether it is used)."""
    buttons = [
        (f"x:one:{code_hash[:SHORT]}", _line(turn, name, role, is_used=is_used))
        for code_hash, name, role, is_used in rows[:A_PAGE]
    ]
    text = turn.phrase("given_list", so=str(len(rows))) if rows else turn.phrase("given_none")
    turn.offer(text, (*buttons, ("q:list:", turn.phrase("label_post"))))


def show_one(turn: TurnContext, code_hash: str, name: str, role: str, area_name: str, *, is_used: bool) -> None:
    """Show one code that was given out, with a button to take it back."""
    text = turn.phrase("given_one", ma=_line(turn, name, role, is_used=is_used), noi=area_name)
    label = turn.phrase("label_code_back" if is_used else "label_code_revoke")
    turn.offer(text, ((f"x:back:{code_hash[:SHORT]}", label), ("x:list", turn.phrase("label_back"))))


def _line(turn: TurnContext, name: str, role: str, *, is_used: bool) -> str:
    as_what = turn.phrase(f"role_{role}" if f"role_{role}" in turn.book.phrases else "role_learner")
    state = turn.phrase("given_used" if is_used else "given_unused")
    return f"{name or turn.phrase('given_nameless')} · {as_what} · {state}"


def greet(turn: TurnContext) -> None:
    """Say that a machine speaks, before anything else to who has never been here."""
    if turn.person.consent == "new":
        turn.set_person(consent="asked")
        turn.say(turn.phrase("hello"))


def back(turn: TurnContext) -> CommandOutcome:
    """What stands open comes back: consent and name are asked again here, anything else by whoever shows it again."""
    if turn.person.consent == "asked" and turn.state.open_run is None:
        onboarding.ask_consent(turn)
    elif turn.state.pending in ("name", "address"):
        _ask_again(turn)
    elif turn.agreed and not turn.person.name and not turn.state.pending:
        onboarding.ask_name(turn)
    elif turn.state.open_run is not None or turn.state.pending:
        return ASIDE
    elif _never_addressed(turn):
        onboarding.ask_address(turn)
    else:
        menu.show_menu(turn)
    return ANSWERED


def _never_addressed(turn: TurnContext) -> bool:
    """Whether a code has taken the place of the question what she wants to be called."""
    is_free = turn.state.open_run is None and not turn.state.pending
    return turn.agreed and bool(turn.person.name) and turn.person.address == flows.UNADDRESSED and is_free


def _ask_again(turn: TurnContext) -> None:
    if turn.state.pending == "name":
        onboarding.ask_name(turn)
    else:
        onboarding.ask_address(turn)
