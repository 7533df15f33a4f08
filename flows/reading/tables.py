"""The tables of a lessons folder: tracks, sources, words, sentences, and the weights of the ear."""

from __future__ import annotations

import re
from dataclasses import dataclass

from flows.model import Problem, SourcePosition
from flows.reading.unchanged import read_once
from flows.reading.word_faults import word_problems
from flows.saying import said_by, say
from flows.words.ear.model import LazyModel, Model, ModelInvalid, checked, model_of
from flows.yaml import strictyaml
from flows.yaml.fields import Fields
from flows.yaml.strictyaml import Document, Mapping, Sequence

PROVEN = ("A", "B")  # grades of sources on which something may be taught

_HOST = re.compile(r"https?://(?:www\.|m\.|amp\.)?([^/\s]+)")
_YEAR = re.compile(r"(?:\d{1,2}/)?20\d\d")


@dataclass(frozen=True, slots=True)
class Track:
    """A group of lessons in the menu. `need` is the button by which a learner says that she wants this first ("" for
    none); `for_instructors`: nobody else is shown it.
    """

    id: str
    title: str
    order: int
    place: SourcePosition
    need: str = ""
    for_instructors: bool = False


@dataclass(frozen=True, slots=True)
class Phrase:
    """One sentence of the tutor's own."""

    id: str
    text: str
    place: SourcePosition


def _rows(table: tuple[str, bytes], problems: list[Problem]) -> list[Fields]:
    path, raw = table
    document = strictyaml.read(raw, path)
    problems.extend(document.problems)
    if document.root is None:
        return []
    rows = document.root.items if isinstance(document.root, Sequence) else []
    wrong = [row for row in rows if not isinstance(row, Mapping)] if rows else [document.root]
    for node in wrong:
        problems.append(
            Problem("E003", node.place, say("bảng phải gồm các dòng “- {{id: …, …}}”"), say("xem các dòng có sẵn"))
        )
    return [Fields(row, problems) for row in rows if isinstance(row, Mapping)]


def tracks_of(table: tuple[str, bytes], problems: list[Problem]) -> tuple[Track, ...]:
    """The tracks of tracks.yaml by `order`; an id that comes twice is told into `problems` and kept once."""
    tracks: dict[str, Track] = {}
    for row in _rows(table, problems):
        track_id = row.lesson_id("id", required=True)
        title, order, place = row.text("title", required=True), row.number("order", 0), row.node.place
        whose = row.one_of("for", ("everybody", "instructors"), "everybody")
        track = Track(track_id or "", title, order, place, row.text("need"), whose == "instructors")
        row.done()
        if track.id in tracks:
            row.tell("E004", track.place, say("mã nhóm “{id}” có hai lần", id=track.id), say("hãy đổi một mã"))
        elif track.id:
            tracks[track.id] = track
    return tuple(sorted(tracks.values(), key=lambda track: track.order))


def sources_of(table: tuple[str, bytes], problems: list[Problem]) -> dict[str, str]:
    """Id → how it is cited to whoever reads: the site, and when it was written; what is unproven is not cited."""
    found: dict[str, str] = {}
    for row in _rows(table, problems):
        grade = row.text("grade")
        if grade not in ("", *PROVEN):
            message = say("nguồn hạng “{grade}” là điều chưa kiểm chứng", grade=grade)
            row.tell("E003", row.node.place, message, say("chỉ dẫn nguồn hạng A hay B; bỏ dòng này"))
            continue
        host = _HOST.match(row.text("address"))
        dated = "".join(_YEAR.findall(row.text("date"))[-1:])
        site = host[1] if host else row.text("title")
        found[row.text("id", required=True)] = f"{site}, {dated}" if dated else site
    return found


@read_once
def words_of(table: tuple[str, bytes], problems: list[Problem]) -> dict[str, tuple[str, ...]]:
    """The global commands and the ways to say them."""
    fields = table_fields(table, problems)
    if fields is not None:
        problems.extend(word_problems(Document(fields.node, ())))
    commands = fields.mapping("commands") if fields else None
    return {name: commands.texts(name) for name in commands.node.entries} if commands else {}


def ear_of(table: tuple[str, bytes], problems: list[Problem]) -> Model | None:
    """The weights of the ear; without them only the phrases that leave no doubt are heard."""
    try:
        return model_of(table[1])
    except ModelInvalid as fault:
        message = say("tệp này {fault}: máy chỉ nghe được các lời chắc chắn trong words.yaml", fault=said_by(fault))
        problems.append(Problem("E009", SourcePosition(table[0], 1, 1), message, say("chạy ./camtay train để làm lại")))
        return None


def asks_of(table: tuple[str, bytes], problems: list[Problem]) -> Model | None:
    """The weights of the second opinion beside the rules of the relay; without them the rules are all there is."""
    try:
        return model_of(table[1])
    except ModelInvalid as fault:
        message = say(
            "tệp này {fault}: tin giữa hai người chỉ được xét bằng luật trong relay.yaml", fault=said_by(fault)
        )
        problems.append(Problem("E009", SourcePosition(table[0], 1, 1), message, say("chạy ./camtay train để làm lại")))
        return None


def judgement_of(table: tuple[str, bytes], problems: list[Problem]) -> LazyModel | None:
    """The learnt opinion beside the signs of a scam, read when it is first asked for; without it the signs are all
    there is."""
    try:
        checked(table[1])
        return LazyModel(table[1])
    except ModelInvalid as fault:
        message = say("tệp này {fault}: tin lừa chỉ được xét bằng dấu hiệu trong signs.yaml", fault=said_by(fault))
        problems.append(Problem("E009", SourcePosition(table[0], 1, 1), message, say("chạy ./camtay train để làm lại")))
        return None


def phrases_of(table: tuple[str, bytes], problems: list[Problem]) -> tuple[Phrase, ...]:
    """The sentences of phrases.yaml with their places; one that is no text is told and left out."""
    fields = table_fields(table, problems)
    found = ((key, node, fields.text_of(node, key)) for key, (_, node) in fields.node.entries.items()) if fields else ()
    return tuple(Phrase(key, text, node.place) for key, node, text in found if text is not None)


def table_fields(table: tuple[str, bytes], problems: list[Problem]) -> Fields | None:
    """The mapping that a file is (path, bytes); None where it is none, which is told."""
    path, raw = table
    document = strictyaml.read(raw, path)
    problems.extend(document.problems)
    if isinstance(document.root, Mapping):
        return Fields(document.root, problems)
    if document.root is not None:
        message = say("bảng chữ phải gồm các mục “tên: giá trị”")
        problems.append(Problem("E003", document.root.place, message, say("xem bảng có sẵn")))
    return None
