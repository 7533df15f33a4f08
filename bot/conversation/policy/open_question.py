"""The question that is open, put once more, or what the learner was in the middle of gone on with. Pure."""

from __future__ import annotations

from datetime import timedelta

from bot.conversation.policy.registry import QUESTIONS
from bot.tutor import lessons, menu, notices, onboarding, privacy
from bot.tutor.turn import TurnContext
from flows import events as ev

STALE_EVERY = timedelta(minutes=1)  # how often a flood of taps on old buttons is answered


def show_again(turn: TurnContext, *, briefly: bool = False) -> None:
    """After an aside, put the question that is open back under the learner's thumb; `briefly`: of a lesson's step the
    one line that asks."""
    if turn.state.open_run is not None and briefly:
        notices.briefly(turn, lambda: lessons.resume(turn, ev.Reoffered("")))
    elif turn.state.open_run is not None:
        lessons.resume(turn, ev.Reoffered(""))
    elif turn.state.pending or turn.person.consent == "asked":
        ask_again(turn)
    else:
        menu.show_menu(turn)


def ask_again(turn: TurnContext) -> None:
    """Ask anew what is pending outside a lesson; where nothing is, the menu says that nothing was understood."""
    match turn.state.pending:
        case "consent":
            onboarding.ask_consent(turn, turn.phrase("consent_again"))
        case "name":
            onboarding.ask_name(turn, again=True)
        case "address":
            onboarding.ask_address(turn)
        case "language":
            onboarding.ask_language(turn)
        case "delete":
            privacy.ask_delete(turn)
        case pending if pending in QUESTIONS:
            turn.events.append(QUESTIONS[pending].again())
        case _ if turn.person.consent == "asked":
            onboarding.ask_consent(turn)
        case _:
            menu.show_menu(turn, turn.phrase("menu_not_understood"))


def go_on(turn: TurnContext) -> None:
    """Go on with the lesson that is open or was left last, else show the menu; whoever was asked for consent answers
    that first."""
    if turn.person.consent == "asked" and turn.state.open_run is None:
        onboarding.ask_consent(turn)
    elif turn.state.open_run is not None:
        lessons.resume(turn, ev.Reoffered("resume"))
    elif turn.state.parked:
        lessons.open_lesson(turn, turn.state.parked[-1].lesson)
    else:
        menu.show_menu(turn)


def answer_stale(turn: TurnContext) -> None:
    """A tap on an older button never acts; it is answered kindly, at most once a minute."""
    now, last = turn.universe.now, turn.state.stale_at
    if last is not None and timedelta(0) <= now - last < STALE_EVERY:
        return
    turn.change(stale_at=now)
    if turn.state.open_run is not None:
        turn.say(turn.phrase("stale"))
        lessons.resume(turn, ev.Reoffered(""))
    elif turn.state.pending or turn.person.consent == "asked":
        turn.say(turn.phrase("stale"))
        ask_again(turn)
    else:
        menu.show_menu(turn, turn.phrase("stale_short"))
