"""The nouns of `lessons/masking.yaml`: read, checked, and tried on the examples that each row brings with it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from flows.model import Problem, SourcePosition
from flows.reading.tables import table_fields
from flows.reading.unchanged import read_once
from flows.saying import say
from flows.words.masking import mask
from flows.words.nouns import FARTHEST, KINDS, NEVER, PHONE, ROLES, NounRow, NounTable, Role, is_noun
from flows.yaml.fields import NAME, Fields, one_of
from flows.yaml.strictyaml import Scalar

ABOUT = {
    "E013": "tiếng gọi hoặc dáng số trong masking.yaml không đọc được",
    "E014": "ví dụ trong masking.yaml không được che, hoặc không được để yên, như đã ghi",
}
MOST = 500  # entries of one list
BUILT_IN = {"phone": PHONE}
_INSERTED = re.compile(r"\{([a-z_]+)\}")
_REPEATED_GROUP = re.compile(r"\)[*+{]")


@read_once
def nouns_of(table: tuple[str, bytes], problems: list[Problem]) -> NounTable | None:
    """The nouns of a file; None where it is no table at all. A fault in one row hides no other.

    Their examples are not tried: see `unmasked_examples`.
    """
    nouns, _ = _read(table, problems)
    return nouns


def unmasked_examples(table: tuple[str, bytes]) -> list[Problem]:
    """Which examples are not dealt with as they say; none where a row cannot be read."""
    problems: list[Problem] = []
    nouns, rows = _read(table, problems)
    if nouns is None or any(each.severity == "error" for each in problems):
        return []
    return [problem for row, fields in rows for problem in _tried(nouns, row, fields)]


def _read(table: tuple[str, bytes], problems: list[Problem]) -> tuple[NounTable | None, list[tuple[NounRow, Fields]]]:
    fields = table_fields(table, problems)
    if fields is None:
        return None, []
    shapes, groups = _shapes(fields), _groups(fields)
    rows = [
        (_row(row, shapes, groups, secret=key == "secrets"), row)
        for key in ("secrets", "others")
        for node in fields.items(key, MOST)
        if (row := fields.fields_of(node, key)) is not None
    ]
    nothing = NounRow("", NEVER, 0, _nouns(fields, "nothing", groups))
    cues = NounRow("", NEVER, FARTHEST, _nouns(fields, "cues", groups), role="cues")
    for key in ("shapes", "secrets", "others", "nothing", "cues"):
        if not fields.has(key):
            fields.missing(key)
    fields.done()
    _only_once(rows)
    return NounTable((*(row for row, _ in rows), nothing, cues)), rows


def _shapes(fields: Fields) -> Mapping[str, str]:
    """Name → regular expression; what cannot be read fits no number."""
    found = dict(BUILT_IN)
    listed = fields.mapping("shapes")
    for name, (key, node) in listed.node.entries.items() if listed else ():
        if name in BUILT_IN or not NAME.fullmatch(name):
            fields.tell("E004", key.place, say("dáng “{name}” không đặt tên vậy được", name=name), say("hãy đổi tên"))
        text = fields.text_of(node, name)
        if text is not None:
            found.setdefault(name, _shape(fields, text, node.place, found))
    return found


def _shape(fields: Fields, text: str, place: SourcePosition, known: Mapping[str, str]) -> str:
    strange = next((each[1] for each in _INSERTED.finditer(text) if each[1] not in known), None)
    if strange is not None:
        fields.tell("E013", place, say("không có dáng {{{name}}} ở trên", name=strange), one_of(sorted(known)))
        return NEVER
    if _REPEATED_GROUP.search(text):
        hint = say("viết hẳn ra mấy lần")
        fields.tell("E013", place, say("dáng “{text}” có nhóm lặp: máy có thể đứng", text=text), hint)
        return NEVER
    whole = _INSERTED.sub(lambda each: known[each[1]], text)
    try:
        re.compile(whole)
    except re.error:
        hint = say("xem các dáng có sẵn ở đầu tệp")
        fields.tell("E013", place, say("dáng “{text}” không đọc được", text=text), hint)
        return NEVER
    return whole


def _groups(fields: Fields) -> Mapping[str, tuple[str, ...]]:
    listed = fields.mapping("groups")
    return {name: _nouns(listed, name, {}) for name in listed.node.entries} if listed else {}


def _nouns(fields: Fields, key: str, groups: Mapping[str, tuple[str, ...]]) -> tuple[str, ...]:
    """The nouns of a list, those of a group in its place."""
    found: list[str] = []
    for node in _scalars(fields, key):
        group = _INSERTED.fullmatch(node.text)
        if group and group[1] in groups:
            found += groups[group[1]]
        elif group:
            fields.tell("E013", node.place, say("không có nhóm chữ {{{name}}}", name=group[1]), one_of(sorted(groups)))
        elif is_noun(node.text):
            found.append(node.text)
        else:
            hint = say("xem đầu tệp masking.yaml: cách viết một tiếng gọi")
            fields.tell("E013", node.place, say("“{text}” không đọc được", text=node.text), hint)
    return tuple(found)


def _scalars(fields: Fields, key: str) -> list[Scalar]:
    """The texts of a list with their places; what is none is told."""
    nodes = fields.items(key, MOST) if fields.has(key) else []
    return [node for node in nodes if fields.text_of(node, key) is not None and isinstance(node, Scalar)]


def _row(row: Fields, shapes: Mapping[str, str], groups: Mapping[str, tuple[str, ...]], *, secret: bool) -> NounRow:
    roles: tuple[Role, ...] = ("", *ROLES)
    found = NounRow(
        id=row.lesson_id("id", required=True) or "",
        kind=row.one_of("kind", KINDS, "") if secret else "",
        shape="|".join(shapes[name] for name in row.some_of("shape", sorted(shapes))) or NEVER,
        reach=row.number("reach", FARTHEST, 1, FARTHEST),
        role=row.one_of("role", roles, ""),
        six=row.flag("six"),
        vague=row.flag("vague"),
        plain=row.flag("plain"),
        nouns=_nouns(row, "nouns", groups),
    )
    for key in ("kind", "shape", "nouns", "hide") if secret else ("shape", "nouns", "keep"):
        if not row.has(key):
            row.missing(key)
    for key in ("hide", "keep") if secret else ("keep",):  # where nothing is a secret, nothing is hidden
        _scalars(row, key)
    row.done()
    return found


def _only_once(rows: list[tuple[NounRow, Fields]]) -> None:
    seen: set[str] = set()
    for row, fields in rows:
        if row.id in seen:
            fields.tell("E004", fields.node.place, say("mã “{id}” có hai lần", id=row.id), say("hãy đổi một mã"))
        seen.add(row.id)


def _tried(nouns: NounTable, row: NounRow, fields: Fields) -> Iterator[Problem]:
    """Each example by itself: hidden as this row's kind, or left as it is by every row."""
    for node in _scalars(fields, "hide"):
        if row.kind not in mask(node.text, nouns).kinds:
            message = say("câu này chưa bị che đúng loại “{kind}”", kind=row.kind)
            yield Problem("E014", node.place, message, say("thêm tiếng gọi vào nouns, hoặc sửa ví dụ"))
    for node in _scalars(fields, "keep"):
        if kinds := mask(node.text, nouns).kinds:
            message = say("câu này bị che như “{kind}”", kind=kinds[0])
            yield Problem("E014", node.place, message, say("thêm tiếng gọi vào một dòng của others, hoặc sửa ví dụ"))
