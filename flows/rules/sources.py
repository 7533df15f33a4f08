"""Rules about where a text has what it says from: every step that says something names its sources, or that it claims
nothing about the world.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from flows.engine.kinds.facets import StepPath
from flows.engine.kinds.table import kind_of, texts_of
from flows.model import SourcePosition, Step
from flows.rules.rule import LintFinding, Rulebook, Script
from flows.rules.shelf import stands
from flows.saying import say
from flows.yaml.fields import did_you_mean

rules = Rulebook()

SAID = ("said", "item", "label")
"""How a learner meets what has to have a source; what is filled in elsewhere is judged there."""


@rules.add("W305", "bước nói điều gì mà không ghi nguồn")
def unsourced(script: Script) -> Iterator[LintFinding]:
    """Steps that say something without `src`; silent where there is no lessons/sources.yaml to look it up in."""
    if not (script.library.sources and stands(script)):
        return
    hint = say("hãy ghi src: [mã trong sources.yaml], hoặc src: none khi không kể điều gì về việc đời")
    for step in script.lesson.steps:
        if step.src is None and says_something(step):
            yield LintFinding(step.place, say("bước “{id}” chưa ghi src", id=step.id), hint)


def says_something(step: Step) -> bool:
    """Whether a learner reads or hears any words of this step."""
    return any(text.text and text.role in SAID for text in texts_of(step))


@rules.add("E903", "nguồn không có trong sources.yaml")
def source_missing(script: Script) -> Iterator[LintFinding]:
    """Sources that lessons/sources.yaml does not have; one of grade C is none of it."""
    known = script.library.sources
    for place, name in _named(script) if known and stands(script) else ():
        if name not in known:
            hint = did_you_mean(name, known) or say("hãy thêm vào lessons/sources.yaml")
            yield LintFinding(place, say("không có nguồn nào mã “{name}”", name=name), hint)


def _named(script: Script) -> Iterator[tuple[SourcePosition, str]]:
    """Every source that the head, the steps and their options name, with its place."""
    for at, name in enumerate(script.lesson.sources):
        if script.wrote("sources", at):
            yield script.header("sources", at), name
    for step in script.lesson.steps:
        for field, names in cited_by(step):
            yield from ((script.at(step, *field, at), name) for at, name in enumerate(names))


class SourcedText(NamedTuple):
    """One text that is read or heard, where it is written, and its sources: empty for `none`, None where not said."""

    place: SourcePosition
    text: str
    sources: tuple[str, ...] | None


def sourced_texts(script: Script) -> Iterator[SourcedText]:
    """Every text of a lesson that a learner reads or hears, in the order of the file; an option may have its own
    sources.
    """
    for text in (text for text in script.texts if text.role in SAID):
        step, sources = text.step, text.step.src
        match text.field:
            case ("options", int(at), *_):
                own = kind_of(step).options(step)[at].src
                sources = sources if own is None else own
        yield SourcedText(script.at(step, *text.field), text.text, sources)


def cited_by(step: Step) -> Iterator[tuple[StepPath, tuple[str, ...]]]:
    """What a step and each of its options name as sources, with the field."""
    yield ("src",), step.src or ()
    for at, option in enumerate(kind_of(step).options(step)):
        yield ("options", at, "src"), option.src or ()
