"""A code is shown and taken.

A code of a list's entry says for whom it is, and one that lets act on others says as what: nobody spends it by merely
opening it. There is one living code an entry, and none once its person has joined.
"""

from __future__ import annotations

from typing import assert_never

from bot.channels.base import Body
from bot.people.granting import actor_of, bars, give, is_backed
from bot.people.hooks import PairingHooks
from bot.people.leave_word import tell
from bot.people.phones import Phones
from bot.people.policy import codes, permissions
from bot.people.policy import invitations as pure
from bot.people.policy.commands import AskCodeAgain, CodeCommand, LeaveCode, TakeCode
from bot.people.policy.invitations import CodeVerdict
from bot.people.pseudonyms import Pseudonyms
from bot.tutor.outcome import ANSWERED, ASIDE, CommandOutcome
from bot.tutor.turn import TurnContext
from flows import events as ev
from storage.engine.database import Connection
from storage.people import areas, invitations, invitees, people
from storage.people.records import InvitationRow


class Invitations:
    def __init__(self, names: Pseudonyms, hooks: PairingHooks, phones: Phones) -> None:
        self.names, self.hooks, self.phones = names, hooks, phones

    # --- shown ---

    def shown(
        self, connection: Connection, turn: TurnContext, shown: codes.ShownCode, body: Body, source: str
    ) -> CommandOutcome:
        """Look at a code, count it against chat and address when it is a guess, act on it when it is good.

        A right code is never refused because of what other chats did, nor for all that was tried elsewhere.
        """
        window = pure.window_of(turn.universe.now)
        chat, line = self.names.of(f"{turn.channel}:{turn.chat_id}"), self.names.of(f"line:{source}") if source else ""
        hers, of_line = (invitations.guesses(connection, window, each) if each else 0 for each in (chat, line))
        found = None
        if pure.too_often(hers, of_line, is_known=turn.agreed):
            verdict = CodeVerdict.TOO_OFTEN
        else:
            code_hash = self.names.code(shown.code)
            found = invitations.get(connection, code_hash)
            verdict = _judged(connection, found, code_hash, turn)
            if verdict is CodeVerdict.GOOD and found and not self._is_backed(connection, found):
                verdict = CodeVerdict.EXPIRED
        if pure.is_guess(verdict):
            for each in filter(None, (chat, line)):
                invitations.count_guess(connection, window, each)
        if (
            verdict in (CodeVerdict.UNKNOWN, CodeVerdict.TOO_OFTEN)
            and shown.kind == "link"
            and turn.state.open_run is not None
        ):
            return CommandOutcome(heard=body)  # everyday words in the middle of a lesson: mostly just words
        turn.events.append(ev.Heard(turn.phrase("code_heard")))
        if verdict is not CodeVerdict.GOOD or found is None:
            return pure.refuse(turn, verdict, shown.kind)
        if found.kind in ("link", "back"):
            return self.phones.ask(connection, turn, found)
        if found.invitee_id is not None or found.role in permissions.ACTING:
            return self._ask_mine(connection, turn, found)
        return self._take(connection, turn, found)

    def _is_backed(self, connection: Connection, row: InvitationRow) -> bool:
        if row.kind == "invite":
            return is_backed(connection, self.names, row)
        return row.kind == "link" or self.phones.vouching.is_backed(connection, row)

    def _ask_mine(self, connection: Connection, turn: TurnContext, row: InvitationRow) -> CommandOutcome:
        entry = invitees.get(connection, row.invitee_id) if row.invitee_id else None
        place = areas.get(connection, row.area_id or "")
        pure.ask_mine(turn, row.code_hash, entry.name if entry else "", row.role, place.name if place else "")
        return ANSWERED

    # --- taken ---

    def carry_out(self, connection: Connection, turn: TurnContext, command: CodeCommand) -> CommandOutcome:
        """What is answered to the question for whom a code is; an old button answers none."""
        if turn.state.pending != "code.mine":
            return ASIDE
        match command:
            case TakeCode(code_hash):
                return self._mine(connection, turn, code_hash, is_sure=True)
            case AskCodeAgain():
                return self._mine(connection, turn, pure.asked_about(turn), is_sure=False)
            case LeaveCode():
                return pure.leave(turn)
            case _:
                assert_never(command)

    def _mine(self, connection: Connection, turn: TurnContext, code_hash: str, *, is_sure: bool) -> CommandOutcome:
        found = invitations.get(connection, code_hash)
        verdict = _judged(connection, found, code_hash, turn)
        if found is None or verdict is not CodeVerdict.GOOD or not self._is_backed(connection, found):
            return pure.refuse(turn, verdict if verdict is not CodeVerdict.GOOD else CodeVerdict.EXPIRED, "invite")
        if not is_sure:
            return self._ask_mine(connection, turn, found)
        turn.change(offer=(), pending="")
        return self._take(connection, turn, found)

    def _take(self, connection: Connection, turn: TurnContext, found: InvitationRow) -> CommandOutcome:
        """Spend an invitation; what it brings is given at once to who has agreed, else with the consent."""
        now = turn.universe.now
        invitations.use(connection, found.code_hash, turn.person.learner_id, now)
        place = areas.get(connection, found.area_id or "")
        if bars(connection, self.names, turn.person.learner_id, found.role):
            outcome = pure.hold_back(turn)
        else:
            outcome = pure.welcome(turn, found.role, place.name if place else "")
        if turn.agreed:
            self._give(connection, turn, found)
        return outcome

    def grant_waiting(self, connection: Connection, turn: TurnContext) -> None:
        """Give somebody who has agreed what the invitation brings, where it still may be given."""
        for row in invitations.waiting(connection, turn.person.learner_id):
            if is_backed(connection, self.names, row):
                self._give(connection, turn, row)

    def _give(self, connection: Connection, turn: TurnContext, row: InvitationRow) -> None:
        learner_id, now = turn.person.learner_id, turn.universe.now
        entry = invitees.get(connection, row.invitee_id) if row.invitee_id else None
        if not give(connection, self.names, row, learner_id, now):
            return
        if row.invitee_id is not None:
            invitations.withdraw_of(connection, row.invitee_id)
        self.hooks.confirmed(connection, learner_id, row.role, now)
        if row.role == "instructor":
            turn.set_person(is_instructor=True)
        if row.role == "officer":
            turn.set_person(is_officer=True)
        if row.role in permissions.ACTING:
            self._tell_officers(connection, turn, row, entry.name if entry else turn.person.name)

    def _tell_officers(self, connection: Connection, turn: TurnContext, row: InvitationRow, name: str) -> None:
        """Whoever answers nearest for who takes such a role hears of it, with a button that takes it back."""
        now, learner_id, act = turn.universe.now, turn.person.learner_id, f"invite_{row.role}"
        place = areas.get(connection, row.area_id or "")
        path = place.path if place else ""
        holders = people.holders_above(connection, path, permissions.PERMISSIONS[act].roles)
        fit = [each for each in holders if actor_of(connection, self.names, each.learner_id).may(act, path)]
        nearest = max((len(each.path) for each in fit), default=0)
        told = {
            each.learner_id for each in fit if len(each.path) == nearest or self.names.of(each.learner_id) == row.by
        }
        phrase = f"taken_{row.role}" if row.role in ("instructor", "officer") else "taken_other"
        said = {"ten_hv": name, "khu": place.name if place else ""}
        button = {f"x:back:{row.code_hash[: pure.SHORT]}": "label_wrong_person"}
        for each in sorted(told - {learner_id}):
            tell(connection, turn.universe.new_id(), each, phrase, said, now, button, about=learner_id)


def _judged(connection: Connection, found: InvitationRow | None, code_hash: str, turn: TurnContext) -> CodeVerdict:
    is_gone = found is None and invitations.is_withdrawn(connection, code_hash)
    return pure.judge(known(found), turn.person.learner_id, turn.universe.now, is_withdrawn=is_gone)


def known(row: InvitationRow | None) -> pure.Invitation | None:
    """What the policy judges a code by."""
    if row is None:
        return None
    return pure.Invitation(row.kind, row.role, row.expires_at, row.tries, row.used_by, row.learner_id)
