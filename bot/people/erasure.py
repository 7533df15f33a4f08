"""What is over stays so after a restore: who was deleted is deleted again from what came back, codes that were used or
taken back are worth nothing, and a phone that was taken off stays off.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from typing import Protocol

from bot.people.pseudonyms import Pseudonyms
from storage.conversations import leaving
from storage.engine import schema
from storage.engine.database import Connection, Database
from storage.engine.errors import StorageError
from storage.engine.sqlite import BUSY_TIMEOUT_S
from storage.people import forgetting, invitations, seats

SLICE = 20  # persons a transaction
READ_AT_ONCE, DROPPED_AT_ONCE = 10_000, 500  # ids; named in one statement, which takes only so many


class ReadAfter(Protocol):
    """Ids in their order behind the `last` one, `most` at the most."""

    def __call__(self, connection: Connection, last: str, most: int) -> list[str]: ...


async def tombstones_of(database: Database) -> dict[str, int]:
    """Pseudonym → when (ms) of everybody who was deleted; nothing of a database that cannot be read or is too old."""
    try:
        return await database.read(forgetting.tombstones)
    except StorageError:
        return {}


async def repeat_deletions(database: Database, names: Iterable[Pseudonyms], before: dict[str, int]) -> int:
    """Delete in a restored database whoever was deleted before the restore, and end what had ended; how many persons
    were deleted.

    `names` are the keys under which the tombstones may have been made: that of the former data folder and of the
    restored one. A database of an older version is brought up to date for it.
    """
    if not before:
        return 0
    await schema.migrate(database)
    keys = tuple(names)
    back = await _come_back(database, forgetting.persons_after, keys, before)
    entries = await _come_back(database, forgetting.invitees_after, keys, before)
    for at in range(0, len(back), SLICE):
        await database.transact(lambda c, some=back[at : at + SLICE]: _forget(c, some, keys[0]))  # type: ignore[misc]
    for at in range(0, len(entries), DROPPED_AT_ONCE):
        some = entries[at : at + DROPPED_AT_ONCE]
        await database.transact(partial(forgetting.drop_invitees, ids=some))
    await database.transact(lambda c: _end_again(c, keys, before))
    await database.transact(lambda c: forgetting.keep_tombstones(c, before))
    await database.scrub(BUSY_TIMEOUT_S)
    return len(back)


async def _come_back(
    database: Database, read: ReadAfter, keys: Sequence[Pseudonyms], before: Mapping[str, int]
) -> list[str]:
    """Those of all ids that were deleted before; never all of them in memory."""
    found, last = list[str](), ""
    while ids := await database.read(partial(read, last=last, most=READ_AT_ONCE)):
        found += [each for each in ids if any(key.of(each) in before for key in keys)]
        last = ids[-1]
    return found


def _end_again(connection: Connection, keys: Sequence[Pseudonyms], before: Mapping[str, int]) -> None:
    codes = [each for each in invitations.unused(connection) if each in before]
    for at in range(0, len(codes), DROPPED_AT_ONCE):
        invitations.drop(connection, codes[at : at + DROPPED_AT_ONCE])
    for where in seats.speakers(connection):
        if any(key.left(*where) in before for key in keys):
            seats.leave(connection, *where)


def _forget(connection: Connection, learner_ids: list[str], names: Pseudonyms) -> None:
    for learner_id in learner_ids:
        leaving.forget_person(connection, learner_id)
        forgetting.rename_consents(connection, learner_id, names.of(learner_id))
