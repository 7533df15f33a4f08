"""One lesson played in a terminal: the pure engine, numbered answers, nothing kept. For whoever writes lessons."""

from __future__ import annotations

import textwrap
from collections.abc import Callable
from datetime import timedelta

from flows import Book, Session, Trigger, resume, start
from flows.events import (
    Asked,
    Commanded,
    Due,
    EmergencyRaised,
    Event,
    HelpRequested,
    Reoffered,
    RunEnded,
    RunFailed,
    Said,
    SecretMasked,
    Signal,
    TapIgnored,
    Tapped,
    TaskPostponed,
    Typed,
    Universe,
)

WIDTH = 76
LEAVE = ("/thoat", "/thoát", "/quit", "/q")
WAIT = ("/doi", "/đợi")
OPENING = "Gõ số của câu trả lời, hoặc viết bằng lời. /doi: cho thời gian trôi tới lúc nhắc. /thoat: ra khỏi bài."
OUTCOMES = {"completed": "học xong", "stopped": "dừng giữa chừng", "referred": "chuyển sang người thật"}


class Console:
    """A learner at a terminal. `read` gives her next line (EOFError, KeyboardInterrupt: she leaves), `write` shows one.

    `universe(later)` is the world `later` after now: waiting for a reminder is a jump, not a pause.
    """

    def __init__(
        self,
        book: Book,
        read: Callable[[str], str],
        write: Callable[[str], None],
        universe: Callable[[timedelta], Universe],
    ) -> None:
        self.book = book
        self.read = read
        self.write = write
        self.universe = universe
        self.later = timedelta()
        self.asked = Asked("", 0, "", ())

    def play(self, lesson_id: str) -> int:
        """Play to the end; 0 when she reached it or left of her own will, 1 when the lesson failed."""
        session, failed = self._begin(lesson_id)
        while session.waiting and not failed:
            try:
                line = self.read("\nbạn ▸ ").strip()
            except (EOFError, KeyboardInterrupt):
                line = LEAVE[0]
            if line in LEAVE:
                self.write("\nNghỉ ở đây nhé. Học thử nên không lưu gì cả.")
                return 0
            signal = self._signal(session, line)
            if signal is not None:
                session, failed = self._answer(session, signal)
        return 1 if failed else 0

    def _begin(self, lesson_id: str) -> tuple[Session, bool]:
        lesson = self.book.lesson(lesson_id)
        self.write(f"── {lesson.title if lesson else lesson_id} ──\n{OPENING}")
        sprint = start(self.book, Trigger(lesson_id, self.asked.seq, channel="console"), self.universe(self.later))
        return self._show(sprint.session, sprint.events)

    def _answer(self, session: Session, signal: Signal) -> tuple[Session, bool]:
        sprint = resume(self.book, session, signal, self.universe(self.later))
        return self._show(sprint.session, sprint.events)

    def _signal(self, session: Session, line: str) -> Signal | None:
        """What her line means to the engine; None when it means nothing."""
        if line in WAIT:
            return self._wait(session)
        if not line:
            return Reoffered("")
        choices = self.asked.choices
        if choices and line.isascii() and line.isdigit() and 1 <= int(line) <= len(choices):
            return Tapped(self.asked.seq, choices[int(line) - 1].id)
        return Typed(line)

    def _wait(self, session: Session) -> Signal | None:
        if session.remind_at is None:
            self.write("(Ở bước này không còn lời nhắc nào.)")
            return None
        self.later += max(session.remind_at - self.universe(self.later).now, timedelta())
        self.write(f"(… {_span(self.later)} sau …)")
        return Due(session.wait_id)

    def _show(self, session: Session, events: tuple[Event, ...]) -> tuple[Session, bool]:
        """Show what happened; an emergency opens its lesson at once. Says whether the lesson failed."""
        failed = False
        for event in events:
            match event:
                case Said(text=text):
                    self._say(text)
                case Asked():
                    self._ask(event)
                case EmergencyRaised() if (emergency := self._emergency()) and emergency != session.lesson:
                    self.write("\n(Lời khẩn cấp: mở ngay bài dành cho lúc này.)")
                    return self._begin(emergency)
                case RunFailed(code=code, reason=reason):
                    self.write(f"\n(Bài có lỗi: {code}: {reason})")
                    failed = True
                case _:
                    if note := _note(event):
                        self.write(f"({note})")
        return session, failed

    def _say(self, text: str) -> None:
        wrapped = [textwrap.fill(line, WIDTH) for line in text.splitlines()]
        self.write("\n" + "\n".join(wrapped))

    def _ask(self, asked: Asked) -> None:
        self.asked = asked
        self._say(asked.text)
        for number, choice in enumerate(asked.choices, 1):
            self.write(f"   {number}. {choice.label}")

    def _emergency(self) -> str | None:
        lessons = (self.book.lesson(lesson_id) for lesson_id in self.book.current)
        return next((lesson.id for lesson in lessons if lesson and lesson.emergency), None)


def _note(event: Event) -> str:
    """What the shell would do, told to the author of the lesson; "" for what she need not see."""
    match event:
        case SecretMasked():
            return "phần bí mật được che trước khi lưu"
        case HelpRequested(step=step, tries=tries):
            return f"người giúp sẽ thấy: bước {step}, đã thử {tries} lần"
        case TaskPostponed(remind_at=at) if at is not None:
            return f"sẽ nhắc lúc {at:%H:%M %d/%m}"
        case Commanded(command=command):
            return f"lời chung “{command}”: ở đây không có danh sách bài, gõ /thoat để ra"
        case TapIgnored():
            return "nút cũ, bỏ qua"
        case RunEnded(outcome=outcome, points=points, passed=passed):
            return f"Hết bài: {OUTCOMES.get(outcome, outcome)}, {points} điểm, {'đạt' if passed else 'chưa đạt'}"
        case _:
            return ""


def _span(span: timedelta) -> str:
    days, minutes = divmod(round(span.total_seconds() / 60), 24 * 60)
    return " ".join(filter(None, [f"{days} ngày" if days else "", f"{minutes} phút" if minutes or not days else ""]))
