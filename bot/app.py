"""The one place that knows all rooms: builds them, starts them, stops them without losing anything."""

from __future__ import annotations

import asyncio
import logging
import os
import sys
import time as time_
from collections.abc import Callable, Coroutine, Iterator, Sequence
from contextlib import AsyncExitStack, ExitStack, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any
from uuid import uuid4

from aiohttp.web import AbstractRouteDef, Application

from bot import restoring
from bot.announcements.service import AnnouncementFeeder
from bot.announcements.worker import AnnouncementWorker
from bot.channels.webchat import WebChat
from bot.channels.webchat.identity import Visitor, load_keys
from bot.channels.webchat.sounds import Sounds
from bot.channels.webchat.streams import Streams
from bot.conversation.batch import Conversation
from bot.conversation.handlers import handlers_of
from bot.conversation.presence import Presence
from bot.delivery.accounts import distinct, open_accounts
from bot.delivery.chat_page import chat_page
from bot.delivery.flood import Flood
from bot.delivery.intake import Intake
from bot.delivery.outlets import Outlets
from bot.delivery.owner import ChannelOwner
from bot.delivery.quota import QuotaMeters
from bot.delivery.sender import Senders
from bot.delivery.surroundings import surroundings_of
from bot.desk.arrival import desk_route
from bot.errors import SettingsInvalid, StorageError
from bot.health import Health
from bot.knocks.doorbell import Doorbell
from bot.knocks.road import Road
from bot.media.store import MediaStore
from bot.officers import OfficerServices
from bot.operations.keeper import BackupKeeper, BackupPlace
from bot.operations.lag import LoopLag
from bot.operations.metrics import MetricsPage
from bot.operations.rules import backup_rules
from bot.operations.service import Operations
from bot.pairing.service import Pairings
from bot.peers.following import join
from bot.peers.worker import Peers
from bot.people.retention import Retention
from bot.publishing.library import LiveLessons
from bot.publishing.sync import Librarian
from bot.publishing.watcher import Watcher
from bot.rules import keep_rules, pairing_clock
from bot.scheduler.daily import Caretaker
from bot.scheduler.disk import Writable
from bot.scheduler.steady import Steady
from bot.scheduler.ticker import EVERY_S, ROUNDS, Ticker
from bot.seeding.cast import CastMember, cast_for
from bot.settings import Settings, account
from bot.voice.extra import listener
from bot.voice.line_keeper import RECORDED, LineKeeper
from bot.voice.transcriber import Transcriber
from bot.voice.worker import VoiceWorker
from bot.web import server
from bot.web.access import LocalKey, asker, networks
from bot.web.certificates import certificate_routes
from bot.web.demo import demo_routes
from bot.web.door import bounds_for, take_files
from bot.web.media import media_routes
from bot.web.preview.arrival import preview_of
from bot.web.probes import SHORTEST_TOKEN, MetricsDoor, probe_routes
from bot.workers import Workers
from flows.events import Universe
from flows.rules.checked import FILE, Checked
from flows.saying import said_by, say
from storage.engine import schema
from storage.engine.address import sqlite_path
from storage.engine.database import Database, open_database
from storage.engine.hung import SERVING
from storage.engine.leases import LASTS_S, Leases
from storage.engine.lock import lock_all, note_port

