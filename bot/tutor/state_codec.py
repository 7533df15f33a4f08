"""The state of a conversation as text for its row, and back."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

import flows
from bot.tutor.learnt import OpenTest, ReviewPlan, dump_review, load_review, load_test, load_testing
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
from flows.cards import dump_card, load_card

CODEC = 1


def dump(state: ConversationState) -> str:
    """The conversation as text for its row, version `CODEC`; what is empty is left out."""
    data: dict[str, Any] = {"v": CODEC}
    optional: dict[str, Any] = {
        "run": flows.dump(state.run) if state.run else None,
        "parked": [flows.dump(each) for each in state.parked],
        "done": dict(state.done),
        "offer": [list(button) for button in state.offer],
        "pending": state.pending,
        "seq": state.seq,
        "answers": state.answers,
        "stale_at": state.stale_at.isoformat() if state.stale_at else None,
        "lang": "" if state.lang == "vi" else state.lang,
        "cards": {key: dump_card(card) for key, card in state.cards.items()},
        "checkins": [_dump_checkin(each) for each in state.checkins],
        "line": f"{state.line.side}:{state.line.line_id}" if state.line else "",
        "line_until": state.line_until.isoformat() if state.line_until else None,
        "media": " ".join(f"{each.kind}:{each.ref}" if each.kind else "-" for each in state.media),
        "media_words": state.media_words,
        "album": ":".join(filter(None, (state.album.album, state.album.kind))) if state.album else "",
        "whispers": state.whispers,
        "meeting": _dump_meeting(state.meeting) if state.meeting else None,
        "silent": state.silent,
        "joined_at": state.joined_at.isoformat() if state.joined_at else None,
        "announced": state.announced,
        "letter": _dump_letter(state.letter) if state.letter else "",
        "letter_at": state.letter_at.isoformat() if state.letter_at else None,
        "pinned": [list(button) for button in state.pinned],
        "pinned_from": state.pinned_from,
        "numbers": [list(each) for each in state.numbers],
        "numbered": state.numbered,
        "labels": [list(each) for each in state.labels],
        "spared_at": state.spared_at.isoformat() if state.spared_at else None,
        "amendable": state.amendable,
        "heard_no": state.heard_no,
        "bell": state.bell,
        "spoken": _dump_spoken(state.spoken) if state.spoken else None,
        "review": dump_review(state.review) if state.review != ReviewPlan() else None,
        "skills": {skill: first.isoformat() for skill, first in state.skills.items()},
        "tests": {track: [test.before, test.after, test.ended] for track, test in state.tests.items()},
        "testing": [getattr(state.testing, name) for name in OpenTest.__slots__] if state.testing else None,
        "checked": state.checked,
        "drills": _dump_drills(state.drills) if state.drills else None,
        "note": _dump_note(state.note) if state.note != NotePlan() else None,
        "unheard": [getattr(state.unheard, name) for name in Unheard.__slots__] if state.unheard else None,
    }
    data |= {key: value for key, value in optional.items() if value}
    return json.dumps(data, ensure_ascii=False, separators=(",", ":"))


def _dump_meeting(meeting: Meeting) -> dict[str, Any]:
    held = {"event": meeting.event_id, "area": meeting.area_id, "lesson": meeting.lesson, "run_id": meeting.run_id}
    return {**held, "run": flows.dump(meeting.run) if meeting.run else None}


def _dump_checkin(asked: Checkin) -> list[str]:
    return [asked.at.isoformat(), asked.lesson, asked.step, asked.done_on.isoformat() if asked.done_on else ""]


def _checkin(at: str, lesson: str, step: str, done_on: str = "") -> Checkin:
    day = date.fromisoformat(done_on) if done_on else None
    return Checkin(datetime.fromisoformat(at), str(lesson), str(step), day)


def _dump_spoken(spoken: SpokenWords) -> list[Any]:
    return [spoken.no, spoken.words, [list(button) for button in spoken.offer], spoken.pending]


def _dump_drills(plan: DrillPlan) -> list[Any]:
    return [plan.mode, plan.at.isoformat() if plan.at else "", plan.shown]


def _dump_note(plan: NotePlan) -> list[Any]:
    return [plan.at.isoformat() if plan.at else "", plan.sent_on.isoformat() if plan.sent_on else "", plan.off]


def _note(at: str, sent_on: str, off: bool) -> NotePlan:
    return NotePlan(
        datetime.fromisoformat(at) if at else None, date.fromisoformat(sent_on) if sent_on else None, bool(off)
    )


def _drills(mode: str, at: str, shown: str) -> DrillPlan:
    return DrillPlan(str(mode), datetime.fromisoformat(at) if at else None, str(shown))


def _spoken(no: str, words: str, offer: Sequence[tuple[str, str]], pending: str) -> SpokenWords:
    return SpokenWords(str(no), str(words), tuple((str(token), str(label)) for token, label in offer), str(pending))


def _meeting(data: Mapping[str, Any]) -> Meeting:
    run = data.get("run")
    lesson, run_id = str(data.get("lesson", "")), str(data.get("run_id", ""))
    return Meeting(str(data["event"]), str(data["area"]), lesson, run_id, flows.load(run) if run else None)


def load(text: str) -> ConversationState:
    """The conversation written by `dump` ({} is a new one); raises RunCorrupt on anything else."""
    if text == "{}":
        return ConversationState()
    try:
        data = json.loads(text)
        if data["v"] != CODEC:
            raise RunCorrupt(f"conversation codec {data['v']!r} is not known")
        run, stale_at = data.get("run"), data.get("stale_at")
        return ConversationState(
            run=flows.load(run) if run else None,
            parked=tuple(flows.load(each) for each in data.get("parked", ())),
            done={str(lesson): int(points) for lesson, points in data.get("done", {}).items()},
            offer=tuple((str(token), str(label)) for token, label in data.get("offer", ())),
            pending=str(data.get("pending", "")),
            seq=int(data.get("seq", 0)),
            answers=int(data.get("answers", 0)),
            stale_at=datetime.fromisoformat(stale_at) if stale_at else None,
            lang=str(data.get("lang", "vi")),
            cards={str(key): load_card(card) for key, card in data.get("cards", {}).items()},
            line=_line(str(data.get("line", ""))),
            line_until=datetime.fromisoformat(until) if (until := data.get("line_until")) else None,
            media=tuple(map(_media, str(data.get("media", "")).split())),
            media_words=str(data.get("media_words", "")),
            album=_album(str(data.get("album", ""))),
            whispers=int(data.get("whispers", 0)),
            meeting=_meeting(data["meeting"]) if data.get("meeting") else None,
            silent=bool(data.get("silent", False)),
            joined_at=datetime.fromisoformat(joined) if (joined := data.get("joined_at")) else None,
            announced=bool(data.get("announced", False)),
            letter=_letter(str(data.get("letter", ""))),
            letter_at=datetime.fromisoformat(at) if (at := data.get("letter_at")) else None,
            pinned=tuple((str(token), str(label)) for token, label in data.get("pinned", ())),
            pinned_from=int(data.get("pinned_from", 0)),
            numbers=tuple((str(number), str(token)) for number, token in data.get("numbers", ())),
            numbered=int(data.get("numbered", 0)),
            labels=tuple((str(token), str(label)) for token, label in data.get("labels", ())),
            spared_at=datetime.fromisoformat(spared) if (spared := data.get("spared_at")) else None,
            amendable=str(data.get("amendable", "")),
            heard_no=int(data.get("heard_no", 0)),
            bell=str(data.get("bell", "")),
            spoken=_spoken(*data["spoken"]) if data.get("spoken") else None,
            review=load_review(*data["review"]) if data.get("review") else ReviewPlan(),
            skills={str(skill): date.fromisoformat(first) for skill, first in data.get("skills", {}).items()},
            tests={str(track): load_test(*each) for track, each in data.get("tests", {}).items()},
            testing=load_testing(*data["testing"]) if data.get("testing") else None,
            checked=str(data.get("checked", "")),
            drills=_drills(*data["drills"]) if data.get("drills") else None,
            note=_note(*data["note"]) if data.get("note") else NotePlan(),
            unheard=Unheard(*map(str, data["unheard"])) if data.get("unheard") else None,
            checkins=tuple(_checkin(*each) for each in data.get("checkins", ())),
        )
    except (KeyError, TypeError, ValueError, AttributeError, OverflowError) as fault:
        raise RunCorrupt(f"{type(fault).__name__}: {fault}") from fault


def _line(text: str) -> WritingBy | None:
    side, _, line_id = text.partition(":")
    return WritingBy(side, line_id) if text else None


def _dump_letter(letter: LastLetter) -> str:
    return f"{'met' if letter.met else 'urgent' if letter.urgent else 'plain'}:{letter.line_id}"


def _letter(text: str) -> LastLetter | None:
    kind, _, line_id = text.partition(":")
    return LastLetter(line_id, kind == "urgent", kind == "met") if text else None


def _media(text: str) -> HeldMedia:
    kind, _, ref = text.partition(":")
    return HeldMedia(kind, ref) if ref else HeldMedia()


def _album(text: str) -> AnsweredAlbum | None:
    album, _, kind = text.partition(":")
    return AnsweredAlbum(album, kind) if text else None


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
