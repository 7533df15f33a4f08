"""From a cry to the people who are called: what is certain, what is asked, what is called off, what is not lost."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.channels.base import Edited, Media
from bot.people.policy.permissions import OPERATOR
from tests.support.builders import book, lesson
from tests.support.harness import TELEGRAM, WEB, Learner, Tutor, tutor

RESCUE = lesson(
    """
    - {say: viec_1, text: "Việc 1: cúp máy, gọi ngân hàng.", wait_tap: Tiếp}
    - choose: viec_2
      text: "Việc 2: gọi ngân hàng."
      options:
        - {id: done, text: Gọi rồi, next: viec_3}
        - {id: stuck, text: Chưa gọi được, ways: [gọi hoài không được]}
    - {say: khac, text: "Ra quầy ngân hàng.", wait_tap: Tiếp}
    - {say: viec_3, text: "Việc 3: báo công an.", wait_tap: Tiếp}
    - {end: het, text: Hết}
    """,
    lesson_id="khan",
    header="emergency: true\n",
)
WARD = "w26041"

LESSON = lesson(
    """
    - task: viec
      text: Làm thử một việc.
      done: Xong rồi
      stuck: {hints: [Kéo lên một chút.]}
    - {end: het, text: Hết}
    """,
    lesson_id="thu",
)
CRY = "tui bị lừa chuyển hết 20 triệu cho nó rồi"
WORRY = "có ông công an gọi kêu tui chuyển tiền"


async def officer(t: Tutor) -> Learner:
    one = await t.learner("cuc", TELEGRAM).meets("Cúc")
    return await one.shows((await t.people.invite(OPERATOR, "officer", WARD)).code)


async def member(t: Tutor, channel: str = TELEGRAM) -> Learner:
    one = await t.learner("lan", channel).meets()
    return await one.shows((await t.people.invite(OPERATOR, "learner", WARD)).code)


@pytest.mark.parametrize("channel", [TELEGRAM, WEB])
async def test_a_cry_in_a_lesson_calls_people_and_keeps_her_place(tmp_path: Path, channel: str):
    async with tutor(tmp_path, book(LESSON, RESCUE)) as t:
        cuc, lan = await officer(t), await member(t, channel)
        await lan.opens("thu")
        await lan.say(CRY)
        assert "Việc 1" in lan.said and "kêu cán bộ Hội giúp chị" in lan.said, "nobody guides her: none is promised"
        assert {"Cần người giúp", "Không phải, tôi nhắn lộn"} <= set(lan.buttons)
        await t.tells()
        assert "KHẨN: chị Lan" in cuc.said and "Đừng hỏi mã" in cuc.said and "giữ máy" not in cuc.said


async def test_a_mistake_is_undone_by_one_button_and_those_called_are_told(tmp_path: Path):
    async with tutor(tmp_path, book(LESSON, RESCUE)) as t:
        cuc, lan = await officer(t), await member(t)
        await lan.opens("thu")
        await lan.say(CRY)
        await t.tells()
        await lan.tap("Không phải, tôi nhắn lộn")
        assert "báo lại cho họ" in lan.said and "Làm thử một việc" in lan.said, "she is back where she was"
        await t.tells()
        assert "không có chuyện gì" in cuc.said
        assert [row["state"] for row in await t.rows("request")] == ["closed"]
        await t.passes(minutes=40)
        assert "VẪN CHƯA AI NHẬN" not in cuc.said
        await lan.say(CRY)
        assert "Việc 1" in lan.said, "the lesson begins anew another time"


@pytest.mark.parametrize("words", ["nhầm rồi", "không phải tôi, tôi kể chuyện thôi", "lộn rồi con ơi"])
async def test_words_call_it_off_too(tmp_path: Path, words: str):
    async with tutor(tmp_path, book(LESSON, RESCUE)) as t:
        cuc, lan = await officer(t), await member(t)
        await lan.say(CRY)
        await t.tells()
        await lan.say(words)
        await t.tells()
        assert "không có chuyện gì" in cuc.said and "Việc" not in lan.said


async def test_a_worry_is_one_question_and_calls_nobody(tmp_path: Path):
    async with tutor(tmp_path, book(LESSON, RESCUE)) as t:
        cuc, lan = await officer(t), await member(t)
        await lan.opens("thu")
        for answer, then in (("Không phải", "Làm thử một việc"), ("Đúng rồi, tôi bị", "Việc 1")):
            heard = len(cuc.heard)
            await lan.say(WORRY)
            assert len(lan.last.buttons) == 2 and not await t.rows("request")
            await t.tells()
            assert len(cuc.heard) == heard
            await lan.tap(answer)
            if answer == "Không phải" and "Học tiếp" in lan.buttons:
                await lan.tap("Học tiếp")
            assert then in lan.said
        await t.tells()
        assert "KHẨN" in cuc.said


async def test_while_it_is_going_on_she_is_told_to_hang_up_first(tmp_path: Path):
    async with tutor(tmp_path, book(LESSON, RESCUE)) as t:
        lan = await (await t.learner().meets()).opens("thu")
        await lan.say("nó đang gọi nè con, nó kêu giữ máy đọc mã")
        assert "cúp máy liền" in lan.said and len(lan.last.buttons) == 2


@pytest.mark.parametrize("words", ["khó quá", "nút ở đâu", "cô không hiểu", "bà không hiểu gì hết con ơi", "rối quá"])
async def test_nothing_carries_her_past_calling_the_bank(tmp_path: Path, words: str):
    async with tutor(tmp_path, book(LESSON, RESCUE)) as t:
        lan = await t.learner().meets()
        await lan.say(CRY)
        await lan.tap("Tiếp")
        await lan.say(words)
        assert "Việc 2" in lan.said and "Gọi rồi" in lan.buttons and "chưa hiểu" not in lan.said


async def test_in_an_emergency_a_human_is_one_tap_or_any_words_away(tmp_path: Path):
    async with tutor(tmp_path, book(LESSON, RESCUE)) as t:
        await officer(t)
        lan = await member(t)
        await lan.say(CRY)
        await lan.tap("Tiếp")
        for ask in ("cho bà nói chuyện với người thật", "có ai đó giúp tui với, máy nói hổng hiểu"):
            await lan.say(ask)
            assert "Việc 2" in lan.said and "chưa hiểu" not in lan.said, ask
        await lan.tap("Cần người giúp")
        assert "Việc 2" in lan.said
        await lan.say("gọi hoài không được")
        assert "Ra quầy" in lan.said


@pytest.mark.parametrize(
    ("cry", "said", "call"),
    [("muốn chết quá", "đừng ở một mình", "không muốn sống"), ("chồng tôi đánh tôi", "tránh xa", "đang bị đánh")],
)
async def test_who_is_in_danger_of_life_is_never_taught_a_lesson(tmp_path: Path, cry: str, said: str, call: str):
    async with tutor(tmp_path, book(LESSON, RESCUE)) as t:
        cuc, lan = await officer(t), await member(t)
        await lan.opens("thu")
        await lan.say(cry)
        assert said in lan.said and "Việc 1" not in lan.said and "chưa hiểu" not in lan.said
        await t.tells()
        assert call in cuc.said and "lừa" not in cuc.said
        await t.passes(minutes=16)
        assert call in cuc.said and "VẪN CHƯA AI NHẬN" in cuc.said


@pytest.mark.parametrize("at", ["greeted", "consent", "name", "address"])
async def test_a_cry_is_heard_at_every_first_question(tmp_path: Path, at: str):
    async with tutor(tmp_path, book(LESSON, RESCUE)) as t:
        lan = t.learner()
        if at != "greeted":
            await lan.say("xin chào")
        if at in ("name", "address"):
            await lan.tap("Đồng ý")
        if at == "address":
            await lan.say("Lan")
        await lan.say(CRY)
        assert "Việc 1" in lan.said


@pytest.mark.parametrize("at", ["greeted", "consent", "name"])
async def test_a_worry_is_asked_at_every_first_question(tmp_path: Path, at: str):
    async with tutor(tmp_path, book(LESSON, RESCUE)) as t:
        lan = t.learner()
        if at != "greeted":
            await lan.say("xin chào")
        if at == "name":
            await lan.tap("Đồng ý")
        await lan.say(WORRY)
        assert "Đúng rồi, tôi bị" in lan.buttons


async def test_a_caption_and_an_edit_pass_the_same_ear(tmp_path: Path):
    async with tutor(tmp_path, book(LESSON, RESCUE)) as t:
        lan = await t.learner("lan", TELEGRAM).meets()
        await lan.opens("thu")
        await lan.does(Edited("tui làm xong rồi"))
        assert lan.said == "" or "Làm thử" not in lan.said
        await lan.does(Media("photo", "f1", CRY))
        assert "Việc 1" in lan.said
        mai = await t.learner("mai", TELEGRAM).meets("Mai")
        await mai.does(Edited(CRY))
        assert "Việc 1" in mai.said


async def test_silence_in_an_emergency_is_asked_after_in_a_quarter_of_an_hour_also_at_night(tmp_path: Path):
    async with tutor(tmp_path, book(LESSON, RESCUE)) as t:
        lan = await t.learner().meets()
        t.clock.passes(hours=14)  # 22:00
        await lan.say(CRY)
        await lan.tap("Tiếp")
        heard = len(lan.heard)
        await t.passes(minutes=10)
        assert len(lan.heard) == heard
        await t.passes(minutes=6)
        assert "gọi ngân hàng được chưa" in "\n".join(message.text for message in lan.heard[heard:])
        heard = len(lan.heard)
        await t.passes(minutes=61)
        assert "gọi ngân hàng được chưa" in "\n".join(message.text for message in lan.heard[heard:])
        heard = len(lan.heard)
        await t.passes(hours=3)
        assert len(lan.heard) == heard, "twice is enough"


async def test_silence_is_asked_after_also_where_nothing_may_be_kept(tmp_path: Path):
    async with tutor(tmp_path, book(LESSON, RESCUE)) as t:
        lan = t.learner()
        await lan.say("xin chào")
        await lan.say(CRY)
        await lan.tap("Tiếp")
        heard = len(lan.heard)
        await t.passes(minutes=16)
        assert "Gọi ngân hàng được chưa" in "\n".join(message.text for message in lan.heard[heard:])


async def test_english_cries_and_commands_are_heard(tmp_path: Path):
    async with tutor(tmp_path, book(LESSON, RESCUE)) as t:
        lan = await t.learner().meets()
        await lan.say("I was scammed, they took my money")
        assert "Việc 1" in lan.said
        await lan.say("my mistake")
        await lan.say("talk to a human")
        assert "chưa hiểu" not in lan.said


async def test_an_edit_that_is_no_cry_gets_one_kind_line_and_moves_nothing(tmp_path: Path):
    async with tutor(tmp_path, book(LESSON, RESCUE)) as t:
        lan = await t.learner().meets()
        await lan.opens("thu")
        before = (await t.state(lan)).open_run
        await lan.does(Edited("tui làm xong rồi"))
        assert "nhắn lại một tin mới" in lan.said
        assert (await t.state(lan)).open_run == before
        await lan.does(Edited("tui làm xong rồi nha"))
        assert not lan.said, "a flood of edits is answered once a minute"
        t.clock.passes(minutes=2)
        await lan.does(Edited("làm xong"))
        assert "nhắn lại một tin mới" in lan.said
        nobody = t.learner("moi")
        await nobody.does(Edited("chào em"))
        assert not nobody.said


@pytest.mark.parametrize("kind", ["photo", "video", "voice", "file"])
@pytest.mark.parametrize("album", ["", "A1"])
async def test_a_cry_under_a_picture_is_heard_at_the_menu_in_a_lesson_and_before_consent(
    tmp_path: Path, kind: str, album: str
):
    async with tutor(tmp_path, book(LESSON, RESCUE)) as t:
        new, at_menu, inside = t.learner("1"), await t.learner("2").meets("Mai"), await t.learner("3").meets("Thu")
        await inside.opens("thu")
        for each in (new, at_menu, inside):
            await each.does(Media(kind, "f1", CRY, album))
            assert "Việc 1" in each.said


# --- a cry in the lesson that a cry has opened ---


async def helped(t: Tutor, channel: str = TELEGRAM) -> tuple[Learner, Learner]:
    """A cry that the officer has taken."""
    cuc, lan = await officer(t), await member(t, channel)
    await lan.say(CRY)
    await t.tells()
    await cuc.tap("Tôi lo việc này")
    await t.tells()
    return cuc, lan


@pytest.mark.parametrize("at", ["Việc 1", "Việc 2"])
@pytest.mark.parametrize("words", ["tôi bị lừa rồi", "tôi lại bị lừa nữa rồi", CRY])
async def test_whoever_cries_again_when_all_was_settled_is_heard_anew(tmp_path: Path, at: str, words: str):
    async with tutor(tmp_path, book(LESSON, RESCUE)) as t:
        cuc, lan = await helped(t, WEB)
        await lan.say("tiếp") if at == "Việc 2" else None
        await cuc.tap("Xong rồi")
        await t.tells()
        await lan.say(words)
        assert "kêu cán bộ Hội giúp chị" in lan.said and "Việc" in lan.said, "she is told, and keeps her place"
        await t.tells()
        assert "KHẨN: chị Lan" in cuc.said
        assert sorted(row["state"] for row in await t.rows("request")) == ["closed", "waiting"]


async def test_a_cry_while_somebody_sees_to_it_reaches_that_one_and_opens_no_second(tmp_path: Path):
    async with tutor(tmp_path, book(LESSON, RESCUE)) as t:
        cuc, lan = await helped(t)
        await lan.say("tôi bị lừa rồi")
        assert "Chị Cúc (cán bộ Hội) đã nhận" in lan.said
        await t.tells()
        assert "chị Lan (hội viên) vừa kêu cứu thêm lần nữa" in cuc.said and "Nhắn tin" in cuc.buttons
        heard = len(cuc.heard)
        await lan.say("nó lấy hết tiền của tui rồi")
        await t.tells()
        assert len(cuc.heard) == heard, "a tale of many messages rings once"
        await t.passes(minutes=3)
        await lan.say("tôi bị lừa rồi")
        await t.tells()
        assert "kêu cứu thêm lần nữa" in cuc.said
        assert len(await t.rows("request")) == 1


async def test_a_cry_to_an_officer_who_has_done_with_it_is_not_lost_in_writing(tmp_path: Path):
    async with tutor(tmp_path, book(LESSON, RESCUE)) as t:
        cuc, lan = await helped(t, WEB)
        request = (await t.rows("request"))[0]["request_id"]
        await lan.tap_token(f"y:talk:{request}")
        await lan.say("em ơi")
        await cuc.tap_token(f"o:done:{request}")
        await t.tells()
        await lan.say(CRY)
        await t.tells()
        assert "KHẨN: chị Lan" in cuc.said
