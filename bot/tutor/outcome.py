"""What is left to do after a command has been carried out. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from bot.channels.base import Body
from bot.tutor.state import OfferedButtons


@dataclass(frozen=True, slots=True)
class CommandOutcome:
    """`shows_again`: what was said stands beside the question that is open, which is put under her thumb again; `under`
    are buttons that stand below its own then.

    `heard`: it was for the tutor after all, and is understood as such; codes are not looked for in it any more.
    """

    shows_again: bool = False
    heard: Body | None = None
    under: OfferedButtons = ()


ANSWERED = CommandOutcome()
ASIDE = CommandOutcome(shows_again=True)
