"""What was recorded of the lessons' words is played to whoever hears them, and to nobody once they have changed."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.conversation.packing import unpack_entry
from flows import Book
from flows.shelf.shelf import read_shelf
from flows.shelf.voice_lines import RECORDINGS, lines_of, recording_name
from storage.conversations import web_log
from tests.services.test_library import LESSON, folder, publish_all, put
from tests.services.test_media import Shown
from tests.support import media
from tests.support.builders import facts
from tests.support.harness import WEB, tutor

__all__ = ["folder"]  # the fixture

NAMED = LESSON.replace('"Chào {chị}, bản A."', '"Chào {chị} {ten}, bản A."')


def record(root: Path, *keys: str, address: str = "chị/em", seconds: float = 2.0) -> None:
    """As `voice add`: what lesson `mot` says at these keys to whoever is addressed so."""
    (root / RECORDINGS).mkdir(parents=True, exist_ok=True)
    for line in lines_of(read_shelf(root, facts()).good["mot"], facts()):
        if line.key in keys and address in line.addresses:
            (root / RECORDINGS / recording_name(line, "aac")).write_bytes(media.aac(seconds))


@pytest.fixture
async def t(tmp_path: Path, folder: Path) -> AsyncIterator[Shown]:
    put(folder, "mot", NAMED)
    record(folder, "chao.text", "chao.wait_tap", "hoi.options.doc.text", "hoi.options.doc.say", "hoi.hints.0")
    (tmp_path / "data").mkdir()
    async with tutor(tmp_path / "data", Book({}, {}, {}, None)) as first:  # type: ignore[arg-type]
        await first.database.close()
        running = Shown(tmp_path / "data", Book({}, {}, {}, None))  # type: ignore[arg-type]
        await running.begin()
        await running.open(folder)
        await running.look()
        yield running
        await running.database.close()


async def heard(t: Shown, chat_id: str) -> list[tuple[str, bool, bool]]:
    """What the newest message of a page plays: the words, whether there is a recording, whether it is of a button."""
    rows = await t.database.read(lambda c: web_log.history(c, chat_id, 0, 50))
    newest = unpack_entry([row for row in rows if row.who == "tutor"][-1])
    return [(each.words, bool(each.file), bool(each.of)) for each in newest.media if each.kind == "voice"]


async def test_a_page_has_the_recordings_of_text_buttons_and_feedback_in_their_places(t: Shown) -> None:
    lan = await t.learner("w1", WEB).meets()
    await lan.opens("mot")
    assert await heard(t, "w1") == [("Chào chị Lan, bản A.", True, False), ("Tiếp", True, True)]
    await lan.tap("Tiếp")
    assert await heard(t, "w1") == [("Đọc cho họ nghe", True, True)], "the question itself is not recorded"
    await lan.tap("Đọc cho họ nghe")
    assert [(words, of) for words, _, of in await heard(t, "w1")] == [
        ("Đừng đọc chị nhé.", False), ("Mã ấy mở được tài khoản.", False), ("Đọc cho họ nghe", True),
    ]  # fmt: skip


async def test_a_messenger_has_the_recording_with_the_text(t: Shown) -> None:
    text, files = await t.first_words("42")
    assert "Chào chị Lan, bản A." in text and len(files) == 1


async def test_another_form_of_address_hears_what_is_for_all_and_no_wrong_one(t: Shown) -> None:
    ba = await t.learner("w2", WEB).meets(address=4)
    await ba.opens("mot")
    assert "Chào bà Lan" in ba.said and await heard(t, "w2") == [("Tiếp", True, True)]


async def test_words_that_change_have_no_recording_until_they_are_recorded_again(t: Shown, folder: Path) -> None:
    put(folder, "mot", NAMED.replace("bản A.", "bản B."))
    await publish_all(t.database, folder)
    await t.look()
    lan = await t.learner("w1", WEB).meets()
    await lan.opens("mot")
    assert await heard(t, "w1") == [("Tiếp", True, True)]
    record(folder, "chao.text", seconds=3)
    await publish_all(t.database, folder)
    await t.look()
    await t.look()
    hoa = await t.learner("w3", WEB).meets()
    await hoa.opens("mot")
    assert [file for _, file, _ in await heard(t, "w3")] == [True, True]


async def test_with_watch_a_recording_that_is_added_is_taken_over(t: Shown, folder: Path) -> None:
    await t.watch()
    record(folder, "hoi.text")
    await t.settle()
    await t.look()
    lan = await t.learner("w1", WEB).meets()
    await lan.opens("mot")
    await lan.tap("Tiếp")
    assert ("Ai xin mã OTP thì chị làm gì?", True, False) in await heard(t, "w1")


async def test_a_broken_recording_holds_up_no_lesson(t: Shown, folder: Path) -> None:
    for path in (folder / RECORDINGS).iterdir():
        path.write_bytes(b"x" * 99)
    await publish_all(t.database, folder)
    await t.look()
    await t.look()
    lan = await t.learner("w1", WEB).meets()
    await lan.opens("mot")
    assert await heard(t, "w1") == [] and "bản A." in lan.said
