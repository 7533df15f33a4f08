"""A province in fast time: 95 wards, 20,000 learners, 4,000 instructors of whom a third never answer.

The pure pairing policies run as they do in life; only people are made up: when they ask, how soon they answer, what.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import partial
from heapq import heappop, heappush
from itertools import count
from random import Random
from typing import Any

from bot.cli.language import told
from bot.cli.terminal import Print
from bot.pairing.policy import happenings, staff, taking, ticking
from bot.pairing.policy.ledger import Memory
from bot.pairing.policy.model import DAY, HOUR, MINUTE, OFFICER, Instructor, Learner, Request
from bot.pairing.policy.work import PairingWork
from bot.rules import pairing_clock, pairing_rules
from bot.settings import Settings

START = 1_795_478_400_000  # a Tuesday's midnight in UTC, 07:00 in Đồng Nai
GROUPS = {
    "elderly": ("người cao tuổi", 0.20),
    "disability": ("khuyết tật", 0.04),
    "poor": ("hộ nghèo", 0.10),
    "worker": ("công nhân", 0.15),
    "remote": ("vùng xa", 0.08),
    "": ("không thuộc nhóm", 0.43),
}
CALLS = {"officer_must", "officer_stranger", "safety_call", "safety_again"}
"""Sentences by which an officer hears that she must act."""


@dataclass(frozen=True, slots=True)
class SimulationPlan:
    """How large, how long, and the seed of all chance."""

    days: int = 90
    seed: int = 1
    wards: int = 95
    branches: int = 1_000
    learners: int = 20_000
    instructors: int = 4_000
    silent: float = 1 / 3
    helps: float = 0.3  # a pairing's chance of one cry for help with a lesson
    robbed: float = 0.01
    idle_officers: bool = False  # none of them ever does anything


def scarce(plan: SimulationPlan) -> SimulationPlan:
    """The worst that may be: hardly any instructors, and officers who never act. Still nobody is forgotten."""
    return replace(plan, instructors=plan.instructors // 20, idle_officers=True)


@dataclass
class Waited:
    """What became of the requests of one group: real milliseconds until somebody took it."""

    spans: list[int] = field(default_factory=list)
    escalated: int = 0
    unanswered: int = 0


class Province:
    """The world in fast time: a heap of what people will do, and the ledger's own deadlines."""

    def __init__(self, plan: SimulationPlan, settings: Settings) -> None:
        self.plan, self.rng, self.ids = plan, Random(plan.seed), count()
        self.rules, self.clock = pairing_rules(settings), pairing_clock(settings)
        self.memory = Memory(self.clock, self.rules)
        self.now = START
        self.acts: list[tuple[int, int, Callable[[], None]]] = []
        self.waited: dict[tuple[str, str], Waited] = defaultdict(Waited)
        self.breaches: Counter[str] = Counter()
        self.counts: Counter[str] = Counter()
        self.silent: set[str] = set()
        self.answered: set[str] = set()
        self.called: dict[str, int] = {}  # request → when an officer was last called for it
        self.calls: Counter[str] = Counter()

    def build(self) -> None:
        """Make up the people and when each first asks; 30 % of the instructors have a topic, 3 % of learners are
        strangers.
        """
        plan, rng = self.plan, self.rng
        branches = [f"/dong-nai/w{n % plan.wards}/b-{n}/" for n in range(plan.branches)]
        self.memory.posts = {f"/dong-nai/w{n}/": [f"o{n}"] for n in range(plan.wards)}
        self.memory.posts["/dong-nai/"] = ["tinh"]
        for n in range(plan.instructors):
            who, topics = f"i{n}", () if rng.random() < 0.7 else ("vneid",)
            place = f"{rng.choice(branches)}g-{rng.randrange(3)}/"
            self.memory.put_instructor(Instructor(who, who, place, rng.choice((1, 2, 3, 3, 4)), topics))
            if rng.random() < plan.silent:
                self.silent.add(who)
        kinds, weights = list(GROUPS), [share for _, share in GROUPS.values()]
        for n in range(plan.learners):
            group = rng.choices(kinds, weights)[0]
            place = f"{rng.choice(branches)}g-{rng.randrange(3)}/"
            confirmed = rng.random() < 0.97
            self.memory.put_learner(
                Learner(f"l{n}", f"l{n}", place, needs=(group,) if group else (), confirmed=confirmed)
            )
            hour = rng.choices((rng.randrange(13 * HOUR), rng.randrange(DAY)), (9, 1))[0]  # a few ask at night
            at = START + rng.randrange(plan.days) * DAY + hour
            topic = rng.choice(("", "", "vneid", "pay"))
            self.then(at, partial(self.asks, f"l{n}", "pair", topic))
            if rng.random() < plan.robbed:
                when = START + rng.randrange(plan.days * DAY)
                self.then(when, partial(self.asks, f"l{n}", "safety", ""))

    def then(self, at: int, act: Callable[[], None]) -> None:
        """Put an act on the heap for the instant `at` (ms); of the same instant the first put comes first."""
        heappush(self.acts, (at, next(self.ids), act))

    def does(self, actor: str, what: Callable[[PairingWork], Any]) -> Any:
        """Let the policies do something for `actor`; count their sentences, breaches and calls to officers."""
        work = PairingWork(self.memory, self.rules, self.clock, self.now, lambda: f"n{next(self.ids)}", actor)
        result = what(work)
        self.counts["sentences"] += len(work.tells)
        for tell in work.tells:
            about = self.memory.request(tell.about)
            of_safety = tell.phrase.startswith("safety") or (about is not None and about.kind == "safety")
            if tell.to != actor and not (tell.urgent and of_safety) and self.clock.is_quiet(tell.at):
                self.breaches[told("nhắn trong giờ yên lặng")] += 1
            if tell.phrase in CALLS:
                self.called[tell.about] = self.now
                self.calls[tell.about] += 1
        for note in self.memory.notes:
            self.follows(note.what, note.request_id, note.detail)
        self.memory.notes.clear()
        return result

    # --- what people do when something reaches them ---

    def follows(self, what: str, request_id: str, detail: Any) -> None:
        """What people do about a note: instructors answer offers, officers take what they are called for."""
        self.counts[what] += 1
        request = self.memory.requests.get(request_id)
        if what == "offered" and request:
            who = detail["to"]
            if self.memory.load(who) > self.memory.instructors[who].capacity:
                self.breaches[told("quá sức một người")] += 1
            if who not in self.silent:
                self.then(
                    self.clock.awake_from(self.now + self.slowly(90 * MINUTE)), lambda: self.answers(detail["offer"])
                )
        elif what == "escalated" and request:
            sure = request.owner_id == "tinh"
            if not self.plan.idle_officers and (sure or self.rng.random() < 0.7):
                slow = self.slowly(4 * MINUTE if request.kind == "safety" else 5 * HOUR)
                at = self.now + slow if request.kind == "safety" else self.clock.awake_from(self.now + slow)
                self.then(at, partial(self.takes, request.owner_id, request_id))
            if request.width == OFFICER and request.kind != "safety":
                self.group_of(request).escalated += 1

    def slowly(self, usual: int) -> int:
        """A chance span in ms: log-normal, its median `usual`; one in six is more than 2.7 times as long."""
        return int(usual * self.rng.lognormvariate(0, 1))

    def asks(self, who: str, kind: Any, topic: str) -> None:
        """A person asks for a human; whoever is called for safety, or has to confirm a stranger, may answer later."""
        request = self.does(who, lambda work: happenings.ask(work, who, kind, topic=topic))
        if request is None:
            return
        if kind == "safety":
            for called in {request.owner_id, *(p.instructor_id for p in [self.memory.pairing_of(who)] if p)}:
                idle = self.plan.idle_officers and called not in self.memory.instructors
                if called not in self.silent and not idle and self.rng.random() < 0.7:
                    slow = self.slowly(5 * MINUTE)
                    self.then(self.now + slow, partial(self.takes, called, request.request_id))
        elif request.width == OFFICER and request.state == "waiting" and not self.memory.learners[who].confirmed:
            if self.plan.idle_officers:
                return
            self.then(self.clock.awake_from(self.now + self.slowly(4 * HOUR)), lambda: self.confirms(who))

    def confirms(self, who: str) -> None:
        """The provincial officer confirms a stranger as a learner."""
        self.memory.put_learner(replace(self.memory.learners[who], confirmed=True))
        self.does("tinh", lambda work: happenings.confirmed(work, who))

    def answers(self, offer_id: str) -> None:
        """An instructor answers an offer: 70 % yes, 15 % later, 15 % no; a pairing then lasts some fifteen days."""
        offer = self.memory.offers[offer_id]
        if offer.state != "open":
            self.counts["too late"] += 1
            return
        how = self.rng.choices((happenings.accept, happenings.later, happenings.decline), (70, 15, 15))[0]
        request = self.memory.requests[offer.request_id]
        self.does(offer.instructor_id, lambda work: how(work, offer_id))
        if how is not happenings.accept:
            return
        self.answer(request)
        learner = request.learner_id
        if not offer.reserves:
            self.then(self.now + self.slowly(HOUR), lambda: self.ends_request(request.request_id))
            return
        pairing = self.memory.pairing_of(learner)
        if pairing:
            self.then(self.now + self.slowly(15 * DAY), lambda: self.ends(learner, pairing.pairing_id))
            if self.rng.random() < self.plan.helps:
                at = self.clock.awake_from(self.now + self.slowly(3 * DAY))
                self.then(at, lambda: self.asks(learner, "help", "") if self.memory.pairing_of(learner) else None)

    def takes(self, who: str, request_id: str) -> None:
        """Somebody takes a request that is still to be had, and is done with it two hours later or so."""
        request = self.memory.requests[request_id]
        if request.state in ("waiting", "offered") and self.does(who, lambda work: taking.take(work, request_id)):
            self.answer(request)
            self.then(self.clock.awake_from(self.now + self.slowly(2 * HOUR)), lambda: self.ends_request(request_id))

    def ends_request(self, request_id: str) -> None:
        """Whoever owns the request is done with it, unless it was closed meanwhile."""
        request = self.memory.requests[request_id]
        if request.state == "open":
            self.does(request.owner_id, lambda work: taking.done(work, request_id))

    def ends(self, learner: str, pairing_id: str) -> None:
        """The learner ends a pairing."""
        self.does(learner, lambda work: staff.end(work, pairing_id))

    # --- what is measured ---

    def group_of(self, request: Request) -> Waited:
        """The row of the table that a request counts in: kind, and for pairs the learner's first need."""
        needs = self.memory.learners[request.learner_id].needs
        kind = request.kind if request.kind in ("help", "safety") else "pair"
        return self.waited[kind, (needs[0] if needs else "") if kind == "pair" else ""]

    def answer(self, request: Request) -> None:
        """Somebody has taken it (`request` as it was before): in time, or after an officer had been called."""
        if request.request_id in self.answered:
            return
        self.answered.add(request.request_id)
        self.group_of(request).spans.append(self.now - request.since_at)
        if request.due_at < self.now and request.width < OFFICER and not self.clock.is_quiet(self.now):
            self.breaches[told("trả lời trễ mà chưa báo lên trên")] += 1

    def inspect(self) -> None:
        """Once an hour: whatever is not closed has an owner, none is overdue, officers know of what is old."""
        for mine in self.memory.unclosed():
            if not mine.owner_id or mine.owner_kind == "nobody" or mine.due_at <= 0:
                self.breaches[told("không có người lo hoặc không có hạn")] += 1
            elif mine.due_at < self.now - MINUTE and (mine.kind == "safety" or not self.clock.is_quiet(self.now)):
                self.breaches[told("quá hạn mà chưa báo lên trên")] += 1
            if mine.state == "open":
                self.called[mine.request_id] = self.now  # somebody deals with it
            elif self.now > self.known_by(mine):
                self.breaches[told("chờ lâu mà cán bộ không được báo, hay không được nhắc")] += 1
        self.then(self.now + HOUR, self.inspect)

    def known_by(self, request: Request) -> int:
        """By when an officer must have been called, or called again; an hour later is too late, five minutes for what
        cannot wait."""
        last = self.called.get(request.request_id)
        if request.kind == "safety":
            return (request.since_at if last is None else last) + self.rules.safety + 5 * MINUTE
        span = self.rules.request if last is None else self.rules.officer
        # An offer that is open when the time is up is waited for.
        return self.clock.after(request.since_at if last is None else last, span + self.rules.offer + HOUR)

    def sweep(self) -> None:
        """Every hour outside the quiet ones, look again for instructors for whoever waits."""
        for request_id in self.memory.waiting() if self.memory.anybody_free() else ():
            self.does("", partial(_look_again, request_id))
        self.then(self.clock.awake_from(self.now + HOUR), self.sweep)

    def run(self) -> None:
        """Live through all days, earliest act or deadline first; what nobody has answered by then is counted."""
        self.build()
        self.then(START + HOUR, self.inspect)
        self.then(START + HOUR + 1, self.sweep)
        end = START + self.plan.days * DAY
        while self.acts:
            due = self.memory.next_due()
            self.now = max(self.now, min(self.acts[0][0], due if due is not None else self.acts[0][0]))
            if self.now >= end:
                break
            for request_id in self.memory.due(self.now, 1_000):
                self.does("", partial(_tick, request_id))
            while self.acts and self.acts[0][0] <= self.now:
                heappop(self.acts)[2]()
        for request in self.memory.unclosed():
            if request.request_id not in self.answered:
                self.group_of(request).unanswered += 1


