"""The files that go with a lesson, by what is in them: the same file has the same name wherever it lies."""

from __future__ import annotations

import os
import stat
from collections.abc import Collection, Mapping
from functools import lru_cache
from hashlib import file_digest
from pathlib import Path

from flows.engine.kinds.table import files_of
from flows.model import Lesson
from flows.profiles import IMAGES, VIDEOS, VOICES
from flows.scenes.reading import Scene
from flows.shelf.voice_lines import lines_of

FOLDER = "media"
MOST_BYTES = 50_000_000  # of one file: more than any channel takes


def media_of(lesson: Lesson, scenes: Mapping[str, Scene]) -> dict[str, str]:
    """Name → name by which it is kept, for the files of its `media` folder that a lesson names, and for its scenes.

    What is missing, cannot be read, is no plain file or larger than MOST_BYTES is left out: that is lint's to tell.
    """
    found: dict[str, str] = {}
    for name in dict.fromkeys(each.file for each in files_of(lesson) if each.kind != "scene"):
        kept = kept_name(Path(lesson.place.path).parent / FOLDER, name)
        if kept:
            found[name] = kept
    return found | {name: scene.drawing.name(ring) for name, (scene, ring) in drawn(lesson, scenes).items()}


def recorded_of(lesson: Lesson, facts: Mapping[str, str], recordings: Mapping[str, Path]) -> dict[str, str]:
    """Digest of words → name by which their recording is kept, for what a lesson says; `recordings`: digest → file."""
    if not recordings:
        return {}
    wanted = {line.digest for line in lines_of(lesson, facts)}
    found = {digest: _kept_recording(path) for digest, path in recordings.items() if digest in wanted}
    return {digest: name for digest, name in found.items() if name}


def _kept_recording(path: Path) -> str:
    """As `kept_name`: thousands of recordings are not read again while nobody has put others in their place."""
    try:
        found = path.stat()
    except OSError:
        return ""
    return _known_recording(path, found.st_ino, found.st_mtime_ns, found.st_size)


@lru_cache(maxsize=20_000)
def _known_recording(path: Path, *_: int) -> str:
    return kept_name(path.parent, path.name)


def drawn(lesson: Lesson, scenes: Mapping[str, Scene]) -> dict[str, tuple[Scene, str]]:
    """Name → scene and ringed element, for the pictures of a lesson that are drawn and can be."""
    pictures = (step.image for step in lesson.steps if step.image and step.image.scene in scenes)
    return {picture.file: (scenes[picture.scene], picture.ring) for picture in pictures}


def not_found(lesson: Lesson, found: Collection[str]) -> list[str]:
    """The files that a lesson names and that are not among those found beside it."""
    return sorted({each.file for each in files_of(lesson)} - {*found})


def kept_name(folder: Path, name: str) -> str:
    """How a file of a folder is called in the store; "" where there is none that could be shown."""
    ending = name.rpartition(".")[2].lower()
    if not name or name != os.path.basename(name) or ending not in IMAGES | VOICES | VIDEOS:
        return ""
    try:
        found = (folder / name).stat()
        if not stat.S_ISREG(found.st_mode) or found.st_size > MOST_BYTES:
            return ""
        with (folder / name).open("rb") as file:
            return f"{file_digest(file, 'sha256').hexdigest()}.{ending}"
    except (OSError, ValueError):
        return ""