SEND_PATIENCE_S = 3.0  # how long a stop waits for messages under way; the rest stays in the outbox
WORK_PATIENCE_S = 3.0
LEAVE_S = 2.0  # two looks of a balancer, and as long again for the pages
WATCHED_S = 0.5  # how often publications are looked for where others write them meanwhile, here or in other processes

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Environment:
    """Clock, ids and chance of a whole process; tests hand in their own. `counted_s` is what the machine counts by
    itself, in seconds, whatever is set; `told` puts a sentence into the language of whoever sits at the terminal;
    `road` leads to the push services, over the internet where it is None; `listener` is the command of the process that
    understands voice messages, empty where there is none.
    """

    now: Callable[[], datetime] = lambda: datetime.now(UTC)
    counted_s: Callable[[], float] = lambda: _counted_s()
    new_id: Callable[[], str] = lambda: uuid4().hex
    told: Callable[[str], str] = str
    tick_s: float = EVERY_S
    listener: Callable[[], Sequence[str]] = listener
    failpoint: Callable[[str], None] = lambda _: None
    lease_s: float = LASTS_S
    road: Road | None = None

    def universe(self, seed: str) -> Universe:
        """The world of one update: the same update throws the same dice, so that a batch can run again."""
        return Universe(self.now(), self.new_id, seed)

    def tell(self, line: str) -> None:
        """One line for whoever sits at the terminal."""
        sys.stdout.write(f"{self.told(line)}\n")
        sys.stdout.flush()


