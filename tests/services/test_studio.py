"""The studio on real databases: drafts that stay, edits of two put together, publications that hurt nobody inside."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from bot.cli.linting import problems as linted
from bot.errors import NotAllowed
from bot.people.policy.permissions import PERMISSIONS
from bot.publishing.drafts import Circumstances
from bot.publishing.library import LiveLessons
from bot.publishing.service import PublishingOptions, look
from bot.studio.checking import Checker
from bot.studio.following import NotReady
from bot.studio.policy.merging import OURS
from bot.studio.publishing import Publisher, ReviewOutdated
from bot.studio.service import NoSuchLesson, TextTooLong
from flows.reading.loader import lesson_files
from flows.shelf.shelf import WORDS, read_shelf
from storage.drafts import drafts
from storage.engine.database import Database
from storage.people.records import AuditRow
from tests.services.test_library import LESSON, folder, put
from tests.storage.conftest import database, database_url
from tests.support.builders import LESSONS, facts
from tests.support.harness import Tutor, tutor
from tests.support.studio import ADMIN, LAN, MAI, OTHERS, Room, studio_on
from tests.support.world import START

__all__ = ["database", "database_url", "folder"]  # the fixtures

NEW = LESSON.replace("bản A.", "bản B.", 1)
PLAIN = PublishingOptions("")


@pytest.fixture
async def room(database: Database, folder: Path) -> AsyncIterator[Room]:
    async with studio_on(database, folder) as opened:
        yield opened


@pytest.fixture
async def served(database: Database, folder: Path) -> AsyncIterator[Room]:
    """On a machine whose lessons cannot be written."""
    async with studio_on(database, folder, writes=False) as opened:
        yield opened


async def publish(room: Room, text: str, actor: object = LAN, how: PublishingOptions = PLAIN) -> None:
    desk = await room.studio.open(LAN if actor is LAN else MAI, "mot")
    await room.studio.save(LAN if actor is LAN else MAI, "mot", desk.text, text)
    review = await room.publisher.review(LAN if actor is LAN else MAI, "mot", how)
    await room.publisher.publish(LAN if actor is LAN else MAI, "mot", how, review.stamp)


# --- who may -----------------------------------------------------------------------------------------


async def test_only_who_edits_lessons_may(room: Room):
    for actor in OTHERS:
        for ask in (
            room.studio.tree(actor),
            room.studio.open(actor, "mot"),
            room.studio.save(actor, "mot", LESSON, NEW),
            room.studio.check(actor, "mot", NEW),
            room.studio.give_up(actor, "mot"),
            room.studio.others(actor, "mot"),
            room.studio.take_over(actor, "mot", LAN.name),
            room.studio.take_version(actor, "mot", 1),
            room.publisher.review(actor, "mot"),
            room.publisher.publish(actor, "mot", PLAIN, ""),
            room.publisher.history(actor, "mot"),
            room.publisher.review_rollback(actor, "mot", 1),
            room.publisher.roll_back(actor, "mot", 1, PLAIN, ""),
        ):
            with pytest.raises(NotAllowed, match=str(PERMISSIONS["edit_lessons"].refusal)):
                await ask
    assert await room.database.read(drafts.heads) == []
    for actor in (LAN, ADMIN):
        assert len(await room.studio.tree(actor)) == 2


async def test_a_lesson_that_is_not_there(room: Room):
    for lesson in ("khong-co", "", "../mot", "m/mot", "\x00"):
        with pytest.raises(NoSuchLesson):
            await room.studio.open(LAN, lesson)


# --- drafts ------------------------------------------------------------------------------------------


async def test_a_draft_stays_when_the_browser_closes(room: Room):
    desk = await room.studio.open(LAN, "mot")
    assert (desk.text, desk.is_changed) == (LESSON, False)
    assert (await room.studio.save(LAN, "mot", LESSON, NEW)).text == NEW
    again = await room.studio.open(LAN, "mot")
    assert (again.text, again.base, again.is_changed, again.merged) == (NEW, LESSON, True, False)
    assert (await room.studio.open(MAI, "mot")).text == LESSON, "it is hers alone"
    assert room.file().read_text("utf-8") == LESSON
    (line,) = [line for line in await room.studio.tree(LAN) if line.lesson == "mot"]
    assert (line.mine, line.others, line.state) == (START, 0, "live")
    (line,) = [line for line in await room.studio.tree(MAI) if line.lesson == "mot"]
    assert (line.mine, line.others) == (None, 1)


async def test_what_the_browser_makes_of_line_ends_is_no_edit(room: Room):
    desk = await room.studio.save(LAN, "mot", LESSON.replace("\n", "\r\n"), LESSON.replace("\n", "\r\n"))
    assert not desk.is_changed


async def test_two_pages_of_one_editor(room: Room):
    one = LESSON.replace("Chào {chị}", "Dạ chào {chị}")
    two = LESSON.replace("Hết bản A.", "Hết rồi.")
    await room.studio.save(LAN, "mot", LESSON, one)
    desk = await room.studio.save(LAN, "mot", LESSON, two)
    assert desk.merged
    assert desk.text == one.replace("Hết bản A.", "Hết rồi.")
    late = await room.studio.save(LAN, "mot", LESSON, one)
    assert late.text == desk.text, "the first page saves once more, and nothing of the second is lost"


async def test_the_same_line_on_two_pages_is_shown(room: Room):
    await room.studio.save(LAN, "mot", LESSON, LESSON.replace("bản A.", "bản B.", 1))
    desk = await room.studio.save(LAN, "mot", LESSON, LESSON.replace("bản A.", "bản C.", 1))
    assert desk.conflicts == 1
    assert all(each in desk.text for each in ("bản B.", "bản C.", OURS))
    review = await room.publisher.review(LAN, "mot")
    assert review.plan is None
    assert any(OURS in desk.text.split("\n")[each.place.line - 1] for each in review.errors)


async def test_saves_at_the_same_moment_lose_nothing(room: Room):
    lines = [f"  # ghi chú {at}\n" for at in range(4)]
    parts = LESSON.split("  - ")
    texts = [
        "  - ".join([*parts[: at + 1], *parts[at + 1 :]]).replace(
            f"  - {parts[at + 1]}", f"{line}  - {parts[at + 1]}", 1
        )
        for at, line in enumerate(lines)
    ]
    await asyncio.gather(*(room.studio.save(LAN, "mot", LESSON, text) for text in texts))
    found = (await room.studio.open(LAN, "mot")).text
    assert all(line in found for line in lines)


async def test_two_editors_and_one_publishes_first(room: Room):
    await room.studio.save(MAI, "mot", LESSON, LESSON.replace("Hết bản A.", "Hết rồi."))
    await publish(room, NEW)
    desk = await room.studio.open(MAI, "mot")
    assert desk.merged
    assert (desk.text, desk.base) == (NEW.replace("Hết bản A.", "Hết rồi."), NEW)
    assert not (await room.studio.open(MAI, "mot")).merged, "told once"
    await publish(room, desk.text, MAI)
    assert room.file().read_text("utf-8") == NEW.replace("Hết bản A.", "Hết rồi.")


async def test_a_page_left_open_over_a_publication_takes_nothing_back(room: Room):
    await publish(room, NEW)
    desk = await room.studio.save(LAN, "mot", LESSON, LESSON.replace("Hết bản A.", "Hết rồi."))
    assert desk.text == NEW.replace("Hết bản A.", "Hết rồi.")
    desk = await room.studio.save(MAI, "mot", LESSON, LESSON)
    assert not desk.is_changed, "she had changed nothing"


async def test_five_megabytes_are_refused_and_the_draft_stays(room: Room):
    await room.studio.save(LAN, "mot", LESSON, NEW)
    with pytest.raises(TextTooLong, match="128 kB"):
        await room.studio.save(LAN, "mot", NEW, "x" * 5_000_000)
    with pytest.raises(TextTooLong):
        await room.studio.check(LAN, "mot", "x" * 5_000_000)
    assert (await room.studio.open(LAN, "mot")).text == NEW


async def test_what_no_database_takes_is_kept_all_the_same(room: Room):
    odd = NEW + "# \x00 \ud800 \U0001f600 \u2028 é\n"
    desk = await room.studio.save(LAN, "mot", LESSON, odd)
    assert (await room.studio.open(LAN, "mot")).text == desk.text == NEW + "# \ufffd \ufffd \U0001f600 \u2028 é\n"


async def test_a_draft_is_given_up(room: Room):
    await room.studio.save(LAN, "mot", LESSON, NEW)
    assert await room.studio.give_up(LAN, "mot")
    assert not await room.studio.give_up(LAN, "mot")
    assert (await room.studio.open(LAN, "mot")).text == LESSON
    assert await room.audit() == [(LAN.name, "draft_given_up", "mot")]


async def test_another_editors_draft_is_taken_over(room: Room):
    await room.studio.save(MAI, "mot", LESSON, NEW)
    await room.studio.save(LAN, "mot", LESSON, LESSON.replace("Hết bản A.", "Hết rồi."))
    (other,) = await room.studio.others(LAN, "mot")
    desk = await room.studio.take_over(LAN, "mot", other.editor)
    assert desk.text == NEW.replace("Hết bản A.", "Hết rồi.")
    assert (await room.studio.open(MAI, "mot")).text == NEW


# --- what is wrong -----------------------------------------------------------------------------------


PLAYED = ("W901", "E902", "W904", "W905")
"""What dialogues tell: those are played on the page of the steps, not at every keystroke."""


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_the_very_faults_of_lint(database: Database):
    """Of every lesson that there is, told at a keystroke and in the tree."""
    async with studio_on(database, LESSONS) as room:
        whole = linted(LESSONS, [], Circumstances(facts(), redraw_before="2099", reread_before="2099-01-01")).problems
        checker = Checker(LESSONS, lambda: Circumstances(facts(), redraw_before="2099", reread_before="2099-01-01"))
        assert whole, "lessons that nobody has read for so long are told"
        for lesson, (draft, found) in checker.looked_over().items():
            told = [str(each) for each in whole if each.place.path == draft.path and each.code not in PLAYED]
            assert [str(each) for each in found if each.place.path == draft.path] == told, lesson
            path = Path(draft.path)
            typed = checker.read(path, path.read_bytes()).problems
            assert [str(each) for each in typed if each.place.path == draft.path] == told, lesson
        assert room.checker.files().keys() == checker.files().keys()


BROKEN = [
    LESSON.replace("steps:", "stepz:"),
    LESSON.replace("  - say: chao", "  - sai: chao"),
    LESSON.replace("track: m", "track: khong-co"),
    LESSON.replace("next: xong", "next: xonk"),
    LESSON.replace("title: Bài một", 'title: "Bài một'),
    LESSON.replace("lesson: mot", "lesson: hai"),
    LESSON.replace("Chào {chị}", "Gửi mã OTP cho em nhé {chi}"),
    "",
    "không phải bài",
]


@pytest.mark.parametrize("text", BROKEN, ids=range(len(BROKEN)))
async def test_the_faults_of_a_broken_text_are_those_of_lint(text: str, folder: Path):
    checker = Checker(folder, lambda: Circumstances(facts()))
    path = folder / "m" / "mot" / "lesson.yaml"
    before = [str(each) for each in checker.read(path, text.encode()).problems]
    path.write_text(text, "utf-8")
    told = linted(folder, [path], Circumstances(facts())).problems
    assert before == [str(each) for each in told]
    assert [str(each) for each in checker.looked_over()["mot"][1]] == before or "lesson: hai" in text


async def test_a_table_that_is_looked_at_again_is_not_read_again(room: Room):
    first, second = "commands: [", "\ncommands: ["
    told = room.checker.of_table(WORDS, first)
    assert told and room.checker.of_table(WORDS, first) is told
    assert room.checker.of_table(WORDS, second) != told
    assert room.checker.of_table(WORDS, first) == told


async def test_faults_know_the_lessons_around(room: Room):
    reading = await room.studio.check(LAN, "mot", LESSON.replace("lesson: mot", "lesson: hai"))
    assert any(each.code == "E004" for each in reading.problems)
    reading = await room.studio.check(LAN, "mot", LESSON.replace("order: 1", "order: 1\nprerequisites: [baa]"))
    assert [each.code for each in reading.errors] == ["E113"]
    put(room.root, "baa", LESSON.replace("lesson: mot", "lesson: baa").replace("Bài một", "Bài ba"))
    reading = await room.studio.check(LAN, "mot", LESSON.replace("order: 1", "order: 1\nprerequisites: [baa]"))
    assert not reading.errors, "a file that came meanwhile is known"


async def test_a_broken_lesson_can_be_opened_and_mended(room: Room):
    put(room.root, "mot", LESSON.replace("steps:", "stepz:"))
    (line,) = [line for line in await room.studio.tree(LAN) if line.lesson == "mot"]
    assert line.state == "broken"
    desk = await room.studio.open(LAN, "mot")
    await room.studio.save(LAN, "mot", desk.text, NEW)
    review = await room.publisher.review(LAN, "mot")
    await room.publisher.publish(LAN, "mot", PLAIN, review.stamp)
    assert room.file().read_text("utf-8") == NEW


# --- publishing --------------------------------------------------------------------------------------


async def test_published_is_what_learners_get_and_what_lies_in_the_file(room: Room):
    await publish(room, NEW)
    assert room.file().read_text("utf-8") == NEW
    assert await room.library.is_behind()
    book = await room.library.reload()
    assert book.current["mot"] == 2
    assert "bản B" in book.versions["mot", 2].steps[0].text
    assert (await room.audit())[-1] == (LAN.name, "lesson_published", "mot")
    assert not (await room.studio.open(LAN, "mot")).is_changed
    (newest, first) = await room.publisher.history(LAN, "mot")
    assert (newest.row.version, newest.added, newest.gone, newest.is_own, newest.is_current) == (2, 1, 1, True, True)
    assert first.row.version == 1
    assert not (await room.publisher.history(MAI, "mot"))[0].is_own
    assert list(room.file().parent.iterdir()) == [room.file()], "nothing else lies about"


async def test_a_file_keeps_its_line_ends(room: Room):
    room.file().write_bytes(b"\xef\xbb\xbf" + LESSON.replace("\n", "\r\n").encode())
    await publish(room, NEW)
    assert room.file().read_bytes() == b"\xef\xbb\xbf" + NEW.replace("\n", "\r\n").encode()
    stored = (await look(room.database, ["mot"]))["mot"]
    lesson = read_shelf(room.root, facts()).good["mot"]
    assert stored.number_of(lesson.source, {}, {}) == stored.log[-1].version, "the file is what is published"


async def test_nothing_is_published_twice_or_unseen(room: Room):
    await room.studio.save(LAN, "mot", LESSON, NEW)
    review = await room.publisher.review(LAN, "mot")
    with pytest.raises(ReviewOutdated):
        await room.publisher.publish(LAN, "mot", replace(PLAIN, urgent=True), review.stamp)
    await room.studio.save(LAN, "mot", NEW, NEW.replace("Hết", "Xong"))
    with pytest.raises(ReviewOutdated):
        await room.publisher.publish(LAN, "mot", PLAIN, review.stamp)
    review = await room.publisher.review(LAN, "mot")
    await room.publisher.publish(LAN, "mot", PLAIN, review.stamp)
    with pytest.raises(NotReady):
        await room.publisher.publish(LAN, "mot", PLAIN, review.stamp)


async def test_another_id_is_another_lesson(room: Room):
    await room.studio.save(LAN, "mot", LESSON, LESSON.replace("lesson: mot", "lesson: moi"))
    review = await room.publisher.review(LAN, "mot")
    assert (review.plan, [each.code for each in review.errors]) == (None, ["E004"])


async def test_where_lessons_cannot_be_written_what_is_published_is_in_force(served: Room):
    await publish(served, NEW)
    assert served.file().read_text("utf-8") == LESSON
    desk = await served.studio.open(MAI, "mot")
    assert desk.text == NEW, "the next edit begins with it"
    (line,) = [line for line in await served.studio.tree(MAI) if line.lesson == "mot"]
    assert (line.state, line.version) == ("live", 2)
    again = LiveLessons(served.database, served.root, facts())
    assert (await again.open(START)).current["mot"] == 2, "a restart changes nothing"
    stored = (await look(served.database, ["mot"]))["mot"]
    from bot.publishing.service import plan

    assert plan(stored, read_shelf(served.root, facts()).good["mot"], {}, PublishingOptions("Hoa"), facts()).held
    put(served.root, "mot", LESSON.replace("Hết bản A.", "Hết rồi."))
    assert (await served.studio.open(MAI, "mot")).text == LESSON.replace("Hết bản A.", "Hết rồi."), "a new file is news"


async def test_a_folder_that_goes_meanwhile_publishes_nothing(room: Room):
    await room.studio.save(LAN, "mot", LESSON, NEW)
    review = await room.publisher.review(LAN, "mot")
    gone = Publisher(room.studio, lambda path: bool(path.parent.rename(path.parent.with_name("khac"))))
    with pytest.raises(NotReady, match="thư mục"):
        await gone.publish(LAN, "mot", PLAIN, review.stamp)
    assert len((await look(room.database, ["mot"]))["mot"].log) == 1


async def test_going_back_and_on(room: Room):
    await publish(room, NEW)
    review = await room.publisher.review_rollback(LAN, "mot", 1)
    await room.publisher.roll_back(LAN, "mot", 1, PLAIN, review.stamp)
    assert (await room.library.reload()).current["mot"] == 1
    assert (await room.studio.open(LAN, "mot")).text == LESSON, "what is in force, not what lies in the file"
    desk = await room.studio.take_version(LAN, "mot", 2)
    assert (desk.text, desk.is_changed) == (NEW, True)
    again = await room.publisher.review(LAN, "mot")
    assert again.is_ready
    await room.publisher.publish(LAN, "mot", PLAIN, again.stamp)
    assert (await room.library.reload()).current["mot"] == 2
    assert [entry.row.mode for entry in await room.publisher.history(LAN, "mot")] == [
        "text",
        "rollback",
        "text",
        "first",
    ]


@pytest.fixture
async def taught(tmp_path: Path, folder: Path) -> AsyncIterator[tuple[Tutor, Room]]:
    """With a learner who waits at the question of lesson `mot`."""
    async with tutor(tmp_path, None) as first:  # type: ignore[arg-type]
        library = LiveLessons(first.database, folder, facts())
        first.book = first.conversation.book = await library.open(START)
        learner = await first.learner("1").meets()
        await learner.opens("mot")
        await learner.tap("Tiếp")
        async with studio_on(first.database, folder) as room:
            yield first, room


async def test_whoever_stands_where_a_step_goes_is_asked_about(taught: tuple[Tutor, Room]):
    _, room = taught
    gone = LESSON.replace("quiz: hoi\n", "quiz: hoi_moi\n")
    await room.studio.save(LAN, "mot", LESSON, gone)
    review = await room.publisher.review(LAN, "mot")
    assert review.plan is not None
    assert (review.is_ready, dict(review.gone), review.plan.impact.total) == (False, {"hoi": 1}, 1)
    with pytest.raises(NotReady):
        await room.publisher.publish(LAN, "mot", PLAIN, review.stamp)
    for nonsense in ({"hoi": "checkpoint"}, {"hoi": "khong_co"}, {"chao": "stay"}):
        assert not (await room.publisher.review(LAN, "mot", replace(PLAIN, decisions=nonsense))).is_ready
    stays = replace(PLAIN, decisions={"hoi": "stay"})
    review = await room.publisher.review(LAN, "mot", stays)
    assert (review.is_ready, dict(review.gone)) == (True, {"hoi": 1})
    row = await room.publisher.publish(LAN, "mot", stays, review.stamp)
    assert (row.decisions, row.mode) == ({"hoi": "stay"}, "graph")


async def test_urgent_moves_everybody(taught: tuple[Tutor, Room]):
    _, room = taught
    await room.studio.save(LAN, "mot", LESSON, LESSON.replace("quiz: hoi\n", "quiz: hoi_moi\n"))
    how = PublishingOptions("", urgent=True, decisions={"hoi": "hoi_moi"})
    review = await room.publisher.review(LAN, "mot", how)
    assert review.is_ready
    assert (await room.publisher.publish(LAN, "mot", how, review.stamp)).urgent


async def test_the_audit_names_nobody(room: Room):
    await publish(room, NEW)
    rows = await room.audit()
    assert AuditRow(START, *rows[-1][:2], "", "mot").by == LAN.name
    assert len(lesson_files(room.root)) == 2
