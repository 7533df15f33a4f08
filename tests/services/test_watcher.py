"""Hot reload: what is saved is live when it is clean; nothing that happens to the folder hurts anybody."""

from __future__ import annotations

import asyncio
import os
import random
import shutil
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.channels.telegram.settings import TelegramSettings
from bot.cli.main import main
from bot.publishing.preview import Previews
from bot.publishing.watcher import FolderLook, Watcher, look_at
from bot.serving import watches
from bot.settings import Settings, Web
from flows import Book
from flows.files import words_digest
from flows.reading.loader import EAR, read_lessons
from tests.services.test_library import LESSON, OTHER, folder, put
from tests.services.test_publishing import NO_QUIZ, Running, at_quiz
from tests.support.builders import LESSONS, PROJECT, facts
from tests.support.harness import tutor
from tests.support.media import aac

__all__ = ["folder"]  # the fixture


class Watched(Running):
    """A running tutor that watches its folder; `told` is what the terminal shows."""

    watcher: Watcher
    told: list[str]

    async def begin_watching(self) -> None:
        self.told = []
        self.librarian.reads_files = False
        self.watcher = Watcher(self.library, self.librarian, self.clock.now, "Hoa", self.told.append)
        await self.settle()

    async def settle(self) -> str:
        """Look as often as it takes until all has come to rest; what was told meanwhile."""
        before = len(self.told)
        for _ in range(9):
            await self.watcher.step()
        return "\n".join(self.told[before:])

    @property
    def current(self) -> dict[str, int]:
        return dict(self.conversation.book.current)


@pytest.fixture
async def t(tmp_path: Path, folder: Path) -> AsyncIterator[Watched]:
    async with tutor(tmp_path / "data", Book({}, {}, {}, None)) as first:  # type: ignore[arg-type]
        await first.database.close()
        running = Watched(tmp_path / "data", Book({}, {}, {}, None))  # type: ignore[arg-type]
        await running.begin()
        await running.open(folder)
        await running.begin_watching()
        yield running
        await running.database.close()


