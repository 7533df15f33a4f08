"""What each verb of ./camtay does, as far as the program answers it; each imports what it needs when it is called."""

from __future__ import annotations

import argparse
import asyncio
import os
import signal
import sys
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bot.cli.beside import CommandEnvironment
    from bot.cli.publishing import PublishConsole
    from bot.services.publishing import PublishingOptions
    from bot.settings import Settings
    from flows.model import Lesson, Problem
    from flows.play.dialogue import DialogueHead
    from flows.shelf.shelf import Shelf

FLAGS = {"lessons": "lessons.dir", "data": "data.dir", "host": "web.host", "port": "web.port"}
"""A flag → the setting it overrides."""


def run(given: argparse.Namespace) -> int:
    settings = _settings(given)
    from bot import app

    return app.run(settings, watch=given.watch)


def lint(given: argparse.Namespace) -> int:
    import gc

    settings = _settings(given)
    from bot.cli import linting
    from bot.errors import SettingsInvalid
    from flows.saying import in_english

    gc.disable()  # a short life of a million small things, none of them in a circle
    if given.rules:
        from flows.rules.rulepage import page

        print(page(), end="")
        return 0
    from bot.services import drafts

    quiet = settings.time.quiet_from, settings.time.quiet_to
    lessons, facts = Path(settings.lessons.dir), settings.placeholders
    paths = drafts.by_code(lessons, given.paths)
    try:
        if given.live or given.database:
            from bot.cli import lint_live

            url = given.database or settings.database_url
            found = asyncio.run(lint_live.problems(url, lessons, paths, facts, quiet))
        else:
            found = linting.problems(lessons, paths, facts, quiet)
    except SettingsInvalid as wrong:
        raise SettingsInvalid(in_english(wrong.args[0]) if given.lang == "en" else str(wrong)) from None
    return linting.report(found, given.format, print, given.lang)


def hear(given: argparse.Namespace) -> int:
    settings = _settings(given)
    from bot.cli import hear as hearing

    return hearing.hear(settings, given.file, sys.stdin.buffer, sys.stdout.buffer, datetime.now(UTC))


def train(given: argparse.Namespace) -> int:
    settings = _settings(given)
    from bot.cli import training

    lessons = Path(settings.lessons.dir)
    if given.measure or given.misses:
        return training.measured(lessons, settings.placeholders, given.misses, print)
    return training.train(lessons, check=given.check, tell=print)


def publish(given: argparse.Namespace) -> int:
    settings = _settings(given)
    from bot.cli import publishing

    how = _how(given)
    return asyncio.run(
        publishing.publish_files(_desk(settings, given), given.lessons_wanted, how, dry_run=given.dry_run)
    )


def history(given: argparse.Namespace) -> int:
    settings = _settings(given)
    from bot.cli import publishing

    return asyncio.run(publishing.show_history(_desk(settings, given), given.lesson, diff=given.diff))


def rollback(given: argparse.Namespace) -> int:
    settings = _settings(given)
    from bot.cli import publishing

    how, desk = _how(given, rollback=True), _desk(settings, given)
    return asyncio.run(publishing.roll_back(desk, given.lesson, given.version, how, dry_run=given.dry_run))


def try_lesson(given: argparse.Namespace) -> int:
    settings = _settings(given)
    from bot.channels.console import Console
    from bot.cli import transcripts
    from flows.shelf.shelf import plain_book, read_shelf, rehearsal_facts

    root = Path(settings.lessons.dir)
    shelf = read_shelf(root, settings.placeholders)
    lesson, problems = _find_lesson(given.lesson, shelf, settings)
    if lesson is None:
        print("\n".join(map(str, problems)) or _unknown_lesson(given.lesson, shelf.good), file=sys.stderr)
        return 1 if problems else 2
    book = plain_book(_with_lesson(shelf, lesson), rehearsal_facts(root, settings.placeholders))
    save = partial(transcripts.save, Path(lesson.place.path))
    return Console(book, input, print, save).play(_head(given, lesson.id))


def graph(given: argparse.Namespace) -> int:
    settings = _settings(given)
    from bot.cli import graphing

    lessons, facts = Path(settings.lessons.dir), settings.placeholders
    return graphing.draw(lessons, given.lesson, facts, shape=given.format, out=given.out, coverage=given.coverage)


def translate(given: argparse.Namespace) -> int:
    settings = _settings(given)
    from bot.cli import translating

    lessons, facts = Path(settings.lessons.dir), settings.placeholders
    match given.what:
        case "export":
            return translating.export_file(lessons, given.lesson, given.language, facts, print)
        case "import":
            return translating.import_file(lessons, given.lesson, given.language, given.file, facts, print)
        case _:
            return translating.status(lessons, given.lesson, facts, print)


