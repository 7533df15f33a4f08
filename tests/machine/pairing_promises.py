"""What the pairing owes people after whatever happened: checked by the machine, not by asking the policies again.

Each function takes the ledger as it was before one event, the ledger after it, and what was told; it asserts.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from bot.pairing.policy.deadlines import Clock
from bot.pairing.policy.ledger import Memory
from bot.pairing.policy.model import (
    HOUR,
    OFFICER,
    Instructor,
    Notification,
    Offer,
    Pairing,
    PairingNote,
    PairingRules,
    Request,
    danger_of,
)
from bot.pairing.policy.work import SERVED_AT_ONCE

OF_SAFETY = {"help_coming", "help_under_way", "follow_up", "follow_up_learner", "handed", "unhelped"}
"""Which are urgent only where a cry for safety is meant."""
URGENT = OF_SAFETY | {
    "safety_call",
    "safety_again",
    "cried_again",
    "unhelped_heard",
    "safety_strangers",
    "safety_taken",
    "relieved",
    "safety_mistake",
    "safety_left",
}
URGENT |= {f"{danger}_wait_{n}" for danger in ("safety", "danger") for n in (1, 2, 3, 4)}
URGENT |= {"safety_alone", "danger_alone", "die_call", "die_again", "hurt_call", "hurt_again"}
APART = {"changed", "reported", "left_by_instructor", "suspended"}
ZONE = 7 * HOUR  # the tests' clock: quiet from 20:00 to 08:00 in Đồng Nai


@dataclass(frozen=True)
class Before:
    """The ledger's rows before an event."""

    requests: dict[str, Request]
    offers: dict[str, Offer]
    pairings: dict[str, Pairing]
    instructors: dict[str, Instructor]
    loads: dict[str, int]


def photograph(memory: Memory) -> Before:
    loads = {who: memory.load(who) for who in memory.instructors}
    return Before(
        dict(memory.requests), dict(memory.offers), dict(memory.pairings), dict(memory.instructors), loads
    )  # fmt: skip


@dataclass(frozen=True)
class Event:
    """What happened: whose act it was, what it wrote and told, and the ledger before and after it."""

    actor: str
    before: Before
    after: Memory
    notes: Sequence[PairingNote]
    tells: Sequence[Notification]
    now: int
    rules: PairingRules
    clock: Clock
    assigned: bool = False  # an officer chose; she may overrule the order

    def told(self, who: str) -> list[Notification]:
        return [tell for tell in self.tells if tell.to == who]

    def is_gone(self, who: str) -> bool:
        return who not in self.after.learners and who not in self.after.instructors

    def new_offers(self) -> list[Offer]:
        return [offer for key, offer in self.after.offers.items() if key not in self.before.offers]


def check(event: Event) -> None:
    for promise in PROMISES:
        promise(event)


def nothing_rings_at_night(event: Event) -> None:
    """Only what she asked for just now, or where somebody is being robbed."""
    for tell in event.tells:
        prompted = tell.to == event.actor and tell.at == event.now
        assert prompted or tell.phrase in URGENT or not _quiet(tell.at), f"{tell} rings at night"
        assert tell.at >= event.now
        assert not tell.urgent or tell.phrase in URGENT
        if tell.urgent and tell.phrase in OF_SAFETY:
            request = event.after.request(tell.about)
            assert request is not None and request.kind == "safety"
        elif tell.phrase in OF_SAFETY:
            assert prompted or not _quiet(tell.at), f"{tell} rings at night"


def nothing_is_said_twice(event: Event) -> None:
    said = [(tell.to, tell.phrase, tell.about) for tell in event.tells]
    assert len(said) == len(set(said)), f"the same again: {event.tells}"


def deadlines_pause(event: Event) -> None:
    """A deadline is a span of waking time after what it follows, and never falls into the night; safety's do."""
    for offer in event.new_offers():
        span = event.rules.offer if offer.reserves else event.rules.help
        assert _waking(event.now, offer.due_at) == span, f"{offer} made at {event.now}"
        assert not _quiet(offer.due_at)
    for request in event.after.unclosed():
        if request == event.before.requests.get(request.request_id):
            continue
        if request.kind != "safety":
            assert not _quiet(request.due_at), f"{request} is due at night"
        elif request.state != "open":
            assert event.now < request.due_at <= event.now + event.rules.safety, f"{request} waits at {event.now}"


