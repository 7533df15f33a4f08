"""A learner's own data put right by that learner: name, form of address, area, what the union should know. Pure.

What the union should know (elderly, disability, poor household, worker, remote) is the learner's to tell or not: asked
for with its purpose, kept only while that is wanted. Never where somebody comes from.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from difflib import get_close_matches

from bot.people.policy.lists.words import fold
from bot.tutor.turn import ConsentAnswered, TurnContext

NEEDS = ("elderly", "disability", "poor", "worker", "remote")
CONSENT = "needs_ask"  # the phrase she answers to when she tells any of them
MOST_PLACES = 4
OWN_AREA, TO_TEACH = "self.area", "apply.area"
"""The open question where she lives: put by herself, or because she would like to be an instructor."""

_KINDS = ("phuong ", "xa ", "p ", "x ", "thi tran ")


def show(turn: TurnContext, intro: str = "") -> None:
    """What a learner can put right about the own data."""
    turn.say(intro)
    offer = (
        ("g:change_name", turn.phrase("label_self_name")),
        ("g:change_address", turn.phrase("label_self_address")),
        ("b:area", turn.phrase("label_self_area")),
        ("b:needs", turn.phrase("label_self_needs")),
        ("g:menu", turn.phrase("label_menu")),
    )
    turn.offer(turn.phrase("self_ask"), offer)


# --- where she lives ---------------------------------------------------------------------------------


def ask_area(
    turn: TurnContext, now_in: str, places: Sequence[tuple[str, str]] = (), *, again: bool = False,
    pending: str = OWN_AREA,
) -> None:  # fmt: skip
    """Ask where the learner lives; `places` (area_id, name) are those that what was written may mean. `pending` is what
    it is asked for: OWN_AREA, TO_TEACH.
    """
    if places:
        offer = (*((f"b:ward:{area_id}", name) for area_id, name in places), _back(turn))
        turn.offer(turn.phrase("self_area_which"), offer, pending=pending)
        return
    if now_in and not again:
        turn.say(turn.phrase("self_area_now", noi=now_in))
    turn.offer(turn.phrase("self_area_again" if again else "self_area_ask"), (_back(turn),), pending=pending)


def places_named(text: str, wards: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    """The wards that a name may mean, with or without diacritics and kind; one when it is clear."""
    known: dict[str, list[tuple[str, str]]] = {}
    for area_id, name in wards:
        known.setdefault(_plain(name), []).append((area_id, name))
    said = _plain(text)
    if said in known:
        found = known[said]
        exact = [place for place in found if fold(place[1]) == fold(text)]
        return exact if len(exact) == 1 else found
    return [place for each in get_close_matches(said, known, MOST_PLACES, 0.7) for place in known[each]][:MOST_PLACES]


def _plain(name: str) -> str:
    folded = fold(name)
    kind = next((kind for kind in _KINDS if folded.startswith(kind)), "")
    return folded.removeprefix(kind)


# --- what the union should know ----------------------------------------------------------------------


def ask_needs(turn: TurnContext, needs: Collection[str]) -> None:
    """Ask what the union should know of the learner, and what for, with a button each; what has been told is ticked."""
    ticked = [
        (f"b:need:{need}", ("✅ " if need in needs else "") + turn.phrase(f"label_need_{need}")) for need in NEEDS
    ]
    none = [("b:need:none", turn.phrase("label_need_none"))] if needs else []
    turn.offer(turn.phrase(CONSENT), (*ticked, *none, _back(turn)), pending="self.needs")


def with_need(turn: TurnContext, needs: Sequence[str], need: str) -> tuple[str, ...]:
    """The needs after one tap; the first that is told is the consent, the last that is taken back its end."""
    if need == "none":
        after: tuple[str, ...] = ()
    elif need in NEEDS:
        after = tuple(each for each in NEEDS if (each in needs) != (each == need))
    else:
        return tuple(needs)
    if bool(after) != bool(needs):
        turn.events.append(ConsentAnswered("needs_agreed" if after else "needs_withdrawn", CONSENT))
    return after


def _back(turn: TurnContext) -> tuple[str, str]:
    return "b:show", turn.phrase("label_back")
