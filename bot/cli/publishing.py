"""`./camtay publish`, `history` and `rollback`: what the editor asks for, and is told."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from bot.cli.beside import beside
from bot.cli.choices import nearest, no_lesson
from bot.cli.language import shown, told
from bot.cli.terminal import Print, near, seen, unread
from bot.errors import SettingsInvalid
from bot.media.store import MediaStore
from bot.publishing.files import not_kept
from bot.publishing.library import BY_FILES
from bot.publishing.service import (
    MAX_OUTDATED,
    PlanOutdated,
    PublishingOptions,
    PublishingPlan,
    Stored,
    changed_lines,
    compile_row,
    look,
    plan,
    publish,
)
from bot.settings import Settings
from flows import LessonInvalid, Problem
from flows.rules.changes import DECISIONS, STAY, Stand, summary
from flows.shelf.shelf import Shelf, read_shelf
from flows.yaml.fields import did_you_mean
from storage.engine.database import Database
from storage.publications import publications
from storage.publications.records import PublicationRow

DIFF_LINES = 12  # of a unified diff, shown before publishing


MODES: Mapping[str, str] = {
    "first": "lần đầu",
    "text": "sửa lời",
    "graph": "sửa đường đi",
    "checkpoint": "chuyển ở mốc",
    "urgent": "khẩn",
    "rollback": "quay lại",
}
_FATES: Mapping[str, str] = {
    "stay": "ở lại",
    "words": "ở lại, nhận lời mới",
    "move": "chuyển",
    "decide": "CẦN QUYẾT ĐỊNH",
}
_DECISIONS = {
    "checkpoint": "mọi người sang bản mới ngay, ai ở đó về mốc gần nhất đã qua",
    "start": "mọi người sang bản mới ngay, ai ở đó về đầu bài, điểm còn nguyên",
    "MÃ_BƯỚC": "mọi người sang bản mới ngay, ai ở đó sang bước ấy",
}


@dataclass(frozen=True, slots=True)
class PublishConsole:
    """What an editor's command works with."""

    settings: Settings
    now: datetime
    write: Print
    complain: Print
    flags: str = ""

    def command(self, words: str) -> str:
        """A command as it would have to be typed: on the same data as this one."""
        return f"./camtay {words}{self.flags}"


# --- publish -----------------------------------------------------------------------------------------


async def publish_files(
    console: PublishConsole, wanted: Sequence[str], how: PublishingOptions, *, dry_run: bool
) -> int:
    """Publish these lessons (ids or paths; none: all that differ); 0 published, 1 something stands in the way."""
    shelf, found = _chosen(console.settings, wanted)
    lessons = shelf.good
    for problem in found:
        console.complain(str(seen(problem)))
    if errors := [problem for problem in found if problem.severity == "error"]:
        console.complain(told("Chưa phát hành: có {count} lỗi. Sửa xong hãy chạy lại.", count=len(errors)))
        return 1
    async with beside(console.settings, dry_run=dry_run) as database:
        for _ in range(MAX_OUTDATED):
            stored = await look(database, sorted(lessons)) if database else {lesson: Stored() for lesson in lessons}
            facts = console.settings.placeholders
            words, media = shelf.translations, shelf.media
            plans = [
                plan(stored[k], each, words.get(k, {}), how, facts, media.get(k, {})) for k, each in lessons.items()
            ]
            _check_decisions(how, stored, plans)
            telling = _Telling(console, named=bool(wanted))
            ready = telling.all(plans)
            if telling.stopped or not ready or dry_run:
                return telling.end(ready, dry_run=dry_run)
            store = MediaStore(Path(console.settings.data.dir) / "media")
            for name in (name for each in ready for name in not_kept(store, shelf, each.lesson)):
                console.complain(
                    told("Không có “{name}”, hoặc chưa cất được: học viên đọc lời tả thay cho tệp.", name=name)
                )
            try:
                rows = await publish(_given(database), ready, console.now)
            except PlanOutdated:
                continue
            return telling.published(rows)
    raise PlanOutdated(told("Có người khác đang phát hành cùng lúc; hãy chạy lại."))


def _given(database: Database | None) -> Database:
    assert database is not None, "only a dry run goes without one"
    return database


