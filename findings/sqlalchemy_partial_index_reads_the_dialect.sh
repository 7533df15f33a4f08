#!/bin/sh
# SQLAlchemy 2.1.9 (Core).
# Guess: the options of an index that are meant for one database (`postgresql_where=`) are kept until a table is made there;
# a program that speaks SQLite alone never reads PostgreSQL's dialect.
# Seen: the options are checked as the index is declared, by the dialect that they are named after: the whole of PostgreSQL's
# is imported, some 2 MB. Set in `index.dialect_options["postgresql"]` when the table is made, they leave it unread.
set -eu
room=$(mktemp -d)
trap 'rm -rf "$room"' EXIT
python3 -m venv "$room/v"
"$room/v/bin/pip" install -q --disable-pip-version-check sqlalchemy==2.1.9
"$room/v/bin/python" - <<'PY'
import sys

import sqlalchemy
from sqlalchemy import Column, Index, Integer, MetaData, Table, text

table = Table("task", MetaData(), Column("id", Integer, primary_key=True), Column("due", Integer))
Index("task_all", table.c.due)
before = {name for name in sys.modules if name.startswith("sqlalchemy.dialects.postgresql")}
Index("task_due", table.c.due, sqlite_where=text("due > 0"), postgresql_where=text("due > 0"))
after = {name for name in sys.modules if name.startswith("sqlalchemy.dialects.postgresql")}
print(sqlalchemy.__version__, "modules of PostgreSQL's dialect:", len(before), "before the index,", len(after), "after it")
assert not before
assert len(after) > 10
PY
