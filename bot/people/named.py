"""What somebody means who types the beginning of an id, or the name of an area instead of its code."""

from __future__ import annotations

from collections.abc import Sequence
from difflib import get_close_matches

from bot.people.import_places import without_kind
from bot.people.policy.lists import places
from bot.people.policy.lists.words import fold, key, short
from bot.people.service import NobodyThere
from flows.saying import joined, say
from storage import short_ids
from storage.engine.database import Connection
from storage.people import areas
from storage.people.areas import AreaRow

SHORTEST = 6  # letters of an id that are enough where only one begins so
SHOWN = 12  # letters of each id where several do, and in lists
MOST = 6  # that are named in one sentence

WHAT = {"person": say("người"), "request": say("yêu cầu"), "model": say("mô hình"), "announcement": say("tin")}


def id_of(connection: Connection, what: str, said: str) -> str:
    """The one id of a person, request, model or announcement that begins so; `said` itself where none does.

    Raises NobodyThere with the fits where several do.
    """
    if len(said) < SHORTEST:
        return said
    found = short_ids.beginning(connection, what, said, MOST + 1)
    if len(found) > 1:
        fits = joined(each[:SHOWN] for each in found[:MOST])
        more = "…" if len(found) > MOST else ""
        why = "Nhiều {what} có mã bắt đầu bằng “{said}”: {fits}{more}. Hãy gõ thêm vài chữ."
        raise NobodyThere(say(why, what=WHAT[what], said=said, fits=fits, more=more))
    return found[0] if found else said


def area_of(connection: Connection, said: str) -> str:
    """The id of the area with this id, official code or name, with or without marks and kind.

    Raises NobodyThere with the fits where several are called so, with the nearest where none is.
    """
    if areas.get(connection, said) is not None:
        return said
    known = areas.under(connection)
    found = called(known, said)
    if len(found) == 1:
        return found[0].area_id
    if found:
        fits = _listed(known, found)
        raise NobodyThere(say("“{said}”: có phải {fits}? Hãy gõ mã trong ngoặc.", said=short(said, 40), fits=fits))
    ways = {fold(area.name): area for area in known}
    near = get_close_matches(fold(said), ways, n=3, cutoff=0.6)
    fits = _listed(known, [ways[each] for each in near])
    hint = say("có phải {fits}?", fits=fits) if near else say("xem ./camtay people areas.")
    nowhere = say("Không có địa bàn nào mang mã hay tên “{said}”", said=short(said, 40))
    raise NobodyThere(joined([nowhere, hint], "; "))


def called(known: Sequence[AreaRow], said: str) -> list[AreaRow]:
    """The areas of this name: by its marks where one has them just so, else without marks."""
    for spelled in (key, fold):
        wanted = spelled(said)
        if found := [area for area in known if wanted in _ways(area, marked=spelled is key)]:
            return found
    return []


def _ways(area: AreaRow, *, marked: bool) -> set[str]:
    spelled = (key if marked else fold)(area.name)
    bare = without_kind(spelled) if area.kind == "ward" else places.same(area.kind, area.name)[0 if marked else 1]
    return {spelled, bare, area.official_code}


def _listed(known: Sequence[AreaRow], found: Sequence[AreaRow]) -> str:
    names = {area.area_id: area.name for area in known}
    told = joined(f"{each.name}{_within(names, each)} ({each.area_id})" for each in found[:MOST])
    return joined([told, "…"], "") if len(found) > MOST else told


def _within(names: dict[str, str], area: AreaRow) -> str:
    return f", {names[area.parent_id]}" if area.kind in ("branch", "group") and area.parent_id in names else ""