class _Telling:
    """What is said about the plans of one command."""

    def __init__(self, console: PublishConsole, *, named: bool) -> None:
        self.console = console
        self.named = named
        self.stopped = False

    def all(self, plans: Sequence[PublishingPlan]) -> list[PublishingPlan]:
        """Tell each plan; those that can be published."""
        ready: list[PublishingPlan] = []
        for each in plans:
            if each.unchanged:
                if self.named:
                    self.console.write(
                        told("{plan.lesson.id}: không có gì mới, đang là bản {plan.version}.", plan=each)
                    )
            elif each.held:
                self._held(each)
            else:
                for line in describe(each):
                    self.console.write(line)
                for problem in each.impact.problems:
                    if problem.severity != "info":
                        self.console.complain(str(seen(problem)))
                self.stopped = self.stopped or each.impact.blocked
                ready.append(each)
        return ready

    def _held(self, each: PublishingPlan) -> None:
        before = each.before
        self.stopped = self.stopped or self.named
        self.console.write(
            told(
                "{lesson}: tệp trùng bản {held}, mà bài đã quay lại bản {now}; giữ bản {now}. "
                "Muốn dùng bản {held}: {command}",
                lesson=each.lesson.id,
                held=each.held,
                now=before.version if before else 0,
                command=self.console.command(f"rollback {each.lesson.id} {each.held}"),
            )
        )

    def end(self, ready: Sequence[PublishingPlan], *, dry_run: bool) -> int:
        blocked = [each for each in ready if each.impact.blocked]
        for line in (line for each in blocked for line in ways_out(self.console, each)):
            self.console.complain(line)
        if self.stopped:
            return 1
        if not ready:
            self.console.write(told("Không có bài nào cần phát hành."))
        elif dry_run:
            self.console.write(told("Chạy thử: {count} bài có thể phát hành, chưa ghi gì.", count=len(ready)))
        return 0

    def published(self, rows: Sequence[PublicationRow]) -> int:
        for row in rows:
            mode = told(MODES[row.mode])
            self.console.write(told("Đã phát hành {row.lesson} bản {row.version} ({mode}).", row=row, mode=mode))
        self.console.write(told("Máy đang chạy nhận trong vài giây."))
        return 0


def describe(each: PublishingPlan) -> Iterator[str]:
    """What a plan would do: the edit in lines, and everybody inside by step."""
    added, gone = each.lines
    was = f"{each.before.version} → {each.version}" if each.before else each.version
    lines = "  " + told("+{added} −{gone} dòng", added=added, gone=gone) if each.before else ""
    yield f"{each.lesson.id}  {told('bản {was}', was=was)}  ({told(MODES[each.mode])}){lines}"
    if each.impact.total:
        yield f"  {shown(summary(each.impact))}"
        for stand in each.impact.stands:
            yield _stand(stand)
        if each.mode == "text" and (apart := each.impact.count("stay")):
            yield told(
                "  {apart} người ở bản có đường đi khác học nốt lời cũ; muốn họ cũng nhận lời mới: thêm --urgent",
                apart=apart,
            )
    elif each.before:
        yield told("  Không ai đang học bài này.")
    changed = each.diff.splitlines()[2:]
    yield from (f"    {line}" for line in changed[:DIFF_LINES])
    if len(changed) > DIFF_LINES:
        yield told("    … còn {count} dòng", count=len(changed) - DIFF_LINES)


def _stand(stand: Stand) -> str:
    to = f" → {stand.to}" if stand.to and stand.to != stand.step else ""
    version, fate = told("bản {was}", was=stand.version), told(_FATES[stand.fate])
    return f"    {version}  {stand.step:<20}{stand.count:>5}  {fate}{to}"


def ways_out(console: PublishConsole, each: PublishingPlan) -> Iterator[str]:
    """Exactly what would let a blocked plan go on."""
    lesson = each.lesson.id
    yield told("Chưa phát hành {lesson}. Với mỗi bước, chọn một cách rồi chạy lại:", lesson=lesson)
    verb = "publish" if not each.how.rollback else "rollback"
    target = lesson if verb == "publish" else f"{lesson} {each.version}"
    flags = " --at-checkpoint" if each.how.at_checkpoint else ""
    for step in dict.fromkeys(stand.step for stand in each.impact.stands if stand.fate == "decide"):
        if verb == "publish":
            file = near(each.lesson.place.path)
            yield told("  ghi `was: {step}` ở bước thay cho `{step}` trong {file}", step=step, file=file)
        if not each.how.urgent:
            yield _way(console.command(f"{verb} {target}{flags} --decide {step}={STAY}"), "ai đang ở đó học nốt bản cũ")
        for decision, meaning in _DECISIONS.items():
            yield _way(console.command(f"{verb} {target} --urgent --decide {step}={told(decision)}"), meaning)


