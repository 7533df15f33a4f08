"""Who is rung for what, what is read then, and how a person is asked for leave: whole conversations on web pages."""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

from bot.knocks.policy.bell import HOW
from bot.pairing.requests import Requests
from bot.people.policy.permissions import OPERATOR
from bot.people.policy.reach import reach_of
from storage.conversations import subscriptions
from storage.conversations.records import DueKnock, KnockEnd, SubscriptionRow
from storage.engine.instants import to_ms
from storage.pairing import roster
from tests.services.test_cries import CRY, RESCUE
from tests.services.test_offers import LESSON, instructor, member
from tests.support.builders import book
from tests.support.harness import TELEGRAM, WEB, Learner, Tutor, tutor

BOOK = book(LESSON, RESCUE)


async def rings(t: Tutor, *whom: Learner) -> None:
    for one in whom:
        row = SubscriptionRow(f"https://push.example/{one.chat_id}", "key", "secret")
        await t.database.transact(
            partial(subscriptions.keep, channel=WEB, chat_id=one.chat_id, row=row, now=t.clock.now())
        )


async def knocks(t: Tutor) -> dict[str, DueKnock]:
    """Whoever is rung now, by chat; each of them has left then."""
    now, until = t.clock.now(), t.clock.now() + timedelta(seconds=20)
    found = await t.database.transact(lambda c: subscriptions.take_due(c, now, until, 50))
    ends = [KnockEnd(each.to.endpoint, each.no, now, rung=True) for each in found]
    await t.database.transact(lambda c: subscriptions.end(c, ends))
    return {each.to.endpoint.rpartition("/")[2]: each for each in found}


async def due(t: Tutor) -> dict[str, Any]:
    return {row["chat_id"]: row["knock_at"] for row in await t.rows("subscription") if row["knock_at"]}


async def test_an_offer_rings_the_instructor_and_the_answer_the_learner_each_in_other_words(tmp_path: Path):
    async with tutor(tmp_path, BOOK) as t:
        lan, hoa = await member(t, "lan", "Lan", "learner", WEB), await instructor(t, channel=WEB)
        await rings(t, lan, hoa)
        await lan.opens("thu")
        await lan.tap("Tiếp")
        assert await knocks(t) == {}, "nobody is rung for what was just done"
        await t.tells()
        (found,) = (await knocks(t)).values()
        assert (found.to.endpoint[-3:], found.text, found.urgent) == ("hoa", "Có người cần chị.", False)
        await hoa.tap("Nhận giúp")
        await t.tells()
        (found,) = (await knocks(t)).values()
        assert (found.to.endpoint[-3:], found.text) == ("lan", "Có tin mới chờ chị.")
        for one in (found.text, *[row["text"] for row in await t.rows("subscription")]):
            assert not {"Lan", "Hoa", "thu"} & set(one.replace(".", "").split())


async def test_a_cry_rings_at_night_and_what_is_none_waits_for_the_morning(tmp_path: Path):
    async with tutor(tmp_path, BOOK) as t:
        lan, cuc = await member(t, "lan", "Lan", "learner", WEB), await member(t, "cuc", "Cúc", "officer", WEB)
        await rings(t, lan, cuc)
        t.clock.passes(hours=17)  # one in the night
        await lan.say(CRY)
        await t.tells()
        found = (await knocks(t))["cuc"]
        assert found.urgent and found.text == "Có người cần chị."
        await cuc.tap(next(label for label in cuc.last.labels if "lo" in label))
        await t.tells()
        assert (await knocks(t))["lan"].urgent, "that somebody comes is urgent, too"


async def test_a_reminder_of_ones_own_is_no_call(tmp_path: Path):
    async with tutor(tmp_path, BOOK) as t:
        hoa = await instructor(t, channel=WEB)
        await rings(t, hoa)
        await hoa.opens("thu")
        found: dict[str, DueKnock] = {}
        for _ in range(4):
            await t.passes(hours=24)
            found |= await knocks(t)
        assert found["hoa"].text == "Có tin mới chờ chị."


async def test_a_telephone_is_not_rung_for_what_a_messenger_brings(tmp_path: Path):
    async with tutor(tmp_path, BOOK) as t:
        lan, hoa = await member(t, "lan", "Lan", "learner", WEB), await instructor(t, channel=TELEGRAM)
        await lan.opens("thu")
        await lan.tap("Tiếp")
        await t.tells()
        assert "Nhận giúp" in hoa.last.labels and await due(t) == {}
        await hoa.say("bật chuông")
        assert "máy tự báo rồi" in hoa.said


async def test_who_may_be_called_is_asked_once_after_something_came(tmp_path: Path):
    async with tutor(tmp_path, BOOK) as t:
        lan, hoa = await member(t, "lan", "Lan", "learner", WEB), await instructor(t, channel=WEB)
        assert not any("chuông" in message.text for message in (*lan.heard, *hoa.heard)), "never at first sight"
        await lan.opens("thu")
        await lan.tap("Tiếp")
        await t.tells()
        assert "chuông" not in hoa.said
        await hoa.tap("Nhận giúp")
        assert "rung chuông" in hoa.said and "kn:is:on" in hoa.buttons.values()
        await hoa.tap_token("kn:is:later")
        assert "gõ “bật chuông”" in hoa.said
        await t.tells()
        await lan.say("menu")
        for _ in range(3):
            await hoa.say("menu")
            assert "chuông" not in hoa.said


