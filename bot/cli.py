"""The verbs of ./camtay that the program itself answers. Each imports what it needs when it is called."""

from __future__ import annotations

import argparse
import asyncio
import os
import re
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

if TYPE_CHECKING:
    from bot.publishing import Desk
    from bot.services.publishing import How
    from bot.settings import Settings
    from flows.dialogue import Head
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
    from flows.dialogue import TranscriptInvalid
    from flows.model import LessonInvalid

    match error:
        case FileNotFoundError(filename=str() as path) if Path(path).name in ("phrases.yaml", "words.yaml"):
            return 2, f"{path}: không có tệp này; --lessons phải chỉ vào thư mục có lời của máy."
        case LessonInvalid():
            return 1, str(error)
        case TranscriptInvalid():
            return 2, f"Chưa chạy được: {error.message}."
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

    return app.run(settings, watch=given.watch)


def lint(given: argparse.Namespace) -> int:
    import gc

    settings = _settings(given)
    from bot import linting
    from bot.errors import SettingsInvalid
    from flows.saying import in_english

    gc.disable()  # a short life of a million small things, none of them in a circle
    if given.rules:
        from flows.rulepage import page

        print(page(), end="")
        return 0
    quiet = settings.time.quiet_from, settings.time.quiet_to
    lessons, facts = Path(settings.lessons.dir), settings.placeholders
    try:
        if given.live or given.database:
            from bot import lint_live

            url = given.database or settings.database_url
            found = asyncio.run(lint_live.problems(url, lessons, given.paths, facts, quiet))
        else:
            found = linting.problems(lessons, given.paths, facts, quiet)
    except SettingsInvalid as wrong:
        raise SettingsInvalid(in_english(wrong.args[0]) if given.lang == "en" else str(wrong)) from None
    return linting.report(found, given.format, print, given.lang)


def publish(given: argparse.Namespace) -> int:
    settings = _settings(given)
    from bot import publishing

    how = _how(given)
    return asyncio.run(publishing.publish_files(_desk(settings), given.lessons_wanted, how, dry_run=given.dry_run))


def history(given: argparse.Namespace) -> int:
    settings = _settings(given)
    from bot import publishing

    return asyncio.run(publishing.show_history(_desk(settings), given.lesson, diff=given.diff))


def rollback(given: argparse.Namespace) -> int:
    settings = _settings(given)
    from bot import publishing

    how, desk = _how(given, rollback=True), _desk(settings)
    return asyncio.run(publishing.roll_back(desk, given.lesson, given.version, how, dry_run=given.dry_run))


def try_lesson(given: argparse.Namespace) -> int:
    settings = _settings(given)
    from bot import transcripts
    from bot.channels.console import Console
    from flows.shelf import plain_book, read_shelf

    shelf = read_shelf(Path(settings.lessons.dir), settings.placeholders)
    lesson, problems = _find_lesson(given.lesson, shelf, settings)
    if lesson is None:
        print("\n".join(map(str, problems)) or _unknown_lesson(given.lesson, shelf.good), file=sys.stderr)
        return 1 if problems else 2
    book = plain_book(_with_lesson(shelf, lesson), settings.placeholders)
    save = partial(transcripts.save, Path(lesson.place.path))
    return Console(book, input, print, save).play(_head(given, lesson.id))


def graph(given: argparse.Namespace) -> int:
    settings = _settings(given)
    from bot import graphing

    lessons, facts = Path(settings.lessons.dir), settings.placeholders
    return graphing.draw(lessons, given.lesson, facts, shape=given.format, out=given.out, coverage=given.coverage)


def translate(given: argparse.Namespace) -> int:
    settings = _settings(given)
    from bot import translating

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
    from bot.editing import print_schema

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
    from bot import lesson_tests

    report = lesson_tests.play_all(Path(settings.lessons.dir), given.paths, settings.placeholders)
    lesson_tests.show(report, given.format, given.coverage, print)
    wrong = [played for played in report.played if not played.good]
    if given.update:
        wrong = list(lesson_tests.update(report.played, partial(print, file=sys.stderr)))
    return 1 if wrong or report.broken else 0


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


def _desk(settings: Settings) -> Desk:
    from bot.publishing import Desk

    return Desk(settings, datetime.now(UTC), print, lambda line: print(line, file=sys.stderr))


