"""The chat page as a test sees it: by the names that a screen reader tells."""

from __future__ import annotations

import re
from typing import Literal

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Error, FrameLocator, Page, TimeoutError

STILL = """() => Promise.allSettled(document.getAnimations()
  .filter((each) => each.playState === 'running' && each.effect.getComputedTiming().progress !== null)
  .map((each) => each.finished))"""
"""Half faded in, a line has other colours than it will have."""


class Chat:
    """What the learner sees and can do; in a preview the chat stands in a frame of the page."""

    def __init__(self, page: Page, frame: FrameLocator | None = None) -> None:
        self.page, shown = page, frame or page
        self.log = shown.get_by_role("log", name="Trò chuyện")
        self.text = shown.get_by_role("textbox", name="Viết tin nhắn")
        self.send = shown.get_by_role("button", name="Gửi", exact=True)
        self.answers = shown.get_by_role("group", name="Trả lời")
        self.more = shown.get_by_role("button", name=re.compile("Tin mới|Xem tiếp"))

    def answer(self, label: str) -> None:
        """Tap it, and again where the tap missed because the page moved under it: what is tapped is gone at once."""
        button = self.answers.get_by_role("button", name=label, exact=True)
        shown = button.element_handle()
        button.click()
        try:
            shown.wait_for_element_state("hidden", timeout=5_000)
        except TimeoutError:
            shown.click()
        except Error:
            pass  # the page on which it stood is gone: it was tapped

    def say(self, words: str) -> None:
        self.text.fill(words)
        self.send.click()

    def bubbles(self) -> list[str]:
        """All lines shown, the waiting ones too, without their stamps."""
        return [" ".join(words.split()) for words in self.page.locator("main .bubble").all_inner_texts()]


def no_violations(page: Page) -> None:
    """Axe finds nothing in what is shown now, by what WCAG 2.2 added as well, which it leaves out by itself."""
    page.wait_for_function("document.documentElement && document.readyState === 'complete'")  # a tap may have led here
    page.evaluate(STILL)
    found = Axe().run(page, options={"rules": {"target-size": {"enabled": True}}})
    assert found.violations_count == 0, found.generate_report()


def goes_to(page: Page, name: str) -> None:
    """To another page of the desk by its navigation, which on a phone stands behind a button."""
    link, button = page.get_by_role("navigation").get_by_role("link", name=name, exact=True), page.get_by_text("☰")
    if button.is_visible() and not link.is_visible():
        button.click()
    link.click()


def every_look(page: Page) -> None:
    """Axe in light and dark, in strong colours, on the narrowest screen in letters twice as large."""
    schemes: tuple[tuple[Literal["light", "dark"], str, int, int], ...] = (
        ("light", "0", 360, 100),
        ("dark", "1", 320, 200),
        ("dark", "0", 320, 200),
    )
    for scheme, contrast, width, letters in schemes:
        page.emulate_media(color_scheme=scheme)
        page.set_viewport_size({"width": width, "height": 740})
        page.evaluate(
            """([contrast, letters]) => {
                 document.documentElement.setAttribute('data-contrast', contrast);
                 document.documentElement.style.fontSize = letters + '%';
            }""",
            [contrast, letters],
        )
        no_violations(page)
        assert page.evaluate("document.documentElement.scrollWidth") == width
    page.evaluate("document.documentElement.style.fontSize = ''")
    page.emulate_media(color_scheme="light")
    page.set_viewport_size({"width": 360, "height": 740})
