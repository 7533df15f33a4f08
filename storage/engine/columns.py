"""What columns are made of, and the metadata that all tables belong to."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    ColumnElement,
    Connection,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    Text,
    event,
    literal_column,
)

metadata = MetaData()
SORTED = Text().with_variant(Text(collation="C"), "postgresql")


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


def partial_index(name: str, *columns: Column[Any], where: ColumnElement[bool], unique: bool = False) -> Index:
    """An index of the rows for which `where` holds, which is in its `info`. The database that makes it is told then:
    said beforehand, SQLAlchemy would read all of either dialect, 2 MB, to learn that it has such indexes."""
    index = Index(name, *columns, unique=unique, info={"where": where})

    @event.listens_for(index, "before_create")
    def _tell(index: Index, connection: Connection, **_: Any) -> None:
        index.dialect_options[connection.dialect.name]["where"] = where

    return index


def of_person() -> ForeignKey:
    """A column to a person: the row goes with that person."""
    return ForeignKey("person.learner_id", ondelete="CASCADE")
