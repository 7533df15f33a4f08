"""Where a character of a text stands in the file, however it is written there: plain, quoted, folded, as a block."""

from __future__ import annotations

from collections.abc import Sequence

from flows.model import SourcePosition
from flows.yaml.strictyaml import Scalar

_SKIPPED = " \t\\'"  # blanks, and what is written twice or before another character


def located(lines: Sequence[str], node: Scalar, offset: int) -> SourcePosition:
    """The place of character `offset` (from 0) of a text without the blanks around it; its beginning where unsure.

    `lines` are those of the file.
    """
    text = node.text
    target = len(text) - len(text.lstrip()) + offset
    line, col = node.line - 1, node.col - 1
    if not 0 <= line < len(lines) or target >= len(text):
        return node.place
    opening = lines[line][col : col + 1]
    if node.quoted and opening in ("|", ">"):
        line, col = line + 1, 0
    elif node.quoted and opening in ("'", '"'):
        col += 1
    for at, character in enumerate(text[: target + 1]):
        if character.isspace() and at < target:
            continue
        found = _next(lines, line, col, character)
        if found is None:
            return node.place
        line, col = found
        if at < target:
            col += 1
    return SourcePosition(node.path, line + 1, col + 1)


def _next(lines: Sequence[str], line: int, col: int, character: str) -> tuple[int, int] | None:
    """The next place of a character, past what a writer may put before it."""
    while line < len(lines):
        here = lines[line]
        while col < len(here):
            if here[col] == character:
                return line, col
            if here[col] not in _SKIPPED:
                return None
            col += 1
        if character.isspace():
            return line, col
        line, col = line + 1, 0
    return None