def _tick(request_id: str, work: PairingWork) -> None:
    ticking.tick(work, request_id)


def _look_again(request_id: str, work: PairingWork) -> None:
    happenings.look_again(work, request_id)


def report(plan: SimulationPlan, settings: Settings, write: Print) -> int:
    """Run it and print the table; 1 on any breach of a promise."""
    province = Province(plan, settings)
    province.run()
    write(_of_whom(plan, len(province.silent)))
    heads = "".join(f"{told(each):>11}" for each in ("trung vị", "p95", "lâu nhất"))
    who, requests, escalated, unanswered = map(told, ("ai chờ", "số việc", "lên cán bộ", "chưa ai trả lời"))
    write(f"{who:<24}{requests:>9}{heads}{escalated:>12}{unanswered:>17}")
    rows = [("pair", group, name) for group, (name, _) in GROUPS.items()]
    for kind, group, name in [*rows, ("help", "", "đang kèm, nhờ giúp"), ("safety", "", "việc khẩn")]:
        waited = province.waited[kind, group]
        spans = sorted(waited.spans)
        shown = [_span(spans[int((len(spans) - 1) * part)]) if spans else "–" for part in (0.5, 0.95, 1)]
        total = len(spans) + waited.unanswered
        figures = "".join(f"{each:>11}" for each in shown)
        write(f"{told(name):<24}{total:>9,}{figures}{waited.escalated:>12,}{waited.unanswered:>17,}")
    write(_in_all(province))
    for what, times in province.breaches.items():
        write(told("SAI: {what}: {times:,} lần", what=what, times=times))
    write(told("Có lời hứa không giữ được.") if province.breaches else told("Không có điều nào sai."))
    return 1 if province.breaches else 0


