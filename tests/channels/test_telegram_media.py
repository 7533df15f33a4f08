"""Pictures, recordings and films over HTTP: uploaded once a bot, by id afterwards, in words where nothing else goes."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable
from dataclasses import replace
from pathlib import Path

import pytest

from bot.channels.base import Attachment, Button, LearnerGone, Outgoing, SendRefused, Throttled, Unreachable
from bot.channels.provider import Surroundings
from bot.channels.telegram.channel import TelegramChannel
from bot.channels.telegram.files import TelegramFiles
from bot.channels.telegram.render import render
from bot.errors import StorageUnavailable
from tests.channels.conformance.under_test import Scratch
from tests.support.fake_telegram import FakeTelegram, Learner

JPEG = b"\xff\xd8\xff\xe0" + b"x" * 60
FILES = {
    "one.jpg": JPEG + b"1",
    "two.jpg": JPEG + b"2",
    "say.ogg": b"OggS" + b"x" * 60,
    "film.mp4": b"\x00\x00\x00\x18ftypmp42" + b"x" * 60,
    "broken.jpg": b"<html>",
    "empty.jpg": b"",
    "wave.wav": b"RIFF" + b"x" * 60,
}
DRAWN = {"map.png": b"\x89PNG\r\n\x1a\n" + b"x" * 60}
"""Those of which only the drawing is there until somebody wants them."""
PHOTO = Attachment("photo", file="one.jpg", words="(hình: nút Gửi)")
TEXT, BUTTONS = "Bấm nút Gửi", (Button("s:1:next", "Tiếp"),)


class Folder:
    """The media store: a folder."""

    def __init__(self, root: Path) -> None:
        self.root = root
        for name, content in FILES.items():
            (root / name).write_bytes(content)

    def path(self, file: str) -> Path | None:
        path = self.root / file
        return path if path.exists() else None

    def address(self, file: str) -> str:
        return ""

    def draw(self, wanted: Iterable[str]) -> None:
        for file in wanted:
            if file in DRAWN:
                (self.root / file).write_bytes(DRAWN[file])


class Away(Scratch):
    """The memory of an account whose database is away."""

    async def get(self, key: str) -> tuple[str, int] | None:
        raise StorageUnavailable

    async def put(self, key: str, value: str, revision: int | None) -> bool:
        raise StorageUnavailable


class House:
    """What a bot is lent, and bots that begin anew on it as after a restart."""

    def __init__(self, fake: FakeTelegram, root: Path) -> None:
        self.fake, self.memory = fake, Scratch()
        self.around = Surroundings(lambda channel: self.memory, Folder(root))
        self.channels: list[TelegramChannel] = []

    def channel(self, token: str = "") -> TelegramChannel:
        self.channels.append(TelegramChannel(token or self.fake.token, self.around, api_base=self.fake.url))
        return self.channels[-1]


@pytest.fixture
async def fake() -> AsyncIterator[FakeTelegram]:
    async with FakeTelegram(["42:ONE", "43:TWO"]) as server:
        for bot in server.bots.values():
            server.learner(5, bot=bot)
        yield server
    assert server.violations == []


@pytest.fixture
async def house(fake: FakeTelegram, tmp_path: Path) -> AsyncIterator[House]:
    made = House(fake, tmp_path)
    yield made
    for channel in made.channels:
        await channel.close()


@pytest.fixture
def lan(fake: FakeTelegram) -> Learner:
    return fake.learner(5)


def message(*media: Attachment, no: int = 1, text: str = TEXT) -> Outgoing:
    return Outgoing("telegram:42", "5", no, text, BUTTONS, media=media)


def inbox(learner: Learner) -> list[tuple[str, str, int]]:
    """Kind, words and number of buttons of each message."""
    return [(each.kind, each.text, len(each.buttons)) for each in learner.inbox]


async def test_a_picture_is_uploaded_once_and_then_sent_by_its_id(fake: FakeTelegram, house: House, lan: Learner):
    channel = house.channel()
    for no in (1, 2):
        await channel.send(message(PHOTO, no=no))
    await house.channel().send(message(PHOTO, no=3))  # as after a restart
    assert inbox(lan) == [("photo", TEXT, 1)] * 3
    assert fake.bot.files.uploads == 1
    assert len({each.file_id for each in lan.inbox}) == 1
    content = fake.bot.files.by_id[lan.inbox[0].file_id].content
    assert content == FILES["one.jpg"]


async def test_what_is_only_drawn_so_far_is_made_before_it_leaves(house: House, lan: Learner):
    await house.channel().send(message(Attachment("photo", file="map.png", words="(hình: đường học)")))
    assert inbox(lan) == [("photo", TEXT, 1)]


async def test_another_bot_has_its_own_ids(fake: FakeTelegram, house: House):
    await house.channel().send(message(PHOTO))
    house.memory = Scratch()
    await house.channel("43:TWO").send(message(PHOTO))
    assert [bot.files.uploads for bot in fake.bots.values()] == [1, 1]


async def test_many_at_once_upload_once(fake: FakeTelegram, house: House):
    channel = house.channel()
    await asyncio.gather(*(channel.send(message(PHOTO, no=no)) for no in range(20)))
    assert (fake.bot.files.uploads, fake.counts["sendPhoto"]) == (1, 20)


async def test_an_id_that_telegram_has_forgotten_is_uploaded_again(fake: FakeTelegram, house: House, lan: Learner):
    channel = house.channel()
    await channel.send(message(PHOTO))
    fake.bot.files.forget()
    await channel.send(message(PHOTO, no=2))
    await channel.send(message(PHOTO, no=3))
    assert inbox(lan) == [("photo", TEXT, 1)] * 3
    assert fake.bot.files.uploads == 2
    await house.channel().send(message(PHOTO, no=4))
    assert fake.bot.files.uploads == 2, "the new id is what is kept"


@pytest.mark.parametrize("kind", ["photo", "voice"])
async def test_what_a_person_sent_is_passed_on_by_its_id(fake: FakeTelegram, house: House, lan: Learner, kind: str):
    lan.send(kind, file_id="HERS")
    await house.channel().send(message(Attachment(kind, ref="HERS")))
    assert inbox(lan) == [(kind, TEXT, 1)] and fake.bot.files.uploads == 0


async def test_each_kind_leaves_as_what_it_is(house: House, lan: Learner):
    media = (PHOTO, Attachment("video", file="film.mp4"), Attachment("voice", file="say.ogg"))
    await house.channel().send(message(*media))
    assert inbox(lan) == [("photo", "", 0), ("video", "", 0), ("voice", "", 0), ("text", TEXT, 1)]
    assert lan.inbox[0].album == lan.inbox[1].album != ""


async def test_an_album_is_uploaded_once_and_shares_its_ids(fake: FakeTelegram, house: House, lan: Learner):
    channel, two = house.channel(), Attachment("photo", file="two.jpg")
    await channel.send(message(PHOTO))
    await channel.send(message(PHOTO, two, no=2))
    await channel.send(message(two, PHOTO, no=3))
    assert fake.bot.files.uploads == 2
    assert fake.counts["sendMediaGroup"] == 2
    assert [each.kind for each in lan.inbox] == ["photo", "photo", "photo", "text", "photo", "photo", "text"]


@pytest.mark.parametrize("file", ["nowhere.jpg", "empty.jpg", "broken.jpg"])
async def test_what_cannot_be_shown_is_told_and_holds_up_nothing(house: House, lan: Learner, file: str):
    await house.channel().send(message(replace(PHOTO, file=file)))
    assert inbox(lan) == [("text", f"{TEXT}\n(hình: nút Gửi)", 1)]


async def test_one_broken_picture_of_an_album_does_not_take_the_others_along(house: House, lan: Learner):
    broken = Attachment("photo", file="broken.jpg", words="(hình hai)")
    await house.channel().send(message(PHOTO, broken, Attachment("photo", file="two.jpg")))
    assert inbox(lan) == [("photo", "", 0), ("photo", "", 0), ("text", f"{TEXT}\n(hình hai)", 1)]


async def test_a_file_that_is_too_big_is_not_even_tried(fake: FakeTelegram, house: House, lan: Learner, tmp_path: Path):
    with (tmp_path / "big.jpg").open("wb") as big:
        big.truncate(10_000_001)
    await house.channel().send(message(replace(PHOTO, file="big.jpg")))
    assert inbox(lan) == [("text", f"{TEXT}\n(hình: nút Gửi)", 1)]
    assert fake.counts["sendPhoto"] == 0


async def test_a_recording_that_telegram_takes_for_a_document_arrives(fake: FakeTelegram, house: House, lan: Learner):
    channel = house.channel()
    for no in (1, 2):
        await channel.send(message(Attachment("voice", file="wave.wav"), no=no))
    assert inbox(lan) == [("document", TEXT, 1)] * 2


async def test_it_goes_on_where_it_failed(fake: FakeTelegram, house: House, lan: Learner):
    channel, long = house.channel(), "dài " * 400
    broken = Attachment("photo", file="broken.jpg", words="(hình hai)")
    fake.faults.throttle(3)
    with pytest.raises(Throttled):
        await channel.send(message(PHOTO, broken, text=long))
    assert inbox(lan) == [("photo", "", 0)]
    await channel.send(message(PHOTO, broken, text=long))
    assert inbox(lan) == [("photo", "", 0), ("text", f"{long}\n(hình hai)".strip(), 1)]


async def test_what_failed_before_anything_left_is_tried_as_a_whole(fake: FakeTelegram, house: House, lan: Learner):
    fake.faults.answer(502, "Bad Gateway", method="sendPhoto")
    channel = house.channel()
    with pytest.raises(Unreachable):
        await channel.send(message(PHOTO))
    await channel.send(message(PHOTO))
    assert inbox(lan) == [("photo", TEXT, 1)]


async def test_an_upload_that_never_gets_through_is_told_while_words_do(fake: FakeTelegram, house: House, lan: Learner):
    channel = house.channel()
    fake.faults.answer(502, "Bad Gateway", method="sendPhoto", times=100)
    with pytest.raises(Unreachable):
        await channel.send(message(PHOTO))
    await channel.send(message(PHOTO))
    assert inbox(lan) == [("text", f"{TEXT}\n(hình: nút Gửi)", 1)]
    await channel.send(message(PHOTO, no=2))
    assert (len(lan.inbox), fake.counts["sendPhoto"], fake.faults.waiting[0].times) == (2, 0, 98), "not tried at once"


async def test_while_telegram_is_away_no_picture_is_to_blame(fake: FakeTelegram, house: House, lan: Learner):
    channel = house.channel()
    await channel.api.call("getMe", {})
    await fake.stop()
    for _ in range(4):
        with pytest.raises(Unreachable):
            await channel.send(message(PHOTO))
    await fake.start()
    await channel.send(message(PHOTO))
    assert inbox(lan) == [("photo", TEXT, 1)]


async def test_after_a_while_the_upload_is_tried_again(fake: FakeTelegram, house: House, lan: Learner):
    now = [0.0]
    api = house.channel().api
    files = TelegramFiles(api, "telegram:42", house.around, lambda: now[0])
    call = render(message(PHOTO))[0]
    fake.faults.answer(502, "Bad Gateway", method="sendPhoto", times=2)
    for refused in (Unreachable, SendRefused, SendRefused):
        with pytest.raises(refused):
            await files.call(call)
    now[0] = 601.0
    await files.call(call)
    assert inbox(lan) == [("photo", TEXT, 1)]


async def test_who_wants_no_recordings_reads_and_nothing_is_uploaded_again(
    fake: FakeTelegram, house: House, lan: Learner
):
    channel, voice = house.channel(), Attachment("voice", file="say.ogg", words=TEXT)
    await channel.send(message(voice))
    fake.faults.answer(400, "Bad Request: VOICE_MESSAGES_FORBIDDEN", method="sendVoice")
    await channel.send(message(voice, no=2))
    assert inbox(lan) == [("voice", TEXT, 1), ("text", TEXT, 1)] and fake.bot.files.uploads == 1


async def test_without_its_memory_it_uploads_and_sends(fake: FakeTelegram, house: House, lan: Learner):
    house.memory = Away()
    await house.channel().send(message(PHOTO))
    assert inbox(lan) == [("photo", TEXT, 1)]


async def test_who_has_left_is_told_apart_from_a_broken_picture(house: House, lan: Learner):
    lan.block()
    with pytest.raises(LearnerGone):
        await house.channel().send(message(PHOTO))
    assert house.memory.kept == {}
