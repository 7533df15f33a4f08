"""One update of one learner, from what came in to what is said: the order in which things are understood."""

from __future__ import annotations

from datetime import timedelta
from functools import partial

from bot.channels.base import Began, Body, Edited, Inner, Left, Media, NoticesDue, Returned, Tap, Text
from bot.conversation.policy import alarm, albums, answering, doubt, edits, guidance, registry, replying
from bot.conversation.policy.open_question import ask_again
from bot.conversation.policy.understanding import alarm_of, hear, in_two, is_for_lesson, is_for_room, leaves, offered
from bot.pairing.policy import lines
from bot.pairing.policy.commands import ChooseLine, ReplyToLetter, StopWriting
from bot.pairing.policy.subjects import WRITING
from bot.people.policy import codes, pins
from bot.people.policy.commands import ShowBelonging, SitDown
from bot.tutor import follow_up, lessons, menu, onboarding, privacy, waits
from bot.tutor.desk import CodeShown, Desk, WentAway
from flows import events as ev
from flows import mask
from flows.engine.sprint import was_used
from flows.engine.stage import clean, instead_of
from flows.words.ear.voices import OUTLINES
from flows.words.understand import Answered, Command, Emergency, Meaning, Unsure, is_command

NEEDS_CONSENT = registry.BY_WORD.keys() | {"agree", "change_address", "change_name"}

STALE_EVERY = timedelta(minutes=1)  # how often a flood of taps on old buttons is answered


def answer(desk: Desk, body: Body, *, codes_too: bool = True) -> None:
    """Handle one body; everything said and done is on the desk afterwards. Codes work before consent."""
    question, body = edits.question_of(desk), edits.as_answer(desk, body)
    _answer(desk, body, codes_too=codes_too)
    edits.remember(desk, body, question)


def _answer(desk: Desk, body: Body, *, codes_too: bool) -> None:
    if isinstance(body, Left):
        desk.events.append(WentAway())
        return
    if isinstance(body, Returned):
        return  # that she is there again is written down; whatever she is to hear comes in its time
    if isinstance(body, Inner):
        lines.meanwhile(desk, partial(lessons.take_inner, desk, body))
        return
    if isinstance(body, NoticesDue):
        lessons.take_told(desk, body)
        waits.put_back(desk, show_again, writing=lines.is_writing(desk))
        return
    body = in_two(desk, body)
    lines.lapse(desk, answered=albums.settles(desk, body))
    if isinstance(body, Text | Media | Edited) and alarm.heard(desk, body):
        return
    if isinstance(body, Edited):
        edits.came_late(desk)
        return
    if codes_too and (shown := codes.shown(body)):
        desk.events.append(CodeShown(shown.kind, shown.code))
        return
    if desk.person.consent == "new":
        if isinstance(body, Media):
            albums.is_answered(desk, body)
        onboarding.greet(desk)
        return
    match body:
        case Text(text):
            _text(desk, text)
        case Tap(token):
            _tap(desk, token)
        case Began():
            _go_on(desk)
        case Media() if lines.is_writing(desk):
            albums.pass_on(desk, body)
        case Media(kind, _, caption):
            if not albums.is_answered(desk, body):
                _media(desk, kind, caption)
            elif caption:
                _text(desk, caption)


# --- words -------------------------------------------------------------------------------------------


def _text(desk: Desk, text: str) -> None:
    if token := waits.named(desk, text):
        _tap(desk, token)
        return
    if replying.is_reply(desk, text):
        desk.events.append(ReplyToLetter(text))
        return
    if lines.is_writing(desk) and leaves(desk, text):
        desk.events.append(StopWriting())
        return
    if not desk.talk.offer:
        if desk.talk.open_run is not None:
            _resume(desk, ev.Typed(text))
        else:
            _own_words(desk, text)
        return
    if desk.talk.pending in registry.WRITTEN and is_for_room(desk, text):
        if desk.talk.pending.startswith("pin."):
            pins.heard(desk)
        elif desk.talk.pending != WRITING:  # what is for another person is not kept as hers
            desk.events.append(ev.Heard(mask(clean(text[:2000]), desk.book.nouns).text))
        desk.events.append(registry.WRITTEN[desk.talk.pending](text))
        return
    meaning = offered(desk, text)
    if isinstance(meaning, Answered):
        hear(desk, text)
        _tap(desk, meaning.option)
    elif doubt.is_asked(desk, meaning) and (token := doubt.met(desk, text)) is not None:
        if token:
            _tap(desk, token)
    elif desk.talk.pending == "name" and not is_command(desk.book.words, clean(text[:200])):
        alarm.hear_name(desk, text)
    elif is_for_lesson(desk, meaning):
        _resume(desk, ev.Typed(text))
    else:
        _own_words(desk, text, meaning)


