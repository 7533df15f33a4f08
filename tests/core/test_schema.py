"""The editor's schema: it is what the reader reads, every key has its words, good lessons pass and bad ones do not."""

from __future__ import annotations

import inspect
import json
import re
from collections.abc import Iterator
from typing import Any

import jsonschema
import pytest
import yaml
from hypothesis import given

from flows.engine.kinds.table import NAMED
from flows.reading.loader import load_lesson
from flows.reading.schema import HEADER, ITEM, STEP, Recorder, lesson_schema, read_head, read_kind, record
from flows.reading.schema_words import HEAD_WORDS, STEP_KEYS
from flows.yaml.fields import Fields
from tests.support import arbitrary
from tests.support.builders import LESSONS

SCHEMA = lesson_schema()
WORDS = {HEADER: HEAD_WORDS} | {name: kind.words for name, kind in NAMED.items()}
VALIDATOR = jsonschema.Draft7Validator(SCHEMA)


class AsEditorsRead(yaml.SafeLoader):
    """YAML 1.2 as the language server has it: a date is a text, only true and false are booleans."""

    yaml_implicit_resolvers: dict[str, list[Any]] = {}  # noqa: RUF012


for tag, pattern, first in (
    ("bool", r"true|false", "tf"),
    ("int", r"[-+]?[0-9]+", "-+0123456789"),
    ("float", r"[-+]?[0-9]+\.[0-9]+", "-+0123456789"),
    ("null", r"null|~|", ["n", "~", ""]),
):
    AsEditorsRead.add_implicit_resolver(f"tag:yaml.org,2002:{tag}", re.compile(f"^(?:{pattern})$"), list(first))


def faults(text: str) -> list[str]:
    found = VALIDATOR.iter_errors(yaml.load(text, Loader=AsEditorsRead))
    return sorted("/".join(map(str, fault.absolute_path)) + " " + str(fault.validator) for fault in found)


def lesson(steps: str, header: str = "") -> str:
    return f"lesson: thu\ntitle: Thử\n{header}steps:\n{steps}"


END = "  - end: het\n"


# --- it is the reader ---------------------------------------------------------------------------------


def test_the_file_is_fresh():
    """./camtay schema > lessons/schema.json"""
    assert json.loads((LESSONS / "schema.json").read_text("utf-8")) == SCHEMA


def test_the_schema_is_one():
    jsonschema.Draft7Validator.check_schema(SCHEMA)


def test_the_recorder_knows_every_way_to_ask():
    asking = {name for name, _ in inspect.getmembers(Fields, inspect.isfunction) if not name.startswith("_")}
    through = {"step_id", "name", "lesson_id", "hours"}  # these ask through `matching`
    reading = {"text_of", "fields_of"}  # these look into a node that `items` gave
    assert asking - through - reading <= vars(Recorder).keys()


def test_required_is_what_the_reader_calls_missing():
    _, head = record(read_head)
    assert {".".join(path) for path in head} == {"lesson", "title", "steps", f"guards.{ITEM}.go"}
    for kind in NAMED:
        _, required = record(read_kind(kind))
        assert ((kind,) in required, ("text",) in required) == (True, NAMED[kind].needs_text)
        for path in required:
            without = Recorder({}, told := set(), (), path)
            read_kind(kind)(without)
            assert path in told


# --- its words ----------------------------------------------------------------------------------------


def keys() -> Iterator[tuple[str, bool]]:
    """Every key of the reader as the table of words names it, and whether all kinds share it."""
    for path in record(read_head)[0]:
        yield f"{HEADER}.{name(path)}", False
    shared = set.intersection(*({name(path) for path in record(read_kind(kind))[0]} for kind in NAMED))
    for kind in NAMED:
        for path in record(read_kind(kind))[0]:
            if path != (kind,):
                where = STEP if name(path) in shared else kind
                yield f"{where}.{name(path)}", where == STEP


def name(path: tuple[str, ...]) -> str:
    return ".".join(part for part in path if part != ITEM)


def test_every_key_has_its_words_and_no_words_are_left_over():
    told = {f"{STEP}.{key}": words for key, words in STEP_KEYS.items()}
    told |= {f"{of}.{key}": words for of, about in WORDS.items() for key, words in about.keys.items()}
    assert set(told) == {key for key, _ in keys()}
    assert all(about.about and about.snippet for of, about in WORDS.items() if of != HEADER)
    for words in told.values():
        title, dash, description = words.partition(" — ")
        assert title and dash and description
        assert title[0].isupper()
        assert description[-1] in ".…"


