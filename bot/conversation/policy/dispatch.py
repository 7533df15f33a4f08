"""One update of one learner, from what came in to what is said: the order in which things are understood. Pure."""

from __future__ import annotations

from functools import partial
from typing import assert_never

from bot.channels.base import Began, Body, Edited, Inner, Left, Media, NoticesDue, Returned, Spoken, Tap, Text
from bot.conversation.policy import (
    alarm,
    albums,
    answering,
    buttons,
    doubt,
    edits,
    numbering,
    registry,
    replying,
    spoken,
    thrift,
)
from bot.conversation.policy.global_words import obey
from bot.conversation.policy.open_question import answer_stale, ask_again, go_on
from bot.conversation.policy.understanding import (
    alarm_of,
    in_two,
    is_for_lesson,
    is_for_room,
    leaves,
    offered,
    record_heard,
)
from bot.pairing.policy import lines
from bot.pairing.policy.commands import AskFirstWords, ChooseLine, ReplyToLetter, StopWriting
from bot.pairing.policy.subjects import WRITING
from bot.people.policy import codes, pins
from bot.people.policy.commands import SitDown
from bot.progress.policy.commands import DueNote
from bot.recorders.policy.commands import LineRecorded
from bot.scams.policy import drilling, judging
from bot.scams.policy.commands import DueDrill
from bot.tutor import (
    follow_up,
    lessons,
    menu,
    onboarding,
    open_step,
    privacy,
    reviewing,
    testing,
    unheard,
    waits,
    weekly,
)
from bot.tutor.command import ServiceCommand
from bot.tutor.outcome import ANSWERED, ASIDE, CommandOutcome
from bot.tutor.turn import CodeShown, TurnContext, WentAway
from flows import events as ev
from flows import mask
from flows.engine.sprint import was_used
from flows.engine.stage import clean, instead_of
from flows.words.defining import asked_term
from flows.words.understand import Answered, Command, Emergency, Meaning, Unsure, is_command


def answer(turn: TurnContext, body: Body, *, codes_too: bool = True) -> CommandOutcome:
    """Handle one body; what is said and done stands in the turn afterwards, what is left to do is returned. Codes work
    before consent."""
    if turn.state.amendable and isinstance(body, Tap | Began | Media | Left | Returned):
        turn.change(amendable="")  # what was written before is not put right any more
    if turn.state.spoken is not None and isinstance(body, Text | Tap | Began | Media):
        settled = spoken.settle(turn, body)
        if settled is None:
            return ASIDE
        body = settled
    match body:
        case Text() | Edited():
            return _written(turn, body, codes_too=codes_too)
        case Inner():
            lines.meanwhile(turn, partial(lessons.take_inner, turn, body))
            return _unasked(turn) if body.kind == "due" else ANSWERED
        case Spoken(words, fault, line, file) if line:
            turn.events.append(LineRecorded(line, fault, words, file))
            return ANSWERED
        case Spoken():
            return spoken.came(turn, body)
        case NoticesDue():
            lessons.take_told(turn, body)
            return waits.put_back(turn, writing=lines.is_writing(turn))
        case Tap() | Began() | Media():
            return _done(turn, body, codes_too=codes_too)
        case Left():
            turn.events.append(WentAway())
            return ANSWERED
        case Returned():
            return ANSWERED  # that she is there again is written down; whatever she is to hear comes in its time
        case _:
            assert_never(body)


def _unasked(turn: TurnContext) -> CommandOutcome:
    """A drill, or the note of a week, whose time has come; one thing at a time, and on one day but one."""
    if drilling.is_due(turn) and (turn.replies or weekly.came_today(turn)):
        drilling.put_off(turn, turn.universe.now + drilling.BUSY)
    elif drilling.is_due(turn):
        turn.events.append(DueDrill())
    if weekly.is_due(turn) and (turn.replies or turn.events or turn.state.review.invited_on == turn.today):
        weekly.put_off(turn, weekly.DAY)
    elif weekly.is_due(turn):
        turn.events.append(DueNote())
    return ANSWERED


