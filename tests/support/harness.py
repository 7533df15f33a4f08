"""The real services on a real SQLite file, with learners who write and tap: `async with tutor(path) as t`."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import time
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select

from bot.channels.base import (
    Began,
    Body,
    Button,
    LearnerGone,
    Left,
    Media,
    Outgoing,
    Returned,
    SendError,
    SendRefused,
    Tap,
    Text,
    Update,
)
from bot.channels.telegram.settings import TelegramSettings
from bot.conversation.batch import Conversation
from bot.conversation.effects import Effects
from bot.conversation.handlers import handlers_of
from bot.conversation.presence import Presence
from bot.conversation.services import ConversationServices
from bot.delivery.backlog import Backlog
from bot.delivery.intake import Intake
from bot.delivery.rate_limit import SendLimiter
from bot.delivery.sender import Sender, Senders
from bot.pairing.policy.deadlines import Clock as PairingClock
from bot.pairing.policy.model import PairingRules
from bot.pairing.service import Hooks, Pairings
from bot.pairing.service import PairingContext as PairingWorld
from bot.people.policy.codes import Links
from bot.people.pseudonyms import Pseudonyms
from bot.people.service import People
from bot.scheduler.ticker import Ticker
from bot.settings import Web
from bot.tutor import state as states
from bot.tutor import state_codec
from bot.tutor.quiet_hours import QuietHours
from flows import Book
from flows.engine.buttons import OTHER
from storage import tables
from storage.conversations import tables as conversations_t
from storage.engine import schema
from storage.engine.database import Connection, Database, open_database
from tests.support.world import Clock, Ids, fixed_world

TELEGRAM = "telegram:1"
WEB = "web"
QUIET = QuietHours(time(20), time(8), ZoneInfo("Asia/Ho_Chi_Minh"))


@dataclass(frozen=True)
class Message:
    """What a learner sees: one bubble; `no` grows within her chat."""

    text: str
    buttons: tuple[Button, ...] = ()
    no: int = 0

    @property
    def shown(self) -> tuple[str, ...]:
        """What stands on all its buttons."""
        return tuple(button.label for button in self.buttons)

    @property
    def labels(self) -> tuple[str, ...]:
        """What stands on its buttons, but for the one that every prompt of a lesson ends with."""
        return tuple(button.label for button in self.buttons if not button.token.endswith(f":{OTHER}"))


@dataclass
class CollectingChannel:
    """A messenger that keeps what it is given. `fault` may name an error for a message instead."""

    name: str = TELEGRAM
    sent: list[Outgoing] = field(default_factory=list)
    fault: Callable[[Outgoing, bool], SendError | None] = lambda outgoing, plain: None
    on_sent: Callable[[Outgoing], None] = lambda outgoing: None

    async def send(self, outgoing: Outgoing, *, plain: bool = False) -> None:
        error = self.fault(outgoing, plain)
        if error is not None:
            raise error
        self.sent.append(outgoing)
        self.on_sent(outgoing)

    async def acknowledge(self, updates: Sequence[Update]) -> None:
        pass

    async def fetch(self, ref: str, most_bytes: int) -> bytes:
        raise SendRefused("nobody sends but words")


class Learner:
    """Somebody at one address. `heard` is all she was told, `last` the newest bubble."""

    def __init__(self, tutor: Tutor, chat_id: str, channel: str) -> None:
        self.tutor = tutor
        self.chat_id = chat_id
        self.channel = channel
        self.source = ""
        self.heard: list[Message] = []
        self.turn: list[Message] = []

    @property
    def last(self) -> Message:
        return self.heard[-1]

    @property
    def said(self) -> str:
        """All that the last act was answered with; empty when it was answered with nothing."""
        return "\n".join(message.text for message in self.turn)

    @property
    def buttons(self) -> dict[str, str]:
        """Tokens by label, of the newest bubble that has buttons."""
        newest = next((message for message in reversed(self.heard) if message.buttons), Message(""))
        return {button.label: button.token for button in newest.buttons}

    async def say(self, text: str) -> Learner:
        return await self.does(Text(text))

    async def shows(self, code: str) -> Learner:
        """Type an invitation code, and say that it is for her where that is asked."""
        await self.say(code)
        return await self.tap("Đúng là tôi") if "Đúng là tôi" in self.last.labels else self

    async def tap(self, label: str) -> Learner:
        """Tap the button that reads `label` on the newest prompt."""
        return await self.does(Tap(self.buttons[label]))

    async def tap_token(self, token: str) -> Learner:
        return await self.does(Tap(token))

    async def send(self, kind: str) -> Learner:
        return await self.does(Media(kind))

    async def begins(self, payload: str = "") -> Learner:
        return await self.does(Began(payload))

    async def leaves(self) -> Learner:
        return await self.does(Left())

    async def returns(self) -> Learner:
        """She lets the tutor in again, without a word."""
        return await self.does(Returned())

    async def does(self, body: Body) -> Learner:
        await self.tutor.deliver(self.update(body))
        return self

    def update(self, body: Body) -> Update:
        """An update of hers that is not delivered yet."""
        return Update(
            self.channel, self.tutor.update_ids(), self.chat_id, body, self.tutor.clock.now(), source=self.source
        )

    async def meets(self, name: str = "Lan", address: int = 0) -> Learner:
        """The whole first contact: yes, a name, a form of address."""
        await self.say("xin chào")
        await self.tap("Đồng ý")
        await (self.say(name) if name else self.tap("Bỏ qua"))
        return await self.tap_token(f"a:{address}")

    async def opens(self, lesson_id: str) -> Learner:
        return await self.tap_token(f"m:{lesson_id}")


class Tutor:
    """One process on one database. `crash` throws away every object in memory and begins again on the same file."""

    def __init__(
        self,
        where: Path | str,
        book: Book,
        clock: Clock | None = None,
        *,
        quiet: QuietHours = QUIET,
        messenger: str = TELEGRAM,
    ) -> None:
        """`where` is a folder for an SQLite file, or the address of a database; `messenger` the one that sends."""
        self.url = where if isinstance(where, str) else f"sqlite:///{where / 'camtay.db'}"
        self.book = book
        self.clock = clock or Clock()
        self.ids = Ids()
        self.update_ids = Ids("u")
        self.world = fixed_world(self.clock, self.ids)
        self.quiet = quiet
        self.channel = CollectingChannel(messenger)
        self.learners: dict[tuple[str, str], Learner] = {}
        self.services = self._office(Pseudonyms(b"a key of the tests alone"))

    async def begin(self) -> None:
        self.database: Database = open_database(self.url)
        await schema.ensure(self.database)
        self.conversation = Conversation(self.database, self.book, self.world.universe, self.quiet, self.services)
        self.people = People(self.database, self.services, self.clock.now, self.ids)
        self.senders = Senders()
        self.sender = Sender(
            self.channel,
            self.conversation,
            SendLimiter(0, 0),
            sleep=_no_time,
            is_quiet=lambda: self.quiet.holds(self.clock.now()),
        )
        self.senders.by_channel[self.channel.name] = self.sender
        self.intake = Intake(self.conversation, self._publish, self.senders)
        pairings = Pairings(self.database, self.pairing)
        self.ticker = Ticker(self.database, self.submit, self.clock.now, self.quiet, _nothing, pairings=pairings)
        self.presence = Presence(self.database, self.clock.now, self.quiet)
        self.channel.on_sent = self._arrived
        await self.pick_up()

    def _office(self, names: Pseudonyms) -> ConversationServices:
        self.pairing = PairingWorld(PairingRules(), PairingClock(self.quiet), self.ids, names.of)
        links = Links((TelegramSettings(username="camtay_bot").link, Web(public_url="https://camtay.test/").link))
        return ConversationServices(names, Hooks(self.pairing), links, handlers_of(names, self.pairing))

    def use(self, names: Pseudonyms) -> None:
        """From now on people are written down under these names."""
        self.services = self.conversation.services = self.people.services = self._office(names)

    def learner(self, chat_id: str = "1", channel: str = TELEGRAM) -> Learner:
        return self.learners.setdefault((channel, chat_id), Learner(self, chat_id, channel))

    # --- what comes in ---

    async def deliver(self, *updates: Update) -> None:
        """One batch; afterwards everything it caused has been sent and settled."""
        for learner in self.learners.values():
            learner.turn = []
        await self.submit(updates)
        await self.flush()
        if self.database.unscrubbed:
            await self.ticker.step()  # it is woken for that

    async def submit(self, updates: Sequence[Update]) -> None:
        """Raises StorageUnavailable as the intake does."""
        waiting = asyncio.ensure_future(self.intake.submit(updates))
        await asyncio.sleep(0)
        if not waiting.done():
            await self.intake.step()
        await waiting

    async def flush(self) -> None:
        """Let the sender send all it has, and write down that it did."""
        while self.sender.waiting:
            await asyncio.sleep(0)
            await self.sender.step()
        await self.sender.step()

    # --- time, and worse ---

    async def passes(self, **amount: float) -> None:
        """The clock moves and whatever is due fires."""
        self.clock.passes(**amount)
        await self.tells()

    async def tells(self) -> None:
        """What the ticker does: tell people what others did, fire timers, see to requests."""
        for learner in self.learners.values():
            learner.turn = []
        await self.ticker.tell()
        await self.ticker.fire()
        await self.ticker.see_to_requests()
        await self.ticker.match()
        await self.ticker.tell()
        await self.flush()

    async def crash(self, book: Book | None = None) -> None:
        """As after `kill -9`; with another book, as after an upgrade of the lessons."""
        self.book = book or self.book
        for task in self.sender._tasks:
            task.cancel()
        await self.database.close()
        await self.begin()

    async def pick_up(self) -> None:
        """What a process does at start: send what the last one left in the outbox."""
        async for page in Backlog(self.database, self.channel.name).pages():
            self.sender.push(page)

    # --- what there is to see ---

    def _publish(self, effects: Effects) -> None:
        self.senders.push(effects.outgoing)
        for chat_id, entries in effects.entries.items():
            learner = self.learner(chat_id, WEB)
            for entry in entries:
                if entry.who == "tutor":
                    _hear(learner, Message(entry.text, entry.buttons, entry.no))

    def _arrived(self, outgoing: Outgoing) -> None:
        learner = self.learner(outgoing.chat_id, outgoing.channel)
        _hear(learner, Message(outgoing.text, outgoing.buttons, outgoing.no))

    async def rows(self, table: str) -> list[dict[str, Any]]:
        """All rows of a table."""
        return await self.database.read(lambda c: rows_of(c, table))

    async def everything(self) -> str:
        """Every value of every table as one text: what must not be stored must not be in it."""
        return await self.database.read(everything)

    async def state(self, learner: Learner) -> states.ConversationState:
        """Her state as it is stored."""
        query = select(conversations_t.session.c.state).where(conversations_t.session.c.chat_id == learner.chat_id)
        return state_codec.load(await self.database.read(lambda c: str(c.scalar(query))))


def rows_of(connection: Connection, table: str) -> list[dict[str, Any]]:
    return [dict(row._mapping) for row in connection.execute(select(tables.metadata.tables[table]))]


def everything(connection: Connection) -> str:
    return "\n".join(
        f"{table}: {row}" for table in sorted(tables.metadata.tables) for row in rows_of(connection, table)
    )


def _hear(learner: Learner, message: Message) -> None:
    learner.heard.append(message)
    learner.turn.append(message)


async def _no_time(_: float) -> None:
    await asyncio.sleep(0)


async def _nothing() -> None:
    pass


def gone(_: Outgoing, __: bool) -> SendError | None:
    """A channel's `fault`: she has blocked the tutor."""
    return LearnerGone("blocked")


_EMPTY: list[bytes] = []


async def empty_database(path: Path) -> None:
    """Put a migrated, empty SQLite file at `path`; the migration itself runs once per test process."""
    if not _EMPTY:
        with TemporaryDirectory() as folder:
            template = Path(folder) / "template.db"
            database = open_database(f"sqlite:///{template}")
            await schema.ensure(database)
            await database.close()
            _EMPTY.append(await asyncio.to_thread(template.read_bytes))
    await asyncio.to_thread(path.write_bytes, _EMPTY[0])


@asynccontextmanager
async def tutor(
    path: Path,
    book: Book,
    clock: Clock | None = None,
    *,
    quiet: QuietHours = QUIET,
    messenger: str = TELEGRAM,
) -> AsyncIterator[Tutor]:
    """A tutor on the database in the folder `path`, which is made when it is not there."""
    if not await asyncio.to_thread((path / "camtay.db").exists):
        await empty_database(path / "camtay.db")
    running = Tutor(path, book, clock, quiet=quiet, messenger=messenger)
    await running.begin()
    try:
        yield running
    finally:
        await running.database.close()
