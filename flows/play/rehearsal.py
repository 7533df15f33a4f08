"""A written transcript against the lesson as it is now: what reads otherwise, and the file with renewed lines."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher

from flows.play.dialogue import Act, TranscriptInvalid, TutorTurn, Written, read
from flows.play.transcript import Player, Watch
from flows.run import Book


@dataclass(frozen=True, slots=True)
class Difference:
    """One turn that reads otherwise now. `line` is that of its first other line in the transcript (from 1)."""

    line: int
    act: Act | None
    was: TutorTurn
    now: TutorTurn


@dataclass(frozen=True, slots=True)
class Played:
    """One transcript, played. `failed` says why it could not be played to its end (then `turns` stop there)."""

    path: str
    written: Written | None
    turns: tuple[TutorTurn, ...]
    differences: tuple[Difference, ...]
    failed: TranscriptInvalid | None = None

    @property
    def lesson(self) -> str:
        """The id the transcript names; empty where the file could not be read."""
        return self.written.transcript.head.lesson if self.written else ""

    @property
    def good(self) -> bool:
        """Whether the transcript could be played and reads as it is written."""
        return self.failed is None and not self.differences


def rehearse(book: Book, path: str, text: str, lesson: str, watch: Watch = lambda was, sprint: None) -> Played:
    """Play what the file `path` says; without a head line it belongs to `lesson`."""
    try:
        written = read(text, lesson)
    except TranscriptInvalid as fault:
        return Played(path, None, (), (), fault)
    recorded = written.transcript
    player = Player(book, recorded.head, watch=watch)
    turns: list[TutorTurn] = []
    failed = None
    for line, act in zip((0, *written.acts), (None, *(act for act, _ in recorded.exchanges)), strict=True):
        try:
            turns.append(player.do(act) if act else player.begin())
        except TranscriptInvalid as fault:
            failed = TranscriptInvalid(fault.message, line or 1)
            break
    return Played(path, written, tuple(turns), tuple(_differences(written, turns)), failed)


def _differences(written: Written, turns: Iterable[TutorTurn]) -> Iterator[Difference]:
    acts = (None, *(act for act, _ in written.transcript.exchanges))
    for number, (was, now) in enumerate(zip(written.transcript.turns, turns, strict=False)):
        if was != now:
            yield Difference(_first_other(written, number, now), acts[number], was, now)


def _first_other(written: Written, number: int, now: TutorTurn) -> int:
    start, end = written.spans[number]
    said = [at for at in range(start, end) if written.lines[at].strip() and not written.lines[at].startswith("#")]
    new = [line for line in str(now).split("\n") if line.strip()]
    same = 0
    while same < min(len(said), len(new)) and written.lines[said[same]].strip() == new[same].strip():
        same += 1
    return said[same] + 1 if same < len(said) else (said[-1] + 1 if said else max(1, start))


def rewritten(played: Played) -> str:
    """The file with the tutor's lines as they are now: the learner's lines, comments and blank lines stay."""
    written = played.written
    if written is None:
        raise ValueError("a transcript that cannot be read cannot be written")
    lines: list[str] = []
    done = 0
    for number, (start, end) in enumerate(written.spans):
        lines += written.lines[done:start]
        old = written.lines[start:end]
        same = number >= len(played.turns) or played.turns[number] == written.transcript.turns[number]
        lines += old if same else _renewed(old, played.turns[number])
        done = end
    return "\n".join(lines) + "\n"


def _renewed(old: tuple[str, ...], turn: TutorTurn) -> list[str]:
    """New lines of one turn; what the teacher put between the old ones stands before the same line again."""
    said: list[str] = []
    extras: list[tuple[int, str]] = []
    for at, line in enumerate(old):
        if line.startswith("#") or (not line.strip() and not _inside(old[at:])):
            extras.append((len(said), line))
        else:
            said.append(line.rstrip())
    new = str(turn).split("\n") if str(turn) else []
    place = {len(said): len(new)}
    for _, i1, i2, j1, j2 in SequenceMatcher(None, said, new, autojunk=False).get_opcodes():
        place.update({i: min(j1 + i - i1, j2) for i in range(i1, i2)})
    for at, line in reversed(extras):
        new.insert(place[at], line)
    return new


def _inside(lines: tuple[str, ...]) -> bool:
    """Whether a blank line belongs to a text that goes on below it."""
    following = next((line for line in lines if line.strip()), "")
    return following[:1].isspace() and not following.lstrip().startswith("[")
