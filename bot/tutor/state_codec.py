"""The state of a conversation as text for its row, and back."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from typing import Any, NamedTuple

import flows
from bot.tutor.learnt import OpenTest, TrackTest, dump_review, load_review, load_test, load_testing
from bot.tutor.state import (
    AnsweredAlbum,
    Checkin,
    ConversationState,
    DrillPlan,
    HeldMedia,
    LastLetter,
    Meeting,
    NotePlan,
    SpokenWords,
    Unheard,
    WritingBy,
)
from flows import Run, RunCorrupt
from flows.cards import StoredCards, stored

CODEC = 1
_CARDS = ',"cards":'
_TO_TEXT = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))
_NEW = ConversationState()


def dump(state: ConversationState) -> str:
    """The conversation as text for its row, version `CODEC`; what is empty is left out."""
    data: dict[str, Any] = {"v": CODEC}
    new = _NEW.__dict__
    for key, value in state.__dict__.items():
        if value is new[key] or not value or (new[key] and value == new[key]) or key == "cards":
            continue
        if written := _PARTS[key].dump(value):
            data[key] = written
    text = _TO_TEXT.encode(data)
    return f"{text[:-1]}{_CARDS}{stored(state.cards).dump()}}}" if state.cards else text


def load(text: str) -> ConversationState:
    """The conversation written by `dump` ({} is a new one); raises RunCorrupt on anything else."""
    if text == "{}":
        return _NEW
    try:
        rest, cards = _apart(text)
        data = json.loads(rest)
        if data["v"] != CODEC:
            raise RunCorrupt(f"conversation codec {data['v']!r} is not known")
        if cards:
            data["cards"] = cards
        return _NEW.but(**{key: _PARTS[key].load(value) for key, value in data.items() if value and key in _PARTS})
    except (KeyError, TypeError, ValueError, AttributeError, OverflowError) as fault:
        raise RunCorrupt(f"{type(fault).__name__}: {fault}") from fault


def _apart(text: str) -> tuple[str, str]:
    """The text without its cards, and theirs; "" where they are not the last of it, as in a row of an older program.

    Nothing else of a conversation is an object of that name, inside of words its quotes would be escaped, and no card
    holds a brace.
    """
    at = text.rfind(f"{_CARDS}{{")
    cards = text[at + len(_CARDS) : -1] if at > 0 else ""
    return (f"{text[:at]}}}", cards) if cards and cards.find("}") == len(cards) - 1 else (text, "")


# --- what is left of a corrupt one -------------------------------------------------------------------


def salvage(text: str) -> ConversationState:
    """What can still be read of a corrupt state: prompt numbers, finished lessons, each lesson that reads by itself."""
    try:
        data = json.loads(text)
    except ValueError:
        data = {}
    if not isinstance(data, dict):
        data = {}
    sessions = [each for part in (data.get("run"), *_items(data.get("parked"))) if (each := _session(part))]
    done = data.get("done")
    points = {str(k): v for k, v in done.items() if isinstance(v, int)} if isinstance(done, dict) else {}
    seq = data.get("seq")
    highest = max([seq if isinstance(seq, int) else 0, *(each.seq for each in sessions)])
    return ConversationState(
        run=sessions[0] if sessions else None, parked=tuple(sessions[1:]), done=points, seq=highest
    )


def _items(value: object) -> list[Any]:
    return value if isinstance(value, list) else []


def _session(data: object) -> Run | None:
    try:
        return flows.load(data)
    except RunCorrupt:
        return None


# --- the parts ---------------------------------------------------------------------------------------


def _dump_meeting(meeting: Meeting) -> dict[str, Any]:
    held = {"event": meeting.event_id, "area": meeting.area_id, "lesson": meeting.lesson, "run_id": meeting.run_id}
    return {**held, "run": flows.dump(meeting.run) if meeting.run else None}


def _meeting(data: Mapping[str, Any]) -> Meeting:
    run = data.get("run")
    lesson, run_id = str(data.get("lesson", "")), str(data.get("run_id", ""))
    return Meeting(str(data["event"]), str(data["area"]), lesson, run_id, flows.load(run) if run else None)


def _dump_checkin(asked: Checkin) -> list[str]:
    return [asked.at.isoformat(), asked.lesson, asked.step, asked.done_on.isoformat() if asked.done_on else ""]


def _checkin(at: str, lesson: str, step: str, done_on: str = "") -> Checkin:
    day = date.fromisoformat(done_on) if done_on else None
    return Checkin(datetime.fromisoformat(at), str(lesson), str(step), day)


def _dump_spoken(spoken: SpokenWords) -> list[Any]:
    return [spoken.no, spoken.words, spoken.offer, spoken.pending]


def _spoken(no: str, words: str, offer: Sequence[tuple[str, str]], pending: str) -> SpokenWords:
    return SpokenWords(str(no), str(words), _pairs(offer), str(pending))


def _dump_drills(plan: DrillPlan) -> list[Any]:
    return [plan.mode, plan.at.isoformat() if plan.at else "", plan.shown]


def _drills(mode: str, at: str, shown: str) -> DrillPlan:
    return DrillPlan(str(mode), datetime.fromisoformat(at) if at else None, str(shown))


def _dump_note(plan: NotePlan) -> list[Any]:
    return [plan.at.isoformat() if plan.at else "", plan.sent_on.isoformat() if plan.sent_on else "", plan.off]


def _note(at: str, sent_on: str, off: bool) -> NotePlan:
    return NotePlan(
        datetime.fromisoformat(at) if at else None, date.fromisoformat(sent_on) if sent_on else None, bool(off)
    )


def _dump_tests(tests: Mapping[str, TrackTest]) -> dict[str, Any]:
    return {track: [test.before, test.after, test.ended] for track, test in tests.items()}


def _tests(data: Mapping[str, Any]) -> dict[str, TrackTest]:
    return {str(track): load_test(*each) for track, each in data.items()}


def _dump_skills(skills: Mapping[str, date]) -> dict[str, str]:
    return {skill: first.isoformat() for skill, first in skills.items()}


def _skills(data: Mapping[str, str]) -> dict[str, date]:
    return {str(skill): date.fromisoformat(first) for skill, first in data.items()}


def _points(data: Mapping[str, int]) -> dict[str, int]:
    return {str(lesson): int(points) for lesson, points in data.items()}


def _pairs(data: Sequence[tuple[str, str]]) -> tuple[tuple[str, str], ...]:
    return tuple([(str(token), str(label)) for token, label in data])


def _runs(data: Sequence[Any]) -> tuple[Run, ...]:
    return tuple(map(flows.load, data))


def _slots(value: OpenTest | Unheard) -> list[Any]:
    return [getattr(value, name) for name in value.__slots__]


def _dump_line(line: WritingBy) -> str:
    return f"{line.side}:{line.line_id}"


def _line(text: str) -> WritingBy:
    side, _, line_id = text.partition(":")
    return WritingBy(side, line_id)


def _dump_letter(letter: LastLetter) -> str:
    return f"{'met' if letter.met else 'urgent' if letter.urgent else 'plain'}:{letter.line_id}"


def _letter(text: str) -> LastLetter:
    kind, _, line_id = text.partition(":")
    return LastLetter(line_id, kind == "urgent", kind == "met")


def _dump_media(held: Sequence[HeldMedia]) -> str:
    return " ".join(f"{each.kind}:{each.ref}" if each.kind else "-" for each in held)


def _all_media(text: str) -> tuple[HeldMedia, ...]:
    return tuple(map(_media, text.split()))


def _media(text: str) -> HeldMedia:
    kind, _, ref = text.partition(":")
    return HeldMedia(kind, ref) if ref else HeldMedia()


def _dump_album(album: AnsweredAlbum) -> str:
    return ":".join(filter(None, (album.album, album.kind)))


def _album(text: str) -> AnsweredAlbum:
    album, _, kind = text.partition(":")
    return AnsweredAlbum(album, kind)


class _Part(NamedTuple):
    """How one field goes into JSON values and comes back; what is empty does neither."""

    dump: Callable[[Any], Any]
    load: Callable[[Any], Any]


_WORDS, _NUMBER, _FLAG = _Part(str, str), _Part(int, int), _Part(bool, bool)
_INSTANT = _Part(datetime.isoformat, datetime.fromisoformat)
_PAIRS = _Part(list, _pairs)

_PARTS: Mapping[str, _Part] = {
    "run": _Part(flows.dump, flows.load),
    "parked": _Part(lambda runs: [flows.dump(each) for each in runs], _runs),
    "done": _Part(dict, _points),
    "offer": _PAIRS,
    "pending": _WORDS,
    "seq": _NUMBER,
    "answers": _NUMBER,
    "stale_at": _INSTANT,
    "lang": _WORDS,
    "cards": _Part(str, StoredCards),
    "checkins": _Part(
        lambda asked: [_dump_checkin(each) for each in asked], lambda data: tuple(_checkin(*each) for each in data)
    ),
    "line": _Part(_dump_line, _line),
    "line_until": _INSTANT,
    "media": _Part(_dump_media, _all_media),
    "media_words": _WORDS,
    "album": _Part(_dump_album, _album),
    "whispers": _NUMBER,
    "meeting": _Part(_dump_meeting, _meeting),
    "silent": _FLAG,
    "joined_at": _INSTANT,
    "announced": _FLAG,
    "letter": _Part(_dump_letter, _letter),
    "letter_at": _INSTANT,
    "pinned": _PAIRS,
    "pinned_from": _NUMBER,
    "numbers": _PAIRS,
    "numbered": _NUMBER,
    "labels": _PAIRS,
    "spared_at": _INSTANT,
    "amendable": _WORDS,
    "heard_no": _NUMBER,
    "bell": _WORDS,
    "spoken": _Part(_dump_spoken, lambda data: _spoken(*data)),
    "review": _Part(dump_review, lambda data: load_review(*data)),
    "skills": _Part(_dump_skills, _skills),
    "tests": _Part(_dump_tests, _tests),
    "testing": _Part(_slots, lambda data: load_testing(*data)),
    "checked": _WORDS,
    "drills": _Part(_dump_drills, lambda data: _drills(*data)),
    "note": _Part(_dump_note, lambda data: _note(*data)),
    "unheard": _Part(_slots, lambda data: Unheard(*map(str, data))),
}
"""Every field of the state, by its name."""
