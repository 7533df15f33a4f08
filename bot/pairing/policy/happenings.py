"""What happens to requests, offers and pairings when somebody does something, or nobody does: one function an event.

Each takes the `PairingWork` it happens in; afterwards the ledger holds the result and `turn.tells` what is to be said.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

from bot.pairing.policy import safety
from bot.pairing.policy.candidates import against_ever, priority
from bot.pairing.policy.model import GROUP, OFFICER, Instructor, Learner, Offer, Request, RequestKind
from bot.pairing.policy.taking import opened
from bot.pairing.policy.work import PairingWork

STRANGERS_AT_ONCE = 5

# --- a learner asks ---


def ask(
    turn: PairingWork,
    learner_id: str,
    kind: RequestKind,
    *,
    need: str = "",
    topic: str = "",
    lesson: str = "",
    version: int = 0,
    step: str = "",
    tries: int = 0,
    place: bool = True,
) -> Request | None:
    """A learner wants a human. The request, new or the one under way; None where there is already what is asked for.

    Without `place` nobody is asked yet: the caller goes on with `release`.
    """
    learner = turn.ledger.learner(learner_id)
    if learner is None:
        return None
    pairing = turn.ledger.pairing_of(learner_id)
    if kind == "change" and pairing is None:
        kind = "pair"
    if kind == "pair" and pairing is not None:
        turn.tell(learner_id, "pair_have", ten_hdv=turn.name(pairing.instructor_id))
        return None
    for known in turn.ledger.requests_of(learner_id):
        if known.kind == kind or {known.kind, kind} == {"pair", "change"}:
            if kind == "safety":
                return safety.cried_again(turn, known, need)
            if place:
                _say_again(turn, known, learner)
            return known
    kind_of_owner, owner = turn.post(learner)
    first = Request(
        turn.new_id(), learner_id, kind, turn.now, turn.now, priority(kind, learner.needs, turn.rules),
        owner_kind=kind_of_owner, owner_id=owner, need=need, topic=topic, lesson=lesson, version=version, step=step,
        tries=tries,
    )  # fmt: skip
    turn.note("asked", first, kind=kind)
    if kind == "change":
        turn.report(owner, "officer_change", ten_hv=learner.name)
    if kind == "safety":
        return safety.call_everybody(turn, first)
    if not learner.confirmed:
        due = turn.clock.after(turn.now, turn.rules.officer)
        waiting = replace(first, width=OFFICER, due_at=due)
        turn.ledger.put_request(waiting)
        # A flood of strangers must not flood an officer's phone: from the sixth on they come with the day's digest.
        held = turn.ledger.owned_by(owner, STRANGERS_AT_ONCE + 1)
        say = turn.tell if len(held) <= STRANGERS_AT_ONCE else turn.report
        say(owner, "officer_stranger", first.request_id, ten_hv=learner.name, khu=learner.area)
        _say_to_her(turn, waiting, "pair_stranger")
        return waiting
    if not place:
        turn.ledger.put_request(first)
        return first
    return tell_where(turn, turn.place(first), again=False)


def tell_where(turn: PairingWork, request: Request, *, again: bool) -> Request:
    """Say in kind words where the learner's request stands now."""
    if request.width >= OFFICER:
        return request  # told when it went up
    if request.state == "offered":
        hers = request.kind == "help" and turn.ledger.pairing_of(request.learner_id)
        phrase = "pair_next" if again else "help_asked" if hers else "pair_asked"
    elif turn.clock.is_quiet(turn.now):
        phrase = "pair_night"
    else:
        phrase = "pair_wait"
        turn.report(request.owner_id, "officer_waiting", request.request_id, ten_hv=turn.name(request.learner_id))
    _say_to_her(turn, request, phrase)
    return request


def _say_again(turn: PairingWork, known: Request, learner: Learner) -> None:
    """Say where a request stands that is asked for once more, unless this turn has told it already."""
    if any((each.to, each.about) == (learner.learner_id, known.request_id) for each in turn.tells):
        return
    if known.state == "open":
        helper = turn.helper_named(known.owner_kind, known.owner_id)
        turn.tell(learner.learner_id, "help_under_way", known.request_id, **helper)
    elif known.state == "offered":
        _say_to_her(turn, known, "pair_already")
    else:
        _say_to_her(turn, known, "pair_wait" if learner.confirmed else "pair_stranger")


