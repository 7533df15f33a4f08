"""The office's room "line": what one of two people writes reaches the other, and nobody else, by way of the tutor.

Who the other is, is read from the database in the update's own transaction, never from what a button carries.
"""

from __future__ import annotations

import json
from functools import partial

from bot.services.pairing import World, within
from bot.tutoring import lines
from bot.tutoring.conversation import show_again
from bot.tutoring.desk import Desk
from bot.tutoring.lines import Line
from bot.tutoring.pairing import policy, relay, staff
from bot.tutoring.pairing.turn import Turn
from flows import mask
from storage import pairings as kept
from storage import people, relays
from storage.database import Connection

IN_MODE = frozenset({"write", "media", "send", "hold", "again"})
"""What only means something while she writes to somebody, whatever a button carries."""


class Lines:
    def __init__(self, world: World) -> None:
        self.world = world

    def asked(self, connection: Connection, desk: Desk, what: str, value: str, chat_id: str) -> None:
        """talk, write, media, send, hold, stop, report, end, over; `value` is a line's id or what she wrote."""
        in_mode = desk.talk.line.partition(":")[2]
        named = in_mode if what in IN_MODE else value or in_mode
        if what == "stop":
            lines.leave(desk)
            desk.say(desk.phrase("line_stopped"))
            show_again(desk)
            return
        line = self._find(connection, named, desk.person.learner_id) if named else self._only(connection, desk)
        if line is None:
            lines.leave(desk)
            desk.say(desk.phrase("line_over"))
            show_again(desk)
            return
        match what:
            case "talk" | "again":
                lines.go_on(desk, line, "line_open")
            case "write":
                self._write(connection, desk, line, value)
            case "media":
                kind, _, ref = value.partition(":")
                self._ask_media(connection, desk, line, kind, ref)
            case "send":
                self._send_media(connection, desk, line)
            case "hold":
                lines.go_on(desk, line, "line_held")
            case "report":
                self._report(connection, desk, line)
            case "end":
                lines.ask_end(desk, line)
            case "over":
                self._end(connection, desk, line)
            case _:
                lines.leave(desk)
                show_again(desk)

    # --- who writes to whom ---

    def _find(self, connection: Connection, line_id: str, me: str) -> Line | None:
        """The open line of this id if it is hers."""
        pairing = kept.pairing(connection, line_id)
        if pairing is not None:
            sides = pairing["learner_id"], pairing["instructor_id"]
            return self._line(connection, line_id, "pairing", sides, me) if pairing["state"] == "open" else None
        request = kept.request(connection, line_id)
        if request is None or request["state"] != "open" or not request["owner_id"]:
            return None
        sides = request["learner_id"], request["owner_id"]
        return self._line(connection, line_id, "request", sides, me, urgent=request["kind"] == "safety")

    def _line(
        self, connection: Connection, line_id: str, kind: str, sides: tuple[str, str], me: str, *, urgent: bool = False
    ) -> Line | None:
        learner_id, helper_id = sides
        if me not in sides or learner_id == helper_id:
            return None
        other = helper_id if me == learner_id else learner_id
        known = people.belonging(connection, other)
        name = known[0] if known else ""
        return Line(line_id, kind, "learner" if me == learner_id else "instructor", other, name, urgent)

    def _only(self, connection: Connection, desk: Desk) -> Line | None:
        """Who typed "báo cáo" without writing to anybody means who guides her."""
        pairing = kept.pairing_of(connection, desk.person.learner_id)
        return self._find(connection, pairing["pairing_id"], desk.person.learner_id) if pairing else None

    # --- what passes ---

    def _write(self, connection: Connection, desk: Desk, line: Line, text: str) -> None:
        if len(text) > relay.LONGEST:
            lines.go_on(desk, line, "line_long")
            return
        verdict = relay.look(text, line.side)
        lines.whisper(desk, verdict.text or mask(text).text)
        if verdict.report:
            self._tell_officer(connection, desk, line, verdict.phrase)
        if verdict.what == "block":
            lines.go_on(desk, line, verdict.phrase)
        else:
            self._pass_on(connection, desk, line, (verdict.text, "", ""))
            if verdict.phrase:
                desk.say(desk.phrase(verdict.phrase))

    def _pass_on(self, connection: Connection, desk: Desk, line: Line, body: tuple[str, str, str]) -> None:
        """Put it on its way; where she sleeps the writer is told that it arrives in the morning."""
        relay_id, world, now = self.world.new_id(), self.world, desk.universe.now
        me = desk.person.learner_id
        if relays.waiting_from(connection, line.line_id, me) >= lines.MOST_WAITING:
            lines.go_on(desk, line, "line_slow")
            return

        def event(turn: Turn) -> None:
            relays.put(connection, relay_id, line.line_id, me, json.dumps(body, ensure_ascii=False), turn.now)
            phrase = "relay_said_media" if body[1] else "relay_said"
            turn.pass_on(line.other_id, phrase, relay_id, line.line_id, urgent=line.urgent, ten_hv=desk.person.name)

        within(connection, world, me, now, event)
        asleep = world.clock.is_quiet(int(now.timestamp() * 1000)) and not line.urgent
        lines.go_on(desk, line, "line_sent_night" if asleep else "line_sent")

    # --- pictures and voices ---

    def _ask_media(self, connection: Connection, desk: Desk, line: Line, kind: str, ref: str) -> None:
        here = desk.channel == relays.channel_of(connection, line.other_id) and desk.channel.startswith("telegram:")
        if kind in lines.PASSED_ON and ref and here:
            lines.ask_media(desk, line, kind, ref)
        else:
            lines.go_on(desk, line, "line_media_no")

    def _send_media(self, connection: Connection, desk: Desk, line: Line) -> None:
        kind, _, ref = desk.talk.media.partition(":")
        if not ref or desk.channel != relays.channel_of(connection, line.other_id):
            lines.go_on(desk, line, "line_open")
            return
        self._pass_on(connection, desk, line, ("", kind, ref))

    # --- when something is wrong, and the end ---

    def _tell_officer(self, connection: Connection, desk: Desk, line: Line, finding: str) -> None:
        """What was blocked is told to the officer by its kind, never in its words."""
        learner_id = desk.person.learner_id if line.side == "learner" else line.other_id
        event = partial(staff.caught, line_id=line.line_id, learner_id=learner_id, finding=finding)
        within(connection, self.world, desk.person.learner_id, desk.universe.now, event)

    def _report(self, connection: Connection, desk: Desk, line: Line) -> None:
        """One tap; the other does not learn of it. Whoever is guided may choose somebody else at once."""
        learner_id = desk.person.learner_id if line.side == "learner" else line.other_id
        lines.leave(desk)
        event = partial(staff.reported, line_id=line.line_id, learner_id=learner_id)
        within(connection, self.world, desk.person.learner_id, desk.universe.now, event, desk)
        end = (f"y:over:{line.line_id}", desk.phrase("label_line_over"))
        change = (("o:change:yes", desk.phrase("label_change_yes")),) if line.side == "learner" else ()
        desk.offer("", (*change, end, ("g:menu", desk.phrase("label_menu"))))

    def _end(self, connection: Connection, desk: Desk, line: Line) -> None:
        lines.leave(desk)

        def event(turn: Turn) -> None:
            if line.kind == "pairing":
                staff.end(turn, line.line_id)
            else:
                policy.done(turn, line.line_id)

        within(connection, self.world, desk.person.learner_id, desk.universe.now, event, desk)
        if not desk.replies:
            show_again(desk)
