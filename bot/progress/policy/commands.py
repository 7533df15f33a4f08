"""Commands about a learner's progress."""

from __future__ import annotations

from dataclasses import dataclass

from bot.tutor.command import ServiceCommand


@dataclass(frozen=True, slots=True)
class ShowProgress(ServiceCommand):
    """A learner asks how far she is."""


ProgressCommand = ShowProgress
