"""From the outbox to a channel: order, limits, refusals, absence, and what a crash may cost at most."""

from __future__ import annotations

import asyncio
import heapq
import logging
from collections import Counter
from dataclasses import replace
from itertools import count
from pathlib import Path

import pytest

from bot.channels.base import (
    LearnerGone,
    Misconfigured,
    Outgoing,
    SendError,
    SendRefused,
    Text,
    Throttled,
    Unreachable,
    WindowClosed,
)
from bot.conversation.packing import pack
from bot.delivery.backlog import Backlog
from bot.delivery.rate_limit import SendLimiter
from bot.delivery.sender import REMEMBER_CHATS, Sender
from bot.tutor.turn import OutgoingReply
from storage.conversations import conversations
from storage.conversations.records import OutboxRow, Writes
from storage.engine.errors import StorageUnavailable
from tests.support.builders import book, lesson
from tests.support.harness import TELEGRAM, CollectingChannel, Tutor, gone, tutor
from tests.support.process import until

SIMPLE = book(lesson("- {say: s, text: Chào, wait_tap: Tiếp}\n- {end: het, text: Hết}"))


def message(chat_id: str, no: int) -> Outgoing:
    return Outgoing(TELEGRAM, chat_id, no, f"{chat_id}:{no}")


class Slept:
    """Stands in for asyncio.sleep: notes how long, lets others run, loses no time."""

    def __init__(self) -> None:
        self.seconds: list[float] = []

    async def __call__(self, seconds: float) -> None:
        self.seconds.append(seconds)
        await asyncio.sleep(0)


async def turns() -> None:
    """Let every task that can run do so."""
    for _ in range(30):
        await asyncio.sleep(0)


def new_sender(t: Tutor, slept: Slept | None = None) -> Sender:
    t.sender = Sender(t.channel, t.conversation, SendLimiter(0, 0), sleep=slept or Slept())
    t.senders.by_channel[t.channel.name] = t.sender
    return t.sender


class Timeline:
    """A clock and a sleep that belong together: time passes when everybody sleeps."""

    def __init__(self) -> None:
        self.now = 0.0
        self._wakes: list[tuple[float, int, asyncio.Event]] = []
        self._numbers = count()

    def clock(self) -> float:
        return self.now

    async def sleep(self, seconds: float) -> None:
        event = asyncio.Event()
        heapq.heappush(self._wakes, (self.now + seconds, next(self._numbers), event))
        await event.wait()

    async def runs(self, t: Tutor, until: float) -> None:
        """To that second, from one awakening to the next."""
        while True:
            for _ in range(8):
                await asyncio.sleep(0)
                await t.sender.step()
            if not self._wakes or self._wakes[0][0] > until:
                self.now = until
                return
            self.now, _, event = heapq.heappop(self._wakes)
            event.set()


def paced_sender(t: Tutor, time: Timeline, per_second: float = 30) -> Sender:
    t.sender = Sender(t.channel, t.conversation, SendLimiter(per_second, 0.0), sleep=time.sleep, clock=time.clock)
    t.senders.by_channel[t.channel.name] = t.sender
    return t.sender


async def test_each_chat_in_its_order_whatever_order_faults_come_in(tmp_path: Path):
    failing = Counter({("a", 1): 3, ("b", 2): 2, ("c", 3): 1})

    def fault(outgoing: Outgoing, plain: bool) -> SendError | None:
        key = (outgoing.chat_id, outgoing.no)
        failing[key] -= 1
        return Unreachable("502") if failing[key] >= 0 else None

    async with tutor(tmp_path, SIMPLE) as t:
        t.channel.fault = fault
        sender = new_sender(t)
        sender.push(message(chat, no) for no in range(1, 6) for chat in "abc")
        await t.flush()
        for chat in "abc":
            assert [each.no for each in t.channel.sent if each.chat_id == chat] == [1, 2, 3, 4, 5]


async def test_one_throttled_chat_does_not_stall_the_others(tmp_path: Path):
    async with tutor(tmp_path, SIMPLE) as t:
        release = asyncio.Event()

        async def sleep(seconds: float) -> None:
            assert seconds == 30.0
            await release.wait()

        slow = {"slow"}
        t.channel.fault = lambda outgoing, plain: Throttled(30.0) if outgoing.chat_id in slow else None
        sender = t.sender = Sender(t.channel, t.conversation, SendLimiter(0, 0), sleep=sleep)
        sender.push(message(chat, no) for no in (1, 2) for chat in ("slow", "x", "y"))
        while sender.waiting > 2:
            await asyncio.sleep(0)
            await sender.step()
        assert [each.chat_id for each in t.channel.sent].count("slow") == 0 and len(t.channel.sent) == 4
        slow.clear()
        release.set()
        await t.flush()
        assert [each.no for each in t.channel.sent if each.chat_id == "slow"] == [1, 2]


