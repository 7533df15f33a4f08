"""The parts of a preview page, each from what it shows to HTML. Everything that comes from a file is escaped."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import PurePath
from urllib.parse import quote

from bot.services.preview import LessonLook, Wish
from bot.web.preview.asked import PlayRequest
from bot.web.preview.frame import safe
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

_STEP_LINE = re.compile(r"^\d+\. ", re.M)


def address_of(lesson: str, asked: PlayRequest) -> str:
    return f"/preview/{quote(lesson)}{asked.query()}"


def form(lesson: str, asked: PlayRequest, inside: str, *, deeds: bool = True, attributes: str = "") -> str:
    """A form that says all of `asked` again, plus what stands inside."""
    method = "post" if len(asked.query()) > LONG_ADDRESS else "get"
    hidden = "".join(
        f'<input type="hidden" name="{safe(name)}" value="{safe(value)}">' for name, value in asked.pairs(deeds=deeds)
    )
    return f'<form method="{method}" action="/preview/{safe(quote(lesson))}"{attributes}>{hidden}{inside}</form>'


# --- above: what the file is -------------------------------------------------------------------------


def top(look: LessonLook) -> str:
    live = f", bản {look.live_version} đang dùng" if look.live_version and look.status != "live" else ""
    where = f'<p class="soft">{safe(look.path)}</p>' if look.path else ""
    return (
        f'<header class="top"><p><a href="/preview/">← Mọi bài</a></p><h1>{safe(look.title)}</h1>'
        f'<p><span class="chip">{safe(STATUS[look.status])}{live}</span></p>{where}'
        f'<p><a href="/preview/{safe(quote(look.id))}/graph.svg">Sơ đồ</a></p></header>'
    )


def told(look: LessonLook, asked: PlayRequest) -> str:
    """Which version is shown, and the faults of the file."""
    parts = [f"<p>{_which(look, asked)}</p>"] if look.status in _WHICH else []
    if look.problems:
        errors = sum(problem.severity == "error" for problem in look.problems)
        counted = f"{errors} lỗi, {len(look.problems) - errors} điều nên xem lại"
        worst = sorted(look.problems, key=lambda problem: problem.severity)[:MOST_FAULTS]
        parts.append(f"<h2>{counted}</h2><ul>{''.join(_problem(each, _beside(each)) for each in worst)}</ul>")
    return f'<section class="told" aria-label="Về tệp này">{"".join(parts)}</section>' if parts else ""


_WHICH = ("broken", "gone", "draft")


def _which(look: LessonLook, asked: PlayRequest) -> str:
    def other(wish: Wish, words: str) -> str:
        address = address_of(look.id, replace(asked, wish=wish, deeds=()))
        return f'<a href="{safe(address)}">{words}</a>'

    match look.status:
        case "broken" if look.lesson is None:
            return "Tệp có lỗi nên chưa học thử được. Sửa xong rồi lưu, trang này tự mở lại."
        case "broken" if look.shows_live:
            good = "Tệp đang có lỗi. Dưới đây là bản tốt gần nhất, học viên đang học bản này."
            return f"{good} {other('file', 'Cứ xem tệp đang lỗi')}"
        case "broken":
            back = other("", "Xem bản tốt gần nhất") if look.live_version else "Bài này chưa có bản nào dùng được."
            return f"Đây là tệp đang có lỗi: học thử có chỗ sẽ dừng. {back}"
        case "gone":
            return "Không còn tệp của bài này. Dưới đây là bản đang dùng."
    if look.shows_live:
        return f"Đây là bản đang dùng. {other('', 'Xem bản nháp')}"
    return f"Đây là bản nháp trong tệp, học viên chưa thấy. {other('live', 'Xem bản đang dùng')}"


def _beside(problem: Problem) -> str:
    """Where a fault stands in another file than the lesson's: in a translation."""
    return f"po/{PurePath(problem.place.path).name}, " if problem.place.path.endswith(".po") else ""


def of_tables(problems: Sequence[Problem]) -> str:
    """The faults of the files beside the lessons."""
    if not problems:
        return ""
    items = "".join(_problem(problem, f"{problem.place.path}, ") for problem in problems[:MOST_FAULTS])
    return f'<section class="told" aria-label="Về các bảng"><ul>{items}</ul></section>'


def _problem(problem: Problem, where: str = "") -> str:
    place = f"{safe(where)}dòng {problem.place.line}, cột {problem.place.col}"
    hint = f' <span class="soft">({safe(problem.hint)})</span>' if problem.hint else ""
    word = "Lỗi" if problem.severity == "error" else "Nên xem"
    return f"<li><b>{word} {safe(problem.code)}</b> {place}: {safe(problem.message)}{hint}</li>"