@dataclass(frozen=True, slots=True)
class App:
    """A running tutor, whole; `bootstrap` makes it. `files` may be open.

    With `watch` lessons that are saved are taken over by themselves; `library.faults` are those that could not be.
    `cast` are those of a made-up world whose pages can be looked at.
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
    operations: Operations
    key: LocalKey
    files: int
    store: MediaStore
    watch: bool
    doorbell: Doorbell
    voice: VoiceWorker
    webchat: WebChat
    leases: Leases
    peers: Peers | None
    cast: Sequence[CastMember] = ()
    workers: Workers = field(default_factory=Workers)


async def bootstrap(
    stack: AsyncExitStack, settings: Settings, environment: Environment | None = None, *, watch: bool = False
) -> App:
    """Build the tutor and start it. What begins is pushed on `stack`, which ends it in the reverse order.

    Raises SettingsInvalid, StorageError, BackupFailed (a sentence each) or OSError when the port is taken.
    """
    world, data, files = environment or Environment(), Path(settings.data.dir), take_files()
    database, is_locked = await _open(stack, settings, data)
    cast = await cast_for(database, settings.channels)
    quiet = pairing_clock(settings).quiet
    store = MediaStore(data / "media", settings.web.public_url, settings.media.max_mb * 1_000_000)
    library = LiveLessons(
        database, Path(settings.lessons.dir), settings.placeholders, quiet, store, Checked(data / FILE)
    )
    book = await library.open(world.now())
    officers = OfficerServices(
        settings,
        database,
        world.now,
        world.new_id,
        lambda: library.book,
        partial(handlers_of, take=store.take_picture),
    )
    officers.counts.run()
    quotas = QuotaMeters(world.now, quiet, world.new_id)
    command = world.listener() if settings.voice.listen == "yes" else ()
    leases = Leases(database, world.new_id(), world.lease_s)
    conversation = Conversation(
        database, book, world.universe, quiet, officers.services, quotas, listens=bool(command), held=leases.held
    )
    senders, presence = Senders(), Presence(database, world.now, quiet)
    steady = Steady(database, world.now, world.counted_s)
    streams, sounds = _streams(files), Sounds(data / "voice")
    doorbell = Doorbell(
        database, WebChat.name, world.now, quiet, streams.is_open, folder=data, title=settings.tutor.name,
        public_url=settings.web.public_url, road=world.road, failpoint=world.failpoint,
    )  # fmt: skip
    webchat = chat_page(
        settings, database, world.now, world.new_id, lambda: library.book, store.describe, streams,
        doorbell.subscriptions, lambda updates: intake.submit(updates),
    )  # fmt: skip
    webchat.sounds = sounds if command else None
    voice = VoiceWorker(
        database, lambda updates: intake.submit(updates), world.now, Transcriber(command) if command else None,
        lambda: {WebChat.name: sounds, **{each.channel.name: each.channel for each in owners if each.is_ours}},
        sounds, settings.voice.idle_min * 60.0, LineKeeper(Path(settings.lessons.dir), data / RECORDED, store),
    )  # fmt: skip
    outlets = Outlets(senders, webchat, lambda: ticker.wake(), doorbell.knocker.wake, voice.wake)
    officers.people.on_left = outlets.left
    intake = Intake(conversation, outlets.publish, senders, world.failpoint)
    beat, tick_s, pairings = presence.beat, world.tick_s, Pairings(database, officers.pairing)
    ticker = Ticker(database, intake.submit, world.now, quiet, beat, tick_s, pairings, steady)
    ticker.leads = leases.of(ROUNDS).leads
    key = LocalKey(load_keys(data / "web.key", world.new_id)[0])
    submit, around = Flood(intake.submit).submit, surroundings_of(database, store)
    owners = [
        ChannelOwner(
            each,
            conversation,
            submit,
            presence,
            senders,
            world.now,
            quotas,
            leases.of(each.channel.name),
            world.failpoint,
        )
        for each in open_accounts(settings.channels, around)
    ]
    peers = await join(database, settings.database_url, leases.owner, outlets, owners, steady, doorbell.knocker, data)
    health = Health(database, library, intake, Writable(database, world.now, world.counted_s), steady, owners, data)
    operations = Operations(health, _folders(settings), world.now, doorbell.knocker.answers)
    app = App(
        settings, world, database, library, conversation, intake, ticker, steady, officers, owners, health, operations,
        key, files, store, watch, doorbell, voice, webchat, leases, peers, cast,
    )  # fmt: skip
    port = await _start(stack, app)
    if is_locked:
        note_port(data, port)
    good, broken = len(library.shelf.good), sorted(library.shelf.broken)
    log.info("started", extra={"lessons": good, "broken": broken, "watch": watch})
    return app


async def _open(stack: AsyncExitStack, settings: Settings, data: Path) -> tuple[Database, bool]:
    """The database, ready, and whether this process alone may have it."""
    url, locks = settings.database_url, stack.enter_context(ExitStack())  # let go of when the database is closed
    try:
        database = open_database(url, SERVING)
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


def _streams(files: int) -> Streams:
    return Streams((bounds := bounds_for(files)).streams, bounds.streams_per_address)


async def _start(stack: AsyncExitStack, app: App) -> int:
    """Begin what runs: what begins last ends first. Returns the port of the web page."""
    workers = app.workers
    stack.callback(workers.watched(app.leases.run()).cancel)
    for owner in app.owners:
        stack.push_async_callback(_close, owner)
    if app.peers:
        stack.push_async_callback(app.peers.close)
    stack.push_async_callback(workers.end)
    stack.push_async_callback(_drain, app.intake, workers.watched(app.intake.run()))
    web, lag = app.settings.web, LoopLag()
    runner = await server.start(pages_of(app, lag), web.host, web.port, bounds_for(app.files), networks(web.proxies))
    stack.push_async_callback(runner.cleanup)
    if app.peers:
        workers.start(app.peers.run())
    workers.start(app.ticker.run())
    workers.start(app.doorbell.run())
    for work in (app.voice.run(), lag.run(), _backups(app).run(), *_announcements(app), *_lessons(app)):
        workers.start(work)
    for owner in app.owners:
        stack.callback(owner.stop)
        workers.start(owner.run())
    stack.push_async_callback(_leave, app)
    return int(runner.addresses[0][1])


def pages_of(app: App, lag: LoopLag) -> Application:
    """All that is served over HTTP."""
    routes = [*distinct(route for owner in app.owners for route in owner.routes()), *_previews(app), *_demo(app)]
    routes += [*media_routes(app.store), *_certificates(app), *_probes(app, lag), _desk(app)]
    return server.create_app(app.webchat, app.health.tell, routes, networks(app.settings.web.proxies), app.key)


async def _leave(app: App) -> None:
    """Before a stop: a balancer, where there is one, brings nobody new, and whoever listens goes to another process."""
    if app.operations.leave():
        await asyncio.sleep(LEAVE_S / 2)
        await app.webchat.streams.hand_over(LEAVE_S / 2)


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
    faults, tutor, may = lambda: app.library.faults, settings.tutor.name, app.key.opens
    return preview_of(root, facts, lambda: conversation.book, faults, tutor, now, may)


def _probes(app: App, lag: LoopLag) -> Sequence[AbstractRouteDef]:
    """What machines ask: whether traffic may come, and the figures."""
    settings, operations, token = app.settings, app.operations, app.settings.metrics.token
    if 0 < len(token) < SHORTEST_TOKEN:
        raise SettingsInvalid(say("METRICS_TOKEN: phải dài ít nhất {least} ký tự.", least=SHORTEST_TOKEN))
    page = MetricsPage(operations, {"camtay_batch_seconds": app.intake.batches, "camtay_loop_lag_seconds": lag.late})
    door = MetricsDoor(app.key, token, is_public=bool(settings.web.public_url))
    return probe_routes(operations.ready, app.key, page.text, door)


def _backups(app: App) -> BackupKeeper:
    """Backups while the tutor runs: made where nothing else makes them, rehearsed, let go."""
    settings, zone = app.settings, app.officers.pairing.clock.quiet.zone
    data, lessons = Path(settings.data.dir), Path(settings.lessons.dir)
    place = BackupPlace(data, settings.database_url, settings.config, lessons)
    return BackupKeeper(app.database, place, backup_rules(settings), app.environment.now, zone, app.steady)


def _folders(settings: Settings) -> set[Path]:
    """Where data lie: their folder, and that of an SQLite file elsewhere."""
    data = Path(settings.data.dir)
    return {data, (sqlite_path(settings.database_url) or data / "x").parent}


def _demo(app: App) -> Sequence[AbstractRouteDef]:
    """The pages of made-up people, for who works at this machine; a real world has none."""
    return demo_routes(app.cast, app.officers, lambda chat: app.webchat.cookie_for(Visitor(chat, 0)), app.key.opens)


def _certificates(app: App) -> Sequence[AbstractRouteDef]:
    """What others read on a certificate, and the paper itself."""
    zone, settings = app.officers.pairing.clock.quiet.zone, app.settings
    union = settings.placeholders.get("ten_hoi", settings.tutor.union)
    return certificate_routes(app.database, zone, union, settings.web.public_url)


def _desk(app: App) -> AbstractRouteDef:
    """The pages of officers, editors and admins."""
    address = partial(asker, proxies=networks(app.settings.web.proxies))
    return desk_route(app.officers, app.operations.tell, app.library, app.key.text, address)


def _announcements(app: App) -> Iterator[Coroutine[Any, Any, None]]:
    """Announcements slice by slice; once a day what is kept no longer."""
    settings, world, data = app.settings, app.environment, Path(app.settings.data.dir)
    quiet = app.officers.pairing.clock.quiet
    feeder = AnnouncementFeeder(app.database, app.officers.rules, quiet, world.new_id)
    yield AnnouncementWorker(feeder, world.now, app.ticker.wake, world.tick_s).run()
    retention = Retention(app.database, app.officers.services, keep_rules(settings), world.new_id)
    folders, sweep_files = _folders(settings), app.library.sweep_files
    yield Caretaker(retention, world.now, quiet, folders, data, app.steady, sweep_files=sweep_files).run()


def _lessons(app: App) -> Iterator[Coroutine[Any, Any, None]]:
    """Take over what is published, and under `watch` what is saved."""
    now, tick_s, quiet = app.environment.now, app.environment.tick_s, app.officers.pairing.clock.quiet
    every_s = min(tick_s, WATCHED_S) if app.watch or app.database.shared else tick_s
    library, submit = app.library, app.intake.submit
    librarian = Librarian(library, app.conversation, submit, now, quiet, every_s, reads_files=not app.watch)
    librarian.leads = app.ticker.leads
    yield librarian.run()
    if app.watch:
        yield Watcher(library, librarian, now, account(os.environ), app.environment.tell).run()


def _counted_s() -> float:
    """Sleep counts where the system tells, as on Linux: a lid that was closed is no jump of the clock."""
    return time_.clock_gettime(time_.CLOCK_BOOTTIME) if hasattr(time_, "CLOCK_BOOTTIME") else time_.monotonic()