def _written(turn: TurnContext, body: Text | Edited, *, codes_too: bool) -> CommandOutcome:
    question, now = edits.question_of(turn), edits.as_answer(turn, body)
    if isinstance(now, Edited):
        lines.lapse(turn, answered=False)
        if not alarm.heard(turn, now):
            edits.came_late(turn)
        return ANSWERED
    outcome = _done(turn, in_two(turn, now), codes_too=codes_too)
    edits.remember(turn, now.message, question)
    return outcome


def _done(turn: TurnContext, body: Text | Tap | Began | Media, *, codes_too: bool) -> CommandOutcome:
    """What the learner has done; whoever the tutor has not met yet is greeted first."""
    if turn.state.media or turn.state.pending == WRITING:
        lines.lapse(turn, answered=albums.settles(turn, body))
    if isinstance(body, Text | Media) and alarm.heard(turn, body):
        return ANSWERED
    if codes_too and isinstance(body, Text | Began) and (shown := codes.shown(body)):
        turn.events.append(CodeShown(shown.kind, shown.code))
        return ANSWERED
    question = registry.QUESTIONS.get(turn.state.pending)
    if question and question.voiced and isinstance(body, Media) and body.kind == "voice" and body.ref:
        turn.events.append(question.voiced(body.ref))
        return ANSWERED
    if isinstance(body, Media) and spoken.is_to_be_heard(turn, body):
        spoken.note(turn, body)
        return ANSWERED
    if turn.person.consent == "new":
        if isinstance(body, Media):
            albums.is_answered(turn, body)
        onboarding.greet(turn)
        return ANSWERED
    match body:
        case Text(text):
            return _text(turn, text)
        case Tap(token):
            return _tap(turn, token)
        case Began():
            go_on(turn)
            return ANSWERED
        case Media():
            return _media(turn, body)
        case _:
            assert_never(body)


# --- words -------------------------------------------------------------------------------------------


def _text(turn: TurnContext, text: str) -> CommandOutcome:
    token = numbering.typed(turn, text)
    if token is None:
        token = waits.named(turn, text)
    if token is not None:
        return _tap(turn, token)
    if turn.state.unheard is not None:
        unheard.let_go(turn)
    if replying.is_reply(turn, text):
        turn.events.append((AskFirstWords if waits.has_just_met(turn) else ReplyToLetter)(text))
        return ANSWERED
    if lines.is_writing(turn) and leaves(turn, text):
        turn.events.append(StopWriting())
        return ANSWERED
    if turn.state.pending not in registry.WRITTEN and (ids := _pasted(turn, text)):
        judging.ask_suspected(turn, text, ids)
        return ANSWERED
    if not turn.state.offer:
        return _resume(turn, ev.Typed(text)) if turn.state.open_run is not None else _own_words(turn, text)
    if turn.state.pending in registry.WRITTEN and is_for_room(turn, text):
        if turn.state.pending.startswith("pin."):
            pins.heard(turn)
        elif registry.QUESTIONS[turn.state.pending].kept:  # what is for another person, or another's, is not hers
            turn.events.append(ev.Heard(mask(clean(text[:2000]), turn.book.nouns).text))
        turn.events.append(registry.WRITTEN[turn.state.pending](text))
        return ANSWERED
    return _among_buttons(turn, text)


def _pasted(turn: TurnContext, text: str) -> str:
    """The signs of a scam in a message that was pasted where nobody asked for one; a step that asks for words takes
    them."""
    return "" if turn.state.pending or open_step.takes_words(turn) else judging.suspected(turn, text)


def _among_buttons(turn: TurnContext, text: str) -> CommandOutcome:
    """Words under buttons of the tutor's own: one of them, a name that was asked for, or the lesson's that waits."""
    meaning = offered(turn, text)
    if isinstance(meaning, Answered):
        record_heard(turn, text)
        return _tap(turn, meaning.option)
    if doubt.is_asked(turn, meaning) and (token := doubt.met(turn, text)) is not None:
        return _tap(turn, token) if token else ANSWERED
    if turn.state.pending == "name" and not is_command(turn.book.words, clean(text[:200])):
        alarm.hear_name(turn, text)
        return ANSWERED
    if is_for_lesson(turn, meaning):
        return _resume(turn, ev.Typed(text))
    return _own_words(turn, text, meaning)


