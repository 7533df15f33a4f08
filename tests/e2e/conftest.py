"""A real Chromium, and a server process that can be killed and started again."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, sync_playwright

from tests.support.process import READY_WITHIN_S, ROOT, free_port


class Server:
    """A server process that can be killed and started again: the same port and folder after every start.

    `command` is what Python runs; {folder} and {port} in it are filled in.
    """

    def __init__(self, folder: Path, *command: str) -> None:
        port = free_port()
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


def sandbox() -> list[str]:
    """Chromium refuses its sandbox to root, which CI containers are."""
    return ["--no-sandbox"] if os.name == "posix" and os.geteuid() == 0 else []


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


@pytest.fixture(scope="module")
def chromium(chromium_path: str) -> Iterator[Browser]:
    """One browser a module, not a session: Playwright's loop must be gone before the next asynchronous test."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium_path, args=sandbox())
        yield browser
        browser.close()


@pytest.fixture
def phone(chromium: Browser) -> Iterator[BrowserContext]:
    """A small phone with nothing remembered."""
    context = chromium.new_context(
        viewport={"width": 360, "height": 740}, locale="vi-VN", is_mobile=True, has_touch=True, reduced_motion="reduce"
    )
    context.set_default_timeout(15_000)
    yield context
    context.close()
