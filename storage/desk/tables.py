"""The tables of the desk: passwords and one-time codes, browsers that are in, what they brought, who tried in vain."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Table, Text

from storage.engine.columns import instant, key_column, maybe_instant, metadata, number, of_person, text_column

desk_account = Table(
    "desk_account",
    metadata,
    Column("learner_id", Text, of_person(), primary_key=True),
    Column("login", Text, nullable=False, unique=True),  # a pseudonym of the name that is typed
    text_column("shown"),  # the name itself, for its owner
    text_column("password"),  # an argon2id string in the PHC format
    instant("set_at"),
)

desk_session = Table(
    "desk_session",
    metadata,
    key_column("session_hash"),  # of what the browser holds, which is kept nowhere else
    Column("learner_id", Text, of_person(), nullable=False, index=True),
    text_column("way"),
    text_column("agent"),
    instant("made_at"),
    instant("seen_at"),
)

brought_list = Table(
    "brought_list",
    metadata,
    key_column("owner"),  # the hash of a browser's session
    text_column("sealed"),
    Column("at", BigInteger, nullable=False, index=True),
)

desk_code = Table(
    "desk_code",
    metadata,
    Column("learner_id", Text, of_person(), primary_key=True),
    text_column("sealed"),  # the secret that codes are made of
    instant("made_at"),
    maybe_instant("on_since"),
    Column("last_step", BigInteger, nullable=False),
)

desk_spare = Table(
    "desk_spare",
    metadata,
    key_column("code_hash"),
    Column("learner_id", Text, of_person(), nullable=False, index=True),
)

desk_failure = Table(
    "desk_failure",
    metadata,
    key_column("subject"),  # a pseudonym: of a name that was typed, or of an address
    number("failures"),
    Column("at", BigInteger, nullable=False, index=True),
)
