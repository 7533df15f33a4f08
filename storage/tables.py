"""All tables, on SQLite and PostgreSQL alike: importing this fills `metadata`. Instants are whole ms since 1970 UTC."""

from __future__ import annotations

import storage.announcements.tables
import storage.conversations.tables
import storage.desk.tables
import storage.drafts.tables
import storage.engine.key_value
import storage.engine.leases
import storage.meetings.tables
import storage.pairing.tables
import storage.people.tables
import storage.programs.tables
import storage.publications.tables
import storage.scams.tables
import storage.unheard.tables  # noqa: F401
from storage.engine.columns import metadata

__all__ = ["metadata"]
