"""What may be wished about a message that was not understood."""

from __future__ import annotations

from dataclasses import dataclass

from bot.tutor.command import ServiceCommand


@dataclass(frozen=True, slots=True)
class GiveUnheard(ServiceCommand):
    """The learner gives what was not understood to the editors."""
