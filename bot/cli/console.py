"""One lesson played in a terminal: a thin skin over the Player that the tests use. For whoever writes lessons."""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Iterable
from datetime import timedelta

from flows import Book
from flows.events import (
    Asked,
    Awarded,
    Called,
    CheckinPlanned,
    Commanded,
    Digressed,
    EmergencyRaised,
    EmergencySuspected,
    Event,
    HelpRequested,
    LessonReturned,
    PairingWished,
    RunEnded,
    RunFailed,
    RunStarted,
    Said,
    SecretMasked,
    TapIgnored,
    TaskPostponed,
)
from flows.play.dialogue import Act, DialogueHead, TranscriptInvalid, read_act, read_span, spell
from flows.play.transcript import Player, play
from flows.saying import joined, say

WIDTH = 76
LEAVE = ("/thoat", "/thoát", "/quit", "/q")
WAIT = ("/doi", "/đợi", "/wait")
BACK = ("/lui", "/lùi", "/back")
SAVE = ("/save", "/luu", "/lưu")
HELP = ("/help", "/giup", "/giúp", "/?")
OPENING = say("Gõ số của câu trả lời, hoặc viết bằng lời. /help: các lệnh khác. /thoat: ra khỏi bài.")
HELP_TEXT = say("""\
Gõ số hay [Tên nút]: bấm nút.  (sticker), (photo), (voice): gửi thứ không phải chữ.
Gõ chữ: học viên viết. Dòng kết thúc bằng \\ thì còn viết tiếp ở dòng sau. Enter không: xem lại câu hỏi.
/doi        cho thời gian trôi tới lúc nhắc; /doi 1d, /doi 2h, /doi 30m: trôi chừng ấy
/lui        bỏ dòng vừa gõ, làm lại
/save TÊN   lưu bản thoại cạnh bài (transcripts/TÊN.txt); /save! TÊN: ghi đè bản đã có
/thoat      ra khỏi bài""")
LEFT = say("\nNghỉ ở đây nhé.")
NOT_SAVED = say("Học thử nên không lưu gì cả.")
OVER = say("Bài đã hết. /save TÊN: lưu bản thoại; /lui: lùi một dòng; /thoat: ra.")
OUTCOMES = {"completed": say("học xong"), "stopped": say("dừng giữa chừng"), "referred": say("chuyển sang người thật")}


