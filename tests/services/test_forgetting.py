"""A deleted person is found nowhere: not in a dump, not in the raw file, not in files and logs, not after a restore."""

from __future__ import annotations

import logging
import sqlite3
import subprocess
from collections.abc import Awaitable, Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import delete, update

from bot import backup, restoring
from bot.channels.base import Tap
from bot.people.erasure import repeat_deletions
from bot.people.policy import invitations
from bot.people.policy.permissions import OPERATOR
from bot.people.pseudonyms import KEY_FILE, Pseudonyms
from bot.people.retention import Retention, RetentionRules
from bot.telemetry import start_logging, stop_logging
from storage.conversations import tables as conversations_t
from storage.engine import schema
from storage.engine.database import Connection, Database, open_database
from storage.engine.instants import to_ms
from storage.engine.pg_tools import dump
from storage.people import tables as people_t
from storage.people.forgetting import invitees_after
from tests.services.test_phones import join
from tests.support.builders import book, lesson
from tests.support.everywhere import NAME, WARD, fill
from tests.support.harness import TELEGRAM, WEB, Learner, Tutor, empty_database, everything, tutor
from tests.support.postgres import find_binaries

LESSON = lesson(
    """
    - ask: ke
      text: Kể đi
      type: text
      save: ke
    - {say: nghi, text: Nghỉ, wait_tap: Tiếp}
    - {end: het, text: Hết}
    """
)
CHAT = "chat-of-hers-4711"
TRACES = (NAME, "nhà gần chợ Đồn")
KEY = "a key of the tests alone, long enough"


@pytest.fixture(autouse=True)
def logs(tmp_path: Path) -> Iterator[None]:
    loggers = [logging.getLogger(name) for name in (None, "bot", "storage", "flows")]
    levels = [logger.level for logger in loggers]
    start_logging(tmp_path / "log", level="debug")
    yield
    stop_logging()
    for logger, level in zip(loggers, levels, strict=True):
        logger.setLevel(level)


async def live(t: Tutor, channel: str) -> tuple[Learner, str]:
    """She learns, asks for help, loses a secret, instructs, has rows in every table; her id comes back."""
    t.ids.prefix = "id-that-stands-nowhere-else-"
    mai = await t.learner("mai").meets("Mai")
    assert mai.said
    (other,) = (row["learner_id"] for row in await t.rows("person"))
    she = await t.learner(CHAT, channel).meets(NAME)
    learner_id = next(row["learner_id"] for row in await t.rows("person") if row["learner_id"] != other)
    await she.shows((await t.people.invite(OPERATOR, "instructor", WARD)).code)
    await she.tap("Tôi hứa")
    await she.opens("thu")
    await she.say("nhà gần chợ Đồn")
    for text in ("giúp", "mật khẩu của tôi là hoahong123", "nối máy", "MOI-K7QF-9FHT", "xem dữ liệu"):
        await she.say(text)
    await t.database.transact(lambda c: drop_roles_and_fill(c, learner_id, other))
    return she, learner_id


def drop_roles_and_fill(connection: object, learner_id: str, other: str) -> None:
    from storage.people import people

    people.drop_role(connection, learner_id, "instructor")  # type: ignore[arg-type]
    fill(connection, learner_id, other)  # type: ignore[arg-type]


def found_in(folder: Path, *traces: str) -> list[tuple[str, str]]:
    """Which trace stands in which file, in UTF-8 or JSON's own spelling."""
    return [
        (path.name, trace)
        for path in sorted(folder.rglob("*"))
        if path.is_file()
        for trace in traces
        for spelt in {trace.encode(), trace.encode("unicode_escape")}
        if spelt in path.read_bytes()
    ]


@pytest.mark.parametrize("channel", [TELEGRAM, WEB])
async def test_nothing_of_her_is_left_in_any_file(tmp_path: Path, channel: str):
    async with tutor(tmp_path, book(LESSON)) as t:
        she, learner_id = await live(t, channel)
        assert found_in(tmp_path, *TRACES, learner_id), "the search finds what is there"
        await she.say("xóa dữ liệu")
        await she.tap("Xóa hết")
        assert "đã xóa hết" in she.said
        assert found_in(tmp_path, *TRACES, learner_id) == [], "while the tutor still runs"
        chats = [] if channel == WEB else [CHAT]  # the page still shows her the farewell, under its cookie's name
        left = await t.everything()
        assert not [trace for trace in (*TRACES, learner_id, *chats) if trace in left]
    with closing(sqlite3.connect(tmp_path / "camtay.db")) as database:
        logical = "\n".join(database.iterdump())
    assert not [trace for trace in (*TRACES, learner_id, *chats) if trace in logical]
    assert found_in(tmp_path, *TRACES, learner_id, *chats) == []
    assert "Mai" in logical


