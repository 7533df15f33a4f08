"""What goes with a lesson beside its text: what an editor has brought, what was published."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from bot.media.store import MediaStore
from bot.studio.policy.brought import (
    BroughtFiles,
    BroughtTexts,
    entries_from_text,
    from_text,
    published_texts,
)
from flows.files import FoundFile
from flows.model import Lesson
from flows.reading.translation import texts
from storage.drafts import drafts
from storage.engine.database import Connection
from storage.publications import publications

FILES = "media"
"""Under what name an editor's own files of a lesson stand among her drafts; of translations it is their language."""


@dataclass(frozen=True, slots=True)
class Beside:
    """All that goes with one editor's draft of a lesson; `found` are those of the files that are kept, as lint looks at
    them, and `stamp` changes when any of it does."""

    files: BroughtFiles = field(default_factory=BroughtFiles)
    texts: BroughtTexts = field(default_factory=BroughtTexts)
    found: Mapping[str, FoundFile] = field(default_factory=dict)
    stamp: str = ""


def beside(
    connection: Connection,
    lesson: str,
    editor: str,
    versions: Mapping[tuple[str, int], Lesson],
    store: MediaStore | None,
) -> Beside:
    """What an editor has brought for a lesson, and what was published with it; `versions` are those that are loaded."""
    mine = drafts.below(connection, lesson, editor)
    newest = publications.current_of(connection, lesson)
    files = BroughtFiles(from_text(mine.get(FILES, "")))
    hers = {language: entries_from_text(text) for language, text in mine.items() if language != FILES}
    languages = BroughtTexts(hers)
    if newest is not None:
        current = versions.get((lesson, newest.version))
        told = publications.translations_of(connection, lesson)
        now, known = published_texts(told, newest.version, texts(current) if current else {})
        languages = BroughtTexts(hers, now, known)
        media = publications.media_of(connection, lesson)
        files = BroughtFiles(files.mine, media.get(newest.version, {}), _known(media.values()))
    named = {**files.current, **files.mine}
    paths = {name: store.path(file) for name, file in named.items()} if store else {}
    found = {name: FoundFile(path.stat().st_size) for name, path in paths.items() if path is not None}
    stamp = repr((sorted(files.mine.items()), sorted(mine.items()), newest.publication_id if newest else 0))
    return Beside(files, languages, found, stamp)


def _known(published: Iterable[Mapping[str, str]]) -> dict[str, frozenset[str]]:
    known: dict[str, set[str]] = {}
    for media in published:
        for name, file in media.items():
            known.setdefault(name, set()).add(file)
    return {name: frozenset(files) for name, files in known.items()}
