"""Where a stored conversation stands: the open lesson, those it will come back to, those parked in the menu."""

from __future__ import annotations

import logging

from bot.tutor import state_codec
from flows import RunCorrupt

LessonPosition = tuple[str, int, str]
"""(lesson, version, step)"""

log = logging.getLogger(__name__)


def places(text: str) -> list[LessonPosition]:
    """Every place that a stored state holds; of a corrupt one what can still be read."""
    try:
        state = state_codec.load(text)
    except RunCorrupt:
        state = state_codec.salvage(text)
    found: list[LessonPosition] = []
    for run in (state.open_run, *state.parked, state.meeting.run if state.meeting else None):
        if run is not None:
            found.append((run.lesson, run.version, run.step))
            found += [(frame.lesson, frame.version, frame.step) for frame in run.stack]
    return found
