"""The office's room "pin": who holds a role and shares a phone comes back to it by a few digits of her own."""

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
from bot.tutor.desk import Desk
from bot.tutor.outcome import ANSWERED, ASIDE, CommandOutcome
from storage.engine.database import Connection
from storage.people import invitations, people, seats


class Pins:
    def __init__(self, names: Pseudonyms) -> None:
        self.names = names

    def carry_out(self, connection: Connection, desk: Desk, command: PinCommand) -> CommandOutcome:
        match command:
            case AskPersons() if self._needs_one(connection, desk.person.learner_id):
                pure.ask_new(desk)
            case AskPersons():
                sharing.ask_who(desk, seats.sitting(connection, desk.channel, desk.chat_id))
            case SitDown(who):
                return self._sit(connection, desk, who)
            case ChoosePin(text):
                self._new(connection, desk, text)
            case EnterPin(text):
                return self._enter(connection, desk, text)
            case AskPinAgain():
                if desk.state.pending == "pin.new":
                    pure.ask_new(desk)
                else:
                    pure.ask(desk, pure.asked_of(desk), people.name_of(connection, pure.asked_of(desk)))
            case _:
                assert_never(command)
        return ANSWERED

    def _needs_one(self, connection: Connection, learner_id: str) -> bool:
        """Whether she must choose digits before anybody else may sit down."""
        return _acts(connection, learner_id) and not people.pin_of(connection, learner_id)

    def _sit(self, connection: Connection, desk: Desk, who: str) -> CommandOutcome:
        known = dict(seats.sitting(connection, desk.channel, desk.chat_id))
        if who not in known or who == desk.person.learner_id or not _acts(connection, who):
            desk.events.append(ChangeSeat(who))
        elif people.pin_of(connection, who):
            pure.ask(desk, who, known[who])
        else:
            desk.change(offer=(), pending="")
            desk.say(desk.phrase("pin_none", ten_goi=known[who]))
            return ASIDE
        return ANSWERED

    def _new(self, connection: Connection, desk: Desk, text: str) -> None:
        digits = pure.read(text)
        if not digits or pure.is_weak(digits):
            pure.ask_new(desk, again=True)
            return
        people.set_pin(connection, desk.person.learner_id, self._kept(desk.person.learner_id, digits))
        desk.change(offer=(), pending="")
        desk.say(desk.phrase("pin_set"))
        sharing.ask_who(desk, seats.sitting(connection, desk.channel, desk.chat_id))

    def _enter(self, connection: Connection, desk: Desk, text: str) -> CommandOutcome:
        who, window = pure.asked_of(desk), windows.window_of(desk.universe.now)
        name, counted = people.name_of(connection, who), self.names.of(f"pin-tries:{who}")
        if invitations.guesses(connection, window, counted) >= pure.MAX_TRIES:
            desk.change(offer=(), pending="")
            desk.say(desk.phrase("pin_too_often"))
            return ASIDE
        if self._kept(who, pure.read(text)) == people.pin_of(connection, who):
            desk.change(offer=(), pending="persons")
            desk.events.append(ChangeSeat(who))
        else:
            invitations.count_guess(connection, window, counted)
            pure.ask(desk, who, name, again=True)
        return ANSWERED

    def _kept(self, learner_id: str, digits: str) -> str:
        return self.names.pin(learner_id, digits)


def _acts(connection: Connection, learner_id: str) -> bool:
    rows = people.roles_of(connection, learner_id)
    return any(row.role in permissions.ACTING and row.state == "active" for row in rows)
