"""What happens to learners when an instructor, an officer or a learner changes, pauses, is suspended, leaves."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

from bot.pairing.policy.happenings import ask, release
from bot.pairing.policy.model import OFFICER, BothNamed, Instructor, Pairing
from bot.pairing.policy.safety import call_officer, called
from bot.pairing.policy.work import PairingWork

MOST_LEFT = 500
"""Requests left with nobody that are due at once when an officer comes; the others come by their own time."""


def end(work: PairingWork, pairing_id: str, why: str = "") -> bool:
    """One of the two ends it; a learner who is left gets another without having to ask."""
    pairing = work.ledger.pairing(pairing_id)
    if pairing is None or pairing.state != "open" or work.actor not in (pairing.learner_id, pairing.instructor_id):
        return False
    if work.actor == pairing.learner_id:
        work.end_pairing(pairing, why or "ended_by_learner")
        work.tell(pairing.learner_id, "pairing_ended")
        work.tell(pairing.instructor_id, "pairing_left", ten_hv=work.name(pairing.learner_id))
        _without_her(work, pairing)
    else:
        work.tell(pairing.instructor_id, "pairing_left", ten_hv=work.name(pairing.learner_id))
        _leave_learner(work, pairing, why or "left_by_instructor")
    work.serve(pairing.instructor_id)
    return True


def report(work: PairingWork, pairing_id: str) -> bool:
    """One of a pairing reports the other."""
    pairing = work.ledger.pairing(pairing_id)
    if pairing is None or work.actor not in (pairing.learner_id, pairing.instructor_id):
        return False
    other = pairing.instructor_id if work.actor == pairing.learner_id else pairing.learner_id
    reported(work, pairing_id, pairing.learner_id, other)
    return True


def reported(work: PairingWork, line_id: str, learner_id: str, other_id: str) -> None:
    """One tap: the nearest officer hears of it, the other of the two does not."""
    work.note("reported", None, line_id, to=other_id)
    if officer := _other_officer(work, learner_id, other_id):
        work.tell(officer, "report_officer", line_id, **_both(work, line_id, learner_id, other_id))
    work.tell(work.actor, "report_made" if officer else "report_nobody")


def caught(work: PairingWork, line_id: str, learner_id: str, other_id: str, finding: str) -> bool:
    """What one wrote to the other was kept back: the officer hears who and of what kind, never the words. Whether
    there is one to hear it."""
    work.note("caught", None, line_id, finding=finding, to=other_id)
    officer = _other_officer(work, learner_id, other_id)
    if officer:
        work.tell(officer, "caught_officer", line_id, **_both(work, line_id, learner_id, other_id), gi=found(finding))
    return bool(officer)


def held_in_need(work: PairingWork, line_id: str, helper_id: str, finding: str) -> None:
    """What somebody in need wrote did not go: whoever has taken her cry hears of what kind it was, never the words."""
    her = work.learner_named(work.ledger.learner(work.actor))
    kind = _LIKE.get(finding, finding)
    work.tell(helper_id, "held_in_need", line_id, urgent=True, **her, gi=found(kind))


_LIKE = {"relay_number_urgent": "relay_account", "relay_link_only": "relay_link"}
"""Findings that are told as others are."""


def _both(work: PairingWork, line_id: str, learner_id: str, other_id: str) -> BothNamed:
    """The values for who did it to whom, each with the role on this line."""
    request = work.ledger.request(line_id)
    learner = work.learner_named(work.ledger.learner(learner_id))["vai_hv"]
    helper = work.helper_named(request.owner_kind if request else "instructor", "")["vai_hdv"]
    did, suffered = (learner if each == learner_id else helper for each in (work.actor, other_id))
    return {"ten_hv": work.name(work.actor), "vai_hv": did, "ten_hdv": work.name(other_id), "vai_hdv": suffered}


def found(finding: str) -> str:
    """The phrase that says what kind of thing was found, for the phrase that the writer read."""
    return finding.replace("relay_", "found_", 1)


def _other_officer(work: PairingWork, learner_id: str, other_id: str) -> str:
    """The nearest officer who is not one of the two herself."""
    learner = work.ledger.learner(learner_id)
    chain = work.reachable(work.ledger.officers(learner.path if learner else ""))
    return next((each for each in chain if each not in (work.actor, learner_id, other_id)), "")


def _leave_learner(work: PairingWork, pairing: Pairing, why: str) -> None:
    """End a pairing through no doing of the learner's, and seek another instructor at once."""
    work.end_pairing(pairing, why)
    work.tell(pairing.learner_id, "pairing_lost")
    seeks = _seeks(work, pairing.learner_id, pairing.instructor_id)
    _without_her(work, pairing, heard=[pairing.learner_id])
    if not seeks:
        ask(work, pairing.learner_id, "pair")


