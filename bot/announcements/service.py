"""Announcements: an officer's text to everybody of an area, once each, behind all replies, until it is stopped.

What is told is written down in slices, together with the notices that bring it; so whoever is killed goes on where the
last slice ended, and who was told is never told again, on whichever phone.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from typing import TypeVar

from bot.announcements.policy import announcement as pure
from bot.announcements.policy.announcement import AnnouncementDraft, AnnouncementFault, Count
from bot.errors import CamtayError
from bot.people.policy.permissions import Actor
from bot.people.service import NobodyThere, People
from bot.tutor.quiet_hours import QuietHours
from flows.saying import say
from flows.words.wishes import UNREAD, Wishes
from storage.announcements import announcements as kept
from storage.announcements.records import AnnouncementRow, Reach
from storage.engine.database import Connection, Database
from storage.engine.instants import to_ms
from storage.pairing import pairings
from storage.pairing.records import NoticeRow
from storage.people import areas
from storage.people.areas import AreaRow

T = TypeVar("T")

DAY = timedelta(days=1)
COUNTED = 2_000  # persons of an area that are counted while the writer is held: some 10 ms
KEEP_DRAFTS = timedelta(days=30)
LASTS = timedelta(days=7)  # so long after it was sent an announcement is news to whoever could not be reached
MOST_MISSED = 3  # of those, so that nobody comes back to a flood


@dataclass(frozen=True, slots=True)
class AnnouncementRules:
    """`hosts` may be linked to, themselves and below; an officer sends `a_day`, and `per_minute` people are told."""

    hosts: tuple[str, ...] = ("gov.vn", "hoilhpn.org.vn")
    a_day: int = 3
    per_minute: int = 300


class Unfit(CamtayError):
    """This text or link does not go out; `fault` says why."""

    def __init__(self, fault: AnnouncementFault) -> None:
        super().__init__(fault.phrase)
        self.fault = fault


class NotNow(CamtayError):
    """Tin này đã gửi xong hoặc đã dừng từ trước. Tải lại trang để xem."""


# --- what a chat and the command line share: acts within a transaction --------------------------------


def checked(text: str, link: str, rules: AnnouncementRules, wishes: Wishes) -> tuple[str, str]:
    """Text and link as they are kept. Raises Unfit."""
    body, source = pure.cleaned(text), pure.link_of(link)
    fault = pure.text_fault(body, rules.hosts, wishes) or (pure.link_fault(source, rules.hosts) if source else None)
    if fault is not None:
        raise Unfit(fault)
    return body, source


def whose(connection: Connection, place: AreaRow) -> str:
    """How an area is called as the sender of an announcement, after the area above it where there is one."""
    above = areas.get(connection, place.parent_id) if place.parent_id else None
    return pure.whose(place.kind, place.name, pure.whose(above.kind, above.name) if above else "")


def draft_of(connection: Connection, row: AnnouncementRow, place: AreaRow) -> AnnouncementDraft:
    """An announcement as its readers will see it, with the area it comes from."""
    return AnnouncementDraft(row.announcement_id, row.body, row.source_url, whose(connection, place))


def count_of(reach: Reach) -> Count:
    """How many are told, how many cannot be, and whether there are more than were counted."""
    return Count(reach.told, reach.not_agreed + reach.away + reach.suspended + reach.invited, reach.more)


def begin(
    connection: Connection, row: AnnouncementRow, by: str, rules: AnnouncementRules, wishes: Wishes, now: datetime
) -> None:
    """Tell the announcement from now on, or on after a stop. Raises NotNow, and Unfit after too many on one day."""
    if row.state not in ("writing", "draft", "stopped"):
        raise NotNow
    checked(row.body, row.source_url, rules, wishes)  # the list of hosts may have changed since it was written
    if row.state != "stopped" and kept.sent_since(connection, by, now - DAY) >= rules.a_day:
        raise Unfit(AnnouncementFault("news_too_many", (("so", str(rules.a_day)),)))
    kept.put(connection, replace(row, state="sending", at=now if row.state != "stopped" else row.at, by=by))


def halt(connection: Connection, row: AnnouncementRow) -> int:
    """Nobody more is told; how many have been. Raises NotNow."""
    if row.state != "sending":
        raise NotNow
    return row.reached - kept.stop(connection, row.announcement_id)


# --- officers and the operator, from the command line -------------------------------------------------


@dataclass(frozen=True, slots=True)
class AnnouncementPreview:
    """One announcement with all that there is to know of it before it is sent."""

    row: AnnouncementRow
    draft: AnnouncementDraft
    reach: Reach


class Announcements(People):
    """Each act in a transaction of its own, allowed or refused like every other act of an officer."""

    rules: AnnouncementRules = AnnouncementRules()
    wishes: Wishes = UNREAD

    async def draft(
        self, actor: Actor, area_id: str, text: str, link: str = "", most: int | None = None, *, instead: str = ""
    ) -> AnnouncementPreview:
        """A text for an area, kept and not yet sent (`instead` of one of hers that was not, either); see `show`.

        Raises Unfit, NotAllowed, NobodyThere.
        """
        body, source = checked(text, link, self.rules, self.wishes)

        def work(connection: Connection, place: AreaRow) -> tuple[AnnouncementRow, AreaRow]:
            kept.drop_drafts(connection, self.now() - KEEP_DRAFTS)
            former = kept.get(connection, instead) if instead else None
            is_hers = former is not None and (former.state, former.by) == ("draft", actor.name)
            row = AnnouncementRow(
                instead if is_hers else self.new_id(), place.area_id, body, source, actor.name, self.now(), "draft"
            )
            kept.put(connection, row)
            self.note(connection, actor, "announcement_drafted", "", place.area_id)
            return row, place

        return await self._shown(*await self.act(actor, "announce", area_id, work), most)

    async def show(self, actor: Actor, announcement_id: str, most: int | None = None) -> AnnouncementPreview:
        """Counts no more than `most` people, where it is given. Raises NotAllowed, NobodyThere."""
        return await self._shown(*await self._on(actor, announcement_id, lambda c, row, place: (row, place)), most)

    async def send(self, actor: Actor, announcement_id: str) -> None:
        """Begin, or go on after a stop. Raises Unfit, NotNow, NotAllowed, NobodyThere."""

        def work(connection: Connection, row: AnnouncementRow, place: AreaRow) -> None:
            begin(connection, row, actor.name, self.rules, self.wishes, self.now())
            self.note(connection, actor, "announced", "", place.area_id)

        await self._on(actor, announcement_id, work)

    async def stop(self, actor: Actor, announcement_id: str) -> int:
        """How many had been told. Raises NotNow, NotAllowed, NobodyThere."""

        def work(connection: Connection, row: AnnouncementRow, place: AreaRow) -> int:
            told = halt(connection, row)
            self.note(connection, actor, "announcement_stopped", "", place.area_id)
            return told

        return await self._on(actor, announcement_id, work)

    async def drop(self, actor: Actor, announcement_id: str) -> None:
        """A text that was never sent is gone. Raises NotNow of one that was, NotAllowed, NobodyThere."""

        def work(connection: Connection, row: AnnouncementRow, place: AreaRow) -> None:
            if not kept.drop_draft(connection, announcement_id):
                raise NotNow
            self.note(connection, actor, "announcement_dropped", "", place.area_id)

        await self._on(actor, announcement_id, work)

    async def list_of(self, actor: Actor, area_id: str) -> list[AnnouncementRow]:
        """Raises NotAllowed, NobodyThere."""
        return await self.act(actor, "announce", area_id, lambda c, place: kept.under(c, place.path))

    async def _on(
        self, actor: Actor, announcement_id: str, work: Callable[[Connection, AnnouncementRow, AreaRow], T]
    ) -> T:
        """Act on an announcement: its area is read here, never taken from who asks, and once more within the act."""
        found = await self.database.read(partial(kept.get, announcement_id=announcement_id))
        if found is None:
            raise NobodyThere(say("Không có tin nào mang mã này; xem ./camtay announce list."))

        def unit(connection: Connection, place: AreaRow) -> T:
            row = kept.get(connection, announcement_id)
            if row is None:
                raise NobodyThere
            return work(connection, row, place)

        return await self.act(actor, "announce", found.area_id, unit)

    async def _shown(self, row: AnnouncementRow, place: AreaRow, most: int | None) -> AnnouncementPreview:
        """Counting a province takes half a second: it holds no writer."""
        return await self.database.read(
            lambda c: AnnouncementPreview(row, draft_of(c, row, place), kept.reach(c, place.path, most))
        )


# --- telling ------------------------------------------------------------------------------------------


class AnnouncementFeeder:
    """Slice by slice: who is next is looked up first, then told in one short transaction that looks again."""

    def __init__(
        self, database: Database, rules: AnnouncementRules, quiet: QuietHours, new_id: Callable[[], str]
    ) -> None:
        self.database, self.rules, self.quiet, self.new_id = database, rules, quiet, new_id

    async def feed(self, now: datetime, every_s: float) -> int:
        """One slice of the announcement that has waited longest; how many people were told.

        None at night, none sooner than `every_s` after the last slice of any process, none while what was told before
        is still on its way: so replies always go first, and a stop stops in the middle.
        """
        if self.quiet.holds(now):
            return 0
        size = max(1, round(self.rules.per_minute * every_s / 60))
        found = await self.database.read(partial(self._next, now=now, every_s=every_s, size=size))
        if found is None:
            return 0
        row, place, ids = found
        if not ids:
            await self.database.transact(partial(kept.finish, row=row))
            return 0
        return await self.database.transact(partial(self._tell, row=row, place=place, ids=ids, now=now))

    def _next(
        self, connection: Connection, now: datetime, every_s: float, size: int
    ) -> tuple[AnnouncementRow, AreaRow, list[str]] | None:
        row = kept.next_of(connection)
        if row is None or abs(to_ms(now) - kept.last_fed(connection)) < every_s * 1000:
            return None
        if kept.standing(connection, row.announcement_id, now) > size:
            return None
        place = areas.get(connection, row.area_id)
        if place is None:
            return row, AreaRow("", None, "", "", "", ""), []
        return row, place, kept.following(connection, row, place.path, size)

    def _tell(self, connection: Connection, row: AnnouncementRow, place: AreaRow, ids: list[str], now: datetime) -> int:
        fresh = kept.tell(connection, row, place.path, ids, now) or []
        _say(connection, row, place, fresh, now, self.new_id)
        return len(fresh)


def catch_up(connection: Connection, learner_id: str, now: datetime, new_id: Callable[[], str]) -> None:
    """Tell somebody who can be reached again the newest of what was missed and is not too old, once."""
    for row in kept.missed(connection, learner_id, now - LASTS, MOST_MISSED):
        place = areas.get(connection, row.area_id)
        if place is not None and kept.tell_one(connection, row.announcement_id, learner_id):
            _say(connection, row, place, [learner_id], now, new_id)


def _say(
    connection: Connection, row: AnnouncementRow, place: AreaRow, ids: Sequence[str], now: datetime,
    new_id: Callable[[], str],
) -> None:  # fmt: skip
    values = pure.values_of(row.body, row.source_url, whose(connection, place))
    phrase, at, about = pure.phrase_of(row.source_url), to_ms(now), row.announcement_id
    pairings.add_notices(connection, [NoticeRow(new_id(), each, phrase, values, at, at, about=about) for each in ids])
