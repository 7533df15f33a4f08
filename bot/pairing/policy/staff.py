"""What happens to learners when an instructor, an officer or a learner changes, pauses, is suspended, leaves."""

from __future__ import annotations

from dataclasses import replace

from bot.pairing.policy.happenings import ask, release
from bot.pairing.policy.model import OFFICER, BothNamed, Instructor, Pairing
from bot.pairing.policy.safety import call_officer, called
from bot.pairing.policy.work import PairingWork

MOST_LEFT = 500
"""Requests left with nobody that are due at once when an officer comes; the others come by their own time."""


def end(turn: PairingWork, pairing_id: str, why: str = "") -> bool:
    """One of the two ends it; a learner who is left gets another without having to ask."""
    pairing = turn.ledger.pairing(pairing_id)
    if pairing is None or pairing.state != "open" or turn.actor not in (pairing.learner_id, pairing.instructor_id):
        return False
    if turn.actor == pairing.learner_id:
        turn.end_pairing(pairing, why or "ended_by_learner")
        turn.tell(pairing.learner_id, "pairing_ended")
        turn.tell(pairing.instructor_id, "pairing_left", ten_hv=turn.name(pairing.learner_id))
        _without_her(turn, pairing)
    else:
        turn.tell(pairing.instructor_id, "pairing_left", ten_hv=turn.name(pairing.learner_id))
        _leave_learner(turn, pairing, why or "left_by_instructor")
    turn.serve(pairing.instructor_id)
    return True


def report(turn: PairingWork, pairing_id: str) -> bool:
    """One of a pairing reports the other."""
    pairing = turn.ledger.pairing(pairing_id)
    if pairing is None or turn.actor not in (pairing.learner_id, pairing.instructor_id):
        return False
    other = pairing.instructor_id if turn.actor == pairing.learner_id else pairing.learner_id
    reported(turn, pairing_id, pairing.learner_id, other)
    return True


def reported(turn: PairingWork, line_id: str, learner_id: str, other_id: str) -> None:
    """One tap: the nearest officer hears of it, the other of the two does not."""
    turn.note("reported", None, line_id)
    if officer := _other_officer(turn, learner_id, other_id):
        turn.tell(officer, "report_officer", line_id, **_both(turn, line_id, learner_id, other_id))
    turn.tell(turn.actor, "report_made" if officer else "report_nobody")


def caught(turn: PairingWork, line_id: str, learner_id: str, other_id: str, finding: str) -> bool:
    """What one wrote to the other was kept back: the officer hears who and of what kind, never the words. Whether
    there is one to hear it."""
    turn.note("caught", None, line_id, finding=finding)
    officer = _other_officer(turn, learner_id, other_id)
    if officer:
        turn.tell(officer, "caught_officer", line_id, **_both(turn, line_id, learner_id, other_id), gi=found(finding))
    return bool(officer)


def _both(turn: PairingWork, line_id: str, learner_id: str, other_id: str) -> BothNamed:
    """The values for who did it to whom, each with the role on this line."""
    request = turn.ledger.request(line_id)
    learner = turn.learner_named(turn.ledger.learner(learner_id))["vai_hv"]
    helper = turn.helper_named(request.owner_kind if request else "instructor", "")["vai_hdv"]
    did, suffered = (learner if each == learner_id else helper for each in (turn.actor, other_id))
    return {"ten_hv": turn.name(turn.actor), "vai_hv": did, "ten_hdv": turn.name(other_id), "vai_hdv": suffered}


def found(finding: str) -> str:
    """The phrase that says what kind of thing was found, for the phrase that the writer read."""
    return finding.replace("relay_", "found_", 1)


def _other_officer(turn: PairingWork, learner_id: str, other_id: str) -> str:
    """The nearest officer who is not one of the two herself."""
    learner = turn.ledger.learner(learner_id)
    chain = turn.reachable(turn.ledger.officers(learner.path if learner else ""))
    return next((each for each in chain if each not in (turn.actor, learner_id, other_id)), "")


def _leave_learner(turn: PairingWork, pairing: Pairing, why: str) -> None:
    """End a pairing through no doing of the learner's, and seek another instructor at once."""
    turn.end_pairing(pairing, why)
    turn.tell(pairing.learner_id, "pairing_lost")
    _without_her(turn, pairing)
    ask(turn, pairing.learner_id, "pair")


def _without_her(turn: PairingWork, pairing: Pairing) -> None:
    """Pass on to somebody else what this instructor was to help with."""
    hers = []
    for request in turn.ledger.requests_of(pairing.learner_id):
        offer = turn.ledger.offer_for(request.request_id)
        owned = request.owner_id == pairing.instructor_id and request.owner_kind == "instructor"
        if (owned and request.state == "open") or (offer and not offer.reserves):
            hers.append(request.request_id)
    release(turn, hers)


def changed(turn: PairingWork, instructor: Instructor) -> None:
    """Take in an instructor's new capacity, topics, languages or hours; learners already guided stay."""
    turn.ledger.put_instructor(instructor)
    excess = max(0, turn.ledger.load(instructor.learner_id) - instructor.capacity)
    offers = sorted(turn.ledger.offers_to(instructor.learner_id), key=lambda offer: (-offer.made_at, offer.offer_id))
    release(turn, [offer.request_id for offer in offers if offer.reserves][:excess])
    turn.serve(instructor.learner_id)


