"""An officer announces in chat: seen first, sent slowly, stopped at any moment."""

from __future__ import annotations

import pytest

from bot.announcements.service import NotNow
from bot.people.policy.permissions import OPERATOR
from storage.announcements import announcements as kept
from tests.support.harness import WEB, Tutor
from tests.support.town import EVERY_S, LINK, OTHER, TEXT, WARD, Town, got
from tests.support.town import t as t

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
