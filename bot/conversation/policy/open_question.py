"""The question that is open, put once more, or what the learner was in the middle of gone on with. Pure."""

from __future__ import annotations

from datetime import timedelta

from bot.conversation.policy.registry import QUESTIONS
from bot.tutor import lessons, menu, onboarding, privacy
from bot.tutor.desk import Desk
from flows import events as ev

STALE_EVERY = timedelta(minutes=1)  # how often a flood of taps on old buttons is answered


def show_again(desk: Desk) -> None:
    """After an aside, put the question that is open back under the learner's thumb."""
    if desk.state.open_run is not None:
        lessons.resume(desk, ev.Reoffered(""))
    elif desk.state.pending or desk.person.consent == "asked":
        ask_again(desk)
    else:
        menu.show_menu(desk)


def ask_again(desk: Desk) -> None:
    """Ask anew what is pending outside a lesson; where nothing is, the menu says that nothing was understood."""
    match desk.state.pending:
        case "consent":
            onboarding.ask_consent(desk, desk.phrase("consent_again"))
        case "name":
            onboarding.ask_name(desk, again=True)
        case "address":
            onboarding.ask_address(desk)
        case "language":
            onboarding.ask_language(desk)
        case "delete":
            privacy.ask_delete(desk)
        case pending if pending in QUESTIONS:
            desk.events.append(QUESTIONS[pending].again())
        case _ if desk.person.consent == "asked":
            onboarding.ask_consent(desk)
        case _:
            menu.show_menu(desk, desk.phrase("menu_not_understood"))


def go_on(desk: Desk) -> None:
    """Go on with the lesson that is open or was left last, else show the menu; whoever was asked for consent answers
    that first."""
    if desk.person.consent == "asked" and desk.state.open_run is None:
        onboarding.ask_consent(desk)
    elif desk.state.open_run is not None:
        lessons.resume(desk, ev.Reoffered("resume"))
    elif desk.state.parked:
        lessons.open_lesson(desk, desk.state.parked[-1].lesson)
    else:
        menu.show_menu(desk)


def answer_stale(desk: Desk) -> None:
    """A tap on an older button never acts; it is answered kindly, at most once a minute."""
    now, last = desk.universe.now, desk.state.stale_at
    if last is not None and timedelta(0) <= now - last < STALE_EVERY:
        return
    desk.change(stale_at=now)
    if desk.state.open_run is not None:
        desk.say(desk.phrase("stale"))
        lessons.resume(desk, ev.Reoffered(""))
    elif desk.state.pending or desk.person.consent == "asked":
        desk.say(desk.phrase("stale"))
        ask_again(desk)
    else:
        menu.show_menu(desk, desk.phrase("stale_short"))
