"""The tables of people and places: areas, roles, invitations, phones, consents, and what outlives a person.

Columns `by` and rows of `audit` and `forgotten` hold pseudonyms (`bot.people.pseudonyms`), never a learner_id: they
outlive the person. JSON stands in TEXT, instants are milliseconds since 1970 UTC in `*_at` and `at`.
"""

from __future__ import annotations

from sqlalchemy import Boolean, Column, ForeignKey, Index, PrimaryKeyConstraint, Table, Text, or_

from storage.engine.columns import (
    SORTED,
    instant,
    key_column,
    maybe_instant,
    maybe_text,
    metadata,
    number,
    of_person,
    partial_index,
    serial,
    sorted_text,
    text_column,
    word,
)

person = Table(
    "person",
    metadata,
    key_column("learner_id"),
    text_column("name"),
    text_column("address"),
    text_column("consent"),
    instant("created_at"),
    Column("area_id", Text, index=True),
    text_column("lang", default="vi"),
    text_column("needs", default="[]"),
    maybe_instant("idle_asked_at"),  # when she was asked whether her data may be kept, after a year of silence
    text_column("pin", default=""),  # a keyed hash, of who holds a role and shares a phone
    sorted_text("search_key"),  # both made of her names: see storage/people/naming.py
    sorted_text("order_key"),
)
NOT_AGREED = person.c.consent != word("agreed")  # few of all, and to be looked through every hour
partial_index("person_not_agreed", person.c.learner_id, where=NOT_AGREED)
partial_index("person_idle_asked", person.c.idle_asked_at, where=person.c.idle_asked_at.is_not(None))
# Looked through from end to end by whoever searches: everything that is asked of a row stands in it.
Index("person_order", person.c.order_key, person.c.learner_id, person.c.search_key, person.c.area_id)

identity = Table(
    "identity",
    metadata,
    text_column("channel"),
    text_column("chat_id"),
    Column("learner_id", Text, of_person(), nullable=False, index=True),
    Column("away", Boolean, nullable=False),
    instant("created_at"),
    PrimaryKeyConstraint("channel", "chat_id"),
)

consent = Table(
    "consent",
    metadata,
    serial("consent_id"),
    Column("learner_id", Text, nullable=False, index=True),
    text_column("channel"),
    text_column("answer"),
    text_column("wording"),
    instant("at"),
)

wording = Table(  # what somebody was asked, word for word, by the fingerprint that her answer carries
    "wording",
    metadata,
    key_column("wording"),
    text_column("text"),
    instant("at"),
)

area = Table(
    "area",
    metadata,
    key_column("area_id"),
    maybe_text("parent_id"),
    text_column("kind"),
    text_column("name"),
    text_column("official_code", default=""),
    text_column("path"),
    maybe_text("import_id"),
)
Index("area_parent", area.c.parent_id)
Index("area_path", area.c.path)

role = Table(
    "role",
    metadata,
    Column("learner_id", Text, of_person(), nullable=False),
    text_column("role"),
    text_column("area_id"),
    text_column("state"),
    text_column("by"),
    instant("at"),
    PrimaryKeyConstraint("learner_id", "role", "area_id"),
)
Index("role_area", role.c.role, role.c.area_id)
Index("role_line", role.c.role, role.c.at, role.c.learner_id, role.c.state, role.c.area_id)

suspension = Table(
    "suspension",
    metadata,
    text_column("subject"),  # the pseudonym of a person, or of an address that a deleted person wrote from
    text_column("role"),
    text_column("by"),
    text_column("path"),  # how far the right of whoever suspended reached
    instant("at"),
    PrimaryKeyConstraint("subject", "role"),
)

instructor = Table(
    "instructor",
    metadata,
    Column("learner_id", Text, of_person(), primary_key=True),
    number("capacity"),
    text_column("topics"),
    text_column("langs"),
    text_column("hours"),
    maybe_instant("paused_until_at"),
    maybe_instant("conduct_at"),
    text_column("gender", default=""),
    maybe_instant("last_served_at"),
)

invitee = Table(
    "invitee",
    metadata,
    key_column("invitee_id"),
    text_column("name"),
    text_column("area_id"),
    text_column("role"),
    text_column("by"),
    instant("at"),
    maybe_text("claimed_by"),
    maybe_text("import_id"),
    sorted_text("search_key"),
    sorted_text("order_key"),
)
_i = invitee.c
Index("invitee_order", _i.order_key, _i.invitee_id, _i.search_key, _i.area_id, _i.claimed_by, _i.import_id, _i.role)
Index("invitee_area", invitee.c.area_id)
Index("invitee_claimed", invitee.c.claimed_by)

person_word = Table(  # the words of a search key, by which few are found among many: see storage/people/naming.py
    "person_word",
    metadata,
    Column("word", SORTED, nullable=False),
    Column("learner_id", Text, of_person(), nullable=False, index=True),
    Column("search_key", SORTED, nullable=False),
    PrimaryKeyConstraint("word", "learner_id"),
)

invitee_word = Table(
    "invitee_word",
    metadata,
    Column("word", SORTED, nullable=False),
    Column("invitee_id", Text, ForeignKey("invitee.invitee_id", ondelete="CASCADE"), nullable=False, index=True),
    Column("search_key", SORTED, nullable=False),
    PrimaryKeyConstraint("word", "invitee_id"),
)

import_batch = Table(
    "import_batch",
    metadata,
    key_column("import_id"),
    text_column("by"),
    instant("at"),
    number("written"),
    text_column("state"),
)

invitation = Table(
    "invitation",
    metadata,
    key_column("code_hash"),
    text_column("kind"),
    text_column("role"),
    maybe_text("area_id"),
    maybe_text("invitee_id"),
    maybe_text("learner_id"),
    text_column("by"),
    instant("made_at"),
    instant("expires_at"),
    number("tries"),
    maybe_instant("used_at"),
    maybe_text("used_by"),
)
Index("invitation_used_by", invitation.c.used_by)
Index("invitation_learner", invitation.c.learner_id)
Index("invitation_invitee", invitation.c.invitee_id)
Index("invitation_area", invitation.c.area_id)
Index("invitation_expires", invitation.c.expires_at)
UNUSED = or_(invitation.c.used_at.is_(None), invitation.c.kind != word("invite"))  # they end; others stay
partial_index("invitation_unused", invitation.c.expires_at, where=UNUSED)

seat = Table(
    "seat",
    metadata,
    text_column("channel"),
    text_column("chat_id"),
    Column("learner_id", Text, of_person(), nullable=False, index=True),
    instant("at"),
    PrimaryKeyConstraint("channel", "chat_id", "learner_id"),
)

joined = Table(
    "joined",
    metadata,
    key_column("join_id"),
    Column("learner_id", Text, of_person(), nullable=False, index=True),
    instant("at"),
    text_column("rows"),  # JSON: everything of the person who became this one, see storage/conversations/joins.py
)

audit = Table(
    "audit",
    metadata,
    serial("audit_id"),
    instant("at"),
    text_column("by"),
    text_column("what"),
    text_column("subject"),
    text_column("detail"),
)
Index("audit_subject", audit.c.subject, audit.c.at)
Index("audit_what", audit.c.what, audit.c.audit_id)

forgotten = Table("forgotten", metadata, key_column("pseudonym"), instant("at"))
