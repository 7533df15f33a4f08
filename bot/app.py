"""The one place that knows all rooms: builds them, starts them, stops them without losing anything."""

from __future__ import annotations

import asyncio
import gc
import logging
import os
import signal
import sys
import time as time_
from collections.abc import Callable, Coroutine, Iterator, Sequence
from contextlib import AsyncExitStack, ExitStack, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from typing import Any
from uuid import uuid4

from aiohttp.web import AbstractRouteDef

from bot import restoring
from bot.announcements.service import AnnouncementFeeder
from bot.announcements.worker import AnnouncementWorker
from bot.channels.base import LogEntry, Submit
from bot.channels.webchat import WebChat
from bot.channels.webchat.identity import load_keys
from bot.channels.webchat.sounds import Sounds
from bot.channels.webchat.streams import Streams
from bot.conversation.batch import Conversation
from bot.conversation.effects import Effects, unpack_entry
from bot.conversation.handlers import handlers_of
from bot.conversation.presence import Presence
from bot.conversation.understanding import Overheard
from bot.conversation.warming import warmed
from bot.delivery.flood import Flood
from bot.delivery.intake import Intake
from bot.delivery.owner import ChannelOwner
from bot.delivery.sender import Senders
from bot.delivery.surroundings import surroundings_of
from bot.errors import CamtayError, SettingsInvalid, StorageError
from bot.greeting import LOOPBACK, greeting, refusal
from bot.health import Health
from bot.officers import OfficerServices
from bot.pairing.service import Pairings
from bot.people.export import export_of_chat
from bot.people.retention import Retention
from bot.publishing.library import LiveLessons
from bot.publishing.preview import Previews
from bot.publishing.sync import Librarian
from bot.publishing.watcher import Watcher
from bot.rules import keep_rules, pairing_clock
from bot.scheduler.daily import Caretaker
from bot.scheduler.disk import Writable
from bot.scheduler.steady import Steady
from bot.scheduler.ticker import EVERY_S, Ticker
from bot.settings import Settings, account
from bot.telemetry import start_logging, stop_logging
from bot.voice.extra import listener
from bot.voice.transcriber import Transcriber
from bot.voice.worker import VoiceWorker
from bot.web import server
from bot.web.access import LocalKey, networks
from bot.web.door import bounds_for, take_files
from bot.web.preview import preview_routes
from bot.workers import Workers
from flows import LessonInvalid
from flows.events import Universe
from flows.saying import joined, said_by, say
from storage.conversations import web_log
from storage.engine import schema
from storage.engine.address import sqlite_path
from storage.engine.database import Database, open_database
from storage.engine.lock import lock_all, note_port

SEND_PATIENCE_S = 3.0  # how long a stop waits for messages under way; the rest stays in the outbox
WORK_PATIENCE_S = 3.0
WATCHED_S = 0.5  # how often publications are looked for while somebody writes lessons here
STOP_WITHIN_S = 7.0  # all of it together

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Environment:
    """Clock, ids and chance of a whole process; tests hand in their own. `counted_s` is what the machine counts by
    itself, in seconds, whatever is set; `told` puts a sentence into the language of whoever sits at the terminal;
    `listener` is the command of the process that understands voice messages, empty where there is none."""

    now: Callable[[], datetime] = lambda: datetime.now(UTC)
    counted_s: Callable[[], float] = lambda: _counted_s()
    new_id: Callable[[], str] = lambda: uuid4().hex
    told: Callable[[str], str] = str
    tick_s: float = EVERY_S
    listener: Callable[[], Sequence[str]] = listener
    failpoint: Callable[[str], None] = lambda _: None

    def universe(self, seed: str) -> Universe:
        """The world of one update: the same update throws the same dice, so that a batch can run again."""
        return Universe(self.now(), self.new_id, Random(seed))

    def tell(self, line: str) -> None:
        """One line for whoever sits at the terminal."""
        sys.stdout.write(f"{self.told(line)}\n")
        sys.stdout.flush()


