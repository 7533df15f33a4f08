"""Commands of an officer who asks how the own areas stand."""

from __future__ import annotations

from dataclasses import dataclass

from bot.tutor.command import ServiceCommand


@dataclass(frozen=True, slots=True)
class ShowTargets(ServiceCommand):
    """How an officer's areas stand against the union's target."""


@dataclass(frozen=True, slots=True)
class InviteMember(ServiceCommand):
    """An officer wants a code for one new member."""


FigureCommand = ShowTargets | InviteMember
