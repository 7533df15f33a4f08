"""The verbs of ./camtay that the program itself answers. Each imports what it needs when it is called."""

from __future__ import annotations

import argparse
import asyncio
import os
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

if TYPE_CHECKING:
    from bot.settings import Settings
    from flows.events import Universe
    from flows.model import Lesson, Problem
    from flows.shelf import Shelf

ROOT = Path(__file__).resolve().parents[1]

FLAGS = {"lessons": "lessons.dir", "data": "data.dir", "host": "web.host", "port": "web.port"}
"""A flag → the setting it overrides."""

Verb = Callable[[argparse.Namespace], int]


def main(arguments: Sequence[str]) -> int:
    """Answer one verb; the exit code. What can go wrong is told in a sentence, never by a traceback."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")
    given, unknown = _parser().parse_known_args(arguments)
    if unknown:
        given.parser.error(f"unrecognized arguments: {' '.join(unknown)}")
    verb: Verb = given.verb
    mask = os.umask(0o077)  # whatever is written may hold what a learner told us
    try:
        return verb(given)
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:  # `./camtay lint | head`: nobody reads on
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except Exception as error:
        sentence = _sentence(error)
        if sentence is None:
            raise
        print(sentence[1], file=sys.stderr)
        return sentence[0]
    finally:
        os.umask(mask)


def _sentence(error: Exception) -> tuple[int, str] | None:
    """Exit code and words for an expected error; None for a fault of ours, whose traceback we want to see."""
    from bot.backup import BackupFailed
    from bot.errors import CamtayError, NotAllowed, SettingsInvalid, StorageError

    match error:
        case SettingsInvalid() | NotAllowed():
            return 2, str(error)
        case BackupFailed() | CamtayError():
            return 1, str(error)
        case StorageError():
            return 1, str(error)
    return None


# --- verbs -------------------------------------------------------------------------------------------


def run(given: argparse.Namespace) -> int:
    settings = _settings(given)
    from bot import app

    return app.run(settings)


def lint(given: argparse.Namespace) -> int:
    settings = _settings(given)
    from bot import linting

    return linting.report(
        linting.problems(Path(settings.lessons.dir), given.paths, settings.placeholders), given.format, print
    )


def try_lesson(given: argparse.Namespace) -> int:
    settings = _settings(given)
    from bot.channels.console import Console
    from flows.shelf import plain_book, read_shelf

    shelf = read_shelf(Path(settings.lessons.dir), settings.placeholders)
    lesson, problems = _find_lesson(given.lesson, shelf, settings)
    if lesson is None:
        print("\n".join(map(str, problems)) or _unknown_lesson(given.lesson, shelf.good), file=sys.stderr)
        return 1 if problems else 2
    book = plain_book(_with_lesson(shelf, lesson), settings.placeholders)
    return Console(book, input, print, _universe).play(lesson.id)


def migrate(given: argparse.Namespace) -> int:
    settings = _settings(given)
    before, after = asyncio.run(_migrate(settings))
    if before == after:
        print(f"Cơ sở dữ liệu đã ở phiên bản mới nhất ({after}).")
    else:
        print(f"Đã đưa cơ sở dữ liệu từ {before or 'trống'} lên {after}.")
    return 0


def golden(given: argparse.Namespace) -> int:
    settings = _settings(given)
    from bot.golden import rewrite

    return rewrite(settings, given.paths)


def simulate(given: argparse.Namespace) -> int:
    settings = _settings(given)
    from bot import simulation

    return simulation.report(simulation.Plan(days=given.days, seed=given.seed), settings, print)


def make_backup(given: argparse.Namespace) -> int:
    settings = _settings(given)
    from bot import backup

    file, manifest = backup.make(Path(settings.data.dir), settings.database_url, given.file, datetime.now(UTC))
    size = file.stat().st_size / 1_000
    print(f"Đã sao lưu: {file} ({size:,.0f} kB, dữ liệu phiên bản {manifest.schema}).")
    print("Trong tệp có khóa ký và thông tin học viên: hãy cất ở chỗ riêng.")
    return 0


def restore(given: argparse.Namespace) -> int:
    settings = _settings(given)
    from bot import backup

    aside, manifest = backup.restore(given.file, Path(settings.data.dir), settings.database_url, datetime.now(UTC))
    print(f"Đã lấy lại dữ liệu của lúc {datetime.fromisoformat(manifest.created_at):%H:%M %d/%m/%Y} (UTC).")
    print(f"Dữ liệu trước đó còn ở: {aside}")
    return 0


def people(given: argparse.Namespace) -> int:
    settings = _settings(given)
    from uuid import uuid4

    from bot import people

    return people.main(settings, given, people.World(lambda: datetime.now(UTC), lambda: uuid4().hex))


def doctor(given: argparse.Namespace) -> int:
    from bot import doctor
    from bot.errors import SettingsInvalid

    findings = list(doctor.look_at_machine())
    try:
        settings = _settings(given)
    except SettingsInvalid as wrong:
        findings.append(doctor.Finding("bad", f"Cấu hình: {wrong}"))
    else:
        findings += asyncio.run(doctor.look_at_settings(settings, given.config, settings.database_url))
    return doctor.report(findings, print)


# --- what the verbs share ----------------------------------------------------------------------------


def _settings(given: argparse.Namespace) -> Settings:
    from bot import settings

    flags = {key: str(value) for name, key in FLAGS.items() if (value := getattr(given, name, None)) is not None}
    return settings.load(given.config, os.environ, flags)


async def _migrate(settings: Settings) -> tuple[str | None, str | None]:
    """The schema's version before and after."""
    from storage import schema
    from storage.copies import sqlite_path
    from storage.database import open_database
    from storage.errors import SchemaTooNew
    from storage.lock import lock_all

    url = settings.database_url
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


