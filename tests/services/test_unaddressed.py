"""Before the learner has said what she wants to be called, she is called nothing, whatever she does."""

from __future__ import annotations

import re
from itertools import count
from pathlib import Path

import pytest

from bot.channels.base import Body, Media, Tap, Text
from flows.run import ADDRESSES, DEFAULT_ADDRESS, UNADDRESSED, render
from flows.unaddressed import without_form
from tests.support.builders import real_book
from tests.support.harness import TELEGRAM, WEB, Learner, Tutor, tutor

CALLED = re.compile(r"\b(?:[Cc]hị|[Ee]m)\b(?! em| ấy)")
"""The words of the usual pair; "chị em" are sisters, "chị ấy" is another woman."""

SAID = (
    "xin chào", "chào em", "cảm ơn nhiều", "mệt quá", "thôi bye", "đồ ngu", "máy hay người vậy", "giỏi quá", "ờ",
    "hôm nay trời mưa", "asdfghjk", "không hiểu", "khó quá", "?", "👍", "😀😀", "a" * 3_000,
    "con muốn học nhận lương hưu",
    "tôi muốn chết", "chồng đánh tôi", "tôi bị lừa mất tiền rồi", "hình như tôi bị lừa", "nó đang gọi kêu chuyển tiền",
    "mã OTP của tôi là 482913", "căn cước 075162001234", "mật khẩu là hoa123456", "thẻ 9704 1234 5678 9012",
    "OTP là gì", "lương hưu nhận qua đâu", "tỷ giá đô hôm nay", "sao mà biết tin giả", "cho tôi gặp người thật",
    "tin này có lừa không", "tin này có lừa không: trúng thưởng 50 triệu, chuyển phí 500k vào số 0900000001",
    "Bưu điện: đơn của bạn bị giữ, bấm https://vnpost-phi.top nộp 20.000đ trong 24 giờ, nếu không sẽ hủy.",
    "nói với người chỉ giùm tôi", "/start", "0912345678", "ABCD-EFGH-2345", "sửa lại tên", "bà Sáu nói gì vậy ta",
)  # fmt: skip
KINDS = ("photo", "voice", "sticker", "video", "file", "place", "contact", "other")
STAGES: dict[str, tuple[str, ...]] = {
    "new": (), "consent": ("chào",), "name": ("chào", "đồng ý"), "address": ("chào", "đồng ý", "Lan"),
}  # fmt: skip


def everything_said() -> tuple[str, ...]:
    """Every word that is understood everywhere, as it is first listed, and what is not understood as one."""
    words = real_book().words
    return (*dict.fromkeys((*(ways[0] for ways in words.commands.values()), *SAID)),)


def test_in_no_sentence_is_anything_left_of_a_form_of_address():
    book = real_book()
    texts = [
        *book.phrases.values(), *(each.say for each in book.answers),
        *(step.text for lesson in book.versions.values() for step in lesson.steps),
    ]  # fmt: skip
    for text in texts:
        said = render(text, UNADDRESSED, "Lan", {}, "…")
        assert not re.search(r"\{([Cc]hị|[Ee]m|ten)\}|\ue002|  |^\s| [,.](?!\w)", said), (text, said)
        assert said[:1] == said[:1].upper() or text[:1] != text[:1].upper(), (text, said)


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("{Dạ}, {em} chào {chị}. Hôm nay {chị} muốn học gì nè?", "Xin chào. Hôm nay muốn học gì nè?"),
        ("{Chị} {ten} ơi, bài còn đó. {Em} giữ cho {chị}.", "Bài còn đó. Cầm Tay giữ."),
        ("Không phải lỗi của {chị}.", "Không phải lỗi của mình."),
        ("{Chị} viết lại giúp {em} {nhé}.", "Viết lại nha."),
        ("{Chị} báo giúp {em} biết.", "Báo giúp Cầm Tay biết."),
        ("{Em} giữ chỗ này cho {chị} {nhé}.", "Cầm Tay giữ chỗ này nha."),
        ("• {Chị} gọi {hotline}.", "• Gọi 1900."),
        ("{Em} chưa hiểu ý {chị}. {Chị} bấm một nút.", "Cầm Tay chưa hiểu. Bấm một nút."),
        ("Mừng cho {chị} quá!", "Mừng quá!"),
    ],
)
def test_a_sentence_calls_nobody_anything(written: str, said: str):
    assert render(written, UNADDRESSED, "Lan", {"hotline": "1900"}) == said
    assert without_form(written) == without_form(without_form(written))


