"""One update of one learner, from what came in to what is said: the order in which things are understood."""

from __future__ import annotations

from datetime import timedelta

from bot.channels.base import Began, Body, Inner, Left, Media, Tap, Text, Told
from bot.tutoring import aftercare, announcing, codes, lessons, lines, menu, reception, rights
from bot.tutoring.desk import CodeShown, Desk, OfficeAsked, WentAway
from bot.tutoring.hearing import hear, offered, says_emergency
from flows import events as ev
from flows import mask
from flows.engine.sprint import was_used
from flows.engine.stage import clean
from flows.words.understand import (
    Answered,
    Command,
    Emergency,
    Meaning,
    Unsure,
    is_command,
    may_be_emergency,
)

ROOMS = {"o": "offer", "y": "line", "u": "crew", "q": "post", "v": "meeting", "z": "news", "b": "self"}
"""The first letter of a button's token → the room of the office it is for: "o:accept:17" asks "offer.accept" of 17."""

WRITTEN = frozenset({"news.text", "news.link", "self.area", lines.WRITING})
"""Questions of rooms that are answered in her own words: whatever she types is for the room."""

BEFORE_CONSENT = frozenset({"offer", "line"})  # whoever cried for help may answer her helper

STALE_EVERY = timedelta(minutes=1)  # how often a flood of taps on old buttons is answered


def answer(desk: Desk, body: Body, *, codes_too: bool = True) -> None:
    """Handle one body; everything said and done is on the desk afterwards. Codes work before consent."""
    if isinstance(body, Left):
        desk.events.append(WentAway())
        return
    if isinstance(body, Inner):
        lessons.take_inner(desk, body)
        return
    if isinstance(body, Told):
        lessons.take_told(desk, body)
        if desk.channel == "web" and desk.replies and not desk.replies[-1].buttons:
            _show_again(desk)  # the page offers the answers of the newest line: they would be gone from under her thumb
        return
    lines.lapse(desk, body)
    if isinstance(body, Text) and _cries(desk, body.text):
        hear(desk, body.text)
        lessons.open_emergency(desk)
        return
    if codes_too and (shown := codes.shown(body)):
        desk.events.append(CodeShown(shown.kind, shown.code))
        return
    if desk.person.consent == "new":
        reception.greet(desk)
        return
    match body:
        case Text(text):
            _text(desk, text)
        case Tap(token):
            _tap(desk, token)
        case Began():
            _go_on(desk)
        case Media(kind, ref) if lines.is_writing(desk):
            desk.events.append(OfficeAsked("line.media", f"{kind}:{ref}"))
        case Media(kind):
            _media(desk, kind)


def _cries(desk: Desk, text: str) -> bool:
    """Whether she herself has been robbed; what an officer announces or a helper writes of it is no cry of hers."""
    if lines.is_helping(desk) or not announcing.is_cry(desk.talk.pending, text):
        return False
    return says_emergency(desk, text)


# --- words -------------------------------------------------------------------------------------------


def _text(desk: Desk, text: str) -> None:
    if not desk.talk.offer:
        if desk.talk.open_run is not None:
            _resume(desk, ev.Typed(text))
        else:
            _own_words(desk, text)
        return
    if desk.talk.pending in WRITTEN and _is_for_room(desk, text):
        if desk.talk.pending != lines.WRITING:  # what is for another person is not kept as hers
            desk.events.append(ev.Heard(mask(clean(text[:2000])).text))
        desk.events.append(OfficeAsked(desk.talk.pending, text))
        return
    meaning = offered(desk, text)
    if isinstance(meaning, Answered):
        hear(desk, text)
        _tap(desk, meaning.option)
    elif desk.talk.pending == "name" and not is_command(desk.book.words, clean(text[:200])):
        _hear_name(desk, text)
    elif desk.talk.open_run is not None and not desk.talk.pending and not isinstance(meaning, Unsure):
        _resume(desk, ev.Typed(text))
    else:
        _own_words(desk, text, meaning)


