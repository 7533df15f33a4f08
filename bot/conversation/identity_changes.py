"""Who is at an address changes: two persons become one, are two again, or another one sits down.

Carried out after everything else of a batch, one at a time: nobody else may be loaded then.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from functools import partial
from typing import assert_never

from bot.conversation.effects import Effects, Record, state_of
from bot.conversation.services import ConversationServices
from bot.people.policy import linking, sharing
from bot.people.policy.commands import BecomeOne, ChangeSeat, PersonCommand, TakeApart
from bot.people.policy.invitations import CodeVerdict
from bot.tutor import privacy, state_codec
from bot.tutor import state as states
from bot.tutor.outcome import CommandOutcome
from bot.tutor.quiet_hours import QuietHours
from bot.tutor.turn import TurnContext
from flows import Book
from flows.events import Universe
from flows.profiles import profile_of
from storage.conversations import conversations, joins
from storage.conversations.joins import JoinRow
from storage.conversations.records import LearnerRow, Writes
from storage.engine.database import Connection
from storage.people import seats


def carry_out(
    connection: Connection,
    services: ConversationServices,
    effects: Effects,
    book: Book,
    universe: Callable[[str], Universe],
    quiet: QuietHours,
) -> None:
    """Do what `effects.identity_changes` holds, and write it down."""
    for update, command in effects.identity_changes:
        row = conversations.learners_by_chat(connection, update.channel, [update.chat_id]).get(update.chat_id)
        if row is None:
            continue
        effects.writes = Writes()
        seeded = universe(f"{update.channel}:{update.update_id}:{_SEEDS[type(command)]}")
        change = _IdentityChange(connection, services, effects, book, seeded, quiet)
        match command:
            case BecomeOne(code_hash):
                change.join(row, code_hash)
            case TakeApart(which):
                change.split(row, which)
            case ChangeSeat(who):
                change.sit(row, who)
            case _:
                assert_never(command)
        conversations.write(connection, effects.writes)


_SEEDS: dict[type[PersonCommand], str] = {BecomeOne: "join", TakeApart: "split", ChangeSeat: "sit"}
"""What the chance of an update is seeded with: the same as before a restart in the middle of it."""


@dataclass(frozen=True, slots=True)
class _IdentityChange:
    """One of them, within the batch's transaction; `row` is whoever is at the address from which it was asked."""

    connection: Connection
    services: ConversationServices
    effects: Effects
    book: Book
    universe: Universe
    quiet: QuietHours

    def join(self, row: LearnerRow, code_hash: str) -> None:
        """Both phones have said yes, or somebody vouched: two persons become one, and both phones are told."""
        connection, now = self.connection, self.universe.now
        joined = self.services.phones.join(connection, row, code_hash, now)
        if joined is None:
            closed = state_of(connection, row).but(offer=(), pending="")
            self._at_desk(row, closed, partial(linking.refuse, phrase=CodeVerdict.EXPIRED.value))
            return
        stays, goes, vouched = joined
        other = goes if row.learner_id == stays.learner_id else stays
        state = linking.merge(state_of(connection, stays), state_of(connection, goes))
        merged = state.but(joined_at=now)
        base = replace(self._at_address(row), out_no=max(stays.out_no, goes.out_no))
        there = self._record(replace(base, channel=other.channel, chat_id=other.chat_id), merged)
        addresses = seats.addresses(connection, stays.learner_id)
        if (other.channel, other.chat_id) in addresses:  # else somebody else speaks there now
            there.tell(self.book.phrase("link_told", stays.address, stays.name, merged.lang), now)
        here = replace(base, channel=row.channel, chat_id=row.chat_id, away=False, out_no=there.out_no)
        self._at_desk(here, merged, partial(linking.welcome, others=len(addresses) - 1 if vouched else 0))

    def sit(self, row: LearnerRow, who: str) -> None:
        """Who is learning now: her conversation goes on at this address, the other's rests and is not shown."""
        self.services.sit(self.connection, row, who, self.universe.new_id(), self.universe.now)
        came = self._at_address(row)
        if came.learner_id != row.learner_id and profile_of(row.channel).keeps_log:
            self.effects.writes.forget_log.append((row.chat_id, row.out_no))
            self.effects.reset_pages.append(row.chat_id)
        self._at_desk(came, state_of(self.connection, came), sharing.welcome)

    def split(self, row: LearnerRow, which: str) -> None:
        """This phone, or the others, are not hers any more; what was joined within the week is as it was before.

        `which` is this, other, alone; delete or withdraw: she asked for that, of what is this phone's own.
        """
        phones, now = self.services.phones, self.universe.now
        undone = phones.undoable(self.connection, row, which, now)
        for each in undone:
            row = self._undo(row, each)
        act: Callable[[TurnContext], CommandOutcome] = linking.undone
        if which in ("delete", "withdraw"):
            act = privacy.delete if which == "delete" else privacy.withdraw
        elif not undone:
            gone = phones.split(self.connection, row, which, self.universe.new_id, now)
            self.effects.reset_pages += _logged(gone)
            stays = partial(linking.stays, others=len(gone))
            row, was = self._at_address(row), row
            act = linking.begin_anew if row.learner_id != was.learner_id else stays
        self._at_desk(row, state_of(self.connection, row), act)

    def _undo(self, row: LearnerRow, join: JoinRow) -> LearnerRow:
        """Two persons again; the one at the other phone is told. Returns who is at this one."""
        connection, now = self.connection, self.universe.now
        stays, goes = (state_codec.load(each) for each in join.kept)
        left, back = linking.part(state_of(connection, row), stays, goes)
        joins.undo(connection, join.join_id, state_codec.dump(back), row.out_no + 1, now)
        joins.settle_at_home(connection, join.learner_id, state_codec.dump(replace(left, joined_at=None)), join.at)
        self.services.phones.note_undone(connection, row, join, now)
        addresses = (*join.addresses, (row.channel, row.chat_id))
        self.effects.reset_pages += _logged(addresses)
        here = self._at_address(row)
        other_id = join.goes if here.learner_id == join.learner_id else join.learner_id
        for other in conversations.learners_by_id(connection, [other_id]).values():
            there = self._record(other, state_of(connection, other))
            there.tell(self.book.phrase("split_told", other.address, other.name, there.state.lang), now)
            there.close(now)
        return here

    def _at_address(self, row: LearnerRow) -> LearnerRow:
        """Who is there now."""
        return conversations.learners_by_chat(self.connection, row.channel, [row.chat_id])[row.chat_id]

    def _record(self, row: LearnerRow, state: states.ConversationState) -> Record:
        return Record(row, state, self.effects, self.quiet)

    def _at_desk(
        self, row: LearnerRow, state: states.ConversationState, act: Callable[[TurnContext], CommandOutcome]
    ) -> None:
        record = self._record(row, state)
        turn = TurnContext(self.book, self.universe, record.person, state, row.channel, row.chat_id)
        record.begin(self.universe.now, from_her=True)
        record.settle(self.connection, self.services, turn, act(turn))
        record.end(turn)
        record.close(self.universe.now)


def _logged(addresses: Iterable[tuple[str, str]]) -> list[str]:
    """The chats whose log shows the conversation."""
    return [chat_id for channel, chat_id in addresses if profile_of(channel).keeps_log]
