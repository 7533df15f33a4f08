"""The studio's pages over HTTP: who comes in, what is kept, what is shown of texts full of markup."""

from __future__ import annotations

import html
import io
import json
import re
import shutil
from collections.abc import AsyncIterator
from pathlib import Path
from threading import Event
from typing import Any

import pytest

from bot.desk.pages.lessons.table import LESSON_PAGES
from bot.publishing.library import LiveLessons
from storage.engine.database import Database
from tests.services.test_large_house import heard
from tests.services.test_library import LESSON, folder, put
from tests.storage.conftest import database, database_url
from tests.support.builders import LESSONS, facts
from tests.support.desk_house import DeskBrowser, DeskHouse, desk_house
from tests.support.harness import tutor
from tests.support.world import START

__all__ = ["database", "database_url", "folder"]  # the fixtures

NEW = LESSON.replace("bản A.", "bản B.", 1)
XSS = "<script>alert(1)</script>\"'><img src=x onerror=alert(2)>"


@pytest.fixture
async def house(database: Database, folder: Path, tmp_path: Path) -> AsyncIterator[DeskHouse]:
    (folder / "answers").mkdir()
    answer = f"- {{id: m0-chuong, outline: M0, say: {json.dumps(XSS)}, src: none, ask: [{json.dumps(XSS)}]}}\n"
    (folder / "answers" / "m.yaml").write_text(answer, "utf-8")
    async with desk_house(database, tmp_path / "data", lessons=folder) as opened:
        yield opened


@pytest.fixture
async def editor(house: DeskHouse) -> AsyncIterator[DeskBrowser]:
    async with house.browser(await house.person("Lan", "editor")) as browser:
        yield browser


def address(path: str) -> str:
    """An address of a page, with something in each of its gaps."""
    gaps = {"lesson": "mot", "number": "1", "file": "x.png", "table": "m", "answer": "m0-chuong"}
    for gap, filled in gaps.items():
        path = re.sub(rf"\{{{gap}(:[^{{}}]*(\{{[^{{}}]*\}})?[^{{}}]*)?\}}", filled, path)
    return path


def stamp_in(page: str) -> str:
    found = re.search(r'name="stamp" value="(\w+)"', page)
    assert found
    return found[1]


async def text_of(browser: DeskBrowser) -> str:
    page = await browser.get("lessons/mot")
    found = re.search(r'name="text".*?>\n(.*?)</textarea>', page, re.S)
    assert found
    return html.unescape(found[1])


# --- who may -----------------------------------------------------------------------------------------


async def test_only_who_edits_lessons_comes_in(house: DeskHouse):
    for role in ("", "learner", "instructor", "officer"):
        async with house.browser(await house.person("Mai", "officer")) as browser:
            if role != "officer":  # what she was is taken from her while she is in
                await house.database.transact(lambda c: c.exec_driver_sql("UPDATE role SET role = 'learner'"))
            for page in LESSON_PAGES:
                if page.show:
                    await browser.get(address(page.path), 404 if role == "officer" else 303)
                if page.do:
                    await browser.post(
                        address(page.path), {"text": NEW, "began": LESSON}, 404 if role == "officer" else 401
                    )
    for role in ("editor", "admin"):
        async with house.browser(await house.person("Lan", role, "dong-nai")) as browser:
            for page in LESSON_PAGES:
                if page.show and "{file}" not in page.path:
                    await browser.get(address(page.path))
    async with house.browser() as browser:
        for page in LESSON_PAGES:
            if page.show:
                await browser.get(address(page.path), 303)


async def test_no_form_without_its_key(editor: DeskBrowser):
    for page in LESSON_PAGES:
        if page.do:
            await editor.post(address(page.path), {"text": NEW, "began": LESSON, "go": "publish"}, 403, keyed=False)
    assert await text_of(editor) == LESSON


