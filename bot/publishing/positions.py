"""Where a stored conversation stands: the open lesson, those it will come back to, those parked in the menu."""

from __future__ import annotations

import logging

from bot.tutor import state as talks
from flows import RunCorrupt

LessonPosition = tuple[str, int, str]
"""(lesson, version, step)"""

log = logging.getLogger(__name__)


def places(state: str) -> list[LessonPosition]:
    """Every place that this state holds; of a corrupt one what can still be read."""
    try:
        talk = talks.load(state)
    except RunCorrupt:
        talk = talks.salvage(state)
    found: list[LessonPosition] = []
    for run in (talk.open_run, *talk.parked, talk.meeting.run if talk.meeting else None):
        if run is not None:
            found.append((run.lesson, run.version, run.step))
            found += [(frame.lesson, frame.version, frame.step) for frame in run.stack]
    return found