# --- the phone ---------------------------------------------------------------------------------------


def phone(look: LessonLook, asked: PlayRequest, play: Play, tutor: str) -> str:
    log = "".join(_turn(turn) for turn in play.turns)
    answers = form(look.id, asked, "".join(_answer(c.id, c.label) for c in play.choices)) if play.choices else ""
    box = f'<div id="answers" role="group" aria-label="Trả lời">{answers}</div>' if answers else ""
    field = (
        '<input class="say" id="say" name="say" aria-label="Viết như học viên" placeholder="Viết như học viên" '
        'maxlength="2100" autocomplete="off"><button>Gửi</button>'
    )
    typed = form(look.id, asked, field) if not play.over else '<p class="side">Hết bài.</p>'
    return (
        f'<div class="phone"><div class="head"><div><p class="name">{safe(tutor)}</p>'
        f"<p>Học thử: không lưu gì</p></div></div>"
        f'<div class="log" tabindex="0" role="region" aria-label="Trò chuyện thử"><div>{log}{box}</div></div>'
        f'<div class="foot">{typed}</div></div>'
    )


def _answer(option: str, label: str) -> str:
    return f'<button name="a" value="tap:{safe(option)}">{safe(label)}</button>'


def _turn(turn: PlayedTurn) -> str:
    parts = []
    if turn.said:
        is_time = turn.deed is not None and turn.deed.kind == "wait"
        parts.append(f'<p class="side">{safe(turn.said)}</p>' if is_time else _bubble(turn.said, mine=True))
    if turn.fault:
        parts.append(f'<p class="side fault">{safe(turn.fault)}</p>')
    parts += [_bubble(message.text) for message in turn.messages]
    return "".join(parts)


def _bubble(text: str, *, mine: bool = False) -> str:
    """As chat.js makes it: a paragraph for each blank line, a list of things to do line by line."""
    who, style = ("Tôi", "bubble mine") if mine else ("Cầm Tay", "bubble")
    paragraphs = (part for part in re.split(r"\n\s*\n", text) if part)
    inside = "".join(f"<p>{safe(part) if mine else _paragraph(part)}</p>" for part in paragraphs)
    return f'<div class="{style}"><span class="who">{who}: </span>{inside}</div>'


def _paragraph(part: str) -> str:
    if not _STEP_LINE.search(part):
        return safe(part)
    rows = (("row step" if _STEP_LINE.match(row) else "row", row) for row in part.split("\n"))
    return "".join(f'<span class="{style}">{safe(row)}</span>' for style, row in rows)


def under_phone(look: LessonLook, asked: PlayRequest, play: Play) -> str:
    """Back, from the start, and jumps in time."""
    fresh = replace(asked, deeds=())
    back = replace(asked, deeds=asked.deeds[:-1])
    links = []
    if asked.deeds:
        links.append(f'<a href="{safe(address_of(look.id, back))}">Lùi một lần</a>')
        links.append(f'<a href="{safe(address_of(look.id, fresh))}">Chơi lại</a>')
    jumps = [("3600", "Qua 1 giờ"), ("86400", "Qua 1 ngày"), ("604800", "Qua 7 ngày")]
    if play.session.remind_at is not None:
        jumps.insert(0, ("due", "Tới giờ hẹn"))
    if not play.over:
        buttons = "".join(f'<button name="a" value="wait:{what}">{word}</button>' for what, word in jumps)
        links.append(form(look.id, asked, buttons))
    return f'<div class="under">{"".join(links)}</div>'


# --- the list of lessons -----------------------------------------------------------------------------


def listed(rows: Iterable[tuple[str, str, str, str, int, int]]) -> str:
    """The list of lessons: id, title, path, status, errors, warnings."""
    items = []
    for lesson_id, title, path, status, errors, warnings in rows:
        faults = f"{errors} lỗi, {warnings} điều nên xem lại" if errors or warnings else "không có lỗi"
        items.append(
            f'<li class="card"><a href="/preview/{safe(quote(lesson_id))}"><b>{safe(title)}</b></a> '
            f'<span class="chip">{safe(STATUS.get(status, status))}</span><br>'
            f'<span class="small">{safe(lesson_id)} · {safe(path)} · {faults}</span></li>'
        )
    return f'<ul class="list">{"".join(items)}</ul>'
