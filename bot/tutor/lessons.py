"""A lesson in a turn: opened, parked, gone on with, ended; what the learner is owed after each."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import assert_never

import flows
from bot.channels.base import Attachment, Button, Inner, NoticesDue
from bot.meetings.policy.commands import EndGroupLesson
from bot.pairing.policy.commands import CallForSafety, CallOffSafety
from bot.tutor import exhibits, follow_up, mastery, menu, notices, onboarding, open_step, reviewing, testing, unheard
from bot.tutor.learnt import OpenTest
from bot.tutor.state import Meeting
from bot.tutor.turn import TurnContext
from flows import Run, Trigger
from flows import events as ev
from flows.engine.stage import clean
from flows.model import Pair
from flows.sittings import REVIEW, SITTINGS, TEST

LeftByLesson = ev.Commanded | ev.EmergencySuspected | ev.Digressed | ev.TapIgnored
"""What a lesson leaves to the conversation: global words, words that answer nothing, taps that change nothing."""

ONES_OWN = (
    ev.RunStarted, ev.RunEnded, ev.AnswerGraded, ev.Awarded, ev.CheckinPlanned, ev.HelpRequested, ev.PairingWished,
)  # fmt: skip
"""What the engine says of one person's learning and wishes."""

OF_LESSONS = ev.RunStarted, ev.RunEnded
"""What is not written down of a sitting, for it is no pass through a lesson."""

STEP = "s:"
"""What the token of a step's choice begins with: the number of its prompt follows, then the choice."""

LONGEST_TOKEN = 64  # bytes of a token that a messenger carries

AFTER_CHECKIN = timedelta(hours=1)  # a reminder that came due with a check-in waits that long for her answer


def open_lesson(turn: TurnContext, lesson_id: str) -> None:
    """Go on with a lesson where it was left, or begin it; the lesson that was open is parked, never lost."""
    turn.state = turn.state.aside()
    current = turn.state.open_run
    if current is not None and current.home[0] == lesson_id:
        resume(turn, ev.Reoffered("resume"))
        return
    parked = next((run for run in turn.state.parked if run.home[0] == lesson_id), None)
    if parked is None and turn.book.lesson(lesson_id) is None:
        menu.show_menu(turn, turn.phrase("lesson_gone"))
        return
    rest = tuple(run for run in turn.state.parked if run.home[0] != lesson_id)
    turn.change(parked=(*rest, current) if current is not None and current.home[0] not in SITTINGS else rest)
    if parked is not None:
        turn.change(run=parked.but(seq=turn.state.seq + 1))  # a number no other lesson's buttons carry
        resume(turn, ev.Reoffered("resume"))
        return
    sprint = flows.start(turn.book, _trigger(turn, lesson_id), turn.universe)
    take_over(turn, sprint)


def open_review(turn: TurnContext) -> None:
    """Ask what is due, or go on with it; where nothing is, say so."""
    run = turn.state.open_run
    if run is not None and run.home[0] == REVIEW.id:
        resume(turn, ev.Reoffered(""))
    elif reviewing.due(turn):
        reviewing.began(turn)
        open_lesson(turn, REVIEW.id)
    else:
        menu.show_menu(turn, turn.phrase("review_empty"))


def open_test(turn: TurnContext, test: testing.TakeTest) -> None:
    """Ask the questions of a track's test; where there are none, or no more, go on as without."""
    queue = testing.questions(turn, test)
    wanted = next((token[2:] for token, _ in turn.state.offer if token.startswith("m:")), "")
    if not queue:
        menu.show_menu(turn, turn.phrase("test_gone"))
        return
    turn.change(testing=OpenTest(test.which, test.track, wanted if test.which == "before" else ""))
    if test.which == "before":
        turn.say(turn.phrase("test_before", so=str(len(queue))))
    current = turn.state.open_run
    if current is not None and current.home[0] not in SITTINGS:
        turn.change(parked=(*(run for run in turn.state.parked if run.home[0] != current.home[0]), current))
    take_over(turn, flows.start(turn.book, replace(_trigger(turn, TEST.id), queue=queue), turn.universe))


def open_for_group(turn: TurnContext, lesson_id: str, held: Meeting) -> None:
    """Begin a lesson for a whole meeting; what the officer is in the middle of alone is parked."""
    turn.state = turn.state.aside()
    current = turn.state.open_run
    if current is not None:
        turn.change(parked=(*(run for run in turn.state.parked if run.home[0] != current.home[0]), current))
    sprint = flows.start(turn.book, replace(_trigger(turn, lesson_id), cards={}, keeps=False), turn.universe)
    turn.change(meeting=replace(held, lesson=lesson_id, run_id=sprint.run.run_id, run=None))
    take_over(turn, sprint)


