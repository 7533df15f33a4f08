"""Full names as a page shows them: what stands between the names in the reader's language, the names as they are."""

from __future__ import annotations

from collections.abc import Iterable

from bot.desk.language import teller
from bot.desk.visit import Visit
from bot.people.full_names import NAMELESS, full_names, in_full
from flows.saying import Sentence, say
from storage.engine.database import Connection
from storage.people.called import CalledRow


def names_on(visit: Visit, connection: Connection, ids: Iterable[str]) -> dict[str, str]:
    """By the id of each; "" of nobody ("")."""
    wanted = set(ids)
    found = full_names(connection, wanted)
    return {"": "", **{each: _told(visit, found.get(each, NAMELESS)) for each in wanted - {""}}}


def name_on(visit: Visit, row: CalledRow) -> str:
    """Of one who was read already."""
    return _told(visit, in_full(row))


def titled(visit: Visit, name: str, place: str) -> str:
    """What a page about her is called: of somebody without a name her place stands beside."""
    tell = teller(visit.lang)
    return (
        tell(say("{name} · {place}", name=NAMELESS, place=place))
        if place and name in (NAMELESS, tell(NAMELESS))
        else name
    )


def _told(visit: Visit, name: str) -> str:
    return teller(visit.lang)(name) if isinstance(name, Sentence) else name
