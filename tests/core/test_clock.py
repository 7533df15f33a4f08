"""The player's clock: 100 words a minute, 8 seconds an answer, one sitting."""

from __future__ import annotations

from dataclasses import replace

import pytest

from flows.play.clock import Minutes, minutes_of
from flows.play.coverage import problems
from flows.play.rehearsal import rehearse
from flows.rules.text import count_words
from tests.support.builders import book, lesson

STEPS = """
- say: chao
  text: "{}"
  wait_tap: Tiếp
- quiz: hoi
  text: "Một hai ba bốn năm?"
  options:
    - {{id: sai, text: Sai, say: "Chưa đúng {{chị}}."}}
    - {{id: dung, text: Đúng, right: true, say: "Đúng rồi."}}
- end: het
"""


def played(name: str, *lines: str, words: int = 95):
    found = lesson(STEPS.format(" ".join(["chữ"] * words)))
    return rehearse(book(found), f"{name}.txt", "\n".join(["# thu", *lines]), "thu")


SMOOTH = ("learner  [Tiếp]", "learner  [Đúng]")
CLUMSY = ("learner  [Tiếp]", "learner  [Sai]", "learner  [Đúng]")


def test_words_and_answers_of_the_smooth_and_of_the_longest_other() -> None:
    smooth, clumsy = played("hoc-tron", *SMOOTH), played("lam-sai", *CLUMSY)
    assert minutes_of([smooth]) == Minutes(1.3, 1.3)  # 102 words, 2 answers
    assert minutes_of([clumsy, smooth]) == Minutes(1.3, 1.5)  # the question is read twice
    assert minutes_of([clumsy]) == Minutes(1.5, 1.5)


def test_what_takes_another_sitting_or_never_ends_tells_nothing() -> None:
    broken_off = played("im-lang", "learner  [Tiếp]")
    two_days = played("hai-ngay", "learner  [Tiếp]", "— 1 day passes —", "learner  [Đúng]")
    assert minutes_of([broken_off, two_days]) is None
    assert minutes_of([broken_off, two_days, played("hoc-tron", *SMOOTH)]) == Minutes(1.3, 1.3)


@pytest.mark.parametrize(
    ("minutes", "told", "too_many"),
    [(Minutes(0.2, 0.2), 1, False), (Minutes(4.0, 8.0), 4, False), (Minutes(4.1, 5.0), 5, True),
     (Minutes(3.1, 8.1), 4, True)],
)  # fmt: skip
def test_what_the_head_says_and_what_is_too_long(minutes: Minutes, told: int, too_many: bool) -> None:
    assert (minutes.told, minutes.are_too_many) == (told, too_many)


def test_an_amount_is_one_word() -> None:
    assert count_words("Chuyển 10.000.000 đ (mười triệu), ngày 20/11, ở xã/phường.") == 9


def test_a_lesson_that_is_too_long_is_told_and_the_emergency_only_where_it_is_long_in_any_case() -> None:
    def told(lines: tuple[str, ...], words: int, head: str = "") -> list[str]:
        found = replace(lesson(STEPS.format(" ".join(["chữ"] * words))), emergency=bool(head))
        texts = {"hoc-tron.txt": "\n".join(["# thu", *SMOOTH]), "x.txt": "\n".join(["# thu", *lines])}
        return [each.code for each in problems(book(found), found, texts) if each.code == "W905"]

    wrong = ("learner  [Tiếp]", *["learner  [Sai]", "learner  nói lại"] * 40, "learner  [Đúng]")
    assert told(SMOOTH, 350) == [] and told(SMOOTH, 400) == ["W905"]
    assert told(wrong, 95) == ["W905"] and told(wrong, 95, "khẩn") == []
