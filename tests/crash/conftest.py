"""Where the crash tests play: a fake Bot API, a tutor process on a fresh database, and a crowd that knows its lines."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.crash.stage import Stage, open_stage
from tests.support.postgres import PostgresServer


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest) -> str:
    """A new database; empty for SQLite, which then lies in the data folder."""
    if request.param == "sqlite":
        return ""
    server: PostgresServer = request.getfixturevalue("postgres_server")
    return server.make_database()


@pytest.fixture(params=["polling", "webhook"])
def mode(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
async def stage(tmp_path: Path, database_url: str, mode: str) -> AsyncIterator[Stage]:
    async with open_stage(tmp_path, database_url, mode) as opened:
        yield opened