@pytest.mark.parametrize("lesson", ["khong-co", "..", "%2e%2e", "mot%2f..", "a" * 41, "%00"])
async def test_a_lesson_that_is_not_there(editor: DeskBrowser, lesson: str):
    for path in (f"lessons/{lesson}", f"lessons/{lesson}/words", f"lessons/{lesson}/history", f"play/{lesson}"):
        if path != "lessons/.." and ".." not in path and "%2e" not in path:
            page = await editor.get(path, 404 if "history" not in path or len(lesson) > 40 or "%" in lesson else 200)
            assert "Traceback" not in page


# --- an editor's morning -----------------------------------------------------------------------------


async def test_from_a_word_to_its_publication_and_back(editor: DeskBrowser, folder: Path):
    assert await editor.get("", 303) == "", "her day begins with the lessons"
    tree = await editor.get("lessons")
    assert "Bài một" in tree
    assert "lessons/mot" in tree
    assert await text_of(editor) == LESSON
    await editor.post("lessons/mot", {"began": LESSON, "text": NEW.replace("\n", "\r\n")})
    assert await text_of(editor) == NEW
    assert "Chị có nháp" in await editor.get("lessons")
    page = await editor.get("lessons/mot/publish")
    assert "bản B." in page
    assert re.search(r"Câu cũ.*Chào {chị}, bản A\..*Câu mới.*Chào {chị}, bản B\..*Xem chi tiết", page, re.S)
    assert "1 chỗ đổi" in page
    stamp = stamp_in(page)
    again = await editor.post("lessons/mot/publish", {"go": "publish", "stamp": stamp, "when": "urgent"}, 400)
    assert "Hãy xem lại" in again
    assert await editor.post("lessons/mot/publish", {"go": "publish", "stamp": stamp}) == "../../lessons/mot/history"
    history = await editor.get("lessons/mot/history")
    assert "Đã phát hành bản 2" in history
    assert re.search(r"bản 2.*· Lan ·.*thêm 1 dòng, bỏ 1 dòng", history), "by whom, and what the numbers count"
    assert re.search(r"Chỗ đã sửa.*Câu cũ.*bản A\..*Câu mới.*bản B\..*Xem chi tiết", history, re.S)
    assert (folder / "m" / "mot" / "lesson.yaml").read_text("utf-8") == NEW
    page = await editor.get("lessons/mot/history/1")
    stamp = stamp_in(page)
    await editor.post("lessons/mot/history/1", {"go": "publish", "stamp": stamp})
    assert await text_of(editor) == LESSON
    await editor.post("lessons/mot/history/2", {"go": "take"})
    assert await text_of(editor) == NEW
    await editor.post("lessons/mot/give-up", {})
    assert await text_of(editor) == NEW, "not without a word"
    await editor.post("lessons/mot/give-up", {"sure": "yes"})
    assert await text_of(editor) == LESSON


async def test_the_gentle_form(editor: DeskBrowser):
    page = await editor.get("lessons/mot/words")
    assert 'name="=chao.text"' in page
    form = {"began": LESSON, "=chao.text": 'Chào {chị}: "bản" B # một', "=hoi.options.khong.text": "Không đọc"}
    await editor.post("lessons/mot/words", form)
    assert await text_of(editor) == LESSON.replace('"Chào {chị}, bản A."', r'"Chào {chị}: \"bản\" B # một"')
    page = await editor.post("lessons/mot/words", {**form, "=xong.text": " "}, 400)
    assert "xong.text" in page
    assert "Chào {chị}: &#34;bản&#34; B # một" in page, "what was typed is still there"


