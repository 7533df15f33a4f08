"""A batch of updates in one transaction: load everybody, let each desk answer, write everything down."""

from __future__ import annotations

import logging
import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import assert_never

from bot.announcements import service as announcing
from bot.channels.base import Began, Inner, Left, NoticesDue, Outgoing, Returned, Tap, Update
from bot.conversation import notices
from bot.conversation.effects import WEB, Effects, Record, about_of
from bot.conversation.office import Office
from bot.people.policy import linking, sharing
from bot.people.policy.commands import BecomeOne, ChangeSeat, PersonCommand, TakeApart
from bot.people.policy.invitations import CodeVerdict
from bot.people.pseudonyms import Pseudonyms
from bot.tutor import privacy
from bot.tutor import state as talks
from bot.tutor.desk import Desk, Person
from bot.tutor.lessons import is_about_safety, is_timer
from bot.tutor.outcome import ANSWERED, ASIDE, CommandOutcome
from bot.tutor.quiet_hours import QuietHours
from flows import Book, RunCorrupt
from flows.events import Universe
from storage.announcements import announcements
from storage.conversations import conversations, inbox, joins, leaving, outbox
from storage.conversations.joins import JoinRow
from storage.conversations.records import LearnerRow, Writes
from storage.engine import key_value
from storage.engine.database import Connection, Database
from storage.engine.errors import Conflict, StorageError
from storage.people import seats
from storage.people.records import PersonRow

INNER = "inner"
MAX_CONFLICTS = 5  # how often a batch runs again because another process was quicker

Settled = Sequence[tuple[str, str, int]]

log = logging.getLogger(__name__)


