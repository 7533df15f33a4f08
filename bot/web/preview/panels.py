"""What stands beside the phone: the steps, the reasons, the state, other settings."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from bot.publishing.preview import LessonLook
from bot.web.preview.asked import PlayRequest, told_values
from bot.web.preview.parts import address_of
from flows.engine.kinds.table import NAMED, kind_of
from flows.play.explain import Part
from flows.play.notes import spell
from flows.play.playing import GIVEN, Play, PlayedTurn
from flows.play.trail import Check, Passed

SHORT, MOST_EARLIER, DEEPEST = 70, 40, 3  # characters of a step's text, earlier turns, indents of a condition


@dataclass(frozen=True, slots=True)
class StepItem:
    """One step of the list, to stand at directly by `address`; `faults` say what is wrong with its ways."""

    id: str
    kind: str
    line: int
    text: str
    faults: Sequence[str]
    address: str
    is_here: bool


@dataclass(frozen=True, slots=True)
class CheckRow:
    """One row of the table of conditions; `depth` is how deep a part stands in its condition."""

    depth: int
    lead: str
    condition: str
    way: str
    value: str
    verdict: str
    is_taken: bool


@dataclass(frozen=True, slots=True)
class PassedStep:
    """One step that was gone through or left out, with what was checked there."""

    id: str
    kind: str
    line: int
    entered: bool
    rows: tuple[CheckRow, ...]


@dataclass(frozen=True, slots=True)
class TurnReason:
    """Why one turn went where it went."""

    deed: str
    trail: tuple[PassedStep, ...]
    notes: tuple[str, ...]


def steps(look: LessonLook, asked: PlayRequest, play: Play, marks: Mapping[str, Sequence[str]]) -> Iterator[StepItem]:
    """Every step of the lesson, in the order of its file."""
    run = play.run
    waiting = run.step if run.lesson == look.id else next((f.step for f in run.stack if f.lesson == look.id), "")
    here = waiting if run.waiting else ""
    for step in look.lesson.steps if look.lesson else ():
        there = replace(asked, setup=replace(asked.setup, step=step.id), deeds=())
        kind, text = kind_of(step).look.word, _short(" ".join(step.text.split()))
        item = step.id, kind, step.place.line, text, marks.get(step.id, ())
        yield StepItem(*item, address_of(look.id, there), step.id == here)


def _short(text: str) -> str:
    return text if len(text) <= SHORT else text[: SHORT - 1].rstrip() + "…"


def reasons(play: Play) -> tuple[TurnReason | None, list[TurnReason]]:
    """The reasons of the newest turn, if it has any, and those of the earlier ones, newest first."""
    *earlier, newest = (_reason(turn) for turn in play.turns)
    return newest, [reason for reason in reversed(earlier) if reason]


def _reason(turn: PlayedTurn) -> TurnReason | None:
    deed = "Mở bài" if turn.deed is None else turn.said or f"{turn.deed.kind}: {turn.deed.what}"
    notes = (*turn.notes, turn.fault) if turn.fault else turn.notes
    return TurnReason(deed, tuple(map(_passed, turn.trail)), notes) if turn.trail or notes else None


def _passed(passed: Passed) -> PassedStep:
    rows = tuple(row for check in passed.checks for row in _rows(check))
    return PassedStep(passed.step, NAMED[passed.kind].look.word, passed.line, passed.entered, rows)


_CHECKS = {
    "when": "khi",
    "case": "nếu",
    "else": "còn lại",
    "split": "ngẫu nhiên, phần",
    "check": "kiểm",
    "skip_if": "khỏi chờ nếu",
    "requires": "được giấy nếu",
}


def _rows(check: Check) -> Iterator[CheckRow]:
    """A check as a row, or its parts as one each; the first says where it leads and whether it was taken."""
    word = f"{_CHECKS.get(check.what, check.what)} "
    way = f" → {check.go}" if check.go else ""
    if not check.parts:
        verdict = check.fault or ("✓ đi lối này" if check.taken else "không cần tới")
        yield CheckRow(0, word, check.condition, way, "", verdict, check.taken)
    for part in check.parts:
        if part.depth:
            yield CheckRow(min(part.depth, DEEPEST), "", part.text, "", str(part.value), _verdict(part), False)
        else:
            verdict = _chosen(check, part) if check.what == "case" else _verdict(part)
            yield CheckRow(0, word, part.text, way, str(part.value), verdict, check.taken)


def _verdict(part: Part) -> str:
    return "✓ đúng" if part.result else "✗ sai"


def _chosen(check: Check, part: Part) -> str:
    if check.taken:
        return "✓ đi lối này"
    return "đúng, nhưng lối trước đã được chọn" if part.result else _verdict(part)


def state(play: Play) -> list[tuple[str, str]]:
    """Where the play stands: names and values."""
    run = play.run
    due = run.remind_at
    points = ", ".join(f"{'cho sẵn' if step == GIVEN else step} {n}" for step, n in run.earned.items())
    rows = [
        ("Đang ở", f"{run.step} (câu hỏi số {run.seq})" if run.waiting else "hết bài"),
        ("Điểm", f"{run.score}" + (f" ({points})" if points else "")),
        ("Lần thử", f"{run.tries}" + (f", chưa hiểu {run.misses}" if run.misses else "")),
        ("Mốc", run.checkpoint or "chưa có"),
        ("Biến", told_values(run.vars) or "chưa có"),
        ("Giờ", f"{play.now:%H:%M %d/%m/%Y}"),
        ("Hẹn giờ", f"{due:%H:%M %d/%m/%Y}, còn {spell(due - play.now)}" if due else "không"),
        ("Đã nhắc", str(run.reminded)),
        ("Đường đi", " → ".join(run.path)),
    ]
    rows += [("Bài ngoài", ", ".join(f"{frame.lesson} ({frame.step})" for frame in run.stack))] if run.stack else []
    return rows + ([("Còn ôn", ", ".join(run.queue))] if run.queue else [])


def langs(look: LessonLook, asked: PlayRequest) -> dict[str, str]:
    """The languages to choose from: the lesson's, and the one that is asked for."""
    own = look.lesson.langs if look.lesson else ("vi",)
    return {lang: lang for lang in (*own, asked.setup.lang)}