async def test_the_gentle_form_keeps_what_is_typed_and_tells_at_the_field(editor: DeskBrowser):
    """What its script sends: what can be written is kept, what cannot is named, what is wrong stands at its field."""

    async def typed(began: str, **fields: str) -> dict[str, Any]:
        form = {"began": began, "script": "1", **{f"={name}": value for name, value in fields.items()}}
        return dict(json.loads(await editor.post("lessons/mot/words", form, 200)))

    saved = await typed(LESSON, **{"chao.text": "Chào {chj}.", "xong.text": "", "giai.text": "x" * 140_000})
    assert await text_of(editor) == saved["text"] == LESSON.replace("Chào {chị}, bản A.", "Chào {chj}.")
    assert set(saved["refused"]) == {"xong.text", "giai.text"}
    assert ["không có chỗ điền nào tên {chj}" in each["message"] for each in saved["beside"]["chao.text"]] == [True]
    assert "trống" in saved["beside"]["xong.text"][0]["message"]
    assert "dài quá" in saved["beside"]["giai.text"][0]["message"]
    page = await editor.get("lessons/mot/words")
    assert 'aria-describedby="beside:chao.text"' in page
    assert re.search(r'id="beside:chao.text"><span class="error">không có chỗ điền', page)
    await editor.post("lessons/mot", {"began": saved["text"], "text": saved["text"].replace("Bài một", "Bài mới")})
    again = await typed(saved["text"], **{"chao.text": "Chào {chị}. "})
    assert again["fresh"] == {"title": "Bài mới"}, "what came from another page, and nothing of the fields as typed"
    assert not any(each["severity"] == "error" for told in again["beside"].values() for each in told)
    await editor.post("lessons/mot/give-up", {"sure": "yes", "back": "words"})
    assert await text_of(editor) == LESSON


async def test_a_red_ring_is_chosen_from_what_the_picture_has(house: DeskHouse, editor: DeskBrowser, folder: Path):
    (folder / "scenes").mkdir()
    shutil.copy(LESSONS / "scenes" / "a1-hoi-may.yaml", folder / "scenes")
    image = '"Chào {chị}, bản A."\n    image: {scene: a1-hoi-may, ring: khong_co}'
    text = LESSON.replace('"Chào {chị}, bản A."', image)
    await editor.post("lessons/mot", {"began": LESSON, "text": text})
    page = await editor.get("lessons/mot/words")
    found = re.search(r'<select name="=chao.image.ring".*?</select>', page, re.S)
    assert found
    assert '<option value="khong_co" selected>khong_co: không có trên hình này</option>' in found[0]
    assert '<option value="o_hoi">' in found[0]
    assert "scenes/a1-hoi-may?ring=khong_co" in page
    assert "<svg" in await editor.get("scenes/a1-hoi-may?ring=o_hoi")
    await editor.get("scenes/khong-co", 404)
    assert re.search(r'id="beside:chao.image.ring"><span class="error">“a1-hoi-may” không có thứ gì mã', page)


async def test_what_a_script_asks_for(editor: DeskBrowser):
    found = json.loads(
        await editor.post("lessons/mot/check", {"text": LESSON.replace("next: xong", "next: xonk")}, 200)
    )
    assert ("E101", "error") in {(each["code"], each["severity"]) for each in found}
    assert found[0]["line"] == LESSON.split("\n").index("    next: xong") + 1
    text = f"{LESSON}  - "
    line = str(text.count("\n") + 1)
    found = json.loads(await editor.post("lessons/mot/complete", {"text": text, "line": line, "col": "5"}, 200))
    assert "quiz: " in {each["word"] for each in found}
    saved = json.loads(await editor.post("lessons/mot", {"began": LESSON, "text": NEW, "script": "1"}, 200))
    assert (saved["text"], saved["merged"], saved["changed"]) == (NEW, False, True)
    other = LESSON.replace("Hết bản A.", "Hết rồi.")
    saved = json.loads(await editor.post("lessons/mot", {"began": LESSON, "text": other, "script": "1"}, 200))
    assert saved["merged"]
    assert saved["text"] == NEW.replace("Hết bản A.", "Hết rồi.")


