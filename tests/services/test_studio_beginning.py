"""A new lesson begun in the studio: nobody learns it before it is published, with a file or without."""

from __future__ import annotations

import html
import re
import shutil
from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from types import MappingProxyType

import pytest

from bot.publishing.library import LiveLessons
from bot.publishing.service import PublishingOptions
from bot.studio.beginning import NotBegun
from bot.studio.previews import DraftPreviews
from bot.studio.service import NoSuchLesson
from bot.web.preview import showing
from flows.shelf.shelf import read_shelf
from storage.engine.database import Database
from tests.services.test_library import LESSON, folder
from tests.storage.conftest import database, database_url
from tests.support.builders import LESSONS, facts
from tests.support.desk_house import DeskBrowser, desk_house
from tests.support.studio import LAN, MAI, OTHERS, Room, studio_on
from tests.support.world import START

__all__ = ["database", "database_url", "folder"]  # the fixtures

PLAIN = PublishingOptions("")


@pytest.fixture
def templated(folder: Path) -> Path:
    shutil.copytree(LESSONS / "_template", folder / "_template")
    shutil.copy(LESSONS / "sources.yaml", folder)
    return folder


@pytest.fixture(params=[True, False], ids=["writes", "served"])
async def room(request: pytest.FixtureRequest, database: Database, templated: Path) -> AsyncIterator[Room]:
    async with studio_on(database, templated, writes=request.param) as opened:
        yield opened


async def test_begun_tried_published_and_learnt(room: Room):
    desk = await room.studio.begin(LAN, "goi-video", "m", 'Gọi "video"', "mot")
    mine = LESSON.replace('owner: "Tổ soạn bài"\nreviewed_on: 2026-01-05\n', "")  # true of the other alone
    mine = mine.replace("lesson: mot", "lesson: goi-video").replace("Bài một", 'Gọi "video"')
    assert desk.text == mine.replace("order: 1", "order: 3")
    assert not room.file("goi-video").exists(), "what lies in the folder is taught by itself"
    assert "goi-video" not in (await room.library.reload()).current
    lines = {line.lesson: line for line in await room.studio.tree(LAN)}
    assert (lines["goi-video"].state, lines["goi-video"].title, lines["goi-video"].mine) == (
        "new",
        'Gọi "video"',
        START,
    )
    assert {line.lesson: line for line in await room.studio.tree(MAI)}["goi-video"].others == 1
    previews = await DraftPreviews(room.studio).of(LAN, "goi-video")
    assert "bản A." in (showing.page(previews, "goi-video", [], "Cầm Tay", ("", "")) or "")
    review = await room.publisher.review(LAN, "goi-video", PLAIN)
    assert review.is_ready
    await room.publisher.publish(LAN, "goi-video", PLAIN, review.stamp)
    assert (await room.library.reload(await room.library.reread())).current["goi-video"] == 1
    follows = room.publisher.writes(room.file("goi-video"))
    assert room.file("goi-video").exists() == follows
    assert ("goi-video" in read_shelf(room.root, facts()).good) == follows
    again = LiveLessons(room.database, room.root, facts())
    assert (await again.open(START)).current["goi-video"] == 1, "after a start as well"
    assert (await room.studio.open(MAI, "goi-video")).text == desk.text
    await room.studio.save(MAI, "goi-video", desk.text, desk.text.replace("bản A.", "bản B.", 1))
    review = await room.publisher.review(MAI, "goi-video", PLAIN)
    assert (await room.publisher.publish(MAI, "goi-video", PLAIN, review.stamp)).version == 2
    assert {line.lesson: line for line in await room.studio.tree(LAN)}["goi-video"].version == 2


async def test_from_the_template(room: Room):
    desk = await room.studio.begin(LAN, "moi", "m", "Bài mới tinh", "")
    assert "# Bài mẫu." in desk.text, "what the template says of writing is kept"
    assert "$schema=../../schema.json" in desk.text
    found = (await room.studio.check(LAN, "moi", desk.text)).errors
    assert not found, "the lesson it invites to is left out"


async def test_what_cannot_be_begun_is_told_in_a_sentence(room: Room):
    bad = [
        ("mot", "m", "Tên", "", "Đã có bài mã"), ("Bài Mới", "m", "Tên", "", "a-z"), ("../x", "m", "Tên", "", "a-z"),
        ("", "m", "Tên", "", "a-z"), ("moi", "khong-co", "Tên", "", "nhóm bài"), ("moi", "m", " ", "", "Đặt tên"),
    ]  # fmt: skip
    for lesson, track, title, source, told in bad:
        with pytest.raises(NotBegun, match=told):
            await room.studio.begin(LAN, lesson, track, title, source)
    await room.studio.begin(LAN, "moi", "m", "Tên", "mot")
    with pytest.raises(NotBegun, match="Đã có bài mã"):
        await room.studio.begin(MAI, "moi", "m", "Tên", "mot")
    with pytest.raises(NoSuchLesson):
        await room.studio.begin(LAN, "khac", "m", "Tên", "khong-co")
    for actor in OTHERS:
        with pytest.raises(Exception, match="soạn bài"):
            await room.studio.begin(actor, "cua-ai", "m", "Tên", "mot")


