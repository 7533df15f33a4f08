"""Whether and how a person is asked for leave to ring: once, on a page, after something has waited unheard. Pure."""

from __future__ import annotations

from bot.tutor import notices
from bot.tutor.state import OfferedButtons
from bot.tutor.turn import TurnContext

DUE, ASKED = "due", "asked"
"""What `ConversationState.bell` says: something has come that was worth ringing for; the person has been asked."""

HOW = {
    "on": "bell_on",  # the browser has agreed, and its address is here
    "off": "bell_off",
    "later": "bell_later",  # the question of the browser was shut, or "not now" tapped
    "denied": "bell_denied",  # the browser says no, now and later, until its settings are changed
    "home": "bell_home",  # an iPhone: only a page on the home screen may ring
    "inapp": "bell_inapp",  # the browser inside Zalo, Facebook and the like
    "http": "bell_http",  # no https: no browser rings for such a page
    "none": "bell_none",  # a browser that cannot
    "fail": "bell_fail",  # its push service did not answer
}
"""What the page found → the phrase that says how to go on. A word once known stays: pages are kept for long."""

ON, OFF, LATER = "kn:is:on", "kn:is:off", "kn:is:later"
"""Tokens of the page's buttons: of the first two the page does what it says before it sends what came of it."""


def note(turn: TurnContext) -> None:
    """Something has come to a page by somebody else's act: worth asking about, unless that was done."""
    if turn.agreed and not turn.state.bell:
        turn.change(bell=DUE)


def may_ask(turn: TurnContext) -> bool:
    """Whether this is the moment: the person is here, and nothing else is being asked, about a request least of all."""
    is_free = turn.state.open_run is None and not turn.state.pending and bool(turn.replies)
    if turn.state.bell != DUE or not turn.profile.keeps_log or not is_free:
        return False
    return not any(button.token.startswith("o:") for button in turn.replies[-1].buttons)


def ask(turn: TurnContext, *, is_rung: bool) -> None:
    """Ask beside what was said; below its own buttons one stands that says yes. Nobody is asked twice, nor whoever is
    rung already."""
    turn.change(bell=ASKED)
    if not is_rung:
        alone = not turn.replies[-1].buttons
        turn.remark(turn.phrase("bell_ask"))
        notices.also(turn, _buttons(turn, *((ON, LATER) if alone else (ON,))))


def offer(turn: TurnContext, *, is_rung: bool) -> None:
    """The same for whoever wants to change it."""
    turn.change(bell=ASKED)
    text = turn.phrase("bell_is_on" if is_rung else "bell_ask")
    turn.offer(text, _buttons(turn, OFF if is_rung else ON, LATER))


def answer(turn: TurnContext, how: str, *, is_rung: bool) -> None:
    """Say what came of it, and how to go on where it did not work."""
    phrase = HOW.get(how, HOW["none"])
    if how == "on" and not is_rung:
        phrase = HOW["fail"]  # the page says so, but nothing has arrived here
    turn.say(turn.phrase(phrase))


def _buttons(turn: TurnContext, *tokens: str) -> OfferedButtons:
    labels = {ON: "label_bell_on", OFF: "label_bell_off", LATER: "label_later"}
    return tuple((token, turn.phrase(labels[token])) for token in tokens)