def _own_words(desk: Desk, text: str, meaning: Meaning | None = None) -> None:
    """Words outside a lesson: a command, one of the buttons shown, or something to ask again about."""
    meaning = meaning or offered(desk, text)
    hear(desk, text)
    match meaning:
        case Command(word):
            command(desk, word)
        case _ if not desk.talk.pending and not isinstance(meaning, Emergency) and lines.is_to_somebody(text):
            desk.events.append(ChooseLine(text))
        case Emergency(kind):
            lessons.open_emergency(desk, kind)
        case _ if not desk.talk.pending and (token := menu.titled(desk, text)):
            _tap(desk, token)
        case _ if alarm_of(desk, text).level == "ask" and _digress(desk, text):
            pass
        case Unsure(options) if len(options) > 1:
            close = tuple(button for button in desk.talk.offer if button[0] in options)
            desk.offer(desk.phrase("unsure"), close, desk.talk.pending)
        case _ if not desk.talk.pending and (token := menu.find(desk, text)):
            _tap(desk, token)
        case _ if not _digress(desk, text):
            ask_again(desk)


def _digress(desk: Desk, text: str) -> bool:
    """A worry, a question, a wish for a human, small talk: False where it is none of them."""
    match answering.digress(desk, text):
        case "":
            return False
        case "again":
            ask_again(desk) if desk.talk.pending and desk.talk.offer else show_again(desk)
        case "human":
            command(desk, "help")
    return True


def _media(desk: Desk, kind: str, caption: str) -> None:
    """What is no words is answered as such where a step asks for it; else words that came with it are what counts."""
    if desk.talk.open_run is not None and not desk.talk.offer and not (caption and not lessons.wants(desk, kind)):
        _resume(desk, ev.Sent(kind))
        return
    if caption:
        _text(desk, caption)
        return
    own, named = instead_of(desk.book, kind)
    desk.events.append(ev.Heard(f"[{kind}]"))
    desk.say(desk.phrase(own, thu=desk.phrase(named)))
    if desk.talk.pending or desk.person.consent == "asked":
        ask_again(desk)
    else:
        menu.show_menu(desk)


# --- taps --------------------------------------------------------------------------------------------


def _tap(desk: Desk, token: str) -> None:
    kind, _, rest = token[:64].partition(":")
    label = dict(desk.talk.offer).get(token)
    if label is not None and not any(isinstance(event, ev.Heard) for event in desk.events):
        desk.events.append(ev.Heard(label))
    match kind:
        case "s":
            _answer_tap(desk, rest)
        case "m":
            lessons.open_lesson(desk, rest)
        case "e":
            _no_emergency(desk, rest)
        case "t":
            menu.show_track(desk, rest)
        case "g" if rest == "mistake":
            if doubt.call_off(desk):
                _go_on(desk)
        case "g":
            command(desk, rest)
        case "h" if rest in ("die", "hurt"):
            lessons.open_emergency(desk, rest)
        case "c" if not (desk.agreed and rest == "no"):
            onboarding.take_consent(desk, rest)
        case "n" if desk.talk.pending == "name":
            onboarding.ask_address(desk)
        case "a" if desk.agreed:
            onboarding.take_address(desk, rest)
            if desk.talk.open_run is not None and not desk.talk.pending:
                _resume(desk, ev.Reoffered(""))
        case "w" if desk.talk.pending == "persons":
            desk.events.append(SitDown(rest))
        case "w" if rest.partition(":")[0] == "back":
            desk.change(offer=(), pending="")
            show_again(desk)
        case "l":
            onboarding.take_language(desk, rest)
            show_again(desk)
        case "r" if desk.agreed:
            if not follow_up.take_rating(desk, rest):
                show_again(desk)
        case "k" if desk.agreed and label is not None:
            _checkin_tap(desk, rest)
        case "d":
            privacy.take_delete(desk, rest)
            if rest != "yes":
                show_again(desk)
        case _ if (asked := registry.tapped(kind, rest, agreed=desk.agreed)) is not None:
            desk.events.append(asked)
        case _:
            _stale(desk)


def _checkin_tap(desk: Desk, rest: str) -> None:
    if follow_up.take_checkin(desk, rest):
        lessons.open_lesson(desk, rest.partition(":")[2])
    else:
        show_again(desk)


def _answer_tap(desk: Desk, rest: str) -> None:
    number, _, option = rest.partition(":")
    seq = int(number) if number.isascii() and number.isdigit() and len(number) < 10 else -1
    run = desk.talk.run
    if run is not None and was_used(run, seq, option):
        desk.events.append(ev.TapIgnored("repeated"))
    elif desk.talk.open_run is None:
        _stale(desk)
    else:
        _resume(desk, ev.Tapped(seq, option))


