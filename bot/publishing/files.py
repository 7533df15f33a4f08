"""The files of published lessons on their way from the lessons' folders into the store."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Collection
from functools import partial
from pathlib import Path

from bot.media.store import MediaStore
from flows.model import Lesson
from flows.shelf.media import FOLDER, drawn, not_found
from flows.shelf.shelf import Shelf
from storage.engine.database import Database
from storage.publications import lesson_files

log = logging.getLogger(__name__)


async def fetch(database: Database, store: MediaStore, wanted: Collection[str]) -> bool:
    """Bring what editors have brought to another process, of these files, into the store; whether there was any. What
    there is no room for is told in words: the log says why. Raises StorageUnavailable."""
    missing = await asyncio.to_thread(store.missing, wanted)
    there = missing & await database.read(lesson_files.names) if missing else set()
    for file in sorted(there):
        body = await database.read(partial(lesson_files.body_of, file=file))
        try:
            await asyncio.to_thread(store.put, file, body or b"")
        except OSError as fault:
            log.error("file of a lesson not kept", extra={"file": file, "reason": fault.strerror})
            return False
    return bool(there)


def take_in(store: MediaStore, shelf: Shelf, needed: Collection[str]) -> list[str]:
    """Take the files that published versions need, and the store has not, from the lessons' folders and the drawn
    screens; those of which nobody has looked at what is in them yet. What cannot be taken is told in words: the log
    says why."""
    missing = store.missing(needed)
    for lesson_id, names in shelf.media.items() if missing else ():
        lesson = shelf.good[lesson_id]
        folder, scenes = Path(lesson.place.path).parent / FOLDER, drawn(lesson, shelf.scenes)
        for name, file in names.items():
            if file in missing:
                try:
                    if name in scenes:
                        scene, ring = scenes[name]
                        store.take_drawing(scene.drawing.svg(ring))
                    else:
                        store.take(shelf.recordings.get(name, folder / name))
                except OSError as fault:
                    log.error("file of a lesson not kept", extra={"path": str(folder / name), "reason": fault.strerror})
    for file in sorted(store.missing(missing)):
        log.warning("file of a published lesson is missing", extra={"file": file})
    return store.unmade(needed)


def not_kept(store: MediaStore, shelf: Shelf, lesson: Lesson) -> list[str]:
    """Take in the files that a lesson of the shelf names; those that are not there, or could not be taken."""
    media = shelf.media.get(lesson.id, {})
    take_in(store, shelf, media.values())
    missing = store.missing(media.values())
    return [*not_found(lesson, media), *(name for name, file in media.items() if file in missing)]