async def _learners(t: Tutor, stage: str, channel: str, many: int, ids: count[int]) -> list[Learner]:
    found = [t.learner(str(next(ids)), channel) for _ in range(many)]
    for said in STAGES[stage]:
        await t.deliver(*(each.update(Text(said)) for each in found))
    return found


def _called(learner: Learner, since: int) -> list[str]:
    chosen = {f"Gọi {her}, xưng {me}" for her, me in ADDRESSES.values()}
    texts = [[each.text, *(label for label in each.labels if label not in chosen)] for each in learner.heard[since:]]
    return [text for message in texts for text in message if CALLED.search(text)]


async def _wrong(t: Tutor, learners: list[Learner]) -> dict[str, list[str]]:
    """Who was called something, but for those who have chosen a form by now, or wanted to be asked nothing."""
    rows = {row["learner_id"]: row["address"] for row in await t.rows("person")}
    unasked = {row["chat_id"] for row in await t.rows("identity") if rows[row["learner_id"]] == UNADDRESSED}
    assert len(unasked) > len(SAID)
    return {one.chat_id: called for one in learners if one.chat_id in unasked and (called := _called(one, 0))}


@pytest.mark.parametrize("channel", [WEB, TELEGRAM])
@pytest.mark.parametrize("stage", STAGES)
async def test_whatever_is_done_first_nobody_is_called_anything(tmp_path: Path, stage: str, channel: str):
    bodies: list[Body] = [
        *(Text(each) for each in everything_said()), *(Text(each, forwarded=True) for each in SAID),
        *(Media(kind, f"m-{kind}") for kind in KINDS), *(Media("photo", "m", caption=each) for each in SAID[:8]),
    ]  # fmt: skip
    async with tutor(tmp_path, real_book()) as t:
        ids = count(1)
        learners = await _learners(t, stage, channel, len(bodies), ids)
        await t.deliver(*(one.update(body) for one, body in zip(learners, bodies, strict=True)))
        assert not await _wrong(t, learners)
        for at in range(3):
            taps = [(one, list(one.buttons.values())[at : at + 1]) for one in learners]
            await t.deliver(*(one.update(Tap(token)) for one, tokens in taps for token in tokens))
            assert not await _wrong(t, learners)


async def test_once_the_form_is_chosen_it_is_used_also_in_what_was_begun_before(tmp_path: Path):
    async with tutor(tmp_path, real_book()) as t:
        lan = t.learner("1", WEB)
        await lan.say("tôi bị lừa mất tiền rồi")
        assert not _called(lan, 0)
        await lan.tap_token("c:yes")
        assert not _called(lan, 0)
        await lan.say("bà Sáu")
        (person,) = await t.rows("person")
        assert person["address"] == "bà/con"
        await lan.say("tiếp tục")
        state = await t.state(lan)
        assert state.run is not None and state.run.address == "bà/con"


async def test_who_says_no_is_asked_nothing_and_called_as_usual(tmp_path: Path):
    async with tutor(tmp_path, real_book()) as t:
        lan = t.learner("1", WEB)
        await lan.say("chào")
        await lan.tap("Không")
        (person,) = await t.rows("person")
        assert person["address"] == DEFAULT_ADDRESS and _called(lan, 1)
