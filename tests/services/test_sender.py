"""From the outbox to a channel: order, limits, refusals, absence."""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest

from bot.channels.base import (
    Misconfigured,
    Outgoing,
    SendError,
    SendRefused,
    Text,
    Throttled,
    Unreachable,
    WindowClosed,
)
from bot.delivery.rate_limit import SendLimiter
from bot.delivery.sender import Sender
from tests.support.harness import gone, tutor
from tests.support.paced import SIMPLE, Slept, Timeline, message, new_sender, paced_sender, turns
from tests.support.process import until


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
