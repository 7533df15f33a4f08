"""What she meant: the utterances of the facts sheet, every button of the real lessons typed in many ways, doubts."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest

import flows
from flows import Lesson
from flows.engine.input import own_answers
from flows.engine.kinds.table import kind_of
from flows.engine.stage import Stage
from flows.model import Choose, Quiz, Say, Task
from flows.shelf.shelf import read_table
from flows.words import tables
from flows.words.ear.ear import listen
from flows.words.understand import (
    Answered,
    Command,
    Emergency,
    Meaning,
    Own,
    Unknown,
    Unsure,
    fold,
    is_command,
    positions,
    understand,
)
from tests.support.builders import LESSONS, book, lesson, real_book, words
from tests.support.world import universe

TASK = (
    Own("done", ("Xong rồi", *words().answers["done"])),
    Own("stuck", ("Chưa thấy nút", *words().answers["stuck"])),
    Own("later", ("Để sau", *words().answers["later"])),
)


def meant(text: str, own: tuple[Own, ...] = TASK) -> Meaning:
    return understand(words(), text, own)


# --- what women of Đồng Nai type (facts sheet, section 10) and much more, at steps of the real lessons ---------------


def typed_messages() -> Iterator[tuple[str, str, str]]:
    """(lesson/step, expected meaning as in typed.yaml, message)."""
    for place, meanings in read_table(Path(__file__).with_name("typed.yaml")).items():
        assert isinstance(meanings, dict)
        for expected, messages in meanings.items():
            yield from ((place, expected, message) for message in messages)


@cache
def own_at(place: str) -> tuple[Own, ...]:
    lesson_id, step_id = place.split("/")
    return dict(prompts(real_book().versions[lesson_id, 1]))[step_id]


@pytest.mark.parametrize(("place", "expected", "message"), list(typed_messages()))
def test_what_learners_type(place: str, expected: str, message: str):
    meaning = meant(message, own_at(place))
    match expected:
        case "khẩn":
            assert meaning == Emergency() or listen(words().ear, message).level == "ask"
        case "hỏi lại":
            assert isinstance(meaning, Unsure)
        case "không hiểu":
            assert isinstance(meaning, Unknown | Unsure)
        case command if command.startswith("@"):
            assert meaning == Command(command[1:])
        case option:
            assert meaning == Answered(option)


def test_there_are_messages_enough():
    assert len(list(typed_messages())) >= 183


# --- every button of the real lessons ----------------------------------------------------------------


def prompts(one: Lesson) -> Iterator[tuple[str, tuple[Own, ...]]]:
    """Each step with buttons, and what may be typed there."""
    shelf = replace(real_book(), versions={(one.id, 1): one}, current={one.id: 1})
    for step in one.steps:
        if not isinstance(step, Choose | Quiz | Task) and not (isinstance(step, Say) and step.wait_tap):
            continue
        run = flows.Run("r", one.id, 1, step.id, name="Lan")
        stage = Stage(shelf, one, run, universe())
        choices = kind_of(step).prompt(stage, step).choices
        if choices:
            yield step.id, own_answers(stage, step, choices)


def bare(text: str) -> str:
    plain = unicodedata.normalize("NFD", text.replace("đ", "d").replace("Đ", "D"))
    return "".join(c for c in plain if not unicodedata.combining(c))


def stretched(text: str) -> str:
    """The last letter held: xongggg."""
    return re.sub(r"([^\W\d_])(\W*)$", r"\1\1\1\1\2", text)


VARIANTS = {
    "as it is": lambda text: text,
    "without diacritics": bare,
    "stretched": stretched,
    "upper case": str.upper,
    "upper case without diacritics": lambda text: bare(text).upper(),
    "decomposed": lambda text: unicodedata.normalize("NFD", text),
    "polite": lambda text: f"dạ {text} ạ",
    "polite without diacritics": lambda text: f"da {bare(text)} nha em oi",
    "punctuated": lambda text: f"  {text}!!! ",
}

PROMPTS = [
    pytest.param(own, id=f"{one.id}/{step}") for one in real_book().versions.values() for step, own in prompts(one)
]


@pytest.mark.parametrize("own", PROMPTS)
def test_every_label_typed_in_many_ways_means_itself(own: tuple[Own, ...]):
    wrong = {
        (answer.ways[0], how): meaning
        for answer in own
        for how, typed in VARIANTS.items()
        if (meaning := meant(typed(answer.ways[0]), own)) != Answered(answer.id)
        # "dạ đọc mã OTP" is "đã đọc mã OTP" without diacritics: there the emergency comes first on purpose.
        and not (how.startswith("polite") and answer.ways[0].startswith("Đọc mã OTP") and meaning == Emergency())
    }
    assert not wrong


def typos(text: str) -> Iterator[str]:
    """One letter missing, one doubled by its neighbour, two swapped: as thumbs do."""
    plain = bare(text)
    for at in range(1, len(plain) - 1):
        yield plain[:at] + plain[at + 1 :]
        yield plain[:at] + plain[at + 1] + plain[at] + plain[at + 2 :]


@pytest.mark.parametrize("own", PROMPTS)
def test_a_label_with_a_typo_is_never_another_option(own: tuple[Own, ...]):
    flipped = [
        (answer.ways[0], typed, meaning)
        for answer in own
        for typed in typos(answer.ways[0])
        if not set("0123456789.").issuperset(typed)  # another number is another number
        and isinstance(meaning := meant(typed, own), Answered)
        and meaning.option != answer.id
    ]
    assert not flipped


@pytest.mark.parametrize("own", PROMPTS)
def test_a_label_denied_is_never_that_option(own: tuple[Own, ...]):
    """ "không" before an answer must not pass for the answer."""
    flipped = []
    for answer in own:
        label = " ".join(fold(words(), answer.ways[0]))
        if re.search(r"\b(khong|chua|chang|khoi|dung_)\b", label):
            continue
        for denial in ("không", "ko", "hổng", "chưa", "đừng", "chẳng", "khum"):
            meaning = meant(f"{denial} {answer.ways[0].lower()}", own)
            if meaning == Answered(answer.id):
                flipped.append((answer.ways[0], denial))
    assert not flipped


@pytest.mark.parametrize("own", PROMPTS)
def test_the_number_of_an_option_is_that_option(own: tuple[Own, ...]):
    for at, answer in enumerate(own, 1):
        exact = [each.id for each in own if str(at) in each.ways]
        assert meant(str(at), own) == Answered(exact[0] if exact else answer.id)
        assert meant(f"số {at}", own) == Answered(answer.id)
    assert not isinstance(meant(str(len(own) + 1), own), Answered)


# --- rules -------------------------------------------------------------------------------------------

RIGHT_OR_STOP = (Own("dung", ("Đúng",)), Own("sai", ("Sai",)))


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("đúng", Answered("dung")),
        ("dung", Answered("dung")),
        ("ĐÚNG RỒI", Unknown()),
        ("dừng", Command("stop")),
        ("dừng lại", Command("stop")),
        ("sai", Answered("sai")),
    ],
)
def test_right_and_stop_are_told_apart_by_their_diacritics(typed: str, expected: Meaning):
    meaning = meant(typed, RIGHT_OR_STOP)
    assert meaning == expected or (isinstance(expected, Unknown) and meaning == Answered("dung"))


INSTALL = (Own("cai", ("Cài ngay",)), Own("khong", ("Không cài",)), Own("hoi", ("Hỏi con cháu",)))


@pytest.mark.parametrize(
    ("typed", "never"),
    [
        ("cài", "khong"),
        ("không", "cai"),
        ("không cài ngay", "cai"),
        ("ko cai", "cai"),
        ("đừng cài", "cai"),
        ("hổng hỏi", "hoi"),
    ],
)
def test_a_denial_never_flips_an_answer(typed: str, never: str):
    assert meant(typed, INSTALL) != Answered(never)


def test_in_doubt_two_buttons_never_a_guess():
    own = (Own("a1", ("Bấm nút xanh",)), Own("b1", ("Bấm nút xám",)), Own("c1", ("Tắt máy",)))
    meaning = meant("bam nut xa", own)
    assert isinstance(meaning, Unsure) and set(meaning.options) == {"a1", "b1"}


def test_labels_that_fold_alike_are_told_apart_when_typed_with_diacritics():
    own = (Own("ma", ("Mã",)), Own("me", ("Má",)))
    assert meant("mã", own) == Answered("ma") and meant("má", own) == Answered("me")
    assert not isinstance(meant("ma", own), Answered)


@pytest.mark.parametrize(
    "text",
    [
        "em sợ bị lừa rồi mất tiền",
        "chưa bị lừa",
        "không bị lừa mất tiền",
        "làm sao để không bị lừa tiền",
        "nếu lỡ chuyển tiền",
    ],
)
def test_what_has_not_happened_is_no_emergency(text: str):
    assert listen(words().ear, text).level != "ring"


@pytest.mark.parametrize(
    "text",
    [
        "Tôi bị lừa rồi",
        "TOI BI LUA ROI",
        "trời ơi em bị lừa rồi chị ơi giúp em với",
        "lỡ đọc mã OTP",
        "nó rút hết tiền rồi",
        "bị hack rồi",
    ],
)
def test_what_has_happened_is(text: str):
    assert meant(text, ()) == Emergency()


@pytest.mark.parametrize(
    ("text", "count", "expected"),
    [
        ("1 3", 3, (0, 2)),
        ("3,1", 3, (2, 0)),
        ("312", 3, (2, 0, 1)),
        ("1 và 2", 2, (0, 1)),
        ("1 1", 3, None),
        ("4", 3, None),
        ("a", 3, (0,)),
        ("câu a và c", 3, (0, 2)),
        ("so 1 voi so 3 nha", 3, (0, 2)),
        ("hai, ba, một", 3, (1, 2, 0)),
        ("①③", 3, (0, 2)),
        ("1️⃣ rồi 2️⃣", 3, (0, 1)),
        ("không phải 1", 3, None),
        ("1 con gà", 3, None),
    ],
)
def test_positions(text: str, count: int, expected: tuple[int, ...] | None):
    assert positions(text, count, words()) == expected


def test_a_long_story_is_no_answer():
    assert meant("xong rồi " * 40) == Unknown()
    assert (
        meant("hôm nay trời nắng đi chợ mua rau về nấu cơm. " * 20 + "tôi bị lừa mất hết tiền rồi con ơi")
        == Emergency()
    )


def test_every_global_word_is_heard_as_a_sentence_beside_others():
    table = read_table(LESSONS / "words.yaml")["commands"]
    assert isinstance(table, dict)
    ways = [(name, way) for name, all_ways in table.items() if name != "thanks" for way in all_ways]
    assert [way for name, way in ways if understand(words(), f"Ờ thì. {way}", ()) != Command(name)] == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("rồi con, xong rồi", Answered("done")),
        ("xong rồi, cảm ơn con", Answered("done")),
        ("dạ. để sau nghen", Answered("later")),
        ("giúp tôi. tiếp", Command("help")),
        ("dừng, cảm ơn con", Command("stop")),
    ],
)
def test_an_answer_beside_politeness_is_the_answer(text: str, expected: Meaning):
    assert meant(text) == expected


def test_global_words_work_at_every_kind_of_wait():
    for steps in ("- {ask: a, text: Hỏi, save: x}\n- end: het", "- {task: v, text: Làm, done: Rồi}\n- end: het"):
        one = lesson(steps)
        start = flows.start(book(one), flows.Trigger("thu"), universe())
        sprint = flows.resume(book(one), start.run, flows.events.Typed("tải dữ liệu"), universe())
        assert any(getattr(event, "command", "") == "download_data" for event in sprint.events)


ROBBED = """lỡ bị lừa rồi|bị lừa đảo|bị gạt rồi|tôi bị gạt tiền|bị dụ chuyển tiền|tôi bị mất tiền
toi moi bi nguoi ta lua
bà bị nó lừa 5 triệu|có người lừa tôi lấy hết tiền|tiền trong tài khoản mất sạch rồi|tài khoản tôi bị trừ tiền
nó rút sạch tiền|tôi lỡ đưa mã cho người ta rồi|cho nó mã otp rồi|tôi lỡ chuyển 5 triệu|tôi cài app lạ rồi
bị gạt tiền rồi con ơi|no tru het tien|sợ quá, tôi bị lừa rồi|con lo quá, mẹ bị lừa rồi|không ngờ tôi bị lừa
gọi không được, mất hết tiền|cúp không kịp, mất tiền rồi|chuyển nhầm tiền rồi|đã chuyển tiền cho nó|đọc otp rồi
lộ mã otp|lỡ bấm vào link|lỡ cài ứng dụng|tài khoản bị mất tiền|zalo bị chiếm|mẹ tôi bị lừa rồi"""

NOT_ROBBED = """tôi sợ bị lừa|chưa bị lừa|đừng bị lừa tiền|suýt bị lừa tiền|bị hack là gì|tôi muốn rút hết tiền
mất tiền điện|không mất tiền|làm sao để không bị lừa|tránh lừa đảo|lừa đảo là gì|học tránh bị lừa|nếu bị lừa rồi thì sao
không chuyển nữa|người già hay bị lừa|không đọc mã otp|Đọc cho nhanh|chưa bị mất tiền|sợ bị mất tiền"""


@pytest.mark.parametrize("text", ROBBED.replace("\n", "|").split("|"))
def test_whoever_was_robbed_is_heard_however_she_says_it(text: str):
    assert listen(words().ear, text).level != "quiet"


@pytest.mark.parametrize("text", NOT_ROBBED.replace("\n", "|").split("|"))
def test_talking_about_robbery_is_no_emergency(text: str):
    assert listen(words().ear, text).level != "ring"


# --- her rights, whoever she calls herself ---------------------------------------------------------------------------

RIGHTS_SAID = [
    line.split(" ", 1)
    for line in Path(__file__).with_name("rights_voices.txt").read_text("utf-8").splitlines()
    if not line.startswith("#")
]


def test_a_right_stands_among_words_that_change_nothing():
    asked = [(name, text) for name, text in RIGHTS_SAID if name != "-"]
    missed = [(name, text) for name, text in asked if meant(text, ()) != Command(name)]
    assert len(asked) >= 100
    assert 20 * len(missed) <= len(asked), missed


@pytest.mark.parametrize("text", [text for name, text in RIGHTS_SAID if name != "-"])
def test_a_right_is_never_a_cry(text: str):
    assert not isinstance(meant(text, ()), Emergency)
    assert not isinstance(meant(text), Emergency | Answered)


@pytest.mark.parametrize("text", [text for name, text in RIGHTS_SAID if name == "-"])
def test_what_only_sounds_like_a_right_is_none(text: str):
    assert meant(text, ()) not in [Command(name) for name in tables.RIGHTS]


@pytest.mark.parametrize(
    ("text", "meaning"),
    [
        ("tui muốn xóa hết, cám ơn em", Command("delete_data")),  # rang as a cry
        ("thôi chị không đồng ý nữa đâu em", Command("withdraw")),
        ("em xóa giùm bà hết dữ liệu của bà", Command("delete_data")),  # in the middle, and whose it is
        ("bà không học nữa, xóa hết dữ liệu của bà", Command("delete_data")),  # of two the one that asks first
        ("dung nhac chi hoc bai nua nha em", Command("silence")),
        ("xóa mã", Unknown()),  # "mã" is no "má"
        ("đừng xóa dữ liệu của bà", Unknown()),
    ],
)
def test_who_asks_and_how_kindly_changes_nothing_about_a_right(text: str, meaning: Meaning):
    assert meant(text, ()) == meaning


def test_at_the_question_for_her_name_a_right_is_a_right():
    assert is_command(words(), "em xóa giùm chị hết thông tin") and not is_command(words(), "Út Em")


def test_a_word_that_is_an_answer_is_no_word_before_one():
    own = (Own("dong", ("Đóng cho xong", "đóng")), Own("khong", ("Không đóng, cúp máy", "cúp máy", "không đóng")))
    for typed in ("đóng, cúp máy", "dong cup may"):
        assert understand(words(), typed, own) != Answered("khong"), typed
    assert understand(words(), "dòng 2", own) == Answered("khong")
    assert understand(words(), "cup may", own) == Answered("khong")
