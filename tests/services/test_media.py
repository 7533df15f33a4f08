"""The pictures and recordings of lessons: looked into, kept by what is in them, published with their version."""

from __future__ import annotations

import errno
import json
import os
from collections.abc import AsyncIterator
from importlib.util import find_spec
from pathlib import Path

import pytest

from bot.conversation.packing import unpack_entry
from bot.media.looking import Found, look_at
from bot.media.store import MediaStore
from bot.people.export import export_of_chat
from bot.publishing.library import LiveLessons
from bot.publishing.watcher import Watcher
from flows import Book
from storage.conversations import web_log
from tests.services.test_library import LESSON, folder, publish_all, put
from tests.services.test_publishing import Running, camtay
from tests.support import media
from tests.support.builders import facts
from tests.support.harness import WEB, tutor

__all__ = ["camtay", "folder"]  # the fixtures

SHOWN = LESSON.replace(
    '    wait_tap: "Tiếp"\n',
    '    wait_tap: "Tiếp"\n    image: {src: may.png, alt: "Một chiếc điện thoại"}\n'
    '    voice: {file: chao.aac, spoken: "Xin chào, mình bắt đầu nhé."}\n',
    1,
)
IN_WORDS = "Chào chị, bản A.\n🖼 Một chiếc điện thoại"


# --- what is in a file -------------------------------------------------------------------------------


WHAT_IT_IS = (
    ("a.png", media.picture(), None),
    ("a.jpg", media.photo(), None),
    ("a.jpeg", media.photo(90, 60), None),
    ("a.aac", media.aac(12), None),
    ("a.ogg", media.opus(12), None),
    ("a.png", media.picture("JPEG"), "other"),
    ("a.jpg", media.picture("WEBP"), "other"),
    ("a.jpg", b"GIF89a" + b"\0" * 90, "other"),
    ("a.png", "một bức ảnh".encode(), "other"),
    ("a.png", b"", "other"),
    ("a.mp3", media.opus(3), "other"),
    ("a.aac", b"\0" * 99, "other"),
    ("a.mp4", b"", "other"),
    ("a.jpg", media.photo()[:-4_000], "broken"),
    ("a.png", media.picture()[:-60], "broken"),
    ("a.ogg", media.opus(3)[:30], "broken"),
    ("a.aac", media.aac(3)[:-2], "broken"),
    ("a.png", media.moving(), "animated"),
    ("a.png", media.bomb(), "large"),
    ("a.aac", media.aac(3_600), "long"),
    ("a.opus", media.opus(3_600), "long"),
)


def test_what_a_file_really_is(tmp_path: Path):
    paths = [tmp_path / f"{at}{name[1:]}" for at, (name, _, _) in enumerate(WHAT_IT_IS)]
    for path, (_, content, _) in zip(paths, WHAT_IT_IS, strict=True):
        path.write_bytes(content)
    assert [each.fault for each in look_at(paths)] == [fault for _, _, fault in WHAT_IT_IS]


def test_size_and_length_are_seen(tmp_path: Path):
    for name, content in (("a.png", media.picture()), ("b.aac", media.aac(12)), ("c.ogg", media.opus(7.5))):
        (tmp_path / name).write_bytes(content)
    seen = look_at(sorted(tmp_path.iterdir()))
    assert [(each.width, each.height, round(each.seconds)) for each in seen] == [(120, 80, 0), (0, 0, 12), (0, 0, 8)]


def test_a_file_that_cannot_be_looked_at_hides_no_other(tmp_path: Path):
    (tmp_path / "b.png").write_bytes(media.picture())
    gone, whole = tmp_path / "a.aac", tmp_path / "b.png"
    assert look_at([gone, whole, gone]) == [Found("broken"), Found(None, 120, 80), Found("broken")]


# --- the store ---------------------------------------------------------------------------------------


@pytest.fixture
def store(tmp_path: Path) -> MediaStore:
    return MediaStore(tmp_path / "store", "https://hoi.example/tam")


def kept(store: MediaStore, folder: Path, name: str, content: bytes) -> str:
    folder.mkdir(exist_ok=True)
    (folder / name).write_bytes(content)
    file = store.take(folder / name)
    store.make(file)
    return file


def test_a_photograph_is_kept_with_smaller_ones_in_better_types(store: MediaStore, tmp_path: Path):
    file = kept(store, tmp_path / "in", "Anh.JPG", media.photo())
    about = store.about(file)
    assert about and file.endswith(".jpg") and (about.width, about.height) == (700, 500)
    assert about.address == f"https://hoi.example/tam/media/{file}"
    assert {(each.ending, each.width) for each in about.others} == {
        (ending, width) for ending in ("avif", "webp") for width in (480, 700)
    }
    assert all(each.size < about.size and store.path(each.file) for each in about.others)
    told = store.describe(file)
    assert [each["type"] for each in told["sources"]] == ["image/avif", "image/webp"]
    assert told["src"] == f"media/{file}" and told["sources"][0]["srcset"].endswith(" 700w")
    assert (told["type"], told["width"], told["height"]) == ("image/jpeg", 700, 500)


