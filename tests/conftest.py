"""Options and fixtures for all tests: what may be left out on a poor machine, and what may not."""

from __future__ import annotations

import gc
import os
from collections import Counter
from collections.abc import Generator, Iterator

import pytest
from hypothesis import settings

from tests.support.environment import LEFT_OUT, find_chromium, leave_out
from tests.support.postgres import NOT_FOUND, PostgresServer, running_server


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--long", action="store_true", help="the long tests too: 100 kills instead of 10, and the like")
    parser.addoption("--pictures", action="store_true", help="take the pictures of docs/guides anew")
    parser.addoption("--strict-env", action="store_true", help="no test may be left out: a skip is a failure")


def pytest_configure(config: pytest.Config) -> None:
    """Hypothesis: the same examples on every machine, slow ones allowed; under --long fresh ones, and many more.

    The command line speaks as the locale says: here it is none that says anything, whoever runs the tests.
    Garbage is not looked for while tests are collected: nearly all that is made then stays.
    """
    gc.disable()
    os.environ.update({"LANG": "C.UTF-8", "LC_ALL": "", "LC_MESSAGES": ""})
    settings.register_profile("short", deadline=None, derandomize=True, max_examples=60)
    settings.register_profile("long", deadline=None, max_examples=1000)
    settings.load_profile("long" if config.getoption("--long") else "short")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if config.getoption("--long"):
        return
    long = [item for item in items if item.get_closest_marker("long")]
    if long:
        config.hook.pytest_deselected(items=long)
        items[:] = [item for item in items if item not in long]


def pytest_collection_finish() -> None:
    """What is there before the first test stays to the end: garbage is looked for in the rest only, from now on."""
    gc.collect()
    gc.freeze()
    gc.enable()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    if report.skipped and item.config.getoption("--strict-env") and not hasattr(report, "wasxfail"):
        report.outcome = "failed"
        report.longrepr = f"--strict-env: {_reason(report)}"
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report(
    collector: pytest.Collector,
) -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    report = yield
    if report.skipped and collector.config.getoption("--strict-env"):
        report.outcome = "failed"
        report.longrepr = f"--strict-env: {_reason(report)}"
    return report


@pytest.hookimpl(trylast=True)
def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """One line per thing this machine lacks: nobody shall believe that all was tested."""
    reasons = Counter(_reason(report) for report in terminalreporter.stats.get("skipped", []))
    for reason, times in sorted(reasons.items()):
        terminalreporter.write_line(f"BỎ QUA {times} bài kiểm tra: {reason.removeprefix(LEFT_OUT)}", yellow=True)


def _reason(report: pytest.TestReport | pytest.CollectReport) -> str:
    detail = report.longrepr
    text = detail[2] if isinstance(detail, tuple) else str(detail)
    return text.removeprefix("Skipped: ")


@pytest.fixture(scope="session")
def long_run(request: pytest.FixtureRequest) -> bool:
    """Whether --long was given: then rounds are counted in hundreds."""
    return bool(request.config.getoption("--long"))


@pytest.fixture(scope="session")
def chromium_path() -> str:
    """The machine's Chromium, for Playwright's `executable_path`."""
    return find_chromium() or leave_out("không có Chromium (cài gói chromium)")


@pytest.fixture(scope="session")
def postgres_running() -> Iterator[PostgresServer | None]:
    with running_server() as server:
        yield server


@pytest.fixture
def postgres_server(postgres_running: PostgresServer | None) -> Iterator[PostgresServer]:
    """The run's PostgreSQL: `.make_database(durable=True)` gives the URL of a new empty database."""
    server = postgres_running or leave_out(NOT_FOUND)
    yield server
    server.drop_databases()


@pytest.fixture
def postgres_url(postgres_server: PostgresServer) -> str:
    """A new empty database, `postgresql://…`; commits don't wait for the disk."""
    return postgres_server.make_database()
