"""What happens to requests, offers and pairings when somebody does something, or nobody does: one function an event.

Each takes the `PairingWork` it happens in; afterwards the ledger holds the result and `work.tells` what is to be said.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

from bot.pairing.policy import safety
from bot.pairing.policy.candidates import against_by_hand, priority
from bot.pairing.policy.model import GROUP, OFFICER, Instructor, Learner, Offer, Request, RequestKind
from bot.pairing.policy.taking import opened
from bot.pairing.policy.work import PairingWork

STRANGERS_AT_ONCE = 5
ALREADY = "already"
"""Instead of a reason: an act that was done before, from another page, is not done twice."""

# --- a learner asks ---


def ask(
    work: PairingWork,
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
    learner = work.ledger.learner(learner_id)
    if learner is None:
        return None
    pairing = work.ledger.pairing_of(learner_id)
    if kind == "change" and pairing is None:
        kind = "pair"
    if kind == "pair" and pairing is not None:
        work.tell(learner_id, "pair_have", ten_hdv=work.name(pairing.instructor_id))
        return None
    for known in work.ledger.requests_of(learner_id):
        if known.kind == kind or {known.kind, kind} == {"pair", "change"}:
            if kind == "safety":
                return safety.cried_again(work, known, need)
            if place:
                _say_again(work, known, learner)
            return known
    kind_of_owner, owner = work.post(learner)
    first = Request(
        work.new_id(), learner_id, kind, work.now, work.now, priority(kind, learner.needs, work.rules),
        owner_kind=kind_of_owner, owner_id=owner, need=need, topic=topic, lesson=lesson, version=version, step=step,
        tries=tries,
    )  # fmt: skip
    work.note("asked", first, kind=kind)
    if kind == "change":
        work.report(owner, "officer_change", ten_hv=learner.name)
    if kind == "safety":
        return safety.call_everybody(work, first)
    if not learner.confirmed:
        due = work.clock.after(work.now, work.rules.officer)
        waiting = replace(first, width=OFFICER, due_at=due)
        work.ledger.put_request(waiting)
        # A flood of strangers must not flood an officer's phone: from the sixth on they come with the day's digest.
        held = work.ledger.owned_by(owner, STRANGERS_AT_ONCE + 1)
        say = work.tell if len(held) <= STRANGERS_AT_ONCE else work.report
        say(owner, "officer_stranger", first.request_id, ten_hv=learner.name, khu=learner.area)
        _say_to_her(work, waiting, "pair_stranger")
        return waiting
    if not place:
        work.ledger.put_request(first)
        return first
    return tell_where(work, work.place(first))


def tell_where(work: PairingWork, request: Request, asked: str = "") -> Request:
    """Say in kind words where the learner's request stands now; `asked` is the phrase where somebody is asked for it,
    if not the one of the first time.
    """
    if request.width >= OFFICER:
        return request  # told when it went up
    if request.state == "offered":
        hers = request.kind == "help" and work.ledger.pairing_of(request.learner_id)
        phrase = asked or ("help_asked" if hers else "pair_asked")
    elif work.clock.is_quiet(work.now):
        phrase = "pair_night"
    else:
        phrase = "pair_wait"
        work.report(request.owner_id, "officer_waiting", request.request_id, ten_hv=work.name(request.learner_id))
    _say_to_her(work, request, phrase)
    return request


def _say_again(work: PairingWork, known: Request, learner: Learner) -> None:
    """Say where a request stands that is asked for once more, unless this turn has told it already."""
    if any((each.to, each.about) == (learner.learner_id, known.request_id) for each in work.tells):
        return
    if known.state == "open":
        helper = work.helper_named(known.owner_kind, known.owner_id)
        work.tell(learner.learner_id, "help_under_way", known.request_id, **helper)
    elif known.state == "offered":
        _say_to_her(work, known, "pair_already")
    else:
        _say_to_her(work, known, "pair_wait" if learner.confirmed else "pair_stranger")


def _say_to_her(work: PairingWork, request: Request, phrase: str) -> None:
    """Tell the learner how a request stands, of several that stand alike once; where nobody of the union is here
    nothing is promised.
    """
    if any((each.to, each.phrase) == (request.learner_id, phrase) for each in work.tells):
        return
    if request.owner_id:
        hers = work.name(request.owner_id) if phrase == "help_asked" else ""
        work.tell(request.learner_id, phrase, request.request_id, ten_hdv=hers)
    elif request.kind != "help":
        work.tell(request.learner_id, "nobody_yet", request.request_id)


def cancel(work: PairingWork, request_id: str) -> None:
    """Close a request that the learner does not need any more."""
    request = work.ledger.request(request_id)
    if request and request.state != "closed" and request.learner_id == work.actor:
        if request.state == "open":
            work.tell(request.owner_id, "help_not_needed", ten_hv=work.name(request.learner_id))
        work.close(request, "cancelled")


def cancel_all(work: PairingWork) -> None:
    """The learner wants nobody any more; what is urgent stays until it was looked after, or was a mistake."""
    hers = work.ledger.requests_of(work.actor)
    mine = [each for each in hers if each.kind != "safety"]
    for request in mine:
        cancel(work, request.request_id)
    if mine or not hers:
        work.tell(work.actor, "pair_cancelled" if mine else "pair_none_open")
    if len(mine) < len(hers):
        work.tell(work.actor, "cancel_urgent")


def confirmed(work: PairingWork, learner_id: str) -> None:
    """An officer says who a learner is, who can be paired from now on."""
    for request in work.ledger.requests_of(learner_id):
        if request.state == "waiting" and request.kind != "safety":
            # Where she has waited too long to be confirmed, the officer keeps it, whoever is asked.
            width = GROUP if work.goes_up_at(request) > work.now else request.width
            tell_where(work, work.place(replace(request, width=width)))


# --- an instructor answers ---


def accept(work: PairingWork, offer_id: str) -> bool:
    """The instructor takes the learner of an offer. False when it is not open to the actor any more."""
    offer = _offer_of(work, offer_id)
    request = work.ledger.request(offer.request_id) if offer else None
    learner = work.ledger.learner(request.learner_id) if request else None
    if offer is None or request is None or learner is None:
        return False
    work.settle(offer, "accepted")
    _answers(work, offer)
    me, her = offer.instructor_id, learner.learner_id
    if offer.reserves:
        old = work.ledger.pairing_of(her)
        if old is not None:
            work.end_pairing(old, "changed")
            work.tell(old.instructor_id, "pairing_over", ten_hv=learner.name)
        pairing = work.open_pairing(her, me)
        work.tell(her, "pair_found", pairing.pairing_id, ten_hdv=work.name(me))
        work.tell(me, "offer_accepted", pairing.pairing_id, ten_hv=learner.name)
        if request.kind == "help":
            opened(work, request, "instructor", me)
        else:
            work.close(request, "paired")
        _settle_other_wishes(work, request)
        if old is not None:
            work.serve(old.instructor_id)
    else:
        opened(work, request, "instructor", me)
        work.tell(her, "help_coming", request.request_id, **work.helper_named("instructor", me))
        work.tell(me, "offer_help_accepted", request.request_id, ten_hv=learner.name)
    return True


def _settle_other_wishes(work: PairingWork, done: Request) -> None:
    """A learner has an instructor now: no further one is sought, by whomever, and that one gives help."""
    for other in work.ledger.requests_of(done.learner_id):
        if other.request_id == done.request_id or other.kind == "safety":
            continue
        if other.kind == "help" and other.state == "open":
            continue
        if other.kind == "help":
            freed = work.withdraw(other.request_id)
            work.place(replace(work.ledger.request(other.request_id) or other, state="waiting"))
            if freed:
                work.serve(freed)
        else:
            if other.state == "open":
                work.tell(other.owner_id, "help_not_needed", ten_hv=work.name(other.learner_id))
            work.close(other, "paired")


def later(work: PairingWork, offer_id: str) -> bool:
    """Not this moment: the learner does not wait for this instructor, who is left in peace for a while."""
    return _pass_on(work, offer_id, "later", "offer_later_said")


def decline(work: PairingWork, offer_id: str) -> bool:
    """The instructor does not take the learner of this offer."""
    return _pass_on(work, offer_id, "declined", "offer_declined_said")


def _pass_on(work: PairingWork, offer_id: str, state: str, phrase: str) -> bool:
    offer = _offer_of(work, offer_id)
    if offer is None:
        return False
    work.settle(offer, state)
    me = _answers(work, offer)
    if me is not None:
        work.ledger.put_instructor(replace(me, rest_until_at=work.clock.after(work.now, work.rules.later)))
    work.tell(offer.instructor_id, phrase)
    go_on(work, offer)
    return True


def go_on(work: PairingWork, offer: Offer) -> None:
    """The request of an offer that came to nothing goes on: to the next one, or to the officer."""
    request = work.ledger.request(offer.request_id)
    if request is None or request.state != "offered":
        return
    if offer.reserves:
        tell_where(work, work.place(replace(request, state="waiting")), "pair_next")
    elif request.width < OFFICER and not work.clock.is_quiet(work.now):
        work.escalate(replace(request, state="waiting"))
    else:
        work.wait(replace(request, state="waiting"))


def _offer_of(work: PairingWork, offer_id: str) -> Offer | None:
    """The open offer, if it is the actor's; else the actor is told kindly that it is over."""
    offer = work.ledger.offer(offer_id)
    if offer is not None and offer.state == "open" and offer.instructor_id == work.actor:
        return offer
    mine = offer is not None and offer.instructor_id == work.actor
    work.tell(work.actor, "offer_yours" if offer and mine and offer.state == "accepted" else "offer_gone")
    return None


