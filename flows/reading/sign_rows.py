"""The signs of `lessons/signs.yaml` and the sites of `lessons/sites.yaml`: read, compiled, tried on their examples."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import get_args

from flows.model import Problem
from flows.reading.pattern_rows import MOST, PatternRows, examples, only_once, scalars, texts
from flows.reading.phrases import REQUIRED
from flows.reading.tables import table_fields
from flows.reading.unchanged import read_once
from flows.saying import say
from flows.signs.signs import SOUNDS, Sign, SignTable, look
from flows.signs.sites import Kind, SiteTable
from flows.words.ear.model import LazyModel, Model
from flows.words.keys import plain_of
from flows.words.sought import Groups
from flows.yaml.fields import Fields
from flows.yaml.strictyaml import Scalar

ABOUT = {
    "E017": "mẫu chữ trong signs.yaml không đọc được",
    "E018": "ví dụ trong signs.yaml không có dấu hiệu như đã ghi",
}
HEAVIEST = 20
_ROWS = PatternRows("E017", "signs.yaml")
KINDS: tuple[str, ...] = tuple(kind for kind in get_args(Kind) if kind)
_WORD = re.compile(r"[^\W\d_]+")

FileBytes = tuple[str, bytes]


def signs_of(
    signs: FileBytes,
    sites: FileBytes | None,
    problems: list[Problem],
    model: Model | None = None,
    learnt: LazyModel | None = None,
) -> SignTable | None:
    """The signs of a file with the sites of another; None where it is no table at all. A fault in one hides no other.

    Their examples are not tried: see `unfound_examples`.
    """
    table = _signs(signs, sites, problems)
    return replace(table, model=model, learnt=learnt) if table else None


@read_once
def _signs(signs: FileBytes, sites: FileBytes | None, problems: list[Problem]) -> SignTable | None:
    return _read(signs, sites, problems)[0]


def unfound_examples(
    signs: FileBytes, sites: FileBytes | None, model: Model | None = None, learnt: LazyModel | None = None
) -> list[Problem]:
    """Which examples do not have the sign that they are to have, or have one; none where a sign cannot be read. What
    only a model finds is tried where it is there."""
    problems: list[Problem] = []
    table, rows = _read(signs, sites, problems)
    if table is None or any(each.severity == "error" for each in problems):
        return []
    table = replace(table, model=model, learnt=learnt)
    untried = (frozenset() if model else {"asks"}) | (frozenset() if learnt else SOUNDS)
    tried = (pair for pair in zip(table.signs, rows, strict=True) if not pair[0].links & untried)
    return [problem for sign, row in tried for problem in _tried(table, sign, row)]


def _read(signs: FileBytes, sites: FileBytes | None, problems: list[Problem]) -> tuple[SignTable | None, list[Fields]]:
    fields = table_fields(signs, problems)
    if fields is None:
        return None, []
    groups = _ROWS.groups(fields)
    rows = [row for node in fields.items("signs", MOST) if (row := fields.fields_of(node, "signs")) is not None]
    table = SignTable(
        enough=fields.number("enough", 6, low=1, high=HEAVIEST),
        signs=tuple(_sign(row, groups) for row in rows),
        never=_ROWS.patterns(fields, "never", groups),
        sites=sites_of(sites, problems) if sites else SiteTable(),
        words=_words(signs[1]),
    )
    fields.done()
    only_once((sign.id for sign in table.signs), rows)
    return table, rows


def sites_of(table: FileBytes, problems: list[Problem]) -> SiteTable:
    """The sites of sites.yaml; empty where it is no table."""
    fields = table_fields(table, problems)
    if fields is None:
        return SiteTable()
    fields.text("reviewed_on", required=True)
    real: list[str] = []
    names: list[str] = []
    alone: list[str] = []
    for node in fields.items("sites", MOST):
        row = fields.fields_of(node, "sites")
        if row is None:
            continue
        hosts = texts(row, "hosts")
        if not hosts:
            row.missing("hosts")
        real += hosts
        copied = texts(row, "names") if row.has("names") else [hosts[0].split(".")[0]] if hosts else []
        names += copied
        alone += copied if row.flag("alone") else []
        row.done()
    lists = {key: frozenset(texts(fields, key)) for key in ("odd", "short", "free", "endings")}
    around = texts(fields, "around")
    fields.done()
    endings = lists["endings"] | lists["odd"]
    return SiteTable(
        real=frozenset(real),
        names=tuple(dict.fromkeys(names)),
        alone=tuple(alone),
        around=tuple(around),
        odd=lists["odd"],
        short=lists["short"],
        free=lists["free"],
        endings=endings,
    )


def _sign(row: Fields, groups: Groups) -> Sign:
    weight = _weight(row)
    sign = Sign(
        id=row.lesson_id("id", required=True) or "",
        phrase=row.one_of("phrase", sorted(each for each in REQUIRED if each.startswith("sign_")), ""),
        weight=weight,
        when=_ROWS.patterns(row, "when", groups),
        unless=_ROWS.patterns(row, "unless", groups),
        links=frozenset(row.some_of("links", KINDS)),  # type: ignore[arg-type]
    )
    for key in (*(("phrase",) if weight > 0 else ()), "weight", "found", "let"):
        if not row.has(key):
            row.missing(key)
    if not row.has("when") and not row.has("links"):
        row.missing("when")
    for key in ("found", "let"):
        scalars(row, key)
    row.done()
    return sign


def _weight(row: Fields) -> int:
    """A whole number from -HEAVIEST to HEAVIEST, not 0."""
    node = row.node_of("weight")
    text = node.text.strip() if isinstance(node, Scalar) else ""
    weight = int(text) if re.fullmatch(r"-?\d{1,2}", text) else 0
    if node is not None and not 0 < abs(weight) <= HEAVIEST:
        message = say("“weight” phải là số nguyên từ -{most} đến {most}, khác 0", most=HEAVIEST)
        row.tell("E003", node.place, message, say("điểm âm là lời hay gặp ở tin thật"))
    return weight or 1


def _words(raw: bytes) -> frozenset[str]:
    """All words of the file, without marks: those among which a figure may stand for a letter."""
    found = map(plain_of, _WORD.findall(raw.decode("utf-8", "replace")))
    return frozenset(word for word in found if len(word) > 2)


def _tried(table: SignTable, sign: Sign, row: Fields) -> Iterator[Problem]:
    """Each example by itself: with this sign, or without it."""
    alone = replace(table, signs=(sign,))
    for place, text in examples(row, "found"):
        if not _has(alone, text):
            message = say("tin này chưa có dấu hiệu “{id}”", id=sign.id)
            yield Problem("E018", place, message, say("thêm mẫu vào when, hoặc sửa ví dụ"))
    for place, text in examples(row, "let"):
        if _has(alone, text):
            message = say("tin này bị coi là có dấu hiệu “{id}”", id=sign.id)
            yield Problem("E018", place, message, say("thêm mẫu vào unless, hoặc sửa ví dụ"))


def _has(alone: SignTable, text: str) -> bool:
    return look(alone, text).weight != 0
