"""`./camtay doctor`: what is configured, reachable, missing, in words for whoever keeps the machine. No secrets."""

from __future__ import annotations

import asyncio
import http.client
import os
import shutil
import socket
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Literal

from bot import backup, restoring
from bot.errors import AlreadyRunning, StorageError, in_words
from bot.greeting import hearing_faults, pages_told
from bot.services.disk import LITTLE
from bot.settings import Settings
from bot.tutoring.clocks import ClockReading, begin
from bot.web.door import FILES, files_allowed
from bot.workers.steady import clock_of
from flows import LessonInvalid
from storage import crew, pg_tools, retention, schema
from storage.address import sqlite_path
from storage.copies import integrity_fault
from storage.database import open_database
from storage.lock import lock_folder, port_of
from storage.records import to_ms

OLDEST_PYTHON = (3, 11)
NO_DISK = 20_000_000
PATIENCE_S = 10.0
PROVED_DAYS = 7  # a backup that was opened longer ago is as good as none for the week since

FindingLevel = Literal["good", "note", "bad"]
MARKS: dict[FindingLevel, str] = {"good": "✔", "note": "!", "bad": "✘"}


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing looked at: good; note, works but somebody should know; bad, does not work."""

    health: FindingLevel
    text: str


def report(findings: Iterable[Finding], write: Callable[[str], object]) -> int:
    """Show all findings; 1 when one is bad."""
    count = {"good": 0, "note": 0, "bad": 0}
    for finding in findings:
        count[finding.health] += 1
        write(f" {MARKS[finding.health]} {finding.text}")
    if count["bad"]:
        write(f"\nCó {count['bad']} chỗ phải sửa (✘) trước khi dùng được.")
    elif count["note"]:
        write(f"\nDùng được. Còn {count['note']} điều nên xem (!).")
    else:
        write("\nMọi thứ đều tốt.")
    return 1 if count["bad"] else 0


def look_at_machine() -> Iterator[Finding]:
    version = ".".join(map(str, sys.version_info[:3]))
    inside = "trong môi trường riêng .venv" if sys.prefix != sys.base_prefix else "ngoài .venv"
    yield Finding("good" if sys.version_info >= OLDEST_PYTHON else "bad", f"Python {version}, {inside}")


async def look_at_settings(settings: Settings, config: Path, database_url: str, now: datetime) -> list[Finding]:
    """Everything that the settings name, looked at where it is."""
    return [
        Finding("good", f"Cấu hình: {config}"),
        *_data(Path(settings.data.dir)),
        await _database(database_url),
        *await asyncio.to_thread(lambda: list(_copies(Path(settings.data.dir), database_url, now))),
        *await _kept(settings, database_url, now),
        *_lessons(settings),
        *await _drafts(settings, database_url),
        await _telegram(settings),
        *await asyncio.to_thread(lambda: list(_web(settings))),
        Finding("good" if files_allowed() >= FILES else "note", pages_told(files_allowed())),
        _helper(settings),
        Finding("good", f"Múi giờ {settings.time.zone}; không nhắc bài từ {_quiet(settings)}"),
    ]


def _quiet(settings: Settings) -> str:
    return f"{settings.time.quiet_from} đến {settings.time.quiet_to}"


def _data(folder: Path) -> Iterator[Finding]:
    existing = next(place for place in (folder, *folder.absolute().parents) if place.exists())
    try:
        with tempfile.TemporaryFile(dir=existing):
            pass
    except OSError as fault:
        yield Finding("bad", f"Thư mục dữ liệu {folder}: không ghi được ({in_words(fault)})")
        return
    free = shutil.disk_usage(existing).free
    health: FindingLevel = "bad" if free < NO_DISK else "note" if free < LITTLE else "good"
    yield Finding(health, f"Thư mục dữ liệu {folder}: ghi được, đĩa còn trống {_size(free)}")
    if os.name == "posix" and (folder / "camtay.lock").exists():
        yield Finding("good", "Cầm Tay đang chạy trên thư mục này" if _in_use(folder) else "Cầm Tay đang nghỉ")


def _in_use(folder: Path) -> bool:
    if os.name != "posix" or not (folder / "camtay.lock").exists():
        return False
    try:
        lock_folder(folder).close()
    except AlreadyRunning:
        return True
    return False


def _size(count: int) -> str:
    return f"{count / 1e9:.1f} GB" if count >= 1e9 else f"{count / 1e6:.0f} MB"


async def _database(url: str) -> Finding:
    path = sqlite_path(url)
    kind = "SQLite" if path else "PostgreSQL"
    if path is not None and not path.exists():
        return Finding("good", f"Cơ sở dữ liệu {kind}: chưa có, ./camtay run sẽ tạo ở {path}")
    try:
        database = open_database(url)
        try:
            async with asyncio.timeout(PATIENCE_S):
                version = await schema.current(database)
        finally:
            await database.close()
    except TimeoutError:
        return Finding("bad", f"Cơ sở dữ liệu {kind}: không trả lời sau {PATIENCE_S:.0f} giây")
    except (StorageError, ValueError) as fault:
        return Finding("bad", f"Cơ sở dữ liệu {kind}: không mở được ({type(fault).__name__})")
    broken = await asyncio.to_thread(integrity_fault, path, PATIENCE_S) if path else ""
    if broken:
        return Finding("bad", f"Cơ sở dữ liệu {kind}: {broken}; dừng Cầm Tay rồi ./camtay restore TỆP")
    if version == schema.SCHEMA:
        return Finding("good", f"Cơ sở dữ liệu {kind}: {'không chỗ nào hỏng' if path else 'tốt'}, phiên bản {version}")
    if version is None:
        return Finding("good", f"Cơ sở dữ liệu {kind}: còn trống, ./camtay run sẽ dựng bảng")
    if version > schema.SCHEMA:
        return Finding("bad", f"Cơ sở dữ liệu {kind}: phiên bản {version}, mới hơn chương trình ({schema.SCHEMA})")
    needed = "./camtay run sẽ tự nâng cấp" if path else "hãy chạy ./camtay migrate"
    return Finding("note" if path else "bad", f"Cơ sở dữ liệu {kind}: phiên bản {version} đã cũ, {needed}")


def _copies(data: Path, url: str, now: datetime) -> Iterator[Finding]:
    """Whether what would be needed on a bad day is there: programs, a backup that was proved, nothing half done."""
    path = sqlite_path(url)
    if (data / restoring.PLAN).exists():
        yield Finding("bad", "Một lần lấy lại dữ liệu còn dở; ./camtay run sẽ làm nốt")
    if path is None:
        try:
            yield Finding("good", f"Chương trình của PostgreSQL để sao lưu: {pg_tools.versions(url)}")
        except pg_tools.PgToolFailed as lacking:
            yield Finding("bad", f"Chưa sao lưu PostgreSQL được: {lacking}")
    elif not path.exists():
        return
    proof = backup.proof(data)
    if proof is None:
        yield Finding("note", "Chưa có bản sao lưu nào được mở thử: ./camtay backup làm và mở thử một bản")
        return
    days = (now - datetime.fromisoformat(proof.at)).days
    told = f"{proof.file}, mở thử cách đây {days} ngày" if days else f"{proof.file}, vừa mở thử trong ngày"
    yield Finding("good" if days <= PROVED_DAYS else "note", f"Bản sao lưu lấy lại được: {told}")


async def _kept(settings: Settings, url: str, now: datetime) -> Iterable[Finding]:
    """Who has been silent for long: those who were asked, and officers, whom nobody forgets by the clock."""
    path = sqlite_path(url)
    if path is not None and not path.exists():
        return ()
    try:
        database = open_database(url)
        try:
            async with asyncio.timeout(PATIENCE_S):
                if await schema.current(database) != schema.SCHEMA:
                    return ()
                before = now - timedelta(days=settings.keep.idle_days)
                counts = await database.read(lambda c: retention.counts(c, before))
                helpers = await database.read(lambda c: crew.counts(c, to_ms(now)))
                known, doubted = await database.read(clock_of)
        finally:
            await database.close()
    except (TimeoutError, StorageError, ValueError):
        return ()  # said of the database itself
    found = [
        *_clock(known, doubted, now),
        Finding("good", f"Người im lâu đang được hỏi giữ hay xóa: {counts['asked']}"),
    ]
    if counts["officers"]:
        text = (
            f"Cán bộ im hơn {settings.keep.idle_days} ngày: {counts['officers']}; máy không tự xóa, hãy xem ai còn làm"
        )
        found.append(Finding("note", text))
    return [*found, *_helpers(helpers)]


def _clock(known: datetime | None, doubted: datetime | None, now: datetime) -> Iterator[Finding]:
    """Mass work rests for a day when the clock has jumped: whoever keeps the machine is to know why."""
    if begin(known, doubted, ClockReading(now, 0)).doubted is not None and known is not None:
        told = f"lần chạy trước là {known:%d/%m/%Y}, giờ là {now:%d/%m/%Y}"
        yield Finding("bad", f"Đồng hồ máy: {told}; hãy chỉnh giờ, hoặc để yên một ngày nếu giờ này đúng")


def _helpers(counts: Mapping[str, int]) -> Iterator[Finding]:
    """Whether a call for help has somebody to go to."""
    if counts["officers"]:
        told = f"Cán bộ: {counts['officers']}, người chỉ đã nhận quy tắc: {counts['instructors']}"
        yield Finding("good", f"{told}, yêu cầu đang chờ: {counts['requests']}")
    else:
        advice = "./camtay people invite --role officer --area MÃ (mã xã: ./camtay people areas)"
        yield Finding("note", f"Chưa có cán bộ nào: lời nhờ giúp không tới ai. {advice}")
    if counts["overdue"]:
        yield Finding("bad", f"Việc khẩn quá hạn hơn một giờ: {counts['overdue']}; ./camtay run có đang chạy?")


def _lessons(settings: Settings) -> Iterator[Finding]:
    from flows.shelf.shelf import read_shelf

    folder = Path(settings.lessons.dir)
    try:
        shelf = read_shelf(folder, settings.placeholders)
    except OSError as fault:
        yield Finding("bad", f"Bài học: không đọc được {fault.filename} ({in_words(fault)})")
        return
    health: FindingLevel = "good" if shelf.good else "bad"
    yield Finding(health, f"Bài học: {len(shelf.good)} bài tốt trong {folder}")
    for path, problems in shelf.broken.items():
        yield Finding("note", f"Bài có lỗi, không đem dạy: {path} ({len(problems)} lỗi; xem ./camtay lint)")
    for line in hearing_faults(shelf):
        yield Finding("bad" if shelf.model is None else "note", line)


async def _drafts(settings: Settings, url: str) -> list[Finding]:
    """Lessons whose files differ from what is taught."""
    from bot.services.publishing import look
    from flows.shelf.shelf import read_shelf

    path = sqlite_path(url)
    if path is not None and not path.exists():
        return []
    database = open_database(url)
    try:
        shelf = await asyncio.to_thread(read_shelf, Path(settings.lessons.dir), settings.placeholders)
        async with asyncio.timeout(PATIENCE_S):
            if await schema.current(database) != schema.SCHEMA:
                return []
            stored = await look(database, list(shelf.good))
    except (StorageError, OSError, ValueError, TimeoutError, LessonInvalid):
        return []  # told above
    finally:
        await database.close()
    found = []
    for key, lesson in shelf.good.items():
        kept, now = stored[key], stored[key].current
        if now is not None and kept.number_of(lesson.source, shelf.translations.get(key, {})) != now.version:
            found.append(key)
    if not found:
        return []
    return [Finding("note", f"Bài đã sửa, chưa phát hành: {' '.join(sorted(found))} (xem ./camtay publish --dry-run)")]


async def _telegram(settings: Settings) -> Finding:
    if not settings.telegram.token:
        return Finding("good", "Telegram: chưa dùng (đặt TELEGRAM_TOKEN khi cần)")
    from bot.channels.base import Misconfigured, SendError
    from bot.channels.telegram import BotApi

    api = BotApi(settings.telegram.token, api_base=settings.telegram.api_base, call_s=PATIENCE_S)
    try:
        me = await api.call("getMe", {})
    except Misconfigured:
        return Finding("bad", "Telegram: token không đúng; hỏi lại @BotFather")
    except SendError:
        return Finding("bad", f"Telegram: có token, nhưng chưa gọi được {settings.telegram.api_base}")
    finally:
        await api.close()
    name = me.get("username", "?") if isinstance(me, dict) else "?"
    return Finding("good", f"Telegram: bot @{name} trả lời, nhận tin bằng {settings.telegram.mode}")


def _web(settings: Settings) -> Iterator[Finding]:
    web = settings.web
    local = "127.0.0.1" if web.host in ("0.0.0.0", "::", "localhost") else web.host
    address = web.public_url or f"http://{web.host}:{web.port}/"
    data = Path(settings.data.dir)
    served = port_of(data) if _in_use(data) else 0
    if served and served != web.port:
        address = web.public_url or f"http://{web.host}:{served}/"
    answer = _ask_health(local, served or web.port)
    if answer is None:
        yield Finding("good", f"Trang trò chuyện: {address} (chưa chạy, cổng còn trống)")
    elif answer in (200, 503):
        state = "đang chạy" if answer == 200 else "đang chạy nhưng báo có trục trặc"
        yield Finding("good" if answer == 200 else "bad", f"Trang trò chuyện: {address} ({state})")
    else:
        yield Finding("bad", f"Trang trò chuyện: cổng {served or web.port} đang do chương trình khác giữ; đổi web.port")
    if not web.public_url and local == web.host and web.host in ("127.0.0.1", "::1"):
        yield Finding("note", "Trang trò chuyện chỉ mở được trên máy này; dùng --host 0.0.0.0 cho điện thoại cùng mạng")


def _ask_health(host: str, port: int) -> int | None:
    """The status of /healthz; None when nobody listens, 0 when somebody else does."""
    connection = http.client.HTTPConnection(host, port, timeout=2)
    try:
        connection.request("GET", "/healthz")
        return connection.getresponse().status
    except (ConnectionRefusedError, socket.gaierror):
        return None
    except (OSError, http.client.HTTPException):
        return 0
    finally:
        connection.close()


def _helper(settings: Settings) -> Finding:
    helper = settings.helper
    if helper.name and helper.phone:
        return Finding("good", f"Người giúp: {helper.name}, {helper.phone}")
    return Finding("note", "Chưa có người giúp: điền helper.name và helper.phone, để học viên gõ “giúp” là có số gọi")