class Console:
    """A learner at a terminal. `read` gives the next line (EOFError, KeyboardInterrupt: leaves), `write` shows one.

    `save(name, overwrite, text)` keeps a transcript and says in one sentence where, or why not: (done, sentence).
    """

    def __init__(
        self,
        book: Book,
        read: Callable[[str], str],
        write: Callable[[str], None],
        save: Callable[[str, bool, str], tuple[bool, str]],
    ) -> None:
        self.book = book
        self.read = read
        self.write = write
        self.save = save
        self.asked = Asked("", 0, "", ())
        self.saved = False

    def play(self, head: DialogueHead) -> int:
        """Play until the learner leaves; 0 when that was of free will, 1 when the lesson failed."""
        self.write(OPENING)
        self.player = Player(self.book, head)
        self.player.begin()
        failed = self._show(self.player.events)
        while not failed:
            line = self._line()
            word, _, rest = line.partition(" ")
            if word in LEAVE:
                if not self._over():
                    self.write(LEFT if self.saved else joined([LEFT, NOT_SAVED], " "))
                return 0
            failed = self._answer(line, word, rest.strip())
        return 1

    def _line(self) -> str:
        try:
            line = self.read(say("\nbạn ▸ ")).strip()
            while line.endswith("\\"):
                line = f"{line[:-1].rstrip()}\n{self.read('      ▸ ').strip()}"
        except (EOFError, KeyboardInterrupt):
            return LEAVE[0]
        return line

    def _answer(self, line: str, word: str, rest: str) -> bool:
        """Do what the learner's line says; whether the lesson failed by it."""
        if word in HELP:
            self.write(HELP_TEXT)
        elif word.removesuffix("!") in SAVE:
            self._save(rest, overwrite=word.endswith("!"))
        elif word in BACK:
            return self._back()
        elif word in WAIT:
            return self._wait(rest)
        elif word.startswith("/") and len(word) > 1:
            self.write(say("(Không có lệnh {word}. /help: các lệnh.)", word=word))
        elif self._over():
            self.write(say("({over})", over=OVER))
        elif not line:
            self._ask(self.asked)
        else:
            return self._do(self._act(line))
        return False

    def _act(self, line: str) -> Act:
        first, *more = line.split("\n")
        choices = self.asked.choices
        if not more and choices and first.isascii() and first.isdigit() and 1 <= int(first) <= len(choices):
            return Act("tap", choices[int(first) - 1].label)
        act = read_act(first)
        return Act("say", line.removeprefix("\\")) if more else act

    def _do(self, act: Act) -> bool:
        try:
            self.player.do(act)
        except TranscriptInvalid as fault:
            self.write(say("(Chưa làm được: {reason}.)", reason=fault.message))
            return False
        return self._show(self.player.events)

    def _wait(self, span: str) -> bool:
        seconds = read_span(span) if span else self._until_reminder()
        if seconds is None and span:
            self.write(say("(Không hiểu “{span}”. Ví dụ: /doi 1d, /doi 2h, /doi 30m.)", span=span))
        if seconds is None:
            return False
        self.write(say("(… {span} sau …)", span=_span(timedelta(seconds=seconds))))
        return self._do(Act("wait", wait_s=seconds))

    def _until_reminder(self) -> int | None:
        """Seconds, in whole minutes, until the next timer rings."""
        at = self.player.run.remind_at
        if at is None:
            self.write(say("(Ở bước này không còn lời nhắc nào.)"))
            return None
        left_s = (at - self.player.now).total_seconds()
        return max(1, -int(-left_s // 60)) * 60

    def _back(self) -> bool:
        """All but the last line once more, unseen."""
        acts = [act for act, _ in self.player.log]
        if not acts:
            self.write(say("(Chưa có dòng nào để bỏ.)"))
            return False
        self.write(say("(Đã bỏ dòng: {act})", act=_shown(acts[-1])))
        self.player = Player(self.book, self.player.head)
        self.player.begin()
        events = self.player.events
        for act in acts[:-1]:
            self.player.do(act)
            events = self.player.events
        return self._show(events)

    def _save(self, name: str, *, overwrite: bool) -> None:
        if not name:
            self.write(say("(Lưu với tên gì? Ví dụ: /save hoc-tron)"))
            return
        as_kept = play(self.book, self.player.transcript)  # what was hidden may be answered differently
        done, sentence = self.save(name, overwrite, str(as_kept))
        self.saved = self.saved or done
        self.write(f"({sentence})")

    # --- showing ---

    def _show(self, events: Iterable[Event]) -> bool:
        """Show what happened; whether the lesson failed."""
        failed = False
        for event in events:
            match event:
                case Said(in_words=text):
                    self._say(text)
                case Asked():
                    self._ask(event)
                case RunStarted(lesson=lesson_id):
                    lesson = self.book.lesson(lesson_id, None, self.player.head.lang)
                    self.write(f"\n── {lesson.title if lesson else lesson_id} ──")
                case RunFailed(code=code, reason=reason):
                    self.write(say("\n(Bài có lỗi: {code}: {reason})", code=code, reason=reason))
                    failed = True
                case _:
                    if note := _note(event):
                        self.write(say("({note})", note=note))
        if not failed and self._over():
            self.write(OVER)
        return failed

    def _over(self) -> bool:
        return not self.player.run.waiting and not self.player.stars

    def _say(self, text: str) -> None:
        wrapped = [textwrap.fill(line, WIDTH) for line in text.splitlines()]
        self.write("\n" + "\n".join(wrapped))

    def _ask(self, asked: Asked) -> None:
        self.asked = asked
        self._say(asked.in_words)
        for number, choice in enumerate(asked.choices, 1):
            self.write(f"   {number}. {choice.label}")


def _note(event: Event) -> str:
    """What the shell would do, told to the author of the lesson; "" for what need not be seen."""
    match event:
        case SecretMasked():
            return say("phần bí mật được che trước khi lưu")
        case HelpRequested(step=step, tries=tries):
            return say("người giúp sẽ thấy: bước {step}, đã thử {tries} lần", step=step, tries=tries)
        case TaskPostponed(remind_at=at) if at is not None:
            return say("sẽ nhắc lúc {at:%H:%M %d/%m}", at=at)
        case Commanded(command=command):
            return say("lời chung “{command}”: ở đây không có danh sách bài, gõ /thoat để ra", command=command)
        case TapIgnored():
            return say("nút cũ, bỏ qua")
        case PairingWished(role=role):
            return say("xin ghép 1+1 với: {role}", role=role)
        case CheckinPlanned(at=at):
            return say("lúc {at:%H:%M %d/%m} máy sẽ hỏi thăm: có làm được không?", at=at)
        case Awarded(kind=kind, name=name):
            award = say("huy hiệu") if kind == "badge" else say("giấy chứng nhận")
            return say("được trao {award}: {name}", award=award, name=name)
        case Called(lesson=lesson):
            return say("vào bài con {lesson}", lesson=lesson)
        case LessonReturned(lesson=lesson):
            return say("xong bài con {lesson}, quay lại", lesson=lesson)
        case EmergencyRaised():
            return say("Lời khẩn cấp: mở ngay bài dành cho lúc này.")
        case EmergencySuspected():
            return say("có thể là lời khẩn cấp: máy sẽ hỏi lại trước khi gọi ai")
        case Digressed():
            return say("chuyện ngoài bài: trong trò chuyện thật, máy tìm câu trả lời, rồi học tiếp")
        case RunEnded(outcome=outcome, points=points, passed=passed, handed_over_to=lesson):
            how, mark = OUTCOMES.get(outcome, outcome), say("đạt") if passed else say("chưa đạt")
            ended = say("Hết bài: {how}, {points} điểm, {mark}", how=how, points=points, mark=mark)
            return joined([ended, say("chuyển hẳn sang bài {lesson}", lesson=lesson)]) if lesson else ended
        case _:
            return ""


def _shown(act: Act) -> str:
    return spell(act.wait_s) if act.kind == "wait" else str(act).removeprefix("learner").strip()


def _span(span: timedelta) -> str:
    days, minutes = divmod(round(span.total_seconds() / 60), 24 * 60)
    said = [say("{days} ngày", days=days)] if days else []
    return joined([*said, say("{minutes} phút", minutes=minutes)] if minutes or not days else said, " ")
