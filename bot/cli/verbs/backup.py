"""`./camtay backup`: one file that holds everything, made and proved while the tutor runs."""

from __future__ import annotations

import argparse
from pathlib import Path

from bot.cli.environment import CommandEnvironment, settings_of
from bot.cli.flags import add_flags, path
from bot.cli.language import told
from bot.cli.terminal import tidy_when_stopped

HELP = "Sao lưu vào một tệp, không cần dừng."


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add_flags(parser, "config data")
    parser.add_argument("file", metavar="TỆP", nargs="?", type=path, help="không ghi: data/backup/camtay-….tar.gz")


def run(given: argparse.Namespace) -> int:
    """First finish a restore that was broken off, then make the backup and prove it by opening it; exit code 0."""
    settings = settings_of(given)
    from bot import backup, restoring

    data, url, now = Path(settings.data.dir), settings.database_url, CommandEnvironment().now
    restoring.finish(data, url)
    with tidy_when_stopped():
        site = backup.site_files(given.config, Path(settings.lessons.dir))
        file, manifest = backup.make(data, url, given.file, now(), site=site)
        backup.prove(file, data, now())
    kb, version = file.stat().st_size / 1_000, manifest.schema
    print(
        told(
            "Đã sao lưu và mở thử: {file} ({kb} kB, dữ liệu phiên bản {version}).",
            file=file,
            kb=f"{kb:,.0f}",
            version=version,
        )
    )
    print(told("Trong tệp có khóa ký và thông tin học viên: hãy cất ở chỗ riêng."))
    return 0