def _say_to_her(turn: PairingWork, request: Request, phrase: str) -> None:
    """Tell the learner how a request stands; where nobody of the union is here nothing is promised."""
    if request.owner_id:
        hers = turn.name(request.owner_id) if phrase == "help_asked" else ""
        turn.tell(request.learner_id, phrase, request.request_id, ten_hdv=hers)
    elif request.kind != "help":
        turn.tell(request.learner_id, "nobody_yet", request.request_id)


def cancel(turn: PairingWork, request_id: str) -> None:
    """Close a request that the learner does not need any more."""
    request = turn.ledger.request(request_id)
    if request and request.state != "closed" and request.learner_id == turn.actor:
        if request.state == "open":
            turn.tell(request.owner_id, "help_not_needed", ten_hv=turn.name(request.learner_id))
        turn.close(request, "cancelled")


def cancel_all(turn: PairingWork) -> None:
    """The learner wants nobody any more; what is urgent stays until it was looked after, or was a mistake."""
    hers = turn.ledger.requests_of(turn.actor)
    mine = [each for each in hers if each.kind != "safety"]
    for request in mine:
        cancel(turn, request.request_id)
    if mine or not hers:
        turn.tell(turn.actor, "pair_cancelled" if mine else "pair_none_open")
    if len(mine) < len(hers):
        turn.tell(turn.actor, "cancel_urgent")


def confirmed(turn: PairingWork, learner_id: str) -> None:
    """An officer says who a learner is, who can be paired from now on."""
    for request in turn.ledger.requests_of(learner_id):
        if request.state == "waiting" and request.kind != "safety":
            # Where she has waited too long to be confirmed, the officer keeps it, whoever is asked.
            width = GROUP if turn.goes_up_at(request) > turn.now else request.width
            tell_where(turn, turn.place(replace(request, width=width)), again=False)


# --- an instructor answers ---


def accept(turn: PairingWork, offer_id: str) -> bool:
    """The instructor takes the learner of an offer. False when it is not open to the actor any more."""
    offer = _offer_of(turn, offer_id)
    request = turn.ledger.request(offer.request_id) if offer else None
    learner = turn.ledger.learner(request.learner_id) if request else None
    if offer is None or request is None or learner is None:
        return False
    turn.settle(offer, "accepted")
    _answers(turn, offer)
    me, her = offer.instructor_id, learner.learner_id
    if offer.reserves:
        old = turn.ledger.pairing_of(her)
        if old is not None:
            turn.end_pairing(old, "changed")
            turn.tell(old.instructor_id, "pairing_over", ten_hv=learner.name)
        pairing = turn.open_pairing(her, me)
        turn.tell(her, "pair_found", pairing.pairing_id, ten_hdv=turn.name(me))
        turn.tell(me, "offer_accepted", pairing.pairing_id, ten_hv=learner.name)
        if request.kind == "help":
            opened(turn, request, "instructor", me)
        else:
            turn.close(request, "paired")
        _settle_other_wishes(turn, request)
        if old is not None:
            turn.serve(old.instructor_id)
    else:
        opened(turn, request, "instructor", me)
        turn.tell(her, "help_coming", request.request_id, **turn.helper_named("instructor", me))
        turn.tell(me, "offer_help_accepted", request.request_id, ten_hv=learner.name)
    return True


def _settle_other_wishes(turn: PairingWork, done: Request) -> None:
    """A learner has an instructor now: no further one is sought, by whomever, and that one gives help."""
    for other in turn.ledger.requests_of(done.learner_id):
        if other.request_id == done.request_id or other.kind == "safety":
            continue
        if other.kind == "help" and other.state == "open":
            continue
        if other.kind == "help":
            freed = turn.withdraw(other.request_id)
            turn.place(replace(turn.ledger.request(other.request_id) or other, state="waiting"))
            if freed:
                turn.serve(freed)
        else:
            if other.state == "open":
                turn.tell(other.owner_id, "help_not_needed", ten_hv=turn.name(other.learner_id))
            turn.close(other, "paired")


def later(turn: PairingWork, offer_id: str) -> bool:
    """Not this moment: the learner does not wait for this instructor, who is left in peace for a while."""
    return _pass_on(turn, offer_id, "later", "offer_later_said")


def decline(turn: PairingWork, offer_id: str) -> bool:
    """The instructor does not take the learner of this offer."""
    return _pass_on(turn, offer_id, "declined", "offer_declined_said")


