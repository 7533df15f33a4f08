"""An editor reads the lessons aloud in chat: the next line is shown, what is read is judged, kept, played back."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from functools import partial
from pathlib import Path

import pytest

from bot.channels.base import Media
from bot.cli.recording import add
from bot.media.looking import look_at
from bot.people.policy.permissions import OPERATOR
from bot.voice.line_keeper import RECORDED, LineKeeper
from bot.voice.transcriber import Transcriber
from bot.voice.worker import VoiceWorker
from flows import Book
from flows.shelf.voice_lines import RECORDINGS
from storage.conversations import recordings
from tests.services.test_library import folder
from tests.services.test_media import Shown
from tests.services.test_offers import member
from tests.services.test_suspending import id_of
from tests.services.test_voice_cli import hum, on, still
from tests.support import listener
from tests.support.builders import facts
from tests.support.harness import TELEGRAM, Learner, tutor

__all__ = ["folder"]  # the fixture


class Says(Transcriber):
    """Hears what the test has put into `words`, whatever the sound."""

    words = ""

    async def hear(self, sound: bytes):
        return await super().hear(f"say {self.words}".encode() if self.words else b"fault silent")


class Recording(Shown):
    """A tutor to whom an editor reads; `sounds` are what the messenger would give, by id."""

    sounds: dict[str, bytes]
    worker: VoiceWorker
    ear: Says

    async def open(self, root: Path) -> None:
        await super().open(root)
        self.sounds, self.ear = {}, Says(listener.COMMAND)
        self.conversation.listens = True
        self.worker = VoiceWorker(
            self.database, lambda updates: self.deliver(*updates), self.clock.now, self.ear,
            lambda: {TELEGRAM: self}, self, 60.0, LineKeeper(root, root.parent / RECORDED, self.store),
        )  # fmt: skip

    async def fetch(self, ref: str, most_bytes: int) -> bytes:
        return self.sounds[ref]

    def drop(self, ref: str) -> None:
        self.sounds.pop(ref, None)

    def sweep(self, now: object) -> None:
        """Nothing is kept here."""

    async def reads(self, who: Learner, sound: bytes, heard: str) -> Learner:
        """She sends a voice message, and what becomes of it has been told."""
        ref = f"r{self.update_ids()}"
        self.sounds[ref], self.ear.words = sound, heard
        await who.does(Media("voice", ref))
        assert not who.said, "it is listened to first"
        await self.worker.step()
        return who


@pytest.fixture
async def t(tmp_path: Path, folder: Path) -> AsyncIterator[Recording]:
    (tmp_path / "data").mkdir()
    async with tutor(tmp_path / "data", Book({}, {}, {}, None)) as first:  # type: ignore[arg-type]
        await first.database.close()
        running = Recording(tmp_path / "data", Book({}, {}, {}, None))  # type: ignore[arg-type]
        await running.begin()
        await running.open(folder)
        yield running
        await running.ear.close()
        await running.database.close()


async def test_line_by_line_is_read_judged_kept_and_played_back(t: Recording, folder: Path) -> None:
    mai = await member(t, "soan", "Mai", "editor")
    await mai.say("thu tiếng")
    assert "sẽ phát cho học viên nghe" in mai.said and "Chào chị, bản A." in mai.said
    assert list(mai.buttons) == ["Câu khác", "Nghỉ thu"]
    await t.reads(mai, on("Telegram", still(1), hum(2)), "chào chị bản a")
    assert "Em nhận rồi" in mai.said and list(mai.buttons) == ["Tiếp", "Đọc lại", "Nghỉ thu"]
    (played,) = t.channel.sent[-1].media
    assert played.kind == "voice" and t.store.path(played.file)
    (kept,) = (folder.parent / RECORDED).iterdir()
    take = partial(add, folder, facts(), kept.parent, print, accept=False, as_json=True, listen=())
    assert await asyncio.to_thread(take) == 0
    assert (folder / RECORDINGS / kept.name).read_bytes() == kept.read_bytes(), "as it was judged"
    assert ".chao.text." in kept.name and abs(look_at([kept])[0].seconds - 2.2) < 0.4
    await mai.tap("Tiếp")
    assert "“Tiếp”" in mai.said
    await mai.tap("Câu khác")
    assert "Ai xin mã OTP thì chị làm gì?" in mai.said
    await mai.tap("Nghỉ thu")
    assert "chị nghỉ nha" in mai.said and (await t.state(mai)).pending == ""
    await mai.say("thu tiếng")
    assert "“Tiếp”" in mai.said, "what was recorded is not asked for again, what was left out is"


async def test_what_is_no_reading_is_one_sentence_and_the_second_of_another_text_is_taken(
    t: Recording, folder: Path
) -> None:
    mai = await member(t, "soan", "Mai", "editor")
    await mai.say("thu tiếng")
    for sound, heard, told in (
        (on("Telegram", still(2)), "", "không nghe thấy tiếng"),
        (on("Telegram", hum(70)), "", "dài quá một phút"),
        (b"x" * 500, "", "không mở được"),
        (on("Telegram", hum(2)), "hôm nay đi chợ mua cá", "nghe ra “hôm nay đi chợ mua cá”"),
    ):
        await t.reads(mai, sound, heard)
        assert told in mai.said and "Chào chị, bản A." in mai.said, "the line is shown again"
        assert not (folder.parent / RECORDED).exists()
    await t.reads(mai, on("Telegram", hum(2)), "hôm nay đi chợ mua cá")
    assert "Em nhận rồi" in mai.said and len(list((folder.parent / RECORDED).iterdir())) == 1
    await t.reads(mai, on("Telegram", hum(2.5)), "chào chị bản a")
    assert "Em nhận rồi" in mai.said and len(list((folder.parent / RECORDED).iterdir())) == 1, "read again"


@pytest.mark.parametrize("role", ["learner", "instructor", "officer"])
async def test_nobody_else_records(t: Recording, folder: Path, role: str) -> None:
    lan = await member(t, "lan", "Lan", role)
    if role == "instructor":
        await lan.tap("Tôi hứa")
    await lan.say("thu tiếng")
    assert "việc của người soạn bài" in lan.said and (await t.state(lan)).pending == ""
    await lan.tap_token("rc:next:12345678")
    assert "việc của người soạn bài" in lan.said
    assert not (folder.parent / RECORDED).exists()


async def test_a_right_that_ended_ends_the_recording(t: Recording, folder: Path) -> None:
    mai = await member(t, "soan", "Mai", "editor")
    await mai.say("thu tiếng")
    await t.people.suspend(OPERATOR, await id_of(t, "Mai"), "editor")
    await mai.does(Media("voice", "r1"))
    assert not await t.database.read(recordings.waiting) and not (folder.parent / RECORDED).exists()


async def test_a_crash_between_reading_and_hearing_loses_nothing_and_doubles_nothing(
    t: Recording, folder: Path
) -> None:
    mai = await member(t, "soan", "Mai", "admin")
    await mai.say("thu tiếng")
    t.sounds["r1"], t.ear.words = on("Telegram", hum(2)), "chào chị bản a"
    update = mai.update(Media("voice", "r1"))
    await t.deliver(update)
    await t.deliver(update)
    assert len(await t.database.read(recordings.waiting)) == 1
    row = (await t.database.read(recordings.waiting))[0]
    spoken = await t.worker._hear(row)
    assert spoken is not None
    await t.worker._tell(row, spoken)
    assert "Em nhận rồi" in mai.said
    told = len(mai.heard)
    await t.worker._tell(row, spoken)  # as after a crash before the row was dropped
    assert len(mai.heard) == told and not await t.database.read(recordings.waiting)


async def test_where_there_is_no_room_nobody_else_waits(t: Recording, folder: Path) -> None:
    mai = await member(t, "soan", "Mai", "editor")
    (folder.parent / RECORDED).write_text("a file stands where the folder should")
    await mai.say("thu tiếng")
    await t.reads(mai, on("Telegram", hum(2)), "chào chị bản a")
    assert "chưa lấy được bản này" in mai.said and not await t.database.read(recordings.waiting)


async def test_where_nobody_listens_it_is_said(t: Recording) -> None:
    t.conversation.listens = False
    mai = await member(t, "soan", "Mai", "editor")
    await mai.say("thu tiếng")
    assert "chưa nhận được bản thu" in mai.said


async def test_when_all_is_recorded_she_is_thanked(t: Recording) -> None:
    mai = await member(t, "soan", "Mai", "editor")
    await mai.say("thu tiếng")
    for _ in range(30):
        if "Câu nào cũng đã thu" in mai.said:
            break
        await t.reads(mai, on("Telegram", hum(1.5)), "")
        if "Em nhận rồi" not in mai.said:
            await t.reads(mai, on("Telegram", hum(1.5)), "")
        await mai.tap("Tiếp")
    assert "Câu nào cũng đã thu" in mai.said
