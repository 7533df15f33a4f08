"""A cry for safety: who is called for it, at any hour, and who hears that it was none."""

from __future__ import annotations

from dataclasses import replace

from bot.tutoring.pairing.model import OFFICER, Request, danger_of
from bot.tutoring.pairing.turn import Turn

_GRAVITY = ("", "safety", "hurt", "die")


def call_everybody(turn: Turn, request: Request) -> Request:
    """Somebody is being robbed, or is in danger: her instructor and the officer, together, at any hour."""
    learner = turn.ledger.learner(request.learner_id)
    request = replace(request, width=OFFICER, due_at=turn.now + turn.rules.safety)
    turn.ledger.put_request(request)
    tell_called(turn, request)
    name, area = (learner.name, learner.area) if learner else ("", "")
    for who in _first_called(turn, request):
        turn.call(who, f"{danger_of(request)}_call", request, ten_hv=name, khu=area)
    return request


def cried_again(turn: Turn, request: Request, need: str) -> Request:
    """She cries out while help is on its way: a graver danger is called out anew, and so is what was taken on so long
    ago that it may be another; else she reads once more who is called."""
    graver = _GRAVITY.index(need if need in _GRAVITY else "") > _GRAVITY.index(danger_of(request))
    anew = request.state == "open" and turn.now - request.since_at >= turn.rules.safety
    if graver or anew:
        return call_everybody(turn, replace(request, need=need if graver else request.need, since_at=turn.now))
    if request.state == "open":
        helper = turn.name(request.owner_id)
        turn.tell(request.learner_id, "help_under_way", request.request_id, urgent=True, ten_hdv=helper)
    else:
        tell_called(turn, request)
    return request


def _first_called(turn: Turn, request: Request) -> list[str]:
    """The officer and her instructor, as far as there are any."""
    pairing = turn.ledger.pairing_of(request.learner_id)
    return [each for each in dict.fromkeys((request.owner_id, pairing.instructor_id if pairing else "")) if each]


def called(turn: Turn, request: Request) -> list[str]:
    """Everybody who has been called for it by now: those, and the officers whom it has reached since."""
    learner = turn.ledger.learner(request.learner_id)
    chain = turn.ledger.officers(learner.path if learner else "")[: max(request.width - OFFICER + 1, 0)]
    return [each for each in dict.fromkeys((*_first_called(turn, request), *chain)) if each != request.learner_id]


def tell_called(turn: Turn, request: Request) -> None:
    """What to do now, and who is really being called; where nobody can be called, nothing of that is said."""
    first, pairing = _first_called(turn, request), turn.ledger.pairing_of(request.learner_id)
    helper = pairing is not None and pairing.instructor_id in first
    if first:
        who = "called_both" if helper and len(first) > 1 else "called_helper" if helper else "called_officer"
        turn.tell(request.learner_id, f"{danger_of(request)}_steps", request.request_id, ai=who)


def mistaken(turn: Turn) -> None:
    """She was not in danger: what was open of it is closed, and everybody who was called hears it."""
    for request in turn.ledger.requests_of(turn.actor):
        if request.kind != "safety":
            continue
        learner = turn.ledger.learner(request.learner_id)
        told = called(turn, request)
        turn.close(request, "mistake")
        for who in told:
            if who != turn.actor:
                turn.tell(who, "safety_mistake", urgent=True, ten_hv=learner.name if learner else "")


def call_officer(turn: Turn, request_id: str) -> None:
    """Whoever answers now for a cry for safety hears of it at once."""
    if request := turn.ledger.request(request_id):
        learner = turn.ledger.learner(request.learner_id)
        name, area = (learner.name, learner.area) if learner else ("", "")
        turn.call(request.owner_id, f"{danger_of(request)}_call", request, ten_hv=name, khu=area)