def at_night_nothing_moves_by_itself(event: Event) -> None:
    if event.actor == "" and _quiet(event.now):
        for key, request in event.before.requests.items():
            if request.kind != "safety" and key in event.after.requests:
                assert event.after.requests[key] == request, f"{request} moved at night"


def both_hear_of_it(event: Event) -> None:
    """A pairing that begins or ends is told to both, each naming the other; nobody else is named to them."""
    for pairing in event.after.pairings.values():
        before = event.before.pairings.get(pairing.pairing_id)
        if before is not None and before.state == pairing.state:
            continue
        her, me = pairing.learner_id, pairing.instructor_id
        if pairing.state == "open":
            _names(event, her, "pair_found", "ten_hdv", event.after.instructors[me].name)
            _names(event, me, "offer_accepted", "ten_hv", event.after.learners[her].name)
            continue
        if pairing.ended_why != "learner_left":
            assert event.told(her) or event.is_gone(her), f"{her} does not hear that {pairing} is over"
        if pairing.ended_why not in ("suspended", "instructor_left"):
            assert any(
                tell.phrase in ("pairing_over", "pairing_left", "learner_left") for tell in event.told(me)
            ) or event.is_gone(me), pairing
    for request in event.after.unclosed():
        before_it = event.before.requests.get(request.request_id)
        if request.state == "open" and (before_it is None or before_it.state != "open"):
            assert event.told(request.learner_id), f"{request} is taken, and she does not know"


def _names(event: Event, to: str, phrase: str, value: str, name: str) -> None:
    said = [tell for tell in event.told(to) if tell.phrase == phrase]
    assert said and all(tell.values[value] == name for tell in said), f"{to} is to hear of {name}: {said}"


def no_message_crosses(event: Event) -> None:
    """Somebody is named to somebody only where the two have to do with one another."""
    for tell in event.tells:
        for named in filter(None, (tell.values.get("ten_hv"), tell.values.get("ten_hdv"))):
            kind, _, number = named.rpartition(" ")
            who = ("l" if kind == "Bà" else "i") + number
            if kind not in ("Bà", "Chị") or who == tell.to or tell.to[0] == "o":
                continue
            assert _have_to_do(event, tell.to, who), f"{tell} names {who}"


def _have_to_do(event: Event, one: str, other: str) -> bool:
    pairs = [
        {pairing.learner_id, pairing.instructor_id}
        for kept in (event.before.pairings, event.after.pairings)
        for pairing in kept.values()
        if pairing.state == "open"
    ]
    requests = {**event.before.requests, **event.after.requests}
    pairs += [
        {requests[offer.request_id].learner_id, offer.instructor_id}
        for kept in (event.before.offers, event.after.offers)
        for offer in kept.values()
        if offer.request_id in requests and (offer.state == "open" or event.before.offers.get(offer.offer_id) != offer)
    ]
    pairs += [
        {request.learner_id, request.owner_id}
        for kept in (event.before.requests, event.after.requests)
        for request in kept.values()
    ]
    return {one, other} in pairs


def nobody_is_asked_twice(event: Event) -> None:
    """Who let it pass is not asked again for it, and two who parted are not brought together again."""
    for offer in () if event.assigned else event.new_offers():
        if not offer.reserves or offer.request_id not in event.after.requests:
            continue
        her = event.after.requests[offer.request_id].learner_id
        for past in event.after.offers.values():
            same = (past.request_id, past.instructor_id) == (offer.request_id, offer.instructor_id)
            assert not same or past.state not in ("declined", "expired"), f"{offer} again after {past}"
        for ended in event.after.pairings.values():
            same = (ended.learner_id, ended.instructor_id) == (her, offer.instructor_id)
            assert not same or ended.ended_why not in APART, f"{offer} after {ended}"
            assert not same or ended.state != "open", f"{offer} to whom she has"


