"""Where one right meets another: a phone that is left, joined or shared × digits × suspensions × deletions × cries.

Each alone is tested elsewhere; here somebody uses the one to get round the other.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.channels.base import Tap, Text
from bot.people.policy.permissions import OPERATOR
from bot.people.profile import Correction
from tests.services.test_offers import SAFETY, instructor, member
from tests.services.test_phones import join, says_yes_to, words_of
from tests.support.builders import book
from tests.support.harness import TELEGRAM, WEB, Learner, Tutor, tutor

WARD, OTHER = "w26041", "w25195"
PHONES = pytest.mark.parametrize("channel", [TELEGRAM, WEB])


@pytest.fixture
async def t(tmp_path: Path) -> AsyncIterator[Tutor]:
    async with tutor(tmp_path, book(SAFETY)) as running:
        yield running


async def id_of(t: Tutor, name: str) -> str:
    return next(str(row["learner_id"]) for row in await t.rows("person") if row["name"] == name)


async def speaks(t: Tutor, one: Learner) -> str | None:
    """The name of who is at this phone; None while it is nobody's."""
    names = {row["learner_id"]: row["name"] for row in await t.rows("person")}
    at = [row for row in await t.rows("identity") if (row["channel"], row["chat_id"]) == (one.channel, one.chat_id)]
    return str(names[at[0]["learner_id"]]) if at else None


async def sits_down(phone: Learner, name: str, digits: str = "") -> None:
    """Somebody new beside whoever is at the phone, who chooses digits where she is asked to."""
    await phone.say("đổi người học")
    if digits:
        await phone.say(digits)
    await phone.tap("Người khác")
    await phone.tap("Đồng ý")
    await phone.say(name)
    await phone.tap_token("a:0")


async def acting(t: Tutor) -> set[str]:
    """Names of who may act on others now."""
    names = {row["learner_id"]: row["name"] for row in await t.rows("person")}
    held = [row for row in await t.rows("role") if row["state"] == "active" and row["role"] != "learner"]
    return {str(names[row["learner_id"]]) for row in held}


# --- digits × deletion -------------------------------------------------------------------------------


@PHONES
@pytest.mark.parametrize("third", ["", "Bé"])
async def test_who_deletes_herself_does_not_leave_the_officer_at_the_phone(t: Tutor, channel: str, third: str):
    """The phone goes to who learns there too, never to who comes back by digits; hers she still can use."""
    cuc = await member(t, "phone", "Cúc", "officer", channel)
    if third:
        await sits_down(cuc, third, "9350")
        await sits_down(cuc, "Út")
    else:
        await sits_down(cuc, "Út", "9350")
    await cuc.say("đổi người học")
    await cuc.tap("Cúc")
    await cuc.say("9350")
    await cuc.say("đổi người học")
    await cuc.tap("Út")
    await (await cuc.say("xóa dữ liệu")).tap("Xóa hết")
    assert await speaks(t, cuc) == (third or None)
    await cuc.tap_token("q:list:0")
    assert await speaks(t, cuc) in ("", third) and "Việc" not in str(cuc.last.labels)
    await cuc.say("đổi người học")
    await cuc.tap("Cúc")
    assert await speaks(t, cuc) != "Cúc"
    await cuc.say("9350")
    assert await speaks(t, cuc) == "Cúc"


async def test_her_file_says_nothing_of_her_digits_nor_of_whom_she_became_one_with(t: Tutor):
    """The file of a shared phone is read by whoever holds it."""
    cuc = await member(t, "phone", "Cúc", "officer")
    await sits_down(cuc, "Út", "9350")
    await join(cuc, await t.learner("other").meets("Mai"))
    for name in ("Cúc", "Út"):
        data = await t.people.export(OPERATOR, await id_of(t, name))
        assert (
            "pin" not in data["person"][0] and "Mai" not in str(data) and data["identity" if name == "Út" else "seat"]
        )


# --- both phones in one batch ------------------------------------------------------------------------


@PHONES
@pytest.mark.parametrize("label", ["Tách máy kia ra", "Tách máy này ra"])
@pytest.mark.parametrize("turned", [False, True])
async def test_both_phones_in_one_batch_are_answered_each_where_she_wrote(
    t: Tutor, channel: str, label: str, turned: bool
):
    lan, mai = await t.learner("first").meets("Lan"), await t.learner("second", channel).meets("Mai")
    await says_yes_to(lan, mai)
    both = [lan.update(Tap(lan.buttons["Đúng, nối vào"])), mai.update(Text("xem dữ liệu"))]
    await t.deliver(*(reversed(both) if turned else both))
    assert len(await t.rows("person")) == 1 and lan.said and mai.said
    await lan.say("tách máy")
    both = [lan.update(Tap(lan.buttons[label])), mai.update(Text("xem dữ liệu"))]
    await t.deliver(*(reversed(both) if turned else both))
    assert (await speaks(t, lan), await speaks(t, mai)) == ("Lan", "Mai")
    assert lan.said and mai.said
    for one, other in ((lan, "Mai"), (mai, "Lan")):
        await one.say("xem dữ liệu")
        assert other not in one.said


# --- suspensions × phones ----------------------------------------------------------------------------


async def suspended(t: Tutor) -> Learner:
    hoa = await instructor(t)
    await t.people.suspend(OPERATOR, await id_of(t, "Hoa"))
    return hoa


