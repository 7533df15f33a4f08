"""Which lessons are there, in what state, who is writing in them? Ends in a lesson being opened."""

from __future__ import annotations

from itertools import groupby

from bot.desk.language import teller
from bot.desk.pages.lessons.rooms import rooms
from bot.desk.services import DeskServices
from bot.desk.visit import PageAnswer, PageShown, Visit
from bot.desk.words import day_and_hour
from bot.studio.service import LessonLine
from flows.saying import say

STATES = {
    "live": say("đang dùng"),
    "changed": say("tệp khác bản đang dùng"),
    "new": say("chưa phát hành"),
    "broken": say("có lỗi"),
}


async def show(desk: DeskServices, visit: Visit) -> PageAnswer:
    """All lessons by track."""
    room = rooms(desk)
    lines = await room.studio.tree(visit.who.actor)
    tracks = dict(room.studio.library.book.tracks)
    branches = [
        {"title": tracks.get(track, track or teller(visit.lang)(say("Chưa rõ nhóm"))), "lessons": list(found)}
        for track, found in groupby((_line(each, desk, visit) for each in lines), key=lambda each: each["track"])
    ]
    return PageShown("lessons/tree.html", {"branches": branches, "count": len(lines)})


def _line(each: LessonLine, desk: DeskServices, visit: Visit) -> dict[str, object]:
    return {
        "lesson": each.lesson, "title": each.title, "track": each.track, "version": each.version,
        "state": teller(visit.lang)(STATES[each.state]), "errors": each.errors, "warnings": each.warnings,
        "mine": day_and_hour(each.mine, desk.zone), "others": each.others,
    }  # fmt: skip
