"""What every page of the studio needs of a request."""

from __future__ import annotations

import json
from collections.abc import Iterable

from bot.desk.language import teller
from bot.desk.pages.lessons.hints import here
from bot.desk.services import DeskServices
from bot.desk.visit import Fragment, Visit
from bot.people.desk_links import DESK
from bot.people.service import NobodyThere
from bot.studio.policy.splicing import texts_of
from bot.studio.rooms import StudioRooms
from bot.studio.service import AUTHOR_DIGITS, Manuscript, worst
from flows.model import Problem
from flows.reading.loader import ANSWERS
from flows.saying import say
from flows.shelf.shelf import OF_TRANSLATION, WORDS
from storage.people import people

MOST_FAULTS = 200  # that a page lists


def rooms(desk: DeskServices) -> StudioRooms:
    """The studio. Raises NobodyThere where there is none."""
    if desk.lessons is None:
        raise NobodyThere
    return desk.lessons


def lesson_of(visit: Visit) -> str:
    """The lesson that the address names, or the table of answers; with neither it is the table of how people type."""
    return visit.path.get("lesson") or (f"{ANSWERS}/{visit.path['table']}.yaml" if "table" in visit.path else WORDS)


def place_of(visit: Visit) -> str:
    """Where the pages of that lesson, or of that table, begin."""
    at = next((name for name in ("lesson", "table") if name in visit.path), "")
    return f"{'lessons' if at == 'lesson' else ANSWERS}/{visit.path[at]}" if at else WORDS.partition(".")[0]


def titled(desk: DeskServices, visit: Visit, name: str, lying: Manuscript | None = None) -> str:
    """The title of a page about a lesson; one that nobody has learnt yet is called as in the draft."""
    live = rooms(desk).studio.library.book.lesson(lesson_of(visit))
    drafted = (texts_of(lying.text).get(("title",)) if lying and not live else "") or lesson_of(visit)
    return f"{teller(visit.lang)(name)}: {live.title if live else drafted}"


async def authors(desk: DeskServices) -> dict[str, str]:
    """What is written down of an author → her name, of all who work at the desk."""
    holders = await desk.officers.database.read(lambda c: people.holders(c, sorted(DESK)))
    return {desk.officers.services.names.of(learner_id)[:AUTHOR_DIGITS]: name for learner_id, name in holders}


def faults(problems: Iterable[Problem], visit: Visit, path: str) -> list[dict[str, object]]:
    """Problems as a page shows them, the worst first; `where` names the file of those that are in another. Sentences
    that wait for their translation are one, at the end, of severity "note"."""
    tell = teller(visit.lang)
    waiting, own = _told_apart(problems)
    shown: list[dict[str, object]] = [
        {
            "line": each.place.line, "col": each.place.col, "code": each.code, "severity": each.severity,
            "message": tell(here(each.message)), "hint": tell(here(each.hint)),
            "where": "" if each.place.path == path else each.place.path.rpartition("/")[2],
        }
        for each in worst(own)[:MOST_FAULTS]
    ]  # fmt: skip
    if waiting:
        told = say(
            "{count} câu chưa có bản mới bằng tiếng khác. Học viên tiếng Việt không ảnh hưởng gì; học viên tiếng khác "
            "thấy mấy câu ấy bằng tiếng Việt.", count=len(waiting)
        )  # fmt: skip
        shown.append({**dict.fromkeys(("code", "hint"), ""), "line": 1, "col": 1, "severity": "note", "where": "*"})
        shown[-1]["message"] = tell(told)
    return shown


def _told_apart(problems: Iterable[Problem]) -> tuple[list[Problem], tuple[Problem, ...]]:
    """What only waits for whoever translates, and the rest."""
    every = tuple(problems)
    waiting = [each for each in every if each.code in OF_TRANSLATION and each.severity == "warning"]
    return waiting, tuple(each for each in every if each not in waiting)


def as_json(value: object) -> Fragment:
    """What a script of the page asked for."""
    return Fragment(json.dumps(value, ensure_ascii=False).encode("utf-8", "replace"), "application/json")
