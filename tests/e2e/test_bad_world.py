"""A bad world around a tutor that runs: what goes wrong is said, nothing is lost, and all goes on afterwards."""

from __future__ import annotations

import asyncio
import json
import resource
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from io import BytesIO
from pathlib import Path
from typing import Any

import aiohttp
import asyncpg
import pytest

from bot.channels.telegram.webhook import SECRET_HEADER, webhook_secret
from tests.crash.stage import Stage, environment, open_stage
from tests.support.environment import leave_out
from tests.support.fake_telegram import FakeTelegram
from tests.support.postgres import NOT_FOUND, find_binaries, private_server
from tests.support.process import TutorProcess, free_port, log_lines, running, until
from tests.support.short_lesson import Crowd, looks, see, take_lesson, write_lessons
from tests.support.web_learner import WebLearner

pytestmark = [pytest.mark.crash, pytest.mark.timeout(180)]

LEARNERS = 6


def log_says(tutor: TutorProcess, what: str) -> bool:
    return any(what in json.dumps(line, ensure_ascii=False) for line in log_lines(tutor))


# --- Telegram ----------------------------------------------------------------------------------------


async def test_a_wrong_token_leaves_the_web_chat_to_everybody(tmp_path: Path) -> None:
    lessons = write_lessons(tmp_path / "lessons")
    async with FakeTelegram() as fake:
        wrong = environment(fake, lessons, "", "polling", 0) | {"TELEGRAM_TOKEN": "4711:not-the-right-one-of-this-bot"}
        async with running(tmp_path / "tutor", wrong) as tutor:
            await until(lambda: log_says(tutor, "Telegram không nhận mã bot"))
            assert (await tutor.health())[1]["telegram"] == "token refused"
            async with WebLearner(tutor) as learner:
                await learner.take_lesson()
            assert await tutor.stop() < 10
            assert tutor.exit_code == 0
            assert "not-the-right-one" not in tutor.output
            assert not log_says(tutor, "not-the-right-one")


@pytest.mark.parametrize("mode", ["polling", "webhook"])
async def test_without_network_the_web_chat_works_and_telegram_resumes(tmp_path: Path, mode: str) -> None:
    lessons = write_lessons(tmp_path / "lessons")
    fake = FakeTelegram(port=free_port())
    tutor = TutorProcess(tmp_path / "tutor")
    tutor.environ |= environment(fake, lessons, "", mode, tutor.port)
    try:
        await tutor.start()
        async with WebLearner(tutor) as learner:
            await learner.take_lesson()
        async with fake:
            await take_lesson(fake.learner(7))
            await fake.stop()
            await until(lambda: log_says(tutor, "polling waits") or mode == "webhook")
            fake.learner(8).start()
            await fake.start()
            if mode == "webhook":
                fake.delivery.begin()
            await see(fake.learner(8), "c:yes")
        assert tutor.exit_code is None
    finally:
        await tutor.kill()


async def test_another_poller_is_waited_out(tmp_path: Path) -> None:
    async with open_stage(tmp_path, "", "polling") as stage, aiohttp.ClientSession() as session:
        address = f"{stage.fake.url}/bot{stage.fake.token}/getUpdates"
        for _ in range(2):  # each call ends the tutor's own poll with 409
            async with session.post(address, json={"timeout": 0}) as answer:
                assert answer.status == 200
            await until(lambda: log_says(stage.tutor, "Telegram"), 20)
        learner = stage.crowd.newcomers(1)[0]
        await take_lesson(learner)
        assert not stage.problems([learner], 0)


async def test_telegram_fails_now_and_then(tmp_path: Path) -> None:
    """5xx, lost answers, 429: everybody finishes; only a lost answer may double a message."""
    async with open_stage(tmp_path, "", "polling") as stage:
        stage.fake.faults.answer(502, "Bad Gateway", times=3)
        stage.fake.faults.throttle(1, times=2)
        stage.fake.faults.answer(500, "Internal Server Error", method="getUpdates", times=2)
        stage.fake.faults.drop(after=True, times=1)
        learners, finished = stage.begin(LEARNERS)
        await finished
        assert not stage.problems(learners, 1)
        await stage.settled()


# --- the web server as the world sees it -------------------------------------------------------------


