"""Reproductions of a review: nights, blocked chats, deletions and faults that meet at the wrong moment."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from bot.channels.base import Began, Inner, LearnerGone, Left, Outgoing, SendError, Tap, Text, Update
from bot.conversation.batch import INNER
from bot.conversation.presence import BEAT_EVERY
from bot.delivery.sender import BACK_OFF_S
from storage.conversations import web_log
from storage.engine import key_value
from tests.support.builders import book, lesson
from tests.support.harness import TELEGRAM, WEB, Tutor, tutor

BOOK = book(
    lesson(
        """
        - task: lam
          text: Làm đi
          done: Rồi
          later: {remind: 2h, times: 2, text: "Làm chưa?"}
        - {say: s, text: Hỏi, wait_tap: Tiếp}
        - {end: het, text: Hết}
        """
    )
)
CHANNELS = pytest.mark.parametrize("channel", [TELEGRAM, WEB])


def broken(t: Tutor, says: str) -> None:
    """From now on the update that says this fails as often as it is tried."""
    batch = t.conversation.batch

    def failing(connection, updates, settled):
        if any(isinstance(update.body, Text) and says in update.body.text for update in updates):
            raise RuntimeError(says)
        return batch(connection, updates, settled)

    t.conversation.batch = failing  # type: ignore[method-assign]


# --- nothing of hers stays behind --------------------------------------------------------------------


async def test_what_is_set_aside_says_what_kind_it_was_and_none_of_her_words(tmp_path: Path):
    async with tutor(tmp_path, BOOK) as t:
        lan = await t.learner("1", WEB).meets()
        broken(t, "Hùng")
        await lan.say("chồng tên Hùng, số 079163001234")
        (fault,) = [row["fault"] for row in await t.rows("inbox") if row["fault"]]
        assert str(fault).startswith("Text of 31 characters") and "Hùng" not in await t.everything()


async def test_taking_consent_back_takes_the_copy_of_a_corrupt_state_too(tmp_path: Path):
    async with tutor(tmp_path, BOOK) as t:
        lan = await t.learner().meets("Nguyệt")
        cut = text("UPDATE session SET state = substr(state, 1, length(state) - 1)")
        await t.database.transact(lambda c: c.execute(cut))
        await lan.say("chào")
        assert any("corrupt:" in str(row["key"]) for row in await t.rows("key_value"))
        await lan.say("rút đồng ý")
        assert "Nguyệt" not in await t.everything()
        assert not any("corrupt:" in str(row["key"]) for row in await t.rows("key_value"))


# --- nights ------------------------------------------------------------------------------------------


async def test_what_came_due_during_a_stop_waits_for_the_morning(tmp_path: Path):
    async with tutor(tmp_path, BOOK) as t:
        lan = await t.learner().meets()
        await lan.opens("thu")
        await lan.say("để sau")
        t.clock.passes(hours=15)  # 23:00
        await t.crash()
        await t.passes(seconds=1)
        assert not lan.said
        await t.passes(hours=9, minutes=1)
        assert "Làm chưa?" in lan.said


async def left_in_the_outbox(t: Tutor):
    """A learner whose reminder was committed in daytime and not sent before the tutor stopped; now it is night."""
    lan = await t.learner().meets()
    await lan.opens("thu")
    await lan.say("để sau")
    t.clock.passes(hours=2)
    t.senders.by_channel.clear()
    await t.ticker.fire()
    t.clock.passes(hours=12)
    lan.turn = []
    await t.crash()
    await t.flush()
    assert not lan.said
    return lan


async def test_a_reminder_that_a_stop_left_behind_waits_for_the_morning(tmp_path: Path):
    async with tutor(tmp_path, BOOK) as t:
        lan = await left_in_the_outbox(t)
        await t.pick_up()
        t.clock.passes(hours=10)
        await t.sender.step()
        await t.flush()
        assert lan.said.count("Làm chưa?") == 1 and not await t.rows("outbox")


async def test_who_writes_at_night_is_answered_in_order(tmp_path: Path):
    async with tutor(tmp_path, BOOK) as t:
        lan = await left_in_the_outbox(t)
        await lan.say("menu")
        assert [("Làm chưa?" in message.text) for message in lan.turn] == [True, False]
        assert not await t.rows("outbox")


# --- sending -----------------------------------------------------------------------------------------


async def test_a_fault_that_no_channel_should_raise_keeps_the_order(tmp_path: Path):
    faults: list[Exception] = [RuntimeError("the handler is closed")] * 2

    def fault(outgoing: Outgoing, plain: bool) -> SendError | None:
        if faults and not plain:
            raise faults.pop()
        return None

    async with tutor(tmp_path, BOOK) as t:
        lan = await t.learner().meets()
        t.channel.fault = fault
        await lan.opens("thu")
        assert "Làm đi" in lan.said
        await lan.say("menu")
        assert lan.said and not await t.rows("outbox")


async def test_a_message_that_always_fails_is_waited_out_then_given_up_with_an_alarm(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
):
    tried: list[bool] = []
    slept: list[float] = []

    async def sleep(seconds: float) -> None:
        slept.append(seconds)
        await asyncio.sleep(0)

    def fault(outgoing: Outgoing, plain: bool) -> SendError | None:
        if "Làm đi" in outgoing.text:
            tried.append(plain)
            raise RuntimeError("never")
        return None

    async with tutor(tmp_path, BOOK) as t:
        lan = await t.learner().meets()
        t.channel.fault, t.sender._sleep = fault, sleep
        await lan.opens("thu")
        assert tried == [False, False, False, True] and tuple(slept) == BACK_OFF_S[:3]
        assert "sending failed" in caplog.text and not await t.rows("outbox")
        await lan.say("menu")
        assert lan.said


async def test_a_block_that_is_found_late_does_not_eat_what_she_is_told_after_coming_back(tmp_path: Path):
    async with tutor(tmp_path, BOOK) as t:
        lan = await t.learner().meets()
        await lan.opens("thu")
        await lan.say("để sau")
        gate, send = asyncio.Event(), t.channel.send

        async def blocked_once(outgoing: Outgoing, *, plain: bool = False) -> None:
            t.channel.send = send  # type: ignore[method-assign]
            await gate.wait()
            raise LearnerGone("blocked")

        t.channel.send = blocked_once  # type: ignore[method-assign]
        t.clock.passes(hours=2)
        await t.ticker.fire()  # the reminder is under way
        await asyncio.sleep(0)
        lan.turn = []
        await t.submit([lan.update(Began())])
        gate.set()
        await t.flush()
        assert "Làm đi" in lan.said and not await t.rows("outbox")
        assert [row["away"] for row in await t.rows("identity")] == [False]
        await lan.tap("Rồi")
        assert "Hỏi" in lan.said


# --- deleting ----------------------------------------------------------------------------------------


async def asked_to_delete(t: Tutor, channel: str = TELEGRAM):
    lan = await t.learner("1", channel).meets("Nguyệt")
    await lan.say("xóa dữ liệu")
    return lan, lan.buttons["Xóa hết"]


@CHANNELS
async def test_a_second_tap_on_delete_makes_nobody(tmp_path: Path, channel: str):
    async with tutor(tmp_path, BOOK) as t:
        lan, token = await asked_to_delete(t, channel)
        await t.deliver(lan.update(Tap(token)), lan.update(Tap(token)))
        await lan.tap_token(token)
        assert not lan.turn and not await t.rows("person") and not await t.rows("session")


async def test_the_farewell_stays_readable_and_is_swept_when_it_is_old(tmp_path: Path):
    async with tutor(tmp_path, BOOK) as t:
        lan, token = await asked_to_delete(t, WEB)
        hoa = await t.learner("2", WEB).meets()
        of_hoa = len(await t.rows("chat_log"))
        await lan.tap_token(token)
        kept = await t.database.read(lambda c: web_log.history(c, "1", 0, 50))
        assert [row.text for row in kept] == [lan.said] and kept[0].no == lan.last.no
        t.clock.passes(days=29)
        await t.ticker.sweep()
        assert await t.database.read(lambda c: web_log.history(c, "1", 0, 50)) == kept
        t.clock.passes(days=2)
        await t.ticker.sweep()
        left = await t.rows("chat_log")
        assert {row["chat_id"] for row in left} == {hoa.chat_id} and len(left) <= of_hoa


async def test_a_farewell_is_not_swept_from_somebody_who_came_back(tmp_path: Path):
    async with tutor(tmp_path, BOOK) as t:
        lan, token = await asked_to_delete(t, WEB)
        await lan.tap_token(token)
        t.clock.passes(days=31)
        found = await t.database.read(lambda c: web_log.ownerless_logs(c, t.clock.now(), ["1"]))
        assert len(found) == 1
        await lan.say("chào em")
        lines = await t.rows("chat_log")
        await t.database.transact(lambda c: web_log.expire_logs(c, found))
        assert await t.rows("chat_log") == lines and len(lines) >= 1


@CHANNELS
async def test_what_comes_with_a_deletion_in_one_batch_is_said_by_somebody_new(tmp_path: Path, channel: str):
    async with tutor(tmp_path, BOOK) as t:
        lan, token = await asked_to_delete(t, channel)
        (before,) = await t.rows("person")
        said = (Tap(token), Text("chào em"), Text("đồng ý"), Text("Thu"))
        await t.deliver(*map(lan.update, said))
        assert "đã xóa hết" in lan.turn[0].text
        (person,) = await t.rows("person")
        assert person["learner_id"] != before["learner_id"]
        assert (person["name"], person["consent"]) == ("Thu", "agreed")
        numbers = [message.no for message in lan.heard]
        assert numbers == sorted(set(numbers)) and "Nguyệt" not in await t.everything()
        await t.crash()
        await lan.tap_token("a:0")
        assert lan.said


@pytest.mark.parametrize("body", [Left(), Tap("d:yes"), Tap("d:no")])
async def test_a_stranger_who_leaves_or_taps_an_old_deletion_is_not_registered(tmp_path: Path, body: Left | Tap):
    async with tutor(tmp_path, BOOK) as t:
        stranger = await t.learner("77").does(body)
        assert not stranger.heard and not await t.rows("person")
        await stranger.begins()
        assert stranger.said and len(await t.rows("person")) == 1


# --- time --------------------------------------------------------------------------------------------


async def test_being_offered_her_step_again_does_not_keep_her_who_said_no(tmp_path: Path):
    async with tutor(tmp_path, BOOK) as t:
        no = await t.learner().say("alo")
        await no.tap("Không")
        await no.opens("thu")
        (person,) = await t.rows("person")
        t.clock.passes(days=29)
        again = Update(INNER, "reoffer:x", str(person["learner_id"]), Inner("reoffer", ""), t.clock.now())
        await t.deliver(again)
        assert no.said
        t.clock.passes(days=2)
        await t.ticker.sweep()
        assert not await t.rows("person")


@pytest.mark.parametrize("hours", [-5, 5])
async def test_a_clock_that_was_set_stops_neither_signs_of_life_nor_sweeping(tmp_path: Path, hours: int):
    async with tutor(tmp_path, BOOK) as t:
        t.presence.alive.add(TELEGRAM)

        async def alive() -> object:
            return await t.database.read(lambda c: key_value.get_key(c, f"alive:{TELEGRAM}"))

        await t.presence.beat()
        await t.ticker.step()
        before, swept_at = await alive(), t.ticker._swept_at
        t.clock.passes(hours=hours)
        await t.presence.beat()
        await t.ticker.step()
        assert await alive() != before and t.ticker._swept_at != swept_at
        t.clock.passes(seconds=BEAT_EVERY / timedelta(seconds=2))
        beaten = await alive()
        await t.presence.beat()
        assert await alive() == beaten
