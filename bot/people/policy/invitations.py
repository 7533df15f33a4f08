"""What an invitation is worth, and what is said about it; the same for everybody who shows it. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum

from bot.people.policy.commands import ShowTeaching
from bot.tutor import menu, onboarding
from bot.tutor.desk import Desk
from bot.tutor.outcome import ANSWERED, ASIDE, CommandOutcome

INVITE_LASTS = timedelta(days=14)
LINK_LASTS = timedelta(minutes=10)
BACK_LASTS = timedelta(days=1)
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
    OWN = "code_own"
    TOO_OFTEN = "code_too_often"


@dataclass(frozen=True, slots=True)
class Invitation:
    """As the office knows it; `learner_id` is whose second phone a link joins."""

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
    """Whether no more codes are looked at: for her own wrong ones, or as a newcomer at an address of many."""
    return hers >= MAX_TRIES or (of_line >= MAX_TRIES_OF_LINE and not is_known)


def judge(found: Invitation | None, learner_id: str, now: datetime) -> CodeVerdict:
    """A code of no invitation is a guess; a used one may be her own, shown again."""
    if found is None:
        return CodeVerdict.UNKNOWN
    if found.learner_id == learner_id or found.used_by == learner_id:
        return CodeVerdict.OWN
    if found.used_by is not None:
        return CodeVerdict.USED
    if found.expires_at <= now or found.tries >= MAX_TRIES:
        return CodeVerdict.EXPIRED
    return CodeVerdict.GOOD


def is_guess(verdict: CodeVerdict) -> bool:
    """Whether it counts against whoever showed it: an old code of one's own never does."""
    return verdict in (CodeVerdict.UNKNOWN, CodeVerdict.USED, CodeVerdict.EXPIRED)


# --- said at the desk --------------------------------------------------------------------------------


def refuse(desk: Desk, verdict: CodeVerdict, kind: str) -> CommandOutcome:
    """One kind sentence, and back to where she was."""
    greet(desk)
    which = (
        f"{verdict.value}_link"
        if kind == "link" and verdict in (CodeVerdict.UNKNOWN, CodeVerdict.OWN)
        else verdict.value
    )
    desk.say(desk.phrase(which))
    return back(desk)


def welcome(desk: Desk, role: str, area_name: str) -> CommandOutcome:
    """She was invited: where, as what; who has not agreed yet is asked first."""
    greet(desk)
    known = f"invited_{role}" if f"invited_{role}" in desk.book.phrases else "invited_learner"
    desk.say(desk.phrase(known, noi=area_name))
    if desk.agreed and role == "instructor":
        desk.events.append(ShowTeaching())
        return ANSWERED
    return back(desk)


def hold_back(desk: Desk) -> CommandOutcome:
    """The code is good, but somebody of the union has suspended her."""
    greet(desk)
    desk.say(desk.phrase("code_held_back"))
    return back(desk)


def ask_mine(desk: Desk, code_hash: str, name: str, role: str, area_name: str) -> None:
    """For whom, or as what: it is not spent by whoever opens it first."""
    greet(desk)
    as_what = f"code_for_{role}" if f"code_for_{role}" in desk.book.phrases else "code_for_learner"
    text = desk.phrase("code_for", ten_moi=name, noi=area_name) if name else desk.phrase(as_what, noi=area_name)
    yes, no = desk.phrase("label_code_mine"), desk.phrase("label_code_not_mine")
    desk.confide(text, ((f"p:mine:{code_hash}", yes), ("p:no", no)), pending="code.mine")


def asked_about(desk: Desk) -> str:
    """The code of the question that is open, as its first button carries it."""
    return next((token[len("p:mine:") :] for token, _ in desk.state.offer if token.startswith("p:mine:")), "")


def leave(desk: Desk) -> CommandOutcome:
    """It is for somebody else, and stays good for her."""
    desk.change(offer=(), pending="")
    desk.say(desk.phrase("code_left"))
    return back(desk)


# --- codes that were given out -----------------------------------------------------------------------


def show_given(desk: Desk, rows: Sequence[tuple[str, str, str, bool]]) -> None:
    """(hash, for whom, role, whether it is used) of codes that she may take back."""
    buttons = [
        (f"x:one:{code_hash[:SHORT]}", _line(desk, name, role, is_used=is_used))
        for code_hash, name, role, is_used in rows[:A_PAGE]
    ]
    text = desk.phrase("given_list", so=str(len(rows))) if rows else desk.phrase("given_none")
    desk.offer(text, (*buttons, ("q:list:", desk.phrase("label_post"))))


def show_one(desk: Desk, code_hash: str, name: str, role: str, area_name: str, *, is_used: bool) -> None:
    text = desk.phrase("given_one", ma=_line(desk, name, role, is_used=is_used), noi=area_name)
    label = desk.phrase("label_code_back" if is_used else "label_code_revoke")
    desk.offer(text, ((f"x:back:{code_hash[:SHORT]}", label), ("x:list", desk.phrase("label_back"))))


def _line(desk: Desk, name: str, role: str, *, is_used: bool) -> str:
    as_what = desk.phrase(f"role_{role}" if f"role_{role}" in desk.book.phrases else "role_learner")
    state = desk.phrase("given_used" if is_used else "given_unused")
    return f"{name or desk.phrase('given_nameless')} · {as_what} · {state}"


def greet(desk: Desk) -> None:
    """It is a machine that speaks: said before anything else to who has never been here."""
    if desk.person.consent == "new":
        desk.set_person(consent="asked")
        desk.say(desk.phrase("hello"))


def back(desk: Desk) -> CommandOutcome:
    """What stands open comes back: consent and name are asked again here, anything else by whoever shows it again."""
    if desk.person.consent == "asked" and desk.state.open_run is None:
        onboarding.ask_consent(desk)
    elif desk.state.pending in ("name", "address"):
        _ask_again(desk)
    elif desk.agreed and not desk.person.name and not desk.state.pending:
        onboarding.ask_name(desk)
    elif desk.state.open_run is not None or desk.state.pending:
        return ASIDE
    else:
        menu.show_menu(desk)
    return ANSWERED


def _ask_again(desk: Desk) -> None:
    if desk.state.pending == "name":
        onboarding.ask_name(desk)
    else:
        onboarding.ask_address(desk)
