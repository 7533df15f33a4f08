"""Asking for a human in the chat: offered, taken, passed on; the lesson waits at the same step; nobody is forgotten."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.channels.base import LearnerGone, Tap
from bot.pairing.requests import Requests
from bot.pairing.service import Sweep
from bot.people.policy.permissions import OPERATOR
from storage.engine.instants import to_ms
from tests.support.builders import book, lesson
from tests.support.harness import TELEGRAM, WEB, Learner, Tutor, tutor

WARD, PROVINCE = "w26041", "dong-nai"
LESSON = lesson(
    """
    - {say: mo, text: Mở đầu, wait_tap: Tiếp}
    - help: nho
      text: Em nhờ người chỉ.
      sla: 2h
      fallback: het
      next: het
    - {end: het, text: Hết}
    """
)
PAIR = lesson(
    """
    - pair: ghep
      text: Tìm người cùng học.
      accept_in: 8h
      next: sau
      on_none: khong
    - {say: sau, text: Có bạn học rồi, wait_tap: Tiếp}
    - {end: khong, text: Chưa có ai}
    """
)
SAFETY = lesson("- {say: nghi, text: Nghỉ, wait_tap: Tiếp}\n- {end: het, text: Hết}")

CHANNELS = pytest.mark.parametrize("channel", [TELEGRAM, WEB])


async def member(t: Tutor, chat: str, name: str, role: str, channel: str = TELEGRAM, area: str = WARD) -> Learner:
    one = await t.learner(chat, channel).meets(name)
    return await one.shows((await t.people.invite(OPERATOR, role, area)).code)


async def instructor(t: Tutor, chat: str = "hoa", name: str = "Hoa", channel: str = TELEGRAM) -> Learner:
    return await (await member(t, chat, name, "instructor", channel)).tap("Tôi hứa")


async def village(t: Tutor, channel: str = TELEGRAM) -> tuple[Learner, Learner, Learner]:
    """A learner, an instructor, an officer of one ward."""
    lan = await member(t, "lan", "Lan", "learner", channel)
    hoa = await instructor(t, channel=channel)
    cuc = await member(t, "cuc", "Cúc", "officer", channel)
    return lan, hoa, cuc


@CHANNELS
async def test_help_in_a_lesson_reaches_the_instructor_and_the_lesson_waits(tmp_path: Path, channel: str):
    async with tutor(tmp_path, book(LESSON)) as t:
        lan, hoa, _ = await village(t, channel)
        await lan.opens("thu")
        await lan.tap("Tiếp")
        assert "đang hỏi một người ở gần" in lan.said and lan.last.labels == ("Học tiếp", "Bỏ yêu cầu")
        await t.tells()
        assert "chị Lan (hội viên) ở Phường Trấn Biên" in hoa.said and "Bài thu" in hoa.said
        assert hoa.last.labels == ("Nhận giúp", "Để lát nữa", "Lần này chưa được")
        await hoa.tap("Nhận giúp")
        assert "cảm ơn" in hoa.said and "Nhắn tin" in hoa.last.labels
        await t.tells()
        assert "Có người chỉ cho chị rồi: chị Hoa" in lan.said
        (pairing,) = await t.rows("pairing")
        assert pairing["state"] == "open"
        await t.crash()
        assert "Hết" in (await lan.tap_token(step_token(lan, "Học tiếp"))).said


def step_token(learner: Learner, label: str) -> str:
    """The button of the lesson, though something was said below it."""
    return next(b.token for m in reversed(learner.heard) for b in m.buttons if b.label == label)


async def test_a_pair_step_goes_on_when_somebody_accepts(tmp_path: Path):
    async with tutor(tmp_path, book(PAIR)) as t:
        lan, hoa, _ = await village(t)
        await lan.opens("thu")
        assert "Em giữ chỗ này" in lan.said
        await t.tells()
        await hoa.tap("Nhận giúp")
        await t.tells()
        assert "Hoa" in lan.said and "Có bạn học rồi" in lan.said


async def test_silence_passes_her_on_and_then_the_officer_is_told(tmp_path: Path):
    async with tutor(tmp_path, book(PAIR)) as t:
        lan, hoa, cuc = await village(t)
        await lan.say("nhờ người chỉ")
        await t.tells()
        assert "Nhận giúp" in hoa.last.labels
        await t.passes(hours=5)
        assert "chưa rảnh" in lan.said or "chưa có người chỉ nào rảnh" in lan.said
        for _ in range(12):
            await t.passes(hours=5)
        assert any("chờ từ" in message.text for message in cuc.heard)
        (request,) = await t.rows("request")
        assert request["owner_kind"] == "officer" and request["state"] == "waiting"
        await t.passes(hours=9)  # morning
        token = next(b.token for m in reversed(cuc.heard) for b in m.buttons if b.label == "Tôi lo việc này")
        await cuc.tap_token(token)
        assert "Cúc" not in cuc.said and "Xong rồi" in cuc.last.labels
        await t.tells()
        assert "Chị Cúc (cán bộ Hội) đã nhận việc của chị" in lan.said
        await cuc.tap("Xong rồi")
        await t.tells()
        assert "báo đã lo xong" in lan.said
        (request,) = await t.rows("request")
        assert request["state"] == "closed"


async def test_yesterdays_offer_and_a_strangers_tap_do_nothing(tmp_path: Path):
    async with tutor(tmp_path, book(PAIR)) as t:
        lan, hoa, _ = await village(t)
        await lan.say("nhờ người chỉ")
        await t.tells()
        token = hoa.buttons["Nhận giúp"]
        await lan.tap_token(token)
        assert "đã quá giờ" in lan.said and not await t.rows("pairing")
        await t.passes(days=1)
        await hoa.tap_token(token)
        assert "đã quá giờ" in hoa.said and not await t.rows("pairing")
        await hoa.tap_token("o:accept:khong-co")
        await hoa.tap_token("o:bay:1")
        assert not await t.rows("pairing")


async def test_a_cry_for_help_rings_at_night_on_both_phones(tmp_path: Path):
    async with tutor(tmp_path, book(SAFETY)) as t:
        lan, hoa, cuc = await village(t)
        await lan.say("nhờ người chỉ")
        await t.tells()
        await hoa.tap("Nhận giúp")
        await t.tells()
        t.clock.passes(hours=14)  # 22:00
        await lan.say("tôi bị lừa mất tiền rồi")
        assert "Chị cúp máy liền" in lan.said and "kêu người chỉ và cán bộ Hội giúp chị" in lan.said
        await t.tells()
        assert "KHẨN: chị Lan" in hoa.said and "KHẨN: chị Lan" in cuc.said
        await t.passes(minutes=16)
        assert "VẪN CHƯA AI NHẬN" in cuc.said
        await cuc.tap("Tôi lo việc này")
        await t.tells()
        assert "Chị Cúc (cán bộ Hội) đã nhận việc của chị" in lan.said
        assert "Chị Cúc (cán bộ Hội) đã nhận việc khẩn" in hoa.said


async def test_without_anybody_nothing_is_promised(tmp_path: Path):
    async with tutor(tmp_path, book(SAFETY)) as t:
        lan = await t.learner().meets()
        await lan.say("nhờ người chỉ")
        assert "chưa có cán bộ Hội" in lan.said
        await lan.say("tôi bị lừa mất tiền rồi")
        assert "đừng chuyển thêm" in lan.said and "đang gọi" not in lan.said


async def test_a_stranger_goes_to_the_officer_and_is_paired_once_confirmed(tmp_path: Path):
    async with tutor(tmp_path, book(SAFETY)) as t:
        hoa = await instructor(t)
        cuc = await member(t, "cuc", "Cúc", "officer")
        mai = await t.learner("mai").meets("Mai")
        await mai.say("nhờ người chỉ")
        assert "nhờ cán bộ Hội xem tên chị" in mai.said
        await t.tells()
        assert "Mai" in cuc.said and "chưa được xác nhận" in cuc.said and not hoa.said
        await mai.shows((await t.people.invite(OPERATOR, "learner", WARD)).code)
        await t.tells()
        assert "Mai" in hoa.said and "Nhận giúp" in hoa.last.labels


async def test_every_update_twice_pairs_once(tmp_path: Path):
    async with tutor(tmp_path, book(PAIR)) as t:
        lan, hoa, _ = await village(t)
        await lan.say("nhờ người chỉ")
        await t.tells()
        accept = hoa.update(Tap(hoa.buttons["Nhận giúp"]))
        await t.deliver(accept, accept)
        await t.deliver(accept)
        await t.tells()
        await t.tells()
        assert len(await t.rows("pairing")) == 1 and not await t.rows("notice")
        assert sum("Có người chỉ cho chị rồi" in m.text for m in lan.heard) == 1


async def test_suspension_passes_her_learners_on_at_once(tmp_path: Path):
    async with tutor(tmp_path, book(PAIR)) as t:
        lan, hoa, _ = await village(t)
        be = await instructor(t, "be", "Bé")
        await lan.say("nhờ người chỉ")
        await t.tells()
        first, other = (hoa, be) if "Nhận giúp" in hoa.last.labels else (be, hoa)
        await first.tap("Nhận giúp")
        (row,) = await t.rows("pairing")
        await t.people.suspend(OPERATOR, row["instructor_id"])
        await t.tells()
        assert "không tiếp tục được" in "".join(m.text for m in lan.heard)
        assert "Nhận giúp" in other.last.labels


async def test_she_changes_her_instructor_in_confidence(tmp_path: Path):
    async with tutor(tmp_path, book(PAIR)) as t:
        lan, hoa, cuc = await village(t)
        be = await instructor(t, "be", "Bé")
        await lan.say("nhờ người chỉ")
        await t.tells()
        first, other = (hoa, be) if "Nhận giúp" in hoa.last.labels else (be, hoa)
        await first.tap("Nhận giúp")
        await t.tells()
        await lan.say("doi nguoi chi cho tui di")
        assert "Không ai hỏi vì sao" in lan.said and len(await t.rows("request")) == 1
        await lan.tap("Đổi giúp tôi")
        await t.tells()
        assert not first.said and "Nhận giúp" in other.last.labels
        await other.tap("Nhận giúp")
        await t.tells()
        assert "Hội đã nhờ người khác" in first.said and "đổi" not in first.said
        await t.passes(hours=10)
        assert any("xin đổi người chỉ" in message.text for message in cuc.heard)


async def test_whoever_was_only_asked_has_not_helped(tmp_path: Path):
    async with tutor(tmp_path, book(SAFETY)) as t:
        lan, hoa, cuc = await village(t)
        await lan.say("tôi bị lừa mất tiền rồi")
        request = (await t.rows("request"))[0]["request_id"]
        for one in (cuc, hoa):
            await one.tap_token(f"o:done:{request}")
        assert (await t.rows("request"))[0]["state"] == "waiting"


async def test_a_cry_that_was_taken_is_asked_after_within_the_hour(tmp_path: Path):
    async with tutor(tmp_path, book(SAFETY)) as t:
        lan, _, cuc = await village(t)
        t.clock.passes(hours=13)
        await lan.say("tôi bị lừa mất tiền rồi")
        await t.tells()
        await cuc.tap("Tôi lo việc này")
        await t.passes(minutes=61)
        await t.tells()
        said = "".join(message.text for message in lan.heard[-3:])
        assert "đã giúp chị xong chưa" in said
        await lan.tap("Chưa ai giúp")
        await t.passes(minutes=1)
        assert "nói chưa ai giúp" in "".join(message.text for message in cuc.heard[-3:])


async def test_an_officer_is_not_her_own_rescuer(tmp_path: Path):
    async with tutor(tmp_path, book(SAFETY)) as t:
        _, _, cuc = await village(t)
        await cuc.say("tôi bị lừa mất tiền rồi")
        request = (await t.rows("request"))[0]
        assert request["owner_id"] is None
        await cuc.tap_token(f"o:take:{request['request_id']}")
        assert (await t.rows("request"))[0]["state"] == "waiting"


async def test_two_phones_of_one_woman_do_not_make_her_her_own_instructor(tmp_path: Path):
    async with tutor(tmp_path, book(SAFETY)) as t:
        hoa = await instructor(t)
        second = await member(t, "hai", "Hoa Hai", "learner")
        await second.say("nhờ người chỉ")
        await t.tells()
        await hoa.tap("Nhận giúp")
        her = next(str(row["learner_id"]) for row in await t.rows("person") if row["name"] == "Hoa")
        await second.shows(await t.people.code_back(OPERATOR, her))
        assert len(await t.rows("person")) == 1
        assert all(row["state"] == "ended" for row in await t.rows("pairing"))


# --- who has blocked the tutor ---


async def test_who_blocked_the_tutor_is_passed_over_and_asked_again_when_she_is_back(tmp_path: Path):
    async with tutor(tmp_path, book(LESSON)) as t:
        lan, hoa, _ = await village(t)
        mai = await instructor(t, "mai", "Mai")
        await lan.say("nhờ người chỉ")
        await t.tells()
        asked, other = (hoa, mai) if "Nhận giúp" in hoa.last.labels else (mai, hoa)
        await asked.leaves()
        await t.tells()
        assert "Nhận giúp" in other.last.labels
        assert "đang bận" in lan.said or "người khác" in lan.said
        await other.leaves()
        await t.tells()
        (request,) = await t.rows("request")
        assert (request["state"], request["owner_kind"]) == ("waiting", "officer")
        lines = await Requests(t.people, t.pairing).explain(OPERATOR, request["request_id"])
        assert any("2 người không nhắn tới được" in line for line in lines)
        await asked.returns()
        await t.tells()
        assert "Nhận giúp" in asked.last.labels


async def test_an_officer_who_proves_to_be_gone_costs_a_cry_no_quarter_of_an_hour(tmp_path: Path):
    async with tutor(tmp_path, book(SAFETY)) as t:
        lan, _, cuc = await village(t)
        top = await member(t, "tinh", "Tỉnh", "officer", area=PROVINCE)
        t.channel.fault = lambda outgoing, plain: LearnerGone("blocked") if outgoing.chat_id == "cuc" else None
        await lan.say("tôi bị lừa mất tiền rồi")
        await t.tells()
        await t.tells()
        assert "KHẨN" not in "\n".join(message.text for message in cuc.heard)
        assert "KHẨN" in "\n".join(message.text for message in top.heard)


@pytest.mark.parametrize("words", ["tôi bị lừa mất tiền rồi", "nhờ người chỉ"])
@pytest.mark.parametrize("comes", ["returns", "is invited"])
async def test_what_is_left_with_nobody_is_looked_at_the_moment_an_officer_comes(
    tmp_path: Path, words: str, comes: str
):
    async with tutor(tmp_path, book(SAFETY)) as t:
        lan = await member(t, "lan", "Lan", "learner")
        if comes == "returns":
            cuc = await member(t, "cuc", "Cúc", "officer")
            await cuc.leaves()
        await lan.say(words)
        await t.tells()
        assert (await t.rows("request"))[0]["owner_kind"] == "nobody"
        cuc = await cuc.returns() if comes == "returns" else await member(t, "cuc", "Cúc", "officer")
        await t.passes(seconds=1)
        assert (await t.rows("request"))[0]["owner_kind"] == "officer"
        assert ("⚠️ KHẨN" if "lừa" in words else "cần người chỉ") in await _list_of(cuc)
        if "lừa" in words:
            assert any("VẪN CHƯA AI NHẬN: chị Lan" in message.text for message in cuc.heard)


async def _list_of(officer: Learner) -> str:
    await officer.say("việc của cán bộ")
    return "\n".join(officer.last.labels)


async def test_who_leaves_while_the_sweep_looks_is_not_asked(tmp_path: Path):
    async with tutor(tmp_path, book(LESSON)) as t:
        lan, hoa, _ = await village(t)
        t.clock.passes(hours=13)  # 21:00
        await lan.say("nhờ người chỉ")
        t.clock.passes(hours=12)
        sweep = Sweep(t.database, t.pairing, lambda: to_ms(t.clock.now()))
        await sweep.load()
        await hoa.leaves()
        await sweep.step()
        assert (sweep.seen, await t.rows("offer")) == (1, [])


async def test_the_hourly_sweep_passes_over_who_cannot_be_reached(tmp_path: Path):
    async with tutor(tmp_path, book(LESSON)) as t:
        lan, hoa, _ = await village(t)
        await hoa.leaves()
        await lan.say("nhờ người chỉ")
        for _ in range(3):
            await t.passes(hours=1)
        assert not await t.rows("offer")


# --- she knows who is asked; every offer can be answered; both hear the end ---


@CHANNELS
async def test_help_at_the_menu_says_who_is_asked_and_can_be_called_off(tmp_path: Path, channel: str):
    async with tutor(tmp_path, book(LESSON)) as t:
        lan, hoa, _ = await village(t, channel)
        await lan.say("menu")
        await lan.say("giúp")
        assert "0912 345 678" in lan.said and "đang hỏi một người ở gần" in lan.said
        assert lan.last.labels == ("Bài thu", "Bỏ yêu cầu"), "one bubble, all of it under her thumb"
        await t.tells()
        assert "Nhận giúp" in hoa.last.labels
        await lan.tap("Bỏ yêu cầu")
        assert "đã bỏ yêu cầu" in lan.said and "Bài thu" in lan.last.labels
        await hoa.tap("Nhận giúp")
        assert "đã xong" in hoa.said
        await lan.tap("Bài thu")
        assert "Mở đầu" in lan.said


async def test_her_own_instructor_is_named_to_her_and_in_a_lesson_its_buttons_stay(tmp_path: Path):
    async with tutor(tmp_path, book(LESSON)) as t:
        lan, hoa, _ = await village(t)
        await lan.say("nhờ người chỉ")
        await t.tells()
        await hoa.tap("Nhận giúp")
        await t.tells()
        await lan.opens("thu")
        await lan.tap("Tiếp")
        assert "đã nhắn chị Hoa" in lan.said
        assert list(lan.buttons) == ["Học tiếp", "Việc khác", "Bỏ yêu cầu", "💬 Nhắn cho chị Hoa"]
        await lan.say("bỏ yêu cầu")
        assert "đã bỏ yêu cầu" in lan.said
        assert list(lan.buttons) == ["Học tiếp", "Việc khác", "💬 Nhắn cho chị Hoa"]
        assert "Hết" in (await lan.tap("Học tiếp")).said


@CHANNELS
async def test_every_open_offer_can_be_answered_wherever_it_stands(tmp_path: Path, channel: str):
    async with tutor(tmp_path, book(LESSON)) as t:
        lan, hoa, _ = await village(t, channel)
        others = [await member(t, name, name, "learner", channel) for name in ("Mai", "Thu")]
        for each in (lan, *others):
            await each.say("nhờ người chỉ")
            await t.tells()
        assert hoa.last.labels[-1] == "Lời mời chờ trả lời (3)"
        await hoa.tap("Lời mời chờ trả lời (3)")
        assert [label.split(" ·")[0] for label in hoa.last.labels[:3]] == ["Chị Lan", "Chị Mai", "Chị Thu"]
        await hoa.say("1")
        assert "Có chị Lan" in hoa.said
        await hoa.tap("Nhận giúp")
        assert hoa.last.labels == ("Nhắn tin", "Lời mời chờ trả lời (2)")
        await hoa.tap("Lời mời chờ trả lời (2)")
        await hoa.tap(next(label for label in hoa.last.labels if "Mai" in label))
        await hoa.tap("Lần này chưa được")
        await hoa.tap("Lời mời chờ trả lời (1)")
        assert "Có chị Thu" in hoa.said, "where one is left nothing is asked first"
        await hoa.tap("Nhận giúp")
        assert "Lời mời" not in "".join(hoa.last.labels)
        names = {row["learner_id"] for row in await t.rows("pairing")}
        assert len(names) == 2


@CHANNELS
@pytest.mark.parametrize("way", [("xóa dữ liệu", "Xóa hết"), ("rút đồng ý", "")])
async def test_whoever_guided_her_hears_that_she_has_left(tmp_path: Path, channel: str, way: tuple[str, str]):
    async with tutor(tmp_path, book(LESSON)) as t:
        lan, hoa, _ = await village(t, channel)
        await lan.say("nhờ người chỉ")
        await t.tells()
        await hoa.tap("Nhận giúp")
        await hoa.tap("Nhắn tin")
        heard = len(hoa.heard)
        await lan.say(way[0])
        if way[1]:
            await lan.tap(way[1])
        await t.tells()
        told = "\n".join(message.text for message in hoa.heard[heard:])
        assert "vừa thôi học với chị" in told and "Lan" not in told
        await hoa.say("chị nhớ bấm nút xanh nha")
        assert "không nhắn cho nhau" in hoa.said, "what she writes to her now is not lost without a word"
        assert "bấm nút xanh" not in await t.everything()


async def test_who_cried_and_deletes_everything_is_not_forgotten_by_those_who_were_called(tmp_path: Path):
    async with tutor(tmp_path, book(SAFETY)) as t:
        lan, hoa, cuc = await village(t)
        await lan.say("nhờ người chỉ")
        await t.tells()
        await hoa.tap("Nhận giúp")
        await lan.say("tôi bị lừa mất tiền rồi")
        await t.tells()
        await lan.say("xóa dữ liệu")
        await lan.tap("Xóa hết")
        await t.tells()
        for each in (hoa, cuc):
            assert any("vừa tự xóa hết" in message.text for message in each.heard)
            assert "Lan" not in each.last.text


async def test_a_learner_who_blocks_the_tutor_is_told_of_to_her_instructor_and_nothing_is_lost_on_the_way(
    tmp_path: Path,
):
    async with tutor(tmp_path, book(LESSON)) as t:
        lan, hoa, _ = await village(t)
        await lan.say("nhờ người chỉ")
        await t.tells()
        await hoa.tap("Nhận giúp")
        await t.tells()
        write = hoa.buttons["Nhắn tin"]
        await lan.leaves()
        await t.tells()
        assert "không nhắn tới chị Lan được nữa" in hoa.said
        await hoa.tap_token(write)
        await hoa.say("chị nhớ bấm nút xanh nha")
        assert "tin này chưa gửi đi" in hoa.said and await t.rows("relay") == []
        await lan.returns()
        await hoa.say("chị nhớ bấm nút xanh nha")
        await t.tells()
        assert "nút xanh" in lan.said


@CHANNELS
async def test_what_is_urgent_is_not_called_off_in_passing_but_as_a_mistake(tmp_path: Path, channel: str):
    async with tutor(tmp_path, book(SAFETY)) as t:
        lan, _, cuc = await village(t, channel)
        await lan.say("tôi bị lừa mất tiền rồi")
        assert [row["kind"] for row in await t.rows("request")] == ["safety"], "one cry is one request"
        await t.tells()
        await lan.say("bỏ yêu cầu")
        assert "Việc khẩn thì em chưa bỏ" in lan.said and "không có yêu cầu nào" not in lan.said
        await lan.tap("Không phải, tôi nhắn lộn")
        await t.tells()
        assert any("không có chuyện gì" in message.text for message in cuc.heard)
        assert [row["state"] for row in await t.rows("request")] == ["closed"]
        await lan.say("bỏ yêu cầu")
        assert "không có yêu cầu nào" in lan.said


async def test_calling_off_takes_what_is_not_urgent_and_says_what_stays(tmp_path: Path):
    async with tutor(tmp_path, book(SAFETY)) as t:
        lan, *_ = await village(t)
        await lan.say("nhờ người chỉ")
        await lan.say("tôi bị lừa mất tiền rồi")
        await lan.say("bỏ yêu cầu")
        assert "đã bỏ yêu cầu" in lan.said and "Việc khẩn thì em chưa bỏ" in lan.said
        assert {row["kind"]: row["state"] for row in await t.rows("request")} == {"pair": "closed", "safety": "waiting"}


@CHANNELS
async def test_what_an_officer_has_taken_she_gives_to_an_instructor_in_the_chat(tmp_path: Path, channel: str):
    async with tutor(tmp_path, book(LESSON)) as t:
        lan, hoa, cuc = await village(t, channel)
        await lan.say("nhờ người chỉ")
        request_id = (await t.rows("request"))[0]["request_id"]
        await cuc.tap_token(f"o:take:{request_id}")
        await cuc.tap("Nhờ người khác")
        assert "người chỉ thì em hỏi ngay" in cuc.said
        hoa.heard.clear()
        await cuc.tap("chị Hoa (người chỉ bài)")
        assert "không còn ở chị nữa" in cuc.said
        await t.tells()
        assert "Nhận giúp" in hoa.last.labels and "Em đang hỏi người khác cho chị" in lan.said
        await hoa.tap("Nhận giúp")
        await t.tells()
        assert [row["state"] for row in await t.rows("pairing")] == ["open"]
