"""On a channel that lets itself be answered for a while only: what is planned into it, what waits, who is asked."""

from __future__ import annotations

from pathlib import Path

from bot.channels.base import Outgoing, SendError, WindowClosed
from bot.pairing.requests import Requests
from bot.people.policy.permissions import OPERATOR
from tests.services.test_numbered import number_of, picks
from tests.support.builders import book, lesson
from tests.support.harness import Learner, Tutor, tutor
from tests.support.town import Town, got

OA, WARD = "zalo_oa:7", "w26041"
LESSON = lesson(
    """
    - {say: mo, text: Mở đầu, wait_tap: Tiếp}
    - {end: het, text: Hết}
    """
)


async def meets(t: Tutor, chat: str, name: str, role: str) -> Learner:
    one = await t.learner(chat, OA).say("xin chào")
    await picks(one, "Đồng ý")
    await one.say(name)
    await one.say("1")
    await one.say((await t.people.invite(OPERATOR, role, WARD)).code)
    return await picks(one, "Đúng là tôi") if "Đúng là tôi" in one.said else one


async def instructor(t: Tutor, chat: str, name: str) -> Learner:
    return await picks(await meets(t, chat, name, "instructor"), "Tôi hứa")


async def person(t: Tutor, name: str) -> str:
    return next(str(row["learner_id"]) for row in await t.rows("person") if row["name"] == name)


def heard(learner: Learner, words: str) -> int:
    return sum(words in message.text for message in learner.heard)


async def test_a_reminder_comes_before_the_window_closes_and_no_second_one_after(tmp_path: Path):
    async with tutor(tmp_path, book(LESSON), messenger=OA) as t:
        lan = await meets(t, "lan", "Lan", "learner")
        await lan.opens("thu")
        for _ in range(23):
            await t.passes(hours=2)
        first = heard(lan, "còn chưa xong")
        assert first >= 1
        for _ in range(14):
            await t.passes(hours=23)
        assert heard(lan, "còn chưa xong") == first, "outside the window nobody is reminded"
        assert not await t.rows("outbox")
        await lan.say("tiếp")
        assert "Hết" in lan.said


async def test_an_instructor_outside_her_window_is_not_asked_and_the_officer_is_told_why(tmp_path: Path):
    async with tutor(tmp_path, book(LESSON), messenger=OA) as t:
        hoa = await instructor(t, "hoa", "Hoa")
        await t.passes(hours=49)
        lan = await meets(t, "lan", "Lan", "learner")
        await lan.say("nhờ người chỉ")
        await t.tells()
        assert not await t.rows("offer")
        (request,) = await t.rows("request")
        lines = " ".join(await Requests(t.people, t.pairing).explain(OPERATOR, request["request_id"]))
        assert "1 người lâu chưa viết nên kênh không cho máy nhắn" in lines and "Gọi điện nhờ" in lines
        await hoa.say("chào em")
        await t.tells()
        assert [row["state"] for row in await t.rows("offer")] == ["open"], "the next time she writes she is asked"
        assert number_of(hoa, "Nhận giúp")


async def test_who_is_within_the_window_is_asked_before_who_is_nearer_and_outside(tmp_path: Path):
    async with tutor(tmp_path, book(LESSON), messenger=OA) as t:
        await instructor(t, "hoa", "Hoa")
        await t.passes(hours=49)
        mai = await instructor(t, "mai", "Mai")
        lan = await meets(t, "lan", "Lan", "learner")
        await lan.say("nhờ người chỉ")
        await t.tells()
        assert [row["instructor_id"] for row in await t.rows("offer")] == [await person(t, "Mai")]
        assert number_of(mai, "Nhận giúp")


async def test_the_hourly_sweep_passes_over_who_is_outside(tmp_path: Path):
    async with tutor(tmp_path, book(LESSON), messenger=OA) as t:
        lan = await meets(t, "lan", "Lan", "learner")
        await lan.say("nhờ người chỉ")
        await t.tells()
        await instructor(t, "hoa", "Hoa")
        (offer,) = await t.rows("offer")
        assert offer["state"] == "open"
        for _ in range(20):
            await t.passes(hours=3)
        assert [row["state"] for row in await t.rows("offer")] == ["expired"], "she is not asked again"


async def test_a_cry_rings_beyond_the_free_hours_and_passes_over_whom_nothing_reaches(tmp_path: Path):
    async with tutor(tmp_path, book(LESSON), messenger=OA) as t:
        cuc = await meets(t, "cuc", "Cúc", "officer")
        await t.passes(days=3)
        lan = await meets(t, "lan", "Lan", "learner")
        before = len(cuc.heard)
        await lan.say("cứu tôi với, tôi vừa chuyển tiền cho lừa đảo")
        await t.tells()
        assert len(cuc.heard) > before, "a cry is worth what it costs"
        (request,) = [row for row in await t.rows("request") if row["kind"] == "safety"]
        await t.passes(days=5)
        lines = " ".join(await Requests(t.people, t.pairing).explain(OPERATOR, request["request_id"]))
        assert "hoặc lâu chưa viết): 1 cán bộ" in lines


