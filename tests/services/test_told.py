"""What others did reaches whoever it concerns: once, in order, by day, and only while it is still true."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from bot.channels.base import Inner, Update
from bot.conversation.notices import INNER, NOTICES, updates
from storage.pairing import pairings
from storage.pairing.records import NoticeRow
from tests.support.builders import book, lesson
from tests.support.harness import TELEGRAM, WEB, Learner, Tutor, gone, tutor
from tests.support.world import START

LESSON = lesson(
    """
    - quiz: q
      text: Hỏi
      options: [{id: sai, text: Sai}, {id: dung, text: Đúng, right: true}]
    - {end: het, text: Hết}
    """
)
CHANNELS = pytest.mark.parametrize("channel", [TELEGRAM, WEB])


async def notice(t: Tutor, who: Learner, phrase: str = "thanks", **fields: Any) -> str:
    """Put one sentence down for her, due now."""
    (person,) = [row for row in await t.rows("identity") if row["chat_id"] == who.chat_id]
    now = int(t.clock.now().timestamp() * 1000)
    row = NoticeRow(t.ids(), person["learner_id"], phrase, **{"said": {}, "at": now, "due_at": now, **fields})
    await t.database.transact(lambda c: pairings.add_notices(c, [row]))
    return str(row.notice_id)


@CHANNELS
async def test_it_is_said_once_and_the_question_stays_open(tmp_path: Path, channel: str):
    async with tutor(tmp_path, book(LESSON)) as t:
        lan = await t.learner("1", channel).meets()
        await lan.opens("thu")
        await notice(t, lan, "pair_asked")
        await t.tells()
        assert "người ở gần" in lan.said
        await t.tells()
        assert not lan.said and not await t.rows("notice")
        await lan.say("1")
        assert (await t.rows("attempt"))[0]["answer"] == "sai"


async def test_buttons_below_a_lesson_do_not_take_its_numbers(tmp_path: Path):
    async with tutor(tmp_path, book(LESSON)) as t:
        lan = await t.learner().meets()
        await lan.opens("thu")
        await notice(t, lan, "offer_pair", buttons={"o:accept:x": "label_accept", "o:later:x": "label_offer_later"})
        await t.tells()
        assert lan.last.labels == ("Nhận giúp", "Để lát nữa")
        await lan.say("2")
        assert (await t.rows("attempt"))[0]["answer"] == "dung"


async def test_where_no_lesson_is_open_the_buttons_can_be_typed(tmp_path: Path):
    async with tutor(tmp_path, book(LESSON)) as t:
        lan = await t.learner().meets()
        await notice(t, lan, "offer_pair", buttons={"o:accept:x": "label_accept", "o:later:x": "label_offer_later"})
        await t.tells()
        await lan.say("nhan giup")
        assert "đã quá giờ" in lan.said


async def test_a_digest_is_one_message(tmp_path: Path):
    async with tutor(tmp_path, book(LESSON)) as t:
        lan = await t.learner().meets()
        for _ in range(3):
            await notice(t, lan, "pair_next", digest=True)
        await notice(t, lan, "pair_asked")
        await t.tells()
        assert len(lan.turn) == 2 and sum(m.text.count("chưa rảnh") for m in lan.turn) == 3


async def test_at_night_only_what_is_urgent_rings(tmp_path: Path):
    async with tutor(tmp_path, book(LESSON)) as t:
        lan = await t.learner().meets()
        t.clock.passes(hours=14)
        await notice(t, lan, "pair_asked")
        await notice(t, lan, "safety_wait_4", urgent=True)
        await t.tells()
        assert "vẫn nhắn cán bộ Hội" in lan.said and "ở gần" not in lan.said
        await t.passes(hours=10)
        assert "ở gần" in lan.said


async def test_a_crash_before_it_is_said_loses_nothing_and_one_after_says_nothing_twice(tmp_path: Path):
    async with tutor(tmp_path, book(LESSON)) as t:
        lan = await t.learner().meets()
        key = await notice(t, lan, "pair_asked")
        await t.crash()
        (row,) = await t.rows("notice")
        (update,) = updates([row], START)
        await t.deliver(update, update)
        await t.crash()
        await t.deliver(update)
        await t.deliver(Update(INNER, "again", row["learner_id"], Inner(NOTICES, key), START))
        assert sum("ở gần" in m.text for m in lan.heard) == 1


async def test_who_deleted_everything_or_blocked_the_tutor_hears_nothing(tmp_path: Path):
    async with tutor(tmp_path, book(LESSON)) as t:
        lan, mai = await t.learner("1").meets(), await t.learner("2").meets("Mai")
        await notice(t, lan, "pair_asked")
        await notice(t, mai, "pair_asked")
        await lan.say("xóa dữ liệu")
        await lan.tap("Xóa hết")
        await mai.leaves()
        t.channel.fault = gone
        await t.tells()
        assert not await t.rows("notice") and not lan.said and not mai.said


async def test_a_sentence_that_cannot_be_said_does_not_come_due_for_ever(tmp_path: Path):
    async with tutor(tmp_path, book(LESSON)) as t:
        lan = await t.learner().meets()
        await notice(t, lan, "no_such_phrase")
        await notice(t, lan, "pair_asked")
        await t.tells()
        assert not await t.rows("notice") and "ở gần" in lan.said
        assert t.intake.set_aside == 1


async def test_who_shares_a_phone_is_told_when_she_sits_there_again(tmp_path: Path):
    async with tutor(tmp_path, book(LESSON)) as t:
        lan = await t.learner().meets()
        await notice(t, lan, "pair_asked")
        await lan.say("đổi người học")
        await lan.tap("Người khác")
        await t.tells()
        assert "ở gần" not in lan.said and len(await t.rows("notice")) == 1
        await lan.tap("Đồng ý")
        await lan.say("Mai")
        await lan.tap_token("a:0")
        await lan.say("đổi người học")
        await lan.tap("Lan")
        await t.tells()
        assert "ở gần" in lan.said and not await t.rows("notice")
