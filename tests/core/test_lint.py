"""Every rule: a broken snippet with ► where the fault is, and good ones that stay silent."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from bot.settings import load
from flows.model import Choose
from flows.reading.loader import load_files, load_folder
from flows.rules.lint import lint

FACTS = {"hotline_vneid": "1900 0368", "dai": "x" * 1_990}
TABLES = {
    "lessons/tracks.yaml": b'- {id: m, title: "M", order: 1}\n- {id: v, title: "V", order: 2}\n',
    "lessons/sources.yaml": b"- {id: S1, title: a}\n- {id: S2, title: b}\n",
    "lessons/words.yaml": "commands: {menu: [menu, danh sách], stop: [dừng, nghỉ]}\n".encode(),
}
EMERGENCY = """\
lesson: khan
title: Khẩn
track: m
emergency: true
steps:
  - end: het
    text: Dừng lại.
    src: none
"""

QUIZ = """\
  - quiz: otp
    text: "Ai xin OTP?"
    options:
      - {id: a, text: "Đọc cho họ", say: "Đừng {nhé}."}
      - {id: b, text: "Cúp máy", right: true, say: "Đúng."}
    out_of_tries: het
"""
END = "  - end: het\n    text: Hết.\n    src: none\n"
BACK = "  - branch: b\n    cases: [{when: score > 1, go: het}]\n    else: a\n"
PRIVATE = '  - ask: a\n    text: "Số nhà?"\n    save: nha\n    private: true\n'


def lesson(steps: str, header: str = "track: m\n") -> str:
    return f"lesson: thu\ntitle: Thử\n{header}steps:\n{steps}"


def found(text: str, others: dict[str, bytes] | None = None) -> list[tuple[str, int, int]]:
    files = {**TABLES, "lessons/m/khan/lesson.yaml": EMERGENCY.encode(), **(others or {})}
    files["lessons/m/thu/lesson.yaml"] = text.encode()
    own = [p for p in lint(load_files(files, FACTS)) if "/thu/" in p.place.path and p.code != "W305"]
    return [(p.code, p.place.line, p.place.col) for p in own]


def marked(text: str) -> tuple[str, int, int]:
    """The text without its ►, and the line and column where it stood."""
    before, _, after = text.partition("►")
    return before + after, before.count("\n") + 1, len(before) - (before.rfind("\n") + 1) + 1


BROKEN = [
    # --- ways ---
    ("E101", lesson("  - say: a\n    text: A\n    next: ►hett\n" + END)),
    ("E101", lesson("  - branch: a\n    cases: [{when: score > 1, go: ►b}]\n    else: het\n" + END)),
    ("E101", lesson(END, 'track: m\nguards: [{words: ["quên"], go: ►b}]\n')),
    ("E101", lesson(QUIZ.replace("out_of_tries: het", "out_of_tries: ►b") + END)),
    ("E101", lesson('  - task: a\n    text: A\n    stuck: {hints: ["B"], go: ►b}\n' + END)),
    ("E101", lesson("  - choose: a\n    text: A\n    options: [{id: x, text: X, next: ►b}]\n" + END)),
    ("E102", lesson("  - say: a\n    text: A\n    next: het\n  - ►say: b\n    text: B\n" + END)),
    ("E103", lesson("  - ►say: a\n    text: A\n")),
    (
        "E103",
        lesson(
            "  - choose: a\n    text: A\n    save: x\n    options:\n"
            "      - {id: x, text: X, next: het}\n      - {id: y, text: Y}\n"
            "  - ►say: b\n    text: B\n    wait_tap: Tiếp\n  - say: c\n    text: C\n    next: b\n" + END
        ),
    ),
    ("E104", lesson("  - ►say: a\n    text: A\n" + BACK + END)),
    (
        "E104",
        lesson(
            "  - ►set: a\n    values: {x: '1'}\n  - say: b\n    text: B\n    wait_tap: Tiếp\n    when: x == '1'\n"
            "  - branch: c\n    cases: [{when: score > 1, go: het}]\n    else: a\n" + END
        ),
    ),
    ("E105", lesson("  - ►branch: a\n    cases: [{when: score > 1, go: het}]\n" + END)),
    (
        "E106",
        lesson(
            "  - branch: a\n    cases:\n      - {when: score > 1, go: het}\n      - {when: ►score > 1, go: het}\n"
            "    else: het\n" + END
        ),
    ),
    ("E106", lesson("  - branch: a\n    cases:\n      - {when: ►1 > 2, go: het}\n    else: het\n" + END)),
    (
        "E106",
        lesson(
            "  - branch: a\n    cases:\n      - {when: 1 < 2, go: het}\n      - {when: ►score > 1, go: het}\n"
            "    else: het\n" + END
        ),
    ),
    (
        "E106",
        lesson(
            "  - choose: a\n    text: A\n    save: muc\n    options: [{id: mot, text: X}, {id: hai, text: Y}]\n"
            "  - say: b\n    text: B\n    when: \"►muc == 'haii'\"\n" + END
        ),
    ),
    (
        "W108",
        lesson("  - ►choose: a\n    text: A\n    options: [{id: x, text: X}, {id: y, text: Y}]\n" + END),
    ),
    ("E111", lesson("  - task: a\n    text: A\n    verify: ►het\n" + END)),
    # --- learning ---
    ("E201", lesson(QUIZ.replace("right: true, ", "").replace("quiz: otp", "►quiz: otp") + END)),
    ("E201", lesson("  - ►quiz: a\n    text: A\n    type: number\n    out_of_tries: het\n" + END)),
    ("E201", lesson("  - quiz: a\n    text: A\n    type: number\n    accept: [►nhiều]\n    out_of_tries: het\n" + END)),
    ("E202", lesson(QUIZ.replace("      - {id: b", '      - {id: c, text: "C", right: true}\n      - ►{id: b') + END)),
    ("W203", lesson(QUIZ.replace(', say: "Đừng {nhé}."', "").replace("- {id: a", "- ►{id: a") + END)),
    ("W204", lesson(QUIZ.replace("    out_of_tries: het\n", "").replace("quiz: otp", "►quiz: otp") + END)),
    ("E207", lesson(QUIZ + END, "track: m\nmastery: {pass: ►2}\n")),
    (
        "E207",
        lesson(
            "  - choose: a\n    text: A\n    options: [{id: x, text: X}, {id: y, text: Y, next: het}]\n" + QUIZ + END,
            "track: m\nmastery: {pass: ►1}\n",
        ),
    ),
    ("W208", lesson(QUIZ.replace("    out_of", "    tries: 2\n    hints: [H, ►K]\n    out_of") + END)),
    # --- data ---
    ("E301", lesson('  - say: a\n    text: "Chào ►{chi}."\n' + END)),
    ("E301", lesson('  - say: a\n    text: "Gọi ►{hotline}."\n' + END)),
    ("E301", lesson('  - say: a\n    text: "Trên bàn phím, ►{chị bấm hình micro."\n' + END)),
    ("E301", lesson('  - say: a\n    text: "Chào {chị}, ►{em là Cầm Tay {nhé}."\n' + END)),
    ("E301", lesson('  - say: a\n    text: "Chào chị►} Lan."\n' + END)),
    ("E301", lesson(END).replace("title: Thử", 'title: ►"Bài {một"')),
    ("E301", lesson("  - set: a\n    values: {x: '►{y}'}\n" + END)),
    ("E301", lesson('  - say: a\n    text: "Chào ►{ chị }."\n' + END)),
    ("E301", lesson("  - say: a\n    text: A\n    when: ►muc == '1'\n" + END)),
    ("E301", lesson("  - say: a\n    text: A\n    when: ►value == '1'\n" + END)),
    ("E301", lesson('  - say: a\n    text: "Ở ►{xa}."\n  - ask: b\n    text: "Ở đâu?"\n    save: xa\n' + END)),
    (
        "E301",
        lesson(
            "  - choose: a\n    text: A\n    options:\n      - {id: x, text: X, set: {muc: '1'}}\n"
            "      - {id: y, text: Y, next: c}\n  - say: b\n    text: B\n"
            '  - say: c\n    text: "Mức ►{muc}."\n' + END
        ),
    ),
    ("E301", lesson(END).replace("title: Thử", 'title: ►"Bài của {chị}"')),
    ("E302", lesson("  - say: a\n    text: A\n    when: ►score >\n" + END)),
    ("E302", lesson("  - say: a\n    text: A\n    when: score ►= 1\n" + END)),
    ("E302", lesson("  - say: a\n    text: A\n    when: ►len(channel) > 1\n" + END)),
    ("E302", lesson("  - say: a\n    text: A\n    when: ►score > 'nhiều'\n" + END)),
    (
        "E302",
        lesson(
            "  - ask: a\n    text: A\n    save: x\n"
            "  - say: b\n    text: B\n    when: x == 'Hà Nội' and ►score > 'ít'\n" + END
        ),
    ),
    ("E302", lesson("  - say: a\n    text: A\n    when: ►channel > 'web'\n" + END)),
    ("E303", lesson(PRIVATE + '  - say: b\n    text: "Nhà ►{nha}."\n' + END)),
    ("E303", lesson(PRIVATE + "  - set: b\n    values: {khac: '►{nha}'}\n" + END)),
    ("E303", lesson(PRIVATE + "  - say: b\n    text: B\n    when: ►nha == '1'\n" + END)),
    # --- words ---
    ("E007", lesson(QUIZ.replace('- {id: a, text: "Đọc cho họ"', '- ►{id: a, text: "Dừng!"') + END)),
    ("E007", lesson("  - quiz: a\n    text: A\n    type: text\n    out_of_tries: het\n    accept: [►Menu]\n" + END)),
    ("E008", lesson(QUIZ.replace("- {id: b", "- ►{id: b").replace("Cúp máy", "đọc cho họ!") + END)),
    ("W405", lesson(f'  - say: a\n    text: ►"{("Nghiêng" + " nghiêng" * 9 + ". ") * 3}"\n' + END)),
    ("W405", lesson('  - say: a\n    text: ►"Một. Hai! Ba? Bốn."\n' + END)),
    ("W408", lesson('  - say: a\n    text: "►Chị mở máy."\n' + END)),
    ("W408", lesson('  - say: a\n    text: "Giờ ►bạn mở máy."\n' + END)),
    # --- channels and time ---
    ("E501", lesson('  - say: a\n    text: ►"Nhớ {dai} {nhé} các {chị}."\n' + END)),
    ("E503", lesson("  - choose: a\n    text: A\n    save: x\n    options:\n" + "".join(
        f"      - {'►' if n == 8 else ''}{{id: o{n}, text: L{n}}}\n" for n in range(9)) + END)),
    ("W507", lesson("  - choose: a\n    text: A\n    save: x\n    options:\n" + "".join(
        f"      - {'►' if n == 4 else ''}{{id: o{n}, text: L{n}}}\n" for n in range(5)) + END)),
    ("W505", lesson('  - say: a\n    text: A\n    wait_tap: ►"Em đọc xong hết cả rồi, cho em đi tiếp"\n' + END)),
    ("E604", lesson("  - task: a\n    text: A\n    later: {remind: ►5m}\n" + END)),
    ("E604", lesson("  - task: a\n    text: A\n    later: {remind: ►31d}\n" + END)),
    ("W602", lesson("  - task: a\n    text: A\n    later: {remind: 1d, times: ►4}\n" + END)),
    # --- the shelf ---
    ("E113", lesson(END, "track: m\nprerequisites: [►khann]\n")),
    ("E113", lesson(END + "    then: ►khann\n")),
    ("E109", lesson(END, "track: m\nprerequisites: [►thu]\n")),
    ("E110", lesson(END, "track: ►x\n")),
    ("E704", "►" + lesson(END, "track: m\nemergency: true\n")),
    ("W112", lesson(END).replace("lesson: thu", "lesson: ►khac")),
    ("E903", lesson(END, "track: m\nsources: [S1, ►S3]\n")),
]  # fmt: skip


@pytest.mark.parametrize(("code", "text"), BROKEN, ids=[f"{code}-{at}" for at, (code, _) in enumerate(BROKEN)])
def test_broken(code, text):
    plain, line, col = marked(text)
    problems = found(plain)
    if code == "E501":
        problems = [problem for problem in problems if problem[0] != "W405"]
    assert problems == [(code, line, col)]


def test_did_you_mean():
    text = lesson("  - say: a\n    text: '{chi}'\n    src: none\n    next: hett\n" + END)
    files = {**TABLES, "lessons/m/thu/lesson.yaml": text.encode()}
    hints = [problem.hint for problem in lint(load_files(files, FACTS)) if problem.code.startswith("E")]
    assert hints == ["có phải là “chị”?", "có phải là “het”?"]


# --- secrets -----------------------------------------------------------------------------------------

ASKING = [
    '  - say: a\n    text: "Nhắn mã OTP vào đây {nhé}."\n    wait_tap: Tiếp\n',
    '  - say: a\n    text: "{Chị} gửi số căn cước cho {em}."\n    wait_tap: Tiếp\n',
    '  - say: a\n    text: "{Chị} gửi cho {em} mật khẩu VNeID."\n    wait_tap: Tiếp\n',
    '  - task: a\n    text: "Làm {nhé}."\n    steps: ["Chụp ảnh căn cước gửi vào đây."]\n',
    '  - ask: a\n    text: "{Chị} nhập số CCCD giúp {em}."\n    save: so\n',
    '  - ask: a\n    text: "Mật khẩu của {chị} là gì?"\n    save: mk\n',
    '  - ask: a\n    text: "Viết vào đi."\n    save: mat_khau\n',
    '  - quiz: a\n    text: "{Chị} gõ mã OTP vừa nhận."\n    type: number\n    accept: ["1"]\n    out_of_tries: het\n',
]
TALKING = [
    '  - say: a\n    text: "Đừng gửi mã OTP cho {em}, cũng đừng nhập vào đây."\n',
    '  - say: a\n    text: "{Em} không bao giờ bảo {chị} gửi mật khẩu cho {em}."\n',
    '  - say: a\n    text: "OTP không đọc cho ai, kể cả {em}."\n',
    '  - say: a\n    text: "Ai bảo đọc OTP vào đây là lừa đảo."\n',
    '  - say: a\n    text: "Kẻ gian nói: “{Chị} gửi mã OTP cho {em} nhé”."\n',
    '  - task: a\n    text: "{Chị} mở VNeID, nhập mật khẩu. Xong thì bấm Xong {nhé}."\n',
    '  - task: a\n    text: "Làm trên máy."\n    steps: ["Nhập số định danh, rồi nhập mã OTP vào VNeID."]\n',
    '  - quiz: a\n    text: "Passcode có mấy số?"\n    type: number\n    accept: ["6"]\n    out_of_tries: het\n',
    '  - ask: a\n    text: "Đừng gửi mã OTP vào đây. {Chị} ở xã nào?"\n    type: place\n    save: xa\n',
    '  - say: a\n    text: "Mọi mã chỉ nhập trong VNeID, đừng gửi vào đây."\n',
]


@pytest.mark.parametrize("steps", ASKING)
def test_asking_for_a_secret_is_refused(steps):
    assert [code for code, _, _ in found(lesson(steps + END))] == ["E304"]


@pytest.mark.parametrize("steps", TALKING)
def test_talking_about_secrets_is_teaching(steps):
    assert found(lesson(steps + END)) == []


# --- good ones ---------------------------------------------------------------------------------------

SILENT = [
    # a loop that waits
    "  - say: a\n    text: A\n    wait_tap: Tiếp\n" + BACK + END,
    # a variable that every way sets, read in feedback, text and condition
    "  - choose: a\n    text: A\n    save: muc\n    options:\n"
    "      - {id: x, text: X, say: 'Mức {muc}', set: {k: '1'}}\n      - {id: y, text: Y, set: {k: '2'}}\n"
    "  - say: b\n    text: 'Mức {muc} {k}'\n    when: muc == 'x' or k == '2'\n" + END,
    # numbers of the form of numbers
    "  - set: a\n    values: {n: '2'}\n"
    "  - say: b\n    text: B\n    when: n == 2 and score >= -1 and channel != 'web'\n" + END,
    # forms that look like a bare address
    '  - say: a\n    text: "Hội chị em có bạn bè, anh chị, chị Lan, một chị hàng xóm. Họ nói “chị ơi”."\n' + END,
    # numbers and names with dots are no sentences
    '  - say: a\n    text: "Từ 10.000.000 đ phải quét mặt. Xem dichvucong.gov.vn. Nhớ {nhé}!"\n' + END,
    # "Đúng" is no "dừng"
    QUIZ.replace("Cúp máy", "Đúng").replace("Đọc cho họ", "Sai rồi") + END,
    # a task with all its parts, verified by a quiz
    '  - task: a\n    text: A\n    steps: ["B"]\n    done: Xong\n    verify: otp\n'
    '    stuck: {hints: ["C"], go: otp}\n' + QUIZ + END,
    # a private answer under its own check
    "  - ask: a\n    text: 'Số nhà?'\n    save: nha\n    private: true\n    check: \"value != ''\"\n" + END,
    # a poor way that does not count as done
    "  - choose: a\n    text: A\n    options: [{id: x, text: X}, {id: y, text: Y, next: thoi}]\n" + QUIZ + END
    + "  - end: thoi\n    outcome: stopped\n",
]  # fmt: skip


@pytest.mark.parametrize("steps", SILENT)
def test_good_ones_stay_silent(steps):
    assert found(lesson(steps, "track: m\nmastery: {pass: 1}\n" if "thoi" in steps else "track: m\n")) == []


def test_habits_show_only_over_two_quizzes():
    first = QUIZ.replace("right: true, ", "").replace('say: "Đừng {nhé}."', 'right: true, say: "Đúng."')
    second = first.replace("quiz: otp", "quiz: hai")
    codes = [code for code, _, _ in found(lesson(first + second + END))]
    assert codes == ["W206", "W205"]
    assert found(lesson(first + END)) == []
    assert [code for code, _, _ in found(lesson(first + QUIZ.replace("quiz: otp", "quiz: hai") + END))] == []


def test_a_token_of_more_than_64_bytes_is_seen():
    library = load_files(
        {"l/lesson.yaml": lesson("  - choose: a\n    text: A\n    options: [{id: x, text: X}]\n" + END).encode()}, {}
    )
    draft = library.drafts[0]
    assert draft.lesson is not None
    step = draft.lesson.steps[0]
    assert isinstance(step, Choose)
    long = replace(step, options=(replace(step.options[0], id="x" * 53),))
    draft = replace(draft, lesson=replace(draft.lesson, steps=(long, *draft.lesson.steps[1:])))
    assert [p.code for p in lint(replace(library, drafts=(draft,)))] == ["E502"]


def test_a_shelf_without_an_emergency_lesson():
    library = load_files({**TABLES, "lessons/m/thu/lesson.yaml": lesson(END).encode()}, FACTS)
    assert [(p.code, p.place.path) for p in lint(library)] == [("W705", "lessons/tracks.yaml")]


def test_a_shelf_without_sources():
    files = {**TABLES, "lessons/m/khan/lesson.yaml": EMERGENCY.encode()}
    files.pop("lessons/sources.yaml")
    assert [(p.code, p.place.path) for p in lint(load_files(files, FACTS))] == [("W706", "lessons/tracks.yaml")]


def test_the_tutors_own_sentences_are_looked_at_too():
    phrases = """\
