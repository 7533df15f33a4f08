"""Events become rows: one `match` over everything that can happen, so that nothing happens silently."""

from __future__ import annotations

import json
import logging
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import assert_never, get_args

from bot.channels.base import Began, LogEntry, NoticesDue, Outgoing, Update
from bot.conversation.packing import pack, pack_buttons, packed_media
from bot.conversation.policy import dispatch, merging, numbering, open_question
from bot.conversation.services import ConversationServices
from bot.knocks.chat import ask_where_due
from bot.knocks.policy.bell import DUE
from bot.knocks.policy.knock import knock_of
from bot.pairing.policy import lines
from bot.people.policy.commands import PersonCommand
from bot.tutor import follow_up, notices, state_codec, waits
from bot.tutor import state as states
from bot.tutor.command import ServiceCommand
from bot.tutor.onboarding import consent_text, fingerprint
from bot.tutor.open_step import is_about_safety, is_reminded
from bot.tutor.outcome import ANSWERED, CommandOutcome
from bot.tutor.quiet_hours import QuietHours
from bot.tutor.turn import (
    AnswersForgotten,
    CodeShown,
    ConsentAnswered,
    LessonRated,
    Marked,
    OutgoingReply,
    Person,
    PersonForgotten,
    RecordingCame,
    ServiceEvent,
    TurnContext,
    TurnEvent,
    WentAway,
    Whispered,
)
from bot.tutor.window import ReplyWindow
from flows import RunCorrupt
from flows import events as ev
from flows.profiles import profile_of
from flows.sittings import SITTINGS
from storage.conversations import leaving
from storage.conversations.records import (
    AttemptRow,
    AwardRow,
    ConversationRow,
    LearnerRow,
    LogRow,
    MarkRow,
    OutboxRow,
    RecordingRow,
    RunRow,
    Writes,
)
from storage.engine import key_value
from storage.engine.database import Connection
from storage.engine.instants import from_ms, to_ms
from storage.people.records import ConsentRow, PersonRow

log = logging.getLogger(__name__)

WAKING = (ServiceCommand, CodeShown, ev.HelpRequested, ev.PairingWished, PersonForgotten, AnswersForgotten)
"""Events of one person of which others may have something to hear at once."""

OF_SERVICES = get_args(ServiceEvent)


@dataclass(slots=True)
class Effects:
    """What a batch changes and what is to be sent once it is committed."""

    writes: Writes = field(default_factory=Writes)
    outgoing: list[Outgoing] = field(default_factory=list)
    entries: dict[str, list[LogEntry]] = field(default_factory=dict)
    forgotten: list[str] = field(default_factory=list)
    identity_changes: list[tuple[Update, PersonCommand]] = field(default_factory=list)  # to be carried out alone
    reset_pages: list[str] = field(default_factory=list)  # chats of the web where another conversation goes on
    wakes_others: bool = False  # somebody else may have something to hear of it
    rings: bool = False  # somebody's browser may be due to ring
    recordings: bool = False  # there are voice messages to be listened to


