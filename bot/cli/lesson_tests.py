"""`./camtay test-lessons`: every transcript played, differences shown and on demand written, and what is met."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from difflib import unified_diff
from pathlib import Path

from bot.channels.layout import lay_out
from bot.cli import linting, transcripts
from bot.cli.language import shown, told
from bot.cli.sheets import aligned
from bot.cli.terminal import Print, annotation, near, seen
from bot.errors import SettingsInvalid, in_words
from flows.model import Lesson, Problem, SourcePosition
from flows.play.clock import ENDED, Minutes, minutes_of
from flows.play.coverage import Coverage, Gap, Trail, coverage
from flows.play.dialogue import TutorTurn
from flows.play.rehearsal import Difference, Played, rehearse, rewritten
from flows.profiles import profile_of
from flows.reading.loader import lesson_files
from flows.run import Book
from flows.shelf.shelf import plain_book, read_shelf, rehearsal_facts

COUNTED = profile_of("zalo_bot")
"""Where each message counts: the free plan has 60 a month for a learner."""
WAYS = {
    "right": "trả lời đúng",
    "wrong": "trả lời sai",
    "done": "bấm xong",
    "stuck": "bấm chưa được",
    "later": "bấm để sau",
    "out_of_tries": "hết lượt",
    "next": "đi tiếp không đợi",
    "due": "tới giờ",
    "yes": "nhận lời",
    "no": "không cần",
    "else": "không nhánh nào đúng (else)",
    "skipped": "không làm bước này (when sai)",
}


@dataclass(frozen=True, slots=True)
class Report:
    """What came of it: each transcript, the coverage of the lessons that were asked for, and those that are broken.

    By lesson: `messages`, how many the tutor needs for it where each is counted (`COUNTED`), and its `minutes`.
    """

    played: tuple[Played, ...]
    covered: tuple[Coverage, ...]
    broken: tuple[str, ...] = ()
    messages: Mapping[str, int] = field(default_factory=dict)
    minutes: Mapping[str, Minutes] = field(default_factory=dict)


def play_all(lessons: Path, paths: Sequence[Path], facts: Mapping[str, str]) -> Report:
    """Play the transcripts in `paths` (files or folders; none given: all). Raises SettingsInvalid for a wrong path."""
    files, folders = _chosen(lessons, paths)
    book = _book(lessons, paths, rehearsal_facts(lessons, facts))
    trail = Trail(book)
    ids = {Path(lesson.place.path).resolve().parent: lesson.id for lesson in book.versions.values()}
    played = []
    for path in files:
        folder = path.resolve().parent.parent
        text = transcripts.read([path])[str(path)]
        played.append(rehearse(book, str(path), text, ids.get(folder, folder.name), trail.watch))
    asked = [lesson for lesson in book.versions.values() if _is_in(Path(lesson.place.path).resolve(), folders)]
    broken = [path for folder in folders for path in lesson_files(folder) if path.parent not in ids]
    covered = tuple(coverage(lesson, trail) for lesson in asked)
    return Report(tuple(played), covered, tuple(map(str, broken)), _messages(played), _minutes(played))


def _messages(played: Iterable[Played]) -> dict[str, int]:
    """By lesson, of the transcript that ends it with the fewest messages: what a learner who is in no trouble gets."""
    found: dict[str, int] = {}
    for each in played:
        if any(note.startswith(ENDED) for turn in each.turns for note in turn.notes):
            count = sum(messages_of(turn) for turn in each.turns)
            found[each.lesson] = min(count, found.get(each.lesson, count))
    return found


def _minutes(played: Sequence[Played]) -> dict[str, Minutes]:
    """By lesson, where its transcripts tell."""
    named = {each.lesson: minutes_of(other for other in played if other.lesson == each.lesson) for each in played}
    return {lesson: minutes for lesson, minutes in named.items() if minutes}


def messages_of(turn: TutorTurn) -> int:
    """How many messages one turn takes on `COUNTED`: its bubbles together, split where they are too long."""
    return len(lay_out(COUNTED, "\n\n".join(turn.texts), turn.buttons).parts)


def _chosen(lessons: Path, paths: Sequence[Path]) -> tuple[list[Path], list[Path]]:
    """The transcripts to play, and the folders whose lessons' coverage is asked for."""
    files: list[Path] = []
    folders: list[Path] = []
    for path in paths or [lessons]:
        if path.suffix == ".txt" and path.is_file():
            files.append(path)
            continue
        folder = path.parent if path.name == "lesson.yaml" else path
        if not folder.is_dir():
            raise SettingsInvalid(told("{path}: không có bản thoại hay thư mục nào ở đây.", path=path))
        found = transcripts.below(folder)
        if not found and not any(folder.rglob("lesson.yaml")):
            raise SettingsInvalid(told("{path}: trong này không có bài học hay bản thoại nào.", path=path))
        files += found
        folders.append(folder.resolve())
    return list(dict.fromkeys(files)), folders


