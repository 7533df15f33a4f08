"""Where code asks which kind a step is, instead of asking the kind: `python -m tests.support.kind_questions [ROOT]`.

Counted are `isinstance` with a class of steps, a class of steps in a `case`, and one compared with `is`, `==` or `in`,
each class by itself; not counted is what stands in the kinds. `Lesson.of(Quiz)` picks the steps of one kind for a rule
that concerns that kind alone, and is told apart.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from flows.engine.kinds.table import KINDS

STEPS = frozenset(step.__name__ for step in KINDS)
OF_THE_KINDS = ("flows/engine/kind", "flows/engine/reviews.py")  # before and after they had a folder


class KindQuestion(NamedTuple):
    """`how` is isinstance, case, compared or of."""

    file: str
    line: int
    how: str
    step: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.how} {self.step}"


def questions(root: Path) -> list[KindQuestion]:
    """Every place of the product below `root` where the kind of a step is asked for."""
    found: list[KindQuestion] = []
    for path in sorted(path for room in ("flows", "bot", "storage") for path in (root / room).rglob("*.py")):
        file = str(path.relative_to(root))
        if not file.startswith(OF_THE_KINDS):
            tree = ast.parse(path.read_text("utf-8"))
            known = _imported(tree)
            for node in ast.walk(tree) if known else ():
                found += (KindQuestion(file, line, how, step) for how, line, step in _asked(node) if step in known)
    return found


def _imported(tree: ast.Module) -> set[str]:
    """Classes of steps, by their name, that a module has from the model."""
    imports = (node for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) and node.module == "flows.model")
    return {each.name for node in imports for each in node.names} & STEPS


def _asked(node: ast.AST) -> Iterator[tuple[str, int, str]]:
    match node:
        case ast.Call(func=ast.Name(id="isinstance"), args=[_, classes]):
            yield from (("isinstance", node.lineno, name) for name in _names(classes))
        case ast.Call(func=ast.Attribute(attr="of"), args=[classes]):
            yield from (("of", node.lineno, name) for name in _names(classes))
        case ast.MatchClass(cls=ast.Name(id=name)):
            yield "case", node.cls.lineno, name
        case ast.Compare():
            yield from (("compared", node.lineno, name) for part in node.comparators for name in _names(part))


def _names(node: ast.expr) -> list[str]:
    return [each.id for each in ast.walk(node) if isinstance(each, ast.Name)]


def main() -> int:
    found = questions(Path(sys.argv[1] if len(sys.argv) > 1 else "."))
    print(*found, sep="\n")
    picked = sum(each.how == "of" for each in found)
    print(f"{len(found) - picked} questions; {picked} rules and tables of one kind alone (Lesson.of)")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