def resume_group(turn: TurnContext, held: Meeting) -> None:
    """Go on with the meeting's lesson where it was."""
    if held.run is not None:
        current = turn.state.open_run
        if current is not None:
            turn.change(parked=(*(run for run in turn.state.parked if run.home[0] != current.home[0]), current))
        run = held.run.but(seq=turn.state.seq + 1)
        turn.change(run=run, meeting=replace(held, run=None))
    resume(turn, ev.Reoffered("resume"))


def _trigger(turn: TurnContext, lesson_id: str) -> Trigger:
    person, channel = turn.person, turn.channel.partition(":")[0]
    return Trigger(
        lesson_id, turn.state.seq, person.address, person.name, channel, turn.state.lang,
        learner=person.learner_id, cards=turn.state.cards, keeps=turn.agreed,
    )  # fmt: skip


def open_emergency(turn: TurnContext, kind: str = "") -> None:
    """The first hour after a scam comes before everything, consent included; so do those who are in danger of life."""
    if turn.person.consent == "new":
        turn.set_person(consent="asked")
        turn.say(turn.phrase("emergency_hello"))
    turn.events.append(CallForSafety(kind))
    if kind:
        _stand_by(turn, kind)
        return
    lesson = open_step.emergency_of(turn)
    if lesson is None:
        turn.say(turn.phrase("emergency"))
        onboarding.name_helper(turn)
        return
    if onboarding.helper_known(turn):
        turn.say(turn.phrase("emergency_helper"))
    run = turn.state.open_run
    if run is not None and run.home[0] == lesson:
        resume(turn, ev.Reoffered(""))
    else:
        open_lesson(turn, lesson)


def _stand_by(turn: TurnContext, kind: str) -> None:
    """Stand by who wants to die, or is hurt by somebody: no lesson; people are called, the place is kept."""
    if onboarding.helper_known(turn):
        turn.say(turn.phrase("emergency_helper"))
    buttons = ((f"h:{kind}", turn.phrase("label_human")), ("g:mistake", turn.phrase("label_mistake")))
    turn.offer(turn.phrase(f"harm_{kind}"), buttons, turn.state.pending)


def call_off(turn: TurnContext) -> None:
    """Tell whoever was called that it was a mistake, and go back to where the learner was."""
    turn.events.append(CallOffSafety())
    turn.say(turn.phrase("mistake_heard"))
    run, lesson = turn.state.run, open_step.emergency_of(turn)
    if run is not None and run.home[0] == lesson:
        turn.change(run=None)
    turn.change(parked=tuple(each for each in turn.state.parked if each.home[0] != lesson), offer=(), pending="")


def resume(turn: TurnContext, signal: ev.Signal) -> LeftByLesson | None:
    """Hand a signal to the lesson that is open; what it leaves to the conversation, as `take_over` gives it."""
    run = turn.state.open_run
    if run is None:
        menu.show_menu(turn)
        return None
    return take_over(turn, flows.resume(turn.book, _lent(run, turn), signal, turn.universe))


def _lent(run: Run, turn: TurnContext) -> Run:
    """A run with what the engine may know of the learner: it may be begun on one channel and go on at another."""
    group = turn.state.is_group(run)
    cards = {} if group else turn.state.cards
    return run.but(
        learner=turn.person.learner_id, cards=cards, keeps=turn.agreed and not group,
        channel=turn.channel.partition(":")[0], lang=turn.state.lang,
    )  # fmt: skip


def tapped(token: str) -> ev.Tapped | None:
    """The choice of a step that a button stands for; None for every other button."""
    if not token.startswith(STEP):
        return None
    seq, _, option = token[len(STEP) : LONGEST_TOKEN].partition(":")
    return ev.Tapped(int(seq) if seq.isascii() and seq.isdigit() and len(seq) < 10 else -1, option)


def _shown(turn: TurnContext, event: ev.Said | ev.Asked) -> tuple[str, tuple[Attachment, ...]]:
    """A text of the lesson, and what goes with it on this channel."""
    return exhibits.carried(turn.profile, event.text, event.exhibits) if event.exhibits else (event.text, ())


