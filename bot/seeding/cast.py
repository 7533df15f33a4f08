"""Who of a made-up world can be looked at: the first ward's people, one of each role."""

from __future__ import annotations

import json
from dataclasses import dataclass

from storage import worlds
from storage.engine import key_value
from storage.engine.database import Connection

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
