"""Does the tutor run as it should, and what is to be mended? Ends in: the operator's next command, in words."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from bot.desk.services import DeskServices
from bot.desk.visit import PageAnswer, PageShown, Visit
from bot.desk.words import ago, day_and_hour, length
from bot.errors import CamtayError
from bot.operations.records import BackupFigures, ChannelFigures, OperationsReport, StoredFigures, WaitFigures
from flows.saying import say

BACKUP_LATE = timedelta(hours=36)
"""A backup is made each night: a morning without one is no accident any more by noon."""
REHEARSED_LATE = timedelta(days=15)
"""A restore is rehearsed each week: two were missed."""
USED_MUCH = 0.9  # of a month's messages

UNREADY = {
    "database": say("Cơ sở dữ liệu không ghi được. Xem ./camtay doctor, rồi ./camtay log --level error."),
    "disk": say("Đĩa gần đầy. Dọn đĩa, hoặc chuyển thư mục dữ liệu sang đĩa khác."),
    "intake": say("Tin nhắn tới mà chờ lâu mới được xử lý. Khởi động lại Cầm Tay; không tin nào bị mất."),
    "outbox": say("Câu trả lời chờ lâu mới gửi được. Xem bên dưới kênh nào báo lỗi."),
}
FAULTS = {
    "throttled": say("bị bảo gửi chậm lại"), "gone": say("người nhận đã chặn hoặc bỏ đi"),
    "closed": say("hết giờ được nhắn trước"), "refused": say("bị từ chối"), "misconfigured": say("cài đặt sai"),
    "unreachable": say("không tới được"), "unexpected": say("lỗi lạ"),
}  # fmt: skip


async def show(desk: DeskServices, visit: Visit) -> PageAnswer:
    """Everything that waits, fails or is late; what is well in one line each. Raises CamtayError where nothing runs."""
    if desk.operations is None:
        raise CamtayError(say("Trang này chỉ có khi Cầm Tay đang chạy."))
    report = await desk.operations()
    return PageShown("operations.html", {
        "mend": list(_to_mend(report, desk.address)), "uptime": length(timedelta(seconds=report.uptime_s)),
        "versions": report.versions, "waits": list(_waits(report)),
        "channels": [_channel(each) for each in report.channels], "lessons": report.lessons,
        "backups": _backups(report.backups, report.at, desk.zone), "free_mb": report.free_bytes // 1_000_000,
    })  # fmt: skip


def _to_mend(report: OperationsReport, address: str) -> Iterator[str]:
    """What somebody has to see to, the worst first; `address` is that of the page, "" where none is set."""
    yield from (UNREADY[each] for each in report.unready)
    if report.clock_jumped:
        yield say("Đồng hồ của máy vừa nhảy; việc hàng loạt đang nghỉ. Đặt lại giờ cho máy.")
    if report.lessons.broken:
        yield say("{count} bài có lỗi nên không dạy được. Xem ./camtay lint.", count=len(report.lessons.broken))
    for each in report.channels:
        if each.faults_hour.get("misconfigured"):
            yield say("{channel}: cài đặt sai, tin không gửi được. Xem ./camtay doctor.", channel=each.name)
        if each.used is not None and each.quota and each.used >= USED_MUCH * each.quota:
            yield say("{channel}: đã dùng {used} trong {quota} tin của tháng.", channel=each.name, used=each.used,
                      quota=each.quota)  # fmt: skip
    newest, rehearsed = report.backups.newest, report.backups.rehearsal
    if newest is None or report.at - newest.made_at > BACKUP_LATE:
        yield say("Chưa có bản sao lưu mới. Làm ngay: ./camtay backup")
    if newest is not None and (rehearsed is None or report.at - datetime.fromisoformat(rehearsed.at) > REHEARSED_LATE):
        yield say("Lâu rồi chưa thử lấy lại từ bản sao lưu. Thử: ./camtay restore --rehearse")
    if not address:
        yield say(
            "Chưa ghi địa chỉ trang: mã mời, áp phích, buổi họp không có mã vuông. Ghi web.public_url vào cấu hình."
        )


def _waits(report: OperationsReport) -> Iterator[dict[str, object]]:
    """What waits, how much of it and for how long."""
    stored = report.stored or StoredFigures({}, {}, {}, 0, *[WaitFigures()] * 5)
    in_outbox = [each for channel in (stored.outbox, stored.kept) for each in channel.values()]
    asked = list(stored.requests.values())
    for name, figures in (
        (say("kêu cứu chưa xong"), [stored.emergencies]), (say("yêu cầu chờ người nhận"), asked),
        (say("tin chờ gửi"), in_outbox), (say("lời nhắc tới giờ"), [stored.timers]),
        (say("tin gấp cho người chỉ, cán bộ"), [stored.notices]), (say("chuông chờ rung"), [stored.knocks]),
        (say("tin thoại chờ nghe"), [stored.voices]),
    ):  # fmt: skip
        oldest = max((each.oldest_s for each in figures), default=0.0)
        count = sum(each.count for each in figures)
        yield {"name": name, "count": count, "oldest": length(timedelta(seconds=oldest)) if count else ""}


def _channel(each: ChannelFigures) -> dict[str, object]:
    faults = [(FAULTS[kind], count) for kind, count in each.faults_day.items() if count]
    used = f"{each.used}/{each.quota}" if each.used is not None and each.quota else each.used
    return {
        "name": each.name, "state": each.state, "sent": each.sent_day, "waiting": each.outbox.count + each.kept.count,
        "oldest": length(timedelta(seconds=each.outbox.oldest_s)) if each.outbox.count else "", "faults": faults,
        "used": used,
    }  # fmt: skip


def _backups(figures: BackupFigures, now: datetime, zone: ZoneInfo) -> dict[str, object]:
    newest, proof, rehearsed = figures.newest, figures.proof, figures.rehearsal
    return {
        "count": figures.count, "newest": day_and_hour(newest.made_at, zone) if newest else "",
        "since": ago(newest.made_at, now) if newest else "", "mb": newest.bytes // 1_000_000 if newest else 0,
        "proved": day_and_hour(datetime.fromisoformat(proof.at), zone) if proof else "",
        "rehearsed": day_and_hour(datetime.fromisoformat(rehearsed.at), zone) if rehearsed else "",
    }  # fmt: skip
