"""Every sentence that the pairing says about people, and what must be true of the rows when it is said.

The machine holds each of them against the ledger right after the event that said it. A sentence that is said and has no
line here fails: think what it claims first.
"""

from __future__ import annotations

from collections.abc import Callable

from bot.pairing.policy.model import OFFICER, Notification, Request
from tests.machine.pairing_promises import Event

Claim = Callable[[Event, Notification], bool]


def holds(event: Event) -> None:
    for tell in event.tells:
        claim = TRUTHS.get(tell.phrase)
        assert claim is not None, f"nobody has said when “{tell.phrase}” is true"
        if not event.is_gone(tell.to):
            assert claim(event, tell), f"{tell} is not true at {event.now}"


def _request(event: Event, tell: Notification) -> Request | None:
    return event.after.requests.get(tell.about)


def _state(*states: str) -> Claim:
    """The request it is about is in one of these states."""
    return lambda event, tell: (request := _request(event, tell)) is not None and request.state in states


def _all(*claims: Claim) -> Claim:
    return lambda event, tell: all(claim(event, tell) for claim in claims)


def _always(event: Event, tell: Notification) -> bool:
    """It claims nothing of anybody else."""
    return True


def _is_offered(event: Event, tell: Notification) -> bool:
    """Somebody is being asked for her at this moment."""
    return event.after.offer_for(tell.about) is not None


def _is_asked(event: Event, tell: Notification) -> bool:
    """It is she who is being asked, and the offer is open."""
    offer = event.after.offers.get(tell.about)
    return offer is not None and offer.state == "open" and offer.instructor_id == tell.to


def _with_an_officer(event: Event, tell: Notification) -> bool:
    """An officer answers for it, who sees it in her list."""
    request = _request(event, tell)
    return request is not None and request.owner_kind == "officer" and bool(request.owner_id)


def _officer_was_told(event: Event, tell: Notification) -> bool:
    request = _request(event, tell)
    return request is not None and any(each.to == request.owner_id and each.about == tell.about for each in event.tells)


def _names_helper(event: Event, tell: Notification) -> bool:
    """Whoever is named has taken it, and answers for it now."""
    request = _request(event, tell)
    return request is not None and _name(event, request.owner_id) in ("", tell.values["ten_hdv"])


def _name(event: Event, who: str) -> str:
    known = event.after.instructor(who) or event.after.learner(who)
    return known.name if known else ""


def _unconfirmed(event: Event, tell: Notification) -> bool:
    learner = event.after.learner(tell.to)
    return learner is not None and not learner.confirmed


def _nobody_there(event: Event, tell: Notification) -> bool:
    """No officer but herself is on this system, or can be reached."""
    return not {who for post in event.after.posts.values() for who in post} - {tell.to} - event.after.closed


def _was_taken(event: Event, tell: Notification) -> bool:
    """Somebody had taken it before this event."""
    before = event.before.requests.get(tell.about)
    return before is not None and before.state == "open"


def _was_not_taken(event: Event, tell: Notification) -> bool:
    return not _was_taken(event, tell)


def _somebody_was_called(event: Event, tell: Notification) -> bool:
    """It has rung somebody for this cry, now or before."""
    return any(note.what == "called" and note.request_id == tell.about for note in event.after.notes)


def _so_many_were_called(event: Event, tell: Notification) -> bool:
    """The number named is of people whom it has rung for this cry."""
    rung = {note.detail["to"] for note in event.after.notes if note.what == "called" and note.request_id == tell.about}
    return 0 < int(tell.values["so"]) <= len(rung)


def _calls_instructor(event: Event, tell: Notification) -> bool:
    """ "called_helper", "called_both": only where she has an instructor, who is called."""
    pairing, which = event.after.pairing_of(tell.to), tell.values["ai"]
    request = _request(event, tell)
    officer = request is not None and request.owner_kind == "officer" and bool(request.owner_id)
    hers = pairing is not None
    return {"called_officer": officer, "called_helper": hers, "called_both": officer and hers}[which]


def _hers(event: Event, tell: Notification) -> bool:
    request = _request(event, tell)
    return request is not None and request.owner_id == tell.to


def _by(who: str) -> Claim:
    """It was the learner, or the owner, of one of the requests that this event closed, who said so."""

    def claim(event: Event, tell: Notification) -> bool:
        closed = [r for r in event.after.requests.values() if r.closed_why == "done" and r.state == "closed"]
        new = [r for r in closed if event.before.requests.get(r.request_id, r).state != "closed"]
        return any(event.actor == (r.learner_id if who == "learner" else r.owner_id) for r in new)

    return claim


