"""The menu: tracks and progress, lessons parked and taken up again, buttons of one lesson never act on another."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from bot.people.policy.permissions import OPERATOR
from flows import Lesson, Run
from tests.support.builders import book, lesson, real_book
from tests.support.harness import TELEGRAM, WEB, tutor

ONE = lesson("- {say: a, text: Một việc nhỏ, wait_tap: Xong rồi}\n- end: b", lesson_id="mot")
TWO = lesson("- {say: a, text: Bài hai đây, wait_tap: Tiếp}\n- end: b", lesson_id="nam")
CHANNELS = pytest.mark.parametrize("channel", [TELEGRAM, WEB])


def tracks() -> list[str]:
    """What the button of each track reads while nothing of it is done, for whoever instructs nobody."""
    real = real_book()
    titles = [(track, title) for track, title in real.tracks if track not in real.for_instructors]
    lessons = [each for key in real.current.items() if not (each := real.versions[key]).emergency]
    return [f"{title} (0/{sum(each.track == track for each in lessons)})" for track, title in titles]


async def test_a_newcomer_is_led_to_the_first_lesson_beside_all_tracks(tmp_path: Path):
    async with tutor(tmp_path, real_book()) as t:
        lan = await t.learner().meets()
        assert list(lan.buttons) == ["Làm quen với Cầm Tay", *tracks()]
        await lan.tap(tracks()[2])
        assert list(lan.buttons)[-1] == "Danh sách bài" and "VNeID" in lan.said


async def test_who_says_that_she_wants_to_learn_sees_the_lessons(tmp_path: Path):
    async with tutor(tmp_path, real_book()) as t:
        lan = await t.learner().meets()
        await lan.tap(tracks()[1])
        for words in ("dì rảnh rồi muốn học bài đó con", "chi muon hoc xai may"):
            await lan.say(words)
            assert tracks()[1] in lan.buttons and "chưa hiểu" not in lan.said, words


async def test_progress_is_counted_and_the_next_lesson_offered(tmp_path: Path):
    async with tutor(tmp_path, book(ONE, TWO)) as t:
        lan = await t.learner().meets()
        await lan.opens("mot")
        await lan.tap("Xong rồi")
        assert "đã xong bài “Bài mot”" in lan.said and lan.last.labels[0] == "Học bài kế"
        await lan.tap("Danh sách bài")
        assert "1 trên 2 bài" in lan.said
        (run,) = await t.rows("run")
        assert (run["outcome"], run["points"]) == ("completed", 0)


@pytest.mark.parametrize("words", ["tiếp", "ừ học luôn đi con", "dạ được"])
async def test_the_next_lesson_is_begun_by_words_too(tmp_path: Path, words: str):
    async with tutor(tmp_path, book(ONE, TWO)) as t:
        lan = await t.learner().meets()
        await lan.opens("mot")
        await lan.tap("Xong rồi")
        assert "Danh sách bài" in lan.last.labels
        await lan.say(words)
        assert "Bài hai đây" in lan.said


@pytest.mark.parametrize("leaves", ["Để sau", "dừng"])
@pytest.mark.parametrize(
    "words, heard",
    [("xong roi", "làm được rồi"), ("xong rồi con ơi", "làm được rồi"), ("hok hiểu", "giữa đáy máy")],
)
async def test_a_lesson_put_off_hears_what_she_did_meanwhile(tmp_path: Path, leaves: str, words: str, heard: str):
    async with tutor(tmp_path, real_book()) as t:
        lan = await t.learner("1", WEB).meets()
        await lan.opens("m0-khoi-dong")
        for act in ("Tiếp", "Tiếp", "Hiện rồi", "Xong rồi", "Nhớ rồi"):
            await lan.say(act)
        await lan.say(leaves)
        assert lan.last.labels == ("Học tiếp", "Danh sách bài")
        await lan.say(words)
        assert heard in lan.said and "chưa hiểu" not in lan.said


def one_step(lesson_id: str, track: str, then: str = "") -> Lesson:
    steps = "- {say: a, text: Chào, wait_tap: Tiếp}\n- end: b" + (f"\n  then: {then}" if then else "")
    return lesson(steps, lesson_id=lesson_id, track=track)


TRACKS = (("m", "Mở đầu"), ("l", "Lừa đảo"), ("v", "Giấy tờ"), ("i", "Người chỉ"))


async def test_where_no_author_names_the_next_lesson_she_says_what_she_needs(tmp_path: Path):
    lessons = [one_step("m0", "m", "l1"), one_step("l1", "l"), one_step("l2", "l"), one_step("v1", "v")]
    needs = {"l": "Tránh bị lừa", "v": "Giấy tờ trên máy"}
    async with tutor(tmp_path, book(*lessons, tracks=TRACKS, needs=needs)) as t:
        lan = await t.learner().meets()
        await (await lan.opens("m0")).tap("Tiếp")
        assert "Bài l1" in lan.said and "Học bài kế" in lan.buttons
        await (await lan.tap("Học bài kế")).tap("Tiếp")
        assert "cần việc gì trước" in lan.said
        assert list(lan.last.labels) == ["Tránh bị lừa", "Giấy tờ trên máy", "Danh sách bài"]
        await lan.tap("Giấy tờ trên máy")
        await (await lan.tap("Bài v1")).tap("Tiếp")
        assert "cần việc gì" not in lan.said and "Bài l2" in lan.said, "one track is left: nothing to choose"


async def test_lessons_for_instructors_are_shown_to_nobody_else(tmp_path: Path):
    lessons = [one_step("m0", "m"), one_step("m1", "m"), one_step("i1", "i")]
    async with tutor(tmp_path, book(*lessons, tracks=TRACKS, for_instructors=frozenset("i"))) as t:
        lan = await t.learner().meets()
        assert not [label for label in lan.buttons if "Người chỉ" in label]
        await lan.shows((await t.people.invite(OPERATOR, "instructor", "w26041")).code)
        await lan.say("menu")
        assert "Người chỉ (0/1)" in lan.buttons


def unreminded(run: Run | None) -> Run | None:
    """A run apart from when it is reminded: any sign of life moves that."""
    return run and replace(run, remind_at=None)


@CHANNELS
async def test_a_lesson_is_parked_and_taken_up_at_the_same_step(tmp_path: Path, channel: str):
    async with tutor(tmp_path, real_book()) as t:
        lan = await t.learner("1", channel).meets()
        await lan.opens("v1-vneid-la-gi")
        await lan.tap("Tiếp")
        first = {"Tiếp": lan.buttons["Tiếp"]}
        step = (await t.state(lan)).open_run
        await lan.say("menu")
        await lan.opens("t1-ba-chia-khoa")
        second = {"Tiếp": lan.buttons["Tiếp"]}
        other = (await t.state(lan)).open_run
        for token in first.values():  # a button of V1 while T1 is open
            await t.passes(minutes=2)
            await lan.tap_token(token)
            assert "bước trước" in lan.said
            assert unreminded((await t.state(lan)).open_run) == unreminded(other)
        await lan.opens("v1-vneid-la-gi")
        assert "học tiếp bài" in lan.said
        back = (await t.state(lan)).open_run
        assert step is not None and back is not None and (back.step, back.run_id) == (step.step, step.run_id)
        await t.passes(minutes=2)
        for token in (*first.values(), *second.values()):  # older buttons of either
            await lan.tap_token(token)
            assert unreminded((await t.state(lan)).open_run) == unreminded(back)
        await lan.tap("Tiếp")
        assert "hai mức" in lan.said


async def test_no_two_prompts_of_a_life_share_a_number(tmp_path: Path):
    async with tutor(tmp_path, real_book()) as t:
        lan = await t.learner().meets()
        for each in ("v1-vneid-la-gi", "t1-ba-chia-khoa", "v1-vneid-la-gi", "l1-cham-ma-chac", "t1-ba-chia-khoa"):
            await lan.opens(each)
            await lan.tap(next(iter(lan.buttons)))
        seen: dict[str, str] = {}
        for message in lan.heard:
            for button in message.buttons:
                if button.token.startswith("s:"):
                    assert (
                        seen.setdefault(button.token, message.text.split("\n\n")[-1]) == message.text.split("\n\n")[-1]
                    )


async def test_the_menu_shows_what_is_open_on_top(tmp_path: Path):
    async with tutor(tmp_path, real_book()) as t:
        lan = await t.learner().meets()
        await lan.opens("v1-vneid-la-gi")
        await lan.say("menu")
        assert next(iter(lan.buttons)).startswith("👉 VNeID")
        await lan.tap(next(iter(lan.buttons)))
        assert "học tiếp bài" in lan.said


async def test_after_a_lesson_the_parked_one_is_offered(tmp_path: Path):
    short = lesson("- {say: s, text: Chào, wait_tap: Tiếp}\n- end: het", lesson_id="ngan")
    long = lesson(
        "- {say: s, text: Dài, wait_tap: Tiếp}\n- {say: u, text: Ừ, wait_tap: Tiếp}\n- end: het", lesson_id="dai"
    )
    async with tutor(tmp_path, book(short, long)) as t:
        lan = await t.learner().meets()
        await lan.opens("dai")
        await lan.opens("ngan")
        await lan.tap("Tiếp")
        assert "vẫn còn giữ chỗ" in lan.said
        await lan.tap("Học tiếp")
        assert "Dài" in lan.said


@pytest.mark.parametrize(
    "token",
    [
        "m:khong-co",
        "t:zz",
        "g:la-hoac",
        "x:y",
        "",
        "s:",
        "s:1",
        "s:x:y",
        "c:maybe",
        "a:99",
        "a:x",
        "d:",
        "n:skip",
        "🎉" * 40,
    ],
)
async def test_foreign_tokens_are_harmless_and_answered(tmp_path: Path, token: str):
    async with tutor(tmp_path, real_book()) as t:
        lan = await t.learner().meets()
        await lan.opens("v1-vneid-la-gi")
        before = (await t.state(lan)).open_run
        await lan.tap_token(token)
        after = (await t.state(lan)).open_run
        assert before is not None and after is not None
        assert (after.step, after.tries, after.score) == (before.step, before.tries, before.score)
        (person,) = await t.rows("person")
        assert person["consent"] == "agreed" and person["name"] == "Lan"
        assert lan.said or token == "c:maybe"


@pytest.mark.parametrize("words", ["tiếp tục", "Học tiếp", "hoc tiep di con", "tiếp tục, cảm ơn con", "ừ học tiếp"])
async def test_stop_and_go_on(tmp_path: Path, words: str):
    async with tutor(tmp_path, real_book()) as t:
        lan = await t.learner().meets()
        await lan.opens("v1-vneid-la-gi")
        stood = lan.last
        await lan.say("mai hoc tiep nha")
        assert list(lan.last.labels) == ["Học tiếp", "Danh sách bài"]
        await lan.say(words)
        assert lan.last.labels[0] == "Tiếp" and lan.last.text.endswith(stood.text), "where she was, not a step further"


async def test_a_lesson_without_its_file_says_so(tmp_path: Path):
    one = lesson("- {say: s, text: Chào, wait_tap: Tiếp}\n- end: het", lesson_id="mot")
    two = lesson("- {say: s, text: Hai, wait_tap: Tiếp}\n- end: het", lesson_id="hai")
    async with tutor(tmp_path, book(one, two)) as t:
        lan = await t.learner().meets()
        await t.crash(book(one))
        await lan.opens("hai")
        assert "không mở" in lan.said and "Bài mot" in lan.buttons


async def test_what_does_not_fit_under_one_another_comes_on_demand(tmp_path: Path):
    many = [one_step(f"l{at:02}", "m") for at in range(1, 13)]
    async with tutor(tmp_path, replace(book(*many), tracks=(("m", "Mở đầu"),))) as t:
        lan = await t.learner().meets()
        await lan.tap_token("t:m")
        seen: list[str] = []
        for _ in range(2):
            assert len(lan.last.labels) <= 9 and lan.last.labels[-2:] == ("Xem thêm", "Danh sách bài")
            seen += [label for label in lan.last.labels if label.startswith("Bài")]
            await lan.tap("Xem thêm")
        assert len(seen) == len(set(seen)) == 12, "each of them once"
        await lan.opens("l01")
        await lan.tap("Tiếp")
        await lan.tap_token("t:m")
        assert not any("l01" in label for label in lan.last.labels[:7]), "what is done stands last"
