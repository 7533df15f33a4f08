"""By what people are found and put in order: keys of names, kept beside them by whatever writes a name.

`search_key` is every word of every name of a person (as the tutor calls her, as lists do) without case and marks, a
blank before each, so that a word's beginning is found within it; the same words stand singly in a table of their own,
by which few are found among many. `order_key` sorts as Vietnamese lists do, by the given name first, letters before
tones. All of it is made again from the names at any time.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from functools import lru_cache

from sqlalchemy import Connection, Table, bindparam, delete, select, update

from flows.words.keys import as_meant, plain_of
from storage.engine.upsert import insert_of
from storage.people import tables as people_t

KEYS = ("search_key", "order_key")
MOST = 30  # words of one person's names that are looked for
_ALPHABET = {letter: chr(ord("A") + at) for at, letter in enumerate("aăâbcdđeêfghijklmnoôơpqrstuưvwxyz")}
_TONES = {mark: str(at) for at, mark in enumerate("\u0300\u0309\u0303\u0301\u0323", 1)}
"""In the order of dictionaries: no tone, huyền, hỏi, ngã, sắc, nặng."""
_TOLD_APART = re.compile(r" \((?P<mark>[\d/, ]+)\)$")
"""What a list puts behind the name of somebody with a namesake: a year, a day, a number."""
_SAVE = (
    update(people_t.person)
    .where(people_t.person.c.learner_id == bindparam("id"))
    .values({name: bindparam(f"new_{name}") for name in KEYS})
)


def words_of(text: str) -> list[str]:
    """The words of a name, or of what is looked for, without case, marks and punctuation."""
    return re.sub(r"[\W_]+", " ", plain_of(as_meant(text))).split()


def keys_of(name: str, *further: str) -> dict[str, str]:
    """Both keys of whoever is called `name` in lists and otherwise, too."""
    words = dict.fromkeys(word for each in (name, *further) for word in words_of(each))
    return {"search_key": "".join(f" {word}" for word in list(words)[:MOST]), "order_key": order_key(name)}


def order_key(name: str) -> str:
    """What names are sorted by, character by character: the given name, then the others from the family name on."""
    marked = _TOLD_APART.search(name)
    words = re.sub(r"[\W_]+", " ", (name[: marked.start()] if marked else name).translate(_ONE_D)).split()
    last = len(words) - 1
    if last > 1 and words[last] in ("A", "B", "C", "D", "E"):  # "Nguyễn Thị Lan B": a list tells namesakes apart so
        last -= 1
    given, rest = words[last : last + 1], [*words[:last], *words[last + 1 :]] if words else []
    told = [marked["mark"]] if marked else []
    return " ".join([*map(_ordered, given), *map(_ordered, rest), *told])


def place_key(name: str) -> str:
    """What names of places are sorted by, character by character: from the first word on, letters before tones, numbers
    by how much they are ("Tổ 2" before "Tổ 10")."""
    words = re.sub(r"[\W_]+", " ", name.translate(_ONE_D)).split()
    return " ".join(word.zfill(9) if word.isdecimal() else _ordered(word) for word in words)


@lru_cache(maxsize=8_192)
def _ordered(word: str) -> str:
    """A word as letters of one alphabet, its tones behind it."""
    letters, tones = [], []
    for character in unicodedata.normalize("NFC", word.casefold()):
        parts = unicodedata.normalize("NFD", character)
        tones += [_TONES[part] for part in parts if part in _TONES]
        plain = unicodedata.normalize("NFC", "".join(part for part in parts if part not in _TONES))
        letters.append(_ALPHABET.get(plain) or (plain if plain.isascii() and plain.isalnum() else "~"))
    return "".join(letters) + ("".join(tones) or "0")


def put_in_order(connection: Connection, learner_ids: Iterable[str]) -> None:
    """Make keys and words of these people again from what they and their list entries are called now."""
    p, i = people_t.person.c, people_t.invitee.c
    ids = sorted(set(learner_ids))
    if not ids:
        return
    listed: dict[str, list[str]] = {}
    query = select(i.claimed_by, i.name).where(i.claimed_by.in_(ids)).order_by(i.at.desc(), i.invitee_id)
    for row in connection.execute(query):
        listed.setdefault(row.claimed_by, []).append(row.name)
    called = connection.execute(select(p.learner_id, p.name).where(p.learner_id.in_(ids))).all()
    keys = {row.learner_id: keys_of(*listed.get(row.learner_id, []), row.name) for row in called}
    if keys:
        of = [{"id": each, **{f"new_{key}": value for key, value in found.items()}} for each, found in keys.items()]
        connection.execute(_SAVE, of)
        connection.execute(delete(people_t.person_word).where(people_t.person_word.c.learner_id.in_(list(keys))))
        put_words(connection, people_t.person_word, {each: found["search_key"] for each, found in keys.items()})


def put_words(connection: Connection, table: Table, keys: Mapping[str, str]) -> None:
    """Write the words of these search keys (by the id of their bearer) into one of the two tables of words."""
    of = next(column.name for column in table.columns if column.name.endswith("_id"))
    rows = [{"word": word, of: each, "search_key": key} for each, key in sorted(keys.items()) for word in key.split()]
    into = insert_of(connection.dialect.name)
    if rows:
        connection.execute(into(table).on_conflict_do_nothing(), rows)


_ONE_D = str.maketrans({"Ð": "Đ", "Ɖ": "Đ", "ð": "đ", "ɖ": "đ"})  # what old lists write for it
