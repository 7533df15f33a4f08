"""What a message says beside its words: which buttons have a tone, what is private, what can be copied."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from bot.channels.base import Button, Outgoing
from bot.conversation.packing import pack, unpack
from bot.conversation.policy.buttons import toned
from bot.conversation.policy.registry import SUBJECTS
from bot.tutor.turn import OutgoingReply
from storage.conversations.records import OutboxRow
from tests.services.test_offers import LESSON, village
from tests.support.builders import book
from tests.support.harness import tutor

NOW = datetime(2026, 11, 29, tzinfo=UTC)


def through_outbox(body: str) -> Outgoing:
    return unpack(OutboxRow("telegram:1", "5", 1, body, NOW))


def test_only_what_helps_or_cannot_be_undone_has_a_tone():
    tokens = (
        "s:1:dung",
        "s:1:sai",
        "d:yes",
        "d:no",
        "g:emergency",
        "g:menu",
        "o:accept:abc",
        "o:later:abc",
        "y:over:1",
    )
    tones = [button.tone for button in toned(tuple(Button(token, "x") for token in tokens))]
    assert tones == ["", "", "danger", "", "danger", "", "right", "", "danger"]
    unchanged = (Button("s:1:dung", "x"), Button("g:menu", "y"))
    assert toned(unchanged) is unchanged


def test_a_tone_is_of_a_button_that_there_is():
    assert [(each.prefix, what) for each in SUBJECTS for what in each.tones.keys() - each.taps.keys()] == []


def test_all_of_it_waits_in_the_outbox():
    spot = (10.0, 20.0, 5.5, 7.0)
    buttons = (Button("d:yes", "Xóa hết"), Button("o:take:1", "Nhận", True), Button("g:x", "y", spot=spot))
    reply = OutgoingReply("Mã", buttons, about="p1", private=True, copies=(("Chép", "k7qf-9fht"),))
    back = through_outbox(pack(reply, unasked=True))
    assert (back.text, back.buttons, back.unasked) == ("Mã", buttons, True)
    assert (back.private, back.copies) == (True, (("Chép", "k7qf-9fht"),))


def test_a_row_of_an_older_program_is_read():
    old = through_outbox('["Chọn", [["g:menu", "Bài"], ["o:take:1", "Nhận", true]]]')
    assert old.buttons == (Button("g:menu", "Bài"), Button("o:take:1", "Nhận", True))
    assert (old.unasked, old.media, old.private, old.copies) == (False, (), False, ())


async def test_an_invitation_is_private_and_its_code_and_link_can_be_copied(tmp_path: Path):
    async with tutor(tmp_path, book(LESSON)) as t:
        *_, cuc = await village(t)
        await cuc.say("mời hội viên mới")
        outgoing = next(each for each in t.channel.sent if each.copies)
        assert outgoing.private
        for label, text in outgoing.copies:
            assert text in outgoing.text, "where nothing can be copied it stands there to be read"
            assert label.startswith("Chép ")
        assert [each for each in t.channel.sent if each.private] == [outgoing]


async def test_words_for_another_phone_are_private_and_not_to_be_passed_on(tmp_path: Path):
    async with tutor(tmp_path, book(LESSON)) as t:
        lan, *_ = await village(t)
        await lan.say("nối máy")
        (words,) = [each for each in t.channel.sent if each.private]
        assert "bốn chữ" in words.text and words.copies == ()
