"""What one of two people writes reaches the other, and nobody else, by way of the tutor.

Who the other is, is read from the database in the update's own transaction, never from what a button carries.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from functools import partial
from typing import assert_never

from bot.channels.base import Text
from bot.pairing.policy import commands as asked
from bot.pairing.policy import lines, relay, staff, taking
from bot.pairing.policy.commands import LineCommand
from bot.pairing.policy.lines import Line
from bot.pairing.policy.relay import RelayVerdict
from bot.pairing.policy.work import PairingWork
from bot.pairing.service import PairingContext, within
from bot.people import union_phone
from bot.tutor import lessons, waits
from bot.tutor.desk import Desk
from bot.tutor.outcome import ANSWERED, ASIDE, CommandOutcome
from bot.tutor.state import HeldMedia
from flows import mask
from flows.events import Typed
from flows.profiles import profile_of
from flows.words.values.phones import read_phone
from flows.words.wishes import Wishes
from storage.engine.database import Connection
from storage.pairing import availability, relays
from storage.pairing import pairings as kept
from storage.people import people

LineOfTwo = (
    asked.WriteTo | asked.WriteLine | asked.AskMedia | asked.AddMedia | asked.SendMedia | asked.HoldMedia
    | asked.ReportLine | asked.AskEndOfLine | asked.EndLine | asked.GiveUnionNumber | asked.AskOwnNumber
    | asked.AskLineAgain
)  # fmt: skip
"""Commands that need to know by which line."""

LineBody = tuple[str, str, str]  # words, and the kind and file id of what goes with them
Telling = Callable[[Desk, Line, str], None]  # how the writer is told: `lines.go_on`, or beside what is open for her


class Lines:
    def __init__(self, world: PairingContext) -> None:
        self.world = world

    def carry_out(self, connection: Connection, desk: Desk, command: LineCommand) -> CommandOutcome:
        """Do what belongs to a line: the named one, else that of the writing mode, else the only one there is."""
        match command:
            case asked.StopWriting():
                lines.leave(desk)
                desk.say(desk.phrase("line_stopped"))
                return ASIDE
            case asked.ReplyToLetter(text):
                return self._reply(connection, desk, text)
            case asked.ChooseLine(words):
                return self._choose(connection, desk, words)
            case asked.WriteTo() | asked.ReportLine() | asked.AskEndOfLine() | asked.EndLine():
                named = command.line_id
            case asked.GiveUnionNumber() | asked.AskOwnNumber():
                named = command.line_id
            case (
                asked.AskLineAgain() | asked.WriteLine() | asked.AskMedia() | asked.AddMedia() | asked.SendMedia()
                | asked.HoldMedia()
            ):  # fmt: skip
                named = ""  # these only mean something while she writes to somebody
            case _:
                assert_never(command)
        named = named or desk.talk.line_id
        line = self._find(connection, named, desk.person.learner_id) if named else self._only(connection, desk)
        if line is None:
            lines.leave(desk)
            desk.say(desk.phrase("line_over"))
            return ASIDE
        return self._by(connection, desk, line, command)

    def _by(self, connection: Connection, desk: Desk, line: Line, command: LineOfTwo) -> CommandOutcome:
        match command:
            case asked.WriteTo() | asked.AskLineAgain():
                lines.go_on(desk, line, "line_open")
            case asked.WriteLine(text):
                self._write(connection, desk, line, text)
            case asked.AskMedia():
                self._ask_media(connection, desk, line, command)
            case asked.AddMedia():
                self._add_media(connection, desk, line, command)
            case asked.SendMedia():
                self._send_media(connection, desk, line)
            case asked.HoldMedia():
                lines.go_on(desk, line, "line_held")
            case asked.ReportLine():
                self._report(connection, desk, line)
            case asked.GiveUnionNumber():
                self._give_union(connection, desk, line)
            case asked.AskOwnNumber():
                lines.go_on(desk, line, "line_number_ask" if line.urgent else "line_open")
            case asked.AskEndOfLine():
                lines.ask_end(desk, line)
            case asked.EndLine():
                return self._end(connection, desk, line)
            case _:
                assert_never(command)
        return ANSWERED

    def _choose(self, connection: Connection, desk: Desk, text: str) -> CommandOutcome:
        """ "nhắn tin", "nhắn cho chị Hạnh": to the one who is meant, to the only one, or it is asked to whom."""
        me = desk.person.learner_id
        known = [line for each in relays.lines_of(connection, me) if (line := self._find(connection, each, me))]
        meant = [line for line in known if text and lines.names(text, line.name)] or known
        if not known:
            desk.say(desk.phrase("line_nobody"))
            return ASIDE
        if len(meant) == 1:
            lines.go_on(desk, meant[0], "line_open")
        else:
            lines.choose(desk, meant[: lines.MOST_CHOSEN])
        return ANSWERED

    def _reply(self, connection: Connection, desk: Desk, text: str) -> CommandOutcome:
        """Pass on what was written under a letter, without any tap; where the two write no more it is for the tutor."""
        line = self._find(connection, waits.letter(desk), desk.person.learner_id)
        if line is None:
            desk.change(letter=None, letter_at=None)
            return CommandOutcome(heard=Text(text))
        if desk.talk.open_run is None and not desk.talk.pending:
            self._write(connection, desk, line, text)
            return ANSWERED
        too = lessons.is_lessons_too(desk, text)
        self._write(connection, desk, line, text, lines.say_aside)
        if desk.talk.media:
            return ANSWERED  # she is being asked whether her number may go
        if not too:
            return ASIDE
        lessons.resume(desk, Typed(text))
        return ANSWERED

    # --- who writes to whom ---

    def _find(self, connection: Connection, line_id: str, me: str) -> Line | None:
        """The open line of this id, if this person is one of the two."""
        pairing = kept.pairing(connection, line_id)
        if pairing is not None:
            sides = pairing["learner_id"], pairing["instructor_id"]
            return self._line(connection, line_id, "pairing", sides, me) if pairing["state"] == "open" else None
        request = kept.request(connection, line_id)
        if request is None or request["state"] != "open" or not request["owner_id"]:
            return None
        sides = request["learner_id"], request["owner_id"]
        helper, urgent = f"role_{request['owner_kind']}", request["kind"] == "safety"
        return self._line(connection, line_id, "request", sides, me, helper, urgent=urgent)

    def _line(
        self, connection: Connection, line_id: str, kind: str, sides: tuple[str, str], me: str,
        helper: str = "role_instructor", *, urgent: bool = False,
    ) -> Line | None:  # fmt: skip
        learner_id, helper_id = sides
        if me not in sides or learner_id == helper_id:
            return None
        known, is_mine = availability.learner(connection, learner_id), me == learner_id
        learner = "role_learner" if known and known["confirmed"] else "role_stranger"
        other = helper_id if is_mine else learner_id
        role, other_role = (learner, helper) if is_mine else (helper, learner)
        name = (people.belonging(connection, other) or ("",))[0]
        return Line(line_id, kind, "learner" if is_mine else "instructor", other, name, urgent, role, other_role)

    def _only(self, connection: Connection, desk: Desk) -> Line | None:
        """The line of whoever typed "báo cáo" without writing to anybody: the one with the instructor."""
        pairing = kept.pairing_of(connection, desk.person.learner_id)
        return self._find(connection, pairing["pairing_id"], desk.person.learner_id) if pairing else None

    # --- what passes ---

    def _write(self, connection: Connection, desk: Desk, line: Line, text: str, tell: Telling = lines.go_on) -> None:
        if len(text) > relay.LONGEST:
            tell(desk, line, "line_long")
            return
        verdict = relay.look(_wishes(desk), text, line.side)
        number = _number(text) if line.urgent and verdict.phrase == "relay_phone" else ""
        if number and line.side == "learner":
            lines.ask_number(desk, line, number)
            return
        if number and desk.person.leads:
            verdict = self._of_union(connection, line, text, number)
        lines.whisper(desk, line, verdict.text or mask(text, desk.book.nouns).text)
        reported = verdict.report and self._tell_officer(connection, desk, line, verdict.phrase)
        if verdict.what == "block":
            tell(desk, line, verdict.phrase)
            if reported:
                desk.remark(desk.phrase("line_reported"))
        else:
            self._pass_on(connection, desk, line, [(verdict.text, "", "")], tell)
            if verdict.phrase:
                desk.say(desk.phrase(verdict.phrase))

    def _pass_on(
        self, connection: Connection, desk: Desk, line: Line, bodies: Sequence[LineBody], tell: Telling = lines.go_on
    ) -> int:
        """Put them on their way, as many as may wait; where the reader sleeps the writer is told that they arrive in
        the morning. Returns how many go.
        """
        world, now, me = self.world, desk.universe.now, desk.person.learner_id
        if availability.away(connection, [line.other_id]):
            lines.go_on(desk, line, "line_unreachable")
            return 0
        writer = {"ten_hv": desk.person.name, "vai_hv": line.role}
        going = bodies[: max(0, lines.MOST_WAITING - relays.waiting_from(connection, line.line_id, me))]
        if not going:
            tell(desk, line, "line_slow")
            return 0

        def event(turn: PairingWork) -> None:
            for body in going:
                relay_id, phrase = world.new_id(), "relay_said" if body[0] else "relay_said_media"
                relays.put(connection, relay_id, line.line_id, me, json.dumps(body, ensure_ascii=False), turn.now)
                turn.pass_on(line.other_id, phrase, relay_id, line.line_id, urgent=line.urgent, **writer)

        within(connection, world, me, now, event)
        asleep = world.clock.is_quiet(int(now.timestamp() * 1000)) and not line.urgent
        tell(desk, line, "line_sent_night" if asleep else "line_sent")
        return len(going)

    # --- numbers, in an emergency ---

    def _of_union(self, connection: Connection, line: Line, text: str, number: str) -> RelayVerdict:
        """An officer may give the own union's number, and no other; having tried another is no thief's sign."""
        is_known = number == union_phone.of_path(connection, self._path(connection, line))
        return RelayVerdict("pass", text) if is_known else RelayVerdict("block", phrase="relay_phone_union")

    def _give_union(self, connection: Connection, desk: Desk, line: Line) -> None:
        number = union_phone.of_path(connection, self._path(connection, line))
        if not line.urgent or line.side != "instructor" or not desk.person.leads or not number:
            lines.go_on(desk, line, "line_no_union" if line.urgent and desk.person.leads else "line_open")
            return
        text = desk.phrase("line_union", so=union_phone.spoken(number))
        lines.whisper(desk, line, text)
        self._pass_on(connection, desk, line, [(text, "", "")])

    def _path(self, connection: Connection, line: Line) -> str:
        """Where the one in need lives."""
        learner = availability.learner(connection, line.other_id)
        return str(learner["path"]) if learner else ""

    # --- pictures and voices ---

    def _ask_media(self, connection: Connection, desk: Desk, line: Line, command: asked.AskMedia) -> None:
        media, caption = self._passable(connection, desk, line, command), command.caption
        if media.kind:
            words = self._words(connection, desk, line, caption)
            lines.ask_media(desk, line, media, words)
            return
        if caption:
            self._write(connection, desk, line, caption)
            desk.remark(desk.phrase("line_media_no", ai=lines.called_by(desk, line)))
        else:
            lines.go_on(desk, line, "line_media_no")

    def _add_media(self, connection: Connection, desk: Desk, line: Line, command: asked.AddMedia) -> None:
        """One more of the pictures that are being asked about; what cannot go is counted, and told at the end."""
        media = self._passable(connection, desk, line, command)
        words = "\n".join(filter(None, (desk.talk.media_words, self._words(connection, desk, line, command.caption))))
        desk.change(media=(*desk.talk.media, media), media_words=words[: relay.LONGEST])

    def _passable(
        self, connection: Connection, desk: Desk, line: Line, command: asked.AskMedia | asked.AddMedia
    ) -> HeldMedia:
        """What may go over; without a kind where it cannot."""
        kind, ref = command.kind, command.ref
        same = desk.channel == relays.channel_of(connection, line.other_id)
        by_id = same and profile_of(desk.channel).media == "id"
        return HeldMedia(kind, ref) if kind in lines.PASSED_ON and ref and by_id else HeldMedia()

    def _words(self, connection: Connection, desk: Desk, line: Line, caption: str) -> str:
        """What may go with a picture; the writer is told when the words are held back."""
        if not caption:
            return ""
        verdict = relay.look(_wishes(desk), caption, line.side)
        reported = verdict.report and self._tell_officer(connection, desk, line, verdict.phrase)
        held = verdict.what == "block" or len(caption) > relay.LONGEST
        if held or verdict.phrase:
            desk.say(desk.phrase("line_long" if len(caption) > relay.LONGEST else verdict.phrase))
        if held:
            desk.say(desk.phrase("line_words_held"))
        if reported:
            desk.say(desk.phrase("line_reported"))
        return "" if held else verdict.text

    def _send_media(self, connection: Connection, desk: Desk, line: Line) -> None:
        """Send everything that was asked about; of what does not go it is told how many."""
        chosen, words = desk.talk.media, desk.talk.media_words
        if chosen and chosen[0].kind == lines.NUMBER:
            said = desk.phrase("line_number", so=union_phone.spoken(chosen[0].ref))
            self._pass_on(connection, desk, line, [(said, "", "")])
            return
        going = [each for each in chosen if each.kind]
        if not going or desk.channel != relays.channel_of(connection, line.other_id):
            lines.go_on(desk, line, "line_open")
            return
        desk.change(album=None)  # what comes late of it is asked about anew
        bodies = [("" if at else words, each.kind, each.ref) for at, each in enumerate(going)]
        gone = self._pass_on(connection, desk, line, bodies)
        if gone < len(chosen) and gone:
            desk.remark(desk.phrase("line_media_some", so=str(gone), con=str(len(chosen) - gone)))

    # --- when something is wrong, and the end ---

    def _tell_officer(self, connection: Connection, desk: Desk, line: Line, finding: str) -> bool:
        """What was blocked is told to the officer by its kind, never in its words; whether there is one."""
        learner_id = desk.person.learner_id if line.side == "learner" else line.other_id
        event = partial(
            staff.caught, line_id=line.line_id, learner_id=learner_id, other_id=line.other_id, finding=finding
        )
        return within(connection, self.world, desk.person.learner_id, desk.universe.now, event)

    def _report(self, connection: Connection, desk: Desk, line: Line) -> None:
        """One tap; the other does not learn of it. Whoever is guided may choose somebody else at once."""
        learner_id = desk.person.learner_id if line.side == "learner" else line.other_id
        lines.leave(desk)
        event = partial(staff.reported, line_id=line.line_id, learner_id=learner_id, other_id=line.other_id)
        within(connection, self.world, desk.person.learner_id, desk.universe.now, event, desk)
        end = (f"y:over:{line.line_id}", desk.phrase("label_line_over"))
        change = (("o:change:yes", desk.phrase("label_change_yes")),) if line.side == "learner" else ()
        desk.offer("", (*change, end, ("g:menu", desk.phrase("label_menu"))))

    def _end(self, connection: Connection, desk: Desk, line: Line) -> CommandOutcome:
        lines.leave(desk)

        def event(turn: PairingWork) -> None:
            if line.kind == "pairing":
                staff.end(turn, line.line_id)
            else:
                taking.done(turn, line.line_id)

        within(connection, self.world, desk.person.learner_id, desk.universe.now, event, desk)
        return ANSWERED if desk.replies else ASIDE


def _number(text: str) -> str:
    """The one telephone number in a text; "" where there is none, or two."""
    said = read_phone(text)
    return str(said.value) if said else ""


def _wishes(desk: Desk) -> Wishes:
    """What may not be asked for: an officer is judged by the rules alone, for the second opinion knows only what
    learners and instructors write to each other."""
    return relay.rules_alone(desk.book.wishes) if desk.person.leads else desk.book.wishes
