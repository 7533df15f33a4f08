"""What is tapped and typed about a request for a human, and the events behind it."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import assert_never

from bot.pairing import union_number
from bot.pairing.asking import whom_to_ask
from bot.pairing.calls import calls_for
from bot.pairing.policy import commands as asked
from bot.pairing.policy import happenings, officer_inbox, safety, staff, taking
from bot.pairing.policy.commands import OfferCommand
from bot.pairing.policy.roster import ALL_OFFERS
from bot.pairing.policy.work import PairingWork
from bot.pairing.service import PairingContext, within
from bot.pairing.sql_ledger import placed
from bot.tutor import notices
from bot.tutor.outcome import ANSWERED, ASIDE, CommandOutcome
from bot.tutor.turn import TurnContext
from flows.profiles import profile_of
from storage.engine.database import Connection
from storage.engine.instants import to_ms
from storage.engine.rows import Row
from storage.pairing import availability
from storage.pairing import pairings as kept

OfferHandler = Callable[[PairingWork], object]


class Offers:
    """Accept, later, not now, take, done: each is decided by the policies, in the update's own transaction."""

    def __init__(self, world: PairingContext) -> None:
        self.world = world

    def carry_out(self, connection: Connection, turn: TurnContext, command: OfferCommand) -> CommandOutcome:
        """Do what was tapped about a request or an offer; after an answer say how many offers are still open."""
        match command:
            case asked.ShowOwnRequest() | asked.ChooseHeir() | asked.HandOver():
                return self._mine(connection, turn, command)
            case asked.ChangeInstructor(False) if kept.pairing_of(connection, turn.person.learner_id):
                notices.ask_change(turn)
                return ANSWERED
            case asked.CancelRequests():
                self._happens(connection, turn, happenings.cancel_all)
                return CommandOutcome(shows_again=True, under=notices.lift(turn))
            case _:
                if isinstance(command, asked.CallForSafety):
                    union_number.tell(connection, turn)
                self._happens(connection, turn, partial(_decide, command))
        if not turn.replies:
            return ASIDE
        if isinstance(command, asked.CloseRequest) and turn.person.is_officer:
            turn.offer("", (("q:list:0", turn.phrase("label_post")), ("g:menu", turn.phrase("label_menu"))))
        answers = isinstance(command, asked.AcceptOffer | asked.PostponeOffer | asked.DeclineOffer)
        if answers and (others := len(kept.offers_to(connection, turn.person.learner_id))):
            notices.also(turn, ((ALL_OFFERS, turn.phrase("label_offers", so=str(others))),))
        return ANSWERED

    def _happens(self, connection: Connection, turn: TurnContext, event: OfferHandler) -> None:
        within(connection, self.world, turn.person.learner_id, turn.universe.now, event, turn)

    # --- what she has taken ---

    def _mine(
        self,
        connection: Connection,
        turn: TurnContext,
        command: asked.ShowOwnRequest | asked.ChooseHeir | asked.HandOver,
    ) -> CommandOutcome:
        """Do what is about a request that this person has taken; whose it is, is read from the database."""
        request_id = command.request_id
        request = kept.request(connection, request_id)
        if request is None or request["state"] != "open" or request["owner_id"] != turn.person.learner_id:
            turn.say(turn.phrase("offer_gone"))
            return ASIDE
        if isinstance(command, asked.ShowOwnRequest):
            show_mine(connection, turn, request, work_lines(connection, turn, self.world, request))
            return ANSWERED
        heirs, others = self._heirs(connection, turn, request_id), _instructors(connection, turn, request)
        chosen = command.heir_key if isinstance(command, asked.HandOver) else ""
        who = next((each for each, _, _ in (*heirs, *others) if officer_inbox.key(each) == chosen), "")
        if who and who not in (each for each, _, _ in heirs):
            self._give_away(connection, turn, request_id, who)
        elif who:
            self._happens(connection, turn, lambda work: taking.hand_over(work, request_id, who))
            show_mine(connection, turn, request, [])
        else:
            officer_inbox.choose_heir(turn, request_id, (*heirs, *others))
        return ANSWERED

    def _give_away(self, connection: Connection, turn: TurnContext, request_id: str, to: str) -> None:
        """Ask an instructor in the officer's stead, whose it is no more when that could be done."""
        me, now = turn.person.learner_id, turn.universe.now
        reason = within(connection, self.world, me, now, lambda work: happenings.assign(work, request_id, to), turn)
        if not reason:
            officer_inbox.gave_away(turn)
            return
        turn.say(turn.phrase("post_quiet" if reason == "quiet" else "post_not_now"))
        officer_inbox.choose_heir(turn, request_id, self._heirs(connection, turn, request_id))

    def _heirs(self, connection: Connection, turn: TurnContext, request_id: str) -> list[tuple[str, str, str]]:
        """Who may go on with it, the nearest first: (id, name, role)."""

        def event(work: PairingWork) -> list[tuple[str, str, str]]:
            request = work.ledger.request(request_id)
            found = taking.heirs(work.ledger, request)[: officer_inbox.A_PAGE] if request else ()
            pairing = work.ledger.pairing_of(request.learner_id) if request else None
            guide = pairing.instructor_id if pairing else ""
            return [(each, work.name(each), "role_instructor" if each == guide else "role_officer") for each in found]

        return within(connection, self.world, turn.person.learner_id, turn.universe.now, event)