def _how(given: argparse.Namespace, *, rollback: bool = False) -> How:
    from bot import publishing
    from bot.services.publishing import How
    from bot.settings import account

    return How(
        author=given.author or account(os.environ),
        urgent=given.urgent,
        at_checkpoint=getattr(given, "at_checkpoint", False),
        rollback=rollback,
        decisions=publishing.decisions(given.decide),
    )


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


def _head(given: argparse.Namespace, lesson_id: str) -> Head:
    """Who plays, where and when, as the flags of `try` say."""
    from flows.dialogue import Head, read_address, read_at

    head = Head(lesson_id, channel=given.channel, lang=given.lang, values=dict(given.set))
    named = head if given.name is None else replace(head, name=" ".join(given.name.split()))
    addressed = replace(named, address=read_address(given.address)) if given.address else named
    return replace(addressed, at=read_at(given.at)) if given.at else addressed


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
        unknown = next((word.partition("=")[0].rstrip(":") for word in message.split() if word.startswith("--")), "")
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

    running = add("run", run, "Chạy Cầm Tay.", "config lessons data host port")
    running.add_argument(
        "--watch",
        action=argparse.BooleanOptionalAction,
        help="lưu bài là dùng được ngay; không ghi: chỉ khi trang web mở riêng cho máy này",
    )
    _add_lint(add("lint", lint, "Soát bài học.", "config lessons data"))
    _add_publish(add("publish", publish, "Phát hành bài đã sửa; ai đang học vẫn yên chỗ."))
    _add_history(add("history", history, "Xem các lần phát hành của một bài."))
    _add_rollback(add("rollback", rollback, "Quay lại một bản cũ của bài."))
    trying = add("try", try_lesson, "Học thử một bài ngay ở đây, không lưu gì.", "config lessons")
    trying.add_argument("lesson", metavar="BÀI", help="mã của bài, hoặc đường dẫn tới bài")
    trying.add_argument("--name", metavar="TÊN", help="gọi học viên là gì (Lan)")
    trying.add_argument(
        "--address", metavar="CÁCH_GỌI", help="chị/em, cô/con, dì/con, bác/cháu, bà/con, em/chị, bạn/mình"
    )
    trying.add_argument("--channel", metavar="KÊNH", type=_word, default="web", help="web, telegram…")
    trying.add_argument("--lang", metavar="TIẾNG", type=_word, default="vi", help="vi, en…")
    trying.add_argument("--at", metavar="LÚC", help="bắt đầu lúc nào; ví dụ: “2026-01-05 08:00”")
    trying.add_argument(
        "--set",
        metavar="TÊN=GIÁ_TRỊ",
        type=_value,
        action="append",
        default=[],
        help="đặt sẵn một biến; dùng được nhiều lần",
    )
    _add_translate(add("translate", translate, "Bản dịch của bài học, trong tệp PO.", ""))
    drawing = add("graph", graph, "Vẽ các bước của một bài và đường đi giữa chúng.", "config lessons")
    drawing.add_argument("lesson", metavar="BÀI", help="mã của bài, hoặc đường dẫn tới bài")
    drawing.add_argument(
        "--format", choices=("mermaid", "svg"), default="mermaid", help="chữ Mermaid, hay hình SVG mở bằng trình duyệt"
    )
    drawing.add_argument("--out", metavar="TỆP", type=_path, help="không ghi: in ra màn hình")
    drawing.add_argument("--coverage", action="store_true", help="đánh dấu bước chưa bản thoại nào đi qua")
    testing = add("test-lessons", test_lessons, "Diễn lại các bản thoại mẫu của bài học.", "config lessons")
    testing.add_argument(
        "paths", metavar="ĐƯỜNG_DẪN", nargs="*", type=_path, help="bản thoại hay thư mục; không ghi: mọi bài"
    )
    testing.add_argument("--update", action="store_true", help="ghi lại lời máy trong các bản thoại khác đi")
    testing.add_argument("--coverage", action="store_true", help="kể từng bước, từng lựa chọn chưa bản thoại nào qua")
    testing.add_argument("--format", choices=("text", "json", "github"), default="text", help="cách in kết quả")
    editing = add("schema", schema, "In lược đồ bài học cho trình soạn thảo.", "config lessons")
    editing.add_argument("lesson", metavar="BÀI", nargs="?", help="gợi ý thêm mã bước của bài này")
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


