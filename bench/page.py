"""The web chat on a slow line and a weak phone: how soon it can be used, its bytes, how far it jumps.

`.venv/bin/python -m bench.page` (a minute, the project's own environment): a real Chromium before the real tutor,
400 ms and 400 kbit/s, a processor four times slower, 360 pixels wide; the middle of five phones with nothing
remembered. The third view is without a line.
"""

from __future__ import annotations

import asyncio
import os
import statistics
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from playwright.async_api import Browser, BrowserContext, Page, async_playwright

from bench.front import get, start
from bench.postgres import free_port

LATENCY_MS, BYTES_A_SECOND, SLOWER = 400, 400_000 / 8, 4
PHONES = 5
WATCH = """
window.shifted = 0;
window.usable = new Promise((done) => {
  new PerformanceObserver((list) => list.getEntries().forEach((each) => {
    if (!each.hadRecentInput) window.shifted += each.value;
  })).observe({ type: 'layout-shift', buffered: true });
  const look = () => {
    const answer = document.querySelector('#answers button');
    if (document.querySelector('#log .bubble') && answer && !answer.disabled)
      requestAnimationFrame(() => setTimeout(() => done(performance.now())));
    else setTimeout(look, 10);
  };
  look();
});
"""
AT_WORK = """navigator.serviceWorker.ready.then(() => navigator.serviceWorker.controller
  || new Promise((done) => navigator.serviceWorker.addEventListener('controllerchange', done))).then(() => 0)"""


@dataclass(frozen=True, slots=True)
class View:
    """Milliseconds from the navigation to the first answer that can be tapped; bytes received; cumulative shift."""

    usable_ms: float
    received: float
    shift: float


async def view(context: BrowserContext, url: str) -> tuple[Page, View]:
    """Open the page as a weak phone does."""
    page = await context.new_page()
    devtools = await context.new_cdp_session(page)
    received = 0.0

    def count(event: dict[str, float]) -> None:
        nonlocal received
        received += event["encodedDataLength"]

    devtools.on("Network.loadingFinished", count)
    await devtools.send("Network.enable")
    line = {"latency": LATENCY_MS, "downloadThroughput": BYTES_A_SECOND, "uploadThroughput": BYTES_A_SECOND}
    await devtools.send("Network.emulateNetworkConditions", {"offline": False, **line})
    await devtools.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
    await page.goto(url)
    usable_ms = await page.evaluate("window.usable")
    await page.wait_for_timeout(3000)  # what comes after, and what still jumps
    return page, View(usable_ms, received, await page.evaluate("window.shifted"))


async def phone(browser: Browser, url: str) -> tuple[View, View, View]:
    """The first view, the second on the same line, the third without any."""
    context = await browser.new_context(
        viewport={"width": 360, "height": 740}, is_mobile=True, has_touch=True, device_scale_factor=2
    )
    await context.add_init_script(WATCH)
    page, first = await view(context, url)
    await page.evaluate(AT_WORK)
    await page.close()
    page, second = await view(context, url)
    await page.close()
    await context.set_offline(True)
    _, offline = await view(context, url)
    await context.close()
    return first, second, offline


async def main() -> int:
    """Print the table."""
    switches = ["--no-sandbox"] if os.name == "posix" and os.geteuid() == 0 else []
    with tempfile.TemporaryDirectory(prefix="camtay-bench-") as folder:
        port = free_port()
        tutor, _ = await start(Path(folder) / "data", port)
        try:
            async with async_playwright() as playwright:
                chromium = os.environ.get("CHROMIUM", "/usr/bin/chromium")
                browser = await playwright.chromium.launch(executable_path=chromium, args=switches)
                phones = [await phone(browser, f"http://127.0.0.1:{port}/") for _ in range(PHONES)]
                await browser.close()
            app = sum(len(get(port, path)) for path in ("/sw.js", "/app.webmanifest", "/icon-192.png"))
        finally:
            tutor.stop()
    print("| view | usable, ms | bytes | layout shift |\n|---|---|---|---|")
    for name, views in zip(("first", "second", "second, no line"), zip(*phones, strict=True), strict=True):
        usable_ms, received = (
            statistics.median(getattr(each, of) for each in views) for of in ("usable_ms", "received")
        )
        print(f"| {name} | {usable_ms:.0f} | {received:.0f} | {max(each.shift for each in views):.4f} |")
    print(f"\nAfter the first view, for the service worker and the home screen: {app} bytes.")
    return 0


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
