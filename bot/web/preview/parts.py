"""What stands above the phone and below it: which version is shown, the faults of the file, ways back and on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import PurePath
from urllib.parse import quote

from bot.publishing.preview import LessonLook, Wish
from bot.web.preview.asked import PlayRequest
from bot.web.preview.phone import is_wait
from flows import Problem
from flows.play.playing import Play, PlayedTurn

LONG_ADDRESS = 4_000  # bytes: from here on forms are posted, since servers cut long addresses
MOST_FAULTS = 50  # that are shown at once, errors first
STATUS = {
    "live": "đang dùng",
    "draft": "bản nháp, chưa phát hành",
    "new": "bài mới, chưa phát hành",
    "broken": "tệp có lỗi",
    "gone": "không còn tệp",
}


@dataclass(frozen=True, slots=True)
class ShownVersion:
    """Which version is played, in a sentence; `words` lead to the other at `address`, empty where there is none."""

    sentence: str
    words: str = ""
    address: str = ""


def page_of(lesson: str) -> str:
    """The address of a lesson's preview, from its beginning; seen from there or from another's."""
    return quote(lesson)


def address_of(lesson: str, asked: PlayRequest) -> str:
    """The address that says a whole play."""
    return f"{page_of(lesson)}{asked.query()}"


def method_of(asked: PlayRequest) -> str:
    """How a form that says all of a play goes out."""
    return "post" if len(asked.query()) > LONG_ADDRESS else "get"


# --- above: what the file is -------------------------------------------------------------------------


def status_of(look: LessonLook) -> str:
    """The state of a file, and the version that is live where that is another."""
    live = f", bản {look.live_version} đang dùng" if look.live_version and look.status != "live" else ""
    return STATUS[look.status] + live


def version_of(look: LessonLook, asked: PlayRequest) -> ShownVersion | None:
    """Which version is shown, where there could be a doubt."""

    def shown(sentence: str, wish: Wish, words: str) -> ShownVersion:
        return ShownVersion(sentence, words, address_of(look.id, replace(asked, wish=wish, deeds=())))

    match look.status:
        case "broken" if look.lesson is None:
            return ShownVersion("Tệp có lỗi nên chưa học thử được. Sửa xong rồi lưu, trang này tự mở lại.")
        case "broken" if look.shows_live:
            good = "Tệp đang có lỗi. Dưới đây là bản tốt gần nhất, học viên đang học bản này."
            return shown(good, "file", "Cứ xem tệp đang lỗi")
        case "broken":
            bad = "Đây là tệp đang có lỗi: học thử có chỗ sẽ dừng."
            if not look.live_version:
                return ShownVersion(f"{bad} Bài này chưa có bản nào dùng được.")
            return shown(bad, "", "Xem bản tốt gần nhất")
        case "gone":
            return ShownVersion("Không còn tệp của bài này. Dưới đây là bản đang dùng.")
        case "draft" if look.shows_live:
            return shown("Đây là bản đang dùng.", "", "Xem bản nháp")
        case "draft":
            return shown("Đây là bản nháp trong tệp, học viên chưa thấy.", "live", "Xem bản đang dùng")
    return None


def faults_of(look: LessonLook) -> list[tuple[Problem, str]]:
    """The worst faults of a file, each with the name of another file that it stands in: a translation."""
    worst = sorted(look.problems, key=lambda problem: problem.severity)[:MOST_FAULTS]
    return [(problem, _elsewhere(problem)) for problem in worst]


def _elsewhere(problem: Problem) -> str:
    return f"po/{PurePath(problem.place.path).name}, " if problem.place.path.endswith(".po") else ""


# --- below the phone ---------------------------------------------------------------------------------


def since(turns: Sequence[PlayedTurn]) -> list[str]:
    """What the newest deed did and no message tells: how far time jumped, why nothing could come."""
    deed = turns[-1].deed
    newest = [turn for turn in turns if turn.deed is deed]
    return [told for turn in newest for told in (turn.said if is_wait(turn) else "", turn.fault) if told]


def back(look: LessonLook, asked: PlayRequest) -> list[tuple[str, str]]:
    """The ways back: addresses and words."""
    if not asked.deeds:
        return []
    last, first = replace(asked, deeds=asked.deeds[:-1]), replace(asked, deeds=())
    return [(address_of(look.id, last), "Lùi một lần"), (address_of(look.id, first), "Chơi lại")]


def jumps(play: Play) -> list[tuple[str, str]]:
    """The jumps in time that can be made now: what to wait for, and words."""
    if play.over:
        return []
    due = [("due", "Tới giờ hẹn")] if play.run.remind_at is not None else []
    return [*due, ("3600", "Qua 1 giờ"), ("86400", "Qua 1 ngày"), ("604800", "Qua 7 ngày")]
