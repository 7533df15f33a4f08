"""Who of a made-up world can be looked at: the first ward's people, one of each role."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bot.channels.registry import ChannelSettings
from bot.errors import SettingsInvalid
from flows.saying import joined, say
from storage import worlds
from storage.engine import key_value
from storage.engine.database import Connection, Database

CAST = "made_up_cast"
"""The key under which they are kept."""


@dataclass(frozen=True, slots=True)
class CastMember:
    """Somebody whom one can look at the tutor as: `role` of the staff of a ward, or learner or instructor."""

    role: str
    name: str
    learner_id: str
    chat_id: str


def cast_of(connection: Connection) -> list[CastMember]:
    """One of each role of a made-up world; nobody in any other."""
    found = key_value.get_key(connection, CAST) if worlds.made_up(connection) else None
    return [CastMember(*each) for each in json.loads(found[0])] if found else []


async def cast_for(database: Database, channels: Mapping[str, ChannelSettings]) -> Sequence[CastMember]:
    """Who of a made-up world can be looked at. Raises SettingsInvalid where real people could come into one."""
    is_made_up = bool(await database.read(worlds.made_up))
    on = [name for name, each in channels.items() if each.is_on]
    if is_made_up and on:
        why = "Dữ liệu này là người giả, nên không mở cho người thật: tắt {channels}, hoặc chọn thư mục dữ liệu khác."
        raise SettingsInvalid(say(why, channels=joined(on)))
    return await database.read(cast_of)
