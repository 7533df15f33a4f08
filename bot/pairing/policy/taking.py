"""Somebody answers for a request: takes it, hands it on, is relieved of it, says that it is done."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from bot.pairing.policy.ledger import Ledger
from bot.pairing.policy.model import Learner, OwnerKind, Request
from bot.pairing.policy.safety import called
from bot.pairing.policy.work import PairingWork

SAFETY_ROUNDS = 4  # an hour of quarters: so long may it take to help somebody who has just been robbed


def take(work: PairingWork, request_id: str) -> bool:
    """An officer of the learner's area, an admin above it, or the instructor answers for the request from now on."""
    request = work.ledger.request(request_id)
    learner = work.ledger.learner(request.learner_id) if request else None
    if request is not None and request.state == "open" and request.owner_id == work.actor:
        _tell_taken(work, request)  # a cry that she has rings anew
        return True
    if request is None or learner is None or request.state in ("closed", "open"):
        work.tell(work.actor, "offer_gone")
        return False
    kind = _as_whom(work, request, learner)
    if kind is None:
        return False
    freed = work.withdraw(request_id)
    told = called(work, request)
    _answers_for(work, request, learner, kind)
    if request.kind == "safety":
        helper = work.helper_named(kind, work.actor)
        for who in told:
            if who != work.actor:
                work.tell(who, "safety_taken", urgent=True, ten_hv=learner.name, **helper)
    if freed:
        work.serve(freed)
    return True


def relieve(work: PairingWork, request_id: str) -> bool:
    """Take over a request that somebody else has taken, who is told and has no more to do with it."""
    request = work.ledger.request(request_id)
    learner = work.ledger.learner(request.learner_id) if request else None
    if request is None or learner is None or request.state != "open" or request.owner_id == work.actor:
        work.tell(work.actor, "offer_gone")
        return False
    kind = _as_whom(work, request, learner)
    if kind is None:
        return False
    _answers_for(work, request, learner, kind)
    urgent, me = request.kind == "safety", work.helper_named(kind, work.actor)
    work.tell(request.owner_id, "relieved", urgent=urgent, ten_hv=learner.name, **me)
    return True


def heirs(ledger: Ledger, request: Request) -> Sequence[str]:
    """Who may take a request over: whoever may answer for the learner's area, the nearest first, and her instructor."""
    learner = ledger.learner(request.learner_id)
    pairing = ledger.pairing_of(request.learner_id)
    guide = [pairing.instructor_id] if pairing and request.kind in ("help", "safety") else []
    known = dict.fromkeys((*ledger.answering(learner.path if learner else ""), *guide))
    return [each for each in known if each not in (request.owner_id, request.learner_id)]


def hand_over(work: PairingWork, request_id: str, to: str) -> bool:
    """The owner asks somebody else to go on with a request; until that one says so it stays the owner's."""
    request = work.ledger.request(request_id)
    is_hers = request is not None and request.state == "open" and request.owner_id == work.actor
    if request is None or not is_hers or to not in heirs(work.ledger, request):
        work.tell(work.actor, "offer_gone")
        return False
    learner = work.ledger.learner(request.learner_id)
    named, me = work.learner_named(learner), work.helper_named(request.owner_kind, work.actor)
    work.tell(to, "handed", request_id, urgent=request.kind == "safety", **named, **me)
    work.tell(work.actor, "handed_on", request_id, ten_hv=named["ten_hv"], ten_hdv=work.name(to))
    work.note("handed", request, to=to)
    return True


def _as_whom(work: PairingWork, request: Request, learner: Learner) -> OwnerKind | None:
    """As what the actor may answer for the request; else the actor is told that it is not theirs."""
    pairing = work.ledger.pairing_of(learner.learner_id)
    is_hers = pairing and pairing.instructor_id == work.actor and request.kind in ("help", "safety")
    if work.actor != learner.learner_id:
        if work.actor in work.ledger.answering(learner.path):
            return "officer"
        if is_hers:
            return "instructor"
    work.tell(work.actor, "not_yours")
    return None


def _answers_for(work: PairingWork, request: Request, learner: Learner, kind: OwnerKind) -> None:
    opened(work, request, kind, work.actor)
    request = replace(request, owner_kind=kind, owner_id=work.actor)
    urgent, request_id = request.kind == "safety", request.request_id
    work.tell(learner.learner_id, "help_coming", request_id, urgent=urgent, **work.helper_named(kind, work.actor))
    _tell_taken(work, request)


def _tell_taken(work: PairingWork, request: Request) -> None:
    """Tell the owner that it is hers now; who answers for the area may have the one in need call the union."""
    calls = request.kind == "safety" and request.owner_kind == "officer"
    work.tell(
        work.actor, "taken_urgent" if calls else "taken", request.request_id, ten_hv=work.name(request.learner_id)
    )


def opened(work: PairingWork, request: Request, kind: OwnerKind, owner: str) -> None:
    """Give the request to the owner until it is closed."""
    due = asked_again_at(work, request)
    work.ledger.put_request(replace(request, state="open", owner_kind=kind, owner_id=owner, due_at=due, follow_ups=0))
    work.note("taken", request, by=owner)


def asked_again_at(work: PairingWork, request: Request) -> int:
    """When both are asked whether it is done: of a cry for safety soon, at any hour."""
    if request.kind == "safety":
        return work.now + SAFETY_ROUNDS * work.rules.safety
    return work.clock.after(work.now, work.rules.follow_up)


def done(work: PairingWork, request_id: str) -> bool:
    """Close the request: the owner or the learner says that it is dealt with."""
    request = work.ledger.request(request_id)
    if request is None or request.state == "closed" or work.actor not in (request.owner_id, request.learner_id):
        return False
    mine = work.actor == request.learner_id
    if not mine and request.state != "open":
        work.tell(work.actor, "offer_gone")  # whoever was only asked has not helped anybody
        return False
    work.close(request, "done")
    work.tell(request.owner_id, "help_done_owner" if mine else "done_noted", ten_hv=work.name(request.learner_id))
    if mine:
        work.tell(request.learner_id, "thanks")
    else:
        work.tell(request.learner_id, "help_done", ten_hdv=work.name(request.owner_id))
    return True


def still(work: PairingWork, request_id: str) -> bool:
    """The learner says that nobody has helped yet: the request goes to the officer."""
    request = work.ledger.request(request_id)
    if request is None or request.state != "open" or work.actor != request.learner_id:
        return False
    work.note("not_helped", request)
    work.escalate(replace(request, state="waiting"), "unhelped")
    return True
