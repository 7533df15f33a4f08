"""A batch of updates in one transaction: load everybody, let the policies answer each, write everything down."""

from __future__ import annotations

import logging
import os
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import Protocol, assert_never

from bot.announcements import service as announcing
from bot.channels.base import (
    Began,
    Edited,
    Inner,
    Left,
    Media,
    NoticesDue,
    Outgoing,
    Returned,
    Spoken,
    Tap,
    Text,
    Update,
)
from bot.conversation import identity_changes, notices
from bot.conversation.effects import Effects, Record, state_of
from bot.conversation.packing import about_of
from bot.conversation.services import ConversationServices
from bot.people.pseudonyms import Pseudonyms
from bot.tutor.lessons import STEP
from bot.tutor.open_step import is_about_safety
from bot.tutor.quiet_hours import QuietHours
from bot.tutor.turn import Person, TurnContext
from flows import Book
from flows.events import Universe
from storage.announcements import announcements
from storage.conversations import conversations, inbox, outbox
from storage.conversations.records import LearnerRow, Writes
from storage.engine.database import Connection, Database
from storage.engine.errors import Conflict, StorageError
from storage.engine.instants import to_ms
from storage.pairing import pairings
from storage.people.records import PersonRow

INNER = "inner"
MAX_CONFLICTS = 5  # how often a batch runs again because another process was quicker

Settled = Sequence[tuple[str, str, int]]
Held = Callable[[Connection, Collection[str]], Collection[str]]
"""Which of these channels this process serves, until the transaction ends."""

log = logging.getLogger(__name__)


class MessageQuotas(Protocol):
    """The accounts whose messages are counted."""

    def write(self, connection: Connection, settled: Settled) -> None:
        """Keep what has been sent, in the transaction that settles it."""

    def is_reserved(self, channel: str) -> bool:
        """Whether what is left on this channel is kept for calls for help."""


