"""A learner asks how far she is: her way through the tracks as a picture, in words where none can be shown."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime, time
from typing import assert_never

from bot.pairing.policy import lines
from bot.people import granting
from bot.people.pseudonyms import Pseudonyms
from bot.progress.policy import badges, learning_map, note, picture, weeks
from bot.progress.policy.commands import DueNote, ProgressCommand, ShowProgress, TellTaught, WishNotes
from bot.progress.policy.learning_map import TrackOnMap
from bot.tutor import mastery, weekly
from bot.tutor.exhibits import carried
from bot.tutor.menu import in_order, short, to_finish
from bot.tutor.open_step import is_about_safety
from bot.tutor.outcome import ANSWERED, ASIDE, CommandOutcome
from bot.tutor.state import OfferedButtons
from bot.tutor.turn import Marked, TurnContext
from flows import events as ev
from flows.files import LessonFile
from storage.conversations import progress as kept
from storage.engine.database import Connection
from storage.pairing import roster
from storage.scams import drills

TakePicture = Callable[[str, int], LessonFile]
"""Keeps an SVG; its picture, of at most so many bytes, is drawn when somebody looks at it. Raises OSError."""

log = logging.getLogger(__name__)


class ProgressChat:
    """`names` tell who is suspended; without `take` everything is told in words."""

    def __init__(self, names: Pseudonyms, take: TakePicture | None = None) -> None:
        self.names, self.take = names, take

    def carry_out(self, connection: Connection, turn: TurnContext, command: ProgressCommand) -> CommandOutcome:
        """What is open is put to her again afterwards; else the next lesson stands under what she is told."""
        match command:
            case ShowProgress():
                self._show(connection, turn)
            case TellTaught(lesson):
                self._note_taught(connection, turn, lesson)
            case DueNote():
                return self._note(connection, turn)
            case WishNotes(wanted):
                (weekly.start if wanted else weekly.stop)(turn)
                turn.say(turn.phrase("note_started" if wanted else "note_stopped"))
            case _:
                assert_never(command)
        return self._goes_on(connection, turn)

    def _note(self, connection: Connection, turn: TurnContext) -> CommandOutcome:
        """Say it, unless it is no time for it: then later, or not this week. In the middle of a lesson its question is
        put again below, so that nobody loses her place by it."""
        her, now = turn.person.learner_id, turn.universe.now
        troubled = drills.troubled_at(connection, her, now)
        is_hurt = troubled is not None and now - troubled < weekly.AFTER
        if is_hurt or turn.is_saving or weekly.is_unanswered(turn) or granting.is_held(connection, self.names, her):
            weekly.drop(turn)
            return ANSWERED
        if is_about_safety(turn) or turn.state.pending or turn.state.meeting or lines.is_writing(turn):
            weekly.put_off(turn, weekly.BUSY)
            return ANSWERED
        since = datetime.combine(weekly.since(turn), time(), turn.book.zone)
        finished = [each for each in kept.finished(connection, her, since, now) if turn.book.lesson(each)]
        said = note.text(turn, finished, earned(connection, turn, "note_weeks"))
        (weekly.sent if said else weekly.drop)(turn)
        if said and turn.state.open_run:
            turn.say(said)
            return ASIDE
        if said:
            turn.offer(said, note.buttons(turn))
        return ANSWERED

    def _show(self, connection: Connection, turn: TurnContext) -> None:
        tracks = learning_map.map_of(turn)
        done, total = sum(each.done for each in tracks), sum(each.total for each in tracks)
        lines = [turn.phrase("menu_progress" if done else "progress_begins", xong=str(done), tong=str(total))]
        if firm := mastery.firm(turn):
            lines.append(turn.phrase("skills_firm", so=str(firm)))
        lines += earned(connection, turn)
        told = learning_map.told(turn, tracks)
        shown = ev.Exhibit("image", self._drawn(turn, tracks, done, total), told, told)
        turn.say(*carried(turn.profile, "\n".join(lines), [shown]))

    def _note_taught(self, connection: Connection, turn: TurnContext, lesson: str) -> None:
        """Each lesson counts once, however often it is told of."""
        told = _told(connection, turn)
        lesson = lesson or badges.lesson_taught(turn.state.done, told)
        if not lesson or lesson not in turn.state.done:
            turn.say(turn.phrase("taught_before" if turn.state.done else "taught_nothing"))
        elif lesson in told:
            turn.say(turn.phrase("taught_before"))
        else:
            turn.events.append(Marked(kept.TAUGHT, lesson, 1, 1))
            turn.say(turn.phrase("taught_thanks", bai=turn.lesson_title(lesson)))
            times = len(told) + roster.seen_alone(connection, turn.person.learner_id) + 1
            if times in badges.LEVELS:
                turn.say(turn.phrase("taught_badge", huy_hieu=turn.phrase(f"badge_{times}")))

    def _goes_on(self, connection: Connection, turn: TurnContext) -> CommandOutcome:
        if turn.state.open_run or turn.state.pending or turn.person.consent == "asked":
            return ASIDE
        following = learning_map.stands_at(turn, to_finish(turn, in_order(turn)))
        on = [(f"m:{following.id}", short(turn.lesson_title(following.id)))] if following else []
        turn.offer("", (*on, *_taught(connection, turn), ("g:menu", turn.phrase("label_menu"))))
        return ANSWERED

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


def earned(connection: Connection, turn: TurnContext, phrase: str = "progress_weeks") -> list[str]:
    """What is good to hear beside the lessons done: weeks of learning (in this `phrase`), whom she has taught; nothing
    where it is not."""
    if not turn.agreed:
        return []
    learner_id, zone, said = turn.person.learner_id, turn.book.zone, []
    days = {at.astimezone(zone).date() for at in kept.learnt_at(connection, learner_id)}
    if count := weeks.weeks_learnt(days, turn.today):
        said.append(turn.phrase(phrase, so=str(count)))
    times = len(_told(connection, turn)) + roster.seen_alone(connection, learner_id)
    if level := badges.level_of(times):
        said.append(turn.phrase("progress_badge", huy_hieu=turn.phrase(f"badge_{level}"), so=str(times)))
    return said


def _taught(connection: Connection, turn: TurnContext) -> OfferedButtons:
    """The button by which she says that she has shown somebody the lesson finished last."""
    if not turn.agreed or not turn.state.done:
        return ()
    lesson = badges.lesson_taught(turn.state.done, _told(connection, turn))
    return ((f"pr:taught:{lesson}", turn.phrase("label_taught")),) if lesson else ()


def _told(connection: Connection, turn: TurnContext) -> set[str]:
    """The lessons that she says she has shown to somebody, what she has just said included."""
    said = {each.name for each in turn.events if isinstance(each, Marked) and each.kind == kept.TAUGHT}
    return kept.taught(connection, turn.person.learner_id) | said
