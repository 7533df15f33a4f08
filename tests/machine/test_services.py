"""A state machine over the real services on SQLite: whatever happens in whatever order, the promises hold."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Coroutine
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, TypeVar

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from bot.channels.base import (
    Began,
    Body,
    Left,
    Media,
    Outgoing,
    SendError,
    SendRefused,
    Tap,
    Text,
    Throttled,
    Unreachable,
    Update,
)
from bot.tutor import state_codec
from flows import Lesson
from storage.engine.instants import to_ms
from tests.support.builders import book, lesson
from tests.support.harness import WEB, Learner, Tutor, empty_database, gone

T = TypeVar("T")

LESSON = """
    - {say: chao, text: "Chào {chị} {ten}, bản %s.", wait_tap: Tiếp}
    - quiz: hoi
      checkpoint: true
      text: "Ai xin mã thì sao?"
      options: [{id: doc, text: Đọc, say: Đừng}, {id: khong, text: Không đọc, right: true}, {id: con, text: Hỏi con}]
      tries: 3
      hints: [Nghĩ đã]
      out_of_tries: lam
    - {choose: may, text: Máy gì, save: loai, options: [{id: ip, text: iPhone}, {id: an, text: Android, next: chao}]}
    - {quiz: so, type: number, text: Bao nhiêu, accept: ["500000"], tries: 0}
    - task: lam
      text: Làm đi
      done: Làm xong
      stuck: {hints: [Nhìn kỹ]}
      later: {remind: 2h, times: 2, text: "{Chị} làm chưa?"}
    - {ask: noi, text: Ở đâu, save: xa, type: place}
    - {ask: kin, text: Câu kín, save: kin, private: true}
    - {end: het, text: "Hết bản %s."}
