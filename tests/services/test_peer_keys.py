"""Processes on one PostgreSQL have the same key files; who has others is told so before it serves anybody."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy import select

from bot.cli.cluster_findings import cluster_findings
from bot.errors import SettingsInvalid
from bot.peers.keys import FILES, agree
from storage.engine import schema
from storage.engine.database import Database, open_database
from storage.engine.key_value import key_value
from tests.support.world import START

pytestmark = pytest.mark.postgres
OLD, NEW, OTHER = "alt" * 16, "neu" * 16, "else" * 16


@pytest.fixture
async def database(postgres_url: str) -> AsyncIterator[Database]:
    opened = open_database(postgres_url)
    await schema.ensure(opened)
    yield opened
    await opened.close()


def folder_with(place: Path, *lines: str, people: str = OLD) -> Path:
    """A data folder whose web.key has these lines, the newest first."""
    place.mkdir(exist_ok=True)
    (place / "web.key").write_text("\n".join(lines) + "\n")
    (place / "people.key").write_text(people + "\n")
    return place


async def doctors_word(database: Database, folder: Path) -> str:
    """What the doctor says of the keys."""
    found = await cluster_findings(folder, database.url, START)
    return " ".join(f"{each.health} {each.text}" for each in found if "Khóa" in each.text)


async def test_who_has_other_keys_is_refused_with_a_sentence_and_comes_in_with_copied_ones(
    database: Database, tmp_path: Path
):
    first, second = folder_with(tmp_path / "one", OLD), folder_with(tmp_path / "two", OTHER)
    await agree(database, first)
    assert "good" in await doctors_word(database, first)
    for _ in range(2):
        with pytest.raises(SettingsInvalid, match=r"web\.key: không phải khóa .* chép"):
            await agree(database, second)
    assert "bad Khóa web.key" in await doctors_word(database, second)
    await agree(database, first)
    shutil.copy(first / "web.key", second / "web.key")
    await agree(database, second)
    (first / "push.key").write_text(NEW + "\n")  # the first bell is turned on
    await agree(database, first)
    with pytest.raises(SettingsInvalid, match=r"push\.key"):
        await agree(database, second)


async def test_a_key_is_changed_by_a_new_line_first_everywhere_and_then_without_the_old(
    database: Database, tmp_path: Path, caplog: pytest.LogCaptureFixture
):
    one, two = folder_with(tmp_path / "one", OLD), folder_with(tmp_path / "two", OLD)
    await agree(database, one)
    await agree(database, folder_with(one, NEW, OLD))
    await agree(database, two)
    assert [record.message for record in caplog.records] == ["key files behind"]
    assert "note Khóa web.key" in await doctors_word(database, two)
    await agree(database, folder_with(two, NEW, OLD))
    for folder in (one, two):
        await agree(database, folder_with(folder, NEW))
    with pytest.raises(SettingsInvalid):
        await agree(database, folder_with(two, OLD))
    with pytest.raises(SettingsInvalid, match=r"people\.key"):
        await agree(database, folder_with(two, NEW, people=OTHER))
    (two / "people.key").write_text(f"{OTHER}\n{OLD}\n")
    await agree(database, two)  # its oldest line counts


async def test_a_fingerprint_tells_nothing_of_the_key(database: Database, tmp_path: Path):
    await agree(database, folder_with(tmp_path / "one", OLD))
    kept = await database.read(lambda c: c.scalars(select(key_value.c.value)).all())
    assert any(all(name in text for name in FILES[:2]) for text in kept)
    assert not any(OLD in text or OLD[:8] in text for text in kept)
