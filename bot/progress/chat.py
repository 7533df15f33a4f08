"""A learner asks how far she is: her way through the tracks as a picture, in words where none can be shown."""

from __future__ import annotations

import logging
from collections.abc import Callable

from bot.progress.policy import learning_map, picture
from bot.progress.policy.commands import ProgressCommand
from bot.progress.policy.learning_map import TrackOnMap
from bot.tutor import mastery
from bot.tutor.exhibits import carried
from bot.tutor.menu import in_order, short, to_finish
from bot.tutor.outcome import ANSWERED, ASIDE, CommandOutcome
from bot.tutor.turn import TurnContext
from flows import events as ev
from flows.files import LessonFile
from storage.engine.database import Connection

TakePicture = Callable[[str, int], LessonFile]
"""Keeps an SVG; its picture, of at most so many bytes, is drawn when somebody looks at it. Raises OSError."""

log = logging.getLogger(__name__)


class ProgressChat:
    """Without `take` everything is told in words."""

    def __init__(self, take: TakePicture | None = None) -> None:
        self.take = take

    def carry_out(self, connection: Connection, turn: TurnContext, command: ProgressCommand) -> CommandOutcome:
        """What is open is put to her again afterwards; else the next lesson stands under what she is told."""
        self._show(turn)
        return _goes_on(turn)

    def _show(self, turn: TurnContext) -> None:
        tracks = learning_map.map_of(turn)
        done, total = sum(each.done for each in tracks), sum(each.total for each in tracks)
        lines = [turn.phrase("menu_progress" if done else "progress_begins", xong=str(done), tong=str(total))]
        if firm := mastery.firm(turn):
            lines.append(turn.phrase("skills_firm", so=str(firm)))
        told = learning_map.told(turn, tracks)
        shown = ev.Exhibit("image", self._drawn(turn, tracks, done, total), told, told)
        turn.say(*carried(turn.profile, "\n".join(lines), [shown]))

    def _drawn(self, turn: TurnContext, tracks: tuple[TrackOnMap, ...], done: int, total: int) -> LessonFile | None:
        if self.take is None or not tracks:
            return None
        words = picture.MapWords(
            turn.phrase("map_title"),
            turn.phrase("map_total", xong=str(done), tong=str(total)),
            turn.phrase("map_you"),
        )
        try:
            return self.take(picture.picture_of(tracks, words), picture.MOST_BYTES)
        except OSError as fault:
            log.error("map not kept", extra={"reason": fault.strerror})
            return None


def _goes_on(turn: TurnContext) -> CommandOutcome:
    if turn.state.open_run or turn.state.pending or turn.person.consent == "asked":
        return ASIDE
    following = learning_map.stands_at(turn, to_finish(turn, in_order(turn)))
    on = [(f"m:{following.id}", short(turn.lesson_title(following.id)))] if following else []
    turn.offer("", (*on, ("g:menu", turn.phrase("label_menu"))))
    return ANSWERED
