"""Somebody answers for a request: takes it, hands it on, is relieved of it, says that it is done."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from bot.pairing.policy.model import Learner, OwnerKind, Request
from bot.pairing.policy.safety import called
from bot.pairing.policy.work import PairingWork

SAFETY_ROUNDS = 4  # an hour of quarters: so long may it take to help somebody who has just been robbed


def take(turn: PairingWork, request_id: str) -> bool:
    """An officer of the learner's area, or the instructor, answers for the request from now on."""
    request = turn.ledger.request(request_id)
    learner = turn.ledger.learner(request.learner_id) if request else None
    if request is not None and request.state == "open" and request.owner_id == turn.actor:
        turn.tell(
            turn.actor, "taken", request_id, ten_hv=turn.name(request.learner_id)
        )  # a cry that she has rings anew
        return True
    if request is None or learner is None or request.state in ("closed", "open"):
        turn.tell(turn.actor, "offer_gone")
        return False
    kind = _as_whom(turn, request, learner)
    if kind is None:
        return False
    freed = turn.withdraw(request_id)
    told = called(turn, request)
    _answers_for(turn, request, learner, kind)
    if request.kind == "safety":
        helper = turn.helper_named(kind, turn.actor)
        for who in told:
            if who != turn.actor:
                turn.tell(who, "safety_taken", urgent=True, ten_hv=learner.name, **helper)
    if freed:
        turn.serve(freed)
    return True


def relieve(turn: PairingWork, request_id: str) -> bool:
    """Take over a request that somebody else has taken, who is told and has no more to do with it."""
    request = turn.ledger.request(request_id)
    learner = turn.ledger.learner(request.learner_id) if request else None
    if request is None or learner is None or request.state != "open" or request.owner_id == turn.actor:
        turn.tell(turn.actor, "offer_gone")
        return False
    kind = _as_whom(turn, request, learner)
    if kind is None:
        return False
    _answers_for(turn, request, learner, kind)
    urgent, me = request.kind == "safety", turn.helper_named(kind, turn.actor)
    turn.tell(request.owner_id, "relieved", urgent=urgent, ten_hv=learner.name, **me)
    return True


def heirs(turn: PairingWork, request: Request) -> Sequence[str]:
    """Who may take a request over: the officers of the learner's area, the nearest first, and the instructor."""
    learner = turn.ledger.learner(request.learner_id)
    pairing = turn.ledger.pairing_of(request.learner_id)
    guide = [pairing.instructor_id] if pairing and request.kind in ("help", "safety") else []
    known = dict.fromkeys((*turn.ledger.officers(learner.path if learner else ""), *guide))
    return [each for each in known if each not in (request.owner_id, request.learner_id)]


def hand_over(turn: PairingWork, request_id: str, to: str) -> bool:
    """The owner asks somebody else to go on with a request; until that one says so it stays the owner's."""
    request = turn.ledger.request(request_id)
    is_hers = request is not None and request.state == "open" and request.owner_id == turn.actor
    if request is None or not is_hers or to not in heirs(turn, request):
        turn.tell(turn.actor, "offer_gone")
        return False
    learner = turn.ledger.learner(request.learner_id)
    named, me = turn.learner_named(learner), turn.helper_named(request.owner_kind, turn.actor)
    turn.tell(to, "handed", request_id, urgent=request.kind == "safety", **named, **me)
    turn.tell(turn.actor, "handed_on", request_id, ten_hv=named["ten_hv"], ten_hdv=turn.name(to))
    turn.note("handed", request, to=to)
    return True


def _as_whom(turn: PairingWork, request: Request, learner: Learner) -> OwnerKind | None:
    """As what the actor may answer for the request; else the actor is told that it is not theirs."""
    pairing = turn.ledger.pairing_of(learner.learner_id)
    is_hers = pairing and pairing.instructor_id == turn.actor and request.kind in ("help", "safety")
    if turn.actor != learner.learner_id:
        if turn.actor in turn.ledger.officers(learner.path):
            return "officer"
        if is_hers:
            return "instructor"
    turn.tell(turn.actor, "not_yours")
    return None


def _answers_for(turn: PairingWork, request: Request, learner: Learner, kind: OwnerKind) -> None:
    opened(turn, request, kind, turn.actor)
    urgent, request_id = request.kind == "safety", request.request_id
    turn.tell(learner.learner_id, "help_coming", request_id, urgent=urgent, **turn.helper_named(kind, turn.actor))
    turn.tell(turn.actor, "taken", request_id, ten_hv=learner.name)


def opened(turn: PairingWork, request: Request, kind: OwnerKind, owner: str) -> None:
    """Give the request to the owner until it is closed."""
    due = asked_again_at(turn, request)
    turn.ledger.put_request(replace(request, state="open", owner_kind=kind, owner_id=owner, due_at=due, follow_ups=0))
    turn.note("taken", request, by=owner)


def asked_again_at(turn: PairingWork, request: Request) -> int:
    """When both are asked whether it is done: of a cry for safety soon, at any hour."""
    if request.kind == "safety":
        return turn.now + SAFETY_ROUNDS * turn.rules.safety
    return turn.clock.after(turn.now, turn.rules.follow_up)


def done(turn: PairingWork, request_id: str) -> bool:
    """Close the request: the owner or the learner says that it is dealt with."""
    request = turn.ledger.request(request_id)
    if request is None or request.state == "closed" or turn.actor not in (request.owner_id, request.learner_id):
        return False
    mine = turn.actor == request.learner_id
    if not mine and request.state != "open":
        turn.tell(turn.actor, "offer_gone")  # whoever was only asked has not helped anybody
        return False
    turn.close(request, "done")
    turn.tell(request.owner_id, "help_done_owner" if mine else "done_noted", ten_hv=turn.name(request.learner_id))
    if mine:
        turn.tell(request.learner_id, "thanks")
    else:
        turn.tell(request.learner_id, "help_done", ten_hdv=turn.name(request.owner_id))
    return True


def still(turn: PairingWork, request_id: str) -> bool:
    """The learner says that nobody has helped yet: the request goes to the officer."""
    request = turn.ledger.request(request_id)
    if request is None or request.state != "open" or turn.actor != request.learner_id:
        return False
    turn.note("not_helped", request)
    turn.escalate(replace(request, state="waiting"), "unhelped")
    return True
