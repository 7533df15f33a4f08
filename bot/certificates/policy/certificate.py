"""What a certificate is: when it is earned, how the name on it is written, what others see, how it looks. Pure."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from bot.prints.pages import Page, name, paragraph, qr, title
from bot.tutor.menu import in_order
from bot.tutor.turn import TurnContext

SHOWN = ("initials", "name", "nothing")
"""What whoever reads the code may see of the name; the first until the learner says otherwise."""

LONGEST_NAME = 60  # characters: what stands on one line of an A5 in letters that can be read
MARKS = 1  # of one letter beyond those that are part of it: ê̆ is written so, more is no spelling of this country


def finished(turn: TurnContext) -> list[str]:
    """The ids of the tracks of which every lesson is done, in their order. The emergency lesson is not asked for."""
    missing, there = set[str](), list[str]()
    for lesson in in_order(turn):
        if lesson.emergency:
            continue
        there.append(lesson.track)
        if lesson.id not in turn.state.done:
            missing.add(lesson.track)
    return [track for track, _ in turn.book.tracks if track in there and track not in missing]


def nearest(turn: TurnContext) -> tuple[str, int] | None:
    """The title of the track that lacks the fewest lessons, and how many; None where none is begun."""
    lacks: dict[str, int] = {}
    begun: set[str] = set()
    for lesson in in_order(turn):
        if lesson.emergency:
            continue
        is_done = lesson.id in turn.state.done
        lacks[lesson.track] = lacks.get(lesson.track, 0) + (not is_done)
        begun |= {lesson.track} if is_done else set()
    least = min((track for track in lacks if track in begun), key=lambda track: lacks[track], default=None)
    return None if least is None else (dict(turn.book.tracks).get(least, least), lacks[least])


def written_name(text: str) -> str:
    """A name as it can be printed: NFC, Latin letters with their marks, without what turns text around or is not seen,
    at most LONGEST_NAME characters; "" where nothing is left."""
    kept, marks = list[str](), 0
    for character in unicodedata.normalize("NFC", " ".join(text.split())):
        marks = marks + 1 if unicodedata.combining(character) else 0
        if (_is_of_name(character) or (marks and kept)) and marks <= MARKS:
            kept.append(character)
    whole = " ".join("".join(kept).split())
    if not any(character.isalpha() for character in whole):
        return ""
    return whole if len(whole) <= LONGEST_NAME else whole[: LONGEST_NAME + 1].rpartition(" ")[0] or whole[:LONGEST_NAME]


def _is_of_name(character: str) -> bool:
    return character in " .’'-" or (character.isalpha() and unicodedata.name(character, "").startswith("LATIN"))


def initials(of: str) -> str:
    """ "Nguyễn Thị Ngọc Ánh" → "N. T. N. Á."."""
    return " ".join(f"{word[0].upper()}." for word in of.replace("-", " ").split() if word[0].isalpha())


def seen(of: str, shown: str) -> str:
    """What a stranger sees of the name."""
    return of if shown == "name" else initials(of) if shown == "initials" else ""


def points_of(lessons: Sequence[str], done: Mapping[str, int]) -> int:
    """What was earned in these lessons together."""
    return sum(done.get(lesson, 0) for lesson in lessons)


def page(of: str, track: str, count: int, points: int, at: datetime, zone: ZoneInfo, union: str, address: str) -> Page:
    """The certificate on half a page: the name `of` whoever has finished `count` lessons of the `track` (its title).
    `address`: what its code leads to, where there is a public one."""
    local = at.astimezone(zone)
    blocks = [
        title("Giấy chứng nhận"),
        paragraph(f"{union} ghi nhận", center=True),
        name(of or "…"),
        paragraph(f"đã học xong nhóm bài “{track}”: {count} bài, {points} điểm.", center=True),
        paragraph(f"Ngày {local.day} tháng {local.month} năm {local.year}", center=True),
    ]
    if address:
        blocks.append(qr(address, "Soi mã này để biết giấy có thật. Trang ấy chỉ hiện điều người học cho phép."))
    return Page("A5-wide", tuple(blocks), frame=True)
