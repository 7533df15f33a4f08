"""Dialogues as plain text that a teacher can read: what stands in a transcript, read and written down again.

One line is one thing: `learner` and what is done, `bot` and a bubble, `= ` and what else happened, `— … —` time that
passes, `# ` the head or a comment. A further line of the same message is indented. Where a text would be read as
something else (“[Xong]” typed by hand) a backslash stands before it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta, timezone

from flows.run import ADDRESSES, DEFAULT_ADDRESS
from flows.saying import say

INDENT = " " * 9
ZONE = timezone(timedelta(hours=7))
BEGINNING = datetime(2026, 1, 5, 8, tzinfo=ZONE)  # a Monday morning in Đồng Nai

_LABEL = r"\[((?:\\.|[^\[\]\\])+)\]"
_BUTTONS = re.compile(rf"(?:{_LABEL}\s*)+")
_PASSES = re.compile(r"[—–-]+\s*(\d+)\s*(\w+)\s*(?:passe?s?|trôi qua)\s*[—–-]+", re.IGNORECASE)
_SPAN = re.compile(r"(\d{1,6})\s*([^\W\d_]+)")
_UNITS = {
    60: ("m", "min", "minute", "minutes", "phút", "phut", "p"),
    3600: ("h", "hour", "hours", "giờ", "gio", "tiếng", "tieng", "g"),
    86_400: ("d", "day", "days", "ngày", "ngay", "n"),
    604_800: ("w", "week", "weeks", "tuần", "tuan", "t"),
}
_LONGEST_S = 10 * 366 * 86_400  # ten years: a longer wait is a slip of the finger
_AT = re.compile(r"(\d{4}-\d\d-\d\d)[ T](\d\d:\d\d)(?:\s*([+-]\d\d)(?::?(\d\d))?)?")


class TranscriptInvalid(Exception):
    """A transcript cannot be read or played. `line` counts from 1; 0 where it is not known."""

    def __init__(self, message: str, line: int = 0) -> None:
        super().__init__(say("dòng {line}: {message}", line=line, message=message) if line else message)
        self.message = message
        self.line = line


@dataclass(frozen=True, slots=True)
class DialogueHead:
    """Who takes which lesson, when, where, in which language. `values` are variables set before the first step,

    `due` questions of earlier lessons ("lesson/step") that a review would ask now.
    """

    lesson: str
    name: str = "Lan"
    address: str = DEFAULT_ADDRESS
    at: datetime = BEGINNING
    channel: str = "web"
    values: Mapping[str, str] = field(default_factory=dict)
    lang: str = "vi"
    due: tuple[str, ...] = ()

    def __str__(self) -> str:
        her, me = self.address.split("/")
        zone = self.at.strftime("%z")
        zone = zone[:3] if zone.endswith("00") else f"{zone[:3]}:{zone[3:]}"
        parts = [self.lesson, f"{_guarded(self.name)}, {{{her}}}/{{{me}}}", f"{self.at:%Y-%m-%d %H:%M} {zone}"]
        parts += [self.channel, *([f"lang={self.lang}"] if self.lang != "vi" else [])]
        parts += [f"due={', '.join(self.due)}"] if self.due else []
        return "# " + " · ".join([*parts, *(f"{name}={_guarded(value)}" for name, value in self.values.items())])


@dataclass(frozen=True, slots=True)
class Act:
    """What the learner does: kind is say, tap, send or wait; `wait_s` (whole minutes) counts for wait.

    `text` is as the tutor will see it: no white space at either end of a line, no blank line at either end.
    """

    kind: str
    text: str = ""
    wait_s: int = 0

    def __str__(self) -> str:
        match self.kind:
            case "tap":
                return f"learner  [{_bracketed(self.text)}]"
            case "send":
                return f"learner  ({self.text})"
            case "wait":
                return f"— {spell(self.wait_s)} —"
        first, *more = self.text.split("\n")
        guard = "\\" if _reads_as_deed(first) or first.startswith("\\") else ""
        return "\n".join([f"learner  {guard}{first}".rstrip(), *_indented(more)])


@dataclass(frozen=True, slots=True)
class TutorTurn:
    """What the tutor answered: bubbles, the buttons of the last, and notes of what else happened."""

    texts: tuple[str, ...] = ()
    buttons: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def lines(self) -> tuple[str, ...]:
        """Every line of text, however the channel cut it into bubbles."""
        return tuple(line for text in self.texts for line in text.splitlines() if line.strip())

    def __add__(self, other: TutorTurn) -> TutorTurn:
        """The two turns as one; the buttons are those of the later one that has any."""
        return TutorTurn(self.texts + other.texts, other.buttons or self.buttons, self.notes + other.notes)

    def __str__(self) -> str:
        shown: list[str] = []
        for text in self.texts:
            first, *more = text.split("\n")
            shown += [f"bot      {first}".rstrip(), *_indented(more)]
        if self.buttons:
            shown.append(INDENT + " ".join(f"[{_bracketed(label)}]" for label in self.buttons))
        shown.extend(f"= {note}" for note in self.notes)
        return "\n".join(shown)


@dataclass(frozen=True, slots=True)
class Transcript:
    head: DialogueHead
    opening: TutorTurn
    exchanges: tuple[tuple[Act, TutorTurn], ...]

    @property
    def turns(self) -> tuple[TutorTurn, ...]:
        """Everything the tutor says, turn by turn, the opening first."""
        return (self.opening, *(turn for _, turn in self.exchanges))

    def __str__(self) -> str:
        parts = [str(self.head), str(self.opening)]
        for act, turn in self.exchanges:
            parts += [str(act), str(turn)]
        return "\n".join(filter(None, parts)) + "\n"


# --- reading -----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Written:
    """A transcript with the lines it was read from. `spans[n]` is the slice of `lines` where turn `n` stands,

    comments and blank lines included; `acts[n]` is the number (from 1) of the line of act `n`.
    """

    transcript: Transcript
    lines: tuple[str, ...]
    spans: tuple[tuple[int, int], ...]
    acts: tuple[int, ...]


def parse(text: str, lesson: str) -> Transcript:
    """Read a transcript; one without a head line belongs to `lesson`. Raises TranscriptInvalid."""
    return read(text, lesson).transcript


def read(text: str, lesson: str) -> Written:
    """Like `parse`, with where everything stands."""
    lines = text.removeprefix("\ufeff").replace("\r\n", "\n").removesuffix("\n").split("\n")
    head, turns = DialogueHead(lesson), [_Notes(None, 0)]
    for at, line in enumerate(lines):
        if line.startswith("#"):
            if at == 0:
                head = _head(line, head)
                turns[0].start = 1
        elif not line.strip():
            turns[-1].blanks += 1
        elif (act := _act(line, at + 1)) is not None:
            turns[-1].end = at
            turns.append(_Notes(act, at))
        elif not turns[-1].take(line, at):
            found = line.strip()[:30]
            why = say("cần bot, learner, = hay — … — ở đầu dòng, đang là “{found}”", found=found)
            raise TranscriptInvalid(why, at + 1)
    turns[-1].end = len(lines)
    exchanges = tuple((turn.done_act(), turn.done()) for turn in turns[1:])
    acts = tuple(turn.line + 1 for turn in turns[1:])
    spans = tuple((turn.start, turn.end) for turn in turns)
    return Written(Transcript(head, turns[0].done(), exchanges), tuple(lines), spans, acts)


def _head(line: str, default: DialogueHead) -> DialogueHead:
    first, *fields = (part.strip() for part in re.split(r"(?<!\\)·", line.lstrip("# ")))
    head = replace(default, lesson=first or default.lesson)
    for part in fields:
        plain = part.replace("\\·", "·")
        if found := re.fullmatch(r"(.*),\s*\{(\w+)\}/\{(\w+)\}", plain):
            head = replace(head, name=found[1], address=read_address(f"{found[2]}/{found[3]}"))
        elif re.match(r"\d{4}-", plain):
            head = replace(head, at=read_at(plain))
        elif found := re.fullmatch(r"(\w+)\s*=\s*(.*)", plain):
            head = _with_value(head, found[1], found[2])
        elif re.fullmatch(r"[a-z][a-z_]*", plain):
            head = replace(head, channel=plain)
        else:
            why = say("không hiểu “{plain}”; ví dụ: Lan, {{chị}}/{{em}} hay 2026-01-05 08:00", plain=plain)
            raise TranscriptInvalid(why, 1)
    return head


def _with_value(head: DialogueHead, name: str, value: str) -> DialogueHead:
    match name:
        case "lang":
            return replace(head, lang=value)
        case "due":
            return replace(head, due=tuple(filter(None, (each.strip() for each in value.split(",")))))
        case _:
            return replace(head, values={**head.values, name: value})


RESERVED = ("lang", "due")


def read_address(text: str) -> str:
    """A form of address ("bà/con"); raises TranscriptInvalid for one the tutor does not know."""
    if text not in ADDRESSES:
        why = say("không có cách gọi “{text}”; chọn một trong: {ways}", text=text, ways=", ".join(ADDRESSES))
        raise TranscriptInvalid(why, 1)
    return text


def read_at(text: str) -> datetime:
    """An instant ("2026-01-05 08:00", at +07 unless it says otherwise); raises TranscriptInvalid."""
    found = _AT.fullmatch(text.strip())
    try:
        if found is None:
            raise ValueError
        return datetime.fromisoformat(f"{found[1]}T{found[2]}:00{found[3] or '+07'}:{found[4] or '00'}")
    except ValueError:
        raise TranscriptInvalid(say("không đọc được giờ “{text}”; ví dụ: 2026-01-05 08:00", text=text), 1) from None


def read_span(text: str) -> int | None:
    """Seconds of "1d", "2 giờ", "30 phút", as a learner of the language may write them; None when it is no span."""
    found = _SPAN.fullmatch(text.strip().lower())
    size = next((size for size, names in _UNITS.items() if found and found[2] in names), 0)
    seconds = int(found[1]) * size if found else 0
    return seconds if 0 < seconds <= _LONGEST_S else None


def _act(line: str, number: int) -> Act | None:
    if found := _PASSES.fullmatch(line.rstrip()):
        seconds = read_span(f"{found[1]} {found[2]}")
        if seconds is None:
            why = say("không hiểu “{found[1]} {found[2]}”; ví dụ: — 1 ngày trôi qua —", found=found)
            raise TranscriptInvalid(why, number)
        return Act("wait", wait_s=seconds)
    if not re.match(r"learner(\s|$)", line):
        return None
    return read_act(line.removeprefix("learner").strip())


def read_act(said: str) -> Act:
    """What a line has done: “[Tiếp]” a tap, “(sticker)” something sent, else words (a first backslash goes)."""
    if _reads_as_deed(said):
        return Act("tap", _unguarded(said[1:-1])) if said.startswith("[") else Act("send", said[1:-1])
    return Act("say", said.removeprefix("\\"))


class _Notes:
    """Collects the lines of one act (None: the opening has none) and of the turn that answers it."""

    def __init__(self, act: Act | None, line: int) -> None:
        self.act = act
        self.line = line
        self.start = line + 1 if act else 0
        self.end = line
        self.said: list[str] = []
        self.texts: list[list[str]] = []
        self.buttons: tuple[str, ...] = ()
        self.notes: list[str] = []
        self.blanks = 0

    def take(self, line: str, at: int) -> bool:
        blanks, self.blanks = self.blanks, 0
        text = line.strip()
        if re.match(r"bot(\s|$)", line):
            self.texts.append([line.removeprefix("bot").strip()])
        elif line.startswith("= "):
            self.notes.append(line[2:].strip())
        elif not line[0].isspace():
            return False
        elif _BUTTONS.fullmatch(text):
            self.buttons = tuple(_unguarded(label) for label in re.findall(_LABEL, text))
        elif self.texts:
            self.texts[-1] += [*[""] * blanks, text.removeprefix("\\")]
        elif self.act is not None and self.act.kind == "say" and not self.buttons and not self.notes:
            self.said += [*[""] * blanks, text.removeprefix("\\")]
            self.start = at + 1
        else:
            return False
        return True

    def done_act(self) -> Act:
        act = self.act or Act("say")
        return replace(act, text="\n".join([act.text, *self.said])) if self.said else act

    def done(self) -> TutorTurn:
        return TutorTurn(tuple("\n".join(text) for text in self.texts), self.buttons, tuple(self.notes))


# --- writing -----------------------------------------------------------------------------------------


def spell(seconds: int) -> str:
    """A pause in words, so that it is read again; at least a minute."""
    units = ("day", 86_400), ("hour", 3600), ("minute", 60)
    unit, size = next((each for each in units if seconds % each[1] == 0), units[-1])
    count = max(1, seconds // size)
    return f"{count} {unit}{'' if count == 1 else 's'} {'passes' if count == 1 else 'pass'}"


def _reads_as_deed(text: str) -> bool:
    return bool(re.fullmatch(r"\[.*\]|\(.*\)", text))


def _indented(lines: Iterable[str]) -> list[str]:
    """Further lines of a message; one that would be read as buttons gets a backslash."""
    guarded = (f"\\{line}" if line.startswith("\\") or _BUTTONS.fullmatch(line) else line for line in lines)
    return [f"{INDENT}{line}".rstrip() for line in guarded]


def _bracketed(label: str) -> str:
    return re.sub(r"([\[\]\\])", r"\\\1", label)


def _unguarded(text: str) -> str:
    return re.sub(r"\\(.)", r"\1", text)


def _guarded(text: str) -> str:
    return text.replace("·", "\\·")