def whoever_has_room_is_asked(event: Event) -> None:
    """By day, somebody's act that frees a place, or passes a request on, leaves no such place beside one who waits."""
    if event.actor == "" or _quiet(event.now) or len(event.new_offers()) >= SERVED_AT_ONCE:
        return
    after = event.after
    for who, instructor in after.instructors.items():
        if after.load(who) < event.before.loads.get(who, 0):
            first = after.first_waiting(instructor, event.now)
            assert first is None, f"{first} waits beside {instructor}"
    for key, request in after.requests.items():
        if request.state != "waiting" or event.before.requests.get(key, request).state != "offered":
            continue
        learner = after.learners[request.learner_id]
        paired = after.pairing_of(request.learner_id) is not None and request.kind != "change"
        if request.kind != "safety" and learner.confirmed and not paired:
            best = after.best(request, learner, event.now)
            assert best is None, f"{request} waits, and {best} could be asked"


def officers_climb(event: Event) -> None:
    """Each call goes to the next one above; at the top it is repeated."""
    for note in event.notes:
        if note.what == "escalated" and note.request_id in event.after.requests:
            request = event.after.requests[note.request_id]
            before = event.before.requests.get(note.request_id)
            if before is None or request.state == "closed":
                continue
            assert request.width > before.width, f"{request} goes nowhere"
            above = event.after.officers(event.after.learners[request.learner_id].path)
            chain = [who for who in above if who not in event.after.closed]
            if request.owner_kind == "officer":
                assert request.owner_id == chain[min(request.width - OFFICER, len(chain) - 1)], f"{request} {chain}"


def officers_know_in_time(event: Event) -> None:
    """A search that has lasted its time is an officer's, though somebody is asked meanwhile."""
    for request in event.after.unclosed():
        if request.kind in ("pair", "change") and request.state == "offered" and request.width < OFFICER:
            offer = event.after.offer_for(request.request_id)
            asked_at = offer.made_at if offer else event.now
            assert _waking(request.since_at, asked_at) < event.rules.request, f"{request}: no officer knows"


def silence_brings_rest(event: Event) -> None:
    for who, me in event.after.instructors.items():
        before = event.before.instructors.get(who)
        if before and me.silences > before.silences and me.silences % event.rules.silences == 0:
            assert me.rest_until_at > event.now, f"{me} is asked on and on"


def robbed_is_heard_at_once(event: Event) -> None:
    """Owner and instructor are called together, at any hour."""
    for key, request in event.after.requests.items():
        if key in event.before.requests or request.kind != "safety" or request.state == "closed":
            continue
        if request.width < OFFICER and not event.after.learners[request.learner_id].confirmed:
            ahead = [
                each for each in event.before.requests.values() if each.kind == "safety" and each.state == "waiting"
            ]
            assert any(each.due_at == request.due_at for each in ahead), f"{request} does not ring with the others"
            continue
        pairing = event.after.pairing_of(request.learner_id)
        both = {request.owner_id, pairing.instructor_id if pairing else request.owner_id}
        for who in both - event.after.closed:
            called = [tell for tell in event.told(who) if tell.phrase == f"{danger_of(request)}_call"]
            assert called and called[0].at == event.now and called[0].urgent, f"{who} is not called for {request}"


def whoever_changes_is_not_left_alone(event: Event) -> None:
    """Her instructor stays hers until the next one has said yes."""
    for pairing in event.after.pairings.values():
        before = event.before.pairings.get(pairing.pairing_id)
        if pairing.ended_why == "changed" and before is not None and before.state == "open":
            assert event.after.pairing_of(pairing.learner_id), f"{pairing} ended before another began"


PROMISES: tuple[Callable[[Event], Any], ...] = (
    nothing_rings_at_night,
    nothing_is_said_twice,
    deadlines_pause,
    at_night_nothing_moves_by_itself,
    both_hear_of_it,
    no_message_crosses,
    nobody_is_asked_twice,
    whoever_has_room_is_asked,
    officers_climb,
    officers_know_in_time,
    silence_brings_rest,
    robbed_is_heard_at_once,
    whoever_changes_is_not_left_alone,
)


# --- time, counted another way than the policies do ---


def _quiet(at: int) -> bool:
    return not 8 * HOUR <= (at + ZONE) % (24 * HOUR) < 20 * HOUR


def _waking(first: int, last: int) -> int:
    """Milliseconds between two instants in which people are awake."""
    return _awake_until(last) - _awake_until(first)


def _awake_until(at: int) -> int:
    days, of_day = divmod(at + ZONE, 24 * HOUR)
    return days * 12 * HOUR + min(max(of_day - 8 * HOUR, 0), 12 * HOUR)
