"""Where each fault of a draft is mended: at its field of the gentle form, at its file, else at its line of the text."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping

from bot.desk.pages.lessons.rooms import faults, lesson_of
from bot.desk.visit import Visit
from bot.studio.policy.fields import beside, form_of
from bot.studio.service import Manuscript
from flows.model import Problem
from flows.reading.loader import read_draft
from flows.shelf.shelf import OF_FILES, OF_TRANSLATION

STEP = "step:"


async def mended_at(lying: Manuscript, found: Iterable[Problem], visit: Visit) -> list[dict[str, object]]:
    """The faults as a page shows them; `mend` is the address where each is mended, below the desk, `step` the step that
    it belongs to."""
    shown = faults(found, visit, str(lying.path))
    names = await asyncio.to_thread(_names, lying.text, shown) if shown else []
    page = f"lessons/{lesson_of(visit)}"
    return [
        {
            **each,
            "step": "" if each["where"] else step,
            "mend": f"{page}{below}" if (below := _below(each, name)) else "",
        }
        for (step, name), each in zip(names, shown, strict=True)
    ]


def _below(each: Mapping[str, object], name: str) -> str:
    """Where a fault is mended, below the address of the lesson; "" where that is no page of it."""
    where = str(each["where"])
    if each["code"] in OF_TRANSLATION and where:
        return f"/languages?lang={where.partition('.')[0]}"
    if where:
        return ""
    return "/media" if each["code"] == OF_FILES else f"/words#f:{name}" if name else f"#L{each['line']}"


def _names(text: str, shown: list[dict[str, object]]) -> list[tuple[str, str]]:
    """The step and the field of each."""
    form = form_of(read_draft(text.encode(), "", ()))
    found = beside(text, form, [(int(str(each["line"])), int(str(each["col"]))) for each in shown])
    steps = {step.id for step in form}
    named = [(name.removeprefix(STEP).partition(".")[0], "" if name.startswith(STEP) else name) for name in found]
    return [(step if step in steps else "", name) for step, name in named]
