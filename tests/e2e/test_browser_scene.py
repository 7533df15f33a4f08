"""A lesson with a picture before the real process: seen in the size that is needed, large, and tapped where it says."""

from __future__ import annotations

import shutil
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.chat_page import Chat, no_violations
from tests.e2e.conftest import OpenContext, Server
from tests.support import media
from tests.support.process import ROOT

pytestmark = pytest.mark.browser

PICTURES = 2
WORDS = "Màn hình tập: ô trắng ở bên trái"
LESSON = """\
lesson: t9-bam-hinh
title: "Bấm vào hình"
track: t
order: 9
langs: [vi]
steps:
  - quiz: bam
    src: none
    text: "Bấm vào ô trắng."
    image: {src: man-hinh.png, alt: "Màn hình tập: ô trắng ở bên trái"}
    options:
      - {id: le, text: "Mép hình", say: "Đó là mép hình.", spot: {left: 70, top: 60, width: 30, height: 40}}
      - {id: o, text: "Ô trắng", right: true, say: "Đúng ô trắng.", spot: {left: 25, top: 25, width: 25, height: 25}}
  - quiz: ve
    src: none
    text: "Bấm vào Căn cước."
    image: {scene: vi-giay-to}
    options:
      - {id: y_te, text: "Thẻ bảo hiểm", say: "Đó là thẻ đi khám.", spot: bao_hiem}
      - {id: cc, text: "Căn cước", right: true, say: "Đúng căn cước.", spot: can_cuoc}
  - end: xong
    src: none
    text: "Xong bài."
"""


@pytest.fixture
def tutor(tmp_path: Path) -> Iterator[Server]:
    folder = tmp_path / "lessons"
    tracks = {path.parents[1].name for path in (ROOT / "lessons").glob("*/*/lesson.yaml")}
    shutil.copytree(ROOT / "lessons", folder, ignore=lambda _, names: tracks & {*names})
    beside = folder / "t" / "t9-bam-hinh"
    (beside / "media").mkdir(parents=True)
    (beside / "lesson.yaml").write_text(LESSON, "utf-8")
    (beside / "media" / "man-hinh.png").write_bytes(media.picture(width=1200, height=800))
    asked = ["--data", "{folder}/data", "--lessons", "{folder}/lessons", "--port", "{port}", "--host", "127.0.0.1"]
    server = Server(tmp_path, "-m", "bot", "run", *asked)
    server.start()
    made = tmp_path / "data" / "media"
    while len(list(made.glob("*.json"))) < PICTURES:  # what is not ready yet is told in words
        time.sleep(0.1)
    yield server
    server.kill()


def at_the_lesson(tutor: Server, open_context: OpenContext) -> tuple[Page, Chat]:
    page = open_context(viewport={"width": 360, "height": 740}, reduced_motion="reduce").new_page()
    page.goto(tutor.url)
    chat = Chat(page)
    chat.answer("Đồng ý")
    chat.say("Lan")
    chat.answer("Gọi chị, xưng em")
    expect(chat.log).to_contain_text("học bài nào")
    chat.answers.get_by_role("button", name="Bấm vào hình").click()
    return page, chat


def test_a_picture_of_a_lesson_is_tapped_where_it_says(tutor: Server, open_context: OpenContext) -> None:
    page, chat = at_the_lesson(tutor, open_context)
    image = page.get_by_role("img", name=WORDS)
    expect(image).to_be_visible()
    assert image.evaluate(
        "image => image.decode().then(() => [image.naturalWidth > 0, image.currentSrc.split('.').pop()])"
    )
    assert image.get_attribute("width") == "1200" and image.get_attribute("height") == "800"
    no_violations(page)
    expect(chat.answers.get_by_role("button", name="Ô trắng")).to_have_count(0)
    page.get_by_role("button", name="Ô trắng", exact=True).click()
    expect(chat.log).to_contain_text("Đúng ô trắng.")


def test_a_drawn_screen_is_tapped_on_its_elements(tutor: Server, open_context: OpenContext) -> None:
    page, chat = at_the_lesson(tutor, open_context)
    page.get_by_role("button", name="Ô trắng", exact=True).click()
    image = page.get_by_role("img", name="Màn hình tập, mục Ví giấy tờ")
    expect(image).to_be_visible()
    assert image.get_attribute("width") == "720"
    assert image.evaluate("image => image.decode().then(() => image.currentSrc.split('.').pop())") == "png"
    no_violations(page)
    right = page.get_by_role("button", name="Căn cước", exact=True)
    box, shown = right.bounding_box(), image.bounding_box()
    assert box and shown
    assert shown["y"] < box["y"] and box["y"] + box["height"] < shown["y"] + shown["height"] / 2
    page.get_by_role("button", name="Thẻ bảo hiểm", exact=True).press("Enter")
    expect(chat.log).to_contain_text("Đó là thẻ đi khám.")
    page.get_by_role("button", name="Căn cước", exact=True).last.click()
    expect(chat.log).to_contain_text("Đúng căn cước.")
