"""The rules of `lessons/relay.yaml`: read, compiled, and tried on the examples that each brings with it."""

from __future__ import annotations

from collections.abc import Iterator

from flows.model import Problem
from flows.reading.pattern_rows import MOST, PatternRows, examples, only_once, scalars
from flows.reading.phrases import REQUIRED
from flows.reading.tables import table_fields
from flows.reading.unchanged import read_once
from flows.saying import say
from flows.words.asks import SIDES
from flows.words.plain_talk import ACCOUNTS, ELSEWHERE, PlainTalk, account_pattern, elsewhere_pattern, folded
from flows.words.sought import Groups
from flows.words.wishes import TALK, RelayRule, Wishes, wished
from flows.yaml.fields import Fields

ABOUT = {
    "E011": "mẫu chữ trong relay.yaml không đọc được",
    "E012": "ví dụ trong relay.yaml không được xử như đã ghi",
}
_ROWS = PatternRows("E011", "relay.yaml")


@read_once
def wishes_of(table: tuple[str, bytes], problems: list[Problem]) -> Wishes | None:
    """The rules of a file; None where it is no table at all. A fault in one rule hides no other.

    Their examples are not tried: see `untrue_examples`.
    """
    wishes, _ = _read(table, problems)
    return wishes


def untrue_examples(table: tuple[str, bytes]) -> list[Problem]:
    """Which examples are not dealt with as they say; none where a rule cannot be read. It costs about a second."""
    problems: list[Problem] = []
    wishes, rows = _read(table, problems)
    if wishes is None or any(each.severity == "error" for each in problems):
        return []
    pairs = zip(wishes.rules, rows, strict=True)
    tried = [problem for rule, row in pairs for problem in _tried(wishes, rule, row)]
    return [*tried, *_plain_tried(wishes.plain, table)]


def examples_of(table: tuple[str, bytes]) -> Iterator[tuple[str, str, bool]]:
    """What each rule brings as an example: from which side, the message, whether it is held."""
    wishes, rows = _read(table, [])
    for rule, row in zip(wishes.rules if wishes else (), rows, strict=True):
        for key in ("hold", "let"):
            yield from ((side, text, key == "hold") for side in rule.sides for _, text in examples(row, key))


def _read(table: tuple[str, bytes], problems: list[Problem]) -> tuple[Wishes | None, list[Fields]]:
    fields = table_fields(table, problems)
    if fields is None:
        return None, []
    groups = _ROWS.groups(fields)
    talk = fields.mapping("talk")
    asides = {name: _ROWS.patterns(talk, name, groups) for name in TALK} if talk else dict.fromkeys(TALK, ())
    if talk:
        talk.done()
    rows = [row for node in fields.items("rules", MOST) if (row := fields.fields_of(node, "rules")) is not None]
    rules = [_rule(row, groups) for row in rows]
    plain = _plain_talk(fields)
    fields.done()
    only_once((rule.id for rule in rules), rows)
    return Wishes(tuple(rules), asides, plain=plain), rows


def _rule(row: Fields, groups: Groups) -> RelayRule:
    rule = RelayRule(
        id=row.lesson_id("id", required=True) or "",
        phrase=row.one_of("phrase", sorted(each for each in REQUIRED if each.startswith("relay_")), ""),
        sides=row.some_of("from", SIDES) or ("instructor",),
        report=row.flag("report") if row.has("report") else True,
        when=_ROWS.patterns(row, "when", groups),
        unless=_ROWS.patterns(row, "unless", groups),
    )
    for key in ("phrase", "when", "hold", "let"):
        if not row.has(key):
            row.missing(key)
    for key in ("hold", "let"):
        scalars(row, key)
    row.done()
    return rule


def _plain_talk(fields: Fields) -> PlainTalk:
    """The words that count without their marks, and the hosts; a part that is missing is told."""
    words = {
        part: _plain_words(fields, part, keys) for part, keys in (("accounts", ACCOUNTS), ("elsewhere", ELSEWHERE))
    }
    if not fields.has("hosts"):
        fields.missing("hosts")
    hosts = tuple(node.text for node in scalars(fields, "hosts"))
    if not all(listed for part in words.values() for listed in part.values()):
        return PlainTalk(hosts=hosts)
    return PlainTalk(account_pattern(words["accounts"]), elsewhere_pattern(**words["elsewhere"]), hosts)


def _plain_words(fields: Fields, part: str, keys: tuple[str, ...]) -> dict[str, tuple[str, ...]]:
    listed = fields.mapping(part)
    if listed is None:
        if not fields.has(part):
            fields.missing(part)
        return dict.fromkeys(keys, ())
    for key in (*keys, "hold", "let"):
        if not scalars(listed, key):
            listed.missing(key)
    words = {key: tuple(node.text for node in scalars(listed, key) if folded(node.text)) for key in keys}
    listed.done()
    return words


def _plain_tried(plain: PlainTalk, table: tuple[str, bytes]) -> Iterator[Problem]:
    fields = table_fields(table, [])
    for part, found in (("accounts", plain.names_account), ("elsewhere", plain.leads_elsewhere)):
        listed = fields.mapping(part) if fields else None
        for key in ("hold", "let"):
            for place, text in examples(listed, key) if listed else ():
                if found(folded(text)) is not (key == "hold"):
                    message = say("câu này không được xử như đã ghi ở “{key}”", key=key)
                    yield Problem("E012", place, message, say("sửa các danh sách ở trên, hoặc sửa ví dụ"))


def _tried(wishes: Wishes, rule: RelayRule, row: Fields) -> Iterator[Problem]:
    """Each example by itself: held with this rule's words, or let through by every rule."""
    for place, text in examples(row, "hold"):
        found = {side: wished(wishes, text, side) for side in rule.sides}
        if any(each is None or each.phrase != rule.phrase for each in found.values()):
            yield Problem("E012", place, say("tin này chưa bị giữ lại"), say("thêm mẫu vào when, hoặc sửa ví dụ"))
    for place, text in examples(row, "let"):
        held = next((each for side in rule.sides if (each := wished(wishes, text, side))), None)
        if held:
            message = say("tin này bị luật “{id}” giữ lại", id=held.id)
            yield Problem("E012", place, message, say("thêm mẫu vào unless, hoặc sửa ví dụ"))
