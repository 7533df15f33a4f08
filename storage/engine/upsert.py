"""INSERT … ON CONFLICT, as each kind of database has it. Only the words of the one that is spoken are read."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING, cast

if TYPE_CHECKING:
    from sqlalchemy import Table
    from sqlalchemy.dialects.postgresql import Insert

    InsertOf = Callable[[Table], Insert]


@cache
def insert_of(dialect: str) -> InsertOf:
    """`insert` of "sqlite" or "postgresql", whose statements have `on_conflict_do_update` and `on_conflict_do_nothing`;
    PostgreSQL's words alone are 2 MB, which a process on SQLite goes without."""
    return cast("InsertOf", import_module(f"sqlalchemy.dialects.{dialect}").insert)
