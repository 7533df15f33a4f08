"""The contract's two databases: the same tests on SQLite and on PostgreSQL."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from storage.engine import schema
from storage.engine.database import Database, open_database
from tests.support.harness import empty_database


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
async def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of a migrated, empty database."""
    if request.param == "sqlite":
        await empty_database(tmp_path / "camtay.db")
        return f"sqlite:///{tmp_path / 'camtay.db'}"
    url: str = request.getfixturevalue("postgres_url")
    database = open_database(url)
    await schema.ensure(database)
    await database.close()
    return url


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    opened = open_database(database_url)
    yield opened
    await opened.close()
