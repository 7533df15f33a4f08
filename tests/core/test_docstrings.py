"""What a function is for stands under its name, about a learner or officer rather than about "her"."""

from __future__ import annotations

import ast
from pathlib import Path

from bench.house import RIDDLES, docstrings, modules, public

ROOT = Path(__file__).parents[2]
ENOUGH = 0.85  # of public functions


def test_no_docstring_begins_with_a_riddle():
    riddles = [(path, told) for path, _, tree in modules(ROOT) for told in docstrings(tree) if told.startswith(RIDDLES)]
    assert riddles == []


def test_public_functions_say_what_they_do():
    known = [(path, node.name, ast.get_docstring(node)) for path, _, tree in modules(ROOT) for node in public(tree)]
    silent = [f"{path} {name}" for path, name, told in known if not told]
    assert len(known) > 1_000
    assert len(silent) <= (1 - ENOUGH) * len(known), silent
