"""Lessons from files to a book: versions, edits while somebody is inside, a broken lesson among good ones."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from bot.publishing.library import LiveLessons
from bot.publishing.service import PublishingOptions, look, plan, publish
from flows import Book
from flows.shelf.shelf import read_shelf
from storage.engine.database import Database
from tests.support.builders import LESSONS, facts, open_book
from tests.support.harness import Tutor, tutor
from tests.support.world import START

LESSON = """\
lesson: mot
title: Bài một
track: m
order: 1
minutes: 3
langs: [vi]
owner: "Tổ soạn bài"
reviewed_on: 2026-01-05
mastery: {pass: 1}
steps:
  - say: chao
    text: "Chào {chị}, bản A."
    wait_tap: "Tiếp"
  - quiz: hoi
    checkpoint: true
    text: "Ai xin mã OTP thì {chị} làm gì?"
    options:
      - {id: doc, text: "Đọc cho họ nghe", say: "Đừng đọc {chị} nhé."}
      - {id: khong, text: "Không đọc", right: true, say: "Đúng rồi {chị}."}
    hints: ["Mã ấy mở được tài khoản."]
    tries: 3
    out_of_tries: giai
    next: xong
  - say: giai
    text: "Mã OTP không đọc cho ai cả."
  - end: xong
    text: "Hết bản A."
"""
OTHER = LESSON.replace("lesson: mot", "lesson: hai").replace("Bài một", "Bài hai").replace("order: 1", "order: 2")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A lessons folder with the real tables and two small lessons."""
    root = tmp_path / "lessons"
    root.mkdir()
    for name in ("phrases.yaml", "words.yaml", "relay.yaml", "masking.yaml", "tracks.yaml"):
        shutil.copy(LESSONS / name, root / name)
    put(root, "mot", LESSON)
    put(root, "hai", OTHER)
    return root


def put(root: Path, lesson_id: str, text: str) -> None:
    (root / "m" / lesson_id).mkdir(parents=True, exist_ok=True)
    (root / "m" / lesson_id / "lesson.yaml").write_text(text, "utf-8")


async def opened(database: Database, root: Path) -> Book:
    book, _ = await open_book(database, root, facts(), START)
    return book


async def publish_all(database: Database, root: Path, **how: object) -> None:
    """As `./camtay publish`: every good file that differs."""
    shelf = read_shelf(root, facts())
    good = shelf.good
    stored = await look(database, list(good))
    given = PublishingOptions("Hoa", **how)  # type: ignore[arg-type]
    words, media = shelf.translations, shelf.media
    plans = [plan(stored[k], each, words.get(k, {}), given, facts(), media.get(k, {})) for k, each in good.items()]
    await publish(database, [each for each in plans if not each.unchanged], START)


async def republish(t: Tutor, root: Path, **how: object) -> None:
    """Publish the files as they are now; a new process on the same database."""
    await publish_all(t.database, root, **how)
    await t.crash(await opened(t.database, root))


async def test_first_start_publishes_each_lesson_once(tmp_path: Path, folder: Path):
    async with tutor(tmp_path, Book({}, {}, {}, None)) as t:  # type: ignore[arg-type]
        for _ in range(3):
            book = await opened(t.database, folder)
            assert dict(book.current) == {"mot": 1, "hai": 1}
        assert len(await t.rows("lesson_version")) == 2


async def test_an_edit_is_a_new_version_and_those_inside_stay_on_theirs(tmp_path: Path, folder: Path):
    async with tutor(tmp_path, Book({}, {}, {}, None)) as t:  # type: ignore[arg-type]
        await republish(t, folder)
        inside, new = await t.learner("1").meets(), await t.learner("2").meets("Hoa")
        await inside.opens("mot")
        await inside.tap("Tiếp")
        put(folder, "mot", LESSON.replace("bản A", "bản B").replace("hoi\n", "hoi_khac\n"))
        await republish(t, folder)
        await new.opens("mot")
        assert "bản B" in new.said
        await inside.tap("Không đọc")
        assert "Hết bản A" in inside.said
        assert {(row["learner_id"], row["version"]) for row in await t.rows("run")} == {
            (row["learner_id"], 1 if row["name"] == "Lan" else 2) for row in await t.rows("person")
        }
        await inside.opens("mot")
        assert "bản B" in inside.said, "the next time she takes the new one"


