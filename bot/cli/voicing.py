"""`./camtay voice status` and `list`: how far the recordings of lessons are, and what is still to be read aloud."""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from bot.cli.choices import lessons_in_order
from bot.cli.language import told
from bot.cli.sheets import aligned
from bot.cli.terminal import Print, near, unread, unwritten
from bot.errors import SettingsInvalid
from bot.prints import printed
from bot.prints.voice_list import HOW, TITLE, NumberedLine, voice_list
from flows.aloud import aloud
from flows.model import Lesson
from flows.run import ADDRESSES, DEFAULT_ADDRESS, render
from flows.saying import say
from flows.shelf.shelf import ALOUD, Shelf, read_names, read_shelf
from flows.shelf.voice_lines import (
    RECORDINGS,
    LineRecording,
    LineState,
    VoiceLine,
    lines_of,
    recordings_in,
    states,
    unused,
)

FOR_ALL, EVERY = "chung", "all"
"""What is typed instead of a form of address: lines that call nobody anything; every line."""


@dataclass(frozen=True, slots=True)
class VoiceScript:
    """Every line of the lessons, how each stands, and the recordings there are; `names` as `aloud` wants them."""

    shelf: Shelf
    lines: Sequence[tuple[VoiceLine, LineState]]
    recordings: Sequence[LineRecording]
    names: Mapping[str, str]

    def of(self, lessons: Sequence[Lesson], address: str) -> Iterator[tuple[VoiceLine, LineState]]:
        """The lines of these lessons that are said to whoever is called so; what sounds the same comes once."""
        ids, known = {lesson.id for lesson in lessons}, set[str]()
        for line, state in self.lines:
            is_said = address == EVERY or line.is_for_all or address in line.addresses
            if is_said and line.lesson in ids and line.digest not in known:
                known.add(line.digest)
                yield line, state


def script_of(root: Path, facts: Mapping[str, str]) -> VoiceScript:
    """What the lessons below `root` say. Raises SettingsInvalid where the table of names is broken."""
    shelf = read_shelf(root, facts)
    try:
        recordings = recordings_in(root / RECORDINGS)
    except OSError as fault:
        raise unread(fault, root / RECORDINGS) from None
    lines = [line for lesson in lessons_in_order(shelf, ()) for line in lines_of(lesson, facts)]
    return VoiceScript(shelf, states(lines, recordings), recordings, _names(root))


def _names(root: Path) -> Mapping[str, str]:
    try:
        return read_names(root)
    except OSError as fault:
        raise unread(fault, root / ALOUD) from None
    except ValueError:
        raise SettingsInvalid(say('{file}: mỗi dòng phải là CHỮ: "cách đọc"', file=near(str(root / ALOUD)))) from None


def status(
    root: Path, facts: Mapping[str, str], wanted: Sequence[str], address: str, write: Print, *, as_json: bool
) -> int:
    """Tell by lesson how many lines are recorded, missing and stale; 1 where any is not recorded. Raises
    SettingsInvalid."""
    script = script_of(root, facts)
    lessons = _chosen(script, wanted, address)
    counts = {lesson.id: Counter(state for _, state in script.of([lesson], address)) for lesson in lessons}
    left = [near(str(each.path)) for each in unused((line for line, _ in script.lines), script.recordings)]
    total = Counter(state for _, state in script.of(lessons, address))
    write(_as_json(address, counts, total, left) if as_json else "\n".join(_table(counts, total, left)))
    return 1 if total["missing"] or total["stale"] else 0


_STATES: Mapping[LineState, str] = {"recorded": "đã thu", "missing": "thiếu", "stale": "cũ"}


def _table(counts: Mapping[str, Counter[LineState]], total: Counter[LineState], left: Sequence[str]) -> Iterator[str]:
    rows = [[lesson, *(str(found[state]) for state in _STATES)] for lesson, found in counts.items()]
    heads = [told("bài"), *map(told, _STATES.values())]
    yield from aligned([heads, *rows, [told("tất cả"), *(str(total[state]) for state in _STATES)]], {0})
    for path in left:
        yield told("{path}: bản thu không còn câu nào dùng", path=path)


def _as_json(
    address: str, counts: Mapping[str, Counter[LineState]], total: Counter[LineState], left: Sequence[str]
) -> str:
    lessons = [{"lesson": lesson, **{state: found[state] for state in _STATES}} for lesson, found in counts.items()]
    sums = {state: total[state] for state in _STATES}
    return json.dumps({"address": address, **sums, "lessons": lessons, "unused": left}, ensure_ascii=False, indent=1)


def _chosen(script: VoiceScript, wanted: Sequence[str], address: str) -> Sequence[Lesson]:
    """The lessons of these ids, none: all. Raises SettingsInvalid, also for a form of address there is not."""
    if address not in (*ADDRESSES, FOR_ALL, EVERY):
        ways = ", ".join((*ADDRESSES, FOR_ALL, EVERY))
        raise SettingsInvalid(say("--address phải là một trong: {ways}", ways=ways))
    return lessons_in_order(script.shelf, wanted)


# --- the recorder's list ------------------------------------------------------------------------------


def show(
    root: Path, facts: Mapping[str, str], wanted: Sequence[str], address: str, out: Path | None, write: Print, *,
    again: bool,
) -> int:  # fmt: skip
    """Print what is to be recorded, with `again` also what is; into `out`, a .pdf or .txt, or to `write`. Raises
    SettingsInvalid, PrintFailed."""
    if out is not None and out.suffix.lower() not in (".pdf", ".txt"):
        raise SettingsInvalid(say("{file}: danh sách in ra .pdf hay .txt", file=out.name))
    script = script_of(root, facts)
    lessons = _chosen(script, wanted, address)
    found = [line for line, state in script.of(lessons, address) if again or state != "recorded"]
    listed = list(_by_lesson(script, lessons, found))
    text = "\n".join(_as_text(listed))
    if out is None:
        write(text)
        return 0
    on_paper = out.suffix.lower() == ".pdf"
    page = voice_list(listed, facts.get("ten_hoi", ""))
    made = asyncio.run(printed([page], "pdf", TITLE)) if on_paper else f"{text}\n".encode()
    try:
        out.write_bytes(made)
    except OSError as fault:
        raise unwritten(fault, out) from None
    write(told("{count} câu phải thu: {file}", count=len(found), file=out))
    return 0


def _by_lesson(
    script: VoiceScript, lessons: Sequence[Lesson], lines: Sequence[VoiceLine]
) -> Iterator[tuple[str, list[NumberedLine]]]:
    for lesson in lessons:
        own = [(line.number, _said(script, line)) for line in lines if line.lesson == lesson.id]
        if own:
            yield f"{render(lesson.title, DEFAULT_ADDRESS, '', {}, '…')} ({lesson.id})", own


def _said(script: VoiceScript, line: VoiceLine) -> str:
    """The line as it is read, before it whom it is for where it is not for all."""
    return ("" if line.is_for_all else f"[{', '.join(line.addresses)}] ") + aloud(line.words, script.names)


def _as_text(lessons: Iterable[tuple[str, Sequence[NumberedLine]]]) -> Iterator[str]:
    yield f"{TITLE}. {HOW}"
    for title, lines in lessons:
        yield f"\n{title}"
        yield from (f"{number}\t{said}" for number, said in lines)