async def test_when_the_whole_bot_is_limited_one_pause_holds_for_everybody(tmp_path: Path):
    knocks: list[tuple[float, str]] = []
    time = Timeline()

    def fault(outgoing: Outgoing, plain: bool) -> SendError | None:
        if time.now >= 30.0:
            return None
        knocks.append((time.now, outgoing.chat_id))
        return Throttled(30.0 - time.now)

    async with tutor(tmp_path, SIMPLE) as t:
        t.channel.fault = fault
        sender = paced_sender(t, time)
        sender.push(message(f"c{n}", 1) for n in range(300))
        await time.runs(t, 29.0)
        assert len(knocks) == 2, "the second one proves it, and nobody else asks"
        assert not t.channel.sent
        await time.runs(t, 50.0)
        assert len({each.chat_id for each in t.channel.sent}) == len(t.channel.sent) == 300
        assert len(knocks) == 2


async def test_behind_the_pause_they_go_one_after_another(tmp_path: Path):
    time, sent = Timeline(), Counter[int]()
    limits = [Throttled(10.0), Throttled(10.0)]
    async with tutor(tmp_path, SIMPLE) as t:
        t.channel.fault = lambda outgoing, plain: limits.pop() if limits else None
        t.channel.on_sent = lambda outgoing: sent.update([int(time.now)])
        paced_sender(t, time).push(message(f"c{n}", 1) for n in range(90))
        await time.runs(t, 20.0)
        assert sum(sent.values()) == 90
        assert max(sent.values()) <= 31, f"no burst: {sent}"


async def test_a_limit_that_goes_on_is_asked_for_by_one_a_minute(tmp_path: Path):
    knocks: list[float] = []
    time = Timeline()

    def fault(outgoing: Outgoing, plain: bool) -> SendError | None:
        knocks.append(time.now)
        return Throttled(600.0)

    async with tutor(tmp_path, SIMPLE) as t:
        t.channel.fault = fault
        paced_sender(t, time).push(message(f"c{n}", 1) for n in range(300))
        await time.runs(t, 300.0)
        assert 2 + 3 <= len(knocks) <= 2 + 300 // 60, knocks


async def test_one_chat_that_is_limited_again_and_again_pauses_nobody_else(tmp_path: Path):
    time = Timeline()
    async with tutor(tmp_path, SIMPLE) as t:
        t.channel.fault = lambda outgoing, plain: Throttled(30.0) if outgoing.chat_id == "slow" else None
        sender = paced_sender(t, time)
        sender.push([message("slow", 1)])
        await time.runs(t, 61.0)
        sender.push(message(f"c{n}", 1) for n in range(20))
        await time.runs(t, 63.0)
        assert len(t.channel.sent) == 20


async def test_retry_after_is_obeyed_and_trouble_backs_off(tmp_path: Path):
    faults: list[SendError] = [Throttled(7.5), Unreachable("502"), Unreachable("502"), Throttled(1.0), Unreachable("x")]
    async with tutor(tmp_path, SIMPLE) as t:
        t.channel.fault = lambda outgoing, plain: faults.pop(0) if faults else None
        slept = Slept()
        new_sender(t, slept).push([message("1", 1)])
        await t.flush()
        assert slept.seconds == [7.5, 1.0, 2.0, 1.0, 4.0] and len(t.channel.sent) == 1


async def test_a_reminder_that_the_provider_delays_into_the_night_waits_for_the_morning(tmp_path: Path):
    time = Timeline()
    async with tutor(tmp_path, SIMPLE) as t:
        paused = [Throttled(25.0), Throttled(25.0)]
        t.channel.fault = lambda outgoing, plain: paused.pop() if paused else None
        sender = paced_sender(t, time)
        sender.is_quiet = lambda: 20.0 <= time.now < 100.0
        sender.push([replace(message("lan", 1), unasked=True), message("thu", 1)])
        await time.runs(t, 40.0)
        assert [each.chat_id for each in t.channel.sent] == ["thu"], "who waits for an answer gets it at any hour"
        sender.push([replace(message("lan", 2), unasked=True)])
        await time.runs(t, 99.0)
        assert len(t.channel.sent) == 1
        for second in (100.0, 105.0):
            await time.runs(t, second)
        assert [(each.chat_id, each.no) for each in t.channel.sent[1:]] == [("lan", 1), ("lan", 2)]


