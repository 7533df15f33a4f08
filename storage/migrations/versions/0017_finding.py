"""By what people are found and put in order; whom the audit is about."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from storage.engine.columns import metadata
from storage.people import naming

revision = "0017"
down_revision = "0016"

SLICE = 2_000
_ORDER = {
    "person": ("order_key", "learner_id", "search_key", "area_id"),
    "invitee": ("order_key", "invitee_id", "search_key", "area_id", "claimed_by", "import_id", "role"),
}


def upgrade() -> None:
    by_characters = sa.Text().with_variant(postgresql.TEXT(collation="C"), "postgresql")
    for table, columns in _ORDER.items():
        for key in ("search_key", "order_key"):
            op.add_column(table, sa.Column(key, by_characters, nullable=False, server_default=""))
        of, gone = f"{table}.{columns[1]}", sa.Column(columns[1], sa.Text, nullable=False)
        gone.append_foreign_key(sa.ForeignKey(of, ondelete="CASCADE"))
        word, found = (sa.Column(name, by_characters, nullable=False) for name in ("word", "search_key"))
        op.create_table(f"{table}_word", word, gone, found, sa.PrimaryKeyConstraint("word", columns[1]))
        op.create_index(f"ix_{table}_word_{columns[1]}", f"{table}_word", [columns[1]])
        _fill(op.get_bind(), table, columns[1])
        op.create_index(f"{table}_order", table, list(columns))
    op.create_index("invitation_invitee", "invitation", ["invitee_id"])
    op.create_index("audit_subject", "audit", ["subject", "at"])


def _fill(connection: sa.Connection, name: str, key: str) -> None:
    """The keys of everybody who is there; the entry of a list that turned out to be her is what she is sorted by."""
    table = sa.table(name, sa.column(key), sa.column("name"), sa.column("search_key"), sa.column("order_key"))
    entry = sa.table("invitee", sa.column("name"), sa.column("claimed_by"))
    listed: dict[str, str] = {}
    if name == "person":
        claimed = sa.select(entry.c.claimed_by, entry.c.name).where(entry.c.claimed_by.is_not(None))
        listed = {row[0]: row[1] for row in connection.execute(claimed)}
    last = ""
    while True:
        query = sa.select(table.c[key], table.c.name).where(table.c[key] > last).order_by(table.c[key]).limit(SLICE)
        rows = connection.execute(query).all()
        if not rows:
            return
        connection.execute(
            sa.update(table)
            .where(table.c[key] == sa.bindparam("of"))
            .values(search_key=sa.bindparam("found"), order_key=sa.bindparam("sorts")),
            keys := [_keys(row[0], [*filter(None, [listed.get(row[0])]), row[1]]) for row in rows],
        )
        naming.put_words(connection, metadata.tables[f"{name}_word"], {k["of"]: k["found"] for k in keys})
        last = rows[-1][0]


def _keys(of: str, names: list[str]) -> dict[str, str]:
    keys = naming.keys_of(*names)
    return {"of": of, "found": keys["search_key"], "sorts": keys["order_key"]}
