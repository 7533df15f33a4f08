"""What happens when nobody does anything: deadlines of offers and requests."""

from __future__ import annotations

from dataclasses import replace

from bot.pairing.policy import safety
from bot.pairing.policy.happenings import go_on, tell_where
from bot.pairing.policy.model import OFFICER, Offer, Request
from bot.pairing.policy.taking import asked_again_at
from bot.pairing.policy.work import PairingWork


def tick(work: PairingWork, request_id: str) -> None:
    """A deadline of this request is over: its offer's, or its own."""
    request = work.ledger.request(request_id)
    if request is None or request.state == "closed":
        return
    if request.kind != "safety" and work.clock.is_quiet(work.now):
        return  # looked at again in the morning: deadlines stand still
    offer = work.ledger.offer_for(request_id)
    if offer is not None and offer.due_at <= work.now:
        _expire(work, offer)
        request = work.ledger.request(request_id) or request
    if request.state == "closed" or request.due_at > work.now:
        return
    if request.state == "open" and not request.follow_ups:
        _follow_up(work, request)
    elif request.state == "waiting" and safety.is_of_stranger(work, request):
        safety.ring_strangers(work, request)
    elif request.kind != "safety" and _is_sought(work, request):
        tell_where(work, work.place(request))
    elif request.state == "open" and request.kind == "safety":
        _still_hers(work, request)
    else:
        work.escalate(request, "officer_silent" if request.state == "open" else "")


def _is_sought(work: PairingWork, request: Request) -> bool:
    """Nobody is asked just now, and it has not lasted so long that an officer must act."""
    return request.state == "waiting" and request.width < OFFICER and work.now < work.goes_up_at(request)


def _follow_up(work: PairingWork, request: Request) -> None:
    """Ask both whether a request taken some time ago is done, once; then the officer is asked."""
    work.ledger.put_request(replace(request, follow_ups=1, due_at=asked_again_at(work, request)))
    name, of, urgent = work.name(request.learner_id), request.request_id, request.kind == "safety"
    work.tell(request.owner_id, "follow_up", of, urgent=urgent, ten_hv=name)
    work.tell(request.learner_id, "follow_up_learner", of, urgent=urgent, ten_hdv=work.name(request.owner_id))


def _still_hers(work: PairingWork, request: Request) -> None:
    """Neither has said that the request is done: it stays with its owner, who is asked once more, then once a day; the
    officer above hears of it once, and nobody is called anew.
    """
    again = request.follow_ups + 1
    due = asked_again_at(work, request) if again < 2 else work.clock.after(work.now, work.rules.follow_up)
    work.ledger.put_request(replace(request, follow_ups=again, due_at=due))
    of, name = request.request_id, work.name(request.learner_id)
    work.tell(request.owner_id, "follow_up", of, ten_hv=name)
    if again == 2:
        learner = work.ledger.learner(request.learner_id)
        others = [each for each in work.ledger.officers(learner.path if learner else "") if each != request.owner_id]
        since, helper = work.clock.say(request.since_at), work.name(request.owner_id)
        for above in others[:1]:
            work.tell(above, "safety_silent", of, ten_hv=name, ten_hdv=helper, luc=since)


def _expire(work: PairingWork, offer: Offer) -> None:
    """End an offer that was met by silence. Three times in a row, and the instructor is left in peace for some days;
    the learners already guided stay.
    """
    work.settle(offer, "expired")
    me = work.ledger.instructor(offer.instructor_id)
    if me is not None:
        silences = me.silences + 1
        me = replace(me, silences=silences)
        if silences % work.rules.silences == 0:
            me = replace(me, rest_until_at=work.now + work.rules.rest * (silences // work.rules.silences))
            work.report(me.learner_id, "offer_resting")
            work.note("rests", None, silences=str(silences))
        work.ledger.put_instructor(me)
    go_on(work, offer)
