"""Codes in the chat: before consent and after, good, forged, replayed, expired, guessed; two phones become one."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from bot.errors import CamtayError, NotAllowed
from bot.people.policy import codes, invitations
from bot.people.policy.permissions import OPERATOR
from bot.people.service import Invited
from storage.people import invitees
from storage.people.records import InviteeRow
from tests.support.builders import book, lesson
from tests.support.harness import TELEGRAM, WEB, Learner, Tutor, tutor

CHANNELS = pytest.mark.parametrize("channel", [TELEGRAM, WEB])
WARD = "w26041"

LESSONS = [
    lesson(
        f"""
        - quiz: q
          text: Hỏi {name}
          options: [{{id: sai, text: Sai}}, {{id: dung, text: Đúng, right: true}}]
        - {{say: nghi, text: Nghỉ {name}, wait_tap: Tiếp}}
        - {{end: het, text: Hết}}
        """,
        lesson_id=name,
    )
    for name in ("mot", "hai")
]


async def invite(t: Tutor, role: str = "learner", lasts: timedelta = timedelta(days=14)) -> Invited:
    return await t.people.invite(OPERATOR, role, WARD, lasts=lasts)


async def agrees(learner: Learner, name: str = "Lan") -> Learner:
    await learner.tap("Đồng ý")
    await learner.say(name)
    return await learner.tap_token("a:0")


@CHANNELS
async def test_a_code_works_before_consent_and_gives_nothing_before_it(tmp_path: Path, channel: str):
    async with tutor(tmp_path, book(*LESSONS)) as t:
        made = await invite(t, "instructor")
        hoa = await t.learner("hoa", channel).say(made.code)
        assert "Phường Trấn Biên" in hoa.said and "máy trả lời tự động" in hoa.said
        await hoa.tap("Đúng là tôi")
        assert hoa.last.labels == ("Đồng ý", "Không")
        assert not await t.rows("role") and (await t.rows("person"))[0]["area_id"] is None
        await agrees(hoa, "Hoa")
        (role,) = await t.rows("role")
        assert (role["role"], role["area_id"], role["state"]) == ("instructor", WARD, "active")
        assert (await t.rows("person"))[0]["area_id"] == WARD
        assert "quay mặt chỗ khác" in hoa.said and hoa.last.labels == ("Tôi hứa", "Để sau")
        assert made.code.lower().replace("-", "")[3:] not in (await t.everything()).lower().replace("-", "")


async def test_whoever_declines_gets_no_role_until_she_agrees(tmp_path: Path):
    async with tutor(tmp_path, book(*LESSONS)) as t:
        lan = await t.learner().begins(codes.payload(codes.read((await invite(t)).code).code))  # type: ignore[union-attr]
        assert "mời cùng học" in lan.said
        await lan.tap("Không")
        assert not await t.rows("role")
        await lan.say("cho phép lưu")
        await lan.tap("Đồng ý")
        assert len(await t.rows("role")) == 1


async def test_the_deep_links_of_a_code(tmp_path: Path):
    async with tutor(tmp_path, book(*LESSONS)) as t:
        telegram, web = (await invite(t)).links
        assert telegram.startswith("https://t.me/camtay_bot?start=MOI-") and web.startswith(
            "https://camtay.test/?moi=MOI-"
        )
        assert "cùng học" in (await t.learner().begins(telegram.partition("start=")[2])).said


@CHANNELS
async def test_in_the_middle_of_a_lesson_a_code_leaves_her_where_she_was(tmp_path: Path, channel: str):
    async with tutor(tmp_path, book(*LESSONS)) as t:
        lan = await (await t.learner("lan", channel).meets()).opens("mot")
        await lan.shows((await invite(t)).code)
        assert "mời chị cùng học" in lan.said and lan.last.labels == ("Sai", "Đúng")
        assert len(await t.rows("role")) == 1


async def test_forged_replayed_expired_and_own_codes_each_have_their_sentence(tmp_path: Path):
    async with tutor(tmp_path, book(*LESSONS)) as t:
        lan, mai = await t.learner("1").meets("Lan"), await t.learner("2").meets("Mai")
        assert "không thấy mã này" in (await lan.say("MOI-K7QF-9FHT")).said
        made = await invite(t)
        await lan.shows(made.code)
        assert "đã dùng mã này rồi" in (await lan.shows(made.code)).said
        assert "có người dùng rồi" in (await mai.shows(made.code)).said
        old = await invite(t, lasts=timedelta(hours=1))
        t.clock.passes(hours=2)
        assert "hết hạn" in (await mai.shows(old.code)).said
        assert len(await t.rows("role")) == 1, "none of these gave anything"


async def test_two_chats_with_one_code_in_one_batch(tmp_path: Path):
    async with tutor(tmp_path, book(*LESSONS)) as t:
        lan, mai = await t.learner("1").meets("Lan"), await t.learner("2").meets("Mai")
        from bot.channels.base import Text

        made = await invite(t)
        await t.deliver(lan.update(Text(made.code)), mai.update(Text(made.code)))
        assert len(await t.rows("role")) == 1
        assert {"mời chị cùng học" in who.said for who in (lan, mai)} == {True, False}


async def test_guessing_is_stopped_for_the_chat_and_forgiven_after_a_while(tmp_path: Path):
    async with tutor(tmp_path, book(*LESSONS)) as t:
        thief = await t.learner("6").meets("Tí")
        for at in range(invitations.MAX_TRIES):
            assert "không thấy mã" in (await thief.say(f"MOI-K7QF-9FH{at + 2}")).said
        made = await invite(t)
        assert "nghỉ mười phút" in (await thief.shows(made.code)).said
        assert "cùng học" in (await (await t.learner("7").meets()).shows((await invite(t)).code)).said, "others may"
        t.clock.passes(minutes=11)
        assert "cùng học" in (await thief.shows(made.code)).said


async def test_a_right_code_is_never_refused_for_what_others_tried(tmp_path: Path):
    async with tutor(tmp_path, book(*LESSONS)) as t:
        for at in range(150):
            thief = t.learner(f"thief-{at}")
            for _ in range(invitations.MAX_TRIES):
                await thief.say("MOI-K7QF-9FHT")
        made = await invite(t)
        assert "cùng học" in (await t.learner("99").shows(made.code)).said
        t.clock.passes(minutes=11)
        await t.learner("5").say("MOI-K7QF-9FHT")
        counted = [row["key"] for row in await t.rows("key_value") if row["key"].startswith("guesses:")]
        assert len(counted) == 1, "what was counted before is forgotten"


async def test_guessing_from_one_address_is_stopped_for_newcomers_there(tmp_path: Path):
    """Whoever has agreed is heard at that address all the same, and so is everybody at another."""
    async with tutor(tmp_path, book(*LESSONS)) as t:
        lan = await t.learner("lan", WEB).meets("Lan")
        lan.source = "203.0.113.7"
        for at in range(invitations.MAX_TRIES_OF_LINE):
            thief = t.learner(f"thief-{at}", WEB)
            thief.source = "203.0.113.7"
            await thief.say("MOI-K7QF-9FHT")
        made, other = await invite(t), await invite(t)
        late = t.learner("late", WEB)
        late.source = "203.0.113.7"
        assert "nghỉ mười phút" in (await late.shows(made.code)).said
        assert "cùng học" in (await lan.shows(made.code)).said
        far = t.learner("far", WEB)
        far.source = "198.51.100.9"
        assert "cùng học" in (await far.shows(other.code)).said
        assert "203.0.113" not in await t.everything()
        t.clock.passes(minutes=11)
        assert "dùng rồi" in (await late.say(made.code)).said


# --- for whom ----------------------------------------------------------------------------------------


async def entry(t: Tutor, name: str, role: str = "learner") -> InviteeRow:
    row = InviteeRow(f"i-{name}", name, WARD, role)
    await t.database.transact(lambda c: invitees.add(c, [row], "x", t.clock.now()))
    return row


async def code_for(t: Tutor, row: InviteeRow) -> Invited:
    return await t.people.invite(OPERATOR, row.role, WARD, row.invitee_id)


@CHANNELS
async def test_a_code_says_for_whom_it_is_and_is_not_spent_by_who_opens_it_first(tmp_path: Path, channel: str):
    async with tutor(tmp_path, book(*LESSONS)) as t:
        made = await code_for(t, await entry(t, "Nguyễn Thị Bé"))
        thu, be = await t.learner("thu", channel).meets("Thu"), t.learner("be", channel)
        await thu.say(made.code)
        assert "Nguyễn Thị Bé" in thu.said and thu.last.labels == ("Đúng là tôi", "Không phải tôi")
        await thu.say("cái gì vậy")
        assert thu.last.labels == ("Đúng là tôi", "Không phải tôi"), "asked again, not guessed"
        await thu.say("không phải tôi")
        assert "đúng người được mời" in thu.said and not await t.rows("role")
        await be.begins(codes.payload(codes.read(made.code).code))  # type: ignore[union-attr]
        await be.tap("Đúng là tôi")
        await agrees(be, "Bé")
        assert (await t.rows("invitee"))[0]["claimed_by"] and len(await t.rows("role")) == 1


async def test_a_code_that_lets_act_on_others_asks_as_what(tmp_path: Path):
    async with tutor(tmp_path, book(*LESSONS)) as t:
        made = await invite(t, "officer")
        lan = await t.learner("lan").meets("Lan")
        await lan.say(made.code)
        assert "cán bộ phụ trách Phường Trấn Biên" in lan.said and not await t.rows("role")
        token = lan.buttons["Đúng là tôi"]
        await lan.tap("Không phải tôi")
        await lan.tap_token(token)
        assert not await t.rows("role"), "an old button takes nothing"
        await lan.shows(made.code)
        assert [row["role"] for row in await t.rows("role")] == ["officer"]


async def test_one_living_code_an_entry_and_none_once_she_has_joined(tmp_path: Path):
    async with tutor(tmp_path, book(*LESSONS)) as t:
        chi = await entry(t, "Chi", "officer")
        first, second = await code_for(t, chi), await code_for(t, chi)
        stranger = await t.learner("stranger").meets("Lạ")
        assert "không còn dùng được" in (await stranger.say(first.code)).said
        await agrees(await t.learner("chi").shows(second.code), "Chi")
        with pytest.raises(CamtayError):
            await code_for(t, chi)
        assert len(await t.rows("invitation")) == 1 and len(await t.rows("role")) == 1


async def test_whoever_answers_hears_when_a_role_is_taken_and_takes_it_back_by_one_tap(tmp_path: Path):
    async with tutor(tmp_path, book(*LESSONS)) as t:
        cuc = await agrees(await t.learner("cuc").shows((await invite(t, "officer")).code), "Cúc")
        be = await entry(t, "Bé", "instructor")
        made = await code_for(t, be)
        wrong = await agrees(await t.learner("wrong").shows(made.code), "Sai Người")
        await t.tells()
        assert "Chị Bé vừa nhận làm người chỉ bài ở Phường Trấn Biên" in cuc.said
        assert len([row for row in await t.rows("role") if row["role"] == "instructor"]) == 1
        await cuc.tap("Không đúng người")
        assert "thu mã lại rồi" in cuc.said
        assert [row["role"] for row in await t.rows("role")] == ["officer"]
        await t.tells()
        assert "thu lại mã mời" in wrong.said
        await wrong.say("việc chỉ bài")
        assert "cán bộ Hội mời" in wrong.said
        right = await agrees(await t.learner("right").shows((await code_for(t, be)).code), "Bé")
        assert right.heard and len([row for row in await t.rows("role") if row["role"] == "instructor"]) == 1


async def test_codes_are_listed_and_ended_by_who_may_give_them(tmp_path: Path):
    async with tutor(tmp_path, book(*LESSONS)) as t:
        cuc = await agrees(await t.learner("cuc").shows((await invite(t, "officer")).code), "Cúc")
        far = await officer_of(t, "w26068", "far")
        made = await code_for(t, await entry(t, "Nguyễn Thị Bé"))
        await cuc.say("mã đã phát")
        await cuc.tap("Nguyễn Thị Bé · hội viên · chưa dùng")
        button = cuc.buttons["Hủy mã này"]
        other = t.learner("far")
        await other.tap_token(button)
        assert "địa bàn khác" in other.said and far
        listed = await t.people.codes(OPERATOR, WARD)
        assert [row.name for row in listed][:1] == ["Nguyễn Thị Bé"] and made.code not in str(listed)
        await cuc.tap("Hủy mã này")
        assert "không còn dùng được" in (await t.learner("be").say(made.code)).said
        with pytest.raises(CamtayError):
            await t.people.revoke(OPERATOR, "0" * 10)


# --- officers ----------------------------------------------------------------------------------------


async def officer_of(t: Tutor, area_id: str, chat: str) -> str:
    made = await t.people.invite(OPERATOR, "officer", area_id)
    before = {row["learner_id"] for row in await t.rows("person")}
    await agrees(await t.learner(chat).shows(made.code), "Cán bộ")
    return next(str(row["learner_id"]) for row in await t.rows("person") if row["learner_id"] not in before)


async def test_an_officer_who_edits_ids_is_refused_and_seen(tmp_path: Path):
    async with tutor(tmp_path, book(*LESSONS)) as t:
        actor = await t.people.actor(await officer_of(t, WARD, "9"))
        assert (await t.people.invite(actor, "instructor", WARD)).area.name == "Phường Trấn Biên"
        for attempt in (
            t.people.invite(actor, "learner", "w26068"),
            t.people.invite(actor, "officer", WARD),
            t.people.list_people(actor, "dong-nai"),
        ):
            with pytest.raises(NotAllowed, match="địa bàn mình phụ trách"):
                await attempt
        refused = [row["what"] for row in await t.rows("audit") if row["what"].startswith("refused")]
        assert refused == ["refused_invite_learner", "refused_invite_officer", "refused_see_people"]


async def test_an_officer_cannot_touch_a_person_of_another_ward(tmp_path: Path):
    async with tutor(tmp_path, book(*LESSONS)) as t:
        actor = await t.people.actor(await officer_of(t, WARD, "9"))
        stranger = await officer_of(t, "w26068", "8")
        for attempt in (
            t.people.approve(actor, stranger), t.people.suspend(actor, stranger), t.people.export(actor, stranger),
            t.people.delete(actor, stranger),
        ):  # fmt: skip
            with pytest.raises(NotAllowed):
                await attempt
        assert len(await t.rows("person")) == 2


async def test_deleting_oneself_forgives_no_guesses(tmp_path: Path):
    async with tutor(tmp_path, book(*LESSONS)) as t:
        thief = await t.learner("6").meets("Tí")
        for at in range(invitations.MAX_TRIES):
            await thief.say(f"MOI-K7QF-9FH{at + 2}")
        await (await thief.say("xóa dữ liệu")).tap("Xóa hết")
        await thief.meets("Tí")
        assert "nghỉ mười phút" in (await thief.say("MOI-K7QF-9FHT")).said


@pytest.mark.postgres
async def test_codes_joins_and_seats_on_postgresql(tmp_path: Path, postgres_url: str):
    t = Tutor(postgres_url, book(*LESSONS))
    await t.begin()
    try:
        lan = await t.learner("1").shows((await invite(t, "instructor")).code)
        await agrees(lan)
        await lan.tap("Tôi hứa")
        assert "không thấy mã" in (await lan.say("MOI-K7QF-9FHT")).said
        await (await lan.opens("mot")).tap("Đúng")
        new = await t.learner("2", WEB).shows(await t.people.code_back(OPERATOR, await id_of(t, "Lan")))
        assert "nối hai máy rồi" in new.said and len(await t.rows("joined")) == 1
        await new.tap("Thôi, để vậy")
        await lan.say("xem dữ liệu")
        assert "Lan" in lan.said and "Phường Trấn Biên" in lan.said
        await lan.say("tách máy")
        await lan.tap("Tách máy kia ra")
        assert "gỡ ra rồi" in lan.said and len(await t.rows("person")) == 2 and not await t.rows("joined")
        await lan.say("đổi người học")
        await lan.say("9350")
        await lan.tap("Người khác")
        assert "máy trả lời tự động" in lan.said and len(await t.rows("person")) == 3
        await lan.say("đổi người học")
        await lan.tap("Lan")
        await lan.say("9350")
        await (await lan.say("xóa dữ liệu")).tap("Xóa hết")
        assert "Lan" not in await t.everything()
    finally:
        await t.database.close()


async def id_of(t: Tutor, name: str) -> str:
    return next(str(row["learner_id"]) for row in await t.rows("person") if row["name"] == name)


async def suspends(t: Tutor, _: Learner) -> None:
    await t.people.suspend(OPERATOR, await id_of(t, "Cúc"), "officer")


async def deletes_herself(_: Tutor, officer: Learner) -> None:
    await officer.say("xóa dữ liệu")
    await officer.tap("Xóa hết")


async def withdraws(_: Tutor, officer: Learner) -> None:
    await officer.say("rút đồng ý")


@pytest.mark.parametrize("ends", [suspends, deletes_herself, withdraws])
@pytest.mark.parametrize("taken", [False, True])
async def test_a_code_dies_with_the_right_of_who_gave_it(tmp_path: Path, ends, taken: bool):
    """Also one that was taken and waits for the newcomer's consent; however the right ended, and not with another's."""
    async with tutor(tmp_path, book(*LESSONS)) as t:
        cuc = await agrees(await t.learner("cuc").shows((await invite(t, "officer")).code), "Cúc")
        actor = await t.people.actor(await id_of(t, "Cúc"))
        made = await t.people.invite(actor, "instructor", WARD)
        other = await invite(t, "instructor")
        hoa, nga = t.learner("hoa"), t.learner("nga")
        if taken:
            await hoa.shows(made.code)
        await ends(t, cuc)
        if not taken:
            await hoa.shows(made.code)
            assert "mã" in hoa.said
        await agrees(hoa, "Hoa")
        await agrees(await nga.shows(other.code), "Nga")
        roles = {row["learner_id"]: row["role"] for row in await t.rows("role") if row["state"] == "active"}
        assert roles == {await id_of(t, "Nga"): "instructor"}


async def test_a_question_that_cannot_be_put_again_is_closed(tmp_path: Path):
    """Its code has run out meanwhile: she is told so, and is where she was."""
    async with tutor(tmp_path, book(*LESSONS)) as t:
        made = await invite(t, "instructor")
        lan = await t.learner("lan").meets()
        await lan.say(made.code)
        assert lan.last.labels == ("Đúng là tôi", "Không phải tôi")
        t.clock.passes(days=15)
        await lan.say("hả gì vậy trời")
        assert "hết hạn" in lan.said and lan.last.buttons
        assert (await t.state(lan)).pending == ""
        await lan.opens("mot")
        assert "Hỏi mot" in lan.said


@pytest.mark.parametrize(("role", "more"), [("officer", ["Việc của cán bộ"]), ("editor", []), ("admin", [])])
async def test_whoever_acts_on_others_is_led_to_the_desk_by_a_button(tmp_path: Path, role: str, more: list[str]):
    async with tutor(tmp_path, book(*LESSONS)) as t:
        cuc = await t.learner("cuc", WEB).meets("Cúc")
        await cuc.shows((await invite(t, role)).code)
        assert "bàn làm việc" in cuc.said and list(cuc.last.labels)[: 1 + len(more)] == ["Bàn làm việc", *more]
        await cuc.tap("Bàn làm việc")
        assert "/desk/vao/" in cuc.said


async def test_a_newcomer_with_an_officers_code_is_led_there_once_she_is_known(tmp_path: Path):
    async with tutor(tmp_path, book(*LESSONS)) as t:
        cuc = t.learner("cuc", WEB)
        await cuc.shows((await invite(t, "officer")).code)
        await cuc.tap("Đồng ý")
        await cuc.say("Cúc")
        await cuc.tap_token("a:0")
        assert "bàn làm việc" in cuc.said and {"Bàn làm việc", "Việc của cán bộ"} <= set(cuc.last.labels)
        assert "Bài mot" not in cuc.last.labels


async def test_a_code_in_place_of_how_she_is_called_is_taken_and_that_is_asked_again(tmp_path: Path):
    async with tutor(tmp_path, book(*LESSONS)) as t:
        await invite(t, "admin")
        cuc = t.learner("cuc", WEB)
        await cuc.begins()
        await cuc.tap("Đồng ý")
        await cuc.say("Cúc")
        assert "gọi bằng gì" in cuc.said
        await cuc.shows((await invite(t, "officer")).code)
        assert "gọi bằng gì" in cuc.said, "it was never answered"
        await cuc.tap_token("a:0")
        assert {"Bàn làm việc", "Việc của cán bộ"} <= set(cuc.last.labels)