def _is_paired(event: Event, tell: Notification) -> bool:
    pairing = event.after.pairings.get(tell.about)
    return pairing is not None and pairing.state == "open" and tell.to in (pairing.learner_id, pairing.instructor_id)


def _has_instructor(event: Event, tell: Notification) -> bool:
    pairing = event.after.pairing_of(tell.to)
    return pairing is not None and _name(event, pairing.instructor_id) == tell.values["ten_hdv"]


def _is_sought(event: Event, tell: Notification) -> bool:
    """Somebody is sought for her: by a request of hers, or by a call for help, which brings an instructor as well."""
    hers = event.after.requests_of(tell.to)
    return any(each.kind in ("pair", "change") or (each.kind == "help" and each.state != "open") for each in hers)


def _has_left(*states: str) -> Claim:
    """Somebody whose request stood so has gone by this event, and her request is closed with her."""

    def claim(event: Event, tell: Notification) -> bool:
        return any(
            before.state in states and event.after.requests.get(key, before).closed_why in ("", "left")
            and (key not in event.after.requests or event.after.requests[key].state == "closed")
            for key, before in event.before.requests.items()
        )  # fmt: skip

    return claim


def _cries(event: Event, tell: Notification) -> bool:
    """A cry of hers still stands."""
    return any(each.kind == "safety" and each.state != "closed" for each in event.after.requests_of(tell.to))


def _is_away(event: Event, tell: Notification) -> bool:
    """Whom she guides by the pairing it is about has blocked the tutor."""
    pairing = event.after.pairings.get(tell.about)
    return pairing is not None and pairing.learner_id in event.after.closed


def _is_left(event: Event, tell: Notification) -> bool:
    """One pairing of hers is over by this event."""
    for key, before in event.before.pairings.items():
        if before.state == "open" and tell.to in (before.learner_id, before.instructor_id):
            after = event.after.pairings.get(key)
            if after is None or after.state != "open":
                return True
    return False


def _offer_is_over(event: Event, tell: Notification) -> bool:
    offer = event.after.offers.get(tell.about)
    return offer is None or offer.state == "withdrawn"


def _rests(event: Event, tell: Notification) -> bool:
    me = event.after.instructor(tell.to)
    return me is not None and me.rest_until_at > event.now


def _is_urgent(event: Event, tell: Notification) -> bool:
    request = _request(event, tell)
    return request is not None and request.kind == "safety" and request.state != "closed"


def _somebody_has_it(event: Event, tell: Notification) -> bool:
    """A cry is with whoever is named."""
    open_ones = (each for each in event.after.unclosed() if each.kind == "safety" and each.state == "open")
    return any(_name(event, each.owner_id) in ("", tell.values["ten_hdv"]) for each in open_ones)


def _is_high(event: Event, tell: Notification) -> bool:
    request = _request(event, tell)
    return request is not None and request.width >= OFFICER


def _counts_strangers(event: Event, tell: Notification) -> bool:
    """So many of whom nobody knows who they are wait, none of them with anybody."""
    cries = [each for each in event.after.unclosed() if each.kind == "safety" and each.state == "waiting"]
    strangers = [each for each in cries if not event.after.learners[each.learner_id].confirmed]
    return 1 < int(tell.values["so"]) <= len(strangers)


def _rings_by_then(event: Event, tell: Notification) -> bool:
    request = _request(event, tell)
    return request is not None and event.clock.say(request.due_at) == tell.values["luc"]


def _was_mistaken(event: Event, tell: Notification) -> bool:
    """She has called a cry off by this event."""
    return any(note.what == "closed" and note.detail.get("why") == "mistake" for note in event.notes)


def _some_officer_was_told(event: Event, tell: Notification) -> bool:
    return any(each.phrase == "report_officer" for each in event.tells)


def _no_other_officer(event: Event, tell: Notification) -> bool:
    return not _some_officer_was_told(event, tell)


def _is_no_instructor(event: Event, tell: Notification) -> bool:
    """She is suspended when this is said."""
    return not event.after.instructors[tell.to].active


_RINGS = _all(_is_urgent, _somebody_was_called)
_CALL = _all(_is_urgent, _state("waiting", "offered"), _somebody_was_called)
_WAIT = _all(_CALL, _with_an_officer, _so_many_were_called)