async def test_who_writes_at_night_gets_her_answer_and_what_was_held_before_it(tmp_path: Path):
    async with tutor(tmp_path, SIMPLE) as t:
        sender = t.sender = Sender(t.channel, t.conversation, SendLimiter(0, 0), sleep=Slept(), is_quiet=lambda: True)
        t.senders.by_channel[t.channel.name] = sender
        sender.push([replace(message("lan", 1), unasked=True)])
        await t.flush()
        assert not t.channel.sent
        sender.push([message("lan", 2)])
        await t.flush()
        assert [each.no for each in t.channel.sent] == [1, 2]


async def test_a_refused_message_is_tried_once_plain_and_then_alarmed_never_silent(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
):
    tried: list[bool] = []

    def fault(outgoing: Outgoing, plain: bool) -> SendError | None:
        if outgoing.no == 1:
            tried.append(plain)
            return SendRefused("can't parse")
        return None

    async with tutor(tmp_path, SIMPLE) as t:
        t.channel.fault = fault
        with caplog.at_level(logging.ERROR):
            new_sender(t).push([message("1", 1), message("1", 2)])
            await t.flush()
        assert tried == [False, True]
        assert [each.no for each in t.channel.sent] == [2], "the next message still leaves"
        assert "message refused" in caplog.text


async def test_a_refusal_that_plain_text_mends(tmp_path: Path):
    async with tutor(tmp_path, SIMPLE) as t:
        t.channel.fault = lambda outgoing, plain: None if plain else SendRefused("markup")
        new_sender(t).push([message("1", 1)])
        await t.flush()
        assert len(t.channel.sent) == 1


async def test_who_is_gone_is_marked_away_and_nothing_waits_for_her(tmp_path: Path):
    async with tutor(tmp_path, SIMPLE) as t:
        lan = await t.learner().meets()
        await lan.opens("thu")
        t.channel.fault = gone
        await t.deliver(*(lan.update(Text(text)) for text in ("giúp", "menu", "giúp")))
        (identity,) = await t.rows("identity")
        assert identity["away"] and not await t.rows("outbox")
        (session,) = await t.rows("session")
        assert session["due_at"] is None
        t.channel.fault = lambda outgoing, plain: None
        await lan.say("menu")
        assert "học bài nào" in lan.said, "she is back as soon as she writes"


async def test_a_window_that_is_closed_keeps_what_waits_until_she_writes(tmp_path: Path):
    async with tutor(tmp_path, SIMPLE) as t:
        lan = await t.learner("1").meets()
        closed = True

        def fault(outgoing: Outgoing, plain: bool) -> SendError | None:
            return WindowClosed("-232") if closed and outgoing.chat_id == "1" else None

        t.channel.fault = fault
        sender, sent = new_sender(t), len(t.channel.sent)
        sender.push([replace(message("1", 2**40 + no), unasked=True) for no in range(3)] + [message("2", 1)])
        await until(lambda: not sender.waiting, every_s=0.001)
        assert [each.chat_id for each in t.channel.sent[sent:]] == ["2"]
        (identity,) = await t.rows("identity")
        assert identity["away"], "others are asked in her place"
        for _ in range(3):
            await sender.step()
            sender.push([replace(message("1", 2**40 + 3), unasked=True)])
            await turns()
        assert len(t.channel.sent) == sent + 1, "and she is not tried again and again"
        closed = False
        sender.push([message("1", 2**40 + 4)])
        await turns()
        while sender.waiting:
            await sender.step()
            await turns()
        assert [each.no - 2**40 for each in t.channel.sent[sent + 1 :]] == [0, 1, 2, 3, 4]
        await lan.say("chào")
        (identity,) = await t.rows("identity")
        assert not identity["away"]


async def test_who_writes_while_the_provider_still_refuses_is_answered(tmp_path: Path):
    async with tutor(tmp_path, SIMPLE) as t:
        await t.learner("1").meets()
        faults = [WindowClosed("-232")] * 2
        t.channel.fault = lambda outgoing, plain: faults.pop() if faults else None
        slept = Slept()
        sender, sent = new_sender(t, slept), len(t.channel.sent)
        sender.push([replace(message("1", 2**40), unasked=True), message("1", 2**40 + 1)])
        while sender.waiting:
            await sender.step()
            await turns()
        assert [each.no - 2**40 for each in t.channel.sent[sent:]] == [0, 1] and slept.seconds == [1.0, 2.0]
        (identity,) = await t.rows("identity")
        assert not identity["away"]


