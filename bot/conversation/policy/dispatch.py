"""One update of one learner, from what came in to what is said: the order in which things are understood. Pure."""

from __future__ import annotations

from functools import partial
from typing import assert_never

from bot.channels.base import Began, Body, Edited, Inner, Left, Media, NoticesDue, Returned, Tap, Text
from bot.conversation.policy import alarm, albums, answering, buttons, doubt, edits, registry, replying
from bot.conversation.policy.global_words import obey
from bot.conversation.policy.open_question import answer_stale, ask_again, go_on
from bot.conversation.policy.understanding import alarm_of, hear, in_two, is_for_lesson, is_for_room, leaves, offered
from bot.pairing.policy import lines
from bot.pairing.policy.commands import ChooseLine, ReplyToLetter, StopWriting
from bot.pairing.policy.subjects import WRITING
from bot.people.policy import codes, pins
from bot.people.policy.commands import SitDown
from bot.tutor import follow_up, lessons, menu, onboarding, privacy, waits
from bot.tutor.command import OfficeCommand
from bot.tutor.desk import CodeShown, Desk, WentAway
from bot.tutor.outcome import ANSWERED, ASIDE, CommandOutcome
from flows import events as ev
from flows import mask
from flows.engine.sprint import was_used
from flows.engine.stage import clean, instead_of
from flows.words.understand import Answered, Command, Emergency, Meaning, Unsure, is_command


def answer(desk: Desk, body: Body, *, codes_too: bool = True) -> CommandOutcome:
    """Handle one body; what is said and done is on the desk afterwards, what is left to do is returned. Codes work
    before consent."""
    match body:
        case Text() | Edited():
            return _written(desk, body, codes_too=codes_too)
        case Inner():
            lines.meanwhile(desk, partial(lessons.take_inner, desk, body))
            return ANSWERED
        case NoticesDue():
            lessons.take_told(desk, body)
            return waits.put_back(desk, writing=lines.is_writing(desk))
        case Tap() | Began() | Media() | Left() | Returned():
            if desk.state.amendable:
                desk.change(amendable="")
            return _done(desk, body, codes_too=codes_too)
        case _:
            assert_never(body)


def _written(desk: Desk, body: Text | Edited, *, codes_too: bool) -> CommandOutcome:
    question, now = edits.question_of(desk), edits.as_answer(desk, body)
    if isinstance(now, Edited):
        lines.lapse(desk, answered=False)
        if not alarm.heard(desk, now):
            edits.came_late(desk)
        return ANSWERED
    outcome = _done(desk, in_two(desk, now), codes_too=codes_too)
    edits.remember(desk, now.message, question)
    return outcome


def _done(desk: Desk, body: Text | Tap | Began | Media | Left | Returned, *, codes_too: bool) -> CommandOutcome:
    """What the learner has done; whoever the tutor has not met yet is greeted first."""
    if isinstance(body, Left):
        desk.events.append(WentAway())
        return ANSWERED
    if isinstance(body, Returned):
        return ANSWERED  # that she is there again is written down; whatever she is to hear comes in its time
    if desk.state.media or desk.state.pending == WRITING:
        lines.lapse(desk, answered=albums.settles(desk, body))
    if isinstance(body, Text | Media) and alarm.heard(desk, body):
        return ANSWERED
    if codes_too and isinstance(body, Text | Began) and (shown := codes.shown(body)):
        desk.events.append(CodeShown(shown.kind, shown.code))
        return ANSWERED
    if desk.person.consent == "new":
        if isinstance(body, Media):
            albums.is_answered(desk, body)
        onboarding.greet(desk)
        return ANSWERED
    match body:
        case Text(text):
            return _text(desk, text)
        case Tap(token):
            return _tap(desk, token)
        case Began():
            go_on(desk)
            return ANSWERED
        case Media():
            return _media(desk, body)
        case _:
            assert_never(body)


# --- words -------------------------------------------------------------------------------------------


