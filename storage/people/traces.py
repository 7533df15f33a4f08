"""Where somebody stands by name in what others were shown: taken out with a deletion or withdrawal.

A line, a button or a notice is about this person when it carries an id of theirs, or when it says the name and carries
nobody else's id. Of it only the name goes: an instructor still reads what was said, about "chị …".
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any
from zlib import crc32

from sqlalchemy import ColumnElement, Connection, Table, or_, select, union, update

from storage.conversations import tables as conversations_t
from storage.engine.rows import Row
from storage.pairing import tables as pairing_t
from storage.people import tables as people_t
from storage.people.shown import LOGGED

GONE = "…"
_MENU = "g:menu"
_ADDRESSED = frozenset({"chị", "cô", "dì", "bà", "bác", "em", "bạn", "anh", "chú", "ông"})
_READERS = ("officer", "admin")  # whoever may have been told of her without having met her


@dataclass(frozen=True, slots=True)
class Traces:
    """What tells a person in others' conversations: names, ids that buttons carry, whose conversations; `instead` is
    how they read the name from now on.
    """

    learner_id: str
    names: tuple[str, ...]
    ids: frozenset[str]
    readers: tuple[str, ...]
    instead: str = GONE


def traces_of(connection: Connection, learner_id: str) -> Traces:
    """The traces of a person, to be read before anything of theirs goes."""
    listed = select(people_t.invitee.c.name).where(people_t.invitee.c.claimed_by == learner_id)
    called = select(people_t.person.c.name).where(people_t.person.c.learner_id == learner_id)
    names = {name for query in (listed, called) for name in connection.scalars(query) if name}
    requests, of_request = _met(connection, learner_id)
    offers = connection.execute(select(pairing_t.offer).where(pairing_t.offer.c.request_id.in_(requests))).all()
    both = or_(pairing_t.pairing.c.learner_id == learner_id, pairing_t.pairing.c.instructor_id == learner_id)
    pairings = connection.execute(select(pairing_t.pairing).where(both)).all()
    own = {each for each, hers in requests.items() if hers}
    ids = own | {o.offer_id for o in offers if o.request_id in own} | {p.pairing_id for p in pairings}
    met = (
        of_request
        | {o.instructor_id for o in offers}
        | {one for p in pairings for one in (p.learner_id, p.instructor_id)}
    )
    beside = people_t.seat.alias()
    same_phone = (beside.c.channel == people_t.seat.c.channel) & (beside.c.chat_id == people_t.seat.c.chat_id)
    met |= set(
        connection.scalars(
            select(people_t.seat.c.learner_id).join(beside, same_phone).where(beside.c.learner_id == learner_id)
        )
    )
    met |= set(connection.scalars(select(people_t.role.c.learner_id).where(people_t.role.c.role.in_(_READERS))))
    keys = {learner_id, f"{crc32(learner_id.encode()):08x}"}
    return Traces(learner_id, tuple(sorted(names)), frozenset(ids | keys), tuple(sorted(met - {learner_id})))


def renamed(connection: Connection, learner_id: str, name: str) -> Traces | None:
    """The traces of a person about to be called otherwise, also by becoming one with somebody: no former name outlives
    its bearer in what others were shown. None where nobody reads another name.
    """
    former = connection.scalar(select(people_t.person.c.name).where(people_t.person.c.learner_id == learner_id))
    if not former or former == name:
        return None
    return replace(traces_of(connection, learner_id), names=(former,), instead=name or GONE)


def _met(connection: Connection, learner_id: str) -> tuple[dict[str, bool], set[str]]:
    """Requests that this person had a part in (whether it was the own), and who had one as well."""
    r, offer = pairing_t.request.c, pairing_t.offer.c
    query, offered = select(r.request_id, r.learner_id, r.owner_id), offer.instructor_id == learner_id
    asked = query.join(pairing_t.offer, offer.request_id == r.request_id).where(offered)
    own = query.where(or_(r.learner_id == learner_id, r.owner_id == learner_id))
    rows = connection.execute(union(own, asked)).all()
    people = {one for row in rows for one in (row.learner_id, row.owner_id) if one}
    return {row.request_id: row.learner_id == learner_id for row in rows}, people


def erase(connection: Connection, traces: Traces) -> None:
    """Take a person's name out of what others were shown or are still to be told; the person is gone by now."""
    if not traces.readers:
        return
    page = people_t.identity.c.learner_id.in_(traces.readers)
    chats = select(people_t.identity.c.chat_id).where(page, LOGGED)
    _each(connection, traces, conversations_t.chat_log, conversations_t.chat_log.c.chat_id.in_(chats), _line)
    to = select(people_t.identity.c.chat_id).where(page)
    _each(connection, traces, conversations_t.outbox, conversations_t.outbox.c.chat_id.in_(to), _waiting)
    _each(
        connection,
        traces,
        conversations_t.session,
        conversations_t.session.c.learner_id.in_(traces.readers),
        _state,
    )
    _each(connection, traces, pairing_t.notice, pairing_t.notice.c.learner_id.in_(traces.readers), _notice)
    _each(connection, traces, people_t.joined, people_t.joined.c.learner_id.in_(traces.readers), _joined)


