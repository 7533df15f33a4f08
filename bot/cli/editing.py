"""`./camtay schema`: what an editor has to know of a lesson file, with the step ids of one lesson where it is named."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

from bot.cli.choices import no_lesson
from bot.cli.terminal import unread
from bot.errors import SettingsInvalid
from flows.reading.loader import load_folder
from flows.reading.schema import lesson_schema


def print_schema(lessons: Path, wanted: str | None, write: Callable[[str], object]) -> int:
    """Write the JSON Schema; 0. Raises SettingsInvalid for a lesson that is not there."""
    steps = _steps(lessons, wanted) if wanted else ()
    write(json.dumps(lesson_schema(steps), ensure_ascii=False, indent=1))
    return 0


def _steps(lessons: Path, wanted: str) -> tuple[str, ...]:
    """The step ids of a lesson, by id or path, as far as it can be read: whoever asks is writing it."""
    path = Path(wanted)
    here = path.exists()
    try:
        drafts = load_folder(lessons if not here else path.parent if path.is_file() else path, {}).drafts
    except OSError as fault:
        raise unread(fault) from None
    found = {draft.lesson.id: tuple(draft.lesson.index) for draft in drafts if draft.lesson is not None}
    steps = next(iter(found.values()), None) if here else found.get(wanted)
    if steps is None:
        raise SettingsInvalid(no_lesson(wanted, found))
    return steps