def _text(desk: Desk, text: str) -> CommandOutcome:
    if token := waits.named(desk, text):
        return _tap(desk, token)
    if replying.is_reply(desk, text):
        desk.events.append(ReplyToLetter(text))
        return ANSWERED
    if lines.is_writing(desk) and leaves(desk, text):
        desk.events.append(StopWriting())
        return ANSWERED
    if not desk.state.offer:
        return _resume(desk, ev.Typed(text)) if desk.state.open_run is not None else _own_words(desk, text)
    if desk.state.pending in registry.WRITTEN and is_for_room(desk, text):
        if desk.state.pending.startswith("pin."):
            pins.heard(desk)
        elif desk.state.pending != WRITING:  # what is for another person is not kept as hers
            desk.events.append(ev.Heard(mask(clean(text[:2000]), desk.book.nouns).text))
        desk.events.append(registry.WRITTEN[desk.state.pending](text))
        return ANSWERED
    return _among_buttons(desk, text)


def _among_buttons(desk: Desk, text: str) -> CommandOutcome:
    """Words under buttons of the tutor's own: one of them, a name that was asked for, or the lesson's that waits."""
    meaning = offered(desk, text)
    if isinstance(meaning, Answered):
        hear(desk, text)
        return _tap(desk, meaning.option)
    if doubt.is_asked(desk, meaning) and (token := doubt.met(desk, text)) is not None:
        return _tap(desk, token) if token else ANSWERED
    if desk.state.pending == "name" and not is_command(desk.book.words, clean(text[:200])):
        alarm.hear_name(desk, text)
        return ANSWERED
    if is_for_lesson(desk, meaning):
        return _resume(desk, ev.Typed(text))
    return _own_words(desk, text, meaning)


def _own_words(desk: Desk, text: str, meaning: Meaning | None = None) -> CommandOutcome:
    """Words outside a lesson: a command, one of the buttons shown, or something to ask again about."""
    meaning = meaning or offered(desk, text)
    hear(desk, text)
    free = not desk.state.pending
    match meaning:
        case Command(word):
            return obey(desk, word)
        case _ if free and not isinstance(meaning, Emergency) and lines.is_to_somebody(text):
            desk.events.append(ChooseLine(text))
            return ANSWERED
        case Emergency(kind):
            lessons.open_emergency(desk, kind)
            return ANSWERED
    if free and (named := menu.titled(desk, text)):
        return _press(desk, named)
    if alarm_of(desk, text).level == "ask" and (outcome := answering.digress(desk, text)):
        return outcome
    if isinstance(meaning, Unsure) and len(meaning.options) > 1:
        close = tuple(button for button in desk.state.offer if button[0] in meaning.options)
        desk.offer(desk.phrase("unsure"), close, desk.state.pending)
        return ANSWERED
    if free and (named := menu.find(desk, text)):
        return _press(desk, named)
    if outcome := answering.digress(desk, text):
        return outcome
    ask_again(desk)
    return ANSWERED


def _media(desk: Desk, media: Media) -> CommandOutcome:
    """What is no words is answered as such where a step asks for it; else words that came with it are what counts."""
    if lines.is_writing(desk):
        albums.pass_on(desk, media)
        return ANSWERED
    is_answered, caption = albums.is_answered(desk, media), media.caption
    in_lesson = desk.state.open_run is not None and not desk.state.offer and not is_answered
    if in_lesson and not (caption and not lessons.wants(desk, media.kind)):
        return _resume(desk, ev.Sent(media.kind))
    if caption:
        return _text(desk, caption)
    if is_answered:
        return ANSWERED
    own, named = instead_of(desk.book, media.kind)
    desk.events.append(ev.Heard(f"[{media.kind}]"))
    desk.say(desk.phrase(own, thu=desk.phrase(named)))
    if desk.state.pending or desk.person.consent == "asked":
        ask_again(desk)
    else:
        menu.show_menu(desk)
    return ANSWERED


# --- taps --------------------------------------------------------------------------------------------


def _tap(desk: Desk, token: str) -> CommandOutcome:
    label = dict(desk.state.offer).get(token)
    if label is not None and not any(isinstance(event, ev.Heard) for event in desk.events):
        desk.events.append(ev.Heard(label))
    if tapped := lessons.tapped(token):
        return _answer_step(desk, tapped)
    return _press(desk, buttons.read(token, agreed=desk.agreed), was_offered=label is not None)