TRUTHS: dict[str, Claim] = {
    "offer_pair": _is_asked, "offer_lesson": _is_asked, "offer_help": _is_asked, "offer_help_any": _is_asked,
    "offer_accepted": _is_paired, "offer_help_accepted": _all(_state("open"), _hers),
    "offer_later_said": _always, "offer_declined_said": _always, "offer_gone": _always, "offer_yours": _always,
    "offer_withdrawn": _offer_is_over, "offer_resting": _rests, "offer_back": _always, "not_yours": _always,
    "pair_asked": _is_offered, "pair_next": _is_offered, "pair_moved": _is_offered,
    "help_asked": _is_offered, "pair_already": _is_offered,
    "pair_wait": _all(_state("waiting"), _with_an_officer),
    "pair_night": lambda event, tell: event.clock.is_quiet(event.now) and _state("waiting")(event, tell),
    "pair_stranger": _all(_state("waiting"), _with_an_officer, _unconfirmed),
    "pair_officer": _all(_with_an_officer, _officer_was_told, _is_high),
    "pair_officer_again": _all(_with_an_officer, _officer_was_told, _is_high),
    "pair_found": _is_paired, "pair_have": _has_instructor, "pair_cancelled": _always, "pair_none_open": _always,
    "nobody_yet": _nobody_there,
    "learner_left": _is_left, "helped_left": _has_left("open"), "safety_left": _has_left("waiting", "open", "offered"),
    "pairing_over": _is_left, "pairing_left": _is_left, "pairing_ended": _is_left,
    "pairing_lost": _all(_is_left, _is_sought),
    "help_coming": _all(_state("open"), _names_helper), "help_under_way": _all(_state("open"), _names_helper),
    "help_done": _by("owner"), "done_noted": _by("owner"), "help_done_owner": _by("learner"), "thanks": _by("learner"),
    "help_not_needed": _always,
    "cried_again": _all(_is_urgent, _state("open"), _hers),
    "taken_urgent": _all(_state("open"), _hers),
    "taken": _all(_state("open"), _hers), "relieved": _always, "handed": _state("open"), "handed_on": _hers,
    "follow_up": _all(_state("open"), _hers), "follow_up_learner": _all(_state("open"), _names_helper),
    "officer_waiting": _state("waiting"), "officer_change": _always,
    "officer_stranger": lambda event, tell: any(
        not learner.confirmed and learner.name == tell.values["ten_hv"] for learner in event.after.learners.values()
    ),
    "officer_must": _all(_was_not_taken, _state("waiting", "offered")),
    "officer_silent": _all(_was_taken, _state("waiting", "offered")),
    "unhelped": _all(_was_taken, _state("waiting", "offered")),
    "safety_silent": _all(_is_urgent, _state("open"), _names_helper),
    "safety_listed": _all(_is_urgent, _state("waiting"), _with_an_officer, _rings_by_then),
    "safety_steps": _all(_RINGS, _calls_instructor),
    "safety_call": _RINGS, "safety_again": _all(_CALL, _was_not_taken), "safety_taken": _somebody_has_it,
    **{f"{danger}_wait_{n}": _WAIT for danger in ("safety", "danger") for n in (1, 2, 3, 4)},
    "unhelped_heard": _WAIT, "safety_strangers": _counts_strangers,
    "safety_alone": _nobody_there, "danger_alone": _nobody_there,
    "cancel_urgent": _cries, "learner_away": _is_away,
    "die_steps": _all(_RINGS, _calls_instructor), "hurt_steps": _all(_RINGS, _calls_instructor),
    "die_call": _RINGS, "die_again": _all(_CALL, _was_not_taken),
    "hurt_call": _RINGS, "hurt_again": _all(_CALL, _was_not_taken), "safety_mistake": _was_mistaken,
    "report_made": _some_officer_was_told, "report_nobody": _no_other_officer, "report_officer": _always,
    "caught_officer": _always, "crew_finished": _always, "officer_applicant": _always, "teach_welcome": _always,
    "teach_not": _always, "teach_again": _always, "held_in_need": _always,
    "teach_stopped": _is_no_instructor, "teach_suspended": _is_no_instructor,
    "member_welcome": _always, "skill_alone": _always, "skill_help": _always,
}  # fmt: skip
"""Phrase → what it claims."""
