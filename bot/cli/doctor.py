"""`./camtay doctor`: what is configured, reachable, missing, in words for whoever keeps the machine. No secrets."""

from __future__ import annotations

import asyncio
import http.client
import os
import shutil
import socket
import sys
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from pathlib import Path

from bot import backup, restoring
from bot.cli.account_findings import account_findings
from bot.cli.cluster_findings import cluster_findings
from bot.cli.findings import PATIENCE_S, Finding, FindingLevel, asked, bad, found_of, good, note
from bot.cli.language import shown, told
from bot.cli.replication_findings import replication_findings
from bot.errors import AlreadyRunning, StorageError, StorageUnavailable, in_words
from bot.greeting import hearing_faults, pages_told
from bot.operations.policy.readiness import LEAST_DISK
from bot.operations.rehearsal import Rehearsal, rehearsal
from bot.scheduler.disk import LITTLE
from bot.scheduler.policy.clocks import ClockReading, begin
from bot.scheduler.steady import clock_of
from bot.settings import Settings
from bot.voice.extra import check_voice
from bot.web.door import FILES, files_allowed
from flows import LessonInvalid
from flows.saying import said_by
from storage import worlds
from storage.copies import integrity_fault
from storage.engine import pg_tools, schema
from storage.engine.address import sqlite_path
from storage.engine.database import Database, open_database
from storage.engine.instants import to_ms
from storage.engine.lock import lock_folder, port_of
from storage.pairing import roster
from storage.people import retention

OLDEST_PYTHON = (3, 11)
PROVED_DAYS = 7  # a backup that was opened longer ago is as good as none for the week since
REHEARSED_DAYS = 35  # the tutor does it every week; a month without is a machine that was off, or one that fails


def look_at_machine() -> Iterator[Finding]:
    """Python's version, bad where it is older than `OLDEST_PYTHON`, and whether this is the own environment."""
    version = ".".join(map(str, sys.version_info[:3]))
    inside = told("trong môi trường riêng .venv") if sys.prefix != sys.base_prefix else told("ngoài .venv")
    yield Finding("good" if sys.version_info >= OLDEST_PYTHON else "bad", f"Python {version}, {inside}")


async def look_at_settings(settings: Settings, config: Path, database_url: str, now: datetime) -> list[Finding]:
    """Everything that the settings name, looked at where it is."""
    cluster = await cluster_findings(Path(settings.data.dir), database_url, now)  # first: `now` is now
    return [
        good("Cấu hình: {config}", config=config),
        *_data(Path(settings.data.dir)),
        await _database(database_url),
        *await replication_findings(database_url),
        *cluster,
        *await asyncio.to_thread(lambda: list(_copies(Path(settings.data.dir), database_url, now))),
        *await _kept(settings, database_url, now),
        *_lessons(settings),
        *await _drafts(settings, database_url),
        *await account_findings(settings, now),
        *await asyncio.to_thread(lambda: list(_web(settings))),
        Finding("good" if files_allowed() >= FILES else "note", shown(pages_told(files_allowed()))),
        _helper(settings),
        found_of(check_voice(settings.voice.listen)),
        good("Múi giờ {zone}; không nhắc bài từ {quiet}", zone=settings.time.zone, quiet=_quiet(settings)),
    ]


def _quiet(settings: Settings) -> str:
    return told("{quiet_from} đến {quiet_to}", quiet_from=settings.time.quiet_from, quiet_to=settings.time.quiet_to)