async def test_given_up_it_is_gone(room: Room):
    await room.studio.begin(LAN, "moi", "m", "Tên", "mot")
    await room.studio.give_up(LAN, "moi")
    with pytest.raises(NoSuchLesson):
        await room.studio.open(LAN, "moi")
    await room.studio.begin(MAI, "moi", "m", "Tên", "mot")


@pytest.fixture
async def editor(database: Database, templated: Path, tmp_path: Path) -> AsyncIterator[DeskBrowser]:
    async with (
        desk_house(database, tmp_path / "data", lessons=templated) as house,
        house.browser(await house.person("Lan", "editor")) as browser,
    ):
        yield browser


async def test_begun_on_its_page(editor: DeskBrowser):
    assert "new-lesson" in await editor.get("lessons")
    form = {"source": "", "code": "m8-moi", "name": "<i>Mới</i>", "track": "m"}
    page = await editor.post("new-lesson", {**form, "code": "M8 mới"}, 400)
    assert "a-z" in page
    assert "&lt;i&gt;Mới" in page, "what was typed is still there"
    assert (await editor.post("new-lesson", form)).endswith("lessons/m8-moi/words")
    for path in ("", "/words", "/media", "/languages", "/steps", "/history", "/publish", "/ways"):
        page = await editor.get(f"lessons/m8-moi{path}")
        assert "<i>Mới" not in page
        assert path == "/history" or ": &lt;i&gt;Mới&lt;/i&gt;</h1>" in page, "it is called by its name"
    await editor.get("play/m8-moi")
    assert (await editor.post("lessons/m8-moi/give-up", {"sure": "yes"})).endswith("../lessons")
    await editor.get("lessons/m8-moi", 404)


async def test_a_hint_an_option_and_a_step_come_and_go_in_the_gentle_form(editor: DeskBrowser):
    """What was typed into the fields is kept as well."""
    page = "lessons/mot/words"

    async def sent(status: int = 303, fields: Mapping[str, str] = MappingProxyType({}), **new: str) -> str:
        began = html.unescape(re.findall(r'name="began"[^>]*>\n?([^<]*)</textarea>', await editor.get(page))[0])
        form = {"began": began, **fields, **{name.replace("__", ":"): value for name, value in new.items()}}
        return await editor.post(page, form, status)

    assert "Ghi chữ vào ô trống" in await sent(400, go="hint hoi")
    fields = {"=chao.text": "Chào {chị} lần nữa."}
    assert (await sent(fields=fields, go="hint hoi", new__hint__hoi="Nhìn kỹ nha")).endswith("words#step:hoi")
    await sent(go="option hoi", new__option__hoi="Hỏi con", new__reply__hoi="Cũng hay.")
    await sent(go="step hoi", new__kind__hoi="quiz", new__words__hoi="Ai hỏi mã?", new__right__hoi="Kẻ gian",
               new__wrong__hoi="Ngân hàng")  # fmt: skip
    await sent(go="step chao", new__kind__chao="say", new__words__chao="Mình bắt đầu.")
    text = html.unescape(await editor.get("lessons/mot"))
    for words in ("Chào {chị} lần nữa.", "Nhìn kỹ nha", "{id: hoi_con, text: Hỏi con, say: Cũng hay.}",
                  "- quiz: ai_hoi_ma", "- say: minh_bat_dau", "right: true}"):  # fmt: skip
        assert words in text
    assert "lỗi" not in (await editor.get("lessons")).split("Bài một", 1)[1].split("</li>")[0]
    for what in ("drop hoi.hints.1", "drop hoi.options.hoi_con.text", "drop-step ai_hoi_ma", "drop-step minh_bat_dau"):
        await sent(go=what)
    text = html.unescape(await editor.get("lessons/mot"))
    assert LESSON.replace("Chào {chị}, bản A.", "Chào {chị} lần nữa.").replace("\n\n", "\n") in text.replace(
        "\n\n", "\n"
    )
    for what in ("drop hoi.options.doc.text", "drop khong.co", "drop-step khong_co", "gi la", "hint chao"):
        assert "Chưa làm được ở đây" in await sent(400, go=what, new__hint__chao="x"), what
