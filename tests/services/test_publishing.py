"""./camtay publish, history, rollback: beside a running tutor, with learners in the middle of what is edited."""

from __future__ import annotations

import asyncio
import shutil
import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import polib
import pytest
from sqlalchemy import update

from bot.cli.main import main
from bot.publishing.library import LiveLessons
from bot.publishing.library import held as held_versions
from bot.publishing.service import PlanOutdated, PublishingOptions, inside, inside_now, look, plan, publish
from bot.publishing.sync import Librarian
from bot.tutor import state_codec
from bot.tutor.state import Meeting
from flows import Book
from flows.shelf.shelf import WORDS, read_shelf
from storage.conversations.tables import session
from storage.engine.database import open_database
from storage.engine.lock import lock_all
from storage.publications import publications
from tests.services.test_large_house import heard
from tests.services.test_library import LESSON, folder, publish_all, put
from tests.support.builders import LESSONS, PROJECT, facts
from tests.support.harness import Learner, Tutor, tutor
from tests.support.world import START

__all__ = ["folder"]  # the fixture

NO_QUIZ = LESSON.replace("quiz: hoi\n", "quiz: hoi_moi\n")
Output = pytest.CaptureFixture[str]


class Running(Tutor):
    """A tutor with the parts that follow publications; `look` is what a running process does every few seconds."""

    library: LiveLessons
    librarian: Librarian

    async def open(self, root: Path) -> None:
        self.library = LiveLessons(self.database, root, facts())
        self.book = self.conversation.book = await self.library.open(self.clock.now())
        self.librarian = Librarian(self.library, self.conversation, self.submit, self.clock.now, self.quiet)

    async def look(self) -> None:
        for learner in self.learners.values():
            learner.turn = []
        await self.librarian.step()
        await self.flush()


@pytest.fixture
async def t(tmp_path: Path, folder: Path) -> AsyncIterator[Running]:
    """A tutor that runs on the folder's two lessons, and holds the data folder's lock."""
    async with tutor(tmp_path, Book({}, {}, {}, None)) as first:  # type: ignore[arg-type]
        await first.database.close()
        running = Running(tmp_path, Book({}, {}, {}, None))  # type: ignore[arg-type]
        await running.begin()
        await running.open(folder)
        with lock_all(tmp_path, tmp_path / "camtay.db"):
            yield running
        await running.database.close()


@pytest.fixture
def camtay(tmp_path: Path, folder: Path, capsys: Output):
    """Run a verb as from a shell; its exit code and what it printed."""

    async def run(*arguments: str) -> tuple[int, str]:
        flags = ["--lessons", str(folder), "--data", str(tmp_path), "--config", str(PROJECT / "config.yaml")]
        capsys.readouterr()
        try:
            code = await asyncio.to_thread(main, [*arguments, *flags])
        except SystemExit as misuse:
            code = int(str(misuse.code))
        said = capsys.readouterr()
        return code, said.out + said.err

    return run


async def at_quiz(t: Running, chat: str = "1", name: str = "Lan") -> Learner:
    lan = await t.learner(chat).meets(name)
    await lan.opens("mot")
    return await lan.tap("Tiếp")


# --- who is inside -----------------------------------------------------------------------------------


async def test_everybody_inside_is_counted_parked_lessons_too(t: Running):
    assert await t.database.read(inside) == {}
    await at_quiz(t, "1")
    both = await at_quiz(t, "2")
    await both.opens("hai")
    done = await at_quiz(t, "3")
    await done.tap("Không đọc")
    assert await t.database.read(inside) == {"mot": {(1, "hoi"): 2}, "hai": {(1, "chao"): 1}}


