"""What waits in the outbox is taken once and settled once, whatever a crash or an end cuts off."""

from __future__ import annotations

import asyncio
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest

from bot.channels.base import (
    LearnerGone,
    Outgoing,
    Text,
    Throttled,
)
from bot.conversation.packing import pack
from bot.delivery.backlog import Backlog
from bot.delivery.rate_limit import SendLimiter
from bot.delivery.sender import REMEMBER_CHATS, Sender
from bot.tutor.turn import OutgoingReply
from storage.conversations import conversations
from storage.conversations.records import OutboxRow, Writes
from storage.engine.errors import StorageUnavailable
from tests.support.harness import TELEGRAM, CollectingChannel, Tutor, gone, tutor
from tests.support.paced import SIMPLE, Slept, message, new_sender, turns


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
        assert slept.seconds == [1.0, 1.0, 1.0] and not sender.settled()


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
