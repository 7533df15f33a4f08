"""A whole life among others, then her deletion: a search over database, files, logs and left-overs finds nothing.

Every way by which others come to see her name is gone through once, with conversations of others in between.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot import restoring
from bot.channels.base import Text
from bot.people.policy import invitations
from bot.people.policy.permissions import OPERATOR
from bot.telemetry import start_logging, stop_logging
from storage.conversations.leaving import CORRUPT
from storage.engine import key_value
from storage.engine.files import BACKUP
from storage.people import areas, invitees
from storage.people.areas import AreaRow
from storage.people.records import InviteeRow
from tests.services.test_forgetting import in_plain
from tests.services.test_offers import SAFETY, instructor, member
from tests.services.test_phones import join, words_of
from tests.support.builders import book
from tests.support.harness import WEB, Learner, Tutor, empty_database
from tests.support.town import Town

HER = "Zoả"
CHATS = ("chat-of-hers-4711", "chat-of-hers-4712")
WARD = "w26041"


@pytest.fixture(autouse=True)
def logs(tmp_path: Path) -> Iterator[None]:
    loggers = [logging.getLogger(name) for name in (None, "bot", "storage", "flows")]
    levels = [logger.level for logger in loggers]
    start_logging(tmp_path / "log", level="debug")
    yield
    stop_logging()
    for logger, level in zip(loggers, levels, strict=True):
        logger.setLevel(level)


async def her_code(t: Tutor) -> str:
    """She stands in a list of her branch."""

    def add(c):
        areas.add(c, [AreaRow("b-sen", WARD, "branch", "Hoa Sen", "", f"/dong-nai/{WARD}/b-sen/")])
        invitees.add(c, [InviteeRow("i-of-hers", f"Nguyễn Thị {HER}", "b-sen", "learner")], "x", t.clock.now())

    await t.database.transact(add)
    return (await t.people.invite(OPERATOR, "learner", "b-sen", "i-of-hers")).code


async def comes(t: Tutor, mai: Learner) -> Learner:
    """Her code is opened by somebody else first, and her words are typed by a stranger who then says no."""
    code = await her_code(t)
    await mai.say(code)
    assert HER in mai.said
    await mai.tap("Không phải tôi")
    her = await t.learner(CHATS[0], WEB).meets(f"{HER} Cũ")
    await her.shows(code)
    await mai.say(await words_of(her))
    assert HER in mai.said
    await mai.tap("Không phải")
    return her


async def is_guided(t: Tutor, her: Learner, mai: Learner, hoa: Learner) -> None:
    """She and Mai have the same instructor; letters go both ways; she changes her name in between."""
    for one in (her, mai):
        await one.say("nhờ người chỉ")
        await t.tells()
        await hoa.tap("Nhận giúp")
        await t.tells()
    await hoa.say("học viên của tôi")
    await her.say("đổi tên")
    await her.say(HER)
    await hoa.say("học viên của tôi")
    for one, other in ((her, hoa), (mai, hoa)):
        await one.say("nhắn người chỉ")
        await one.say(f"chào chị, em là {HER}" if one is her else "em Mai đây")
        await t.tells()
        await other.say("để chị coi nghe")
        await t.tells()


async def has_two_phones(t: Tutor, her: Learner, hoa: Learner) -> None:
    """On her other phone she was somebody of her own, known to an instructor, with a state that could not be read."""
    second = await member(t, CHATS[1], f"{HER} Hai", "learner", WEB)
    key = f"{CORRUPT}{await id_at(t, second)}:3"
    await t.database.transact(lambda c: key_value.put_key(c, key, f'{{"name": "{HER} Hai', None))
    await second.say("giúp")
    await t.tells()
    await join(her, second)
    assert hoa.heard


async def is_robbed(t: Tutor, her: Learner, cuc: Learner) -> None:
    await her.say("tôi bị lừa mất tiền rồi")
    await t.tells()
    await cuc.tap("Tôi lo việc này")
    await t.tells()
    await cuc.tap("Nhắn tin")
    await cuc.say("chị gọi ngân hàng chưa?")
    await t.tells()
    await her.say("gọi rồi em")
    await t.tells()


async def is_listed(*officers: Learner) -> None:
    """Among work and codes, by name for a new phone, and as present at a meeting."""
    for one in officers:
        for words in ("thoát", "việc của cán bộ", "mã đã phát", "mã đổi máy", HER, "họp chi hội"):
            await one.say(words)
        for label in ("Bài thu", "Tiếp", f"☐ {HER}"):
            await one.tap(label)


async def ends(t: Tutor, dao: Learner, hoa: Learner) -> None:
    """An officer who saw her is none any more; her instructor goes on on a new phone, which can still be undone."""
    for words in ("thoát", "học viên của tôi"):
        await hoa.say(words)
    her = await id_at(t, dao)
    (used,) = (row["code_hash"] for row in await t.rows("invitation") if row["used_by"] == her)
    await t.people.revoke(OPERATOR, used[: invitations.SHORT])
    await t.learner("hoa-2", WEB).shows(await t.people.code_back(OPERATOR, await id_at(t, hoa)))
    await hoa.say("học viên của tôi")
    await t.tells()


async def id_at(t: Tutor, one: Learner) -> str:
    return next(str(row["learner_id"]) for row in await t.rows("identity") if row["chat_id"] == one.chat_id)


async def life(t: Tutor) -> Learner:
    t.ids.prefix = "id-that-stands-nowhere-else-"
    hoa = await instructor(t, channel=WEB)
    cuc = await member(t, "cuc", "Cúc", "officer", WEB)
    dao = await member(t, "dao", "Đào", "officer", WEB)
    mai = await member(t, "mai", "Mai", "learner", WEB)
    her = await comes(t, mai)
    await is_guided(t, her, mai, hoa)
    await has_two_phones(t, her, hoa)
    await is_robbed(t, her, cuc)
    await is_listed(cuc, dao)
    town = Town(t)
    await town.announces()
    await town.slice()
    await ends(t, dao, hoa)
    return her


async def left_of(t: Tutor, *traces: str) -> str:
    """Lines of the database with a trace, but for the farewell that her own page shows."""
    return "\n".join(each for each in hits(await t.everything(), *traces) if "Em đã xóa hết" not in each)


def hits(text: str, *traces: str) -> list[str]:
    return [line for line in text.splitlines() for trace in traces if re.search(rf"{re.escape(trace)}(?!\d)", line)]


def in_files(folder: Path, *traces: str) -> list[str]:
    """Names of files with a trace in them, as text or as JSON spells it."""
    spelt = {form for each in traces for form in (each.encode(), each.encode("unicode_escape"))}
    files = [path for path in sorted(folder.rglob("*")) if path.is_file()]
    return [p.name for p in files if any(re.search(re.escape(form) + rb"(?!\d)", p.read_bytes()) for form in spelt)]


@pytest.mark.parametrize("how", ["herself", "officer"])
async def test_after_a_whole_life_nothing_of_her_is_left(tmp_path: Path, how: str):
    data = tmp_path / "data"
    data.mkdir()
    await empty_database(data / "camtay.db")
    t = Tutor(data, book(SAFETY))
    await t.begin()
    try:
        her = await life(t)
        traces = HER, await id_at(t, her), *CHATS, "i-of-hers"
        assert {trace for trace in traces if hits(await t.everything(), trace)} == set(traces), "the search finds"
        broken_off(data)
        await goes(t, her, how)
        await t.database.scrub()
        assert await left_of(t, *traces) == "" and "Mai" in await t.everything()
        await t.learner("hoa-2", WEB).say("học viên của tôi")
        assert "Mai" in t.learner("hoa-2", WEB).said
    finally:
        await t.database.close()
    restoring.sweep_copies(data, t.url)
    stop_logging()
    assert in_files(tmp_path, *(each for each in traces if each != CHATS[0] or how == "officer")) == []


@pytest.mark.postgres
async def test_nor_in_postgresql(tmp_path: Path, postgres_url: str):
    t = Tutor(postgres_url, book(SAFETY))
    await t.begin()
    try:
        her = await life(t)
        traces = HER, await id_at(t, her), *CHATS, "i-of-hers"
        assert {trace for trace in traces if hits(await t.everything(), trace)} == set(traces)
        await goes(t, her, "herself")
        assert await left_of(t, *traces) == ""
    finally:
        await t.database.close()
    stop_logging()
    left = [each for each in hits(in_plain(postgres_url, tmp_path), *traces) if "Em đã xóa hết" not in each]
    assert left == [] and in_files(tmp_path / "log", *traces) == []


def broken_off(data: Path) -> None:
    """A backup that was killed while it held a copy of everything."""
    left = data / f"{BACKUP}broken"
    left.mkdir()
    (left / "camtay.db").write_bytes((data / "camtay.db").read_bytes())


async def goes(t: Tutor, her: Learner, how: str) -> None:
    """After the week in which her other phone could still be given back."""
    await t.passes(days=1)
    await her.does(Text("thoát"))
    if how == "officer":
        await t.people.delete(OPERATOR, await id_at(t, her))
    else:
        await t.passes(days=8)
        await (await her.say("xóa dữ liệu")).tap("Xóa hết")
    await t.tells()