def _ask(turn: TurnContext, event: ev.Asked) -> None:
    of_prompt = f"{STEP}{event.seq}:"
    buttons = [Button(f"{of_prompt}{choice.id}", choice.label, spot=choice.spot) for choice in event.choices]
    text, media = _shown(turn, event)
    tokens = [(f"{of_prompt}{choice.id}", choice.voice) for choice in event.choices if choice.voice]
    turn.ask(text, buttons, (*media, *exhibits.read_out(turn.profile, tokens)) if tokens else media)
    turn.change(offer=(), pending="")


def take_over(turn: TurnContext, sprint: flows.Sprint) -> LeftByLesson | None:
    """Take over what the engine answered, event by event: said, kept in the turn, acted on. Returns what the lesson
    could make nothing of, or what is not about it; the engine says that last.

    Of a meeting's lesson nothing is one learner's own: not its answers, wishes or reminders.
    """
    run, left = sprint.run, None
    group, home = turn.state.is_group(run), run.home[0]
    sits, tests = home in SITTINGS, home == TEST.id
    turn.change(run=run.but(remind_at=None) if group else run, seq=max(turn.state.seq, run.seq))
    for event in sprint.events:
        left_out = (group and isinstance(event, ONES_OWN)) or (sits and isinstance(event, OF_LESSONS))
        if not left_out and not (tests and isinstance(event, ev.AnswerGraded)):
            turn.events.append(event)
        match event:
            case ev.Heard():
                pass  # as all that is not named here: whoever keeps it finds it in the turn
            case ev.Said():
                turn.say(*_shown(turn, event))
            case ev.Asked():
                _ask(turn, event)
            case ev.AnswerGraded() if tests:
                testing.note(turn, event)
            case ev.AnswerGraded() if not group:
                turn.change(answers=turn.state.answers + 1)
                if event.review_after_s and turn.agreed:
                    reviewing.file_card(turn, event)
                if turn.agreed:
                    mastery.note(turn, event)
            case ev.CheckinPlanned() if turn.agreed and not group:
                follow_up.plan(turn, event)
            case ev.TaskPostponed():
                menu.offer_way_on(turn)
            case ev.EmergencyRaised(kind):
                open_emergency(turn, kind)
            case ev.EmergencyRepeated() if not group:
                turn.events.append(CallForSafety(""))
            case ev.RunStarted() if turn.agreed and not group:
                reviewing.note_hour(turn)
            case ev.RunEnded() if sits:
                _ended_sitting(turn, event)
            case ev.RunEnded():
                (_ended_for_group if group else _ended)(turn, event)
            case ev.RunFailed():
                _failed(turn, event, group=group)
            case ev.Commanded() | ev.EmergencySuspected() | ev.Digressed() | ev.TapIgnored():
                left = event
            case ev.NotUnderstood(step, times) if times > 1 and not group:
                unheard.hold(turn, run.lesson, step)
            case (
                ev.SecretMasked() | ev.AnswerGraded() | ev.ValueSaved() | ev.TaskDone() | ev.TaskStuck()
                | ev.CheckpointPassed() | ev.NotUnderstood() | ev.HelpRequested() | ev.PairingWished() | ev.Awarded()
                | ev.CheckinPlanned() | ev.Called() | ev.LessonReturned() | ev.Moved() | ev.RunStarted()
                | ev.EmergencyRepeated()
            ):  # fmt: skip
                pass
            case _:
                assert_never(event)
    return left


def _ended_sitting(turn: TurnContext, event: ev.RunEnded) -> None:
    """After a review or a test: one word, and what waits; no points, no stars, for it is no lesson."""
    test = turn.state.testing
    if event.lesson == TEST.id:
        testing.ended(turn)
        if test is not None and test.lesson:
            open_lesson(turn, test.lesson)
            return
    else:
        turn.say(turn.phrase("review_done"))
    if turn.state.parked:
        menu.offer_next(turn, None, REVIEW.id)
    else:
        turn.offer("", (("g:menu", turn.phrase("label_menu")),))


def _ended(turn: TurnContext, event: ev.RunEnded) -> None:
    if event.outcome == "completed":
        done = {**turn.state.done, event.lesson: max(event.points, turn.state.done.get(event.lesson, 0))}
        turn.change(done=done)
    lesson = turn.book.lesson(event.lesson, event.version)
    if lesson is not None and lesson.emergency:
        if event.handed_over_to:  # she has just asked for it: nobody sends her to rest
            open_lesson(turn, event.handed_over_to)
        else:
            _emergency_ended(turn)
        return
    if event.outcome == "completed":
        turn.say(turn.phrase("lesson_done", bai=turn.lesson_title(event.lesson)))
        if event.points and turn.agreed:
            turn.say(turn.phrase("lesson_points", diem=str(event.points)))
    if event.handed_over_to:
        open_lesson(turn, event.handed_over_to)
    elif turn.person.consent == "asked":
        onboarding.ask_consent(turn)
    elif event.rate and turn.agreed:
        follow_up.ask_rating(turn, event)
    elif event.outcome != "completed" or not testing.offer_after(turn, event.lesson):
        menu.offer_next(turn, event.then, event.lesson)


