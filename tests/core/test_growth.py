"""No pure function of one update takes long, whatever is said again and again: twice as much may cost twice as much.

CPU time of a length and of twice that length is compared, never a time with a clock: machines differ.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from functools import cache, partial
from time import process_time

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from bot.announcements.policy import announcement
from bot.channels.base import Text
from bot.conversation.policy.dispatch import answer
from bot.pairing.policy import lines, links, relay
from bot.people.policy import codes, people_file, profile
from bot.tutor import menu, onboarding
from bot.tutor.state import ConversationState
from bot.tutor.turn import Person, TurnContext
from flows import mask
from flows.engine.stage import clean
from flows.words import masking, nearest, numbers, passwords, wishes
from flows.words.ear.ear import listen, matter_of, reply_of
from flows.words.understand import Own, understand
from flows.words.values.reading import read_sum, read_value
from tests.support.builders import LESSONS, real_book, words
from tests.support.world import universe

FLOOR_S = 0.02  # what costs less at its full length holds nobody up, however it grows
OWN = (Own("a", ("Được rồi",)), Own("b", ("Chưa được",)), Own("c", ("Để sau",)))
HOSTS = ("gov.vn",)
WARDS = [("w1", "Phường Trấn Biên"), ("w2", "Xã Long Thành")]
WISHES = real_book().wishes
NOUNS = real_book().nouns
TODAY = date(2026, 11, 29)

Function = Callable[[str], object]


def turn() -> TurnContext:
    return TurnContext(
        real_book(), universe(), Person("p1", "Lan", "chị/em", "agreed"), ConversationState(), "telegram:1"
    )


def listed(text: str) -> object:
    """One long cell, one long line, many lines, and a head as long."""
    lists = (f"Họ tên,Xã phường\n{text}", text.replace(" ", ","), f"Họ tên,Xã phường\n{text.replace(' ', chr(10))}")
    return [people_file.read(each.encode()) for each in lists]


FUNCTIONS: dict[str, tuple[int, Function]] = {
    "understand": (2_000, lambda text: understand(words(), clean(text), OWN)),
    "listen": (2_000, lambda text: listen(words().ear, clean(text))),
    "matter_of": (2_000, lambda text: matter_of(words().ear, clean(text))),
    "mask": (4_096, lambda text: mask(text, NOUNS)),
    "mask announces": (4_096, lambda text: passwords.announces(text, NOUNS)),
    "mask with a cue": (4_096, lambda text: masking.with_cue(text, NOUNS)),
    "numbers": (4_096, lambda text: (list(numbers.numbers_in(text, NOUNS)), list(numbers.said_in(text, NOUNS)))),
    "passwords": (4_096, lambda text: passwords.passwords_in(text, NOUNS)),
    "nouns": (4_096, lambda text: nearest.is_plainly_else(text, NOUNS)),
    "value of money": (4_096, partial(read_value, kind="money", today=TODAY)),
    "value of a number": (4_096, partial(read_value, kind="number", today=TODAY)),
    "value of a date": (4_096, partial(read_value, kind="date", today=TODAY)),
    "value of a phone": (4_096, partial(read_value, kind="phone", today=TODAY)),
    "sum": (4_096, read_sum),
    "wish of an instructor": (1_000, lambda text: wishes.wished(WISHES, text, "instructor")),
    "talk": (1_000, lambda text: (wishes.is_talk(WISHES, text), wishes.names_office(WISHES, text))),
    "relay of an instructor": (1_000, lambda text: relay.look(WISHES, text, "instructor")),
    "relay of a learner": (1_000, lambda text: relay.look(WISHES, text, "learner")),
    "announcement": (900, lambda text: announcement.text_fault(announcement.cleaned(text), HOSTS, WISHES)),
    "link of an announcement": (4_096, lambda text: announcement.link_fault(announcement.link_of(text), HOSTS)),
    "links": (4_096, lambda text: (links.links_in(text), links.parted(text), links.is_of(text, HOSTS))),
    "code": (80, lambda text: codes.shown(Text(text))),
    "code that is read": (4_096, codes.read),
    "name": (200, lambda text: onboarding.may_be_name(words(), clean(text))),
    "name of an office": (200, lambda text: (onboarding.is_of_office(words(), text), onboarding.is_sentence(text))),
    "to somebody": (4_096, lambda text: (lines.is_to_somebody(text), lines.names(text, "Lan Hương"))),
    "place": (80, lambda text: profile.places_named(text, WARDS)),
    "lesson's title": (2_000, lambda text: menu.titled(turn(), text)),
    "lesson": (2_000, lambda text: menu.find(turn(), text)),
    "reply": (200, lambda text: reply_of(words().ear, clean(text))),
    "list": (2_000, listed),
    "a whole turn": (4_096, lambda text: answer(turn(), Text(text))),
}
"""Each with the most characters that it is ever given; a list has no such bound, and reads cell by cell."""


@cache
def pieces() -> tuple[str, ...]:
    """Every word of every table, and what patterns are made of."""
    tables = (
        LESSONS / "words.yaml",
        LESSONS / "relay.yaml",
        LESSONS / "masking.yaml",
        *sorted((LESSONS / "answers").glob("*.yaml")),
    )
    written = "\n".join(each.read_text("utf-8") for each in tables)
    found = set(re.findall(r"[^\s\[\],:{}\"'#…/()&=!*?.]+", written))
    made_of = {
        "5 triệu",
        "1.5",
        "0912345678",
        "gov.vn",
        "a@b.vn",
        "http://",
        "1/2",
        "-",
        ".",
        "!",
        "?",
        "ừm…",
        "K7QF-9FHT",
    }
    return tuple(sorted(found | made_of))


def seconds(function: Function, text: str) -> float:
    began = process_time()
    function(text)
    return process_time() - began


def grows_too_fast(function: Function, text: str) -> bool:
    """Measured again before it is believed: the machine may have been busy, and half of it may say enough to stop."""
    for _ in range(8):
        whole = seconds(function, text)
        half, quarter = (seconds(function, text[: len(text) // part]) for part in (2, 4))
        if whole < FLOOR_S or whole < 3 * max(half, 2 * quarter):
            return False
    return True


def again_and_again(said: str, most: int) -> str:
    return (said * (most // len(said) + 1))[:most]


@pytest.mark.parametrize("name", FUNCTIONS)
def test_any_word_again_and_again(name: str, long_run: bool):
    """Every word of every table once, with one function or another; with every function under --long."""
    most, function = FUNCTIONS[name]
    at, every = list(FUNCTIONS).index(name), 1 if long_run else len(FUNCTIONS)
    slow = [
        said
        for number, word in enumerate(pieces()[at % every :: every])
        for said in [word + (" ", "", ", ")[number % 3]]
        if grows_too_fast(function, again_and_again(said, most))
    ]
    assert not slow, name


@pytest.mark.parametrize("name", FUNCTIONS)
@settings(max_examples=10, deadline=None, phases=[Phase.generate])  # what is found is short: shrinking takes minutes
@given(st.lists(st.sampled_from(pieces()), min_size=2, max_size=4), st.sampled_from([" ", "", ", ", ". "]))
def test_twice_as_much_costs_about_twice_as_much(name: str, again: list[str], between: str):
    most, function = FUNCTIONS[name]
    said = between.join([*again, ""])
    assert not grows_too_fast(function, again_and_again(said, most)), f"{name}: {said!r} again and again"


FORMERLY = {
    "hyphens": (r"\b[a-z0-9\-]{2,}\s(?:dot|cham|chấm)\s(?:com|net|vn)\b", "v6-may-khong-co-nfc"),
    "blanks": (r"(?<![\w@.])(?:[\w-]+\s?\.\s?)+(?:com|net|org)\b", "Nói. "),
}
"""Patterns of ours that were mended, each with a word of the tables that shows it."""


@pytest.mark.parametrize(("pattern", "said"), FORMERLY.values(), ids=FORMERLY)
def test_what_grew_with_the_square_is_found(pattern: str, said: str):
    """Longer than a message, so that no machine is quick enough to stay under the floor; tried again if disturbed."""
    found, text = re.compile(pattern, re.IGNORECASE).findall, again_and_again(said, 8_192)
    assert any(grows_too_fast(found, text) for _ in range(3))
