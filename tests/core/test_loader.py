"""From YAML to the lesson model: what is good becomes a Lesson, every fault is told at its place, all at once."""

from __future__ import annotations

from pathlib import Path

import pytest

from flows.model import Ask, Branch, Choose, End, Lesson, Quiz, Say, Set, Task
from flows.reading.loader import load_files, load_folder, load_lesson, read_lessons
from flows.yaml.fields import did_you_mean

GOOD = """\
lesson: thu
title: "Bài thử"
track: m
order: 2
minutes: 4
langs: [vi]
owner: "Tổ soạn bài"
reviewed_on: 2026-01-31
prerequisites: [truoc]
mastery: {pass: 2, review_after: [2d, 12h]}
guards:
  - {words: [mất tiền rồi], go: xong}
sources: [S1]
emergency: true
steps:
  - say: chao
    text: "Chào {chị}."
    more: ["Thêm một câu."]
    wait_tap: "Tiếp"
    tags: [a]
  - choose: muon
    checkpoint: true
    text: "Chọn đi"
    save: y_muon
    options:
      - {id: hoc, text: "Học", icon: "📘", next: otp, set: {dang: "1"}}
      - {id: nghi, text: 113}
  - quiz: otp
    text: "Ai xin OTP?"
    type: one
    options:
      - {id: a, text: "Đọc", say: "Đừng."}
      - {id: b, text: "Cúp", right: true, say: "Đúng.", next: xong}
    tries: 2
    hints: ["Nghĩ lại"]
    out_of_tries: xong
    points: 3
    skill: giu_otp
  - quiz: tien
    text: "Bao nhiêu?"
    type: number
    accept: ["500000", 500.000]
    say: "Đúng rồi."
  - ask: noi_o
    text: "Ở đâu?"
    type: place
    save: xa
    check: "value != ''"
    retry_text: "Viết lại"
    private: true
  - task: mo_app
    text: "Mở app"
    steps: ["Một", "Hai"]
    done: "Xong rồi"
    later: {remind: 2h, times: 1, text: "Nhớ nhé"}
    stuck: {hints: ["Nhìn kỹ"], go: xong, after_tries: 2}
    verify: otp
  - branch: re
    cases:
      - {when: "score > 1", go: xong}
    else: ghi
  - set: ghi
    values: {muc: "2", rong: ""}
    when: "score == 0"
    was: cu
  - end: xong
    text: "Hết."
    outcome: stopped
    then: sau
"""


def loaded(text: str) -> Lesson:
    lesson, problems = load_lesson(text.encode(), "f", ())
    assert problems == ()
    assert lesson is not None
    return lesson


def faults(text: str, facts: tuple[str, ...] = ()) -> list[tuple[str, int, int]]:
    lesson, problems = load_lesson(text.encode(), "f", facts)
    assert lesson is None
    return [(p.code, p.place.line, p.place.col) for p in problems]


def test_a_good_lesson_has_every_field():
    lesson = loaded(GOOD)
    assert (lesson.id, lesson.title, lesson.track, lesson.order, lesson.minutes) == ("thu", "Bài thử", "m", 2, 4)
    assert lesson.prerequisites == ("truoc",)
    assert (lesson.pass_points, lesson.review_after_s) == (2, (172_800, 43_200))
    assert (lesson.guards[0].words, lesson.guards[0].go) == (("mất tiền rồi",), "xong")
    assert (lesson.sources, lesson.emergency, lesson.reviewed_on) == (("S1",), True, "2026-01-31")
    assert lesson.source == GOOD
    assert list(lesson.index) == [step.id for step in lesson.steps]
    assert str(lesson.steps[1].place) == "f:21:5"
    say, choose, quiz, number, ask, task, branch, values, end = lesson.steps
    assert isinstance(say, Say)
    assert (say.more, say.wait_tap, say.tags) == (("Thêm một câu.",), "Tiếp", ("a",))
    assert isinstance(choose, Choose)
    assert choose.checkpoint
    assert choose.save == "y_muon"
    assert (choose.options[0].sets, choose.options[0].next, choose.options[1].text) == ({"dang": "1"}, "otp", "113")
    assert isinstance(quiz, Quiz)
    assert [option.right for option in quiz.options] == [False, True]
    assert (quiz.tries, quiz.out_of_tries, quiz.points, quiz.skill) == (2, "xong", 3, "giu_otp")
    assert isinstance(number, Quiz)
    assert (number.accept, number.tries, number.points) == (("500000", "500.000"), 3, 1)
    assert isinstance(ask, Ask)
    assert (ask.type, ask.save, ask.check, ask.private) == ("place", "xa", "value != ''", True)
    assert isinstance(task, Task)
    assert (task.later.remind_s, task.later.times, task.stuck.go, task.stuck.after_tries) == (7_200, 1, "xong", 2)
    assert isinstance(branch, Branch)
    assert (branch.cases[0].when, branch.otherwise) == ("score > 1", "ghi")
    assert isinstance(values, Set)
    assert (values.values, values.when, values.was) == ({"muc": "2", "rong": ""}, "score == 0", "cu")
    assert isinstance(end, End)
    assert (end.outcome, end.then) == ("stopped", "sau")


