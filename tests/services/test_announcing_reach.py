"""Who is counted, told once, and not told; from the command line; on PostgreSQL."""

from __future__ import annotations

import asyncio

import pytest

from bot.announcements.service import NotNow, Unfit
from bot.channels.base import LearnerGone
from bot.errors import NotAllowed
from bot.people.policy.permissions import OPERATOR, Actor, Grant
from bot.people.service import NobodyThere
from storage.announcements import announcements as kept
from storage.conversations import joins
from storage.engine.database import Connection
from storage.people import areas, people
from storage.people.records import InviteeRow
from tests.support.builders import book
from tests.support.harness import WEB, Learner, Tutor
from tests.support.town import EVERY_S, LESSON, LINK, OTHER, TEXT, WARD, Town, got
from tests.support.town import t as t
from tests.support.world import START

# --- who is reached ----------------------------------------------------------------------------------


async def test_who_is_counted_and_who_is_told(t: Tutor):
    town = Town(t)
    lan = await town.woman("Lan")
    gone = await town.woman("Đi Xa")
    await gone.leaves()
    out = await town.woman("Hoãn")
    await town.grant(await town.id_of("Hoãn"), "learner", WARD, "suspended")
    no = await town.woman("Rứt")
    await no.say("rút đồng ý")
    await t.database.transact(lambda c: people.set_area(c, _id(c, no), WARD))
    await t.database.transact(lambda c: _invite(c))
    shown = await town.service.draft(OPERATOR, WARD, TEXT)
    r = shown.reach
    assert (r.told, r.away, r.suspended, r.not_agreed, r.invited) == (1, 1, 1, 1, 2)
    await town.service.send(OPERATOR, shown.row.announcement_id)
    await town.all()
    assert [got(she) for she in (lan, gone, out, no)] == [1, 0, 0, 0]


async def test_what_she_missed_while_she_was_away_she_hears_when_she_returns_once(t: Tutor):
    town = Town(t)
    lan, gone, far = await town.woman("Lan"), await town.woman("Đi Xa"), await town.woman("Nơi Khác", OTHER)
    await gone.leaves()
    await far.leaves()
    await town.announces()
    await town.all()
    new = await town.woman("Mới Vào")
    assert (await town.state(), got(lan), got(gone)) == ("sent", 1, 0)
    await gone.returns()
    await far.returns()
    await town.all()
    assert [got(she) for she in (lan, gone, far, new)] == [1, 1, 0, 0], "who came later has missed nothing"
    assert (await t.rows("announcement"))[0]["reached"] == 2
    await gone.leaves()
    await gone.say("em quay lại nè")
    await town.all()
    assert got(gone) == 1


async def test_what_is_old_by_then_or_stopped_she_does_not_hear(t: Tutor):
    town = Town(t)
    gone = await town.woman("Đi Xa")
    await gone.leaves()
    await town.woman("Lan")
    stopped = await town.announces("Chiều nay họp ở nhà văn hóa nhé các chị.")
    await town.service.stop(OPERATOR, stopped)
    await town.announces()
    await town.all()
    t.clock.passes(days=8)
    await gone.returns()
    await town.all()
    assert got(gone) == got(gone, "Chiều nay họp") == 0


async def test_of_many_that_she_missed_the_newest_three_come_in_their_order(t: Tutor):
    town = Town(t)
    gone = await town.woman("Đi Xa")
    await gone.leaves()
    for day in ("hai", "ba", "tư", "năm"):
        await town.announces(f"Thứ {day} mình họp ở nhà văn hóa nhé các chị.")
        await town.all()
        t.clock.passes(days=1)
    await gone.returns()
    await town.all()
    heard = [message.text.split()[2] for message in gone.heard if message.text.startswith("📢 Thứ")]
    assert heard == ["ba", "tư", "năm"]