async def test_a_parked_lesson_stays_on_its_version_too(tmp_path: Path, folder: Path):
    async with tutor(tmp_path, Book({}, {}, {}, None)) as t:  # type: ignore[arg-type]
        await republish(t, folder)
        lan = await t.learner().meets()
        await lan.opens("mot")
        await lan.tap("Tiếp")
        await lan.opens("hai")
        for letter in "BCD":  # edited again and again while it waits in the menu
            put(
                folder,
                "mot",
                LESSON.replace("bản A", f"bản {letter}").replace("quiz: hoi", f"quiz: hoi_{letter.lower()}"),
            )
            await republish(t, folder)
        await lan.opens("mot")
        assert "Ai xin mã OTP" in lan.said and "bản" not in lan.said
        await lan.tap("Không đọc")
        assert "Hết bản A" in lan.said


async def test_versions_that_nobody_needs_are_not_loaded(tmp_path: Path, folder: Path):
    async with tutor(tmp_path, Book({}, {}, {}, None)) as t:  # type: ignore[arg-type]
        for letter in "ABCD":
            put(folder, "mot", LESSON.replace("bản A", f"bản {letter}"))
            await publish_all(t.database, folder)
        book = await opened(t.database, folder)
        assert [number for lesson, number in book.versions if lesson == "mot"] == [4]


async def test_a_broken_lesson_is_named_and_the_good_ones_are_served(tmp_path: Path, folder: Path):
    put(folder, "hai", OTHER.replace("next: xong", "next: khong_co"))
    async with tutor(tmp_path, Book({}, {}, {}, None)) as t:  # type: ignore[arg-type]
        book, shelf = await open_book(t.database, folder, facts(), START)
        assert set(book.current) == {"mot"}
        ((path, problems),) = shelf.broken.items()
        assert path.endswith("hai/lesson.yaml") and problems[0].code == "E101" and problems[0].place.line > 1


async def test_a_lesson_broken_by_an_edit_goes_on_in_its_last_good_version(tmp_path: Path, folder: Path):
    async with tutor(tmp_path, Book({}, {}, {}, None)) as t:  # type: ignore[arg-type]
        await republish(t, folder)
        lan = await t.learner().meets()
        await lan.opens("mot")
        put(folder, "mot", LESSON + "  - : [")
        await republish(t, folder)
        assert dict(t.book.current) == {"mot": 1, "hai": 1}
        await lan.tap("Tiếp")
        assert "Ai xin mã OTP" in lan.said


async def test_a_removed_lesson_is_in_no_menu_but_who_is_inside_finishes(tmp_path: Path, folder: Path):
    async with tutor(tmp_path, Book({}, {}, {}, None)) as t:  # type: ignore[arg-type]
        await republish(t, folder)
        lan = await t.learner().meets()
        await lan.opens("hai")
        shutil.rmtree(folder / "m" / "hai")
        await republish(t, folder)
        assert set(t.book.current) == {"mot"}
        await lan.tap("Tiếp")
        await lan.tap("Không đọc")
        assert "Hết bản A" in lan.said


async def test_a_saved_file_is_a_draft_until_it_is_published(tmp_path: Path, folder: Path):
    async with tutor(tmp_path, Book({}, {}, {}, None)) as t:  # type: ignore[arg-type]
        await republish(t, folder)
        put(folder, "mot", LESSON.replace("bản A", "bản B"))
        library = LiveLessons(t.database, folder, facts())
        book = await library.open(START)
        assert book.current["mot"] == 1 and [lesson.id for lesson in library.drafts] == ["mot"]
        await publish_all(t.database, folder)
        assert await library.is_behind()
        assert (await library.reload()).current["mot"] == 2
        assert not await library.is_behind() and not library.drafts


async def test_an_edit_taken_back_is_the_older_version_again(tmp_path: Path, folder: Path):
    async with tutor(tmp_path, Book({}, {}, {}, None)) as t:  # type: ignore[arg-type]
        for letter in "ABA":
            put(folder, "mot", LESSON.replace("bản A", f"bản {letter}"))
            await publish_all(t.database, folder)
        assert (await opened(t.database, folder)).current["mot"] == 1
        assert [row["version"] for row in await t.rows("publication") if row["lesson"] == "mot"] == [1, 2, 1]
        assert len(await t.rows("lesson_version")) == 3
