"""What one of two people writes reaches the other, and nobody else, by way of the tutor.

Who the other is, is read from the database in the update's own transaction, never from what a button carries.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import replace
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
from bot.tutor.outcome import ANSWERED, ASIDE, CommandOutcome
from bot.tutor.state import HeldMedia
from bot.tutor.turn import TurnContext
from flows.events import Typed
from flows.profiles import profile_of
from flows.words.values.phones import read_phone
from flows.words.values.value import in_groups
from storage.engine.database import Connection
from storage.engine.instants import to_ms
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
Telling = Callable[
    [TurnContext, Line, str], None
]  # how the writer is told: `lines.go_on`, or beside what is open for her


class Lines:
    def __init__(self, world: PairingContext) -> None:
        self.world = world

    def carry_out(self, connection: Connection, turn: TurnContext, command: LineCommand) -> CommandOutcome:
        """Do what belongs to a line: the named one, else that of the writing mode, else the only one there is."""
        match command:
            case asked.StopWriting():
                lines.leave(turn)
                turn.say(turn.phrase("line_stopped"))
                return ASIDE
            case asked.ReplyToLetter(text):
                return self._reply(connection, turn, text)
            case asked.AskFirstWords(text):
                return self._ask_words(connection, turn, text)
            case asked.SendFirstWords() | asked.KeepFirstWords():
                return self._settle_words(connection, turn, command)
            case asked.ChooseLine(words):
                return self._choose(connection, turn, words)
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
        named = named or turn.state.line_id
        line = self._find(connection, named, turn.person.learner_id) if named else self._only(connection, turn)
        if line is None:
            cry = lines.heard_cry(turn, command.text) if isinstance(command, asked.WriteLine) else None
            lines.leave(turn)
            turn.say(turn.phrase("line_over"))
            return cry or ASIDE
        return self._by(connection, turn, line, command)

    def _by(self, connection: Connection, turn: TurnContext, line: Line, command: LineOfTwo) -> CommandOutcome:
        match command:
            case asked.WriteTo() | asked.AskLineAgain():
                lines.go_on(turn, line, "line_open")
            case asked.WriteLine(text):
                self._write(connection, turn, line, text)
            case asked.AskMedia():
                self._ask_media(connection, turn, line, command)
            case asked.AddMedia():
                self._add_media(connection, turn, line, command)
            case asked.SendMedia():
                self._send_media(connection, turn, line)
            case asked.HoldMedia():
                lines.go_on(turn, line, "line_held")
            case asked.ReportLine():
                self._report(connection, turn, line)
            case asked.GiveUnionNumber():
                self._give_union(connection, turn, line)
            case asked.AskOwnNumber():
                lines.go_on(turn, line, "line_number_ask" if line.urgent else "line_open")
            case asked.AskEndOfLine():
                lines.ask_end(turn, line)
            case asked.EndLine():
                return self._end(connection, turn, line)
            case _:
                assert_never(command)
        return ANSWERED

    def _choose(self, connection: Connection, turn: TurnContext, text: str) -> CommandOutcome:
        """ "nhắn tin", "nhắn cho chị Hạnh": to the one who is meant, to the only one, or it is asked to whom."""
        me = turn.person.learner_id
        known = [line for each in relays.lines_of(connection, me) if (line := self._find(connection, each, me))]
        meant = [line for line in known if text and lines.names(text, line.name)] or known
        if not known:
            turn.say(turn.phrase("line_nobody"))
            return ASIDE
        if len(meant) == 1:
            lines.go_on(turn, meant[0], "line_open")
        else:
            lines.choose(turn, meant[: lines.MOST_CHOSEN])
        return ANSWERED

    def _reply(self, connection: Connection, turn: TurnContext, text: str) -> CommandOutcome:
        """Pass on what was written under a letter, without any tap; where the two write no more it is for the tutor."""
        line = self._find(connection, waits.letter(turn), turn.person.learner_id)
        if line is None:
            turn.change(letter=None, letter_at=None)
            return CommandOutcome(heard=Text(text))
        if turn.state.open_run is None and not turn.state.pending:
            self._write(connection, turn, line, text)
            return ANSWERED
        too = lessons.is_lessons_too(turn, text)
        self._write(connection, turn, line, text, lines.say_aside)
        if turn.state.media:
            return ANSWERED  # she is being asked whether her number may go
        if not too:
            return CommandOutcome(shows_again=True, briefly=True)
        lessons.resume(turn, Typed(text))
        return ANSWERED

    def _ask_words(self, connection: Connection, turn: TurnContext, text: str) -> CommandOutcome:
        """Ask whom the first words after two have met are for; what may not go over is for the tutor, unasked."""
        line = self._find(connection, waits.letter(turn), turn.person.learner_id)
        turn.change(letter=None, letter_at=None)
        verdict = lines.judged(turn, line, text) if line else None
        if line is None or verdict is None or not (verdict.what == "pass" or (verdict.what == "mark" and line.urgent)):
            return CommandOutcome(heard=Text(text))
        lines.ask_words(turn, line, verdict.text)
        return ANSWERED

    def _settle_words(
        self, connection: Connection, turn: TurnContext, command: asked.SendFirstWords | asked.KeepFirstWords
    ) -> CommandOutcome:
        """Pass them on, or hear them as the tutor; of an old button only the line is left."""
        words = turn.state.media_words
        turn.change(offer=(), media_words="")
        if not words or isinstance(command, asked.KeepFirstWords):
            return CommandOutcome(heard=Text(words)) if words else ASIDE
        waits.spoke(turn, command.line_id, urgent=False)
        return self._reply(connection, turn, words)

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

    def _only(self, connection: Connection, turn: TurnContext) -> Line | None:
        """The line of whoever typed "báo cáo" without writing to anybody: the one with the instructor."""
        pairing = kept.pairing_of(connection, turn.person.learner_id)
        return self._find(connection, pairing["pairing_id"], turn.person.learner_id) if pairing else None

    # --- what passes ---

    def _write(
        self, connection: Connection, turn: TurnContext, line: Line, text: str, tell: Telling = lines.go_on
    ) -> None:
        if len(text) > relay.LONGEST:
            tell(turn, line, "line_long")
            return
        verdict = lines.judged(turn, line, text)
        number = _number(text) if line.urgent and verdict.phrase == "relay_phone" else ""
        if number and line.side == "learner":
            lines.ask_number(turn, line, number)
            return
        if number and turn.person.is_officer:
            verdict = self._of_union(connection, line, text, number)
        if line.urgent and turn.person.is_officer and verdict.phrase == "relay_prying":
            verdict = replace(verdict, phrase="relay_prying_urgent")
        lines.whisper(turn, line, verdict.text or relay.without_numbers(turn.book.wishes, text))
        reported = verdict.report and self._tell_officer(connection, turn, line, verdict.phrase)
        if verdict.what == "block":
            tell(turn, line, verdict.phrase)
            self._tell_helper(connection, turn, line, verdict.phrase)
            if reported:
                turn.remark(turn.phrase("line_reported"))
        else:
            self._pass_on(connection, turn, line, [(verdict.text, "", "")], tell)
            if verdict.phrase:
                turn.say(turn.phrase(verdict.phrase))

    def _pass_on(
        self,
        connection: Connection,
        turn: TurnContext,
        line: Line,
        bodies: Sequence[LineBody],
        tell: Telling = lines.go_on,
    ) -> int:
        """Put them on their way, as many as may wait; where the reader sleeps the writer is told that they arrive in
        the morning. Returns how many go.
        """
        world, now, me = self.world, turn.universe.now, turn.person.learner_id
        if availability.away(connection, [line.other_id], to_ms(now)):
            lines.go_on(turn, line, "line_unreachable")
            return 0
        writer = {"ten_hv": turn.person.name, "vai_hv": line.role}
        going = bodies[: max(0, lines.MOST_WAITING - relays.waiting_from(connection, line.line_id, me))]
        if not going:
            tell(turn, line, "line_slow")
            return 0

        def event(work: PairingWork) -> None:
            for body in going:
                relay_id, phrase = world.new_id(), "relay_said" if body[0] else "relay_said_media"
                relays.put(connection, relay_id, line.line_id, me, json.dumps(body, ensure_ascii=False), work.now)
                work.pass_on(line.other_id, phrase, relay_id, line.line_id, urgent=line.urgent, **writer)

        within(connection, world, me, now, event)
        asleep = world.clock.is_quiet(to_ms(now)) and not line.urgent
        waits = not line.urgent and availability.must_write_first(connection, line.other_id, to_ms(now))
        tell(turn, line, "line_sent_waits" if waits else "line_sent_night" if asleep else "line_sent")
        return len(going)

    # --- numbers, in an emergency ---

    def _of_union(self, connection: Connection, line: Line, text: str, number: str) -> RelayVerdict:
        """An officer may give the own union's number, and no other; having tried another is no thief's sign."""
        is_known = number == union_phone.of_path(connection, self._path(connection, line))
        return RelayVerdict("pass", text) if is_known else RelayVerdict("block", phrase="relay_phone_union")

    def _give_union(self, connection: Connection, turn: TurnContext, line: Line) -> None:
        number = union_phone.of_path(connection, self._path(connection, line))
        if not line.urgent or line.side != "instructor" or not turn.person.is_officer or not number:
            lines.go_on(turn, line, "line_no_union" if line.urgent and turn.person.is_officer else "line_open")
            return
        text = turn.phrase("line_union", so=in_groups(number))
        lines.whisper(turn, line, text)
        self._pass_on(connection, turn, line, [(text, "", "")])

    def _path(self, connection: Connection, line: Line) -> str:
        """Where the one in need lives."""
        learner = availability.learner(connection, line.other_id)
        return str(learner["path"]) if learner else ""

    # --- pictures and voices ---

    def _ask_media(self, connection: Connection, turn: TurnContext, line: Line, command: asked.AskMedia) -> None:
        media, caption = self._passable(connection, turn, line, command), command.caption
        if media.kind:
            words = self._words(connection, turn, line, caption)
            lines.ask_media(turn, line, media, words)
            return
        if caption:
            self._write(connection, turn, line, caption)
            turn.remark(turn.phrase("line_media_no", ai=lines.called_by(turn, line)))
        else:
            lines.go_on(turn, line, "line_media_no")

    def _add_media(self, connection: Connection, turn: TurnContext, line: Line, command: asked.AddMedia) -> None:
        """One more of the pictures that are being asked about; what cannot go is counted, and told at the end."""
        media = self._passable(connection, turn, line, command)
        words = "\n".join(filter(None, (turn.state.media_words, self._words(connection, turn, line, command.caption))))
        turn.change(media=(*turn.state.media, media), media_words=words[: relay.LONGEST])

    def _passable(
        self, connection: Connection, turn: TurnContext, line: Line, command: asked.AskMedia | asked.AddMedia
    ) -> HeldMedia:
        """What may go over; without a kind where it cannot."""
        kind, ref = command.kind, command.ref
        same = turn.channel == relays.channel_of(connection, line.other_id)
        by_id = same and profile_of(turn.channel).media == "id"
        return HeldMedia(kind, ref) if kind in lines.PASSED_ON and ref and by_id else HeldMedia()

    def _words(self, connection: Connection, turn: TurnContext, line: Line, caption: str) -> str:
        """What may go with a picture; the writer is told when the words are held back."""
        if not caption:
            return ""
        verdict = lines.judged(turn, line, caption)
        reported = verdict.report and self._tell_officer(connection, turn, line, verdict.phrase)
        held = verdict.what == "block" or len(caption) > relay.LONGEST
        if held or verdict.phrase:
            turn.say(turn.phrase("line_long" if len(caption) > relay.LONGEST else verdict.phrase))
        if held:
            turn.say(turn.phrase("line_words_held"))
            self._tell_helper(connection, turn, line, verdict.phrase)
        if reported:
            turn.say(turn.phrase("line_reported"))
        return "" if held else verdict.text

    def _send_media(self, connection: Connection, turn: TurnContext, line: Line) -> None:
        """Send everything that was asked about; of what does not go it is told how many."""
        chosen, words = turn.state.media, turn.state.media_words
        if chosen and chosen[0].kind == lines.NUMBER:
            said = turn.phrase("line_number", so=in_groups(chosen[0].ref))
            self._pass_on(connection, turn, line, [(said, "", "")])
            return
        going = [each for each in chosen if each.kind]
        if not going or turn.channel != relays.channel_of(connection, line.other_id):
            lines.go_on(turn, line, "line_open")
            return
        turn.change(album=None)  # what comes late of it is asked about anew
        bodies = [("" if at else words, each.kind, each.ref) for at, each in enumerate(going)]
        gone = self._pass_on(connection, turn, line, bodies)
        if gone < len(chosen) and gone:
            turn.remark(turn.phrase("line_media_some", so=str(gone), con=str(len(chosen) - gone)))

    # --- when something is wrong, and the end ---

    def _tell_officer(self, connection: Connection, turn: TurnContext, line: Line, finding: str) -> bool:
        """What was blocked is told to the officer by its kind, never in its words; whether there is one."""
        learner_id = turn.person.learner_id if line.side == "learner" else line.other_id
        event = partial(
            staff.caught, line_id=line.line_id, learner_id=learner_id, other_id=line.other_id, finding=finding
        )
        return within(connection, self.world, turn.person.learner_id, turn.universe.now, event)

    def _tell_helper(self, connection: Connection, turn: TurnContext, line: Line, finding: str) -> None:
        """Whoever has taken a cry hears that something of the one in need was held back, and of what kind."""
        if not line.urgent or line.side != "learner":
            return
        event = partial(staff.held_in_need, line_id=line.line_id, helper_id=line.other_id, finding=finding)
        within(connection, self.world, turn.person.learner_id, turn.universe.now, event)

    def _report(self, connection: Connection, turn: TurnContext, line: Line) -> None:
        """One tap; the other does not learn of it. Whoever is guided may choose somebody else at once."""
        learner_id = turn.person.learner_id if line.side == "learner" else line.other_id
        lines.leave(turn)
        event = partial(staff.reported, line_id=line.line_id, learner_id=learner_id, other_id=line.other_id)
        within(connection, self.world, turn.person.learner_id, turn.universe.now, event, turn)
        end = (f"y:over:{line.line_id}", turn.phrase("label_line_over"))
        change = (("o:change:yes", turn.phrase("label_change_yes")),) if line.side == "learner" else ()
        turn.offer("", (*change, end, ("g:menu", turn.phrase("label_menu"))))

    def _end(self, connection: Connection, turn: TurnContext, line: Line) -> CommandOutcome:
        lines.leave(turn)

        def event(work: PairingWork) -> None:
            if line.kind == "pairing":
                staff.end(work, line.line_id)
            else:
                taking.done(work, line.line_id)

        within(connection, self.world, turn.person.learner_id, turn.universe.now, event, turn)
        return ANSWERED if turn.replies else ASIDE


def _number(text: str) -> str:
    """The one telephone number in a text; "" where there is none, or two."""
    said = read_phone(text)
    return str(said.value) if said else ""
