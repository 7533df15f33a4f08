"""A meeting that is begun, rolled and ended at the desk. One transaction each; who may is asked each time."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import TypeVar

from bot.errors import CamtayError
from bot.meetings.policy.meeting import Attendant
from bot.people.policy.permissions import Actor
from bot.people.service import NobodyThere, People
from flows import Book, Lesson
from flows.saying import say
from storage.engine.database import Connection
from storage.meetings import meetings as kept
from storage.meetings.meetings import HeldMeetingRow
from storage.people.areas import AreaRow

ACTION = "meet"
MENDED = timedelta(days=7)
"""So long after its end who was there can still be put right: a list on paper is typed the day after."""
MOST = 300
"""Of a roll at once: a branch has about a hundred; in a ward one looks for a name."""

HELD_IN = ("ward", "branch", "group")
"""Kinds of areas that meet: of a whole province nobody calls a roll."""

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class MeetingRoll:
    """A meeting with those who may have come, by given name, `more` of whom are not listed; `here` have come in all."""

    row: HeldMeetingRow
    place: AreaRow
    listed: tuple[Attendant, ...]
    more: bool
    here: int


class HeldMeetings:
    """Acts by way of `people`, which knows who may do what where and writes every act down."""

    def __init__(self, service: People, new_id: Callable[[], str], book: Callable[[], Book]) -> None:
        self.people, self.new_id, self.book = service, new_id, book

    def lessons(self) -> list[Lesson]:
        """Lessons that can be held at a meeting, in the order of their tracks."""
        book = self.book()
        tracks = {track: at for at, (track, _) in enumerate(book.tracks)}
        current = (book.versions[key] for key in book.current.items())
        shown = (each for each in current if not each.emergency and each.track not in book.for_instructors)
        return sorted(shown, key=lambda each: (tracks.get(each.track, len(tracks)), each.order, each.id))

    async def begin(self, actor: Actor, area_id: str, lesson_id: str) -> str:
        """A meeting of an area about a lesson is on; its id. Raises NotAllowed, NobodyThere, CamtayError."""
        if lesson_id not in {each.id for each in self.lessons()}:
            raise CamtayError(say("Chọn bài học cho buổi họp."))

        def work(connection: Connection, place: AreaRow) -> str:
            if place.kind not in HELD_IN:
                raise CamtayError(say("Họp ở một xã, phường, chi hội hay tổ."))
            same = (each for each in kept.on(connection, [place.path], MOST) if each.area_id == place.area_id)
            if any(each.lesson == lesson_id for each in same):
                raise CamtayError(
                    say("Ở {area} đang có buổi họp với bài này: mở buổi ấy ra điểm danh.", area=place.name)
                )
            row = HeldMeetingRow(self.new_id(), place.area_id, lesson_id, actor.name, self.people.now(), None)
            kept.begin(connection, row)
            self.people.note(connection, actor, "meeting_begun", "", place.area_id)
            return row.event_id

        return await self.people.act(actor, ACTION, area_id, work)

    async def roll(self, actor: Actor, event_id: str, words: Sequence[str] = ()) -> MeetingRoll | None:
        """Whom to tick; None for a meeting that is over for longer than MENDED, or was begun in a chat.

        Raises NotAllowed, NobodyThere.
        """
        row = await self.people.database.read(lambda c: kept.get(c, event_id))
        if row is None or not self._may_be_mended(row):
            return None

        def work(connection: Connection, place: AreaRow) -> MeetingRoll:
            rows = kept.listed(connection, place.path, 0, MOST + 1, words)
            came = kept.came(connection, event_id)
            listed = (
                Attendant(who, name, who in came, area if area != place.name else "") for who, name, area in rows[:MOST]
            )
            return MeetingRoll(row, place, tuple(listed), len(rows) > MOST, kept.count(connection, event_id))

        return await self.people.act(actor, ACTION, row.area_id, work)

    async def tick(self, actor: Actor, event_id: str, came: Collection[str], gone: Collection[str]) -> None:
        """`came` are here, `gone` are not; of others nothing changes, nobody of another area is ticked. Of a meeting
        that is over that is a correction, within MENDED: it counts for the day on which the meeting was.

        Raises NotAllowed, NobodyThere, CamtayError.
        """

        def work(connection: Connection, row: HeldMeetingRow, place: AreaRow) -> None:
            there, at = kept.came(connection, event_id), row.ended_at or self.people.now()
            fresh = sorted(kept.expected_among(connection, place.path, set(came) - there))
            if row.ended_at is not None and (fresh or set(gone) & there):
                self.people.note(connection, actor, "meeting_mended", "", place.area_id)
            for who in sorted(set(gone) & there):
                kept.untick(connection, event_id, who)
            event = {"event_id": event_id, "area_id": row.area_id, "lesson": row.lesson, "by": actor.name}
            for who in fresh:
                kept.tick(connection, event, who, at)

        await self._act_on(actor, event_id, self._may_be_mended, work)

    async def end(self, actor: Actor, event_id: str) -> int:
        """The meeting is over; how many came. Raises NotAllowed, NobodyThere, CamtayError."""

        def work(connection: Connection, row: HeldMeetingRow, place: AreaRow) -> int:
            kept.end(connection, event_id, self.people.now())
            self.people.note(connection, actor, "meeting_closed", "", place.area_id)
            return kept.count(connection, event_id)

        return await self._act_on(actor, event_id, lambda row: row.ended_at is None, work)

    def _may_be_mended(self, row: HeldMeetingRow) -> bool:
        """Whether it is on, or was over only lately."""
        return row.ended_at is None or self.people.now() - row.ended_at < MENDED

    async def _act_on(
        self, actor: Actor, event_id: str, may: Callable[[HeldMeetingRow], bool],
        work: Callable[[Connection, HeldMeetingRow, AreaRow], T],
    ) -> T:  # fmt: skip
        row = await self.people.database.read(lambda c: kept.get(c, event_id))
        if row is None:
            raise NobodyThere

        def unit(connection: Connection, place: AreaRow) -> T:
            held = kept.get(connection, event_id, locked=True)
            if held is None or not may(held):
                raise CamtayError(say("Buổi họp này đã kết thúc."))
            return work(connection, held, place)

        return await self.people.act(actor, ACTION, row.area_id, unit)