class Conversation:
    """The use case the whole project exists for. `universe` makes a world seeded by an update's id."""

    def __init__(
        self,
        database: Database,
        book: Book,
        universe: Callable[[str], Universe],
        quiet: QuietHours,
        office: Office | None = None,
    ) -> None:
        """Without an `office` codes of other processes are not known here: its key is made up."""
        self.office = office or Office(Pseudonyms(os.urandom(32)))
        self.database = database
        self.book = book
        self.universe = universe
        self.quiet = quiet

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
            outbox.settle(connection, settled)
        waiting: list[Update] = []
        for channel, of_channel in _by_channel(updates).items():
            fresh_ids = inbox.keep_new(connection, channel, [u.update_id for u in of_channel], now)
            for update in of_channel:
                if update.update_id in fresh_ids:
                    fresh_ids.discard(update.update_id)
                    waiting.append(update)
        waiting = notices.read(connection, waiting)
        while waiting:
            waiting = self._round(connection, waiting, effects, book)
        for update, command in effects.alone:
            self._alone(connection, update, command, effects, book)
        return effects

    def _alone(
        self, connection: Connection, update: Update, command: PersonCommand, effects: Effects, book: Book
    ) -> None:
        """She becomes one with another person, or another person sits down: nobody else may be loaded then."""
        row = conversations.learners_by_chat(connection, update.channel, [update.chat_id]).get(update.chat_id)
        if row is None:
            return
        effects.writes = Writes()
        universe = self.universe(f"{update.channel}:{update.update_id}:{_SEEDS[type(command)]}")
        match command:
            case BecomeOne(code_hash):
                self._join(connection, row, code_hash, effects, book, universe)
            case TakeApart(which):
                self._split(connection, row, which, effects, book, universe)
            case ChangeSeat(who):
                self._sit(connection, row, who, effects, book, universe)
            case _:
                assert_never(command)
        conversations.write(connection, effects.writes)

    def _join(
        self, connection: Connection, row: LearnerRow, value: str, effects: Effects, book: Book, universe: Universe
    ) -> None:
        """Both phones have said yes, or somebody vouched: two persons become one, and both phones are told."""
        joined = self.office.phones.join(connection, row, value, universe.now)
        if joined is None:
            record = Record(row, replace(self._talk(connection, row), offer=(), pending=""), effects, self.quiet)
            late = CodeVerdict.EXPIRED.value
            self._at_desk(connection, record, book, universe, lambda desk: linking.refuse(desk, late))
            return
        stays, goes, vouched = joined
        other = goes if row.learner_id == stays.learner_id else stays
        talk = linking.merge(self._talk(connection, stays), self._talk(connection, goes))
        merged = replace(talk, joined_at=universe.now)
        base = conversations.learners_by_chat(connection, row.channel, [row.chat_id])[row.chat_id]
        base = replace(base, out_no=max(stays.out_no, goes.out_no))
        there = Record(replace(base, channel=other.channel, chat_id=other.chat_id), merged, effects, self.quiet)
        addresses = seats.addresses(connection, stays.learner_id)
        if (other.channel, other.chat_id) in addresses:  # else somebody else speaks there now
            there.tell(book.phrase("link_told", stays.address, stays.name, merged.lang), universe.now)
        here = replace(base, channel=row.channel, chat_id=row.chat_id, away=False, out_no=there.out_no)
        others = len(addresses) - 1 if vouched else 0
        record = Record(here, merged, effects, self.quiet)
        self._at_desk(connection, record, book, universe, lambda desk: linking.welcome(desk, others=others))

    def _sit(
        self, connection: Connection, row: LearnerRow, value: str, effects: Effects, book: Book, universe: Universe
    ) -> None:
        """Who is learning now: her conversation goes on at this address, the other's rests and is not shown."""
        self.office.sit(connection, row, value, universe.new_id(), universe.now)
        came = conversations.learners_by_chat(connection, row.channel, [row.chat_id])[row.chat_id]
        if came.learner_id != row.learner_id and row.channel == WEB:
            effects.writes.forget_log.append((row.chat_id, row.out_no))
            effects.anew.append(row.chat_id)
        record = Record(came, self._talk(connection, came), effects, self.quiet)
        self._at_desk(connection, record, book, universe, sharing.welcome)

    def _split(
        self, connection: Connection, row: LearnerRow, value: str, effects: Effects, book: Book, universe: Universe
    ) -> None:
        """This phone, or the others, are not hers any more; what was joined within the week is as it was before.

        `value` is this, other, alone; delete or withdraw: she asked for that, of what is this phone's own.
        """
        undone = self.office.phones.undoable(connection, row, value, universe.now)
        for each in undone:
            row = self._undo(connection, row, each, effects, book, universe)
        act: Callable[[Desk], CommandOutcome] = linking.undone
        if value in ("delete", "withdraw"):
            act = _delete if value == "delete" else _withdraw
        elif not undone:
            gone = self.office.phones.split(connection, row, value, universe.new_id, universe.now)
            effects.anew += [chat_id for channel, chat_id in gone if channel == WEB]
            stays = partial(linking.stays, others=len(gone))
            row, was = conversations.learners_by_chat(connection, row.channel, [row.chat_id])[row.chat_id], row
            act = linking.begin_anew if row.learner_id != was.learner_id else stays
        record = Record(row, self._talk(connection, row), effects, self.quiet)
        self._at_desk(connection, record, book, universe, act)

    def _undo(
        self, connection: Connection, row: LearnerRow, join: JoinRow, effects: Effects, book: Book, universe: Universe
    ) -> LearnerRow:
        """Two persons again; the one at the other phone is told. Returns who is at this one."""
        stays, goes = (talks.load(each) for each in join.kept)
        left, back = linking.part(self._talk(connection, row), stays, goes)
        out_no = row.out_no + 1
        joins.undo(connection, join.join_id, talks.dump(back), out_no, universe.now)
        joins.settle_at_home(connection, join.learner_id, talks.dump(replace(left, joined_at=None)), join.at)
        self.office.phones.note_undone(connection, row, join, universe.now)
        effects.anew += [
            chat_id for channel, chat_id in (*join.addresses, (row.channel, row.chat_id)) if channel == WEB
        ]
        here = conversations.learners_by_chat(connection, row.channel, [row.chat_id])[row.chat_id]
        other_id = join.goes if here.learner_id == join.learner_id else join.learner_id
        for other in conversations.learners_by_id(connection, [other_id]).values():
            there = Record(other, self._talk(connection, other), effects, self.quiet)
            there.tell(book.phrase("split_told", other.address, other.name, there.talk.lang), universe.now)
            there.close()
        return here

    def _at_desk(
        self,
        connection: Connection,
        record: Record,
        book: Book,
        universe: Universe,
        act: Callable[[Desk], CommandOutcome],
    ) -> None:
        desk = Desk(book, universe, record.person, record.talk, record.row.channel, record.row.chat_id)
        record.begin(universe.now, from_her=True)
        self.office.settle(connection, desk, act(desk), Began(), partial(record.keep, desk))
        record.end(desk)
        record.close()

    def _round(self, connection: Connection, updates: Sequence[Update], effects: Effects, book: Book) -> list[Update]:
        """Handle updates and write down what they cause.

        Returns what came of a chat after everything of hers was deleted: somebody new has said that.
        """
        effects.writes = Writes()
        records: dict[str, Record] = {}
        after: list[Update] = []
        for channel, of_channel in _by_channel(updates).items():
            after += self._channel(connection, channel, of_channel, records, effects, book)
        for learner_id in sorted(records):
            records[learner_id].close()
        conversations.write(connection, effects.writes)
        for record in records.values():
            if record.away != record.row.away and not record.forgotten:
                now, her = self.universe("reach").now, record.row.learner_id
                self.office.hooks.reach_changed(connection, her, now, away=record.away)
                if not record.away:
                    announcing.catch_up(connection, her, now, self.universe(f"missed:{her}:{now}").new_id)
                effects.stirred = True
        self.office.forgotten(connection, effects.writes.forget_people)
        effects.forgotten += effects.writes.forget_people
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
                records[row.learner_id] = Record(row, self._talk(connection, row), effects, self.quiet)
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
        """Returns the updates that came after she had everything deleted."""
        ordered = _current_tap_first(updates, record.talk.seq)
        for at, update in enumerate(ordered):
            if record.forgotten:
                return ordered[at:]
            if isinstance(update.body, NoticesDue) and record.away:
                # She has blocked the tutor: what others had to say comes too late for her.
                announcements.not_reached(connection, record.row.learner_id, [n.about for n in update.body.notices])
                continue
            universe = self.universe(f"{update.channel}:{update.update_id}")
            desk = Desk(book, universe, record.person, record.talk, record.row.channel, record.row.chat_id)
            if is_timer(update.body) and self.quiet.holds(universe.now) and not is_about_safety(desk):
                record.not_before = universe.now  # it was due by day, while the tutor was stopped
                continue
            record.begin(universe.now, from_her=update.channel != INNER)
            self.office.answer(connection, desk, update.body, partial(record.keep, desk, update=update), update.source)
            record.end(desk)
        return []

    def _talk(self, connection: Connection, row: LearnerRow) -> talks.ConversationState:
        try:
            talk = talks.load(row.state)
            return talk if talk.calls(row.address, row.name) else talk.addressed(row.address, row.name)
        except RunCorrupt as fault:
            log.error("session corrupt", extra={"learner_id": row.learner_id, "reason": str(fault)[:200]})
            key_value.put_key(connection, f"{leaving.CORRUPT}{row.learner_id}:{row.revision}", row.state, None)
            return talks.salvage(row.state)

    async def set_aside(self, update: Update, fault: str) -> Effects:
        """Give up on one update: remember that it came, tell her if that much works, so that the next one is heard."""
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
            record = Record(row, self._talk(connection, row), effects, self.quiet)
            desk = Desk(self.book, universe, record.person, record.talk, row.channel)
            if isinstance(update.body, Inner):
                desk.stop_reminding()
            else:
                desk.say(desk.phrase("set_aside"))
            record.begin(universe.now, from_her=not isinstance(update.body, Inner))
            record.end(desk)
            record.close()
        inbox.set_aside(connection, update.channel, update.update_id, fault, universe.now)
        conversations.write(connection, effects.writes)
        return effects

    async def settle(self, settled: Settled) -> None:
        """End outbox rows when no batch comes along to carry them."""
        await self.database.transact(lambda connection: outbox.settle(connection, settled))

    async def learner_gone(self, outgoing: Outgoing) -> None:
        """The learner has blocked the tutor: unless she came back, nothing more is sent, what she was asked goes on."""

        def work(connection: Connection) -> None:
            lost = outbox.mark_away(connection, outgoing.channel, outgoing.chat_id, outgoing.no)
            announcements.not_reached(connection, lost.learner_id, [about_of(body) for body in lost.bodies])
            for who in lost.people:
                self.office.hooks.reach_changed(connection, who, self.universe("reach").now, away=True)

        await self.database.transact(work)


_SEEDS = {BecomeOne: "join", TakeApart: "split", ChangeSeat: "sit"}
"""What the chance of an update is seeded with: the same as before a restart in the middle of it."""


def _delete(desk: Desk) -> CommandOutcome:
    privacy.delete(desk)
    return ANSWERED


def _withdraw(desk: Desk) -> CommandOutcome:
    privacy.withdraw(desk)
    return ASIDE


def _begins(update: Update) -> bool:
    """Whether a conversation may begin with it: not by leaving, nor by a second tap on "delete everything"."""
    match update.body:
        case Tap(token):
            return not token.startswith("d:")
        case Left() | Returned():
            return False
        case _:
            return True


def _by_channel(updates: Iterable[Update]) -> dict[str, list[Update]]:
    found: dict[str, list[Update]] = {}
    for update in updates:
        found.setdefault(update.channel, []).append(update)
    return dict(sorted(found.items()))


def _current_tap_first(updates: list[Update], seq: int) -> list[Update]:
    """Telegram queues taps and texts apart: of one batch the tap on the present prompt was meant first."""
    if len(updates) < 2:
        return updates
    current = f"s:{seq}:"
    return sorted(updates, key=lambda u: not (isinstance(u.body, Tap) and u.body.token.startswith(current)))