def _answers(work: PairingWork, offer: Offer) -> Instructor | None:
    """Forget the silences of an instructor who has answered."""
    me = work.ledger.instructor(offer.instructor_id)
    if me is not None and me.silences:
        me = replace(me, silences=0)
        work.ledger.put_instructor(me)
    return me


# --- an officer, and the clock ---


def assign(work: PairingWork, request_id: str, instructor_id: str) -> str:
    """An officer, or an admin, asks an instructor by name; "" or why that is impossible (see `candidates.against`);
    ALREADY, and nothing is done, where that very one is being asked.

    Whoever has taken the request gives it away by that; the learner is told.
    """
    request = work.ledger.request(request_id)
    learner = work.ledger.learner(request.learner_id) if request else None
    instructor = work.ledger.instructor(instructor_id)
    if request is None or learner is None or request.state == "closed" or request.kind == "safety":
        return "over"
    is_hers = request.state == "open" and (request.owner_kind, request.owner_id) == ("officer", work.actor)
    if request.state == "open" and not is_hers:
        return "over"
    if work.actor not in work.ledger.answering(learner.path) or instructor is None:
        return "not_yours"
    asked = work.ledger.offer_for(request_id)
    if asked is not None and asked.instructor_id == instructor_id:
        return ALREADY
    pairing = work.ledger.pairing_of(learner.learner_id)
    if pairing and (request.kind != "change" or pairing.instructor_id == instructor_id):
        return "paired"
    if reason := against_by_hand(instructor, work.ledger.load(instructor_id), learner, work.now):
        return reason
    if work.clock.is_quiet(work.now):
        return "quiet"
    freed = work.withdraw(request_id)
    asked_for = work.make_offer(request, learner, instructor)
    if is_hers:
        work.note("handed", request, to=instructor_id)
        _say_to_her(work, asked_for, "pair_moved")
    if freed:
        work.serve(freed)
    return ""