class Outlets:
    """Where what is committed goes out: to the senders, to the pages that are open; `wake` looks for what is due."""

    def __init__(self, senders: Senders, webchat: WebChat, wake: Callable[[], None], voice: VoiceWorker) -> None:
        self.senders, self.webchat, self.wake, self.voice = senders, webchat, wake, voice

    def publish(self, effects: Effects) -> None:
        """Hand on what one committed batch has to tell: messages to senders, log entries to open pages."""
        self.senders.push(effects.outgoing)
        if effects.wakes_others or effects.forgotten:
            self.wake()
        if effects.recordings:
            self.voice.wake()
        for chat_id in effects.reset_pages:
            self.webchat.renew(chat_id)
        for chat_id, entries in effects.entries.items():
            self.webchat.publish(chat_id, entries)


@dataclass(frozen=True, slots=True)
class App:
    """A running tutor, whole; `bootstrap` makes it. `files` may be open.

    With `watch` lessons that are saved are taken over by themselves; `library.faults` are those that could not be.
    """

    settings: Settings
    environment: Environment
    database: Database
    library: LiveLessons
    conversation: Conversation
    intake: Intake
    ticker: Ticker
    steady: Steady
    officers: OfficerServices
    owners: Sequence[ChannelOwner]
    health: Health
    key: LocalKey
    files: int
    watch: bool
    voice: VoiceWorker
    workers: Workers = field(default_factory=Workers)


async def bootstrap(
    stack: AsyncExitStack, settings: Settings, environment: Environment | None = None, *, watch: bool = False
) -> App:
    """Build the tutor and start it. What begins is pushed on `stack`, which ends it in the reverse order.

    Raises SettingsInvalid, StorageError, BackupFailed (a sentence each) or OSError when the port is taken.
    """
    world, data, files = environment or Environment(), Path(settings.data.dir), take_files()
    database, is_locked = await _open(stack, settings, data)
    quiet = pairing_clock(settings).quiet
    library = LiveLessons(database, Path(settings.lessons.dir), settings.placeholders, quiet)
    book = await library.open(world.now())
    officers = OfficerServices(settings, database, world.now, world.new_id, lambda: library.book, handlers_of)
    command = world.listener() if settings.voice.listen == "yes" else ()
    conversation = Conversation(database, book, world.universe, quiet, officers.services, listens=bool(command))
    senders, presence = Senders(), Presence(database, world.now, quiet)
    steady = Steady(database, world.now, world.counted_s)
    sounds = Sounds(data / "voice")
    webchat = _webchat(settings, world, database, library, files, lambda updates: intake.submit(updates))
    webchat.sounds = sounds if command else None
    voice = VoiceWorker(
        database, lambda updates: intake.submit(updates), world.now, Transcriber(command) if command else None,
        lambda: {WebChat.name: sounds, **{each.channel.name: each.channel for each in owners if each.is_ours}},
        sounds, settings.voice.idle_min * 60.0,
    )  # fmt: skip
    outlets = Outlets(senders, webchat, lambda: ticker.wake(), voice)
    intake = Intake(conversation, outlets.publish, senders, world.failpoint)
    beat, tick_s, pairings = presence.beat, world.tick_s, Pairings(database, officers.pairing)
    ticker = Ticker(database, intake.submit, world.now, quiet, beat, tick_s, pairings, steady)
    key = LocalKey(load_keys(data / "web.key", world.new_id)[0])
    submit, around = Flood(intake.submit).submit, surroundings_of(database)
    owners = [
        ChannelOwner(each.provider(around), conversation, submit, presence, senders, world.now, world.failpoint)
        for each in settings.channels.values()
        if each.is_on
    ]
    health = Health(database, library, intake, Writable(database, world.now, world.counted_s), steady, owners, data)
    app = App(
        settings, world, database, library, conversation, intake, ticker, steady, officers, owners, health, key,
        files, watch, voice,
    )  # fmt: skip
    port = await _start(stack, app, webchat)
    if is_locked:
        note_port(data, port)
    app.workers.start(warmed(conversation.book.wishes))
    shelf = library.shelf
    log.info("started", extra={"lessons": len(shelf.good), "broken": sorted(shelf.broken), "watch": watch})
    return app


