"""Commands of an officer who asks how her areas stand."""

from __future__ import annotations

from dataclasses import dataclass

from bot.tutor.command import ServiceCommand


@dataclass(frozen=True, slots=True)
class ShowTargets(ServiceCommand):
    """How an officer's areas stand."""


@dataclass(frozen=True, slots=True)
class InviteMember(ServiceCommand):
    """A code for somebody to come."""


FigureCommand = ShowTargets | InviteMember
