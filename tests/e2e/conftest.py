"""A real Chromium, and a server process that can be killed and started again."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Playwright, expect, sync_playwright
from playwright.sync_api import Error as PlaywrightError

from tests.support.process import READY_WITHIN_S, ROOT, free_port

WITHIN_MS = 30_000  # what a page shows comes at once, but not on a machine where everybody wants the two cores


class Server:
    """A server process that can be killed and started again: the same port and folder after every start.

    `command` is what Python runs; {folder} and {port} in it are filled in.
    """

    def __init__(self, folder: Path, *command: str) -> None:
        port, self.folder = free_port(), folder
        self._command = [sys.executable, *(part.format(folder=folder, port=port) for part in command)]
        self._output = folder / "output.txt"
        self._process: subprocess.Popen[bytes] | None = None
        self.url = f"http://127.0.0.1:{port}/"

    def start(self) -> None:
        """Returns when /healthz answers; harmless while it runs."""
        if self._process is None:
            with self._output.open("ab") as output:
                self._process = subprocess.Popen(self._command, cwd=ROOT, stdout=output, stderr=output)
            self._wait_for_health()

    def printed(self, path: str) -> str:
        """The address below this path that it printed at start."""
        found = f"{re.escape(self.url)}{path}\\S*"
        give_up_at = time.monotonic() + READY_WITHIN_S
        while time.monotonic() < give_up_at:
            if address := re.search(found, self._output.read_text("utf-8")):
                return address[0]
            time.sleep(0.05)
        raise AssertionError(f"it printed no address of {path}")

    def named(self, name: str) -> str:
        """The address that it printed behind a name."""
        give_up_at = time.monotonic() + READY_WITHIN_S
        while time.monotonic() < give_up_at:
            if found := re.search(rf"^{name}: (\S+)$", self._output.read_text("utf-8"), re.M):
                return found[1]
            time.sleep(0.05)
        raise AssertionError(f"it printed no address of {name}")

    def kill(self) -> None:
        """SIGKILL: no goodbye."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def _wait_for_health(self) -> None:
        give_up_at = time.monotonic() + READY_WITHIN_S
        while time.monotonic() < give_up_at and self._process is not None and self._process.poll() is None:
            try:
                with urllib.request.urlopen(f"{self.url}healthz", timeout=2) as response:
                    if response.status == 200:
                        return
            except OSError:
                time.sleep(0.05)
        raise AssertionError(f"it does not answer:\n{self._output.read_text('utf-8')}")


def switches() -> list[str]:
    """Chromium refuses its sandbox to root, which CI containers are; in those /dev/shm is small, and a page that finds
    no room there dies."""
    microphone = ["--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream"]  # it hums
    return [
        "--disable-dev-shm-usage",
        *microphone,
        *(["--no-sandbox"] if os.name == "posix" and os.geteuid() == 0 else []),
    ]


@pytest.fixture(scope="module")
def echo_process(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    server = Server(tmp_path_factory.mktemp("echo"), "-m", "tests.support.webchat_server", "{folder}", "{port}")
    yield server
    server.kill()


@pytest.fixture
def echo_server(echo_process: Server) -> Server:
    """Running, whatever the test before did to it; every browser context is a newcomer to it."""
    echo_process.start()
    return echo_process


class Browsers:
    """A browser that is started when it is first asked for, and a new one when the last has died."""

    def __init__(self, playwright: Playwright, path: str) -> None:
        self._playwright, self._path = playwright, path
        self._browser: Browser | None = None

    def running(self) -> Browser:
        if self._browser is None or not self._browser.is_connected():
            self._browser = self._playwright.chromium.launch(executable_path=self._path, args=switches())
        return self._browser

    def close(self) -> None:
        if self._browser is not None:
            with suppress(PlaywrightError):  # it has died
                self._browser.close()


@pytest.fixture(scope="module")
def browsers(chromium_path: str) -> Iterator[Browsers]:
    """One browser a module, not a session: Playwright's loop must be gone before the next asynchronous test."""
    expect.set_options(timeout=WITHIN_MS)
    with sync_playwright() as playwright:
        opened = Browsers(playwright, chromium_path)
        yield opened
        opened.close()


@pytest.fixture
def faults() -> Iterator[list[str]]:
    """What scripts stumbled over, told when the test ends: raised in an event of Playwright's, it would break the
    connection to the browser, and every later test of the module with it."""
    found: list[str] = []
    yield found
    assert not found


OpenContext = Callable[..., BrowserContext]


@pytest.fixture
def open_context(browsers: Browsers, faults: list[str]) -> Iterator[OpenContext]:
    """Opens a browser with nothing remembered, as Playwright's `new_context`; no script may stumble in it."""
    opened: list[BrowserContext] = []

    def open_one(**options: Any) -> BrowserContext:
        context = browsers.running().new_context(**options)
        context.set_default_timeout(WITHIN_MS)
        context.on("weberror", lambda fault: faults.append(f"script error: {fault.error}"))
        opened.append(context)
        return context

    yield open_one
    for context in opened:
        with suppress(PlaywrightError):  # its browser has died
            context.close()


@pytest.fixture
def phone(open_context: OpenContext) -> BrowserContext:
    """A small phone with nothing remembered."""
    return open_context(
        viewport={"width": 360, "height": 740}, locale="vi-VN", is_mobile=True, has_touch=True, reduced_motion="reduce"
    )
