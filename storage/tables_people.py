"""The tables of people and places: areas, roles, invitations, requests and pairings, the union's models, announcements.

Columns `by` and rows of `pairing_event`, `audit` and `forgotten` hold pseudonyms (`bot.people.pseudonyms`), never a
learner_id: they outlive the person. JSON stands in TEXT, instants are milliseconds since 1970 UTC in `*_at` and `at`.
"""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Float, ForeignKey, Index, Integer, PrimaryKeyConstraint, Table, Text, text

from storage.tables import metadata

__all__ = ["metadata"]


def _text(name: str, *, default: str | None = None) -> Column[str]:
    return Column(name, Text, nullable=False, server_default=default)


def _maybe(name: str) -> Column[str]:
    return Column(name, Text)


def _key(name: str) -> Column[str]:
    return Column(name, Text, primary_key=True)


def _at(name: str) -> Column[int]:
    return Column(name, BigInteger, nullable=False)


def _maybe_at(name: str) -> Column[int]:
    return Column(name, BigInteger)


def _number(name: str, *, default: str | None = None) -> Column[int]:
    return Column(name, Integer, nullable=False, server_default=default)


def _serial(name: str) -> Column[int]:
    return Column(name, BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=True)


def _person() -> ForeignKey:
    return ForeignKey("person.learner_id", ondelete="CASCADE")


# --- places and who may do what there ----------------------------------------------------------------

area = Table(
    "area",
    metadata,
    _key("area_id"),
    _maybe("parent_id"),
    _text("kind"),
    _text("name"),
    _text("official_code", default=""),
    _text("path"),
    _maybe("import_id"),
)
Index("area_parent", area.c.parent_id)
Index("area_path", area.c.path)

role = Table(
    "role",
    metadata,
    Column("learner_id", Text, _person(), nullable=False),
    _text("role"),
    _text("area_id"),
    _text("state"),
    _text("by"),
    _at("at"),
    PrimaryKeyConstraint("learner_id", "role", "area_id"),
)
Index("role_area", role.c.role, role.c.area_id)

suspension = Table(
    "suspension",
    metadata,
    _text("subject"),  # the pseudonym of a person, or of an address that a deleted person wrote from
    _text("role"),
    _text("by"),
    _text("path"),  # how far the right of whoever suspended reached
    _at("at"),
    PrimaryKeyConstraint("subject", "role"),
)

instructor = Table(
    "instructor",
    metadata,
    Column("learner_id", Text, _person(), primary_key=True),
    _number("capacity"),
    _text("topics"),
    _text("langs"),
    _text("hours"),
    _maybe_at("paused_until_at"),
    _maybe_at("conduct_at"),
    _text("gender", default=""),
    _maybe_at("last_served_at"),
)

invitee = Table(
    "invitee",
    metadata,
    _key("invitee_id"),
    _text("name"),
    _text("area_id"),
    _text("role"),
    _text("by"),
    _at("at"),
    _maybe("claimed_by"),
    _maybe("import_id"),
)
Index("invitee_area", invitee.c.area_id)
Index("invitee_claimed", invitee.c.claimed_by)

import_batch = Table(
    "import_batch",
    metadata,
    _key("import_id"),
    _text("by"),
    _at("at"),
    _number("written"),
    _text("state"),
)

invitation = Table(
    "invitation",
    metadata,
    _key("code_hash"),
    _text("kind"),
    _text("role"),
    _maybe("area_id"),
    _maybe("invitee_id"),
    _maybe("learner_id"),
    _text("by"),
    _at("made_at"),
    _at("expires_at"),
    _number("tries"),
    _maybe_at("used_at"),
    _maybe("used_by"),
)
Index("invitation_used_by", invitation.c.used_by)
Index("invitation_learner", invitation.c.learner_id)
Index("invitation_expires", invitation.c.expires_at)

seat = Table(
    "seat",
    metadata,
    _text("channel"),
    _text("chat_id"),
    Column("learner_id", Text, _person(), nullable=False, index=True),
    _at("at"),
    PrimaryKeyConstraint("channel", "chat_id", "learner_id"),
)

joined = Table(
    "joined",
    metadata,
    _key("join_id"),
    Column("learner_id", Text, _person(), nullable=False, index=True),
    _at("at"),
    _text("rows"),  # JSON: everything of the person who became this one, see storage/joins.py
)

# --- 1+1 ---------------------------------------------------------------------------------------------

request = Table(
    "request",
    metadata,
    _key("request_id"),
    _text("learner_id"),
    _text("kind"),
    _text("need", default=""),
    _text("topic", default=""),
    _text("lesson", default=""),
    _number("version", default="0"),
    _text("step", default=""),
    _number("tries", default="0"),
    _text("state"),
    _text("owner_kind"),
    _maybe("owner_id"),
    _number("priority"),
    _at("since_at"),
    _at("due_at"),
    _number("width"),
    _text("closed_why", default=""),
    _number("follow_ups", default="0"),
    _text("queue", default=""),  # her language while anybody may be asked for her: see storage/waiting.py
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
    _key("offer_id"),
    _text("request_id"),
    _text("instructor_id"),
    _text("state"),
    _at("made_at"),
    _at("due_at"),
    _maybe_at("settled_at"),
    _number("reserves", default="1"),
)
Index("offer_due", offer.c.state, offer.c.due_at)
Index("offer_instructor", offer.c.instructor_id, offer.c.state)
Index(
    "offer_one_open",
    offer.c.request_id,
    unique=True,
    sqlite_where=text("state = 'open'"),
    postgresql_where=text("state = 'open'"),
)
Index("offer_request", offer.c.request_id)

