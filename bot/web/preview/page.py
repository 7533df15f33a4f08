"""The pages of the preview, put together from their parts."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import quote

from bot.services.preview import LessonEntry, LessonLook
from bot.web.preview import beside, parts
from bot.web.preview.asked import PlayRequest
from bot.web.preview.frame import framed, safe
from bot.web.preview.shown import show_everywhere
from flows import Book, Problem
from flows.graph.ways import MARKS, graph_of
from flows.play.playing import Play, PlayedTurn
from flows.play.transcript import Act, DialogueHead, Transcript, TranscriptInvalid
from flows.play.transcript import TutorTurn as Written
from flows.play.transcript import play as replay

MOST_DUE = 20  # questions that a head line names


def lesson_page(look: LessonLook, asked: PlayRequest, play: Play | None, tutor: str) -> str:
    """One lesson; without a play (nothing can be played) its faults alone."""
    above = parts.top(look) + _changed() + parts.told(look, asked)
    desk = _desk(look, asked, play, tutor) if play else '<main class="desk"><p>Chưa có gì để học thử.</p></main>'
    is_posted = len(asked.query()) > parts.LONG_ADDRESS
    again = parts.form(look.id, asked, "", attributes=' id="again" hidden') if is_posted else ""
    state = f"/preview/{quote(look.id)}/state"
    return framed(f"Xem thử: {look.title}", above + desk + again, stamp=look.stamp, state=state)


def _changed() -> str:
    return '<p class="told" id="changed" role="status" hidden>Tệp vừa đổi. Tải lại trang để thấy bản mới.</p>'


def _desk(look: LessonLook, asked: PlayRequest, play: Play, tutor: str) -> str:
    prompt = play.prompt
    return (
        '<main class="desk">'
        f"<div>{parts.phone(look, asked, play, tutor)}{parts.under_phone(look, asked, play)}</div>"
        f"<div>{beside.reasons(play)}{beside.state(play)}</div>"
        f'<div class="left">{beside.steps(look, asked, play, _marks(look))}{beside.settings(look, asked)}</div>'
        f"{beside.everywhere(prompt, show_everywhere(prompt) if prompt else ())}"
        f"{beside.transcript(as_transcript(look.book, play))}</main>"
    )


def _marks(look: LessonLook) -> dict[str, list[str]]:
    """What the graph has to say of single steps, for what is played."""
    script = look.script_of(look.lesson) if look.lesson else None
    found: dict[str, list[str]] = {}
    for mark, steps in (graph_of(script).marked if script else {}).items():
        for step in steps:
            found.setdefault(step, []).append(MARKS[mark])
    return found


def as_transcript(book: Book, play: Play) -> str:
    """The play in the form that lies beside lessons; empty where it did not begin at the beginning."""
    setup = play.setup
    if setup.step or setup.points or any(turn.fault for turn in play.turns):
        return ""
    head = DialogueHead(
        setup.lesson,
        name=setup.name,
        address=setup.address,
        at=setup.at,
        channel=setup.channel,
        lang=setup.lang,
        values=setup.values,
        due=tuple(sorted(play.session.cards))[:MOST_DUE],
    )
    deeds = tuple((_act(turn), Written()) for turn in play.turns[1:] if turn.said)
    try:
        return str(replay(book, Transcript(head, Written(), deeds)))
    except TranscriptInvalid:  # two buttons with one label, a called lesson that is only a draft
        return ""


def _act(turn: PlayedTurn) -> Act:
    kind, what = (turn.deed.kind, turn.deed.what) if turn.deed else ("say", "")
    if kind == "wait":
        return Act("wait", wait_s=int(what) if what.isdigit() else max(60, round(turn.waited.total_seconds())))
    return Act(kind, turn.said.strip("[]") if kind == "send" else turn.said)


def list_page(lessons: Sequence[LessonEntry], faults: Sequence[Problem]) -> str:
    rows = [(each.id, each.title, each.path, each.status, each.errors, each.warnings) for each in lessons]
    broken = sum(bool(each.errors) for each in lessons)
    counted = f"{len(lessons)} bài" + (f", {broken} bài có lỗi" if broken else "")
    inside = (
        '<header class="top"><p><a href="/">← Trang trò chuyện</a></p><h1>Xem thử các bài</h1>'
        f'<p class="soft">{safe(counted)}</p><p><a href="/preview/hear">Nghe thử một câu</a></p></header>'
        f"{parts.of_tables(faults)}"
        f'<main class="narrow">{parts.listed(rows)}</main>'
    )
    return framed("Xem thử các bài", inside)
