"""Announcements: what is to be said to whom, how far it has come; each person once, come what may."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Executable,
    Row,
    Select,
    bindparam,
    case,
    delete,
    exists,
    false,
    func,
    select,
    update,
)

from storage.announcements import tables as announcements_t
from storage.announcements.records import AnnouncementRow, Reach
from storage.conversations import tables as conversations_t
from storage.engine.instants import from_ms, to_ms
from storage.engine.upsert import insert_of
from storage.pairing import tables as pairing_t
from storage.people import tables as people_t
from storage.people.invitees import is_visible

STANDS_FOR = 600_000  # ms: what has lain in the outbox for longer waits for its channel, not for its turn


@cache
def _announced(dialect: str) -> Executable:
    put = insert_of(dialect)(announcements_t.announced).on_conflict_do_nothing()
    return put.returning(announcements_t.announced.c.learner_id)


# --- one announcement --------------------------------------------------------------------------------


def put(connection: Connection, row: AnnouncementRow) -> None:
    """Write a new announcement, or another text, link or state of one that is there; how far it has come stays as it
    is.
    """
    into = insert_of(connection.dialect.name)
    values = {
        "area_id": row.area_id, "body": row.body, "source_url": row.source_url, "by": row.by, "at": to_ms(row.at),
        "state": row.state,
    }  # fmt: skip
    statement = into(announcements_t.announcement).values(announcement_id=row.announcement_id, **values)
    connection.execute(statement.on_conflict_do_update(index_elements=["announcement_id"], set_=values))


def get(connection: Connection, announcement_id: str) -> AnnouncementRow | None:
    """One announcement, locked until the transaction ends."""
    query = (
        select(announcements_t.announcement)
        .where(announcements_t.announcement.c.announcement_id == announcement_id)
        .with_for_update()
    )
    row = connection.execute(query).one_or_none()
    return None if row is None else _record(row)


def under(connection: Connection, path: str, limit: int = 50) -> list[AnnouncementRow]:
    """Announcements for an area and all below it, the newest first; what is still written in a chat is not one yet."""
    query = (
        select(announcements_t.announcement)
        .where(
            _inside(path).where(people_t.area.c.area_id == announcements_t.announcement.c.area_id).exists(),
            announcements_t.announcement.c.state != "writing",
        )
        .order_by(announcements_t.announcement.c.at.desc(), announcements_t.announcement.c.announcement_id)
    )
    return [_record(row) for row in connection.execute(query.limit(limit))]


def writing(connection: Connection, by: str) -> AnnouncementRow | None:
    """The announcement that an officer is writing in a chat."""
    mine = announcements_t.announcement.c.by == by, announcements_t.announcement.c.state == "writing"
    row = connection.execute(select(announcements_t.announcement).where(*mine).with_for_update()).first()
    return None if row is None else _record(row)


def drop_writing(connection: Connection, by: str) -> None:
    """Delete the announcement that this officer has begun and not sent, if there is one."""
    connection.execute(
        delete(announcements_t.announcement).where(
            announcements_t.announcement.c.by == by, announcements_t.announcement.c.state == "writing"
        )
    )


def drop_draft(connection: Connection, announcement_id: str) -> bool:
    """Delete a text that was never sent; False where it is gone, or was sent."""
    mine = announcements_t.announcement.c.announcement_id == announcement_id
    unsent = announcements_t.announcement.c.state == "draft"
    return connection.execute(delete(announcements_t.announcement).where(mine, unsent)).rowcount == 1


def drop_drafts(connection: Connection, before: datetime) -> None:
    """What was begun and never sent."""
    begun = (
        announcements_t.announcement.c.state.in_(("writing", "draft")),
        announcements_t.announcement.c.at < to_ms(before),
    )
    connection.execute(delete(announcements_t.announcement).where(*begun))


def sent_since(connection: Connection, by: str, since: datetime) -> int:
    """How many announcements this officer has sent since then."""
    begun = (
        announcements_t.announcement.c.state.in_(("sending", "sent", "stopped")),
        announcements_t.announcement.c.at >= to_ms(since),
    )
    return connection.scalar(select(func.count()).where(announcements_t.announcement.c.by == by, *begun)) or 0


def stop(connection: Connection, announcement_id: str) -> int:
    """Nobody more is told; how many were about to be, and are not."""
    connection.execute(
        update(announcements_t.announcement)
        .where(announcements_t.announcement.c.announcement_id == announcement_id)
        .values(state="stopped")
    )
    waiting = connection.execute(
        delete(pairing_t.notice)
        .where(pairing_t.notice.c.about == announcement_id)
        .returning(pairing_t.notice.c.learner_id)
    )
    ids = list(waiting.scalars())
    if ids:  # should it go on one day, they are told then
        mine = (
            announcements_t.announced.c.announcement_id == announcement_id,
            announcements_t.announced.c.learner_id.in_(ids),
        )
        connection.execute(delete(announcements_t.announced).where(*mine))
        back = {"reached": announcements_t.announcement.c.reached - len(ids), "after_id": ""}
        connection.execute(
            update(announcements_t.announcement)
            .where(announcements_t.announcement.c.announcement_id == announcement_id)
            .values(back)
        )
    return len(ids)


def close(connection: Connection, before: datetime) -> None:
    """What was stopped so long ago does not go on any more."""
    old = announcements_t.announcement.c.state == "stopped", announcements_t.announcement.c.at < to_ms(before)
    connection.execute(update(announcements_t.announcement).where(*old).values(state="sent"))


_FORGET_ONE = delete(announcements_t.announced).where(
    announcements_t.announced.c.announcement_id == bindparam("of_news"),
    announcements_t.announced.c.learner_id == bindparam("of_learner"),
)


def forget_told(connection: Connection, before: datetime, limit: int) -> int:
    """Who was told is known as long as anything is told, and some time after; how many rows went."""
    over = select(announcements_t.announcement.c.announcement_id).where(
        announcements_t.announcement.c.state == "sent", announcements_t.announcement.c.at < to_ms(before)
    )
    old = select(announcements_t.announced).where(announcements_t.announced.c.announcement_id.in_(over)).limit(limit)
    keys = [{"of_news": row.announcement_id, "of_learner": row.learner_id} for row in connection.execute(old)]
    if keys:
        connection.execute(_FORGET_ONE, keys)
    return len(keys)


# --- whom it reaches ---------------------------------------------------------------------------------


def reach(connection: Connection, path: str, most: int | None = None) -> Reach:
    """Everybody of an area, counted; those who never came are the lines of its lists.

    Looks at no more than `most` persons (some 10 ms for 2,000 of them), and says so: there may be more of every kind.
    """
    p = people_t.person
    some = select(p.c.learner_id, p.c.consent).where(p.c.area_id.in_(_inside(path))).limit(most).subquery()
    kind = case(
        (some.c.consent != "agreed", "not_agreed"),
        (_suspended(some.c.learner_id), "suspended"),
        (_here(some.c.learner_id), "told"),
        else_="away",
    )
    found = {row[0]: row[1] for row in connection.execute(select(kind, func.count()).select_from(some).group_by(kind))}
    waiting = (
        people_t.invitee.c.claimed_by.is_(None),
        people_t.invitee.c.area_id.in_(_inside(path)),
        is_visible(),
    )
    lines = select(people_t.invitee.c.invitee_id).where(*waiting).limit(most).subquery()
    invited = connection.scalar(select(func.count()).select_from(lines)) or 0
    return Reach(**found, invited=invited, more=most is not None and max(sum(found.values()), invited) >= most)


def following(connection: Connection, row: AnnouncementRow, path: str, limit: int) -> list[str]:
    """The next who are to be told, by id."""
    mine = (
        announcements_t.announced.c.announcement_id == row.announcement_id,
        announcements_t.announced.c.learner_id == people_t.person.c.learner_id,
    )
    query = _recipients(path).where(people_t.person.c.learner_id > row.after_id, ~exists().where(*mine))
    return list(connection.scalars(query.order_by(people_t.person.c.learner_id).limit(limit)))


def next_of(connection: Connection) -> AnnouncementRow | None:
    """Of all that are under way the one that has waited longest for its turn."""
    query = select(announcements_t.announcement).where(announcements_t.announcement.c.state == "sending")
    row = connection.execute(
        query.order_by(announcements_t.announcement.c.fed_at, announcements_t.announcement.c.at).limit(1)
    ).first()
    return None if row is None else _record(row)


def last_fed(connection: Connection) -> int:
    """When (ms) anybody was last told of anything."""
    return (
        connection.scalar(
            select(func.max(announcements_t.announcement.c.fed_at)).where(
                announcements_t.announcement.c.state == "sending"
            )
        )
        or 0
    )


def standing(connection: Connection, announcement_id: str, now: datetime) -> int:
    """To how many messages of this announcement the way is not yet free: notices not said, and messages not sent."""
    notices = select(func.count()).where(pairing_t.notice.c.about == announcement_id)
    fresh = conversations_t.outbox.c.at > to_ms(now) - STANDS_FOR
    mine = (
        announcements_t.announced.c.announcement_id == announcement_id,
        announcements_t.announced.c.learner_id == people_t.identity.c.learner_id,
    )
    where = (
        people_t.identity.c.channel == conversations_t.outbox.c.channel,
        people_t.identity.c.chat_id == conversations_t.outbox.c.chat_id,
    )
    unsent = select(func.count()).select_from(conversations_t.outbox).where(fresh, exists().where(*where, *mine))
    return (connection.scalar(notices) or 0) + (connection.scalar(unsent) or 0)


def tell(
    connection: Connection, row: AnnouncementRow, path: str, ids: Collection[str], now: datetime
) -> list[str] | None:
    """Write down that these are told now: whoever of them still may be and was not before. None: somebody else (or a
    stop) was quicker than `row`.

    They are locked until the transaction ends, so that a deletion comes wholly before or wholly after.
    """
    known = get(connection, row.announcement_id)
    if known is None or known.state != "sending" or known.after_id != row.after_id:
        return None
    query = (
        _recipients(path).where(people_t.person.c.learner_id.in_(sorted(ids))).order_by(people_t.person.c.learner_id)
    )
    still = list(connection.scalars(query.with_for_update(read=True, of=people_t.person)))
    values = [{"announcement_id": row.announcement_id, "learner_id": each} for each in still]
    fresh = set(connection.scalars(_announced(connection.dialect.name), values)) if values else set()
    come = {"after_id": max(ids), "fed_at": to_ms(now), "reached": known.reached + len(fresh)}
    connection.execute(
        update(announcements_t.announcement)
        .where(announcements_t.announcement.c.announcement_id == row.announcement_id)
        .values(come)
    )
    return sorted(fresh)


def missed(connection: Connection, learner_id: str, since: datetime, limit: int) -> list[AnnouncementRow]:
    """What has been sent since then where a learner lives and was not told; the newest `limit`, oldest first."""
    a, here = announcements_t.announcement.c, people_t.area.alias()
    hers = select(people_t.area.c.path).join(people_t.person, people_t.person.c.area_id == people_t.area.c.area_id)
    path = hers.where(people_t.person.c.learner_id == learner_id).scalar_subquery()
    told = exists().where(
        announcements_t.announced.c.announcement_id == a.announcement_id,
        announcements_t.announced.c.learner_id == learner_id,
    )
    may = exists(_recipients("/").where(people_t.person.c.learner_id == learner_id))
    query = (
        select(announcements_t.announcement)
        .join(here, here.c.area_id == a.area_id)
        .where(a.state.in_(("sending", "sent")), a.at >= to_ms(since), ~told, may)
        .where(func.substr(path, 1, func.length(here.c.path)) == here.c.path)
        .order_by(a.at.desc(), a.announcement_id)
        .limit(limit)
    )
    return [_record(row) for row in reversed(connection.execute(query).all())]


def tell_one(connection: Connection, announcement_id: str, learner_id: str) -> bool:
    """Write down that somebody is told now; False where that was done, or where the announcement has been stopped."""
    known = get(connection, announcement_id)
    values = [{"announcement_id": announcement_id, "learner_id": learner_id}]
    if (
        known is None
        or known.state == "stopped"
        or not list(connection.scalars(_announced(connection.dialect.name), values))
    ):
        return False
    more = update(announcements_t.announcement).where(announcements_t.announcement.c.announcement_id == announcement_id)
    connection.execute(more.values(reached=announcements_t.announcement.c.reached + 1))
    return True


def not_reached(connection: Connection, learner_id: str, announcement_ids: Collection[str]) -> list[str]:
    """Take back that a learner was told of these announcements, and count one less reached; which those are. Ids of
    anything else are passed over."""
    mine = (
        announcements_t.announced.c.announcement_id.in_(sorted(announcement_ids)),
        announcements_t.announced.c.learner_id == learner_id,
    )
    missed = list(
        connection.scalars(
            delete(announcements_t.announced).where(*mine).returning(announcements_t.announced.c.announcement_id)
        )
    )
    for each in missed:
        less = update(announcements_t.announcement).where(announcements_t.announcement.c.announcement_id == each)
        connection.execute(less.values(reached=announcements_t.announcement.c.reached - 1))
    return missed


def finish(connection: Connection, row: AnnouncementRow) -> None:
    """Everybody was told, unless it has been stopped or begun anew meanwhile."""
    same = (
        announcements_t.announcement.c.state == "sending",
        announcements_t.announcement.c.after_id == row.after_id,
    )
    mine = announcements_t.announcement.c.announcement_id == row.announcement_id
    connection.execute(update(announcements_t.announcement).where(mine, *same).values(state="sent"))


def _recipients(path: str) -> Select[Any]:
    """Not by area_id as a bare column: by its index a whole province would be read and sorted to find the next few."""
    return select(people_t.person.c.learner_id).where(
        func.coalesce(people_t.person.c.area_id, "").in_(_inside(path)),
        people_t.person.c.consent == "agreed",
        ~_suspended(people_t.person.c.learner_id),
        _here(people_t.person.c.learner_id),
    )


def _inside(path: str) -> Select[Any]:
    """The areas at `path` and below; none for ""."""
    end = path[:-1] + "0"  # "0" comes right after "/"
    return select(people_t.area.c.area_id).where(
        people_t.area.c.path >= path, people_t.area.c.path < end if path else false()
    )


def _here(learner_id: ColumnElement[Any]) -> ColumnElement[bool]:
    """Whether this person sits where last heard, and has not blocked the tutor."""
    at = (
        people_t.identity.c.channel == conversations_t.session.c.channel,
        people_t.identity.c.chat_id == conversations_t.session.c.chat_id,
    )
    hers = conversations_t.session.c.learner_id == learner_id, people_t.identity.c.learner_id == learner_id
    return exists().where(*hers, *at, people_t.identity.c.away.is_(False))


def _suspended(learner_id: ColumnElement[Any]) -> ColumnElement[bool]:
    """Whether every role of this person in the union has been taken away."""
    mine = people_t.role.c.learner_id == learner_id
    active = exists().where(mine, people_t.role.c.state == "active")
    return exists().where(mine, people_t.role.c.state == "suspended") & ~active


def _record(r: Row[Any]) -> AnnouncementRow:
    return AnnouncementRow(
        r.announcement_id,
        r.area_id,
        r.body,
        r.source_url,
        r.by,
        from_ms(r.at),
        r.state,
        r.after_id,
        r.reached,
        r.fed_at,
    )