HEAD = "lesson: a\ntitle: A\nsteps:\n"  # three lines; steps begin in line 4

BROKEN = [
    ("steps: []\n", [("E003", 1, 1), ("E003", 1, 1), ("E003", 1, 1)]),  # no id, title, steps
    ("- a\n", [("E003", 1, 1)]),
    ("chào\n", [("E003", 1, 1)]),
    ("lesson: Bài Một\ntitle: A\nsteps:\n  - end: x\n", [("E003", 1, 9)]),
    ("lesson: a\ntitel: A\nsteps:\n  - end: x\n", [("E002", 2, 1)]),
    (HEAD + "  - sey: x\n    text: a\n  - end: y\n", [("E002", 4, 5)]),
    (HEAD + "  - text: a\n    say: x\n", [("E002", 4, 5)]),
    (HEAD + "  - say: Chào\n    text: a\n", [("E003", 4, 10)]),
    (HEAD + "  - say: x\n    txt: a\n", [("E002", 5, 5)]),
    (HEAD + "  - say: x\n    text: [a]\n", [("E003", 5, 11)]),
    (HEAD + "  - say: x\n    text:\n", [("E003", 5, 10)]),
    (HEAD + "  - say: x\n    text: a\n  - say: x\n    text: b\n", [("E004", 6, 5)]),
    (HEAD + "  - say: x\n    text: a\n    checkpoint: yes\n", [("E003", 6, 17)]),
    (HEAD + "  - say: x\n    text: a\n    right: true\n", [("E002", 6, 5)]),
    (HEAD + "  - say\n", [("E003", 4, 5)]),
    (HEAD + "  - choose: x\n    text: a\n", [("E003", 4, 5)]),
    (HEAD + "  - choose: x\n    text: a\n    options: {id: a}\n", [("E003", 6, 14)]),
    (HEAD + "  - choose: x\n    text: a\n    options:\n      - {id: a, text: b, right: true}\n", [("E002", 7, 26)]),
    (
        HEAD + "  - choose: x\n    text: a\n    options:\n      - {id: a, text: b}\n      - {id: a, text: c}\n",
        [("E004", 8, 9)],
    ),
    (HEAD + "  - choose: x\n    text: a\n    save: score\n    options: [{id: a, text: b}]\n", [("E004", 4, 5)]),
    (HEAD + "  - ask: x\n    text: a\n    save: Tên\n", [("E003", 6, 11)]),
    (HEAD + "  - ask: x\n    text: a\n", [("E003", 4, 5)]),
    (HEAD + "  - quiz: x\n    text: a\n    options: [{id: a, text: b}]\n", [("E003", 4, 5)]),
    (HEAD + "  - quiz: x\n    text: a\n    type: nhieu\n    options: []\n", [("E003", 4, 5), ("E003", 6, 11)]),
    (HEAD + "  - quiz: x\n    text: a\n    type: number\n    options: [{id: a, text: b}]\n", [("E003", 7, 5)]),
    (HEAD + "  - task: x\n    text: a\n    later: {remind: 2 ngày}\n", [("E003", 6, 21)]),
    (HEAD + "  - task: x\n    text: a\n    later: {remin: 2d}\n", [("E002", 6, 13)]),
    (HEAD + "  - task: x\n    text: a\n    stuck: {hints: a}\n", [("E003", 6, 20)]),
    (HEAD + "  - branch: x\n    else: y\n", [("E003", 4, 5)]),
    (HEAD + "  - branch: x\n    cases:\n      - {when: a, goto: y}\n    else: y\n", [("E002", 6, 19)]),
    (HEAD + "  - set: x\n", [("E003", 4, 5)]),
    (HEAD + "  - end: x\n    outcome: xong\n", [("E003", 5, 14)]),
    ("lesson: a\ntitle: A\nminutes: năm\nsteps:\n  - end: x\n", [("E003", 3, 10)]),
    ("lesson: a\ntitle: A\nminutes: 0\nsteps:\n  - end: x\n", [("E003", 3, 10)]),
    ("lesson: a\ntitle: A\nlangs: [Việt]\nsteps:\n  - end: x\n", [("E003", 3, 9)]),
    ("lesson: a\ntitle: A\nreviewed_on: 31/01/2026\nsteps:\n  - end: x\n", [("E003", 3, 14)]),
    ("lesson: a\ntitle: A\nmastery: {pas: 1}\nsteps:\n  - end: x\n", [("E002", 3, 11)]),
    ("lesson: a\ntitle: A\nguards: [{words: [], go: x}]\nsteps:\n  - end: x\n", [("E003", 3, 10)]),
    (HEAD + "  - say: x\n    text: " + "a" * 8_001 + "\n", [("E005", 5, 11)]),
    (HEAD + "".join(f"  - say: s{n}\n    text: a\n" for n in range(201)), [("E005", 404, 5)]),
    (HEAD + "  - say: x\n    text: {chị} ơi\n    nxt: y\n", [("E001", 5, 11), ("E002", 6, 5)]),
]


