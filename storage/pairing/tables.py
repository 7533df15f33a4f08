"""The tables of the 1+1: requests, offers, pairings, what two write to one another, notices. `by` is a pseudonym."""

from __future__ import annotations

from sqlalchemy import Column, Float, Index, Table, Text, text

from storage.engine.columns import (
    instant,
    key_column,
    maybe_instant,
    maybe_text,
    metadata,
    number,
    of_person,
    partial_index,
    serial,
    text_column,
    word,
)

request = Table(
    "request",
    metadata,
    key_column("request_id"),
    text_column("learner_id"),
    text_column("kind"),
    text_column("need", default=""),
    text_column("topic", default=""),
    text_column("lesson", default=""),
    number("version", default="0"),
    text_column("step", default=""),
    number("tries", default="0"),
    text_column("state"),
    text_column("owner_kind"),
    maybe_text("owner_id"),
    number("priority"),
    instant("since_at"),
    instant("due_at"),
    number("width"),
    text_column("closed_why", default=""),
    number("follow_ups", default="0"),
    text_column("queue", default=""),  # her language while anybody may be asked for her: see storage/pairing/queue.py
)
Index("request_learner", request.c.learner_id)
Index("request_due", request.c.state, request.c.due_at)
Index("request_owner", request.c.owner_id, request.c.state)
Index("request_queue", request.c.queue, request.c.priority, request.c.since_at, request.c.request_id)
Index("request_topic", request.c.queue, request.c.topic, request.c.priority, request.c.since_at, request.c.request_id)
Index("request_sweep", request.c.state, request.c.priority, request.c.since_at, request.c.request_id)

offer = Table(
    "offer",
    metadata,
    key_column("offer_id"),
    text_column("request_id"),
    text_column("instructor_id"),
    text_column("state"),
    instant("made_at"),
    instant("due_at"),
    maybe_instant("settled_at"),
    number("reserves", default="1"),
)
Index("offer_due", offer.c.state, offer.c.due_at)
Index("offer_instructor", offer.c.instructor_id, offer.c.state)
partial_index("offer_one_open", offer.c.request_id, where=offer.c.state == word("open"), unique=True)
Index("offer_request", offer.c.request_id)

pairing = Table(
    "pairing",
    metadata,
    key_column("pairing_id"),
    text_column("learner_id"),
    text_column("instructor_id"),
    text_column("state"),
    instant("opened_at"),
    maybe_instant("ended_at"),
    text_column("ended_why", default=""),
)
Index("pairing_instructor", pairing.c.instructor_id, pairing.c.state)
partial_index("pairing_one_open", pairing.c.learner_id, where=pairing.c.state == word("open"), unique=True)
Index("pairing_learner", pairing.c.learner_id)
Index("pairing_line", pairing.c.opened_at, pairing.c.pairing_id)  # by state it would be tempting for those of a ward

pairing_event = Table(
    "pairing_event",
    metadata,
    serial("event_id"),
    instant("at"),
    maybe_text("request_id"),
    maybe_text("pairing_id"),
    text_column("by"),
    text_column("what"),
    text_column("detail", default="{}"),
)
Index("pairing_event_request", pairing_event.c.request_id)
Index("pairing_event_pairing", pairing_event.c.pairing_id)

relay = Table(
    "relay",
    metadata,
    key_column("relay_id"),
    text_column("pairing_id"),
    text_column("from_id"),
    text_column("body"),
    instant("at"),
)
Index("relay_pairing", relay.c.pairing_id)
Index("relay_from", relay.c.from_id)

skill_check = Table(
    "skill_check",
    metadata,
    serial("check_id"),
    text_column("learner_id"),
    text_column("lesson"),
    text_column("skill"),
    text_column("level"),
    text_column("by"),
    instant("at"),
)
Index("skill_check_learner", skill_check.c.learner_id)
Index("skill_check_by", skill_check.c.by)

standing = Table(
    "standing",
    metadata,
    Column("learner_id", Text, of_person(), primary_key=True, nullable=False),
    text_column("path"),
    number("free"),  # 1 while she may be asked: active, agreed, a place free
    number("taken"),
    Column("ratio", Float, nullable=False),
    number("silences"),
    instant("rest_until_at"),
    instant("last_served_at"),
)
HAS_ROOM = standing.c.free == text("1")
partial_index("standing_roomy", standing.c.learner_id, where=HAS_ROOM)
Index("standing_path", standing.c.free, standing.c.path)
Index(
    "standing_rank",
    standing.c.free,
    standing.c.silences,
    standing.c.ratio,
    standing.c.last_served_at,
    standing.c.learner_id,
)

notice = Table(
    "notice",
    metadata,
    key_column("notice_id"),
    text_column("learner_id"),
    text_column("phrase"),
    text_column("said"),
    text_column("buttons"),
    text_column("about"),
    number("digest"),
    instant("at"),
    instant("due_at"),
    number("urgent", default="0"),  # 1: said at night too
)
Index("notice_due", notice.c.due_at)
Index("notice_urgent", notice.c.urgent, notice.c.due_at)
Index("notice_learner", notice.c.learner_id)
Index("notice_about", notice.c.about)
