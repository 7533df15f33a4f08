"""One thing that happens, and what follows of it: the moves all policies are made of.

A `PairingWork` writes to its ledger and collects `tells`. Whoever acts is answered at once; to everybody else nothing
is said in quiet hours, safety excepted.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from bot.pairing.policy.candidates import against, nearness
from bot.pairing.policy.deadlines import Clock
from bot.pairing.policy.ledger import Ledger
from bot.pairing.policy.model import (
    OFFICER,
    PROVINCE,
    HelperNamed,
    Instructor,
    Learner,
    LearnerNamed,
    Notification,
    Offer,
    OwnerKind,
    Pairing,
    PairingNote,
    PairingRules,
    Request,
    danger_of,
)

SERVED_AT_ONCE = 3
"""How many who have waited longer one event serves first; the sweep serves the rest. Nobody is overtaken meanwhile."""


MEANWHILE = {1: 1, 2: 2, 4: 3, 8: 4}
"""After how many quarters of an hour she whom nobody has come to help yet hears which of four sentences."""


@dataclass(slots=True)
class PairingWork:
    """`actor` is whose act this is; "" for the clock's own."""

    ledger: Ledger
    rules: PairingRules
    clock: Clock
    now: int
    new_id: Callable[[], str]
    actor: str = ""
    tells: list[Notification] = field(default_factory=list)

    # --- words ---

    def tell(self, to: str, phrase: str, about: str = "", *, urgent: bool = False, **values: str) -> None:
        """A notification for somebody: at once for the actor or where it is urgent, else at the next waking hour."""
        if to:
            at = self.now if urgent or to == self.actor else self.clock.awake_from(self.now)
            may = phrase in BUTTONS and (to == self.actor or phrase not in ASKED)
            buttons = BUTTONS[phrase](about) if may else ()
            self.tells.append(Notification(to, phrase, at, values, buttons, about, urgent=urgent))

    def call(self, to: str, phrase: str, request: Request, **values: str) -> None:
        """Ring somebody for a cry for safety, at any hour, and write that down."""
        if to:
            self.tell(to, phrase, request.request_id, urgent=True, **values)
            self.note("called", request, to=to)

    def pass_on(
        self, to: str, phrase: str, relay_id: str, line_id: str, *, urgent: bool = False, **values: str
    ) -> None:
        """Words of one to the other: due at once, though the channel lets people sleep; with buttons to answer and
        report.
        """
        buttons = ((f"y:talk:{line_id}", "label_answer"), (f"y:report:{line_id}", "label_report"))
        self.tells.append(Notification(to, phrase, self.now, values, buttons, relay_id, urgent=urgent))

    def report(self, to: str, phrase: str, about: str = "", **values: str) -> None:
        """A notification in the person's digest of the day."""
        if to:
            at = self.clock.next_at_minute(self.now, self.rules.digest_minute)
            self.tells.append(Notification(to, phrase, at, values, (), about, digest=True))

    def note(self, event: str, request: Request | None = None, pairing_id: str = "", **detail: str) -> None:
        """One line of the append-only history, by this turn's actor."""
        request_id = request.request_id if request else ""
        self.ledger.put_note(PairingNote(self.now, self.actor, event, request_id, pairing_id, detail))

    def name(self, person_id: str) -> str:
        """The name of an instructor or learner; "" for anybody else."""
        known = self.ledger.instructor(person_id) or self.ledger.learner(person_id)
        return known.name if known else ""

    def learner_named(self, learner: Learner | None) -> LearnerNamed:
        """The values by which a sentence names a learner; empty ones for nobody."""
        if learner is None:
            return {"ten_hv": "", "vai_hv": "", "khu": ""}
        role = "role_learner" if learner.confirmed else "role_stranger"
        return {"ten_hv": learner.name, "vai_hv": role, "khu": learner.area}

    def helper_named(self, kind: OwnerKind, person_id: str) -> HelperNamed:
        """The values by which a sentence names who helps, as officer or as instructor."""
        roles = {"officer": "role_officer", "instructor": "role_instructor"}
        return {"ten_hdv": self.name(person_id), "vai_hdv": roles.get(kind, "")}

    # --- who answers for it ---

    def reachable(self, people: Sequence[str]) -> list[str]:
        """The people of these to whom something can be sent."""
        away = self.ledger.away(people, self.now)
        return [each for each in people if each not in away]

    def post(self, learner: Learner | None, level: int = 0) -> tuple[OwnerKind, str]:
        """The officer `level` above the nearest, never herself; the topmost where there is none higher.

        Whoever cannot be reached is passed over.
        """
        me = learner.learner_id if learner else ""
        chain = [each for each in self.reachable(self.ledger.officers(learner.path if learner else "")) if each != me]
        return ("officer", chain[min(max(level, 0), len(chain) - 1)]) if chain else ("nobody", "")

    def goes_up_at(self, request: Request) -> int:
        """When the search has lasted long enough and an officer must act."""
        span = self.rules.help if request.kind == "help" and self.ledger.pairing_of(request.learner_id) else 0
        return self.clock.after(request.since_at, span or self.rules.request)

    def wait(self, request: Request) -> Request:
        """Nobody in particular is asked: the officer keeps it, it is looked at again, and goes up in time."""
        kind, owner = self.post(self.ledger.learner(request.learner_id), request.width - OFFICER)
        if request.width < OFFICER:
            kind, owner = self.post(self.ledger.learner(request.learner_id))
            up_at = self.goes_up_at(request)
            morning = self.clock.awake_from(self.now)
            if up_at <= self.now and morning == self.now:
                return self.escalate(replace(request, state="waiting", owner_kind=kind, owner_id=owner))
            due = max(up_at, morning) if morning == self.now else morning
            request = replace(request, width=PROVINCE, due_at=due)
        request = replace(request, state="waiting", owner_kind=kind, owner_id=owner)
        self.ledger.put_request(request)
        return request

    def escalate(self, request: Request, why: str = "", *, quietly: bool = False) -> Request:
        """One officer further up; at the top that one is reminded. `why`: the phrase that tells the officers what is
        not simply that nobody has taken it; `quietly`: a cry for which they are rung otherwise, or not this time.
        """
        width = max(request.width + 1, OFFICER)
        learner = self.ledger.learner(request.learner_id)
        kind, owner = self.post(learner, width - OFFICER)
        safety = request.kind == "safety"
        due = self.now + self.rules.safety if safety else self.clock.after(self.now, self.rules.officer)
        state = "offered" if self.ledger.offer_for(request.request_id) else "waiting"
        up = replace(request, width=width, owner_kind=kind, owner_id=owner, due_at=due, state=state, follow_ups=0)  # type: ignore[arg-type]
        self.ledger.put_request(up)
        self.note("escalated" if owner else "nobody_there", up, width=str(width))
        named, since = self.learner_named(learner), self.clock.say(request.since_at)
        about, learner_id = request.request_id, request.learner_id
        if safety:
            chain = self.reachable(self.ledger.officers(learner.path if learner else ""))
            reached = list(dict.fromkeys(chain[: width - OFFICER + 1]))
            for who in () if quietly else reached:
                self.call(who, why or f"{danger_of(up)}_again", up, luc=since, **named)
            if owner:
                self._say_meanwhile(up, len([each for each in reached if each != learner_id]), asked=bool(why))
            elif request.width <= OFFICER:
                self.tell_alone(up)  # said once: nobody is really being called
        else:
            self.tell(owner, why or "officer_must", about, luc=since, **named)
            asked = "pair_officer" if width == OFFICER else "pair_officer_again"
            self.tell(learner_id, asked if owner else "nobody_yet", about)
        return up

    def tell_alone(self, request: Request) -> None:
        """Tell a learner for whose cry nobody can be called whom to go to and call."""
        phrase = "safety_alone" if danger_of(request) == "safety" else "danger_alone"
        self.tell(request.learner_id, phrase, request.request_id, urgent=True)

    def _say_meanwhile(self, cry: Request, called: int, *, asked: bool) -> None:
        """Say what has happened since the cry, and what can be done till somebody comes: each time something else, and
        seldomer each time. `asked`: the learner has just said that nobody helps, and is answered in any case.
        """
        about, since = cry.request_id, self.clock.say(cry.since_at)
        round_no = MEANWHILE.get(cry.width - OFFICER)
        if asked and self.actor == cry.learner_id:
            self.tell(cry.learner_id, "unhelped_heard", about, urgent=True, so=str(called))
        elif round_no and called:
            of = "safety" if danger_of(cry) == "safety" else "danger"
            self.tell(cry.learner_id, f"{of}_wait_{round_no}", about, urgent=True, so=str(called), luc=since)

    # --- offers ---

    def place(self, request: Request) -> Request:
        """Ask the best one for it now; where nobody can be asked, it waits with the officer."""
        learner = self.ledger.learner(request.learner_id)
        if learner is None or not learner.confirmed or self.clock.is_quiet(self.now):
            return self.wait(request)
        if (pairing := self.ledger.pairing_of(learner.learner_id)) and request.kind == "help":
            own = self.ledger.instructor(pairing.instructor_id)
            if own is not None and (own.away or 0 < own.writable_until_at <= self.now):
                return self.escalate(replace(request, state="waiting"))
            if own is None or own.learner_id in self.ledger.tried(request) or self.now < own.paused_until_at:
                return self.wait(request)
            return self.make_offer(request, learner, own, reserves=False)
        request = replace(request, state="waiting")
        self.ledger.put_request(request)
        for _ in range(SERVED_AT_ONCE):
            found = self._previous(request, learner) or self.ledger.best(request, learner, self.now)
            if found is None:
                break
            first = self.ledger.first_waiting(found, self.now) or request
            if first.request_id == request.request_id:
                return self.make_offer(request, learner, found)
            self._serve_one(first, found)
        return self.wait(request)

    def _previous(self, request: Request, learner: Learner) -> Instructor | None:
        if not self.rules.prefer_previous or request.kind == "change":
            return None
        known = self.ledger.instructor(self.ledger.previous(learner.learner_id))
        if known is None:
            return None
        load, tried = self.ledger.load(known.learner_id), self.ledger.tried(request)
        return None if against(known, load, learner, request.topic, tried, self.now, self.clock) else known

    def serve(self, instructor_id: str) -> None:
        """Offer an instructor with a free place whoever has waited longest of those who fit."""
        for _ in range(0 if self.clock.is_quiet(self.now) else SERVED_AT_ONCE):
            instructor = self.ledger.instructor(instructor_id)
            first = self.ledger.first_waiting(instructor, self.now) if instructor else None
            if instructor is None or first is None:
                return
            self._serve_one(first, instructor)

    def _serve_one(self, request: Request, instructor: Instructor) -> None:
        learner = self.ledger.learner(request.learner_id)
        if learner:
            self.make_offer(request, learner, instructor)
            self.tell(learner.learner_id, "pair_asked", request.request_id)

    def make_offer(
        self, request: Request, learner: Learner, instructor: Instructor, *, reserves: bool = True
    ) -> Request:
        """Put the request before the instructor, with a time to answer."""
        asked = instructor.learner_id
        due = self.clock.after(self.now, self.rules.offer if reserves else self.rules.help)
        offer = Offer(self.new_id(), request.request_id, asked, self.now, due, reserves=reserves)
        if request.width < OFFICER and (up_at := self.goes_up_at(request)) > self.now:
            near = min(nearness(instructor.path, learner.path), PROVINCE)
            request = replace(request, owner_kind="instructor", owner_id=asked, width=near, due_at=min(due, up_at))
        elif request.width < OFFICER:
            request = self.escalate(request)  # it has lasted too long: the officer hears of it, whoever is asked
        request = replace(request, state="offered")
        self.ledger.put_request(request)
        self.ledger.put_offer(offer)
        if reserves:
            self.ledger.put_instructor(replace(instructor, last_served_at=self.now))
        self.note("offered", request, to=asked, offer=offer.offer_id)
        lesson, plain = ("offer_lesson", "offer_pair") if reserves else ("offer_help", "offer_help_any")
        phrase = lesson if request.lesson else plain
        self.tell(
            asked, phrase, offer.offer_id, **self.learner_named(learner), han=self.clock.say(due),
            bai=request.lesson, buoc=request.step, lan=str(request.tries),
        )  # fmt: skip
        return request

    def settle(self, offer: Offer, state: str) -> None:
        """End the offer; the place it held, if any, is free again."""
        self.ledger.put_offer(replace(offer, state=state, settled_at=self.now))  # type: ignore[arg-type]

    def withdraw(self, request_id: str) -> str:
        """Take back the open offer of a request; whose it was."""
        offer = self.ledger.offer_for(request_id)
        if offer is None:
            return ""
        self.settle(offer, "withdrawn")
        if offer.instructor_id != self.actor:
            request = self.ledger.request(request_id)
            learner = self.ledger.learner(request.learner_id) if request else None
            self.tell(offer.instructor_id, "offer_withdrawn", offer.offer_id, **self.learner_named(learner))
        return offer.instructor_id

    # --- pairings ---

    def open_pairing(self, learner_id: str, instructor_id: str) -> Pairing:
        """Pair the two from now on, and write it down."""
        pairing = Pairing(self.new_id(), learner_id, instructor_id, self.now)
        self.ledger.put_pairing(pairing)
        self.note("paired", None, pairing.pairing_id)
        return pairing

    def end_pairing(self, pairing: Pairing, why: str) -> None:
        """End a pairing and write down why, one word that `KEEP_APART` may hold."""
        self.ledger.put_pairing(replace(pairing, state="ended", ended_at=self.now, ended_why=why))
        self.note("ended", None, pairing.pairing_id, why=why)

    def close(self, request: Request, why: str) -> None:
        """Nothing more is to be done; what nobody has heard of it yet is not said any more."""
        freed = self.withdraw(request.request_id)
        self.ledger.put_request(replace(request, state="closed", closed_why=why))
        self.note("closed", request, why=why)
        if freed:
            self.serve(freed)