@pytest.fixture(autouse=True)
def data(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()


async def test_nothing_happens_while_nothing_is_saved(t: Watched):
    assert t.told == [] and t.current == {"mot": 1, "hai": 1}
    assert await t.settle() == ""
    assert len(await t.rows("publication")) == 2


async def test_the_ear_is_read_whole(t: Watched, folder: Path):
    shutil.copy(LESSONS / EAR, folder / EAR)
    assert "E009" not in await t.settle()
    assert not t.library.faults and t.conversation.book.words.ear.model is not None


async def test_a_saved_text_reaches_whoever_is_inside(t: Watched, folder: Path):
    lan = await at_quiz(t)
    put(folder, "mot", LESSON.replace("Hết bản A", "Hết bản B"))
    said = await t.settle()
    assert "Đã nhận bài mot, bản 2" in said and t.current["mot"] == 2
    await lan.tap("Không đọc")
    assert "Hết bản B" in lan.said
    assert (await t.rows("publication"))[-1]["author"] == "Hoa"


async def test_a_saved_graph_leaves_whoever_is_inside(t: Watched, folder: Path):
    lan = await at_quiz(t)
    put(folder, "mot", LESSON.replace("tries: 3", "tries: 2").replace("bản A", "bản B"))
    assert "người đang học giữ bản cũ" in await t.settle()
    await lan.tap("Không đọc")
    assert "Hết bản A" in lan.said


async def test_a_broken_lesson_leaves_the_last_good_version(t: Watched, folder: Path):
    put(folder, "mot", LESSON.replace("next: xong", "next: khong_co"))
    said = await t.settle()
    assert "Chưa nhận" in said and "lesson.yaml:23:11: E101" in said
    assert t.current["mot"] == 1
    ((path, problems),) = t.library.faults.items()
    assert path.endswith("mot/lesson.yaml") and problems[0].code == "E101"
    assert await t.settle() == "", "told once"
    put(folder, "mot", LESSON.replace("bản A", "bản B"))
    assert "Hết lỗi" in await t.settle()
    assert t.current["mot"] == 2 and not t.library.faults


async def test_what_would_hurt_somebody_waits_for_a_decision(t: Watched, folder: Path):
    lan = await at_quiz(t)
    put(folder, "mot", NO_QUIZ)
    said = await t.settle()
    assert "E801" in said and t.current["mot"] == 1
    assert [p.code for found in t.library.faults.values() for p in found] == ["E801"]
    previews = Previews(folder, facts(), lambda: t.conversation.book, lambda: t.library.faults)
    shown = previews.look("mot")
    assert shown is not None and [problem.code for problem in shown.problems][:1] == ["E801"]
    put(folder, "hai", OTHER.replace("bản A", "bản B"))
    assert "E801" not in await t.settle() and t.library.faults, "told once, kept"
    await lan.tap("Không đọc")
    put(folder, "mot", NO_QUIZ + "\n")
    await t.settle()
    assert t.current == {"mot": 2, "hai": 2} and not t.library.faults


async def test_half_a_file_is_never_read(t: Watched, folder: Path):
    path = folder / "m" / "mot" / "lesson.yaml"
    text = LESSON.replace("bản A", "bản B")
    for cut in range(0, len(text), 97):
        path.write_text(text[:cut], "utf-8")
        await t.watcher.step()
    assert t.told == [] or all("Đã nhận" not in line for line in t.told)
    assert t.current["mot"] == 1
    path.write_text(text, "utf-8")
    await t.settle()
    assert t.current["mot"] == 2


def recorded(folder: Path, words: str) -> None:
    path = folder / "recordings" / "media" / f"mot.giai.text.{words_digest(words)}.aac"
    path.parent.mkdir(parents=True)
    path.write_bytes(aac(1))


async def test_an_undone_edit_is_undone_and_a_rollback_holds(t: Watched, folder: Path, tmp_path: Path):
    put(folder, "mot", LESSON.replace("bản A", "bản B"))
    await t.settle()
    put(folder, "mot", LESSON)
    await t.settle()
    assert t.current["mot"] == 1
    put(folder, "mot", LESSON.replace("bản A", "bản C"))
    await t.settle()
    assert t.current["mot"] == 3
    flags = ["--lessons", str(folder), "--data", str(tmp_path / "data"), "--config", str(PROJECT / "config.yaml")]
    assert await asyncio.to_thread(main, ["rollback", "mot", "1", *flags]) == 0
    await t.look()
    assert t.current["mot"] == 1
    os.utime(folder / "m" / "mot" / "lesson.yaml")
    put(folder, "mot", LESSON.replace("bản A", "bản B"))
    await t.settle()
    assert t.current["mot"] == 1, "that text was published before"
    await t.open(folder)
    await t.begin_watching()
    assert t.current["mot"] == 1, "nor does a start publish it"
    recorded(folder, "Mã OTP không đọc cho ai cả.")
    await t.settle()
    assert t.current["mot"] == 1, "nor does what is recorded of it"
    await t.open(folder)
    await t.begin_watching()
    assert t.current["mot"] == 1, "nor a start with that"
    put(folder, "mot", LESSON.replace("bản A", "bản D"))
    await t.settle()
    assert t.current["mot"] == 4


async def test_an_edit_from_before_the_start_is_taken_over(t: Watched, folder: Path):
    put(folder, "mot", LESSON.replace("bản A", "bản B"))
    await t.open(folder)
    assert t.book.current["mot"] == 1
    await t.begin_watching()
    assert t.current["mot"] == 2


async def test_an_older_file_publishes_nothing_at_a_start_for_what_is_new_beside_it(t: Watched, folder: Path):
    put(folder, "mot", LESSON.replace("bản A", "bản B"))
    await t.settle()
    put(folder, "mot", LESSON)
    recorded(folder, "Mã OTP không đọc cho ai cả.")
    await t.open(folder)
    await t.begin_watching()
    assert t.current["mot"] == 2, "as on a second machine whose folder is behind"
    put(folder, "mot", LESSON.replace("bản A", "bản B"))
    await t.settle()
    assert t.current["mot"] == 3 and "bản B" in t.library.book.versions["mot", 3].steps[0].text, (
        "of what is current it is news"
    )


async def test_new_and_removed_and_renamed_lessons(t: Watched, folder: Path):
    lan = await at_quiz(t)
    put(folder, "ba", LESSON.replace("lesson: mot", "lesson: ba").replace("order: 1", "order: 3"))
    await t.settle()
    assert t.current == {"mot": 1, "hai": 1, "ba": 1}
    shutil.move(folder / "m" / "mot", folder / "m" / "mot_doi_ten")
    await t.settle()
    assert t.current == {"mot": 1, "hai": 1, "ba": 1}
    shutil.rmtree(folder / "m" / "mot_doi_ten")
    await t.settle()
    assert set(t.current) == {"hai", "ba"}
    await lan.tap("Không đọc")
    assert "Hết bản A" in lan.said


async def test_editors_own_files_are_none_of_ours(t: Watched, folder: Path):
    for name in (".lesson.yaml.swp", "lesson.yaml~", "#lesson.yaml#", "4913", "lesson.yaml.tmp"):
        (folder / "m" / "mot" / name).write_text("lesson: mot\n", "utf-8")
    (folder / "m" / "thu_muc.yaml").mkdir()
    (folder / "m" / "vong").symlink_to(folder, target_is_directory=True)
    (folder / "m" / "chet").mkdir()
    (folder / "m" / "chet" / "lesson.yaml").symlink_to("/khong/co")
    os.mkfifo(folder / "m" / "thu_muc.yaml" / "lesson.yaml")
    (folder / "_nhap" / "x").mkdir(parents=True)
    (folder / "_nhap" / "x" / "lesson.yaml").write_text("[", "utf-8")
    assert await t.settle() == ""


async def test_saving_by_renaming_another_file_over_it(t: Watched, folder: Path):
    path = folder / "m" / "mot" / "lesson.yaml"
    for letter in "BCD":
        path.rename(path.with_name("lesson.yaml~"))
        await t.watcher.step()
        path.with_name("new").write_text(LESSON.replace("bản A", f"bản {letter}"), "utf-8")
        path.with_name("new").rename(path)
        await t.settle()
    assert t.current == {"mot": 4, "hai": 1} and t.told[-1].startswith("Đã nhận bài mot, bản 4")


async def test_the_whole_folder_away_for_a_while(t: Watched, folder: Path):
    folder.rename(folder.with_name("elsewhere"))
    said = await t.settle()
    assert said.count("không đọc được") == 1 and t.current == {"mot": 1, "hai": 1}
    lan = await at_quiz(t)
    assert "Ai xin mã OTP" in lan.said
    folder.with_name("elsewhere").rename(folder)
    await t.settle()
    assert not t.library.faults
    put(folder, "mot", LESSON.replace("bản A", "bản B"))
    await t.settle()
    assert t.current["mot"] == 2


async def test_what_may_not_be_read_stays_as_it_was(t: Watched, folder: Path):
    path, whole = folder / "m" / "mot", t.watcher.walk

    def forbidden(root: Path) -> FolderLook:  # as for somebody who is not root
        look = whole(root)
        stamps = {name: stamp for name, stamp in look.stamps.items() if not name.startswith(str(path))}
        return FolderLook(stamps, {str(path): "Permission denied"})

    t.watcher.walk = forbidden
    assert "Permission denied" in await t.settle()
    assert t.current == {"mot": 1, "hai": 1} and str(path) in t.library.faults
    t.watcher.walk = whole
    await t.settle()
    assert not t.library.faults and t.current == {"mot": 1, "hai": 1}


async def test_a_thousand_touched_at_once_are_no_storm(t: Watched, folder: Path):
    for at in range(300):
        text = LESSON.replace("lesson: mot", f"lesson: bai-{at}").replace("order: 1", f"order: {at}")
        put(folder, f"bai-{at}", text)
    await t.settle()
    assert len(t.current) == 302
    published = len(await t.rows("publication"))
    for path in folder.rglob("lesson.yaml"):
        os.utime(path)
    assert await t.settle() == ""
    assert len(await t.rows("publication")) == published


async def test_tables_are_taken_over_and_a_broken_one_is_not(t: Watched, folder: Path):
    phrases = folder / "phrases.yaml"
    good = phrases.read_text("utf-8")
    line = next(line for line in good.splitlines() if line.startswith("not_understood:"))
    phrases.write_text(good.replace(line, 'not_understood: "Câu mới cho {chị}."'), "utf-8")
    await t.settle()
    assert t.conversation.book.phrases["not_understood"] == "Câu mới cho {chị}."
    for broken in ("[", good.replace(line, ""), ""):
        phrases.write_text(broken, "utf-8")
        assert "phrases.yaml" in await t.settle()
        assert t.conversation.book.phrases["not_understood"] == "Câu mới cho {chị}."
        assert str(phrases) in t.library.faults
    phrases.unlink()
    await t.settle()
    assert t.conversation.book.phrases["not_understood"] == "Câu mới cho {chị}."
    phrases.write_text(good, "utf-8")
    await t.settle()
    assert "Câu mới" not in t.conversation.book.phrases["not_understood"] and not t.library.faults
    tracks = folder / "tracks.yaml"
    tracks.write_text(tracks.read_text("utf-8").replace("title: ", "title: Nhóm ", 1), "utf-8")
    words = t.conversation.book.words
    (folder / "words.yaml").write_text("commands: [", "utf-8")
    assert "words.yaml" in await t.settle()
    assert t.conversation.book.words == words
    assert any("Nhóm" in title for _, title in t.conversation.book.tracks)
    assert set(t.current) == {"mot", "hai"}


async def test_a_fault_goes_when_what_it_named_comes(t: Watched, folder: Path):
    put(folder, "hai", OTHER.replace('    text: "Hết bản A."', '    text: "Hết bản A."\n    then: ba'))
    assert "E113" in await t.settle()
    put(folder, "ba", LESSON.replace("lesson: mot", "lesson: ba").replace("order: 1", "order: 3"))
    await t.settle()
    assert not t.library.faults and t.current["hai"] == 2


async def test_anything_at_all_done_to_the_folder(t: Watched, folder: Path):
    """A random editor: whatever it does, the tutor answers, and serves each lesson in a version that was whole."""
    chance = random.Random(20260105)
    texts = [LESSON.replace("bản A", f"bản {letter}") for letter in "ABCDE"]
    lan = await at_quiz(t)
    for _ in range(60):
        path = folder / "m" / chance.choice(["mot", "hai", "ba"]) / "lesson.yaml"
        text = chance.choice(texts).replace("lesson: mot", f"lesson: {path.parent.name}")
        match chance.randrange(6):
            case 0:
                path.parent.mkdir(exist_ok=True)
                path.write_text(text[: chance.randrange(len(text))], "utf-8")
            case 1:
                shutil.rmtree(path.parent, ignore_errors=True)
            case 2:
                path.parent.mkdir(exist_ok=True)
                path.write_bytes(chance.randbytes(300))
            case 3 if path.parent.exists():
                path.parent.rename(path.parent.with_name(f"doi-{chance.randrange(9)}-{chance.randrange(10**6)}"))
            case _:
                path.parent.mkdir(exist_ok=True)
                path.write_text(text, "utf-8")
        for _ in range(chance.randrange(4)):
            await t.watcher.step()
        await lan.say("nghe lại")
        assert lan.said
    await t.settle()
    sources = {row["source"] for row in await t.rows("lesson_version")}
    whole = {text.replace("lesson: mot", f"lesson: {each}") for text in texts for each in ("mot", "hai", "ba")}
    assert sources <= whole | {LESSON, OTHER}


def test_a_look_at_a_thousand_lessons_is_cheap(tmp_path: Path):
    for at in range(1_000):
        (tmp_path / f"{at % 8}" / f"bai-{at}").mkdir(parents=True)
        (tmp_path / f"{at % 8}" / f"bai-{at}" / "lesson.yaml").touch()
    began = time.process_time()
    assert len(look_at(tmp_path).stamps) == 1_000
    assert time.process_time() - began < 0.5


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        (Settings(), True),
        (Settings(web=Web(host="0.0.0.0")), False),
        (Settings(web=Web(public_url="https://hoc.vn")), False),
        (Settings(channels={"telegram": TelegramSettings(token="1:x")}), False),
    ],
)
def test_watching_is_for_whoever_works_alone(settings: Settings, expected: bool):
    assert watches(settings, None) is expected
    assert watches(settings, True) and not watches(settings, False)


