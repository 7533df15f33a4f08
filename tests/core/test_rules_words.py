"""The tables of how learners type: our own have no fault, and every fault is told where it stands."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.model import Problem
from flows.reading.word_faults import ABOUT, word_problems
from flows.yaml import strictyaml
from tests.support.builders import LESSONS

PATH = "words.yaml"


def problems(source: str | bytes) -> list[Problem]:
    document = strictyaml.read(source, PATH)
    return [*document.problems, *word_problems(document)]


def test_our_own_tables_have_no_fault():
    assert problems((LESSONS / "words.yaml").read_bytes()) == []


# ► stands where the fault is told.
FAULTS = [
    ("E002", "►fillers_: [nha]\n"),
    ("E002", "fillers: [nha]\n►spel: {ko: khong}\n"),
    ("E003", "fillers: ►nha\n"),
    ("E003", "spelling: ►[ko]\n"),
    ("E003", "spelling: {ko: ►[khong]}\n"),
    ("E003", "answers: {done: ►xong}\n"),
    ("E003", "fillers: [nha, ►[a]]\n"),
    ("E003", "fillers: [nha, ►'...']\n"),
    ("E003", "spelling: {►ko: '-'}\n"),
    ("E003", "numbers: {một: 1, ►hai: nhì}\n"),
    ("E003", "ordinals: {►nhất: 0}\n"),
    ("E003", "letters: [a, ►bb]\n"),
    ("E003", "emergency: [►lỡ/ bấm]\n"),
    ("W010", "emergency: [►… mất tiền]\n"),
    ("W010", "fillers: [nha, ►NHÁ]\n"),
    ("W010", "answers: {done: [xong rồi, ►xong rùi]}\nspelling: {rui: roi}\n"),
    ("W010", "spelling: {►khong: không}\n"),
    ("W010", "spelling: {►xoong: xong}\n"),
    ("E010", "spelling: {►1: một}\n"),
    ("E010", "spelling: {ko: k, ►kh: ko, k: khong}\n"),
    ("E010", "spelling: {rui: roi, ►RUI: vui}\n"),
    ("E010", "commands: {stop: [dừng], back: [►dung]}\n"),
    ("E010", "commands: {stop: [nghỉ nha], help: [giúp, ►Nghĩ nhà]}\n"),
    ("E010", "answers: {done: [rồi], stuck: [chưa], later: [►rồi]}\n"),
    ("E010", "answers: {yes: [chịu], no: [không, ►chịu]}\n"),
    ("E010", "denials: [không]\nfillers: [nha, ►không]\n"),
    ("E010", "denials: [không]\nspelling: {►khong: co}\n"),
    ("E010", "emergency: [bị lừa]\nemergency_around: [tôi]\ncommands: {help: [giúp, ►tôi bị lừa]}\n"),
]


@pytest.mark.parametrize(("code", "marked"), FAULTS)
def test_every_fault_is_told_at_its_place(code: str, marked: str):
    before = marked[: marked.index("►")]
    line, col = before.count("\n") + 1, len(before) - (before.rfind("\n") + 1) + 1
    found = [problem for problem in problems(marked.replace("►", "")) if problem.code == code]
    assert (line, col) in [(problem.place.line, problem.place.col) for problem in found]
    assert all(problem.message and problem.place.path == PATH for problem in found)


def test_every_code_of_its_own_is_tried():
    assert {code for code, _ in FAULTS} >= ABOUT.keys()


ALLOWED = [
    "commands: {help: [giúp, giup]}\n",
    "answers: {next: [rồi], done: [rồi], yes: [rồi]}\n",
    "spelling: {mần: làm, hông: không, ko: khong, căn cước: cccd}\n",
    "denials: [không]\nspelling: {ko: khong, nỏ: không}\n",
    "",
]


@pytest.mark.parametrize("source", ALLOWED)
def test_what_is_no_fault_is_not_told(source: str):
    assert [problem for problem in problems(source) if problem.code != "E001"] == []


keys = st.sampled_from("spelling fillers commands answers numbers emergency denials either letters x".split())
texts = st.text("ako đừng…/1x ", max_size=6)
values = st.recursive(texts, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3))


@given(st.dictionaries(keys, values))
def test_whatever_stands_in_the_tables_the_rules_do_not_fall_over(table: dict[str, object]):
    source = "".join(f"{key}: {_flow(value)}\n" for key, value in table.items())
    assert all(problem.place.line >= 1 for problem in problems(source))


def _flow(value: object) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"'{key}': {_flow(each)}" for key, each in value.items()) + "}"
    return "[" + ", ".join(map(_flow, value)) + "]" if isinstance(value, list) else f"'{value}'"
