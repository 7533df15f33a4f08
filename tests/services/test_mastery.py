"""What counts as known for good, and the tests before and after a track: hers to see, the area's to add up."""

from __future__ import annotations

from pathlib import Path

import pytest

from flows import Lesson
from tests.services.test_lines import paired
from tests.support.builders import book, lesson
from tests.support.harness import TELEGRAM, WEB, Learner, Tutor, tutor

SKILLS = ("ma", "cup", "link")
HEADER = "mastery: {review_after: [2d]}\n"


def asking(lesson_id: str, order: int, *, track: str = "l") -> Lesson:
    """A lesson with a question about each skill."""
    steps = "".join(
        f"- quiz: hoi_{skill}\n  text: Hỏi {lesson_id} {skill}?\n  skill: {skill}\n"
        f"  options: [{{id: x, text: Đúng, right: true, say: Phải.}}, {{id: y, text: Sai, say: Chưa phải.}}]\n"
        for skill in SKILLS
    )
    return lesson(f"{steps}- end: het\n", lesson_id=lesson_id, track=track, header=HEADER.replace("order", str(order)))


TRACKS = (("m", "Khởi động"), ("l", "Lừa đảo"))
CHANNELS = pytest.mark.parametrize("channel", [TELEGRAM, WEB])


async def answers(learner: Learner, *labels: str) -> Learner:
    for label in labels:
        await learner.tap(label)
    return learner


async def marks(t: Tutor) -> list[tuple[str, str, int, int]]:
    return [(row["kind"], row["name"], row["right"], row["total"]) for row in await t.rows("mark")]


@CHANNELS
async def test_a_skill_is_firm_when_it_was_right_on_two_days(tmp_path: Path, channel: str):
    async with tutor(tmp_path, book(asking("mot", 1, track="m"))) as t:
        lan = await t.learner("1", channel).meets()
        await answers(await lan.opens("mot"), "Đúng", "Đúng", "Sai", "Đúng")
        assert not await marks(t), "one day is not enough"
        await answers(await lan.opens("mot"), "Đúng", "Đúng", "Đúng")
        assert not await marks(t), "and twice on it is one day"
        await t.passes(days=9)
        await answers(await lan.tap("Ôn liền"), "Đúng", "Đúng")
        assert len(await marks(t)) == 2 and {kind for kind, *_ in await marks(t)} == {"skill"}
        assert "đã vững 2 điều" in (await lan.say("menu")).said
        await t.passes(days=10)
        await lan.say("xóa dữ liệu")
        await lan.tap("Xóa hết")
        assert not await marks(t)


async def test_midnight_is_that_of_where_she_lives(tmp_path: Path):
    async with tutor(tmp_path, book(asking("mot", 1, track="m"))) as t:
        lan = await t.learner().meets()
        t.clock.passes(hours=8, minutes=50)  # 16:50 there, 09:50 in UTC
        await answers(await lan.opens("mot"), "Đúng", "Đúng", "Đúng")
        t.clock.passes(hours=7)  # 23:50 there
        await answers(await lan.opens("mot"), "Đúng", "Đúng", "Đúng")
        assert not await marks(t)
        t.clock.passes(minutes=20)  # ten past midnight there, still the same day in UTC
        await answers(await lan.opens("mot"), "Đúng", "Đúng", "Đúng")
        assert len(await marks(t)) == 3


async def test_what_an_instructor_has_seen_is_firm_at_once(tmp_path: Path):
    async with tutor(tmp_path, book(asking("thu", 1, track="m"))) as t:
        lan, hoa, _ = await paired(t, TELEGRAM)
        await answers(await lan.opens("thu"), "Sai", "Đúng", "Đúng", "Đúng")
        await hoa.say("học viên của tôi")
        await hoa.tap("Lan")
        await hoa.tap("Xác nhận việc đã làm")
        await hoa.tap("Bài thu")
        await hoa.tap("Tự làm được")
        await t.tells()
        assert {name for kind, name, *_ in await marks(t) if kind == "skill"} == set(SKILLS)


