"""One word for one thing: no public class or alias is defined twice, the glossary's names exist, former ones do not."""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
GLOSSARY = (ROOT / "docs" / "glossary.md").read_text("utf-8")
FORMER = frozenset(
    """Session Talk SessionRow SessionCorrupt World Crew Post Self News Feeder Announcer Models ModelRow Desk Office
    Tell Told Turn TelegramLine Place Plan Shown Rules""".split()
)


@cache
def defined() -> dict[str, list[str]]:
    """Public class and alias names of the product → the modules that define them."""
    found: dict[str, list[str]] = defaultdict(list)
    for room in ("bot", "flows", "storage"):
        for path in sorted((ROOT / room).rglob("*.py")):
            for node in ast.parse(path.read_text("utf-8")).body:
                for name in _names(node):
                    found[name].append(str(path.relative_to(ROOT)))
    return found


def _names(node: ast.stmt) -> list[str]:
    if isinstance(node, ast.ClassDef):
        names = [node.name]
    elif isinstance(node, ast.Assign):
        names = [each.id for each in node.targets if isinstance(each, ast.Name)]
    elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
        names = [node.target.id]
    else:
        names = []
    return [each for each in names if re.fullmatch(r"[A-Z][a-z]\w*", each)]


def functions() -> set[str]:
    """Names of the product's top-level functions."""
    paths = [path for room in ("bot", "flows", "storage") for path in (ROOT / room).rglob("*.py")]
    nodes = (node for path in paths for node in ast.parse(path.read_text("utf-8")).body)
    return {node.name for node in nodes if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)}


def test_no_name_of_a_class_or_alias_is_defined_twice():
    assert {name: modules for name, modules in defined().items() if len(modules) > 1} == {}


def test_every_name_in_the_glossary_exists():
    terms = re.findall(r"`([A-Za-z]\w*)`", GLOSSARY.split("## Former names")[0])
    tables_and_rooms = {"code", "bot", "storage", "flows", "session"}
    known = defined().keys() | functions() | tables_and_rooms
    assert len(terms) > 40
    assert [each for each in terms if each not in known] == []


def test_no_former_name_is_left():
    told = GLOSSARY.split("## Former names")[1]
    assert all(name in told for name in FORMER)
    assert FORMER.isdisjoint(defined())