def release(work: PairingWork, request_ids: Collection[str], heard: Collection[str] = ()) -> None:
    """Nobody in particular is asked for these any more. All wait before the first is placed: the oldest comes first.

    Of the learners, those who have `heard` that somebody is sought are not told that somebody is asked.
    """
    for request_id in request_ids:
        work.withdraw(request_id)
        request = work.ledger.request(request_id)
        if request and request.state != "closed":
            kind, owner = work.post(work.ledger.learner(request.learner_id), request.width - OFFICER)
            work.ledger.put_request(replace(request, state="waiting", owner_kind=kind, owner_id=owner))
    for request_id in request_ids:
        request = work.ledger.request(request_id)
        if request is None or request.state != "waiting":
            continue
        if request.kind == "safety":
            due = min(request.due_at, work.now + work.rules.safety)
            work.ledger.put_request(replace(request, due_at=due))
            safety.call_officer(work, request_id)
        else:
            placed = work.place(request)
            if placed.state != "offered" or request.learner_id not in heard:
                tell_where(work, placed, "pair_moved")


def look_again(work: PairingWork, request_id: str) -> bool:
    """The sweep's question: can somebody be asked for the request now? The learner is told only when somebody is."""
    request = work.ledger.request(request_id)
    if request is None or request.state != "waiting" or request.kind == "safety" or work.clock.is_quiet(work.now):
        return False
    placed = work.place(request)
    if placed.state == "offered":
        tell_where(work, placed)
    return placed.state == "offered"