async def test_nothing_of_her_is_left_when_the_process_dies_right_after_the_deletion(tmp_path: Path):
    async with tutor(tmp_path, book(LESSON)) as t:
        she, learner_id = await live(t, TELEGRAM)
        await she.say("xóa dữ liệu")
        await t.submit([she.update(Tap(she.buttons["Xóa hết"]))])
        with closing(sqlite3.connect(tmp_path / "camtay.db")) as other:
            other.execute("SELECT count(*) FROM person").fetchone()  # else SQLite tidies up as the last connection goes
            await t.crash()
            assert found_in(tmp_path, *TRACES, learner_id), "the log of writes has not been wiped yet"
            await t.ticker.step()
        assert found_in(tmp_path, *TRACES, learner_id) == []


@pytest.mark.parametrize("how", ["officer", "clock"])
async def test_nothing_of_her_is_left_whoever_deletes(tmp_path: Path, how: str):
    async with tutor(tmp_path, book(LESSON)) as t:
        _, learner_id = await live(t, TELEGRAM)
        await t.database.transact(lambda c: no_officer(c, learner_id))
        if how == "officer":
            await t.people.delete(OPERATOR, learner_id)
        else:
            retention = Retention(t.database, t.services, RetentionRules(), t.ids)
            t.clock.passes(days=366)
            await t.database.transact(lambda c: seen(c, t.clock.now(), besides=learner_id))
            assert await retention.ask(t.clock.now()) == 1
            t.clock.passes(days=31)
            assert await retention.forget(t.clock.now()) == 1
        assert found_in(tmp_path, *TRACES, learner_id, CHAT) == [], "in files and logs"
        left = await t.everything()
        assert not [trace for trace in (*TRACES, learner_id, CHAT) if trace in left] and "Mai" in left


def no_officer(connection: Connection, learner_id: str) -> None:
    mine = people_t.role.c.learner_id == learner_id, people_t.role.c.role == "officer"
    connection.execute(delete(people_t.role).where(*mine))


def seen(connection: Connection, now: datetime, besides: str) -> None:
    """Everybody else has just been here."""
    others = conversations_t.session.c.learner_id != besides
    connection.execute(update(conversations_t.session).where(others).values(seen_at=to_ms(now)))


@pytest.mark.postgres
async def test_more_than_one_statement_can_name_are_deleted_again_after_a_restore(postgres_url: str):
    database, names = open_database(postgres_url), Pseudonyms(b"a key of the tests alone")
    await schema.ensure(database)
    row = "lpad(n::text, 5, '0'), 'Lan', '', 'learner', '', 0 FROM generate_series(0, 32999) n"
    listed = f"INSERT INTO invitee (invitee_id, name, area_id, role, by, at) SELECT {row}"
    await database.transact(lambda connection: connection.exec_driver_sql(listed).close())
    await repeat_deletions(database, [names], {names.of(f"{n:05}"): n for n in range(1, 33_000)})
    assert await database.read(lambda connection: invitees_after(connection, "", 9)) == ["00000"]
    await database.close()


@pytest.mark.postgres
async def test_nothing_of_her_is_left_in_a_dump_of_postgresql(tmp_path: Path, postgres_url: str):
    t = Tutor(postgres_url, book(LESSON))
    await t.begin()
    try:
        she, learner_id = await live(t, TELEGRAM)
        await she.say("xóa dữ liệu")
        await she.tap("Xóa hết")
        left = await t.everything()
        assert not [trace for trace in (*TRACES, learner_id, CHAT) if trace in left]
    finally:
        await t.database.close()
    plain = in_plain(postgres_url, tmp_path)
    assert "Mai" in plain
    assert not [trace for trace in (*TRACES, learner_id, CHAT) if trace in plain]


def in_plain(url: str, folder: Path) -> str:
    """A dump as text: the file itself is packed, and a search in it finds nothing of anybody."""
    dump(url, folder / "dump")
    binaries = find_binaries()
    assert binaries is not None
    unpacked = subprocess.run([binaries / "pg_restore", "--file=-", folder / "dump"], check=True, capture_output=True)
    return unpacked.stdout.decode()


NOW = datetime(2026, 11, 25, tzinfo=UTC)