def schema(given: argparse.Namespace) -> int:
    settings = _settings(given)
    from bot.cli.editing import print_schema

    return print_schema(Path(settings.lessons.dir), given.lesson, print)


def migrate(given: argparse.Namespace) -> int:
    settings = _settings(given)
    before, after = asyncio.run(_migrate(settings))
    if before == after:
        print(f"Cơ sở dữ liệu đã ở phiên bản mới nhất ({after}).")
    else:
        print(f"Đã đưa cơ sở dữ liệu từ {before or 'trống'} lên {after}.")
    return 0


def test_lessons(given: argparse.Namespace) -> int:
    settings = _settings(given)
    from bot.cli import lesson_tests
    from bot.services import drafts

    root = Path(settings.lessons.dir)
    report = lesson_tests.play_all(root, drafts.by_code(root, given.paths), settings.placeholders)
    lesson_tests.show(report, given.format, given.coverage, print)
    wrong = [played for played in report.played if not played.good]
    if given.update:
        wrong = list(lesson_tests.update(report.played, partial(print, file=sys.stderr)))
    return 1 if wrong or report.broken else 0


def simulate(given: argparse.Namespace) -> int:
    settings = _settings(given)
    from bot.cli import simulation

    plan = simulation.SimulationPlan(days=given.days, seed=given.seed)
    return simulation.report(simulation.scarce(plan) if given.scarce else plan, settings, print)


def make_backup(given: argparse.Namespace) -> int:
    settings = _settings(given)
    from bot import backup, restoring

    data, url = Path(settings.data.dir), settings.database_url
    restoring.finish(data, url)
    with _tidy_when_stopped():
        site = backup.site_files(given.config, Path(settings.lessons.dir))
        file, manifest = backup.make(data, url, given.file, datetime.now(UTC), site=site)
        backup.prove(file, data, datetime.now(UTC))
    size = file.stat().st_size / 1_000
    print(f"Đã sao lưu và mở thử: {file} ({size:,.0f} kB, dữ liệu phiên bản {manifest.schema}).")
    print("Trong tệp có khóa ký và thông tin học viên: hãy cất ở chỗ riêng.")
    return 0


def restore(given: argparse.Namespace) -> int:
    settings = _settings(given)
    from bot import backup, restoring

    data, url = Path(settings.data.dir), settings.database_url
    if given.check:
        with _tidy_when_stopped():
            manifest = backup.prove(given.file, data, datetime.now(UTC))
        print(f"Mở thử được, chưa đổi gì: dữ liệu của lúc {_utc(manifest.created_at)}.")
        return 0
    with _tidy_when_stopped():
        aside, manifest = restoring.restore(given.file, data, url, datetime.now(UTC))
    print(f"Đã lấy lại dữ liệu của lúc {_utc(manifest.created_at)}.")
    print(f"Dữ liệu trước đó còn ở: {aside}")
    with _tidy_when_stopped():
        print("\n".join(restoring.put_site(given.file, data, given.config, Path(settings.lessons.dir))), end="")
    return 0


def _utc(instant: str) -> str:
    return f"{datetime.fromisoformat(instant):%H:%M %d/%m/%Y} (UTC)"


@contextmanager
def _tidy_when_stopped() -> Iterator[None]:
    """A request to end (SIGTERM, a closed terminal) ends like Ctrl-C: no copy of anybody's data stays behind."""
    names = [name for name in ("SIGTERM", "SIGHUP") if hasattr(signal, name)]
    former = {name: signal.signal(getattr(signal, name), lambda number, _: sys.exit(128 + number)) for name in names}
    try:
        yield
    finally:
        for name, handler in former.items():
            signal.signal(getattr(signal, name), handler)


def people(given: argparse.Namespace) -> int:
    settings = _settings(given)
    from bot.cli import people

    return people.main(settings, given, _world(), ask=_ask if sys.stdin.isatty() else None)


def _ask(question: str) -> bool:
    """Put a question to whoever sits at the terminal."""
    try:
        return input(f"{question} [c = có, k = không] ").strip().lower()[:1] in ("c", "y", "đ")
    except EOFError:
        return False


def models(given: argparse.Namespace) -> int:
    settings = _settings(given)
    from bot.cli import union

    return union.models(settings, given, _world())


def report(given: argparse.Namespace) -> int:
    settings = _settings(given)
    from bot.cli import union

    return union.report(settings, given, _world())


def announce(given: argparse.Namespace) -> int:
    settings = _settings(given)
    from bot.cli import announce

    return announce.main(settings, given, _world())