async def test_a_lesson_of_a_meeting_that_was_put_aside_has_somebody_inside(t: Running, folder: Path, camtay):
    learner = await at_quiz(t, "1")
    row = (await t.rows("session"))[0]
    state = state_codec.load(row["state"])
    assert state.run is not None and learner.buttons
    aside = state_codec.dump(replace(state, run=None, meeting=Meeting("e", "w26041", "mot", "r", state.run)))
    await t.database.transact(lambda c: c.execute(update(session).values(state=aside, lesson=None, version=None)))
    assert await t.database.read(inside) == {"mot": {(1, "hoi"): 1}}
    assert await inside_now(t.database, ["mot"]) == {"mot": {(1, "hoi"): 1}}
    assert await held_versions(t.database) == set(), "the current one is there anyway: no session is read for it"
    put(folder, "mot", LESSON.replace("Hết bản A", "Hết bản B"))
    assert (await camtay("publish"))[0] == 0
    assert await held_versions(t.database) == {("mot", 1)}


async def test_a_table_has_nobody_inside_and_nobody_is_looked_for(t: Running):
    await at_quiz(t, "1")
    with heard() as said:
        assert await inside_now(t.database, [WORDS]) == {}
    assert not said


# --- publish -----------------------------------------------------------------------------------------


async def test_words_reach_a_running_tutor_and_whoever_is_inside(t: Running, folder: Path, camtay):
    lan = await at_quiz(t)
    put(folder, "mot", LESSON.replace("Hết bản A", "Hết bản B"))
    code, said = await camtay("publish")
    assert code == 0
    assert "mot  bản 1 → 2  (sửa lời)  +1 −1 dòng" in said
    assert "1 người đang học: 1 ở lại (1 nhận lời mới)" in said
    assert '-    text: "Hết bản A."' in said and '+    text: "Hết bản B."' in said
    assert "Đã phát hành mot bản 2 (sửa lời)." in said and "hai" not in said
    await t.look()
    await lan.tap("Không đọc")
    assert "Hết bản B" in lan.said


@pytest.mark.parametrize("flag", [(), ("--urgent",)])
async def test_a_corrected_word_is_published_while_its_english_waits(t: Running, folder: Path, camtay, flag):
    bilingual = LESSON.replace("langs: [vi]", "langs: [vi, en]")
    shutil.copytree(LESSONS / "po", folder / "po")
    put(folder, "mot", bilingual)
    await in_english(folder)
    assert "W40" not in (await camtay("publish", *flag))[1]
    await t.look()
    lan = await t.learner().meets()
    await lan.say("đổi tiếng")
    await lan.tap("English")
    await lan.opens("mot")
    assert "chao.text in English" in lan.said
    corrected = bilingual.replace("Hết bản A", "Hết bản B")  # and one sentence more
    put(folder, "mot", corrected.replace("hints: [", 'hints: ["Đừng vội nhé {chị}.", '))
    code, said = await camtay("publish", *flag)
    assert code == 0 and "W402" in said and "W401" in said and "Đã phát hành mot" in said
    await t.look()
    await lan.tap(lan.last.labels[0])
    await lan.tap(lan.last.labels[1])
    assert "Hết bản B" in lan.said, "what waits for its English is said in Vietnamese"
    await in_english(folder)
    code, said = await camtay("publish", *flag)
    assert code == 0 and "W40" not in said and "Đã phát hành mot" in said


async def in_english(folder: Path) -> None:
    """Every sentence of the lesson "mot" gets a translation, as a translator would leave it."""
    export = ["translate", "export", "mot", "en", "--lessons", str(folder)]
    assert await asyncio.to_thread(main, export) == 0
    path = folder / "m" / "mot" / "po" / "en.po"
    file = polib.pofile(str(path), wrapwidth=0)
    for entry in file:
        entry.msgstr = f"{entry.msgctxt} in English"
        entry.flags = []
    file.save()
    assert await asyncio.to_thread(main, export) == 0


