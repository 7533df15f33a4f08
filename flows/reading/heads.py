"""The head of a lesson: what it says of itself, beside its steps."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import replace

from flows.conditions import ConditionInvalid, parse, steps_named
from flows.engine.kinds.table import conditions_of, kind_of
from flows.model import Guard, Handout, Lesson, Step
from flows.profiles import IDS
from flows.reading.hashes import graph_hash, text_hash
from flows.saying import say
from flows.yaml.fields import Fields
from flows.yaml.strictyaml import Sequence

_LANGUAGE = re.compile(r"[a-z]{2,3}")


def read_header(fields: Fields, steps: tuple[Step, ...], source: bytes, *, hashed: bool = True) -> Lesson:
    """The lesson of these steps, with what its head says."""
    mastery = fields.mapping("mastery")
    lesson = Lesson(
        id=fields.lesson_id("lesson", required=True) or "",
        title=fields.text("title", required=True),
        steps=steps,
        place=fields.node.place,
        track=fields.text("track"),
        order=fields.number("order", 0),
        minutes=fields.number("minutes", 5, 1, 120),
        level=fields.number("level", 0, 1, 5),
        lang=fields.matching("lang", _LANGUAGE, say("ví dụ: vi")) or "vi",
        langs=_languages(fields),
        channels=fields.some_of("channels", IDS),
        owner=fields.text("owner"),
        reviewed_on=fields.day("reviewed_on"),
        prerequisites=fields.texts("prerequisites"),
        pass_points=mastery.number("pass", 0) if mastery else 0,
        review_after_s=mastery.durations_s("review_after") if mastery else (),
        guards=tuple(_guard(guard) for guard in fields.mappings("guards")),
        sources=tuple(dict.fromkeys((*fields.texts("sources"), *_cited(steps)))),
        emergency=fields.flag("emergency"),
        handout=_handout(fields),
        source=source.decode("utf-8", "replace"),
        index={step.id: at for at, step in enumerate(steps)},
        timed=_timed(steps),
    )
    if mastery:
        mastery.done()
    if not hashed:
        return lesson
    return replace(lesson, graph_hash=graph_hash(lesson), text_hash=text_hash(lesson))


def _handout(fields: Fields) -> Handout:
    inner = fields.mapping("print")
    if inner is None:
        return Handout()
    handout = Handout(inner.text("title"), inner.texts("steps"), inner.texts("fill"), inner.text("remember"))
    inner.done()
    return handout


def _cited(steps: Iterable[Step]) -> Iterator[str]:
    """The sources that steps and options name, some of them more than once."""
    for step in steps:
        yield from step.src or ()
        for option in kind_of(step).options(step):
            yield from option.src or ()


def _timed(steps: Iterable[Step]) -> frozenset[str]:
    """The steps that some condition asks the time of."""
    found: set[str] = set()
    for step in steps:
        for condition in conditions_of(step):
            with suppress(ConditionInvalid):
                found |= steps_named(parse(condition.text))
    return frozenset(found)


def _languages(fields: Fields) -> tuple[str, ...]:
    languages = fields.texts("langs") or ("vi",)
    for language, node in zip(languages, fields.items("langs"), strict=False):
        if not _LANGUAGE.fullmatch(language):
            fields.tell(
                "E003", node.place, say("“{language}” không phải là mã tiếng", language=language), say("ví dụ: vi")
            )
    return languages


def _guard(fields: Fields) -> Guard:
    words, pattern = fields.texts("words"), fields.text("pattern")
    given = fields.node.get("words")
    if not pattern and (given is None or (isinstance(given, Sequence) and not given.items)):
        fields.missing("words")
    go, severity = fields.step_id("go", required=True) or "", fields.one_of("severity", ("high", "low"), "high")
    fields.done()
    return Guard(words, go, severity, (pattern,) if pattern else ())
