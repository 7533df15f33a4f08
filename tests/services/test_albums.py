"""Words with pictures, several pictures at once, edits, and what was forwarded: as the fake Bot API sends them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.channels.base import Attachment, Edited, Media, Text, Update
from bot.channels.telegram.parse import ALLOWED_UPDATES, parse_update
from tests.services.test_lines import paired
from tests.services.test_offers import SAFETY
from tests.support.builders import book, lesson
from tests.support.fake_telegram import FakeTelegram
from tests.support.harness import TELEGRAM, WEB, Learner, Tutor, tutor

PROOF = lesson(
    """
    - task: anh
      text: Chụp giúp em
      steps: ["Chụp."]
      done: Xong
      proof: photo
      later: {remind: 1d, times: 2, text: "{Chị} ơi, nhắc."}
      stuck: {label: Kẹt, hints: ["Một.", "Hai."]}
      next: hoi
    - quiz: hoi
      text: Hỏi
      options: [{id: sai, text: Sai}, {id: dung, text: Đúng, right: true}]
    - {end: het, text: Hết}
    """
)
CRY = "tôi bị lừa mất tiền rồi"
SCAM = "Con ơi tôi bị lừa mất tiền rồi, chuyển gấp cho tôi 5 triệu"


@pytest.fixture
async def t(tmp_path: Path) -> AsyncIterator[Tutor]:
    async with tutor(tmp_path, book(SAFETY, PROOF)) as running:
        yield running


class Phone:
    """Her Telegram at the fake Bot API: what she does there reaches the tutor as the updates it makes of it."""

    def __init__(self, t: Tutor, one: Learner, fake: FakeTelegram) -> None:
        self.t, self.one, self.fake = t, one, fake
        self.her = fake.learner(5)

    async def arrives(self, *, batch: int = 100) -> str:
        """Everything she did since; what she was answered, over all batches."""
        queued = [each.update for each in self.fake.bot.queue]
        self.fake.bot.queue.clear()
        heard = len(self.one.heard)
        updates = [self._hers(raw) for raw in queued]
        for at in range(0, len(updates), batch):
            await self.t.deliver(*updates[at : at + batch])
        return "\n".join(message.text for message in self.one.heard[heard:])

    def _hers(self, raw: dict) -> Update:
        update = parse_update(raw, TELEGRAM, self.t.clock.now())
        assert isinstance(update, Update)
        return Update(TELEGRAM, self.t.update_ids(), self.one.chat_id, update.body, update.at)


@pytest.fixture
async def phone(t: Tutor) -> AsyncIterator[Phone]:
    async with FakeTelegram() as fake:
        fake.bot.allowed = set(ALLOWED_UPDATES)
        lan, _, _ = await paired(t)
        yield Phone(t, lan, fake)


async def calls(t: Tutor) -> int:
    return sum(row["kind"] == "safety" for row in await t.rows("request"))


@pytest.mark.parametrize("kind", ["photo", "video", "document", "voice", "animation"])
async def test_words_with_a_picture_are_heard(t: Tutor, phone: Phone, kind: str):
    phone.her.send(kind, CRY)
    await phone.arrives()
    assert await calls(t) == 1
    await phone.one.say("nhầm rồi")
    await phone.one.say("menu")
    phone.her.send(kind, "xóa dữ liệu")
    assert "Xóa hết" in await phone.arrives()


async def test_an_edit_acts_only_where_it_is_a_cry(t: Tutor, phone: Phone):
    for at, text in enumerate(("xong rồi", "xóa dữ liệu", "menu", "1", "Hùng")):
        phone.her.edit(text)
        assert ("nhắn lại một tin mới" in await phone.arrives()) == (at == 0), "one kind line, not five"
    phone.her.edit(CRY)
    assert await phone.arrives()
    assert await calls(t) == 1


async def test_an_edit_is_an_answer_where_its_question_is_open_still(t: Tutor, phone: Phone):
    await phone.one.opens("thu")
    for _ in range(2):  # the picture is asked for once
        await phone.one.tap("Xong")
    phone.her.say("dugn")
    assert "Hỏi" in await phone.arrives()
    phone.her.edit("đúng")
    assert "Hết" in await phone.arrives(), "what she put right is what she answers"
    phone.her.edit("sai")
    assert "nhắn lại một tin mới" in await phone.arrives(), "its question is over"


async def test_only_her_newest_message_can_be_put_right(t: Tutor, phone: Phone):
    await phone.one.opens("thu")
    phone.her.say("xobg roio")
    await phone.arrives()
    await phone.one.tap("Kẹt")
    before = (await t.state(phone.one)).open_run
    phone.her.edit("xong rồi")
    assert "nhắn lại một tin mới" in await phone.arrives()
    assert (await t.state(phone.one)).open_run == before


async def test_what_went_to_another_is_not_sent_again_by_an_edit(t: Tutor, phone: Phone):
    await phone.one.tap("Nhắn tin")
    phone.her.say("mai tui toi")
    assert "Đã chuyển" in await phone.arrives()
    phone.her.edit("mai tui tới")
    assert "nhắn lại một tin mới" in await phone.arrives()
    assert len(await t.rows("relay")) == 1


async def test_an_edit_before_anything_else_meets_nobody(t: Tutor):
    la = t.learner("la")
    await la.does(Edited("chị Hùng"))
    assert not la.heard
    await la.does(Edited(CRY))
    assert la.heard and await calls(t) == 1


@pytest.mark.parametrize("batch", [1, 2, 100])
async def test_several_pictures_at_once_are_answered_once(t: Tutor, phone: Phone, batch: int):
    for _ in range(4):
        phone.her.send("photo", album="77")
    said = await phone.arrives(batch=batch)
    assert said.count("chưa xem được") == 1
    phone.her.send("photo", album="78")
    assert "chưa xem được" in await phone.arrives()
    phone.her.send("photo", "tôi bị lừa mất tiền rồi", album="78")
    await phone.arrives()
    assert await calls(t) == 1, "words in the middle of an album are heard"


@pytest.mark.parametrize("batch", [1, 3, 100])
async def test_at_a_proof_task_they_are_taken_once(t: Tutor, phone: Phone, batch: int):
    await phone.one.opens("thu")
    for _ in range(4):
        phone.her.send("photo", album="77")
    said = await phone.arrives(batch=batch)
    assert said.count("Hỏi") == 1 and "chưa xem được" not in said
    assert len(await t.rows("run")) <= 1


async def test_a_film_before_the_picture_does_not_swallow_it(t: Tutor, phone: Phone):
    await phone.one.opens("thu")
    phone.her.send("video", album="77")
    phone.her.send("photo", album="77")
    phone.her.send("photo", album="77")
    assert (await phone.arrives(batch=1)).count("Hỏi") == 1


@pytest.mark.parametrize("batch", [1, 2, 100])
async def test_to_the_other_all_of_them_go_and_she_is_asked_once(t: Tutor, phone: Phone, batch: int):
    await phone.one.tap("Nhắn tin")
    for number in range(4):
        phone.her.send("photo", "nhìn giúp em nha" if not number else "", "77", f"ALB{number}")
    said = await phone.arrives(batch=batch)
    assert said.count("Ảnh giấy tờ") == 1
    await phone.one.tap("Gửi đi")
    await t.tells()
    sent = [each for each in t.channel.sent if each.media]
    assert [each.media for each in sent] == [(Attachment("photo", f"ALB{number}"),) for number in range(4)]
    assert ["nhìn giúp em nha" in each.text for each in sent] == [True, False, False, False]
    assert "ALB" not in await t.everything() and "nhìn giúp" not in await t.everything()


async def test_what_cannot_go_of_an_album_is_told(t: Tutor, phone: Phone):
    await phone.one.tap("Nhắn tin")
    for number, kind in enumerate(("photo", "video", "photo", "document")):
        phone.her.send(kind, "", "77", f"ALB{number}")
    await phone.arrives()
    await phone.one.tap("Gửi đi")
    assert "gửi được 2 cái, còn 2 cái" in phone.one.said and "Đã chuyển" in phone.one.said
    await t.tells()
    assert len([each for each in t.channel.sent if each.media]) == 2


async def test_what_comes_late_is_asked_about_anew(t: Tutor, phone: Phone):
    await phone.one.tap("Nhắn tin")
    phone.her.send("photo", "", "77", "ALB0")
    await phone.arrives()
    await phone.one.tap("Gửi đi")
    phone.her.send("photo", "", "77", "ALB1")
    phone.her.send("photo", "", "77", "ALB2")
    assert (await phone.arrives()).count("Ảnh giấy tờ") == 1
    await phone.one.tap("Gửi đi")
    await t.tells()
    assert len([each for each in t.channel.sent if each.media]) == 3


async def test_films_are_refused_once_and_words_with_them_go(t: Tutor, phone: Phone):
    await phone.one.tap("Nhắn tin")
    for number in range(3):
        phone.her.send("video", "coi giúp em cái nút nha" if not number else "", "77")
    said = await phone.arrives(batch=1)
    assert said.count("chưa chuyển được") == 1 and "Đã chuyển" in said
    await t.tells()
    assert any("coi giúp em cái nút" in each.text for each in t.channel.sent)


@pytest.mark.parametrize("words", ["mã OTP của em là 482913", "số em 0912345678", "x" * 1_001])
async def test_words_that_may_not_go_are_held_back_and_she_is_told(t: Tutor, phone: Phone, words: str):
    await phone.one.tap("Nhắn tin")
    phone.her.send("photo", words, "", "ONE")
    assert "giữ lại" in await phone.arrives()
    await phone.one.tap("Gửi đi")
    await t.tells()
    (sent,) = [each for each in t.channel.sent if each.media]
    assert words not in sent.text
    assert words not in await t.everything()


async def test_an_instructor_who_asks_for_a_code_under_a_picture_is_reported(t: Tutor):
    lan, hoa, cuc = await paired(t)
    await hoa.tap("Nhắn tin")
    await hoa.does(Media("photo", "ONE", "chị đọc mã OTP cho em nhé"))
    assert "giữ lại" in hoa.said
    await t.tells()
    assert "đã giữ lại một tin" in cuc.said and not lan.said


async def test_an_edit_does_not_take_the_pictures_away(t: Tutor, phone: Phone):
    await phone.one.tap("Nhắn tin")
    phone.her.send("photo", "", "77", "ALB0")
    phone.her.edit("chị coi giùm")
    phone.her.send("photo", "", "77", "ALB1")
    await phone.arrives(batch=1)
    await phone.one.tap("Gửi đi")
    await t.tells()
    assert len([each for each in t.channel.sent if each.media]) == 2


async def test_what_was_forwarded_is_asked_about_and_calls_nobody(t: Tutor, phone: Phone):
    assert "Gửi đi" not in phone.one.last.labels
    phone.her.say(CRY, forwarded=True)
    await phone.arrives()
    asked = [button.label for button in phone.one.last.buttons if not button.pinned]
    assert await calls(t) == 0 and len(asked) == 2
    await phone.one.tap(asked[0])
    assert await calls(t) == 1


async def test_forwarded_in_a_lesson_the_place_is_kept(t: Tutor, phone: Phone):
    await phone.one.opens("thu")
    phone.her.say(CRY, forwarded=True)
    await phone.arrives()
    assert await calls(t) == 0
    await phone.one.tap(phone.one.last.labels[1])
    assert "Chụp giúp em" in phone.one.said


@pytest.mark.parametrize("channel", [TELEGRAM, WEB])
async def test_of_a_newcomer_too(t: Tutor, channel: str):
    la = t.learner("la", channel)
    await la.does(Text(CRY, forwarded=True))
    assert await calls(t) == 0 and len(la.last.labels) == 2
    await la.does(Text(CRY))
    assert await calls(t) == 1


async def test_a_scam_she_forwards_to_her_helper_goes_to_the_helper(t: Tutor, phone: Phone):
    await phone.one.tap("Nhắn tin")
    phone.her.say("Bạn đã trúng thưởng xe máy", forwarded=True)
    assert "Đã chuyển" in await phone.arrives()
    assert await calls(t) == 0
