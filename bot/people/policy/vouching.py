"""Somebody vouches for a learner who has lost a phone: a code by which the learner goes on. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from bot.tutor.desk import Desk

MOST = 6  # persons of a name that are shown to choose from


def ask_whom(desk: Desk, *, again: bool = False) -> None:
    """An officer writes the name."""
    back = ("q:list:", desk.phrase("label_back"))
    desk.offer(desk.phrase("vouch_again" if again else "vouch_whom"), (back,), pending="vouch.whom")


def choose(desk: Desk, people: Sequence[tuple[str, str, str]]) -> None:
    """(learner_id, name, area) of those whom it may be."""
    named = [(f"vo:give:{each}", f"{name} · {area}" if area else name) for each, name, area in people[:MOST]]
    desk.offer(desk.phrase("vouch_which"), (*named, ("g:menu", desk.phrase("label_menu"))))


def give(desk: Desk, name: str, code: str) -> None:
    """Show the code, to be told face to face or by a voice that is known; then the menu is under the thumb."""
    who = desk.called(name)
    desk.offer(desk.phrase("vouch_code", ai=who, ma=code), (("g:menu", desk.phrase("label_menu")),))
