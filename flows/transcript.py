"""Dialogues as plain text that a teacher can read: parsed, played against the engine, written down again."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta, timezone
from random import Random

from flows import events as ev
from flows.engine import resume, start
from flows.session import ADDRESSES, DEFAULT_ADDRESS, Book, Session, Sprint, Trigger

INDENT = " " * 9
BEGINNING = datetime(2026, 1, 5, 8, tzinfo=timezone(timedelta(hours=7)))  # a Monday morning in Đồng Nai
_BUTTONS = re.compile(r"(\[[^\[\]]+\]\s*)+")
_PASSES = re.compile(r"—\s*(\d+)\s*(minute|hour|day|phút|giờ|ngày)s?\s*(?:passes|pass|trôi qua)\s*—")
_UNITS = {"minute": 60, "phút": 60, "hour": 3600, "giờ": 3600, "day": 86_400, "ngày": 86_400}


class TranscriptInvalid(Exception):
    """A transcript cannot be read; the message names the line."""


@dataclass(frozen=True, slots=True)
class Head:
    """Who takes which lesson, when, where. `values` are variables set before the first step."""

    lesson: str
    name: str = "Lan"
    address: str = DEFAULT_ADDRESS
    at: datetime = BEGINNING
    channel: str = "web"
    values: Mapping[str, str] = field(default_factory=dict)

    def __str__(self) -> str:
        her, me = self.address.split("/")
        values = "".join(f" · {name}={value}" for name, value in self.values.items())
        zone = self.at.strftime("%z")[:3]
        at = f"{self.at:%Y-%m-%d %H:%M} {zone}"
        return f"# {self.lesson} · {self.name}, {{{her}}}/{{{me}}} · {at} · {self.channel}{values}"


@dataclass(frozen=True, slots=True)
class Act:
    """What the learner does: kind is say, tap, send or wait; `wait_s` counts for wait."""

    kind: str
    text: str = ""
    wait_s: int = 0

    def __str__(self) -> str:
        match self.kind:
            case "tap":
                return f"learner  [{self.text}]"
            case "send":
                return f"learner  ({self.text})"
            case "wait":
                return f"— {_spell(self.wait_s)} —"
        return f"learner  {self.text}"


@dataclass(frozen=True, slots=True)
class Turn:
    """What the tutor answered: bubbles, the buttons of the last, and notes of what else happened."""

    texts: tuple[str, ...] = ()
    buttons: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def lines(self) -> tuple[str, ...]:
        """Every line of text, however the channel cut it into bubbles."""
        return tuple(line for text in self.texts for line in text.splitlines() if line.strip())

    def __str__(self) -> str:
        shown = []
        for text in self.texts:
            first, *more = text.splitlines()
            shown.append(f"bot      {first}")
            shown.extend(f"{INDENT}{line}".rstrip() for line in more)
        if self.buttons:
            shown.append(INDENT + " ".join(f"[{label}]" for label in self.buttons))
        shown.extend(f"= {note}" for note in self.notes)
        return "\n".join(shown)


@dataclass(frozen=True, slots=True)
class Transcript:
    head: Head
    opening: Turn
    exchanges: tuple[tuple[Act, Turn], ...]

    def __str__(self) -> str:
        parts = [str(self.head), str(self.opening)]
        for act, turn in self.exchanges:
            parts.extend(part for part in (str(act), str(turn)) if part)
        return "\n".join(parts) + "\n"


# --- reading -----------------------------------------------------------------------------------------


def parse(text: str, lesson: str) -> Transcript:
    """Read a transcript; one without a head line belongs to `lesson`. Raises TranscriptInvalid."""
    head, turns, acts = Head(lesson), [_Notes()], []
    for number, line in enumerate(text.splitlines(), 1):
        if number == 1 and line.startswith("#"):
            head = _head(line, head)
        elif line.startswith("#") or not line.strip():
            turns[-1].blank()
        elif (act := _act(line)) is not None:
            acts.append(act)
            turns.append(_Notes())
        elif not turns[-1].take(line):
            raise TranscriptInvalid(f"line {number}: expected bot, learner, = or — … —, found {line.strip()[:30]!r}")
    answers = [turn.done() for turn in turns]
    return Transcript(head, answers[0], tuple(zip(acts, answers[1:], strict=True)))


def _head(line: str, default: Head) -> Head:
    fields = [part.strip() for part in line.lstrip("# ").split("·")]
    head = replace(default, lesson=fields[0]) if fields and fields[0] else default
    for part in fields[1:]:
        if found := re.fullmatch(r"(.*),\s*\{(\w+)\}/\{(\w+)\}", part):
            address = f"{found[2]}/{found[3]}"
            if address not in ADDRESSES:
                raise TranscriptInvalid(f"line 1: {address} is no form of address")
            head = replace(head, name=found[1], address=address)
        elif found := re.fullmatch(r"(\d{4}-\d\d-\d\d) (\d\d:\d\d) ([+-]\d\d)", part):
            head = replace(head, at=datetime.fromisoformat(f"{found[1]}T{found[2]}:00{found[3]}:00"))
        elif found := re.fullmatch(r"(\w+)=(.*)", part):
            head = replace(head, values={**head.values, found[1]: found[2]})
        else:
            head = replace(head, channel=part)
    return head


def _act(line: str) -> Act | None:
    if found := _PASSES.fullmatch(line.strip()):
        return Act("wait", wait_s=int(found[1]) * _UNITS[found[2]])
    if not line.startswith("learner"):
        return None
    said = line.removeprefix("learner").strip()
    if said.startswith("[") and said.endswith("]"):
        return Act("tap", said[1:-1])
    if said.startswith("(") and said.endswith(")"):
        return Act("send", said[1:-1])
    return Act("say", said)


class _Notes:
    """Collects the lines of one turn."""

    def __init__(self) -> None:
        self.texts: list[list[str]] = []
        self.buttons: tuple[str, ...] = ()
        self.notes: list[str] = []

    def blank(self) -> None:
        if self.texts:
            self.texts[-1].append("")

    def take(self, line: str) -> bool:
        if line.startswith("bot"):
            self.texts.append([line.removeprefix("bot").strip()])
        elif line.startswith("= "):
            self.notes.append(line[2:].strip())
        elif line.startswith(INDENT) and _BUTTONS.fullmatch(line.strip()):
            self.buttons = tuple(re.findall(r"\[([^\[\]]+)\]", line))
        elif line.startswith(INDENT) and self.texts:
            self.texts[-1].append(line.strip())
        else:
            return False
        return True

    def done(self) -> Turn:
        return Turn(tuple("\n".join(text).strip() for text in self.texts), self.buttons, tuple(self.notes))


def _spell(seconds: int) -> str:
    for unit, size in (("day", 86_400), ("hour", 3600), ("minute", 60)):
        if seconds % size == 0:
            count = seconds // size
            return f"{count} {unit}{'' if count == 1 else 's'} {'passes' if count == 1 else 'pass'}"
    return f"{max(1, seconds // 60)} minutes pass"


# --- playing -----------------------------------------------------------------------------------------

Between = Callable[[Session], Session]


class Player:
    """Plays against the bare engine; `between` may take the session apart and put it together between any two lines."""

    def __init__(self, book: Book, head: Head, between: Between = lambda session: session) -> None:
        self.book = book
        self.head = head
        self.now = head.at
        self.between = between
        self.session = Session("", head.lesson, 0)
        self.buttons: dict[str, str] = {}
        self.ids = 0

    def begin(self) -> Turn:
        trigger = Trigger(self.head.lesson, 0, self.head.address, self.head.name, self.head.channel)
        sprint = start(self.book, trigger, self._universe())
        if self.head.values:
            sprint = replace(sprint, session=replace(sprint.session, vars={**self.head.values, **sprint.session.vars}))
        return self._turn(sprint)

    def do(self, act: Act) -> Turn:
        match act.kind:
            case "tap":
                if act.text not in self.buttons:
                    raise TranscriptInvalid(f"no button [{act.text}], there are {sorted(self.buttons)}")
                return self._signal(ev.Tapped(self.session.seq, self.buttons[act.text]))
            case "send":
                return self._signal(ev.Sent(act.text))
            case "wait":
                self.now += timedelta(seconds=act.wait_s)
                if self.session.remind_at is None or self.session.remind_at > self.now:
                    return Turn()
                return self._signal(ev.Due(self.session.wait_id))
        return self._signal(ev.Typed(act.text))

    def _signal(self, signal: ev.Signal) -> Turn:
        return self._turn(resume(self.book, self.between(self.session), signal, self._universe()))

    def _universe(self) -> ev.Universe:
        return ev.Universe(self.now, self._new_id, Random(7))

    def _new_id(self) -> str:
        self.ids += 1
        return f"run{self.ids}"

    def _turn(self, sprint: Sprint) -> Turn:
        self.session = sprint.session
        texts: list[str] = []
        buttons: tuple[str, ...] = ()
        notes: list[str] = []
        for event in sprint.events:
            match event:
                case ev.Said(text=text):
                    texts.append(text)
                case ev.Asked(text=text, choices=choices):
                    texts.append(text)
                    buttons = tuple(choice.label for choice in choices)
                    self.buttons = {choice.label: choice.id for choice in choices}
                case _:
                    notes.extend(_note(event, sprint.session))
        return Turn(tuple(text for text in texts if text), buttons, tuple(notes))


def _note(event: ev.Event, session: Session) -> Iterable[str]:
    match event:
        case ev.RunEnded(outcome=outcome, points=points):
            yield f"run ended: {outcome} · points {points}"
        case ev.RunFailed(code=code):
            yield f"run failed: {code}"
        case ev.Commanded(command):
            yield f"command: {command}"
        case ev.EmergencyRaised():
            yield "emergency"
        case ev.EmergencySuspected():
            yield "emergency suspected"
        case ev.SecretMasked(kinds):
            yield f"secret masked: {', '.join(kinds)}"
        case ev.HelpRequested(step=step):
            yield f"help requested at {step}"
        case ev.TapIgnored(why):
            yield f"tap ignored: {why}"


def play(book: Book, transcript: Transcript, between: Between = lambda session: session) -> Transcript:
    """The same learner once more: what the tutor says now. Raises TranscriptInvalid when a button is missing."""
    player = Player(book, transcript.head, between)
    opening = player.begin()
    return Transcript(transcript.head, opening, tuple((act, player.do(act)) for act, _ in transcript.exchanges))
