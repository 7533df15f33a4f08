"""Batches: what arrives while a transaction runs goes into the next one; what fails is found and set aside."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path

import pytest

from bot.channels.base import Text, Update
from bot.conversation.effects import Effects
from bot.delivery.intake import MAX_BATCH, MAX_TRIES, Intake
from bot.delivery.sender import Senders
from storage.engine.errors import StorageUnavailable
from tests.support.builders import book, lesson
from tests.support.harness import TELEGRAM, tutor
from tests.support.world import START

SIMPLE = book(lesson("- {say: s, text: Chào, wait_tap: Tiếp}\n- {end: het, text: Hết}"))


def update(number: int) -> Update:
    return Update(TELEGRAM, f"u{number}", str(number), Text("chào"), START)


class Conversation:
    """Notes the batches it is given; an update named in `bad` fails as often as it comes."""

    def __init__(self, bad: Sequence[str] = (), fault: type[Exception] = ValueError) -> None:
        self.bad = set(bad)
        self.fault = fault
        self.batches: list[list[str]] = []
        self.aside: list[str] = []
        self.released = asyncio.Event()
        self.released.set()

    async def handle(self, updates: Sequence[Update], settled: object = ()) -> Effects:
        ids = [each.update_id for each in updates]
        self.batches.append(ids)
        await self.released.wait()
        if self.bad & set(ids):
            raise self.fault("bad")
        return Effects()

    async def set_aside(self, update_: Update, fault: str) -> Effects:
        self.aside.append(update_.update_id)
        return Effects()


def intake(conversation: Conversation) -> tuple[Intake, list[Effects]]:
    published: list[Effects] = []
    return Intake(conversation, published.append, Senders()), published  # type: ignore[arg-type]


async def test_one_update_when_it_is_quiet_dozens_when_it_is_busy():
    conversation = Conversation()
    conversation.released.clear()
    one, _ = intake(conversation)
    running = asyncio.create_task(one.run())
    submits = [asyncio.create_task(one.submit([update(0)]))]
    await asyncio.sleep(0.0)
    await asyncio.sleep(0.0)
    submits += [asyncio.create_task(one.submit([update(number)])) for number in range(1, 31)]
    await asyncio.sleep(0.0)
    conversation.released.set()
    await asyncio.gather(*submits)
    assert [len(batch) for batch in conversation.batches] == [1, 30]
    await one.close()
    await running


async def test_a_batch_has_a_limit_and_a_submission_stays_together():
    conversation = Conversation()
    one, _ = intake(conversation)
    submits = [asyncio.create_task(one.submit([update(at * 90 + n) for n in range(90)])) for at in range(5)]
    submits.append(asyncio.create_task(one.submit([update(9000 + n) for n in range(MAX_BATCH + 50)])))
    await asyncio.sleep(0)
    while not all(each.done() for each in submits):
        await one.step()
        await asyncio.sleep(0)
    assert [len(batch) for batch in conversation.batches] == [180, 180, 90, MAX_BATCH + 50]


async def test_the_bad_ones_are_found_by_halving_and_tried_three_times_alone():
    conversation = Conversation(bad=["u5", "u11"])
    one, published = intake(conversation)
    submitted = asyncio.create_task(one.submit([update(number) for number in range(16)]))
    await asyncio.sleep(0)
    await one.step()
    await submitted
    assert conversation.aside == ["u5", "u11"] and one.set_aside == 2 and one.handled == 14
    for bad in conversation.aside:
        assert conversation.batches.count([bad]) == MAX_TRIES
    handled = [each for batch in conversation.batches if not set(batch) & conversation.bad for each in batch]
    assert sorted(handled) == sorted(f"u{n}" for n in range(16) if n not in (5, 11)), "each good one exactly once"
    assert len(published) >= 3


async def test_when_the_database_is_away_nothing_is_set_aside():
    conversation = Conversation(bad=["u1"], fault=StorageUnavailable)
    one, _ = intake(conversation)
    submits = [asyncio.create_task(one.submit([update(number)])) for number in range(3)]
    await asyncio.sleep(0)
    await one.step()
    assert all(
        isinstance(fault, StorageUnavailable) for fault in await asyncio.gather(*submits, return_exceptions=True)
    )
    assert not conversation.aside and len(conversation.batches) == 1


async def test_even_setting_aside_may_fail_and_nobody_waits_for_ever():
    class Worse(Conversation):
        async def set_aside(self, update_: Update, fault: str) -> Effects:
            raise ValueError("this too")

    one, _ = intake(Worse(bad=["u1"]))
    submitted = asyncio.create_task(one.submit([update(1)]))
    await asyncio.sleep(0)
    await one.step()
    with pytest.raises(StorageUnavailable):
        await submitted


async def test_after_close_nothing_is_taken_but_what_was_taken_is_done():
    conversation = Conversation()
    one, _ = intake(conversation)
    taken = asyncio.create_task(one.submit([update(1)]))
    await asyncio.sleep(0)
    await one.close()
    with pytest.raises(StorageUnavailable):
        await one.submit([update(2)])
    await one.run()
    await taken
    assert conversation.batches == [["u1"]]


async def test_a_submitter_who_gives_up_harms_nobody():
    conversation = Conversation()
    one, _ = intake(conversation)
    impatient = asyncio.create_task(one.submit([update(1)]))
    patient = asyncio.create_task(one.submit([update(2)]))
    await asyncio.sleep(0)
    impatient.cancel()
    await asyncio.sleep(0)
    await one.step()
    await patient
    assert conversation.batches == [["u1", "u2"]]


async def test_nothing_submitted_is_nothing_done():
    conversation = Conversation()
    one, _ = intake(conversation)
    await one.submit([])
    assert not conversation.batches


async def test_failpoints_are_told_in_order(tmp_path: Path):
    async with tutor(tmp_path, SIMPLE) as t:
        told: list[str] = []
        t.intake.failpoint = told.append
        t.sender.failpoint = told.append
        await t.learner().say("chào")
        assert told == ["after commit", "after send", "before settle"]


async def test_it_tells_for_how_long_the_oldest_has_waited():
    conversation, now = Conversation(), 100.0
    conversation.released.clear()
    one = Intake(conversation, lambda _: None, Senders(), clock=lambda: now)  # type: ignore[arg-type]
    running = asyncio.create_task(one.run())
    assert one.waits_s == 0
    first = asyncio.create_task(one.submit([update(0)]))
    await asyncio.sleep(0)
    now = 107.0
    second = asyncio.create_task(one.submit([update(1)]))
    for _ in range(3):
        await asyncio.sleep(0)
    now = 118.0
    assert one.waits_s == 18.0, "also while it is being handled"
    conversation.released.set()
    await asyncio.gather(first, second)
    assert one.waits_s == 0
    await one.close()
    await running


async def test_who_gives_up_waiting_is_not_counted_for_ever():
    one, _ = intake(Conversation())
    waiting = asyncio.create_task(one.submit([update(0)]))
    await asyncio.sleep(0)
    waiting.cancel()
    await asyncio.gather(waiting, return_exceptions=True)
    assert one.waits_s == 0
