"""A lesson at the desk: opened, parked, gone on with, ended; what is owed to her after each."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import assert_never

import flows
from bot.channels.base import Button, Inner, NoticesDue
from bot.meetings.policy.commands import EndGroupLesson
from bot.pairing.policy.commands import CallForSafety, CallOffSafety
from bot.tutor import follow_up, menu, notices, onboarding
from bot.tutor.desk import Desk
from bot.tutor.state import Meeting
from flows import Run, Trigger
from flows import events as ev
from flows.engine.kinds.table import kind_of
from flows.engine.stage import clean
from flows.model import Help, Pair

LeftByLesson = ev.Commanded | ev.EmergencySuspected | ev.Digressed | ev.TapIgnored
"""What a lesson leaves to the conversation: global words, words that answer nothing, taps that change nothing."""

ONES_OWN = (
    ev.RunStarted, ev.RunEnded, ev.AnswerGraded, ev.Awarded, ev.CheckinPlanned, ev.HelpRequested, ev.PairingWished,
)  # fmt: skip
"""What the engine says of one person's learning and wishes."""

STEP = "s:"
"""What the token of a step's choice begins with: the number of its prompt follows, then the choice."""

LONGEST_TOKEN = 64  # bytes of a token that a messenger carries

AFTER_CHECKIN = timedelta(hours=1)  # a reminder that came due with a check-in waits that long for her answer


def open_lesson(desk: Desk, lesson_id: str) -> None:
    """Go on with a lesson where she left it, or begin it; the lesson that was open is parked, never lost."""
    desk.state = desk.state.aside()
    current = desk.state.open_run
    if current is not None and current.home[0] == lesson_id:
        resume(desk, ev.Reoffered("resume"))
        return
    parked = next((run for run in desk.state.parked if run.home[0] == lesson_id), None)
    if parked is None and desk.book.lesson(lesson_id) is None:
        menu.show_menu(desk, desk.phrase("lesson_gone"))
        return
    rest = tuple(run for run in desk.state.parked if run.home[0] != lesson_id)
    desk.change(parked=(*rest, current) if current is not None else rest)
    if parked is not None:
        desk.change(run=replace(parked, seq=desk.state.seq + 1))  # a number no other lesson's buttons carry
        resume(desk, ev.Reoffered("resume"))
        return
    sprint = flows.start(desk.book, _trigger(desk, lesson_id), desk.universe)
    take_over(desk, sprint)


def open_for_group(desk: Desk, lesson_id: str, held: Meeting) -> None:
    """Begin a lesson for a whole meeting; what she is in the middle of herself is parked."""
    desk.state = desk.state.aside()
    current = desk.state.open_run
    if current is not None:
        desk.change(parked=(*(run for run in desk.state.parked if run.home[0] != current.home[0]), current))
    sprint = flows.start(desk.book, replace(_trigger(desk, lesson_id), cards={}, keeps=False), desk.universe)
    desk.change(meeting=replace(held, lesson=lesson_id, run_id=sprint.session.run_id, run=None))
    take_over(desk, sprint)


def resume_group(desk: Desk, held: Meeting) -> None:
    """Go on with the meeting's lesson where it was."""
    if held.run is not None:
        current = desk.state.open_run
        if current is not None:
            desk.change(parked=(*(run for run in desk.state.parked if run.home[0] != current.home[0]), current))
        run = replace(held.run, seq=desk.state.seq + 1)
        desk.change(run=run, meeting=replace(held, run=None))
    resume(desk, ev.Reoffered("resume"))


def _trigger(desk: Desk, lesson_id: str) -> Trigger:
    person, channel = desk.person, desk.channel.partition(":")[0]
    trigger = Trigger(lesson_id, desk.state.seq, person.address, person.name, channel, desk.state.lang)
    return replace(trigger, learner=person.learner_id, cards=desk.state.cards, keeps=desk.agreed)


def open_emergency(desk: Desk, kind: str = "") -> None:
    """The first hour after a scam comes before everything, consent included; so do those who are in danger of life."""
    if desk.person.consent == "new":
        desk.set_person(consent="asked")
        desk.say(desk.phrase("emergency_hello"))
    desk.events.append(CallForSafety(kind))
    if kind:
        _stand_by(desk, kind)
        return
    lesson = emergency_of(desk)
    if lesson is None:
        desk.say(desk.phrase("emergency"))
        onboarding.name_helper(desk)
        return
    if onboarding.helper_known(desk):
        desk.say(desk.phrase("emergency_helper"))
    run = desk.state.open_run
    if run is not None and run.home[0] == lesson:
        resume(desk, ev.Reoffered(""))
    else:
        open_lesson(desk, lesson)


def emergency_of(desk: Desk) -> str | None:
    """The lesson for the first hour, if there is one."""
    book = desk.book
    return next((each for each in book.current if book.versions[each, book.current[each]].emergency), None)


def in_emergency(desk: Desk) -> bool:
    """Whether the lesson that is open is the one for the first hour."""
    run = desk.state.open_run
    return run is not None and run.home[0] == emergency_of(desk)