def _own_words(turn: TurnContext, text: str, meaning: Meaning | None = None) -> CommandOutcome:
    """Words outside a lesson: a command, one of the buttons shown, or something to ask again about."""
    meaning = meaning or offered(turn, text)
    record_heard(turn, text)
    free = not turn.state.pending
    match meaning:
        case Command(word):
            return obey(turn, word)
        case _ if free and not isinstance(meaning, Emergency) and lines.is_to_somebody(text):
            turn.events.append(ChooseLine(text))
            return ANSWERED
        case Emergency(kind):
            lessons.open_emergency(turn, kind)
            return ANSWERED
    if free and (term := asked_term(turn.book.words, turn.book.glossary, text)):
        return answering.explain(turn, term)
    if free and (named := menu.titled(turn, text)):
        return _press(turn, named)
    if alarm_of(turn, text).level == "ask" and (outcome := answering.digress(turn, text)):
        return outcome
    if isinstance(meaning, Unsure) and len(meaning.options) > 1:
        close = tuple(button for button in turn.state.offer if button[0] in meaning.options)
        turn.offer(turn.phrase("unsure"), close, turn.state.pending)
        return ANSWERED
    if free and (named := menu.find(turn, text)):
        return _press(turn, named)
    if outcome := answering.digress(turn, text):
        return outcome
    if free:
        unheard.hold(turn)
    ask_again(turn)
    return ANSWERED


def _media(turn: TurnContext, media: Media) -> CommandOutcome:
    """What is no words is answered as such where a step asks for it; else words that came with it are what counts."""
    if lines.is_writing(turn):
        albums.pass_on(turn, media)
        return ANSWERED
    is_answered, caption = albums.is_answered(turn, media), media.caption
    question = registry.QUESTIONS.get(turn.state.pending)
    if question and question.pictured and not caption:
        turn.events.append(question.pictured())
        return ANSWERED
    in_lesson = turn.state.open_run is not None and not turn.state.offer and not is_answered
    if in_lesson and not (caption and not open_step.wants(turn, media.kind)):
        return _resume(turn, ev.Sent(media.kind))
    if caption:
        return _text(turn, caption)
    if is_answered:
        return ANSWERED
    own, named = instead_of(turn.book, media.kind)
    turn.events.append(ev.Heard(f"[{media.kind}]"))
    turn.say(turn.phrase(own, thu=turn.phrase(named)))
    if turn.state.pending or turn.person.consent == "asked":
        ask_again(turn)
    else:
        menu.show_menu(turn)
    return ANSWERED


# --- taps --------------------------------------------------------------------------------------------


def _tap(turn: TurnContext, token: str) -> CommandOutcome:
    if turn.state.unheard is not None:
        unheard.let_go(turn, token)
    label = dict(turn.state.offer).get(token)
    if label is not None and not any(isinstance(event, ev.Heard) for event in turn.events):
        turn.events.append(ev.Heard(label))
    if tapped := lessons.tapped(token):
        return _answer_step(turn, tapped)
    return _press(turn, buttons.read(token, agreed=turn.agreed), was_offered=label is not None)


def _press(
    turn: TurnContext, button: buttons.OwnButton | ServiceCommand | None, *, was_offered: bool = False
) -> CommandOutcome:
    """Do what a button means; `was_offered`: it stands under what the tutor said last."""
    match button:
        case ServiceCommand() as asked:
            turn.events.append(asked)
        case menu.OpenLesson(lesson_id) if not (turn.is_saving and thrift.holds_back(turn)):
            lessons.open_lesson(turn, lesson_id)
        case menu.OpenLesson():
            pass
        case menu.ShowTrack(track, at):
            menu.show_track(turn, track, at)
        case buttons.SayWord("mistake"):
            if doubt.call_off(turn):
                go_on(turn)
        case buttons.SayWord(word):
            return obey(turn, word)
        case buttons.DenyCry(topics):
            return _no_emergency(turn, topics)
        case buttons.CryHarm(kind):
            lessons.open_emergency(turn, kind)
        case buttons.AnswerDelete(sure):
            return privacy.take_delete(turn, sure=sure)
        case buttons.ChooseLanguage(lang):
            onboarding.take_language(turn, lang)
            return ASIDE
        case None:
            answer_stale(turn)
        case own:
            return _answer_own(turn, own, was_offered=was_offered)
    return ANSWERED