def _way(command: str, meaning: str) -> str:
    return f"  {command:<60}  {told(meaning)}"


def _check_decisions(how: PublishingOptions, stored: Mapping[str, Stored], plans: Sequence[PublishingPlan]) -> None:
    """Refuse a decision about a step that never was, or that leads nowhere: most likely it is misspelt."""
    for step, decision in how.decisions.items():
        if how.urgent and decision == STAY:
            why = told("bản khẩn không để ai ở lại; chọn checkpoint, start hoặc mã bước.")
            raise SettingsInvalid(f"--decide {step}={decision}: {why}")
        if not how.urgent and decision != STAY:
            why = told("không khẩn thì không ai bị chuyển; dùng stay, hoặc thêm --urgent.")
            raise SettingsInvalid(f"--decide {step}={decision}: {why}")
        old = {place[1] for each in stored.values() for place in each.inside}
        old |= {step for each in plans for step in (*each.changes.removed, *each.changes.rekinded, *each.lesson.index)}
        if step not in old:
            raise SettingsInvalid(told("--decide: không có bước nào mã “{step}”", step=step) + nearest(step, old))
        known = {*DECISIONS, *(name for each in plans for name in each.lesson.index)}
        if decision not in known:
            hint = did_you_mean(decision, known) or told("chọn stay, checkpoint, start, hoặc mã một bước của bản mới")
            why = told("bản mới không có bước “{decision}”; {hint}", decision=decision, hint=hint)
            raise SettingsInvalid(f"--decide {step}: {why}")


def decisions(given: Sequence[str]) -> dict[str, str]:
    """`STEP=DECISION`, as typed. Raises SettingsInvalid."""
    found: dict[str, str] = {}
    for text in given:
        step, sign, decision = (part.strip() for part in text.partition("="))
        if not (step and sign and decision):
            why = told("hãy viết MÃ_BƯỚC=stay, checkpoint, start hoặc mã một bước mới.")
            raise SettingsInvalid(f"--decide {text}: {why}")
        if found.get(step, decision) != decision:
            why = told("có hai quyết định khác nhau, “{first}” và “{then}”.", first=found[step], then=decision)
            raise SettingsInvalid(f"--decide {step}: {why}")
        found[step] = decision
    return found


# --- which lessons -----------------------------------------------------------------------------------


def _chosen(settings: Settings, wanted: Sequence[str]) -> tuple[Shelf, list[Problem]]:
    """The folder with only the lessons meant, their errors and what their translations lack; nothing wanted: every
    lesson."""
    root = Path(os.path.abspath(settings.lessons.dir))
    try:
        shelf = read_shelf(root, settings.placeholders)
    except OSError as fault:
        raise unread(fault) from None
    except LessonInvalid as fault:
        raise SettingsInvalid("\n".join(str(seen(problem)) for problem in fault.problems)) from None
    paths = {path for each in wanted for path in _paths(root, shelf, each)} if wanted else None
    good = {k: lesson for k, lesson in sorted(shelf.good.items()) if paths is None or lesson.place.path in paths}
    broken = {
        path: (*shelf.broken.get(path, ()), *shelf.untranslated.get(path, ()))
        for path in sorted(shelf.broken.keys() | shelf.untranslated.keys())
        if paths is None or path in paths
    }
    return replace(shelf, good=good), [problem for found in broken.values() for problem in found]