async def test_whoever_could_not_be_reached_is_not_counted_as_told(t: Tutor):
    town = Town(t)
    lan, proves, leaves = [await town.woman(name) for name in ("Lan", "Thu", "Mai")]
    t.channel.fault = lambda sent, plain: (
        LearnerGone("blocked") if sent.chat_id == "Thu" and TEXT in sent.text else None
    )
    await town.announces()
    for _ in range(2):  # everybody's sentence is written, and not said yet
        t.clock.passes(seconds=EVERY_S)
        await town.announcer.step()
    await leaves.leaves()
    await t.tells()
    await town.all()
    assert [got(she) for she in (lan, proves, leaves)] == [1, 0, 0]
    (row,) = await t.rows("announcement")
    assert (row["state"], row["reached"]) == ("sent", 1)
    for she in (proves, leaves):
        await she.returns()
    t.channel.fault = lambda sent, plain: None
    again = "Chiều chủ nhật mời các chị tới nhà văn hóa lần nữa nhé."
    await town.announces(again)
    await town.all()
    assert [got(she, again) for she in (lan, proves, leaves)] == [1, 1, 1]


def _invite(c: Connection) -> None:
    from storage.people import invitees

    rows = [InviteeRow(f"i{n}", f"Chưa vào {n}", WARD, "learner") for n in (1, 2)]
    invitees.add(c, rows, "x", START)


def _id(c: Connection, she: Learner) -> str:
    from storage.conversations import conversations

    return str(conversations.identified(c, she.channel, she.chat_id))


async def test_of_a_whole_province_not_everybody_is_counted_while_others_wait(
    t: Tutor, monkeypatch: pytest.MonkeyPatch
):
    from bot.announcements import service as announcing

    town = Town(t)
    officer = await town.woman("Cúc", role="officer")
    await town.woman("Lan")
    monkeypatch.setattr(announcing, "COUNTED", 2)
    for word in ("gửi thông báo", TEXT, "không có"):
        await officer.say(word)
    assert "tới hơn 2 người" in officer.said and "chưa nhận được" not in officer.said


async def test_a_ward_hears_what_is_for_the_province_and_a_branch_does_not_hear_its_neighbour(t: Tutor):
    town = Town(t)

    def add(c: Connection) -> None:
        path = areas.path_of(c, WARD)
        for name in ("sen", "cuc"):
            areas.add(c, [areas.AreaRow(f"b-{name}", WARD, "branch", name.title(), "", f"{path}b-{name}/")])

    await t.database.transact(add)
    sen, cuc = await town.woman("Lan", "b-sen"), await town.woman("Mai", "b-cuc")
    await town.announces("Tin của cả tỉnh cho mọi người đây", area_id="dong-nai")
    await town.announces("Tin của chi hội Sen thôi các chị ơi", area_id="b-sen")
    await town.all()
    assert [got(she, "cả tỉnh") for she in (sen, cuc)] == [1, 1]
    assert [got(she, "chi hội Sen thôi") for she in (sen, cuc)] == [1, 0]
    assert "chi hội Sen, phường Trấn Biên. Hội không" in sen.last.text or got(sen, "chi hội Sen, phường Trấn Biên")


async def test_a_person_on_two_phones_hears_it_once(t: Tutor):
    town = Town(t)
    she = await town.woman("Lan")
    web = await t.learner("máy hai", WEB).meets("Lan Hai")
    await web.shows(await t.people.code_back(OPERATOR, await town.id_of("Lan")))
    await town.announces()
    await town.all()
    assert got(she) + got(web) == 1


@pytest.mark.parametrize("both", [False, True])
@pytest.mark.parametrize("order", [1, -1])
async def test_two_who_become_one_while_it_is_under_way_hear_it_once(t: Tutor, order: int, both: bool):
    town = Town(t, per_minute=12)  # one at a time
    await town.woman("Lan")
    await town.woman("Mai")
    stays, goes = [await town.id_of("Lan"), await town.id_of("Mai")][::order]
    await town.announces()
    t.clock.passes(seconds=EVERY_S)
    assert await town.announcer.step() == 1
    if both:  # both written down, neither told
        t.clock.passes(seconds=EVERY_S)
        assert await town.announcer.step() == 1
    await t.database.transact(lambda c: joins.join(c, stays, goes))
    await town.all()
    assert sum(got(she) for she in t.learners.values()) == 1


async def test_whoever_deletes_everything_meanwhile_gets_nothing(t: Tutor):
    town = Town(t, per_minute=12)
    women = [await town.woman(name) for name in ("Lan", "Mai", "Cúc")]
    await town.announces()
    t.clock.passes(seconds=EVERY_S)
    assert await town.announcer.step() == 1
    told = (await t.rows("announced"))[0]["learner_id"]
    for she in women[:2]:
        await she.say("xóa dữ liệu")
        await she.tap("Xóa hết")
    await town.all()
    assert [got(she) for she in women] == [0, 0, 1]
    left = {row["learner_id"] for row in await t.rows("announced")}
    assert left == {await town.id_of("Cúc")} and told