async def test_hostile_updates_through_the_webhook(tmp_path: Path) -> None:
    async with open_stage(tmp_path, "", "webhook") as stage, aiohttp.ClientSession() as session:
        secret = webhook_secret(stage.fake.token)

        async def post(body: bytes, given: str = secret) -> int:
            headers = {SECRET_HEADER: given} if given else {}
            async with session.post(f"{stage.tutor.url}/telegram", data=BytesIO(body), headers=headers) as answer:
                await answer.read()
                return answer.status

        assert await post(b"{}", "") == 401
        assert await post(b"{}", secret[:-1] + "x") == 401
        assert await post(b"{}", "sáu".encode().decode("latin-1")) == 401
        for body in _hostile():
            assert await post(body) == 200, body[:80]
        assert await post(b" " * 1_100_000) == 413
        learner, finished = stage.begin(1)
        await finished
        assert not stage.problems(learner, 0)
        assert (await stage.tutor.health())[1]["set_aside"] == 0


def _hostile() -> Iterator[bytes]:
    """Bodies that no honest Telegram sends, or that we never asked for."""
    yield from (b"", b"null", b"[]", b"{", b'{"update_id": "1"}', b"\xff\xfe", b"[" * 100_000, b'{"update_id": 1e400}')
    yield from (
        b'{"update_id": -5}',
        b'{"update_id": 9007199254740993, "message": {}}',
        b'{"update_id": 3, "message": 5}',
    )
    unknown: tuple[dict[str, Any], ...] = ({"poll_answer": {}}, {"business_message": {"text": 5}}, {"message": None})
    for number, content in enumerate(unknown):
        yield json.dumps({"update_id": 10 + number, **content}).encode()


async def test_strange_texts_are_answered_kindly(tmp_path: Path) -> None:
    async with open_stage(tmp_path, "", "webhook") as stage:
        learner = stage.crowd.newcomers(1)[0]
        learner.start()
        await see(learner, "c:yes")
        strange = (
            "x" * 100_000,
            "🙂" * 4_000,
            "\x00\x01\x02",
            "\u202egnợưc",
            "\u200b" * 50,
            "'; DROP TABLE person; --",
        )
        for text in strange:
            seen = len(learner.inbox)
            learner.say(text)
            await until(lambda seen=seen: len(learner.inbox) > seen)
        for kind in ("sticker", "photo", "voice", "location", "contact", "document"):
            seen = len(learner.inbox)
            learner.send(kind)
            await until(lambda seen=seen: len(learner.inbox) > seen)
        assert (await stage.tutor.health())[1]["set_aside"] == 0
        assert not stage.fake.violations


# --- the database ------------------------------------------------------------------------------------


