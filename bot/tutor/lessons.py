"""A lesson at the desk: opened, parked, gone on with, ended; what is owed to her after each."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import flows
from bot.channels.base import Body, Inner, NoticesDue
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

AFTER_CHECKIN = timedelta(hours=1)  # a reminder that came due with a check-in waits that long for her answer


def open_lesson(desk: Desk, lesson_id: str) -> None:
    """Go on with a lesson where she left it, or begin it; the lesson that was open is parked, never lost."""
    desk.talk = desk.talk.aside()
    current = desk.talk.open_run
    if current is not None and current.home[0] == lesson_id:
        resume(desk, ev.Reoffered("resume"))
        return
    parked = next((run for run in desk.talk.parked if run.home[0] == lesson_id), None)
    if parked is None and desk.book.lesson(lesson_id) is None:
        menu.show_menu(desk, desk.phrase("lesson_gone"))
        return
    rest = tuple(run for run in desk.talk.parked if run.home[0] != lesson_id)
    desk.change(parked=(*rest, current) if current is not None else rest)
    if parked is not None:
        desk.change(run=replace(parked, seq=desk.talk.seq + 1))  # a number no other lesson's buttons carry
        resume(desk, ev.Reoffered("resume"))
        return
    sprint = flows.start(desk.book, _trigger(desk, lesson_id), desk.universe)
    desk.show(sprint.session, sprint.events)
    _after(desk, sprint.events)


def open_for_group(desk: Desk, lesson_id: str, held: Meeting) -> None:
    """Begin a lesson for a whole meeting; what she is in the middle of herself is parked."""
    desk.talk = desk.talk.aside()
    current = desk.talk.open_run
    if current is not None:
        desk.change(parked=(*(run for run in desk.talk.parked if run.home[0] != current.home[0]), current))
    sprint = flows.start(desk.book, replace(_trigger(desk, lesson_id), cards={}, keeps=False), desk.universe)
    desk.change(meeting=replace(held, lesson=lesson_id, run_id=sprint.session.run_id, run=None))
    desk.show(sprint.session, sprint.events)
    _after(desk, sprint.events)


def resume_group(desk: Desk, held: Meeting) -> None:
    """Go on with the meeting's lesson where it was."""
    if held.run is not None:
        current = desk.talk.open_run
        if current is not None:
            desk.change(parked=(*(run for run in desk.talk.parked if run.home[0] != current.home[0]), current))
        run = replace(held.run, seq=desk.talk.seq + 1)
        desk.change(run=run, meeting=replace(held, run=None))
    resume(desk, ev.Reoffered("resume"))


def _trigger(desk: Desk, lesson_id: str) -> Trigger:
    person, channel = desk.person, desk.channel.partition(":")[0]
    trigger = Trigger(lesson_id, desk.talk.seq, person.address, person.name, channel, desk.talk.lang)
    return replace(trigger, learner=person.learner_id, cards=desk.talk.cards, keeps=desk.agreed)


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
    run = desk.talk.open_run
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
    run = desk.talk.open_run
    return run is not None and run.home[0] == emergency_of(desk)


def is_about_safety(desk: Desk) -> bool:
    """Whether what time brings to the open lesson may ring at night: a robbery, or a cry for safety that is out.

    In an emergency lesson, be it one that another has called; at a step that has asked somebody for her safety.
    """
    run = desk.talk.open_run
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
    desk.offer(desk.phrase(f"harm_{kind}"), buttons, desk.talk.pending)


def call_off(desk: Desk) -> None:
    """It was a mistake: whoever was called is told, and she is back where she was."""
    desk.events.append(CallOffSafety())
    desk.say(desk.phrase("mistake_heard"))
    run, lesson = desk.talk.run, emergency_of(desk)
    if run is not None and run.home[0] == lesson:
        desk.change(run=None)
    desk.change(parked=tuple(each for each in desk.talk.parked if each.home[0] != lesson), offer=(), pending="")


def resume(desk: Desk, signal: ev.Signal) -> tuple[ev.Event, ...]:
    """Hand her signal to the lesson that is open; what happened in it, for whom it concerns beside the lesson."""
    run = desk.talk.open_run
    if run is None:
        menu.show_menu(desk)
        return ()
    sprint = flows.resume(desk.book, _lent(run, desk), signal, desk.universe)
    desk.show(sprint.session, sprint.events)
    _after(desk, sprint.events)
    return sprint.events