async def test_a_graph_edit_leaves_those_inside_where_they_are(t: Running, folder: Path, camtay):
    lan = await at_quiz(t)
    more = LESSON.replace("  - end: xong", '  - say: them\n    text: "Thêm một câu."\n  - end: xong')
    put(folder, "mot", more.replace("next: xong", "next: them"))
    code, said = await camtay("publish", "mot", "--author", "Cô Hoa")
    assert code == 0 and "(sửa đường đi)" in said and "1 người đang học: 1 ở lại" in said
    await t.look()
    new = await at_quiz(t, "2", "Hoa")
    await new.tap("Không đọc")
    assert "Thêm một câu" in new.said
    await lan.tap("Không đọc")
    assert "Hết bản A" in lan.said and "Thêm một câu" not in lan.said
    assert (await t.rows("publication"))[-1]["author"] == "Cô Hoa"


async def test_a_step_that_is_gone_blocks_and_says_what_would_help(t: Running, folder: Path, camtay):
    await at_quiz(t)
    put(folder, "mot", NO_QUIZ)
    for flags in ((), ("--urgent",), ("--at-checkpoint",)):
        code, said = await camtay("publish", *flags)
        assert code == 1
        assert "1 người đang học: 0 ở lại, 1 cần quyết định (bước “hoi” đã bỏ)" in said
        assert "m/mot/lesson.yaml:10:1: E801 " in said
        assert "./camtay publish mot --urgent --decide hoi=checkpoint" in said
        calm = " ".join(["./camtay publish mot", *flags, "--decide hoi=stay"])
        assert (calm in said) is ("--urgent" not in flags)
        assert "ghi `was: hoi`" in said
    assert len(await t.rows("publication")) == 2, "nothing was published"
    code, said = await camtay("publish", "--dry-run")
    assert code == 1 and "E801" in said
    code, said = await camtay("publish", "--decide", "hoi=stay", "--dry-run")
    assert code == 0 and "Chạy thử" in said
    assert len(await t.rows("publication")) == 2
    code, _ = await camtay("publish", "--decide", "hoi=stay")
    assert code == 0
    assert len(await t.rows("publication")) == 3
    put(folder, "mot", NO_QUIZ.replace("bản A", "bản C"))
    code, _ = await camtay("publish")
    assert code == 0, "those left behind are not asked about again"


async def test_was_is_a_decision_too(t: Running, folder: Path, camtay):
    lan = await at_quiz(t)
    put(folder, "mot", NO_QUIZ.replace("quiz: hoi_moi\n", "quiz: hoi_moi\n    was: hoi\n"))
    code, said = await camtay("publish", "--urgent")
    assert code == 0 and "1 chuyển" in said and "→ hoi_moi" in said
    await t.look()
    assert "Ai xin mã OTP" in lan.said
    assert await t.database.read(inside) == {"mot": {(2, "hoi_moi"): 1}}


async def test_a_kind_that_changes_under_somebody_blocks(t: Running, folder: Path, camtay):
    await at_quiz(t)
    put(folder, "mot", LESSON.replace("  - say: giai", "  - say: hoi_cu").replace("say: chao", "say: mo_dau"))
    code, said = await camtay("publish")
    assert code == 1 and "E101" in said, "a broken file blocks before anybody is counted"
    kind = LESSON.replace("quiz: hoi\n", "choose: hoi\n").replace(", right: true", "")
    kind = kind.replace("mastery: {pass: 1}\n", "")
    for gone in ('    hints: ["Mã ấy mở được tài khoản."]\n', "    tries: 3\n", "    out_of_tries: giai\n"):
        kind = kind.replace(gone, "")
    kind = kind.replace('Đọc cho họ nghe", say: "Đừng đọc {chị} nhé."', 'Đọc cho họ nghe", next: giai')
    kind = kind.replace('Không đọc", say: "Đúng rồi {chị}."', 'Không đọc"')
    put(folder, "mot", kind)
    code, said = await camtay("publish")
    assert code == 1 and "E802" in said and "m/mot/lesson.yaml:13:5" in said and "bước “hoi” đã đổi loại" in said


