"""Rows of `notice` on their way to whoever they are for: what is due as updates, and back to rows within the batch."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from bot.channels.base import Attachment, Inner, Notice, NoticesDue, Update
from bot.pairing.policy.roster import ALL_OFFERS
from bot.pairing.policy.work import OFFERED
from bot.tutor import state_codec
from bot.tutor.window import ReplyWindow
from flows import RunCorrupt
from storage.announcements import announcements
from storage.conversations import inbox, windows
from storage.engine.database import Connection
from storage.engine.instants import from_ms
from storage.engine.rows import Row
from storage.pairing import pairings, relays

INNER = "inner"
NOTICES = "notices"
CONFIDED = {"link_confirm"}  # names somebody whom she may not know: her page forgets it once she has answered
RELAYED = "relay_said"  # phrases that begin so pass on what somebody wrote: it lies in `relay` until then


def updates(rows: Sequence[Row], now: datetime) -> list[Update]:
    """An update for each notice, one for all of somebody's digest. `update_id` is the first row's: said once."""
    grouped: dict[tuple[str, str], list[str]] = {}
    for row in rows:
        alone = "" if row["digest"] else row["notice_id"]
        grouped.setdefault((row["learner_id"], alone), []).append(row["notice_id"])
    return [
        Update(INNER, f"notice:{ids[0]}", learner_id, Inner(NOTICES, " ".join(ids)), now)
        for (learner_id, _), ids in grouped.items()
    ]


def read(connection: Connection, waiting: Sequence[Update]) -> list[Update]:
    """The updates with the sentences that those of notices name; the rows are gone with this transaction.

    What was taken back since it came due is not said: such an update is left out, as is what has to wait for a word of
    its reader's.
    """
    held = _hold(connection, waiting)
    waiting = [each for each in waiting if each.update_id not in held]
    rows = pairings.take_notices(connection, [each for update in waiting for each in _named(update)])
    asked = {row["learner_id"] for row in rows.values() if row["phrase"] in OFFERED}
    offers = pairings.count_offers(connection, asked) if asked else {}
    relayed = [row["about"] for row in rows.values() if row["phrase"].startswith(RELAYED)]
    said = relays.take(connection, relayed) if relayed else {}
    found = []
    for update in waiting:
        if not (named := _named(update)):
            found.append(update)
        elif known := tuple(filter(None, (_notice(rows[each], said, offers) for each in named if each in rows))):
            found.append(replace(update, body=NoticesDue(known)))
    return found


def _hold(connection: Connection, waiting: Sequence[Update]) -> set[str]:
    """Let wait what may not go out, by the reply window of whoever is to read it; the ids of those updates. An
    announcement does not wait: it counts as missed, of which the newest are told to whoever comes back.
    """
    due = [each for each in waiting if _named(each)]
    known = windows.bounded(connection, {each.chat_id for each in due})
    open_to = {row["learner_id"]: _window(row) for row in known}
    due = [each for each in due if each.chat_id in open_to]
    rows = {
        row["notice_id"]: row for row in pairings.notices(connection, [id_ for each in due for id_ in _named(each)])
    }
    held = set[str]()
    for update in due:
        window, of = open_to[update.chat_id], [rows[each] for each in _named(update) if each in rows]
        if not window.takes(update.at, urgent=any(row["urgent"] for row in of)):
            held.add(update.update_id)
            missed = announcements.not_reached(connection, update.chat_id, [row["about"] for row in of])
            pairings.take_notices(connection, [row["notice_id"] for row in of if row["about"] in missed])
            pairings.hold_notices(connection, [row["notice_id"] for row in of if row["about"] not in missed])
        open_to[update.chat_id] = replace(window, spent=window.spent + 1)
    inbox.forget(connection, INNER, held)  # they come again
    return held


def _window(row: Row) -> ReplyWindow:
    try:
        heard_no = state_codec.load(row["state"]).heard_no
    except RunCorrupt:
        heard_no = 0
    return ReplyWindow.of(row["channel"], from_ms(row["seen_at"]), row["out_no"], heard_no, away=row["away"])


def _named(update: Update) -> list[str]:
    body = update.body
    return body.ref.split() if isinstance(body, Inner) and body.kind == NOTICES else []


def _notice(row: Row, said: Mapping[str, str], offers: Mapping[str, int]) -> Notice | None:
    """None where it passes on what is not there any more: the two write no more to each other.

    Whoever is asked and has other `offers` to answer finds all of them under the newest.
    """
    buttons, values = tuple(json.loads(row["buttons"]).items()), json.loads(row["said"])
    if row["phrase"] in OFFERED and (count := offers.get(row["learner_id"], 0)) > 1:
        buttons, values = (*buttons, (ALL_OFFERS, "label_offers")), {**values, "so": str(count)}
    notice = Notice(row["phrase"], values, buttons, bool(row["urgent"]), row["about"])
    if not row["phrase"].startswith(RELAYED):
        return replace(notice, fleeting=row["phrase"] in CONFIDED)
    if row["about"] not in said:
        return None
    text, kind, ref = json.loads(said[row["about"]])
    values["chu"] = text
    return replace(notice, values=values, fleeting=True, media=(Attachment(kind, ref),) if kind else ())
