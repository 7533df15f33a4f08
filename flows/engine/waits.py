"""Which steps stop and wait for her."""

from __future__ import annotations

from flows.model import Ask, Choose, Help, Pair, Quiz, Review, Say, Step, Task, Wait


def waits(step: Step) -> bool:
    """Whether a lesson can be stopped at this step; a review and a pause may also let her through at once."""
    match step:
        case Say(wait_tap=label):
            return label is not None
        case _:
            return isinstance(step, Choose | Quiz | Ask | Task | Wait | Help | Pair | Review)
