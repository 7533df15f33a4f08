"""`./camtay restore`: the data as a backup holds them."""

from __future__ import annotations

import argparse
from datetime import datetime
from pathlib import Path

from bot.cli.environment import CommandEnvironment, settings_of
from bot.cli.flags import add_flags, path
from bot.cli.language import told
from bot.cli.terminal import tidy_when_stopped

HELP = "Lấy lại dữ liệu từ tệp sao lưu."


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add_flags(parser, "config data")
    parser.add_argument("file", metavar="TỆP", nargs="?", type=path, help="tệp mà ./camtay backup đã ghi")
    parser.add_argument("--check", action="store_true", help="chỉ mở thử xem có lấy lại được không, không đổi gì")
    parser.add_argument(
        "--rehearse",
        action="store_true",
        help="lấy lại thử vào một chỗ tạm (không ghi tệp: bản mới nhất), không đổi gì",
    )


def run(given: argparse.Namespace) -> int:
    """Put the backup in place, then settings and media that are missing; `--check` only opens it, `--rehearse` puts it
    back in a temporary place. Exit code 0."""
    if given.file is None and not given.rehearse:
        given.parser.error(f"the following arguments are required: {told('TỆP')}")
    settings = settings_of(given)
    from bot import backup, restoring

    data, url, now = Path(settings.data.dir), settings.database_url, CommandEnvironment().now
    if given.rehearse:
        return _rehearse(given.file, data, url, now())
    if given.check:
        with tidy_when_stopped():
            manifest = backup.prove(given.file, data, now())
        print(told("Mở thử được, chưa đổi gì: dữ liệu của lúc {at}.", at=_utc(manifest.created_at)))
        return 0
    with tidy_when_stopped():
        aside, manifest = restoring.restore(given.file, data, url, now())
    print(told("Đã lấy lại dữ liệu của lúc {at}.", at=_utc(manifest.created_at)))
    print(told("Dữ liệu trước đó còn ở: {folder}", folder=aside))
    with tidy_when_stopped():
        print("\n".join(restoring.put_site(given.file, data, given.config, Path(settings.lessons.dir))), end="")
    return 0


def _rehearse(file: Path | None, data: Path, url: str, now: datetime) -> int:
    from bot.backup import BackupFailed
    from bot.operations.backups import newest_backup
    from bot.operations.rehearsal import rehearse
    from flows.saying import say

    newest = newest_backup(data)
    chosen = file or (newest.path if newest else None)
    if chosen is None:
        raise BackupFailed(
            say("Chưa có bản sao lưu nào trong {folder}; chạy ./camtay backup trước.", folder=data / "backup")
        )
    with tidy_when_stopped():
        found = rehearse(chosen, data, url, now)
    said = told(
        "Đã lấy lại thử {file} vào chỗ tạm rồi bỏ đi: dữ liệu của lúc {at}.", file=found.file, at=_utc(found.made_at)
    )
    print(said)
    if found.counted:
        print(told("{tables} bảng, {rows} dòng: đủ như lúc sao lưu.", tables=found.tables, rows=f"{found.rows:,}"))
    else:
        print(
            told(
                "{tables} bảng, {rows} dòng; bản cũ này không ghi số dòng để so.",
                tables=found.tables,
                rows=f"{found.rows:,}",
            )
        )
    print(told("Đọc lại được {lessons} bài. Đã ghi lại là thử được.", lessons=found.lessons))
    return 0


def _utc(instant: str) -> str:
    return f"{datetime.fromisoformat(instant):%H:%M %d/%m/%Y} (UTC)"