Buttons = tuple[tuple[str, str], ...]


def _offer_buttons(offer_id: str) -> Buttons:
    return (
        (f"o:accept:{offer_id}", "label_accept"),
        (f"o:later:{offer_id}", "label_offer_later"),
        (f"o:decline:{offer_id}", "label_not_now"),
    )


def _take_button(request_id: str) -> Buttons:
    return ((f"o:take:{request_id}", "label_take"),)


def _officer_buttons(request_id: str) -> Buttons:
    return ((f"o:take:{request_id}", "label_take"), (f"q:request:{request_id}", "label_choose"))


def _write_button(line_id: str) -> Buttons:
    return ((f"y:talk:{line_id}", "label_write"),) if line_id else ()


def _working_buttons(request_id: str) -> Buttons:
    return (
        (f"y:talk:{request_id}", "label_write"),
        (f"o:heirs:{request_id}", "label_hand_over"),
        (f"o:done:{request_id}", "label_dealt"),
    )


def _urgent_buttons(request_id: str) -> Buttons:
    first, *rest = _working_buttons(request_id)
    return (first, (f"y:union:{request_id}", "label_give_union"), *rest)


def _answer_buttons(request_id: str) -> Buttons:
    return ((f"o:done:{request_id}", "label_helped"), (f"o:still:{request_id}", "label_not_helped"))