async def test_too_much_is_refused_in_a_sentence_and_nothing_is_lost(editor: DeskBrowser):
    await editor.post("lessons/mot", {"began": LESSON, "text": NEW})
    page = await editor.post("lessons/mot", {"began": NEW, "text": f"{NEW}# {'x' * 200_000}"}, 400)
    assert "Bài dài quá 128 kB" in page
    assert "x" * 200_000 in page, "it still stands in the form"
    body, kind = io.BytesIO(b"text=" + b"x" * 5_000_000), {"Content-Type": "application/x-www-form-urlencoded"}
    async with editor.session.post(f"{editor.house.url}desk/lessons/mot", data=body, headers=kind) as response:
        assert response.status == 413
        assert "dài quá" in await response.text()
    assert await text_of(editor) == NEW


async def test_two_editors(house: DeskHouse, editor: DeskBrowser):
    async with house.browser(await house.person("Mai", "editor")) as other:
        await other.post("lessons/mot", {"began": LESSON, "text": LESSON.replace("bản A.", "bản C.", 1)})
        await editor.post("lessons/mot", {"began": LESSON, "text": NEW})
        page = await editor.get("lessons/mot")
        found = re.search(r'name="editor" value="(\w+)"', page)
        assert found and "Người soạn Mai, lưu lúc" in page
        await editor.post("lessons/mot/take-over", {"editor": found[1]})
        page = await editor.get("lessons/mot/publish")
        assert "Còn lỗi" in page
        assert [page.count("Tới chỗ sửa</a>"), page.count("còn 1 chỗ phải chọn")] == [1, 1], (
            "not what the marks bring along"
        )
        page = await editor.get("lessons/mot/words")
        assert "Mai đã viết" in page
        shown = re.sub(r"<textarea name=\"began\" hidden.*?</textarea>", "", page, flags=re.S)
        assert "&lt;&lt;&lt;&lt;" not in shown
        assert "Bước chao" in page
        assert "<blockquote>Chào {chị}, bản B.</blockquote>" in page
        assert "<blockquote>Chào {chị}, bản C.</blockquote>" in page
        line = re.search(r'name="line" value="(\d+)"', page)
        assert line
        chosen = {"back": "words", "line": line[1], "began": await text_of(editor), "keep": "theirs"}
        await editor.post("lessons/mot/choose", {**chosen, "began": LESSON})
        assert "&lt;&lt;&lt;&lt;" in await editor.get("lessons/mot"), "not of another text than was looked at"
        assert (await editor.post("lessons/mot/choose", chosen)).endswith("lessons/mot/words")
        assert await text_of(editor) == LESSON.replace("bản A.", "bản C.", 1)
        assert "bản C." in await text_of(other)
        await editor.post(
            "lessons/mot", {"began": await text_of(editor), "text": LESSON.replace("bản A.", "bản D.", 1)}
        )
        stamp = stamp_in(await editor.get("lessons/mot/publish"))
        await editor.post("lessons/mot/publish", {"go": "publish", "stamp": stamp})
        assert "Lan đã viết" in await other.get("lessons/mot/words"), "what was published meanwhile"
        await other.post("lessons/mot/give-up", {"sure": "yes"})
        began = await text_of(other)
        await other.post("lessons/mot", {"began": began, "text": began.replace("bản D.", "bản E.")})
        await other.post("lessons/mot", {"began": began, "text": began.replace("bản D.", "bản F.")})
        assert "Chị đã viết ở trang khác hay máy khác" in await other.get("lessons/mot/words")


# --- the phone, the drawing --------------------------------------------------------------------------


async def test_the_phone_plays_the_draft(editor: DeskBrowser):
    await editor.post("lessons/mot", {"began": LESSON, "text": NEW})
    page = await editor.get("play/mot")
    assert "bản B" in page
    state = json.loads(await editor.get("play/mot/state"))
    assert f'data-stamp="{state["stamp"]}"' in page
    assert "Ai xin mã OTP" in await editor.get("play/mot?step=hoi")
    assert "Đừng đọc" in await editor.get("play/mot?a=tap:next&a=tap:doc")
    long = "tap:next\n" + "\n".join(["tap:doc"] * 2)
    assert "Đừng đọc" in await editor.post("play/mot", {"a": long}, 200)
    assert "bản B" in await editor.get("play/mot/graph.svg")
    await editor.get("play/mot/media/khong-co.png", 404)
    await editor.get("play/khong-co", 404)


