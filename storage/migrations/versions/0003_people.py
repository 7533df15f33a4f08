"""People and places: areas, roles, invitations, requests, pairings, the union's models, announcements, audit."""

import sqlalchemy as sa
from alembic import op

from storage.people.areas import seed

revision = "0003"
down_revision = "0002"


def _text(name: str, default: str | None = None) -> sa.Column[str]:
    return sa.Column(name, sa.Text, nullable=False, server_default=default)


def _maybe(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.Text)


def _key(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.Text, primary_key=True)


def _at(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger, nullable=False)


def _maybe_at(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger)


def _number(name: str, default: str | None = None) -> sa.Column[int]:
    return sa.Column(name, sa.Integer, nullable=False, server_default=default)


def _serial(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger().with_variant(sa.Integer, "sqlite"), primary_key=True, autoincrement=True)


def _of_person(*, primary_key: bool = False, index: bool = False) -> sa.Column[str]:
    owner = sa.ForeignKey("person.learner_id", ondelete="CASCADE")
    return sa.Column("learner_id", sa.Text, owner, primary_key=primary_key, nullable=False, index=index)


def _index(table: str, name: str, *columns: str) -> None:
    op.create_index(f"{table}_{name}", table, list(columns))


def _one_open(table: str, column: str) -> None:
    is_open = sa.text("state = 'open'")
    op.create_index(f"{table}_one_open", table, [column], unique=True, sqlite_where=is_open, postgresql_where=is_open)


def upgrade() -> None:
    op.add_column("person", sa.Column("area_id", sa.Text))
    op.add_column("person", _text("lang", "vi"))
    op.add_column("person", _text("needs", "[]"))
    op.create_index("ix_person_area_id", "person", ["area_id"])
    _places()
    _invitations()
    _requests()
    _pairings()
    _union()
    op.create_table("audit", _serial("audit_id"), _at("at"), *map(_text, ("by", "what", "subject", "detail")))
    op.create_table("forgotten", _key("pseudonym"), _at("at"))
    seed(op.get_bind())


def _places() -> None:
    op.create_table(
        "area",
        _key("area_id"),
        _maybe("parent_id"),
        _text("kind"),
        _text("name"),
        _text("official_code", ""),
        _text("path"),
        _maybe("import_id"),
    )
    _index("area", "parent", "parent_id")
    _index("area", "path", "path")
    op.create_table(
        "role",
        _of_person(),
        *map(_text, ("role", "area_id", "state", "by")),
        _at("at"),
        sa.PrimaryKeyConstraint("learner_id", "role", "area_id"),
    )
    _index("role", "area", "role", "area_id")
    op.create_table(
        "instructor",
        _of_person(primary_key=True),
        _number("capacity"),
        *map(_text, ("topics", "langs", "hours")),
        _maybe_at("paused_until_at"),
        _maybe_at("conduct_at"),
        _text("gender", ""),
        _maybe_at("last_served_at"),
    )


def _invitations() -> None:
    op.create_table(
        "invitee",
        _key("invitee_id"),
        *map(_text, ("name", "area_id", "role", "by")),
        _at("at"),
        _maybe("claimed_by"),
        _maybe("import_id"),
    )
    _index("invitee", "area", "area_id")
    _index("invitee", "claimed", "claimed_by")
    op.create_table("import_batch", _key("import_id"), _text("by"), _at("at"), _number("written"), _text("state"))
    op.create_table(
        "invitation",
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
    _index("invitation", "used_by", "used_by")
    _index("invitation", "learner", "learner_id")
    _index("invitation", "expires", "expires_at")
    op.create_table(
        "seat",
        _text("channel"),
        _text("chat_id"),
        _of_person(index=True),
        _at("at"),
        sa.PrimaryKeyConstraint("channel", "chat_id", "learner_id"),
    )


def _requests() -> None:
    op.create_table(
        "request",
        _key("request_id"),
        _text("learner_id"),
        _text("kind"),
        *(_text(name, "") for name in ("need", "topic", "lesson")),
        _number("version", "0"),
        _text("step", ""),
        _number("tries", "0"),
        _text("state"),
        _text("owner_kind"),
        _maybe("owner_id"),
        _number("priority"),
        _at("since_at"),
        _at("due_at"),
        _number("width"),
        _text("closed_why", ""),
    )
    _index("request", "learner", "learner_id")
    _index("request", "due", "state", "due_at")
    _index("request", "order", "state", "priority", "since_at")
    op.create_table(
        "offer",
        _key("offer_id"),
        *map(_text, ("request_id", "instructor_id", "state")),
        _at("made_at"),
        _at("due_at"),
        _maybe_at("settled_at"),
    )
    _index("offer", "instructor", "instructor_id", "state")
    _one_open("offer", "request_id")
    _index("offer", "request", "request_id")


def _pairings() -> None:
    op.create_table(
        "pairing",
        _key("pairing_id"),
        *map(_text, ("learner_id", "instructor_id", "state")),
        _at("opened_at"),
        _maybe_at("ended_at"),
        _text("ended_why", ""),
    )
    _index("pairing", "instructor", "instructor_id", "state")
    _one_open("pairing", "learner_id")
    _index("pairing", "learner", "learner_id")
    op.create_table(
        "pairing_event",
        _serial("event_id"),
        _at("at"),
        _maybe("request_id"),
        _maybe("pairing_id"),
        _text("by"),
        _text("what"),
        _text("detail", "{}"),
    )
    _index("pairing_event", "request", "request_id")
    _index("pairing_event", "pairing", "pairing_id")
    op.create_table("relay", _key("relay_id"), *map(_text, ("pairing_id", "from_id", "body")), _at("at"))
    _index("relay", "pairing", "pairing_id")
    op.create_table(
        "skill_check",
        _serial("check_id"),
        *map(_text, ("learner_id", "lesson", "skill", "level", "by")),
        _at("at"),
    )
    _index("skill_check", "learner", "learner_id")


def _union() -> None:
    op.create_table("union_model", _key("model_id"), *map(_text, ("kind", "area_id", "name")), _number("year"))
    _index("union_model", "area", "area_id")
    op.create_table(
        "membership",
        _text("model_id"),
        _text("learner_id"),
        _at("since_at"),
        sa.PrimaryKeyConstraint("model_id", "learner_id"),
    )
    _index("membership", "learner", "learner_id")
    op.create_table(
        "attendance",
        _serial("attendance_id"),
        *map(_text, ("event_id", "area_id", "lesson")),
        _maybe("learner_id"),
        _maybe("invitee_id"),
        _at("at"),
        _text("by"),
    )
    for name, column in (("event", "event_id"), ("learner", "learner_id"), ("invitee", "invitee_id")):
        _index("attendance", name, column)
    op.create_table(
        "announcement",
        _key("announcement_id"),
        _text("area_id"),
        _text("body"),
        _text("source_url", ""),
        _text("by"),
        _at("at"),
        _text("state"),
        _text("after_id", ""),
    )
    op.create_table(
        "announced",
        _text("announcement_id"),
        _text("learner_id"),
        sa.PrimaryKeyConstraint("announcement_id", "learner_id"),
    )
    _index("announced", "learner", "learner_id")