def _cancel_button(request_id: str) -> Buttons:
    return ((f"o:cancel:{request_id}", "label_cancel"),)


ASKED = frozenset({"help_asked", "pair_already", "pair_asked", "pair_night", "pair_stranger", "pair_wait"})
"""What she reads of her own request. Its button is for the moment in which she asks: later she may be in a lesson."""

OFFERED = frozenset({"offer_pair", "offer_lesson", "offer_help", "offer_help_any"})
"""What an instructor is asked with."""

BUTTONS: dict[str, Callable[[str], Buttons]] = {
    **dict.fromkeys(ASKED, _cancel_button),
    **dict.fromkeys(OFFERED, _offer_buttons),
    "offer_accepted": _write_button,
    "offer_help_accepted": _working_buttons,
    "pair_found": _write_button,
    "help_coming": _write_button,
    "held_in_need": _write_button,
    "help_under_way": _write_button,
    "caught_officer": lambda line_id: ((f"q:kept:{line_id}", "label_look"),),
    "report_officer": lambda line_id: ((f"q:kept:{line_id}", "label_look"),),
    "taken": _working_buttons,
    "taken_urgent": _urgent_buttons,
    "cried_again": _working_buttons,
    "follow_up": _working_buttons,
    "follow_up_learner": _answer_buttons,
    "safety_strangers": lambda _: (("q:strangers:0", "label_look"),),
    "safety_call": _take_button,
    "safety_again": _take_button,
    "die_call": _take_button,
    "die_again": _take_button,
    "hurt_call": _take_button,
    "hurt_again": _take_button,
    "unhelped": _take_button,
    "handed": lambda request_id: ((f"o:relieve:{request_id}", "label_relieve"),),
    "safety_silent": lambda request_id: ((f"q:request:{request_id}", "label_look"),),
    "officer_silent": _officer_buttons,
    "officer_must": _officer_buttons,
    "officer_stranger": _officer_buttons,
    "officer_applicant": lambda person_id: ((f"q:person:{person_id}", "label_look"),),
    "cancel_urgent": lambda _: (("g:mistake", "label_mistake"),),
    "learner_left": lambda _: (("u:list:0", "label_crew"),),
    "teach_again": lambda _: (("g:teach", "label_teach"),),
    "teach_welcome": lambda _: (("g:teach", "label_teach"),),
}
"""What can be tapped under a phrase, given what it is about: an offer, a request, or by what the two write."""