class Record:
    """One learner's part of a batch: the row as loaded, and how it grows update by update."""

    def __init__(self, row: LearnerRow, state: states.ConversationState, effects: Effects, quiet: QuietHours) -> None:
        self.row = row
        profile = profile_of(row.channel)
        self.keeps_log = profile.keeps_log
        self.person = Person(row.learner_id, row.name, row.address, row.consent, row.is_instructor, row.is_officer)
        self.state = state
        self.effects = effects
        self.quiet = quiet
        self.away = row.away
        self.out_no = row.out_no
        self.prompt_at = row.prompt_at
        self.seen_at: datetime | None = None
        self.from_her = self.by_others = False
        self.forgotten = False
        self.whispers = 0
        self.urgent = False
        self.is_reminder = False
        self.heard_no = state.heard_no
        self.window: ReplyWindow | None = None  # there is none
        if profile.window_s is not None:
            self.window = ReplyWindow.of(row.channel, from_ms(row.seen_at), row.out_no, state.heard_no, away=row.away)
        self.came_back = False  # she has written after her reply window was over, or after she was out of reach
        self.not_before: datetime | None = None  # when a timer that waits for the morning was found due

    def begin(self, now: datetime, *, from_her: bool) -> None:
        """An update is about to be answered at this instant; `from_her`: not of the clock, nor of somebody else."""
        self.from_her = from_her
        if from_her:
            was_out = self.window is not None and not self.window.takes(now, urgent=False)
            self.came_back |= self.away or was_out
            self.away, self.seen_at, self.heard_no = False, now, self.out_no
            self.window = self.window and self.window.heard(now)

    def answer(self, connection: Connection, services: ConversationServices, turn: TurnContext, update: Update) -> None:
        """Answer one update: the policies say what it means, and what they ask for is carried out."""
        self.settle(connection, services, turn, dispatch.answer(turn, update.body), update)

    def settle(
        self,
        connection: Connection,
        services: ConversationServices,
        turn: TurnContext,
        outcome: CommandOutcome,
        update: Update | None = None,
    ) -> None:
        """Deal with each event of the turn, once, and keep it; what an event brings about comes before the next one.
        The open question is shown again where an `outcome` says so.

        A question that cannot even be put again is closed, so that showing it again always ends.
        """
        body, source = (update.body, update.source) if update else (Began(), "")
        has_asked = self.by_others = isinstance(body, NoticesDue)

        def follow(outcome: CommandOutcome, *, put_again: bool) -> None:
            nonlocal has_asked
            if outcome.shows_again and put_again:
                turn.change(offer=(), pending="")
            for event, again in _left_to_do(turn, outcome):
                if not isinstance(event, OF_SERVICES):
                    self._keep(turn, event, update)
                    continue
                has_asked |= isinstance(event, ServiceCommand)
                after = services.deal_with(connection, turn, event, body, source)
                self._keep(turn, event, update)
                follow(after, put_again=again)

        follow(outcome, put_again=False)
        if self.from_her and turn.state.bell == DUE:
            ask_where_due(connection, turn)
        if has_asked or turn.state.pinned:
            waits.pin(turn, services.hooks.waiting(connection, turn))
        elif turn.state.unheard is not None:
            waits.pin(turn, ())

    def _keep(self, turn: TurnContext, event: TurnEvent, update: Update | None) -> None:
        """Write down one thing that happened in this turn; `update` by which she became somebody else, if any."""
        self.effects.wakes_others |= isinstance(event, WAKING)
        if isinstance(event, PersonCommand) and update is not None:
            self.effects.identity_changes.append((update, event))
        if isinstance(event, (ev.Heard, Whispered)) and turn.agreed and self.person.consent == "agreed":
            self._heard(event, turn.universe.now)
        if isinstance(event, RecordingCame) and update is not None:
            where = self.row.learner_id, f"{update.channel}:{update.update_id}", update.channel, event.ref
            row = RecordingRow(*where, turn.universe.now, event.line, event.sure)
            self.effects.writes.recordings.append(row)
            self.effects.recordings = True
        self._event(turn, event, turn.universe.now)

    def end(self, turn: TurnContext) -> None:
        """Take over what was said and how it stands."""
        if turn.replies and not turn.agreed:
            self._forget_shown()
        if self.from_her:
            follow_up.give_way(turn)
            if self.state.media_words:
                lines.drop_words(turn, self.state)
        if self.from_her and turn.state.whispers and self.keeps_log:
            self.effects.writes.erased.append((self.row.chat_id, turn.state.whispers))
            turn.change(whispers=0)
        if any(reply.buttons for reply in turn.replies):
            self.prompt_at = to_ms(turn.universe.now)
        if self.keeps_log and turn.replies and not self.from_her:
            self.effects.writes.knocks.append(knock_of(turn, self.quiet, by_others=self.by_others))
            self.effects.rings = True
        numbered = numbering.number(turn, answering=self.from_her) if turn.profile.numbers else {}
        for reply in merging.merge(turn.profile, turn.replies) if turn.profile.metered else turn.replies:
            self._reply(reply, turn.universe.now, unasked=not self.from_her and not reply.urgent)
        heard_no = 0 if self.window is None else self.heard_no
        turn.change(whispers=max(turn.state.whispers, self.whispers), heard_no=heard_no, **numbered)
        self.person, self.state = turn.person, turn.state
        self.urgent = is_about_safety(turn)
        self.is_reminder = self.window is not None and self.window.nears_its_end(turn.state) and is_reminded(turn)
        self.whispers = 0

    def tell(self, text: str, now: datetime) -> None:
        """Say something at this address that answers nothing said there."""
        self._reply(OutgoingReply(text), now, unasked=True)

    def _event(self, turn: TurnContext, event: TurnEvent, now: datetime) -> None:
        writes, learner_id, agreed = self.effects.writes, self.row.learner_id, turn.agreed
        match event:
            case Whispered() | ev.Said() | ev.Asked() | ev.Heard() | ev.EmergencySuspected():
                pass  # on her own page, if she has agreed
            case ev.RunStarted(run_id, lesson, version) if agreed:
                writes.started.append(RunRow(run_id, learner_id, lesson, version, now))
            case ev.RunEnded() if agreed:
                ended = (event.run_id, learner_id, event.lesson, event.version, now, event.outcome)
                writes.ended.append(RunRow(*ended, event.points, event.passed))
            case ev.AnswerGraded() if agreed:
                self._attempt(turn, event, now)
            case ConsentAnswered():
                self._consent(turn, event, now)
            case AnswersForgotten():
                writes.forget_answers.append(learner_id)
            case PersonForgotten():
                writes.forget_people.append(learner_id)
                self.effects.reset_pages += [self.row.chat_id] if self.keeps_log else []
                self.forgotten = True
            case WentAway():
                self.away = True
            case ev.RunFailed(run_id, code, reason):
                log.error("lesson failed", extra={"run_id": run_id, "code": code, "reason": reason})
            case ev.SecretMasked(kinds):
                log.info("secret masked", extra={"learner_id": learner_id, "kinds": list(kinds)})
            case ev.HelpRequested() | ev.PairingWished():
                where = {"lesson": event.lesson, "version": event.version, "step": event.step}
                asked = "help requested" if isinstance(event, ev.HelpRequested) else "pairing wished"
                log.info(asked, extra={"learner_id": learner_id, **where})
            case ev.Moved(lesson, before, after, _, step, how):
                moved = {"lesson": lesson, "from_version": before, "to_version": after, "step": step, "how": how}
                log.info("moved to a newer lesson", extra={"learner_id": learner_id, **moved})
            case ev.Awarded() if agreed and turn.state.run is not None:
                of_run = learner_id, turn.state.run.run_id, event.kind, event.name
                writes.awards.append(AwardRow(*of_run, event.lesson, event.version, event.points, now))
            case Marked(kind, name, right, total) if agreed:
                writes.marks.append(MarkRow(learner_id, kind, name, right, total, now))
            case LessonRated(run_id, stars):
                writes.ratings.append((run_id, learner_id, stars))
            case CodeShown() | ServiceCommand() | RecordingCame():
                pass  # dealt with by the services, or written down, in the same transaction
            case ev.ValueSaved() | ev.TaskDone() | ev.TaskStuck() | ev.TaskPostponed() | ev.CheckpointPassed():
                pass  # lives in the run, as all of a lesson's way does
            case (
                ev.RunStarted() | ev.RunEnded() | ev.AnswerGraded() | ev.Awarded() | ev.CheckinPlanned() | ev.Called()
                | ev.LessonReturned() | Marked()
            ):  # fmt: skip
                pass  # she has not agreed to anything being kept
            case (
                ev.NotUnderstood() | ev.TapIgnored() | ev.Commanded() | ev.EmergencyRaised() | ev.EmergencyRepeated()
                | ev.Digressed()
            ):  # fmt: skip
                pass  # the policies have acted on it
            case _:
                assert_never(event)

    def _consent(self, turn: TurnContext, event: ConsentAnswered, now: datetime) -> None:
        text = consent_text(turn.book, event.phrase, turn.state.lang)
        row = ConsentRow(self.row.learner_id, self.row.channel, event.answer, fingerprint(text), now)
        self.effects.writes.consents.append(row)
        self.effects.writes.wordings[row.wording] = text

    def _attempt(self, turn: TurnContext, event: ev.AnswerGraded, now: datetime) -> None:
        run = turn.state.run
        if run is None:
            return
        self.effects.writes.attempts.append(
            AttemptRow(
                learner_id=self.row.learner_id,
                run_id=run.run_id,
                lesson=event.lesson,
                version=event.version,
                step=event.step,
                answer=event.answer,
                right=event.right,
                tries=event.tries,
                points=event.points,
                skill=event.skill,
                at=now,
            )
        )

    # --- what she sees ---

    def _forget_shown(self) -> None:
        """Without consent the web page keeps the last turn only, so that a reload still shows the question."""
        if self.keeps_log:
            self.effects.writes.forget_log.append((self.row.chat_id, self.out_no))
            of_chat = [entry for entry in self.effects.writes.log if entry.chat_id == self.row.chat_id]
            for entry in of_chat:
                self.effects.writes.log.remove(entry)

    def _heard(self, event: ev.Heard | Whispered, now: datetime) -> None:
        if self.keeps_log:
            self._log("learner", OutgoingReply(event.text, fleeting=isinstance(event, Whispered)), now)

    def _reply(self, reply: OutgoingReply, now: datetime, *, unasked: bool) -> None:
        if self.keeps_log:
            self._log("tutor", reply, now)
            return
        self.out_no += 1
        key = self.row.channel, self.row.chat_id, self.out_no
        self.effects.writes.outbox.append(OutboxRow(*key, pack(reply, unasked), now))
        self.effects.outgoing.append(
            Outgoing(*key, reply.text, reply.buttons, unasked, reply.media, reply.private, reply.copies)
        )

    def _log(self, who: str, reply: OutgoingReply, now: datetime) -> None:
        self.out_no += 1
        chat_id = self.row.chat_id
        entry = LogEntry(self.out_no, who, reply.text, reply.buttons, now, reply.media, reply.fleeting)
        self.effects.entries.setdefault(chat_id, []).append(entry)
        buttons, media = pack_buttons(reply.buttons), json.dumps(packed_media(reply.media)) if reply.media else ""
        self.effects.writes.log.append(
            LogRow(chat_id, self.out_no, who, reply.text, buttons, now, reply.fleeting, media)
        )
        if reply.fleeting:
            self.whispers = self.out_no

    # --- closing ---

    def close(self, now: datetime) -> None:
        """Add the rows that are written once a batch; `now` is its instant."""
        row, person, writes = self.row, self.person, self.effects.writes
        kept = self.state if person.consent == "agreed" else self.state.bare()
        run = kept.open_run
        next_at = run.remind_at if self.urgent and run else kept.next_at  # also of who wants no reminders
        remind_at = next_at if (self.urgent or person.consent == "agreed") and not self.away else None
        writes.sessions.append(
            ConversationRow(
                learner_id=row.learner_id,
                channel=row.channel,
                chat_id=row.chat_id,
                state=state_codec.dump(kept),
                revision=row.revision,
                out_no=self.out_no,
                seen_at=self.seen_at,
                due_at=remind_at if self.urgent else self._in_time(remind_at, now),
                prompt_at=self.prompt_at,
                lesson=run.lesson if run and run.home[0] not in SITTINGS else None,
                version=run.version if run and run.home[0] not in SITTINGS else None,
            )
        )
        if (person.name, person.address, person.consent) != (row.name, row.address, row.consent):
            writes.people.append(PersonRow(row.learner_id, person.name, person.address, person.consent))
        if self.away != row.away:
            writes.away.append((row.channel, row.chat_id, self.away))

    def _in_time(self, remind_at: datetime | None, now: datetime) -> datetime | None:
        by_day = remind_at and self.quiet.shift(max(remind_at, self.not_before or remind_at))
        if self.window is None:
            return by_day
        spent = max(0, self.out_no - self.heard_no) if self.heard_no else 0
        return replace(self.window, spent=spent).plan(by_day, now, self.quiet, is_reminder=self.is_reminder)