def _answer_own(turn: TurnContext, button: buttons.OwnAnswer, *, was_offered: bool) -> CommandOutcome:
    """An answer that only counts while its question means something to the learner; else the button is an old one."""
    match button:
        case buttons.AnswerConsent(said) if not (turn.agreed and said == "no"):
            onboarding.take_consent(turn, said)
        case buttons.SkipName() if turn.state.pending == "name":
            onboarding.ask_address(turn)
        case buttons.ChooseAddress(number) if turn.agreed:
            onboarding.take_address(turn, number)
            if turn.state.open_run is not None and not turn.state.pending:
                lessons.resume(turn, ev.Reoffered(""))
        case buttons.ChooseSeat(who) if turn.state.pending == "persons":
            turn.events.append(SitDown(who))
        case buttons.ChooseSeat(who) if who.partition(":")[0] == "back":
            turn.change(offer=(), pending="")
            return ASIDE
        case buttons.RateLesson(stars, run_id) if turn.agreed:
            return follow_up.take_rating(turn, stars, run_id)
        case buttons.AnswerCheckin(works, lesson_id) if turn.agreed and turn.state.checked == lesson_id:
            follow_up.take_checkin(turn, lesson_id, works=works)
            if works:
                return ASIDE
            lessons.open_lesson(turn, lesson_id)
        case reviewing.AnswerReview("now") if turn.agreed:
            if not (turn.is_saving and thrift.holds_back(turn)):
                lessons.open_review(turn)
        case reviewing.AnswerReview(said) if turn.agreed and said in ("later", "stop", *reviewing.LATER):
            reviewing.put_off(turn, said)
            if said != "later":
                menu.offer_way_on(turn)
        case testing.TakeTest() if turn.agreed:
            if not (turn.is_saving and thrift.holds_back(turn)):
                lessons.open_test(turn, button)
        case (
            buttons.AnswerConsent() | buttons.SkipName() | buttons.ChooseAddress() | buttons.ChooseSeat()
            | buttons.RateLesson() | buttons.AnswerCheckin() | reviewing.AnswerReview() | testing.TakeTest()
        ):  # fmt: skip
            answer_stale(turn)
        case _:
            assert_never(button)
    return ANSWERED


def _no_emergency(turn: TurnContext, topics: tuple[str, ...]) -> CommandOutcome:
    """It was no cry: what the learner may have meant instead, else where she was."""
    if topics and turn.person.consent not in ("new", "asked") and not turn.state.pending:
        answering.about(turn, topics)
    elif turn.state.pending or turn.state.open_run:
        return ASIDE
    else:
        go_on(turn)
    return ANSWERED


# --- lessons -----------------------------------------------------------------------------------------


def _answer_step(turn: TurnContext, tapped: ev.Tapped) -> CommandOutcome:
    run = turn.state.run
    if run is not None and was_used(run, tapped.seq, tapped.option):
        turn.events.append(ev.TapIgnored("repeated"))
    elif run is None or not run.waiting:
        answer_stale(turn)
    else:
        return _resume(turn, tapped)
    return ANSWERED


def _resume(turn: TurnContext, signal: ev.Signal) -> CommandOutcome:
    """Hand it to the open lesson; what that leaves is understood here."""
    if turn.is_saving and thrift.holds_back(turn, signal):
        return ANSWERED
    match lessons.resume(turn, signal):
        case ev.Commanded(word):
            return obey(turn, word)
        case ev.EmergencySuspected(_, text) | ev.Digressed(text):
            if not open_step.in_emergency(turn) and (named := menu.titled(turn, text)):
                answering.named(turn, named)
                return ANSWERED
            return answering.digress(turn, text) or ASIDE
        case ev.TapIgnored("stale"):
            answer_stale(turn)
        case ev.TapIgnored() | None:
            pass
        case left:
            assert_never(left)
    return ANSWERED