def wants(desk: Desk, kind: str) -> bool:
    """Whether the open step asks for a picture or a recording."""
    run = desk.talk.open_run
    lesson = desk.book.lesson(run.lesson, run.version) if run else None
    step = lesson.step(run.step) if lesson and run else None
    return step is not None and kind_of(step).wants(step) == kind


def _lent(run: Run, desk: Desk) -> Run:
    """With what the engine may know of her: a lesson may be begun on one channel and go on at another."""
    group = desk.talk.is_group(run)
    cards = {} if group else desk.talk.cards
    lent = run.but(learner=desk.person.learner_id, cards=cards, keeps=desk.agreed and not group)
    return lent.but(channel=desk.channel.partition(":")[0], lang=desk.talk.lang)


def _after(desk: Desk, events: tuple[ev.Event, ...]) -> None:
    """What the desk itself owes after the engine has spoken; a global word or an old button is the conversation's."""
    group = desk.talk.is_group(desk.talk.run)
    for event in events:
        match event:
            case ev.RunEnded() | ev.RunFailed() if group:
                desk.events.append(EndGroupLesson())
            case ev.HandedOver(lesson) if group and desk.talk.meeting is not None:
                open_for_group(desk, lesson, desk.talk.meeting)
            case ev.CheckinPlanned() | ev.AnswerGraded() if group:
                pass
            case ev.EmergencyRaised(kind):
                open_emergency(desk, kind)
            case ev.TaskPostponed():
                menu.offer_way_on(desk)
            case ev.CheckinPlanned() if desk.agreed:
                follow_up.plan(desk, event)
            case ev.AnswerGraded() if desk.agreed:
                follow_up.file_card(desk, event)
            case ev.RunEnded():
                _ended(desk, event)
            case ev.HandedOver(lesson):
                open_lesson(desk, lesson)
            case ev.RunFailed():
                _failed(desk, event)
            case _:
                pass


def _ended(desk: Desk, event: ev.RunEnded) -> None:
    if event.outcome == "completed":
        done = {**desk.talk.done, event.lesson: max(event.points, desk.talk.done.get(event.lesson, 0))}
        desk.change(done=done)
    lesson = desk.book.lesson(event.lesson, event.version)
    if lesson is not None and lesson.emergency:
        _emergency_ended(desk)
        return
    if event.outcome == "completed":
        desk.say(desk.phrase("lesson_done", bai=desk.lesson_title(event.lesson)))
        if event.points and desk.agreed:
            desk.say(desk.phrase("lesson_points", diem=str(event.points)))
    if any(isinstance(each, ev.HandedOver) for each in desk.events):
        return  # another lesson goes on at once
    if desk.person.consent == "asked":
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


def _failed(desk: Desk, event: ev.RunFailed) -> None:
    run = desk.talk.run
    if event.code == "place_missing" and run is not None:
        sprint = flows.rewind(desk.book, run, desk.universe)
        desk.show(sprint.session, sprint.events)
        if sprint.session.waiting:
            return
        desk.change(run=None, parked=(*desk.talk.parked, run))  # the lesson may come back
    menu.show_menu(desk, desk.phrase("lesson_trouble"))


def is_timer(body: Body) -> bool:
    """Whether only the clock brings it."""
    return isinstance(body, Inner) and body.kind == "due"


def take_inner(desk: Desk, body: Inner) -> None:
    """What time or another person's act brings to her."""
    urgent = is_about_safety(desk)
    asked = body.kind == "due" and desk.agreed and not urgent and follow_up.check_in(desk)
    run = desk.talk.open_run
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
    run = desk.talk.open_run
    phrases = {notice.phrase for notice in body.notices}
    if run is None or desk.talk.pending:
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
    run = desk.talk.open_run
    if run is None or desk.talk.offer:
        return False
    said = clean(text[:200]).casefold()
    asked = flows.resume(desk.book, run, ev.Reoffered(""), desk.universe).events
    return any(
        said == choice.label.casefold() for each in asked if isinstance(each, ev.Asked) for choice in each.choices
    )
