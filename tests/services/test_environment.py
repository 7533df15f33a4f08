"""The test run's own promises: a database for whoever asks, and no silent skip."""

from __future__ import annotations

from pathlib import Path

import asyncpg
import pytest

from tests.support.postgres import PostgresServer

pytest_plugins = ["pytester"]


@pytest.mark.postgres
async def test_every_test_gets_an_empty_database(postgres_url: str) -> None:
    connection = await asyncpg.connect(postgres_url)
    try:
        assert await connection.fetchval("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'") == 0
        assert await connection.fetchval("SHOW fsync") == "on"
    finally:
        await connection.close()


@pytest.mark.postgres
async def test_a_durable_database_waits_for_the_disk(postgres_server: PostgresServer) -> None:
    found = []
    for durable in (True, False):
        connection = await asyncpg.connect(postgres_server.make_database(durable=durable))
        found.append(await connection.fetchval("SHOW synchronous_commit"))
        await connection.close()
    assert found == ["on", "off"]


@pytest.fixture
def small_project(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> pytest.Pytester:
    """A project apart, under the conftest of this one."""
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parents[2]))
    pytester.makeconftest("from tests.conftest import *")
    return pytester


POOR_MACHINE = """
    from tests.support.environment import leave_out

    def test_needs_a_browser():
        leave_out("không có Chromium")
"""


def test_what_is_left_out_is_named_in_one_line(small_project: pytest.Pytester) -> None:
    small_project.makepyfile(POOR_MACHINE)
    result = small_project.runpytest_subprocess()
    assert result.ret == 0
    result.stdout.fnmatch_lines(["BỎ QUA 1 bài kiểm tra: không có Chromium"])


def test_under_strict_env_a_skip_is_a_failure(small_project: pytest.Pytester) -> None:
    small_project.makepyfile(POOR_MACHINE)
    result = small_project.runpytest_subprocess("--strict-env")
    assert result.ret == 1
    result.stdout.fnmatch_lines(["*--strict-env: bỏ qua: không có Chromium*"])


def test_a_module_that_skips_itself_fails_under_strict_env_too(small_project: pytest.Pytester) -> None:
    small_project.makepyfile("import pytest; pytest.importorskip('no_such_module_at_all')")
    result = small_project.runpytest_subprocess("--strict-env")
    assert result.ret == pytest.ExitCode.INTERRUPTED
    result.stdout.fnmatch_lines(["*--strict-env: could not import 'no_such_module_at_all'*"])


def test_long_tests_wait_for_long(small_project: pytest.Pytester) -> None:
    small_project.makeini("[pytest]\nmarkers = long: takes minutes")
    small_project.makepyfile(
        "import pytest\n@pytest.mark.long\ndef test_kills_a_hundred_times(long_run): assert long_run"
    )
    small_project.runpytest_subprocess().assert_outcomes(deselected=1)
    small_project.runpytest_subprocess("--long").assert_outcomes(passed=1)