def _pass_on(turn: PairingWork, offer_id: str, state: str, phrase: str) -> bool:
    offer = _offer_of(turn, offer_id)
    if offer is None:
        return False
    turn.settle(offer, state)
    me = _answers(turn, offer)
    if me is not None:
        turn.ledger.put_instructor(replace(me, rest_until_at=turn.clock.after(turn.now, turn.rules.later)))
    turn.tell(offer.instructor_id, phrase)
    go_on(turn, offer)
    return True


def go_on(turn: PairingWork, offer: Offer) -> None:
    """The request of an offer that came to nothing goes on: to the next one, or to the officer."""
    request = turn.ledger.request(offer.request_id)
    if request is None or request.state != "offered":
        return
    if offer.reserves:
        tell_where(turn, turn.place(replace(request, state="waiting")), again=True)
    elif request.width < OFFICER and not turn.clock.is_quiet(turn.now):
        turn.escalate(replace(request, state="waiting"))
    else:
        turn.wait(replace(request, state="waiting"))


def _offer_of(turn: PairingWork, offer_id: str) -> Offer | None:
    """The open offer, if it is the actor's; else the actor is told kindly that it is over."""
    offer = turn.ledger.offer(offer_id)
    if offer is not None and offer.state == "open" and offer.instructor_id == turn.actor:
        return offer
    mine = offer is not None and offer.instructor_id == turn.actor
    turn.tell(turn.actor, "offer_yours" if offer and mine and offer.state == "accepted" else "offer_gone")
    return None


def _answers(turn: PairingWork, offer: Offer) -> Instructor | None:
    """Forget the silences of an instructor who has answered."""
    me = turn.ledger.instructor(offer.instructor_id)
    if me is not None and me.silences:
        me = replace(me, silences=0)
        turn.ledger.put_instructor(me)
    return me


# --- an officer, and the clock ---


def assign(turn: PairingWork, request_id: str, instructor_id: str) -> str:
    """An officer asks one instructor by name; "" or why that is impossible (see `candidates.against`)."""
    request = turn.ledger.request(request_id)
    learner = turn.ledger.learner(request.learner_id) if request else None
    instructor = turn.ledger.instructor(instructor_id)
    if request is None or learner is None or request.state in ("closed", "open") or request.kind == "safety":
        return "over"
    if turn.actor not in turn.ledger.officers(learner.path) or instructor is None:
        return "not_yours"
    pairing = turn.ledger.pairing_of(learner.learner_id)
    if pairing and (request.kind != "change" or pairing.instructor_id == instructor_id):
        return "paired"
    # Her list of topics and who was asked before are for the officer to overrule; what protects people is not.
    if reason := against_ever(instructor, learner, "", ()):
        return reason
    if turn.ledger.load(instructor_id) >= instructor.capacity:
        return "full"
    if turn.clock.is_quiet(turn.now):
        return "quiet"
    freed = turn.withdraw(request_id)
    turn.make_offer(request, replace(learner, confirmed=True), instructor)
    if freed:
        turn.serve(freed)
    return ""


def release(turn: PairingWork, request_ids: Collection[str]) -> None:
    """Nobody in particular is asked for these any more. All wait before the first is placed: the oldest comes first."""
    for request_id in request_ids:
        turn.withdraw(request_id)
        request = turn.ledger.request(request_id)
        if request and request.state != "closed":
            kind, owner = turn.post(turn.ledger.learner(request.learner_id), request.width - OFFICER)
            turn.ledger.put_request(replace(request, state="waiting", owner_kind=kind, owner_id=owner))
    for request_id in request_ids:
        request = turn.ledger.request(request_id)
        if request is None or request.state != "waiting":
            continue
        if request.kind == "safety":
            due = min(request.due_at, turn.now + turn.rules.safety)
            turn.ledger.put_request(replace(request, due_at=due))
            safety.call_officer(turn, request_id)
        else:
            tell_where(turn, turn.place(request), again=True)


def look_again(turn: PairingWork, request_id: str) -> bool:
    """The sweep's question: can somebody be asked for the request now? The learner is told only when somebody is."""
    request = turn.ledger.request(request_id)
    if request is None or request.state != "waiting" or request.kind == "safety" or turn.clock.is_quiet(turn.now):
        return False
    placed = turn.place(request)
    if placed.state == "offered":
        tell_where(turn, placed, again=False)
    return placed.state == "offered"
