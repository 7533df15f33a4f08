"""What an edit changed: one hash over the paths of a lesson, one over its words."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import MISSING, fields, is_dataclass
from functools import cache
from hashlib import sha256
from typing import Any

from flows.model import SAID, UNSAID, Lesson

_LESSON_WORDS = frozenset(
    "title track order minutes level lang langs channels owner reviewed_on sources".split(),
)
_NEITHER = frozenset({"place", "source", "graph_hash", "text_hash", "index", "timed", "files", "handout"})


def graph_hash(lesson: Lesson) -> str:
    """32 hex digits over ids, kinds, edges, right answers, guards, points, numbers, conditions, order of options."""
    header = {name: _plain(getattr(lesson, name), words=False) for name in field_names(Lesson) if name != "steps"}
    graph = {name: value for name, value in header.items() if name not in _LESSON_WORDS}
    return _digest({**graph, "steps": _plain(lesson.steps, words=False)})


def text_hash(lesson: Lesson) -> str:
    """32 hex digits over everything that is read, with the ids it belongs to."""
    header = {name: getattr(lesson, name) for name in sorted(_LESSON_WORDS)}
    return _digest({**header, "steps": _plain(lesson.steps, words=True)})


def _digest(value: object) -> str:
    canonical = json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return sha256(canonical.encode("utf-8", "surrogatepass")).hexdigest()[:32]


@cache
def field_names(kind: type[Any]) -> tuple[str, ...]:
    """The fields of a class of the model that a hash may look at: no place, no source text, nothing computed."""
    return tuple(item.name for item in fields(kind) if item.name not in _NEITHER)


@cache
def word_fields(kind: type[Any], *, unsaid: bool) -> frozenset[str]:
    """The fields marked as words, with or without those never said. What has no mark counts as graph: a new field is
    then taken seriously by itself.
    """
    marks = (SAID, UNSAID) if unsaid else (SAID,)
    return frozenset(item.name for item in fields(kind) if item.metadata in marks)


def _plain(value: Any, *, words: bool) -> Any:
    """Dataclasses as mappings of the fields that belong to the one side or the other."""
    if isinstance(value, str | int | None):
        return value
    if isinstance(value, tuple):
        return [_plain(item, words=words) for item in value]
    if isinstance(value, Mapping):
        return dict(value)
    return dict(_side(value, words=words))


def _side(node: Any, *, words: bool) -> Iterator[tuple[str, Any]]:
    if not words:
        yield "kind", type(node).__name__
    defaults, marked = _defaults(node.__class__), word_fields(node.__class__, unsaid=True)
    for name in field_names(node.__class__):
        value = getattr(node, name)
        if name in defaults and value == defaults[name]:
            continue  # so that a field added to the language later changes no hash of today
        if name == "id" or (name in marked) == words or (_is_nested(value) and name not in marked):
            yield name, _plain(value, words=words)


@cache
def _defaults(kind: type[Any]) -> dict[str, Any]:
    return {
        item.name: item.default if item.default is not MISSING else item.default_factory()  # type: ignore[operator]
        for item in fields(kind)
        if item.default is not MISSING or item.default_factory is not MISSING
    }


def _is_nested(value: Any) -> bool:
    """Whether it holds fields of both sides."""
    inner = value[0] if isinstance(value, tuple) and value else value
    return not isinstance(inner, str | int | None) and is_dataclass(inner)