@pytest.mark.parametrize(("source", "expected"), BROKEN)
def test_broken_lessons(source, expected):
    assert faults(source) == expected


def test_a_name_of_the_configuration_is_reserved():
    source = HEAD + "  - set: x\n    values: {hotline: a}\n  - end: y\n"
    assert faults(source, ("hotline",)) == [("E004", 4, 5)]
    assert load_lesson(source.encode(), "f", ())[0] is not None


def hints(source: str) -> list[str]:
    return [problem.hint for problem in load_lesson(source.encode(), "f", ())[1]]


def test_did_you_mean():
    assert hints("lesson: a\ntitle: A\nprerequisits: [b]\nsteps:\n  - end: x\n") == ["có phải là “prerequisites”?"]
    assert hints(HEAD + "  - quizz: x\n") == ["có phải là “quiz”?"]
    assert did_you_mean("wasy", ["was", "ways"]) == "có phải là “ways”?"
    assert hints(HEAD + "  - end: x\n    outcome: complete\n") == ["có phải là “completed”?"]
    assert hints(HEAD + "  - text: a\n    say: x\n") == ["hãy đưa dòng “say: …” lên đầu bước"]


def test_a_warning_does_not_refuse_a_lesson():
    lesson, problems = load_lesson((HEAD + "  - say: x\n    text: a\u200bb\n").encode(), "f", ())
    assert lesson is not None
    assert [problem.code for problem in problems] == ["W006"]
    assert lesson.steps[0].text == "ab"


def both(text: str) -> tuple[str, str]:
    lesson = loaded(text)
    return lesson.graph_hash, lesson.text_hash


