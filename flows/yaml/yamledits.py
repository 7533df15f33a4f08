"""The lines of a file while they are mended: what was changed is remembered, so that places stay those of the file."""

from __future__ import annotations

from flows.model import Problem, SourcePosition


class YamlText:
    """The lines of a file, what was found in them, and how they were changed."""

    def __init__(self, text: str, path: str) -> None:
        self.path = path
        self.problems: list[Problem] = []
        self.lines = text.split("\n")
        self.guessed = False  # something was left out: what is missing may be its echo
        self._written = list(self.lines)
        self._edits: dict[int, list[tuple[int, int]]] = {}
        self.last = (-1, -1)  # where the parser stumbled before

    @property
    def text(self) -> str:
        """The mended text, with the file's number of lines."""
        return "\n".join(self.lines)

    @property
    def unchanged(self) -> bool:
        """Whether no edit has shifted anything: places of the text are those of the file."""
        return not self._edits

    def back(self, line: int, col: int) -> tuple[int, int]:
        """Line and column as written, of those in `text`; all count from 0."""
        for at, delta in reversed(self._edits.get(line, ())):
            if col > at:
                col = max(at, col - delta)
        return line, col

    def was_quote(self, line: int, col: int) -> bool:
        """Whether the file as written has a quotation mark there; line and column count from 0."""
        written = self._written[line] if line < len(self._written) else ""
        return written[col : col + 1] in ("'", '"')

    def tell(self, line: int, col: int, message: str, hint: str) -> None:
        """Note E001 at a place of the mended text, line and column from 0; told at the place of the file."""
        line, col = self.back(line, col)
        self.problems.append(Problem("E001", SourcePosition(self.path, line + 1, col + 1), message, hint))

    def put(self, line: int, col: int, text: str, instead: int = 0) -> None:
        """Write `text` at a column in place of so many characters."""
        was = self.lines[line]
        self.lines[line] = was[:col] + text + was[col + instead :]
        if len(text) != instead:
            self._edits.setdefault(line, []).append((col, len(text) - instead))

    def quote(self, line: int, start: int, value: str) -> None:
        """A text as it should have been written."""
        self.put(line, start + len(value), "'")
        for at in range(len(value) - 1, -1, -1):
            if value[at] == "'":
                self.put(line, start + at, "'")
        self.put(line, start, "'")
