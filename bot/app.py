"""The one place that knows all rooms: builds them, starts them, stops them without losing anything."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import logging
import os
import signal
import sys
import time as time_
from collections.abc import Callable, Coroutine, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, time
from pathlib import Path
from random import Random
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

from aiohttp.web import AbstractRouteDef

from bot import restoring
from bot.channels.base import LogEntry
from bot.channels.webchat import WebChat
from bot.channels.webchat.identity import load_keys
from bot.channels.webchat.streams import Streams
from bot.errors import CamtayError, SettingsInvalid, StorageError
from bot.greeting import LOOPBACK, greeting, refusal
from bot.services.announcing import AnnouncementFeeder
from bot.services.conversation import Conversation
from bot.services.disk import Writable, free_bytes
from bot.services.effects import WEB, Effects, unpack_entry
from bot.services.export import export_of_chat
from bot.services.hearing import Overheard
from bot.services.library import LiveLessons
from bot.services.office import Links, Office
from bot.services.pairing import Hooks, Pairings
from bot.services.pairing import PairingContext as PairingWorld
from bot.services.presence import Presence
from bot.services.preview import Previews
from bot.services.pseudonyms import Pseudonyms
from bot.services.retention import Retention
from bot.services.rooms import rooms_of
from bot.services.rules import keep_rules, news_rules, pairing_clock, pairing_rules
from bot.settings import Settings, account
from bot.telemetry import start_logging, stop_logging
from bot.tutoring.quiet import QuietHours
from bot.web import server
from bot.web.access import LocalKey, networks
from bot.web.door import bounds_for, take_files
from bot.web.preview import preview_routes
from bot.workers.announcer import AnnouncementWorker
from bot.workers.caretaker import Caretaker
from bot.workers.flood import Flood
from bot.workers.intake import Intake
from bot.workers.librarian import Librarian
from bot.workers.sender import Senders
from bot.workers.steady import Steady
from bot.workers.telegram_line import TelegramOwner
from bot.workers.ticker import EVERY_S, Ticker
from bot.workers.watcher import Watcher
from flows import Book, LessonInvalid
from flows.events import Universe
from flows.words.wishes import warm
from storage import keeping, schema
from storage.address import sqlite_path
from storage.database import Database, open_database
from storage.lock import lock_all, note_port

SEND_PATIENCE_S = 3.0  # how long a stop waits for messages under way; the rest stays in the outbox
WORK_PATIENCE_S = 3.0
WATCHED_S = 0.5  # how often publications are looked for while somebody writes lessons here
STUCK_S = (
    30.0  # an update takes some ten milliseconds, a batch a second: whoever waits longer waits for something broken
)
STOP_WITHIN_S = 7.0  # all of it together

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Environment:
    """Clock, ids and chance of a whole process; tests hand in their own. `counted_s` is what the machine counts by
    itself, in seconds, whatever is set."""

    now: Callable[[], datetime] = lambda: datetime.now(UTC)
    counted_s: Callable[[], float] = lambda: _counted_s()
    new_id: Callable[[], str] = lambda: uuid4().hex
    tick_s: float = EVERY_S
    failpoint: Callable[[str], None] = lambda _: None

    def universe(self, seed: str) -> Universe:
        """The world of one update: the same update throws the same dice, so that a batch can run again."""
        return Universe(self.now(), self.new_id, Random(seed))


@dataclass(slots=True)
class App:
    """A running tutor. `start`, then `stop`; `failed` is set when a worker ends that never should; `files` may be open.

    With `watch` lessons that are saved are taken over by themselves; `library.faults` are those that could not be.
    It is not well when an update has waited for `stuck_s` seconds.
    """

    settings: Settings
    world: Environment = field(default_factory=Environment)
    watch: bool = False
    stuck_s: float = STUCK_S
    database: Database = field(init=False)
    library: LiveLessons = field(init=False)
    intake: Intake = field(init=False)
    key: LocalKey = field(init=False)
    telegram: TelegramOwner | None = None
    files: int = field(default_factory=take_files)
    failed: asyncio.Event = field(default_factory=asyncio.Event)
    _senders: Senders = field(default_factory=Senders)
    _workers: list[asyncio.Task[None]] = field(default_factory=list)
    _intake_task: asyncio.Task[None] | None = None
    _runner: Any = None
    _lock: contextlib.ExitStack | None = None

    async def start(self) -> None:
        """Raises SettingsInvalid, StorageError, BackupFailed (a sentence each) or OSError when the port is taken."""
        settings, world = self.settings, self.world
        data = Path(settings.data.dir)
        url = settings.database_url
        try:
            self.database = open_database(url)
        except ValueError as unknown:
            raise SettingsInvalid(f"DATABASE_URL: {unknown}") from None
        restoring.finish(data, url)
        if url.startswith("sqlite"):
            self._lock = lock_all(data, sqlite_path(url))
        data.mkdir(parents=True, exist_ok=True)
        restoring.sweep_copies(data, url)
        await schema.ensure(self.database)
        quiet = quiet_hours(settings)
        self.library = LiveLessons(self.database, Path(settings.lessons.dir), settings.placeholders, quiet)
        book = await self.library.open(world.now())
        names = Pseudonyms.of_folder(data, world.new_id)
        office, pairings = self._office(names)
        conversation = Conversation(self.database, book, world.universe, quiet, office)
        self.intake = Intake(conversation, self._publish, self._senders, world.failpoint)
        self._intake_task = self._spawn(self.intake.run())
        presence = Presence(self.database, world.now, quiet)
        self._webchat = self._web(data)
        self.key = LocalKey(load_keys(data / "web.key", world.new_id)[0])
        self.telegram = TelegramOwner.of(
            settings,
            conversation,
            Flood(self.intake.submit).submit,
            presence,
            self._senders,
            world.now,
            world.failpoint,
        )
        routes = [*(self.telegram.routes() if self.telegram else ()), *self._preview(lambda: conversation.book)]
        proxies = networks(settings.web.proxies)
        app = server.create_app(self._webchat, self._health, routes, proxies, self.key)
        self._runner = await server.start(app, settings.web.host, settings.web.port, bounds_for(self.files), proxies)
        if self._lock is not None:
            note_port(data, self._runner.addresses[0][1])
        beat, tick_s = presence.beat, world.tick_s
        self._writable = Writable(self.database, world.now, world.counted_s)
        self._steady = Steady(self.database, world.now, world.counted_s)
        self._ticker = Ticker(self.database, self.intake.submit, world.now, quiet, beat, tick_s, pairings, self._steady)
        self._workers.append(self._spawn(self._ticker.run()))
        self._care(office, quiet, data)
        self._follow(conversation, quiet)
        asyncio.get_running_loop().run_in_executor(None, warm, conversation.book.wishes)
        if self.telegram is not None:
            self._workers.append(self._spawn(self.telegram.run()))
        shelf = self.library.shelf
        log.info("started", extra={"lessons": len(shelf.good), "broken": sorted(shelf.broken), "watch": self.watch})

    def _office(self, names: Pseudonyms) -> tuple[Office, Pairings]:
        """Where a conversation meets other people: the pairing and the rooms around it."""
        settings = self.settings
        world = PairingWorld(pairing_rules(settings), pairing_clock(settings), self.world.new_id, names.of)
        links = Links(settings.telegram.username, settings.web.public_url)
        return Office(names, Hooks(world), links, rooms_of(names, world, news_rules(settings), links)), Pairings(
            self.database, world
        )

    def _care(self, office: Office, quiet: QuietHours, data: Path) -> None:
        """Announcements slice by slice; once a day what is kept no longer."""
        settings, world = self.settings, self.world
        feeder = AnnouncementFeeder(self.database, news_rules(settings), quiet, world.new_id)
        self._workers.append(self._spawn(AnnouncementWorker(feeder, world.now, self._wake, world.tick_s).run()))
        retention = Retention(self.database, office, keep_rules(settings), world.new_id)
        folders = {data, (sqlite_path(settings.database_url) or data / "x").parent}
        self._workers.append(self._spawn(Caretaker(retention, world.now, quiet, folders, data, self._steady).run()))

    def _follow(self, conversation: Conversation, quiet: QuietHours) -> None:
        """Take over what is published, and under `watch` what is saved."""
        now, tick_s = self.world.now, self.world.tick_s
        every_s = min(tick_s, WATCHED_S) if self.watch else tick_s
        submit = self.intake.submit
        librarian = Librarian(self.library, conversation, submit, now, quiet, every_s, reads_files=not self.watch)
        self._workers.append(self._spawn(librarian.run()))
        if self.watch:
            self._workers.append(self._spawn(Watcher(self.library, librarian, now, account(os.environ), _tell).run()))

    _webchat: WebChat = field(init=False)
    _steady: Steady = field(init=False)
    _writable: Writable = field(init=False)
    _ticker: Ticker | None = None

    def _web(self, data: Path) -> WebChat:
        web, bounds = self.settings.web, bounds_for(self.files)
        return WebChat(
            submit=self.intake.submit,
            history=self._history,
            new_id=self.world.new_id,
            now=self.world.now,
            key_path=data / "web.key",
            tutor=self.settings.tutor.name,
            union=self.settings.tutor.union,
            public_url=web.public_url,
            max_text=web.max_text,
            export=self._export,
            streams=Streams(bounds.streams, bounds.streams_per_address),
        )

    async def _export(self, chat_id: str, kind: str) -> str | None:
        return await export_of_chat(self.database, WEB, chat_id, kind, self.library.book)

    def _preview(self, book: Callable[[], Book]) -> Sequence[AbstractRouteDef]:
        """The preview, for who works at this machine. Behind a public address there is none."""
        if self.settings.web.public_url:
            return ()
        root, facts = Path(self.settings.lessons.dir), self.settings.placeholders
        previews = Previews(root, facts, book, lambda: self.library.faults)
        return preview_routes(
            previews, self.settings.tutor.name, lambda: Overheard(book(), self.world.now()), self.key.opens
        )

    def _spawn(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        task = asyncio.create_task(work)
        task.add_done_callback(self._ended)
        return task

    def _ended(self, task: asyncio.Task[None]) -> None:
        if not task.cancelled() and task.exception() is not None:
            log.error("worker ended", exc_info=task.exception())
            self.failed.set()

    def _publish(self, effects: Effects) -> None:
        """What is committed goes out: to the senders and to the pages that are open."""
        self._senders.push(effects.outgoing)
        if effects.stirred or effects.forgotten:
            self._wake()
        for chat_id in effects.anew:
            self._webchat.renew(chat_id)
        for chat_id, entries in effects.entries.items():
            self._webchat.publish(chat_id, entries)

    def _wake(self) -> None:
        if self._ticker is not None:
            self._ticker.wake()

    async def _history(self, chat_id: str, after: int, limit: int, oldest: bool = False) -> list[LogEntry]:
        rows = await self.database.read(lambda connection: keeping.history(connection, chat_id, after, limit, oldest))
        return [unpack_entry(row) for row in rows]

    async def _health(self) -> tuple[bool, dict[str, object]]:
        try:
            await self._writable.prove()
            counts = await self.database.read(keeping.counts)
        except StorageError as away:
            return False, {"database": str(away)[:200]}
        shelf = self.library.shelf
        free = await asyncio.to_thread(free_bytes, [Path(self.settings.data.dir)])
        of_machine = {"clock": "jumped" if self._steady.jumped else "steady", "free_mb": free // 1_000_000}
        handled = {"handled": self.intake.handled, "lessons": len(shelf.good), "broken": len(shelf.broken)}
        telegram = {"telegram": self.telegram.state} if self.telegram else {}
        waits_s = self.intake.waits_s
        well = waits_s < self.stuck_s
        return well, {**counts, **handled, **of_machine, "waits_s": round(waits_s, 1), **telegram}

    async def stop(self) -> None:
        """Take nothing new, finish what was taken, send what is under way; within ten seconds."""
        if self.telegram is not None:
            self.telegram.stop()
        if self._runner is not None:
            await self._runner.cleanup()
        if self._intake_task is not None:
            await self.intake.close()
            await asyncio.wait([self._intake_task], timeout=WORK_PATIENCE_S)
        for worker in self._workers:
            worker.cancel()
        await asyncio.gather(*self._workers, return_exceptions=True)
        if self.telegram is not None:
            with contextlib.suppress(StorageError):
                await self.telegram.close(SEND_PATIENCE_S)
        if hasattr(self, "database"):
            await self.database.close()
        if self._lock is not None:
            self._lock.close()


def _counted_s() -> float:
    """Sleep counts where the system tells, as on Linux: a lid that was closed is no jump of the clock."""
    return time_.clock_gettime(time_.CLOCK_BOOTTIME) if hasattr(time_, "CLOCK_BOOTTIME") else time_.monotonic()


def quiet_hours(settings: Settings) -> QuietHours:
    clock = settings.time
    return QuietHours(time.fromisoformat(clock.quiet_from), time.fromisoformat(clock.quiet_to), ZoneInfo(clock.zone))


def watches(settings: Settings, wish: bool | None) -> bool:
    """Whether saved lessons are taken over: as wished, else only while nobody but whoever sits here can be reached."""
    alone = settings.web.host in LOOPBACK and not settings.web.public_url and not settings.telegram.token
    return alone if wish is None else wish


def run(settings: Settings, world: Environment | None = None, watch: bool | None = None) -> int:
    """Serve until SIGTERM or Ctrl-C; the exit code is 0, 2 for a setting or database that refuses, 1 for a failure.

    `watch` None: see `watches`.
    """
    start_logging(
        Path(settings.data.dir) / "log", level=settings.log.level, max_mb=settings.log.max_mb, keep=settings.log.keep
    )
    try:
        with asyncio.Runner(loop_factory=_loop_factory()) as runner:
            return runner.run(_serve(App(settings, world or Environment(), watches(settings, watch))))
    finally:
        stop_logging()


def _loop_factory() -> Callable[[], asyncio.AbstractEventLoop] | None:
    try:
        import uvloop
    except ImportError:
        return None
    return uvloop.new_event_loop


async def _serve(app: App) -> int:
    code = 1
    try:
        code = await _until_stopped(app, app.settings)
        return code
    finally:
        await _end(app, code)


async def _until_stopped(app: App, settings: Settings) -> int:
    stopping, loop = asyncio.Event(), asyncio.get_running_loop()
    for name in ("SIGTERM", "SIGINT"):
        with contextlib.suppress(NotImplementedError):
            loop.add_signal_handler(getattr(signal, name), stopping.set)
    try:
        await app.start()
    except (CamtayError, StorageError, LessonInvalid) as wrong:
        _tell(str(wrong))
        return 2
    except OSError as fault:
        _tell(refusal(fault, settings))
        return 2
    gc.freeze()  # modules and lessons stay: walking through them again and again would hold everybody up for 60 ms
    for line in (*greeting(settings, app.library.shelf, app.files, app.key.text), *_about_lessons(app)):
        _tell(line)
    waits = [asyncio.create_task(event.wait()) for event in (stopping, app.failed)]
    await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
    for wait in waits:
        wait.cancel()
    return 1 if app.failed.is_set() else 0


async def _end(app: App, code: int) -> None:
    """Stop, but not for ever: when something hangs (a database that neither answers nor breaks off) go without it.

    What was acknowledged is committed, and what was not will be delivered again: an end without goodbye is safe.
    """
    stopping = asyncio.create_task(app.stop())
    _, late = await asyncio.wait([stopping], timeout=STOP_WITHIN_S)
    if late:
        log.warning("stop cut short")
        stop_logging()
        os._exit(code)
    await stopping


def _about_lessons(app: App) -> Iterator[str]:
    if app.watch:
        yield "Lưu bài nào là dùng được ngay bài đó (tắt: --no-watch)."
    elif app.library.drafts:
        ids = " ".join(lesson.id for lesson in app.library.drafts)
        yield f"Bài đã sửa, chưa phát hành: {ids}. Xem trước khi phát hành: ./camtay publish --dry-run"


def _tell(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()