def _data(folder: Path) -> Iterator[Finding]:
    existing = next(place for place in (folder, *folder.absolute().parents) if place.exists())
    try:
        with tempfile.TemporaryFile(dir=existing):
            pass
    except OSError as fault:
        yield bad("Thư mục dữ liệu {folder}: không ghi được ({reason})", folder=folder, reason=in_words(fault))
        return
    free = shutil.disk_usage(existing).free
    health: FindingLevel = "bad" if free < LEAST_DISK else "note" if free < LITTLE else "good"
    yield Finding(
        health, told("Thư mục dữ liệu {folder}: ghi được, đĩa còn trống {free}", folder=folder, free=_size(free))
    )
    if os.name == "posix" and (folder / "camtay.lock").exists():
        yield Finding(
            "good", told("Cầm Tay đang chạy trên thư mục này") if _in_use(folder) else told("Cầm Tay đang nghỉ")
        )


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
        return good("Cơ sở dữ liệu {kind}: chưa có, ./camtay run sẽ tạo ở {path}", kind=kind, path=path)
    try:
        database = open_database(url)
        try:
            async with asyncio.timeout(PATIENCE_S):
                version = await schema.current(database)
        finally:
            await database.close()
    except TimeoutError:
        return bad("Cơ sở dữ liệu {kind}: không trả lời sau {s} giây", kind=kind, s=f"{PATIENCE_S:.0f}")
    except StorageUnavailable as away:
        return bad("Cơ sở dữ liệu {kind}: không mở được ({reason})", kind=kind, reason=shown(said_by(away)))
    except (StorageError, ValueError) as fault:
        return bad("Cơ sở dữ liệu {kind}: không mở được ({reason})", kind=kind, reason=type(fault).__name__)
    broken = await asyncio.to_thread(integrity_fault, path, PATIENCE_S) if path else ""
    if broken:
        return bad("Cơ sở dữ liệu {kind}: {broken}; dừng Cầm Tay rồi ./camtay restore TỆP", kind=kind, broken=broken)
    if version == schema.SCHEMA:
        return good(
            "Cơ sở dữ liệu {kind}: {state}, phiên bản {version}",
            kind=kind,
            state=told("không chỗ nào hỏng") if path else told("tốt"),
            version=version,
        )
    if version is None:
        return good("Cơ sở dữ liệu {kind}: còn trống, ./camtay run sẽ dựng bảng", kind=kind)
    if schema.serves(version):
        return note(
            "Cơ sở dữ liệu {kind}: phiên bản {version}, chương trình này cũ hơn ({newest}), vẫn chạy; nên cập nhật",
            kind=kind,
            version=version,
            newest=schema.SCHEMA,
        )
    if version > schema.SCHEMA:
        return bad(
            "Cơ sở dữ liệu {kind}: phiên bản {version}, mới hơn chương trình ({newest})",
            kind=kind,
            version=version,
            newest=schema.SCHEMA,
        )
    needed = told("./camtay run sẽ tự nâng cấp") if path else told("hãy chạy ./camtay migrate")
    return Finding(
        "note" if path else "bad",
        told("Cơ sở dữ liệu {kind}: phiên bản {version} đã cũ, {needed}", kind=kind, version=version, needed=needed),
    )


def _copies(data: Path, url: str, now: datetime) -> Iterator[Finding]:
    """Whether what would be needed on a bad day is there: programs, a backup that was proved, nothing half done."""
    path = sqlite_path(url)
    if (data / restoring.PLAN).exists():
        yield bad("Một lần lấy lại dữ liệu còn dở; ./camtay run sẽ làm nốt")
    if path is None:
        try:
            yield good("Chương trình của PostgreSQL để sao lưu: {versions}", versions=pg_tools.versions(url))
        except pg_tools.PgToolFailed as lacking:
            yield bad("Chưa sao lưu PostgreSQL được: {lacking}", lacking=said_by(lacking))
    elif not path.exists():
        return
    proof = backup.proof(data)
    if proof is None:
        yield note("Chưa có bản sao lưu nào được mở thử: ./camtay backup làm và mở thử một bản")
        return
    days = (now - datetime.fromisoformat(proof.at)).days
    said = (
        told("{file}, mở thử cách đây {days} ngày", file=proof.file, days=days)
        if days
        else told("{file}, vừa mở thử trong ngày", file=proof.file)
    )
    yield Finding("good" if days <= PROVED_DAYS else "note", told("Bản sao lưu lấy lại được: {said}", said=said))
    yield _rehearsed(rehearsal(data), now)


def _rehearsed(last: Rehearsal | None, now: datetime) -> Finding:
    if last is None:
        return note("Chưa lấy lại thử bản nào vào chỗ tạm: máy tự làm mỗi tuần, hay gõ ./camtay restore --rehearse")
    days = (now - datetime.fromisoformat(last.at)).days
    when = told("cách đây {days} ngày", days=days) if days else told("trong ngày")
    level = good if days <= REHEARSED_DAYS else note
    text = "Lấy lại thử vào chỗ tạm: {file}, {when}, đủ {rows} dòng, đọc được {lessons} bài"
    return level(text, file=last.file, when=when, rows=last.rows, lessons=last.lessons)


async def _kept(settings: Settings, url: str, now: datetime) -> Iterable[Finding]:
    """Who has been silent for long: those who were asked, and officers, whom nobody forgets by the clock."""
    before = now - timedelta(days=settings.keep.idle_days)

    async def look(database: Database) -> list[Finding]:
        counts = await database.read(lambda c: retention.counts(c, before))
        helpers = await database.read(lambda c: roster.counts(c, to_ms(now)))
        known, doubted = await database.read(clock_of)
        made_up = await database.read(worlds.made_up)
        found = [
            *([note("Mọi người trong dữ liệu này là người giả (./camtay seed, ./camtay demo)")] if made_up else []),
            *_clock(known, doubted, now),
            good("Người im lâu đang được hỏi giữ hay xóa: {asked}", asked=counts["asked"]),
        ]
        if counts["officers"]:
            text = "Cán bộ im hơn {idle_days} ngày: {officers}; máy không tự xóa, hãy xem ai còn làm"
            found.append(note(text, idle_days=settings.keep.idle_days, officers=counts["officers"]))
        return [*found, *_helpers(helpers)]

    return await asked(url, look) or ()