def is_about_safety(desk: Desk) -> bool:
    """Whether what time brings to the open lesson may ring at night: a robbery, or a cry for safety that is out.

    In an emergency lesson, be it one that another has called; at a step that has asked somebody for her safety.
    """
    run = desk.state.open_run
    lesson = desk.book.lesson(run.lesson, run.version) if run else None
    if run is None or lesson is None:
        return False
    step = lesson.step(run.step)
    return in_emergency(desk) or lesson.emergency or (isinstance(step, Help) and step.need == "safety")


def _stand_by(desk: Desk, kind: str) -> None:
    """She wants to die, or somebody hurts her: no lesson; a few words, people are called, her place is kept."""
    if onboarding.helper_known(desk):
        desk.say(desk.phrase("emergency_helper"))
    buttons = ((f"h:{kind}", desk.phrase("label_human")), ("g:mistake", desk.phrase("label_mistake")))
    desk.offer(desk.phrase(f"harm_{kind}"), buttons, desk.state.pending)


def call_off(desk: Desk) -> None:
    """It was a mistake: whoever was called is told, and she is back where she was."""
    desk.events.append(CallOffSafety())
    desk.say(desk.phrase("mistake_heard"))
    run, lesson = desk.state.run, emergency_of(desk)
    if run is not None and run.home[0] == lesson:
        desk.change(run=None)
    desk.change(parked=tuple(each for each in desk.state.parked if each.home[0] != lesson), offer=(), pending="")


def resume(desk: Desk, signal: ev.Signal) -> LeftByLesson | None:
    """Hand a signal to the lesson that is open; what it leaves to the conversation, as `take_over` gives it."""
    run = desk.state.open_run
    if run is None:
        menu.show_menu(desk)
        return None
    return take_over(desk, flows.resume(desk.book, _lent(run, desk), signal, desk.universe))


def wants(desk: Desk, kind: str) -> bool:
    """Whether the open step asks for a picture or a recording."""
    run = desk.state.open_run
    lesson = desk.book.lesson(run.lesson, run.version) if run else None
    step = lesson.step(run.step) if lesson and run else None
    return step is not None and kind_of(step).wants(step) == kind


def _lent(run: Run, desk: Desk) -> Run:
    """With what the engine may know of her: a lesson may be begun on one channel and go on at another."""
    group = desk.state.is_group(run)
    cards = {} if group else desk.state.cards
    lent = run.but(learner=desk.person.learner_id, cards=cards, keeps=desk.agreed and not group)
    return lent.but(channel=desk.channel.partition(":")[0], lang=desk.state.lang)


def tapped(token: str) -> ev.Tapped | None:
    """The choice of a step that a button stands for; None for every other button."""
    if not token.startswith(STEP):
        return None
    seq, _, option = token[len(STEP) : LONGEST_TOKEN].partition(":")
    return ev.Tapped(int(seq) if seq.isascii() and seq.isdigit() and len(seq) < 10 else -1, option)


def take_over(desk: Desk, sprint: flows.Sprint) -> LeftByLesson | None:
    """Take over what the engine answered, event by event: said, kept on the desk, acted on. Returns what the lesson
    could make nothing of, or what is not about it; the engine says that last.

    Of a meeting's lesson nothing is one learner's own: not its answers, wishes or reminders.
    """
    run, left = sprint.session, None
    group = desk.state.is_group(run)
    desk.change(run=run.but(remind_at=None) if group else run, seq=max(desk.state.seq, run.seq))
    for event in sprint.events:
        if not (group and isinstance(event, ONES_OWN)):
            desk.events.append(event)
        match event:
            case ev.Said(_, text):
                desk.say(text)
            case ev.Asked(_, seq, text, choices):
                desk.ask(text, [Button(f"{STEP}{seq}:{choice.id}", choice.label) for choice in choices])
                desk.change(offer=(), pending="")
            case ev.AnswerGraded() if not group:
                desk.change(answers=desk.state.answers + 1)
                if event.review_after_s and desk.agreed:
                    follow_up.file_card(desk, event)
            case ev.CheckinPlanned() if desk.agreed and not group:
                follow_up.plan(desk, event)
            case ev.TaskPostponed():
                menu.offer_way_on(desk)
            case ev.EmergencyRaised(kind):
                open_emergency(desk, kind)
            case ev.RunEnded():
                (_ended_for_group if group else _ended)(desk, event)
            case ev.RunFailed():
                _failed(desk, event, group=group)
            case ev.Commanded() | ev.EmergencySuspected() | ev.Digressed() | ev.TapIgnored():
                left = event
            case (
                ev.Heard() | ev.SecretMasked() | ev.AnswerGraded() | ev.ValueSaved() | ev.TaskDone() | ev.TaskStuck()
                | ev.CheckpointPassed() | ev.NotUnderstood() | ev.HelpRequested() | ev.PairingWished() | ev.Awarded()
                | ev.CheckinPlanned() | ev.Called() | ev.LessonReturned() | ev.Moved() | ev.RunStarted()
            ):  # fmt: skip
                pass  # whoever keeps it finds it on the desk
            case _:
                assert_never(event)
    return left