def _press(
    desk: Desk, button: buttons.OwnButton | OfficeCommand | None, *, was_offered: bool = False
) -> CommandOutcome:
    """Do what a button means; `was_offered`: it stands under what the tutor said last."""
    match button:
        case OfficeCommand() as asked:
            desk.events.append(asked)
        case menu.OpenLesson(lesson_id):
            lessons.open_lesson(desk, lesson_id)
        case menu.ShowTrack(track):
            menu.show_track(desk, track)
        case buttons.SayWord("mistake"):
            if doubt.call_off(desk):
                go_on(desk)
        case buttons.SayWord(word):
            return obey(desk, word)
        case buttons.DenyCry(topics):
            return _no_emergency(desk, topics)
        case buttons.CryHarm(kind):
            lessons.open_emergency(desk, kind)
        case buttons.AnswerDelete(sure):
            return privacy.take_delete(desk, sure=sure)
        case buttons.ChooseLanguage(lang):
            onboarding.take_language(desk, lang)
            return ASIDE
        case None:
            answer_stale(desk)
        case own:
            return _answer_own(desk, own, was_offered=was_offered)
    return ANSWERED


def _answer_own(desk: Desk, button: buttons.OwnAnswer, *, was_offered: bool) -> CommandOutcome:
    """An answer that only counts while its question means something to the learner; else the button is an old one."""
    match button:
        case buttons.AnswerConsent(said) if not (desk.agreed and said == "no"):
            onboarding.take_consent(desk, said)
        case buttons.SkipName() if desk.state.pending == "name":
            onboarding.ask_address(desk)
        case buttons.ChooseAddress(number) if desk.agreed:
            onboarding.take_address(desk, number)
            if desk.state.open_run is not None and not desk.state.pending:
                lessons.resume(desk, ev.Reoffered(""))
        case buttons.ChooseSeat(who) if desk.state.pending == "persons":
            desk.events.append(SitDown(who))
        case buttons.ChooseSeat(who) if who.partition(":")[0] == "back":
            desk.change(offer=(), pending="")
            return ASIDE
        case buttons.RateLesson(stars, run_id) if desk.agreed:
            return follow_up.take_rating(desk, stars, run_id)
        case buttons.AnswerCheckin(works, lesson_id) if desk.agreed and was_offered:
            follow_up.take_checkin(desk, works=works)
            if works:
                return ASIDE
            lessons.open_lesson(desk, lesson_id)
        case (
            buttons.AnswerConsent() | buttons.SkipName() | buttons.ChooseAddress() | buttons.ChooseSeat()
            | buttons.RateLesson() | buttons.AnswerCheckin()
        ):  # fmt: skip
            answer_stale(desk)
        case _:
            assert_never(button)
    return ANSWERED


def _no_emergency(desk: Desk, topics: tuple[str, ...]) -> CommandOutcome:
    """It was no cry: what the learner may have meant instead, else where she was."""
    if topics and desk.person.consent not in ("new", "asked") and not desk.state.pending:
        answering.about(desk, topics)
    elif desk.state.pending or desk.state.open_run:
        return ASIDE
    else:
        go_on(desk)
    return ANSWERED


# --- lessons -----------------------------------------------------------------------------------------


def _answer_step(desk: Desk, tapped: ev.Tapped) -> CommandOutcome:
    run = desk.state.run
    if run is not None and was_used(run, tapped.seq, tapped.option):
        desk.events.append(ev.TapIgnored("repeated"))
    elif run is None or not run.waiting:
        answer_stale(desk)
    else:
        return _resume(desk, tapped)
    return ANSWERED


def _resume(desk: Desk, signal: ev.Signal) -> CommandOutcome:
    """Hand it to the open lesson; what that leaves is understood here."""
    match lessons.resume(desk, signal):
        case ev.Commanded(word):
            return obey(desk, word)
        case ev.EmergencySuspected(_, text) | ev.Digressed(text):
            if not lessons.in_emergency(desk) and (named := menu.titled(desk, text)):
                answering.named(desk, named)
                return ANSWERED
            return answering.digress(desk, text) or ASIDE
        case ev.TapIgnored("stale"):
            answer_stale(desk)
        case ev.TapIgnored() | None:
            pass
        case left:
            assert_never(left)
    return ANSWERED