async def test_a_sentence_is_heard_for_trial(editor: DeskBrowser):
    assert "Nghe thử một câu" in await editor.get("hear")
    page = await editor.post("hear", {"said": f"tôi bị lừa rồi {XSS}"}, 200)
    assert "<script>alert" not in page
    page = await editor.post("hear", {"said": "thực đơn"}, 200)
    told, _, details = page.partition("Chi tiết cho người kỹ thuật")
    assert "Máy hiểu" in told
    assert "<blockquote>" in told, "what is answered, in the tutor's words"
    assert "Bài một</span>" in told, "and its buttons"
    assert "Điểm của câu" not in told
    assert "Máy hiểu là" in details
    assert "Chưa hiểu</a>" in told, "the menu is there"
    assert "✓ Máy hiểu" in await editor.get("hear?said=tiếp&at=mot/chao")


async def test_who_stands_where_a_step_goes_is_decided_about(tmp_path: Path, folder: Path):
    """With a learner who waits at the question; the page asks, and publishes once there is an answer."""
    async with tutor(tmp_path, None) as t:  # type: ignore[arg-type]
        library = LiveLessons(t.database, folder, facts())
        t.book = t.conversation.book = await library.open(START)
        learner = await t.learner("1").meets()
        await learner.opens("mot")
        await learner.tap("Tiếp")
        async with (
            desk_house(t.database, tmp_path / "data", lessons=folder) as house,
            house.browser(await house.person("Lan", "editor")) as editor,
        ):
            assert '<td class="number">1</td>' in await editor.get("lessons/mot/steps")
            assert "● 1 người đang ở đây" in await editor.get("play/mot/graph.svg")
            text = LESSON.replace("quiz: hoi\n", "quiz: hoi_moi\n")
            await editor.post("lessons/mot", {"began": LESSON, "text": text})
            page = await editor.get("lessons/mot/publish")
            assert "CẦN QUYẾT ĐỊNH" in page
            assert "hoi: 1 người" in page
            stamp = stamp_in(page)
            page = await editor.post("lessons/mot/publish", {"go": "publish", "stamp": stamp}, 400)
            assert "Chưa phát hành: chưa chọn cho người đang đứng ở bước hoi đi đâu" in page
            decided = {"when": "urgent", "step:hoi": "hoi_moi"}
            looked_at = await editor.post("lessons/mot/publish", {"go": "look", **decided})
            page = await editor.get(looked_at.removeprefix("../../"))
            assert "nhắn liền cho 1 người đang học" in page
            assert "chuyển sang bản mới → hoi_moi" in page
            await editor.post("lessons/mot/publish", {"go": "publish", "stamp": stamp_in(page), **decided})
            assert "hoi → hoi_moi" in await editor.get("lessons/mot/history")


async def test_what_is_published_is_decided_on_who_stands_there_at_that_moment(tmp_path: Path, folder: Path):
    """She looked at the page before anybody stood where a step goes: it asks again, about them."""
    async with tutor(tmp_path, None) as t:  # type: ignore[arg-type]
        library = LiveLessons(t.database, folder, facts())
        t.book = t.conversation.book = await library.open(START)
        async with (
            desk_house(t.database, tmp_path / "data", lessons=folder) as house,
            house.browser(await house.person("Lan", "editor")) as editor,
        ):
            await editor.post(
                "lessons/mot", {"began": LESSON, "text": LESSON.replace("quiz: hoi\n", "quiz: hoi_moi\n")}
            )
            page = await editor.get("lessons/mot/publish")
            assert "Không ai đang học bài này" in page and "Người đang học: đếm lúc" in page
            learner = await t.learner("1").meets()
            await learner.opens("mot")
            await learner.tap("Tiếp")
            assert "step:hoi" not in await editor.get("lessons/mot/publish"), "as it was counted a moment ago"
            page = await editor.post("lessons/mot/publish", {"go": "publish", "stamp": stamp_in(page)}, 400)
            assert "chưa chọn cho người đang đứng ở bước hoi đi đâu" in page and 'name="step:hoi"' in page
            page = await editor.get("lessons/mot/publish?step:hoi=stay")
            await editor.post("lessons/mot/publish", {"go": "publish", "stamp": stamp_in(page), "step:hoi": "stay"})
            assert "hoi → stay" in await editor.get("lessons/mot/history")