async def _open(stack: AsyncExitStack, settings: Settings, data: Path) -> tuple[Database, bool]:
    """The database, ready, and whether this process alone may have it."""
    url, locks = settings.database_url, stack.enter_context(ExitStack())  # let go of when the database is closed
    try:
        database = open_database(url)
    except ValueError as unknown:
        raise SettingsInvalid(say("DATABASE_URL: {reason}", reason=said_by(unknown))) from None
    stack.push_async_callback(database.close)
    restoring.finish(data, url)
    is_locked = url.startswith("sqlite")
    if is_locked:
        locks.enter_context(lock_all(data, sqlite_path(url)))
    data.mkdir(parents=True, exist_ok=True)
    restoring.sweep_copies(data, url)
    await schema.ensure(database)
    return database, is_locked


def _webchat(
    settings: Settings, world: Environment, database: Database, library: LiveLessons, files: int, submit: Submit
) -> WebChat:
    web, bounds = settings.web, bounds_for(files)

    async def history(chat_id: str, after: int, limit: int, oldest: bool = False) -> list[LogEntry]:
        rows = await database.read(lambda connection: web_log.history(connection, chat_id, after, limit, oldest))
        return [unpack_entry(row) for row in rows]

    async def export(chat_id: str, kind: str) -> str | None:
        return await export_of_chat(database, WebChat.name, chat_id, kind, library.book)

    return WebChat(
        submit=submit,
        history=history,
        new_id=world.new_id,
        now=world.now,
        key_path=Path(settings.data.dir) / "web.key",
        tutor=settings.tutor.name,
        union=settings.tutor.union,
        public_url=web.public_url,
        max_text=web.max_text,
        export=export,
        streams=Streams(bounds.streams, bounds.streams_per_address),
    )


async def _start(stack: AsyncExitStack, app: App, webchat: WebChat) -> int:
    """Begin what runs: what begins last ends first. Returns the port of the web page."""
    workers = app.workers
    for owner in app.owners:
        stack.push_async_callback(_close, owner)
    stack.push_async_callback(workers.end)
    stack.push_async_callback(_drain, app.intake, workers.watched(app.intake.run()))
    routes = [*(route for owner in app.owners for route in owner.routes()), *_previews(app)]
    web, proxies = app.settings.web, networks(app.settings.web.proxies)
    pages = server.create_app(webchat, app.health.tell, routes, proxies, app.key)
    runner = await server.start(pages, web.host, web.port, bounds_for(app.files), proxies)
    stack.push_async_callback(runner.cleanup)
    workers.start(app.ticker.run())
    for work in (app.voice.run(), *_announcements(app), *_lessons(app)):
        workers.start(work)
    for owner in app.owners:
        stack.callback(owner.stop)
        workers.start(owner.run())
    return int(runner.addresses[0][1])


async def _close(owner: ChannelOwner) -> None:
    with suppress(StorageError):
        await owner.close(SEND_PATIENCE_S)


async def _drain(intake: Intake, running: asyncio.Task[None]) -> None:
    """Take nothing new, finish what was taken."""
    await intake.close()
    await asyncio.wait([running], timeout=WORK_PATIENCE_S)


def _previews(app: App) -> Sequence[AbstractRouteDef]:
    """The preview, for who works at this machine. Behind a public address there is none."""
    settings, conversation, now = app.settings, app.conversation, app.environment.now
    if settings.web.public_url:
        return ()
    root, facts = Path(settings.lessons.dir), settings.placeholders
    previews = Previews(root, facts, lambda: conversation.book, lambda: app.library.faults)
    return preview_routes(previews, settings.tutor.name, lambda: Overheard(conversation.book, now()), app.key.opens)


def _announcements(app: App) -> Iterator[Coroutine[Any, Any, None]]:
    """Announcements slice by slice; once a day what is kept no longer."""
    settings, world, data = app.settings, app.environment, Path(app.settings.data.dir)
    quiet = app.officers.pairing.clock.quiet
    feeder = AnnouncementFeeder(app.database, app.officers.rules, quiet, world.new_id)
    yield AnnouncementWorker(feeder, world.now, app.ticker.wake, world.tick_s).run()
    retention = Retention(app.database, app.officers.services, keep_rules(settings), world.new_id)
    folders = {data, (sqlite_path(settings.database_url) or data / "x").parent}
    yield Caretaker(retention, world.now, quiet, folders, data, app.steady).run()