def test_the_same_file_is_kept_once_and_a_second_process_finds_it_made(store: MediaStore, tmp_path: Path):
    file = kept(store, tmp_path / "in", "a.png", media.picture())
    before = {path.name: path.stat().st_mtime_ns for path in store.folder.iterdir()}
    other = MediaStore(store.folder)
    assert other.take(tmp_path / "in" / "a.png") == file and other.unmade([file]) == []
    other.make(file)
    assert other.about(file) and {path.name for path in store.folder.iterdir()} == set(before)


def test_what_is_no_picture_is_not_kept_and_not_asked_again(store: MediaStore, tmp_path: Path):
    file = kept(store, tmp_path / "in", "a.png", b"none")
    assert (store.about(file), store.path(file), store.describe(file)) == (None, None, {})
    assert store.missing([file]) == set() and store.unmade([file]) == []


def test_a_process_that_was_killed_leaves_nothing_half_done(store: MediaStore, tmp_path: Path):
    file = kept(store, tmp_path / "in", "a.png", media.picture())
    record = store.folder / f"{file}.json"
    record.write_text('{"fault": "", "wid')
    (store.folder / ".media-dead").mkdir()
    (store.folder / ".media-dead" / "file").write_bytes(b"half")
    again = MediaStore(store.folder)
    assert again.about(file) is None and again.unmade([file]) == [file]
    again.make(file)
    assert again.about(file) and not (store.folder / ".media-dead").exists()


@pytest.mark.parametrize(
    "name", ["../web.key", "a.png", "0" * 64 + ".json", "0" * 64 + ".png/..", "", "0" * 64 + ".exe"]
)
def test_only_names_of_ours_lead_anywhere(store: MediaStore, tmp_path: Path, name):
    (tmp_path / "web.key").write_text("secret")
    kept(store, tmp_path / "in", "a.png", media.picture())
    assert store.path(name) is None and store.address(name) == "" and store.about(name) is None


def test_over_budget_the_oldest_that_nobody_needs_goes_first(store: MediaStore, tmp_path: Path):
    names = [kept(store, tmp_path / "in", f"{n}.png", media.picture(colour=n)) for n in ("red", "blue", "green")]
    for age, file in enumerate(names):
        os.utime(store.folder / f"{file}.json", (1_000 + age, 1_000 + age))
    assert store.sweep(names) == 0 and store.size() > 0
    for age, file in enumerate(names):
        os.utime(store.folder / f"{file}.json", (1_000 + age, 1_000 + age))
    store.most_bytes = store.size() - 1
    assert store.sweep([names[0]]) > 0
    assert [bool(store.path(file)) for file in names] == [True, False, True]
    store.most_bytes = 0
    store.sweep([names[0]])
    assert [bool(store.about(file)) for file in names] == [True, False, False]


# --- with the lessons --------------------------------------------------------------------------------


class Shown(Running):
    """A tutor whose lessons have pictures."""

    watcher: Watcher
    told: list[str]

    async def open(self, root: Path) -> None:
        await super().open(root)
        self.store = MediaStore(root.parent / "store")
        self.library = self.librarian.library = LiveLessons(self.database, root, facts(), store=self.store)
        self.book = self.conversation.book = await self.library.open(self.clock.now())

    async def watch(self) -> None:
        self.told, self.librarian.reads_files = [], False
        self.watcher = Watcher(self.library, self.librarian, self.clock.now, "Hoa", self.told.append)
        await self.settle()

    async def settle(self) -> None:
        for _ in range(9):
            await self.watcher.step()
        await self.look()

    async def first_words(self, chat_id: str) -> tuple[str, list[str]]:
        """What a learner new on Telegram is shown when the lesson begins: the text, the files."""
        learner = await self.learner(chat_id).meets()
        await learner.opens("mot")
        newest = self.channel.sent[-1]
        return newest.text, [each.file for each in newest.media]


def beside(root: Path, name: str, content: bytes) -> None:
    (root / "m" / "mot" / "media").mkdir(exist_ok=True)
    (root / "m" / "mot" / "media" / name).write_bytes(content)


@pytest.fixture
async def t(tmp_path: Path, folder: Path) -> AsyncIterator[Shown]:
    put(folder, "mot", SHOWN)
    beside(folder, "may.png", media.picture())
    (tmp_path / "data").mkdir()
    async with tutor(tmp_path / "data", Book({}, {}, {}, None)) as first:  # type: ignore[arg-type]
        await first.database.close()
        running = Shown(tmp_path / "data", Book({}, {}, {}, None))  # type: ignore[arg-type]
        await running.begin()
        await running.open(folder)
        yield running
        await running.database.close()


async def test_a_picture_is_told_in_words_until_it_has_been_looked_at(t: Shown):
    assert await t.first_words("1") == (IN_WORDS, [])
    await t.look()
    text, files = await t.first_words("2")
    assert text == "Chào chị, bản A." and len(files) == 1 and t.store.path(files[0])


