"""A backup put in the place of what is there: all of it or nothing, whatever breaks it off.

What is new is laid beside the place it goes to, so on the same file system, and the former is copied aside; a plan
(`restoring.json`) says what lies where. Once the plan is ready only renaming is left. Whoever next opens the data calls
`finish`: a plan that is ready is carried out to its end, one that is not is taken back.
"""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from pathlib import Path

from bot.backup import CONFIG, FAULTS, FOLDER, BackupFailed, Manifest, known_deleted, reason, run, strange, unpack
from bot.people import gone
from bot.people.erasure import repeat_deletions
from bot.people.pseudonyms import KEY_FILE, Pseudonyms
from flows.saying import say
from storage import copies
from storage.copies import POSTGRESQL, SQLITE, CopyFailed
from storage.engine.address import sqlite_path
from storage.engine.database import open_database
from storage.engine.files import RESTORE, copy, move, put_whole, remove, scratch, sweep, sync_folder
from storage.engine.lock import lock_all

PLAN = "restoring.json"
MAKING, READY, LOADED = "making", "ready", "loaded"
"""Taken back; carried out; likewise, and PostgreSQL holds the new data already."""


@dataclass(frozen=True, slots=True)
class RestorePlan:
    """`places` are files of the data folder, `database` the SQLite file (empty: PostgreSQL), `copied` the name of its
    copy, `aside` the folder in the data folder where the former lie."""

    phase: str
    aside: str
    places: Sequence[str]
    database: str
    copied: str

    def new_database(self, data: Path) -> Path:
        """Where the restored SQLite file lies until it takes its place."""
        return restored_path(Path(self.database) if self.database else data / self.copied)


def restored_path(path: Path) -> Path:
    """Where what is restored lies until it takes the place of the file `path`."""
    return path.with_name(f".{path.name}.restored")


def restore(
    file: Path, data: Path, database_url: str, now: datetime, failpoint: Callable[[str], None] = lambda _: None
) -> tuple[Path, Manifest]:
    """Put a backup in place of what is there; returns where the former data lie. Raises BackupFailed, AlreadyRunning.

    Whoever had everything deleted since the backup was made is written down first, and deleted from the copy before it
    takes the database's place (a dump of PostgreSQL: right after). A backup of SQLite goes into PostgreSQL as well.
    `failpoint` hears each point that a test may want to break it off at.
    """
    try:
        with lock_all(data, sqlite_path(database_url)):
            _settle(data, database_url)
            with scratch(data, RESTORE) as folder:
                manifest = unpack(file, folder)
                failpoint("unpacked")
                plan = _planned(manifest, data, database_url, now)
                deleted = known_deleted(database_url, data, file.parent, folder / "files")
                if plan.copied == SQLITE:
                    keys = _keys(folder / "files" / KEY_FILE, data / KEY_FILE)
                    run(_delete_again(f"sqlite:///{folder / SQLITE}", keys, deleted))
                gone.keep(data, deleted)  # first of all: whoever runs it again may find another database
                ready = _make_ready(plan, data, database_url, folder, failpoint)
    except FAULTS as fault:
        raise BackupFailed(say("Chưa lấy lại được từ {file}: {reason}.", file=file, reason=reason(fault))) from fault
    finish(data, database_url, failpoint)
    return data / ready.aside, manifest


def put_site(file: Path, data: Path, config: Path, lessons: Path) -> list[str]:
    """Put back what a backup has of the site's settings and media where it is missing; nothing that is there changes.

    Returns what was done, a sentence each. Raises BackupFailed.
    """
    try:
        with scratch(data, RESTORE) as folder:
            names = [entry.name for entry in unpack(file, folder).entries]
            places = {name: lessons / name.removeprefix("lessons/") for name in names if name.startswith("lessons/")}
            for name, path in places.items():
                if not path.resolve().is_relative_to(lessons.resolve()):
                    raise strange(name)
            if CONFIG in names:
                places[CONFIG] = config
            return [told for name, path in places.items() if (told := _put_missing(folder / name, path, config))]
    except FAULTS as fault:
        raise BackupFailed(
            say("Dữ liệu đã lấy lại; cấu hình và hình ảnh thì chưa: {reason}.", reason=reason(fault))
        ) from fault