def _add_lint(linting: argparse.ArgumentParser) -> None:
    linting.add_argument(
        "paths", metavar="ĐƯỜNG_DẪN", nargs="*", type=_path, help="tệp hay thư mục; không ghi: mọi bài"
    )
    linting.add_argument("--format", choices=("text", "json", "github"), default="text", help="cách in kết quả")
    linting.add_argument("--lang", choices=("vi", "en"), default="vi", help="tiếng của lời báo")
    linting.add_argument("--live", action="store_true", help="xem cả người đang học, theo cơ sở dữ liệu đã cấu hình")
    linting.add_argument("--database", metavar="ĐỊA_CHỈ", default="", help="như --live, với cơ sở dữ liệu này")
    linting.add_argument("--rules", action="store_true", help="in trang các điều được soát (lessons/RULES.md)")


def _add_translate(parser: argparse.ArgumentParser) -> None:
    whats = parser.add_subparsers(required=True, metavar="VIỆC", dest="what")
    words = {
        "export": "Ghi tệp PO của một bài để dịch; bản dịch đã có thì giữ.",
        "import": "Nhận tệp PO đã dịch; có chỗ sai thì không ghi gì.",
        "status": "Mỗi bài mỗi tiếng đã dịch tới đâu.",
    }
    for what, about in words.items():
        child = whats.add_parser(what, help=about, description=about, allow_abbrev=False)
        child.set_defaults(parser=child)
        for flag in ("config", "lessons"):
            _FLAG_ADDERS[flag](child)
        if what == "status":
            child.add_argument("lesson", metavar="BÀI", nargs="?", help="mã bài, hoặc phrases; không ghi: mọi bài")
            continue
        child.add_argument("lesson", metavar="BÀI", help="mã bài, đường dẫn tới bài, hoặc phrases: câu của máy")
        child.add_argument("language", metavar="TIẾNG", help="mã tiếng, ví dụ: en")
        if what == "import":
            child.add_argument("file", metavar="TỆP", nargs="?", type=_path, help="không ghi: xem lại tệp trong po/")


def _add_publish(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "lessons_wanted", metavar="BÀI", nargs="*", help="mã bài hay đường dẫn; không ghi: mọi bài đã sửa"
    )
    when = parser.add_mutually_exclusive_group()
    when.add_argument("--urgent", action="store_true", help="nội dung cũ nguy hiểm: chuyển ngay người đang học")
    when.add_argument("--at-checkpoint", action="store_true", help="người đang học sang bản mới khi qua mốc kế tiếp")
    _add_how(parser)


def _add_history(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("lesson", metavar="BÀI", help="mã của bài")
    parser.add_argument("--diff", action="store_true", help="in cả chỗ đã sửa")


def _add_rollback(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("lesson", metavar="BÀI", help="mã của bài")
    parser.add_argument("version", metavar="BẢN", type=int, help="số của bản; xem ./camtay history BÀI")
    parser.add_argument("--urgent", action="store_true", help="chuyển ngay người đang học")
    _add_how(parser)


def _add_how(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--dry-run", action="store_true", help="chỉ xem, không ghi gì")
    parser.add_argument(
        "--decide",
        metavar="BƯỚC=CÁCH",
        action="append",
        default=[],
        help="người ở bước đã bỏ: stay; với --urgent: checkpoint, start, hay mã một bước mới",
    )
    parser.add_argument("--author", metavar="TÊN", default="", help="ai phát hành (không ghi: tên tài khoản máy)")


def _path(text: str) -> Path:
    return Path(text).absolute()


def _word(text: str) -> str:
    if not re.fullmatch(r"[a-z][a-z_]{1,19}", text):
        raise argparse.ArgumentTypeError(f"“{text}” không phải một từ viết thường, không dấu")
    return text


def _value(text: str) -> tuple[str, str]:
    from flows.dialogue import RESERVED

    name, given, value = text.partition("=")
    if not given or not re.fullmatch(r"[a-z][a-z0-9_]*", name) or name in RESERVED:
        raise argparse.ArgumentTypeError(f"“{text}” phải có dạng ten=giá_trị")
    return name, " ".join(value.split())


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