def _is_for_room(desk: Desk, text: str) -> bool:
    """Everything but the label of a button and a global command, written out."""
    labels = {label.casefold() for _, label in desk.talk.offer}
    return clean(text[:200]).casefold() not in labels and not is_command(desk.book.words, clean(text[:200]))


def _hear_name(desk: Desk, text: str) -> None:
    hear(desk, text)
    reception.take_name(desk, clean(text[:200]))


def _own_words(desk: Desk, text: str, meaning: Meaning | None = None) -> None:
    """Words outside a lesson: a command, one of the buttons shown, or something to ask again about."""
    meaning = meaning or offered(desk, text)
    hear(desk, text)
    match meaning:
        case Command(word):
            command(desk, word)
        case Emergency():
            lessons.open_emergency(desk)
        case Unsure(options) if len(options) > 1:
            close = tuple(button for button in desk.talk.offer if button[0] in options)
            desk.offer(desk.phrase("unsure"), close, desk.talk.pending)
        case _ if may_be_emergency(desk.book.words, text):
            menu.ask_emergency(desk)
        case _ if not desk.talk.pending and (token := menu.find(desk, text)):
            _tap(desk, token)
        case _:
            _ask_again(desk)


def _ask_again(desk: Desk) -> None:
    match desk.talk.pending:
        case "consent":
            reception.ask_consent(desk, desk.phrase("consent_again"))
        case "name":
            reception.ask_name(desk, again=True)
        case "address":
            reception.ask_address(desk)
        case "language":
            reception.ask_language(desk)
        case "delete":
            rights.ask_delete(desk)
        case "link":
            desk.events.append(OfficeAsked("link_again"))
        case "conduct":
            desk.events.append(OfficeAsked("teach"))
        case "persons":
            desk.events.append(OfficeAsked("persons"))
        case of_room if "." in of_room:
            desk.events.append(OfficeAsked(f"{of_room.partition('.')[0]}.again"))
        case _ if desk.person.consent == "asked":
            reception.ask_consent(desk)
        case _:
            menu.show_menu(desk, desk.phrase("menu_not_understood"))


def _media(desk: Desk, kind: str) -> None:
    if desk.talk.open_run is not None and not desk.talk.offer:
        _resume(desk, ev.Sent(kind))
        return
    named = f"kind_{kind}" if f"kind_{kind}" in desk.book.phrases else "kind_other"
    desk.events.append(ev.Heard(f"[{kind}]"))
    desk.say(desk.phrase("media_instead", thu=desk.phrase(named)))
    if desk.talk.pending or desk.person.consent == "asked":
        _ask_again(desk)
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
        case "t":
            menu.show_track(desk, rest)
        case "g":
            command(desk, rest)
        case "c" if not (desk.agreed and rest == "no"):
            reception.take_consent(desk, rest)
        case "n" if desk.talk.pending == "name":
            reception.ask_address(desk)
        case "a" if desk.agreed:
            reception.take_address(desk, rest)
            if desk.talk.open_run is not None and not desk.talk.pending:
                _resume(desk, ev.Reoffered(""))
        case "i" if desk.agreed:
            desk.events.append(OfficeAsked("set", rest))
        case "j" if desk.talk.pending == "link":
            desk.events.append(OfficeAsked("refuse_link") if rest == "no" else OfficeAsked("join", rest))
        case "w" if desk.talk.pending == "persons":
            desk.events.append(OfficeAsked("sit", rest))
        case "l":
            reception.take_language(desk, rest)
            _show_again(desk)
        case "r" if desk.agreed:
            if not aftercare.take_rating(desk, rest):
                show_again(desk)
        case "k" if desk.agreed and label is not None:
            if aftercare.take_checkin(desk, rest):
                lessons.open_lesson(desk, rest.partition(":")[2])
            else:
                _show_again(desk)
        case "d":
            rights.take_delete(desk, rest)
            if rest != "yes":
                _show_again(desk)
        case _ if kind in ROOMS and (desk.agreed or ROOMS[kind] in BEFORE_CONSENT):
            what, _, value = rest.replace("\x00", "").partition(":")
            if kind == "y" and what not in lines.TAPPED:
                _stale(desk)
            else:
                desk.events.append(OfficeAsked(f"{ROOMS[kind]}.{what}", value))
        case _:
            _stale(desk)


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
        _ask_again(desk)
    else:
        menu.show_menu(desk, desk.phrase("stale_short"))