def _paths(root: Path, shelf: Shelf, wanted: str) -> list[str]:
    """The lesson files that an id or a path means. Raises SettingsInvalid when it means none."""
    ids = {Path(path).parent.name: path for path in shelf.broken}
    ids |= {lesson.id: lesson.place.path for lesson in shelf.good.values()}
    if wanted in ids:
        return [ids[wanted]]
    path = Path(os.path.abspath(wanted))
    folder = path.parent if path.name == "lesson.yaml" else path
    found = [path for path in ids.values() if Path(path).is_relative_to(folder)]
    if found:
        return found
    if path.exists():
        why = told("{wanted}: không có bài học nào ở đây thuộc thư mục {root}.", wanted=wanted, root=root)
        raise SettingsInvalid(why)
    raise SettingsInvalid(no_lesson(wanted, ids))


# --- history, rollback -------------------------------------------------------------------------------


async def show_history(console: PublishConsole, lesson: str, *, diff: bool) -> int:
    """Every publication of a lesson, the newest first."""
    async with beside(console.settings, dry_run=True) as database:
        stored = (await look(database, [lesson]))[lesson] if database else Stored()
        await _known(database, stored, lesson)
    zone = ZoneInfo(console.settings.time.zone)
    for at, row in enumerate(reversed(stored.log)):
        console.write(_line(row, zone, _inside(stored, row), is_current=at == 0))
        if row.decisions:
            console.write("      " + ", ".join(f"{step}={decision}" for step, decision in row.decisions.items()))
        if diff:
            for line in row.diff.splitlines():
                console.write(f"      {line}")
    return 0


def _inside(stored: Stored, row: PublicationRow) -> int | None:
    """How many are inside its version, told once, at the version's newest publication; None at the others."""
    newest = next(each for each in reversed(stored.log) if each.version == row.version)
    if newest.publication_id != row.publication_id:
        return None
    return sum(count for (version, _), count in stored.inside.items() if version == row.version)


def _line(row: PublicationRow, zone: ZoneInfo, count: int | None, *, is_current: bool) -> str:
    added, gone = changed_lines(row.diff)
    when = row.at.astimezone(zone)
    mode = told(MODES[row.mode]) + (f", {told('khẩn')}" if row.urgent and row.mode != "urgent" else "")
    author = told("tự động") if row.author == BY_FILES else row.author
    mark, version = "*" if is_current else " ", told("bản {was}", was=f"{row.version:<4}")
    people = "" if count is None else told("{count} người đang học", count=count)
    return f"{mark} {version}{when:%d/%m/%Y %H:%M}  {author:<14}{mode:<14}{people:>20}  +{added} −{gone}"


async def roll_back(
    console: PublishConsole, lesson: str, version: int, how: PublishingOptions, *, dry_run: bool
) -> int:
    """Make an older version the current one again; 0 done, 1 something stands in the way."""
    facts = console.settings.placeholders
    async with beside(console.settings, dry_run=True) as database:
        for _ in range(MAX_OUTDATED):
            stored = (await look(database, [lesson]))[lesson] if database else Stored()
            await _known(database, stored, lesson)
            row = stored.versions.get(version)
            if row is None:
                there = ", ".join(str(number) for number in sorted(stored.versions))
                why = told("Bài “{lesson}” không có bản {version}; đang có các bản: ", lesson=lesson, version=version)
                raise SettingsInvalid(f"{why}{there}.")
            target = compile_row(row, facts)
            if target is None:
                why = "Bản {version} của “{lesson}” không còn đọc được bằng chương trình này; chưa quay lại."
                console.complain(told(why, version=version, lesson=lesson))
                return 1
            each = plan(stored, target, row.translations, how, facts, row.media)
            _check_decisions(how, {lesson: stored}, [each])
            telling = _Telling(console, named=True)
            ready = telling.all([each])
            if telling.stopped or not ready:
                return telling.end(ready, dry_run=dry_run) if telling.stopped else 0
            if dry_run:
                return telling.end(ready, dry_run=True)
            try:
                return telling.published(await publish(_given(database), ready, console.now))
            except PlanOutdated:
                continue
    raise PlanOutdated(told("Có người khác đang phát hành cùng lúc; hãy chạy lại."))


async def _known(database: Database | None, stored: Stored, lesson: str) -> None:
    """Raises SettingsInvalid for a lesson that was never published."""
    if stored.log:
        return
    known = await database.read(publications.current) if database else {}
    raise SettingsInvalid(told("Bài “{lesson}” chưa từng phát hành", lesson=lesson) + nearest(lesson, known))