async def test_a_translation_is_part_of_a_version(tmp_path: Path):
    root = tmp_path / "lessons"
    shutil.copytree(LESSONS, root)
    async with tutor(tmp_path / "data", Book({}, {}, {}, None)) as first:  # type: ignore[arg-type]
        await first.database.close()
        t = Watched(tmp_path / "data", Book({}, {}, {}, None))  # type: ignore[arg-type]
        await t.begin()
        await t.open(root)
        await t.begin_watching()
        before = t.conversation.book.lesson("m0-khoi-dong", lang="en")
        assert before is not None
        path = root / "m" / "m0-khoi-dong" / "po" / "en.po"
        path.write_text(path.read_text("utf-8").replace(before.title, "A start of another kind"), "utf-8")
        said = await t.settle()
        assert "Đã nhận bài m0-khoi-dong, bản 2" in said
        book = t.conversation.book
        lesson = book.lesson("m0-khoi-dong", lang="en")
        assert lesson is not None and lesson.title == "A start of another kind"
        assert book.translated["m0-khoi-dong", 1, "en"].title == before.title
        assert book.routes["m0-khoi-dong", 1].how == "text"
        row = (await t.rows("publication"))[-1]
        assert row["mode"] == "text" and "+# en title: A start of another kind" in row["diff"]
        path.write_text("msgid", "utf-8")
        assert "Chưa nhận" in await t.settle() and t.current["m0-khoi-dong"] == 2
        await t.database.close()


def test_it_looks_at_all_that_is_read_at_the_start():
    assert look_at(LESSONS).stamps.keys() == read_lessons(LESSONS).keys()


async def test_answers_are_read_too(t: Watched, folder: Path):
    shutil.copytree(LESSONS / "answers", folder / "answers")
    await t.settle()
    assert len(t.conversation.book.answers) > 100