def _seeks(work: PairingWork, learner_id: str, without: str) -> bool:
    """Whether a call for help of hers brings her an instructor as well, once this one does not help any more: two
    requests of one learner would ask the same people twice.
    """
    return any(
        each.kind == "help" and (each.state != "open" or each.owner_id == without)
        for each in work.ledger.requests_of(learner_id)
    )


def _without_her(work: PairingWork, pairing: Pairing, heard: Collection[str] = ()) -> None:
    """Pass on to somebody else what this instructor was to help with."""
    hers = []
    for request in work.ledger.requests_of(pairing.learner_id):
        offer = work.ledger.offer_for(request.request_id)
        owned = request.owner_id == pairing.instructor_id and request.owner_kind == "instructor"
        if (owned and request.state == "open") or (offer and not offer.reserves):
            hers.append(request.request_id)
    release(work, hers, heard)


def changed(work: PairingWork, instructor: Instructor) -> None:
    """Take in an instructor's new capacity, topics, languages or hours; learners already guided stay."""
    work.ledger.put_instructor(instructor)
    excess = max(0, work.ledger.load(instructor.learner_id) - instructor.capacity)
    offers = sorted(work.ledger.offers_to(instructor.learner_id), key=lambda offer: (-offer.made_at, offer.offer_id))
    release(work, [offer.request_id for offer in offers if offer.reserves][:excess])
    work.serve(instructor.learner_id)


def pause(work: PairingWork, instructor_id: str, until_at: int) -> None:
    """No offers until then; what the instructor has been asked goes on to somebody else."""
    if me := work.ledger.instructor(instructor_id):
        work.ledger.put_instructor(replace(me, paused_until_at=until_at))
        release(work, [offer.request_id for offer in work.ledger.offers_to(instructor_id)])


def resume(work: PairingWork, instructor_id: str) -> None:
    """End an instructor's pause or rest, forget the silences, and offer whoever has waited longest."""
    if me := work.ledger.instructor(instructor_id):
        work.ledger.put_instructor(replace(me, paused_until_at=0, rest_until_at=0, silences=0))
        work.serve(instructor_id)


def back(work: PairingWork) -> None:
    """The instructor has time again."""
    me = work.ledger.instructor(work.actor)
    if me is None or not me.active:
        work.tell(work.actor, "teach_not" if me is None else "teach_suspended")
        return
    resume(work, work.actor)
    work.tell(work.actor, "offer_back")


def suspend(work: PairingWork, instructor_id: str, why: str = "suspended") -> None:
    """Somebody is no instructor any more: everything that person held is passed on in this one step. Whom it concerns
    is told once: her who is suspended, each of her learners.
    """
    me = work.ledger.instructor(instructor_id)
    if me is None:
        return
    work.ledger.put_instructor(replace(me, active=False))
    work.note("suspended", None, who=instructor_id)
    asked = [offer.request_id for offer in work.ledger.offers_to(instructor_id)]
    held = [each.request_id for each in work.ledger.owned_by(instructor_id) if each.owner_kind == "instructor"]
    pairings = list(work.ledger.pairings_with(instructor_id))
    for pairing in pairings:  # all of them before anybody is placed: then the oldest comes first
        work.end_pairing(pairing, why)
        work.tell(pairing.learner_id, "pairing_lost")
    alone = [each.learner_id for each in pairings if not _seeks(work, each.learner_id, instructor_id)]
    wishes = (ask(work, each, "pair", place=False) for each in alone)
    new = [wish.request_id for wish in wishes if wish and wish.state == "waiting"]
    release(work, list(dict.fromkeys((*asked, *held, *new))), heard=[each.learner_id for each in pairings])
    work.tells = [each for each in work.tells if each.to != instructor_id]
    if why == "suspended":
        work.tell(instructor_id, "teach_stopped")


