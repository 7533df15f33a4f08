"""Several persons on one phone: whoever holds a role comes back by digits of her own; learners stay easy."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.people.policy import pins
from bot.people.policy.permissions import OPERATOR
from tests.support.builders import book, lesson
from tests.support.harness import TELEGRAM, WEB, Learner, Tutor, tutor

LESSON = lesson("- {say: nghi, text: Nghỉ, wait_tap: Tiếp}\n- {end: het, text: Hết}")
WARD = "w26041"


@pytest.fixture(params=[TELEGRAM, WEB])
async def phone(tmp_path: Path, request: pytest.FixtureRequest) -> AsyncIterator[Learner]:
    """Cúc the officer, at the phone that Bé will learn on too."""
    async with tutor(tmp_path, book(LESSON)) as t:
        cuc = await t.learner("phone", request.param).meets("Cúc")
        yield await cuc.shows((await t.people.invite(OPERATOR, "officer", WARD)).code)


async def be_sits_down(phone: Learner, digits: str = "9350") -> None:
    await phone.say("đổi người học")
    await phone.say(digits)
    await phone.tap("Người khác")
    await phone.tap("Đồng ý")
    await phone.say("Bé")
    await phone.tap_token("a:0")


async def sits(t: Tutor) -> str:
    names = {row["learner_id"]: row["name"] for row in await t.rows("person")}
    (identity,) = await t.rows("identity")
    return str(names[identity["learner_id"]])


async def test_before_the_phone_goes_to_somebody_else_she_chooses_digits(phone: Learner):
    await phone.say("đổi người học")
    assert "chữ số của riêng mình" in phone.said and "Người khác" not in phone.last.labels
    for weak in ("1234", "0000", "9876", "12", "1234567", "hoa mai"):
        await phone.say(weak)
        assert "Người khác" not in phone.last.labels, weak
    await phone.say("93 50")
    assert phone.last.labels == ("Cúc", "Người khác")
    assert "9350" not in await phone.tutor.everything() and "93 50" not in await phone.tutor.everything()


async def test_nobody_switches_to_the_officer_without_her_digits(phone: Learner):
    await be_sits_down(phone)
    t = phone.tutor
    await phone.say("đổi người học")
    officer = phone.buttons["Cúc"]
    await phone.tap("Cúc")
    assert "chữ số riêng" in phone.said and await sits(t) == "Bé"
    await phone.say("1111")
    await phone.tap_token("q:list:")
    assert "địa bàn khác" in phone.said
    await phone.tap_token(officer)
    assert await sits(t) == "Bé"
    await phone.say("đổi người học")
    await phone.tap("Cúc")
    await phone.say("9350")
    assert await sits(t) == "Cúc" and "chào chị Cúc" in phone.said
    assert "9350" not in await t.everything()
    await phone.say("đổi người học")
    await phone.tap("Bé")
    assert await sits(t) == "Bé", "a learner stays easy"


async def test_guessing_is_stopped_and_an_officer_lets_her_in_again(phone: Learner):
    await be_sits_down(phone)
    t = phone.tutor
    await phone.say("đổi người học")
    await phone.tap("Cúc")
    for at in range(pins.MAX_TRIES):
        await phone.say(f"70{at}3")
    await phone.say("9350")
    assert "nhiều lần" in phone.said and await sits(t) == "Bé"
    cuc = next(str(row["learner_id"]) for row in await t.rows("person") if row["name"] == "Cúc")
    await phone.shows(await t.people.code_back(OPERATOR, cuc))
    assert await sits(t) == "Cúc" and len(await t.rows("person")) == 2, "she sits down; nobody has become her"
    await phone.say("đổi người học")
    assert "chữ số của riêng mình" in phone.said, "and chooses new ones"


@pytest.mark.parametrize("ends", ["late", "suspended"])
async def test_a_code_that_ended_before_she_said_yes_opens_nothing(phone: Learner, ends: str):
    await be_sits_down(phone)
    t = phone.tutor
    cuc = next(str(row["learner_id"]) for row in await t.rows("person") if row["name"] == "Cúc")
    await phone.say(await t.people.code_back(OPERATOR, cuc))
    if ends == "late":
        t.clock.passes(hours=25)
    else:
        await t.people.suspend(OPERATOR, cuc, "officer")
    await phone.tap("Đúng là tôi")
    assert "hết hạn" in phone.said and await sits(t) == "Bé"
    assert next(row["pin"] for row in await t.rows("person") if row["name"] == "Cúc"), "her digits stay"


async def test_whoever_became_an_officer_meanwhile_is_not_open_to_all(phone: Learner):
    await be_sits_down(phone)
    t = phone.tutor
    await t.database.transact(lambda c: clear_pin(c))
    await phone.say("đổi người học")
    await phone.tap("Cúc")
    assert "chưa đặt chữ số riêng" in phone.said and await sits(t) == "Bé"


def clear_pin(connection: object) -> None:
    from sqlalchemy import text

    connection.execute(text("UPDATE person SET pin = ''"))  # type: ignore[attr-defined]


async def test_the_question_stands_and_leads_back(phone: Learner):
    await be_sits_down(phone)
    await phone.say("đổi người học")
    await phone.tap("Cúc")
    await phone.send("sticker")
    assert "chữ số riêng" in phone.said
    await phone.tap("Quay lại")
    assert await sits(phone.tutor) == "Bé" and "chữ số" not in phone.said
