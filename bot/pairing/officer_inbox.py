"""An officer sees in chat to what waits in the own areas.

Every id that a button carries is looked up and checked against those areas here; what an officer may not see is refused
with one sentence and written into the audit.
"""

from __future__ import annotations

from typing import assert_never

from bot.pairing import kept_back as kept
from bot.pairing.asking import whom_to_ask
from bot.pairing.offers import show_mine, work_lines
from bot.pairing.policy import happenings
from bot.pairing.policy import inbox_commands as asked
from bot.pairing.policy import officer_inbox as pure
from bot.pairing.policy.candidates import nearness
from bot.pairing.policy.explain import WIDTHS
from bot.pairing.policy.inbox_commands import CALLED, InboxCommand
from bot.pairing.service import PairingContext, within
from bot.people import granting, union_phone
from bot.people.hooks import PairingHooks
from bot.people.policy.permissions import Actor
from bot.people.policy.reach import Reachability, reach_of
from bot.people.pseudonyms import Pseudonyms
from bot.tutor.outcome import ANSWERED, ASIDE, CommandOutcome
from bot.tutor.turn import TurnContext
from flows.words.values.phones import read_phone
from flows.words.values.value import in_groups
from storage.engine.database import Connection
from storage.engine.instants import to_ms
from storage.engine.rows import Row
from storage.pairing import availability, pairings, roster
from storage.people import areas, people
from storage.people.records import AuditRow, InvitationRow

MOST = 50
MOST_PLACES = 8  # that are offered for somebody new, on one page


