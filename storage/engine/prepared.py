"""Statements of the hot path: written with Core, compiled once for each kind of database, looked up no more.

Core looks up and binds a statement anew each time, which costs several times what SQLite takes to run it. What is asked
once in a while stays with `connection.execute`.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, cast

from sqlalchemy import (
    ARRAY,
    BindParameter,
    Boolean,
    ColumnElement,
    Connection,
    Dialect,
    Insert,
    Select,
    Table,
    Text,
    bindparam,
    column,
    func,
    insert,
    literal,
    select,
)
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql import visitors
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.dml import UpdateBase
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import TypeDecorator, TypeEngine

RowValues = Sequence[Any]
_Convert = Callable[[Any], Any]


@dataclass(frozen=True, slots=True)
class _Compiled:
    """`places` says for each parameter which of the given values it is; one that is none of them is in `fixed`."""

    sql: str
    places: tuple[int, ...]
    fixed: dict[int, Any]
    sends: dict[int, _Convert]
    takes: dict[int, _Convert]
    as_given: bool

    def parameters(self, values: RowValues) -> RowValues:
        if self.as_given:
            return values
        given = [values[place] if place >= 0 else None for place in self.places]
        for at, value in self.fixed.items():
            given[at] = value
        for at, convert in self.sends.items():
            given[at] = convert(given[at])
        return given

    def taken(self, row: RowValues) -> RowValues:
        found = list(row)
        for at, convert in self.takes.items():
            found[at] = convert(found[at])
        return found


class Prepared:
    """A statement whose values are handed over in the order of `names`, the names of its parameters."""

    def __init__(self, statement: Select[Any] | UpdateBase, *names: str) -> None:
        self.statement, self.names = statement, names
        self._compiled: dict[str, _Compiled] = {}
        self._of_many: _Compiled | None = None

    def rows(self, connection: Connection, *values: Any) -> Sequence[RowValues]:
        """All rows of the answer, each in the order of its columns."""
        done = self._for(connection.dialect)
        parameters = done.parameters(values)
        if connection.dialect.name == "postgresql":
            return connection.exec_driver_sql(done.sql, tuple(parameters)).all()
        cursor = connection.connection.cursor()
        found: Sequence[RowValues] = cursor.execute(done.sql, parameters).fetchall()
        return [done.taken(row) for row in found] if done.takes else found

    def run(self, connection: Connection, rows: Sequence[RowValues]) -> int:
        """Once for each of the rows; how many rows of the table that has changed together."""
        if not rows:
            return 0
        if connection.dialect.name == "postgresql":
            return self._run_at_once(connection, rows)
        done, cursor = self._for(connection.dialect), connection.connection.cursor()
        parameters = rows if done.as_given else [done.parameters(row) for row in rows]
        if len(rows) == 1:
            cursor.execute(done.sql, parameters[0])
        else:
            cursor.executemany(done.sql, parameters)
        return cursor.rowcount

    def _run_at_once(self, connection: Connection, rows: Sequence[RowValues]) -> int:
        """One statement for all rows, which come as an array for each column: PostgreSQL does not count what many have
        changed, and takes several times as long for them. Core hands it on, for it knows which connection is broken."""
        if len(rows) == 1:
            done, values = self._for(connection.dialect), rows[0]
        else:
            done, values = self._of_all(connection.dialect), list(zip(*rows, strict=True))
        return connection.exec_driver_sql(done.sql, tuple(done.parameters(values))).rowcount

    def _for(self, dialect: Dialect) -> _Compiled:
        found = self._compiled.get(dialect.name)
        if found is None:
            found = self._compiled[dialect.name] = _compile(self.statement, self.names, dialect)
        return found

    def _of_all(self, dialect: Dialect) -> _Compiled:
        if self._of_many is None:
            assert isinstance(self.statement, UpdateBase)
            self._of_many = _compile(_unnested(self.statement, self.names, dialect), self.names, dialect)
        return self._of_many


def _compile(statement: Select[Any] | UpdateBase, names: Sequence[str], dialect: Dialect) -> _Compiled:
    columns_of = list(names) if isinstance(statement, UpdateBase) else None
    compiled: Any = statement.compile(dialect=dialect, column_keys=columns_of)
    order: Sequence[str] = compiled.positiontup
    if unknown := set(names) - set(order):
        raise ValueError(f"no parameters of this statement: {', '.join(sorted(unknown))}")
    places = tuple(names.index(name) if name in names else -1 for name in order)
    types = {name: compiled.binds[name].type for name in order}
    sends = {at: way for at, name in enumerate(order) if (way := _sent(types[name], dialect))}
    fixed = {at: compiled.params[name] for at, name in enumerate(order) if name not in names}
    columns = statement.selected_columns if isinstance(statement, Select) else statement.returning_column_descriptions
    kinds = [each.type if isinstance(each, ColumnElement) else each["type"] for each in columns]
    takes = {at: way for at, kind in enumerate(kinds) if (way := _taken(kind, dialect))}
    as_given = not sends and places == tuple(range(len(names)))
    return _Compiled(compiled.string, places, fixed, sends, takes, as_given)


def _unnested(statement: UpdateBase, names: Sequence[str], dialect: Dialect) -> UpdateBase:
    """The statement with each parameter read from a row of `unnest`, whose arrays are parameters of the same names."""
    compiled: Any = statement.compile(dialect=dialect, column_keys=list(names))
    kinds = {name: compiled.binds[name].type for name in names}
    arrays = [bindparam(name, type_=ARRAY(kinds[name])) for name in names]
    given = func.unnest(*arrays).table_valued(*(column(name, kinds[name]) for name in names)).render_derived("given")

    def from_row(element: Any, **_: Any) -> Any:
        return given.c[element.key] if isinstance(element, BindParameter) and element.key in kinds else None

    if not isinstance(statement, Insert):
        return cast("UpdateBase", visitors.replacement_traverse(statement, {}, from_row))
    table = cast("Table", statement.table)
    same = {key: literal(compiled.params[key], table.c[key].type) for key in compiled.params.keys() - set(names)}
    told = [*(given.c[name] for name in names), *same.values()]
    return insert(table).from_select([*names, *same], select(*told))


def _sent(kind: TypeEngine[Any], dialect: Dialect) -> _Convert | None:
    if isinstance(kind, ARRAY):
        return None  # Core would look at each element; the driver does so itself
    return kind.dialect_impl(dialect).bind_processor(dialect)


def _taken(kind: TypeEngine[Any], dialect: Dialect) -> _Convert | None:
    return kind.dialect_impl(dialect).result_processor(dialect, None)


# --- lists as one value -------------------------------------------------------------------------------


class TextList(TypeDecorator[Sequence[str]]):
    """Many texts in one parameter: an array of PostgreSQL, on SQLite JSON."""

    impl = Text
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        return dialect.type_descriptor(ARRAY(Text()) if dialect.name == "postgresql" else Text())

    def process_bind_param(self, value: Sequence[str] | None, dialect: Dialect) -> Any:
        return list(value or ()) if dialect.name == "postgresql" else json.dumps(list(value or ()))


class any_of(FunctionElement[bool]):
    """Whether the first is one of a list, which is a parameter of type TextList: the statement is the same however many
    there are."""

    type = Boolean()
    inherit_cache = True

    def self_group(self, against: Any = None) -> any_of:
        """Itself: where there is no boolean type, Core would compare a condition with 1, and no index would be used."""
        return self


@compiles(any_of, "sqlite")
def _of_json(element: any_of, compiler: SQLCompiler, **more: Any) -> str:
    one, many = (compiler.process(each, **more) for each in element.clauses)
    return f"{one} IN (SELECT value FROM json_each({many}))"


@compiles(any_of, "postgresql")
def _of_array(element: any_of, compiler: SQLCompiler, **more: Any) -> str:
    one, many = (compiler.process(each, **more) for each in element.clauses)
    return f"{one} = ANY ({many})"