def _ended(desk: Desk, event: ev.RunEnded) -> None:
    if event.outcome == "completed":
        done = {**desk.state.done, event.lesson: max(event.points, desk.state.done.get(event.lesson, 0))}
        desk.change(done=done)
    lesson = desk.book.lesson(event.lesson, event.version)
    if lesson is not None and lesson.emergency:
        _emergency_ended(desk)
        if event.handed_over_to:
            open_lesson(desk, event.handed_over_to)
        return
    if event.outcome == "completed":
        desk.say(desk.phrase("lesson_done", bai=desk.lesson_title(event.lesson)))
        if event.points and desk.agreed:
            desk.say(desk.phrase("lesson_points", diem=str(event.points)))
    if event.handed_over_to:
        open_lesson(desk, event.handed_over_to)
    elif desk.person.consent == "asked":
        onboarding.ask_consent(desk)
    elif event.rate and desk.agreed:
        follow_up.ask_rating(desk, event)
    else:
        menu.offer_next(desk, event.then, event.lesson)


def _emergency_ended(desk: Desk) -> None:
    """No points, no praise, nothing more to learn today."""
    desk.say(desk.phrase("emergency_done"))
    if desk.person.consent == "asked":
        onboarding.ask_consent(desk)
    else:
        desk.offer("", (("g:menu", desk.phrase("label_menu")), ("g:help", desk.phrase("label_help"))))


def _ended_for_group(desk: Desk, event: ev.RunEnded) -> None:
    desk.events.append(EndGroupLesson())
    if event.handed_over_to and desk.state.meeting is not None:
        open_for_group(desk, event.handed_over_to, desk.state.meeting)


def _failed(desk: Desk, event: ev.RunFailed, *, group: bool) -> None:
    """Put the learner where a place can be found again, else show the menu; a call that could not be made the lesson
    itself has passed over."""
    run = desk.state.run
    if event.code == "call":
        return
    if group:
        desk.events.append(EndGroupLesson())
        return
    if event.code == "place_missing" and run is not None:
        sprint = flows.rewind(desk.book, run, desk.universe)
        if desk.book.lesson(sprint.session.lesson, sprint.session.version) is not None:
            take_over(desk, sprint)
            return
        desk.events += sprint.events
        desk.change(run=None, parked=(*desk.state.parked, run))  # the lesson may come back
    menu.show_menu(desk, desk.phrase("lesson_trouble"))


def take_inner(desk: Desk, body: Inner) -> None:
    """What time or another person's act brings to her."""
    urgent = is_about_safety(desk)
    asked = body.kind == "due" and desk.agreed and not urgent and follow_up.check_in(desk)
    run = desk.state.open_run
    if asked:
        if run is not None and run.remind_at is not None:
            wait = max(run.remind_at, desk.universe.now + AFTER_CHECKIN)
            desk.change(run=replace(run, remind_at=wait))
        return  # one question at a time
    if run is None:
        return
    match body.kind:
        case "due" if run.remind_at is not None and run.remind_at <= desk.universe.now:
            resume(desk, ev.Due(body.ref))
            if urgent:
                desk.replies[:] = [replace(reply, urgent=True) for reply in desk.replies]
        case "reoffer":
            resume(desk, ev.Reoffered("reoffer"))
        case "moved" if _is_recalled(desk, run):
            resume(desk, ev.Reoffered(""))


def take_told(desk: Desk, body: NoticesDue) -> None:
    """What others have to say to her; a step that waits for a person goes on when that person has come."""
    for notice in body.notices:
        notices.say(desk, notice)
    run = desk.state.open_run
    phrases = {notice.phrase for notice in body.notices}
    if run is None or desk.state.pending:
        return
    lesson = desk.book.lesson(run.lesson, run.version)
    step = lesson.step(run.step) if lesson else None
    if "pair_found" in phrases and isinstance(step, Pair):
        resume(desk, ev.Met())
    elif "help_done" in phrases:
        resume(desk, ev.Reoffered(""))


def _is_recalled(desk: Desk, run: Run) -> bool:
    """Whether an urgent edit takes this lesson along and she has not been told yet."""
    route = desk.book.routes.get((run.lesson, run.version))
    return route is not None and route.how == "urgent"


def is_lessons_too(desk: Desk, text: str) -> bool:
    """Whether her reply is word for word an answer of the open step ("Gọi rồi"): then the lesson hears it as well."""
    run = desk.state.open_run
    if run is None or desk.state.offer:
        return False
    said = clean(text[:200]).casefold()
    asked = flows.resume(desk.book, run, ev.Reoffered(""), desk.universe).events
    return any(
        said == choice.label.casefold() for each in asked if isinstance(each, ev.Asked) for choice in each.choices
    )