def pause(turn: PairingWork, instructor_id: str, until_at: int) -> None:
    """No offers until then; what the instructor has been asked goes on to somebody else."""
    if me := turn.ledger.instructor(instructor_id):
        turn.ledger.put_instructor(replace(me, paused_until_at=until_at))
        release(turn, [offer.request_id for offer in turn.ledger.offers_to(instructor_id)])


def resume(turn: PairingWork, instructor_id: str) -> None:
    """End an instructor's pause or rest, forget the silences, and offer whoever has waited longest."""
    if me := turn.ledger.instructor(instructor_id):
        turn.ledger.put_instructor(replace(me, paused_until_at=0, rest_until_at=0, silences=0))
        turn.serve(instructor_id)


def back(turn: PairingWork) -> None:
    """The instructor has time again."""
    me = turn.ledger.instructor(turn.actor)
    if me is None or not me.active:
        turn.tell(turn.actor, "teach_not")
        return
    resume(turn, turn.actor)
    turn.tell(turn.actor, "offer_back")


def suspend(turn: PairingWork, instructor_id: str, why: str = "suspended") -> None:
    """Somebody is no instructor any more: everything that person held is passed on in this one step."""
    me = turn.ledger.instructor(instructor_id)
    if me is None:
        return
    turn.ledger.put_instructor(replace(me, active=False))
    turn.note("suspended", None, who=instructor_id)
    asked = [offer.request_id for offer in turn.ledger.offers_to(instructor_id)]
    held = [each.request_id for each in turn.ledger.owned_by(instructor_id) if each.owner_kind == "instructor"]
    pairings = list(turn.ledger.pairings_with(instructor_id))
    for pairing in pairings:  # all of them before anybody is placed: then the oldest comes first
        turn.end_pairing(pairing, why)
        turn.tell(pairing.learner_id, "pairing_lost")
    wishes = (ask(turn, pairing.learner_id, "pair", place=False) for pairing in pairings)
    new = [wish.request_id for wish in wishes if wish and wish.state == "waiting"]
    release(turn, list(dict.fromkeys((*asked, *held, *new))))


def away(turn: PairingWork, person_id: str) -> None:
    """Pass on at once what somebody was asked, had taken on or answers for: nothing can be sent there any more."""
    asked = [offer.request_id for offer in turn.ledger.offers_to(person_id)]
    held = [each.request_id for each in turn.ledger.owned_by(person_id) if each.owner_kind == "instructor"]
    release(turn, list(dict.fromkeys((*asked, *held))))
    officers_changed(turn, person_id)
    if hers := turn.ledger.pairing_of(person_id):
        turn.tell(hers.instructor_id, "learner_away", hers.pairing_id, ten_hv=turn.name(person_id))
    for pairing in turn.ledger.pairings_with(person_id):
        for request in turn.ledger.requests_of(pairing.learner_id):
            if request.kind == "safety" and not request.owner_id:
                call_officer(turn, request.request_id)


def there_again(turn: PairingWork, person_id: str) -> None:
    """Offer an instructor who can be reached again whoever has waited longest of those who fit."""
    turn.serve(person_id)
    officer_there(turn, person_id)


def officer_there(turn: PairingWork, person_id: str) -> None:
    """Make due now what is left with nobody, where somebody has become an officer or can be reached again."""
    for request in turn.ledger.owned_by("", MOST_LEFT):
        learner = turn.ledger.learner(request.learner_id)
        if learner is not None and person_id in turn.ledger.officers(learner.path):
            turn.ledger.put_request(replace(request, due_at=min(request.due_at, turn.now)))


def officers_changed(turn: PairingWork, former_id: str) -> None:
    """Pass the requests of an officer who is none any more, or cannot be reached, to whoever answers there now."""
    left = []
    for held in list(turn.ledger.owned_by(former_id)):
        request = turn.ledger.request(held.request_id) or held
        if request.owner_id != former_id or request.owner_kind != "officer":
            continue
        if request.state == "open":
            left.append(request.request_id)
        else:
            kind, owner = turn.post(turn.ledger.learner(request.learner_id), request.width - OFFICER)
            turn.ledger.put_request(replace(request, owner_kind=kind, owner_id=owner))
            if request.kind == "safety":
                call_officer(turn, request.request_id)
    release(turn, left)


def learner_leaves(turn: PairingWork, person_id: str) -> None:
    """A learner is gone: the requests are over, the instructor's place is free for the next."""
    pairing, learner = turn.ledger.pairing_of(person_id), turn.ledger.learner(person_id)
    guide = pairing.instructor_id if pairing else ""
    for request in list(turn.ledger.requests_of(person_id)):
        # Nobody is named: what is still to be said must not outlive what is kept of her.
        if request.kind == "safety":
            for who in called(turn, request):
                turn.tell(who, "safety_left", urgent=True, khu=learner.area if learner else "")
        elif request.state == "open" and request.owner_id != guide:
            turn.tell(request.owner_id, "helped_left")
        turn.close(request, "left")
    if pairing is not None:
        turn.end_pairing(pairing, "learner_left")
        turn.tell(guide, "learner_left")
    if pairing is not None:
        turn.serve(pairing.instructor_id)
    turn.tells = [each for each in turn.tells if each.to != person_id]


def forget(turn: PairingWork, person_id: str) -> None:
    """A person leaves and takes everything along, as learner and as instructor; nobody is left without an owner."""
    suspend(turn, person_id, "instructor_left")
    learner_leaves(turn, person_id)
    turn.ledger.forget(person_id)
    officers_changed(turn, person_id)
    turn.tells = [each for each in turn.tells if each.to != person_id]
