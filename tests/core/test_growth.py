"""No pure function of one update takes long, whatever is said again and again: twice as much may cost twice as much.

CPU time of a length and of twice that length is compared, never a time with a clock: machines differ.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache
from time import process_time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.channels.base import Text
from bot.tutoring import announcing, codes, reception
from bot.tutoring.pairing import relay
from flows import mask
from flows.engine.stage import clean
from flows.words.ear.ear import listen, matter_of, reply_of
from flows.words.understand import Own, understand
from tests.support.builders import LESSONS, real_book, words

FLOOR_S = 0.1  # what costs less at its full length holds nobody up, however it grows
OWN = (Own("a", ("Được rồi",)), Own("b", ("Chưa được",)), Own("c", ("Để sau",)))
HOSTS = ("gov.vn",)
WISHES = real_book().wishes

FUNCTIONS: dict[str, tuple[int, Callable[[str], object]]] = {
    "understand": (2_000, lambda text: understand(words(), clean(text), OWN)),
    "listen": (2_000, lambda text: listen(words().ear, clean(text))),
    "matter_of": (2_000, lambda text: matter_of(words().ear, clean(text))),
    "mask": (4_096, mask),
    "relay of an instructor": (1_000, lambda text: relay.look(WISHES, text, "instructor")),
    "relay of a learner": (1_000, lambda text: relay.look(WISHES, text, "learner")),
    "announcement": (900, lambda text: announcing.text_fault(announcing.cleaned(text), HOSTS, WISHES)),
    "code": (80, lambda text: codes.shown(Text(text))),
    "name": (200, lambda text: reception.may_be_name(words(), clean(text))),
    "reply": (200, lambda text: reply_of(words().ear, clean(text))),
}
"""Each with the most characters that it is ever given."""


@cache
def pieces() -> tuple[str, ...]:
    """Every word of every table, and what patterns are made of."""
    written = (LESSONS / "words.yaml").read_text("utf-8")
    found = set(re.findall(r"[^\s\[\],:{}\"'#…/]+", written))
    return tuple(
        sorted(found | {"ma", "otp", "cho", "em", "gửi", "5 triệu", "số", "đừng", "1.5", "0912345678", "gov.vn"})
    )


def seconds(function: Callable[[str], object], text: str) -> float:
    began = process_time()
    function(text)
    return process_time() - began


def grows_too_fast(function: Callable[[str], object], text: str) -> bool:
    """Measured again before it is believed: the machine may have been busy."""
    for _ in range(3):
        whole = seconds(function, text)
        if whole < FLOOR_S or whole < 3 * seconds(function, text[: len(text) // 2]):
            return False
    return True


@pytest.mark.parametrize("name", FUNCTIONS)
@settings(max_examples=100, deadline=None)
@given(st.lists(st.sampled_from(pieces()), min_size=1, max_size=3), st.sampled_from([" ", "", ", "]))
def test_twice_as_much_costs_about_twice_as_much(name: str, again: list[str], between: str):
    most, function = FUNCTIONS[name]
    said = between.join([*again, ""])
    text = (said * (most // len(said) + 1))[:most] if said else ""
    assert not grows_too_fast(function, text), f"{name}: {said!r} again and again"


def test_what_grows_with_the_square_is_found():
    def slow(text: str) -> object:
        return sum(len(text[at:]) for at in range(len(text)) for _ in range(len(text)))

    assert grows_too_fast(slow, "ma " * 700)
