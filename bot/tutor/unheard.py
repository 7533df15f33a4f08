"""A message that was not understood, held until the next word: the learner may give it to the editors. Pure.

Only who has agreed to be remembered is asked, and only a tap gives it; secrets are masked before it is held.
"""

from __future__ import annotations

from bot.tutor.state import OfferedButtons, Unheard
from bot.tutor.turn import TurnContext
from flows import events as ev
from flows.words.nouns import MASK

PREFIX = "uh"
GIVE = f"{PREFIX}:give:"
LONGEST = 300  # characters: who writes more was telling something, not answering


def hold(turn: TurnContext, lesson: str = "", step: str = "") -> None:
    """Keep what was heard last in this turn in sight until the next message."""
    heard = next((event.text.strip() for event in reversed(turn.events) if isinstance(event, ev.Heard)), "")
    if turn.agreed and heard and heard != MASK:
        turn.change(unheard=Unheard(heard[:LONGEST], lesson, step))


def let_go(turn: TurnContext, token: str = "") -> None:
    """Forget it: the learner goes on, unless it is its own button (`token`) that was tapped."""
    if turn.state.unheard is not None and not token.startswith(f"{PREFIX}:"):
        turn.change(unheard=None)


def button(turn: TurnContext) -> OfferedButtons:
    """What gives it, below what waits otherwise; nothing where nothing is held."""
    return ((GIVE, turn.phrase("label_unheard_give")),) if turn.state.unheard is not None else ()