def state_of(connection: Connection, row: LearnerRow) -> states.ConversationState:
    """Where a conversation stands; of what is corrupt a copy is laid aside, and what can still be read is used."""
    try:
        state = state_codec.load(row.state)
        return state if state.calls(row.address, row.name) else state.addressed(row.address, row.name)
    except RunCorrupt as fault:
        log.error("session corrupt", extra={"learner_id": row.learner_id, "reason": str(fault)[:200]})
        key_value.put_key(connection, f"{leaving.CORRUPT}{row.learner_id}:{row.revision}", row.state, None)
        return state_codec.salvage(row.state)


def _left_to_do(turn: TurnContext, outcome: CommandOutcome) -> list[tuple[TurnEvent, bool]]:
    """Do what an outcome leaves; the events not dealt with yet, each with whether it puts a question again."""
    if outcome.heard is not None:
        outcome = dispatch.answer(turn, outcome.heard, codes_too=False)
    happened = [(event, False) for event in turn.take_events()]
    if outcome is ANSWERED:
        return happened
    if outcome.shows_again:
        open_question.show_again(turn, briefly=outcome.briefly)
        notices.also(turn, outcome.under)
    if outcome.pinned:
        waits.under(turn, outcome.pinned)
    return happened + [(event, True) for event in turn.take_events()]