async def test_wrong_credentials_alarm_and_wait_without_losing_anything(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
):
    faults: list[SendError] = [Misconfigured("401")] * 3
    async with tutor(tmp_path, SIMPLE) as t:
        t.channel.fault = lambda outgoing, plain: faults.pop() if faults else None
        slept = Slept()
        new_sender(t, slept).push([message("1", 1)])
        await t.flush()
        assert slept.seconds == [60.0] * 3 and len(t.channel.sent) == 1
        assert "channel misconfigured" in caplog.text


async def test_what_has_left_is_settled_by_the_next_batch(tmp_path: Path):
    async with tutor(tmp_path, SIMPLE) as t:
        lan = t.learner()
        await t.submit([lan.update(Text("chào"))])
        await turns()
        assert len(await t.rows("outbox")) == 1, "sent, not yet written down"
        await t.submit([t.learner("2").update(Text("chào"))])
        assert [row["chat_id"] for row in await t.rows("outbox")] == ["2"]
        assert not [key for key in t.senders.settled() if key[1] == "1"]


async def test_what_is_in_the_outbox_is_read_again_once(tmp_path: Path):
    async with tutor(tmp_path, SIMPLE) as t:
        lan = t.learner()
        t.senders.by_channel.clear()  # a process that does not own the channel only inserts
        await t.submit([lan.update(Text("chào"))])
        await t.submit([lan.update(Text("đồng ý"))])
        t.senders.by_channel[TELEGRAM] = t.sender
        for _ in range(3):
            await t.pick_up()
        await t.flush()
        assert [each.no for each in t.channel.sent] == sorted({each.no for each in t.channel.sent})
        assert len(t.channel.sent) == 2 and not await t.rows("outbox")


async def lying_in_the_outbox(t: Tutor, numbers: dict[str, int]) -> None:
    """What another process, or the one before, has left there."""
    rows = [
        OutboxRow(TELEGRAM, chat, no, pack(OutgoingReply(f"{chat}:{no}"), unasked=False), t.clock.now())
        for chat, most in numbers.items()
        for no in range(1, most + 1)
    ]
    await t.database.transact(lambda c: conversations.write(c, Writes(outbox=rows)))


async def test_a_chat_with_very_much_waiting_hides_nobody_behind_it(tmp_path: Path):
    async with tutor(tmp_path, SIMPLE) as t:
        await lying_in_the_outbox(t, {"a": 20, "b": 2, "c": 1})
        sender, backlog = new_sender(t), Backlog(t.database, TELEGRAM, page=4)
        async for page in backlog.pages():
            assert len(page) <= 4
            sender.push(page)
        await turns()
        assert {each.chat_id for each in t.channel.sent} == {"a", "b", "c"}, "before anything of it is written down"
        await t.flush()
        assert [each.no for each in t.channel.sent if each.chat_id == "a"] == list(range(1, 21))


async def test_a_new_answer_waits_for_what_lies_before_it_however_much_that_is(tmp_path: Path):
    async with tutor(tmp_path, SIMPLE) as t:
        await lying_in_the_outbox(t, {"a": 20, "b": 9})
        sender, backlog = new_sender(t), Backlog(t.database, TELEGRAM, page=4)
        sender.primed = False
        sender.push(await backlog.next())
        sender.take(message("b", 9))
        assert sender.behind == {"b"}
        async for page in backlog.pages(sender.behind):
            sender.push(page)
        async for page in backlog.pages():
            sender.push(page)
        await t.flush()
        for chat, most in (("a", 20), ("b", 9)):
            assert [each.no for each in t.channel.sent if each.chat_id == chat] == list(range(1, most + 1))


async def test_page_by_page_it_begins_anew_behind_the_last(tmp_path: Path):
    async with tutor(tmp_path, SIMPLE) as t:
        await lying_in_the_outbox(t, {"a": 3, "b": 2})
        backlog = Backlog(t.database, TELEGRAM, page=2)
        seen = [[(each.chat_id, each.no) for each in await backlog.next()] for _ in range(4)]
        assert seen == [[("a", 1), ("a", 2)], [("a", 3), ("b", 1)], [("b", 2)], [("a", 1), ("a", 2)]]


async def test_what_waits_is_never_taken_a_second_time_however_many_chats_there_are(tmp_path: Path):
    async with tutor(tmp_path, SIMPLE) as t:
        many = [message(f"c{n}", 1) for n in range(REMEMBER_CHATS + 50)]
        sender = new_sender(t)
        sender.is_quiet = lambda: True
        for _ in range(2):
            sender.push(replace(each, unasked=True) for each in many)
        assert sum(map(len, sender._held.values())) == len(many)