pairing = Table(
    "pairing",
    metadata,
    _key("pairing_id"),
    _text("learner_id"),
    _text("instructor_id"),
    _text("state"),
    _at("opened_at"),
    _maybe_at("ended_at"),
    _text("ended_why", default=""),
)
Index("pairing_instructor", pairing.c.instructor_id, pairing.c.state)
Index(
    "pairing_one_open",
    pairing.c.learner_id,
    unique=True,
    sqlite_where=text("state = 'open'"),
    postgresql_where=text("state = 'open'"),
)
Index("pairing_learner", pairing.c.learner_id)

pairing_event = Table(
    "pairing_event",
    metadata,
    _serial("event_id"),
    _at("at"),
    _maybe("request_id"),
    _maybe("pairing_id"),
    _text("by"),
    _text("what"),
    _text("detail", default="{}"),
)
Index("pairing_event_request", pairing_event.c.request_id)
Index("pairing_event_pairing", pairing_event.c.pairing_id)

relay = Table("relay", metadata, _key("relay_id"), _text("pairing_id"), _text("from_id"), _text("body"), _at("at"))
Index("relay_pairing", relay.c.pairing_id)
Index("relay_from", relay.c.from_id)

skill_check = Table(
    "skill_check",
    metadata,
    _serial("check_id"),
    _text("learner_id"),
    _text("lesson"),
    _text("skill"),
    _text("level"),
    _text("by"),
    _at("at"),
)
Index("skill_check_learner", skill_check.c.learner_id)
Index("skill_check_by", skill_check.c.by)

# --- the union's models, meetings, announcements -----------------------------------------------------

union_model = Table(
    "union_model",
    metadata,
    _key("model_id"),
    _text("kind"),
    _text("area_id"),
    _text("name"),
    _number("year"),
    _maybe_at("ended_at"),
)
Index("union_model_area", union_model.c.area_id)

membership = Table(
    "membership",
    metadata,
    _text("model_id"),
    _text("learner_id"),
    _at("since_at"),
    PrimaryKeyConstraint("model_id", "learner_id"),
)
Index("membership_learner", membership.c.learner_id)

attendance = Table(
    "attendance",
    metadata,
    _serial("attendance_id"),
    _text("event_id"),
    _text("area_id"),
    _text("lesson"),
    _maybe("learner_id"),
    _maybe("invitee_id"),
    _at("at"),
    _text("by"),
)
Index("attendance_event", attendance.c.event_id)
Index("attendance_learner", attendance.c.learner_id)
Index("attendance_invitee", attendance.c.invitee_id)
Index("attendance_once_person", attendance.c.event_id, attendance.c.learner_id, unique=True)
Index("attendance_once_invitee", attendance.c.event_id, attendance.c.invitee_id, unique=True)

announcement = Table(
    "announcement",
    metadata,
    _key("announcement_id"),
    _text("area_id"),
    _text("body"),
    _text("source_url", default=""),
    _text("by"),
    _at("at"),
    _text("state"),
    _text("after_id", default=""),
    _number("reached", default="0"),
    Column("fed_at", BigInteger, nullable=False, server_default="0"),
)
Index("announcement_state", announcement.c.state, announcement.c.at)

announced = Table(
    "announced",
    metadata,
    _text("announcement_id"),
    _text("learner_id"),
    PrimaryKeyConstraint("announcement_id", "learner_id"),
)
Index("announced_learner", announced.c.learner_id)

# --- what outlives a person: pseudonyms only ---------------------------------------------------------

audit = Table(
    "audit", metadata, _serial("audit_id"), _at("at"), _text("by"), _text("what"), _text("subject"), _text("detail")
)

forgotten = Table("forgotten", metadata, _key("pseudonym"), _at("at"))

# --- the pairing's own -------------------------------------------------------------------------------

standing = Table(
    "standing",
    metadata,
    Column("learner_id", Text, _person(), primary_key=True, nullable=False),
    _text("path"),
    _number("free"),  # 1 while she may be asked: active, agreed, a place free
    _number("taken"),
    Column("ratio", Float, nullable=False),
    _number("silences"),
    _at("rest_until_at"),
    _at("last_served_at"),
)
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
    _key("notice_id"),
    _text("learner_id"),
    _text("phrase"),
    _text("said"),
    _text("buttons"),
    _text("about"),
    _number("digest"),
    _at("at"),
    _at("due_at"),
    _number("urgent", default="0"),  # 1: said at night too
)
Index("notice_due", notice.c.due_at)
Index("notice_urgent", notice.c.urgent, notice.c.due_at)
Index("notice_learner", notice.c.learner_id)
Index("notice_about", notice.c.about)
