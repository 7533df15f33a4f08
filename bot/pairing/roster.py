"""An instructor in chat: the own learners, unanswered offers, and what is confirmed of a learner."""

from __future__ import annotations

from typing import assert_never

from bot.channels.base import Notice
from bot.pairing.policy import commands as asked
from bot.pairing.policy import roster as pure
from bot.pairing.policy.commands import RosterCommand
from bot.pairing.policy.roster import Guided
from bot.pairing.policy.work import BUTTONS, PairingWork
from bot.pairing.service import PairingContext, within
from bot.tutor import notices
from bot.tutor.outcome import ANSWERED, ASIDE, CommandOutcome
from bot.tutor.turn import TurnContext
from storage.engine.database import Connection
from storage.engine.instants import from_ms
from storage.engine.rows import Row
from storage.pairing import availability, pairings
from storage.pairing import roster as kept


class Roster:
    def __init__(self, world: PairingContext) -> None:
        self.world = world

    def carry_out(self, connection: Connection, turn: TurnContext, command: RosterCommand) -> CommandOutcome:
        """Show an instructor's learners or offers, or take a confirmation; a pairing that is another's is refused."""
        match command:
            case asked.ShowLearners(page):
                me = turn.person.learner_id
                waiting = len(pairings.offers_to(connection, me))
                pure.show(turn, [_guided(row) for row in kept.guided(connection, me)], page, waiting)
            case asked.ShowOffers(offer_id):
                return self._offers(connection, turn, offer_id)
            case asked.ShowLearner() | asked.ChooseSkill() | asked.AskLevel() | asked.ConfirmSkill():
                return self._of_one(connection, turn, command)
            case _:
                assert_never(command)
        return ANSWERED

    def _of_one(
        self, connection: Connection, turn: TurnContext,
        command: asked.ShowLearner | asked.ChooseSkill | asked.AskLevel | asked.ConfirmSkill,
    ) -> CommandOutcome:  # fmt: skip
        """What is about one learner; whose pairing it is, is read from the database."""
        rows = kept.guided(connection, turn.person.learner_id, command.pairing_id) if command.pairing_id else []
        if not rows:
            turn.say(turn.phrase("crew_not_yours"))
            return ASIDE
        one = _guided(rows[0])
        if isinstance(command, asked.ShowLearner):
            pure.card(turn, one, len(turn.book.current))
            return ANSWERED
        done = kept.finished(connection, one.learner_id)
        if not isinstance(command, asked.ChooseSkill):
            lesson = next((each for each in done if pure.key(each) == command.lesson_key), None)
            if lesson is None:
                return ASIDE
            if isinstance(command, asked.AskLevel):
                pure.ask_level(turn, one, lesson)
                return ANSWERED
            self._confirm(connection, turn, one, lesson, command.level)
        pure.choose_lesson(turn, one, done, kept.levels(connection, one.learner_id))
        return ANSWERED

    def _offers(self, connection: Connection, turn: TurnContext, chosen: str) -> CommandOutcome:
        """Show once more what the instructor has not answered: the message may have scrolled away.

        Of several one is chosen first: where only the newest line has buttons each can be answered.
        """
        open_ones = pairings.offers_to(connection, turn.person.learner_id)
        shown = [row for row in open_ones if row["offer_id"] == chosen] or open_ones
        known = [(row, found) for row in shown if (found := self._asker(connection, row))]
        if not known:
            turn.say(turn.phrase("crew_no_offers"))
            return ASIDE
        if len(known) > 1:
            pure.show_offers(turn, [(row["offer_id"], who["name"], who["area"]) for row, (_, who) in known])
        else:
            row, (request, learner) = known[0]
            notices.say(turn, self._offer(row, request, learner))
        return ANSWERED

    def _asker(self, connection: Connection, offer: Row) -> tuple[Row, Row] | None:
        """The request of an offer, and whose it is."""
        request = pairings.request(connection, offer["request_id"])
        learner = availability.learner(connection, request["learner_id"]) if request else None
        return (request, learner) if request and learner else None

    def _offer(self, offer: Row, request: Row, learner: Row) -> Notice:
        values = {
            "ten_hv": learner["name"], "khu": learner["area"], "han": self.world.clock.say(offer["due_at"]),
            "bai": request["lesson"], "buoc": request["step"], "lan": str(request["tries"]),
        }  # fmt: skip
        lesson, plain = ("offer_lesson", "offer_pair") if offer["reserves"] else ("offer_help", "offer_help_any")
        phrase = lesson if request["lesson"] else plain
        return Notice(phrase, values, BUTTONS[phrase](offer["offer_id"]))

    def _confirm(self, connection: Connection, turn: TurnContext, one: Guided, lesson: str, level: str) -> None:
        """Write it down; a second tap on the same button changes nothing. The learner is told what is good to hear."""
        me, now = turn.person.learner_id, turn.universe.now
        turn.say(turn.phrase("crew_confirmed"))
        if kept.levels(connection, one.learner_id).get(lesson) == level:
            return
        kept.confirm(connection, one.learner_id, lesson, level, me, now)

        def event(work: PairingWork) -> None:
            work.note("confirmed", None, one.pairing_id, lesson=lesson, level=level)
            if phrase := pure.LEVELS[level]:
                work.tell(one.learner_id, phrase, one.pairing_id, ten_hdv=turn.person.name, bai=lesson)

        within(connection, self.world, me, now, event)


def _guided(row: Row) -> Guided:
    seen = from_ms(row["seen_at"]) if row["seen_at"] else None
    named = row["pairing_id"], row["learner_id"], row["name"], row["area"]
    return Guided(*named, row["done"], row["lesson"] or "", seen, from_ms(row["opened_at"]))