def test_every_allowed_value_has_its_meaning():
    found = {
        f"{where}.{name(path)}": note.get("enum") or note["items"]["enum"]
        for where, read in [(HEADER, read_head), *((kind, read_kind(kind)) for kind in NAMED)]
        for path, note in record(read)[0].items()
        if "enum" in note or "enum" in note.get("items", {})
    }
    told = {f"{of}.{key}": list(values) for of, about in WORDS.items() for key, values in about.enums.items()}
    assert told == found


# --- what passes and what does not --------------------------------------------------------------------


@pytest.mark.parametrize("path", sorted(LESSONS.glob("*/**/lesson.yaml")), ids=lambda path: path.parent.name)
def test_every_lesson_passes_and_names_the_schema(path):
    text = path.read_text("utf-8")
    assert faults(text) == []
    modeline = re.match(r"# yaml-language-server: \$schema=(\S+)\n", text)
    assert modeline
    assert (path.parent / modeline[1]).resolve() == LESSONS / "schema.json"


@given(arbitrary.lesson_sources())
def test_what_the_reader_reads_passes(source: str):
    assert faults(source) == []


GOOD = [
    lesson("  - say: a\n    text: 113\n    checkpoint: true\n    tags: [x, 2]\n" + END),
    lesson("  - quiz: a\n    text: A\n    say: Đúng\n    type: number\n    accept: [50000, '5']\n    tries: 0\n" + END),
    lesson(END, "reviewed_on: 2026-11-22\nminutes: '5'\nmastery: {pass: 0, review_after: [2d]}\n"),
    lesson("  - set: a\n    values: {x: 1, y: true, z: ''}\n  - {wait: b, until: 20:00, window: 08:00-20:00}\n" + END),
    lesson("  - branch: a\n    split: {b: 50, c: 50}\n    else: b\n  - {wait: b, until: 2026-12-24 08:00}\n" + END),
    lesson("  - {help: a, text: A, kind: safety, share: [step]}\n  - {end: b, rate: 1-5}\n"),
]  # fmt: skip


@pytest.mark.parametrize("text", GOOD)
def test_good_ones(text: str):
    assert faults(text) == []
    assert [problem for problem in load_lesson(text.encode(), "l.yaml", ())[1] if problem.code < "E100"] == []


BAD = [
    (lesson("  - say: a\n    text: A\n    bubbles: b\n" + END), "steps/0 additionalProperties"),
    (lesson("  - say: a\n" + END), "steps/0 required"),
    (lesson("  - sai: a\n    text: A\n" + END), "steps/0 additionalProperties"),
    (lesson("  - Quiz\n" + END), "steps/0 type"),
    (lesson("  -\n" + END), "steps/0 type"),
    (lesson("  - quiz: a\n    text: [A]\n" + END), "steps/0/text type"),
    (lesson("  - quiz: a\n    text: A\n    type: ons\n" + END), "steps/0/type enum"),
    (lesson("  - quiz: a\n    text: A\n    tries: 21\n" + END), "steps/0/tries maximum"),
    (lesson("  - quiz: a\n    text: A\n    options: [{id: b}]\n" + END), "steps/0/options/0 required"),
    (lesson("  - quiz: a\n    text: A\n    options: [{id: b, text: B, right: 1}]\n"), "steps/0/options/0/right type"),
    (lesson("  - say: Ơi\n    text: A\n" + END), "steps/0/say pattern"),
    (lesson("  - wait: a\n    for: 1 ngày\n" + END), "steps/0/for pattern"),
    (lesson("  - wait: a\n    until: 8h\n" + END), "steps/0/until pattern"),
    (lesson("  - say: a\n    text: A\n    voice: {spoken: B}\n" + END), "steps/0/voice required"),
    (lesson(END, "langes: [vi]\n"), " additionalProperties"),
    (lesson(END, "guards: [{words: [a]}]\n"), "guards/0 required"),
    ("lesson: thu\nsteps:\n" + END, " required"),
    ("lesson: thu\ntitle: Thử\nsteps: []\n", "steps minItems"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "fault"), BAD)
def test_bad_ones(text: str, fault: str):
    assert faults(text) == [fault]
    assert load_lesson(text.encode(), "l.yaml", ())[1] != ()


def test_the_steps_of_one_lesson_are_offered_and_not_enforced():
    schema = lesson_schema(["chao", "het"])
    text = json.dumps(schema)
    assert text.count('"examples": ["chao", "het"]') > 10
    assert '"was"' in text
    jsonschema.validate(yaml.load(lesson("  - say: a\n    text: A\n    next: moi\n" + END), AsEditorsRead), schema)
