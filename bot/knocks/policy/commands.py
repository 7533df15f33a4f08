"""Commands about the bell: whether a person's browser may ring."""

from __future__ import annotations

from dataclasses import dataclass

from bot.tutor.command import ServiceCommand


@dataclass(frozen=True, slots=True)
class AskBell(ServiceCommand):
    """Somebody wants to be rung, or not any more: the page's own button does it, for only a tap may ask the browser."""


@dataclass(frozen=True, slots=True)
class AnswerBell(ServiceCommand):
    """What came of the page's button, in a word of `HOW`; an old page, or another channel, knows none of them."""

    how: str


@dataclass(frozen=True, slots=True)
class OpenKnock(ServiceCommand):
    """A tap on what rang has opened a page that does not show what it rang for."""


BellCommand = AskBell | AnswerBell | OpenKnock