async def test_an_urgent_edit_takes_those_inside_along_by_day(t: Running, folder: Path, camtay):
    lan, away = await at_quiz(t), await at_quiz(t, "2", "Hoa")
    await away.leaves()
    put(folder, "mot", LESSON.replace("Ai xin mã OTP", "KHẨN: ai xin mã OTP"))
    code, said = await camtay("publish", "--urgent")
    assert code == 0 and "(khẩn)" in said and "2 chuyển" in said
    t.clock.passes(hours=13)  # at night
    await t.look()
    assert not lan.said
    t.clock.passes(hours=12)
    await t.look()
    assert "KHẨN" in lan.said and not away.said
    for _ in range(2):
        await t.look()
        assert not lan.said, "told once"
    await t.open(t.library.root)  # another start looks again; the inbox knows
    await t.look()
    assert not lan.said
    await away.say("tôi quay lại")
    assert "KHẨN" in away.said


async def test_many_are_moved_in_slices(t: Running, folder: Path, camtay, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("bot.publishing.sync.MOVED_AT_ONCE", 2)
    monkeypatch.setattr("bot.publishing.sync.FOUND_AT_ONCE", 3)
    everybody = [await at_quiz(t, str(at), "Lan") for at in range(5)]
    put(folder, "mot", LESSON.replace("Ai xin mã OTP", "KHẨN: ai xin mã OTP"))
    await camtay("publish", "--urgent")
    await t.look()
    assert all("KHẨN" in each.said for each in everybody)


async def test_nothing_to_publish_and_misuse(t: Running, folder: Path, camtay):
    assert await camtay("publish") == (0, "Không có bài nào cần phát hành.\n")
    code, said = await camtay("publish", "mot")
    assert code == 0 and "mot: không có gì mới, đang là bản 1." in said
    code, said = await camtay("publish", "mott")
    assert code == 2 and "có phải là “mot”" in said
    put(folder, "mot", NO_QUIZ)
    for decision in ("hoi", "hoi=", "hoii=stay", "hoi=khong_co"):
        code, said = await camtay("publish", "--decide", decision)
        assert code == 2 and "--decide" in said, decision
    code, _ = await camtay("publish", "--decide", "hoi=stay", "--decide", "hoi=start")
    assert code == 2
    code, said = await camtay("publish", "--urgent", "--decide", "hoi=stay")
    assert code == 2 and "khẩn" in said
    code, said = await camtay("publish", "--decide", "hoi=start")
    assert code == 2 and "--urgent" in said
    code, _ = await camtay("publish", "--urgent", "--at-checkpoint")
    assert code == 2
    assert len(await t.rows("publication")) == 2


async def test_a_path_means_the_lessons_below_it(t: Running, folder: Path, camtay):
    for lesson_id, text in (("mot", LESSON), ("hai", LESSON.replace("lesson: mot", "lesson: hai"))):
        put(folder, lesson_id, text.replace("bản A", "bản B"))
    code, said = await camtay("publish", str(folder / "m" / "hai" / "lesson.yaml"))
    assert code == 0 and "hai bản 2" in said and "mot" not in said
    code, _ = await camtay("publish", str(folder / "m"))
    assert code == 0 and (await t.rows("publication"))[-1]["lesson"] == "mot"
    code, said = await camtay("publish", "/")
    assert code == 0
    code, said = await camtay("publish", str(folder / "phrases.yaml"))
    assert code == 2


async def test_a_new_lesson_is_in_the_menu_of_a_running_tutor_once_it_is_published(t: Running, folder: Path, camtay):
    put(folder, "ba", LESSON.replace("lesson: mot", "lesson: ba").replace("order: 1", "order: 3"))
    (folder / "phrases.yaml").write_text("[", "utf-8")
    await t.look()
    assert set(t.conversation.book.current) == {"mot", "hai"}
    code, said = await camtay("publish")
    assert code == 2 and "phrases.yaml" in said
    shutil.copy(LESSONS / "phrases.yaml", folder / "phrases.yaml")
    code, said = await camtay("publish")
    assert code == 0 and "Đã phát hành ba bản 1 (lần đầu)." in said
    (folder / "phrases.yaml").write_text("[", "utf-8")
    await t.look()
    assert set(t.conversation.book.current) == {"mot", "hai"}, "while the folder cannot be read it stays as it was"
    shutil.copy(LESSONS / "phrases.yaml", folder / "phrases.yaml")
    await t.look()
    assert t.conversation.book.current == {"mot": 1, "hai": 1, "ba": 1}


async def test_where_nothing_was_ever_published(tmp_path: Path, folder: Path, camtay):
    code, said = await camtay("publish", "--dry-run")
    assert code == 0 and "2 bài có thể phát hành" in said
    assert not (tmp_path / "camtay.db").exists(), "a dry run leaves nothing"
    code, said = await camtay("history", "mot")
    assert code == 2
    code, said = await camtay("publish")
    assert code == 0 and "Đã phát hành hai bản 1 (lần đầu)." in said
    with closing(sqlite3.connect(tmp_path / "camtay.db")) as database:
        assert database.execute("SELECT count(*) FROM publication").fetchone() == (2,)


async def test_two_who_publish_at_once_do_not_pass_each_other(t: Running, folder: Path):
    stored = (await look(t.database, ["mot"]))["mot"]
    lesson = read_shelf(folder, facts()).good["mot"]
    put(folder, "mot", LESSON.replace("bản A", "bản B"))
    newer = read_shelf(folder, facts()).good["mot"]
    first, second = (plan(stored, newer, {}, PublishingOptions(name), facts()) for name in ("Hoa", "Lan"))
    await publish(t.database, [first], START)
    with pytest.raises(PlanOutdated):
        await publish(t.database, [second], START)
    assert plan(stored, lesson, {}, PublishingOptions("Lan"), facts()).unchanged
    assert [row["author"] for row in await t.rows("publication")] == ["files", "files", "Hoa"]


# --- history, rollback -------------------------------------------------------------------------------


async def test_history_tells_every_publication(t: Running, folder: Path, camtay):
    await at_quiz(t)
    put(folder, "mot", NO_QUIZ)
    await camtay("publish", "--author", "Hoa", "--decide", "hoi=stay")
    code, said = await camtay("history", "mot")
    newest, decision, first = said.splitlines()
    assert code == 0
    assert newest.startswith("* bản 2") and "Hoa" in newest and "sửa đường đi" in newest and "+1 −1" in newest
    assert decision.strip() == "hoi=stay"
    assert (
        first.startswith("  bản 1")
        and "1 người đang học" in first
        and "tự động" in first
        and "05/01/2026 08:00" in first
    )
    code, said = await camtay("history", "mot", "--diff")
    assert "+  - quiz: hoi_moi" in said
    code, said = await camtay("history", "mo")
    assert code == 2 and "mot" in said


async def test_a_rollback_holds_until_something_new_is_published(t: Running, folder: Path, camtay):
    put(folder, "mot", LESSON.replace("bản A", "bản B"))
    await camtay("publish")
    code, said = await camtay("rollback", "mot", "1", "--author", "Hoa")
    assert code == 0 and "Đã phát hành mot bản 1 (quay lại)." in said
    await t.look()
    assert t.conversation.book.current["mot"] == 1
    code, said = await camtay("publish")
    assert code == 0 and "giữ bản 1" in said, "the file is still the one that was rolled back"
    code, said = await camtay("publish", "mot")
    assert code == 1 and "./camtay rollback mot 2" in said
    await t.open(folder)
    assert t.book.current["mot"] == 1, "a start does not publish it either"
    put(folder, "mot", LESSON.replace("bản A", "bản C"))
    code, _ = await camtay("publish")
    await t.look()
    assert code == 0 and t.conversation.book.current["mot"] == 3
    code, said = await camtay("rollback", "mot", "9")
    assert code == 2 and "1, 2, 3" in said
    code, said = await camtay("rollback", "mot", "3")
    assert code == 0 and "không có gì mới" in said


async def test_an_urgent_rollback_takes_those_inside_along(t: Running, folder: Path, camtay):
    put(folder, "mot", LESSON.replace("Ai xin mã OTP", "Bản nguy hiểm"))
    await camtay("publish")
    await t.look()
    lan = await at_quiz(t)
    assert "Bản nguy hiểm" in lan.said
    code, said = await camtay("rollback", "mot", "1", "--urgent")
    assert code == 0 and "1 chuyển" in said
    await t.look()
    assert "Ai xin mã OTP" in lan.said
    row = (await t.rows("publication"))[-1]
    assert (row["mode"], row["urgent"], row["version"]) == ("rollback", 1, 1)


async def test_a_calm_rollback_asks_nothing_about_new_steps(t: Running, folder: Path, camtay):
    put(folder, "mot", NO_QUIZ)
    await camtay("publish")
    await t.look()
    lan = await at_quiz(t)
    code, said = await camtay("rollback", "mot", "1")
    assert code == 0 and "1 ở lại" in said
    await t.look()
    await lan.tap("Không đọc")
    assert "Hết bản A" in lan.said


async def test_a_checkpoint_edit_takes_her_along_where_she_crosses_one(t: Running, folder: Path, camtay):
    await publish_all(t.database, folder)
    lan = await t.learner().meets()
    await lan.opens("mot")
    moved = LESSON.replace("Ai xin mã OTP", "Bản mới: ai xin mã OTP").replace("tries: 3", "tries: 2")
    put(folder, "mot", moved)
    code, said = await camtay("publish", "--at-checkpoint")
    assert code == 0 and "(chuyển ở mốc)" in said
    await t.look()
    await lan.tap("Tiếp")
    assert "Bản mới" in lan.said


@pytest.mark.postgres
async def test_the_same_on_postgresql(postgres_url: str, folder: Path, camtay, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("DATABASE_URL", postgres_url)
    code, said = await camtay("publish")
    assert code == 0, said
    running = Running(postgres_url, Book({}, {}, {}, None))  # type: ignore[arg-type]
    await running.begin()
    try:
        await running.open(folder)
        lan = await at_quiz(running)
        put(folder, "mot", NO_QUIZ)
        code, said = await camtay("publish", "--urgent")
        assert code == 1 and "E801" in said
        code, said = await camtay("publish", "--urgent", "--decide", "hoi=hoi_moi")
        assert code == 0, said
        await running.look()
        assert "Ai xin mã OTP" in lan.said
        assert await running.database.read(inside) == {"mot": {(2, "hoi_moi"): 1}}
        code, said = await camtay("history", "mot")
        assert code == 0 and "hoi=hoi_moi" in said
    finally:
        await running.database.close()


async def test_an_older_schema_is_left_to_migrate(tmp_path: Path, folder: Path, camtay):
    await camtay("publish")
    with closing(sqlite3.connect(tmp_path / "camtay.db")) as database:
        database.execute("UPDATE alembic_version SET version_num = '0001'")
        database.commit()
    code, said = await camtay("publish")
    assert code == 1 and "./camtay migrate" in said


async def test_the_audit_row_has_author_time_and_diff(t: Running, folder: Path, camtay, tmp_path: Path):
    put(folder, "mot", LESSON.replace("bản A", "bản B"))
    await camtay("publish", "--author", "Cô Hoa")
    other = open_database(f"sqlite:///{tmp_path / 'camtay.db'}")
    row = (await other.read(lambda c: publications.of_lesson(c, "mot")))[-1]
    await other.close()
    assert row.author == "Cô Hoa" and row.at.year >= 2026 and row.diff.startswith("--- mot@1\n+++ mot@2\n")
