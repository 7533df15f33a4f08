"""Every sentence of the code has its English, with the same values in it."""

from __future__ import annotations

import ast
import re
import string
from pathlib import Path

import pytest

from flows.model import Problem, SourcePosition
from flows.rules import changes
from flows.saying import catalogue, in_english, joined, line_of, say, short
from flows.yaml import fields
from flows.yaml.yamllines import KEYS

ROOT = Path(__file__).parents[2]
SOURCES = sorted((ROOT / "flows").rglob("*.py"))
DYNAMIC = {fields.MISSING, *changes._GONE.values()}  # templates that a name or a table holds


def said(path: Path) -> dict[str, int]:
    """Template → line of every `say(…)`."""
    found: dict[str, int] = {}
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "say" and node.args:
            first = node.args[0]
            if isinstance(first, ast.Constant) and isinstance(first.value, str):
                found[first.value] = node.lineno
    return found


ALL = {template: f"{path.name}:{line}" for path in SOURCES for template, line in said(path).items()}


def placeholders(template: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(template) if name}


def test_every_sentence_has_its_english():
    missing = {template: at for template, at in ALL.items() if template not in catalogue()}
    assert {each: at for each, at in missing.items() if re.search(r"[^\W\d_]", re.sub(r"\{[^{}]*\}", "", each))} == {}
    assert catalogue().keys() - ALL.keys() - DYNAMIC == set(), "nobody says these any more"
    assert catalogue().keys() >= DYNAMIC


def test_the_same_values_stand_in_both():
    for template, english in catalogue().items():
        assert placeholders(english) == placeholders(template), template
        bare = re.sub(r"“[^”]*”|\{[^{}]*\}", "", english)
        assert not re.search(r"[ăâđêôơưàáảãạèéẻẽẹìíỉĩịòóỏõọùúủũụỳýỷỹỵ]", bare.casefold()), (
            f"still Vietnamese: {english}"
        )


TOLD = {"Problem": 2, "LintFinding": 1, "tell": 2, "_tell": 1, "ConditionInvalid": 0}


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.name)
def test_no_problem_is_told_without_say(path):
    bare = []
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Call):
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            for argument in node.args[TOLD.get(name, 99) :]:
                plain = isinstance(argument, ast.Constant) and isinstance(argument.value, str) and argument.value
                if isinstance(argument, ast.JoinedStr) or (plain and not re.fullmatch(r"[EWI]\d{3}", str(plain))):
                    bare.append((node.lineno, ast.unparse(argument)))
    assert bare == []


def test_a_sentence_is_its_text_and_knows_its_english():
    near = say("có phải là “{near}”?", near="het")
    problem = Problem("E101", SourcePosition("f", 1, 2), say("không có bước nào tên “{to}”", to="hett"), near)
    assert str(problem) == "f:1:2: E101 không có bước nào tên “hett” (có phải là “het”?)"
    assert line_of(problem) == str(problem)
    assert in_english(line_of(problem)) == "f:1:2: E101 there is no step called “hett” (did you mean “het”?)"
    assert problem == Problem("E101", SourcePosition("f", 1, 2), "không có bước nào tên “hett”", "có phải là “het”?")


def test_sentences_inside_sentences_are_translated_too():
    assert in_english(joined([say("{count} ở lại", count=3), say("{count} chuyển", count=2)])) == "3 stay, 2 move"


def test_other_texts_stay_as_they_are():
    assert in_english("chào {chị}") == "chào {chị}"
    assert in_english(say("không ai dịch {x}", x="{y}")) == "không ai dịch {y}"
    assert len(short("x" * 1_000_000)) == 120


def test_the_keys_a_teacher_may_type_are_those_of_the_language():
    from flows.reading.schema import lesson_schema

    def names(node: object) -> set[str]:
        if isinstance(node, dict):
            own = set(node.get("properties", {})) if isinstance(node.get("properties"), dict) else set()
            return own.union(*map(names, node.values()))
        return set().union(*map(names, node)) if isinstance(node, list) else set()

    assert names(lesson_schema([])) - KEYS == set()
