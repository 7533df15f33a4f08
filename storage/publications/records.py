"""What leaves storage of lesson versions: frozen records."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, slots=True)
class VersionRow:
    """One text of a lesson, for ever; `translations` are its texts in other languages: language → key → text; `media`
    the files that go with it: name in the lesson → name in the media store."""

    lesson: str
    version: int
    source: str
    language: int
    graph_hash: str
    text_hash: str
    author: str
    at: datetime
    translations: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    media: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class PublicationRow:
    """When a version became the current one. Rows are added, never changed; the newest of a lesson rules.

    `mode` is first, text, graph, checkpoint, urgent or rollback; `urgent`: whoever is inside another version is moved.
    `decisions` say what becomes of those at a step that is gone: step → stay, checkpoint, start or another step.
    `diff` is the unified diff to the version that was current before. `publication_id` 0: not stored yet.
    """

    lesson: str
    version: int
    mode: str
    author: str
    at: datetime
    urgent: bool = False
    decisions: Mapping[str, str] = field(default_factory=dict)
    diff: str = ""
    publication_id: int = 0
