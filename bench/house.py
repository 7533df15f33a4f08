"""`python3 -m bench.house [FOLDER …]`: what a stranger would count in the product, of this checkout or others."""

from __future__ import annotations

import ast
import re
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from statistics import median

ROOMS = ("bot", "flows", "storage")
LONG = 400  # lines of a module
RIDDLES = ("She ", "Her ", "Hers", "Likewise", "As above")


def modules(root: Path) -> Iterator[tuple[str, str, ast.Module]]:
    """Path, text and tree of every product module."""
    for room in ROOMS:
        for path in sorted((root / room).rglob("*.py")):
            text = path.read_text("utf-8")
            yield str(path.relative_to(root)), text, ast.parse(text)


def names(tree: ast.Module) -> Iterator[str]:
    """Public names of classes and aliases that a module defines."""
    for node in tree.body:
        if isinstance(node, ast.ClassDef):
            found = [node.name]
        elif isinstance(node, ast.Assign):
            found = [each.id for each in node.targets if isinstance(each, ast.Name)]
        else:
            found = []
        yield from (each for each in found if re.fullmatch(r"[A-Z][a-z]\w*", each))


def functions(tree: ast.Module) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    """Every function and method, nested ones too."""
    yield from (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))


def public(tree: ast.Module) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    """Public functions of the module and public methods of its public classes; no protocols' bare signatures."""
    for node in tree.body:
        held = node.body if isinstance(node, ast.ClassDef) and not node.name.startswith("_") else [node]
        yield from (
            each
            for each in held
            if isinstance(each, ast.FunctionDef | ast.AsyncFunctionDef) and not each.name.startswith("_")
        )


def docstrings(tree: ast.Module) -> Iterator[str]:
    """Every docstring there is: of the module, its classes, functions and methods, private and nested ones too."""
    told = ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef
    yield from filter(None, (ast.get_docstring(node) for node in ast.walk(tree) if isinstance(node, told)))


def count(root: Path) -> dict[str, str]:
    """What is counted → how much of it."""
    found = list(modules(root))
    defined = Counter(name for _, _, tree in found for name in set(names(tree)))
    lines = [text.count("\n") for _, text, _ in found]
    lengths = [1 + (node.end_lineno or 0) - node.lineno for _, _, tree in found for node in functions(tree)]
    docs = [ast.get_docstring(node) for _, _, tree in found for node in public(tree)]
    told = [each for each in docs if each]
    every = [each for _, _, tree in found for each in docstrings(tree)]
    statements = sum(isinstance(node, ast.stmt) for _, _, tree in found for node in ast.walk(tree))
    return {
        "modules": str(len(found)),
        "names of classes and aliases defined in two or more modules": str(sum(n > 1 for n in defined.values())),
        f"modules over {LONG} lines": str(sum(each > LONG for each in lines)),
        "lines of a function, median": f"{median(lengths):g}",
        "public functions with a docstring": f"{len(told) / len(docs):.0%} of {len(docs)}",
        "docstrings that begin with a riddle": str(sum(each.startswith(RIDDLES) for each in every)),
        "statements": str(statements),
        "of them docstrings": str(len(every)),
    }


def main() -> None:
    """Print the figures, those of each folder in a column."""
    columns = [count(Path(each)) for each in sys.argv[1:] or ["."]]
    for what in columns[0]:
        print(f"{what:<64}", *(f"{each[what]:>16}" for each in columns))


if __name__ == "__main__":
    main()