def _clock(known: datetime | None, doubted: datetime | None, now: datetime) -> Iterator[Finding]:
    """Mass work rests for a day when the clock has jumped: whoever keeps the machine is to know why."""
    if begin(known, doubted, ClockReading(now, 0)).doubted is not None and known is not None:
        said = told("lần chạy trước là {known}, giờ là {now}", known=f"{known:%d/%m/%Y}", now=f"{now:%d/%m/%Y}")
        yield bad("Đồng hồ máy: {said}; hãy chỉnh giờ, hoặc để yên một ngày nếu giờ này đúng", said=said)


def _helpers(counts: Mapping[str, int]) -> Iterator[Finding]:
    """Whether a call for help has somebody to go to."""
    if counts["officers"]:
        said = told(
            "Cán bộ: {officers}, người chỉ đã nhận quy tắc: {instructors}",
            officers=counts["officers"],
            instructors=counts["instructors"],
        )
        yield good("{said}, yêu cầu đang chờ: {requests}", said=said, requests=counts["requests"])
    else:
        advice = told("./camtay people invite --role officer --area MÃ (mã xã: ./camtay people areas)")
        yield note("Chưa có cán bộ nào: lời nhờ giúp không tới ai. {advice}", advice=advice)
    if counts["unheard"]:
        text = (
            "Cán bộ, người chỉ chưa gọi được (chưa bật chuông, hay chặn tin): {unheard}. Xem ai: ./camtay people list"
        )
        yield note(text, unheard=counts["unheard"])
    if counts["overdue"]:
        yield bad("Việc khẩn quá hạn hơn một giờ: {overdue}; ./camtay run có đang chạy?", overdue=counts["overdue"])


def _lessons(settings: Settings) -> Iterator[Finding]:
    from flows.shelf.shelf import read_shelf

    folder = Path(settings.lessons.dir)
    try:
        shelf = read_shelf(folder, settings.placeholders)
    except OSError as fault:
        yield bad("Bài học: không đọc được {filename} ({reason})", filename=fault.filename, reason=in_words(fault))
        return
    health: FindingLevel = "good" if shelf.good else "bad"
    yield Finding(health, told("Bài học: {count} bài tốt trong {folder}", count=len(shelf.good), folder=folder))
    for path, problems in shelf.broken.items():
        yield note("Bài có lỗi, không đem dạy: {path} ({count} lỗi; xem ./camtay lint)", path=path, count=len(problems))
    for line in hearing_faults(shelf):
        yield Finding("bad" if shelf.model is None else "note", shown(line))


async def _drafts(settings: Settings, url: str) -> list[Finding]:
    """Lessons whose files differ from what is taught."""
    from bot.publishing.service import look
    from flows.shelf.shelf import read_shelf

    try:
        shelf = await asyncio.to_thread(read_shelf, Path(settings.lessons.dir), settings.placeholders)
    except (OSError, LessonInvalid):
        return []  # said above
    stored = await asked(url, lambda database: look(database, list(shelf.good))) or {}
    found = []
    for key, kept in sorted(stored.items()):
        now = kept.current
        beside = shelf.translations.get(key, {}), shelf.media.get(key, {})
        if now and kept.number_of(shelf.good[key].source, *beside) != now.version:
            found.append(key)
    text = "Bài đã sửa, chưa phát hành: {lessons} (xem ./camtay publish --dry-run)"
    return [note(text, lessons=" ".join(found))] if found else []


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
        yield good("Trang trò chuyện: {address} (chưa chạy, cổng còn trống)", address=address)
    elif answer in (200, 503):
        state = told("đang chạy") if answer == 200 else told("đang chạy nhưng báo có trục trặc")
        yield Finding(
            "good" if answer == 200 else "bad",
            told("Trang trò chuyện: {address} ({state})", address=address, state=state),
        )
    else:
        yield bad("Trang trò chuyện: cổng {port} đang do chương trình khác giữ; đổi web.port", port=served or web.port)
    if not web.public_url and local == web.host and web.host in ("127.0.0.1", "::1"):
        yield note("Trang trò chuyện chỉ mở được trên máy này; dùng --host 0.0.0.0 cho điện thoại cùng mạng")
    elif not web.public_url.startswith("https:"):
        yield note("Chuông của trang không rung được qua http; cần https (web.public_url), xem docs/van-hanh.md")
    if not web.public_url:
        yield note(
            "Chưa có web.public_url: giấy chứng nhận không có mã QR, và chỉ lấy được ở trang trò chuyện,"
            " không qua Zalo hay Telegram"
        )


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
        return good("Người giúp: {name}, {phone}", name=helper.name, phone=helper.phone)
    return note("Chưa có người giúp: điền helper.name và helper.phone, để học viên gõ “giúp” là có số gọi")
