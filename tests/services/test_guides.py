"""The guides for people: what they tell to tap and to type is what the product says; how they are served."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest
from PIL import Image

from bot.channels.webchat.page import build_page, page_text
from bot.cli.parser import parse
from bot.web.guides import FOLDER, GUIDES, PUBLIC, guide
from storage.engine import schema
from storage.engine.database import open_database
from tests.support.desk_house import PROVINCE, DeskHouse, desk_house
from tests.support.harness import empty_database
from tests.support.labels import is_label, is_title, is_typed

MARKS = {"Chữ đậm", "chữ nghiêng"}
"""What a guide says of its own marks."""
LIGHT, ALL = 60_000, 1_500_000  # bytes of one picture, of all
FOR_PEOPLE = [name for name in GUIDES if name != "operator"]


def text(name: str) -> str:
    return (FOLDER / f"{name}.md").read_text("utf-8")


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[DeskHouse]:
    await empty_database(tmp_path / "camtay.db")
    database = open_database(f"sqlite:///{tmp_path / 'camtay.db'}")
    await schema.ensure(database)
    async with desk_house(database, tmp_path / "data") as made:
        yield made
    await database.close()


@pytest.mark.parametrize("name", FOR_PEOPLE)
def test_what_is_told_to_be_tapped_or_typed_is_there(name: str):
    tapped = {" ".join(each.split()) for each in re.findall(r"\*\*([^*]+)\*\*", text(name))} - MARKS
    typed = {" ".join(each.split()) for each in re.findall(r"`([^`]+)`", text(name))} - MARKS
    assert len(tapped) > 10 and typed
    assert [each for each in tapped if not (is_label(each) or is_title(each))] == []
    assert [each for each in typed if not is_typed(each)] == []


def test_a_word_that_nobody_says_is_found_out():
    assert is_label("Xem trước") and not is_label("Xem thử trước") and not is_typed("bàn làm gì")
    assert is_label("Quay lại bản 3…") and is_title("Làm quen với Cầm Tay") and is_typed("ban lam viec") is False


def test_the_operators_commands_are_understood():
    commands = re.findall(r"`\./camtay (\w[^`]*)`", text("operator"))
    assert len({each.split()[0] for each in commands}) > 8
    for command in commands:
        words = ["1" if each == "VERSION" else each for each in command.split()]
        if words[0] not in ("run", "demo"):
            parse(words)


@pytest.mark.parametrize("name", GUIDES)
def test_its_pictures_are_there_told_and_light(name: str):
    pictures = re.findall(r"!\[([^]]*)\]\(pictures/([\w-]+)\.webp\)", text(name))
    assert pictures and text(name).count("![") == len(pictures)
    for told, picture in pictures:
        path = FOLDER / "pictures" / f"{picture}.webp"
        assert len(told) > 30 and path.stat().st_size <= LIGHT
        with Image.open(path) as image:
            assert image.size[0] == 780 and image.format == "WEBP"


def test_nothing_lies_there_that_no_guide_shows():
    shown = {each for name in GUIDES for each in re.findall(r"pictures/([\w-]+\.webp)", text(name))}
    assert {path.name for path in (FOLDER / "pictures").iterdir()} == {*shown, "words.json"}
    assert sum(path.stat().st_size for path in (FOLDER / "pictures").iterdir()) <= ALL


def test_a_page_of_it_leads_to_the_others_and_holds_no_markup_of_its_own():
    officer = guide("officer", "../../guide/")
    assert '<a href="learner">' in officer.body and 'src="../../guide/pictures/officer-today.webp"' in officer.body
    assert "danh-sach.md" in guide("operator").body and 'href="../' not in guide("operator").body
    assert not re.search(r"<script|<style|\*\*|!\[|\.md\"", "".join(guide(name).body for name in GUIDES))


async def test_whoever_has_no_desk_may_read_hers_and_keep_it_a_day(house: DeskHouse):
    async with aiohttp.ClientSession(house.url) as session:
        for name in PUBLIC:
            async with session.get(f"/guide/{name}") as page:
                assert page.status == 200 and guide(name).title in await page.text()
                assert page.headers["Cache-Control"] == "public, max-age=86400" and "Set-Cookie" not in page.headers
                assert "img-src 'self'" in page.headers["Content-Security-Policy"]
            async with session.get(f"/guide/{name}", headers={"If-None-Match": page.headers["ETag"]}) as again:
                assert again.status == 304 and await again.read() == b""
        async with session.get("/guide/pictures/learner-start.webp") as picture:
            assert picture.status == 200 and picture.content_type == "image/webp"
            assert await picture.read() == (FOLDER / "pictures" / "learner-start.webp").read_bytes()
        for gone in ("officer", "pictures/none.webp", "pictures/..%2flearner.md", "pictures/words.json"):
            async with session.get(f"/guide/{gone}") as answer:
                assert answer.status == 404, gone


@pytest.mark.parametrize(
    ("role", "hers"),
    [("officer", {"officer"}), ("editor", {"editor"}), ("admin", {"officer", "editor", "operator"})],
)
async def test_at_the_desk_everybody_has_her_own_and_those_to_hand_on(house: DeskHouse, role: str, hers: set[str]):
    async with house.browser(await house.person("Cúc", role, PROVINCE)) as browser:
        page = await browser.get("guide")
        assert {*re.findall(r'href="[./]*guide/(\w+)"', page)} == hers | {"learner", "instructor"}
        for name in GUIDES:
            shown = await browser.get(f"guide/{name}", 200 if name in hers | {*PUBLIC} else 404)
            assert ('class="guide ' in shown) is (name in hers | {*PUBLIC})


def test_the_chat_page_leads_there_and_its_preview_does_not():
    assert '<a href="guide/learner">Hướng dẫn dùng &lt;b&gt;</a>' in build_page("<b>", "Hội").plain.decode()
    assert "guide/learner" not in page_text("Cầm Tay", "Hội", before="<i></i>")


def test_an_image_of_the_tutor_holds_them():
    root = FOLDER.parents[1]
    assert "COPY docs/guides docs/guides" in (root / "Dockerfile").read_text("utf-8")
    assert "!docs/guides" in (root / ".dockerignore").read_text("utf-8").splitlines()
