"""Two phones become one person's and are taken apart; a new phone for who lost one.

Joining needs an act on both: words are read on the one and typed on the other, and both say yes. No role that acts on
others ever travels so. Whoever lost a phone is let in again by a code of somebody of the union who vouches. For a week
either phone undoes it, and each is what it was before.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import assert_never

from bot.people.granting import is_held, pass_on
from bot.people.hooks import PairingHooks
from bot.people.leave_word import tell
from bot.people.policy import codes, linking, permissions
from bot.people.policy import commands as asked
from bot.people.policy import invitations as pure
from bot.people.policy.commands import BecomeOne, ChangeSeat, PhoneCommand
from bot.people.policy.invitations import CodeVerdict, judge
from bot.people.pseudonyms import Pseudonyms
from bot.people.vouching import Vouching
from bot.tutor.outcome import ANSWERED, ASIDE, CommandOutcome
from bot.tutor.privacy import UNDO
from bot.tutor.turn import Person, TurnContext
from storage.conversations import conversations, joins
from storage.conversations.records import LearnerRow
from storage.desk import entering as desk
from storage.engine.database import Connection
from storage.people import forgetting, invitations, people, seats
from storage.people.records import AuditRow, InvitationRow, PersonRow


class Phones:
    def __init__(self, names: Pseudonyms, hooks: PairingHooks, vouching: Vouching) -> None:
        self.names, self.hooks, self.vouching = names, hooks, vouching

    def carry_out(self, connection: Connection, turn: TurnContext, command: PhoneCommand) -> CommandOutcome:
        """Where words or a code were typed, and on the phone that the words are from; an old button says nothing."""
        match command:
            case asked.GiveWords():
                return self._give_words(connection, turn)
            case asked.AskOtherPhone(code_hash) if turn.state.pending == "phone.link":
                return self._ask_other(connection, turn, code_hash)
            case asked.ComeBack(code_hash) if turn.state.pending == "phone.back":
                return self._come_back(connection, turn, code_hash)
            case asked.RefuseJoin(code_hash) if turn.state.pending in ("phone.link", "phone.back"):
                invitations.try_again(connection, code_hash)
                return linking.refuse(turn, "link_refused" if code_hash else "code_left")
            case asked.AskOtherPhone() | asked.ComeBack() | asked.RefuseJoin():
                return ASIDE
            case asked.AllowJoin(code_hash):
                turn.events.append(BecomeOne(code_hash))
                return ANSWERED
            case asked.DenyJoin(code_hash):
                return self._turn_down(connection, turn, code_hash)
            case asked.AskJoinAgain():
                return self._again(connection, turn)
            case _:
                assert_never(command)

    # --- words read on the one, typed on the other ---

    def _give_words(self, connection: Connection, turn: TurnContext) -> CommandOutcome:
        """Give words for another phone; former ones are worth nothing any more."""
        learner_id, now = turn.person.learner_id, turn.universe.now
        if self.acts(connection, learner_id):
            return linking.refuse(turn, "link_union")
        invitations.withdraw_links(connection, learner_id)
        words = codes.new_words(turn.universe.new_id())
        while invitations.get(connection, self.names.code(words)) is not None:
            words = codes.new_words(turn.universe.new_id())
        by, until = self.names.of(learner_id), now + pure.LINK_LASTS
        row = InvitationRow(self.names.code(words), "link", "", None, None, learner_id, by, now, until)
        invitations.add(connection, [row])
        return linking.give_words(turn, words)

    def ask(self, connection: Connection, turn: TurnContext, found: InvitationRow) -> CommandOutcome:
        """Good words, or a good code of somebody who vouches, were shown here."""
        name = people.name_of(connection, found.learner_id or "")
        if self.acts(connection, turn.person.learner_id):
            return linking.refuse(turn, "link_union")
        if found.kind == "back":
            linking.ask_back(turn, found.code_hash, name)
        else:
            linking.ask_yes(turn, found.code_hash, name)
        return ANSWERED

    def _again(self, connection: Connection, turn: TurnContext) -> CommandOutcome:
        found = invitations.get(connection, linking.asked_about(turn))
        if found is None:
            return linking.refuse(turn, CodeVerdict.EXPIRED.value)
        return self.ask(connection, turn, found)

    def _ask_other(self, connection: Connection, turn: TurnContext, code_hash: str) -> CommandOutcome:
        """This phone says yes: now the other is asked."""
        now = turn.universe.now
        found = invitations.get(connection, code_hash)
        if found is None or judge(_known(found), turn.person.learner_id, now) is not CodeVerdict.GOOD:
            return linking.refuse(turn, CodeVerdict.EXPIRED.value)
        invitations.use(connection, code_hash, turn.person.learner_id, now)
        buttons = {f"j:ok:{code_hash}": "label_link_ok", f"j:not:{code_hash}": "label_link_no"}
        name = turn.person.name
        phrase, said = ("link_confirm", {"ten_may": name}) if name else ("link_confirm_new", {})
        tell(
            connection, turn.universe.new_id(), found.learner_id or "", phrase, said, now, buttons,
            about=turn.person.learner_id, urgent=True,
        )  # fmt: skip
        return linking.wait(turn)

    def _come_back(self, connection: Connection, turn: TurnContext, code_hash: str) -> CommandOutcome:
        """Join a new phone: what is here becomes the person's; at a shared one they sit down, without digits."""
        found = invitations.get(connection, code_hash)
        her = found.learner_id if found is not None and found.kind == "back" else None
        if found is None or her not in dict(seats.sitting(connection, turn.channel, turn.chat_id)):
            turn.events.append(BecomeOne(code_hash))
        elif self._is_good(connection, turn, found):
            people.set_pin(connection, her or "", "")
            invitations.revoke(connection, code_hash)
            turn.events.append(ChangeSeat(her or ""))
        else:
            return linking.refuse(turn, CodeVerdict.EXPIRED.value)
        return ANSWERED

    def _is_good(self, connection: Connection, turn: TurnContext, found: InvitationRow) -> bool:
        """Whether a voucher's code still holds at this moment: it may have been shown long before the yes."""
        verdict = judge(_known(found), turn.person.learner_id, turn.universe.now)
        return verdict is CodeVerdict.GOOD and self.vouching.is_backed(connection, found)

    def _turn_down(self, connection: Connection, turn: TurnContext, code_hash: str) -> CommandOutcome:
        found = invitations.get(connection, code_hash)
        if found is not None and found.learner_id == turn.person.learner_id:
            invitations.revoke(connection, code_hash)
        return linking.refuse(turn, "link_refused")

    # --- one person ---

    def join(
        self, connection: Connection, row: LearnerRow, code_hash: str, now: datetime
    ) -> tuple[LearnerRow, LearnerRow, bool] | None:
        """Who stays, who becomes part of them (both as they were), whether somebody vouched; None: the code holds no
        more.

        Words are confirmed on the phone they are from, a vouched code where it was typed.
        """
        found = invitations.get(connection, code_hash)
        if found is None or found.learner_id is None:
            return None
        if found.kind == "link":
            held = found.used_at is not None and now - found.used_at <= pure.LINK_LASTS
            pair = (row.learner_id, found.used_by) if held and found.learner_id == row.learner_id else None
        elif found.kind == "back" and judge(_known(found), row.learner_id, now) is CodeVerdict.GOOD:
            pair = (found.learner_id, row.learner_id) if self.vouching.is_backed(connection, found) else None
        else:
            pair = None
        rows = {each: conversations.kept_of(connection, each) for each in sorted(filter(None, pair or ()))}
        stays, goes = (rows.get(each or "") for each in pair or ("", ""))
        if stays is None or goes is None:
            return None
        vouched = found.kind == "back"
        if self.acts(connection, goes.learner_id) or (not vouched and self.acts(connection, stays.learner_id)):
            return None
        self.hooks.become_one(connection, stays.learner_id, goes.learner_id, now)
        joins.remember(connection, code_hash, stays.learner_id, goes.learner_id, now, vouched=vouched)
        joins.join(connection, stays.learner_id, goes.learner_id)
        invitations.revoke(connection, code_hash)
        self._note(connection, stays.learner_id, "linked", goes.learner_id, now)
        return stays, goes, vouched

    def acts(self, connection: Connection, learner_id: str) -> bool:
        """Whether somebody holds, or is held back from, a role that acts on others."""
        held = any(row.role in permissions.ACTING for row in people.roles_of(connection, learner_id))
        return held or is_held(connection, self.names, learner_id)

    # --- taken apart ---

    def split(
        self, connection: Connection, row: LearnerRow, which: str, new_id: Callable[[], str], now: datetime
    ) -> list[tuple[str, str]]:
        """Take this address from a person, or all the others: each gets a person of its own. Which addresses that were.

        Nothing of the person's goes: what was learnt on a phone that had been joined stays.
        """
        me, others = (row.channel, row.chat_id), seats.addresses(connection, row.learner_id)
        others.remove(me)
        gone = [me] if which == "alone" else [] if not others else [me] if which == "this" else others
        self._take_off(connection, row, gone, new_id, now)
        return gone

    def sign_out(
        self, connection: Connection, learner_id: str, new_id: Callable[[], str], now: datetime
    ) -> list[tuple[str, str]]:
        """Take every address from a person, whose things wait for a code that lets them in on a new phone."""
        gone = seats.addresses(connection, learner_id)
        row = conversations.kept_of(connection, learner_id)
        if row is not None:
            self._take_off(connection, row, gone, new_id, now)
        return gone

    def _take_off(
        self, connection: Connection, row: LearnerRow, gone: Sequence[tuple[str, str]], new_id: Callable[[], str],
        now: datetime,
    ) -> None:  # fmt: skip
        desk.end_sessions(connection, row.learner_id)
        for channel, chat_id in gone:
            fresh = Person(new_id())
            person = PersonRow(fresh.learner_id, fresh.name, fresh.address, fresh.consent)
            seats.take_off(connection, channel, chat_id, row.learner_id, person, row.out_no, now)
            pass_on(connection, self.names, row.learner_id, person.learner_id)
            forgetting.add_tombstones(connection, [self.names.left(row.learner_id, channel, chat_id)], now)
            self._note(connection, row.learner_id, "split", person.learner_id, now)

    def undoable(self, connection: Connection, row: LearnerRow, which: str, now: datetime) -> list[joins.JoinRow]:
        """The joins that taking this phone and the others apart undoes.

        A phone that was vouched for does not go back when it takes off the lost one; asked on that one, it does.
        """
        me = row.channel, row.chat_id
        return [
            each
            for each in joins.joins_of(connection, row.learner_id)
            if now - each.at < UNDO and not (each.vouched and me in each.addresses and which != "this")
        ]

    def note_undone(self, connection: Connection, row: LearnerRow, join: joins.JoinRow, now: datetime) -> None:
        """Write down for ever that these phones were taken off: after a restore they are not the person's either."""
        left = [self.names.left(join.learner_id, *address) for address in join.addresses]
        forgetting.add_tombstones(connection, left, now)
        self._note(connection, row.learner_id, "unlinked", join.goes, now)

    def _note(self, connection: Connection, by: str, what: str, subject: str, now: datetime) -> None:
        people.note(connection, AuditRow(now, self.names.of(by), what, self.names.of(subject), ""))


def _known(row: InvitationRow) -> pure.Invitation:
    return pure.Invitation(row.kind, row.role, row.expires_at, row.tries, row.used_by, row.learner_id)