async def test_a_database_locked_by_another_program_for_a_while(tmp_path: Path) -> None:
    async with open_stage(tmp_path, "", "polling") as stage:
        _, finished = stage.begin(LEARNERS)
        with closing(sqlite3.connect(stage.tutor.data / "camtay.db", timeout=10, isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            await until(lambda: log_says(stage.tutor, "chương trình khác"), 20)
            assert stage.fake.bot.queue, "nothing may be acknowledged that is not stored"
            other.execute("ROLLBACK")
        await finished
        assert not await stage.final_problems()


async def test_a_full_disk(tmp_path: Path) -> None:
    """While nothing can be written nothing is acknowledged, on Telegram and on the web; then all goes on."""
    async with open_stage(tmp_path, "", "polling") as stage, WebLearner(stage.tutor) as web:
        opened = await web.log()
        _, finished = stage.begin(LEARNERS)
        with _no_file_may_grow(stage):
            assert await _send_once(web, "c:yes") == 503
            await until(lambda: _is_unwell(stage.tutor))
            await until(lambda: stage.fake.bot.queue)
            stage.fake.faults.answer(500, "Internal Server Error", method="getUpdates")
            await until(lambda: not stage.fake.faults.waiting)  # it has asked again: for the same updates
            assert stage.fake.bot.queue
            assert stage.tutor.exit_code is None
        await finished
        assert len(await web.log()) == len(opened)
        await web.take_lesson()
        assert (await stage.tutor.health())[0] == 200
        assert not await stage.final_problems()


async def test_a_full_disk_of_postgresql(tmp_path: Path, postgres_url: str) -> None:
    """What a server says whose disk is full (SQLSTATE 53100) at each write, until there is room."""
    async with open_stage(tmp_path, postgres_url, "polling") as stage, WebLearner(stage.tutor) as web:
        await web.log()
        await _on_server(postgres_url, *FILL)
        _, finished = stage.begin(LEARNERS)
        assert await _send_once(web, "c:yes") == 503
        await until(lambda: _is_unwell(stage.tutor))
        assert "ổ đĩa đã đầy" in str((await stage.tutor.health())[1]), "whoever keeps the machine reads why"
        await until(lambda: log_says(stage.tutor, "polling waits"))
        assert stage.fake.bot.queue, "nothing may be acknowledged that is not stored"
        await _on_server(postgres_url, "DROP FUNCTION fill() CASCADE")
        await finished
        await web.take_lesson()
        stage.crashes = 1  # a send whose end could not be written down may be repeated once
        assert not await stage.final_problems()
        assert (await stage.tutor.health())[1]["set_aside"] == 0


SAYS = 'could not extend file "base/16384/2619": No space left on device'
FILL = (
    f"CREATE FUNCTION fill() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN RAISE '{SAYS}' USING ERRCODE = '53100'; END$$",
    *(
        f"CREATE TRIGGER filled BEFORE INSERT OR UPDATE OR DELETE ON {table} EXECUTE FUNCTION fill()"
        for table in ("inbox", "outbox", "key_value")
    ),
)


async def _on_server(url: str, *statements: str) -> None:
    connection = await asyncpg.connect(url)
    try:
        for each in statements:
            await connection.execute(each)
    finally:
        await connection.close()


@contextmanager
def _no_file_may_grow(stage: Stage) -> Iterator[None]:
    """As on a full disk: every write beyond what the largest file already holds fails."""
    before = resource.prlimit(stage.tutor.pid, resource.RLIMIT_FSIZE)
    resource.prlimit(stage.tutor.pid, resource.RLIMIT_FSIZE, (1, before[1]))
    try:
        yield
    finally:
        resource.prlimit(stage.tutor.pid, resource.RLIMIT_FSIZE, before)


async def _send_once(web: WebLearner, token: str) -> int:
    message = {"id": "disk-is-full", "token": token}
    async with web._session.post(f"{web.tutor.url}/chat/send", json=message) as answer:
        return answer.status


async def test_postgresql_stopped_and_started_under_load(tmp_path: Path) -> None:
    binaries = find_binaries() or leave_out(NOT_FOUND)
    with private_server(binaries) as power:
        async with open_stage(tmp_path, power.url, "polling") as stage:
            _, finished = stage.begin(LEARNERS)
            await until(lambda: stage.fake.counts["sendMessage"] > 4 * LEARNERS, every_s=0.001)
            await asyncio.to_thread(power.off)
            await until(lambda: _is_unwell(stage.tutor))
            fresh = stage.crowd.newcomers(1)[0]
            fresh.start()
            await until(lambda: log_says(stage.tutor, "polling waits") or log_says(stage.tutor, "storage away"))
            assert not fresh.inbox
            await asyncio.to_thread(power.on)
            await finished
            await see(fresh, "c:yes")
            stage.crashes = 1  # a send whose end could not be written down may be repeated once
            assert not await stage.final_problems()
            assert (await stage.tutor.health())[0] == 200
            assert stage.tutor.exit_code is None


async def _is_unwell(tutor: TutorProcess) -> bool:
    return (await tutor.health())[0] == 503


# --- the clock ---------------------------------------------------------------------------------------


async def test_a_clock_that_jumps(tmp_path: Path) -> None:
    clock = tmp_path / "clock"
    clock.write_text("0", "ascii")
    lessons = write_lessons(tmp_path / "lessons")
    async with FakeTelegram() as fake:
        tutor = TutorProcess(tmp_path / "tutor", {"TEST_CLOCK_FILE": str(clock)})
        tutor.environ |= environment(fake, lessons, "", "polling", tutor.port)
        try:
            await tutor.start()
            crowd = Crowd(fake)
            for days in (0, -400, 3, -2):
                draft = clock.with_suffix(".draft")
                draft.write_text(str(days * 86_400), "ascii")
                draft.rename(clock)
                learner = crowd.newcomers(1)[0]
                await take_lesson(learner)
                crowd.shown = crowd.shown or [looks(message) for message in learner.inbox]
                assert not crowd.problems([learner], 0)
                await tutor.kill()
                await tutor.start()
            async with WebLearner(tutor) as web:
                await web.take_lesson()
        finally:
            await tutor.kill()