def doctor(given: argparse.Namespace) -> int:
    from bot.cli import doctor
    from bot.errors import SettingsInvalid

    findings = list(doctor.look_at_machine())
    try:
        settings = _settings(given)
    except SettingsInvalid as wrong:
        findings.append(doctor.Finding("bad", f"Cấu hình: {wrong}"))
    else:
        findings += asyncio.run(
            doctor.look_at_settings(settings, given.config, settings.database_url, datetime.now(UTC))
        )
    return doctor.report(findings, print)


# --- what the verbs share ----------------------------------------------------------------------------


def _settings(given: argparse.Namespace) -> Settings:
    from bot import settings

    flags = {key: str(value) for name, key in FLAGS.items() if (value := getattr(given, name, None)) is not None}
    return settings.load(given.config, os.environ, flags)


def _world() -> CommandEnvironment:
    from uuid import uuid4

    from bot.cli.beside import CommandEnvironment

    return CommandEnvironment(lambda: datetime.now(UTC), lambda: uuid4().hex)


def _desk(settings: Settings, given: argparse.Namespace) -> PublishConsole:
    import shlex

    from bot.cli.publishing import PublishConsole

    usual = {"config": given.parser.get_default("config")}
    named = ((flag, getattr(given, flag, None)) for flag in ("config", "lessons", "data"))
    flags = "".join(
        f" --{flag} {shlex.quote(str(value))}" for flag, value in named if value and value != usual.get(flag)
    )
    return PublishConsole(settings, datetime.now(UTC), print, lambda line: print(line, file=sys.stderr), flags)


def _how(given: argparse.Namespace, *, rollback: bool = False) -> PublishingOptions:
    from bot.cli import publishing
    from bot.services.publishing import PublishingOptions
    from bot.settings import account

    return PublishingOptions(
        author=given.author or account(os.environ),
        urgent=given.urgent,
        at_checkpoint=getattr(given, "at_checkpoint", False),
        rollback=rollback,
        decisions=publishing.decisions(given.decide),
    )


async def _migrate(settings: Settings) -> tuple[str | None, str | None]:
    """The schema's version before and after."""
    from bot import restoring
    from storage import schema
    from storage.address import sqlite_path
    from storage.database import open_database
    from storage.errors import SchemaTooNew
    from storage.lock import lock_all

    url = settings.database_url
    restoring.finish(Path(settings.data.dir), url)
    database = open_database(url)
    path = sqlite_path(url)
    held = lock_all(Path(settings.data.dir), path) if path else None
    try:
        if path is not None:
            before = await schema.current(database) if path.exists() else None
            await schema.ensure(database)
        else:
            before = await schema.current(database)
            if before is not None and before > schema.SCHEMA:
                raise SchemaTooNew
            await schema.migrate(database)
        return before, await schema.current(database)
    finally:
        await database.close()
        if held:
            held.close()


def _head(given: argparse.Namespace, lesson_id: str) -> DialogueHead:
    """Who plays, where and when, as the flags of `try` say."""
    from flows.play.dialogue import DialogueHead, read_address, read_at

    head = DialogueHead(lesson_id, channel=given.channel, lang=given.lang, values=dict(given.set))
    named = head if given.name is None else replace(head, name=" ".join(given.name.split()))
    addressed = replace(named, address=read_address(given.address)) if given.address else named
    return replace(addressed, at=read_at(given.at)) if given.at else addressed


def _find_lesson(wanted: str, shelf: Shelf, settings: Settings) -> tuple[Lesson | None, Iterable[Problem]]:
    """By id, or by the path of a file or folder; a broken lesson comes back as its problems."""
    if wanted in shelf.good:
        return shelf.good[wanted], ()
    path = Path(wanted)
    if path.exists():
        from bot.cli import linting

        return linting.one_lesson(Path(settings.lessons.dir), path, settings.placeholders)
    broken = next((problems for path, problems in shelf.broken.items() if Path(path).parent.name == wanted), ())
    return None, broken


def _with_lesson(shelf: Shelf, lesson: Lesson) -> Shelf:
    return replace(shelf, good={**shelf.good, lesson.id: lesson})


def _unknown_lesson(wanted: str, known: Mapping[str, Lesson]) -> str:
    from flows.reading.fields import did_you_mean

    hint = did_you_mean(wanted, known)
    lessons = "\n".join(f"  {lesson.id:<24}{lesson.title}" for lesson in known.values())
    return f"Không có bài nào tên “{wanted}”{'; ' + hint if hint else '.'}\nCác bài đang có:\n{lessons}"
