"""What a lessons folder knows of scams: the signs, the sites, the drills; read together, tried together by lint."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from flows.drills import NO_DRILLS, Drill, Drills
from flows.model import Problem
from flows.reading.pattern_rows import MOST
from flows.reading.sign_rows import FileBytes, signs_of, unfound_examples
from flows.reading.tables import table_fields
from flows.saying import say
from flows.signs.signs import UNSIGNED, SignTable, links_of
from flows.words.ear.model import LazyModel, Model
from flows.yaml.fields import Fields

TABLES = ("signs.yaml", "sites.yaml", "drills.yaml")
LONGEST = 220  # characters of a drill: about two screens of the smallest phone with its frame
OPINIONS = ("asks.model", "scams.model")
_NUMBER = re.compile(r"(?:\d[ .\-]?){9,}")


@dataclass(frozen=True, slots=True)
class ScamTables:
    """`signs` and `drills` as read; `files` by the stem of their names, with the examples that lint tries, and the
    models that it tries them with."""

    signs: SignTable = UNSIGNED
    drills: Drills = NO_DRILLS
    files: Mapping[str, FileBytes] = field(default_factory=dict)


def scam_tables(
    tables: Mapping[str, FileBytes],
    sources: Collection[str],
    problems: list[Problem],
    model: Model | None = None,
    learnt: LazyModel | None = None,
) -> ScamTables:
    """The three tables among those of a folder, by the stem of their names; a missing one is empty. `model` is the
    second opinion of the relay, `learnt` the judgement beside the signs."""
    files = {stem: tables[stem] for stem in (name.partition(".")[0] for name in (*TABLES, *OPINIONS)) if stem in tables}
    signs = signs_of(files["signs"], files.get("sites"), problems, model, learnt) if "signs" in files else None
    drills = _drills(files["drills"], signs or UNSIGNED, sources, problems) if "drills" in files else NO_DRILLS
    return ScamTables(signs or UNSIGNED, drills, files)


def untrue_signs(tables: ScamTables) -> list[Problem]:
    """Which examples of the signs are not true; none without signs."""
    files, signs = tables.files, tables.signs
    if "signs" not in files:
        return []
    return unfound_examples(files["signs"], files.get("sites"), signs.model, signs.learnt)


def _drills(table: FileBytes, signs: SignTable, sources: Collection[str], problems: list[Problem]) -> Drills:
    fields = table_fields(table, problems)
    if fields is None:
        return NO_DRILLS
    seasons = _seasons(fields)
    found: dict[str, Drill] = {}
    for node in fields.items("drills", MOST):
        row = fields.fields_of(node, "drills")
        if row is None:
            continue
        drill = _drill(row, seasons, {sign.id for sign in signs.signs})
        _sources(row, sources)
        _harmless(row, drill, signs)
        row.done()
        if drill.id in found:
            row.tell("E004", row.node.place, say("mã “{id}” có hai lần", id=drill.id), say("hãy đổi một mã"))
        found[drill.id] = drill
    fields.done()
    return Drills(found)


def _seasons(fields: Fields) -> dict[str, frozenset[int]]:
    listed = fields.mapping("seasons")
    if listed is None:
        return {}
    found = {name: listed.texts(name) for name in listed.node.entries}
    months = {str(month) for month in range(1, 13)}
    for name, texts in found.items():
        if not months.issuperset(texts):
            listed.tell("E003", listed.node.place, say("“{key}” phải là các tháng từ 1 đến 12", key=name))
    return {name: frozenset(int(text) for text in texts if text in months) for name, texts in found.items()}


def _drill(row: Fields, seasons: Mapping[str, frozenset[int]], known: Collection[str]) -> Drill:
    season = row.one_of("season", sorted(seasons), "")
    drill = Drill(
        id=row.lesson_id("id", required=True) or "",
        text=row.text("text", required=True),
        real=row.flag("real") if row.has("real") else False,
        signs=row.texts("signs") if row.has("signs") else (),
        why=row.text("why", required=True),
        months=seasons.get(season, frozenset()),
    )
    if not row.has("season"):
        row.missing("season")
    for sign in drill.signs:
        if sign not in known:
            row.tell("E003", row.node.place, say("không có dấu hiệu nào mã “{id}”", id=sign), say("xem signs.yaml"))
    return drill


def _sources(row: Fields, sources: Collection[str]) -> None:
    named = row.texts("src") if row.has("src") else ()
    if not named:
        row.missing("src")
    for each in named:
        if sources and each not in sources:
            row.tell("E003", row.node.place, say("không có nguồn “{id}”", id=each), say("xem sources.yaml"))


def _harmless(row: Fields, drill: Drill, signs: SignTable) -> None:
    """A drill leads nowhere: no link, no number of a telephone or an account; a scam among them names its signs."""
    place = row.node.place
    if any(kind for _, kind in links_of(signs, drill.text)) or _NUMBER.search(drill.text):
        row.tell("E003", place, say("bài thử không được có đường link hay số bấm gọi được"), say("hãy cắt bằng dấu …"))
    if len(drill.text) > LONGEST:
        row.tell("E005", place, say("bài thử dài quá {most} ký tự", most=LONGEST), say("hãy cắt ngắn"))
    if drill.real == bool(drill.signs):
        row.tell("E003", place, say("tin lừa phải ghi signs, tin thật thì không"), say("xem đầu tệp drills.yaml"))