def _emergency_ended(turn: TurnContext) -> None:
    """No points, no praise, nothing more to learn today."""
    turn.say(turn.phrase("emergency_done"))
    if turn.person.consent == "asked":
        onboarding.ask_consent(turn)
    else:
        turn.offer("", (("g:menu", turn.phrase("label_menu")), ("g:help", turn.phrase("label_help"))))


def _ended_for_group(turn: TurnContext, event: ev.RunEnded) -> None:
    turn.events.append(EndGroupLesson())
    if event.handed_over_to and turn.state.meeting is not None:
        open_for_group(turn, event.handed_over_to, turn.state.meeting)


def _failed(turn: TurnContext, event: ev.RunFailed, *, group: bool) -> None:
    """Put the learner where a place can be found again, else show the menu; a call that could not be made the lesson
    itself has passed over."""
    run = turn.state.run
    if event.code == "call":
        return
    if group:
        turn.events.append(EndGroupLesson())
        return
    if event.code == "place_missing" and run is not None:
        sprint = flows.rewind(turn.book, run, turn.universe)
        if turn.book.lesson(sprint.run.lesson, sprint.run.version) is not None:
            take_over(turn, sprint)
            return
        turn.events += sprint.events
        turn.change(run=None, parked=(*turn.state.parked, run))  # the lesson may come back
    menu.show_menu(turn, turn.phrase("lesson_trouble"))


def take_inner(turn: TurnContext, body: Inner) -> None:
    """Take what time or another person's act brings to the conversation."""
    urgent = open_step.is_about_safety(turn)
    asked = body.kind == "due" and turn.agreed and not urgent and (follow_up.check_in(turn) or reviewing.invite(turn))
    run = turn.state.open_run
    if asked:
        if run is not None and run.remind_at is not None:
            wait = max(run.remind_at, turn.universe.now + AFTER_CHECKIN)
            turn.change(run=run.but(remind_at=wait))
        return  # one question at a time
    if run is None:
        return
    match body.kind:
        case "due" if run.remind_at is not None and run.remind_at <= turn.universe.now:
            resume(turn, ev.Due(body.ref))
            if urgent:
                turn.replies[:] = [reply._replace(urgent=True) for reply in turn.replies]
        case "reoffer":
            resume(turn, ev.Reoffered("reoffer"))
        case "moved" if _is_recalled(turn, run):
            resume(turn, ev.Reoffered(""))


def take_told(turn: TurnContext, body: NoticesDue) -> None:
    """Say what others have to say; a step that waits for a person goes on when that person has come."""
    for notice in body.notices:
        notices.say(turn, notice)
        if notice.phrase == "skill_alone" and turn.agreed:
            mastery.confirm(turn, notice.values.get("bai", ""))
    run = turn.state.open_run
    phrases = {notice.phrase for notice in body.notices}
    if run is None or turn.state.pending:
        return
    lesson = turn.book.lesson(run.lesson, run.version)
    step = lesson.step(run.step) if lesson else None
    if "pair_found" in phrases and isinstance(step, Pair):
        resume(turn, ev.Met())
    elif "help_done" in phrases:
        notices.briefly(turn, lambda: resume(turn, ev.Reoffered("")))


def _is_recalled(turn: TurnContext, run: Run) -> bool:
    """Whether an urgent edit takes this lesson along and the learner has not been told yet."""
    route = turn.book.routes.get((run.lesson, run.version))
    return route is not None and route.how == "urgent"


def is_lessons_too(turn: TurnContext, text: str) -> bool:
    """Whether a reply is word for word an answer of the open step ("Gọi rồi"): then the lesson hears it as well."""
    run = turn.state.open_run
    if run is None or turn.state.offer:
        return False
    said = clean(text[:200]).casefold()
    asked = flows.resume(turn.book, run, ev.Reoffered(""), turn.universe).events
    return any(
        said == choice.label.casefold() for each in asked if isinstance(each, ev.Asked) for choice in each.choices
    )
