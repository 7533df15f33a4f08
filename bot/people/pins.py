"""Who holds a role and shares a phone comes back to it by a few digits."""

from __future__ import annotations

from typing import assert_never

from bot.people.policy import invitations as windows
from bot.people.policy import permissions, sharing
from bot.people.policy import pins as pure
from bot.people.policy.commands import (
    AskPersons,
    AskPinAgain,
    ChangeSeat,
    ChoosePin,
    EnterPin,
    PinCommand,
    SitDown,
)
from bot.people.pseudonyms import Pseudonyms
from bot.tutor.outcome import ANSWERED, ASIDE, CommandOutcome
from bot.tutor.turn import TurnContext
from storage.engine.database import Connection
from storage.people import invitations, people, seats


class Pins:
    def __init__(self, names: Pseudonyms) -> None:
        self.names = names

    def carry_out(self, connection: Connection, turn: TurnContext, command: PinCommand) -> CommandOutcome:
        """Ask for digits, take them, or let somebody sit down who needs none."""
        match command:
            case AskPersons() if self._needs_one(connection, turn.person.learner_id):
                pure.ask_new(turn)
            case AskPersons():
                sharing.ask_who(turn, seats.sitting(connection, turn.channel, turn.chat_id))
            case SitDown(who):
                return self._sit(connection, turn, who)
            case ChoosePin(text):
                self._new(connection, turn, text)
            case EnterPin(text):
                return self._enter(connection, turn, text)
            case AskPinAgain():
                if turn.state.pending == "pin.new":
                    pure.ask_new(turn)
                else:
                    pure.ask(turn, pure.asked_of(turn), people.name_of(connection, pure.asked_of(turn)))
            case _:
                assert_never(command)
        return ANSWERED

    def _needs_one(self, connection: Connection, learner_id: str) -> bool:
        """Whether this person must choose digits before anybody else may sit down."""
        return _acts(connection, learner_id) and not people.pin_of(connection, learner_id)

    def _sit(self, connection: Connection, turn: TurnContext, who: str) -> CommandOutcome:
        known = dict(seats.sitting(connection, turn.channel, turn.chat_id))
        if who not in known or who == turn.person.learner_id or not _acts(connection, who):
            turn.events.append(ChangeSeat(who))
        elif people.pin_of(connection, who):
            pure.ask(turn, who, known[who])
        else:
            turn.change(offer=(), pending="")
            turn.say(turn.phrase("pin_none", ten_goi=known[who]))
            return ASIDE
        return ANSWERED

    def _new(self, connection: Connection, turn: TurnContext, text: str) -> None:
        digits = pure.read(text)
        if not digits or pure.is_weak(digits):
            pure.ask_new(turn, again=True)
            return
        people.set_pin(connection, turn.person.learner_id, self._kept(turn.person.learner_id, digits))
        turn.change(offer=(), pending="")
        turn.say(turn.phrase("pin_set"))
        sharing.ask_who(turn, seats.sitting(connection, turn.channel, turn.chat_id))

    def _enter(self, connection: Connection, turn: TurnContext, text: str) -> CommandOutcome:
        who, window = pure.asked_of(turn), windows.window_of(turn.universe.now)
        name, counted = people.name_of(connection, who), self.names.of(f"pin-tries:{who}")
        if invitations.guesses(connection, window, counted) >= pure.MAX_TRIES:
            turn.change(offer=(), pending="")
            turn.say(turn.phrase("pin_too_often"))
            return ASIDE
        if self._kept(who, pure.read(text)) == people.pin_of(connection, who):
            turn.change(offer=(), pending="persons")
            turn.events.append(ChangeSeat(who))
        else:
            invitations.count_guess(connection, window, counted)
            pure.ask(turn, who, name, again=True)
        return ANSWERED

    def _kept(self, learner_id: str, digits: str) -> str:
        return self.names.pin(learner_id, digits)


def _acts(connection: Connection, learner_id: str) -> bool:
    rows = people.roles_of(connection, learner_id)
    return any(row.role in permissions.ACTING and row.state == "active" for row in rows)