async def test_what_others_say_waits_for_her_word_and_then_comes(tmp_path: Path):
    async with tutor(tmp_path, book(LESSON), messenger=OA) as t:
        lan, hoa = await pair(t)
        await t.passes(hours=49)
        await hoa.say("chào em")
        await picks(hoa, "Nhắn cho Lan") if "Nhắn cho Lan" in hoa.said else await hoa.say("nhắn tin")
        await hoa.say("Chị Lan ơi, hôm nay chị khỏe không?")
        assert "chưa chuyển cho" in hoa.said, hoa.said
        await t.tells()
        assert not heard(lan, "chị khỏe không")
        await t.passes(hours=30)
        assert not heard(lan, "chị khỏe không")
        await lan.say("menu")
        await t.tells()
        assert heard(lan, "chị khỏe không") == 1


async def test_the_last_messages_of_a_window_are_kept_for_what_cannot_wait(tmp_path: Path):
    async with tutor(tmp_path, book(LESSON), messenger=OA) as t:
        lan, hoa = await pair(t)
        await lan.say("menu")
        before = len(lan.heard)
        await picks(hoa, "Nhắn tin")
        for number in range(7):
            await hoa.say(f"Lời thứ {number} của chị Hoa nè")
            await t.tells()
        assert [heard(lan, f"Lời thứ {number}") for number in range(7)] == [1, 1, 1, 1, 0, 0, 0]
        assert len(lan.heard) - before == 4, "the menu was the first of five"
        await lan.say("menu")
        await t.tells()
        assert [heard(lan, f"Lời thứ {number}") for number in range(7)] == [1] * 7
        said = [message.text for message in lan.heard if "Lời thứ" in message.text]
        assert said == sorted(said, key=lambda text: text[text.index("Lời thứ") :])


async def test_what_the_provider_does_not_let_through_is_kept_and_passed_on(tmp_path: Path):
    async with tutor(tmp_path, book(LESSON), messenger=OA) as t:
        hoa, mai = await instructor(t, "hoa", "Hoa"), await instructor(t, "mai", "Mai")
        shut = {"hoa", "mai"}

        def fault(outgoing: Outgoing, plain: bool) -> SendError | None:
            return WindowClosed("Zalo -230") if outgoing.chat_id in shut else None

        t.channel.fault = fault
        lan = await meets(t, "lan", "Lan", "learner")
        await lan.say("nhờ người chỉ")
        for _ in range(3):
            await t.tells()
        assert not any(row["state"] == "open" for row in await t.rows("offer")), "she is asked no more, others are"
        assert {row["chat_id"] for row in await t.rows("identity") if row["away"]} == shut
        assert {row["chat_id"] for row in await t.rows("outbox")} <= shut
        kept = len(await t.rows("outbox"))
        await t.crash()
        t.channel.fault = fault
        assert len(await t.rows("outbox")) == kept, "what waits is kept, after a crash too"
        shut.clear()
        first = hoa if hoa.heard[-1:] and any(row["chat_id"] == "hoa" for row in await t.rows("outbox")) else mai
        await first.say("chào em")
        await t.tells()
        assert not [row for row in await t.rows("outbox") if row["chat_id"] == first.chat_id]
        assert [row["state"] for row in await t.rows("offer") if row["state"] == "open"] == ["open"]


async def test_what_waits_for_ever_is_dropped_one_day(tmp_path: Path):
    async with tutor(tmp_path, book(LESSON), messenger=OA) as t:
        lan = await meets(t, "lan", "Lan", "learner")
        t.channel.fault = lambda outgoing, plain: WindowClosed("Zalo -211")
        await lan.say("menu")
        assert len(await t.rows("outbox")) == 1
        t.clock.passes(days=13)
        await t.ticker.sweep()
        assert len(await t.rows("outbox")) == 1
        t.clock.passes(days=2)
        await t.ticker.sweep()
        assert not await t.rows("outbox")


async def test_news_is_not_spent_on_who_is_outside_and_the_newest_is_told_later(tmp_path: Path):
    async with tutor(tmp_path, book(LESSON), messenger=OA) as t:
        town = Town(t)
        lan, mai = await town.woman("Lan", channel=OA), await town.woman("Mai", channel=OA)
        await t.passes(hours=49)
        await mai.say("menu")
        await town.announces()
        await town.all()
        assert (got(lan), got(mai)) == (0, 1)
        assert (await t.rows("announcement"))[0]["reached"] == 1
        assert not await t.rows("notice")
        await lan.say("menu")
        await t.tells()
        assert (got(lan), got(mai)) == (1, 1)


async def test_on_other_channels_nothing_of_it_counts(tmp_path: Path):
    async with tutor(tmp_path, book(LESSON)) as t:
        hoa = await t.learner("hoa").meets("Hoa")
        await hoa.shows((await t.people.invite(OPERATOR, "instructor", WARD)).code)
        await hoa.tap("Tôi hứa")
        await t.passes(days=40)
        lan = await t.learner("lan").meets("Lan")
        await lan.shows((await t.people.invite(OPERATOR, "learner", WARD)).code)
        await lan.say("nhờ người chỉ")
        await t.tells()
        assert [row["state"] for row in await t.rows("offer")] == ["open"]
        assert (await t.state(lan)).heard_no == 0


async def pair(t: Tutor) -> tuple[Learner, Learner]:
    lan, hoa = await meets(t, "lan", "Lan", "learner"), await instructor(t, "hoa", "Hoa")
    await lan.say("nhờ người chỉ")
    await t.tells()
    await picks(hoa, "Nhận giúp")
    await t.tells()
    assert [row["state"] for row in await t.rows("pairing")] == ["open"]
    return lan, hoa
