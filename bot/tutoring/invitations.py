"""What an invitation is worth, and what is said about it; the same for everybody who shows it. Pure."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum

from bot.tutoring import menu, reception
from bot.tutoring.desk import Desk, OfficeAsked

INVITE_LASTS = timedelta(days=14)
LINK_LASTS = timedelta(minutes=10)
MAX_TRIES = 5
"""Wrong codes of one chat within a window; also how often one set of words may be shown and turned down."""
MAX_TRIES_OF_ALL = {"invite": 600, "link": 60}
"""Wrong codes of everybody together within a window, by kind: beyond it no such code is looked at until the next one.
With 30^8 codes and some 7 million words-of-three, of which a handful hold, that leaves a guesser less than one chance
in ten thousand a window; and whoever wants to keep others out can stop the joining of phones, not the invitations."""
WINDOW = timedelta(minutes=10)


class Verdict(Enum):
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


def too_often(kind: str, hers: int, of_all: int) -> bool:
    return hers >= MAX_TRIES or of_all >= MAX_TRIES_OF_ALL[kind]


def judge(found: Invitation | None, learner_id: str, now: datetime) -> Verdict:
    """A code of no invitation is a guess; a used one may be her own, shown again."""
    if found is None:
        return Verdict.UNKNOWN
    if found.learner_id == learner_id or found.used_by == learner_id:
        return Verdict.OWN
    if found.used_by is not None:
        return Verdict.USED
    if found.expires_at <= now or found.tries >= MAX_TRIES:
        return Verdict.EXPIRED
    return Verdict.GOOD


def is_guess(verdict: Verdict) -> bool:
    """Whether it counts against whoever showed it: an old code of one's own never does."""
    return verdict in (Verdict.UNKNOWN, Verdict.USED, Verdict.EXPIRED)


# --- said at the desk --------------------------------------------------------------------------------


def refuse(desk: Desk, verdict: Verdict, kind: str, go_on: Callable[[Desk], None]) -> None:
    """One kind sentence, and back to where she was."""
    _greet(desk)
    which = f"{verdict.value}_link" if kind == "link" and verdict in (Verdict.UNKNOWN, Verdict.OWN) else verdict.value
    desk.say(desk.phrase(which))
    _back(desk, go_on)


def refuse_late(desk: Desk, go_on: Callable[[Desk], None]) -> None:
    """She said yes, but the words hold no more."""
    refuse(desk, Verdict.EXPIRED, "link", go_on)


def welcome(desk: Desk, role: str, area_name: str, go_on: Callable[[Desk], None]) -> None:
    """She was invited: where, as what; who has not agreed yet is asked first."""
    _greet(desk)
    known = f"invited_{role}" if f"invited_{role}" in desk.book.phrases else "invited_learner"
    desk.say(desk.phrase(known, noi=area_name))
    if desk.agreed and role == "instructor":
        desk.events.append(OfficeAsked("teach"))
    else:
        _back(desk, go_on)


def hold_back(desk: Desk, go_on: Callable[[Desk], None]) -> None:
    """The code is good, but somebody of the union has suspended her."""
    _greet(desk)
    desk.say(desk.phrase("code_held_back"))
    _back(desk, go_on)


def ask_link(desk: Desk, code_hash: str) -> None:
    """Joining is asked for once: a thief might have sent her his words."""
    _greet(desk)
    yes = (f"j:{code_hash}", desk.phrase("label_link_yes"))
    desk.offer(desk.phrase("link_ask"), (yes, ("j:no", desk.phrase("label_link_no"))), pending="link")


def give_link(desk: Desk, words: str, addresses: tuple[str, ...], go_on: Callable[[Desk], None]) -> None:
    desk.say(desk.phrase("link_words", chu=words))
    if addresses:
        desk.say(desk.phrase("link_addresses", dia_chi="\n".join(addresses)))
    go_on(desk)


def _greet(desk: Desk) -> None:
    """It is a machine that speaks: said before anything else to who has never been here."""
    if desk.person.consent == "new":
        desk.set_person(consent="asked")
        desk.say(desk.phrase("hello"))


def _back(desk: Desk, go_on: Callable[[Desk], None]) -> None:
    if desk.person.consent == "asked" and desk.talk.open_run is None:
        reception.ask_consent(desk)
    elif desk.talk.pending in ("name", "address"):
        _ask_again(desk)
    elif desk.talk.open_run is not None or desk.talk.pending:
        go_on(desk)
    else:
        menu.show_menu(desk)


def _ask_again(desk: Desk) -> None:
    if desk.talk.pending == "name":
        reception.ask_name(desk)
    else:
        reception.ask_address(desk)
