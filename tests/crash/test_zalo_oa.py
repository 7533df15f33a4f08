"""SIGKILL while an Official Account's events come in and its messages go out: nobody loses her place, no step twice."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from itertools import groupby
from pathlib import Path
from random import Random

import pytest

from tests.channels.conformance.under_test import number_before
from tests.support.fake_zalo_oa import FakeZaloOa, Person
from tests.support.process import TutorProcess, until
from tests.support.short_lesson import LAST, book_problems, write_lessons

pytestmark = [pytest.mark.crash, pytest.mark.timeout(1800)]

PICKS = ("Đồng ý", "Bỏ qua", "Gọi chị, xưng em", "Bài thử", "Tiếp", "Màu đỏ", "=5", "=4", "Giữ kín", "Xong rồi")
"""What she waits for and chooses by its number; "=5": the number itself, when the question is there."""
ASKED = {"=5": "Bước ba", "=4": "đầu ngón tay"}
POINTS = ("after commit", "after send", "")  # "before settle" need not come: a repeated event settles as well
WITHIN_S = 120.0


async def take_lesson(person: Person) -> None:
    """From following to the end; whatever is lost stops her."""
    at = 0
    person.follow()
    for pick in PICKS:
        words = ASKED.get(pick, pick)

        def newest(words: str = words, since: int = at) -> int:
            return next((n for n, each in enumerate(person.inbox) if n >= since and words in each.text), -1) + 1

        at = await until(newest, WITHIN_S)
        person.says(pick[1:] if pick in ASKED else number_before(pick, [person.inbox[at - 1].text]))
    await until(lambda: any(LAST in each.text for each in person.inbox[at:]), WITHIN_S)


@asynccontextmanager
async def serving(folder: Path, database_url: str) -> AsyncIterator[tuple[TutorProcess, FakeZaloOa]]:
    lessons = write_lessons(folder / "lessons")
    async with FakeZaloOa(pauses=(0.5,) * 200) as fake:
        fake.account.switches.windows = False  # a learner in a hurry hears more than eight messages in a second
        tutor = TutorProcess(folder / "tutor")
        fake.webhook = f"http://127.0.0.1:{tutor.port}/zalo-oa"
        names = {"app_id": fake.app_id, "oa_id": fake.oa_id, "webhook_url": fake.webhook}
        bases = {"api_base": fake.url, "oauth_base": fake.url}
        tutor.environ |= {
            "ZALO_APP_SECRET": fake.app_secret,
            "ZALO_OA_SECRET": fake.oa_secret,
            "ZALO_OA_REFRESH_TOKEN": fake.account.refresh,
            "DATABASE_URL": database_url,
            "CAMTAY__LESSONS__DIR": str(lessons),
            **{f"CAMTAY__ZALO_OA__{name.upper()}": value for name, value in {**names, **bases}.items()},
        }
        try:
            await tutor.start()
            yield tutor, fake
        finally:
            await tutor.kill()


async def killed_in_the_middle(tutor: TutorProcess, fake: FakeZaloOa, point: str, rng: Random, messages: int) -> None:
    """Kill it where it hurts, or at random once some more messages have arrived; start it again at once."""
    if point:
        tutor.crash_at(point, rng.randint(1, 3))
    else:
        sent = fake.account.counts["message"] + rng.randrange(1, messages)
        await until(lambda: fake.account.counts["message"] >= sent, WITHIN_S, 0.001)
        await tutor.kill()
    assert await tutor.ended() == -9, tutor.output
    await tutor.launch()


async def test_nobody_loses_her_place(tmp_path: Path, database_url: str, long_run: bool) -> None:
    """On PostgreSQL each event is posted twice as well."""
    (learners, kills), twice = (200, 5) if long_run else (6, 2), bool(database_url)
    async with serving(tmp_path, database_url) as (tutor, fake):
        fake.account.switches.twice = twice
        first = fake.person("7000")
        await take_lesson(first)
        crowd = [fake.person(f"{7001 + number}") for number in range(learners)]
        finished = asyncio.gather(*(take_lesson(each) for each in crowd))
        rng = Random(f"{bool(database_url)} {twice}")
        for kill in range(kills):
            await killed_in_the_middle(tutor, fake, POINTS[(kill + twice) % len(POINTS)], rng, 2 * learners)
        await finished
        for each in crowd:
            once = [text for text, _ in groupby(shown.text for shown in each.inbox)]
            assert once == [shown.text for shown in first.inbox], each.user_id
            assert len(each.inbox) - len(once) <= kills, "at most one message doubled by a crash"
        await tutor.ready()
        url = database_url or f"sqlite:///{tutor.data / 'camtay.db'}"
        assert not await book_problems(url, [first.user_id, *(each.user_id for each in crowd)])
        assert fake.account.used == [] and not fake.disabled, "no refresh token was shown twice"
        assert "SECRET" not in tutor.output