async def test_who_is_inside_is_counted_once_for_all_pages_that_only_show_it(house: DeskHouse, editor: DeskBrowser):
    pages = ("steps", "publish", "history", "history/1", "publish?dem=lai")
    with heard() as said:
        for lesson in ("mot", "hai"):
            for page in pages:
                assert "Đang đếm người đang học" not in await editor.get(f"lessons/{lesson}/{page}")
            await editor.get(f"play/{lesson}/graph.svg")
        for page in ("words", "words/history", "words/publish", "words/history/1"):
            await editor.get(page)
    states = [each for each, _ in said if "session.state" in each and "LIKE" in each]
    assert len(states) == 1, "one slice of all sessions, for whatever lesson"
    house.clock.passes(minutes=1)
    with heard() as said:
        assert "đếm lúc" in await editor.get("lessons/mot/steps?dem=lai")
    assert len([each for each, _ in said if "session.state" in each and "LIKE" in each]) == 1, "asked to count again"


async def test_a_page_opens_itself_again_until_it_is_counted_who_is_inside(house: DeskHouse, editor: DeskBrowser):
    counts, done = house.officers.counts, Event()
    await counts.of("a province", lambda c: done.wait(60))
    for page in ("steps", "publish", "history", "history/1"):
        told = await editor.get_once(f"lessons/mot/{page}?when=urgent")
        assert 'http-equiv="refresh"' in told and "Đang đếm người đang học" in told and "cả địa bàn" not in told
    assert "<svg" in await editor.get_once("play/mot/graph.svg")
    assert "Bảng này chưa từng phát hành" in await editor.get_once("words/history")
    done.set()
    assert "đếm lúc" in await editor.get("lessons/mot/history")


async def test_the_steps_with_their_learners_and_dialogues(editor: DeskBrowser, folder: Path):
    page = await editor.get("lessons/mot/steps")
    assert "giai" in page
    assert "chưa có bản thoại nào" in page
    (folder / "m" / "mot" / "transcripts").mkdir()
    (folder / "m" / "mot" / "transcripts" / "hoc-tron.txt").write_text("bài: mot\n\nmáy: Lời cũ.\n", "utf-8")
    page = await editor.get("lessons/mot/steps")
    assert "Học trơn tru: còn" in page
    assert "Chị không phải làm gì" in page, "what she should do is said"
    put(folder, "mot", "steps: [")
    assert "giai" in await editor.get("lessons/mot/steps"), "of a file that cannot be read, what is live"


async def test_going_back_says_who_stays_in_what_is_left(tmp_path: Path, folder: Path):
    async with tutor(tmp_path, None) as t:  # type: ignore[arg-type]
        library = LiveLessons(t.database, folder, facts())
        t.book = t.conversation.book = await library.open(START)
        async with (
            desk_house(t.database, tmp_path / "data", lessons=folder) as house,
            house.browser(await house.person("Lan", "editor")) as editor,
        ):
            text = NEW.replace("  - end: xong", '  - say: them\n    text: "Thêm nè {chị}."\n  - end: xong')
            await editor.post("lessons/mot", {"began": LESSON, "text": text})
            page = await editor.get("lessons/mot/publish")
            await editor.post("lessons/mot/publish", {"go": "publish", "stamp": stamp_in(page)})
            t.book = t.conversation.book = await LiveLessons(t.database, folder, facts()).open(START)
            await (await t.learner("1").meets()).opens("mot")
            page = await editor.get("lessons/mot/history/1?dem=lai")
            assert "1 người đang ở bản 2 sẽ học hết bản 2. Muốn họ rời bản 2 ngay thì chọn: Ngay." in page
            page = await editor.get("lessons/mot/history/1?when=urgent")
            assert "sẽ học hết" not in page