def _stale(desk: Desk) -> None:
    """A tap on an older button never acts; it is answered kindly, at most once a minute."""
    now, last = desk.universe.now, desk.talk.stale_at
    if last is not None and timedelta(0) <= now - last < STALE_EVERY:
        return
    desk.change(stale_at=now)
    if desk.talk.open_run is not None:
        desk.say(desk.phrase("stale"))
        _resume(desk, ev.Reoffered(""))
    elif desk.talk.pending or desk.person.consent == "asked":
        desk.say(desk.phrase("stale"))
        ask_again(desk)
    else:
        menu.show_menu(desk, desk.phrase("stale_short"))


# --- lessons ---


def _resume(desk: Desk, signal: ev.Signal) -> None:
    """Hand it to the open lesson; a global word or an old button comes back from there."""
    for event in lessons.resume(desk, signal):
        match event:
            case ev.Commanded(word):
                command(desk, word)
            case ev.EmergencySuspected() | ev.Digressed():
                _aside(desk, event)
            case ev.TapIgnored("stale"):
                _stale(desk)
            case _:
                pass


def _aside(desk: Desk, event: ev.EmergencySuspected | ev.Digressed) -> None:
    """What the lesson could not make anything of; where nobody can, its step is shown again."""
    if not lessons.in_emergency(desk) and (token := menu.titled(desk, event.text)):
        answering.named(desk, token)
    elif not _digress(desk, event.text):
        show_again(desk)


# --- commands ----------------------------------------------------------------------------------------


def command(desk: Desk, word: str) -> None:
    """A global word, typed or tapped; whoever was writing to somebody does so no more."""
    line = lines.left(desk)
    word = _meant_by_her(desk, word, line)
    match word:
        case "menu":
            menu.show_menu(desk)
        case "repeat" | "back" if desk.talk.pending:
            ask_again(desk)
        case "go_on" | "repeat" | "back":
            _go_on(desk)
        case "emergency":
            lessons.open_emergency(desk)
        case "mistake" | "unharmed":
            if doubt.take_back(desk, word):
                _go_on(desk)
        case "help" if kind := doubt.harm(desk):
            lessons.open_emergency(desk, kind)
        case _ if word in guidance.WORDS:
            guidance.take(desk, word)
        case "thanks" | "keep":
            desk.say(desk.phrase({"keep": "kept"}.get(word, word)))
            show_again(desk)
        case "stop":
            desk.say(desk.phrase("stopped"))
            menu.offer_way_on(desk)
        case "help":
            onboarding.tell_helper(desk)
            show_again(desk)
        case "show_data" | "download_data":
            (privacy.show_data if word == "show_data" else privacy.download_data)(desk)
            _with_belonging(desk)
        case "delete_data":
            privacy.ask_delete(desk)
        case "withdraw":
            if privacy.ask_withdraw(desk):
                show_again(desk)
        case "change_address" | "change_name" if desk.agreed:
            (onboarding.ask_address if word == "change_address" else onboarding.ask_name)(desk)
        case "change_language":
            onboarding.ask_language(desk)
        case "agree" if desk.agreed:
            desk.say(desk.phrase("agreed"))
            _go_on(desk)
        case _ if (asked := registry.said(word, line, agreed=desk.agreed)) is not None:
            desk.events.append(asked)
        case _ if word in NEEDS_CONSENT:
            onboarding.ask_consent(desk)
        case _:
            _stale(desk)


def _meant_by_her(desk: Desk, word: str, line: str) -> str:
    """An officer's "báo cáo" is no complaint about a partner."""
    return "figures.targets" if word == "line.report" and desk.person.leads and not line else word


def _no_emergency(desk: Desk, topics: str) -> None:
    """It was no cry: what she may have meant instead, else where she was."""
    codes = [each for each in topics.removeprefix("!").split(",") if each in OUTLINES]
    if codes and desk.person.consent not in ("new", "asked") and not desk.talk.pending:
        answering.about(desk, codes)
    else:
        show_again(desk) if desk.talk.pending or desk.talk.open_run else _go_on(desk)


def _go_on(desk: Desk) -> None:
    if desk.person.consent == "asked" and desk.talk.open_run is None:
        onboarding.ask_consent(desk)
    elif desk.talk.open_run is not None:
        _resume(desk, ev.Reoffered("resume"))
    elif desk.talk.parked:
        lessons.open_lesson(desk, desk.talk.parked[-1].lesson)
    else:
        menu.show_menu(desk)


def show_again(desk: Desk) -> None:
    """After an aside, put the question that is open back under her thumb."""
    if desk.talk.open_run is not None:
        _resume(desk, ev.Reoffered(""))
    elif desk.talk.pending or desk.person.consent == "asked":
        ask_again(desk)
    else:
        menu.show_menu(desk)


def _with_belonging(desk: Desk) -> None:
    """What is kept of her beside the conversation comes from the office; it puts the open question back as well."""
    if desk.agreed:
        desk.events.append(ShowBelonging())
    else:
        show_again(desk)
