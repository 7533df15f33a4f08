"""What do learners say that the tutor does not understand? Ends in: the word or the answer that was missing, written.

Only what they gave themselves, without their names, secrets masked, of the last month. Messages that are spelled alike
but for marks stand together, those that most people said first.
"""

from __future__ import annotations

import asyncio
from collections import Counter, defaultdict
from collections.abc import Iterable
from datetime import datetime

from bot.conversation.understanding import Overheard
from bot.desk.pages.lessons.heard import told
from bot.desk.services import DeskServices
from bot.desk.visit import PageAnswer, PageShown, Redirect, Visit
from bot.desk.words import ago
from flows.run import Book
from flows.saying import say
from flows.words.keys import plain_of
from storage.engine.database import Connection
from storage.people import people
from storage.people.records import AuditRow
from storage.unheard import unheard as kept
from storage.unheard.unheard import UnheardRow

MOST = 500  # messages looked at, the newest
SHOWN = 60  # groups on the page
MARKED = 25  # groups of which it is looked up whether they are heard by now: three milliseconds each
SPELLINGS = 3  # of one group


async def show(desk: DeskServices, visit: Visit) -> PageAnswer:
    """The groups, each with where it was said, whether it is heard by now, and the way to what it lacks."""
    rows = await desk.officers.database.read(lambda c: kept.latest(c, MOST))
    book = desk.lessons.studio.library.book if desk.lessons else desk.officers.book()
    groups = await asyncio.to_thread(_shown, grouped(rows)[:SHOWN], book, desk.now())
    return PageShown("unheard.html", {"groups": groups, "count": len(rows), "edits": desk.lessons is not None})


async def settle(desk: DeskServices, visit: Visit) -> PageAnswer:
    """A group has been seen to: its messages go before their month is over. Which words, the audit is not told."""
    actor, now = visit.who.actor, desk.now()

    def unit(c: Connection) -> int:
        groups = grouped(kept.latest(c, MOST))
        group = next((each for each in groups if visit.form.get("text") in {row.text for row in each}), [])
        count = kept.settle(c, {row.text for row in group})
        if count:
            people.note(c, AuditRow(now, actor.name, "unheard_settled", "", str(count)))
        return count

    count = await desk.officers.database.transact(unit)
    return Redirect("unheard", say("Đã cất {count} câu, không còn ở trang này.", count=count) if count else "")


def _shown(groups: list[list[UnheardRow]], book: Book, now: datetime) -> list[dict[str, object]]:
    overheard = Overheard(book, now)

    def title(lesson_id: str) -> str:
        lesson = book.lesson(lesson_id) if lesson_id else None
        return lesson.title if lesson else lesson_id

    shown: list[dict[str, object]] = []
    for at, group in enumerate(groups):
        texts = [text for text, _ in Counter(row.text for row in group).most_common(SPELLINGS)]
        places = Counter((row.lesson, row.step) for row in group).most_common(SPELLINGS)
        lesson, step = places[0][0]
        heard = told(book, overheard, texts[0], f"{lesson}/{step}" if lesson else "") if at < MARKED else None
        shown.append(
            {
                "texts": texts, "count": len(group), "last": ago(max(row.at for row in group), now),
                "heard": heard if heard and heard.is_understood else None,
                "places": [{"id": of, "lesson": title(of), "step": where} for (of, where), _ in places],
            }
        )  # fmt: skip
    return shown


def grouped(rows: Iterable[UnheardRow]) -> list[list[UnheardRow]]:
    """Messages that are alike but for marks, case and punctuation, the most frequent first, then the newest."""
    found: dict[str, list[UnheardRow]] = defaultdict(list)
    for row in rows:
        words = "".join(each if each.isalnum() else " " for each in plain_of(row.text)).split()
        found[" ".join(words)].append(row)
    return sorted(found.values(), key=lambda group: (-len(group), -max(row.at for row in group).timestamp()))