# --- markup ------------------------------------------------------------------------------------------


async def test_markup_in_any_text_is_text(house: DeskHouse, editor: DeskBrowser, folder: Path):
    text = LESSON.replace("bản A.", XSS.replace('"', '\\"'), 1).replace("Bài một", XSS.replace('"', "'"))
    text = text.replace("title: ", 'title: "', 1).replace("\ntrack", '"\ntrack', 1)
    await editor.post("lessons/mot", {"began": LESSON, "text": text})
    put(folder, "hai", text.replace("lesson: mot", "lesson: hai"))
    (folder / "m" / "mot" / "transcripts").mkdir()
    (folder / "m" / "mot" / "transcripts" / "<img src=x onerror=alert(3)>.txt").write_text(XSS, "utf-8")
    async with house.browser(await house.person(XSS[:40], "editor")) as other:
        for browser in (editor, other):
            for page in LESSON_PAGES:
                if page.show and "{file}" not in page.path and not page.path.endswith("/file"):
                    for at in (address(page.path), address(page.path).replace("mot", "hai")):
                        shown = await browser.get(at)
                        assert "<script>alert" not in shown, at
                        assert "<img src=x" not in shown, at


async def test_every_page_has_a_policy_that_lets_nothing_foreign_in(house: DeskHouse, editor: DeskBrowser):
    for page in LESSON_PAGES:
        if page.show and "{file}" not in page.path:
            async with editor.session.get(f"{house.url}desk/{address(page.path)}") as response:
                policy = response.headers["Content-Security-Policy"]
                assert policy.startswith("default-src 'none'"), page.path
                assert "unsafe" not in policy, page.path
                assert "no-store" in response.headers["Cache-Control"]


# --- faults, said where they can be mended -----------------------------------------------------------


async def test_a_draft_with_faults_says_so_and_leads_to_the_field(editor: DeskBrowser):
    await editor.post("lessons/mot", {"began": LESSON, "text": LESSON.replace("Chào {chị}, bản A", "Chào {chj}")})
    page = await editor.get("play/mot")
    assert "dưới đây là bản đang dùng: chưa có chữ chị vừa sửa" in page
    assert "bản A" in page
    assert re.search(r'tên \{chj\}.*<a href="[./]*/lessons/mot/words#f:chao.text" target="_top">Tới chỗ sửa', page)
    assert "lesson.yaml" not in page
    assert "Trạng thái" not in await editor.get("phone/mot")
    page = await editor.get("lessons/mot/publish")
    assert "Bước chao" in page
    assert page.count('lessons/mot/words#f:chao.text"') == 2, "at the fault, and for who wants to begin"
    await editor.get("play/mot?step=khong_co")


async def test_what_waits_for_a_translator_is_one_line(editor: DeskBrowser, folder: Path):
    text = LESSON.replace("langs: [vi]", "langs: [vi, en]")
    put(folder, "mot", text)
    (folder / "m" / "mot" / "po").mkdir()
    entry = 'msgctxt "{key}"\nmsgid "Câu cũ"\nmsgstr "Old."\n\n'
    entries = "".join(entry.format(key=key) for key in ("chao.text", "xong.text"))
    (folder / "m" / "mot" / "po" / "en.po").write_text(f'msgid ""\nmsgstr "Language: en\\n"\n\n{entries}', "utf-8")
    for path in ("lessons/mot", "lessons/mot/publish", "play/mot"):
        page = await editor.get(path)
        assert "en.po" not in page, path
        assert "./camtay" not in page, path
        assert ("câu chưa có bản mới bằng tiếng khác" in page) == (path != "play/mot")
    found = json.loads(await editor.post("lessons/mot/check", {"text": text}, 200))
    assert [each["severity"] for each in found].count("note") == 1
    assert "W402" not in {each["code"] for each in found}