# --- lessons ---


def _resume(desk: Desk, signal: ev.Signal) -> None:
    """Hand it to the open lesson; a global word or an old button comes back from there."""
    for event in lessons.resume(desk, signal):
        match event:
            case ev.Commanded(word):
                command(desk, word)
            case ev.TapIgnored("stale"):
                _stale(desk)
            case _:
                pass


# --- commands ----------------------------------------------------------------------------------------


def command(desk: Desk, word: str) -> None:
    """A global word, typed or tapped; whoever was writing to somebody does so no more."""
    line = lines.left(desk)
    match word:
        case "menu":
            menu.show_menu(desk)
        case "repeat" | "back" if desk.talk.pending:
            _ask_again(desk)
        case "go_on" | "repeat" | "back":
            _go_on(desk)
        case "emergency":
            lessons.open_emergency(desk)
        case "thanks" | "keep":
            desk.say(desk.phrase("thanks" if word == "thanks" else "kept"))
            _show_again(desk)
        case "stop":
            desk.say(desk.phrase("stopped"))
            menu.offer_way_on(desk)
        case "help":
            reception.tell_helper(desk)
            _show_again(desk)
        case "show_data":
            rights.show_data(desk)
            _with_belonging(desk)
        case "download_data":
            rights.download_data(desk)
            _with_belonging(desk)
        case "delete_data":
            rights.ask_delete(desk)
        case "withdraw":
            rights.withdraw(desk)
            _show_again(desk)
        case "change_address" | "change_name" if desk.agreed:
            (reception.ask_address if word == "change_address" else reception.ask_name)(desk)
        case "change_language":
            reception.ask_language(desk)
        case "agree" if desk.agreed:
            desk.say(desk.phrase("agreed"))
            _go_on(desk)
        case "link" | "teach" | "apply" | "persons" if desk.agreed or word == "persons":
            desk.events.append(OfficeAsked(word))
        case "agree" | "change_address" | "change_name" | "link" | "teach" | "apply":
            reception.ask_consent(desk)
        case _ if "." in word and (desk.agreed or word.partition(".")[0] in BEFORE_CONSENT):
            desk.events.append(OfficeAsked(word, line))
        case _ if "." in word:
            reception.ask_consent(desk)
        case _:
            _stale(desk)


def _go_on(desk: Desk) -> None:
    if desk.person.consent == "asked" and desk.talk.open_run is None:
        reception.ask_consent(desk)
    elif desk.talk.open_run is not None:
        _resume(desk, ev.Reoffered("resume"))
    elif desk.talk.parked:
        lessons.open_lesson(desk, desk.talk.parked[-1].lesson)
    else:
        menu.show_menu(desk)


def _show_again(desk: Desk) -> None:
    """After an aside, put the question that is open back under her thumb."""
    if desk.talk.open_run is not None:
        _resume(desk, ev.Reoffered(""))
    elif desk.talk.pending or desk.person.consent == "asked":
        _ask_again(desk)
    else:
        menu.show_menu(desk)


def _with_belonging(desk: Desk) -> None:
    """What is kept of her beside the conversation comes from the office; it puts the open question back as well."""
    if desk.agreed:
        desk.events.append(OfficeAsked("belonging"))
    else:
        _show_again(desk)


def show_again(desk: Desk) -> None:
    """Likewise, for what was answered outside this room."""
    _show_again(desk)
