"""Who is in my area, and which of them is meant? Ends in: a person's page, or an entry's."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence

from bot.desk.areas import area_choice
from bot.desk.naming import ROLES, STATES
from bot.desk.services import DeskServices
from bot.desk.visit import PageAnswer, PageShown, Visit
from bot.desk.words import heard
from bot.people.full_names import NAMELESS
from bot.people.named import SHORTEST
from bot.people.policy.lists.words import TONES, has_marks
from bot.people.policy.reach import REACHES, reach_of
from flows.words.keys import plain_of
from storage.desk import people as kept
from storage.desk.people import DetailRow, FoundRow, ListPosition, Wanted
from storage.engine.database import Connection
from storage.people.naming import words_of

A_PAGE = 30
WINDOW = 300  # lines looked at for those whose marks fit, where marks were typed
SHORT = 6  # letters of an id, as they are told on the phone
MOST_WORDS = 8


async def show(desk: DeskServices, visit: Visit) -> PageAnswer:
    """A page of the list: `?q=` of a name or an id, `khu`, `vai`, `tt` (state); `sau` is the line it goes on after."""
    query = visit.query
    choice = await area_choice(desk, visit, "see_people", query.get("khu", ""))
    typed = query.get("q", "").strip()[:80]
    role, state = query.get("vai", ""), query.get("tt", "")
    words = tuple(words_of(typed)[:MOST_WORDS])
    wanted = Wanted(choice.paths, role if role in ROLES else "", state if state in STATES else "", words)
    after = _place(query.get("sau", ""))

    def look(connection: Connection) -> dict[str, object]:
        rows = kept.called(connection, choice.paths, typed.lower(), A_PAGE) if is_id(typed) and not after else []
        marked = has_marks(typed)
        rows = rows or kept.found(connection, wanted, after, (WINDOW if marked else A_PAGE) + 1)
        more = len(rows) > (WINDOW if marked else A_PAGE)
        rows = rows[:WINDOW] if marked else rows[:A_PAGE]
        told = kept.details(connection, [row.person_id for row in rows if not row.is_entry])
        fits = [row for row in rows if fits_marks(typed, _names(row, told.get(row.person_id)))] if marked else rows
        near = marked and not fits and bool(rows)
        shown = (fits or rows)[:A_PAGE]
        more = more or len(fits or rows) > A_PAGE
        names = kept.area_names(connection, (row.area_id for row in shown))
        lines = [_line(row, told.get(row.person_id), names.get(row.area_id, ""), desk) for row in shown]
        return {"lines": lines, "near": near, "next": _written(shown[-1].place) if more and shown else ""}

    found = await desk.officers.database.read(look)
    options = {"roles": ROLES, "states": STATES, "role": role, "state": state, "q": typed, "choice": choice}
    return PageShown("people.html", {**found, **options, "first": after is None})


def is_id(typed: str) -> bool:
    """Whether it may be the beginning of an id: no name has digits or dashes among small letters."""
    return len(typed) >= SHORTEST and bool(re.fullmatch(r"[0-9a-z-]*[0-9-][0-9a-z-]*", typed.lower()))


def fits_marks(typed: str, names: Iterable[str]) -> bool:
    """Whether each word that was typed begins one of the names' words; of a word that was typed with marks they count,
    a tone as far as one was typed."""
    words = [_spelled(word) for name in names for word in re.split(r"[\W_]+", name)]
    begun = [_spelled(word) for word in re.split(r"[\W_]+", unicodedata.normalize("NFC", typed)) if word]
    return all(any(_begins(one, word) for word in words) for one in begun)


def _begins(begun: tuple[str, str, str], word: tuple[str, str, str]) -> bool:
    if has_marks(begun[1]) or begun[2]:
        return word[1].startswith(begun[1]) and begun[2] in ("", word[2])
    return word[0].startswith(begun[0])


def _spelled(word: str) -> tuple[str, str, str]:
    """A word without marks, its letters without tones, its tones."""
    parts = unicodedata.normalize("NFD", word.casefold())
    letters = unicodedata.normalize("NFC", "".join(part for part in parts if part not in TONES))
    return plain_of(word), letters, "".join(part for part in parts if part in TONES)


def _names(row: FoundRow, told: DetailRow | None) -> Sequence[str]:
    return (row.name, *(told.listed if told else ()))


def _line(row: FoundRow, told: DetailRow | None, area: str, desk: DeskServices) -> dict[str, object]:
    line = {"id": row.person_id, "short": row.person_id[:SHORT], "area": area, "is_entry": row.is_entry, "called": ""}
    if told is None:
        return {**line, "name": row.name or NAMELESS, "roles": [(ROLES.get(row.role, row.role), STATES["invited"])]}
    name = ", ".join(told.listed) or row.name or NAMELESS
    roles = [(ROLES[role], "" if state == "active" else STATES[state]) for role, state, _ in told.roles]
    reach = REACHES[reach_of(told.channel, away=told.away, rings=told.rings)]
    return {
        **line, "name": name, "called": row.name if row.name != name else "", "reach": reach,
        "roles": roles or [("", STATES["none"])], "seen": heard(told.seen_at, desk.now()),
    }  # fmt: skip


def _written(place: ListPosition) -> str:
    return "|".join(place)


def _place(text: str) -> ListPosition | None:
    key, bar, person_id = text.rpartition("|")
    return (key, person_id) if bar else None