async def shows(t: Tutor, one: Learner) -> None:
    await one.shows((await t.people.invite(OPERATOR, "instructor", OTHER)).code)


async def test_leaving_the_phone_ends_no_suspension(t: Tutor):
    hoa = await suspended(t)
    await (await hoa.say("thoát máy này")).tap("Thoát máy này")
    await shows(t, await hoa.meets("Hoa Hai"))
    assert not await acting(t) and "đang tạm dừng" in hoa.said


async def test_nor_does_sitting_down_as_somebody_else(t: Tutor):
    hoa = await suspended(t)
    await sits_down(hoa, "Hoa Hai")
    await shows(t, hoa)
    assert not await acting(t) and "đang tạm dừng" in hoa.said
    await t.people.approve(OPERATOR, await id_of(t, "Hoa Hai"))
    assert await acting(t) == {"Hoa Hai"}, "an officer who knows that it is somebody else lets her"


@pytest.mark.parametrize("typed_at", ["hers", "other"])
async def test_nor_does_joining_another_phone(t: Tutor, typed_at: str):
    """Withdrawn she holds no role, yet no words make another phone one with hers."""
    hoa = await suspended(t)
    await hoa.say("rút đồng ý")
    await hoa.say("cho phép lưu")
    await hoa.tap("Đồng ý")
    await hoa.say("Hoa")
    await hoa.tap_token("a:0")
    fresh = await t.learner("fresh").meets("Hoa Hai")
    if typed_at == "hers":
        await hoa.say(await words_of(fresh))
    else:
        await hoa.say("nối máy")
    assert "không tự nối máy được" in hoa.said
    assert len(await t.rows("person")) == 2


async def test_a_suspension_goes_with_every_person_of_one_phone_into_a_deletion(t: Tutor):
    hoa = await suspended(t)
    await sits_down(hoa, "Hoa Hai")
    await (await hoa.say("xóa dữ liệu")).tap("Xóa hết")
    await shows(t, hoa)
    assert not await acting(t)


# --- a phone that others use × what waits ------------------------------------------------------------


@pytest.mark.parametrize("second", [TELEGRAM, WEB])
async def test_who_has_another_phone_is_told_there_while_somebody_else_sits_at_the_first(t: Tutor, second: str):
    """A letter, a call, a reminder: her conversation goes with her, nothing of it is lost or shown to the other."""
    cuc = await member(t, "cuc", "Cúc", "officer")
    lan = await member(t, "lan", "Lan", "learner")
    other = t.learner("other", second)
    await join(lan, other)
    await lan.opens("thu")
    await sits_down(lan, "Út")
    await t.people.correct(OPERATOR, await id_of(t, "Lan"), Correction(address="bà/con"))
    await t.tells()
    assert "cách xưng hô" in other.said and "cách xưng hô" not in lan.said
    assert not await t.rows("notice") and cuc.heard
    await t.passes(days=1, hours=2)
    assert "Lan" in other.said and "Lan" not in lan.said


# --- cries × questions that are open -----------------------------------------------------------------

CRY = "tôi vừa chuyển tiền cho kẻ lừa đảo, cứu tôi với"


async def asked_for_digits(t: Tutor) -> Learner:
    cuc = await member(t, "phone", "Cúc", "officer")
    return await cuc.say("đổi người học")


async def asked_whose_digits(t: Tutor) -> Learner:
    cuc = await member(t, "phone", "Cúc", "officer")
    await sits_down(cuc, "Út", "9350")
    await cuc.say("đổi người học")
    return await cuc.tap("Cúc")


async def asked_whose_code(t: Tutor) -> Learner:
    lan = await t.learner("lan").meets("Lan")
    return await lan.say((await t.people.invite(OPERATOR, "officer", WARD)).code)


async def asked_whether_to_come_back(t: Tutor) -> Learner:
    await t.learner("lan").meets("Lan")
    return await t.learner("new").say(await t.people.code_back(OPERATOR, await id_of(t, "Lan")))


async def asked_whom_to_vouch_for(t: Tutor) -> Learner:
    cuc = await member(t, "phone", "Cúc", "officer")
    return await cuc.say("mã đổi máy")


async def asked_which_phone(t: Tutor) -> Learner:
    lan = await t.learner("lan").meets("Lan")
    return await lan.say("tách máy")


async def asked_to_delete(t: Tutor) -> Learner:
    lan = await t.learner("lan").meets("Lan")
    return await lan.say("xóa dữ liệu")


async def declined(t: Tutor) -> Learner:
    lan = await t.learner("lan").say("xin chào")
    return await lan.tap("Không")


async def withdrawn(t: Tutor) -> Learner:
    lan = await t.learner("lan").meets("Lan")
    return await lan.say("rút đồng ý")


OPEN = [
    asked_for_digits, asked_whose_digits, asked_whose_code, asked_whether_to_come_back, asked_whom_to_vouch_for,
    asked_which_phone, asked_to_delete, declined, withdrawn,
]  # fmt: skip


@pytest.mark.parametrize("question", OPEN, ids=lambda each: each.__name__)
@pytest.mark.parametrize("cry", [CRY, "cứu tôi với", "con tôi đánh tôi, cứu với"])
async def test_a_cry_is_heard_whatever_is_asked(t: Tutor, question, cry: str):
    one = await question(t)
    await one.say(cry)
    assert [row["state"] for row in await t.rows("request") if row["kind"] == "safety"] == ["waiting"]
    assert "Công an" in one.said or "công an" in one.said
