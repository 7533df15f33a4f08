"""What a schema asks of whoever writes, and where a newer one asks more than an older did."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import chain

from sqlalchemy import Connection, inspect


@dataclass(frozen=True, slots=True)
class ColumnRule:
    """`needed`: a row without a value of its own is refused."""

    type: str
    needed: bool


@dataclass(frozen=True, slots=True)
class TableRules:
    """`unique` are the columns by which no two rows may be alike, `conditions` all else that a row must fulfil."""

    columns: Mapping[str, ColumnRule]
    unique: frozenset[str]
    conditions: frozenset[str]


def catalogue(connection: Connection) -> dict[str, TableRules]:
    """Every table but Alembic's own, as the database itself tells of it."""
    found = inspect(connection)
    return {name: _rules(connection, name) for name in found.get_table_names() if name != "alembic_version"}


def _rules(connection: Connection, table: str) -> TableRules:
    found = inspect(connection)
    columns = {
        each["name"]: ColumnRule(str(each["type"]), not each["nullable"] and each["default"] is None)
        for each in found.get_columns(table)
    }
    keys: list[list[str | None]] = [[*found.get_pk_constraint(table)["constrained_columns"]]]
    keys += [[*each["column_names"]] for each in found.get_unique_constraints(table)]
    keys += [each["column_names"] for each in found.get_indexes(table) if each["unique"]]
    conditions = [f"{each['sqltext']}" for each in found.get_check_constraints(table)]
    conditions += [
        f"{each['constrained_columns']} in {each['referred_table']}" for each in found.get_foreign_keys(table)
    ]
    return TableRules(columns, frozenset(", ".join(map(str, key)) for key in keys), frozenset(conditions))


def narrowed(before: Mapping[str, TableRules], after: Mapping[str, TableRules]) -> list[str]:
    """Where a statement that was written for `before` may fail on `after`, a few words each."""
    gone = [f"{name} is gone" for name in before if name not in after]
    return [
        *gone,
        *chain.from_iterable(_asks_more(name, before[name], after[name]) for name in before if name in after),
    ]


def _asks_more(name: str, before: TableRules, after: TableRules) -> Iterator[str]:
    for column, was in before.columns.items():
        now = after.columns.get(column)
        if now is None:
            yield f"{name}.{column} is gone"
        elif now.type != was.type:
            yield f"{name}.{column} is {now.type}, was {was.type}"
        elif now.needed and not was.needed:
            yield f"{name}.{column} has to be given"
    for column in after.columns.keys() - before.columns.keys():
        if after.columns[column].needed:
            yield f"{name}.{column} has to be given"
    for key in sorted(after.unique - before.unique):
        yield f"{name} has to be unique by {key}"
    if after.conditions - before.conditions:
        yield f"{name} has a new condition"