def _universe(later: timedelta) -> Universe:
    from random import Random
    from uuid import uuid4

    from flows.events import Universe

    return Universe(datetime.now().astimezone() + later, lambda: uuid4().hex, Random())


def _find_lesson(wanted: str, shelf: Shelf, settings: Settings) -> tuple[Lesson | None, Iterable[Problem]]:
    """By id, or by the path of a file or folder; a broken lesson comes back as its problems."""
    if wanted in shelf.good:
        return shelf.good[wanted], ()
    path = Path(wanted)
    if path.exists():
        from bot import linting

        return linting.one_lesson(Path(settings.lessons.dir), path, settings.placeholders)
    broken = next((problems for path, problems in shelf.broken.items() if Path(path).parent.name == wanted), ())
    return None, broken


def _with_lesson(shelf: Shelf, lesson: Lesson) -> Shelf:
    from dataclasses import replace

    return replace(shelf, good={**shelf.good, lesson.id: lesson})


def _unknown_lesson(wanted: str, known: Mapping[str, Lesson]) -> str:
    from flows.fields import did_you_mean

    hint = did_you_mean(wanted, known)
    lessons = "\n".join(f"  {lesson.id:<24}{lesson.title}" for lesson in known.values())
    return f"Không có bài nào tên “{wanted}”{'; ' + hint if hint else '.'}\nCác bài đang có:\n{lessons}"


# --- arguments ---------------------------------------------------------------------------------------


