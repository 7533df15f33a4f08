"""Translations beside their texts: what is missing or stale, saved as a draft, published with the lesson."""

from __future__ import annotations

import html
import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.publishing.service import PublishingOptions, look
from bot.studio.languages import LessonLanguages, NotTranslated, pairs_of
from bot.studio.previews import DraftPreviews
from flows.reading.po import PoEntry, read, source_hash
from flows.reading.translation import Source, export
from storage.engine.database import Database
from tests.services.test_library import LESSON, folder, put
from tests.storage.conftest import database, database_url
from tests.support.builders import LESSONS
from tests.support.desk_house import DeskBrowser, desk_house
from tests.support.studio import LAN, MAI, OTHERS, Room, studio_on

__all__ = ["database", "database_url", "folder"]  # the fixtures

PLAIN = PublishingOptions("")
BOTH = LESSON.replace("langs: [vi]", "langs: [vi, en]")
END, CHANGED = "Hết bản A.", "Hết rồi {chị}."


@pytest.fixture(params=[True, False], ids=["writes", "served"])
async def room(request: pytest.FixtureRequest, database: Database, translated: Path) -> AsyncIterator[Room]:
    async with studio_on(database, translated, writes=request.param) as opened:
        yield opened


@pytest.fixture
def translated(folder: Path) -> Path:
    """The folder with a lesson of which two sentences are translated, and the tutor's own in English."""
    put(folder, "mot", BOTH)
    (folder / "po").mkdir()
    (folder / "po" / "en.po").write_bytes((LESSONS / "po" / "en.po").read_bytes())
    po = export([Source("title", "Bài một"), Source("xong.text", END)], "en", "mot")
    po = po.replace('msgid "Bài một"\nmsgstr ""', 'msgid "Bài một"\nmsgstr "Lesson one"')
    (folder / "m" / "mot" / "po").mkdir()
    (folder / "m" / "mot" / "po" / "en.po").write_text(
        po.replace(f'msgid "{END}"\nmsgstr ""', f'msgid "{END}"\nmsgstr "The end."'), "utf-8"
    )
    return folder


async def states(room: Room, actor: object = LAN) -> dict[str, str]:
    who = LAN if actor is LAN else MAI
    reading = await room.studio.check(who, "mot", (await room.studio.open(who, "mot")).text)
    assert reading.lesson is not None
    return {each.key: each.state for each in pairs_of(reading.lesson, reading.library.translations["mot"]["en"])}


async def save(room: Room, key: str, text: str, source: str, actor: object = LAN) -> None:
    entry = PoEntry(text, source_hash(source))
    await LessonLanguages(room.studio).save(LAN if actor is LAN else MAI, "mot", "en", {key: entry})


async def published(room: Room) -> dict[str, str]:
    review = await room.publisher.review(LAN, "mot", PLAIN)
    row = await room.publisher.publish(LAN, "mot", PLAIN, review.stamp)
    await room.library.reload()
    return dict((await look(room.database, ["mot"]))["mot"].versions[row.version].translations["en"])


async def test_what_is_stale_is_marked_translated_and_published(room: Room):
    assert (await states(room))["xong.text"] == "done"
    assert (await states(room))["chao.text"] == "missing"
    text = BOTH.replace(END, CHANGED)
    await room.studio.save(LAN, "mot", BOTH, text)
    assert (await states(room))["xong.text"] == "stale"
    await save(room, "xong.text", "That is all.", CHANGED)
    assert (await states(room))["xong.text"] == "done"
    assert (await states(room, MAI))["xong.text"] == "done", "with Mai the sentence is what it was"
    po = room.file().parent / "po" / "en.po"
    assert "That is all." not in po.read_text("utf-8")
    assert await published(room) == {"title": "Lesson one", "xong.text": "That is all."}
    assert room.library.book.translated["mot", 2, "en"].steps[-1].text == "That is all."
    entries, faults = read(po.read_bytes(), "en.po")
    follows = room.publisher.writes(po)
    assert (faults, entries["xong.text"].text) == ((), "That is all." if follows else "The end.")
    assert (await states(room, MAI))["xong.text"] == "done", "what is published everybody begins with"
    review = await room.publisher.review_rollback(LAN, "mot", 1)
    await room.publisher.roll_back(LAN, "mot", 1, PLAIN, review.stamp)
    await room.library.reload()
    assert room.library.book.translated["mot", 1, "en"].steps[-1].text == "The end."
    assert (await states(room, MAI))["xong.text"] == "done"


async def shown(room: Room, actor: object = LAN) -> tuple[str, str]:
    """What is played of the last step in English, and what it is called."""
    previews = await DraftPreviews(room.studio).of(LAN if actor is LAN else MAI, "mot")
    seen = previews.look("mot")
    assert seen is not None
    lesson = seen.book.lesson("mot", lang="en")
    assert lesson is not None and seen.stamp == previews.stamp("mot")
    return lesson.steps[-1].text, seen.status


async def test_a_translation_alone_is_tried_out(room: Room):
    assert await shown(room) == ("The end.", "live")
    before = (await DraftPreviews(room.studio).of(LAN, "mot")).stamp("mot")
    await save(room, "xong.text", "Finished.", END)
    assert (await shown(room), await shown(room, MAI)) == (("Finished.", "draft"), ("The end.", "live"))
    assert (await DraftPreviews(room.studio).of(LAN, "mot")).stamp("mot") != before, "the phone beside it follows"
    await published(room)
    assert await shown(room) == await shown(room, MAI) == ("Finished.", "live")