async def a_folder(tmp_path: Path) -> tuple[Path, str, Pseudonyms]:
    """A data folder with its key and an empty database, whose address comes with it."""
    data = tmp_path / "data"
    data.mkdir()
    (data / KEY_FILE).write_text(KEY + "\n")
    await empty_database(data / "camtay.db")
    return data, f"sqlite:///{data / 'camtay.db'}", Pseudonyms.of_folder(data, lambda: "")


async def test_what_was_deleted_stays_deleted_after_a_restore(tmp_path: Path):
    data, url, names = await a_folder(tmp_path)
    async with tutor(data, book(LESSON)) as t:
        t.use(names)
        she, learner_id = await live(t, TELEGRAM)
        stop_logging()
        file, _ = backup.make(data, url, tmp_path / "backup.tar.gz", NOW)
        await she.say("xóa dữ liệu")
        await she.tap("Xóa hết")
    restoring.restore(file, data, url, NOW)
    database = open_database(url)
    try:
        left = await database.read(everything)
        assert "Mai" in left
        assert not [trace for trace in (*TRACES, learner_id, CHAT) if trace in left]
        assert names.of(learner_id) in left, "and it stays known that she is gone"
        assert await still_gone(database, names, learner_id)
    finally:
        await database.close()
    assert found_in(data / "camtay.db", *TRACES) == []


async def test_what_was_deleted_stays_deleted_on_a_new_disk(tmp_path: Path):
    """The newest backup knows of her deletion; an older one is restored into an empty folder."""
    data, url, names = await a_folder(tmp_path)
    async with tutor(data, book(LESSON)) as t:
        t.use(names)
        she, learner_id = await live(t, TELEGRAM)
        stop_logging()
        older, _ = backup.make(data, url, tmp_path / "backups" / "1.tar.gz", NOW)
        await she.say("xóa dữ liệu")
        await she.tap("Xóa hết")
        backup.make(data, url, tmp_path / "backups" / "2.tar.gz", NOW)
    new = tmp_path / "new"
    new.mkdir()
    restoring.restore(older, new, f"sqlite:///{new / 'camtay.db'}", NOW)
    assert found_in(new / "camtay.db", *TRACES) == [] and found_in(new / "deleted.json", learner_id) == []
    database = open_database(f"sqlite:///{new / 'camtay.db'}")
    try:
        assert "Mai" in await database.read(everything) and await still_gone(database, names, learner_id)
    finally:
        await database.close()


async def test_a_restore_that_is_broken_off_and_run_again_brings_nobody_back(tmp_path: Path):
    """It stops at a file that cannot be replaced; by the time it is run again the database that knew is lost."""
    data, url, names = await a_folder(tmp_path)
    (data / "z.note").write_text("note")
    async with tutor(data, book(LESSON)) as t:
        t.use(names)
        she, learner_id = await live(t, TELEGRAM)
        stop_logging()
        file, _ = backup.make(data, url, tmp_path / "backups" / "1.tar.gz", NOW)
        await she.say("xóa dữ liệu")
        await she.tap("Xóa hết")
    (data / "z.note").unlink()
    (data / "z.note" / "in the way").mkdir(parents=True)
    with pytest.raises(backup.BackupFailed):
        restoring.restore(file, data, url, NOW)
    (data / "z.note" / "in the way").rmdir()
    (data / "z.note").rmdir()
    (data / "camtay.db").unlink()
    restoring.restore(file, data, url, NOW.replace(hour=1))
    database = open_database(url)
    try:
        assert await still_gone(database, names, learner_id)
        assert not [trace for trace in (*TRACES, learner_id, CHAT) if trace in await database.read(everything)]
    finally:
        await database.close()


async def still_gone(database: Database, names: Pseudonyms, learner_id: str) -> bool:
    from storage.people import forgetting

    return names.of(learner_id) in await database.read(forgetting.tombstones)


# --- what else a restore does not bring back ---------------------------------------------------------


async def restored_after(
    tmp_path: Path, before: Callable[[Tutor], Awaitable[Any]], after: Callable[[Tutor, Any], Awaitable[None]]
) -> list[dict[str, list[dict[str, Any]]]]:
    """All that is kept once a backup, made between the two, was put back: into the same folder, onto a new disk."""
    data, url, names = await a_folder(tmp_path)
    async with tutor(data, book(LESSON)) as t:
        t.use(names)
        kept = await before(t)
        stop_logging()
        older, _ = backup.make(data, url, tmp_path / "backups" / "1.tar.gz", NOW)
        await after(t, kept)
        backup.make(data, url, tmp_path / "backups" / "2.tar.gz", NOW)
    new = tmp_path / "new"
    new.mkdir()
    found = []
    for folder in (new, data):
        restoring.restore(older, folder, f"sqlite:///{folder / 'camtay.db'}", NOW)
        async with tutor(folder, book(LESSON)) as t:
            found.append({name: await t.rows(name) for name in ("invitation", "identity", "person", "chat_log")})
    return found


