"""A lived neighbourhood as rows, and the same rows of other people in another place. Pure.

While it is lived every id, name and place can be told from any other word, so that one pass over each text puts others
in their stead: in columns, in JSON, in what was said. What was true of the rows stays true of their copies.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import md5, sha1
from random import Random

from bot.people.pseudonyms import LENGTH, Pseudonyms
from bot.seeding import names
from bot.seeding.lived import ID_LENGTH
from bot.seeding.neighbourhood import WARD
from storage.engine.rows import Row
from storage.people import naming
from storage.people.areas import AreaRow

PREFIX = "zq"
"""What ids begin with while a neighbourhood is lived."""

WARD_NAME = "Phường Trấn Biên"

_ID = rf"{PREFIX}[0-9a-f]{{10}}(?:[0-9a-f]{{20}})?"
_PSEUDONYM = rf"(?<![0-9a-f])[0-9a-f]{{{LENGTH}}}(?![0-9a-f])"
_TOLD = re.compile(rf"{_ID}|Q[byz][a-z]{{3}}|{_PSEUDONYM}|{WARD}|{WARD_NAME}")

ONCE = ("lesson_version", "publication", "wording")
"""Tables that a world has once, however many live in it."""

MADE_OF_NAMES = ("person_word", "invitee_word")
"""Tables that are made anew of the names of a copy."""

LEFT_OUT = ("inbox", "key_value", "area", *ONCE, *MADE_OF_NAMES)
"""`area` is copied as well, but without the state's own part of it."""

OWN = ("learner_id", "chat_id", "claimed_by", "used_by", "subject")
"""Columns that name whose row it is."""

RowsByTable = Mapping[str, Sequence[Row]]


@dataclass(frozen=True, slots=True)
class PreparedRow:
    """A row; which of its columns are, and which hold, something that a copy has otherwise; `owner` is the number of
    the one of the staff whose row it is, -1 for none."""

    row: Row
    whole: tuple[str, ...]
    within: tuple[str, ...]
    owner: int

    def renamed(self, by: Renaming) -> Row:
        """The row of a copy."""
        row = self.row
        told = {name: by[row[name]] for name in self.whole}
        return {**row, **told, **{name: by.text(row[name]) for name in self.within}}


@dataclass(frozen=True, slots=True)
class LivedRows:
    """A neighbourhood ready to be copied: `staff` are ids and addresses of those who answer for it, `people` the ids of
    all, `pseudonyms` what each of these is called where a row outlives her."""

    rows: Mapping[str, Sequence[PreparedRow]]
    staff: Sequence[tuple[str, str]]
    people: Sequence[str]
    pseudonyms: Mapping[str, str]


def prepare(rows: RowsByTable, staff: Sequence[tuple[str, str]], called: Pseudonyms, lines: int) -> LivedRows:
    """`rows` by table; of each conversation the newest `lines` are kept. `staff`: (id, address) in their order."""
    of_staff = {each: number for number, both in enumerate(staff) for each in (*both, called.of(both[0]))}
    prepared = {}
    for name, every in rows.items():
        kept = _newest(every, lines) if name == "chat_log" else every
        if name == "area":
            kept = [row for row in every if row["kind"] in ("branch", "group")]
        if name not in LEFT_OUT or name == "area":
            prepared[name] = [PreparedRow(row, *_told_in(row), _owner(row, of_staff)) for row in kept]
    people = [str(row["learner_id"]) for row in rows["person"]]
    return LivedRows(prepared, staff, people, {called.of(each): each for each in people})


def _newest(rows: Sequence[Row], most: int) -> list[Row]:
    """Of each chat the newest lines, in their order."""
    left: dict[str, int] = {}
    kept = []
    for row in reversed(rows):
        left[row["chat_id"]] = left.get(row["chat_id"], most) - 1
        if left[row["chat_id"]] >= 0:
            kept.append(row)
    return kept[::-1]


def _told_in(row: Row) -> tuple[tuple[str, ...], tuple[str, ...]]:
    texts = {name: value for name, value in row.items() if isinstance(value, str) and _TOLD.search(value)}
    whole = tuple(name for name, value in texts.items() if _TOLD.fullmatch(value))
    return whole, tuple(name for name in texts if name not in whole)


def _owner(row: Row, of_staff: Mapping[str, int]) -> int:
    """Whose row it is, by the columns that say whose own it is, or whom it is about."""
    return next((of_staff[row[name]] for name in OWN if row.get(name) in of_staff), -1)


class Renaming(dict[str, str]):
    """What stands in a copy for each word that was told: made when it is first met, then always the same.

    `shared` are those who answer for several neighbourhoods, ids, addresses and names; `branch` names the next branch.
    """

    def __init__(
        self, scope: str, lived: LivedRows, called: Pseudonyms, ward: AreaRow, shared: Mapping[str, str],
        branch: Callable[[], str],
    ) -> None:  # fmt: skip
        super().__init__({**shared, WARD: ward.area_id, WARD_NAME: ward.name})
        self._scope, self._lived, self._called, self._branch = scope, lived, called, branch
        self._rng = Random(scope)

    def __missing__(self, told: str) -> str:
        self[told] = found = self._new(told)
        return found

    def _new(self, told: str) -> str:
        match told[:2]:
            case "zq":
                whole = told.ljust(ID_LENGTH, "0")
                return fresh(self._scope, whole)[: len(told)] if whole == told else self[whole][: len(told)]
            case "Qb":
                return self._branch()
            case "Qz" | "Qy":
                drawn = names.draw(self._rng)
                self[f"Qz{told[2:]}"], self[f"Qy{told[2:]}"] = drawn.said, drawn.full
                return self[told]
        person = self._lived.pseudonyms.get(told)
        return self._called.of(self[person]) if person else sha1(f"{self._scope}/{told}".encode()).hexdigest()

    def text(self, told: str) -> str:
        """A text with everything in it renamed."""
        return _TOLD.sub(lambda found: self[found[0]], told)


def findable(rows: Mapping[str, Sequence[Row]]) -> dict[str, list[Row]]:
    """The rows of a copy with what people and entries of lists are found and sorted by: made of their new names."""
    listed: dict[str, list[str]] = {}
    for row in sorted(rows["invitee"], key=lambda row: (-row["at"], row["invitee_id"])):
        if row["claimed_by"]:
            listed.setdefault(row["claimed_by"], []).append(row["name"])
    found = {name: list(some) for name, some in rows.items()}
    for name, key in (("person", "learner_id"), ("invitee", "invitee_id")):
        of = listed if name == "person" else {}
        found[name] = [{**row, **naming.keys_of(*of.get(row[key], ()), row["name"])} for row in rows[name]]
        found[f"{name}_word"] = [
            {"word": word, key: row[key], "search_key": row["search_key"]}
            for row in found[name]
            for word in row["search_key"].split()
        ]
    return found


def fresh(scope: str, told: str) -> str:
    """An id that looks like any other, always the same for the same scope and word."""
    return md5(f"{scope}/{told}".encode(), usedforsecurity=False).hexdigest()


def copied(lived: LivedRows, renaming: Renaming, owners: Collection[int]) -> Iterator[tuple[str, list[Row]]]:
    """Table by table the rows of a copy; of the staff's own only those of `owners`."""
    for name, prepared in lived.rows.items():
        yield name, [each.renamed(renaming) for each in prepared if each.owner < 0 or each.owner in owners]