@dataclass(frozen=True, slots=True)
class Eraser:
    """How a row is cleaned of a person."""

    connection: Connection
    traces: Traces

    def nameless(self, tokens: Iterable[str], text: str, pinned: Iterable[str] = ()) -> str:
        """The text without the name, where a token that stands beside it is this person's, or none is another's; what
        is pinned beside it may be about somebody whom it does not speak of."""
        parts, beside = _parts(tokens), _parts(pinned)
        hers = (parts | beside) & self.traces.ids or not _is_of_others(self.connection, parts)
        return _without(self.traces.names, text, self.traces.instead) if hers else text

    def relabelled(self, buttons: Sequence[Sequence[Any]]) -> list[list[Any]]:
        """Buttons as they are kept: token, label, whether it is pinned. One with the id of who is gone leads to the
        menu: each keeps its place, by which it can be named."""
        return [[self._leads(token), self.nameless([token], label), *rest] for token, label, *rest in buttons]

    def _leads(self, token: str) -> str:
        gone = self.traces.instead == GONE and self.traces.learner_id in re.split("[:/]", token)
        return _MENU if gone else token


Rewrite = Callable[[Row, Eraser], dict[str, str]]
_COLUMNS = {
    "chat_log": ("text", "buttons"), "outbox": ("body",), "session": ("state",), "notice": ("said",),
    "joined": ("rows",),
}  # fmt: skip


def _each(connection: Connection, traces: Traces, table: Table, where: ColumnElement[bool], rewrite: Rewrite) -> None:
    columns = [table.c[name] for name in _COLUMNS[table.name]]
    sought = (*traces.names, *((traces.learner_id,) if traces.instead == GONE else ()))
    named = or_(*(column.contains(each, autoescape=True) for column in columns for each in sought))
    for row in connection.execute(select(table).where(where, named).with_for_update()).all():
        changed = rewrite(dict(row._mapping), Eraser(connection, traces))
        if changed:
            key = [column == row._mapping[column.name] for column in table.primary_key.columns]
            connection.execute(update(table).where(*key).values(changed))


def _is_of_others(connection: Connection, parts: set[str]) -> bool:
    ids = (
        pairing_t.request.c.request_id,
        pairing_t.offer.c.offer_id,
        pairing_t.pairing.c.pairing_id,
        people_t.person.c.learner_id,
    )
    return any(
        connection.scalar(select(column).where(column.in_(sorted(parts))).limit(1)) is not None for column in ids
    )


def _without(names: Sequence[str], text: str, instead: str = GONE) -> str:
    """The text with `instead` in place of these names; one inside a longer name ("An" in "Phường An Bình") stays."""
    for name in sorted(names, key=len, reverse=True):
        text = re.sub(rf"(?<!\w){re.escape(name)}(?!\w)", lambda found: instead if _is_whole(found) else found[0], text)
    return text


def _is_whole(found: re.Match[str]) -> bool:
    before = re.search(r"[^.!?:\n] (\w+) $", found.string[: found.start()])  # the first of a sentence is no name
    after = re.match(r" (\w)", found.string[found.end() :])
    led = before is None or not before[1][0].isupper() or before[1].lower() in _ADDRESSED
    return led and not (after and after[1].isupper())


def _parts(tokens: Iterable[str]) -> set[str]:
    return {part for token in tokens for part in re.split("[:/]", token)}


def _tokens(buttons: Sequence[Sequence[Any]], *, pinned: bool) -> list[str]:
    """Of those that wait since earlier, or of those that answer the message."""
    return [token for token, _, *rest in buttons if bool(rest and rest[0] is True) == pinned]


def _line(row: Row, of: Eraser) -> dict[str, str]:
    buttons = json.loads(row["buttons"]) if row["buttons"] else []
    text = of.nameless(_tokens(buttons, pinned=False), row["text"], _tokens(buttons, pinned=True))
    labelled = of.relabelled(buttons)
    packed = json.dumps(labelled, ensure_ascii=False) if buttons else ""
    return {} if (text, packed) == (row["text"], row["buttons"]) else {"text": text, "buttons": packed}


def _waiting(row: Row, of: Eraser) -> dict[str, str]:
    text, buttons, *rest = json.loads(row["body"])
    said = of.nameless(_tokens(buttons, pinned=False), text, _tokens(buttons, pinned=True))
    return {"body": json.dumps([said, of.relabelled(buttons), *rest], ensure_ascii=False)}


def _state(row: Row, of: Eraser) -> dict[str, str]:
    """The labels of the buttons that were last shown; nothing else of a conversation knows others' names."""
    try:
        state: dict[str, Any] = json.loads(row["state"])
        shown = {key: of.relabelled(state[key]) for key in ("offer", "pinned") if key in state}
    except (ValueError, TypeError, AttributeError):
        return {}  # corrupt: it is salvaged without its buttons when it is read
    if all(state[key] == buttons for key, buttons in shown.items()):
        return {}
    return {"state": json.dumps({**state, **shown}, ensure_ascii=False, separators=(",", ":"))}


def _notice(row: Row, of: Eraser) -> dict[str, str]:
    """A value that is the person's name becomes empty: who is meant is then called "một chị"."""
    said: dict[str, str] = json.loads(row["said"])
    kept = {key: "" if of.nameless([row["about"]], value) == GONE else value for key, value in said.items()}
    return {} if kept == said else {"said": json.dumps(kept, ensure_ascii=False)}


def _joined(row: Row, of: Eraser) -> dict[str, str]:
    """What somebody was before becoming one with another: the same conversations and notices, as they were."""
    data: dict[str, Any] = json.loads(row["rows"])
    was = json.dumps(data, ensure_ascii=False)
    data["kept"] = [_state({"state": each}, of).get("state", each) for each in data.get("kept", ())]
    if session := data.get("session"):
        data["session"] = session | _state(session, of)
    for each in data.get("rows", {}).get("notice", ()):
        each.update(_notice(each, of))
    now = json.dumps(data, ensure_ascii=False)
    return {} if now == was else {"rows": now}