right: "Đúng rồi {chi}."
hello: "Chào chị, {Em} là máy của {ten_hoi}."
long: "Một. Hai. Ba. Bốn."
label_next: "Chị đọc tiếp"
otp: "{Chị} gửi mã OTP cho {em}."
right: "Đúng {chị}."
empty: ""
fine: "{Chị} {ten} ơi, bài “{bai}” còn dở."
loose: "Rồi {chị ơi."
"""
    files = {**TABLES, "lessons/phrases.yaml": phrases.encode(), "lessons/m/khan/lesson.yaml": EMERGENCY.encode()}
    problems = [(p.code, p.place.line, p.place.col) for p in lint(load_files(files, FACTS))]
    assert problems == [
        ("E301", 1, 8),
        ("W408", 2, 8),
        ("W405", 3, 7),
        ("E304", 5, 6),
        ("E001", 6, 1),
        ("E003", 7, 8),
        ("E301", 9, 8),
    ]


def test_a_few_lessons_are_looked_at_without_their_shelf():
    text = lesson(END + "    then: mot_bai_khac\n".replace("_", "-"), "track: x\nprerequisites: [kia]\nsources: [S9]\n")
    assert lint(load_files({"l/lesson.yaml": text.encode()}, {})) == ()
    beside = {**TABLES, "lessons/m/khan/lesson.yaml": EMERGENCY.encode(), "noi-khac/lesson.yaml": text.encode()}
    assert lint(load_files(beside, {})) == ()


def test_faults_of_form_and_of_sense_are_told_together():
    text = lesson("  - say: a\n    txt: A\n    text: '{chi}'\n    next: hett\n" + END)
    assert [code for code, _, _ in found(text)] == ["E002", "E301", "E101"]


def test_a_step_that_cannot_be_read_makes_no_echo():
    assert [code for code, _, _ in found(lesson("  - sey: a\n  - say: b\n    text: B\n    next: a\n" + END))] == [
        "E002"
    ]


def test_a_broken_lesson_is_still_known_to_the_others():
    others = {"lessons/m/sau/lesson.yaml": b"lesson: [\n"}
    assert found(lesson(END + "    then: sau\n"), others) == []


LESSONS = Path(__file__).parents[2] / "lessons"


def test_the_real_lessons_are_clean():
    library = load_folder(LESSONS, load(LESSONS.parent / "config.yaml", {}, {}).placeholders)
    assert len(library.lessons) == len(library.drafts) > 0
    assert lint(library) == ()


def test_what_a_called_lesson_gives_back_is_one_of_its_values():
    menu = "  - choose: a\n    text: A\n    save: muc\n    options: [{id: mot, text: X}, {id: hai, text: Y}]\n"
    call = "  - call: g\n    lesson: khan\n    save: muc\n"
    say = "  - say: b\n    text: B\n    when: \"muc == 'stopped'\"\n"
    codes = (
        {code for code, _, _ in found(lesson(menu + say + END))},
        {code for code, _, _ in found(lesson(menu + call + say + END))},
    )
    assert ["E106" in each for each in codes] == [True, False]
