"""Every answer of every lesson, typed as people type: understood as itself, never as another; in doubt she is asked.

What is not asked of the machine, because a person could not tell either (rules, not lists of lessons):
- an answer that says the same as another answer once diacritics, politeness and spaces are gone may be asked about;
- a typed line that is, letter by letter, another answer of the same prompt means that one;
- "thông" for "không", a denial with another first letter, is asked about;
- a slip that makes another word, or stands as near to another word of the prompt, may be asked about;
- a line with emergency words is an emergency.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rapidfuzz.distance import OSA

import flows
from flows import Lesson
from flows.engine.input import own_answers
from flows.engine.kinds.table import kind_of
from flows.engine.stage import Stage
from flows.model import Quiz
from flows.words.ear.ear import listen
from flows.words.keys import Tokens, plain_of, spoken
from flows.words.tables import fold, glued, states
from flows.words.understand import Answered, Command, Emergency, Meaning, Own, Unsure, understand
from tests.support.arbitrary import checked, lesson_sources
from tests.support.builders import real_book, words
from tests.support.thumbs import OUTER, WAYS, places
from tests.support.world import universe

Prompt = tuple[Own, ...]


def prompts(one: Lesson) -> Iterator[tuple[str, Prompt, bool]]:
    """Each step that waits for one of several answers, what may be typed there, and whether numbers name them."""
    shelf = replace(real_book(), versions={(one.id, 1): one}, current={one.id: 1})
    for step in one.steps:
        if isinstance(step, Quiz) and step.type == "text":
            yield step.id, (Own("accept", step.accept),), False
            continue
        stage = Stage(shelf, one, flows.Run("r", one.id, 1, step.id, name="Lan"), universe())
        choices = kind_of(step).prompt(stage, step).choices
        if choices and all(choice.label for choice in choices):
            yield step.id, own_answers(stage, step, choices), True


@cache
def real_prompts() -> tuple[tuple[Prompt, bool], ...]:
    found = (prompt for one in real_book().versions.values() for prompt in prompts(one))
    return tuple(dict.fromkeys((own, numbered) for _, own, numbered in found))


@cache
def bare(text: str) -> tuple[frozenset[str], tuple[Tokens, ...]]:
    """Its letters alone, and its words, with less and less politeness."""
    table = words()
    return frozenset(glued(table, text)), states(table, fold(table, text))


def says_the_same(one: str, other: str) -> bool:
    """Once diacritics, politeness and spaces are gone."""
    (letters, mine), (theirs, yours) = bare(one), bare(other)
    return not letters.isdisjoint(theirs) or mine[-1] == yours[-1] or not set(mine).isdisjoint(yours)


def judge(own: Prompt, option: str, way: str, typed: str, *, slipped: bool, numbered: bool = True) -> str:
    """accepted, asked or wrong; excused where the rules above say so."""
    meaning = understand(words(), typed, own, numbered=numbered)
    others = [each for answer in own if answer.id != option for each in answer.ways]
    if meaning == Answered(option):
        return "accepted"
    if isinstance(meaning, Emergency) and listen(words().ear, typed).level == "ring":
        return "excused"
    if any(says_the_same(typed, other) for other in others):
        return "excused"
    if isinstance(meaning, Answered):
        return "wrong"
    if any(says_the_same(way, other) for other in others) or (slipped and excuses_slip(own, way, typed)):
        return "excused"
    return "asked" if isinstance(meaning, Unsure) else "lost"


def excuses_slip(own: Prompt, way: str, typed: str) -> bool:
    """Whether the slip made a word, or a word as near to another word that may be meant here."""
    table = words()
    meant = plain_of(spoken(way)).split()
    said = plain_of(spoken(typed)).split()
    strange = [word for word in said if word not in meant]
    here = table.around.union(*(fold(table, each) for answer in own for each in answer.ways)) - set(fold(table, way))
    known = table.around | table.spelling.keys() | table.either.keys() | here
    denial = any(len(word) == len(no) and word[1:] == no[1:] for word in strange for no in table.denials)
    near = denial or any(OSA.distance(word, other, score_cutoff=1) <= 1 for word in strange for other in here)
    return len(said) != len(meant) or near or any(fold(table, word)[0] in known or word in known for word in strange)


def typed_ways(way: str, inner: str, outer: str | None, seed: int) -> str:
    chance = Random(seed)
    if not any(character.isalnum() for character in way):
        return WAYS["polite"](way, chance) if inner == "polite" else way
    if outer == "no diacritics" and inner in NEEDS_MARKS:
        outer = None
    typed = WAYS[inner](way, chance)
    return WAYS[outer](typed, chance) if outer else typed


NEEDS_MARKS = ("dictated", "short or regional spelling")  # a phone that dictates writes diacritics


inner_ways = st.sampled_from(sorted(WAYS))
outer_ways = st.one_of(st.none(), st.sampled_from(OUTER))


@settings(max_examples=1_500, deadline=None)
@given(st.data(), inner_ways, outer_ways, st.integers(0, 2**32))
def test_every_answer_typed_in_any_way_means_itself(data: st.DataObject, inner: str, outer: str | None, seed: int):
    prompts = real_prompts()
    own, numbered = prompts[data.draw(st.integers(0, len(prompts) - 1))]  # a drawn prompt would be printed each time
    answer = data.draw(st.sampled_from(own))
    way = data.draw(st.sampled_from(answer.ways))
    check(own, answer, way, inner, outer, seed, numbered)


@settings(max_examples=60, deadline=None)
@given(lesson_sources(), st.lists(st.tuples(inner_ways, outer_ways, st.integers(0, 2**32)), min_size=10, max_size=10))
def test_the_same_in_lessons_that_nobody_wrote(source: str, typing: list[tuple[str, str | None, int]]):
    one, errors = checked(source)
    assert one is not None and not errors
    for _, own, numbered in prompts(one):
        for inner, outer, seed in typing:
            answer = Random(seed).choice(own)
            check(own, answer, Random(seed).choice(answer.ways), inner, outer, seed, numbered)


def check(own: Prompt, answer: Own, way: str, inner: str, outer: str | None, seed: int, numbered: bool) -> None:
    typed = typed_ways(way, inner, outer, seed)
    verdict = judge(own, answer.id, way, typed, slipped="typo" in inner, numbered=numbered)
    meaning = understand(words(), typed, own, numbered=numbered)
    assert verdict in ("accepted", "excused"), f"{way!r} as {typed!r}: {meaning}"


@pytest.mark.parametrize("own", [own for own, numbered in real_prompts() if numbered and len(own) > 1], ids=str)
def test_every_answer_can_be_named_by_its_place(own: Prompt):
    for at, answer in enumerate(own, 1):
        for typed in places(at, len(own)):
            others = [way for other in own for way in other.ways if says_the_same(typed, way)]
            if not others:
                assert understand(words(), typed, own) == Answered(answer.id), typed
    for typed in places(len(own) + 1, 9) if len(own) < 4 else ("5", "số 9", "câu e"):
        assert not isinstance(understand(words(), typed, own), Answered), typed


DENIALS = (
    "không",
    "ko",
    "hổng",
    "hông",
    "k",
    "chưa",
    "đừng",
    "chẳng",
    "khum",
    "khoong",
    "ddungwf",
    "dung",
    "hem",
    "chớ",
)


@settings(max_examples=600, deadline=None)
@given(st.data(), inner_ways, st.sampled_from(DENIALS), st.integers(0, 2**32))
def test_an_answer_denied_is_never_that_answer(data: st.DataObject, inner: str, denial: str, seed: int):
    prompts = real_prompts()
    own, numbered = prompts[data.draw(st.integers(0, len(prompts) - 1))]  # a drawn prompt would be printed each time
    answer = data.draw(st.sampled_from(own))
    if denies(answer.ways[0]) or (denial == "dung" and any(plain_of(way).startswith("dung") for way in answer.ways)):
        return
    typed = f"{denial} {typed_ways(answer.ways[0].lower(), inner, None, seed)}"
    if not any(says_the_same(typed, way) for way in answer.ways):  # "dung" before "Đúng" only says it twice
        assert understand(words(), typed, own, numbered=numbered) != Answered(answer.id), typed


@settings(max_examples=600, deadline=None)
@given(st.data(), inner_ways, st.integers(0, 2**32))
def test_an_answer_that_denies_is_never_meant_without_its_denial(data: st.DataObject, inner: str, seed: int):
    prompts = real_prompts()
    own, numbered = prompts[data.draw(st.integers(0, len(prompts) - 1))]  # a drawn prompt would be printed each time
    answer = data.draw(st.sampled_from(own))
    kept = [word for word in answer.ways[0].lower().split() if not denies(word)]
    typed = typed_ways(" ".join(kept), inner, None, seed)
    if kept and denies(answer.ways[0]) and not any(says_the_same(typed, way) for way in answer.ways):
        assert understand(words(), typed, own, numbered=numbered) != Answered(answer.id), typed


def denies(text: str) -> bool:
    return not words().denials.isdisjoint(fold(words(), text))


COMMAND_WAYS = ("as it is", "no diacritics", "NFD", "polite", "Telex keys")
COMMANDS = [(way, name) for way, name in words().exact_commands.items() if way[0].isalnum()]


@settings(max_examples=600, deadline=None)
@given(
    st.data(), st.sampled_from(COMMANDS), st.sampled_from(["as it is", "no diacritics", "NFD", "polite", "Telex keys"])
)
def test_global_words_are_heard_at_every_prompt(data: st.DataObject, command: tuple[str, str], inner: str):
    """Unless the step itself has an answer that is said like this: its own answers come first."""
    prompts = real_prompts()
    own, numbered = prompts[data.draw(st.integers(0, len(prompts) - 1))]  # a drawn prompt would be printed each time
    way, name = command
    typed = WAYS[inner](way, Random(way))
    if any(says_the_same(said, each) for said in (way, typed) for answer in own for each in answer.ways):
        return
    meant = understand(words(), typed, own, numbered=numbered)
    if isinstance(meant, Emergency) and listen(words().ear, typed).level == "ring":
        return  # better once too often
    same = {other for each, other in words().exact_commands.items() if says_the_same(typed, each)}
    assert isinstance(meant, Command) and meant.word in same | {name}, f"{typed}: {meant}"


ALARMS = ("tôi bị lừa rồi", "mất tiền rồi chị ơi", "nó trừ hết tiền", "lỡ đọc mã OTP", "bị hack tài khoản rồi")
EMERGENCY_WAYS = (
    *("as it is", "no diacritics", "some diacritics lost", "upper and lower case", "NFD", "polite", "dictated"),
    *("Telex keys", "VNI keys", "all spaces lost", "a letter held"),
)


@settings(max_examples=300, deadline=None)
@given(
    st.data(),
    st.sampled_from(ALARMS),
    st.sampled_from(EMERGENCY_WAYS),
    st.integers(0, 2**32),
)
def test_an_emergency_is_heard_before_anything_else(data: st.DataObject, alarm: str, inner: str, seed: int):
    prompts = real_prompts()
    own, numbered = prompts[data.draw(st.integers(0, len(prompts) - 1))]  # a drawn prompt would be printed each time
    typed = typed_ways(alarm, inner, None, seed)
    meaning = understand(words(), typed, own, numbered=numbered)
    assert isinstance(meaning, Emergency) or listen(words().ear, typed).level == "ask", typed


SLIPS = (
    (("Bấm nút xanh", "Bấm nút xám"), "bam nut xa"),
    (("Quét trước", "Quét trượt"), "quet truox"),
    (("Mở khóa", "Mở khoan"), "mo khoat"),
    (("Ngân hàng Đông", "Ngân hàng Đồng"), "ngan hang dong"),
    (("Má", "Mã"), "ma"),
)


@pytest.mark.parametrize(("labels", "typed"), SLIPS)
def test_two_answers_equally_near_are_asked_about(labels: tuple[str, ...], typed: str):
    own = tuple(Own(f"o{at}", (label,)) for at, label in enumerate(labels))
    meaning = understand(words(), typed, own)
    assert isinstance(meaning, Unsure) and set(meaning.options) == {"o0", "o1"}


@settings(max_examples=300, deadline=None)
@given(st.text(max_size=80), st.data())
def test_any_text_means_something(text: str, data: st.DataObject):
    prompts = real_prompts()
    own, numbered = prompts[data.draw(st.integers(0, len(prompts) - 1))]  # a drawn prompt would be printed each time
    assert isinstance(understand(words(), text, own, numbered=numbered), Meaning)