def _put_missing(copied: Path, path: Path, config: Path) -> str:
    """What was done; settings that differ are laid beside those that are there."""
    content = copied.read_bytes()
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        put_whole(path, content)
        return say("Đã đặt lại {path}.", path=path)
    if path.read_bytes() == content:
        return ""
    if path != config:
        return say("{path} đang có tệp khác; để nguyên.", path=path)
    beside_it = path.with_name("config.backup.yaml")
    put_whole(beside_it, content)
    return say("Cấu hình trong bản sao lưu khác tệp đang dùng; xem {path}.", path=beside_it)


def finish(data: Path, database_url: str, failpoint: Callable[[str], None] = lambda _: None) -> None:
    """See to a restore that was broken off; else this is one look. Raises BackupFailed, AlreadyRunning."""
    if not (data / PLAN).exists():
        return
    try:
        with lock_all(data, sqlite_path(database_url)):
            _settle(data, database_url, failpoint)
    except FAULTS as fault:
        raise BackupFailed(
            say(
                "Lần lấy lại dữ liệu này còn dở: {reason}. Sửa chỗ đó rồi chạy lại là máy làm nốt.",
                reason=reason(fault),
            )
        ) from fault


def sweep_copies(data: Path, database_url: str) -> int:
    """Remove what broken-off backups and restores left where this tutor keeps its data; how many."""
    path = sqlite_path(database_url)
    return sweep({data, data / FOLDER, *([path.parent] if path else [])})


# --- until the plan is ready ---------------------------------------------------------------------------


def _planned(manifest: Manifest, data: Path, database_url: str, now: datetime) -> RestorePlan:
    path, names = sqlite_path(database_url), [entry.name for entry in manifest.entries]
    if path is not None and SQLITE not in names:
        raise BackupFailed(say("Tệp sao lưu này của PostgreSQL, không đưa vào SQLite được; xem database.url."))
    copied = SQLITE if SQLITE in names else POSTGRESQL
    if copied not in names:
        raise BackupFailed(say("Tệp sao lưu này không có cơ sở dữ liệu; chưa làm gì cả."))
    places = _places(names, data, path)
    database = str(path.resolve()) if path else ""
    return RestorePlan(MAKING, f"before-restore-{now:%Y%m%d-%H%M%S}", places, database, copied)


def _places(names: Sequence[str], data: Path, database: Path | None) -> list[str]:
    """Where each small file goes in the data folder; checked before anything is written."""
    small = [name for name in names if name.startswith("files/")]
    root, places = data.resolve(), []
    for name in small:
        inside = name.removeprefix("files/")
        path = (root / inside).resolve()
        if not path.is_relative_to(root) or path == root or (database and path == database.resolve()):
            raise strange(name)
        if inside != gone.NAME:  # what it knows is added to the folder's own, which may know more
            places.append(inside)
    return places


