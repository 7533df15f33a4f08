"""The tutor itself on a database of its own, with a clock that is moved: months of it are lived in seconds.

Everything that a real tutor would write is written by it: nothing of what follows is invented but who comes, when, and
what she taps.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import cached_property, partial
from math import inf
from pathlib import Path

from bot.announcements.service import AnnouncementFeeder
from bot.announcements.worker import AnnouncementWorker
from bot.channels.base import Body, LogEntry, Update
from bot.conversation.batch import Conversation
from bot.conversation.handlers import handlers_of
from bot.media.store import MediaStore
from bot.officers import OfficerServices
from bot.pairing.service import Pairings
from bot.publishing.library import LiveLessons, publish_first
from bot.rules import pairing_clock
from bot.scheduler.ticker import Ticker
from bot.seeding.draft import earlier_shelf
from bot.settings import Data, DatabaseAddress, Settings
from flows import Book
from flows.engine.kinds.table import kind_of
from flows.events import Universe
from flows.rules.checked import Checked
from flows.shelf.shelf import read_shelf
from storage.engine import schema
from storage.engine.database import Database
from storage.engine.instants import to_ms
from storage.engine.slices import Slices
from storage.engine.sqlite import SQLite

WEB = "web"
"""The channel of everybody made up: the one for which no provider is needed."""

ID_LENGTH = 32


@dataclass
class MovedClock:
    """Says the same until it is moved."""

    at: datetime

    def __call__(self) -> datetime:
        return self.at

    def passes(self, seconds: float) -> None:
        """Move it on."""
        self.at += timedelta(seconds=seconds)


@dataclass
class CountedIds:
    """`prefix`, a number of ten hex digits, zeros: each id differs from all others within its first twelve letters."""

    prefix: str
    last: int = 0

    def __call__(self) -> str:
        self.last += 1
        return f"{self.prefix}{self.last:010x}".ljust(ID_LENGTH, "0")


HearLines = Callable[[str, Sequence[LogEntry]], None]
"""Takes what was said in a chat."""


@dataclass
class LivedTutor:
    """`heard` hears every line that is said in any chat."""

    settings: Settings
    database: Database
    clock: MovedClock
    new_id: CountedIds
    library: LiveLessons
    officers: OfficerServices
    heard: HearLines = lambda chat_id, entries: None
    updates: int = 0
    conversation: Conversation = field(init=False)
    pairings: Pairings = field(init=False)
    ticker: Ticker = field(init=False)
    announcer: AnnouncementWorker = field(init=False)

    def __post_init__(self) -> None:
        quiet = self.officers.pairing.clock.quiet
        self.conversation = Conversation(
            self.database, self.library.book, self._universe, quiet, self.officers.services
        )
        self.pairings = Pairings(self.database, self.officers.pairing)
        steady = partial(Slices, aim_s=inf, rest=0)  # by no clock but ours
        self.ticker = Ticker(
            self.database, self.submit, self.clock, quiet, _nothing, pairings=self.pairings, slices=steady
        )
        feeder = AnnouncementFeeder(self.database, self.officers.rules, quiet, self.new_id)
        self.announcer = AnnouncementWorker(feeder, self.clock, lambda: None)

    @property
    def book(self) -> Book:
        """All lessons and sentences."""
        return self.library.book

    def track_of(self, lesson_id: str) -> str:
        """The track of a lesson of the book."""
        lesson = self.book.lesson(lesson_id)
        return lesson.track if lesson else ""

    @cached_property
    def right(self) -> frozenset[str]:
        """What stands on the buttons that answer some question of some lesson right."""
        steps = (step for lesson in self.book.versions.values() for step in lesson.steps)
        return frozenset(option.text for step in steps for option in kind_of(step).options(step) if option.right)

    def _universe(self, seed: str) -> Universe:
        return Universe(self.clock(), self.new_id, seed)

    async def does(self, chat_id: str, body: Body) -> None:
        """Somebody at the web page does something now."""
        self.updates += 1
        await self.submit([Update(WEB, f"{chat_id}:{self.updates}", chat_id, body, self.clock())])

    async def submit(self, updates: Sequence[Update]) -> None:
        """As the intake does it."""
        if not updates:
            return
        effects = await self.conversation.handle(updates)
        for chat_id, entries in effects.entries.items():
            self.heard(chat_id, entries)

    async def time_comes(self) -> None:
        """What is due now: announcements, notices, reminders, deadlines, by day new offers to whoever waits."""
        await self.announcer.step()
        await self.ticker.tell()
        await self.ticker.fire()
        await self.ticker.see_to_requests()
        await self.pairings.sweep(lambda: to_ms(self.clock()))
        await self.ticker.tell()

    async def day_ends(self) -> None:
        """Forget what is kept no longer."""
        await self.ticker.sweep()


async def _nothing() -> None:
    pass


@asynccontextmanager
async def lived(
    settings: Settings,
    folder: Path,
    began_at: datetime,
    prefix: str,
    checked: Checked,
    store: MediaStore | None = None,
    over: Database | None = None,
) -> AsyncIterator[LivedTutor]:
    """A tutor whose data lie in `folder`, which may hold the key of its pseudonyms, or in the database `over`, whose
    lessons have one version and which is closed in the end; its clock stands at `began_at`.

    Its ids begin with `prefix`; lessons that `checked` knows are not linted again. Without a `store` pictures of
    lessons are told in words. Raises what the lessons or the settings are refused for.
    """
    settings = replace(settings, data=Data(str(folder)), database=DatabaseAddress(""), channels={})
    clock, new_id = MovedClock(began_at), CountedIds(prefix)
    database = over or SQLite(folder / "camtay.db", durable=False)
    try:
        await schema.ensure(database)
        quiet = pairing_clock(settings).quiet
        library = LiveLessons(database, Path(settings.lessons.dir), settings.placeholders, quiet, store, checked)
        shelf = read_shelf(library.root, settings.placeholders, checked)
        if over is None and (before := earlier_shelf(shelf, settings.placeholders)):
            await publish_first(database, before, clock())
        await library.open(clock())
        while await library.make_files():
            pass
        officers = OfficerServices(
            settings, database, clock, new_id, lambda: library.book, partial(handlers_of, take=None)
        )
        yield LivedTutor(settings, database, clock, new_id, library, officers)
    finally:
        await database.close()
