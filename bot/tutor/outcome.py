"""What is left to do after an update has been understood, or a command been carried out. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from bot.channels.base import Body
from bot.tutor.state import OfferedButtons


@dataclass(frozen=True, slots=True)
class CommandOutcome:
    """`shows_again`: what was said stands beside the open question, which is put under the thumb again; `under` are
    buttons that stand below its own then.

    `briefly`: of the open question only its last one line, for it was read before what others have had to say.

    `pinned`: buttons of earlier things, which stand below all of these, numbered on from them.

    `heard`: it was for the tutor after all, and is understood as such; codes are not looked for in it any more.
    """

    shows_again: bool = False
    heard: Body | None = None
    under: OfferedButtons = ()
    pinned: OfferedButtons = ()
    briefly: bool = False


ANSWERED = CommandOutcome()
ASIDE = CommandOutcome(shows_again=True)