"""
OTHER = "- {say: mot, text: Một, wait_tap: Tiếp}\n- {say: hai, text: Hai, wait_tap: Tiếp}\n- end: het"
EDITS = ("A", "B", "C")
SECRETS = ("079163001234", "4111 1111 1111 1111", "mật khẩu là hoasua99", "mã 482913 nè", "cccd 079 163 001 234 12/5")
HIDDEN = ("079163001234", "4111 1111", "4111111111111111", "hoasua99", "482913", "079 163 001 234", "rau muống kín")
WORDS = (
    "xin chào", "đồng ý", "không", "Lan", "1", "2", "3", "tiếp", "đọc", "ko doc", "500k", "12", "xg r", "chua thay nut",
    "để sau", "xã Phú Lý", "menu", "nói lại", "quay lại", "giúp", "dừng", "tiếp tục", "xem dữ liệu", "tải dữ liệu",
    "đổi cách gọi", "đồng ý lưu", "đổi người chỉ", "toi bi lua roi", "ủa", "🎉🎉", "", "\x00", "à " * 3000, *SECRETS,
)  # fmt: skip
DRASTIC = ("xóa dữ liệu", "rút đồng ý", "xóa hết")

bodies = st.one_of(
    st.sampled_from(WORDS).map(Text),
    st.sampled_from(WORDS).map(Text),
    st.sampled_from(DRASTIC).map(Text),
    st.sampled_from(["sticker", "photo", "voice"]).map(Media),
    st.just(Began()),
)
who = st.integers(0, 2)


def edition(letter: str) -> Lesson:
    return lesson(LESSON % (letter, letter), lesson_id="dai")


class Promises(RuleBasedStateMachine):
    """Three learners: two on Telegram, one on the web page."""

    @initialize()
    def begins(self) -> None:
        self.runner = asyncio.Runner()
        shm = Path("/dev/shm")  # the machine's steps are many; durability is what tests/crash looks at
        self.folder = TemporaryDirectory(dir=shm if shm.is_dir() else None)
        path = Path(self.folder.name)
        short = lesson(OTHER, lesson_id="ngan")
        help_ = lesson(OTHER, lesson_id="cuu", header="emergency: true\n")
        self.book = book(edition("A"), short, help_)
        self.does(empty_database(path / "camtay.db"))
        self.t = Tutor(path, self.book)
        self.does(self.t.begin())
        self.learners = [self.t.learner("1"), self.t.learner("2"), self.t.learner("3", WEB)]
        self.past: list[Update] = []
        self.late: list[Update] = []
        self.crashes = 0
        self.failing: dict[str, list[SendError]] = {}
        self.blocked: set[str] = set()
        self.t.channel.fault = self.fault

    def does(self, work: Coroutine[Any, Any, T]) -> T:
        return self.runner.run(work)

    def fault(self, outgoing: Outgoing, plain: bool) -> SendError | None:
        if outgoing.chat_id in self.blocked:
            return gone(outgoing, plain)
        waiting = self.failing.get(outgoing.chat_id)
        return waiting.pop() if waiting else None

    def deliver(self, *updates: Update) -> None:
        self.past += updates
        self.does(self.t.deliver(*updates))

    def everything(self) -> str:
        return self.does(self.t.everything())

    # --- what learners do ---

    @rule(at=who)
    def meets(self, at: int) -> None:
        """The whole first contact at once, so that most walks get into lessons."""
        learner = self.learners[at]
        for body in (Text("chào"), Tap("c:yes"), Text("Lan"), Tap("a:0")):
            self.deliver(learner.update(body))

    @rule(at=who, which=st.sampled_from(["dai", "dai", "ngan", "cuu", "khong-co"]))
    def opens(self, at: int, which: str) -> None:
        self._acts(self.learners[at], Tap(f"m:{which}"))

    @rule(at=who, body=bodies)
    def says(self, at: int, body: Body) -> None:
        self._acts(self.learners[at], body)

    @rule(at=who, number=st.integers(0, 7))
    def taps_what_she_sees(self, at: int, number: int) -> None:
        tokens = list(self.learners[at].buttons.values())
        if tokens:
            self._acts(self.learners[at], Tap(tokens[number % len(tokens)]))

    @rule(at=who, number=st.integers(0, 500))
    def taps_an_old_button(self, at: int, number: int) -> None:
        tokens = [b.token for message in self.learners[at].heard for b in message.buttons]
        if tokens:
            self._acts(self.learners[at], Tap(tokens[number % len(tokens)]))

    @rule(at=who, to=who)
    def taps_somebody_elses_button(self, at: int, to: int) -> None:
        tokens = list(self.learners[to].buttons.values())
        if tokens:
            self._acts(self.learners[at], Tap(tokens[0]))

    @rule(at=st.integers(0, 1))
    def blocks(self, at: int) -> None:
        self._acts(self.learners[at], Left())

    def _acts(self, learner: Learner, body: Body) -> None:
        self.deliver(learner.update(body))
        if isinstance(body, Text | Media | Began) and learner.chat_id not in self.blocked:
            assert learner.said, f"{body!r} was met with silence"

    # --- how it arrives ---

    @precondition(lambda self: self.past)
    @rule(number=st.integers(0, 500), times=st.integers(1, 3))
    def an_old_update_is_delivered_again(self, number: int, times: int) -> None:
        before = self.everything()
        again = self.past[number % len(self.past)]
        self.does(self.t.deliver(*[again] * times))
        assert self.everything() == before, f"{again} was applied twice"

    @rule(acts=st.lists(st.tuples(who, bodies), min_size=1, max_size=5), taps=st.lists(who, max_size=4))
    def a_batch(self, acts: list[tuple[int, Body]], taps: list[int]) -> None:
        """Texts and taps of several learners in one transaction, a tap twice among them."""
        updates = [self.learners[at].update(body) for at, body in acts]
        for at in taps:
            tokens = list(self.learners[at].buttons.values())
            updates += [self.learners[at].update(Tap(tokens[0]))] * 2 if tokens else []
        self.deliver(*updates)

    @rule(at=who, body=bodies)
    def an_update_is_delayed(self, at: int, body: Body) -> None:
        self.late.append(self.learners[at].update(body))

    @precondition(lambda self: self.late)
    @rule()
    def the_delayed_ones_arrive_in_reverse(self) -> None:
        self.deliver(*reversed(self.late))
        self.late = []

    # --- time, edits, trouble ---

    @rule(minutes=st.sampled_from([2, 60, 150, 60 * 25, 60 * 24 * 9, -90]))
    def time_passes(self, minutes: int) -> None:
        places = self.places()
        self.does(self.t.passes(minutes=minutes))
        assert self.places() == places, "waiting moves nobody"

    @rule(letter=st.sampled_from(EDITS))
    def the_lesson_is_edited_and_published(self, letter: str) -> None:
        places = self.places()
        older = dict(self.book.versions)
        kept = [self.book.lesson(each) for each in ("ngan", "cuu")]
        newest = max(number for each, number in older if each == "dai") + 1
        self.book = book(edition(letter), *(each for each in kept if each))
        versions = {**older, **self.book.versions, ("dai", newest): edition(letter)}
        self.book = type(self.book)(
            versions, {**self.book.current, "dai": newest}, self.book.phrases, self.book.words, self.book.facts,
            self.book.tracks,
        )  # fmt: skip
        self.crash()
        assert self.places() == places, "those inside stay on their version, at their step"

    @rule()
    def the_process_dies(self) -> None:
        places = self.places()
        self.crash()
        assert self.places() == places

    @rule(at=who, body=bodies)
    def the_process_dies_before_it_has_sent(self, at: int, body: Body) -> None:
        update = self.learners[at].update(body)
        self.past.append(update)
        self.does(self.t.submit([update]))
        self.crash()

    def crash(self) -> None:
        self.crashes += 1
        self.does(self.t.crash(self.book))
        self.does(self.t.flush())

    @rule(chat=st.sampled_from(["1", "2"]), kinds=st.lists(st.sampled_from("utr"), min_size=1, max_size=3))
    def sending_will_fail(self, chat: str, kinds: list[str]) -> None:
        faults = {"u": Unreachable("502"), "t": Throttled(3.0), "r": Unreachable("reset")}
        self.failing[chat] = [faults[kind] for kind in kinds]

    @rule()
    def sending_is_refused_once(self) -> None:
        self.failing["1"] = [SendRefused("markup")]

    @rule(chat=st.sampled_from(["1", "2"]), yes=st.booleans())
    def she_has_blocked_or_taken_it_back(self, chat: str, yes: bool) -> None:
        (self.blocked.add if yes else self.blocked.discard)(chat)

    # --- the promises ---

    def places(self) -> dict[str, list[tuple[object, ...]]]:
        """Where everybody stands in every lesson she has begun: what nothing but herself may change."""
        found: dict[str, list[tuple[object, ...]]] = {}
        for row in self.does(self.t.rows("session")):
            state = state_codec.load(str(row["state"]))
            runs = [run for run in (state.open_run, *state.parked) if run]
            found[str(row["learner_id"])] = [
                (run.run_id, run.lesson, run.version, run.step, run.tries, run.score, run.checkpoint) for run in runs
            ]
        return found

    @invariant()
    def every_place_exists(self) -> None:
        for places in self.places().values():
            for _, lesson_id, version, step, *_ in places:
                found = self.book.lesson(str(lesson_id), int(str(version)))
                assert found is not None and found.step(str(step)) is not None
            assert len({lesson_id for _, lesson_id, *_ in places}) == len(places), "one place a lesson"

    @invariant()
    def no_answer_counts_twice(self) -> None:
        attempts = Counter(str(row["learner_id"]) for row in self.does(self.t.rows("attempt")))
        for row in self.does(self.t.rows("session")):
            answers = state_codec.load(str(row["state"])).answers
            assert attempts[str(row["learner_id"])] == answers
        runs = [row["run_id"] for row in self.does(self.t.rows("run"))]
        assert len(runs) == len(set(runs))

    @invariant()
    def replies_keep_their_order(self) -> None:
        for learner in self.learners:
            numbers = [message.no for message in learner.heard]
            first = list(dict.fromkeys(numbers))
            assert first == sorted(first), f"{learner.chat_id}: {numbers}"
            doubled = len(numbers) - len(first)
            assert doubled <= self.crashes

    @invariant()
    def nothing_waits_that_could_be_sent(self) -> None:
        assert not self.does(self.t.rows("outbox"))
        assert self.t.intake.set_aside == 0

    @invariant()
    def nothing_secret_is_kept_and_nothing_of_her_who_said_no(self) -> None:
        kept = self.everything()
        assert not [secret for secret in HIDDEN if secret in kept]
        people = {str(row["learner_id"]): str(row["consent"]) for row in self.does(self.t.rows("person"))}
        for row in self.does(self.t.rows("session")):
            if people[str(row["learner_id"])] != "agreed":
                state = state_codec.load(str(row["state"]))
                assert state == state.bare()
                cry = state.open_run if state.open_run and state.open_run.home[0] == "cuu" else None
                follow_up = to_ms(cry.remind_at) if cry and cry.remind_at else None
                assert row["due_at"] in (None, follow_up), "only a cry is followed up"

    @invariant()
    def prompts_of_a_life_have_numbers_of_their_own(self) -> None:
        for row in self.does(self.t.rows("session")):
            state = state_codec.load(str(row["state"]))
            numbers = [run.seq for run in (state.open_run, *state.parked) if run]
            assert len(numbers) == len(set(numbers)) and max(numbers, default=0) <= state.seq

    def teardown(self) -> None:
        if hasattr(self, "t"):
            self.does(self.t.database.close())
            self.runner.close()
            self.folder.cleanup()


TestPromises = Promises.TestCase
TestPromises.settings = settings(
    settings(),
    max_examples=settings().max_examples // 3,
    stateful_step_count=25,
    suppress_health_check=list(HealthCheck),
)