class _Parser(argparse.ArgumentParser):
    """argparse speaks English; whoever types here may not."""

    _WORDS: Mapping[str, str] = {
        "the following arguments are required": "còn thiếu",
        "unrecognized arguments": "không có tùy chọn",
        "expected one argument": "cần một giá trị",
        "invalid choice": "không có lựa chọn",
        "choose from": "chọn một trong",
        "argument": "tùy chọn",
    }

    def error(self, message: str) -> NoReturn:
        for english, vietnamese in self._WORDS.items():
            message = message.replace(english, vietnamese)
        self.exit(2, f"Lệnh chưa đúng: {message}.{self._nearest(message)}\nXem cách dùng: {self.prog} --help\n")

    def _nearest(self, message: str) -> str:
        from flows.fields import did_you_mean

        known = [option for action in self._actions for option in action.option_strings if option.startswith("--")]
        unknown = next((word.partition("=")[0] for word in message.split() if word.startswith("--")), "")
        hint = did_you_mean(unknown, known) if unknown and unknown not in known else ""
        return f" {hint[0].upper()}{hint[1:]}" if hint else ""


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(prog="./camtay", allow_abbrev=False)
    verbs = parser.add_subparsers(required=True, metavar="LỆNH")

    def add(name: str, verb: Verb, what: str, flags: str = "config lessons data") -> argparse.ArgumentParser:
        child = verbs.add_parser(name, help=what, description=what, allow_abbrev=False)
        child.set_defaults(verb=verb, parser=child)
        for flag in flags.split():
            _FLAG_ADDERS[flag](child)
        return child

    add("run", run, "Chạy Cầm Tay.", "config lessons data host port")
    linting = add("lint", lint, "Soát bài học.", "config lessons")
    linting.add_argument(
        "paths", metavar="ĐƯỜNG_DẪN", nargs="*", type=_path, help="tệp hay thư mục; không ghi: mọi bài"
    )
    linting.add_argument("--format", choices=("text", "json", "github"), default="text", help="cách in kết quả")
    trying = add("try", try_lesson, "Học thử một bài ngay ở đây, không lưu gì.", "config lessons")
    trying.add_argument("lesson", metavar="BÀI", help="mã của bài, hoặc đường dẫn tới bài")
    writing = add(
        "golden", golden, "Ghi lại lời của máy trong các bản thoại mẫu; xem git diff sau đó.", "config lessons"
    )
    writing.add_argument("paths", metavar="BẢN_THOẠI", nargs="*", type=_path, help="không ghi: mọi bản thoại")
    simulating = add("simulate", simulate, "Chạy thử việc ghép đôi 1+1 trong thời gian nhanh.", "config")
    simulating.add_argument(
        "what", metavar="GÌ", choices=("province",), help="province: 95 xã phường, 20.000 người học"
    )
    simulating.add_argument("--days", metavar="NGÀY", type=int, default=90, help="bao nhiêu ngày (90)")
    simulating.add_argument("--seed", metavar="SỐ", type=int, default=1, help="số gieo: cùng số thì cùng kết quả (1)")
    add("migrate", migrate, "Đưa cơ sở dữ liệu lên phiên bản mới.", "config data")
    making = add("backup", make_backup, "Sao lưu vào một tệp, không cần dừng.", "config data")
    making.add_argument("file", metavar="TỆP", nargs="?", type=_path, help="không ghi: data/backup/camtay-….tar.gz")
    restoring = add("restore", restore, "Lấy lại dữ liệu từ tệp sao lưu.", "config data")
    restoring.add_argument("file", metavar="TỆP", type=_path, help="tệp mà ./camtay backup đã ghi")
    caring = add("people", people, "Người và địa bàn: nhập danh sách, mời, duyệt, tạm dừng, xuất, xóa.", "config data")
    _people_arguments(caring)
    add("doctor", doctor, "Xem đã đủ gì, còn thiếu gì.", "config lessons data host port")
    return parser


def _people_arguments(parser: argparse.ArgumentParser) -> None:
    from bot.people_arguments import add_arguments

    add_arguments(parser)


def _path(text: str) -> Path:
    return Path(text).absolute()


_FLAG_ADDERS: Mapping[str, Callable[[argparse.ArgumentParser], object]] = {
    "config": lambda parser: parser.add_argument(
        "--config", metavar="TỆP", type=_path, default=ROOT / "config.yaml", help="tệp cấu hình (config.yaml)"
    ),
    "lessons": lambda parser: parser.add_argument("--lessons", metavar="THƯ_MỤC", type=_path, help="nơi để bài học"),
    "data": lambda parser: parser.add_argument("--data", metavar="THƯ_MỤC", type=_path, help="nơi để dữ liệu"),
    "host": lambda parser: parser.add_argument(
        "--host", metavar="ĐỊA_CHỈ", help="0.0.0.0 thì điện thoại cùng mạng cũng mở được"
    ),
    "port": lambda parser: parser.add_argument("--port", metavar="CỔNG", help="cổng của trang trò chuyện (8080)"),
}
