"""The link to the desk through the own chat: to whom it is given, and never where several share the phone."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.people.policy.permissions import OPERATOR
from storage.engine.database import Connection
from storage.people import seats
from storage.people.records import PersonRow
from tests.support.builders import book, lesson
from tests.support.harness import TELEGRAM, WEB, Learner, Tutor, tutor

BOOK = book(lesson("- {say: mot, text: Một, wait_tap: Tiếp}\n- {end: het, text: Hết}"))
WARD = "w26041"


async def officer(t: Tutor, channel: str = WEB, role: str = "officer") -> Learner:
    """Cúc, who has taken this role in her own chat."""
    cuc = await t.learner("cuc", channel).meets("Cúc")
    await cuc.shows((await t.people.invite(OPERATOR, role, WARD)).code)
    return cuc


async def test_a_link_is_given_on_the_own_phone_and_on_no_shared_one(tmp_path: Path):
    async with tutor(tmp_path, BOOK) as t:
        cuc = await officer(t)
        await cuc.say("bàn làm việc")
        assert "/desk/vao/" in cuc.said

        def beside(c: Connection) -> None:
            now = t.clock.now()
            seats.add_beside(c, PersonRow("p-chau", "Cháu", "chị/em", "agreed"), WEB, "cuc", now)
            mine = next(row.learner_id for row in c.exec_driver_sql("SELECT learner_id FROM person WHERE name = 'Cúc'"))
            seats.take_seats(c, WEB, "cuc", [mine, "p-chau"], now)

        await t.database.transact(beside)
        await cuc.say("bàn làm việc")
        assert "nhiều người dùng chung" in cuc.said and "/desk/vao/" not in cuc.said
        good = [row for row in await t.rows("invitation") if row["kind"] == "desk" and row["used_at"] is None]
        assert len(good) <= 1, "nothing new was made"


@pytest.mark.parametrize(("role", "channel"), [("learner", WEB), ("instructor", WEB), ("officer", TELEGRAM)])
async def test_who_has_nothing_to_do_there_or_no_page_to_go_to_gets_none(tmp_path: Path, role: str, channel: str):
    async with tutor(tmp_path, BOOK) as t:
        cuc = await officer(t, channel, role)
        await cuc.say("bàn làm việc")
        assert "/desk/vao/" not in cuc.said
        assert [row for row in await t.rows("invitation") if row["kind"] == "desk"] == []
