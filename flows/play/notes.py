"""Events in words, for whoever tries a lesson out."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from flows import events as ev


def notes(event: object) -> Iterator[str]:
    """What an event says besides words, in a sentence; one that nobody has described is told by its name."""
    match event:
        case ev.Said() | ev.Asked() | ev.Heard() | ev.RunStarted():
            return
        case ev.AnswerGraded():
            got = f", được {event.points} điểm" if event.points else ""
            yield f"{event.step}: trả lời {'đúng' if event.right else 'chưa đúng'}, lần {event.tries}{got}"
        case ev.ValueSaved():
            yield f"nhớ {event.name} = {event.value}"
        case ev.CheckpointPassed(step):
            yield f"qua mốc {step}"
        case ev.TaskDone(step):
            yield f"{step}: đã làm xong"
        case ev.TaskStuck(step, times):
            yield f"{step}: kẹt lần {times}"
        case ev.TaskPostponed(step, remind_at):
            yield f"{step}: để sau" + (f", nhắc lúc {remind_at:%H:%M %d/%m}" if remind_at else "")
        case ev.NotUnderstood(step, times):
            yield f"{step}: chưa hiểu, lần {times}"
        case _:
            yield from _on_the_way(event)


def _on_the_way(event: object) -> Iterator[str]:
    match event:
        case ev.SecretMasked(kinds):
            yield f"đã che điều phải giữ kín: {', '.join(kinds)}"
        case ev.Commanded(command):
            yield f"lời gọi chung “{command}”: trong trò chuyện thật, bàn tiếp đón sẽ trả lời"
        case ev.EmergencyRaised():
            yield "lời khẩn cấp: trong trò chuyện thật, bài khẩn mở ra ngay"
        case ev.EmergencySuspected():
            yield "có thể là lời khẩn cấp: trong trò chuyện thật, máy sẽ hỏi lại"
        case ev.Digressed():
            yield "chuyện ngoài bài: trong trò chuyện thật, máy tìm câu trả lời, rồi học tiếp"
        case ev.HelpRequested():
            yield f"{event.step}: nhờ người giúp"
        case ev.PairingWished(role=role):
            yield f"{event.step}: muốn có bạn kèm 1+1 ({role})"
        case ev.CheckinPlanned(step=step, at=at):
            yield f"{step}: sẽ hỏi thăm lúc {at:%H:%M %d/%m}"
        case ev.Awarded(kind, name):
            yield f"được {'huy hiệu' if kind == 'badge' else 'giấy chứng nhận'} {name}"
        case ev.Called(lesson):
            yield f"vào bài con {lesson}"
        case ev.LessonReturned(lesson, outcome, to):
            yield f"xong bài con {lesson} ({outcome}), trở về {to}"
        case ev.Moved():
            yield f"bài đã sửa: từ {event.from_step} sang {event.to_step} ({event.how})"
        case ev.TapIgnored(why):
            yield f"bỏ qua một lần bấm ({why})"
        case ev.RunEnded():
            passed = "đạt" if event.passed else "chưa đạt"
            then = f", mời học tiếp {event.then}" if event.then else ""
            yield f"hết bài: {event.outcome}, {event.points} điểm, {passed}{then}"
            if event.handed_over_to:
                yield f"chuyển hẳn sang bài {event.handed_over_to}"
        case ev.RunFailed():
            yield f"bài có lỗi: {event.code}: {event.reason}"
        case _:
            yield type(event).__name__


def spell(span: timedelta) -> str:
    """A span as one says it: "1 ngày 2 giờ"."""
    minutes = max(0, round(span.total_seconds() / 60))
    days, hours, rest = minutes // 1_440, minutes // 60 % 24, minutes % 60
    units = ((days, "ngày"), (hours, "giờ"), (rest, "phút"))
    return " ".join(f"{count} {unit}" for count, unit in units if count) or "0 phút"
