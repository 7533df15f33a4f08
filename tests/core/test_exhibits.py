"""What goes with a text as the engine says it: beside the words, never instead of them."""

from __future__ import annotations

from dataclasses import replace

import flows
from flows import events as ev
from flows.cards import LONG_AGO, Card
from flows.files import LessonFile
from flows.model import Lesson
from tests.support.builders import book, lesson
from tests.support.scene import Scene

PNG, MP3 = LessonFile("1.png", 9), LessonFile("2.mp3", 9)
ALL = """\
- say: a
  text: "Nhìn {chị} {ten} ơi"
  more: ["Thêm một câu"]
  image: {src: a.png, alt: "Máy của {chị}"}
  video: {src: a.mp4, alt: "Cách mở"}
  voice: {file: a.mp3, spoken: "Mình cùng nhìn nhé"}
  wait_tap: "Tiếp"
- quiz: b
  text: Hình nào?
  image: {src: a.png, alt: "Ba hình"}
  options:
    - {id: x, text: Một, right: true, voice: {file: a.mp3}}
    - {id: y, text: Hai, say: Chưa đúng}
- end: het
  text: Hết
  image: {src: mat.png}
"""


def shown(**files: LessonFile) -> Lesson:
    return replace(lesson(ALL), files={name.replace("_", "."): file for name, file in files.items()})


def test_a_step_is_said_with_what_goes_with_it_and_its_words():
    asked = Scene(book(shown(a_png=PNG, a_mp3=MP3)), "thu").prompt
    assert asked.text == "Nhìn chị Lan ơi\n\nThêm một câu"
    assert asked.exhibits == (
        ev.Exhibit("image", PNG, "Máy của chị", "🖼 Máy của chị"),
        ev.Exhibit("video", None, "Cách mở", "🎬 Cách mở"),
        ev.Exhibit("voice", MP3, "Mình cùng nhìn nhé"),
    )
    assert asked.in_words == "Nhìn chị Lan ơi\n\nThêm một câu\n🖼 Máy của chị\n🎬 Cách mở"


def test_a_choice_has_its_recording_and_a_second_try_its_picture():
    one = Scene(book(shown(a_png=PNG, a_mp3=MP3)), "thu").tap("next")
    assert [choice.voice and choice.voice.words for choice in one.choices] == ["Một", None]
    assert one.prompt.exhibits[0].file == PNG
    one.tap("y")
    assert one.prompt.exhibits[0].file == PNG


def test_a_picture_without_words_or_file_is_nothing():
    one = Scene(book(shown()), "thu").tap("next").tap("x")
    end = [event for event in one.events if isinstance(event, ev.Said)][-1]
    assert (end.text, end.in_words) == ("Hết", "Hết") and end.exhibits == (ev.Exhibit("image", None),)


def test_a_question_that_comes_back_brings_the_picture_of_its_own_lesson_and_what_follows_that_of_this_one():
    after = "- review: on\n  text: Ôn nào\n- say: sau\n  text: Sau\n  image: {src: a.png, alt: B}\n- end: het\n"
    other = LessonFile("3.png", 9)
    both = book(shown(a_png=PNG), replace(lesson(after, lesson_id="nay"), files={"a.png": other}))
    one = Scene(both, "nay")
    due = flows.Trigger("nay", cards={"thu/b": Card(LONG_AGO)})
    one._take(flows.start(both, due, one.universe()))
    assert one.prompt.exhibits[0].file == PNG
    one.tap("x")
    (said,) = [event for event in one.events if isinstance(event, ev.Said) and event.step == "sau"]
    assert said.exhibits[0].file == other
