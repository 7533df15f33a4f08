"""A cry for safety: who is called for it, at any hour, and who hears that it was none."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from bot.pairing.policy.model import MINUTE, OFFICER, PROVINCE, Request, danger_of
from bot.pairing.policy.work import PairingWork

HOLDERS, MOST_OF_CROWD = 4, 60
"""Officers whose cries are looked through for a crowd, and how many of each."""
HOUR_OF_ROUNDS = 4  # quarters of an hour, in each of which strangers' cries ring; from then on once an hour

TOLD_AGAIN = 2 * MINUTE
"""So often at the most whoever has taken a cry hears that it was repeated: a tale of ten messages rings once."""

_GRAVITY = ("", "safety", "hurt", "die")


def call_everybody(work: PairingWork, request: Request) -> Request:
    """Call the instructor and the officer of somebody in danger, together, at any hour."""
    learner = work.ledger.learner(request.learner_id)
    crowd = [each for each in _crowd(work, request) if each.request_id != request.request_id]
    if crowd and request.state != "open":
        # It rings with them, when they ring next; till then it stands in the officer's list.
        request = replace(request, width=PROVINCE, due_at=min(each.due_at for each in crowd))
        work.ledger.put_request(request)
        tell_called(work, request)
        return request
    request = replace(request, width=OFFICER, due_at=work.now + work.rules.safety)
    work.ledger.put_request(request)
    tell_called(work, request)
    for who in _first_called(work, request):
        work.call(who, f"{danger_of(request)}_call", request, **work.learner_named(learner))
    return request


def cried_again(work: PairingWork, request: Request, need: str) -> Request:
    """A learner cries out while help is on its way: a graver danger is called out anew, and so is what was taken on so
    long ago that it may be another; else it is said once more who is called, and told to whoever has taken it.
    """
    graver = _GRAVITY.index(need if need in _GRAVITY else "") > _GRAVITY.index(danger_of(request))
    anew = request.state == "open" and work.now - request.since_at >= work.rules.safety
    if graver or anew:
        return call_everybody(work, replace(request, need=need if graver else request.need, since_at=work.now))
    if request.state == "open":
        helper = work.helper_named(request.owner_kind, request.owner_id)
        work.tell(request.learner_id, "help_under_way", request.request_id, urgent=True, **helper)
        if work.now - work.ledger.last_note(request.request_id, "cried") >= TOLD_AGAIN:
            named = work.learner_named(work.ledger.learner(request.learner_id))
            work.tell(request.owner_id, "cried_again", request.request_id, urgent=True, **named)
            work.note("cried", request)
    else:
        tell_called(work, request)
    return request


def _first_called(work: PairingWork, request: Request) -> list[str]:
    """The officer and the instructor of a learner, as far as there are any who can be reached."""
    pairing = work.ledger.pairing_of(request.learner_id)
    both = dict.fromkeys((request.owner_id, pairing.instructor_id if pairing else ""))
    return work.reachable([each for each in both if each])


def called(work: PairingWork, request: Request) -> list[str]:
    """Everybody who has been called for it by now: those, and the officers whom it has reached since."""
    learner = work.ledger.learner(request.learner_id)
    chain = work.reachable(work.ledger.officers(learner.path if learner else ""))[: max(request.width - OFFICER + 1, 0)]
    return [each for each in dict.fromkeys((*_first_called(work, request), *chain)) if each != request.learner_id]


def tell_called(work: PairingWork, request: Request) -> None:
    """What to do now, and who is really being called; where nobody can be called, nothing of that is said."""
    if request.width < OFFICER:  # one of a crowd, which has not rung for her yet
        latest = work.clock.say(request.due_at)
        work.tell(request.learner_id, "safety_listed", request.request_id, luc=latest)
        return
    first, pairing = _first_called(work, request), work.ledger.pairing_of(request.learner_id)
    helper = pairing is not None and pairing.instructor_id in first
    if first:
        who = "called_both" if helper and len(first) > 1 else "called_helper" if helper else "called_officer"
        work.tell(request.learner_id, f"{danger_of(request)}_steps", request.request_id, ai=who)


# --- strangers ---


def is_of_stranger(work: PairingWork, request: Request) -> bool:
    """A cry of robbery by somebody whom nobody has confirmed: such cries ring together. Danger of life never waits."""
    learner = work.ledger.learner(request.learner_id)
    return request.kind == "safety" and danger_of(request) == "safety" and learner is not None and not learner.confirmed


def _crowd(work: PairingWork, request: Request) -> list[Request]:
    """A stranger's cry with others of the same place that nobody has taken, the oldest first; empty for a member's."""
    if not is_of_stranger(work, request):
        return []
    learner = work.ledger.learner(request.learner_id)
    path = learner.path if learner else ""
    held = [each for who in work.ledger.officers(path)[:HOLDERS] for each in work.ledger.owned_by(who, MOST_OF_CROWD)]
    others = [each for each in held if each.state == "waiting" and is_of_stranger(work, each)]
    found = {each.request_id: each for each in (request, *others)}
    return sorted(found.values(), key=lambda each: (each.since_at, each.request_id))


def ring_strangers(work: PairingWork, request: Request) -> None:
    """Send the strangers' cries whose time is up one officer up; each officer whom some of them have reached hears of
    those once. After an hour only one round in four rings.
    """
    up = [work.escalate(each, quietly=True) for each in _crowd(work, request)]
    newest, oldest = min(each.width for each in up), max(each.width for each in up)
    if newest - OFFICER > HOUR_OF_ROUNDS and not _rings(oldest):  # the newest waits no longer than the first did
        return
    reached: dict[str, list[Request]] = {}
    for each in up:
        for who in called(work, each):
            reached.setdefault(who, []).append(each)
    for who, hers in reached.items():
        _ring_for(work, who, hers)


def _rings(width: int) -> bool:
    rounds = width - OFFICER
    return rounds <= HOUR_OF_ROUNDS or rounds % HOUR_OF_ROUNDS == 0


def _ring_for(work: PairingWork, who: str, crowd: Sequence[Request]) -> None:
    """One notice that counts the cries, once in a turn; each of them has rung this officer."""
    since, first = work.clock.say(crowd[0].since_at), crowd[0]
    if len(crowd) == 1:
        named = work.learner_named(work.ledger.learner(first.learner_id))
        phrase = "safety_again" if first.width > OFFICER else "safety_call"
        work.call(who, phrase, first, luc=since, **named)
    elif who and not any((each.to, each.phrase) == (who, "safety_strangers") for each in work.tells):
        work.tell(who, "safety_strangers", urgent=True, so=str(len(crowd)), luc=since)
        for each in crowd:
            work.note("called", each, to=who)


def mistaken(work: PairingWork) -> None:
    """The learner was not in danger: what was open of it is closed, and everybody who was called hears it."""
    for request in work.ledger.requests_of(work.actor):
        if request.kind != "safety":
            continue
        learner = work.ledger.learner(request.learner_id)
        told = called(work, request)
        work.close(request, "mistake")
        for who in told:
            if who != work.actor:
                work.tell(who, "safety_mistake", urgent=True, ten_hv=learner.name if learner else "")


def call_officer(work: PairingWork, request_id: str) -> None:
    """Call whoever answers now for a cry for safety, of a crowd of strangers once.

    The learner is told when nobody is left to call.
    """
    if request := work.ledger.request(request_id):
        if len(crowd := _crowd(work, request)) > 1:
            _ring_for(work, request.owner_id, crowd)
            return
        named = work.learner_named(work.ledger.learner(request.learner_id))
        work.call(request.owner_id, f"{danger_of(request)}_call", request, **named)
        if not called(work, request):
            work.tell_alone(request)