def _lessons(app: App) -> Iterator[Coroutine[Any, Any, None]]:
    """Take over what is published, and under `watch` what is saved."""
    now, tick_s, quiet = app.environment.now, app.environment.tick_s, app.officers.pairing.clock.quiet
    every_s = min(tick_s, WATCHED_S) if app.watch else tick_s
    library, submit = app.library, app.intake.submit
    librarian = Librarian(library, app.conversation, submit, now, quiet, every_s, reads_files=not app.watch)
    yield librarian.run()
    if app.watch:
        yield Watcher(library, librarian, now, account(os.environ), app.environment.tell).run()


def _counted_s() -> float:
    """Sleep counts where the system tells, as on Linux: a lid that was closed is no jump of the clock."""
    return time_.clock_gettime(time_.CLOCK_BOOTTIME) if hasattr(time_, "CLOCK_BOOTTIME") else time_.monotonic()


def watches(settings: Settings, wish: bool | None) -> bool:
    """Whether saved lessons are taken over: as wished, else only while nobody but whoever sits here can be reached."""
    alone = settings.web.host in LOOPBACK and not settings.web.public_url
    alone = alone and not any(each.is_on for each in settings.channels.values())
    return alone if wish is None else wish


def run(settings: Settings, environment: Environment | None = None, watch: bool | None = None) -> int:
    """Serve until SIGTERM or Ctrl-C; the exit code is 0, 2 for a setting or database that refuses, 1 for a failure.
    `watch` None: see `watches`.
    """
    world, kept = environment or Environment(), settings.log
    folder = Path(settings.data.dir) / "log"
    start_logging(folder, level=kept.level, max_mb=kept.max_mb, keep=kept.keep, told=world.told)
    try:
        with asyncio.Runner(loop_factory=_loop_factory()) as runner:
            return runner.run(_serve(settings, world, watches(settings, watch)))
    finally:
        stop_logging()


def _loop_factory() -> Callable[[], asyncio.AbstractEventLoop] | None:
    try:
        import uvloop
    except ImportError:
        return None
    return uvloop.new_event_loop


async def _serve(settings: Settings, world: Environment, watch: bool) -> int:
    code, stack = 1, AsyncExitStack()
    try:
        code = await _until_stopped(stack, settings, world, watch)
        return code
    finally:
        await _end(stack, code)


async def _until_stopped(stack: AsyncExitStack, settings: Settings, world: Environment, watch: bool) -> int:
    stopping, loop = asyncio.Event(), asyncio.get_running_loop()
    for name in ("SIGTERM", "SIGINT"):
        with suppress(NotImplementedError):
            loop.add_signal_handler(getattr(signal, name), stopping.set)
    try:
        app = await bootstrap(stack, settings, world, watch=watch)
    except (CamtayError, StorageError, LessonInvalid) as wrong:
        world.tell(said_by(wrong))
        return 2
    except OSError as fault:
        world.tell(refusal(fault, settings))
        return 2
    gc.freeze()  # modules and lessons stay: walking through them again and again would hold everybody up for 60 ms
    for line in (*greeting(settings, app.library.shelf, app.files, app.key.text), *_about_lessons(app)):
        world.tell(line)
    failed = app.workers.failed
    waits = [asyncio.create_task(event.wait()) for event in (stopping, failed)]
    await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
    for wait in waits:
        wait.cancel()
    return 1 if failed.is_set() else 0


async def _end(stack: AsyncExitStack, code: int) -> None:
    """Stop, but not for ever: when something hangs (a database that neither answers nor breaks off) go without it.

    What was acknowledged is committed, and what was not will be delivered again: an end without goodbye is safe.
    """
    stopping = asyncio.create_task(stack.aclose())
    _, late = await asyncio.wait([stopping], timeout=STOP_WITHIN_S)
    if late:
        log.warning("stop cut short")
        stop_logging()
        os._exit(code)
    await stopping


def _about_lessons(app: App) -> Iterator[str]:
    if app.watch:
        yield say("Lưu bài nào là dùng được ngay bài đó (tắt: --no-watch).")
    elif app.library.drafts:
        ids = joined((lesson.id for lesson in app.library.drafts), " ")
        yield say("Bài đã sửa, chưa phát hành: {ids}. Xem trước khi phát hành: ./camtay publish --dry-run", ids=ids)
