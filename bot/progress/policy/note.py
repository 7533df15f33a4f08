"""What the note of a week says. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from bot.progress.policy import learning_map
from bot.tutor.menu import in_order, short, to_finish
from bot.tutor.state import OfferedButtons
from bot.tutor.turn import TurnContext
from flows.sittings import SITTINGS


def text(turn: TurnContext, finished: Sequence[str], earned: Sequence[str]) -> str:
    """Which lessons she finished in the week, or which one is open, and what she has earned; "" where there is nothing
    to tell. In the middle of a lesson it also says by which word it ends, for its question takes the buttons' place."""
    runs = (turn.state.open_run, *reversed(turn.state.parked))
    open_one = next((run.home[0] for run in runs if run and run.home[0] not in SITTINGS), "")
    if finished:
        first = turn.phrase("note_done", so=str(len(finished)), bai=turn.lesson_title(finished[-1]))
    elif open_one:
        first = turn.phrase("note_open", bai=turn.lesson_title(open_one))
    else:
        return ""
    more = (*earned[:1], turn.phrase("note_ends")) if turn.state.open_run else earned
    return "\n".join((first, *more))


def buttons(turn: TurnContext) -> OfferedButtons:
    """The next lesson, and an end of notes."""
    following = learning_map.stands_at(turn, to_finish(turn, in_order(turn)))
    on = ((f"m:{following.id}", short(turn.lesson_title(following.id))),) if following else ()
    return (*on, ("pr:stop", turn.phrase("label_note_stop")))
