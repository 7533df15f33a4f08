"""What a table says once for several lines or columns, written out: merged cells, "nt", a name over two columns."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

from bot.people.policy.lists.heads import Heads
from bot.people.policy.lists.sheet import ListTable, PeopleList
from bot.people.policy.lists.words import key, short, tidy
from flows.saying import say

PLACES = ("xa_phuong", "chi_hoi", "to")
_DITTO = {'"', "''", "”", "″", "nt", "-nt-", "-", "//", "như trên", "nhu tren", "〃"}
Cells = list[str]


def filled(page: ListTable, heads: Heads, sheet: PeopleList) -> tuple[ListTable, Heads]:
    """The page and its heads with all of it written out; what is only likely is asked."""
    heads = _with_given_names(page, heads)
    rows = [(line, list(cells)) for line, cells in page.rows]
    columns = {at: name for name in PLACES for at in heads.of(name)}
    _fill_merged(page, dict(rows), set(columns))
    below = [cells for _, cells in rows[heads.last + 1 :]]
    for at, name in columns.items():
        _fill_dittos(below, at)
        _fill_below([cells for cells in below if _is_person(cells, heads)], at, name, heads, sheet)
    return replace(page, rows=rows), heads


def _with_given_names(page: ListTable, heads: Heads) -> Heads:
    """ "Họ và tên" over two columns says so once: a column of words beside it without a head belongs to it."""
    columns = dict(heads.columns)
    below = [cells for _, cells in page.rows[heads.last + 1 :] if _is_person(cells, heads)]
    for at in heads.of("ten"):
        following = at + 1
        while following not in heads.words and _goes_on(below, at, following):
            columns[following] = "ten"
            following += 1
    return replace(heads, columns=columns)


def _goes_on(rows: Sequence[Cells], at: int, following: int) -> bool:
    """Few people have no given name; totals and signatures below may be among the lines."""
    named = [cells for cells in rows if any(map(str.isalpha, _cell(cells, at)))]
    return sum(any(map(str.isalpha, _cell(cells, following))) for cells in named) * 3 > len(named)


def _fill_merged(page: ListTable, rows: dict[int, Cells], columns: set[int]) -> None:
    for first, left, last, right in page.merged:
        for line in range(first + 1, last + 1) if left == right and left in columns and first in rows else ():
            if line in rows:  # a row ends with its last filled cell
                rows[line] += [""] * (left + 1 - len(rows[line]))
                rows[line][left] = rows[first][left]


def _fill_dittos(rows: Sequence[Cells], at: int) -> None:
    above = ""
    for cells in rows:
        if _cell(cells, at):
            if _cell(cells, at).lower() in _DITTO and above:
                cells[at] = above
            above = cells[at]


def _fill_below(rows: Sequence[Cells], at: int, name: str, heads: Heads, sheet: PeopleList) -> None:
    """A merged column saved as CSV says each value once: where a column looks so, it is filled and asked.

    A branch that is left empty may also mean none: there two must be said, and most cells be empty.
    """
    said = [_cell(cells, at) for cells in rows]
    blanks = said.count("")
    repeats = any(one and key(one) == key(two) for one, two in pairwise(said))
    if not blanks or not said[0] or repeats:
        return
    if name != "xa_phuong" and (blanks * 2 < len(said) or len(said) - blanks < 2):
        return
    above = ""
    for cells in rows:
        above = _cell(cells, at) or above
        cells += [""] * (at + 1 - len(cells))
        cells[at] = above
    column = heads.words.get(at, name)
    ask = "Cột “{column}” để trống ở {blanks} dòng: lấy như dòng trên (ví dụ “{said}”)?"
    sheet.questions.append(say(ask, column=column, blanks=blanks, said=short(said[0])))


def _is_person(cells: Cells, heads: Heads) -> bool:
    numbers = [_cell(cells, at).removesuffix(".0") for at in heads.of("stt")]
    named = any(_cell(cells, at) for name in ("ho", "dem", "ten") for at in heads.of(name))
    return named and (not numbers or any(map(str.isdigit, numbers)))


def _cell(cells: Cells, at: int) -> str:
    return tidy(cells[at]) if at < len(cells) else ""
