"""The office's room "line": what one of two people writes reaches the other, and nobody else, by way of the tutor.

Who the other is, is read from the database in the update's own transaction, never from what a button carries.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
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
from storage import people, relays, standings
from storage.database import Connection

IN_MODE = frozenset({"write", "media", "more", "send", "hold", "again"})
"""What only means something while she writes to somebody, whatever a button carries."""


NOT_GOING = "-"
"""Stands for a picture or recording of an album that cannot be passed on."""

Body = tuple[str, str, str]  # words, and the kind and file id of what goes with them


class Lines:
    def __init__(self, world: World) -> None:
        self.world = world

    def asked(self, connection: Connection, desk: Desk, what: str, value: str, chat_id: str) -> None:
        """talk, write, media, more, send, hold, stop, report, end, over; `value` is a line's id or what she wrote."""
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
                self._ask_media(connection, desk, line, value)
            case "more":
                self._add_media(connection, desk, line, value)
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
        verdict = relay.look(desk.book.wishes, text, line.side)
        lines.whisper(desk, verdict.text or mask(text).text)
        if verdict.report:
            self._tell_officer(connection, desk, line, verdict.phrase)
        if verdict.what == "block":
            lines.go_on(desk, line, verdict.phrase)
        else:
            self._pass_on(connection, desk, line, [(verdict.text, "", "")])
            if verdict.phrase:
                desk.say(desk.phrase(verdict.phrase))

    def _pass_on(self, connection: Connection, desk: Desk, line: Line, bodies: Sequence[Body]) -> int:
        """Put them on their way, as many as may wait; where she sleeps the writer is told that they arrive in the
        morning. Returns how many go."""
        world, now, me = self.world, desk.universe.now, desk.person.learner_id
        if standings.away(connection, [line.other_id]):
            lines.go_on(desk, line, "line_unreachable")
            return 0
        going = bodies[: max(0, lines.MOST_WAITING - relays.waiting_from(connection, line.line_id, me))]
        if not going:
            lines.go_on(desk, line, "line_slow")
            return 0

        def event(turn: Turn) -> None:
            for body in going:
                relay_id, phrase = world.new_id(), "relay_said" if body[0] else "relay_said_media"
                relays.put(connection, relay_id, line.line_id, me, json.dumps(body, ensure_ascii=False), turn.now)
                turn.pass_on(line.other_id, phrase, relay_id, line.line_id, urgent=line.urgent, ten_hv=desk.person.name)

        within(connection, world, me, now, event)
        asleep = world.clock.is_quiet(int(now.timestamp() * 1000)) and not line.urgent
        lines.go_on(desk, line, "line_sent_night" if asleep else "line_sent")
        return len(going)

    # --- pictures and voices ---

    def _ask_media(self, connection: Connection, desk: Desk, line: Line, value: str) -> None:
        """`value` is "kind:file id:words that came with it"."""
        media, caption = self._passable(connection, desk, line, value)
        if media:
            words = self._words(connection, desk, line, caption)
            lines.ask_media(desk, line, media, words)
            return
        if caption:
            self._write(connection, desk, line, caption)
            desk.remark(desk.phrase("line_media_no", ai=lines.called_by(desk, line)))
        else:
            lines.go_on(desk, line, "line_media_no")

    def _add_media(self, connection: Connection, desk: Desk, line: Line, value: str) -> None:
        """One more of the pictures that she is being asked about; what cannot go is counted, and told at the end."""
        media, caption = self._passable(connection, desk, line, value)
        words = "\n".join(filter(None, (desk.talk.media_words, self._words(connection, desk, line, caption))))
        desk.change(media=f"{desk.talk.media} {media or NOT_GOING}", media_words=words[: relay.LONGEST])

    def _passable(self, connection: Connection, desk: Desk, line: Line, value: str) -> tuple[str, str]:
        """ "kind:file id", empty where it cannot be passed on; the words with it."""
        kind, _, rest = value.partition(":")
        ref, _, caption = rest.partition(":")
        here = desk.channel == relays.channel_of(connection, line.other_id) and desk.channel.startswith("telegram:")
        return f"{kind}:{ref}" if kind in lines.PASSED_ON and ref and here else "", caption

    def _words(self, connection: Connection, desk: Desk, line: Line, caption: str) -> str:
        """What may go with a picture; she is told when her words are held back."""
        if not caption:
            return ""
        verdict = relay.look(desk.book.wishes, caption, line.side)
        if verdict.report:
            self._tell_officer(connection, desk, line, verdict.phrase)
        held = verdict.what == "block" or len(caption) > relay.LONGEST
        if held or verdict.phrase:
            desk.say(desk.phrase("line_long" if len(caption) > relay.LONGEST else verdict.phrase))
        if held:
            desk.say(desk.phrase("line_words_held"))
        return "" if held else verdict.text

    def _send_media(self, connection: Connection, desk: Desk, line: Line) -> None:
        """Everything she was asked about; of what does not go she is told how many."""
        chosen, words = desk.talk.media.split(), desk.talk.media_words
        going = [each for each in chosen if each != NOT_GOING]
        if not going or desk.channel != relays.channel_of(connection, line.other_id):
            lines.go_on(desk, line, "line_open")
            return
        desk.change(album="")  # what comes late of it is asked about anew
        bodies = [("" if at else words, *each.split(":", 1)) for at, each in enumerate(going)]
        gone = self._pass_on(connection, desk, line, [(text, kind, ref) for text, kind, ref in bodies])
        if gone < len(chosen) and gone:
            desk.remark(desk.phrase("line_media_some", so=str(gone), con=str(len(chosen) - gone)))

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