def _is_in(path: Path, folders: Iterable[Path]) -> bool:
    return any(path.is_relative_to(folder) for folder in folders)


def _book(lessons: Path, paths: Sequence[Path], facts: Mapping[str, str]) -> Book:
    """The lessons folder, with lessons from elsewhere (or its own template) that were asked for by path."""
    shelf = read_shelf(lessons, facts)
    good: dict[str, Lesson] = dict(shelf.good)
    known = {Path(lesson.place.path).resolve() for lesson in good.values()}
    for path in paths:
        folder = path.parent.parent if path.is_file() and path.suffix == ".txt" else path
        for file in [folder] if folder.is_file() else lesson_files(folder):
            if file.resolve() not in known:
                lesson, _ = linting.one_lesson(lessons, file, facts)
                good |= {lesson.id: lesson} if lesson else {}
    return plain_book(replace(shelf, good=good), facts)


def update(played: Iterable[Played], write: Print) -> tuple[Played, ...]:
    """Print the tutor's lines as they are now; what is still wrong after that."""
    left = []
    for each in played:
        written = True
        if each.differences:
            try:
                transcripts.write(Path(each.path), rewritten(each))
                write(told("{path}: đã ghi lại lời máy", path=near(each.path)))
            except OSError as fault:
                written = False
                write(told("{path}: chưa ghi được ({reason})", path=near(each.path), reason=in_words(fault)))
        if each.failed or not written:
            left.append(each)
    return tuple(left)


def retime(report: Report, write: Print) -> None:
    """Write the minutes of the player's clock into the heads that say others; one without the line stays without."""
    for covered in report.covered:
        minutes, path = report.minutes.get(covered.lesson), Path(covered.path)
        if minutes is None:
            continue
        text = path.read_text("utf-8")
        now = re.sub(r"(?m)^minutes:(\s*)\d+", rf"minutes:\g<1>{minutes.told}", text, count=1)
        if now != text:
            path.write_text(now, "utf-8")
            write(told("{path}: đã ghi lại số phút", path=near(path)))


# --- showing -----------------------------------------------------------------------------------------


def show(report: Report, shape: str, detail: bool, write: Print) -> None:
    """Print the report as text (for people), json or github (annotations)."""
    match shape:
        case "json":
            write(json.dumps(_as_json(report), ensure_ascii=False, indent=1))
            return
        case "github":
            for line in _as_github(report):
                write(line)
        case _:
            for played in report.played:
                for line in _faults(played):
                    write(line)
            for path in report.broken:
                write(told("{path}: bài còn lỗi, chưa diễn được; xem: ./camtay lint {path}", path=near(path)))
            if report.covered:
                write(table(report))
                for line in (line for covered in report.covered for line in _details(covered) if detail):
                    write(line)
    failed = sum(played.failed is not None for played in report.played)
    other = sum(not played.good for played in report.played) - failed
    write(
        told(
            "{count} bản thoại: {good} khớp, {other} khác, {failed} hỏng.",
            count=len(report.played),
            good=len(report.played) - failed - other,
            other=other,
            failed=failed,
        )
    )


def _faults(played: Played) -> Iterator[str]:
    for difference in played.differences:
        yield told("{path}:{line}: lời máy nay khác", path=near(played.path), line=difference.line)
        yield from (f"  {line}" for line in _diff(difference))
    if played.failed:
        yield f"{near(played.path)}:{played.failed.line or 1}: {shown(played.failed.message)}"


def _diff(difference: Difference) -> list[str]:
    """The learner's line, then what the tutor said (-) and says now (+) with the lines around."""
    was, now = (str(turn).split("\n") if str(turn) else [] for turn in (difference.was, difference.now))
    body = list(unified_diff(was, now, lineterm="", n=1))[2:]
    her = str(difference.act).split("\n") if difference.act else []
    return [*(f"  {line}" for line in her), *(f"{line[0]} {line[1:]}" for line in body if not line.startswith("@@"))]


