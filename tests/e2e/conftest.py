"""A real Chromium, and the web chat as a process that can be killed and started again."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, sync_playwright

ROOT = Path(__file__).parents[2]


class EchoServer:
    """The web chat before the echo conversation; the same port and folder after every start."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self._port = probe.getsockname()[1]
        self._process: subprocess.Popen[bytes] | None = None
        self.url = f"http://127.0.0.1:{self._port}/"

    def start(self) -> None:
        if self._process is not None:
            return
        command = [sys.executable, "-m", "tests.support.webchat_server", str(self._folder), str(self._port)]
        self._process = subprocess.Popen(command, cwd=ROOT)
        wait_for_health(self.url, self._process)

    def kill(self) -> None:
        if self._process is not None:
            self._process.send_signal(signal.SIGKILL)
            self._process.wait()
            self._process = None


def wait_for_health(url: str, process: subprocess.Popen[bytes], seconds: float = 20) -> None:
    """Until /healthz answers 200."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline and process.poll() is None:
        try:
            with urllib.request.urlopen(f"{url}healthz", timeout=2) as response:
                if response.status == 200:
                    return
        except OSError:
            time.sleep(0.05)
    raise AssertionError(f"no answer from {url}healthz, exit code {process.poll()}")


def sandbox() -> list[str]:
    """Chromium refuses its sandbox to root, which CI containers are."""
    return ["--no-sandbox"] if os.name == "posix" and os.geteuid() == 0 else []


@pytest.fixture(scope="module")
def echo_process(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EchoServer]:
    server = EchoServer(tmp_path_factory.mktemp("echo"))
    yield server
    server.kill()


@pytest.fixture
def echo_server(echo_process: EchoServer) -> EchoServer:
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
