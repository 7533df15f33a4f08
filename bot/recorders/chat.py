"""An editor reads the lessons aloud in chat, line by line; what is read is judged and kept by whoever listens."""

from __future__ import annotations

from collections.abc import Iterator
from typing import assert_never

from bot.channels.base import Attachment
from bot.people.granting import actor_of
from bot.people.pseudonyms import Pseudonyms
from bot.recorders.policy.commands import (
    BeginRecording,
    EndRecording,
    LineRecorded,
    NextLine,
    ReadAgain,
    RecorderCommand,
    ShowLine,
    TakeRecording,
)
from bot.recorders.policy.subjects import READING
from bot.tutor import menu
from bot.tutor.outcome import ANSWERED, ASIDE, CommandOutcome
from bot.tutor.turn import RecordingCame, TurnContext
from flows.model import Lesson
from flows.run import DEFAULT_ADDRESS
from flows.shelf.voice_lines import VoiceLine, lines_of
from storage.conversations import recordings
from storage.engine.database import Connection

LessonLines = tuple[VoiceLine, ...]


class RecorderChat:
    """Of a line that was heard as something else the second reading is taken, whatever is heard: machines mishear."""

    def __init__(self, names: Pseudonyms) -> None:
        self.names = names
        self._lines: dict[tuple[str, int], LessonLines] = {}

    def carry_out(self, connection: Connection, turn: TurnContext, command: RecorderCommand) -> CommandOutcome:
        """Only for whoever looks after lessons, at this moment."""
        if not actor_of(connection, self.names, turn.person.learner_id).paths("record"):
            turn.change(offer=(), pending="")
            turn.say(turn.phrase("record_not_yours"))
            return ASIDE
        match command:
            case BeginRecording():
                return self._begin(connection, turn)
            case ShowLine():
                self._show(turn, self._line(turn, _asked(turn)))
            case ReadAgain(number):
                self._show(turn, self._line(turn, number))
            case NextLine(number):
                self._show(turn, self._next(connection, turn, number))
            case EndRecording():
                turn.change(offer=(), pending="")
                turn.say(turn.phrase("record_end"))
                return ASIDE
            case TakeRecording(ref):
                if line := self._line(turn, _asked(turn)):
                    sure = any(token.startswith("rc:sure:") for token, _ in turn.state.offer)
                    turn.events.append(RecordingCame(ref, (line.lesson, line.key, line.words), sure))
            case LineRecorded():
                self._recorded(connection, turn, command)
            case _:
                assert_never(command)
        return ANSWERED

    def _begin(self, connection: Connection, turn: TurnContext) -> CommandOutcome:
        if not turn.listens:
            turn.say(turn.phrase("record_cannot"))
            return ASIDE
        turn.say(turn.phrase("record_begin"))
        self._show(turn, self._next(connection, turn, ""))
        return ANSWERED

    def _recorded(self, connection: Connection, turn: TurnContext, told: LineRecorded) -> None:
        line = self._line(turn, told.number)
        if line is None:  # its lesson was changed while she was reading
            self._show(turn, self._next(connection, turn, ""))
        elif told.fault:
            turn.say(turn.phrase(f"record_{told.fault}", loi=told.heard or "…"))
            self._show(turn, line, sure=told.fault in ("other", "hurried"))
        else:
            recordings.mark(connection, line.digest)
            played = (Attachment("voice", file=told.file, words=line.words),) if told.file else ()
            turn.say(turn.phrase("record_taken"), played)
            self._offer(turn, "", line, again="again", on="label_on")

    # --- which line ---

    def _show(self, turn: TurnContext, line: VoiceLine | None, *, sure: bool = False) -> None:
        if line is None:
            turn.change(offer=(), pending="")
            turn.say(turn.phrase("record_done"))
            return
        shown = turn.phrase("record_read", so=line.number, cau=line.words)
        self._offer(turn, shown, line, again="sure" if sure else "", on="label_record_skip")

    def _offer(self, turn: TurnContext, text: str, line: VoiceLine, *, again: str, on: str) -> None:
        """The buttons under a line; by `again` is known whether it was read before."""
        choices = [(f"rc:next:{line.number}", turn.phrase(on)), ("rc:end", turn.phrase("label_record_end"))]
        if again:
            choices.insert(1, (f"rc:{again}:{line.number}", turn.phrase("label_record_again")))
        turn.offer(text, tuple(choices), READING)

    def _next(self, connection: Connection, turn: TurnContext, after: str) -> VoiceLine | None:
        """The first line behind the one of this number ("": of all) that nobody has recorded."""
        marked, waits_for = recordings.marked(connection), after
        for lesson, lines in self._all(turn):
            for line in lines:
                if waits_for:
                    waits_for = "" if line.number == waits_for else waits_for
                elif line.digest not in lesson.files and line.digest not in marked:
                    return line
        return self._next(connection, turn, "") if waits_for else None

    def _line(self, turn: TurnContext, number: str) -> VoiceLine | None:
        return next((line for _, lines in self._all(turn) for line in lines if line.number == number), None)

    def _all(self, turn: TurnContext) -> Iterator[tuple[Lesson, LessonLines]]:
        """The lines of every lesson that are said to all, or to whoever is called as most are."""
        for lesson in menu.in_order(turn):
            key = lesson.id, turn.book.current[lesson.id]
            if key not in self._lines:
                every = lines_of(lesson, turn.book.facts)
                self._lines[key] = tuple(each for each in every if DEFAULT_ADDRESS in each.addresses)
            yield lesson, self._lines[key]


def _asked(turn: TurnContext) -> str:
    """The number of the line that stands before her."""
    return next((token.removeprefix("rc:next:") for token, _ in turn.state.offer if token.startswith("rc:next:")), "")
