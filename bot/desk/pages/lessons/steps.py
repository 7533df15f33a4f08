"""Where does a lesson lead, who stands where in it, what has no dialogue been through? Ends in a step to look at."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

from bot.desk.pages.lessons.inside import counting, learners_inside, time_of
from bot.desk.pages.lessons.rooms import lesson_of, rooms, titled
from bot.desk.services import DeskServices
from bot.desk.visit import PageAnswer, PageShown, Visit
from bot.publishing import drafts
from bot.studio.previews import DraftPreview
from bot.web.preview import showing
from flows.engine.kinds.table import NAMED
from flows.graph.ways import GUARD, MARKS, Graph
from flows.play.coverage import Trail, coverage
from flows.play.rehearsal import rehearse
from flows.rules.changes import Inside
from flows.saying import say

DIALOGUES = {
    "hoc-tron.txt": say("Học trơn tru"), "lam-sai.txt": say("Làm sai, gõ lạ"),
    "im-lang.txt": say("Bỏ ngang rồi quay lại"),
}  # fmt: skip
"""Dialogues that every lesson has, in words."""


async def show(desk: DeskServices, visit: Visit) -> PageAnswer:
    """The steps with who is inside each, and the lesson's dialogues with what they reach."""
    room, lesson = rooms(desk), lesson_of(visit)
    previews = await room.previews.of(visit.who.actor, lesson)
    found = await asyncio.to_thread(_graph, previews, lesson)
    counted = await learners_inside(desk, visit)
    if counted is None:
        return counting(desk, visit, say("Các bước và bản thoại"))
    here = at_steps(counted.value, lesson)
    steps = [] if found is None else [
        {
            "id": node.id, "kind": NAMED[node.kind].look.word, "text": node.text, "line": node.line,
            "inside": here.pop(node.id, 0), "marks": [MARKS[mark] for mark in node.marks],
            "ways": [(arrow.words, arrow.to) for arrow in found.arrows if arrow.source == node.id],
        }
        for node in found.nodes if node.line and node.kind != GUARD
    ]  # fmt: skip
    played = await asyncio.to_thread(_dialogues, previews, lesson)
    shown = {"lesson": lesson, "steps": steps, "elsewhere": here, "played": played, **time_of(counted, desk)}
    title = titled(desk, visit, say("Các bước và bản thoại"), previews.desk)
    return PageShown("lessons/steps.html", {"title": title, "names": DIALOGUES, **shown})


def at_steps(counted: Mapping[str, Inside], lesson: str) -> dict[str, int]:
    """Step → how many learners are there, in whatever version."""
    here: dict[str, int] = {}
    for (_, step), count in counted.get(lesson, {}).items():
        here[step] = here.get(step, 0) + count
    return here


def _graph(previews: DraftPreview, lesson: str) -> Graph | None:
    return showing.graph_at(previews, lesson)


def _dialogues(previews: DraftPreview, lesson: str) -> dict[str, object] | None:
    """The dialogues beside a lesson, played through the draft; None where it cannot be played."""
    look = previews.look(lesson)
    if look is None or look.lesson is None:
        return None
    trail, told = Trail(look.book), []
    for path in previews.dialogues():
        text = path.read_text("utf-8", "replace")[: drafts.MAX_BYTES]
        found = rehearse(look.book, str(path), text, lesson, trail.watch)
        fault = found.failed.message if found.failed else ""
        line = found.failed.line if found.failed else found.differences[0].line if found.differences else 0
        told.append({"name": path.name, "fault": fault, "line": line, "differs": bool(found.differences), "text": text})
    reached = coverage(look.lesson, trail)
    gaps = [{"step": gap.step, "line": gap.first} for gap in reached.gaps if gap.way is None]
    return {"dialogues": told, "steps": reached.steps, "options": reached.options, "ways": reached.ways, "gaps": gaps}