async def test_a_page_has_the_picture_and_what_is_read_aloud_and_has_them_still_when_it_is_opened_again(t: Shown):
    await t.look()
    learner = await t.learner("w1", WEB).meets()
    await learner.opens("mot")
    rows = await t.database.read(lambda c: web_log.history(c, "w1", 0, 50))
    newest = unpack_entry([row for row in rows if row.media][-1])
    assert newest.text == "Chào chị, bản A."
    assert [(each.kind, bool(each.file), each.words) for each in newest.media] == [
        ("photo", True, "Một chiếc điện thoại"),
        ("voice", False, "Xin chào, mình bắt đầu nhé."),
    ]
    told = await export_of_chat(t.database, WEB, "w1", "html") or ""
    assert "(Hình: Một chiếc điện thoại)" in told and "mình bắt đầu nhé" not in told
    assert newest.media[0].file in (await export_of_chat(t.database, WEB, "w1", "json") or "")


async def test_a_picture_that_is_exchanged_is_a_new_version_and_the_old_one_keeps_its_own(t: Shown, folder: Path):
    await t.look()
    first = (await t.first_words("1"))[1]
    beside(folder, "may.png", media.picture(colour="red"))
    assert [lesson.id for lesson in t.library.drafts] == []  # nobody has looked
    await publish_all(t.database, folder)
    await t.look()
    await t.look()
    assert t.book.current["mot"] == 1 and t.conversation.book.current["mot"] == 2
    assert (await t.first_words("2"))[1] not in ([], first)
    old = t.conversation.book.lesson("mot", 1)
    assert old and old.files["may.png"].file == first[0]


async def test_with_watch_a_picture_that_is_saved_is_taken_over(t: Shown, folder: Path):
    await t.watch()
    first = (await t.first_words("1"))[1]
    beside(folder, "may.png", media.picture(colour="red"))
    await t.settle()
    await t.look()
    second = (await t.first_words("2"))[1]
    assert first and second and second != first
    assert any("bản 2" in line for line in t.told)
    assert [line for line in t.told if "chao.aac" in line] == t.told[:1]  # said once, at the beginning


async def test_a_broken_or_missing_file_holds_up_no_lesson(t: Shown, folder: Path):
    for spoil in (lambda path: path.write_bytes(b"none"), Path.unlink):
        spoil(folder / "m" / "mot" / "media" / "may.png")
        await publish_all(t.database, folder)
        await t.look()
        await t.look()
        assert t.conversation.book.lesson("mot") is not None
        assert await t.first_words(str(t.conversation.book.current["mot"])) == (IN_WORDS, [])


async def test_a_type_that_nobody_shows_holds_up_no_lesson_either(t: Shown, folder: Path):
    put(folder, "mot", SHOWN.replace("may.png", "may.tiff"))
    beside(folder, "may.tiff", b"II*\0")
    await publish_all(t.database, folder)
    await t.look()
    assert await t.first_words("1") == (IN_WORDS, [])


async def test_publish_takes_the_files_in_and_says_which_are_not_there(folder: Path, tmp_path: Path, camtay):
    put(folder, "mot", SHOWN)
    beside(folder, "may.png", media.picture())
    code, said = await camtay("publish", "mot")
    assert code == 0 and "Không có “chao.aac”" in said and "may.png" not in said.replace("src: may.png", "")
    assert [path.read_bytes() for path in (tmp_path / "media").glob("*.png")] == [media.picture()]


async def test_a_full_disk_costs_the_picture_and_is_told(t: Shown, folder: Path, caplog: pytest.LogCaptureFixture):
    class Full(MediaStore):
        def take(self, source: Path) -> str:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    t.library.store = Full(t.store.folder.parent / "full")
    beside(folder, "may.png", media.picture(colour="red"))
    await publish_all(t.database, folder)
    await t.look()
    assert any("No space left" in getattr(each, "reason", "") for each in caplog.records)
    assert await t.first_words("1") == (IN_WORDS, [])


async def test_a_lesson_without_files_costs_nothing(tmp_path: Path, folder: Path):
    async with tutor(tmp_path, Book({}, {}, {}, None)) as plain:  # type: ignore[arg-type]
        store = MediaStore(tmp_path / "store")
        library = LiveLessons(plain.database, folder, facts(), store=store)
        await library.open(plain.clock.now())
        assert not await library.make_files() and not store.folder.exists()


def test_a_recording_is_kept_and_where_an_encoder_is_at_hand_also_in_other_types(store: MediaStore, tmp_path):
    file = kept(store, tmp_path / "in", "a.aac", media.aac(12))
    told = store.describe(file)
    assert json.loads((store.folder / f"{file}.json").read_text())["seconds"] == 12.0
    assert (told["src"], told["type"], told["seconds"]) == (f"media/{file}", "audio/aac", 12.0)
    others = [(each["type"], each["src"]) for each in told.get("sources", ())]
    assert [kind for kind, _ in others] == (["audio/mp4"] if find_spec("av") else [])
    assert all(store.path(src.removeprefix("media/")) for _, src in others)
