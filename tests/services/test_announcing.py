"""Announcements from the officer's chat to everybody's: seen before, each person once, stopped in the middle."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.announcements.service import AnnouncementFeeder, AnnouncementRules, Announcements, NotNow, Unfit
from bot.announcements.worker import AnnouncementWorker
from bot.channels.base import LearnerGone
from bot.errors import NotAllowed
from bot.people.policy.permissions import OPERATOR, Actor, Grant
from bot.people.service import NobodyThere
from storage.announcements import announcements as kept
from storage.conversations import joins
from storage.engine.database import Connection
from storage.people import areas, people
from storage.people.records import InviteeRow, RoleRow
from tests.support.builders import book, lesson, real_book
from tests.support.harness import QUIET, TELEGRAM, WEB, Learner, Tutor, tutor
from tests.support.world import START

LESSON = lesson(
    """
    - {say: nghi, text: Nghỉ, wait_tap: Tiếp}
    - {end: het, text: Hết}
    """
)
WARD, OTHER = "w26041", "w26068"
TEXT = "Sáng thứ bảy mời các chị tới nhà văn hóa học dùng VNeID."
LINK = "https://dongnai.gov.vn/lop-hoc"
EVERY_S = 5.0


@pytest.fixture
async def t(tmp_path: Path) -> AsyncIterator[Tutor]:
    async with tutor(tmp_path, book(LESSON)) as running:
        yield running


class Town:
    """A ward with women in it, and whoever brings the news."""

    def __init__(self, t: Tutor, per_minute: int = 24) -> None:
        self.t = t
        self.rules = AnnouncementRules(per_minute=per_minute)  # two every five seconds
        self.service = Announcements(t.database, t.services, t.clock.now, t.ids)
        self.service.rules, self.service.wishes = self.rules, real_book().wishes
        self.again()

    def again(self) -> None:
        """As a new process begins."""
        self.service.database = self.t.database
        feeder = AnnouncementFeeder(self.t.database, self.rules, QUIET, self.t.ids)
        self.announcer = AnnouncementWorker(feeder, self.t.clock.now, lambda: None, EVERY_S)

    async def woman(self, name: str, area_id: str = WARD, channel: str = TELEGRAM, role: str = "learner") -> Learner:
        she = await self.t.learner(name, channel).meets(name)
        await self.grant(await self.id_of(name), role, area_id)
        return she

    async def id_of(self, name: str) -> str:
        return next(str(row["learner_id"]) for row in await self.t.rows("person") if row["name"] == name)

    async def grant(self, learner_id: str, role: str, area_id: str, state: str = "active") -> None:
        def work(c: Connection) -> None:
            people.set_role(c, RoleRow(learner_id, role, area_id, state, "x", START))
            people.set_area(c, learner_id, area_id)

        await self.t.database.transact(work)

    async def slice(self) -> int:
        """One turn of the worker, and of those that say and send."""
        self.t.clock.passes(seconds=EVERY_S)
        told = await self.announcer.step()
        await self.t.tells()
        return told

    async def all(self) -> None:
        for _ in range(30):
            await self.slice()

    async def announces(self, text: str = TEXT, link: str = "", area_id: str = WARD) -> str:
        shown = await self.service.draft(OPERATOR, area_id, text, link)
        await self.service.send(OPERATOR, shown.row.announcement_id)
        return shown.row.announcement_id

    async def audit(self) -> list[str]:
        return [row["what"] for row in await self.t.rows("audit")]

    async def state(self) -> str:
        return str((await self.t.rows("announcement"))[-1]["state"])


def got(she: Learner, text: str = TEXT) -> int:
    return sum(text in message.text for message in she.heard)


# --- in the chat -------------------------------------------------------------------------------------


async def test_an_officer_writes_sees_and_sends(t: Tutor):
    town = Town(t)
    officer = await town.woman("Cúc", role="officer")
    women = [await town.woman(name) for name in ("Lan", "Mai")]
    web = await town.woman("Tâm", channel=WEB)
    far = await town.woman("Xa", OTHER)
    await officer.say("gửi thông báo")
    assert "viết tin gửi phường Trấn Biên" in officer.said
    await officer.say(TEXT)
    assert "trang nguồn" in officer.said
    await officer.say(LINK)
    preview = officer.turn[-2].text
    assert preview.startswith(f"📢 {TEXT}\n\nNguồn: {LINK}\n\n— Tin của ")
    assert "phường Trấn Biên" in preview and "không bao giờ xin tiền, xin mã" in preview
    assert "tới 4 người ở phường Trấn Biên" in officer.said and "chưa nhận được" not in officer.said
    send = officer.buttons["Gửi tin này"]
    assert not await t.rows("announced")
    await officer.tap("Gửi tin này")
    assert "đang gửi tin cho 4 người" in officer.said
    await officer.tap_token(send)
    assert "đã gửi rồi" in officer.said
    await town.all()
    assert [got(she) for she in (*women, web, officer, far)] == [1, 1, 1, 2, 0], "the officer has seen it before"
    assert all(preview in [message.text for message in she.heard] for she in women), "what she saw is what they read"
    assert await town.state() == "sent"
    assert (await t.rows("announcement"))[0]["reached"] == 4
    assert "announced" in await town.audit()


async def test_she_is_led_back_to_what_she_writes(t: Tutor):
    town = Town(t)
    officer = await town.woman("Cúc", role="officer")
    await officer.say("gửi thông báo")
    await officer.say("ngắn")
    assert "từ 10 đến 900 chữ cái; tin này có 4" in officer.said and "viết tin gửi" in officer.said
    await officer.say("Các chị bấm https://gov.vn@evil.com/qua để nhận quà")
    assert "evil[.]com" in officer.said and "evil.com" not in officer.said.replace("[.]", "")
    await officer.say("Cảnh báo: nhiều chị vừa bị lừa mất tiền vì nghe lời kẻ xưng là công an. Ai hỏi mã thì đừng đọc.")
    assert "trang nguồn" in officer.said, "a warning of thieves is no cry for help"
    await officer.say("evil.com")
    assert "evil[.]com" in officer.said and "trang nguồn" in officer.said
    await officer.say("không có")
    assert "Mọi người sẽ đọc" in officer.said
    await officer.say("cái gì vậy")
    assert "Mọi người sẽ đọc" in officer.said, "the question stands until it is answered"
    await officer.tap("Viết lại")
    await officer.say(TEXT)
    await officer.tap("Không có đường link")
    await officer.tap("Thôi, không gửi")
    assert "không ai nhận" in officer.said
    assert not await t.rows("announcement")


async def test_an_emergency_comes_first_even_while_she_writes(t: Tutor):
    town = Town(t)
    officer = await town.woman("Cúc", role="officer")
    await officer.say("gửi thông báo")
    await officer.say("tôi bị lừa mất tiền rồi")
    assert "cúp máy liền" in officer.said


async def test_a_global_word_ends_it_and_a_lesson_keeps_its_place(t: Tutor):
    town = Town(t)
    officer = await town.woman("Cúc", role="officer")
    await officer.opens("thu")
    await officer.say("gửi thông báo")
    assert "viết tin gửi" in officer.said
    await officer.say("học tiếp")
    assert "Nghỉ" in officer.said
    assert (await t.state(officer)).pending == ""


async def test_whoever_is_no_officer_of_the_place_is_refused_and_seen(t: Tutor):
    town = Town(t)
    she = await town.woman("Lan")
    await she.say("gửi thông báo")
    assert "Chỉ cán bộ Hội" in she.said
    officer = await town.woman("Cúc", role="officer")
    await officer.tap_token(f"z:area:{OTHER}")
    assert "Chỉ cán bộ Hội" in officer.said
    announcement_id = await town.announces(area_id=OTHER)
    for token in (f"z:send:{announcement_id}", f"z:stop:{announcement_id}", "z:stop:nothing", "z:nonsense:1"):
        await officer.tap_token(token)
    assert await town.state() == "sending"
    assert (await town.audit()).count("refused_announce") == 2
    await town.grant(await town.id_of("Cúc"), "officer", WARD, "suspended")
    await officer.say("gửi thông báo")
    assert "Chỉ cán bộ Hội" in officer.said


async def test_with_two_areas_she_chooses_one(t: Tutor):
    town = Town(t)
    officer = await town.woman("Cúc", role="officer")
    await town.grant(await town.id_of("Cúc"), "officer", OTHER)
    await officer.say("gửi thông báo")
    assert "nơi nào" in officer.said and "Phường Trấn Biên" in officer.buttons
    await officer.tap("Phường Trấn Biên")
    assert "viết tin gửi phường Trấn Biên" in officer.said


async def test_so_many_a_day_and_no_more(t: Tutor):
    town = Town(t)
    officer = await town.woman("Cúc", role="officer")
    for _ in range(3):
        for word in ("gửi thông báo", TEXT, "không có"):
            await officer.say(word)
        await officer.tap("Gửi tin này")
        assert "đang gửi" in officer.said
    for word in ("gửi thông báo", TEXT, "không có"):
        await officer.say(word)
    await officer.tap("Gửi tin này")
    assert "nhiều nhất 3 tin" in officer.said
    t.clock.passes(days=1, seconds=1)
    await officer.tap("Gửi tin này")
    assert "đang gửi" in officer.said


# --- stopping, nights, crashes -----------------------------------------------------------------------


async def test_it_stops_in_the_middle_and_can_go_on(t: Tutor):
    town = Town(t)
    officer = await town.woman("Cúc", role="officer")
    women = [await town.woman(f"Lan {letter}") for letter in "ABCDEFGH"]
    everybody = [officer, *women]
    announcement_id = await town.announces()
    assert await town.slice() == 2 and sum(map(got, everybody)) == 2
    t.clock.passes(seconds=EVERY_S)
    assert await town.announcer.step() == 2, "two more are written down, and not yet told"
    await officer.say("dừng thông báo")
    assert "đã dừng tin" in officer.said and "Có 2 người" in officer.said
    await town.all()
    assert sum(map(got, everybody)) == 2
    assert (await t.rows("announcement"))[0]["reached"] == 2
    await officer.say("xem thông báo")
    assert "đã dừng, có 2 người" in officer.said
    await officer.say("dừng thông báo")
    assert "Không có tin nào đang gửi" in officer.said
    await town.service.send(OPERATOR, announcement_id)
    await town.all()
    assert [got(she) for she in everybody] == [1] * 9
    with pytest.raises(NotNow):
        await town.service.send(OPERATOR, announcement_id)
    with pytest.raises(NotNow):
        await town.service.stop(OPERATOR, announcement_id)


async def test_of_several_she_says_which(t: Tutor):
    town = Town(t)
    officer = await town.woman("Cúc", role="officer")
    await town.announces("Tin thứ nhất của phường mình đây các chị")
    await town.announces("Tin thứ hai của phường mình đây các chị")
    await officer.say("dừng thông báo")
    assert "dừng tin nào" in officer.said
    await officer.tap("Tin thứ hai của phường mình đây các chị")
    states = {row["body"][:11]: row["state"] for row in await t.rows("announcement")}
    assert states == {"Tin thứ nhấ": "sending", "Tin thứ hai": "stopped"}


async def test_nothing_at_night(t: Tutor):
    town = Town(t)
    she = await town.woman("Lan")
    t.clock.passes(hours=13)  # 21:00
    shown = await town.service.draft(OPERATOR, WARD, TEXT)
    await town.service.send(OPERATOR, shown.row.announcement_id)
    for _ in range(3):
        assert await town.slice() == 0
    assert got(she) == 0
    t.clock.passes(hours=11)
    await town.slice()
    assert got(she) == 1


async def test_after_a_crash_between_slices_it_goes_on_and_tells_nobody_twice(t: Tutor):
    town = Town(t)
    women = [await town.woman(f"Lan {letter}") for letter in "ABCDEFG"]
    await town.announces()
    await town.slice()
    t.clock.passes(seconds=EVERY_S)
    await town.announcer.step()  # written down; killed before anything of it is said
    await t.crash()
    town.again()
    await town.slice()
    await t.crash()
    town.again()
    await town.all()
    assert [got(she) for she in women] == [1] * 7


async def test_no_more_is_told_while_what_was_told_is_on_its_way(t: Tutor):
    town = Town(t)
    women = [await town.woman(f"Lan {letter}") for letter in "ABCDEFGH"]
    announcement_id = await town.announces()
    told = []
    for _ in range(5):  # nobody says or sends what is written down
        t.clock.passes(seconds=EVERY_S)
        told.append(await town.announcer.step())
    assert told == [2, 2, 0, 0, 0]
    held, t.sender._start = t.sender._start, lambda chat_id: None  # type: ignore[method-assign]
    await t.ticker.tell()  # now in the outbox, and the messenger is slow
    assert await t.database.read(lambda c: kept.standing(c, announcement_id, t.clock.now())) == 4
    t.clock.passes(seconds=EVERY_S)
    assert await town.announcer.step() == 0
    t.sender._start = held  # type: ignore[method-assign]
    t.clock.passes(minutes=11)
    assert await town.announcer.step() == 2, "a messenger that is down does not hold up everybody else for ever"
    assert len(women) == 8


async def test_sooner_than_its_turn_nobody_is_told(t: Tutor):
    town = Town(t)
    for letter in "ABCD":
        await town.woman(f"Lan {letter}")
    await town.announces()
    assert await town.slice() == 2
    t.clock.passes(seconds=EVERY_S / 2)
    assert await town.announcer.step() == 0, "another process has just done it"


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
