"""The key files of a data folder beside those of the other processes: they are to be the same everywhere.

What the database keeps of a key is a fingerprint, from which it cannot be told.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import logging
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from bot.channels.webchat.identity import load_keys
from bot.errors import SettingsInvalid
from flows.saying import joined, say
from storage.engine import key_value
from storage.engine.database import Connection, Database
from storage.engine.errors import Conflict

FILES = ("web.key", "people.key", "push.key")
NEVER_CHANGED = "people.key"  # its oldest line alone counts
KEPT = "key_files"
TRIES = 3

Fingerprints = Mapping[str, Sequence[str]]
"""File → a fingerprint of each of its keys, newest first; a file that is not there is left out."""

log = logging.getLogger(__name__)


def fingerprints(data: Path) -> Fingerprints:
    """Of the key files in this folder. Raises SettingsInvalid for a broken one."""
    found: dict[str, Sequence[str]] = {}
    for name in FILES:
        if (data / name).exists():
            keys = load_keys(data / name, str)
            found[name] = [_fingerprint(name, key) for key in (keys[-1:] if name == NEVER_CHANGED else keys)]
    return found


def _fingerprint(name: str, key: str) -> str:
    return hmac.new(key.encode(), f"camtay.fingerprint.{name}".encode(), hashlib.sha256).hexdigest()[:16]


def strange(mine: Fingerprints, known: Fingerprints) -> list[str]:
    """The files that have no key in common with those of the other processes, or are lacking here."""
    return [name for name in FILES if name in known and not set(known[name]) & set(mine.get(name, ()))]


def behind(mine: Fingerprints, known: Fingerprints) -> list[str]:
    """The files that lack the newest key of the other processes."""
    return [name for name in FILES if name in known and known[name][0] not in mine.get(name, ())]


def known_to(connection: Connection) -> Fingerprints:
    """What the processes before had; nothing where none has been."""
    return _kept(connection)[0]


async def agree(database: Database, data: Path) -> None:
    """Hold the files of this process beside those of the others, and keep theirs in mind where they are newer. Raises
    SettingsInvalid where they are not the same keys, StorageError."""
    mine = fingerprints(data)
    known = await _remember(database, mine)
    if files := strange(mine, known):
        raise SettingsInvalid(
            say(
                "{files}: không phải khóa mà các tiến trình khác trên cơ sở dữ liệu này dùng. Hãy chép từ thư mục"
                " dữ liệu của một tiến trình đang chạy sang {folder} (docs/running.md, mục “The keys”).",
                files=joined(files),
                folder=data,
            )
        )
    if files := behind(mine, known):
        log.warning("key files behind", extra={"files": files})


async def _remember(database: Database, mine: Fingerprints) -> Fingerprints:
    """What was known before; these are from now on, unless they are older."""

    def work(connection: Connection) -> Fingerprints:
        known, revision = _kept(connection)
        newer = {**known, **mine}
        if newer != known and not behind(mine, known):
            text = json.dumps(newer, separators=(",", ":"))
            if not key_value.put_key(connection, KEPT, text, revision):
                raise Conflict("another process was quicker")
        return known

    for _ in range(TRIES):
        with suppress(Conflict):
            return await database.transact(work)
    return await database.transact(work)


def _kept(connection: Connection) -> tuple[Fingerprints, int | None]:
    kept = key_value.get_key(connection, KEPT)
    return (json.loads(kept[0]), kept[1]) if kept else ({}, None)