def _instructors(connection: Connection, turn: TurnContext, request: Row) -> list[tuple[str, str, str]]:
    """Whom an officer could ask instead for what is no cry, as before it was taken: (id, name, role)."""
    learner = availability.learner(connection, request["learner_id"])
    is_paired = request["kind"] != "change" and kept.pairing_of(connection, request["learner_id"])
    if learner is None or is_paired or request["kind"] == "safety" or not turn.person.is_officer:
        return []
    found = whom_to_ask(connection, learner, to_ms(turn.universe.now))
    return [(row["learner_id"], row["name"], "role_instructor") for row in found]


Decision = (
    asked.AcceptOffer | asked.PostponeOffer | asked.DeclineOffer | asked.TakeRequest | asked.RelieveOwner
    | asked.CloseRequest | asked.KeepRequest | asked.WishInstructor | asked.ChangeInstructor | asked.CallForSafety
    | asked.CallOffSafety | asked.ComeBackToGuide
)  # fmt: skip


def _decide(command: Decision, work: PairingWork) -> None:
    """What a command is to the policies of pairing."""
    match command:
        case asked.AcceptOffer(offer_id):
            happenings.accept(work, offer_id)
        case asked.PostponeOffer(offer_id):
            happenings.later(work, offer_id)
        case asked.DeclineOffer(offer_id):
            happenings.decline(work, offer_id)
        case asked.TakeRequest(request_id):
            taking.take(work, request_id)
        case asked.RelieveOwner(request_id):
            taking.relieve(work, request_id)
        case asked.CloseRequest(request_id):
            taking.done(work, request_id)
        case asked.KeepRequest(request_id):
            taking.still(work, request_id)
        case asked.WishInstructor():
            happenings.ask(work, work.actor, "pair")
        case asked.ChangeInstructor():
            happenings.ask(work, work.actor, "change")
        case asked.CallForSafety(danger):
            happenings.ask(work, work.actor, "safety", need=danger)
        case asked.CallOffSafety():
            safety.mistaken(work)
        case asked.ComeBackToGuide():
            staff.back(work)
        case _:
            assert_never(command)


def work_lines(connection: Connection, turn: TurnContext, world: PairingContext, request: Row) -> list[str]:
    """What a request is about, where its learner lives, who has it; of a cry who was called, when and by what way."""
    learner = placed(connection, request["learner_id"])
    name, area, confirmed = (learner["name"], learner["area"], learner["confirmed"]) if learner else ("", "", False)
    her = turn.called(name, "role_learner" if confirmed else "role_stranger")
    since = world.clock.say(request["since_at"])
    kind = turn.phrase(officer_inbox.KINDS[request["kind"]], ai=her, luc=since)
    lines = [f"{kind[:1].upper()}{kind[1:]}", turn.phrase("post_area", khu=area or turn.phrase("somewhere"))]
    if request["state"] == "open" and request["owner_id"] == turn.person.learner_id:
        lines.append(turn.phrase("post_yours"))
    elif request["state"] == "open":
        owner = availability.learner(connection, request["owner_id"] or "")
        lines.append(turn.phrase("post_taken_by", ai=turn.called(owner["name"] if owner else "")))
    for call in calls_for(connection, world.pseudonym, request) if request["kind"] == "safety" else ():
        values = {
            "luc": world.clock.say(call.last_at),
            "ai": turn.called(call.name),
            "kenh": turn.phrase("way_no_bell") if call.is_silent else profile_of(call.channel).name,
        }
        lines.append(turn.phrase(f"post_call_{call.outcome}", **values))
    return lines


def show_mine(connection: Connection, turn: TurnContext, request: Row, lines: list[str]) -> None:
    """Show a request that this person has taken, with what can be done."""
    home = ("q:list:0", "label_post") if turn.person.is_officer else ("g:menu", "label_menu")
    urgent = request["kind"] == "safety"
    officer_inbox.show_mine(
        turn,
        request["request_id"],
        lines,
        union=urgent and turn.person.is_officer,
        home=(home[0], turn.phrase(home[1])),
    )