async def test_what_the_page_found_is_answered_with_what_to_do(tmp_path: Path):
    async with tutor(tmp_path, BOOK) as t:
        lan = await member(t, "lan", "Lan", "learner", WEB)
        said = {}
        for how in HOW:
            await lan.tap_token(f"kn:is:{how}")
            said[how] = lan.said
        assert len(set(said.values())) == len(said) - 1 and said["on"] == said["fail"], "nothing has arrived here"
        assert "Thêm vào MH chính" in said["home"] and "https" in said["http"] and "ổ khóa" in said["denied"]
        await lan.tap_token("kn:is:brand-new")
        assert lan.said == said["none"]
        await rings(t, lan)
        await lan.tap_token("kn:is:on")
        assert "Xong rồi" in lan.said
        await lan.say("tắt chuông")
        assert "đang bật" in lan.said and "Tắt chuông" in lan.last.labels
        await lan.tap("Tắt chuông")
        assert "tắt chuông trên máy này rồi" in lan.said and await t.rows("subscription") == []


async def test_a_phone_that_rang_for_what_was_said_at_another_shows_it(tmp_path: Path):
    async with tutor(tmp_path, BOOK) as t:
        lan, hoa = await member(t, "lan", "Lan", "learner", WEB), await instructor(t, channel=WEB)
        await lan.opens("thu")
        await lan.tap("Tiếp")
        await t.tells()
        await t.database.transact(
            lambda c: c.exec_driver_sql(
                "INSERT INTO identity SELECT 'web', 'hoa-2', learner_id, 0, 1 FROM identity WHERE chat_id = 'hoa'"
            )
        )
        second = t.learner("hoa-2", WEB)
        await second.tap_token("kn:open")
        assert "Nhận giúp" in second.last.labels and "chị Lan" in second.said
        assert "chuông" not in second.said, "one question at a time"
        assert hoa.chat_id != second.chat_id
        await second.tap("Nhận giúp")
        assert "rung chuông" in second.said
        await second.tap_token("kn:open")
        assert second.last.labels, "what is open is under the thumb again"


async def test_what_is_rung_is_as_durable_as_what_was_said(tmp_path: Path):
    async with tutor(tmp_path, BOOK) as t:
        lan, hoa = await member(t, "lan", "Lan", "learner", WEB), await instructor(t, channel=WEB)
        await rings(t, hoa)
        await lan.opens("thu")
        await lan.tap("Tiếp")
        await t.tells()
        await t.crash()
        assert await due(t) == {"hoa": to_ms(t.clock.now())}
        assert list(await knocks(t)) == ["hoa"]


async def test_an_officer_sees_who_cannot_be_called_and_when_somebody_was_last_there(tmp_path: Path):
    async with tutor(tmp_path, BOOK) as t:
        hoa, mai = await instructor(t, "hoa", "Hoa", WEB), await instructor(t, "mai", "Mai", WEB)
        await instructor(t, "be", "Bé", TELEGRAM)
        cuc = await member(t, "cuc", "Cúc", "officer", WEB)
        await rings(t, mai)
        await t.passes(days=3)
        await cuc.tap_token("q:helpers:0")
        assert [label for label in cuc.last.labels if "·" in label] == [
            "Hoa · 0/3 · không gọi được", "Mai · 0/3", "Bé · 0/3",
        ]  # fmt: skip
        await cuc.tap("Hoa · 0/3 · không gọi được")
        assert (
            "Chị Hoa dùng trang web mà chưa bật chuông" in cuc.said and "Lần cuối vào là 08:00 ngày 05/01" in cuc.said
        )
        await t.database.transact(lambda c: subscriptions.looked(c, WEB, mai.chat_id, t.clock.now()))
        await cuc.tap_token("q:helpers:0")
        await cuc.tap("Mai · 0/3")
        assert "Lần cuối chị Mai vào là 08:00 ngày 08/01" in cuc.said, "to look is to be there"
        rows = {row.name: row for row in await t.people.list_people(OPERATOR, "w26041", ["instructor"])}
        told = {name: reach_of(row.channel, away=row.away, rings=row.rings) for name, row in rows.items()}
        assert told == {"Hoa": "page", "Mai": "called", "Bé": "called"}
        assert rows["Mai"].there_at == to_ms(t.clock.now()) > (rows["Hoa"].there_at or 0)
        assert (await t.database.read(lambda c: roster.counts(c, 0)))["unheard"] == 2, "Hoa, and the officer"
        await hoa.leaves()
        (row,) = [each for each in await t.people.list_people(OPERATOR, "w26041") if each.name == "Hoa"]
        assert reach_of(row.channel, away=row.away, rings=row.rings) == "away"


async def test_of_a_cry_it_is_told_that_a_page_without_a_bell_was_called(tmp_path: Path):
    async with tutor(tmp_path, BOOK) as t:
        lan, cuc = await member(t, "lan", "Lan", "learner", WEB), await member(t, "cuc", "Cúc", "officer", WEB)
        await lan.say(CRY)
        await t.tells()
        (request,) = await t.rows("request")
        t.clock.passes(minutes=1)
        explained = Requests(t.people, t.pairing)
        told = "\n".join(await explained.explain(OPERATOR, request["request_id"]))
        assert "qua trang web chưa bật chuông" in told and "từ đó chưa vào máy" in told
        await rings(t, cuc)
        await t.database.transact(lambda c: subscriptions.looked(c, WEB, cuc.chat_id, t.clock.now()))
        told = "\n".join(await explained.explain(OPERATOR, request["request_id"]))
        assert "chưa bật chuông" not in told and "sau đó có vào máy" in told
