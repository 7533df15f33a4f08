"""Where each message is counted: what is sent is known after a crash, officers hear in time, help never waits."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.channels.base import Attachment, Outgoing
from bot.channels.zalo_bot.settings import ZaloBotSettings
from bot.delivery.quota import QuotaMeter, QuotaMeters, messages_left
from bot.delivery.rate_limit import SendLimiter
from bot.delivery.sender import Sender
from bot.delivery.surroundings import NoFiles, surroundings_of
from flows.profiles import profile_of
from tests.channels.conformance.under_test import alone
from tests.services.test_numbered import QUIZ, ZALO, meets
from tests.support.builders import book
from tests.support.fake_zalo_bot import TOKEN
from tests.support.harness import QUIET, Tutor, tutor
from tests.support.world import Clock, Ids

BOOK = book(QUIZ)
PROFILE = profile_of("zalo_bot")
MID_MONTH = datetime(2026, 11, 16, 3, 0, tzinfo=UTC)  # ten in the morning in Vietnam, half of November


async def metered(t: Tutor, quota: int, used: int = 0) -> QuotaMeter:
    """Let the messages of this tutor be counted, `used` of them gone already."""
    meters = QuotaMeters(t.clock.now, t.quiet, t.ids)
    meter = meters.meter_of(t.channel.name, replace(PROFILE, quota=quota))
    assert meter is not None
    await meter.load(t.database)
    for no in range(used):
        meter.count(Outgoing(t.channel.name, "x", no, "x"))
    t.conversation.quotas = meters
    pace = SendLimiter(0, 0)
    t.sender = Sender(t.channel, t.conversation, pace, is_quiet=lambda: meter.is_thin, on_sent=meter.count)
    t.senders.by_channel[t.channel.name] = t.sender
    return meter


def bare(now: datetime, quota: int = 1_000, used: int = 0) -> QuotaMeter:
    meter = QuotaMeter(ZALO, replace(PROFILE, quota=quota), lambda: now, QUIET, Ids())
    for no in range(used):
        meter.count(Outgoing(ZALO, "x", no, "x"))
    return meter


@pytest.mark.parametrize(
    ("outgoing", "cost"),
    [
        (Outgoing(ZALO, "x", 1, "Chào"), 1),
        (Outgoing(ZALO, "x", 1, "Chào. " * 700), 3),
        (Outgoing(ZALO, "x", 1, "Xem", media=(Attachment("photo", file="a.jpg"),)), 2),
    ],
)
def test_what_a_message_costs(outgoing: Outgoing, cost: int) -> None:
    meter = bare(MID_MONTH)
    meter.count(outgoing)
    assert meter.used == cost and meter.told == f"{cost}/1000"


@pytest.mark.parametrize(
    ("used", "day", "is_thin", "is_reserved"),
    [
        (699, 1, False, False),
        (710, 16, True, False),
        (710, 27, False, False),
        (899, 28, False, False),
        (900, 30, True, False),
        (949, 30, True, False),
        (950, 30, True, True),
        (1_200, 30, True, True),
    ],
)
def test_who_waits_when(used: int, day: int, is_thin: bool, is_reserved: bool) -> None:
    meter = bare(MID_MONTH.replace(day=day), used=used)
    assert (meter.is_thin, meter.is_reserved) == (is_thin, is_reserved)


def test_without_a_quota_it_only_counts() -> None:
    meter = bare(MID_MONTH, quota=0, used=5_000)
    assert (meter.is_thin, meter.is_reserved, meter.due_warning, meter.told) == (False, False, 0, "5000")


def test_the_month_is_that_of_vietnam() -> None:
    times = [datetime(2026, 11, 30, 16, 59, tzinfo=UTC)]
    meter = QuotaMeter(ZALO, PROFILE, lambda: times[-1], QUIET, Ids())
    meter.count(Outgoing(ZALO, "x", 1, "x"))
    assert meter.used == 1
    times.append(datetime(2026, 11, 30, 17, 0, tzinfo=UTC))
    assert meter.used == 0, "December has begun at midnight there"


def test_a_channel_that_counts_nothing_has_no_meter() -> None:
    meters = QuotaMeters(lambda: MID_MONTH, QUIET, Ids())
    assert meters.meter_of("telegram:42", profile_of("telegram")) is None
    assert meters.meter_of(ZALO, PROFILE) is meters.meter_of(ZALO, PROFILE)
    assert not meters.is_reserved("telegram:42")


async def test_what_was_sent_is_known_after_a_crash(tmp_path: Path):
    async with tutor(tmp_path, BOOK, Clock(MID_MONTH), messenger=ZALO) as t:
        meter = await metered(t, 1_000)
        lan = await meets(t, "lan", "Lan", "learner")
        assert meter.used == len(lan.heard) > 3
        t.clock.passes(seconds=1)
        await lan.say("danh sách bài")
        await t.crash()
        again = await metered(t, 1_000)
        assert again.used == len(lan.heard)


async def test_a_count_waits_a_second_at_most(tmp_path: Path):
    async with tutor(tmp_path, BOOK, Clock(MID_MONTH), messenger=ZALO) as t:
        meter = await metered(t, 1_000)
        for again in (False, True):
            meter.count(Outgoing(ZALO, "x", 1, "x"))
            await t.database.transact(meter.write_in_time)
            assert meter.is_behind == again, "the second within that second is written by whoever comes after it"
        t.clock.passes(seconds=1)
        await t.database.transact(meter.write_in_time)
        assert not meter.is_behind
        t.clock.passes(seconds=-1)
        meter.count(Outgoing(ZALO, "x", 2, "x"))
        await t.database.transact(meter.write_in_time)
        assert not meter.is_behind, "a clock put back holds nothing up"


async def test_the_doctor_sees_how_far_it_is(tmp_path: Path):
    given = ZaloBotSettings(token=TOKEN, messages_per_month=100)
    async with tutor(tmp_path, BOOK, Clock(MID_MONTH), messenger=given.provider(alone()).channel.name) as t:
        await metered(t, 100)
        around = surroundings_of(t.database, NoFiles())
        for more, level in ((0, "good"), (70, "note"), (25, "bad")):
            meter = await metered(t, 100)
            for no in range(more):
                meter.count(Outgoing(meter.channel, "x", no, "x"))
            await t.database.transact(meter.write)
            (check,) = await messages_left(given.provider(around), around, MID_MONTH)
            assert (check.level, check.values["used"]) == (level, meter.used)
        (check,) = await messages_left(given.provider(around), around, MID_MONTH + timedelta(days=30))
        assert (check.level, check.values["used"]) == ("good", 0)


async def test_officers_hear_once_at_each_mark(tmp_path: Path):
    async with tutor(tmp_path, BOOK, Clock(MID_MONTH), messenger=ZALO) as t:
        officer = await meets(t, "ut", "Út", "officer")
        meter = await metered(t, 1_000, used=690)
        await meter.warn(t.database.transact)
        await t.tells()
        assert not any("690" in message.text for message in officer.turn)
        for used, mark in ((700, 70), (905, 90)):
            while meter.used < used:
                meter.count(Outgoing(ZALO, "x", 1, "x"))
            assert meter.due_warning == mark
            await meter.warn(t.database.transact)
            await meter.warn(t.database.transact)
            again = await metered(t, 1_000)
            assert again.due_warning == 0 and again.used == used, "a start forgets neither"
            await t.tells()
            (told,) = [message.text for message in officer.turn if "Zalo Bot" in message.text]
            assert f"{used} trong 1000" in told, (
                "though it is nobody's answer, it does not wait behind what it warns of"
            )
            meter = await metered(t, 1_000)


async def test_reminders_wait_for_the_month_answers_do_not(tmp_path: Path):
    async with tutor(tmp_path, BOOK, Clock(MID_MONTH), messenger=ZALO) as t:
        lan = await meets(t, "lan", "Lan", "learner")
        await metered(t, 1_000, used=920)
        await lan.opens("thu")
        assert "Ai được hỏi mã OTP?" in lan.said
        asked = len(lan.heard)
        await t.passes(days=4)
        assert len(lan.heard) == asked, "it waits"
        await t.passes(days=12)
        assert len(lan.heard) > asked, "December has begun"


async def test_an_answer_takes_along_what_waited(tmp_path: Path):
    async with tutor(tmp_path, BOOK, Clock(MID_MONTH), messenger=ZALO) as t:
        lan = await meets(t, "lan", "Lan", "learner")
        await metered(t, 1_000, used=920)
        await lan.opens("thu")
        await t.passes(days=4)
        await lan.say("1")
        assert "mấy người" in lan.said, "whoever writes is answered, in order"


async def test_the_last_messages_are_for_help(tmp_path: Path):
    async with tutor(tmp_path, BOOK, Clock(MID_MONTH), messenger=ZALO) as t:
        lan = await meets(t, "lan", "Lan", "learner")
        meter = await metered(t, 1_000)
        await lan.opens("thu")
        while not meter.is_reserved:
            meter.count(Outgoing(ZALO, "x", 1, "x"))
        await lan.say("1")
        assert "để dành cho việc khẩn" in lan.said and not await t.rows("attempt")
        await lan.say("2")
        assert not lan.turn, "it is said once a day: each sentence would cost what it saves"
        await t.database.transact(meter.write)
        await t.crash()
        meter = await metered(t, 1_000)
        await lan.say("1")
        assert not lan.turn and meter.is_reserved
        await lan.say("giúp")
        assert "0912 345 678" in lan.said, "who asks for a person is answered"
        await lan.say("có người giả công an bắt tôi chuyển tiền, tôi chuyển hết rồi")
        assert lan.turn and "để dành" not in lan.said, "a cry is heard"
        t.clock.passes(days=15)
        lan = await meets(t, "mai", "Mai", "learner")
        await lan.opens("thu")
        await lan.say("1")
        assert "mấy người" in lan.said, "a new month"


async def test_a_lesson_is_not_opened_either(tmp_path: Path):
    async with tutor(tmp_path, BOOK, Clock(MID_MONTH), messenger=ZALO) as t:
        lan = await meets(t, "lan", "Lan", "learner")
        await metered(t, 1_000, used=960)
        await lan.say("menu")
        await lan.say("1")
        assert "để dành cho việc khẩn" in lan.said
        assert not await t.rows("run")
