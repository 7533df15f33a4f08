"""What a real Chromium records is what the real process listens to: its humming microphone says nothing."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import expect, sync_playwright

from tests.e2e.chat_page import every_look
from tests.e2e.conftest import WITHIN_MS, Server, switches
from tests.support.short_lesson import write_lessons

RECORD = """async () => {
  const sound = await navigator.mediaDevices.getUserMedia({ audio: true });
  const recorder = new MediaRecorder(sound, { mimeType: 'audio/webm;codecs=opus' });
  const parts = [];
  recorder.ondataavailable = (event) => parts.push(event.data);
  const ended = new Promise((resolve) => { recorder.onstop = resolve; });
  recorder.start();
  await new Promise((resolve) => setTimeout(resolve, 1200));
  recorder.stop();
  await ended;
  const body = new Blob(parts, { type: recorder.mimeType });
  const headers = { 'Content-Type': body.type };
  const answer = await fetch('/chat/voice?id=recording-1', { method: 'POST', headers, body });
  return [answer.status, body.size, body.type];
}"""


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    lessons = write_lessons(tmp_path / "lessons")
    flags = ["--port", "{port}", "--data", "{folder}/data", "--lessons", str(lessons), "--no-watch"]
    made = Server(tmp_path, "-m", "bot", "run", *flags)
    made.start()
    yield made
    made.kill()


def test_what_chromium_records_is_listened_to(server: Server, chromium_path: str, tmp_path: Path) -> None:
    hums = ["--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream"]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium_path, args=[*switches(), *hums])
        page = browser.new_context(locale="vi-VN").new_page()
        page.set_default_timeout(WITHIN_MS)
        page.goto(server.url)
        for label in ("Đồng ý", "Bỏ qua"):
            page.get_by_role("button", name=label, exact=True).click()
        expect(page.get_by_text("Muốn được gọi bằng gì")).to_be_visible(timeout=WITHIN_MS)
        assert page.locator("html").get_attribute("data-voice") == "1"
        status, size, kind = page.evaluate(RECORD)
        assert (status, kind) == (200, "audio/webm;codecs=opus") and size > 1_000
        answer = page.get_by_text(re.compile(r"\bnghe (chưa rõ|chị nói)"))
        expect(answer.first).to_be_visible(timeout=WITHIN_MS)
        page.get_by_role("button", name="Nói", exact=True).click()
        expect(page.get_by_role("button", name="Gửi lời nói")).to_be_focused()
        every_look(page)
        page.get_by_role("button", name="Bỏ", exact=True).click()
        expect(page.get_by_role("button", name="Nói", exact=True)).to_be_focused()
        browser.close()
    give_up_at = time.monotonic() + 10
    while list((tmp_path / "data" / "voice").iterdir()):
        assert time.monotonic() < give_up_at, "the recording is still there"
        time.sleep(0.05)