TEXT_EDITS = [
    ("Chào {chị}.", "Mến chào {chị}."),
    ('"Học"', '"Học đi"'),
    ('say: "Đừng."', 'say: "Không nên."'),
    ("Nghĩ lại", "Nhớ lại"),
    ("Thêm một câu.", "Một câu nữa."),
    ('["Một", "Hai"]', '["Một", "Hai", "Ba"]'),
    ("Nhớ nhé", "Đừng quên"),
    ('title: "Bài thử"', 'title: "Bài khác"'),
    ("reviewed_on: 2026-01-31", "reviewed_on: 2026-02-01"),
    ("sources: [S1]", "sources: [S1, S2]"),
]
GRAPH_EDITS = [
    ("{id: a, text", "{id: a, right: true, text"),
    ('"500000", 500.000', '"500000"'),
    ("mất tiền rồi", "mất tiền"),
    ("points: 3", "points: 2"),
    ("tries: 2\n", "tries: 4\n"),
    ("next: xong}", "next: tien}"),
    ("score > 1", "score > 2"),
    ("score == 0", "score == 1"),
    ("{id: nghi", "{id: thoi"),
    ("checkpoint: true", "checkpoint: false"),
    ("remind: 2h", "remind: 3h"),
    ('muc: "2"', 'muc: "3"'),
    ("type: place", "type: text"),
    ("pass: 2", "pass: 1"),
    ("    private: true\n", ""),
    ("then: sau", "then: truoc"),
]


@pytest.mark.parametrize(("old", "new"), TEXT_EDITS)
def test_words_change_the_text_hash_only(old, new):
    before, after = both(GOOD), both(GOOD.replace(old, new))
    assert before[0] == after[0]
    assert before[1] != after[1]


@pytest.mark.parametrize(("old", "new"), GRAPH_EDITS)
def test_paths_and_grades_change_the_graph_hash(old, new):
    assert old in GOOD
    assert both(GOOD)[0] != both(GOOD.replace(old, new))[0]


def test_the_order_of_options_is_graph_and_the_layout_is_nothing():
    first = '      - {id: a, text: "Đọc", say: "Đừng."}\n'
    second = '      - {id: b, text: "Cúp", right: true, say: "Đúng.", next: xong}\n'
    assert both(GOOD)[0] != both(GOOD.replace(first + second, second + first))[0]
    assert both(GOOD) == both("# ghi chú\n" + GOOD.replace("langs: [vi]", "langs:\n  - vi"))
    assert [len(value) for value in both(GOOD)] == [32, 32]


SMALL = "lesson: {id}\ntitle: A\nsteps:\n  - end: x\n"


def write(root: Path, files: dict[str, str]) -> None:
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text, encoding="utf-8")


def test_a_folder_a_broken_lesson_hides_no_other(tmp_path):
    write(
        tmp_path,
        {
            "m/a/lesson.yaml": SMALL.replace("{id}", "a"),
            "m/b/lesson.yaml": SMALL.replace("{id}", "b").replace("title", "titl"),
            "m/c/lesson.yaml": "a: [\n",
            "m/d/lesson.yaml": SMALL.replace("{id}", "a"),
            "m/e/lesson.yaml": "",
            "_template/lesson.yaml": "x",
            "tracks.yaml": '- {id: v, title: "Hai", order: 2}\n- {id: m, title: "Một", order: 1}\n',
            "sources.yaml": "- {id: S1, title: a, grade: A}\n",
            "words.yaml": "commands: {menu: [menu, danh sách]}\nspelling: {ko: khong}\n",
        },
    )
    library = load_folder(tmp_path, {"hotline": "1900"})
    assert list(library.lessons) == ["a"]
    assert [track.id for track in library.tracks] == ["m", "v"]
    assert set(library.sources) == {"S1"}
    assert library.words == {"menu": ("menu", "danh sách")}
    named = [(Path(p.place.path).parent.name, p.code) for p in library.problems]
    assert named == [("b", "E002"), ("c", "E001"), ("d", "E004"), ("e", "E001")]
    assert [Path(path).parent.name for path in read_lessons(tmp_path / "_template")] == ["_template"]


def test_bad_tables_are_told_too():
    files = {
        "l/tracks.yaml": b"- {id: m, title: A}\n- {id: m, title: B}\n- {id: n, titel: C}\n- x\n",
        "l/sources.yaml": b"a: b\n",
        "l/words.yaml": b"- a\n",
    }
    library = load_files(files, {})
    assert [(Path(p.place.path).stem, p.code, p.place.line) for p in library.problems] == [
        ("sources", "E003", 1),
        ("tracks", "E004", 2),
        ("tracks", "E002", 3),
        ("tracks", "E003", 4),
        ("words", "E003", 1),
    ]