def away(work: PairingWork, person_id: str) -> None:
    """Pass on at once what somebody was asked, had taken on or answers for: nothing can be sent there any more."""
    asked = [offer.request_id for offer in work.ledger.offers_to(person_id)]
    held = [each.request_id for each in work.ledger.owned_by(person_id) if each.owner_kind == "instructor"]
    release(work, list(dict.fromkeys((*asked, *held))))
    officers_changed(work, person_id)
    if hers := work.ledger.pairing_of(person_id):
        work.tell(hers.instructor_id, "learner_away", hers.pairing_id, ten_hv=work.name(person_id))
    for pairing in work.ledger.pairings_with(person_id):
        for request in work.ledger.requests_of(pairing.learner_id):
            if request.kind == "safety" and not request.owner_id:
                call_officer(work, request.request_id)


def there_again(work: PairingWork, person_id: str) -> None:
    """Offer an instructor who can be reached again whoever has waited longest of those who fit."""
    work.serve(person_id)
    officer_there(work, person_id)


def officer_there(work: PairingWork, person_id: str) -> None:
    """Make due now what is left with nobody, where somebody has become an officer or can be reached again."""
    for request in work.ledger.owned_by("", MOST_LEFT):
        learner = work.ledger.learner(request.learner_id)
        if learner is not None and person_id in work.ledger.officers(learner.path):
            work.ledger.put_request(replace(request, due_at=min(request.due_at, work.now)))


def officers_changed(work: PairingWork, former_id: str) -> None:
    """Pass the requests of an officer who is none any more, or cannot be reached, to whoever answers there now."""
    left = []
    for held in list(work.ledger.owned_by(former_id)):
        request = work.ledger.request(held.request_id) or held
        if request.owner_id != former_id or request.owner_kind != "officer":
            continue
        if request.state == "open":
            left.append(request.request_id)
        else:
            kind, owner = work.post(work.ledger.learner(request.learner_id), request.width - OFFICER)
            work.ledger.put_request(replace(request, owner_kind=kind, owner_id=owner))
            if request.kind == "safety":
                call_officer(work, request.request_id)
    release(work, left)


def learner_leaves(work: PairingWork, person_id: str) -> None:
    """A learner is gone: the requests are over, the instructor's place is free for the next."""
    pairing, learner = work.ledger.pairing_of(person_id), work.ledger.learner(person_id)
    guide = pairing.instructor_id if pairing else ""
    for request in list(work.ledger.requests_of(person_id)):
        # Nobody is named: what is still to be said must not outlive what is kept of her.
        if request.kind == "safety":
            for who in called(work, request):
                work.tell(who, "safety_left", urgent=True, khu=learner.area if learner else "")
        elif request.state == "open" and request.owner_id != guide:
            work.tell(request.owner_id, "helped_left")
        work.close(request, "left")
    if pairing is not None:
        work.end_pairing(pairing, "learner_left")
        work.tell(guide, "learner_left")
    if pairing is not None:
        work.serve(pairing.instructor_id)
    work.tells = [each for each in work.tells if each.to != person_id]


def forget(work: PairingWork, person_id: str) -> None:
    """A person leaves and takes everything along, as learner and as instructor; nobody is left without an owner."""
    suspend(work, person_id, "instructor_left")
    learner_leaves(work, person_id)
    work.ledger.forget(person_id)
    officers_changed(work, person_id)
    work.tells = [each for each in work.tells if each.to != person_id]