@CHANNELS
async def test_a_track_is_tried_before_and_after_with_other_questions(tmp_path: Path, channel: str):
    async with tutor(tmp_path, book(asking("mot", 1), asking("hai", 2), tracks=TRACKS)) as t:
        lan = await t.learner("1", channel).meets()
        await lan.tap_token("t:l")
        assert list(lan.last.labels) == ["Bài hai", "Bài mot", "Thử trước khi học", "Danh sách bài"]
        await lan.tap("Thử trước khi học")
        assert "3 câu ngắn" in lan.said
        before = [lan.said]
        for label in ("Đúng", "Sai"):
            before.append((await lan.tap(label)).said)
        await lan.tap("Sai")
        assert "đúng 1 trên 3 câu" in lan.said and "Hỏi hai ma?" in lan.said, "and then the first lesson"
        assert not await t.rows("attempt") and not (await t.state(lan)).cards, "a test teaches nothing and is no answer"
        await answers(lan, "Đúng", "Đúng", "Đúng")
        await answers(await lan.opens("mot"), "Đúng", "Đúng", "Đúng")
        assert "học xong nhóm “Lừa đảo”" in lan.said
        await lan.tap("Thử luôn")
        after = [lan.said]
        for _ in range(2):
            after.append((await lan.tap("Đúng")).said)
        await lan.tap("Đúng")
        assert "Trước chị đúng 1/3, giờ đúng 3/3" in lan.said
        asked = {word for said in before for word in said.split("\n") if word.startswith("Hỏi")}
        again = {word for said in after for word in said.split("\n") if word.startswith("Hỏi")}
        assert len(asked) == len(again) == 3 and not asked & again
        assert await marks(t) == [("before", "l", 1, 3), ("after", "l", 3, 3)]
        assert len(await t.rows("run")) == 2
        await lan.tap_token("th:after:l")
        assert "xong rồi" in lan.said, "once"


async def test_nobody_has_to_be_tested(tmp_path: Path):
    async with tutor(tmp_path, book(asking("mot", 1), asking("hai", 2), tracks=TRACKS)) as t:
        lan = await t.learner().meets()
        await lan.opens("mot")
        assert "Hỏi mot ma?" in lan.said
        await lan.tap_token("th:before:l")
        assert "xong rồi" in lan.said, "what has begun is not tried before any more"
        await lan.tap_token("t:l")
        assert "Thử trước khi học" not in lan.buttons
        await lan.opens("hai")
        await answers(lan, "Đúng", "Đúng", "Đúng")
        await answers(await lan.opens("mot"), "Đúng", "Đúng", "Đúng")
        await lan.tap("Để sau")
        assert "học bài nào" in lan.said
        await lan.tap_token("th:after:l")
        await answers(lan, "Đúng", "Đúng", "Đúng")
        assert "đúng 3/3 câu" in lan.said and "Trước" not in lan.said


async def test_a_test_that_is_left_is_forgotten_and_the_lesson_goes_on(tmp_path: Path):
    async with tutor(tmp_path, book(asking("mot", 1), asking("hai", 2), tracks=TRACKS)) as t:
        lan = await t.learner().meets()
        await (await lan.tap_token("t:l")).tap("Thử trước khi học")
        await t.crash()
        await lan.opens("mot")
        assert "Hỏi mot ma?" in lan.said and not (await t.state(lan)).parked and not await marks(t)


@pytest.mark.parametrize(("lessons", "tested"), [(2, False), (3, True)])
async def test_two_questions_of_one_lesson_go_together_where_no_skill_does(tmp_path: Path, lessons: int, tested: bool):
    def unlike(lesson_id: str) -> Lesson:
        steps = "".join(
            f"- quiz: {each}\n  text: Hỏi {lesson_id} {each}?\n  skill: {each}_{lesson_id}\n"
            f"  options: [{{id: x, text: Đúng, right: true, say: Phải.}}, {{id: y, text: Sai, say: Chưa phải.}}]\n"
            for each in ("a", "b")
        )
        return lesson(f"{steps}- end: het\n", lesson_id=lesson_id, track="l")

    shelf = [unlike(f"bai{each}") for each in range(lessons)]
    async with tutor(tmp_path, book(*shelf, tracks=TRACKS)) as t:
        lan = await t.learner().meets()
        await lan.tap_token("t:l")
        assert ("Thử trước khi học" in lan.buttons) == tested


async def test_too_few_parallel_questions_make_no_test(tmp_path: Path):
    async with tutor(tmp_path, book(asking("mot", 1), tracks=TRACKS)) as t:
        lan = await t.learner().meets()
        await lan.tap_token("t:l")
        assert "Thử trước khi học" not in lan.buttons


async def test_without_consent_there_is_no_test(tmp_path: Path):
    async with tutor(tmp_path, book(asking("mot", 1), asking("hai", 2), tracks=TRACKS)) as t:
        lan = await t.learner().say("xin chào")
        await lan.tap("Không")
        await lan.tap_token("t:l")
        assert "Thử trước khi học" not in lan.buttons
