"""Every rule has its examples; the bad one is told at its mark and only so, the good one is not."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

import pytest

from bot.cli.linting import problems
from bot.publishing.drafts import Circumstances
from flows.model import Lesson, Problem
from flows.reading.loader import load_lesson
from flows.rules.changes import impact
from flows.rules.checked import Checked
from flows.rules.lint import rules
from flows.rules.rulepage import MARK, RuleExample, examples, page, whole
from tests.support.media import opus, photo

ROOT = Path(__file__).parents[2]
FACTS = {"hotline_vneid": "1900 0368", "doan_dai": "x" * 1_997}
TABLES = {
    "tracks.yaml": '- {id: m, title: "M", order: 1}\n',
    "sources.yaml": "- {id: S1, title: a}\n",
    "words.yaml": (ROOT / "lessons" / "words.yaml").read_text(),
    "relay.yaml": (ROOT / "lessons" / "relay.yaml").read_text(),
    "masking.yaml": (ROOT / "lessons" / "masking.yaml").read_text(),
    "phrases.yaml": (ROOT / "lessons" / "phrases.yaml").read_text(),
    "m/khan/lesson.yaml": "lesson: khan\ntitle: Khẩn\ntrack: m\nemergency: true\nsteps:\n  - end: het\n",
}
# no lesson can be blamed, or none is short enough to be shown; test_lint.py, test_shelf.py and test_clock.py have them
OF_THE_SHELF = {"E009", "W509", "W511", "W512", "W705", "W706", "W905"}
EXAMPLES = {example.code: example for example in examples()}

MADE: Mapping[str, Callable[[], bytes]] = {".jpg": photo, ".ogg": lambda: opus(3)}
"""What an example writes as a letter: files that are what their names say."""

TRIED = Checked()
"""The examples of relay.yaml and the like were tried before: they are the same for every rule."""

Told = tuple[str, str, int, int]
"""Code, file, line, column."""


def marked(text: str) -> tuple[str, tuple[int, int] | None]:
    before, mark, after = text.partition(MARK)
    at = before.count("\n") + 1, len(before) - (before.rfind("\n") + 1) + 1
    return before + after, at if mark else None


def of_the_case(found: Iterable[Problem], about_sources: bool) -> list[Problem]:
    """Without what every short example lacks: the sources of its steps."""
    return [each for each in found if about_sources or each.code != "W305"]


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One place for all examples, so that what the tables promise is tried once."""
    return (tmp_path_factory.mktemp("rules") / "lessons").resolve()


def told(root: Path, example: RuleExample, snippet: str) -> tuple[list[Told], list[Told]]:
    """What lint says of the lesson and of what lies beside it, and what the marks announce."""
    shutil.rmtree(root, ignore_errors=True)
    wanted: list[Told] = []
    files = dict(TABLES)
    for name, text in {"lesson.yaml": whole(snippet), **example.beside}.items():
        plain, at = marked(text)
        files[f"m/thu/{name}"] = plain
        if at:
            wanted.append((example.code, name, *at))
    for name, text in files.items():
        path = (root / name).resolve()
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(MADE[path.suffix]() if path.suffix in MADE else text.encode())
    helped = frozenset[str]() if example.code == "W702" else None
    here = root / "m" / "thu"
    asked = [root] if any(name.startswith("../../") for name in example.beside) else [here]
    found = of_the_case(
        problems(root, asked, Circumstances(FACTS, helped=helped, reread_before="2025-01-01"), None, TRIED).problems,
        example.code == "W305",
    )
    return [(p.code, os.path.relpath(p.place.path, here), p.place.line, p.place.col) for p in found], wanted


def changed(example: RuleExample, snippet: str) -> tuple[list[Problem], tuple[int, int] | None]:
    """What publishing the snippet would say to those inside the former version."""
    plain, at = marked(whole(snippet))
    found = impact({1: loaded(whole(example.before))}, loaded(plain), {(1, example.inside): 3}, {}, example.urgent)
    return list(found.problems), at


def loaded(text: str) -> Lesson:
    lesson, faults = load_lesson(text.encode(), "lesson.yaml", ())
    assert lesson is not None, faults
    return lesson


def test_every_rule_has_its_examples():
    assert EXAMPLES.keys() == rules().keys()


STATIC = [e for e in EXAMPLES.values() if not e.before and e.code not in OF_THE_SHELF]
CHANGES = [e for e in EXAMPLES.values() if e.before]


@pytest.mark.parametrize("example", STATIC, ids=lambda example: example.code)
def test_the_bad_example_is_told_at_its_mark(example, root):
    found, wanted = told(root, example, example.bad)
    assert wanted, "no mark"
    assert found == wanted


@pytest.mark.parametrize("example", [e for e in STATIC if e.good], ids=lambda example: example.code)
def test_the_good_example_is_silent(example, root):
    assert told(root, example, example.good)[0] == []


@pytest.mark.parametrize("example", CHANGES, ids=lambda example: example.code)
def test_a_bad_edit_is_told(example):
    found, at = changed(example, example.bad)
    assert [(p.place.line, p.place.col) for p in found if p.code == example.code] == [at]
    if example.good:
        assert [p.code for p in changed(example, example.good)[0]] == ["I805"]


def test_the_page_is_fresh():
    assert (ROOT / "lessons" / "RULES.md").read_text() == page(), "./camtay lint --rules > lessons/RULES.md"
