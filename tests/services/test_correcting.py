"""Data put right by herself or by an officer; a consent taken back by command: at once, and she is told."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.errors import CamtayError, NotAllowed
from bot.people.policy.permissions import OPERATOR, Actor, Grant
from bot.people.policy.profile import places_named
from bot.people.profile import Correction
from bot.tutor.onboarding import is_of_office
from storage.people import people
from storage.people.records import RoleRow
from tests.support.builders import book, lesson, phrases, words
from tests.support.harness import TELEGRAM, WEB, Learner, Tutor, tutor
from tests.support.world import START

QUIZ = lesson(
    """
    - quiz: q
      text: "{Chị} {ten} chọn đi"
      options: [{id: sai, text: Sai}, {id: dung, text: Đúng, right: true}]
    - {say: nghi, text: "{Chị} {ten} nghỉ", wait_tap: Tiếp}
    - {end: het, text: "Hết rồi {chị} {ten}"}
    """
)
WARD, OTHER = "w26041", "w26068"
WARDS = [("w1", "Phường Trấn Biên"), ("w2", "Xã Long Thành"), ("w3", "Xã Bình An"), ("w4", "Phường Bình An")]


@pytest.fixture
async def t(tmp_path: Path) -> AsyncIterator[Tutor]:
    async with tutor(tmp_path, book(QUIZ)) as running:
        running.people.words = lambda phrase_id: phrases()[phrase_id]
        running.people.is_office = lambda name: is_of_office(words(), name)
        yield running


async def meets(t: Tutor, area_id: str = WARD, channel: str = TELEGRAM) -> tuple[Learner, str]:
    she = await t.learner("1", channel).meets("Lan")
    learner_id = str((await t.rows("person"))[0]["learner_id"])

    def settle(c: object) -> None:
        people.set_area(c, learner_id, area_id)  # type: ignore[arg-type]
        people.set_role(c, RoleRow(learner_id, "learner", area_id, "active", "x", START))  # type: ignore[arg-type]

    await t.database.transact(settle)
    return she, learner_id


async def person(t: Tutor) -> dict[str, object]:
    return (await t.rows("person"))[0]


# --- by herself --------------------------------------------------------------------------------------


async def test_she_moves_and_takes_her_place_in_the_union_along(t: Tutor):
    she, _ = await meets(t)
    await she.say("sửa thông tin của tôi")
    assert she.last.labels == ("Tên gọi", "Cách xưng hô", "Xã, phường của tôi", "Điều Hội nên biết", "Danh sách bài")
    await she.tap("Xã, phường của tôi")
    assert "là Phường Trấn Biên" in she.said
    await she.say("Hà Nội")
    assert "chưa tìm ra" in she.said
    await she.say("xa long thanh")
    assert "là Xã Long Thành" in she.said
    moved = await person(t)
    assert moved["area_id"] != WARD
    assert [row["area_id"] for row in await t.rows("role")] == [moved["area_id"]]
    assert "đổi tên" not in she.said and (await she.tap("Tên gọi")).said


async def test_an_old_button_cannot_move_her_to_what_is_no_ward(t: Tutor):
    she, _ = await meets(t)
    for area_id in ("dong-nai", "khong-co", ""):
        await she.tap_token(f"b:ward:{area_id}")
        assert "chưa tìm ra" in she.said
    assert (await person(t))["area_id"] == WARD
    await she.tap_token(f"b:ward:{WARD}")
    assert (await person(t))["area_id"] == WARD


def test_places_by_what_people_type():
    assert places_named("trấn biên", WARDS) == [("w1", "Phường Trấn Biên")]
    assert places_named("Phường Tran Bien.", WARDS) == [("w1", "Phường Trấn Biên")]
    assert places_named("long thàn", WARDS) == [("w2", "Xã Long Thành")]
    assert places_named("bình an", WARDS) == [WARDS[2], WARDS[3]]
    assert places_named("xã bình an", WARDS) == [WARDS[2]]
    assert places_named("hà nội", WARDS) == [] and places_named("", WARDS) == []


async def test_whoever_tells_her_ward_hears_what_follows_where_somebody_confirms(t: Tutor):
    she = await t.learner("1").meets("Bông")
    for confirmed_by in (False, True):
        if confirmed_by:
            cuc = await t.learner("cuc").meets("Cúc")
            await cuc.shows((await t.people.invite(OPERATOR, "officer", "w26041")).code)
        await she.say("sửa thông tin")
        await she.tap("Xã, phường của tôi")
        await she.say("phường Trấn Biên")
        assert ("xem và xác nhận" in she.said) == confirmed_by, "nothing is promised where nobody is"
    await she.shows((await t.people.invite(OPERATOR, "learner", "w26041")).code)
    await she.say("sửa thông tin")
    await she.tap("Xã, phường của tôi")
    await she.say("phường Trấn Biên")
    assert "xác nhận" not in she.said


async def test_needs_are_hers_to_tell_and_to_take_back(t: Tutor):
    she, _ = await meets(t)
    await she.say("sửa thông tin")
    await she.tap("Điều Hội nên biết")
    assert "không muốn thì thôi" in she.said and "Bỏ hết" not in she.buttons
    await she.tap("Tôi ở vùng xa")
    await she.tap("Tôi lớn tuổi")
    assert (await person(t))["needs"] == '["elderly", "remote"]' and "✅ Tôi lớn tuổi" in she.buttons
    await she.tap("✅ Tôi ở vùng xa")
    await she.tap_token("b:need:ethnic")
    assert (await person(t))["needs"] == '["elderly"]'
    await she.tap("Bỏ hết")
    assert (await person(t))["needs"] == "[]"
    answers = [row["answer"] for row in await t.rows("consent")]
    assert answers == ["agreed", "needs_agreed", "needs_withdrawn"]
    words = {row["wording"]: row["text"] for row in await t.rows("wording")}
    asked = words[(await t.rows("consent"))[1]["wording"]]
    assert "Bấm là đồng ý lưu" in asked and "{ten_hoi}" not in asked, "what she agreed to can be found again"
    assert "để dạy học" in words[(await t.rows("consent"))[0]["wording"]]


async def test_the_words_of_her_consent_are_in_her_export(t: Tutor):
    she, learner_id = await meets(t)
    data = await t.people.export(OPERATOR, learner_id)
    assert "Bấm Không vẫn học được" in str(data["consent"][0]["words"]) and she.heard


# --- by an officer -----------------------------------------------------------------------------------


async def test_an_officer_puts_right_at_once_and_she_is_told(t: Tutor):
    she, learner_id = await meets(t)
    await she.opens("thu")
    correction = Correction("Lành", "bà/con", OTHER, ("poor",), agreed=True)
    await t.people.correct(OPERATOR, learner_id, correction)
    await t.tells()
    assert "vừa sửa giúp bà: tên gọi, cách xưng hô, nơi sinh hoạt, điều Hội nên biết" in she.said
    row = await person(t)
    assert (row["name"], row["address"], row["area_id"], row["needs"]) == ("Lành", "bà/con", OTHER, '["poor"]')
    consent = (await t.rows("consent"))[-1]
    assert (consent["channel"], consent["answer"]) == ("officer", "needs_agreed")
    await she.tap("Đúng")
    assert "Bà Lành nghỉ" in she.said, "the lesson that is open calls her so too"
    await t.people.correct(OPERATOR, learner_id, Correction(needs=()))
    assert (await t.rows("consent"))[-1]["answer"] == "needs_withdrawn"


@pytest.mark.parametrize(
    ("correction", "why"),
    [
        (Correction(), "Chưa nói sửa gì"),
        (Correction(name="0912 345 678"), "không dùng làm tên gọi"),
        (Correction(name="Công an xã"), "giống tên cơ quan"),
        (Correction(address="mày/tao"), "Không có cách xưng hô"),
        (Correction(needs=("kinh",), agreed=True), "Không có nhóm nào"),
        (Correction(needs=("poor",)), "chính chị ấy đã đồng ý"),
        (Correction(area_id="w99999"), "Không có địa bàn nào"),
    ],
)
async def test_what_cannot_be_put_right_is_a_sentence(t: Tutor, correction: Correction, why: str):
    _, learner_id = await meets(t)
    before = await person(t)
    with pytest.raises(CamtayError, match=why):
        await t.people.correct(OPERATOR, learner_id, correction)
    assert await person(t) == before


async def test_an_officer_reaches_her_own_people_only_and_moves_them_nowhere_else(t: Tutor):
    _, learner_id = await meets(t)
    mine = Actor("o", (Grant("officer", f"/dong-nai/{WARD}/"),))
    other = Actor("p", (Grant("officer", f"/dong-nai/{OTHER}/"),))
    await t.people.correct(mine, learner_id, Correction(name="Lành"))
    with pytest.raises(CamtayError, match="trong địa bàn mình"):
        await t.people.correct(mine, learner_id, Correction(area_id=OTHER))
    for act in (
        t.people.correct(other, learner_id, Correction(name="Lạ")),
        t.people.withdraw(other, learner_id),
        t.people.see(other, learner_id),
    ):
        with pytest.raises(NotAllowed):
            await act
    assert (await person(t))["name"] == "Lành"
    audit = [row["what"] for row in await t.rows("audit")]
    assert audit[-3:] == ["refused_correct", "refused_withdraw", "refused_export"]


@pytest.mark.parametrize("channel", [TELEGRAM, WEB])
async def test_a_consent_is_taken_back_by_command(t: Tutor, channel: str):
    she, learner_id = await meets(t, channel=channel)
    await she.opens("thu")
    await she.tap("Đúng")
    seen = await t.people.see(OPERATOR, learner_id)
    assert seen["Nơi sinh hoạt"] == "Phường Trấn Biên" and seen["Vai"] == "hội viên, Phường Trấn Biên"
    await t.people.withdraw(OPERATOR, learner_id)
    assert not await t.rows("attempt") and not await t.rows("run") and not await t.rows("role")
    row = await person(t)
    assert (row["consent"], row["name"], row["area_id"]) == ("declined", "", None)
    assert "Lan" not in await t.everything()
    assert [each["answer"] for each in await t.rows("consent")] == ["agreed", "withdrawn"]
    await t.tells()
    assert "đã rút lời đồng ý lưu giúp chị" in she.said
    await she.tap("Tiếp")
    assert "Hết rồi chị" in she.said, "her place stays"
    assert not await t.rows("run")
    with pytest.raises(CamtayError, match="không có gì để rút"):
        await t.people.withdraw(OPERATOR, learner_id)
    with pytest.raises(CamtayError, match="không có gì để sửa"):
        await t.people.correct(OPERATOR, learner_id, Correction(name="Lan"))


async def test_whoever_rests_while_another_sits_at_her_phone_is_reached_too(t: Tutor):
    she, learner_id = await meets(t)
    await she.say("đổi người học")
    await she.tap("Người khác")
    await t.people.withdraw(OPERATOR, learner_id)
    row = next(row for row in await t.rows("person") if row["learner_id"] == learner_id)
    assert (row["consent"], row["name"]) == ("declined", "")
