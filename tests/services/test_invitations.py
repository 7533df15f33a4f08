"""Codes in the chat: before consent and after, good, forged, replayed, expired, guessed; two phones become one."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from bot.errors import NotAllowed
from bot.services.people import OPERATOR, Invited
from bot.tutoring import codes, invitations
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
        assert "mời chị cùng học" in lan.said
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
        await lan.say((await invite(t)).code)
        assert "mời chị cùng học" in lan.said and lan.last.labels == ("Sai", "Đúng")
        assert len(await t.rows("role")) == 1


async def test_forged_replayed_expired_and_own_codes_each_have_their_sentence(tmp_path: Path):
    async with tutor(tmp_path, book(*LESSONS)) as t:
        lan, mai = await t.learner("1").meets("Lan"), await t.learner("2").meets("Mai")
        assert "không thấy mã này" in (await lan.say("MOI-K7QF-9FHT")).said
        made = await invite(t)
        await lan.say(made.code)
        assert "đã dùng mã này rồi" in (await lan.say(made.code)).said
        assert "có người dùng rồi" in (await mai.say(made.code)).said
        old = await invite(t, lasts=timedelta(hours=1))
        t.clock.passes(hours=2)
        assert "hết hạn" in (await mai.say(old.code)).said
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
        assert "nghỉ mười phút" in (await thief.say(made.code)).said
        assert "cùng học" in (await (await t.learner("7").meets()).say((await invite(t)).code)).said, "others may"
        t.clock.passes(minutes=11)
        assert "cùng học" in (await thief.say(made.code)).said


async def test_guessing_from_many_chats_is_stopped_for_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setitem(invitations.MAX_TRIES_OF_ALL, "invite", 6)
    async with tutor(tmp_path, book(*LESSONS)) as t:
        for at in range(6):
            await t.learner(str(at)).say("MOI-K7QF-9FHT")
        made = await invite(t)
        assert "nghỉ mười phút" in (await t.learner("99").say(made.code)).said
        t.clock.passes(minutes=11)
        assert "cùng học" in (await t.learner("99").say(made.code)).said
        await t.learner("5").say("MOI-K7QF-9FHT")
        counted = [row["key"] for row in await t.rows("key_value") if row["key"].startswith("guesses:")]
        assert len(counted) == 2, "what was counted before is forgotten"


# --- two phones --------------------------------------------------------------------------------------


async def words_of(learner: Learner) -> str:
    await learner.say("nối máy")
    return next(line for line in learner.said.splitlines() if codes.read(line))


@CHANNELS
async def test_three_words_make_one_person_of_two_phones(tmp_path: Path, channel: str):
    async with tutor(tmp_path, book(*LESSONS)) as t:
        lan = await t.learner("lan-zalo").meets("Lan")
        await (await lan.opens("mot")).tap("Đúng")
        t.clock.passes(minutes=1)
        other = await (await t.learner("lan-web", channel).meets("Lan Web")).opens("hai")
        await other.tap("Đúng")
        said = await words_of(lan)
        assert "Nghỉ mot" in lan.said, "her step is under her thumb again"
        await other.say(said)
        assert other.last.labels == ("Máy của tôi", "Không phải")
        t.clock.passes(minutes=1)
        await other.tap("Máy của tôi")
        assert "nối hai máy rồi" in other.said and "Nghỉ hai" in other.said, "the newest goes on"
        assert "thêm một máy nối" in lan.said
        (person,) = await t.rows("person")
        assert person["name"] == "Lan" and len(await t.rows("identity")) == 2 and len(await t.rows("session")) == 1
        assert {row["learner_id"] for row in await t.rows("attempt")} == {person["learner_id"]}
        assert len(await t.rows("attempt")) == 2 and len(await t.rows("run")) == 2, "nothing that was learnt is lost"
        await lan.say("danh sách bài")
        assert any("mot" in label for label in lan.last.labels) and any("hai" in label for label in lan.last.labels)
        await lan.opens("mot")
        assert "Nghỉ mot" in lan.said
        assert "Hết" in (await lan.tap("Tiếp")).said


async def test_a_new_phone_needs_no_consent_of_its_own(tmp_path: Path):
    async with tutor(tmp_path, book(*LESSONS)) as t:
        lan = await t.learner("1").meets("Lan")
        said = await words_of(lan)
        new = await t.learner("2", WEB).say(said.upper())
        assert "máy trả lời tự động" in new.said and new.last.labels == ("Máy của tôi", "Không phải")
        await new.tap("Máy của tôi")
        assert "Lan" in new.said and len(await t.rows("person")) == 1
        await new.opens("mot")
        await lan.say("danh sách bài")
        assert any("học tiếp" in label for label in lan.last.labels)


async def test_words_that_are_not_hers_are_refused_by_one_tap(tmp_path: Path):
    async with tutor(tmp_path, book(*LESSONS)) as t:
        thief, lan = await t.learner("1").meets("Kẻ gian"), await t.learner("2").meets("Lan")
        said = await words_of(thief)
        await lan.say(said)
        await lan.say("cái gì vậy")
        assert lan.last.labels == ("Máy của tôi", "Không phải"), "asked again, not guessed"
        await lan.tap("Không phải")
        assert "đừng nghe theo" in lan.said and len(await t.rows("person")) == 2
        assert (await t.rows("invitation"))[0]["tries"] == 1


async def test_words_last_ten_minutes_once_and_only_the_newest(tmp_path: Path):
    async with tutor(tmp_path, book(*LESSONS)) as t:
        lan, new = await t.learner("1").meets("Lan"), t.learner("2")
        first = await words_of(lan)
        second = await words_of(lan)
        assert first != second
        assert "không thấy ba chữ" in (await new.say(first)).said
        await new.say(second)
        button = new.buttons["Máy của tôi"]
        t.clock.passes(minutes=11)
        await new.tap("Máy của tôi")
        assert len(await t.rows("person")) == 2, "too late"
        assert "hết hạn" in (await new.say(second)).said
        third = await words_of(lan)
        assert "của chính máy này" in (await lan.say(third)).said
        await new.say(third)
        await new.tap("Máy của tôi")
        await new.tap_token(button)
        assert len(await t.rows("person")) == 1
        assert "dùng rồi" in (await t.learner("3").say(third)).said


async def test_a_link_button_that_was_never_offered_joins_nobody(tmp_path: Path):
    async with tutor(tmp_path, book(*LESSONS)) as t:
        lan, other = await t.learner("1").meets("Lan"), await t.learner("2").meets("Mai")
        said = await words_of(lan)
        code_hash = t.office.names.code(codes.read(said).code)  # type: ignore[union-attr]
        await other.tap_token(f"j:{code_hash}")
        assert len(await t.rows("person")) == 2


async def test_three_everyday_words_in_a_lesson_stay_words(tmp_path: Path):
    async with tutor(tmp_path, book(*LESSONS)) as t:
        lan = await (await t.learner().meets()).opens("mot")
        await lan.say("gà gạo núi")
        assert "ba chữ" not in lan.said and lan.last.labels == ("Sai", "Đúng")


# --- officers ----------------------------------------------------------------------------------------


async def officer_of(t: Tutor, area_id: str, chat: str) -> str:
    made = await t.people.invite(OPERATOR, "officer", area_id)
    before = {row["learner_id"] for row in await t.rows("person")}
    await agrees(await t.learner(chat).say(made.code), "Cán bộ")
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


async def test_a_second_phone_is_no_way_out_of_a_suspension(tmp_path: Path):
    async with tutor(tmp_path, book(*LESSONS)) as t:
        old, new = await t.learner("1").meets("Cũ"), await t.learner("2").meets("Mới")
        await old.say((await invite(t, "instructor")).code)
        (role,) = await t.rows("role")
        await t.people.suspend(OPERATOR, role["learner_id"])
        await new.say((await invite(t, "instructor")).code)
        await new.tap("Để sau")
        await old.say(await words_of(new))
        await old.tap("Máy của tôi")
        assert [row["state"] for row in await t.rows("role")] == ["suspended"]
        assert "cán bộ hội mời" in (await new.say("việc chỉ bài")).said


@pytest.mark.postgres
async def test_codes_joins_and_seats_on_postgresql(tmp_path: Path, postgres_url: str):
    t = Tutor(postgres_url, book(*LESSONS))
    await t.begin()
    try:
        lan = await t.learner("1").say((await invite(t, "instructor")).code)
        await agrees(lan)
        await lan.tap("Tôi hứa")
        assert "không thấy mã" in (await lan.say("MOI-K7QF-9FHT")).said
        await (await lan.opens("mot")).tap("Đúng")
        new = await t.learner("2", WEB).say(await words_of(lan))
        await new.tap("Máy của tôi")
        assert "nối hai máy rồi" in new.said and "Nghỉ mot" in new.said
        await new.say("đổi người học")
        await new.tap("Người khác")
        assert "máy trả lời tự động" in new.said and len(await t.rows("person")) == 2
        await lan.say("xem dữ liệu")
        assert "Lan" in lan.said and "Phường Trấn Biên" in lan.said
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
        cuc = await agrees(await t.learner("cuc").say((await invite(t, "officer")).code), "Cúc")
        actor = await t.people.actor(await id_of(t, "Cúc"))
        made = await t.people.invite(actor, "instructor", WARD)
        other = await invite(t, "instructor")
        hoa, nga = t.learner("hoa"), t.learner("nga")
        if taken:
            await hoa.say(made.code)
        await ends(t, cuc)
        if not taken:
            await hoa.say(made.code)
            assert "mã" in hoa.said
        await agrees(hoa, "Hoa")
        await agrees(await nga.say(other.code), "Nga")
        roles = {row["learner_id"]: row["role"] for row in await t.rows("role") if row["state"] == "active"}
        assert roles == {await id_of(t, "Nga"): "instructor"}
