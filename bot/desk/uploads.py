"""Lists that were brought and not yet taken in: a row a browser, sealed by what that browser alone holds, for a day.

So a restart loses none, any process shows it, and neither the database nor a backup has a name of it to read.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from bot.desk.sealing import seal, unseal
from bot.desk.visit import DeskVisitor
from bot.people.policy.lists import keeping
from bot.people.policy.people_file import PeopleList
from bot.people.retention import BROUGHT_IS_OLD
from storage.desk import brought as kept
from storage.engine.database import Database


@dataclass(frozen=True, slots=True)
class BroughtList:
    """A list as it was read, the area it is for ("" as its lines say), and what its file was called."""

    sheet: PeopleList
    into: str
    name: str


class Uploads:
    """By the browser that brought it, nobody else's: gone with the next one, a yes, a no or its time."""

    def __init__(self, database: Database, now: Callable[[], datetime]) -> None:
        self._database, self._now = database, now

    async def keep(self, who: DeskVisitor, brought: BroughtList) -> None:
        """Keep it instead of what this browser brought before."""
        text = json.dumps([keeping.written(brought.sheet), brought.into, brought.name])
        sealed, now = seal(who.box, text, who.session), self._now()
        await self._database.transact(lambda c: kept.put(c, who.session, sealed, now))

    async def of(self, who: DeskVisitor) -> BroughtList | None:
        """What this browser brought; None once its time is over, or where another program has kept it."""
        since = self._now() - BROUGHT_IS_OLD
        sealed = await self._database.read(lambda c: kept.get(c, who.session, since))
        text = unseal(who.box, sealed, who.session) if sealed else None
        if text is None:
            return None
        try:
            sheet, into, name = json.loads(text)
            return BroughtList(keeping.read_again(sheet), into, name)
        except (ValueError, KeyError, TypeError):
            return None

    async def drop(self, who: DeskVisitor) -> None:
        """It is needed no more."""
        await self._database.transact(lambda c: kept.drop(c, who.session))