async def test_a_crash_between_send_and_settle_doubles_at_most_one_message_per_chat(tmp_path: Path):
    async with tutor(tmp_path, SIMPLE) as t:
        people = [t.learner(str(at)) for at in range(5)]
        for text in ("chào", "đồng ý", "Hoa", "1", "menu"):
            await t.submit([each.update(Text(text)) for each in people])
            await asyncio.sleep(0)  # the first of each chat may leave, nothing is settled
        await turns()
        before = Counter((each.chat_id, each.no) for each in t.channel.sent)
        assert max(before.values()) == 1
        await t.crash()
        await t.flush()
        after = Counter((each.chat_id, each.no) for each in t.channel.sent)
        assert max(after.values()) <= 2
        for each in people:
            numbers = [sent.no for sent in t.channel.sent if sent.chat_id == each.chat_id]
            doubled = [no for no, times in Counter(numbers).items() if times > 1]
            assert len(doubled) <= 1 and sorted(set(numbers)) == list(dict.fromkeys(numbers)), numbers
            assert len(set(numbers)) == 5


async def test_a_message_leaves_only_after_the_one_before_is_written_down(tmp_path: Path):
    """Also when it was caused by a later batch: else one crash could double two messages of a chat."""
    async with tutor(tmp_path, SIMPLE) as t:
        sender = new_sender(t)
        sender.push([message("1", 1)])
        await turns()
        sender.push([message("1", 2)])
        await turns()
        assert [each.no for each in t.channel.sent] == [1]
        await sender.step()
        await turns()
        assert [each.no for each in t.channel.sent] == [1, 2]


async def test_settling_waits_for_a_database_that_is_away(tmp_path: Path):
    async with tutor(tmp_path, SIMPLE) as t:
        slept, away = Slept(), 3

        class Conversation:
            async def settle(self, settled: object) -> None:
                nonlocal away
                away -= 1
                if away >= 0:
                    raise StorageUnavailable

        sender = Sender(t.channel, Conversation(), SendLimiter(0, 0), sleep=slept)  # type: ignore[arg-type]
        sender.push([message("1", 1)])
        await turns()
        await sender.step()
        assert slept.seconds == [1.0, 2.0, 4.0] and not sender.settled()


async def test_close_sends_what_is_under_way_and_settles_it(tmp_path: Path):
    async with tutor(tmp_path, SIMPLE) as t:
        lan = t.learner()
        await t.submit([lan.update(Text("chào"))])
        await t.sender.close(patience_s=1.0)
        assert len(t.channel.sent) == 1 and not await t.rows("outbox")


async def test_close_sends_all_that_a_chat_waits_for(tmp_path: Path):
    async with tutor(tmp_path, SIMPLE) as t:
        sender = new_sender(t)
        sender.push(message("1", no) for no in range(1, 5))
        await sender.close(patience_s=10.0)
        assert [each.no for each in t.channel.sent] == [1, 2, 3, 4]


async def test_close_leaves_in_the_outbox_what_cannot_be_sent(tmp_path: Path):
    async with tutor(tmp_path, SIMPLE) as t:
        t.channel.fault = lambda outgoing, plain: Throttled(3600.0)
        never = asyncio.Event()

        async def sleep(_: float) -> None:
            await never.wait()

        t.sender = t.senders.by_channel[TELEGRAM] = Sender(t.channel, t.conversation, SendLimiter(0, 0), sleep=sleep)
        await t.submit([t.learner().update(Text("chào"))])
        await t.sender.close(patience_s=0.01)
        assert len(await t.rows("outbox")) == 1
        t.channel.fault = lambda outgoing, plain: None
        await t.crash()
        await t.flush()
        assert len(t.channel.sent) == 1


async def test_a_channel_that_breaks_its_word_costs_one_message_and_an_alarm(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
):
    class Broken(CollectingChannel):
        async def send(self, outgoing: Outgoing, *, plain: bool = False) -> None:
            if outgoing.chat_id == "x" and outgoing.no == 1:
                raise ValueError("no SendError at all")
            await super().send(outgoing, plain=plain)

    async with tutor(tmp_path, SIMPLE) as t:
        t.channel = Broken()
        sender = new_sender(t)
        sender.push([message("x", 1), message("x", 2), message("y", 1), message("y", 2)])
        await t.flush()
        assert sorted((each.chat_id, each.no) for each in t.channel.sent) == [("x", 2), ("y", 1), ("y", 2)]
        assert "sending failed" in caplog.text and not sender.waiting


async def test_gone_is_a_send_error_for_the_harness():
    assert isinstance(gone(message("1", 1), False), LearnerGone)
