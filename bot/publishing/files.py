"""The files of published lessons on their way from the lessons' folders into the store."""

from __future__ import annotations

import logging
from collections.abc import Collection
from pathlib import Path

from bot.media.store import MediaStore
from flows.model import Lesson
from flows.shelf.media import FOLDER, drawn, not_found
from flows.shelf.shelf import Shelf

log = logging.getLogger(__name__)


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