async def test_a_translation_alone_is_published(room: Room):
    await save(room, "xong.text", "Finished.", END)
    first = await room.publisher.review(LAN, "mot", PLAIN)
    assert first.is_ready and first.plan is not None
    (told,) = await room.publisher.sentences(first.plan)
    assert (told.language, told.before, told.after) == ("en", "The end.", "Finished.")
    await save(room, "xong.text", "Finished!", END)
    assert (await room.publisher.review(LAN, "mot", PLAIN)).stamp != first.stamp, "nothing unseen is published"
    assert (await published(room))["xong.text"] == "Finished!"
    assert not (await room.publisher.review(LAN, "mot", PLAIN)).is_ready
    (newest, first_) = await room.publisher.history(LAN, "mot")
    assert ([each.after for each in newest.sentences or ()], first_.sentences) == (["Finished!"], None)


async def test_what_changed_meanwhile_stays_marked(room: Room):
    """Her page showed the older sentence: her translation is of that."""
    await room.studio.save(LAN, "mot", BOTH, BOTH.replace(END, CHANGED))
    await save(room, "xong.text", "Of the older one.", END)
    assert (await states(room))["xong.text"] == "stale"


async def test_other_placeholders_are_refused_in_a_sentence(room: Room):
    named = BOTH.replace(END, "Hết rồi {ten}.")
    await room.studio.save(LAN, "mot", BOTH, named)
    with pytest.raises(NotTranslated, match=r"xong\.text.*\{ten\}"):
        await save(room, "xong.text", "The end, {name}.", "Hết rồi {ten}.")
    with pytest.raises(NotTranslated, match=r"xong\.text.*“\{ten” thiếu dấu đóng ngoặc"):
        await save(room, "xong.text", "The end, {ten.", "Hết rồi {ten}.")
    for language in ("fr", "vi", "xx"):
        with pytest.raises(NotTranslated):
            await LessonLanguages(room.studio).save(LAN, "mot", language, {})


async def test_only_who_edits_lessons_may(room: Room):
    for actor in OTHERS:
        for ask in (LessonLanguages(room.studio).save(actor, "mot", "en", {}),
                    LessonLanguages(room.studio).begin(actor, "mot", "en")):  # fmt: skip
            with pytest.raises(Exception, match="soạn bài"):
                await ask


@pytest.fixture
async def editor(database: Database, translated: Path, tmp_path: Path) -> AsyncIterator[DeskBrowser]:
    async with (
        desk_house(database, tmp_path / "data", lessons=translated) as house,
        house.browser(await house.person("Lan", "editor")) as browser,
    ):
        yield browser


async def test_side_by_side_on_its_page(editor: DeskBrowser):
    page = await editor.get("lessons/mot/languages")
    assert "đã dịch 2, chưa dịch 9, phải xem lại 0" in page
    name = f"said:{source_hash('Bài một')}=title"
    assert f'name="{name}"' in page
    await editor.post("lessons/mot/languages", {"lang": "en", name: "<b>Lesson</b> 1"})
    page = await editor.get("lessons/mot/languages?lang=en&show=open")
    assert "=title" not in page
    assert "&lt;b&gt;Lesson" in await editor.get("lessons/mot/languages")
    await editor.post("lessons/mot", {"began": BOTH, "text": BOTH.replace("Bài một", "Bài số một")})
    page = await editor.get("lessons/mot/languages")
    assert "câu gốc đã sửa sau khi dịch" in page
    still = f"said:{source_hash('Bài số một')}=title"
    await editor.post("lessons/mot/languages", {"lang": "en", still: "<b>Lesson</b> 1", "still:title": "1"})
    assert "phải xem lại 0" in await editor.get("lessons/mot/languages")
    assert "# en title:" in html.unescape(await editor.get("lessons/mot/publish"))


async def test_a_fault_of_a_translation_leads_to_its_page(editor: DeskBrowser, translated: Path):
    po = translated / "m" / "mot" / "po" / "en.po"
    po.write_text(po.read_text("utf-8").replace("The end.", "The end {foo}."), "utf-8")
    page = await editor.get("lessons/mot/publish")
    assert re.search(r"bản dịch thừa \{foo\}.*lessons/mot/languages\?lang=en\">Tới chỗ sửa", page, re.S)


async def test_a_language_is_begun(editor: DeskBrowser):
    page = await editor.get("lessons/mot/languages")
    headings = [" ".join(each.split()) for each in re.findall(r"<legend>(.*?)(?: · .*?)?</legend>", page, re.S)]
    assert headings[0] == "Tên bài"
    assert "Gợi ý 1, bước “Ai xin mã OTP thì {chị} làm…”" in headings
    assert not [each for each in headings if ".hints." in each or ".text" in each]
    assert "Chữ này mới giữ ở máy này" in page
    page = await editor.get("lessons/hai/languages")
    assert "Bắt đầu dịch sang tiếng Anh" in page
    await editor.post("lessons/hai/languages", {"lang": "xx", "go": "begin"}, 400)
    await editor.post("lessons/hai/languages", {"lang": "en", "go": "begin"})
    assert re.search("đã dịch 0, chưa dịch 11", await editor.get("lessons/hai/languages"))