class OfficerInbox:
    def __init__(self, names: Pseudonyms, hooks: PairingHooks, world: PairingContext) -> None:
        self.names, self.hooks, self.world = names, hooks, world

    def carry_out(self, connection: Connection, turn: TurnContext, command: InboxCommand) -> CommandOutcome:
        """Answer a command of who is an officer now; anybody else is refused, and that is audited."""
        if not self._paths(connection, turn):
            return self._refuse(connection, turn, CALLED[type(command)])
        match command:
            case asked.ShowInbox(page):
                return self.waiting(connection, turn, page)
            case asked.ShowStrangers():
                return self.strangers(connection, turn, command)
            case asked.ShowKept():
                return self.kept(connection, turn, command)
            case asked.MarkSeen():
                return self.seen(connection, turn, command)
            case asked.AskUnionPhone(area_id):
                return self._ask_phone(connection, turn, area_id, again=False)
            case asked.WriteUnionPhone(text):
                return self.written_phone(connection, turn, text)
            case asked.DropUnionPhone(area_id):
                return self.no_phone(connection, turn, area_id)
            case asked.ShowRequest():
                return self.request(connection, turn, command)
            case asked.AssignRequest():
                return self.ask(connection, turn, command)
            case asked.ConfirmStranger():
                return self.confirm(connection, turn, command)
            case asked.SettleIn(request_id, area_id):
                return self.settle_in(connection, turn, request_id, area_id)
            case asked.ShowInstructors():
                return self.helpers(connection, turn, command)
            case asked.ShowInstructor(person_id):
                return self.person(connection, turn, person_id)
            case asked.ApproveInstructor():
                return self.approve(connection, turn, command)
            case asked.LiftSuspension():
                return self.lift(connection, turn, command)
            case asked.AskSuspension():
                return self.pause(connection, turn, command)
            case asked.SuspendInstructor():
                return self.suspend(connection, turn, command)
            case _:
                assert_never(command)

    # --- who she is ---

    def _actor(self, connection: Connection, turn: TurnContext) -> Actor:
        return granting.actor_of(connection, self.names, turn.person.learner_id)

    def _paths(self, connection: Connection, turn: TurnContext) -> list[str]:
        return self._actor(connection, turn).paths("see_people")

    def _refuse(self, connection: Connection, turn: TurnContext, what: str) -> CommandOutcome:
        self._audit(connection, turn, f"refused_{what}", "", "")
        turn.say(turn.phrase("not_yours"))
        return ASIDE

    def _gone(self, turn: TurnContext) -> CommandOutcome:
        turn.say(turn.phrase("offer_gone"))
        return ASIDE

    def _audit(self, connection: Connection, turn: TurnContext, what: str, learner_id: str, area_id: str) -> None:
        names = self.names
        subject = names.of(learner_id) if learner_id else ""
        people.note(connection, AuditRow(turn.universe.now, names.of(turn.person.learner_id), what, subject, area_id))

    # --- what waits ---

    def waiting(self, connection: Connection, turn: TurnContext, page: int = 0) -> CommandOutcome:
        """Show a page of what waits: requests, who asks to be an instructor, what was kept back."""
        paths = self._paths(connection, turn)
        asking = roster.with_role(connection, paths, "instructor", ("asked",), MOST)
        asks = [(row["learner_id"], row["name"], row["area"]) for row in asking]
        found = kept.buttons(connection, turn, self.world)
        pure.show(turn, self._work(connection, turn), asks, found, page)
        return ANSWERED

    def kept(self, connection: Connection, turn: TurnContext, command: asked.ShowKept) -> CommandOutcome:
        """What was kept back between two people, for the officer of the one who is guided."""
        if kept.may_look(connection, turn, self.world, command.line_id):
            return kept.show(connection, turn, self.world, command.line_id, self._paths(connection, turn))
        return self._refuse(connection, turn, "kept")

    def seen(self, connection: Connection, turn: TurnContext, command: asked.MarkSeen) -> CommandOutcome:
        """Note that the officer has looked at what was kept back, and show the rest."""
        if not kept.may_look(connection, turn, self.world, command.line_id):
            return self._refuse(connection, turn, "kept")
        kept.seen(connection, turn, self.names.of(turn.person.learner_id), command.line_id)
        return self.waiting(connection, turn)

    def strangers(self, connection: Connection, turn: TurnContext, command: asked.ShowStrangers) -> CommandOutcome:
        """Show a page of the cries of strangers."""
        pure.show_strangers(turn, self._work(connection, turn), command.page)
        return ANSWERED

    def _work(self, connection: Connection, turn: TurnContext) -> list[pure.OfficerTask]:
        me = turn.person.learner_id
        return [
            pure.OfficerTask(
                row["request_id"], row["kind"], row["name"], self._since(row), row["state"] == "open" and
                row["owner_id"] == me, row["helper"], row["state"] == "open", not row["confirmed"],
            )
            for row in roster.waiting(connection, me, self._paths(connection, turn), MOST)
        ]  # fmt: skip

    def _request(self, connection: Connection, turn: TurnContext, request_id: str) -> tuple[Row, Row] | CommandOutcome:
        """A request that the officer may see to, with its learner; else the refusal, already said."""
        request = pairings.request(connection, request_id)
        learner = availability.learner(connection, request["learner_id"]) if request else None
        if request is None or learner is None or request["state"] == "closed":
            return self._gone(turn)
        mine = request["owner_id"] == turn.person.learner_id
        if not mine and turn.person.learner_id not in availability.answering(connection, learner["path"]):
            return self._refuse(connection, turn, "request")
        return request, learner

    def request(self, connection: Connection, turn: TurnContext, command: asked.ShowRequest) -> CommandOutcome:
        """Say why a request waits, and who can be asked."""
        found = self._request(connection, turn, command.request_id)
        if isinstance(found, CommandOutcome):
            return found
        request, learner = found
        is_open, stranger = request["state"] == "open", not learner["confirmed"]
        lines = work_lines(connection, turn, self.world, request)
        if is_open and request["owner_id"] == turn.person.learner_id:
            show_mine(connection, turn, request, lines)
            return ANSWERED
        if stranger:
            lines.append(turn.phrase("post_stranger"))
        who = (
            []
            if stranger or is_open or request["kind"] == "safety"
            else whom_to_ask(connection, learner, to_ms(turn.universe.now))
        )
        if not (who or is_open or stranger or request["kind"] == "safety"):
            lines.append(turn.phrase("post_nobody_free"))
        labels = [(row["learner_id"], self._label(turn, row, learner)) for row in who]
        pure.show_request(turn, command.request_id, lines, labels, stranger=stranger, is_open=is_open)
        return ANSWERED

    def _since(self, request: Row) -> str:
        return self.world.clock.say(request["since_at"])

    def _label(self, turn: TurnContext, row: Row, learner: Row) -> str:
        width = WIDTHS[min(nearness(row["path"], learner["path"]), 3)]
        return f"{row['name'] or turn.phrase('somebody')} · {width} · {row['guided']}/{row['capacity']}"

    def ask(self, connection: Connection, turn: TurnContext, command: asked.AssignRequest) -> CommandOutcome:
        """Put the request before the instructor whom the officer chose."""
        found = self._request(connection, turn, command.request_id)
        if isinstance(found, CommandOutcome):
            return found
        who = [
            row["learner_id"]
            for row in whom_to_ask(connection, found[1], to_ms(turn.universe.now))
            if pure.key(row["learner_id"]) == command.instructor_key
        ]
        reason = "over"
        if who:
            me, now = turn.person.learner_id, turn.universe.now
            request_id, chosen = command.request_id, who[0]
            reason = within(
                connection, self.world, me, now, lambda work: happenings.assign(work, request_id, chosen), turn
            )
        if not reason:
            self._audit(connection, turn, "assigned", found[0]["learner_id"], "")
        asked_now = reason in ("", happenings.ALREADY)
        turn.say(turn.phrase("post_asked" if asked_now else "post_quiet" if reason == "quiet" else "post_not_now"))
        return self.waiting(connection, turn)

    # --- the union's number ---

    def written_phone(self, connection: Connection, turn: TurnContext, text: str) -> CommandOutcome:
        """Take the number that was written, for the area that the first button names."""
        area_id = turn.state.offer[0][0].rpartition(":")[2] if turn.state.offer else ""
        said = read_phone(text)
        mine = self._own_areas(connection, turn)
        area_id = area_id if area_id in mine else next(iter(mine)) if len(mine) == 1 else ""
        if said is not None and area_id:
            return self._set_phone(connection, turn, area_id, str(said.value))
        return self._ask_phone(connection, turn, area_id, again=True)

    def _ask_phone(self, connection: Connection, turn: TurnContext, area_id: str, *, again: bool) -> CommandOutcome:
        """Of which of her areas, then the number."""
        mine = self._own_areas(connection, turn)
        if area_id not in mine:
            area_id = next(iter(mine)) if len(mine) == 1 else ""
        if area_id:
            known = union_phone.of_area(connection, area_id)
            pure.ask_phone(turn, area_id, mine[area_id], in_groups(known) if known else "", again=again)
        else:
            pure.choose_phone_area(turn, list(mine.items()))
        return ANSWERED

    def _own_areas(self, connection: Connection, turn: TurnContext) -> dict[str, str]:
        """The areas this person is officer of: id and name."""
        paths = self._paths(connection, turn)
        found = (areas.get(connection, path.strip("/").rpartition("/")[2]) for path in paths)
        return {each.area_id: each.name for each in found if each}

    def no_phone(self, connection: Connection, turn: TurnContext, area_id: str) -> CommandOutcome:
        """Remove the union's number of one of the officer's own areas."""
        if area_id in self._own_areas(connection, turn):
            return self._set_phone(connection, turn, area_id, "")
        return self._refuse(connection, turn, "phone")

    def _set_phone(self, connection: Connection, turn: TurnContext, area_id: str, number: str) -> CommandOutcome:
        union_phone.write(connection, area_id, number)
        self._audit(connection, turn, "union_phone", "", area_id)
        turn.change(pending="", offer=())
        turn.say(turn.phrase("union_phone_set" if number else "union_phone_none", so=in_groups(number)))
        return self.waiting(connection, turn)

    # --- strangers ---

    def confirm(self, connection: Connection, turn: TurnContext, command: asked.ConfirmStranger) -> CommandOutcome:
        """Ask where a stranger lives, of the areas this officer may put people in."""
        found = self._stranger(connection, turn, command.request_id)
        if isinstance(found, CommandOutcome):
            return found
        pure.choose_area(turn, command.request_id, self._areas(connection, turn, found[1]["path"]))
        return ANSWERED

    def _stranger(self, connection: Connection, turn: TurnContext, request_id: str) -> tuple[Row, Row] | CommandOutcome:
        """A request of somebody whom nobody has confirmed yet: a member's place is not for another ward to change."""
        found = self._request(connection, turn, request_id)
        return self._gone(turn) if not isinstance(found, CommandOutcome) and found[1]["confirmed"] else found

    def _areas(self, connection: Connection, turn: TurnContext, told: str) -> list[tuple[str, str]]:
        """The place the stranger told (the path `told`), the officer's own areas and those right below, on one page."""
        found = areas.at(connection, [told]) if told else []
        found += areas.near(connection, self._paths(connection, turn), MOST_PLACES)
        return list(dict.fromkeys((each.area_id, each.name) for each in found))[:MOST_PLACES]

    def settle_in(self, connection: Connection, turn: TurnContext, request_id: str, area_id: str) -> CommandOutcome:
        """Confirm a stranger as a member of this area, who can be paired from now on."""
        found = self._stranger(connection, turn, request_id)
        if isinstance(found, CommandOutcome):
            return found
        path = areas.path_of(connection, area_id)
        if not path or not self._actor(connection, turn).may("invite_learner", path):
            return self._refuse(connection, turn, "confirm")
        now, learner_id = turn.universe.now, found[0]["learner_id"]
        by = self.names.of(turn.person.learner_id)
        row = InvitationRow("", "invite", "learner", area_id, None, None, by, now, now)
        granting.give(connection, self.names, row, learner_id, now)
        self._audit(connection, turn, "confirmed", learner_id, area_id)
        self.hooks.confirmed(connection, learner_id, "learner", now, unasked=True)
        turn.say(turn.phrase("post_confirmed"))
        return self.waiting(connection, turn)

    # --- instructors ---

    def helpers(self, connection: Connection, turn: TurnContext, command: asked.ShowInstructors) -> CommandOutcome:
        """Show a page of the instructors of the officer's areas, suspended ones too."""
        rows = roster.with_role(connection, self._paths(connection, turn), "instructor", ("active", "suspended"), 200)
        shown = [(r["learner_id"], r["name"], self._load(turn, r)) for r in rows]
        pure.show_helpers(turn, shown, command.page)
        return ANSWERED

    def _load(self, turn: TurnContext, row: Row) -> str:
        load = "⏸" if row["state"] == "suspended" else f"{row['taken']}/{row['capacity'] or 0}"
        return load if _reach(row) == "called" else f"{load} · {turn.phrase('label_unheard')}"

    def _person(self, connection: Connection, turn: TurnContext, person_id: str, what: str) -> Row | CommandOutcome:
        """An instructor of the officer's areas (or who asks to be one); else the refusal, already said."""
        states = ("active", "suspended", "asked")
        rows = roster.with_role(connection, self._paths(connection, turn), "instructor", states, 1, person_id)
        return next(iter(rows), None) or self._refuse(connection, turn, what)

    def person(self, connection: Connection, turn: TurnContext, person_id: str) -> CommandOutcome:
        """Show one instructor; a suspension can be lifted here only by whoever has that right."""
        row = self._person(connection, turn, person_id, "person")
        if isinstance(row, CommandOutcome):
            return row
        held = granting.bars(connection, self.names, person_id, "instructor")
        mine = self._actor(connection, turn).may_lift(each.path for each in held)
        seen, stamp = self.world.clock.say(max(row["seen_at"] or 0, row["looked_at"] or 0)), granting.stamp(held)
        pure.show_reach(turn, row["name"], _reach(row), seen)
        pure.show_person(turn, person_id, row["name"], row["area"], row["state"], stamp, mine=mine)
        return ANSWERED

    def approve(self, connection: Connection, turn: TurnContext, command: asked.ApproveInstructor) -> CommandOutcome:
        """Make an instructor of somebody who asked; an old button does nothing for who has been suspended meanwhile."""
        row = self._person(connection, turn, command.person_id, "approve")
        if isinstance(row, CommandOutcome):
            return row
        if row["state"] == "asked":
            return self._let(connection, turn, row)
        return self.person(connection, turn, command.person_id)

    def lift(self, connection: Connection, turn: TurnContext, command: asked.LiftSuspension) -> CommandOutcome:
        """End the suspension that this button was made for, and no later one."""
        person_id = command.person_id
        row = self._person(connection, turn, person_id, "approve")
        if isinstance(row, CommandOutcome):
            return row
        held = granting.bars(connection, self.names, person_id, "instructor")
        if row["state"] != "suspended" or command.stamp != granting.stamp(held):
            turn.say(turn.phrase("post_lift_gone"))
            return self.person(connection, turn, person_id)
        if granting.lift(connection, self.names, self._actor(connection, turn), person_id, "instructor"):
            return self._let(connection, turn, row, again=True)
        self._audit(connection, turn, "refused_lift", person_id, "")
        return self.person(connection, turn, person_id)

    def _let(self, connection: Connection, turn: TurnContext, row: Row, *, again: bool = False) -> CommandOutcome:
        now, by, person_id = turn.universe.now, self.names.of(turn.person.learner_id), row["learner_id"]
        for role in people.roles_of(connection, person_id):
            if role.role == "instructor" and role.path == row["path"]:
                invitation = InvitationRow("", "invite", "instructor", role.area_id, None, None, by, now, now)
                if not granting.give(connection, self.names, invitation, person_id, now):
                    return self.person(connection, turn, person_id)
        self._audit(connection, turn, "approved", person_id, "")
        self.hooks.confirmed(connection, person_id, "instructor", now, unasked=True, again=again)
        turn.say(turn.phrase("post_let_again" if again else "post_approved"))
        return self.waiting(connection, turn)

    def pause(self, connection: Connection, turn: TurnContext, command: asked.AskSuspension) -> CommandOutcome:
        """Ask whether the instructor is really to be suspended."""
        row = self._person(connection, turn, command.person_id, "suspend")
        if isinstance(row, CommandOutcome):
            return row
        pure.ask_suspend(turn, command.person_id, row["name"])
        return ANSWERED

    def suspend(self, connection: Connection, turn: TurnContext, command: asked.SuspendInstructor) -> CommandOutcome:
        """End an instructor's access at once; the learners get somebody else."""
        person_id = command.person_id
        if isinstance(refused := self._person(connection, turn, person_id, "suspend"), CommandOutcome):
            return refused
        who = self._actor(connection, turn)
        granting.suspend(connection, self.names, self.hooks, who, person_id, "instructor", turn.universe.now)
        self._audit(connection, turn, "suspended_instructor", person_id, "")
        turn.say(turn.phrase("post_suspended"))
        return self.waiting(connection, turn)


def _reach(row: Row) -> Reachability:
    return reach_of(row["channel"] or "", away=bool(row["away"]), rings=row["rings"])
