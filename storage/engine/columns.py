"""What columns are made of, and the metadata that all tables belong to."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import BigInteger, Column, ColumnElement, ForeignKey, Integer, MetaData, Text, literal_column
from sqlalchemy.dialects import postgresql

metadata = MetaData()
SORTED = Text().with_variant(postgresql.TEXT(collation="C"), "postgresql")


def word(known: str) -> ColumnElement[str]:
    """A word of ours that stands in a statement as it is: PostgreSQL then plans for how rare it is, also when it plans
    once for all values (an officer among a million roles, what waits among a million requests)."""
    assert known.isidentifier(), known
    return literal_column(f"'{known}'", Text)


def words(known: Iterable[str]) -> list[ColumnElement[str]]:
    """Several of them, for `in_`."""
    return [word(each) for each in known]


def text_column(name: str, *, default: str | None = None) -> Column[str]:
    """A text that is always there."""
    return Column(name, Text, nullable=False, server_default=default)


def sorted_text(name: str) -> Column[str]:
    """A text that sorts by its characters, whatever the database's language."""
    return Column(name, SORTED, nullable=False, server_default="")


def maybe_text(name: str) -> Column[str]:
    """A text, or NULL."""
    return Column(name, Text)


def key_column(name: str) -> Column[str]:
    """A text that is the whole primary key."""
    return Column(name, Text, primary_key=True)


def instant(name: str) -> Column[int]:
    """An instant in ms since 1970 UTC."""
    return Column(name, BigInteger, nullable=False)


def maybe_instant(name: str) -> Column[int]:
    """An instant in ms since 1970 UTC, or NULL."""
    return Column(name, BigInteger)


def number(name: str, *, default: str | None = None) -> Column[int]:
    """A small whole number."""
    return Column(name, Integer, nullable=False, server_default=default)


def big_number(name: str) -> Column[int]:
    """A whole number that may outgrow 32 bits."""
    return Column(name, BigInteger, nullable=False)


def serial(name: str) -> Column[int]:
    """The primary key that the database counts up."""
    return Column(name, BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=True)


def of_person() -> ForeignKey:
    """A column to a person: the row goes with that person."""
    return ForeignKey("person.learner_id", ondelete="CASCADE")