def table(report: Report) -> str:
    """One line a lesson; the last column are lines of lesson.yaml that no transcript meets."""
    covered, counts, minutes = report.covered, report.messages, report.minutes
    counted = told("tin {channel}", channel=COUNTED.name)
    heads = (
        told("bài"), told("bước"), told("lựa chọn"), told("lối khác"), told("phút trơn"), told("phút vấp"), counted,
        told("chưa đi qua (dòng)"),
    )  # fmt: skip
    rows = [
        (
            each.lesson,
            *(f"{n}/{m}" for n, m in (each.steps, each.options, each.ways)),
            *_both(minutes.get(each.lesson)),
            str(counts.get(each.lesson, "")),
            _ranges(each.lines),
        )
        for each in covered
    ]
    total = [tuple(map(sum, zip(*pairs, strict=True))) for pairs in _columns(covered)]
    if len(covered) > 1:
        rows.append((told("cả {count} bài", count=len(covered)), *(f"{n}/{m}" for n, m in total), "", "", "", ""))
    return "\n".join(aligned([heads, *rows], to_left={0, 7}))


def _both(minutes: Minutes | None) -> tuple[str, str]:
    """Minutes smooth and clumsy, with one decimal."""
    return (f"{minutes.smooth:.1f}", f"{minutes.clumsy:.1f}") if minutes else ("", "")


def _columns(covered: Sequence[Coverage]) -> tuple[list[tuple[int, int]], ...]:
    return [each.steps for each in covered], [each.options for each in covered], [each.ways for each in covered]


def _ranges(lines: Iterable[tuple[int, int]]) -> str:
    return ", ".join(f"{first}-{last}" if last > first else str(first) for first, last in lines)


def _details(covered: Coverage) -> Iterator[str]:
    for gap in covered.gaps:
        yield told("{path}:{line}: chưa qua {gap}", path=near(covered.path), line=gap.first, gap=_told(gap))


def _told(gap: Gap) -> str:
    if gap.way is None:
        return told("bước {step}", step=gap.step)
    match gap.way.kind:
        case "option":
            return told("bước {step}, lựa chọn {name}", step=gap.step, name=gap.way.name)
        case "case":
            return told("bước {step}, nhánh {name}", step=gap.step, name=gap.way.name)
    return told("bước {step}, {way}", step=gap.step, way=told(WAYS.get(gap.way.kind, gap.way.kind)))


def _as_json(report: Report) -> dict[str, object]:
    return {
        "transcripts": [_played_json(played) for played in report.played],
        "coverage": [
            {
                "lesson": each.lesson,
                "path": near(each.path),
                "steps": each.steps,
                "options": each.options,
                "ways": each.ways,
                "messages": report.messages.get(each.lesson),
                "minutes": [found.smooth, found.clumsy] if (found := report.minutes.get(each.lesson)) else None,
                "lines": each.lines,
                "missing": [
                    {
                        "step": gap.step,
                        "kind": gap.way.kind if gap.way else "step",
                        "name": gap.way.name if gap.way else "",
                        "lines": [gap.first, gap.last],
                    }
                    for gap in each.gaps
                ],
            }
            for each in report.covered
        ],
        "broken": [near(path) for path in report.broken],
    }


def _played_json(played: Played) -> dict[str, object]:
    found: dict[str, object] = {"path": near(played.path), "lesson": played.lesson}
    found["result"] = "failed" if played.failed else "differs" if played.differences else "ok"
    if played.failed:
        found |= {"line": played.failed.line or 1, "message": shown(played.failed.message)}
    if played.differences:
        found["differences"] = [{"line": each.line, "diff": _diff(each)} for each in played.differences]
    return found


def _as_github(report: Report) -> Iterator[str]:
    for played in report.played:
        for difference in played.differences:
            text = "\n".join([told("lời máy nay khác"), *_diff(difference)])
            yield _annotated("E902", played.path, difference.line, text)
        if played.failed:
            yield _annotated("E902", played.path, played.failed.line or 1, played.failed.message)
    for path in report.broken:
        yield _annotated("E902", path, 1, told("bài còn lỗi, chưa diễn được"))
    for covered in report.covered:
        for gap in covered.gaps:
            if gap.way is None:
                yield _annotated("W901", covered.path, gap.first, told("chưa qua {gap}", gap=_told(gap)))


def _annotated(code: str, path: str, line: int, text: str) -> str:
    return annotation(seen(Problem(code, SourcePosition(path, line, 1), text)))
