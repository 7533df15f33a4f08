"""Which files go with a lesson beside those in its folder: what an editor has brought, what was published."""

from __future__ import annotations

from bot.media.store import MediaStore
from bot.studio.policy.brought import BroughtFiles, from_text
from flows.files import FoundFile
from storage.drafts import drafts
from storage.engine.database import Connection
from storage.publications import publications


def draft_name(lesson: str) -> str:
    """Under which name an editor's own files of a lesson stand among her drafts."""
    return f"{lesson}/media"


def brought(connection: Connection, lesson: str, editor: str) -> BroughtFiles:
    """What an editor has brought for a lesson, beside what was ever published with it."""
    row = drafts.get(connection, draft_name(lesson), editor)
    newest = publications.current_of(connection, lesson)
    published = publications.media_of(connection, lesson) if newest else {}
    known: dict[str, set[str]] = {}
    for media in published.values():
        for name, file in media.items():
            known.setdefault(name, set()).add(file)
    current = published.get(newest.version, {}) if newest else {}
    return BroughtFiles(from_text(row.text) if row else {}, current, {k: frozenset(v) for k, v in known.items()})


def found_in(store: MediaStore | None, files: BroughtFiles) -> dict[str, FoundFile]:
    """Those that are kept, by their names in the lesson, as lint looks at files."""
    paths = {name: store.path(file) for name, file in {**files.current, **files.mine}.items()} if store else {}
    return {name: FoundFile(path.stat().st_size) for name, path in paths.items() if path is not None}