def _make_ready(
    plan: RestorePlan, data: Path, database_url: str, folder: Path, failpoint: Callable[[str], None]
) -> RestorePlan:
    """Lay the new beside, copy the former aside, then say that it is ready; whatever stops it takes all of it back."""
    if (data / plan.aside).exists():
        raise CopyFailed(say("đã có {aside}; đợi một giây rồi chạy lại", aside=plan.aside))
    _write(plan, data)
    failpoint("planned")
    try:
        aside = data / plan.aside
        aside.mkdir(mode=0o700)
        for inside in plan.places:
            if (data / inside).is_dir():
                raise BackupFailed(say("Chưa lấy lại được: {path} là thư mục, phải là tệp.", path=data / inside))
            _copy_aside(data / inside, aside / inside)
            restored_path(data / inside).parent.mkdir(parents=True, exist_ok=True)
            copy(folder / "files" / inside, restored_path(data / inside))
        failpoint("files laid")
        if plan.database:
            copies.keep_sqlite(Path(plan.database), aside)
            Path(plan.database).parent.mkdir(parents=True, exist_ok=True)
        else:
            copies.keep_postgresql(database_url, aside)
        move(folder / plan.copied, plan.new_database(data))
        copies.check(plan.new_database(data), plan.copied)
        failpoint("database laid")
    except BaseException:
        _take_back(plan, data)
        raise
    ready = replace(plan, phase=READY)
    _write(ready, data)
    failpoint("ready")
    return ready


def _copy_aside(former: Path, kept: Path) -> None:
    if former.exists():
        kept.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(former, kept)


def _write(plan: RestorePlan, data: Path) -> None:
    put_whole(data / PLAN, json.dumps(asdict(plan)).encode())


# --- a plan's end --------------------------------------------------------------------------------------


def _settle(data: Path, database_url: str, failpoint: Callable[[str], None] = lambda _: None) -> None:
    """The folder is ours alone."""
    try:
        plan = RestorePlan(**json.loads((data / PLAN).read_bytes()))
    except FileNotFoundError:
        return
    if plan.phase == MAKING:
        _take_back(plan, data)
    else:
        _carry_out(plan, data, database_url, failpoint)


def _take_back(plan: RestorePlan, data: Path) -> None:
    for path in (plan.new_database(data), *(restored_path(data / inside) for inside in plan.places)):
        path.unlink(missing_ok=True)
    if (data / plan.aside).exists():
        remove(data / plan.aside)
    (data / PLAN).unlink()


def _carry_out(plan: RestorePlan, data: Path, database_url: str, failpoint: Callable[[str], None]) -> None:
    """Each step is done at most once, however often this begins anew."""
    new = plan.new_database(data)
    if plan.database:
        copies.put_sqlite(Path(plan.database), new)
    elif plan.phase == READY:
        _load(plan, data, database_url)
        failpoint("loaded")
        plan = replace(plan, phase=LOADED)
        _write(plan, data)
    failpoint("database put")
    for inside in plan.places:
        path = data / inside
        if restored_path(path).exists():
            os.replace(restored_path(path), path)
            sync_folder(path.parent)
        failpoint("file put")
    new.unlink(missing_ok=True)
    (data / PLAN).unlink()


def _load(plan: RestorePlan, data: Path, database_url: str) -> None:
    """PostgreSQL takes all of it in one transaction, or says why not: then everything stays as it was."""
    if sqlite_path(database_url) is not None:
        raise CopyFailed(say("nó đang đưa dữ liệu vào PostgreSQL; hãy đặt lại DATABASE_URL như lúc đó"))
    try:
        run(copies.put_postgresql(database_url, plan.new_database(data), plan.copied))
    except CopyFailed:
        _take_back(plan, data)
        raise
    if plan.copied == POSTGRESQL:
        keys = _keys(restored_path(data / KEY_FILE), data / KEY_FILE)
        run(_delete_again(database_url, keys, gone.known([data])))


def _keys(*files: Path) -> list[Pseudonyms]:
    """The keys under which tombstones may have been made, each once."""
    keys = dict.fromkeys(Pseudonyms.key_in(file) for file in files if file.exists())
    return [Pseudonyms(key) for key in keys if key]


async def _delete_again(database_url: str, keys: list[Pseudonyms], deleted: gone.Tombstones) -> None:
    database = open_database(database_url)
    try:
        await repeat_deletions(database, keys, deleted)
    finally:
        await database.close()
    if path := sqlite_path(database_url):
        with closing(sqlite3.connect(path)) as copied:
            copied.execute("PRAGMA journal_mode = DELETE")  # all of it in the one file that is moved
