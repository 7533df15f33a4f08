"""The official list of 2026: four wards have another code, Đồng Nai is a city. Who belonged to them still does.

An area's id holds the official code, so it is renamed wherever it stands: as an id, within paths, in the audit, in
open conversations and buttons. Ids of list entries stay: they hash where an area first stood (`storage.people.areas`).
"""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"

MOVED = (("25264", "25252"), ("25336", "25333"), ("25453", "25450"), ("26329", "26332"))  # Phú Riềng, An Lộc, …
IDS = (
    ("area", "area_id"),
    ("area", "parent_id"),
    ("person", "area_id"),
    ("role", "area_id"),
    ("invitee", "area_id"),
    ("invitation", "area_id"),
    ("union_model", "area_id"),
    ("attendance", "area_id"),
    ("announcement", "area_id"),
    ("audit", "detail"),
)
PATHS = (("area", "path"), ("standing", "path"))
WITHIN = (("session", "state"), ("notice", "buttons"))  # JSON and tokens; nothing else looks like an id


def upgrade() -> None:
    connection = op.get_bind()
    for old, new in MOVED:
        for table, column in IDS:
            change = sa.text(f"UPDATE {table} SET {column} = :new WHERE {column} = :old")
            connection.execute(change, {"new": f"w{new}", "old": f"w{old}"})
        for table, column in PATHS:
            change = sa.text(
                f"UPDATE {table} SET {column} = replace({column}, :old, :new) WHERE {column} LIKE :old || '%'"
            )
            connection.execute(change, {"new": f"/dong-nai/w{new}/", "old": f"/dong-nai/w{old}/"})
        for table, column in WITHIN:
            change = sa.text(
                f"UPDATE {table} SET {column} = replace({column}, :old, :new) WHERE {column} LIKE '%' || :old || '%'"
            )
            connection.execute(change, {"new": f"w{new}", "old": f"w{old}"})
        code = sa.text("UPDATE area SET official_code = :new WHERE area_id = :area")
        connection.execute(code, {"new": new, "area": f"w{new}"})
    connection.execute(sa.text("UPDATE area SET name = 'Thành phố Đồng Nai' WHERE area_id = 'dong-nai'"))