def _of_whom(plan: SimulationPlan, silent: int) -> str:
    """How many of each kind there are."""
    whom = told(
        "{plan.wards} xã phường, {plan.branches:,} chi hội, {plan.learners:,} người học, {plan.instructors:,} hướng "
        "dẫn viên ({silent:,} người không bao giờ trả lời), {plan.days} ngày, số gieo {plan.seed}.",
        plan=plan,
        silent=silent,
    )
    return f"{whom} {told('Cán bộ không bao giờ làm gì.')}" if plan.idle_officers else whom


def _in_all(province: Province) -> str:
    """What happened, counted."""
    return told(
        "{counts[offered]:,} lời mời, {counts[paired]:,} cặp, {counts[escalated]:,} lần báo lên trên, "
        "{counts[rests]:,} lần tạm không mời, {counts[sentences]:,} câu nhắn. Một việc báo cán bộ nhiều nhất "
        "{calls:,} lần. Chờ tính cả đêm; “chưa ai trả lời” là việc còn đang chờ khi hết ngày cuối.",
        counts=province.counts,
        calls=max(province.calls.values(), default=0),
    )


def _span(milliseconds: int) -> str:
    if milliseconds >= HOUR:
        return told("{hours:.1f} giờ", hours=milliseconds / HOUR)
    return told("{minutes:.0f} phút", minutes=milliseconds / MINUTE)
