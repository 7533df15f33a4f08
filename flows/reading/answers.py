"""The answers of `lessons/answers/*.yaml`: each read by itself, so that a broken one hides no other."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping

from flows.answers import Answer
from flows.model import Problem
from flows.reading.braces import PLACEHOLDER, loose_brace
from flows.saying import say
from flows.words.ear.voices import OUTLINES
from flows.yaml import strictyaml
from flows.yaml.fields import Fields, did_you_mean
from flows.yaml.strictyaml import Mapping as YamlMapping
from flows.yaml.strictyaml import Sequence

WAYS, MOST_WAYS = 10, 40  # in which each question is asked: fewer teach the ear too little
MOST_SENTENCES = 3
MOST_LETTERS = 320  # characters that fit a bubble of the smallest phone

_SENTENCE = re.compile(r"[.!?]+(?=\s|$)")
_OWN = frozenset({"chị", "Chị", "em", "Em", "nhé", "Dạ", "dạ"})


def read_answers(
    files: Mapping[str, bytes], sources: Mapping[str, str], facts: Collection[str], problems: list[Problem]
) -> tuple[Answer, ...]:
    """Every answer without a fault, in the order of files and lines; what is wrong with the others is told.

    `sources` are the known ids and how they are cited (none: not checked), `facts` the placeholders that the
    configuration fills.
    """
    good: dict[str, Answer] = {}
    asked: dict[str, Answer] = {}
    for path, raw in sorted(files.items()):
        document = strictyaml.read(raw, path)
        problems.extend(document.problems)
        rows = document.root.items if isinstance(document.root, Sequence) else []
        for row in rows:
            found: list[Problem] = []
            answer = _answer(Fields(row, found), facts, sources) if isinstance(row, YamlMapping) else None
            if answer is not None and not any(each.severity == "error" for each in found):
                _only_once(answer, good, asked, found)
            problems.extend(found)
            if answer is not None and not any(each.severity == "error" for each in found):
                good[answer.id] = answer
                asked.update({each.casefold(): answer for each in answer.ask})
    return tuple(good.values())


def _answer(fields: Fields, facts: Collection[str], sources: Mapping[str, str]) -> Answer | None:
    place = fields.node.place
    cited = fields.sources("src") or ()
    answer = Answer(
        id=fields.lesson_id("id", required=True) or "",
        outline=fields.one_of("outline", OUTLINES, ""),
        say=fields.text("say", required=True),
        ask=fields.texts("ask"),
        sources=cited,
        place=place,
        cited=next((sources[each] for each in cited if each in sources), ""),
    )
    if not fields.has("outline"):
        fields.missing("outline")
    if not fields.has("src"):
        fields.missing("src")
    fields.done()
    check_words(answer.say, fields, facts)
    count = len({each.casefold() for each in answer.ask})
    if not WAYS <= count == len(answer.ask) <= MOST_WAYS:
        message = say(
            "“ask” có {count} cách hỏi khác nhau, cần từ {ways} tới {most}", count=count, ways=WAYS, most=MOST_WAYS
        )
        fields.tell("E003", place, message, say("viết đủ, mỗi cách một kiểu nói khác nhau"))
    check_sources(cited, fields, sources)
    return answer


def check_sources(cited: Collection[str], fields: Fields, sources: Mapping[str, str]) -> None:
    """Tell of each source of a row that is not known."""
    for source in cited:
        if sources and source not in sources:
            hint = did_you_mean(source, sources) or say("thêm nguồn vào sources.yaml")
            fields.tell("E003", fields.node.place, say("sources.yaml không có “{source}”", source=source), hint)


def check_words(text: str, fields: Fields, facts: Collection[str]) -> None:
    """Tell where the `text` of a row is too long for one answer, or has a placeholder that nothing fills."""
    place, sentences = fields.node.place, len(_SENTENCE.findall(text)) or 1
    if sentences > MOST_SENTENCES or len(text) > MOST_LETTERS:
        message = say(
            "câu trả lời dài {count} ký tự, {sentences} câu; nhiều nhất {most} ký tự, {few} câu",
            count=len(text), sentences=sentences, most=MOST_LETTERS, few=MOST_SENTENCES,
        )  # fmt: skip
        fields.tell("E005", place, message, say("hãy cắt ngắn"))
    if loose := loose_brace(text):
        fields.tell("E003", place, loose.message, loose.hint)
    for name in PLACEHOLDER.findall(text):
        if name not in _OWN and facts and name not in facts:
            hint = did_you_mean(name, (*_OWN, *facts)) or say("xem mục facts trong config.yaml")
            fields.tell("E003", place, say("không có chữ thay nào tên “{name}”", name=name), hint)


def _only_once(answer: Answer, good: Mapping[str, Answer], asked: Mapping[str, Answer], found: list[Problem]) -> None:
    if other := good.get(answer.id):
        message = say("mã “{id}” đã có ở {path}", id=answer.id, path=f"{other.place.path}:{other.place.line}")
        found.append(Problem("E004", answer.place, message, say("hãy đổi một mã")))
    for each in answer.ask:
        if other := asked.get(each.casefold()):
            message = say("“{each}” đã là câu hỏi của “{other}”", each=each, other=other.id)
            found.append(Problem("E004", answer.place, message, say("một cách hỏi chỉ có một câu trả lời")))