class Conversation:
    """The use case the whole project exists for. `universe` makes a world seeded by an update's id."""

    def __init__(
        self,
        database: Database,
        book: Book,
        universe: Callable[[str], Universe],
        quiet: QuietHours,
        services: ConversationServices | None = None,
        quotas: MessageQuotas | None = None,
        *,
        listens: bool = False,
        held: Held = lambda _, channels: channels,
    ) -> None:
        """Without `services` codes of other processes are not known here: its key is made up. Without `quotas` no
        message is counted. `listens`: voice messages are understood by this process, or by another on the same
        database. What befell messages of a channel that is not `held` is for its new owner to say."""
        self.services = services or ConversationServices(Pseudonyms(os.urandom(32)))
        self.database = database
        self.book = book
        self.universe = universe
        self.quiet = quiet
        self.quotas = quotas
        self.listens = listens
        self.held = held

    async def handle(self, updates: Sequence[Update], settled: Settled = ()) -> Effects:
        """Commit everything these updates cause. Raises StorageUnavailable; then nothing was kept.

        `settled` are outbox rows (channel, chat_id, no) that have left meanwhile; their end rides along.
        """
        effects = await self._commit(updates, settled)
        if effects.forgotten:
            self.database.unscrubbed = True  # the ticker is woken for it; the next batch need not wait
        return effects

    async def _commit(self, updates: Sequence[Update], settled: Settled) -> Effects:
        for _ in range(MAX_CONFLICTS):
            try:
                return await self.database.transact(lambda connection: self.batch(connection, updates, settled))
            except Conflict as conflict:
                log.info("batch runs again", extra={"reason": str(conflict)[:200]})
        return await self.database.transact(lambda connection: self.batch(connection, updates, settled))

    def batch(self, connection: Connection, updates: Sequence[Update], settled: Settled) -> Effects:
        """The body of the transaction; pure but for the connection. One book from its first update to its last."""
        effects, book = Effects(), self.book
        now = self.universe("batch").now
        if settled:
            self._settle(connection, settled)
        waiting: list[Update] = []
        for channel, of_channel in _by_channel(updates).items():
            fresh_ids = inbox.keep_new(connection, channel, [u.update_id for u in of_channel], now)
            for update in of_channel:
                if update.update_id in fresh_ids:
                    fresh_ids.discard(update.update_id)
                    waiting.append(update)
        if any(update.channel == INNER for update in waiting):
            waiting = notices.read(connection, waiting)
        while waiting:
            waiting = self._round(connection, waiting, effects, book)
        if effects.identity_changes:
            identity_changes.carry_out(connection, self.services, effects, book, self.universe, self.quiet)
        return effects

    def _round(self, connection: Connection, updates: Sequence[Update], effects: Effects, book: Book) -> list[Update]:
        """Handle updates and write down what they cause.

        Returns what came of a chat after everything of its learner was deleted: somebody new has said that.
        """
        effects.writes = Writes()
        records: dict[str, Record] = {}
        after: list[Update] = []
        for channel, of_channel in _by_channel(updates).items():
            after += self._channel(connection, channel, of_channel, records, effects, book)
        for learner_id in sorted(records):
            records[learner_id].close(self.universe("close").now)
        conversations.write(connection, effects.writes)
        for record in records.values():
            if (record.away != record.row.away or record.came_back) and not record.forgotten:
                now, her = self.universe("reach").now, record.row.learner_id
                self.services.hooks.reach_changed(connection, her, now, away=record.away)
                if not record.away:
                    pairings.release_notices(connection, her, to_ms(now))
                    announcing.catch_up(connection, her, now, self.universe(f"missed:{her}:{now}").new_id)
                effects.wakes_others = True
        if gone := effects.writes.forget_people:
            self.services.forgotten(connection, gone)
            effects.forgotten += gone
        return after

    def _channel(
        self,
        connection: Connection,
        channel: str,
        updates: list[Update],
        records: dict[str, Record],
        effects: Effects,
        book: Book,
    ) -> list[Update]:
        by_chat: dict[str, list[Update]] = {}
        for update in updates:
            by_chat.setdefault(update.chat_id, []).append(update)
        rows = self._load(connection, channel, by_chat)
        after: list[Update] = []
        for chat_id in sorted(by_chat):
            row = rows.get(chat_id)
            if row is None:
                continue
            if row.learner_id not in records:
                records[row.learner_id] = Record(row, state_of(connection, row), effects, self.quiet)
            elif records[row.learner_id].row.chat_id != row.chat_id:
                after += by_chat[chat_id]  # she writes on two phones at once: each is answered where she wrote
                continue
            after += self._learner(connection, records[row.learner_id], by_chat[chat_id], book)
        return after

    def _load(
        self, connection: Connection, channel: str, by_chat: Mapping[str, Sequence[Update]]
    ) -> dict[str, LearnerRow]:
        """Everybody's row by chat id (by learner id for inner updates); whoever speaks for the first time gets one."""
        if channel == INNER:
            return conversations.learners_by_id(connection, by_chat)
        rows = conversations.learners_by_chat(connection, channel, by_chat)
        for chat_id in sorted(by_chat.keys() - rows.keys()):
            if not any(map(_begins, by_chat[chat_id])):
                continue
            universe = self.universe(f"{channel}:{chat_id}")
            person = Person(universe.new_id())
            fields = PersonRow(person.learner_id, person.name, person.address, person.consent)
            row = conversations.add_learner(connection, fields, channel, chat_id, universe.now)
            if row is None:
                raise Conflict("a newcomer was met by another process")
            rows[chat_id] = row
        return rows

    def _learner(self, connection: Connection, record: Record, updates: list[Update], book: Book) -> list[Update]:
        """Handle one learner's updates; those that came after everything was deleted are returned."""
        ordered = _current_tap_first(updates, record.state.seq)
        for at, update in enumerate(ordered):
            if record.forgotten:
                return ordered[at:]
            if isinstance(update.body, NoticesDue) and record.away:
                # She has blocked the tutor: what others had to say comes too late for her.
                announcements.not_reached(connection, record.row.learner_id, [n.about for n in update.body.notices])
                continue
            if isinstance(update.body, Spoken) and record.away:
                continue  # she has blocked the tutor since she spoke
            universe = self.universe(f"{update.channel}:{update.update_id}")
            turn = TurnContext(
                book, universe, record.person, record.state, record.row.channel, record.row.chat_id,
                listens=self.listens,
            )  # fmt: skip
            turn.is_saving = self.quotas is not None and self.quotas.is_reserved(turn.channel)
            is_timer = isinstance(update.body, Inner) and update.body.kind == "due"
            if is_timer and not is_about_safety(turn):
                if self.quiet.holds(universe.now):
                    record.not_before = universe.now  # it was due by day, while the tutor was stopped
                    continue
                if record.window is not None and not record.window.takes(universe.now, urgent=False):
                    continue  # it waits until she has written
            record.begin(universe.now, from_her=update.channel != INNER or isinstance(update.body, Spoken))
            record.answer(connection, self.services, turn, update)
            record.end(turn)
        return []

    async def set_aside(self, update: Update, fault: str) -> Effects:
        """Give up on one update: remember that it came and say so if that much works, so that the next one is heard."""
        try:
            return await self.database.transact(lambda connection: self._aside(connection, update, fault))
        except StorageError:
            raise
        except Exception:  # the edge of a unit of work: even telling her fails
            log.exception("not even set aside in words", extra={"update": f"{update.channel}:{update.update_id}"})
            return await self.database.transact(lambda connection: self._mark(connection, update, fault))

    def _mark(self, connection: Connection, update: Update, fault: str) -> Effects:
        notices.read(connection, [update])  # what cannot be said must not come due for ever
        inbox.set_aside(connection, update.channel, update.update_id, fault, self.universe(fault).now)
        return Effects()

    def _aside(self, connection: Connection, update: Update, fault: str) -> Effects:
        effects, universe = Effects(), self.universe(update.update_id)
        notices.read(connection, [update])
        for row in self._load(connection, update.channel, {update.chat_id: [update]}).values():
            record = Record(row, state_of(connection, row), effects, self.quiet)
            turn = TurnContext(self.book, universe, record.person, record.state, row.channel)
            if isinstance(update.body, Inner):
                turn.stop_reminding()
            else:
                turn.say(turn.phrase("set_aside"))
            record.begin(universe.now, from_her=not isinstance(update.body, Inner))
            record.end(turn)
            record.close(universe.now)
        inbox.set_aside(connection, update.channel, update.update_id, fault, universe.now)
        conversations.write(connection, effects.writes)
        return effects

    async def settle(self, settled: Settled) -> None:
        """End outbox rows when no batch comes along to carry them."""
        await self.database.transact(lambda connection: self._settle(connection, settled))

    def _settle(self, connection: Connection, settled: Settled) -> None:
        held = self.held(connection, {channel for channel, _, _ in settled})
        settled = [each for each in settled if each[0] in held]
        outbox.settle(connection, settled)
        if self.quotas is not None:
            self.quotas.write(connection, settled)

    async def window_closed(self, outgoing: Outgoing) -> None:
        """The provider lets nobody write to a reader until she writes: what was asked of her goes to others, what waits
        is kept."""

        def work(connection: Connection) -> None:
            if not self.held(connection, [outgoing.channel]):
                return
            for who in outbox.mark_shut(connection, outgoing.channel, outgoing.chat_id, outgoing.no):
                self.services.hooks.reach_changed(connection, who, self.universe("reach").now, away=True)

        await self.database.transact(work)

    async def learner_gone(self, outgoing: Outgoing) -> None:
        """A reader has blocked the tutor: unless back since, nothing more is sent, what they were asked goes on."""

        def work(connection: Connection) -> None:
            if not self.held(connection, [outgoing.channel]):
                return
            lost = outbox.mark_away(connection, outgoing.channel, outgoing.chat_id, outgoing.no)
            announcements.not_reached(connection, lost.learner_id, [about_of(body) for body in lost.bodies])
            for who in lost.people:
                self.services.hooks.reach_changed(connection, who, self.universe("reach").now, away=True)

        await self.database.transact(work)


def _begins(update: Update) -> bool:
    """Whether a conversation may begin with it: not by leaving, nor by a second tap on "delete everything"."""
    match update.body:
        case Tap(token):
            return not token.startswith("d:")
        case Left() | Returned():
            return False
        case Text() | Edited() | Began() | Media() | Inner() | Spoken() | NoticesDue():
            return True
        case _:
            assert_never(update.body)


def _by_channel(updates: Iterable[Update]) -> dict[str, list[Update]]:
    found: dict[str, list[Update]] = {}
    for update in updates:
        found.setdefault(update.channel, []).append(update)
    return dict(sorted(found.items()))


def _current_tap_first(updates: list[Update], seq: int) -> list[Update]:
    """Telegram queues taps and texts apart: of one batch the tap on the present prompt was meant first."""
    if len(updates) < 2:
        return updates
    current = f"{STEP}{seq}:"
    return sorted(updates, key=lambda u: not (isinstance(u.body, Tap) and u.body.token.startswith(current)))
