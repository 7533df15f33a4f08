#!/bin/sh
# SQLAlchemy 2.1.9 on SQLite: a FunctionElement of type Boolean with a compiler of one's own, in a WHERE. Such an element
# is how `column IN (SELECT value FROM json_each(:many))` is said in Core, so that a list of any length is one parameter.
# Guess: it stands in the statement as it was compiled.
# Seen: SQLite has no boolean type, so Core adds ` = 1`. The answer is the same, the plan is not: what was a search by the
# primary key becomes a scan of the whole table, for a comparison with 1 is no condition on the column. An element that
# returns itself from `self_group` stays as it is and is searched.
set -eu
room=$(mktemp -d)
trap 'rm -rf "$room"' EXIT
python3 -m venv "$room/v"
"$room/v/bin/pip" install -q --disable-pip-version-check sqlalchemy==2.1.9
cat >"$room/plans.py" <<'PY'
from sqlalchemy import Boolean, Column, MetaData, Table, Text, bindparam, create_engine, select
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement


class one_of(FunctionElement):
    type = Boolean()
    inherit_cache = True


class one_of_itself(one_of):
    inherit_cache = True

    def self_group(self, against=None):
        return self


@compiles(one_of)
@compiles(one_of_itself)
def listed(element, compiler, **more):
    one, many = (compiler.process(each, **more) for each in element.clauses)
    return f"{one} IN (SELECT value FROM json_each({many}))"


learner = Table("learner", MetaData(), Column("learner_id", Text, primary_key=True), Column("name", Text))
with create_engine("sqlite://").connect() as connection:
    learner.create(connection)
    for element in (one_of, one_of_itself):
        query = select(learner).where(element(learner.c.learner_id, bindparam("many")))
        text = str(query.compile(connection))
        plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {text}", ('["a", "b"]',)).first()[3]
        print(element.__name__, "|", text.split("WHERE ")[1], "|", plan.split()[0])
PY
"$room/v/bin/python" "$room/plans.py" | tee "$room/said"
grep -q '^one_of | learner.learner_id IN (SELECT value FROM json_each(?)) = 1 | SCAN$' "$room/said"
grep -q '^one_of_itself | learner.learner_id IN (SELECT value FROM json_each(?)) | SEARCH$' "$room/said"
