"""The page as an app in a real Chromium: installable, opened without a line, and what it keeps."""

from __future__ import annotations

import base64

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from bot.channels.webchat.shell import ICONS, icon
from bot.pages import asset
from tests.e2e.chat_page import Chat
from tests.e2e.conftest import OpenContext, Server

pytestmark = pytest.mark.browser

GREETING = "Dạ em chào chị ạ."
CONTROLLED = "navigator.serviceWorker.ready.then(() => navigator.serviceWorker.controller !== null)"


def opened(context: BrowserContext, server: Server) -> Chat:
    """The page, with its worker at work."""
    page = context.new_page()
    page.goto(server.url)
    chat = Chat(page)
    expect(chat.log).to_contain_text(GREETING)
    page.wait_for_function(CONTROLLED)
    return chat


def test_chromium_finds_nothing_that_keeps_it_from_being_installed(phone: BrowserContext, echo_server: Server) -> None:
    page = opened(phone, echo_server).page
    devtools = phone.new_cdp_session(page)
    manifest = devtools.send("Page.getAppManifest")
    assert manifest["url"] == f"{echo_server.url}app.webmanifest" and not manifest["errors"]
    # a context with nothing remembered is private browsing to it, and that alone keeps it from being installed
    errors = {each["errorId"] for each in devtools.send("Page.getInstallabilityErrors")["installabilityErrors"]}
    assert errors <= {"in-incognito"}


def test_without_a_line_the_page_opens_from_what_was_kept(phone: BrowserContext, echo_server: Server) -> None:
    page = opened(phone, echo_server).page
    echo_server.kill()
    page.close()
    again = phone.new_page()
    again.goto(echo_server.url)
    expect(again.get_by_role("heading", name="Cầm Tay")).to_be_visible()
    expect(again.get_by_text("Đang nối lại…")).to_be_visible()
    echo_server.start()
    expect(Chat(again).log).to_contain_text(GREETING)


def test_the_icons_are_those_of_the_drawing(open_context: OpenContext) -> None:
    """Whoever changes icon.svg draws them anew: a square page of each edge, photographed."""
    for edge in ICONS:
        page = open_context(viewport={"width": edge, "height": edge}).new_page()
        assert _shades(page, edge, asset("bot.channels.webchat", "icons/icon.svg"), icon(edge)) < 3


ALIKE = """async ([svg, png, edge]) => {
  const read = async (address) => {
    const image = new Image(edge, edge);
    image.src = address;
    await image.decode();
    const canvas = new OffscreenCanvas(edge, edge).getContext('2d');
    canvas.drawImage(image, 0, 0, edge, edge);
    return canvas.getImageData(0, 0, edge, edge).data;
  };
  const one = await read('data:image/svg+xml,' + encodeURIComponent(svg));
  const two = await read('data:image/png;base64,' + png);
  return one.reduce((sum, shade, at) => sum + Math.abs(shade - two[at]), 0) / one.length;
}"""


def _shades(page: Page, edge: int, svg: str, png: bytes) -> float:
    """By how many shades of 256 the two differ on the average."""
    return float(page.evaluate(ALIKE, [svg, base64.b64encode(png).decode(), edge]))