async def test_codes_that_were_used_or_taken_back_stay_so(tmp_path: Path):
    async def before(t: Tutor) -> dict[str, str]:
        who = await t.learner("lan").meets("Lan")
        assert who.said
        (lan,) = (row["learner_id"] for row in await t.rows("person"))
        made = {name: (await t.people.invite(OPERATOR, "officer", WARD)).code for name in ("used", "revoked", "open")}
        return {**made, "back": await t.people.code_back(OPERATOR, str(lan))}

    async def after(t: Tutor, kept: dict[str, str]) -> None:
        await t.learner("cuc").meets("Cúc")
        await t.learner("cuc").shows(kept["used"])
        await t.learner("new").shows(kept["back"])
        await t.people.revoke(OPERATOR, short(t.services.names, kept["revoked"]))
        kept["left"] = short(t.services.names, kept["open"])

    kept: dict[str, str] = {}

    async def first(t: Tutor) -> dict[str, str]:
        kept.update(await before(t))
        return kept

    for found in await restored_after(tmp_path, first, after):
        assert [row["code_hash"][: invitations.SHORT] for row in found["invitation"]] == [kept["left"]]


def short(names: Pseudonyms, code: str) -> str:
    return names.code(code.removeprefix("MOI-").replace("-", "").lower())[: invitations.SHORT]


@pytest.mark.parametrize("channel", [TELEGRAM, WEB])
async def test_a_phone_that_was_left_is_not_hers_again(tmp_path: Path, channel: str):
    async def before(t: Tutor) -> None:
        await t.learner("sold", channel).meets("Lan")
        await t.learner("mai", channel).meets("Mai")

    async def after(t: Tutor, _: object) -> None:
        lan = next(row["learner_id"] for row in await t.rows("person") if row["name"] == "Lan")
        assert await t.people.sign_out(OPERATOR, str(lan)) == 1

    for found in await restored_after(tmp_path, before, after):
        assert [row["chat_id"] for row in found["identity"]] == ["mai"], "nobody's until somebody speaks there"
        assert sorted(row["name"] for row in found["person"]) == ["Lan", "Mai"], "she comes back by a code"
        assert not [row for row in found["chat_log"] if row["chat_id"] == "sold"]


async def test_who_became_somebody_who_was_deleted_does_not_come_back(tmp_path: Path):
    """Two phones were joined after the backup, more than a week before the deletion: the backup has both persons."""

    async def before(t: Tutor) -> None:
        await t.learner("first").meets("Zoả")
        await t.learner("second").meets("Zoả Em")
        await t.learner("mai").meets("Mai")

    async def after(t: Tutor, _: object) -> None:
        first, second = t.learner("first"), t.learner("second")
        await join(first, second)
        await t.passes(days=9)
        await t.ticker.sweep()
        assert not await t.rows("joined")
        await (await first.say("xóa dữ liệu")).tap("Xóa hết")

    for found in await restored_after(tmp_path, before, after):
        assert [row["name"] for row in found["person"]] == ["Mai"]


async def test_whom_an_undone_joining_gave_back_is_not_deleted_with_the_other(tmp_path: Path):
    async def before(t: Tutor) -> None:
        await t.learner("first").meets("Zoả")
        await t.learner("second").meets("Bé")

    async def after(t: Tutor, _: object) -> None:
        first, second = t.learner("first"), t.learner("second")
        await join(first, second)
        await (await first.say("tách máy")).tap("Tách máy kia ra")
        await (await first.say("xóa dữ liệu")).tap("Xóa hết")

    for found in await restored_after(tmp_path, before, after):
        assert [row["name"] for row in found["person"]] == ["Bé"]


async def test_a_joining_that_was_undone_does_not_come_back(tmp_path: Path):
    """The backup was made while a stranger's phone was joined with hers."""

    async def before(t: Tutor) -> None:
        await t.learner("hers").meets("Lan")
        await t.learner("strange").meets("Mai")
        await join(t.learner("hers"), t.learner("strange"))

    async def after(t: Tutor, _: object) -> None:
        await (await t.learner("hers").say("tách máy")).tap("Tách máy kia ra")

    for found in await restored_after(tmp_path, before, after):
        assert [row["chat_id"] for row in found["identity"]] == ["hers"]
