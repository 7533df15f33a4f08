"""What a list is made of on its way: pages of cells, then rows, faults, notes and questions."""

from __future__ import annotations

from dataclasses import dataclass, field

from flows.saying import say

AREA, PERSON = "area", "person"


@dataclass(frozen=True, slots=True)
class ListTable:
    """One table as it stands: (line, cells), lines counting from 1 as an editor or Excel does.

    `merged` are its merged cells as (line, column, last line, last column), columns counting from 0.
    """

    name: str
    rows: list[tuple[int, list[str]]]
    merged: list[tuple[int, int, int, int]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class ListFault:
    """What is wrong: `line` counts from 1 as an editor does (0: the file itself), `column` is a head or ""."""

    line: int
    column: str
    message: str

    def at(self, file: str) -> str:
        """The fault as one line: file, line and column as far as they are known, what is wrong."""
        place = ":".join(filter(None, (file, str(self.line or ""), self.column)))
        return say("{place}: {message}", place=place, message=self.message)


@dataclass(frozen=True, slots=True)
class ListRow:
    """One sound line, names not looked up yet; `kind` is area or person, `role` "" for an area.

    `born` is "1962", "1962-03-05" or ""; it only tells namesakes apart and is not kept as such.
    """

    line: int
    kind: str
    name: str
    role: str
    ward: str
    branch: str
    group: str
    born: str = ""


@dataclass(slots=True)
class PeopleList:
    """What a file holds. With any fault nothing of it is to be imported; notes are told and hinder nothing.

    `questions` want a yes before anything is written; `titles` are the lines above the heads, where the ward may stand;
    `columns` the heads as they are written and what each was taken for ("" for nothing).
    """

    rows: list[ListRow] = field(default_factory=list)
    faults: list[ListFault] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    questions: list[str] = field(default_factory=list)
    titles: list[str] = field(default_factory=list)
    columns: list[tuple[str, str]] = field(default_factory=list)
