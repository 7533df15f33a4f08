"""Where does every request and every 1+1 stand? Ends in: one of them opened, an instructor chosen for it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from bot.desk.full_names import names_on
from bot.desk.pages.today import KINDS
from bot.desk.services import DeskServices
from bot.desk.visit import PageAnswer, PageShown, Visit
from bot.desk.words import ago, day, left
from flows.saying import say
from storage.desk import board
from storage.desk.board import BoardMark, BoardRow
from storage.engine.database import Connection

AT_FIRST, A_PAGE = 8, 40
LATELY = timedelta(days=30)

COLUMNS = {
    "waiting": say("Đang chờ"),
    "offered": say("Đang hỏi"),
    "open": say("Đang lo"),
    "pairs": say("Đôi 1+1 đang kèm"),
    "ended": say("Đôi vừa kết thúc"),
}
ENDED = {
    "changed": say("người học xin đổi"), "left_by_instructor": say("người chỉ thôi kèm"),
    "ended_by_learner": say("người học thôi học kèm"), "suspended": say("người chỉ bị tạm dừng"),
    "reported": say("đã có lời báo"), "learner_left": say("một người không còn ở đây"),
}  # fmt: skip


async def show(desk: DeskServices, visit: Visit) -> PageAnswer:
    """The board; `?cot=` is one column of it, `?sau=` where a page of that goes on."""
    paths, now, only = visit.who.actor.paths("see_people"), desk.now(), visit.query.get("cot", "")
    wanted = [only] if only in COLUMNS else list(COLUMNS)
    strangers = await desk.officers.requests.sees_strangers(visit.who.learner_id)
    limit, after = (A_PAGE, _mark(visit.query.get("sau", ""))) if only in COLUMNS else (AT_FIRST, None)

    def look(connection: Connection) -> list[dict[str, object]]:
        found = {key: _rows(connection, key, paths, now, limit + 1, after, strangers=strangers) for key in wanted}
        who = names_on(
            visit,
            connection,
            {each for rows in found.values() for row in rows for each in (row.learner_id, row.helper_id)},
        )
        return [_column(desk, key, rows, limit, now, who) for key, rows in found.items()]

    return PageShown("pairings.html", {"columns": await desk.officers.database.read(look), "only": only in COLUMNS})


def _rows(
    connection: Connection, key: str, paths: Sequence[str], now: datetime, limit: int, after: BoardMark | None, *,
    strangers: bool,
) -> list[BoardRow]:  # fmt: skip
    match key:
        case "pairs":
            return board.pairs(connection, paths, limit, after)
        case "ended":
            return board.ended(connection, paths, now - LATELY, limit, after)
        case _:
            return board.requests(connection, paths, key, limit, after, strangers=strangers)


def _column(
    desk: DeskServices, key: str, rows: Sequence[BoardRow], limit: int, now: datetime, who: Mapping[str, str]
) -> dict[str, object]:
    """`more` is the mark behind which the column goes on, "" where it ends."""
    shown = rows[:limit]
    cards = [
        {
            "id": row.card_id, "learner_id": row.learner_id, "name": who[row.learner_id], "area": row.area,
            "kind": KINDS.get(row.kind, ""), "urgent": row.kind == "safety", "helper": who[row.helper_id],
            "since": ago(row.since_at, now) if row.due_at else day(row.since_at, desk.zone),
            "left": left(row.due_at, now) if row.due_at else "", "late": row.due_at is not None and row.due_at < now,
            "why": ENDED.get(row.why, ""), "request": row.due_at is not None,
        }
        for row in shown
    ]  # fmt: skip
    more = ".".join(map(str, shown[-1].mark)) if len(rows) > limit else ""
    return {"key": key, "title": COLUMNS[key], "cards": cards, "more": more}


def _mark(text: str) -> BoardMark | None:
    priority, _, rest = text.partition(".")
    at, _, card_id = rest.partition(".")
    digits = priority.isdecimal() and at.isdecimal() and len(priority) < 4 and len(at) < 16
    return (int(priority), int(at), card_id[:64]) if digits else None
