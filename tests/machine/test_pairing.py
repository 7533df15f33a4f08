"""A state machine over the pure pairing policies: whatever people do in whatever order, nobody is forgotten."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import time
from functools import partial
from itertools import count
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from bot.pairing.policy import happenings, safety, staff, taking, ticking
from bot.pairing.policy.candidates import against
from bot.pairing.policy.deadlines import Clock
from bot.pairing.policy.ledger import Memory, is_waiting_for_somebody
from bot.pairing.policy.model import (
    DAY,
    HOUR,
    MINUTE,
    OFFICER,
    Instructor,
    Learner,
    Notification,
    Offer,
    PairingRules,
    Request,
    RequestKind,
)
from bot.pairing.policy.work import PairingWork
from bot.tutor.quiet_hours import QuietHours
from tests.machine.pairing_promises import Event, check, photograph
from tests.machine.pairing_truths import holds
from tests.support.memory import dump_memory, load_memory, reinstate

CLOCK = Clock(QuietHours(time(20), time(8), ZoneInfo("Asia/Ho_Chi_Minh")))
RULES = PairingRules()
MORNING = 1_795_572_000_000 // HOUR * HOUR  # 09:00 of a Wednesday in Đồng Nai
AREAS = [f"/dong-nai/w{w}/b-{b}/g-{g}/" for w in (1, 2) for b in (1, 2) for g in (1, 2)]
NEEDS: list[tuple[str, ...]] = [(), (), ("elderly",), ("poor", "remote"), ("other",)]
TOPICS: list[tuple[str, ...]] = [(), (), ("vneid",), ("pay", "vneid")]
LEARNERS, INSTRUCTORS, STRANGERS = 12, 8, 3
learners = st.integers(0, LEARNERS - 1)
instructors = st.integers(0, INSTRUCTORS - 1)
COUNTS: Counter[str] = Counter()


class World(RuleBasedStateMachine):
    """`happens` runs one event and checks all that must hold of it."""

    def __init__(self) -> None:
        super().__init__()
        self.memory = Memory(CLOCK, RULES)
        self.now = MORNING
        self.numbers = count()
        self.over: dict[str, int] = {}  # whoever lowered her capacity keeps the learners she has
        self.officers = {"/dong-nai/": ["o0"], "/dong-nai/w1/": ["o1", "o2"]}

    # --- how an event is run ---

    def happens(self, actor: str, event: Callable[[PairingWork], Any], *, ordered: bool = True) -> Any:
        before, photo = len(self.memory.notes), photograph(self.memory)
        COUNTS["events"] += 1
        result, tells = self.run(actor, event)
        if actor in self.memory.closed:
            tells += self.comes_back(actor)
        COUNTS["tells"] += len(tells)
        notes = self.memory.notes[before:]
        happened = Event(actor, photo, self.memory, notes, tells, self.now, RULES, CLOCK, assigned=not ordered)
        check(happened)
        holds(happened)
        COUNTS.update(f"“{tell.phrase}”" for tell in tells)
        COUNTS.update(note.what for note in notes)
        offers = [note.detail["offer"] for note in notes if note.what == "offered"]
        for offer_id in offers if ordered else ():
            self.was_the_first(self.memory.offers.get(offer_id))
        return result

    def run(self, actor: str, event: Callable[[PairingWork], Any]) -> tuple[Any, list[Notification]]:
        turn = PairingWork(self.memory, RULES, CLOCK, self.now, self.new_id, actor)
        return event(turn), turn.tells

    def new_id(self) -> str:
        return f"n{next(self.numbers):06}"

    # --- what the database of the other machine does in its own way ---

    def put_learner(self, learner: Learner) -> None:
        self.memory.put_learner(learner)

    def confirm(self, learner: Learner) -> None:
        self.memory.put_learner(learner)
        self.happens("o0", lambda turn: happenings.confirmed(turn, learner.learner_id))

    def set_up(self, instructor: Instructor) -> None:
        self.happens(instructor.learner_id, lambda turn: staff.changed(turn, instructor))

    def set_posts(self, posts: dict[str, list[str]]) -> None:
        self.memory.posts = posts

    def reach(self, who: str, *, away: bool) -> None:
        self.memory.reach(who, away=away)

    def comes_back(self, who: str) -> list[Notification]:
        self.reach(who, away=False)
        return self.run("", partial(_there_again, who))[1]

    def reinstate(self, who: str) -> None:
        self.happens("o0", lambda turn: reinstate(turn, who))

    def erase(self, who: str) -> None:
        self.happens(who, lambda turn: staff.forget(turn, who))

    def due(self) -> Sequence[str]:
        return self.memory.due(self.now, 100)

    def best(self, request: Request) -> Instructor | None:
        return self.memory.best(request, self.memory.learners[request.learner_id], self.now)

    def restart(self) -> None:
        kept = dump_memory(self.memory)
        self.memory = load_memory(kept, CLOCK, RULES)
        assert dump_memory(self.memory) == kept

    # --- what is checked of each offer ---

    def was_the_first(self, offer: Offer | None) -> None:
        """No request waits now that she could have taken and that came before the one she got."""
        if offer is None or offer.state != "open" or not offer.reserves:
            return
        COUNTS["offers"] += 1
        instructor = self.memory.instructors[offer.instructor_id]
        got = self.memory.requests[offer.request_id]
        for other in self.waiting():
            earlier = (other.priority, other.since_at) < (got.priority, got.since_at)
            learner = self.memory.learners[other.learner_id]
            tried = self.memory.tried(other)
            if earlier and not against(instructor, 0, learner, other.topic, tried, self.now, CLOCK):
                raise AssertionError(f"{offer} jumps the queue before {other}")

    def waiting(self) -> list[Request]:
        return [
            each
            for each in self.memory.requests.values()
            if (learner := self.memory.learner(each.learner_id))
            and is_waiting_for_somebody(each, learner, self.memory.pairing_of(each.learner_id))
        ]

    def ticks(self) -> None:
        """As the ticker does: until nothing is due any more, which at night is what must wait for the morning."""
        found: Sequence[str] = ()
        for _ in range(20):
            found = self.due()
            for request_id in found:
                self.happens("", partial(_tick, request_id))
            if not found or CLOCK.is_quiet(self.now):
                return
        raise AssertionError(f"never done: {found}")

    # --- the people ---

    @initialize(seed=st.integers(0, 9999))
    def people(self, seed: int) -> None:
        rng = Random(seed)
        self.set_posts({area: list(who) for area, who in self.officers.items()})
        for n in range(LEARNERS):
            self.joins(n, rng.choice(AREAS), rng.choice(NEEDS), n < LEARNERS - STRANGERS)
        for n in range(INSTRUCTORS):
            self.becomes_instructor(n, rng.choice(AREAS), rng.choice(TOPICS), 1 + n % 3)

    def joins(self, n: int, area: str, needs: tuple[str, ...], confirmed: bool) -> None:
        lang = "stieng" if n == 5 else "vi"
        self.put_learner(Learner(f"l{n}", f"Bà {n}", area, lang, needs, confirmed, "Tổ 1"))

    def becomes_instructor(self, n: int, area: str, topics: tuple[str, ...], capacity: int) -> None:
        langs = ("vi", "stieng") if n == 3 else ("vi",)
        hours = (8 * 60, 12 * 60) if n == 4 else (0, 1440)
        self.set_up(Instructor(f"i{n}", f"Chị {n}", area, capacity, topics, langs, hours))

    @rule(n=learners, area=st.sampled_from(AREAS), needs=st.sampled_from(NEEDS), confirmed=st.booleans())
    def somebody_comes_back(self, n: int, area: str, needs: tuple[str, ...], confirmed: bool) -> None:
        if f"l{n}" not in self.memory.learners:
            self.joins(n, area, needs, confirmed)

    @rule(n=instructors, area=st.sampled_from(AREAS), topics=st.sampled_from(TOPICS), capacity=st.integers(1, 3))
    def a_new_instructor(self, n: int, area: str, topics: tuple[str, ...], capacity: int) -> None:
        if f"i{n}" not in self.memory.instructors:
            self.becomes_instructor(n, area, topics, capacity)

    # --- what they do ---

    @rule(
        n=learners,
        kind=st.sampled_from(["pair", "pair", "help", "change"]),
        topic=st.sampled_from(["", "vneid", "pay"]),
    )
    def asks(self, n: int, kind: Any, topic: str) -> None:
        self.happens(f"l{n}", lambda turn: happenings.ask(turn, f"l{n}", kind, topic=topic))

    @rule(many=st.integers(1, LEARNERS))
    def strangers_cry(self, many: int) -> None:
        """Women whom nobody has confirmed yet, one after another."""
        for learner in [each for each in self.memory.learners.values() if not each.confirmed][:many]:
            self.happens(learner.learner_id, partial(_ask, learner.learner_id, "safety"))

    @rule(n=learners)
    def calls_it_off(self, n: int) -> None:
        self.happens(f"l{n}", safety.mistaken)

    @precondition(lambda self: self.memory.pairings)
    @rule(number=st.integers(0, 99), by_learner=st.booleans())
    def reports(self, number: int, by_learner: bool) -> None:
        pairing = list(self.memory.pairings.values())[number % len(self.memory.pairings)]
        actor = pairing.learner_id if by_learner else pairing.instructor_id
        self.happens(actor, lambda turn: staff.report(turn, pairing.pairing_id))

    @rule(n=learners, need=st.sampled_from(["", "", "die", "hurt"]))
    def cries_for_help(self, n: int, need: str) -> None:
        asked = self.happens(f"l{n}", lambda turn: happenings.ask(turn, f"l{n}", "safety", need=need))
        assert asked is None or asked.due_at <= self.now + RULES.safety or asked.state == "open"

    @precondition(lambda self: self.open_offers())
    @rule(
        number=st.integers(0, 99),
        how=st.sampled_from([happenings.accept, happenings.accept, happenings.later, happenings.decline]),
    )
    def answers(self, number: int, how: Callable[[PairingWork, str], bool]) -> None:
        offers = self.open_offers()
        offer = offers[number % len(offers)]
        assert self.happens(offer.instructor_id, lambda turn: how(turn, offer.offer_id))

    @rule(numbers=st.lists(st.integers(0, 99), min_size=1, max_size=6))
    def several_accept(self, numbers: list[int]) -> None:
        for number in numbers:
            if offers := self.open_offers():
                offer = offers[number % len(offers)]
                assert self.happens(offer.instructor_id, partial(_accept, offer.offer_id))

    @rule(who=st.lists(learners, min_size=1, max_size=6), kind=st.sampled_from(["pair", "pair", "help", "change"]))
    def several_ask(self, who: list[int], kind: Any) -> None:
        for n in who:
            self.happens(f"l{n}", partial(_ask, f"l{n}", kind))

    @rule(number=st.integers(0, 99), kind=st.sampled_from(["help", "help", "change", "safety"]))
    def a_paired_one_asks(self, number: int, kind: Any) -> None:
        if open_ones := [each for each in self.memory.pairings.values() if each.state == "open"]:
            self.happens(her := open_ones[number % len(open_ones)].learner_id, partial(_ask, her, kind))

    @rule(number=st.integers(0, 99), times=st.integers(1, 3))
    def changes_until_content(self, number: int, times: int) -> None:
        """Another instructor, who says yes, and another."""
        for _ in range(times):
            open_ones = [each for each in self.memory.pairings.values() if each.state == "open"]
            if not open_ones:
                return
            her = open_ones[number % len(open_ones)].learner_id
            self.happens(her, partial(_ask, her, "change"))
            for offer in [
                each for each in self.open_offers() if self.memory.requests[each.request_id].learner_id == her
            ]:
                if offer.reserves:
                    self.happens(offer.instructor_id, partial(_accept, offer.offer_id))

    @precondition(lambda self: self.memory.offers)
    @rule(number=st.integers(0, 999), n=instructors)
    def taps_an_old_or_foreign_offer(self, number: int, n: int) -> None:
        offers = list(self.memory.offers.values())
        offer = offers[number % len(offers)]
        if f"i{n}" not in self.memory.closed and (offer.state != "open" or offer.instructor_id != f"i{n}"):
            before = (self.memory.requests.copy(), self.memory.pairings.copy())
            assert not self.happens(f"i{n}", lambda turn: happenings.accept(turn, offer.offer_id))
            assert before == (self.memory.requests, self.memory.pairings)

    def open_offers(self) -> list[Offer]:
        return [each for each in self.memory.offers.values() if each.state == "open"]

    def unclosed(self) -> list[Request]:
        return [each for each in self.memory.requests.values() if each.state != "closed"]

    @precondition(lambda self: self.unclosed())
    @rule(number=st.integers(0, 99), who=st.sampled_from(["o0", "o1", "o2", "i0", "i1"]))
    def takes_it(self, number: int, who: str) -> None:
        request = self.unclosed()[number % len(self.unclosed())]
        self.happens(who, lambda turn: taking.take(turn, request.request_id))

    @precondition(lambda self: self.unclosed())
    @rule(number=st.integers(0, 99), who=st.sampled_from(["o0", "o1"]), n=instructors)
    def officer_assigns(self, number: int, who: str, n: int) -> None:
        request = self.unclosed()[number % len(self.unclosed())]
        self.happens(who, lambda turn: happenings.assign(turn, request.request_id, f"i{n}"), ordered=False)

    @precondition(lambda self: self.unclosed())
    @rule(number=st.integers(0, 99), who=st.sampled_from(["o0", "o1", "o2", "i0", "i1"]))
    def is_handed_on_or_relieved(self, number: int, who: str) -> None:
        request = self.unclosed()[number % len(self.unclosed())]
        self.happens(request.owner_id, lambda turn: taking.hand_over(turn, request.request_id, who))
        self.happens(who, lambda turn: taking.relieve(turn, request.request_id))

    @precondition(lambda self: self.unclosed())
    @rule(number=st.integers(0, 99))
    def nobody_has_helped(self, number: int) -> None:
        request = self.unclosed()[number % len(self.unclosed())]
        self.happens(request.learner_id, lambda turn: taking.still(turn, request.request_id))

    @precondition(lambda self: self.unclosed())
    @rule(number=st.integers(0, 99), by_owner=st.booleans())
    def is_done(self, number: int, by_owner: bool) -> None:
        request = self.unclosed()[number % len(self.unclosed())]
        actor = request.owner_id if by_owner else request.learner_id
        self.happens(actor, lambda turn: taking.done(turn, request.request_id))

    @precondition(lambda self: self.unclosed())
    @rule(number=st.integers(0, 99))
    def cancels(self, number: int) -> None:
        request = self.unclosed()[number % len(self.unclosed())]
        self.happens(request.learner_id, lambda turn: happenings.cancel(turn, request.request_id))

    @rule(n=learners)
    def is_confirmed(self, n: int) -> None:
        if (learner := self.memory.learner(f"l{n}")) and not learner.confirmed:
            self.confirm(replace(learner, confirmed=True))

    @rule(number=st.integers(0, 99), by_learner=st.booleans())
    def ends(self, number: int, by_learner: bool) -> None:
        open_ones = [each for each in self.memory.pairings.values() if each.state == "open"]
        if open_ones:
            pairing = open_ones[number % len(open_ones)]
            actor = pairing.learner_id if by_learner else pairing.instructor_id
            assert self.happens(actor, lambda turn: staff.end(turn, pairing.pairing_id))

    @rule(n=instructors, days=st.integers(1, 4))
    def pauses(self, n: int, days: int) -> None:
        self.happens(f"i{n}", lambda turn: staff.pause(turn, f"i{n}", self.now + days * DAY))
        assert not self.memory.offers_to(f"i{n}")

    @rule(n=instructors)
    def resumes(self, n: int) -> None:
        self.happens(f"i{n}", lambda turn: staff.resume(turn, f"i{n}"))

    @rule(n=instructors, capacity=st.integers(1, 4), topics=st.sampled_from(TOPICS))
    def changes_her_mind(self, n: int, capacity: int, topics: tuple[str, ...]) -> None:
        if me := self.memory.instructor(f"i{n}"):
            self.over[f"i{n}"] = len(self.memory.pairings_with(f"i{n}"))
            self.set_up(replace(me, capacity=capacity, topics=topics))

    @rule(n=instructors, chance=st.integers(0, 2))
    def is_suspended(self, n: int, chance: int) -> None:
        if chance:
            return self.is_reinstated(n)
        offers = self.open_offers()
        odd = [each for each in offers if not each.reserves or self.memory.requests[each.request_id].width >= OFFICER]
        busy = [offer.instructor_id for offer in odd or offers] or [f"i{n}"]
        who = busy[n % len(busy)]
        self.happens("o0", lambda turn: staff.suspend(turn, who))
        assert not self.memory.pairings_with(who)
        assert not self.memory.offers_to(who)
        return None

    @rule(n=instructors)
    def is_reinstated(self, n: int) -> None:
        self.reinstate(f"i{n}")

    @rule(who=st.one_of(learners.map(lambda n: f"l{n}"), instructors.map(lambda n: f"i{n}")), chance=st.integers(0, 3))
    def deletes_everything(self, who: str, chance: int) -> None:
        if chance == 0:
            self.erase(who)
            rows = {**vars(self.memory)}
            kept = "".join(repr(rows[part]) for part in ("learners", "instructors", "requests", "offers", "pairings"))
            assert f"'{who}'" not in kept

    @rule(n=learners, chance=st.integers(0, 2))
    def leaves(self, n: int, chance: int) -> None:
        """She is no learner any more, though she has not had herself deleted."""
        if chance == 0 and f"l{n}" in self.memory.learners:
            self.happens(f"l{n}", lambda turn: staff.learner_leaves(turn, f"l{n}"))
            assert not self.memory.requests_of(f"l{n}")
            assert not self.memory.pairing_of(f"l{n}")

    @rule(who=st.sampled_from(["o1", "o2"]))
    def an_officer_goes_or_comes(self, who: str) -> None:
        posts = list(self.memory.posts.get("/dong-nai/w1/", ()))
        if who in posts:
            posts.remove(who)
            self.set_posts({**self.memory.posts, "/dong-nai/w1/": posts})
            self.happens("o0", lambda turn: staff.officers_changed(turn, who))
        else:
            self.set_posts({**self.memory.posts, "/dong-nai/w1/": [*posts, who]})

    @rule(who=st.one_of(st.sampled_from(["o1", "o2"]), instructors.map(lambda n: f"i{n}")), busy=st.booleans())
    def blocks_the_tutor(self, who: str, busy: bool) -> None:
        if busy and (offers := self.open_offers()):
            who = offers[0].instructor_id
        self.reach(who, away=True)
        self.happens("o0", lambda turn: staff.away(turn, who))

    @rule()
    def lets_the_tutor_in_again(self) -> None:
        for who in sorted(self.memory.closed)[:1]:
            self.reach(who, away=False)
            self.happens("o0", partial(_there_again, who))

    # --- time, the sweep, a stop ---

    @rule(span=st.sampled_from([MINUTE, 16 * MINUTE, HOUR, HOUR, 4 * HOUR, 4 * HOUR + 1, 9 * HOUR, DAY]))
    def time_passes(self, span: int) -> None:
        """Silence: in steps of at most an hour, as the ticker is never far behind."""
        until = self.now + span
        while self.now < until:
            self.now = min(until, self.now + HOUR)
            self.ticks()

    @rule(span=st.sampled_from([5 * HOUR, 12 * HOUR, 2 * DAY]))
    def the_machine_was_off(self, span: int) -> None:
        self.now += span
        self.ticks()

    @rule()
    def sweeps(self) -> None:
        for request in sorted(self.waiting(), key=lambda each: (each.priority, each.since_at, each.request_id)):
            self.happens("", partial(_look_again, request.request_id))
        if not CLOCK.is_quiet(self.now):
            for request in self.waiting():
                assert self.best(request) is None

    @rule()
    def crashes(self) -> None:
        self.restart()

    # --- what always holds ---

    @invariant()
    def nobody_is_forgotten(self) -> None:
        COUNTS["steps"] += 1
        officers = {who for post in self.memory.posts.values() for who in post}
        for request in self.unclosed():
            assert request.owner_id, f"{request} has no owner"
            assert request.owner_id not in self.memory.closed, f"{request} waits for somebody who cannot be reached"
            if request.owner_kind == "officer":
                assert request.owner_id in officers, f"{request} is with somebody who is no officer"
            else:
                owner = self.memory.instructors[request.owner_id]
                assert owner.active, f"{request} is with somebody suspended"
            assert request.learner_id in self.memory.learners
            offer = self.memory.offer_for(request.request_id)
            assert (request.state == "offered") == (offer is not None), f"{request} {offer}"
            assert offer is None or offer.instructor_id not in self.memory.closed, f"{offer} cannot be read"
            if not CLOCK.is_quiet(self.now):
                assert request.due_at > self.now, f"{request} is overdue at {self.now}"
                assert offer is None or offer.due_at > self.now
            elif request.kind == "safety":
                assert request.due_at > self.now, f"{request} waits for the morning"

    @invariant()
    def never_over_capacity(self) -> None:
        for instructor in self.memory.instructors.values():
            load = self.memory.load(instructor.learner_id)
            allowed = max(instructor.capacity, self.over.get(instructor.learner_id, 0))
            assert load <= allowed, f"{instructor} has {load}"

    @invariant()
    def one_of_each(self) -> None:
        open_pairings = [each for each in self.memory.pairings.values() if each.state == "open"]
        learners_in = Counter(each.learner_id for each in open_pairings)
        assert all(times == 1 for times in learners_in.values())
        for pairing in open_pairings:
            assert pairing.learner_id != pairing.instructor_id
            assert self.memory.instructors[pairing.instructor_id].active
        asked = Counter(each.request_id for each in self.open_offers())
        assert all(times == 1 for times in asked.values())
        kinds = Counter((each.learner_id, "pair" if each.kind == "change" else each.kind) for each in self.unclosed())
        assert all(times == 1 for times in kinds.values())


def _tick(request_id: str, turn: PairingWork) -> None:
    ticking.tick(turn, request_id)


def _look_again(request_id: str, turn: PairingWork) -> None:
    happenings.look_again(turn, request_id)


def _there_again(who: str, turn: PairingWork) -> None:
    staff.there_again(turn, who)


def _accept(offer_id: str, turn: PairingWork) -> bool:
    return happenings.accept(turn, offer_id)


def _ask(learner_id: str, kind: RequestKind, turn: PairingWork) -> None:
    happenings.ask(turn, learner_id, kind)


SHRINK = "PAIRING_STEPS" not in os.environ  # a search for faults by hand wants the first one, at once


def run_machine(machine: type[World], wanted: int, steps: int, *, fresh: bool) -> None:
    """At least `wanted` steps; the counts are in COUNTS."""
    COUNTS.clear()
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=-(-wanted // steps) * 13 // 10,  # some examples end early
            stateful_step_count=steps,
            deadline=None,
            derandomize=not fresh,
            database=None,
            suppress_health_check=list(HealthCheck),
            phases=(Phase.generate, Phase.shrink) if SHRINK else (Phase.generate,),
            report_multiple_bugs=False,
        ),
    )
    assert COUNTS["steps"] >= wanted


@pytest.mark.timeout(2400)
def test_nobody_is_forgotten(long_run: bool, capsys: pytest.CaptureFixture[str]) -> None:
    """2,000 steps in CI, 200,000 under --long."""
    wanted, steps = (200_000, 200) if long_run else (2_000, 100)
    run_machine(World, int(os.environ.get("PAIRING_STEPS", wanted)), steps, fresh=long_run)
    with capsys.disabled():
        print(f"\npairing, pure: {dict(COUNTS)}")