async def test_whoever_is_asked_something_keeps_its_buttons_under_her_thumb(t: Tutor):
    town = Town(t)
    web, tele = await town.woman("Lan", channel=WEB), await town.woman("Mai")
    for she in (web, tele):
        await she.opens("thu")
    await town.announces()
    await town.all()
    assert web.last.labels == ("Tiếp",) and got(web) == 1, "the page shows the buttons of its newest line"
    assert TEXT in tele.last.text and "Tiếp" in tele.buttons, "a messenger shows those of every line"
    await web.tap("Tiếp")
    assert "Hết" in web.said


async def test_who_was_told_is_not_known_for_ever(t: Tutor):
    from bot.people import retention

    town = Town(t)
    for letter in "ABCDE":
        await town.woman(f"Lan {letter}")
    await town.announces()
    await town.all()
    stopped = await town.announces("Tin bị dừng nửa chừng đây các chị ơi")
    await town.slice()
    await town.service.stop(OPERATOR, stopped)
    care = retention.Retention(t.database, t.services, retention.RetentionRules(), t.ids)
    await care.close_news(t.clock.now())
    assert len(await t.rows("announced")) == 7
    t.clock.passes(days=91)
    await care.close_news(t.clock.now())
    assert not await t.rows("announced") and await town.state() == "sent"
    assert [row["reached"] for row in await t.rows("announcement")] == [5, 2], "how many were told stays known"
    with pytest.raises(NotNow):
        await town.service.send(OPERATOR, stopped)


async def test_the_text_is_data_and_never_a_sentence_of_ours(t: Tutor):
    town = Town(t)
    she = await town.woman("Lan")
    await town.announces("Kính gửi {chị} {ten_hoi} {noi}: lớp học mở rồi các chị ạ")
    await town.all()
    assert got(she, "Kính gửi {chị} {ten_hoi} {noi}: lớp học") == 1


# --- from the command line ---------------------------------------------------------------------------


async def test_the_service_refuses_what_is_not_hers_and_writes_it_down(t: Tutor):
    town = Town(t)
    await town.woman("Lan")
    mine = Actor("o", (Grant("officer", areas_path(WARD)),))
    shown = await town.service.draft(mine, WARD, TEXT, "dongnai.gov.vn/lop-hoc")
    assert shown.row.source_url == LINK
    other = Actor("p", (Grant("officer", areas_path(OTHER)),))
    for act in (
        town.service.send(other, shown.row.announcement_id),
        town.service.stop(other, shown.row.announcement_id),
        town.service.show(other, shown.row.announcement_id),
        town.service.draft(other, WARD, TEXT),
        town.service.list_of(other, WARD),
    ):
        with pytest.raises(NotAllowed):
            await act
    assert (await town.audit()).count("refused_announce") == 5
    with pytest.raises(NobodyThere):
        await town.service.send(mine, "khong-co")
    with pytest.raises(Unfit):
        await town.service.draft(mine, WARD, TEXT, "https://evil.com")
    assert [row.state for row in await town.service.list_of(mine, WARD)] == ["draft"]


def areas_path(area_id: str) -> str:
    return f"/dong-nai/{area_id}/"


# --- PostgreSQL --------------------------------------------------------------------------------------


@pytest.mark.postgres
async def test_two_processes_on_postgresql_tell_everybody_once(postgres_url: str):
    first = Tutor(postgres_url, book(LESSON))
    await first.begin()
    second = Tutor(postgres_url, book(LESSON), first.clock)
    await second.begin()
    second.ids.prefix = "s"
    try:
        town, other = Town(first), Town(second)
        women = [await town.woman(f"Lan {n}") for n in "ABCDEFGHIJKL"]
        announcement_id = await town.announces()
        for _ in range(20):
            first.clock.passes(seconds=EVERY_S)
            told = await asyncio.gather(town.announcer.step(), other.announcer.step(), return_exceptions=True)
            assert sum(n for n in told if isinstance(n, int)) <= 2, "together no faster than one"
            await first.tells()
        assert [got(she) for she in women] == [1] * 12
        await second.database.transact(lambda c: kept.get(c, announcement_id))
        assert await town.state() == "sent"
    finally:
        await second.database.close()
        await first.database.close()
