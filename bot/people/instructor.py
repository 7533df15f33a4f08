"""Being an instructor: the code of conduct, the settings, and the wish to become one."""

from __future__ import annotations

from dataclasses import fields
from typing import Any, assert_never

from bot.people import granting
from bot.people.hooks import PairingHooks
from bot.people.policy import instructor, profile
from bot.people.policy.commands import ApplyToTeach, SetTeaching, ShowTeaching, TeachingCommand
from bot.people.policy.instructor import Teaching
from bot.people.pseudonyms import Pseudonyms
from bot.tutor import menu
from bot.tutor.outcome import ANSWERED, ASIDE, CommandOutcome
from bot.tutor.turn import TurnContext
from storage.engine.database import Connection
from storage.people import people
from storage.people.records import InstructorRow, RoleRow


class InstructorSettings:
    def __init__(self, names: Pseudonyms, hooks: PairingHooks) -> None:
        self.names, self.hooks = names, hooks

    def carry_out(self, connection: Connection, turn: TurnContext, command: TeachingCommand) -> CommandOutcome:
        """Show or change the settings, for who is an instructor; take the wish to become one."""
        match command:
            case ApplyToTeach():
                return self._apply(connection, turn)
            case ShowTeaching():
                self._teach(connection, turn)
            case SetTeaching():
                self._teach(connection, turn, command)
            case _:
                assert_never(command)
        return ANSWERED

    def _teach(self, connection: Connection, turn: TurnContext, command: SetTeaching | None = None) -> None:
        """Show what the instructor has set, or set one thing."""
        learner_id = turn.person.learner_id
        if not instructs(connection, learner_id):
            turn.set_person(is_instructor=False)
            held = granting.is_held(connection, self.names, learner_id)
            menu.show_menu(turn, turn.phrase("teach_suspended" if held else "teach_not"))
            return
        row = people.instructor(connection, learner_id)
        teaching = _teaching(row) if row else Teaching()
        if command is None:
            instructor.show(turn, teaching)
            return
        changed = instructor.set_one(turn, teaching, command)
        if changed != teaching:
            people.put_instructor(connection, _instructor(learner_id, changed, row))
            self.hooks.instructor_changed(connection, learner_id, turn.universe.now)

    def _apply(self, connection: Connection, turn: TurnContext) -> CommandOutcome:
        """Put the wish to be an instructor before an officer of the area."""
        learner_id = turn.person.learner_id
        if instructs(connection, learner_id):
            self._teach(connection, turn)
            return ANSWERED
        belonging = people.belonging(connection, learner_id)
        area_id = belonging[1] if belonging else None
        known = [role for role in people.roles_of(connection, learner_id) if role.role == "instructor"]
        if granting.is_held(connection, self.names, learner_id):
            turn.say(turn.phrase("teach_suspended"))
            return ASIDE
        if area_id is None:
            turn.say(turn.phrase("apply_nowhere"))
            profile.ask_area(turn, "", pending=profile.TO_TEACH)
            return ANSWERED
        is_told = bool(known)
        if not known:
            by, now = self.names.of(learner_id), turn.universe.now
            people.set_role(connection, RoleRow(learner_id, "instructor", area_id, "asked", by, now))
            is_told = self.hooks.wants_to_guide(connection, learner_id, now)
        turn.say(turn.phrase("apply_told" if is_told else "apply_kept"))
        return ASIDE


def instructs(connection: Connection, learner_id: str) -> bool:
    """Whether somebody is an instructor today."""
    roles = people.roles_of(connection, learner_id)
    return any(role.role == "instructor" and role.state == "active" for role in roles)


def _teaching(row: InstructorRow) -> Teaching:
    return Teaching(**{each.name: getattr(row, each.name) for each in fields(Teaching)})


def _instructor(learner_id: str, teaching: Teaching, was: InstructorRow | None) -> InstructorRow:
    values: dict[str, Any] = {each.name: getattr(teaching, each.name) for each in fields(Teaching)}
    return InstructorRow(learner_id, **values, gender=was.gender if was else "")
